/// Churn probabilities of a fitted ladder.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <kam/churn/ladder.hpp>
#include <kam/churn/logistic_posterior.hpp>

#include "churn/ladder_rows.hpp"
#include "numeric/batch.hpp"

namespace kam::churn {
namespace {

constexpr std::size_t kMissingPoints = 33;  // of a missing feature, on the third rung

/// A standard normal number for draw d and feature j: a low-discrepancy sequence, so that the same
/// row always gets the same answer.
double spread_point(std::size_t d, std::size_t j, std::size_t draws) {
  constexpr double kGolden = 0.618033988749894848;
  const double at = (static_cast<double>(d) + 0.5) / static_cast<double>(draws) +
                    kGolden * static_cast<double>(d * (j + 1)) + 0.37 * static_cast<double>(j);
  const double share = at - std::floor(at);
  return normal_quantile(std::min(std::max(share, 1e-6), 1 - 1e-6));
}

Status check_model(const LadderModel& model) {
  const std::size_t p = model.features.size() + 1;
  if (model.rung == Rung::ridge) {
    if (Status s = check_size("coefficients", model.coefficients.size(), p); !s.ok()) return s;
    return check_size("covariance", model.covariance.size(), p * p);
  }
  if (model.draws.size() >= 19 * p && model.draws.size() % p == 0) return {};
  return size_mismatch("draws", 399 * p, model.draws.size());
}

class Scores {
 public:
  Scores(const LadderModel& model, double level, double z)
      : model_(model), p_(model.features.size() + 1), level_(level), quantile_(z) {
    for (std::size_t d = 0; d < kMissingPoints; ++d) {
      const double share = (static_cast<double>(d) + 0.5) / kMissingPoints;
      points_[d] = normal_quantile(share);
    }
  }

  /// `x`: 1 and the features in z, NaN where missing.
  [[nodiscard]] Interval operator()(std::span<const double> x) const {
    return model_.rung == Rung::ridge ? by_delta(x) : by_draws(x);
  }

 private:
  [[nodiscard]] Interval by_draws(std::span<const double> x) const {
    const std::size_t n = model_.draws.size() / p_;
    std::vector<double> values(n);
    for (std::size_t d = 0; d < n; ++d) {
      const double* theta = &model_.draws[d * p_];
      double eta = 0;
      for (std::size_t j = 0; j < p_; ++j) {
        const bool missing = std::isnan(x[j]);
        const double z = missing ? typical(j, spread_point(d, j, n)) : x[j];
        eta += theta[j] * z;
      }
      values[d] = logistic(eta);
    }
    return interval_of_draws(values, level_);
  }

  [[nodiscard]] double typical(std::size_t j, double point) const {
    const LadderFeature& feature = model_.features[j - 1];
    return feature.mean + feature.sd * point;
  }

  [[nodiscard]] Interval by_delta(std::span<const double> x) const {
    std::vector<double> z(x.begin(), x.end());
    double eta = 0, unknown = 0, variance = 0;
    for (std::size_t j = 0; j < p_; ++j) {
      if (std::isnan(z[j])) {
        z[j] = model_.features[j - 1].mean;
        const double part = model_.coefficients[j] * model_.features[j - 1].sd;
        unknown += part * part;
      }
      eta += model_.coefficients[j] * z[j];
    }
    for (std::size_t i = 0; i < p_; ++i)
      for (std::size_t j = 0; j < p_; ++j) variance += z[i] * model_.covariance[i * p_ + j] * z[j];
    const LogitCalibration& c = model_.calibration;
    const double shifted = c.slope * eta + c.intercept;
    variance = c.slope * c.slope * (std::max(variance, 0.0) + unknown);
    if (std::isfinite(c.covariance)) {
      const double of_line = eta * eta * c.slope_standard_error * c.slope_standard_error +
                             2 * eta * c.covariance +
                             c.intercept_standard_error * c.intercept_standard_error;
      variance += std::max(of_line, 0.0);
    }
    const double se = std::sqrt(variance);
    return {averaged(shifted, c.slope * std::sqrt(unknown)), logistic(shifted - quantile_ * se),
            logistic(shifted + quantile_ * se)};
  }

  /// E[logistic(eta + spread z)].
  [[nodiscard]] double averaged(double eta, double spread) const {
    if (spread == 0) return logistic(eta);
    double sum = 0;
    for (const double point : points_) sum += logistic(eta + spread * point);
    return sum / kMissingPoints;
  }

  const LadderModel& model_;
  std::size_t p_;
  double level_, quantile_;
  std::array<double, kMissingPoints> points_{};
};

}  // namespace

BatchReport churn_probability(const LadderModel& model,
                              std::span<const std::span<const double>> features, double level,
                              const IntervalColumns& out, std::span<RowBasis> basis,
                              const Executor& executor) {
  const Result<double> z = interval_z(level);
  if (!z) return numeric::failed(z.error());
  const std::size_t n = out.estimate.size(), k = model.features.size();
  Status s = check_model(model);
  if (s.ok()) s = check_size("features", features.size(), k);
  for (std::size_t j = 0; s.ok() && j < k; ++j)
    s = check_size(model.features[j].name.c_str(), features[j].size(), n);
  if (s.ok()) s = check_size("out.lo", out.lo.size(), n);
  if (s.ok()) s = check_size("out.hi", out.hi.size(), n);
  if (s.ok() && !basis.empty()) s = check_size("basis", basis.size(), n);
  if (!s.ok()) return numeric::failed(std::move(s));

  const Scores scores(model, level, *z);
  const auto reason = [&](std::size_t i) {
    for (const auto& column : features) {
      if (std::isinf(column[i])) return RowReason::not_finite;
      if (model.external && (column[i] < 0 || column[i] > 1)) return RowReason::out_of_domain;
    }
    return RowReason::none;
  };
  const auto judged = [&](std::size_t i) {
    const RowReason why = reason(i);
    if (why != RowReason::none) out.lo[i] = out.hi[i] = kNaN;
    return why;
  };
  return numeric::for_each_row(out.estimate, executor, judged, [&](std::size_t i) {
    std::vector<double> x(k + 1, 1.0);
    std::size_t missing = 0;
    for (std::size_t j = 0; j < k; ++j) {
      const double cell = features[j][i];
      const LadderFeature& feature = model.features[j];
      missing += std::isnan(cell) ? 1u : 0u;
      x[j + 1] = std::isnan(cell) ? kNaN
                                  : (detail::ladder_value(model.external, cell) - feature.centre) /
                                        feature.scale;
    }
    const Interval interval = scores(x);
    out.lo[i] = interval.lo;
    out.hi[i] = interval.hi;
    if (!basis.empty()) {
      basis[i] = missing == 0   ? RowBasis::complete
                 : missing == k ? RowBasis::no_features
                                : RowBasis::partial;
    }
    return interval.estimate;
  });
}

}  // namespace kam::churn
