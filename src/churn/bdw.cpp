#include <kam/churn/bdw.hpp>

#include "churn/renewal_batch.hpp"
#include "churn/renewal_fit.hpp"

namespace kam::bdw {
namespace {

using numeric::Evaluation;
using numeric::failed;
using numeric::IntervalScale;

/// -ln S(t) with its derivatives by (alpha, beta, c), y = t^c.
struct Cumulative {
  double g[3] = {}, h[6] = {};  // h: aa ab ac bb bc cc

  static Cumulative at(const Parameters& p, double t) {
    Cumulative k;
    if (t == 0) return k;
    const double y = std::pow(t, p.c), log_t = std::log(t), y_c = y * log_t;
    const double both = digamma(p.alpha + p.beta + y), both1 = trigamma(p.alpha + p.beta + y);
    const double own = digamma(p.beta + y), own1 = trigamma(p.beta + y);
    const double by_y = both - own, by_yy = both1 - own1;
    k.g[0] = both - digamma(p.alpha + p.beta);
    k.g[1] = by_y - (digamma(p.alpha + p.beta) - digamma(p.beta));
    k.g[2] = by_y * y_c;
    k.h[0] = k.h[1] = both1 - trigamma(p.alpha + p.beta);
    k.h[2] = both1 * y_c;
    k.h[3] = by_yy - (trigamma(p.alpha + p.beta) - trigamma(p.beta));
    k.h[4] = by_yy * y_c;
    k.h[5] = by_yy * y_c * y_c + by_y * y_c * log_t;
    return k;
  }
};

/// Per period with r = ln S(t - 1) - ln S(t): -renewed r + left ln(1 - exp(-r)).
struct Likelihood {
  const churn::RenewalCounts& counts;

  Evaluation operator()(const Eigen::VectorXd& log_parameters) const {
    const Eigen::VectorXd values = log_parameters.array().exp();
    const Parameters p{values[0], values[1], values[2]};
    double value = 0;
    Eigen::Vector3d gradient = Eigen::Vector3d::Zero();
    Eigen::Matrix3d hessian = Eigen::Matrix3d::Zero();
    Cumulative before;
    for (std::size_t t = 0; t < counts.left.size(); ++t) {
      const Cumulative now = Cumulative::at(p, static_cast<double>(t) + 1);
      const double r = -detail::log_survival(p, 1, static_cast<double>(t));
      const double odds = 1 / std::expm1(r), left = counts.left[t];  // d ln(1 - exp(-r)) / dr
      const double first = (left > 0 ? left * odds : 0) - counts.renewed[t];
      const double second = left > 0 ? -left * odds * (1 + odds) : 0;
      value += (left > 0 ? left * log1mexp(r) : 0) - counts.renewed[t] * r;
      for (int i = 0, k = 0; i < 3; ++i) {
        const double g_i = now.g[i] - before.g[i];
        gradient[i] += first * g_i;
        for (int j = i; j < 3; ++j, ++k) {
          hessian(i, j) +=
              first * (now.h[k] - before.h[k]) + second * g_i * (now.g[j] - before.g[j]);
        }
      }
      before = now;
    }
    Evaluation at{value, gradient, hessian.selfadjointView<Eigen::Upper>()};
    numeric::to_log_parameters(values, at);
    return at;
  }
};

}  // namespace

Result<FitResult<Parameters>> fit(const RenewalColumns& customers,
                                  const FitOptions<Parameters>& options) {
  if (Status s = check_sizes(customers); !s.ok()) return s;
  if (Status s = churn::check_options(options); !s.ok()) return s;
  BatchReport rows;
  const churn::RenewalCounts counts = churn::count_renewals(customers, rows);
  return churn::fit_counts<Parameters>(counts, rows, options, Likelihood{counts});
}

Result<FitResult<Parameters>> fit_cohort(std::span<const double> active,
                                         const FitOptions<Parameters>& options) {
  if (Status s = churn::check_options(options); !s.ok()) return s;
  const auto counts = churn::count_cohort(active);
  if (!counts) return counts.error();
  return churn::fit_counts<Parameters>(*counts, {}, options, Likelihood{*counts});
}

BatchReport survival(const Parameters& parameters, double periods, std::span<const double> renewals,
                     std::span<double> out, const Executor& executor) {
  if (Status s = churn::check_periods(periods, false); !s.ok()) return failed(std::move(s));
  return churn::renewal_batch(parameters, renewals, out, executor,
                              [&](double n) { return survival(parameters, periods, n); });
}

BatchReport churn_probability(const Parameters& parameters, double periods,
                              std::span<const double> renewals, std::span<double> out,
                              const Executor& executor) {
  if (Status s = churn::check_periods(periods, false); !s.ok()) return failed(std::move(s));
  return churn::renewal_batch(parameters, renewals, out, executor,
                              [&](double n) { return churn_probability(parameters, periods, n); });
}

BatchReport expected_residual(const Parameters& parameters, double periods,
                              std::span<const double> renewals, std::span<double> out,
                              const Executor& executor) {
  if (Status s = churn::check_periods(periods, true); !s.ok()) return failed(std::move(s));
  return churn::renewal_batch(parameters, renewals, out, executor,
                              [&](double n) { return expected_residual(parameters, n, periods); });
}

BatchReport discounted_residual(const Parameters& parameters, double periods, double discount,
                                std::span<const double> renewals, std::span<double> out,
                                const Executor& executor) {
  if (Status s = churn::check_periods(periods, true); !s.ok()) return failed(std::move(s));
  if (Status s = churn::check_discount(discount); !s.ok()) return failed(std::move(s));
  return churn::renewal_batch(parameters, renewals, out, executor, [&](double n) {
    return discounted_residual(parameters, n, discount, periods);
  });
}

BatchReport log_likelihood(const Parameters& parameters, const RenewalColumns& customers,
                           std::span<double> out, const Executor& executor) {
  return churn::renewal_likelihoods(parameters, customers, out, executor,
                                    [&](double duration, double event, double entry) {
                                      return log_likelihood(parameters, duration, event, entry);
                                    });
}

BatchReport survival(const Estimate& estimate, double periods, double level,
                     std::span<const double> renewals, const IntervalColumns& out,
                     const Executor& executor) {
  return churn::with_interval(estimate.parameters, estimate.log_covariance, level, renewals.size(),
                              out, IntervalScale::logit,
                              [&](const Parameters& p, std::span<double> values) {
                                return survival(p, periods, renewals, values, executor);
                              });
}

BatchReport churn_probability(const Estimate& estimate, double periods, double level,
                              std::span<const double> renewals, const IntervalColumns& out,
                              const Executor& executor) {
  return churn::with_interval(estimate.parameters, estimate.log_covariance, level, renewals.size(),
                              out, IntervalScale::logit,
                              [&](const Parameters& p, std::span<double> values) {
                                return churn_probability(p, periods, renewals, values, executor);
                              });
}

BatchReport discounted_residual(const Estimate& estimate, double periods, double discount,
                                double level, std::span<const double> renewals,
                                const IntervalColumns& out, const Executor& executor) {
  return churn::with_interval(
      estimate.parameters, estimate.log_covariance, level, renewals.size(), out, IntervalScale::log,
      [&](const Parameters& p, std::span<double> values) {
        return discounted_residual(p, periods, discount, renewals, values, executor);
      });
}

Status simulate(const Parameters& parameters, std::span<const double> periods, std::uint64_t seed,
                std::span<double> duration, std::span<double> event, const Executor& executor) {
  const auto& p = parameters;
  return churn::simulate_renewals(p, periods, seed, duration, event, executor, [&](Random& random) {
    return churn::periods_until_leaving(p.alpha, p.beta, p.c, random);
  });
}

}  // namespace kam::bdw
