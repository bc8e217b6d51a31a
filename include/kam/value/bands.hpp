/// Business thresholds as a piecewise linear score: what an account must do to earn which points.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/position.hpp>

namespace kam::value {

/// "x earns `score`".
struct Anchor {
  double x;      ///< [unit of the feature], finite
  double score;  ///< [points], 0..100
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

/// Linear between its anchors, flat outside. Depends on nothing but itself, so a score never moves
/// because another account did. Scores need not be monotone: a visit rate can be too low and too
/// high.
class Bands {
 public:
  [[nodiscard]] const std::vector<Anchor>& anchors() const noexcept { return anchors_; }

  /// [points], 0..100; NaN if x is not finite: missing is not zero, and an infinite ratio is a
  /// division by zero rather than a good customer. O(log anchors).
  [[nodiscard]] double score(double x) const noexcept {
    if (!std::isfinite(x)) return kNaN;
    const double at = std::clamp(x, anchors_.front().x, anchors_.back().x);
    const auto next = std::upper_bound(anchors_.begin(), anchors_.end(), at,
                                       [](double v, const Anchor& a) { return v < a.x; });
    const Anchor& last = *std::prev(next);
    if (next == anchors_.end()) return last.score;
    const double rise = next->score - last.score;
    const double points = last.score + rise * detail::position(at, last.x, next->x);
    // Rounding must not lead past the next anchor.
    return rise > 0 ? std::min(points, next->score) : std::max(points, next->score);
  }

 private:
  explicit Bands(std::vector<Anchor> anchors) : anchors_(std::move(anchors)) {}
  friend Result<Bands> make_bands(std::vector<Anchor> anchors);

  std::vector<Anchor> anchors_;  // at least two
};

/// At least two anchors, x finite and strictly increasing, scores in 0..100. Anchors that repeat,
/// overlap or come out of order are refused, never sorted: bands such as "<= 1 day" beside "1–5
/// days" contradict each other at 1, and only their author knows which was meant.
/// invalid_argument names the anchor and its value.
[[nodiscard]] Result<Bands> make_bands(std::vector<Anchor> anchors);

}  // namespace kam::value
