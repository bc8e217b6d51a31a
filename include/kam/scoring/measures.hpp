/// From plain facts to measures: the features that need a formula of value/ or the whole portfolio.
///
/// What looks at the whole portfolio (how answers to "would you recommend us?" spread, what
/// look-alikes buy) is fitted once and kept in the model; a measure of one account is the same
/// alone as in a batch. Names, formulas, units and windows: docs/models/features.md.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/facts.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/value/loyalty.hpp>

namespace kam::scoring {

/// What the accounts of one sector buy, by name: codes differ between runs.
struct LookAlikes {
  std::string sector{};                   ///< empty: all accounts
  std::size_t accounts = 0;               ///< that bought in any category in the year of the fit
  std::vector<std::string> categories{};  ///< bought by a fifth of them or more, by name
  std::vector<double> shares{};           ///< of them that buy it, 0.2 … 1
  friend bool operator==(const LookAlikes&, const LookAlikes&) = default;
};

struct MeasurePriors {
  /// Dirichlet prior of the answers [answers]; NaN: the portfolio could not carry it.
  value::Answers net_promoter{kNaN, kNaN, kNaN};
  std::size_t net_promoter_accounts = 0;  ///< basis: accounts with an answer
  /// All accounts first, then each sector of five accounts or more that bought; empty without
  /// categories.
  std::vector<LookAlikes> look_alikes{};
};

/// Errors: facts of another portfolio. O(rows).
[[nodiscard]] Result<MeasurePriors> fit_measure_priors(
    const portfolio::Portfolio& portfolio, const portfolio::PortfolioFacts& facts,
    const portfolio::FeatureOptions& options = {});

/// Appends the measures to `features`, which were made from the same facts. A measure that cannot
/// be computed for an account is NaN; one that cannot be computed at all says in its note what it
/// needs. O(rows) and O(trend_months^2) per account. Errors as above; then `features` is unchanged.
[[nodiscard]] Status add_measures(const portfolio::Portfolio& portfolio,
                                  const portfolio::PortfolioFacts& facts,
                                  const MeasurePriors& priors,
                                  const portfolio::FeatureOptions& options,
                                  portfolio::FeatureTable& features);

}  // namespace kam::scoring
