/// Churn with the switching cost in it: P(leave) = 1/(1 + exp((V_us − V_rival + SC)/σ)), said as an
/// offset on the log-odds of leaving that other models give.
///
/// logit p_i = c + x_i − β (S_i − mean S): β = 1/σ >= 0 is given, not fitted, and c makes the mean
/// probability the observed loss rate. More switching cost never means more churn.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::switching {

/// What scoring one more account needs.
struct LoyaltyOffset {
  double beta;       ///< fall of the log-odds of leaving per unit of switching cost [1/unit], >= 0
  double mean;       ///< mean switching cost of the accounts it was calibrated on [unit]
  double intercept;  ///< c [log-odds]
  double rate;       ///< mean probability on those accounts: the loss rate that was asked for
};

/// The accounts to calibrate on; n rows.
struct LoyaltyColumns {
  std::span<const double> switching_cost;  ///< S, in money or as a share of the annual spend
  std::span<const double> log_odds{};      ///< x, what another model says of leaving; empty means 0
  std::span<const double> weight{};        ///< how often the row counts, >= 0; empty means 1
};

/// −β (S − mean): what the switching cost adds to the log-odds of leaving.
[[nodiscard]] inline double offset(const LoyaltyOffset& model, double switching_cost) noexcept {
  return model.beta * (model.mean - switching_cost);
}

/// P(leave) of one account; NaN if an argument is.
[[nodiscard]] inline double churn_probability(const LoyaltyOffset& model, double switching_cost,
                                              double log_odds = 0) noexcept {
  return logistic(model.intercept + (log_odds + offset(model, switching_cost)));
}

/// A model and what became of the rows: a missing switching cost is not a cost of 0, so such rows
/// do not take part (`report`) and have no probability.
struct LoyaltyFit {
  LoyaltyOffset model;
  BatchReport report;
};

/// The intercept by Newton's method inside a bracket that always holds it: the mean probability
/// equals `rate` as closely as the last place of the intercept allows. invalid_argument unless β is
/// finite and >= 0 and 0 < rate < 1 (no loss at all has no finite intercept: use a base rate with a
/// prior); size_mismatch; insufficient_data if no row can be used. O(n) per iteration, some ten of
/// them.
[[nodiscard]] Result<LoyaltyFit> calibrate_loyalty_offset(const LoyaltyColumns& accounts,
                                                          double beta, double rate);

/// Row by row; `log_odds` may be empty. A row with a missing cost is NaN and counted.
[[nodiscard]] BatchReport churn_probability(const LoyaltyOffset& model,
                                            std::span<const double> switching_cost,
                                            std::span<const double> log_odds, std::span<double> out,
                                            const Executor& executor = {});

}  // namespace kam::switching
