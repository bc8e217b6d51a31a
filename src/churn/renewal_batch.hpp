/// The batch verbs of sBG and BdW: one formula per customer, from its renewals so far.
#pragma once

#include <cmath>
#include <span>
#include <utility>

#include <kam/base/interval.hpp>
#include <kam/base/random.hpp>
#include <kam/churn/renewals.hpp>

#include "churn/fit_arguments.hpp"
#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"

namespace kam::churn {

/// Whole periods >= 0; infinity where the verb has a limit.
inline Status check_periods(double periods, bool may_be_endless) {
  if (is_count(periods) || (may_be_endless && periods == HUGE_VAL)) return {};
  return invalid_argument(
      "periods", may_be_endless ? "whole and >= 0, or infinite" : "whole and >= 0", periods);
}

inline Status check_discount(double discount) {
  if (discount >= 0 && std::isfinite(discount)) return {};
  return invalid_argument("discount", "finite and >= 0", discount);
}

/// formula(renewals) per row; customers of equal renewals that follow each other share it.
template <class Parameters, class Formula>
BatchReport renewal_batch(const Parameters& parameters, std::span<const double> renewals,
                          std::span<double> out, const Executor& executor, const Formula& formula) {
  if (Status s = check_parameters(parameters); !s.ok()) return numeric::failed(std::move(s));
  if (Status s = check_size("out", out.size(), renewals.size()); !s.ok())
    return numeric::failed(std::move(s));
  return numeric::for_each_tile(
      out, executor, [&](std::size_t i) { return is_count(renewals[i]); },
      [&](std::size_t i) {
        if (!std::isfinite(renewals[i])) return RowReason::not_finite;
        return is_count(renewals[i]) ? RowReason::none : RowReason::out_of_domain;
      },
      [&](std::size_t begin, std::span<double> tile) {
        double last = kNaN, value = kNaN;
        for (std::size_t i = 0; i < tile.size(); ++i) {
          const double own = renewals[begin + i];
          if (own != last) {
            last = own;
            value = is_count(own) ? formula(own) : kNaN;
          }
          tile[i] = value;
        }
      });
}

/// `verb(parameters, out)` is the point estimate as a batch of `rows` rows.
template <class Parameters, class Verb>
BatchReport with_interval(const Parameters& parameters, std::span<const double> log_covariance,
                          double level, std::size_t rows, const IntervalColumns& out,
                          numeric::IntervalScale scale, const Verb& verb) {
  constexpr std::size_t n = Parameters::kCount;
  const Result<double> z = interval_z(level);
  if (!z) return numeric::failed(z.error());
  if (Status s = check_size("log_covariance", log_covariance.size(), n * n); !s.ok())
    return numeric::failed(std::move(s));
  if (Status s = check_size("out.lo", out.lo.size(), rows); !s.ok())
    return numeric::failed(std::move(s));
  if (Status s = check_size("out.hi", out.hi.size(), rows); !s.ok())
    return numeric::failed(std::move(s));
  const BatchReport report = verb(parameters, out.estimate);
  if (!report.ok()) return report;
  const auto gradients =
      numeric::gradients(n, rows, scale, [&](std::size_t k, double step, std::span<double> values) {
        auto moved = parameters.values();
        moved[k] *= std::exp(step);
        return verb(Parameters::from_values(moved), values);
      });
  if (!gradients.status().ok()) return numeric::failed(gradients.status());
  numeric::fill_interval(
      out, scale, *z, [&](std::size_t i) { return gradients.standard_error(i, log_covariance); });
  return report;
}

template <class Parameters, class Formula>
BatchReport renewal_likelihoods(const Parameters& parameters, const RenewalColumns& customers,
                                std::span<double> out, const Executor& executor,
                                const Formula& formula) {
  if (Status s = check_parameters(parameters); !s.ok()) return numeric::failed(std::move(s));
  if (Status s = check_sizes(customers); !s.ok()) return numeric::failed(std::move(s));
  if (Status s = check_size("out", out.size(), customers.rows()); !s.ok())
    return numeric::failed(std::move(s));
  const auto entry = [&](std::size_t i) {
    return customers.entry.empty() ? 0 : customers.entry[i];
  };
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) {
        return renewal_row_reason(customers.duration[i], customers.event[i], entry(i));
      },
      [&](std::size_t i) { return formula(customers.duration[i], customers.event[i], entry(i)); });
}

/// Whether every value is whole and 1..kMostRenewals.
inline Status check_observed(std::span<const double> periods) {
  for (const double n : periods) {
    if (!is_count(n) || n < 1 || n > kMostRenewals)
      return invalid_argument("periods", "whole, 1 to 1e6", n);
  }
  return {};
}

/// draw(random) is one customer's number of periods until it leaves (>= 1, may be infinite).
template <class Parameters, class Draw>
Status simulate_renewals(const Parameters& parameters, std::span<const double> periods,
                         std::uint64_t seed, std::span<double> duration, std::span<double> event,
                         const Executor& executor, const Draw& draw) {
  if (Status s = check_parameters(parameters); !s.ok()) return s;
  if (Status s = check_size("duration", duration.size(), periods.size()); !s.ok()) return s;
  if (Status s = check_size("event", event.size(), periods.size()); !s.ok()) return s;
  if (Status s = check_observed(periods); !s.ok()) return s;
  const bool finished = for_each_block(executor, periods.size(),
                                       [&](std::size_t, std::size_t begin, std::size_t end) {
                                         for (std::size_t i = begin; i < end; ++i) {
                                           Random random(seed, i);
                                           const double leaves = draw(random);
                                           event[i] = leaves <= periods[i] ? 1 : 0;
                                           duration[i] = std::fmin(leaves, periods[i]);
                                         }
                                       });
  return finished ? Status{} : Status{StatusCode::cancelled, "cancelled by the executor"};
}

/// Periods t with (1 - theta)^(t^c) just below a uniform number: ln u / ln(1 - theta), to the power
/// 1/c, rounded up. In logarithms, because theta itself may underflow.
inline double periods_until_leaving(double alpha, double beta, double c, Random& random) {
  const double log_odds = random.log_gamma_variate(alpha) - random.log_gamma_variate(beta);
  // -ln(1 - theta) = ln(1 + odds); its logarithm is log_odds where the odds are tiny
  const double log_rate = log_odds < -30 ? log_odds : std::log(log_add_exp(0, log_odds));
  const double log_periods = (std::log(random.exponential()) - log_rate) / c;
  return std::fmax(1, std::ceil(std::exp(log_periods)));
}

}  // namespace kam::churn
