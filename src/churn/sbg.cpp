#include <kam/churn/sbg.hpp>

#include "churn/renewal_batch.hpp"
#include "churn/renewal_fit.hpp"

namespace kam::sbg {
namespace {

using numeric::Evaluation;
using numeric::failed;
using numeric::IntervalScale;

/// Per period: left x ln alpha + renewed x ln(beta + t - 1) - all x ln(alpha + beta + t - 1).
struct Likelihood {
  const churn::RenewalCounts& counts;

  Evaluation operator()(const Eigen::VectorXd& log_parameters) const {
    const Eigen::VectorXd values = log_parameters.array().exp();
    const double alpha = values[0], beta = values[1];
    double value = 0, g_a = 0, g_b = 0, h_aa = 0, h_bb = 0, h_ab = 0;
    for (std::size_t i = 0; i < counts.left.size(); ++i) {
      const double left = counts.left[i], renewed = counts.renewed[i], all = left + renewed;
      const double b = beta + static_cast<double>(i), sum = alpha + b;
      // Logarithms of probabilities, not of their large parts: near a constant churn
      // probability both parts are large.
      value -= left * std::log1p(b / alpha) + renewed * std::log1p(alpha / b);
      g_a += left / alpha - all / sum;
      g_b += renewed / b - all / sum;
      h_aa += all / (sum * sum) - left / (alpha * alpha);
      h_bb += all / (sum * sum) - renewed / (b * b);
      h_ab += all / (sum * sum);
    }
    Evaluation at{value, Eigen::VectorXd(2), Eigen::MatrixXd(2, 2)};
    at.gradient << g_a, g_b;
    at.hessian << h_aa, h_ab, h_ab, h_bb;
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
    return churn::periods_until_leaving(p.alpha, p.beta, 1, random);
  });
}

}  // namespace kam::sbg
