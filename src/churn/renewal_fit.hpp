/// The shared frame of the fits of sBG and BdW: both see only who renewed and who left per period.
#pragma once

#include <span>
#include <string>

#include "churn/fit_arguments.hpp"
#include "churn/renewal_counts.hpp"
#include "numeric/fit_report.hpp"
#include "numeric/trust_region.hpp"

namespace kam::churn {

/// Shapes of a Beta around the mean hazard, from heterogeneous to nearly equal customers.
inline constexpr double kStartStrengths[] = {0.5, 2, 8, 40};

/// Mean chance to leave per period, kept off 0 and 1.
inline double mean_hazard(const RenewalCounts& counts) {
  double chances = 0;
  for (std::size_t i = 0; i < counts.left.size(); ++i)
    chances += counts.left[i] + counts.renewed[i];
  return std::fmin(std::fmax(counts.events / chances, 1e-4), 0.9);
}

template <class Parameters, class Evaluate>
Eigen::VectorXd best_start(const RenewalCounts& counts, const FitOptions<Parameters>& options,
                           const Evaluate& evaluate) {
  constexpr auto n = static_cast<Eigen::Index>(Parameters::kCount);
  if (options.start) {
    const auto values = options.start->values();
    return Eigen::Map<const Eigen::VectorXd>(values.data(), n).array().log();
  }
  const double hazard = mean_hazard(counts);
  Eigen::VectorXd best;
  double highest = -HUGE_VAL;
  for (const double strength : kStartStrengths) {
    Eigen::VectorXd point = Eigen::VectorXd::Zero(n);  // c = 1 where there is a c
    point[0] = std::log(strength * hazard);
    point[1] = std::log(strength * (1 - hazard));
    const double value = evaluate(point).value;
    if (value > highest || best.size() == 0) {
      highest = value;
      best = point;
    }
  }
  return best;
}

/// The ridge alpha, beta -> infinity in words. A fit that stops on it because the likelihood has
/// become flat is at the boundary too.
template <class Parameters>
void describe_equal_customers(const numeric::TrustRegionResult& optimum,
                              FitResult<Parameters>& fit) {
  constexpr double kNearlyEqual =
      1000;  // customers differ by less than 0.5/sqrt(1000) = 1.6 points
  const Parameters& p = fit.parameters;
  const bool ran = numeric::ran_away(optimum, 0) && numeric::ran_away(optimum, 1);
  const bool flat = std::isnan(fit.standard_errors.alpha);
  if (!(p.alpha + p.beta > kNearlyEqual) || !(ran || flat)) return;
  fit.stop_reason = StopReason::boundary;
  fit.warning =
      "`alpha`, `beta` run to infinity: a limiting model fits best, and they are not identified; "
      "customers are alike, each leaves with probability " +
      std::to_string(p.alpha / (p.alpha + p.beta)) + " in its first period";
}

/// `evaluate(point)` is the likelihood at ln(parameters).
template <class Parameters, class Evaluate>
Result<FitResult<Parameters>> fit_counts(const RenewalCounts& counts, const BatchReport& rows,
                                         const FitOptions<Parameters>& options,
                                         const Evaluate& evaluate) {
  if (Status s = check_events(counts); !s.ok()) return s;
  FitResult<Parameters> result;
  result.rows = rows;
  result.weight = counts.weight;
  result.events = counts.events;
  result.longest = last_period(counts);
  const auto optimum =
      numeric::maximise(best_start(counts, options, evaluate), evaluate,
                        {.tolerance = options.tolerance, .max_iterations = options.max_iterations});
  numeric::finish_fit(optimum, result);
  describe_equal_customers(optimum, result);
  return result;
}

}  // namespace kam::churn
