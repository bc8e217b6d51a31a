/// Static covariates of order models: the frame that every model with order rates and a drop-out
/// shares. A covariate is a number per account that does not change over its life (a segment as
/// 0/1, the size of its first order, a region).
///
/// The parameters of account i, with z_i its order and w_i its drop-out covariates:
///   Pareto/NBD        alpha_i = alpha exp(-gamma'z_i), beta_i = beta exp(-delta'w_i)
///   BG/NBD, MBG/NBD   alpha_i = alpha exp(-gamma'z_i), and by DropoutEffect
///     both            a_i = a exp(delta'w_i),   b_i = b exp(delta'w_i)
///     odds            a_i = a exp(delta'w_i/2), b_i = b exp(-delta'w_i/2)
/// Fader & Hardie (2007), Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD
/// models, brucehardie.com/notes/019. docs/models/covariates.md says which effect to choose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Covariates of a call, each as long as the order columns. The same column may be in both.
struct CovariateColumns {
  std::span<const Covariate> order{};    ///< z: act on the order rate
  std::span<const Covariate> dropout{};  ///< w: act on the drop-out
};

/// What exp(delta'w) multiplies. `both` leaves the mean drop-out a/(a+b) as it is and changes only
/// how much accounts of equal w differ in it; `odds` multiplies the odds a/b and keeps ab.
enum class DropoutEffect : std::uint8_t { both, odds };

[[nodiscard]] constexpr const char* dropout_effect_name(DropoutEffect effect) noexcept {
  return effect == DropoutEffect::both ? "both" : "odds";
}

/// Base parameters (those of an account with z = w = 0) and coefficients.
template <class Base>
struct CovariateParameters {
  Base base{};
  std::vector<double> order{};    ///< gamma: d ln(order rate) / dz         [1/unit of z]
  std::vector<double> dropout{};  ///< delta: see DropoutEffect             [1/unit of w]
  DropoutEffect effect = DropoutEffect::both;

  friend bool operator==(const CovariateParameters&, const CovariateParameters&) = default;
};

struct CovariateFitOptions {
  /// Penalty ridge/2 * sum of (coefficient * standard deviation of its covariate)^2: a normal
  /// prior with variance 1/ridge on the effect of one standard deviation. 0 = none.
  double ridge = 1;
  DropoutEffect effect = DropoutEffect::both;
  double tolerance = 1e-14;  ///< on the Newton decrement, relative to |log-likelihood|
  int max_iterations = 200;
};

/// n = base parameters + order coefficients + drop-out coefficients, in this order everywhere.
template <class Base>
struct CovariateFit {
  CovariateParameters<Base> parameters{};
  std::vector<std::string> names{};       ///< "r", …, "order:NAME", "dropout:NAME"
  std::vector<double> standard_errors{};  ///< of base parameters and coefficients; NaN if unknown
  std::vector<double> covariance{};       ///< of (ln base, coefficients), n x n row-major
  double log_likelihood = 0;              ///< without the penalty
  double penalty = 0;                     ///< subtracted from it to be maximised, >= 0
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double gradient_norm = 0;     ///< largest derivative by ln(base) or a standardised coefficient
  double newton_decrement = 0;  ///< gain that one more Newton step promises
  double weight = 0;            ///< sum of the weights of the rows used
  double events = 0;            ///< weighted repeat orders
  BatchReport rows{};           ///< rows left out, with the first and why
  std::string warning{};        ///< identifiability in words; empty if there is nothing to say

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

/// A fitted model with covariates: what intervals are computed from.
template <class Base>
struct CovariateEstimate {
  CovariateParameters<Base> model{};
  std::vector<double> covariance{};  ///< of (ln base, coefficients), n x n row-major

  [[nodiscard]] static CovariateEstimate from(const CovariateFit<Base>& fit) {
    return {fit.parameters, fit.covariance};
  }
};

// Verbs over a portfolio, for Base = bgnbd, mbgnbd and pareto_nbd::Parameters. Rows out = accounts
// in; a row that cannot be read, or with a covariate that is not finite, is NaN and counted.
// Errors: parameters outside their domain, a number of covariates other than that of the
// coefficients, columns that differ in length, a horizon that is not finite and >= 0; the output is
// then untouched. Cost: one scalar formula per row.

template <class Base>
BatchReport log_likelihood(const CovariateParameters<Base>& model, const OrderColumns& accounts,
                           const CovariateColumns& covariates, std::span<double> out,
                           const Executor& executor = {});
template <class Base>
BatchReport probability_alive(const CovariateParameters<Base>& model, const OrderColumns& accounts,
                              const CovariateColumns& covariates, std::span<double> out,
                              const Executor& executor = {});
template <class Base>
BatchReport probability_alive_at(const CovariateParameters<Base>& model, double horizon,
                                 const OrderColumns& accounts, const CovariateColumns& covariates,
                                 std::span<double> out, const Executor& executor = {});
template <class Base>
BatchReport probability_no_order(const CovariateParameters<Base>& model, double horizon,
                                 const OrderColumns& accounts, const CovariateColumns& covariates,
                                 std::span<double> out, const Executor& executor = {});
template <class Base>
BatchReport expected_orders(const CovariateParameters<Base>& model, double horizon,
                            const OrderColumns& accounts, const CovariateColumns& covariates,
                            std::span<double> out, const Executor& executor = {});
/// As discounted_expected_orders of order_model.hpp; the horizon may be infinite where delta > 0.
template <class Base>
BatchReport discounted_expected_orders(const CovariateParameters<Base>& model, double horizon,
                                       double delta, const OrderColumns& accounts,
                                       const CovariateColumns& covariates, std::span<double> out,
                                       const Executor& executor = {});

// With intervals, as those of order_model.hpp: the delta method over base parameters and
// coefficients. Cost: 2 n + 1 batches.

template <class Base>
BatchReport probability_alive(const CovariateEstimate<Base>& estimate, double level,
                              const OrderColumns& accounts, const CovariateColumns& covariates,
                              const IntervalColumns& out, const Executor& executor = {});
template <class Base>
BatchReport probability_no_order(const CovariateEstimate<Base>& estimate, double horizon,
                                 double level, const OrderColumns& accounts,
                                 const CovariateColumns& covariates, const IntervalColumns& out,
                                 const Executor& executor = {});
template <class Base>
BatchReport expected_orders(const CovariateEstimate<Base>& estimate, double horizon, double level,
                            const OrderColumns& accounts, const CovariateColumns& covariates,
                            const IntervalColumns& out, const Executor& executor = {});

}  // namespace kam
