#include <kam/churn/aft.hpp>

#include <cmath>
#include <string>

#include "numeric/batch.hpp"

namespace kam::aft {
namespace {

/// Row `a` of the map from (location, slopes, ln scale) to (intercept, beta, ln scale).
std::vector<double> natural_row(const Model& model, std::size_t a) {
  const std::size_t p = model.covariates();
  std::vector<double> row(p + 2, 0.0);
  row[a] = a == 0 || a == p + 1 ? 1 : 1 / model.spreads[a - 1];
  for (std::size_t j = 0; a == 0 && j < p; ++j) {
    if (!model.dropped(j)) row[j + 1] = -model.means[j] / model.spreads[j];
  }
  return row;
}

/// a' C b over the entries where both are not 0; NaN where one of those is unknown.
double form(const std::vector<double>& a, const std::vector<double>& c,
            const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (a[i] != 0 && b[j] != 0) sum += a[i] * c[i * b.size() + j] * b[j];
    }
  }
  return sum;
}

}  // namespace

double Model::intercept() const noexcept {
  double sum = location;
  for (std::size_t j = 0; j < covariates(); ++j) {
    if (!dropped(j)) sum -= slopes[j] * (means[j] / spreads[j]);
  }
  return sum;
}

std::vector<double> Model::natural_covariance() const {
  const std::size_t side = covariates() + 2;
  std::vector<std::vector<double>> map;
  for (std::size_t a = 0; a < side; ++a) map.push_back(natural_row(*this, a));
  std::vector<double> natural(side * side);
  for (std::size_t a = 0; a < side; ++a) {
    for (std::size_t b = 0; b < side; ++b) {
      natural[a * side + b] = form(map[a], covariance, map[b]);
    }
  }
  return natural;
}

std::vector<double> Model::standard_errors() const {
  const std::size_t p = covariates(), side = p + 2;
  std::vector<double> errors(side);
  errors[0] = std::sqrt(form(natural_row(*this, 0), covariance, natural_row(*this, 0)));
  for (std::size_t a = 1; a < side; ++a) {
    const double unit = a <= p ? spreads[a - 1] : 1;
    errors[a] = std::sqrt(covariance[a * side + a]) / unit;
  }
  return errors;
}

namespace {

using numeric::failed;

Status check_covariates(const Model& model, std::span<const Covariate> covariates,
                        std::size_t rows) {
  if (Status s = check_size("covariates", covariates.size(), model.covariates()); !s.ok()) return s;
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    if (covariates[j].name != model.names[j]) {
      return {StatusCode::invalid_argument, "covariate " + std::to_string(j) + " must be `" +
                                                model.names[j] + "`, got `" +
                                                std::string(covariates[j].name) + "`"};
    }
    if (Status s = check_size(model.names[j].c_str(), covariates[j].values.size(), rows); !s.ok()) {
      return s;
    }
  }
  return {};
}

Status check_question(const Question& question) {
  const double x = question.argument;
  switch (question.kind) {
    case Question::Kind::remaining_quantile:
      return x > 0 && x <= 1 ? Status{} : invalid_argument("argument", "above 0, at most 1", x);
    case Question::Kind::restricted_mean:
      return x > 0 ? Status{} : invalid_argument("horizon", "> 0", x);
    default:
      return x >= 0 && std::isfinite(x) ? Status{}
                                        : invalid_argument("horizon", "finite and >= 0", x);
  }
}

Status check_call(const Model& model, const Question& question, const Customers& customers,
                  std::size_t rows) {
  if (Status s = check_question(question); !s.ok()) return s;
  if (!customers.tenure.empty()) {
    if (Status s = check_size("tenure", customers.tenure.size(), rows); !s.ok()) return s;
  }
  return check_covariates(model, customers.covariates, rows);
}

RowReason covariates_reason(const Model& model, std::span<const Covariate> covariates,
                            std::size_t i) {
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    const double x = covariates[j].values[i];
    if (!model.dropped(j) && x - x != 0) return RowReason::not_finite;
  }
  return RowReason::none;
}

RowReason row_reason(const Model& model, const Customers& customers, std::size_t i) {
  if (!customers.tenure.empty()) {
    const double tenure = customers.tenure[i];
    if (tenure - tenure != 0) return RowReason::not_finite;
    if (tenure < 0) return RowReason::out_of_domain;
  }
  return covariates_reason(model, customers.covariates, i);
}

/// x_j less its mean over its spread; 0 for a dropped column.
double standardised(const Model& model, const Covariate& column, std::size_t j, std::size_t i) {
  return model.dropped(j) ? 0 : (column.values[i] - model.means[j]) / model.spreads[j];
}

double location_of(const Model& model, std::span<const Covariate> covariates, std::size_t i) {
  double sum = model.location;
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    if (!model.dropped(j)) sum += model.slopes[j] * standardised(model, covariates[j], j, i);
  }
  return sum;
}

Lifetime lifetime_of(const Model& model, std::span<const Covariate> covariates, std::size_t i) {
  return {model.distribution, location_of(model, covariates, i), model.scale()};
}

double tenure_of(const Customers& customers, std::size_t i) {
  return customers.tenure.empty() ? 0 : customers.tenure[i];
}

double answer(const Lifetime& life, const Question& question, double tenure) {
  switch (question.kind) {
    case Question::Kind::churn_probability:
      return churn_probability(life, question.argument, tenure);
    case Question::Kind::survival:
      return survival(life, question.argument, tenure);
    case Question::Kind::remaining_quantile:
      return remaining_quantile(life, question.argument, tenure);
    default:
      return restricted_mean(life, question.argument, tenure);
  }
}

bool is_probability(const Question& question) {
  return question.kind == Question::Kind::churn_probability ||
         question.kind == Question::Kind::survival;
}

/// A mean within a horizon cannot exceed it.
bool is_bounded(const Question& question) {
  return question.kind == Question::Kind::restricted_mean && question.argument < HUGE_VAL;
}

/// The answer on the scale of its interval: log-odds of a probability, or of the share of a bounded
/// mean in its horizon; log of another time.
double on_scale(const Lifetime& life, const Question& question, double tenure) {
  if (is_bounded(question)) {
    const double mean = answer(life, question, tenure);
    return std::log(mean) - std::log(question.argument - mean);
  }
  if (!is_probability(question)) return std::log(answer(life, question, tenure));
  const double stays = log_survival(life, question.argument, tenure);
  const double leaves_odds = log1mexp(-stays) - stays;
  return question.kind == Question::Kind::survival ? -leaves_odds : leaves_odds;
}

/// Variances of (location, ln scale) of one row.
struct Spread {
  double location = 0, mixed = 0, log_scale = 0;
};

Spread spread_of(const Model& model, std::span<const Covariate> covariates, std::size_t i) {
  const std::size_t p = model.covariates(), side = p + 2;
  const auto row = [&](std::size_t a) {
    return a == 0 ? 1 : standardised(model, covariates[a - 1], a - 1, i);
  };
  const auto known = [](double c) { return c == c ? c : 0; };
  const auto& c = model.covariance;
  Spread spread;
  for (std::size_t a = 0; a <= p; ++a) {
    for (std::size_t b = 0; b <= p; ++b)
      spread.location += row(a) * row(b) * known(c[a * side + b]);
    spread.mixed += row(a) * known(c[a * side + p + 1]);
  }
  spread.log_scale = known(c[side * side - 1]);
  if (c[0] != c[0]) spread.location = kNaN;
  return spread;
}

/// Standard error of the answer on its scale, by central differences in location and ln scale.
double standard_error(const Lifetime& life, const Question& question, double tenure,
                      const Spread& spread) {
  constexpr double kStep = 1e-4;
  const auto moved = [&](double by_location, double by_log_scale) {
    return on_scale({life.distribution, life.location + by_location * life.scale,
                     life.scale * std::exp(by_log_scale)},
                    question, tenure);
  };
  const double slope = (moved(kStep, 0) - moved(-kStep, 0)) / (2 * kStep * life.scale);
  const double bend = (moved(0, kStep) - moved(0, -kStep)) / (2 * kStep);
  const double variance = slope * slope * spread.location + 2 * slope * bend * spread.mixed +
                          bend * bend * spread.log_scale;
  return std::sqrt(variance > 0 || variance != variance ? variance : 0);
}

/// `value` is the estimate on its scale.
Interval interval_of(double estimate, double value, double se, double z, const Question& question) {
  if (is_probability(question))
    return {estimate, logistic(value - z * se), logistic(value + z * se)};
  if (!is_bounded(question)) return log_interval(estimate, se, z);
  const double most = question.argument;
  return {estimate, most * logistic(value - z * se), most * logistic(value + z * se)};
}

/// How many rows of each block lie past the data.
class Extrapolated {
 public:
  explicit Extrapolated(std::size_t rows) : blocks_((rows + kBlockRows - 1) / kBlockRows) {}
  void count(std::size_t row) { ++blocks_[row / kBlockRows]; }
  [[nodiscard]] std::size_t total() const {
    std::size_t sum = 0;
    for (const std::size_t block : blocks_) sum += block;
    return sum;
  }

 private:
  std::vector<std::size_t> blocks_;
};

}  // namespace

bool extrapolates(const Model& model, const Lifetime& life, const Question& question, double tenure,
                  double given) noexcept {
  constexpr double kFew = 0.01;
  if (question.kind == Question::Kind::remaining_quantile) return tenure + given > model.longest;
  if (question.argument < HUGE_VAL) return tenure + question.argument > model.longest;
  return tenure >= model.longest || survival(life, model.longest - tenure, tenure) > kFew;
}

BatchReport locations(const Model& model, std::span<const Covariate> covariates,
                      std::span<double> out, const Executor& executor) {
  if (Status s = check_covariates(model, covariates, out.size()); !s.ok()) {
    return failed(std::move(s));
  }
  return numeric::for_each_row(
      out, executor, [&](std::size_t i) { return covariates_reason(model, covariates, i); },
      [&](std::size_t i) { return location_of(model, covariates, i); });
}

LifeReport predict(const Model& model, const Question& question, const Customers& customers,
                   std::span<double> out, const Executor& executor) {
  if (Status s = check_call(model, question, customers, out.size()); !s.ok()) {
    return {failed(std::move(s)), 0};
  }
  Extrapolated past(out.size());
  LifeReport report;
  report.rows = numeric::for_each_row(
      out, executor, [&](std::size_t i) { return row_reason(model, customers, i); },
      [&](std::size_t i) {
        const Lifetime life = lifetime_of(model, customers.covariates, i);
        const double tenure = tenure_of(customers, i);
        const double value = answer(life, question, tenure);
        if (extrapolates(model, life, question, tenure, value)) past.count(i);
        return value;
      });
  report.extrapolated = past.total();
  return report;
}

LifeReport predict(const Model& model, const Question& question, double level,
                   const Customers& customers, const IntervalColumns& out,
                   const Executor& executor) {
  const auto z = interval_z(level);
  if (!z) return {failed(z.error()), 0};
  for (const auto& [name, size] : {std::pair{"lo", out.lo.size()}, {"hi", out.hi.size()}}) {
    if (Status s = check_size(name, size, out.estimate.size()); !s.ok()) {
      return {failed(std::move(s)), 0};
    }
  }
  const LifeReport report = predict(model, question, customers, out.estimate, executor);
  if (!report.rows.ok()) return report;
  for_each_block(
      executor, out.estimate.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          const double estimate = out.estimate[i];
          out.lo[i] = out.hi[i] = estimate;
          const double most = is_probability(question) ? 1
                              : is_bounded(question)   ? question.argument
                                                       : HUGE_VAL;
          if (!(estimate > 0 && estimate < most)) continue;
          const Lifetime life = lifetime_of(model, customers.covariates, i);
          const double tenure = tenure_of(customers, i);
          const double se =
              standard_error(life, question, tenure, spread_of(model, customers.covariates, i));
          const Interval interval =
              interval_of(estimate, on_scale(life, question, tenure), se, *z, question);
          // Through the scale and back a limit may cross the estimate by one rounding.
          out.lo[i] = interval.lo > estimate ? estimate : interval.lo;
          out.hi[i] = interval.hi < estimate ? estimate : interval.hi;
        }
      });
  return report;
}

LifeReport survival_curves(const Model& model, std::span<const double> times,
                           std::span<const Covariate> covariates, std::size_t rows,
                           std::span<double> out, const Executor& executor) {
  if (Status s = check_size("out", out.size(), rows * times.size()); !s.ok()) {
    return {failed(std::move(s)), 0};
  }
  if (Status s = check_covariates(model, covariates, rows); !s.ok()) {
    return {failed(std::move(s)), 0};
  }
  LifeReport report;
  std::size_t past = 0;
  for (const double t : times) {
    if (!(t >= 0)) return {failed(invalid_argument("times", ">= 0", t)), 0};
    past += t > model.longest ? 1 : 0;
  }
  // One report per row, not per number: the row's own column is the first time.
  std::vector<double> location(rows);
  report.rows = locations(model, covariates, location, executor);
  if (!report.rows.ok()) return report;
  for_each_block(executor, rows, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Lifetime life{model.distribution, location[i], model.scale()};
      for (std::size_t k = 0; k < times.size(); ++k) {
        out[i * times.size() + k] = survival(life, times[k]);
      }
    }
  });
  report.extrapolated = past > 0 ? report.rows.rows_scored : 0;
  return report;
}

}  // namespace kam::aft
