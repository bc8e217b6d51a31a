#include "churn/order_prior.hpp"

#include <cmath>
#include <string>

#include <kam/base/special.hpp>

namespace kam {
namespace {

Status check(const char* name, const std::optional<Belief>& belief, bool probability) {
  if (!belief) return {};
  const double median = belief->median, sigma = belief->sigma;
  if (!(median > 0) || !(median < (probability ? 1 : HUGE_VAL))) {
    return invalid_argument((std::string(name) + ".median").c_str(),
                            probability ? "above 0 and below 1" : "finite and > 0", median);
  }
  if (sigma > 0 && std::isfinite(sigma)) return {};
  return invalid_argument((std::string(name) + ".sigma").c_str(), "finite and > 0", sigma);
}

}  // namespace

Status check(const OrderPrior& prior) {
  if (Status s = check("order_rate", prior.order_rate, false); !s.ok()) return s;
  if (Status s = check("dropout", prior.dropout, true); !s.ok()) return s;
  if (Status s = check("rate_heterogeneity", prior.rate_heterogeneity, false); !s.ok()) return s;
  return check("dropout_heterogeneity", prior.dropout_heterogeneity, false);
}

double log_prior_density(const OrderPrior& prior, double r, double alpha, double a,
                         double b) noexcept {
  double sum = 0;
  const auto add = [&sum](const std::optional<Belief>& belief, double value, double centre) {
    if (!belief) return;
    const double z = (value - centre) / belief->sigma;
    sum -= 0.5 * z * z;
  };
  const auto log_median = [](const std::optional<Belief>& belief) {
    return belief ? std::log(belief->median) : 0;
  };
  const auto& p = prior.dropout;
  add(prior.order_rate, std::log(r) - std::log(alpha), log_median(prior.order_rate));
  add(p, std::log(a) - std::log(b), p ? std::log(p->median) - std::log1p(-p->median) : 0);
  add(prior.rate_heterogeneity, -std::log(r), log_median(prior.rate_heterogeneity));
  add(prior.dropout_heterogeneity, -log_add_exp(std::log(a), std::log(b)),
      log_median(prior.dropout_heterogeneity));
  return r > 0 && alpha > 0 && a > 0 && b > 0 ? sum : kNaN;
}

namespace detail {

void add_prior(const OrderPrior& prior, const Eigen::VectorXd& log_parameters,
               numeric::Evaluation& at) {
  const Eigen::Vector4d v = log_parameters.array().exp();
  at.value += log_prior_density(prior, v[0], v[1], v[2], v[3]);
  // -(q - m)^2 / (2 sigma^2) of a quantity q with gradient d and, for ln(1/(a+b)), Hessian d2.
  const auto add = [&at](const std::optional<Belief>& belief, double residual,
                         const Eigen::Vector4d& d, const Eigen::Matrix4d& d2) {
    if (!belief) return;
    const double precision = 1 / (belief->sigma * belief->sigma);
    at.gradient -= precision * residual * d;
    at.hessian -= precision * (d * d.transpose() + residual * d2);
  };
  const auto residual = [](const std::optional<Belief>& belief, double value) {
    return belief ? value - std::log(belief->median) : 0;
  };
  const Eigen::Matrix4d none = Eigen::Matrix4d::Zero();
  const auto& l = log_parameters;
  add(prior.order_rate, residual(prior.order_rate, l[0] - l[1]), {1, -1, 0, 0}, none);
  const double logit = l[2] - l[3];
  const double centre =
      prior.dropout ? std::log(prior.dropout->median) - std::log1p(-prior.dropout->median) : 0;
  add(prior.dropout, logit - centre, {0, 0, 1, -1}, none);
  add(prior.rate_heterogeneity, residual(prior.rate_heterogeneity, -l[0]), {-1, 0, 0, 0}, none);

  const double share = logistic(logit), bend = share * logistic(-logit);  // of a in a + b
  Eigen::Matrix4d d2 = none;
  d2(2, 2) = d2(3, 3) = -bend;
  d2(2, 3) = d2(3, 2) = bend;
  add(prior.dropout_heterogeneity, residual(prior.dropout_heterogeneity, -log_add_exp(l[2], l[3])),
      {0, 0, -share, -logistic(-logit)}, d2);
}

void report_prior(const OrderPrior& prior, const numeric::TrustRegionResult& optimum,
                  FitResult<BetaGeometricParameters>& fit) {
  numeric::Evaluation of_prior{0, Eigen::VectorXd::Zero(4), Eigen::MatrixXd::Zero(4, 4)};
  add_prior(prior, optimum.point, of_prior);
  fit.log_prior = of_prior.value;
  fit.log_likelihood = optimum.at.value - of_prior.value;
  const Eigen::Map<const Eigen::Matrix4d> covariance(fit.log_covariance.data());
  const double share = -(covariance * of_prior.hessian).trace() / 4;
  fit.prior_weight = share > 0 ? (share < 1 ? share : 1) : share == share ? 0 : kNaN;
}

}  // namespace detail
}  // namespace kam
