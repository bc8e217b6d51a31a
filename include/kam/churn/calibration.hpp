/// From a score in 0..1 to a probability that holds what it says: Platt, temperature, beta,
/// isotonic; and the formula for a base rate that has moved.
///
/// A calibrator is fitted on rows the model was not trained on, is a plain struct, and is applied
/// row by row. docs/models/calibration.md says which to take.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/fit.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/predictions.hpp>

namespace kam::churn {

/// logit q = slope · logit p + intercept. Temperature scaling is the case intercept = 0, slope =
/// 1/temperature.
struct LogitCalibration {
  double slope = 1.0;      ///< below 1: the probabilities were too extreme
  double intercept = 0.0;  ///< [log-odds]
  double slope_standard_error = kNaN;
  double intercept_standard_error = kNaN;  ///< NaN for temperature scaling
  double covariance = kNaN;                ///< of slope and intercept
};

/// logit q = a ln p − b ln(1 − p) + c, a, b >= 0. a = b is Platt's line.
struct BetaCalibration {
  double a = 1.0, b = 1.0, c = 0.0;
  /// NaN for a coefficient held at its bound 0.
  double a_standard_error = kNaN, b_standard_error = kNaN, c_standard_error = kNaN;
};

/// Non-decreasing and piecewise linear through (score[i], value[i]), constant beyond the ends.
/// Within a block of the fit both ends have the same value.
struct IsotonicCalibration {
  std::vector<double> score;  ///< ascending, 0..1
  std::vector<double> value;  ///< non-decreasing, 0..1
  std::size_t blocks = 0;     ///< distinct values
};

/// What a fit rests on, whatever the method.
struct CalibrationReport {
  double events = 0.0, others = 0.0;  ///< weight of the rows with outcome 1 and 0
  double log_likelihood = kNaN;       ///< at the outcomes as they are [nats]; NaN for isotonic
  StopReason stop_reason = StopReason::converged;
  int iterations = 0;
  double clipped = 0.0;              ///< weight of rows whose logarithm was taken kCertain inside
  BatchReport rows{};                ///< rows left out
  std::size_t unknown_outcomes = 0;  ///< rows with outcome NaN; not in `rows`
  std::string warning{};             ///< in words what to mind; empty if there is nothing

  [[nodiscard]] bool converged() const noexcept { return stop_reason == StopReason::converged; }
};

template <class Calibration>
struct Fitted {
  Calibration calibration{};
  CalibrationReport report{};
};

struct PlattOptions {
  /// Targets (E + 1)/(E + 2) and 1/(O + 2) instead of 1 and 0, E events and O others (Platt 1999):
  /// the posterior mean under a uniform prior, finite also when the outcomes are separated.
  bool smoothed_targets = true;
};

/// Maximum likelihood of a line on the log-odds. insufficient_data unless both outcomes and two
/// different probabilities are there; size_mismatch names the column. Without smoothed targets a
/// separated sample has no optimum: stop_reason boundary, with a warning. O(n log n).
/// Source: J. Platt (1999), in Advances in Large Margin Classifiers; on log-odds, not on
/// probabilities, so that calibrated probabilities stay as they are (slope 1, intercept 0).
[[nodiscard]] Result<Fitted<LogitCalibration>> fit_platt(const Predictions& predictions,
                                                         const PlattOptions& options = {});

/// Slope alone, no intercept; outcomes as they are. Errors as fit_platt, but one probability
/// suffices unless it is ½. Source: C. Guo et al. (2017), ICML.
[[nodiscard]] Result<Fitted<LogitCalibration>> fit_temperature(const Predictions& predictions);

/// Three coefficients, outcomes as they are; the optimum under a, b >= 0, so that the map never
/// falls. Errors as fit_platt. Source: M. Kull, T. Silva Filho & P. Flach (2017), AISTATS.
[[nodiscard]] Result<Fitted<BetaCalibration>> fit_beta(const Predictions& predictions);

/// Least squares under monotonicity by pooling adjacent violators; rows of equal probability are
/// pooled first. insufficient_data unless both outcomes are there. O(n log n).
/// Source: M. Ayer et al. (1955), Ann. Math. Stat. 26; B. Zadrozny & C. Elkan (2002), KDD.
[[nodiscard]] Result<Fitted<IsotonicCalibration>> fit_isotonic(const Predictions& predictions);

/// ln p − ln(1 − p), p taken kCertain inside the ends.
[[nodiscard]] inline double clipped_logit(double p) noexcept {
  const double q = p < kCertain ? kCertain : p > 1.0 - kCertain ? 1.0 - kCertain : p;
  return std::log(q) - std::log1p(-q);
}

/// The calibrated probability of one score in 0..1; NaN outside.
[[nodiscard]] inline double calibrated(const LogitCalibration& c, double p) noexcept {
  return p >= 0.0 && p <= 1.0 ? logistic(c.slope * clipped_logit(p) + c.intercept) : kNaN;
}
[[nodiscard]] inline double calibrated(const BetaCalibration& c, double p) noexcept {
  if (!(p >= 0.0 && p <= 1.0)) return kNaN;
  const double q = p < kCertain ? kCertain : p > 1.0 - kCertain ? 1.0 - kCertain : p;
  return logistic(c.a * std::log(q) - c.b * std::log1p(-q) + c.c);
}
/// O(log blocks). NaN for a calibration without points.
[[nodiscard]] double calibrated(const IsotonicCalibration& c, double p) noexcept;

/// The same probability where the base rate is `to` instead of `from`, the score telling the lost
/// from the kept as before: odds q = odds p · odds(to)/odds(from). NaN unless p is in 0..1 and both
/// rates strictly inside. Source: M. Saerens, P. Latinne & C. Decaestecker (2002), Neural
/// Computation 14.
[[nodiscard]] inline double shift_prior(double p, double from, double to) noexcept {
  const bool inside = from > 0.0 && from < 1.0 && to > 0.0 && to < 1.0;
  if (!inside || !(p >= 0.0 && p <= 1.0)) return kNaN;
  const double lost = p * (to / from), kept = (1.0 - p) * ((1.0 - to) / (1.0 - from));
  return lost / (lost + kept);
}

/// Batches: a row outside 0..1 becomes NaN and is counted. `out` may be `p` itself.
BatchReport calibrate(const LogitCalibration& c, std::span<const double> p, std::span<double> out,
                      const Executor& executor = {});
BatchReport calibrate(const BetaCalibration& c, std::span<const double> p, std::span<double> out,
                      const Executor& executor = {});
BatchReport calibrate(const IsotonicCalibration& c, std::span<const double> p,
                      std::span<double> out, const Executor& executor = {});
/// invalid_argument unless both rates lie strictly between 0 and 1.
BatchReport shift_prior(double from, double to, std::span<const double> p, std::span<double> out,
                        const Executor& executor = {});

}  // namespace kam::churn
