/// MBG/CNBD-k: MBG/NBD for accounts that order on a rhythm.
///
/// The gaps between orders are Erlang-k; the account may leave after each order, the first
/// included.
/// Reutterer, Platzer & Schröder (2021), Int. J. Research in Marketing 38(1), 194-215; formulas,
/// letters and domain: churn/cnbd.hpp. Batches over columns: churn/order_model.hpp.
#pragma once

#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/churn/cnbd.hpp>

namespace kam::mbgcnbd {

using Parameters = cnbd::Parameters</*kFirstOrderCounts=*/true>;

using cnbd::expected_orders;
using cnbd::expected_orders_if_alive;
using cnbd::expected_orders_new;
using cnbd::log_likelihood;
using cnbd::log_likelihood_without_gaps;
using cnbd::log_odds_left;
using cnbd::probability_alive;
using cnbd::probability_alive_at;
using cnbd::probability_no_order;
using cnbd::probability_no_order_if_alive;
using cnbd::probability_of_orders;
using cnbd::valid;

/// Maximum likelihood at a given k, 1 to kMostPhases: as mbgnbd::fit, with sums over k phases in
/// the likelihood and both its derivatives. With accounts.log_gaps the log-likelihood of the result
/// is complete, and rows whose gaps cannot be are left out and counted. Without them it is NaN for
/// k > 1, since it could not be compared across k; the parameters are the same. Errors: those of
/// mbgnbd::fit; invalid_argument (k, or a start of another k). Cost: k + 2 times that of mbgnbd.
[[nodiscard]] Result<FitResult<Parameters>> fit(const OrderColumns& accounts, int k,
                                                const FitOptions<Parameters>& options = {},
                                                const Executor& executor = {});

/// The best k of 1 to most_phases by likelihood, and the whole profile. Needs accounts.log_gaps.
/// Errors: those of fit; size_mismatch without log_gaps; invalid_argument (most_phases).
[[nodiscard]] Result<cnbd::PhaseFit<Parameters>> fit_k(const OrderColumns& accounts,
                                                       int most_phases = cnbd::kUsualPhases,
                                                       const FitOptions<Parameters>& options = {},
                                                       const Executor& executor = {});

}  // namespace kam::mbgcnbd
