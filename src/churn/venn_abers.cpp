#include <kam/churn/venn_abers.hpp>

#include <algorithm>
#include <new>

#include "churn/prediction_levels.hpp"
#include "numeric/batch.hpp"

namespace kam::churn {
namespace {

using numeric::Level;

/// A point of the cumulative diagram: weight up to a level, events among it.
struct Point {
  double weight, events;
};

Point operator-(const Point& a, const Point& b) {
  return {a.weight - b.weight, a.events - b.events};
}

/// > 0 if a → b → c turns left. Exact for counts below 2^26.
double turn(const Point& a, const Point& b, const Point& c) {
  const Point ab = b - a, bc = c - b;
  return ab.weight * bc.events - ab.events * bc.weight;
}

/// A slope of the diagram kept as its two sides, so that 1 − slope does not cancel.
struct Slope {
  double events, weight;
};

/// The fit at level i when one more row with label 1 lies there, for every i. The extra row moves
/// all later points by (1, 1); the same is to move the earlier ones back, and then each step to
/// the next level changes one point of the lower hull only.
std::vector<Slope> fits_with_an_event(const std::vector<Level>& levels) {
  std::vector<Point> points{{0.0, 0.0}};
  for (const Level& level : levels) {
    points.push_back({points.back().weight + level.weight(), points.back().events + level.events});
  }
  std::vector<Point> hull{{-1.0, -1.0}};
  for (std::size_t i = 1; i < points.size(); ++i) {
    while (hull.size() > 1 && turn(hull[hull.size() - 2], hull.back(), points[i]) <= 0.0) {
      hull.pop_back();
    }
    hull.push_back(points[i]);
  }
  std::reverse(hull.begin(), hull.end());  // the leftmost point is now on top
  std::vector<Slope> slopes;
  slopes.reserve(levels.size());
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point step = hull[hull.size() - 2] - hull.back();
    slopes.push_back({step.events, step.weight});
    const Point moved = points[i] - Point{1.0, 1.0};
    if (turn(hull.back(), hull[hull.size() - 2], moved) >= 0.0) continue;  // not below the hull
    hull.pop_back();
    while (hull.size() > 1 && turn(moved, hull.back(), hull[hull.size() - 2]) <= 0.0) {
      hull.pop_back();
    }
    hull.push_back(moved);
  }
  return slopes;
}

/// Labels exchanged and scores reversed: a row with label 0 becomes one with label 1.
std::vector<Level> mirrored(const std::vector<Level>& levels) {
  std::vector<Level> mirror(levels.rbegin(), levels.rend());
  for (Level& level : mirror) std::swap(level.events, level.others);
  return mirror;
}

VennAbers predictor_of(const std::vector<Level>& levels) {
  VennAbers c;
  const std::size_t n = levels.size();
  const auto with_event = fits_with_an_event(levels);
  const auto with_other = fits_with_an_event(mirrored(levels));
  for (std::size_t i = 0; i < n; ++i) {
    const Slope& low = with_other[n - 1 - i];
    const Slope& high = with_event[i];
    double p0 = std::clamp((low.weight - low.events) / low.weight, 0.0, 1.0);
    double p1 = std::clamp(high.events / high.weight, 0.0, 1.0);
    // Equal slopes of different edges may differ by a rounding: a step never goes down.
    if (i > 0) p0 = std::max(p0, c.p0.back());
    if (i > 0) p1 = std::max(p1, c.p1.back());
    if (c.p0.empty() || p0 != c.p0.back()) {  // a step begins
      c.score0.push_back(levels[i].score);
      c.p0.push_back(p0);
    }
    if (!c.p1.empty() && p1 == c.p1.back()) {  // a step goes on
      c.score1.back() = levels[i].score;
    } else {
      c.score1.push_back(levels[i].score);
      c.p1.push_back(p1);
    }
  }
  return c;
}

RowReason score_reason(double s) {
  if (!std::isfinite(s)) return RowReason::not_finite;
  return s >= 0.0 && s <= 1.0 ? RowReason::none : RowReason::out_of_domain;
}

}  // namespace

Result<Fitted<VennAbers>> fit_venn_abers(const Predictions& predictions) try {
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = churn_detail::need_rows(predictions, *levels); !s.ok()) return s;
  const CalibrationReport report{.events = levels->events,
                                 .others = levels->others,
                                 .rows = levels->rows,
                                 .unknown_outcomes = levels->unknown_outcomes};
  return Fitted<VennAbers>{predictor_of(levels->levels), report};
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

VennAbersInterval interval_of(const VennAbers& c, double s) noexcept {
  const bool usable = s >= 0.0 && s <= 1.0 && !c.p0.empty() && !c.p1.empty();
  if (!usable || c.p0.size() != c.score0.size() || c.p1.size() != c.score1.size()) {
    return {kNaN, kNaN, kNaN};
  }
  const auto after = std::upper_bound(c.score0.begin(), c.score0.end(), s) - c.score0.begin();
  const auto from = std::lower_bound(c.score1.begin(), c.score1.end(), s) - c.score1.begin();
  const double p0 = after == 0 ? 0.0 : c.p0[static_cast<std::size_t>(after - 1)];
  const bool beyond = from == static_cast<std::ptrdiff_t>(c.score1.size());
  const double p1 = beyond ? 1.0 : c.p1[static_cast<std::size_t>(from)];
  return {p0, p1, p1 / (1.0 - p0 + p1)};
}

BatchReport calibrate(const VennAbers& c, std::span<const double> s, std::span<double> out,
                      const Executor& executor) {
  if (Status e = check_size("out", out.size(), s.size()); !e.ok()) return numeric::failed(e);
  return numeric::for_each_row(
      out, executor, [&](std::size_t i) { return score_reason(s[i]); },
      [&](std::size_t i) { return interval_of(c, s[i]).p; });
}

BatchReport calibrate_interval(const VennAbers& c, std::span<const double> s,
                               const IntervalColumns& out, const Executor& executor) {
  if (Status e = check_size("lo", out.lo.size(), s.size()); !e.ok()) return numeric::failed(e);
  if (Status e = check_size("hi", out.hi.size(), s.size()); !e.ok()) return numeric::failed(e);
  if (Status e = check_size("estimate", out.estimate.size(), s.size()); !e.ok()) {
    return numeric::failed(e);
  }
  return numeric::for_each_row(
      out.estimate, executor,
      [&](std::size_t i) {
        if (score_reason(s[i]) != RowReason::none) out.lo[i] = out.hi[i] = kNaN;
        return score_reason(s[i]);
      },
      [&](std::size_t i) {
        const VennAbersInterval at = interval_of(c, s[i]);
        out.lo[i] = at.p0;
        out.hi[i] = at.p1;
        return at.p;
      });
}

}  // namespace kam::churn
