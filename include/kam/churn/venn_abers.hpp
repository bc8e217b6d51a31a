/// Venn–Abers prediction: a probability with an interval that holds without any assumption but
/// exchangeable rows.
///
/// The new row is given label 0, then label 1; each time isotonic regression is fitted on the
/// calibration rows and the new one. One of the two fits is calibrated exactly, nobody knows which.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/calibration.hpp>
#include <kam/churn/predictions.hpp>

namespace kam::churn {

/// Two non-decreasing step functions of the score s.
/// p0(s) = p0[i] of the last score0[i] <= s, 0 below the first;
/// p1(s) = p1[i] of the first score1[i] >= s, 1 above the last.
struct VennAbers {
  std::vector<double> score0, p0;
  std::vector<double> score1, p1;
};

struct VennAbersInterval {
  double p0;  ///< the fit if the row is kept
  double p1;  ///< and if it is lost, >= p0
  double p;   ///< p1/(1 − p0 + p1), between them: least regret in log loss
};

/// Exact values at and between all calibration scores in O(n log n). The new row weighs 1. One
/// outcome suffices; insufficient_data without any row, size_mismatch names the column.
/// Source: V. Vovk, I. Petej & V. Fedorova (2015), "Large-scale probabilistic predictors with and
/// without guarantees of validity", NeurIPS 28 (the inductive predictor, algorithms 1 to 4).
[[nodiscard]] Result<Fitted<VennAbers>> fit_venn_abers(const Predictions& predictions);

/// O(log n). NaN in all three unless s is in 0..1 and the calibration has points.
[[nodiscard]] VennAbersInterval interval_of(const VennAbers& c, double s) noexcept;

/// The merged probability per row; NaN and counted outside 0..1.
BatchReport calibrate(const VennAbers& c, std::span<const double> s, std::span<double> out,
                      const Executor& executor = {});
/// estimate = merged, lo = p0, hi = p1.
BatchReport calibrate_interval(const VennAbers& c, std::span<const double> s,
                               const IntervalColumns& out, const Executor& executor = {});

}  // namespace kam::churn
