/// Did the account move, or did we move the ruler? The change of a value index between two runs,
/// split without remainder.
///
/// w~ are the effective weights and s the scores of the earlier (e) and the later (l) run; s* is
/// the earlier data scored by the later rulers (bands, references, transforms). The parts:
///
///   behaviour  Σ w~e (sl − s*)                        the account's own doing
///   reference  Σ w~e (s* − se)                        the later rulers themselves
///   model      Σ (w1 − w~e) s + Σ (w3 − w2) s         indicators dropped, indicators added
///   weights    Σ (w2 − w1) s                          weights of indicators both runs know
///   coverage   Σ (w~l − w3) s                         data that came, went or grew old
///
/// s is sl, or s* where the later run lacks the datum: its going is then a change of coverage, and
/// its coming likewise. The weights go from w~e to w~l in four steps. w1: w~e over the common
/// indicators alone, in their proportions. w2: the later weights over the common indicators, with
/// the earlier data present. w3: the same over all indicators, new ones as present as they are
/// later. The steps telescope, so the five parts add up to the difference of the two indices.
///
/// Rules (caps, floors, vetoes) add to two of them: the later rules on the later data, less on the
/// earlier data, are behaviour; the later less the earlier rules on the earlier data are model.
/// Formulas with an example: docs/models/scorecard.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/scorecard.hpp>

namespace kam::value {

/// The earlier run of one account, in the order of the later scorecard's indicators.
struct EarlierRow {
  double value_index = kNaN;                 ///< after rules [points]
  double rule_points = 0;                    ///< of all its rules [points]
  double rule_points_now = 0;                ///< of the later rules on its data [points]
  std::span<const double> scores;            ///< se [points]; NaN = missing or not in its scorecard
  std::span<const double> rescored;          ///< s*, its data by the later rulers; NaN = missing
  std::span<const double> observed;          ///< f [share]; 0 = missing
  std::span<const double> weights;           ///< w~e; 0 = did not count
  std::span<const std::uint8_t> known;       ///< 0 where its scorecard lacked the indicator
  std::span<const double> dropped_scores{};  ///< of indicators that the later scorecard lacks
  std::span<const double> dropped_weights{};  ///< their w~e
};

/// The later run.
struct LaterRow {
  const ScorecardRow* row = nullptr;  ///< before rules
  double rule_points = 0;             ///< of all its rules [points]
};

/// The parts add up to `total`; all NaN if either run has no value index.
struct Change {
  double total = kNaN;  ///< later − earlier value index, both after rules [points]
  double behaviour = kNaN, reference = kNaN, weights = kNaN, coverage = kNaN, model = kNaN;
  std::vector<double> behaviour_points{};  ///< the behaviour of each indicator [points]
};

/// Reused by many calls: no memory is allocated once it has its size.
struct ChangeScratch {
  std::vector<double> scores, observed, before, after;
  ScorecardRow row;
};

/// `later_card` is the scorecard of the later run. size_mismatch if a span does not fit it;
/// invalid_argument without a later row, or if rescored scores are outside 0..100. An account
/// without a value index in one of the runs is no error: its change is NaN. Cost: two evaluations
/// of the scorecard.
[[nodiscard]] Status explain_change(const Scorecard& later_card, const EarlierRow& earlier,
                                    const LaterRow& later, ChangeScratch& scratch, Change& out);

}  // namespace kam::value
