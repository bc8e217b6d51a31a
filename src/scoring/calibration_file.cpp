#include <kam/scoring/calibration_file.hpp>

#include <algorithm>
#include <cmath>

#include "scoring/logit_json.hpp"
#include "scoring/model_file.hpp"

namespace kam::scoring {
namespace {

template <class Calibration>
Result<Calibrator> named(const char* method, Result<churn::Fitted<Calibration>> fitted) {
  if (!fitted) return fitted.error();
  return Calibrator{method, std::move(fitted->calibration), std::move(fitted->report)};
}

Json content_of(const churn::BetaCalibration& c) {
  return {{"a", c.a},
          {"b", c.b},
          {"c", c.c},
          {"a_standard_error", number_or_null(c.a_standard_error)},
          {"b_standard_error", number_or_null(c.b_standard_error)},
          {"c_standard_error", number_or_null(c.c_standard_error)}};
}

Json content_of(const churn::IsotonicCalibration& c) {
  return {{"score", c.score}, {"value", c.value}, {"blocks", c.blocks}};
}

Json content_of(const churn::VennAbers& c) {
  return {{"score0", c.score0}, {"p0", c.p0}, {"score1", c.score1}, {"p1", c.p1}};
}

Json report_to_json(const churn::CalibrationReport& r) {
  return {{"events", r.events},
          {"others", r.others},
          {"log_likelihood", number_or_null(r.log_likelihood)},
          {"stop_reason", stop_reason_name(r.stop_reason)},
          {"iterations", r.iterations},
          {"clipped", r.clipped},
          {"rows_used", r.rows.rows_scored},
          {"rows_rejected", r.rows.rows_rejected},
          {"unknown_outcomes", r.unknown_outcomes},
          {"warning", r.warning}};
}

churn::CalibrationReport read_report(const JsonNode& node) {
  churn::CalibrationReport r;
  r.events = node.finite("events", 0);
  r.others = node.finite("others", 0);
  r.log_likelihood = node.number("log_likelihood");
  const std::string stop = node.text("stop_reason");
  bool known = false;
  for (int i = 0; i <= static_cast<int>(StopReason::cancelled); ++i) {
    if (stop != stop_reason_name(static_cast<StopReason>(i))) continue;
    r.stop_reason = static_cast<StopReason>(i);
    known = true;
  }
  if (!known) node.fail("stop_reason", "unknown reason '" + stop + "'");
  r.iterations = static_cast<int>(std::clamp(node.finite("iterations", 0), 0.0, 1e9));
  r.clipped = node.finite("clipped", 0);
  r.rows.rows_scored = node.count("rows_used");
  r.rows.rows_rejected = node.count("rows_rejected");
  r.unknown_outcomes = node.count("unknown_outcomes");
  r.warning = node.text("warning", "");
  return r;
}

churn::BetaCalibration read_beta(const JsonNode& node) {
  churn::BetaCalibration c{.a = node.finite("a", kNaN),
                           .b = node.finite("b", kNaN),
                           .c = node.finite("c", kNaN),
                           .a_standard_error = node.number("a_standard_error"),
                           .b_standard_error = node.number("b_standard_error"),
                           .c_standard_error = node.number("c_standard_error")};
  if (c.a < 0.0) node.fail("a", "must be >= 0");
  if (c.b < 0.0) node.fail("b", "must be >= 0");
  return c;
}

/// Two columns of a step or line: scores rising, values not falling, all within 0..1.
void read_steps(const JsonNode& node, const char* scores, const char* values, bool strict,
                std::vector<double>& x, std::vector<double>& y) {
  x = node.numbers(scores);
  y = node.numbers(values);
  if (x.empty()) node.fail(scores, "must not be empty");
  if (x.size() != y.size()) return node.fail(values, "has the wrong length");
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool inside = x[i] >= 0.0 && x[i] <= 1.0 && y[i] >= 0.0 && y[i] <= 1.0;
    const bool rises = i == 0 || (x[i] > x[i - 1] && (strict ? y[i] > y[i - 1] : y[i] >= y[i - 1]));
    if (!inside || !rises) return node.fail(scores, "must rise, and their values, within 0 to 1");
  }
}

churn::IsotonicCalibration read_isotonic(const JsonNode& node) {
  churn::IsotonicCalibration c;
  read_steps(node, "score", "value", false, c.score, c.value);
  c.blocks = node.count("blocks");
  return c;
}

churn::VennAbers read_venn_abers(const JsonNode& node) {
  churn::VennAbers c;
  read_steps(node, "score0", "p0", true, c.score0, c.p0);
  read_steps(node, "score1", "p1", true, c.score1, c.p1);
  return c;
}

}  // namespace

Result<Calibrator> fit_calibrator(std::string_view method, const churn::Predictions& p,
                                  bool smoothed_targets) {
  if (method == "platt") {
    return named("platt", churn::fit_platt(p, {.smoothed_targets = smoothed_targets}));
  }
  if (method == "temperature") return named("temperature", churn::fit_temperature(p));
  if (method == "beta") return named("beta", churn::fit_beta(p));
  if (method == "isotonic") return named("isotonic", churn::fit_isotonic(p));
  if (method == "venn_abers") return named("venn_abers", churn::fit_venn_abers(p));
  return Status{StatusCode::invalid_argument,
                "`method` must be platt, temperature, beta, isotonic or venn_abers, got '" +
                    std::string(method) + "'"};
}

BatchReport calibrate(const Calibrator& calibrator, std::span<const double> p,
                      std::span<double> out, const Executor& executor) {
  return std::visit([&](const auto& c) { return churn::calibrate(c, p, out, executor); },
                    calibrator.calibration);
}

double calibrated(const Calibrator& calibrator, double p) noexcept {
  if (const auto* venn = std::get_if<churn::VennAbers>(&calibrator.calibration))
    return churn::interval_of(*venn, p).p;
  if (const auto* line = std::get_if<churn::LogitCalibration>(&calibrator.calibration))
    return churn::calibrated(*line, p);
  if (const auto* beta = std::get_if<churn::BetaCalibration>(&calibrator.calibration))
    return churn::calibrated(*beta, p);
  const auto* steps = std::get_if<churn::IsotonicCalibration>(&calibrator.calibration);
  return steps == nullptr ? kNaN : churn::calibrated(*steps, p);
}

Interval calibrated(const Calibrator& calibrator, const Interval& p) noexcept {
  double lo = calibrated(calibrator, p.lo), hi = calibrated(calibrator, p.hi);
  if (const auto* venn = std::get_if<churn::VennAbers>(&calibrator.calibration)) {
    lo = churn::interval_of(*venn, p.lo).p0;
    hi = churn::interval_of(*venn, p.hi).p1;
  }
  // A line fitted on scores that mislead may fall.
  return {calibrated(calibrator, p.estimate), hi < lo ? hi : lo, hi < lo ? lo : hi};
}

std::string to_json(const Calibrator& calibrator) {
  Json content = {{"method", calibrator.method},
                  {"calibration",
                   std::visit([](const auto& c) { return content_of(c); }, calibrator.calibration)},
                  {"report", report_to_json(calibrator.report)}};
  return seal("calibrator", std::move(content));
}

Result<Calibrator> parse_calibrator(std::string_view json) {
  const auto content = unseal(json, {"calibrator"});
  if (!content) return content.error();
  JsonErrors errors;
  const JsonNode node(*content, "", errors);
  Calibrator c{.method = node.text("method")};
  const JsonNode inner = node.object("calibration");
  if (c.method == "platt" || c.method == "temperature") {
    c.calibration = read_logit(inner);
  } else if (c.method == "beta") {
    c.calibration = read_beta(inner);
  } else if (c.method == "isotonic") {
    c.calibration = read_isotonic(inner);
  } else if (c.method == "venn_abers") {
    c.calibration = read_venn_abers(inner);
  } else {
    node.fail("method", "unknown method '" + c.method + "'");
  }
  c.report = read_report(node.object("report"));
  if (Status s = errors.status(); !s.ok()) return s;
  return c;
}

}  // namespace kam::scoring
