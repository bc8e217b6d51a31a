/// How good probabilities of churn are: do they rank, do they hold what they say, and does the
/// money they put first get lost?
///
/// Everything is computed from the multiset of rows: the order of rows changes no bit, ties are
/// shared. docs/models/evaluation.md has the formulas and where other libraries differ.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/auc.hpp>
#include <kam/base/batch_report.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/predictions.hpp>

namespace kam::churn {

/// Averages over rows, each counting by its weight, or by weight × value. NaN without weight.
struct Losses {
  double weight = 0.0;                 ///< Σ w (by money: Σ w·value) [-] or [money]
  double events = 0.0;                 ///< Σ w y: lost
  double expected = 0.0;               ///< Σ w p
  double log_loss = kNaN;              ///< −mean ln P(outcome) [nats]; p kCertain inside 0 and 1
  double brier = kNaN;                 ///< mean (p − y)², 0..1
  double brier_base = kNaN;            ///< the same with the overall share for everybody
  double brier_skill = kNaN;           ///< 1 − brier/brier_base; NaN with one outcome
  double observed_to_expected = kNaN;  ///< events/expected
  double auc = kNaN;                   ///< NaN with one outcome
  double average_precision = kNaN;     ///< Σ (recall step) · precision, ties together
};

/// One bin of the reliability table.
struct ReliabilityBin {
  double lowest, highest;  ///< probabilities in it
  double weight, events;
  double probability;         ///< mean
  double share;               ///< events/weight
  double share_lo, share_hi;  ///< Clopper–Pearson at interval_level
};

/// What the k = ⌈fraction · weight⌉ rows of highest probability hold. A tie that reaches over the
/// end is shared in proportion.
struct TopShare {
  double fraction;              ///< asked for, 0..1
  double rows;                  ///< k
  double events;                ///< among them; not whole where a tie is cut
  double precision;             ///< events/k
  double recall;                ///< events/all events; NaN without events
  double lift;                  ///< precision over the overall share
  double value_recall;          ///< lost value among them/all lost value; NaN without values
  double value_recall_by_loss;  ///< the same when ranked by probability · value
};

/// logit P(lost) = intercept + slope · logit p: 0 and 1 if calibrated.
struct CalibrationLine {
  double slope = kNaN, slope_standard_error = kNaN;
  double intercept = kNaN, intercept_standard_error = kNaN;
  double in_the_large = kNaN;  ///< the intercept when the slope is held at 1 [log-odds]
  double in_the_large_standard_error = kNaN;
};

/// Hosmer & Lemeshow over ten groups of equal size, remainders to the first.
struct HosmerLemeshow {
  double statistic = kNaN;  ///< Σ (O − E)²/(E(1 − E/n)); ~ χ² with 8 degrees in sample
  double p_value = kNaN;
};

struct EvaluationOptions {
  double interval_level = kDefaultIntervalLevel;  ///< 0..1
  std::size_t bins = 10;       ///< of the reliability table to begin with, 1..1000
  double least_events = 10.0;  ///< a bin has at least so many, or joins its neighbour, > 0
  /// Of the rows, each in (0, 1].
  std::vector<double> fractions{0.05, 0.1, 0.2, 0.3};
};

struct Evaluation {
  Losses by_account{};
  Losses by_value{};  ///< each row counts by weight · value; NaN without `value`
  Auc auc{};          ///< by account, DeLong's error and interval
  double observed_to_expected_lo = kNaN;  ///< exact Poisson interval of `events`, over expected
  double observed_to_expected_hi = kNaN;
  CalibrationLine line{};           ///< NaN with one outcome or one probability
  double calibration_error = kNaN;  ///< ECE: Σ |O − E|/n over ten bins of equal width
  HosmerLemeshow hosmer_lemeshow{};
  std::vector<ReliabilityBin> reliability{};  ///< empty: see the note
  std::string reliability_note{};             ///< why there is no table; else empty
  std::vector<TopShare> top{};                ///< one per fraction
  double certain_and_wrong = 0.0;      ///< weight of rows with p = 0 or 1 and the other outcome
  BatchReport rows{};                  ///< rows left out
  std::size_t unknown_outcomes = 0;    ///< rows with outcome NaN; not in `rows`
  std::size_t rows_without_value = 0;  ///< used rows that count in no number by value
};

/// `value` is what a row is worth [money], >= 0; a row where it is missing, negative or beyond
/// 1e100 is used, but not by value. Empty: nothing is by value. O(n log n).
/// insufficient_data without a row that counts; with one outcome what needs both is NaN.
/// size_mismatch and invalid_argument name the argument.
[[nodiscard]] Result<Evaluation> evaluate(const Predictions& predictions,
                                          std::span<const double> value = {},
                                          const EvaluationOptions& options = {});

}  // namespace kam::churn
