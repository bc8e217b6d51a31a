/// One measure of an account and how it becomes a score from 0 (bad for us) to 100 (good for us).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/value/bands.hpp>
#include <kam/value/frozen_reference.hpp>
#include <kam/value/scales.hpp>

namespace kam::value {

enum class Direction : std::uint8_t {
  higher_is_better,
  lower_is_better,
  nominal_is_best,  ///< best somewhere in between; bands or a target only
};

/// Mid-rank against a FrozenReference, which belongs to the model and comes with the call.
struct RankScale {
  friend bool operator==(const RankScale&, const RankScale&) = default;
};

/// Every member has a default, so that designated initialisers may name just a few.
struct Indicator {
  std::string id{};         ///< unique within its scorecard, ASCII
  std::string dimension{};  ///< id of the dimension it belongs to
  std::string feature{};    ///< column of the feature table that it reads
  std::string label_en{};   ///< what a reason calls it; empty: the id
  std::string label_zh{};
  std::string unit{};   ///< of the feature, for display
  double weight = 1.0;  ///< within its dimension [-], >= 0; normalised by the scorecard
  Direction direction = Direction::higher_is_better;
  std::variant<Bands, RankScale, RangeScale, TargetScale, RobustZScale> scale = RankScale{};
  std::string source{};  ///< who says that these bands and this weight are right
  std::string part{};    ///< sub-group of the dimension, e.g. credit or cooperation; may be empty
  /// Score that stands in for a missing one [points], 0..100; NaN: none, the rest of the dimension
  /// speaks for it. A stand-in counts in the index and never in the coverage.
  double missing_score = kNaN;
  double maximum_age_days = kNaN;  ///< older data are missing [days], >= 0; NaN: they never are
  double half_life_days = kNaN;    ///< its weight halves in this time [days], > 0; NaN: it does not
};

/// How much a datum of this age still counts: 1 fresh or undated (age NaN), 0 too old. The weight
/// decays and the value does not: an old 8 is an unsure 8, not a 4.
[[nodiscard]] inline double freshness(const Indicator& indicator, double age_days) noexcept {
  if (!(age_days > 0)) return 1;
  if (age_days > indicator.maximum_age_days) return 0;
  return indicator.half_life_days > 0 ? std::exp2(-age_days / indicator.half_life_days) : 1;
}

/// [points], 0..100; NaN if x is not finite, or if a rank or z is asked for without a reference.
/// Bands and targets say themselves which way is up; the others are turned round where lower is
/// better.
[[nodiscard]] inline double score(const Indicator& indicator, const FrozenReference* reference,
                                  double x) noexcept {
  if (const Bands* bands = std::get_if<Bands>(&indicator.scale)) return bands->score(x);
  if (const auto* target = std::get_if<TargetScale>(&indicator.scale)) return target->score(x);
  double points = kNaN;
  if (const auto* range = std::get_if<RangeScale>(&indicator.scale)) {
    points = range->score(x);
  } else if (reference != nullptr) {
    const bool ranked = std::holds_alternative<RankScale>(indicator.scale);
    points = ranked ? reference->percentile(x) : robust_z_score(*reference, x);
  }
  return indicator.direction == Direction::lower_is_better ? 100.0 - points : points;
}

/// Whether the scale needs a FrozenReference.
[[nodiscard]] inline bool needs_reference(const Indicator& indicator) noexcept {
  return std::holds_alternative<RankScale>(indicator.scale) ||
         std::holds_alternative<RobustZScale>(indicator.scale);
}

/// A column at once; `x` and `out` have one row per account. A row that is not finite is NaN and
/// counted as not_finite. invalid_argument if a rank has no reference; size_mismatch.
[[nodiscard]] BatchReport score(const Indicator& indicator, const FrozenReference* reference,
                                std::span<const double> x, std::span<double> out,
                                const Executor& executor = {});

/// What an indicator must be for itself: an id, a weight >= 0, a scale that runs in its direction
/// (bands that reward the wrong end are a mistake of the configuration, found here and not at
/// scoring). invalid_argument names the indicator.
[[nodiscard]] Status check(const Indicator& indicator);

}  // namespace kam::value
