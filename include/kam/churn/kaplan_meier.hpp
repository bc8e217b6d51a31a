/// Kaplan-Meier and Nelson-Aalen: how many are still there after t, from rows that are partly still
/// there themselves. Kaplan & Meier (1958), JASA 53, 457-481; Aalen (1978), Ann. Stat. 6, 701-726;
/// variances: Greenwood (1926); Klein & Moeschberger (2003), Survival Analysis, ch. 4.
///
///   S(t) = product over event times u <= t of (1 - d_u / n_u)      d: weight of the events
///   H(t) = sum over event times u <= t of d_u / n_u                n: weight of the rows at risk
///
/// Events that share a time did not truly happen together. Nelson-Aalen takes them one after the
/// other (Fleming & Harrington 1984; R's ctype = 2, lifelines): m tied rows of mean weight w add
/// sum over k < m of w / (n - k w) to H. HazardTies::together keeps d / n.
///
/// `tenure` > 0 asks for accounts that are still there after `tenure`: S(t | tenure) = S(t) /
/// S(tenure), its variance from the events after `tenure` alone. Tenure 0 asks for new ones.
///
/// Beyond the longest observed duration nobody knows: the answer is NaN with
/// Support::beyond_observed, never a guess, unless S had already reached 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/risk_set.hpp>

namespace kam {

/// A step function, one entry per distinct event time.
struct SurvivalCurve {
  std::vector<double> time;             ///< ascending                                    [time]
  std::vector<double> at_risk;          ///< weight of the rows at risk
  std::vector<double> deaths;           ///< weight of the events
  std::vector<double> survival;         ///< S(time), right after the events              [-]
  std::vector<double> greenwood;        ///< sum of d / (n (n - d)): Var S / S^2; infinite at S = 0
  std::vector<double> hazard;           ///< H(time)                                      [-]
  std::vector<double> hazard_variance;  ///< sum of d / n^2, ties as in H
  double longest = kNaN;                ///< largest observed duration                    [time]
  double weight = 0;                    ///< of the rows used
  double events = 0;                    ///< weighted
  BatchReport rows{};                   ///< rows left out
};

enum class Support : std::uint8_t { observed, beyond_observed };

/// On which scale an interval of S is symmetric: log(-log S), which stays in [0, 1] and is better
/// in the tails, or S itself (cut off at 0 and 1).
enum class CurveScale : std::uint8_t { log_log, plain };

/// Estimate with interval and standard error; all NaN if support is beyond_observed (but a quantile
/// may have a known lower end). lo and hi are NaN where there is none (log_log at S = 0).
struct CurveAnswer {
  double estimate = kNaN, lo = kNaN, hi = kNaN, standard_error = kNaN;
  Support support = Support::beyond_observed;
};

enum class HazardTies : std::uint8_t { successive, together };

struct CurveOptions {
  double level = kDefaultIntervalLevel;
  CurveScale scale = CurveScale::log_log;
};

namespace kaplan_meier {

/// Rows that cannot be used are left out and counted. Errors: size_mismatch; insufficient_data
/// without a usable row. Without an event S is 1 as far as anybody was observed.
[[nodiscard]] Result<SurvivalCurve> fit(const SurvivalColumns& columns,
                                        HazardTies ties = HazardTies::successive);

/// One curve per stratum of a risk set (a stratum without rows has an empty one).
[[nodiscard]] std::vector<SurvivalCurve> fit(const RiskSet& set,
                                             HazardTies ties = HazardTies::successive);

/// S(time | tenure): P(still there after `time`, given there after `tenure`). 1 for time <= tenure.
/// NaN answers also for a negative or NaN argument, or a level outside (0, 1).
[[nodiscard]] CurveAnswer survival(const SurvivalCurve& curve, double time, double tenure = 0,
                                   const CurveOptions& options = {});

/// P(leaves within `horizon` | there after `tenure`).
[[nodiscard]] CurveAnswer churn_probability(const SurvivalCurve& curve, double horizon,
                                            double tenure = 0, const CurveOptions& options = {});

/// The time by which a share `p` (0.5: the median) of those there after `tenure` has left: smallest
/// t with S(t | tenure) <= 1 - p; its interval are the times where the bands of S get there
/// (Brookmeyer & Crowley 1982). beyond_observed if S never falls that low; an end of the interval
/// that is not reached is NaN. No standard error.
[[nodiscard]] CurveAnswer quantile(const SurvivalCurve& curve, double p, double tenure = 0,
                                   const CurveOptions& options = {});

/// E[min(T - tenure, horizon) | T > tenure]: mean life within `horizon`, with the standard error of
/// Klein & Moeschberger (4.5.2); interval symmetric, cut off at 0 and `horizon`.
[[nodiscard]] CurveAnswer restricted_mean(const SurvivalCurve& curve, double horizon,
                                          double tenure = 0, const CurveOptions& options = {});

/// P(leaves within `horizon`) per account of `tenure`; reason beyond_observed where NaN for that.
BatchReport churn_probability(const SurvivalCurve& curve, double horizon,
                              std::span<const double> tenure, const IntervalColumns& out,
                              const CurveOptions& options = {}, const Executor& executor = {});

}  // namespace kaplan_meier

namespace nelson_aalen {

/// The same curve: `hazard` and `hazard_variance` are Nelson-Aalen's.
[[nodiscard]] inline Result<SurvivalCurve> fit(const SurvivalColumns& columns,
                                               HazardTies ties = HazardTies::successive) {
  return kaplan_meier::fit(columns, ties);
}

/// H(time) - H(tenure); the interval is symmetric in ln H.
[[nodiscard]] CurveAnswer cumulative_hazard(const SurvivalCurve& curve, double time,
                                            double tenure = 0,
                                            double level = kDefaultIntervalLevel);

}  // namespace nelson_aalen
}  // namespace kam
