/// Intervals of a whole batch by the delta method: derivatives by ln(parameters) are central
/// differences of the batch itself, so one piece of code serves every model and every verb.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/interval.hpp>

namespace kam::numeric {

enum class IntervalScale { log, logit };

/// Step in ln(parameter): truncation error about step^2, rounding about 1e-16 / step.
inline constexpr double kDeltaStep = 1e-4;

/// d(scale(estimate)) / d ln(parameter k), one column per parameter.
class Gradients {
 public:
  Gradients(std::size_t parameters, std::size_t rows) : rows_(rows), columns_(parameters * rows) {}

  [[nodiscard]] std::span<double> column(std::size_t k) {
    return std::span(columns_).subspan(k * rows_, rows_);
  }

  /// Standard error on the scale: sqrt(g' C g); NaN where C is unknown.
  [[nodiscard]] double standard_error(std::size_t row, std::span<const double> covariance) const {
    const std::size_t n = columns_.size() / (rows_ == 0 ? 1 : rows_);
    double variance = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        variance += columns_[i * rows_ + row] * covariance[i * n + j] * columns_[j * rows_ + row];
      }
    }
    return std::sqrt(variance > 0 ? variance : variance == 0 ? 0 : kNaN);
  }

  /// Of the first batch that failed (a host that cancelled, say).
  [[nodiscard]] const Status& status() const { return status_; }
  void keep(const Status& status) {
    if (status_.ok()) status_ = status;
  }

 private:
  std::size_t rows_;
  std::vector<double> columns_;
  Status status_;
};

[[nodiscard]] inline double on_scale(double value, IntervalScale scale) {
  return scale == IntervalScale::log ? std::log(value) : std::log(value) - std::log1p(-value);
}

/// `batch(k, step, out)` writes the batch with ln(parameter k) moved by `step` and returns its
/// report.
template <class Batch>
Gradients gradients(std::size_t parameters, std::size_t rows, IntervalScale scale,
                    const Batch& batch) {
  Gradients result(parameters, rows);
  std::vector<double> above(rows), below(rows);
  for (std::size_t k = 0; k < parameters; ++k) {
    result.keep(batch(k, kDeltaStep, std::span(above)).status);
    result.keep(batch(k, -kDeltaStep, std::span(below)).status);
    if (!result.status().ok()) return result;
    const std::span<double> column = result.column(k);
    for (std::size_t i = 0; i < rows; ++i) {
      // A value at the border of its domain stays there when a parameter moves a little.
      const double up = on_scale(above[i], scale), down = on_scale(below[i], scale);
      column[i] = std::isinf(up) || std::isinf(down) ? 0 : (up - down) / (2 * kDeltaStep);
    }
  }
  return result;
}

/// Fills lo and hi around out.estimate. Certain values (0, or a probability of 1) are points.
template <class StandardError>
void fill_interval(const IntervalColumns& out, IntervalScale scale, double z,
                   const StandardError& standard_error) {
  for (std::size_t i = 0; i < out.estimate.size(); ++i) {
    const double estimate = out.estimate[i];
    const bool certain = estimate == 0 || (scale == IntervalScale::logit && estimate == 1);
    const double se = certain ? 0 : standard_error(i);
    const Interval interval = scale == IntervalScale::log ? log_interval(estimate, se, z)
                                                          : logit_interval(estimate, se, z);
    // Through the scale and back a limit may cross the estimate by one rounding.
    out.lo[i] = interval.lo > estimate ? estimate : interval.lo;
    out.hi[i] = interval.hi < estimate ? estimate : interval.hi;
  }
}

}  // namespace kam::numeric
