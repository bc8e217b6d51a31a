/// Was the account lost? Five explicit definitions, for accounts seen on given days.
///
/// A cut divides what is known from what is asked: features are of rows dated on or before the cut,
/// the label is of (cut, cut + H] alone. Whoever's window is not wholly observed on as_of has no
/// label: NaN, counted, never 0. docs/models/churn_labels.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// What counts as lost in the window (cut, cut + H].
enum class LossDefinition : std::uint8_t {
  contract_end = 0,  ///< the first day without a contract is in it, and none begins within grace
  contract_value,    ///< contracts running on its last day are worth less than (1 − δ) of before
  silence,           ///< no order occasion in it
  spend,             ///< net revenue in it below (1 − δ) of the same days whole years earlier
  categories,        ///< fewer than (1 − δ) as many categories bought as in (cut − H, cut]
};
[[nodiscard]] const char* loss_definition_name(LossDefinition definition) noexcept;
/// invalid_argument lists the names.
[[nodiscard]] Result<LossDefinition> parse_loss_definition(std::string_view name);

/// Why a row has its label or none; the first that applies.
enum class LabelStatus : std::uint8_t {
  labelled = 0,
  not_at_risk,    ///< no contract, no value, no recent order on the cut: nothing to lose
  history_short,  ///< the account began within the days it would be compared with
  window_open,    ///< the window (with grace) ends after as_of: not known yet
  value_missing,  ///< a running contract has no value
};
[[nodiscard]] const char* label_status_name(LabelStatus status) noexcept;

struct LabelOptions {
  Day as_of = kNoDay;  ///< needed; rows dated later do not exist
  LossDefinition definition = LossDefinition::silence;
  int horizon_days = 365;   ///< H, 1..36525
  int grace_days = 0;       ///< contract_end: a renewal may be so many days late, 0..36525
  double loss_share = 0.5;  ///< δ of contract_value, spend and categories, in (0, 1]
  /// silence, spend, categories: at risk is who ordered in (cut − active_days, cut], 1..36525.
  int active_days = 365;
  /// κ of silence: the window is max(H, κ · q95 of the account's own gaps up to the cut) days, so
  /// that a slow rhythm is no loss; 0: H for everybody. 0..100
  double gap_factor = 0.0;
};

/// One row per account and cut, account by account in the order of the cuts.
struct ChurnLabels {
  std::vector<Code> account;
  std::vector<Day> cut;
  std::vector<Day> window_end;  ///< last day of the window
  std::vector<double> label;    ///< 1 lost, 0 kept, NaN without label
  std::vector<LabelStatus> status;
  std::size_t labelled = 0, lost = 0;
  std::size_t not_at_risk = 0, history_short = 0, window_open = 0, value_missing = 0;
  std::size_t rows_rejected = 0;  ///< rows of the input without a usable date or amount
};

/// From transactions (silence, spend, categories) or contracts (the other two); the table that is
/// not asked for may be empty. `verdicts` of check(), or empty. Cuts are distinct days, in any
/// order. The order of rows changes no bit. Errors: columns that do not fit, no cut, a cut or as_of
/// that is no date, categories without that column, an option out of range.
/// O(rows log rows + accounts · cuts · rows per account).
[[nodiscard]] Result<ChurnLabels> churn_labels(const Portfolio& portfolio,
                                               std::span<const RowVerdict> verdicts,
                                               std::span<const Day> cuts,
                                               const LabelOptions& options);

/// A column that is to predict a label.
struct DatedFeature {
  std::string_view name;
  std::span<const double> values;    ///< NaN = missing
  std::span<const Day> last_date{};  ///< latest row each value rests on; kNoDay = none
};

enum class LeakKind : std::uint8_t {
  after_cut = 0,   ///< rests on rows dated after the cut
  equals_label,    ///< is the label, or its complement, wherever both are known
  predicts_alone,  ///< its AUC alone is beyond the threshold, in either direction
};
[[nodiscard]] const char* leak_kind_name(LeakKind kind) noexcept;

struct Leak {
  std::size_t feature = 0;  ///< index of the call
  LeakKind kind = LeakKind::after_cut;
  std::size_t rows = 0;       ///< concerned: dated after the cut, or compared
  std::size_t first_row = 0;  ///< of them
  double auc = 0.0;           ///< of the feature alone; NaN if it cannot be computed
};

/// What a model must not be trained on; empty if nothing was found, which proves nothing. `cut` and
/// `label` have one row per row of the features. Errors: columns of different length (named by the
/// feature); threshold outside (0.5, 1]. O(features · n log n).
[[nodiscard]] Result<std::vector<Leak>> find_leaks(std::span<const DatedFeature> features,
                                                   std::span<const Day> cut,
                                                   std::span<const double> label,
                                                   double threshold = 0.99);

}  // namespace kam::portfolio
