#include <kam/lifetime/gamma_gamma.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"
#include "numeric/fit_report.hpp"
#include "numeric/trust_region.hpp"
#include "simd/order_n.hpp"

namespace kam::gamma_gamma {
namespace {

using numeric::Evaluation;
using numeric::failed;

Status check(const Parameters& parameters) {
  const auto values = parameters.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i])) {
      return invalid_argument(Parameters::kNames[i], "finite and > 0", values[i]);
    }
  }
  return {};
}

/// Without branches: whether x is 0 cannot be predicted.
bool usable_row(double x, double m) {
  const bool counts = (x >= 0) & (x < 9e15) & (x == static_cast<double>(static_cast<long long>(x)));
  return counts & ((x == 0) | ((m > 0) & (m < HUGE_VAL)));
}

RowReason spend_row_reason(double x, double m) {
  if (usable_row(x, m)) return RowReason::none;
  if (!std::isfinite(x) || (is_count(x) && !std::isfinite(m))) return RowReason::not_finite;
  return RowReason::out_of_domain;
}

/// One usable row: x orders of mean value m.
struct Row {
  double x, m, weight;
};

struct Data {
  std::vector<Row>
      rows;  // sorted by x, then m: order of input does not matter, equal x are neighbours
  double weight = 0, mean = 0;
};

Data usable_rows(const SpendColumns& accounts, BatchReport& report) {
  Data data;
  for (std::size_t i = 0; i < accounts.rows(); ++i) {
    const double x = accounts.frequency[i], m = accounts.monetary_value[i];
    const double weight = accounts.weight.empty() ? 1 : accounts.weight[i];
    RowReason reason = spend_row_reason(x, m);
    if (reason == RowReason::none && !(weight >= 0 && weight < HUGE_VAL)) {
      reason = RowReason::out_of_domain;
    }
    if (reason != RowReason::none) {
      report.rejected(i, reason);
      continue;
    }
    report.scored();
    if (x >= 1 && weight > 0) data.rows.push_back({x, m, weight});
  }
  std::sort(data.rows.begin(), data.rows.end(), [](const Row& a, const Row& b) {
    return a.x != b.x ? a.x < b.x : a.m != b.m ? a.m < b.m : a.weight < b.weight;
  });
  for (const Row& row : data.rows) {
    data.weight += row.weight;
    data.mean += row.weight * row.m;
  }
  data.mean /= data.weight;
  return data;
}

struct Sums {
  double value = 0, g[3] = {}, h[6] = {};  // h: pp pq pg qq qg gg

  void add(const Sums& o) {
    value += o.value;
    for (int i = 0; i < 3; ++i) g[i] += o.g[i];
    for (int i = 0; i < 6; ++i) h[i] += o.h[i];
  }
};

/// What depends on x and the parameters only.
struct GammaTerms {
  double x = -1, log_beta = 0, d_p = 0, d_q = 0, d_pp = 0, d_pq = 0, d_qq = 0;

  void move_to(const Parameters& k, double new_x) {
    if (new_x == x) return;
    x = new_x;
    const double px = k.p * x, both = digamma(px + k.q), both1 = trigamma(px + k.q);
    log_beta = kam::log_beta(px, k.q);
    d_p = x * (both - digamma(px));
    d_q = both - digamma(k.q);
    d_pp = x * x * (both1 - trigamma(px));
    d_pq = x * both1;
    d_qq = both1 - trigamma(k.q);
  }
};

void add_row(const Parameters& k, const GammaTerms& t, const Row& row, Sums& s) {
  const double w = row.weight, px = k.p * row.x;
  const double total = k.gamma + row.x * row.m;
  const double log_own = std::log1p(k.gamma / (row.x * row.m));  // ln(total / xm)
  const double log_prior = std::log1p(row.x * row.m / k.gamma);  // ln(total / gamma)
  s.value += w * (-t.log_beta - std::log(row.m) - k.q * log_prior - px * log_own);
  s.g[0] += w * (t.d_p - row.x * log_own);
  s.g[1] += w * (t.d_q - log_prior);
  s.g[2] += w * (k.q / k.gamma - (px + k.q) / total);
  s.h[0] += w * t.d_pp;
  s.h[1] += w * t.d_pq;
  s.h[2] -= w * row.x / total;
  s.h[3] += w * t.d_qq;
  s.h[4] += w * (1 / k.gamma - 1 / total);
  s.h[5] += w * ((px + k.q) / (total * total) - k.q / (k.gamma * k.gamma));
}

Evaluation evaluate(const Data& data, const Eigen::VectorXd& log_parameters,
                    const Executor& executor, bool& cancelled) {
  const Eigen::VectorXd values = log_parameters.array().exp();
  const Parameters k{values[0], values[1], values[2]};
  std::vector<Sums> blocks((data.rows.size() + kBlockRows - 1) / kBlockRows);
  cancelled = !for_each_block(executor, data.rows.size(),
                              [&](std::size_t block, std::size_t begin, std::size_t end) {
                                GammaTerms terms;
                                for (std::size_t i = begin; i < end; ++i) {
                                  terms.move_to(k, data.rows[i].x);
                                  add_row(k, terms, data.rows[i], blocks[block]);
                                }
                              });
  Sums total;
  for (const Sums& block : blocks) total.add(block);
  if (cancelled) total.value = kNaN;  // half a sum must not pass for a likelihood
  Evaluation at{total.value, Eigen::VectorXd(3), Eigen::MatrixXd(3, 3)};
  for (int i = 0, n = 0; i < 3; ++i) {
    at.gradient[i] = total.g[i];
    for (int j = i; j < 3; ++j, ++n) at.hessian(i, j) = at.hessian(j, i) = total.h[n];
  }
  numeric::to_log_parameters(values, at);
  return at;
}

template <class Formula>
BatchReport batch(const Parameters& parameters, const SpendColumns& accounts, std::span<double> out,
                  const Executor& executor, const Formula& formula) {
  if (Status s = check(parameters); !s.ok()) return failed(std::move(s));
  if (Status s = check_sizes(accounts); !s.ok()) return failed(std::move(s));
  if (Status s = check_size("out", out.size(), accounts.rows()); !s.ok())
    return failed(std::move(s));
  const double* x = accounts.frequency.data();
  const double* m = accounts.monetary_value.data();
  return numeric::for_each_tile(
      out, executor, [&](std::size_t i) { return usable_row(x[i], m[i]); },
      [&](std::size_t i) { return spend_row_reason(x[i], m[i]); },
      [&](std::size_t begin, std::span<double> tile) {
        for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = formula(x[begin + i], m[begin + i]);
      });
}

}  // namespace

BatchReport expected_spend(const Parameters& parameters, const SpendColumns& accounts,
                           std::span<double> out, const Executor& executor) {
  if (Status s = check(parameters); !s.ok()) return failed(std::move(s));
  if (Status s = check_sizes(accounts); !s.ok()) return failed(std::move(s));
  if (Status s = check_size("out", out.size(), accounts.rows()); !s.ok())
    return failed(std::move(s));
  const simd::SpendTerms terms{parameters.p, parameters.q, parameters.gamma};
  const double* x = accounts.frequency.data();
  const double* m = accounts.monetary_value.data();
  const auto fill = [=](std::size_t begin, std::span<double> tile) {
    return simd::order_kernels().spend(terms, x + begin, m + begin, tile.size(), tile.data());
  };
  return numeric::for_each_filled(
      out, executor, [&] { return fill; },
      [=](std::size_t i) { return spend_row_reason(x[i], m[i]); });
}

BatchReport log_likelihood(const Parameters& parameters, const SpendColumns& accounts,
                           std::span<double> out, const Executor& executor) {
  return batch(parameters, accounts, out, executor,
               [&](double x, double m) { return log_likelihood(parameters, x, m); });
}

BatchReport expected_spend(const Parameters& parameters, std::span<const double> log_covariance,
                           double level, const SpendColumns& accounts, const IntervalColumns& out,
                           const Executor& executor) {
  const Result<double> z = interval_z(level);
  if (!z) return failed(z.error());
  if (Status s = check_size("log_covariance", log_covariance.size(), 9); !s.ok()) return failed(s);
  if (Status s = check_size("out.lo", out.lo.size(), accounts.rows()); !s.ok()) return failed(s);
  if (Status s = check_size("out.hi", out.hi.size(), accounts.rows()); !s.ok()) return failed(s);
  const BatchReport report = expected_spend(parameters, accounts, out.estimate, executor);
  if (!report.ok()) return report;
  const auto gradients = numeric::gradients(
      Parameters::kCount, accounts.rows(), numeric::IntervalScale::log,
      [&](std::size_t k, double step, std::span<double> values) {
        auto moved = parameters.values();
        moved[k] *= std::exp(step);
        return expected_spend(Parameters::from_values(moved), accounts, values, executor);
      });
  if (!gradients.status().ok()) return failed(gradients.status());
  numeric::fill_interval(out, numeric::IntervalScale::log, *z, [&](std::size_t i) {
    return gradients.standard_error(i, log_covariance);
  });
  return report;
}

Result<FitResult<Parameters>> fit(const SpendColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1) {
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  }
  if (options.start) {
    if (Status s = check(*options.start); !s.ok()) return s;
  }
  FitResult<Parameters> result;
  const Data data = usable_rows(accounts, result.rows);
  if (data.rows.size() < 2) {
    return Status{
        StatusCode::insufficient_data,
        "a spend model needs at least 2 accounts with repeat orders of positive value, got " +
            std::to_string(data.rows.size())};
  }
  result.weight = result.events = data.weight;
  // Population mean p gamma / (q - 1) matched to the observed mean spend.
  const auto first = options.start.value_or(Parameters{4, 4, 0.75 * data.mean}).values();
  bool cancelled = false;
  const auto optimum = numeric::maximise(
      Eigen::Map<const Eigen::Vector3d>(first.data()).array().log(),
      [&](const Eigen::VectorXd& at) { return evaluate(data, at, executor, cancelled); },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations},
      [&] { return !cancelled; });
  if (cancelled) return Status{StatusCode::cancelled, "cancelled by the executor"};
  numeric::finish_fit(optimum, result);
  if (result.parameters.q <= 1) {
    result.warning.append(result.warning.empty() ? "" : "; ")
        .append("q <= 1: the mean spend of an account without repeat orders does not exist");
  }
  return result;
}

}  // namespace kam::gamma_gamma
