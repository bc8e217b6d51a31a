/// Intervals of the verbs of models with covariates: the batch itself, differentiated by the base
/// parameters and the coefficients.
#include <cmath>
#include <utility>
#include <vector>

#include <kam/churn/bgnbd_covariates.hpp>
#include <kam/churn/pareto_nbd_covariates.hpp>

#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"

namespace kam {
namespace {

using numeric::failed;
using numeric::IntervalScale;

/// The coordinates of a covariance: ln base parameters by steps of 1, coefficients by steps of
/// their standard errors, so that the unit of a covariate does not matter.
template <class Base>
class Coordinates {
 public:
  explicit Coordinates(const CovariateEstimate<Base>& estimate)
      : model_(estimate.model),
        size_(Base::kCount + model_.order.size() + model_.dropout.size()),
        unit_(size_, 1.0) {
    if (estimate.covariance.size() != size_ * size_) return;
    covariance_ = estimate.covariance;
    for (std::size_t i = Base::kCount; i < size_; ++i) {
      const double se = std::sqrt(covariance_[i * size_ + i]);
      unit_[i] = se > 0 && std::isfinite(se) ? se : 1;
    }
    for (std::size_t i = 0; i < size_; ++i)
      for (std::size_t j = 0; j < size_; ++j) covariance_[i * size_ + j] /= unit_[i] * unit_[j];
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::vector<double>& covariance() const { return covariance_; }

  [[nodiscard]] CovariateParameters<Base> moved(std::size_t k, double step) const {
    CovariateParameters<Base> result = model_;
    if (k < Base::kCount) {
      auto values = model_.base.values();
      values[k] *= std::exp(step);
      result.base = Base::from_values(values);
    } else if (k - Base::kCount < model_.order.size()) {
      result.order[k - Base::kCount] += step * unit_[k];
    } else {
      result.dropout[k - Base::kCount - model_.order.size()] += step * unit_[k];
    }
    return result;
  }

 private:
  const CovariateParameters<Base>& model_;
  std::size_t size_;
  std::vector<double> unit_, covariance_;
};

/// `verb(model, out)` is the point estimate as a batch of `rows`.
template <class Base, class Verb>
BatchReport with_interval(const CovariateEstimate<Base>& estimate, double level, std::size_t rows,
                          const IntervalColumns& out, IntervalScale scale, const Verb& verb) {
  const Result<double> z = interval_z(level);
  if (!z) return failed(z.error());
  const Coordinates<Base> at(estimate);
  Status s = check_size("covariance", estimate.covariance.size(), at.size() * at.size());
  if (s.ok()) s = check_size("out.lo", out.lo.size(), rows);
  if (s.ok()) s = check_size("out.hi", out.hi.size(), rows);
  if (!s.ok()) return failed(std::move(s));
  const BatchReport report = verb(estimate.model, out.estimate);
  if (!report.ok()) return report;
  const auto gradients = numeric::gradients(
      at.size(), rows, scale, [&](std::size_t k, double step, std::span<double> values) {
        return verb(at.moved(k, step), values);
      });
  if (!gradients.status().ok()) return failed(gradients.status());
  numeric::fill_interval(
      out, scale, *z, [&](std::size_t i) { return gradients.standard_error(i, at.covariance()); });
  return report;
}

}  // namespace

template <class Base>
BatchReport probability_alive(const CovariateEstimate<Base>& estimate, double level,
                              const OrderColumns& accounts, const CovariateColumns& covariates,
                              const IntervalColumns& out, const Executor& executor) {
  return with_interval(estimate, level, accounts.rows(), out, IntervalScale::logit,
                       [&](const CovariateParameters<Base>& model, std::span<double> values) {
                         return probability_alive(model, accounts, covariates, values, executor);
                       });
}

template <class Base>
BatchReport probability_no_order(const CovariateEstimate<Base>& estimate, double horizon,
                                 double level, const OrderColumns& accounts,
                                 const CovariateColumns& covariates, const IntervalColumns& out,
                                 const Executor& executor) {
  return with_interval(estimate, level, accounts.rows(), out, IntervalScale::logit,
                       [&](const CovariateParameters<Base>& model, std::span<double> values) {
                         return probability_no_order(model, horizon, accounts, covariates, values,
                                                     executor);
                       });
}

template <class Base>
BatchReport expected_orders(const CovariateEstimate<Base>& estimate, double horizon, double level,
                            const OrderColumns& accounts, const CovariateColumns& covariates,
                            const IntervalColumns& out, const Executor& executor) {
  return with_interval(estimate, level, accounts.rows(), out, IntervalScale::log,
                       [&](const CovariateParameters<Base>& model, std::span<double> values) {
                         return expected_orders(model, horizon, accounts, covariates, values,
                                                executor);
                       });
}

#define KAM_COVARIATE_INTERVALS(Base)                                                       \
  template BatchReport probability_alive(const CovariateEstimate<Base>&, double,            \
                                         const OrderColumns&, const CovariateColumns&,      \
                                         const IntervalColumns&, const Executor&);          \
  template BatchReport probability_no_order(const CovariateEstimate<Base>&, double, double, \
                                            const OrderColumns&, const CovariateColumns&,   \
                                            const IntervalColumns&, const Executor&);       \
  template BatchReport expected_orders(const CovariateEstimate<Base>&, double, double,      \
                                       const OrderColumns&, const CovariateColumns&,        \
                                       const IntervalColumns&, const Executor&)

KAM_COVARIATE_INTERVALS(bgnbd::Parameters);
KAM_COVARIATE_INTERVALS(mbgnbd::Parameters);
KAM_COVARIATE_INTERVALS(pareto_nbd::Parameters);

#undef KAM_COVARIATE_INTERVALS

}  // namespace kam
