/// One account at a time, at once: features in, index, reasons and rules out, without allocation.
///
/// For a web request or a trigger, where a batch has one row. Everything that does not depend on
/// the account is prepared; the row is the caller's and is used again.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kam/base/status.hpp>
#include <kam/value/explanation.hpp>
#include <kam/value/frozen_reference.hpp>
#include <kam/value/rules.hpp>
#include <kam/value/scorecard.hpp>

namespace kam::value {

/// What comes out of one account. From AccountScorer::make_row, which gives the vectors their size.
struct AccountRow {
  double value_index = kNaN;        ///< after the rules [points], NaN = not covered
  ScorecardRow card;                ///< before the rules: index, coverage, dimensions, weights
  Explanation why;                  ///< NaN where either row has no value index
  std::vector<double> rule_points;  ///< per rule, what it moved the index by [points]
  std::vector<double> scores, fresh, rule_x;  ///< memory of the scorer; of no use to anyone else
};

/// Immutable; any number of threads may share one, each with a row of its own.
class AccountScorer {
 public:
  /// Names of the features that score() wants, each once.
  [[nodiscard]] const std::vector<std::string>& features() const noexcept { return features_; }
  [[nodiscard]] const Scorecard& scorecard() const noexcept { return card_; }
  [[nodiscard]] AccountRow make_row() const;

  /// `x`: one value per feature, in the order of features(); what is not finite is missing. `ages`:
  /// days since each datum in the same order, NaN = undated, or none at all. Same bits as score(),
  /// freshness(), evaluate(), explain() and apply() one after the other. No memory is allocated for
  /// a row of make_row(). size_mismatch otherwise, and the row is left as it was. For 20 indicators
  /// about a quarter of a microsecond with bands, two with ranks.
  [[nodiscard]] Status score(std::span<const double> x, std::span<const double> ages,
                             AccountRow& row) const;

 private:
  AccountScorer(Scorecard card, ScorecardRow reference)
      : card_(std::move(card)), reference_(std::move(reference)) {}
  friend Result<AccountScorer> make_account_scorer(
      Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
      ScorecardRow reference, std::span<const Rule> rules);

  Scorecard card_;
  std::vector<std::optional<FrozenReference>> references_;
  ScorecardRow reference_;
  std::vector<Rule> rules_;
  std::vector<std::string> features_;
  std::vector<std::size_t> feature_of_, rule_feature_;  // per indicator, per rule
};

/// Arguments as for make_scorecard_batch, with rules that passed check(). size_mismatch.
[[nodiscard]] Result<AccountScorer> make_account_scorer(
    Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
    ScorecardRow reference, std::span<const Rule> rules = {});

}  // namespace kam::value
