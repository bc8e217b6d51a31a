/// Any fitted calibrator as one thing, and as a file.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <kam/base/batch_report.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/calibration.hpp>
#include <kam/churn/venn_abers.hpp>

namespace kam::scoring {

/// `method` is platt, temperature, beta, isotonic or venn_abers; the calibration is of that kind.
struct Calibrator {
  std::string method{};
  std::variant<churn::LogitCalibration, churn::BetaCalibration, churn::IsotonicCalibration,
               churn::VennAbers>
      calibration{};
  churn::CalibrationReport report{};
};

/// The fit of that name. invalid_argument if there is none; else the errors of the fit.
/// `smoothed_targets` is Platt's alone.
[[nodiscard]] Result<Calibrator> fit_calibrator(std::string_view method,
                                                const churn::Predictions& predictions,
                                                bool smoothed_targets = true);

/// The probability per row (Venn–Abers: the merged one); NaN and counted outside 0..1.
BatchReport calibrate(const Calibrator& calibrator, std::span<const double> p,
                      std::span<double> out, const Executor& executor = {});

/// The same of one score; NaN outside 0..1.
[[nodiscard]] double calibrated(const Calibrator& calibrator, double p) noexcept;
/// Of an estimate with its limits. The map never falls, so limits are mapped; Venn–Abers widens
/// them to p0 of the lower and p1 of the upper one. The calibrator itself counts as known.
[[nodiscard]] Interval calibrated(const Calibrator& calibrator, const Interval& p) noexcept;

/// Versioned, checksummed JSON; doubles read back to the same bits.
[[nodiscard]] std::string to_json(const Calibrator& calibrator);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so.
[[nodiscard]] Result<Calibrator> parse_calibrator(std::string_view json);

}  // namespace kam::scoring
