#include <kam/base/trend.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <vector>

#include <kam/base/columns.hpp>

namespace kam {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Point {
  double time, value;
};

/// The values of one season, oldest first, missing ones left out.
using Season = std::vector<Point>;

Result<std::vector<Season>> seasons_of(std::span<const double> series, std::size_t period) {
  const double length = static_cast<double>(series.size());
  if (period == 0) return invalid_argument("period", "at least 1", 0);
  if (series.size() > kMostTrendPeriods) {
    return invalid_argument("series", "at most 2048 periods long", length);
  }
  std::vector<Season> seasons(std::min(period, series.size()));
  bool comparable = false;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (std::isnan(series[i])) continue;
    Season& season = seasons[i % period];
    season.push_back({static_cast<double>(i), series[i]});
    comparable |= season.size() > 1;
  }
  if (comparable) return seasons;
  return Status{StatusCode::insufficient_data, "`series` has no two values that can be compared"};
}

template <class Visit>
void for_each_pair(const std::vector<Season>& seasons, const Visit& visit) {
  for (const Season& season : seasons) {
    for (std::size_t j = 1; j < season.size(); ++j) {
      for (std::size_t i = 0; i < j; ++i) visit(season[i], season[j]);
    }
  }
}

/// Variance of S given which values of the season are equal.
double tied_variance(const Season& season, bool& ties) {
  std::vector<double> sorted;
  for (const Point& point : season) sorted.push_back(point.value);
  std::sort(sorted.begin(), sorted.end());
  double variance = kendall_variance(static_cast<double>(sorted.size()));
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    ties |= last - first > 1;
    variance -= kendall_variance(static_cast<double>(last - first));
    first = last;
  }
  return variance;
}

/// How many orders have d falling pairs, for every d: the product over the seasons of
/// Π (1 + q + … + q^(k−1)), k up to the values of the season. At most 10! in all, exact in a
/// double.
std::vector<double> orders_by_falling_pairs(const std::vector<Season>& seasons) {
  std::vector<double> ways{1};
  for (const Season& season : seasons) {
    for (std::size_t k = 2; k <= season.size(); ++k) {
      std::vector<double> next(ways.size() + k - 1);
      for (std::size_t d = 0; d < ways.size(); ++d) {
        for (std::size_t more = 0; more < k; ++more) next[d + more] += ways[d];
      }
      ways = std::move(next);
    }
  }
  return ways;
}

double exact_p(const std::vector<Season>& seasons, double s) {
  const std::vector<double> ways = orders_by_falling_pairs(seasons);
  const double pairs = static_cast<double>(ways.size() - 1);
  double extreme = 0, all = 0;
  for (std::size_t d = 0; d < ways.size(); ++d) {
    all += ways[d];
    if (std::fabs(pairs - 2 * static_cast<double>(d)) >= std::fabs(s)) extreme += ways[d];
  }
  return extreme / all;
}

MannKendall test_of(const std::vector<Season>& seasons) {
  MannKendall test{};
  for_each_pair(seasons, [&test](const Point& a, const Point& b) {
    test.s += static_cast<double>(b.value > a.value) - static_cast<double>(b.value < a.value);
  });
  bool ties = false;
  for (const Season& season : seasons) {
    test.variance += tied_variance(season, ties);
    test.n += season.size();
  }
  test.exact = test.n <= kMostExactTrend && !ties;
  test.p = test.exact ? exact_p(seasons, test.s) : mann_kendall_p(test.s, test.variance);
  return test;
}

/// Finite for finite values: halves first, and the steepest slope a double can hold beyond that.
double slope_of(const Point& a, const Point& b) {
  if (a.value == b.value) return 0;
  const double slope = (b.value / 2 - a.value / 2) / (b.time / 2 - a.time / 2);
  if (std::isinf(a.value) || std::isinf(b.value)) return slope;
  constexpr double kSteepest = std::numeric_limits<double>::max();
  return std::clamp(slope, -kSteepest, kSteepest);
}

/// The k-th smallest, k from 0.
double order_statistic(std::vector<double>& values, std::size_t k) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(k);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double middle(double low, double high) {
  return low == high ? low : low / 2 + high / 2;
}

Interval slope_with_interval(const std::vector<Season>& seasons, double variance, double z) {
  std::vector<double> slopes;
  for_each_pair(seasons, [&](const Point& a, const Point& b) { slopes.push_back(slope_of(a, b)); });
  const std::size_t n = slopes.size();
  Interval slope{};
  slope.estimate = middle(order_statistic(slopes, (n - 1) / 2), order_statistic(slopes, n / 2));
  const double rank = std::floor((static_cast<double>(n) - z * std::sqrt(variance)) / 2);
  if (!(rank >= 1)) return {slope.estimate, -kInfinity, kInfinity};
  const auto k = static_cast<std::size_t>(rank);
  slope.lo = order_statistic(slopes, k - 1);
  slope.hi = order_statistic(slopes, n - k);
  return slope;
}

Status no_memory() {
  return {StatusCode::out_of_memory, "no memory for the pairs of `series`"};
}

}  // namespace

Result<MannKendall> mann_kendall(std::span<const double> series, std::size_t period) try {
  const auto seasons = seasons_of(series, period);
  if (!seasons) return seasons.error();
  return test_of(*seasons);
} catch (const std::bad_alloc&) {
  return no_memory();
}

Result<Interval> theil_sen(std::span<const double> series, std::size_t period, double level) try {
  const auto z = interval_z(level);
  if (!z) return z.error();
  const auto seasons = seasons_of(series, period);
  if (!seasons) return seasons.error();
  return slope_with_interval(*seasons, test_of(*seasons).variance, *z);
} catch (const std::bad_alloc&) {
  return no_memory();
}

Status seasonal_difference(std::span<const double> series, std::size_t period,
                           std::span<double> out) {
  if (period == 0) return invalid_argument("period", "at least 1", 0);
  if (Status s = check_size("out", out.size(), series.size()); !s.ok()) return s;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const bool known = i >= period && std::isfinite(series[i]) && std::isfinite(series[i - period]);
    out[i] = known ? series[i] - series[i - period] : kNaN;
  }
  return {};
}

Result<Trend> trend_of(std::span<const double> series, std::size_t period, double alpha) try {
  if (!(alpha > 0 && alpha < 1)) return invalid_argument("alpha", "between 0 and 1", alpha);
  const auto seasons = seasons_of(series, period);
  if (!seasons) return seasons.error();
  const MannKendall test = test_of(*seasons);
  const Interval slope = slope_with_interval(*seasons, test.variance, -normal_quantile(alpha / 2));
  const TrendDirection moving = test.s > 0 ? TrendDirection::up : TrendDirection::down;
  return Trend{test.p < alpha ? moving : TrendDirection::flat,
               slope.estimate,
               slope.lo,
               slope.hi,
               test.p,
               test.n};
} catch (const std::bad_alloc&) {
  return no_memory();
}

}  // namespace kam
