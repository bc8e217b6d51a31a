/// What the scorecard reads off a portfolio: one column per feature, one row per account.
///
/// Two steps. fit_feature_priors looks at the whole portfolio and is kept in the model; features
/// is pure per account given those priors: a million accounts or one give the same numbers.
/// Only rows dated on or before as_of count. NaN is missing, never 0, and a column that is missing
/// altogether says what it needs. Names, formulas, units and windows: docs/models/features.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/facts.hpp>
#include <kam/portfolio/feature_options.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// What an account is shrunk to while it has little history of its own. NaN: the portfolio could
/// not carry it, and the feature is missing.
struct FeaturePriors {
  double repurchase_a = kNaN;  ///< Beta of the share of active months   [-], > 0
  double repurchase_b = kNaN;  ///<                                      [-], > 0
  double gap_mean = kNaN;      ///< m0: mean ln gap between occasions    [ln days]
  double gap_strength = kNaN;  ///< kappa0: gaps that m0 is worth        [count], > 0
  double gap_shape = kNaN;     ///< alpha0 of the variance's inverse gamma [-], > 2
  double gap_scale = kNaN;     ///< beta0                                [ln days, squared], > 0
  std::size_t repurchase_accounts = 0;  ///< basis: accounts with an eligible month
  std::size_t gap_accounts = 0;         ///< basis: accounts with a gap
  friend bool operator==(const FeaturePriors&, const FeaturePriors&) = default;
};

/// One column per feature, one row per account. `features` makes what needs the rows alone, in this
/// order (12m: the calendar year up to as_of; rates and shares are fractions):
///   net_revenue_12m  [money]    returns, credit notes and rebates net
///   cts_12m          [money]    cost to serve: costs of activities
///   cm3_12m          [money]    net revenue - cogs - cost to serve
///   cm3_rate         [-]        cm3_12m / net_revenue_12m, where that is > 0
///   net_revenue      [money]    the same over the whole history, prepayments when paid
///   order_count      [count]    occasions (days) ever; 0 without history
///   orders_12m       [count]
///   days_since_last  [days]     since the last occasion
///   repurchase_rate  [-], 0…1   active / eligible months, shrunk
///   overdue_ratio    [-], >= 0  silence / the gap that 9 of 10 of its gaps stay below
///   rating:<item>    0…100      latest rating on its own scale, one column per item; dated
///   return_rate, quantity_12m, contacts and people. The rest is added by scoring/measures.hpp.
struct FeatureTable {
  std::size_t accounts = 0;
  std::vector<std::string> names{};
  std::vector<std::vector<double>> values{};  ///< per name, one value per account
  std::vector<std::string> notes{};  ///< per name: why it is missing ("needs cogs") or what it
                                     ///< leaves out; empty if there is nothing to say
  /// Per name: days from the datum to as_of, one per account, NaN where it is missing or undated;
  /// empty for a feature without a date of its own (it is of as_of).
  std::vector<std::vector<double>> ages{};
  DataReport report{};  ///< rows of side tables that could not be used

  /// Appends a column; `values` empty means missing throughout.
  void add(std::string name, std::vector<double> values, std::string note = {},
           std::vector<double> age = {});
  /// The values of a column; empty if there is no such name.
  [[nodiscard]] std::span<const double> find(std::string_view name) const& noexcept;
  std::span<const double> find(std::string_view name) const&& = delete;
  /// Its ages; empty if it has none.
  [[nodiscard]] std::span<const double> age(std::string_view name) const& noexcept;
  std::span<const double> age(std::string_view name) const&& = delete;
};

/// Whether a feature table may have a column of this name; any "rating:<item>" counts, and any
/// "column:<name>", a column of the user's own.
[[nodiscard]] bool is_feature(std::string_view name) noexcept;
/// All names but the ratings, in the order of docs/models/features.md.
[[nodiscard]] std::span<const std::string_view> feature_names() noexcept;

/// By moments, O(rows). Errors as for features.
[[nodiscard]] Result<FeaturePriors> fit_feature_priors(const Portfolio& portfolio,
                                                       std::span<const RowVerdict> verdicts,
                                                       Day as_of,
                                                       const FeatureOptions& options = {});

/// The same from facts that are gathered already. O(accounts).
[[nodiscard]] Result<FeaturePriors> fit_feature_priors(const PortfolioFacts& facts);

/// Errors: columns that do not fit together, as_of before 1900-01-02, options out of range.
[[nodiscard]] Result<FeatureTable> features(const Portfolio& portfolio,
                                            std::span<const RowVerdict> verdicts, Day as_of,
                                            const FeaturePriors& priors,
                                            const FeatureOptions& options = {});

/// The same from facts that were gathered of this portfolio with these options. size_mismatch if
/// they are of another number of accounts.
[[nodiscard]] Result<FeatureTable> features(const Portfolio& portfolio, const PortfolioFacts& facts,
                                            const FeaturePriors& priors,
                                            const FeatureOptions& options = {});

}  // namespace kam::portfolio
