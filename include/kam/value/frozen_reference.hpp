/// The portfolio of the day of the fit, remembered as a ruler: "better than what share of them?"
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/position.hpp>

namespace kam::value {

/// Mid-rank percentile against values that never change after the fit, so one account scored alone
/// gets the same number as in a batch of a million, and a score moves only when the account does.
/// One giant account cannot flatten the others, as it does under min–max.
class FrozenReference {
 public:
  /// One distinct reference value and how the others lie around it.
  struct Knot {
    double value;    ///< finite
    double below;    ///< reference values < value  [count]
    double through;  ///< reference values <= value [count]
    friend bool operator==(const Knot&, const Knot&) = default;
  };
  static constexpr std::size_t kMostKnots = 4096;

  /// 100 (mean rank − ½)/n: the count below plus half the ties, as a share of n. A value between
  /// two knots takes the count between them, interpolated where the reference was compressed.
  /// 0 below the smallest, 100 above the largest, NaN if x is not finite. O(log knots).
  [[nodiscard]] double percentile(double x) const noexcept {
    if (!std::isfinite(x)) return kNaN;
    const auto next = std::upper_bound(knots_.begin(), knots_.end(), x,
                                       [](double v, const Knot& k) { return v < k.value; });
    if (next == knots_.begin()) return 0.0;
    const Knot& last = *std::prev(next);
    if (last.value == x) return 50.0 * (last.below + last.through) / count_;
    if (next == knots_.end()) return 100.0;
    const double between = next->below - last.through;  // 0 unless compressed
    const double rank = last.through + between * detail::position(x, last.value, next->value);
    return 100.0 * rank / count_;
  }

  /// Of the reference values; between two of them their mean.
  [[nodiscard]] double median() const noexcept { return median_; }
  /// Median of |value - median()|; 0 where more than half of the reference is one value.
  [[nodiscard]] double median_absolute_deviation() const noexcept { return deviation_; }

  /// Reference values behind the knots.
  [[nodiscard]] double count() const noexcept { return count_; }
  /// Increasing; what a model file stores.
  [[nodiscard]] const std::vector<Knot>& knots() const noexcept { return knots_; }

 private:
  explicit FrozenReference(std::vector<Knot> knots);
  friend Result<FrozenReference> make_reference(std::span<const double> values);
  friend Result<FrozenReference> restore_reference(std::vector<Knot> knots);

  std::vector<Knot> knots_;  // at least one
  double count_;
  double median_, deviation_;
};

/// Remembers the finite values; the others are left out (count() says how many remain). Exact up
/// to kMostKnots distinct values; beyond, evenly spaced quantiles are kept and a percentile is off
/// by less than 100/(kMostKnots − 1) = .0245 points. O(n log n).
/// insufficient_data if no value is finite.
[[nodiscard]] Result<FrozenReference> make_reference(std::span<const double> values);

/// The inverse of knots(): values increasing, counts that fit together. invalid_argument otherwise.
[[nodiscard]] Result<FrozenReference> restore_reference(std::vector<FrozenReference::Knot> knots);

}  // namespace kam::value
