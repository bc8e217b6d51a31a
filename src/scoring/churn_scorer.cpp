#include <algorithm>
#include <array>
#include <cmath>

#include <kam/churn/churn_reasons.hpp>
#include <kam/scoring/churn_model.hpp>

#include "numeric/batch.hpp"

namespace kam::scoring {
namespace {

constexpr const char* kMissingLevel = "missing";

RowReason tenure_reason(std::span<const double> tenure, std::size_t i) {
  if (tenure.empty()) return RowReason::none;
  if (!std::isfinite(tenure[i])) return RowReason::not_finite;
  const bool fine = is_count(tenure[i]) && tenure[i] <= churn::kMostPeriods;
  return fine ? RowReason::none : RowReason::out_of_domain;
}

/// How much a calibrated probability moves with the one it is made from.
double gain_of(const Calibrator& by, double p) {
  const double lo = std::max(p - 1e-4, 0.0), hi = std::min(p + 1e-4, 1.0);
  return (calibrated(by, hi) - calibrated(by, lo)) / (hi - lo);
}

double tenure_of(std::span<const double> tenure, std::size_t i) {
  return tenure.empty() ? 0.0 : tenure[i];
}

}  // namespace

Status check_calibration(const ChurnModel& model) {
  const bool hazard = model.kind == "hazard";
  for (std::size_t i = 0; i < model.calibration.size(); ++i) {
    const double horizon = model.calibration[i].horizon;
    const bool fine = hazard ? is_count(horizon) && horizon >= 1 && horizon <= churn::kMostPeriods
                             : std::isnan(horizon);
    if (!fine)
      return invalid_argument("calibration",
                              hazard ? "of a horizon of whole periods >= 1" : "without a horizon",
                              horizon);
    for (std::size_t j = 0; j < i; ++j)
      if (!hazard || model.calibration[j].horizon == horizon)
        return invalid_argument("calibration", "one per horizon, found two of", horizon);
  }
  return {};
}

Result<ChurnScorer> ChurnScorer::make(const ChurnModel& model) {
  const std::size_t k = model.schema.terms().size(), ages = model.age.count();
  if (model.coefficients.size() != 1 + ages + k)
    return size_mismatch("coefficients", 1 + ages + k, model.coefficients.size());
  if (model.reference.size() != k) return size_mismatch("reference", k, model.reference.size());
  if (!std::isfinite(model.coefficients[0]))
    return invalid_argument("coefficients", "of a finite intercept", model.coefficients[0]);
  for (const double value : model.coefficients)
    if (std::isinf(value)) return invalid_argument("coefficients", "finite or missing", value);
  const std::size_t p = model.coefficients.size();
  for (const auto* c : {&model.covariance, &model.robust_covariance})
    if (!c->empty())
      if (Status s = check_size("covariance", c->size(), p * p); !s.ok()) return s;
  if (Status s = check_calibration(model); !s.ok()) return s;
  const auto age = std::span(model.coefficients).subspan(1, ages);
  return ChurnScorer(model, churn::HazardCurve(model.link, model.age, age));
}

ChurnScorer::ChurnScorer(const ChurnModel& model, churn::HazardCurve curve)
    : hazard_(model.kind == "hazard"),
      link_(model.link),
      unseen_(model.schema.unseen),
      intercept_(model.coefficients[0]),
      reference_(model.reference),
      curve_(std::move(curve)),
      age_(model.age),
      covariance_(model.robust_covariance.empty() ? model.covariance : model.robust_covariance),
      calibration_(model.calibration) {
  for (double& c : covariance_)
    if (!std::isfinite(c)) c = 0;
  const auto first =
      model.coefficients.begin() + 1 + static_cast<std::ptrdiff_t>(model.age.count());
  for (auto by = first; by != model.coefficients.end(); ++by)
    terms_.push_back(*by == *by ? *by : 0.0);
  std::size_t at = 0;
  for (const SchemaColumn& column : model.schema.columns) {
    const bool own = column.missing == SchemaColumn::Missing::level && !column.levels.empty() &&
                     column.levels.back() == kMissingLevel;
    columns_.push_back({column, at, own});
    at += column.terms().size();
  }
}

double ChurnScorer::level(std::size_t column, std::string_view text) const noexcept {
  if (input_kind(column) != SchemaColumn::Kind::text) return kNaN;
  const auto& levels = columns_[column].schema.levels;
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (levels[i] == text) return static_cast<double>(i);
  return kUnseenLevel;
}

double ChurnScorer::add_number(const Input& input, double x, double eta) const noexcept {
  if (std::isfinite(x)) return eta + terms_[input.first] * x;
  if (!std::isnan(x) || input.schema.missing != SchemaColumn::Missing::median) return kNaN;
  eta += terms_[input.first] * input.schema.median;
  return input.schema.indicator ? eta + terms_[input.first + 1] : eta;
}

double ChurnScorer::add_level(const Input& input, double code, double eta) const noexcept {
  const auto last = static_cast<double>(input.schema.levels.size()) - 1;
  double at = code;
  if (std::isnan(code)) {
    if (!input.own_missing_level) return kNaN;
    at = last;
  } else if (code == kUnseenLevel) {
    const bool to_missing = unseen_ == UnseenLevel::missing && input.own_missing_level;
    if (unseen_ != UnseenLevel::reference && !to_missing) return kNaN;
    at = to_missing ? last : 0;
  }
  if (!is_count(at) || at > last) return kNaN;
  return at == 0 ? eta : eta + terms_[input.first + static_cast<std::size_t>(at) - 1];
}

double ChurnScorer::linear_predictor(std::span<const double> row) const noexcept {
  if (row.size() != columns_.size()) return kNaN;
  double eta = intercept_;
  for (std::size_t c = 0; c < row.size(); ++c) {
    const bool text = columns_[c].schema.kind == SchemaColumn::Kind::text;
    eta = text ? add_level(columns_[c], row[c], eta) : add_number(columns_[c], row[c], eta);
  }
  return eta;
}

const Calibrator* ChurnScorer::calibrator(double horizon) const noexcept {
  for (const ChurnCalibration& one : calibration_)
    if (!hazard_ || one.horizon == horizon) return &one.calibrator;
  return nullptr;
}

double ChurnScorer::answer(Verb verb, double eta, double tenure, double horizon) const noexcept {
  const double given = uncalibrated(verb, eta, tenure, horizon);
  if (calibration_.empty() || verb == Verb::linear_predictor || verb == Verb::restricted_mean)
    return given;
  const Calibrator* by = calibrator(horizon);
  if (by == nullptr) return given;
  return verb == Verb::survival
             ? 1 - calibrated(*by, uncalibrated(Verb::churn, eta, tenure, horizon))
             : calibrated(*by, given);
}

double ChurnScorer::uncalibrated(Verb verb, double eta, double tenure,
                                 double horizon) const noexcept {
  switch (verb) {
    case Verb::linear_predictor:
      return eta;
    case Verb::probability:
      return churn::inverse_link(link_, eta);
    case Verb::churn:
      return curve_.churn(eta, tenure, horizon);
    case Verb::survival:
      return curve_.survival(eta, tenure, horizon);
    case Verb::restricted_mean:
      return curve_.restricted_mean(eta, tenure, horizon);
  }
  return kNaN;
}

bool ChurnScorer::answers(Verb verb) const noexcept {
  if (verb == Verb::linear_predictor) return true;
  return (verb != Verb::probability) == hazard_;
}

double ChurnScorer::probability(std::span<const double> row) const noexcept {
  if (!answers(Verb::probability)) return kNaN;
  return answer(Verb::probability, linear_predictor(row), 0, 0);
}

double ChurnScorer::churn(std::span<const double> row, double tenure,
                          double horizon) const noexcept {
  if (!answers(Verb::churn)) return kNaN;
  return answer(Verb::churn, linear_predictor(row), tenure, horizon);
}

double ChurnScorer::reference_predictor() const noexcept {
  double eta = intercept_;
  for (std::size_t j = 0; j < terms_.size(); ++j) eta += terms_[j] * reference_[j];
  return eta;
}

Status ChurnScorer::check(Verb verb, Terms terms, std::span<const double> tenure, double horizon,
                          std::size_t rows) const {
  if (!answers(verb)) {
    return {StatusCode::invalid_argument,
            hazard_ ? "`verb` must not be probability: a hazard answers for a horizon, see churn"
                    : "`verb` needs a hazard: a logistic model has no periods, see probability"};
  }
  if (terms.size() != terms_.size()) return size_mismatch("terms", terms_.size(), terms.size());
  for (const auto& term : terms)
    if (Status s = check_size("terms", term.size(), rows); !s.ok()) return s;
  if (!tenure.empty())
    if (Status s = check_size("tenure", tenure.size(), rows); !s.ok()) return s;
  if (!is_count(horizon) || horizon > churn::kMostPeriods)
    return invalid_argument("horizon", "a whole number of periods, 0 to 1e6", horizon);
  return {};
}

BatchReport ChurnScorer::batch(Verb verb, Terms terms, std::span<const double> tenure,
                               double horizon, std::span<double> out,
                               const Executor& executor) const {
  if (Status s = check(verb, terms, tenure, horizon, out.size()); !s.ok())
    return numeric::failed(s);
  const bool ages = verb != Verb::linear_predictor && verb != Verb::probability;
  const auto used = ages ? tenure : std::span<const double>{};
  // First every row's linear predictor, a column at a time, then what follows from it.
  const bool finished =
      for_each_block(executor, out.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin),
                  out.begin() + static_cast<std::ptrdiff_t>(end), intercept_);
        for (std::size_t j = 0; j < terms.size(); ++j)
          for (std::size_t i = begin; i < end; ++i) out[i] += terms_[j] * terms[j][i];
      });
  if (!finished) return numeric::failed({StatusCode::cancelled, "cancelled by the executor"});
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) {
        return std::isfinite(out[i]) ? tenure_reason(used, i) : RowReason::not_finite;
      },
      [&](std::size_t i) { return answer(verb, out[i], tenure_of(used, i), horizon); });
}

BatchReport ChurnScorer::reasons(Terms terms, std::span<const double> tenure, double horizon,
                                 const Reasons& out, const Executor& executor) const {
  const std::size_t n = out.p.size(), k = terms_.size();
  const Verb verb = hazard_ ? Verb::churn : Verb::probability;
  if (Status s = check(verb, terms, tenure, horizon, n); !s.ok()) return numeric::failed(s);
  if (Status s = check_size("p_reference", out.p_reference.size(), n); !s.ok())
    return numeric::failed(s);
  for (const auto& wide : {out.linear, out.points})
    if (Status s = check_size("reasons", wide.size(), n * k); !s.ok()) return numeric::failed(s);
  const BatchReport report = batch(verb, terms, tenure, horizon, out.p, executor);
  if (!report.ok()) return report;
  const double at_reference = reference_predictor();
  const bool finished =
      for_each_block(executor, n, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          const auto linear = out.linear.subspan(i * k, k), points = out.points.subspan(i * k, k);
          const double t = tenure_of(tenure, i);
          out.p_reference[i] = answer(verb, at_reference, t, horizon);
          if (std::isnan(out.p[i])) {
            out.p_reference[i] = kNaN;
            std::fill(linear.begin(), linear.end(), kNaN);
            std::fill(points.begin(), points.end(), kNaN);
            continue;
          }
          double total = 0;
          for (std::size_t j = 0; j < k; ++j) {
            linear[j] = terms_[j] * (terms[j][i] - reference_[j]);
            total += linear[j];
          }
          const double middle = at_reference + 0.5 * total;
          const double p = churn::inverse_link(link_, middle);
          // d g / d eta of the logit is p (1 - p); of cloglog (1 - p) e^eta.
          double slope = hazard_                       ? curve_.churn_slope(middle, t, horizon)
                         : link_ == churn::Link::logit ? p * churn::inverse_link(link_, -middle)
                                                       : std::exp(middle - std::exp(middle));
          if (const Calibrator* by = calibrator(horizon); by != nullptr)
            slope *= gain_of(*by, uncalibrated(verb, middle, t, horizon));
          churn::probability_reasons(linear, out.p[i], out.p_reference[i], slope, points);
        }
      });
  if (!finished) return numeric::failed({StatusCode::cancelled, "cancelled by the executor"});
  return report;
}

}  // namespace kam::scoring
