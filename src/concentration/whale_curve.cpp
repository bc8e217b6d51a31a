#include <kam/concentration/whale_curve.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>

#include "concentration/compensated_sum.hpp"
#include "numeric/text.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;

/// Exponent of the largest |profit|: scaled by 2^-exponent no sum overflows, and nothing is
/// rounded.
int common_exponent(std::span<const double> profits) {
  double largest = 0.0;
  for (double v : profits) {
    if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
  }
  int exponent = 0;
  std::frexp(largest, &exponent);
  return exponent;
}

/// Rows with a finite profit, best first.
std::vector<std::size_t> best_first(std::span<const double> profits, BatchReport& report) {
  std::vector<std::size_t> order;
  order.reserve(profits.size());
  for (std::size_t i = 0; i < profits.size(); ++i) {
    if (!std::isfinite(profits[i])) {
      report.rejected(i, RowReason::not_finite);
      continue;
    }
    report.scored();
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [profits](std::size_t a, std::size_t b) { return profits[a] > profits[b]; });
  return order;
}

Status insufficient(std::string message) {
  return {StatusCode::insufficient_data, std::move(message)};
}

}  // namespace

Result<WhaleCurve> whale_curve(std::span<const double> profits) try {
  WhaleCurve c;
  c.order_ = best_first(profits, c.report);
  if (c.order_.empty()) return insufficient("`profits` has no finite value");
  c.accounts = c.order_.size();
  c.exponent_ = common_exponent(profits);
  c.cumulative_.assign(1, 0.0);
  c.cumulative_.reserve(c.accounts + 1);
  CompensatedSum sum, size, losses;
  for (std::size_t row : c.order_) {
    const double profit = std::ldexp(profits[row], -c.exponent_), last = c.cumulative_.back();
    sum.add(profit);
    size.add(std::fabs(profit));
    if (profits[row] < 0.0) losses.add(profit);
    c.accounts_at_peak += profits[row] > 0.0;
    c.accounts_below_zero += profits[row] < 0.0;
    // A rounding must not bend the curve.
    c.cumulative_.push_back(profit < 0.0 ? std::min(last, sum.value())
                                         : std::max(last, sum.value()));
  }
  const double total = c.cumulative_.back(), peak = c.cumulative_[c.accounts_at_peak];
  c.total = std::ldexp(total, c.exponent_);
  c.peak = std::ldexp(peak, c.exponent_);
  c.losses = std::ldexp(losses.value(), c.exponent_);
  const double rounding =
      static_cast<double>(c.accounts) * std::numeric_limits<double>::epsilon() * size.value();
  if (total > rounding) {
    c.peak_ratio = peak / total;
    c.erosion = (0.0 - losses.value()) / total;  // never −0
    return c;
  }
  c.peak_ratio = c.erosion = kNaN;
  c.ratios = insufficient("`profits`: non_positive_total, " + std::to_string(c.accounts) +
                          " accounts add up to " + numeric::shortest(c.total));
  return c;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `profits`"};
}

double WhaleCurve::top_count_profit(std::size_t k) const noexcept {
  return std::ldexp(cumulative_[std::min(k, accounts)], exponent_);
}

double WhaleCurve::top_count_share(std::size_t k) const noexcept {
  return ratios.ok() ? cumulative_[std::min(k, accounts)] / cumulative_.back() : kNaN;
}

double WhaleCurve::top_share(double p) const noexcept {
  if (!(p >= 0.0 && p <= 1.0) || !ratios.ok()) return kNaN;
  const double x = p * static_cast<double>(accounts);
  const std::size_t whole = std::min(static_cast<std::size_t>(x), accounts - 1);
  const double part = x - static_cast<double>(whole);
  return std::lerp(cumulative_[whole], cumulative_[whole + 1], part) / cumulative_.back();
}

WhalePoint WhaleCurve::point(std::size_t k) const noexcept {
  return {k, static_cast<double>(k) / static_cast<double>(accounts), top_count_profit(k),
          top_count_share(k)};
}

std::vector<WhalePoint> WhaleCurve::curve(std::size_t at_most) const {
  const std::size_t steps = std::min(accounts, std::max<std::size_t>(at_most, 2) - 1);
  std::vector<WhalePoint> points;
  points.reserve(steps + 2);
  for (std::size_t step = 0; step <= steps; ++step) {
    // step · accounts / steps without the overflow of the product
    const std::size_t k = step * (accounts / steps) + step * (accounts % steps) / steps;
    if (step > 0 && points.back().accounts < accounts_at_peak && accounts_at_peak < k) {
      points.push_back(point(accounts_at_peak));
    }
    points.push_back(point(k));
  }
  return points;
}

}  // namespace kam
