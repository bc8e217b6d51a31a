/// Cox proportional hazards: what makes an account leave sooner, whatever the shape of time. Cox
/// (1972), JRSS B 34, 187-220; ties: Efron (1977), JASA 72, 557-565; robust variance: Lin & Wei
/// (1989), JASA 84, 1074-1078.
///
///   hazard(t | x) = h0_s(t) exp(beta' (x - mean))     s: stratum, a shape of time of its own
///
/// beta maximises  l(beta) - ridge / 2 * sum of (beta_j sd_j)^2,  l the log partial likelihood with
/// weights, sd_j the weighted standard deviation (divisor: sum of weights) of column j.
///
/// Rows are (entry, duration] pieces: an account whose covariates change has several, tied together
/// by `cluster` for robust errors. Time beyond the longest duration of a stratum is not answered.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/risk_set.hpp>
#include <kam/base/special.hpp>

namespace kam::cox {

/// How events at one time enter: Efron takes the rows that leave together as leaving one after the
/// other in unknown order (R's default), Breslow as if each left from the full risk set.
enum class Ties : std::uint8_t { efron, breslow };

/// Columns of n rows. Codes of strata and clusters are 0, 1, …
struct Data {
  SurvivalColumns rows;
  std::span<const Covariate> covariates;
  std::span<const std::uint32_t> stratum{};  ///< empty: one stratum
  std::size_t strata = 1;                    ///< codes are below it
  std::span<const std::uint32_t> cluster{};  ///< empty: every row on its own
  std::size_t clusters = 0;                  ///< codes are below it
};

struct Options {
  Ties ties = Ties::efron;
  /// Hazard increments of the baseline; the default matches `ties`. Breslow increments with Efron
  /// coefficients are what some packages print.
  std::optional<Ties> baseline{};
  double ridge = 0;          ///< see above; >= 0
  bool robust = false;       ///< sandwich standard errors; implied by clusters
  double tolerance = 1e-14;  ///< on the Newton decrement, relative to |l(0)|
  int max_iterations = 50;
};

/// The mean covariates of those at risk, as what the variance of a prediction needs of them: M(t) =
/// sum over the events until t of w / S0 (x_bar - mean), S0 the weighted sum of the risks of those
/// at risk. A function of H0 itself, linear between at most kKnots of its values, from (0, 0) on.
struct BaselineMeans {
  static constexpr std::size_t kKnots = 128;
  std::vector<double> hazard;   ///< H0, ascending                           [-]
  std::vector<double> moments;  ///< M, knots x p row-major; 0 for a dropped column
};

/// Cumulative hazard of a stratum at mean covariates, a step function. Without `variance` and
/// `means` it predicts, and has no intervals.
struct Baseline {
  std::vector<double> time;    ///< ascending                                [time]
  std::vector<double> hazard;  ///< H0(time), right after the events         [-]
  double longest = 0;          ///< largest observed duration; NaN if the stratum has no row
  /// V(time) = sum over the events so far of w / S0^2: of H0, the coefficients known.
  std::vector<double> variance{};
  BaselineMeans means{};
};

/// What scoring needs: a plain value, independent of the rows of the fit but for the steps.
struct Model {
  std::vector<std::string> names;    ///< of the covariates
  std::vector<double> coefficients;  ///< beta; NaN for a dropped column, which counts as 0
  std::vector<double> means;         ///< weighted means of the rows of the fit
  std::vector<Baseline> baselines;   ///< per stratum
  /// Of the coefficients, p x p row-major, robust where the fit was; NaN for a dropped column.
  std::vector<double> covariance{};
};

struct TestResult {
  double chi_squared = 0, degrees_of_freedom = 0, p_value = 1;
};

struct Fit {
  Model model;
  std::vector<double> standard_errors;   ///< robust where asked for; NaN for a dropped column
  std::vector<double> covariance;        ///< of the same kind, row-major; NaN for a dropped column
  std::vector<double> model_covariance;  ///< inverse of the information of the penalised likelihood
  std::vector<double> standard_deviations;  ///< weighted, of the covariates
  std::vector<std::string> dropped;         ///< constant columns, or explained by earlier ones
  double log_likelihood = 0, log_likelihood_null = 0;  ///< partial, without the penalty
  TestResult likelihood_ratio, score, wald;            ///< of beta = 0, model-based
  double concordance = kNaN;                           ///< Harrell's C of the fitted rows
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double gradient_norm = 0;     ///< largest |d l / d (beta_j sd_j)|
  double newton_decrement = 0;  ///< twice the gain that one more step promises
  double weight = 0, events = 0;
  bool robust = false;
  BatchReport rows{};  ///< rows left out
  std::string warning{};

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

/// Newton's method with step halving on standardised columns, n rows, p columns, q event times.
///
/// * Unusable rows (see survival_row_reason; a covariate that is not finite) are left out, counted.
/// * A constant column, or one that earlier columns explain to 1e-9 of its variance, is dropped:
///   its coefficient is NaN (R: NA) and counts as 0 in predictions; `warning` names it.
/// * Separation (all events have the highest value of a combination of columns): the coefficient
///   runs to infinity. The fit stops there with a large finite one, stop reason `boundary`, and
///   `warning` names the columns. A ridge holds them.
///
/// Errors: size_mismatch; invalid_argument; insufficient_data without an event or covariate.
/// Cost: one sort, then O(n p^2) per iteration; robust errors O(n p).
[[nodiscard]] Result<Fit> fit(const Data& data, const Options& options = {});

/// Which function g of time a coefficient is tested to move with: beta_j + theta_j g(t).
enum class TimeScale : std::uint8_t { rank, identity, kaplan_meier };

struct ProportionalHazards {
  std::vector<TestResult> columns;  ///< per covariate; NaN for a dropped one
  TestResult global;                ///< all of them together
};

/// Score test of theta = 0 (Grambsch & Therneau 1994, in the exact form of R's cox.zph from 3.0
/// on): small p-values say that a hazard ratio is not constant in time. rank: mean rank of the time
/// among the durations of all rows; kaplan_meier: 1 - S(t-) of all strata together. The data are
/// those of the fit. Cost: O(n p^2).
[[nodiscard]] Result<ProportionalHazards> proportional_hazards(const Data& data, const Fit& fit,
                                                               TimeScale scale = TimeScale::rank,
                                                               Ties ties = Ties::efron);

/// beta' (x - mean): ln of the hazard relative to an account of mean covariates. `x` in the order
/// of model.names; NaN if its size differs or a needed value is not finite.
[[nodiscard]] double log_hazard_ratio(const Model& model, std::span<const double> x) noexcept;

/// P(leaves within `horizon` | there after `tenure`), one account, some 50 ns. NaN outside the
/// domain, for an unknown stratum, and beyond the longest duration of the stratum.
[[nodiscard]] double churn_probability(const Model& model, std::span<const double> x,
                                       double horizon, double tenure = 0,
                                       std::size_t stratum = 0) noexcept;

/// Accounts to score, n rows; covariates by the names of the model, in any order, more are ignored.
struct Accounts {
  std::span<const Covariate> covariates;
  std::span<const double> tenure{};          ///< [time], >= 0; empty: 0
  std::span<const std::uint32_t> stratum{};  ///< empty: stratum 0
  std::size_t rows = 0;
};

/// ln hazard ratio per account.
BatchReport log_hazard_ratio(const Model& model, const Accounts& accounts, std::span<double> out,
                             const Executor& executor = {});

/// S(time | x) from time 0 (tenure is not read): out is rows x times, row-major. A time beyond the
/// longest duration of the account's stratum is NaN; such rows are counted as beyond_observed.
BatchReport survival(const Model& model, const Accounts& accounts, std::span<const double> times,
                     std::span<double> out, const Executor& executor = {});

/// P(leaves within `horizon` | there after tenure) per account.
BatchReport churn_probability(const Model& model, const Accounts& accounts, double horizon,
                              std::span<double> out, const Executor& executor = {});

/// E[min(T - tenure, horizon) | T > tenure] per account. Cost: steps of the baseline per account.
BatchReport restricted_mean(const Model& model, const Accounts& accounts, double horizon,
                            std::span<double> out, const Executor& executor = {});

/// The same three with interval. With L = r (H0(v) - H0(u)) the hazard from u to v of an account of
/// risk r = exp(beta' (x - mean)), and dV, dM the changes of V and M from u to v,
///
///   Var ln L = dV / dH^2 + d' C d,   d = (x - mean) - dM / dH,   dH = H0(v) - H0(u),
///
/// C the covariance of the coefficients (Tsiatis 1981; Therneau & Grambsch 2000, section 10.2; R's
/// survfit). Intervals of survival and churn are symmetric in ln L = ln(-ln S), that of the
/// restricted mean in the log-odds of its share of the horizon. A window without an event has an
/// interval of no width. A robust fit has the robust C; dV stays that of the model.
///
/// invalid_argument for a level outside (0, 1) or a model without covariance, V and M. Cost:
/// O(p^2) per account and time.
BatchReport survival(const Model& model, const Accounts& accounts, std::span<const double> times,
                     double level, const IntervalColumns& out, const Executor& executor = {});
BatchReport churn_probability(const Model& model, const Accounts& accounts, double horizon,
                              double level, const IntervalColumns& out,
                              const Executor& executor = {});
BatchReport restricted_mean(const Model& model, const Accounts& accounts, double horizon,
                            double level, const IntervalColumns& out,
                            const Executor& executor = {});

/// A baseline of at most `steps` steps (>= 2), spread evenly over the hazard; a baseline that is
/// short enough comes back unchanged. `error`: the largest change of H0, as a share of its end.
/// `means` are kept as they are.
[[nodiscard]] Baseline thin(const Baseline& baseline, std::size_t steps, double& error);

/// The same of M: at most `knots` of them (>= 1), spread evenly over the hazard.
[[nodiscard]] BaselineMeans thin(const BaselineMeans& means, std::size_t knots);

}  // namespace kam::cox
