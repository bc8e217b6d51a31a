#include <algorithm>
#include <cmath>
#include <string>

#include <kam/churn/cox.hpp>

#include "numeric/batch.hpp"

namespace kam::cox {
namespace {

using numeric::failed;

/// H0 after all steps at times <= time; `tenure` 0 has none behind it, not even one at time 0.
double hazard_at(const Baseline& b, double time) {
  const auto after = std::upper_bound(b.time.begin(), b.time.end(), time);
  return after == b.time.begin() ? 0
                                 : b.hazard[static_cast<std::size_t>(after - b.time.begin()) - 1];
}
double hazard_behind(const Baseline& b, double tenure) {
  return tenure == 0 ? 0 : hazard_at(b, tenure);
}

double churn_given(const Baseline& b, double log_ratio, double horizon, double tenure) {
  const double hazard =
      horizon == 0 ? 0 : hazard_at(b, tenure + horizon) - hazard_behind(b, tenure);
  return hazard == 0 ? 0 : -std::expm1(-hazard * std::exp(log_ratio));
}

double mean_given(const Baseline& b, double log_ratio, double horizon, double tenure) {
  const double ratio = std::exp(log_ratio), start = hazard_behind(b, tenure);
  const double end = tenure + horizon;
  const auto first =
      tenure == 0 ? b.time.begin() : std::upper_bound(b.time.begin(), b.time.end(), tenure);
  double sum = 0, left = tenure, survival = 1;
  for (auto i = static_cast<std::size_t>(first - b.time.begin());
       i < b.time.size() && b.time[i] < end; ++i) {
    sum += survival * (b.time[i] - left);
    left = b.time[i];
    survival = std::exp(-(b.hazard[i] - start) * ratio);
  }
  return sum + survival * (end - left);
}

RowReason time_reason(const Baseline& b, double horizon, double tenure) {
  if (!(tenure - tenure == 0)) return RowReason::not_finite;
  if (tenure < 0) return RowReason::out_of_domain;
  return tenure + horizon <= b.longest ? RowReason::none : RowReason::beyond_observed;
}

/// The columns of the model found among those given; dropped ones are not needed.
class Predictor {
 public:
  Predictor(const Model& model, const Accounts& accounts) : model_(model), accounts_(accounts) {}

  Status bind(std::size_t rows) {
    if (Status s = check_optional("tenure", accounts_.tenure.size(), rows); !s.ok()) return s;
    if (Status s = check_optional("stratum", accounts_.stratum.size(), rows); !s.ok()) return s;
    for (std::size_t j = 0; j < model_.names.size(); ++j) {
      if (model_.coefficients[j] != model_.coefficients[j]) continue;
      const auto& given = accounts_.covariates;
      const auto found = std::find_if(given.begin(), given.end(), [&](const Covariate& c) {
        return c.name == model_.names[j];
      });
      if (found == given.end()) {
        return {StatusCode::invalid_argument, "covariate `" + model_.names[j] + "` is missing"};
      }
      if (Status s = check_size(model_.names[j].c_str(), found->values.size(), rows); !s.ok())
        return s;
      terms_.push_back({model_.coefficients[j], model_.means[j], found->values.data()});
    }
    return {};
  }

  [[nodiscard]] double log_ratio(std::size_t i) const {
    double sum = 0;
    for (const Term& t : terms_) sum += t.coefficient * (t.values[i] - t.mean);
    return sum;
  }
  [[nodiscard]] double tenure(std::size_t i) const {
    return accounts_.tenure.empty() ? 0 : accounts_.tenure[i];
  }
  /// The baseline of the account; null for a stratum that the fit did not have.
  [[nodiscard]] const Baseline* baseline(std::size_t i) const {
    const std::size_t s = accounts_.stratum.empty() ? 0 : accounts_.stratum[i];
    const bool known = s < model_.baselines.size() && !std::isnan(model_.baselines[s].longest);
    return known ? &model_.baselines[s] : nullptr;
  }
  /// Reason of a row whose answer needs [tenure, tenure + horizon].
  [[nodiscard]] RowReason reason(std::size_t i, double horizon) const {
    if (!std::isfinite(log_ratio(i))) return RowReason::not_finite;
    const Baseline* b = baseline(i);
    return b == nullptr ? RowReason::out_of_domain : time_reason(*b, horizon, tenure(i));
  }

 private:
  struct Term {
    double coefficient, mean;
    const double* values;
  };
  static Status check_optional(const char* name, std::size_t size, std::size_t rows) {
    return size == 0 ? Status{} : check_size(name, size, rows);
  }

  const Model& model_;
  const Accounts& accounts_;
  std::vector<Term> terms_;
};

/// value(predictor, i, horizon) per account.
template <class Value>
BatchReport over_horizon(const Model& model, const Accounts& accounts, double horizon,
                         std::span<double> out, const Executor& executor, const Value& value) {
  if (!(horizon >= 0) || !std::isfinite(horizon))
    return failed(invalid_argument("horizon", "finite and >= 0", horizon));
  Predictor predictor(model, accounts);
  if (Status s = check_size("out", out.size(), accounts.rows); !s.ok()) return failed(std::move(s));
  if (Status s = predictor.bind(accounts.rows); !s.ok()) return failed(std::move(s));
  return numeric::for_each_row(
      out, executor, [&](std::size_t i) { return predictor.reason(i, horizon); },
      [&](std::size_t i) {
        return value(*predictor.baseline(i), predictor.log_ratio(i), horizon, predictor.tenure(i));
      });
}

}  // namespace

double log_hazard_ratio(const Model& model, std::span<const double> x) noexcept {
  if (x.size() != model.coefficients.size()) return kNaN;
  double sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double b = model.coefficients[j];
    if (b == b) sum += b * (x[j] - model.means[j]);
  }
  return sum - sum == 0 ? sum : kNaN;
}

double churn_probability(const Model& model, std::span<const double> x, double horizon,
                         double tenure, std::size_t stratum) noexcept {
  if (!(horizon >= 0) || stratum >= model.baselines.size()) return kNaN;
  const Baseline& b = model.baselines[stratum];
  const double log_ratio = log_hazard_ratio(model, x);
  if (std::isnan(log_ratio) || time_reason(b, horizon, tenure) != RowReason::none) return kNaN;
  return churn_given(b, log_ratio, horizon, tenure);
}

BatchReport log_hazard_ratio(const Model& model, const Accounts& accounts, std::span<double> out,
                             const Executor& executor) {
  Predictor predictor(model, accounts);
  if (Status s = check_size("out", out.size(), accounts.rows); !s.ok()) return failed(std::move(s));
  if (Status s = predictor.bind(accounts.rows); !s.ok()) return failed(std::move(s));
  const auto finite = [&](std::size_t i) {
    return std::isfinite(predictor.log_ratio(i)) ? RowReason::none : RowReason::not_finite;
  };
  return numeric::for_each_row(out, executor, finite,
                               [&](std::size_t i) { return predictor.log_ratio(i); });
}

BatchReport survival(const Model& model, const Accounts& accounts, std::span<const double> times,
                     std::span<double> out, const Executor& executor) {
  for (const double time : times)
    if (!(time >= 0) || !std::isfinite(time))
      return failed(invalid_argument("times", "finite and >= 0", time));
  const std::size_t n = accounts.rows, width = times.size();
  Predictor predictor(model, accounts);
  if (Status s = check_size("out", out.size(), n * width); !s.ok()) return failed(std::move(s));
  if (Status s = predictor.bind(n); !s.ok()) return failed(std::move(s));
  // H0 once per stratum and time, NaN beyond the longest duration.
  std::vector<double> hazard;
  for (const Baseline& b : model.baselines)
    for (const double time : times) hazard.push_back(time <= b.longest ? hazard_at(b, time) : kNaN);
  std::vector<BatchReport> blocks((n + kBlockRows - 1) / kBlockRows);
  const bool finished =
      for_each_block(executor, n, [&](std::size_t block, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          const auto row = out.subspan(i * width, width);
          const Baseline* b = predictor.baseline(i);
          const double log_ratio = predictor.log_ratio(i);
          RowReason why = b == nullptr ? RowReason::out_of_domain : RowReason::none;
          if (!std::isfinite(log_ratio)) why = RowReason::not_finite;
          if (why != RowReason::none) {
            std::fill(row.begin(), row.end(), kNaN);
            blocks[block].rejected(i, why);
            continue;
          }
          const double ratio = std::exp(log_ratio);
          const double* h = &hazard[static_cast<std::size_t>(b - model.baselines.data()) * width];
          bool known = true;
          for (std::size_t k = 0; k < width; ++k) {
            row[k] = h[k] == 0 ? 1 : std::exp(-h[k] * ratio);
            known &= h[k] == h[k];
          }
          known ? blocks[block].scored() : blocks[block].rejected(i, RowReason::beyond_observed);
        }
      });
  BatchReport total;
  for (const BatchReport& block : blocks) total.append(block);
  if (!finished) total.status = {StatusCode::cancelled, "cancelled by the executor"};
  return total;
}

BatchReport churn_probability(const Model& model, const Accounts& accounts, double horizon,
                              std::span<double> out, const Executor& executor) {
  return over_horizon(model, accounts, horizon, out, executor, churn_given);
}

BatchReport restricted_mean(const Model& model, const Accounts& accounts, double horizon,
                            std::span<double> out, const Executor& executor) {
  return over_horizon(model, accounts, horizon, out, executor, mean_given);
}

Baseline thin(const Baseline& baseline, std::size_t steps, double& error) {
  error = 0;
  const std::size_t size = baseline.time.size();
  if (size <= steps || steps < 2) return baseline;
  Baseline out;
  out.longest = baseline.longest;
  out.means = baseline.means;
  const double end = baseline.hazard.back();
  double kept = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double h = baseline.hazard[i];
    const double due = end * static_cast<double>(out.time.size() + 1) / static_cast<double>(steps);
    const bool room = out.time.size() + 1 < steps;  // the last step ends the curve
    if (i + 1 == size || (room && h >= due)) {
      out.time.push_back(baseline.time[i]);
      out.hazard.push_back(h);
      if (!baseline.variance.empty()) out.variance.push_back(baseline.variance[i]);
      kept = h;
    }
    error = std::max(error, (h - kept) / end);
  }
  return out;
}

}  // namespace kam::cox
