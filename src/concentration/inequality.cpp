#include <kam/concentration/inequality.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include <kam/base/special.hpp>
#include "concentration/compensated_sum.hpp"
#include "concentration/power_scale.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;
using concentration_detail::Scale;
using Rows = std::vector<std::pair<double, double>>;  // value, weight

/// Rows that count, sorted by value and then by weight, so that sums do not know the row order.
Rows usable_rows(std::span<const double> values, std::span<const double> weights,
                 BatchReport& report) {
  Rows rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weights.empty() ? 1.0 : weights[i];
    if (!std::isfinite(values[i]) || !std::isfinite(w)) {
      report.rejected(i, RowReason::not_finite);
    } else if (values[i] < 0 || w < 0) {
      report.rejected(i, RowReason::out_of_domain);
    } else {
      report.scored();
      if (w > 0) rows.emplace_back(values[i] + 0.0, w);
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

Status insufficient(std::string message) {
  return {StatusCode::insufficient_data, std::move(message)};
}

}  // namespace

Result<Inequality> inequality(std::span<const double> values, std::span<const double> weights) try {
  if (!weights.empty() && weights.size() != values.size()) {
    return size_mismatch("weights", values.size(), weights.size());
  }
  Inequality r;
  const Rows rows = usable_rows(values, weights, r.report);
  const Scale scale(values);
  CompensatedSum group;
  for (const auto& [v, w] : rows) {
    if (r.value_.empty() || scale.down(v) > r.value_.back()) {
      r.value_.push_back(scale.down(v));
      r.weight_.push_back(0);
      group = {};
    }
    group.add(w);
    r.weight_.back() = group.high;
  }
  const std::size_t n = r.value_.size();
  r.top_weight_.assign(1, 0.0);
  r.top_value_.assign(1, 0.0);
  CompensatedSum weight, value;
  for (std::size_t i = n; i-- > 0;) {
    weight.add(r.weight_[i]);
    value.add(r.weight_[i] * r.value_[i]);
    r.top_weight_.push_back(weight.high);
    r.top_value_.push_back(value.high);
  }
  const double whole = weight.high, total = value.high;
  if (!(whole > 0) || !std::isfinite(whole * whole)) {
    return insufficient("`weights`: the rows with a value >= 0 have no usable weight");
  }
  if (!(total > 0) || !std::isfinite(total * whole)) {
    return insufficient("`values`: non_positive_total, nothing above 0");
  }
  const double mean = total / whole;
  CompensatedSum spread, squares, theil, theil_l, above;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = r.weight_[i], x = r.value_[i] / mean, part = w / whole;
    if (i + 1 < n) {  // gaps between neighbours: nothing cancels, equality is exactly 0
      const double upper = r.top_weight_[n - 1 - i];
      spread.add((r.value_[i + 1] - r.value_[i]) / total * upper * ((whole - upper) / whole));
    }
    squares.add(part * (x - 1) * (x - 1));
    if (x > 0) theil.add(part * x * std::log(x));
    theil_l.add(x > 0 ? -part * std::log(x) : 0.0);
    if (x > 1) above.add(part * (x - 1));
  }
  r.accounts = whole;
  r.total = scale.up(total);
  r.gini = spread.high;
  r.gini_corrected = whole > 1 ? std::min(1.0, r.gini * (whole / (whole - 1))) : kNaN;
  r.hhi = (1 + squares.high) / whole;
  r.theil = std::max(0.0, theil.high);
  r.theil_l =
      r.value_.front() > 0 ? std::max(0.0, theil_l.high) : std::numeric_limits<double>::infinity();
  r.hoover = above.high;
  r.rosenbluth = 1 / (whole * (1 - r.gini));
  r.coefficient_of_variation = std::sqrt(squares.high);
  // F and L at the mean, between the last value below it and the first above.
  const double tolerance = 4 * std::numeric_limits<double>::epsilon() * mean;
  std::size_t lower = 0, upper = 0;  // values below the mean, and below or at it
  while (lower < n && r.value_[lower] < mean - tolerance) ++lower;
  upper = lower;
  while (upper < n && r.value_[upper] <= mean + tolerance) ++upper;
  const auto both = [&](std::size_t values_below) {
    return 2 - r.top_weight_[n - values_below] / whole - r.top_value_[n - values_below] / total;
  };
  r.asymmetry_lo = both(lower);
  r.asymmetry_hi = both(upper);
  if (lower == upper) {
    const double step = (mean - r.value_[lower - 1]) / (r.value_[lower] - r.value_[lower - 1]);
    r.asymmetry_lo += step / whole + step * r.value_[lower] / total;
    r.asymmetry_hi = r.asymmetry_lo;
  }
  return r;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

double Inequality::atkinson(double epsilon) const noexcept {
  if (!(epsilon >= 0)) return kNaN;
  if (epsilon >= 1 && value_.front() == 0) return 1;
  // In logs: powers of a large ε leave double.
  const double log_mean = std::log(top_value_.back() / top_weight_.back());
  const double power = 1 - epsilon;
  if (std::fabs(power) < 1e-8) return -std::expm1(-theil_l);
  double largest = -std::numeric_limits<double>::infinity();
  for (double v : value_) {
    if (v > 0) largest = std::max(largest, power * (std::log(v) - log_mean));
  }
  CompensatedSum sum;
  for (std::size_t i = 0; i < value_.size(); ++i) {
    if (value_[i] > 0) {
      const double log = power * (std::log(value_[i]) - log_mean);
      sum.add(weight_[i] / top_weight_.back() * std::exp(log - largest));
    }
  }
  if (!std::isfinite(power)) return 1 - value_.front() * std::exp(-log_mean);
  return std::clamp(-std::expm1((std::log(sum.high) + largest) / power), 0.0, 1.0);
}

double Inequality::top_share(double p) const noexcept {
  if (!(p >= 0 && p <= 1)) return kNaN;
  const double goal = p * top_weight_.back();
  const auto reached = std::upper_bound(top_weight_.begin(), top_weight_.end(), goal);
  if (reached == top_weight_.end()) return 1;
  const auto k = static_cast<std::size_t>(reached - top_weight_.begin());  // >= 1: entry 0 is 0
  const double part = (goal - top_weight_[k - 1]) * value_[value_.size() - k];
  return std::min(1.0, (top_value_[k - 1] + part) / top_value_.back());
}

}  // namespace kam
