#include <kam/value/growth.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <string>

#include <kam/base/columns.hpp>
#include <kam/value/loyalty.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The shape of a batch: accounts one after the other, two result columns.
Status check_shape(std::span<const double> revenue, std::size_t periods, const char* first,
                   std::size_t first_rows, const char* second, std::size_t second_rows) {
  if (periods == 0 || periods > kMostTrendPeriods) {
    return invalid_argument("periods", "between 1 and 2048", static_cast<double>(periods));
  }
  if (revenue.size() % periods != 0) {
    return invalid_argument("revenue", "a whole number of accounts long",
                            static_cast<double>(revenue.size()));
  }
  const std::size_t rows = revenue.size() / periods;
  if (Status s = check_size(first, first_rows, rows); !s.ok()) return s;
  return check_size(second, second_rows, rows);
}

Status check(const GrowthOptions& options) {
  if (!(options.periods_per_year > 0) || !std::isfinite(options.periods_per_year)) {
    return invalid_argument("periods_per_year", "finite and > 0", options.periods_per_year);
  }
  if (options.season == 0) return invalid_argument("season", "at least 1", 0);
  if (!(options.alpha > 0 && options.alpha < 1)) {
    return invalid_argument("alpha", "between 0 and 1", options.alpha);
  }
  return {};
}

/// [% per year] of a slope of ln revenue per period; −100 at −∞.
double percent(double slope, double periods_per_year) {
  return 100 * std::expm1(slope * periods_per_year);
}

}  // namespace

Result<CategoryBreadth> category_breadth(std::span<const double> spend,
                                         std::span<const double> lookalike_share,
                                         double least_share) try {
  if (Status s = check_size("lookalike_share", lookalike_share.size(), spend.size()); !s.ok()) {
    return s;
  }
  if (!detail::is_share(least_share)) {
    return invalid_argument("least_share", "between 0 and 1", least_share);
  }
  CategoryBreadth result{kNaN, 0, 0, {}};
  for (std::size_t i = 0; i < spend.size(); ++i) {
    if (!detail::is_share(lookalike_share[i])) {
      const std::string name = "lookalike_share[" + std::to_string(i) + "]";
      return invalid_argument(name.c_str(), "between 0 and 1", lookalike_share[i]);
    }
    const bool sold = lookalike_share[i] > 0 && lookalike_share[i] >= least_share;
    if (!sold || std::isnan(spend[i])) continue;
    ++result.sold;
    if (spend[i] > 0) {
      ++result.bought;
    } else {
      result.white_space.push_back(i);
    }
  }
  std::stable_sort(result.white_space.begin(), result.white_space.end(),
                   [&](auto a, auto b) { return lookalike_share[a] > lookalike_share[b]; });
  if (result.sold > 0) {
    result.breadth = static_cast<double>(result.bought) / static_cast<double>(result.sold);
  }
  return result;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the white space"};
}

Volatility volatility(std::span<const double> revenue, double target) noexcept {
  double sum = 0, squares = 0, shortfall = 0;
  std::size_t periods = 0;
  for (const double r : revenue) {
    if (!std::isfinite(r)) continue;
    sum += r;
    ++periods;
  }
  if (periods == 0) return {kNaN, kNaN, kNaN, kNaN, kNaN, 0};
  const double n = static_cast<double>(periods), mean = sum / n;
  const double goal = std::isnan(target) ? mean : target;
  // In units of the largest deviation, so that no square over- or underflows.
  double unit = 0;
  for (const double r : revenue) {
    if (std::isfinite(r)) unit = std::fmax(unit, std::fmax(std::fabs(r - mean), goal - r));
  }
  for (const double r : revenue) {
    if (!std::isfinite(r) || unit == 0) continue;
    const double off = (r - mean) / unit, below = std::fmin(0, r - goal) / unit;
    squares += off * off;
    shortfall += below * below;
  }
  const double sd = periods > 1 ? unit * std::sqrt(squares / (n - 1)) : kNaN;
  const double downside = unit * std::sqrt(shortfall / n);
  return {mean,   sd, mean > 0 ? sd / mean : kNaN, downside, mean > 0 ? downside / mean : kNaN,
          periods};
}

BatchReport volatility(std::span<const double> revenue, std::size_t periods, std::span<double> cv,
                       std::span<double> downside_cv, const Executor& executor) {
  Status s = check_shape(revenue, periods, "cv", cv.size(), "downside_cv", downside_cv.size());
  if (!s.ok()) return numeric::failed(s);
  return numeric::for_each_row(
      cv, executor, [](std::size_t) { return RowReason::none; },
      [&](std::size_t i) {
        const Volatility v = volatility(revenue.subspan(i * periods, periods));
        downside_cv[i] = v.downside_cv;
        return v.cv;
      });
}

Result<GrowthTrend> growth_trend(std::span<const double> revenue,
                                 const GrowthOptions& options) try {
  if (Status s = check(options); !s.ok()) return s;
  std::vector<double> logs(revenue.begin(), revenue.end());
  std::size_t positive = 0, without = 0;
  for (double& r : logs) {
    if (!std::isfinite(r)) {
      r = kNaN;
    } else if (r > 0) {
      r = std::log(r);
      ++positive;
    } else {
      r = -kInfinity;
      ++without;
    }
  }
  if (positive == 0) {
    return Status{StatusCode::insufficient_data, "`revenue` has no period above 0"};
  }
  const auto trend = trend_of(logs, options.season, options.alpha);
  if (!trend) return trend.error();
  const double years = options.periods_per_year;
  const double rate = trend->slope == kInfinity ? kNaN : percent(trend->slope, years);
  return GrowthTrend{
      trend->direction, rate,   percent(trend->lo, years), percent(trend->hi, years), trend->p,
      trend->n,         without};
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the logarithms of `revenue`"};
}

BatchReport growth_trend(std::span<const double> revenue, std::size_t periods,
                         const GrowthOptions& options, std::span<double> percent_per_year,
                         std::span<double> p, const Executor& executor) {
  if (Status s = check(options); !s.ok()) return numeric::failed(s);
  Status s =
      check_shape(revenue, periods, "percent_per_year", percent_per_year.size(), "p", p.size());
  if (!s.ok()) return numeric::failed(s);
  return numeric::for_each_row(
      percent_per_year, executor, [](std::size_t) { return RowReason::none; },
      [&](std::size_t i) {
        const auto trend = growth_trend(revenue.subspan(i * periods, periods), options);
        p[i] = trend ? trend->p : kNaN;
        return trend ? trend->percent_per_year : kNaN;
      });
}

Interval trait_lift(double good_with, double good, double with, double all, double level) noexcept {
  const bool nested = is_share_of(good_with, good) && is_share_of(with, all) && good <= all &&
                      good_with <= with && good - good_with <= all - with;
  if (!nested || !(with > 0)) return {kNaN, kNaN, kNaN};
  const Interval rate = observed_rate(good_with, good, level);
  const double base = with / all;
  return {rate.estimate / base, rate.lo / base, rate.hi / base};
}

}  // namespace kam::value
