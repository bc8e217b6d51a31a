#include <kam/churn/bgbb.hpp>

#include <algorithm>
#include <utility>

#include <kam/base/random.hpp>

#include "churn/fit_arguments.hpp"
#include "churn/renewal_batch.hpp"
#include "numeric/batch.hpp"

namespace kam {

Status check_sizes(const PeriodColumns& columns) {
  const std::size_t n = columns.rows();
  if (Status s = check_size("recency", columns.recency.size(), n); !s.ok()) return s;
  if (Status s = check_size("periods", columns.periods.size(), n); !s.ok()) return s;
  return columns.weight.empty() ? Status{} : check_size("weight", columns.weight.size(), n);
}

namespace bgbb {
namespace {

using numeric::failed;
using numeric::IntervalScale;

/// value(x, t_x, n, future(n)) per account; future is computed once per run of equal n.
template <class Future, class Value>
BatchReport batch(const Parameters& parameters, const PeriodColumns& accounts,
                  std::span<double> out, const Executor& executor, const Future& future,
                  const Value& value) {
  if (Status s = churn::check_parameters(parameters); !s.ok()) return failed(std::move(s));
  if (Status s = check_sizes(accounts); !s.ok()) return failed(std::move(s));
  if (Status s = check_size("out", out.size(), accounts.rows()); !s.ok())
    return failed(std::move(s));
  const double* x = accounts.frequency.data();
  const double* t_x = accounts.recency.data();
  const double* n = accounts.periods.data();
  const auto reason = [=](std::size_t i) { return period_row_reason(x[i], t_x[i], n[i]); };
  return numeric::for_each_tile(
      out, executor, [&](std::size_t i) { return reason(i) == RowReason::none; }, reason,
      [&](std::size_t begin, std::span<double> tile) {
        double last = kNaN, shared = kNaN;
        for (std::size_t i = 0; i < tile.size(); ++i) {
          const std::size_t row = begin + i;
          if (n[row] != last && reason(row) == RowReason::none) {
            last = n[row];
            shared = future(last);
          }
          tile[i] = value(x[row], t_x[row], n[row], shared);
        }
      });
}

double there(const Parameters& p, double x, double t_x, double n) {
  return logistic(log_odds_there(p, x, t_x, n));
}

}  // namespace

BatchReport log_likelihood(const Parameters& parameters, const PeriodColumns& accounts,
                           std::span<double> out, const Executor& executor) {
  return batch(
      parameters, accounts, out, executor, [](double) { return 0.0; },
      [&](double x, double t_x, double n, double) {
        return log_likelihood(parameters, x, t_x, n);
      });
}

BatchReport probability_alive(const Parameters& parameters, double ahead,
                              const PeriodColumns& accounts, std::span<double> out,
                              const Executor& executor) {
  if (!is_count(ahead)) return failed(invalid_argument("ahead", "whole and >= 0", ahead));
  const Parameters& p = parameters;
  return batch(
      p, accounts, out, executor,
      [&](double n) { return beta_survival(p.gamma, p.delta + n, ahead); },
      [&](double x, double t_x, double n, double stays) { return there(p, x, t_x, n) * stays; });
}

BatchReport discounted_expected_orders(const Parameters& parameters, double periods,
                                       double discount, const PeriodColumns& accounts,
                                       std::span<double> out, const Executor& executor) {
  if (Status s = churn::check_periods(periods, true); !s.ok()) return failed(std::move(s));
  if (Status s = churn::check_discount(discount); !s.ok()) return failed(std::move(s));
  const Parameters& p = parameters;
  return batch(
      p, accounts, out, executor,
      [&](double n) { return discounted_survival(p.gamma, p.delta + n, discount, periods); },
      [&](double x, double t_x, double n, double future) {
        return there(p, x, t_x, n) * ((p.alpha + x) / (p.alpha + p.beta + n)) * future;
      });
}

BatchReport expected_orders(const Parameters& parameters, double periods,
                            const PeriodColumns& accounts, std::span<double> out,
                            const Executor& executor) {
  return discounted_expected_orders(parameters, periods, 0, accounts, out, executor);
}

BatchReport probability_no_order(const Parameters& parameters, double periods,
                                 const PeriodColumns& accounts, std::span<double> out,
                                 const Executor& executor) {
  if (!is_count(periods) || periods > kMostPeriods)
    return failed(invalid_argument("periods", "whole, 0 to 1e6", periods));
  return batch(
      parameters, accounts, out, executor, [](double) { return 0.0; },
      [&](double x, double t_x, double n, double) {
        return probability_no_order(parameters, periods, x, t_x, n);
      });
}

BatchReport probability_alive(const Estimate& estimate, double ahead, double level,
                              const PeriodColumns& accounts, const IntervalColumns& out,
                              const Executor& executor) {
  return churn::with_interval(estimate.parameters, estimate.log_covariance, level, accounts.rows(),
                              out, IntervalScale::logit,
                              [&](const Parameters& p, std::span<double> values) {
                                return probability_alive(p, ahead, accounts, values, executor);
                              });
}

BatchReport expected_orders(const Estimate& estimate, double periods, double level,
                            const PeriodColumns& accounts, const IntervalColumns& out,
                            const Executor& executor) {
  return churn::with_interval(estimate.parameters, estimate.log_covariance, level, accounts.rows(),
                              out, IntervalScale::log,
                              [&](const Parameters& p, std::span<double> values) {
                                return expected_orders(p, periods, accounts, values, executor);
                              });
}

BatchReport probability_no_order(const Estimate& estimate, double periods, double level,
                                 const PeriodColumns& accounts, const IntervalColumns& out,
                                 const Executor& executor) {
  return churn::with_interval(estimate.parameters, estimate.log_covariance, level, accounts.rows(),
                              out, IntervalScale::logit,
                              [&](const Parameters& p, std::span<double> values) {
                                return probability_no_order(p, periods, accounts, values, executor);
                              });
}

Status simulate(const Parameters& parameters, std::span<const double> periods, std::uint64_t seed,
                std::span<double> frequency, std::span<double> recency, const Executor& executor) {
  const Parameters& p = parameters;
  if (Status s = churn::check_parameters(p); !s.ok()) return s;
  if (Status s = check_size("frequency", frequency.size(), periods.size()); !s.ok()) return s;
  if (Status s = check_size("recency", recency.size(), periods.size()); !s.ok()) return s;
  for (const double n : periods) {
    if (!is_count(n) || n > kMostPeriods) return invalid_argument("periods", "whole, 0 to 1e6", n);
  }
  const bool finished = for_each_block(
      executor, periods.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          Random random(seed, i);
          const double order = random.beta(p.alpha, p.beta);
          // It leaves at the start of period `leaves`: there in the periods before.
          const double leaves = churn::periods_until_leaving(p.gamma, p.delta, 1, random);
          const double last = std::fmin(leaves - 1, periods[i]);
          frequency[i] = recency[i] = 0;
          for (double t = 1; t <= last; ++t) {
            if (random.uniform() >= order) continue;
            frequency[i] += 1;
            recency[i] = t;
          }
        }
      });
  return finished ? Status{} : Status{StatusCode::cancelled, "cancelled by the executor"};
}

}  // namespace bgbb
}  // namespace kam
