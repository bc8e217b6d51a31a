/// Batches of the models with Erlang-k gaps. Their answers depend on the age of the running gap, so
/// it is the distinct (x, t_x, T) that are computed once, by the scalar formulas.
#pragma once

#include <cmath>
#include <span>
#include <variant>
#include <vector>

#include <boost/math/quadrature/gauss.hpp>

#include <kam/churn/order_model.hpp>

#include "churn/discounted_endless.hpp"
#include "numeric/batch.hpp"
#include "numeric/grouping.hpp"

namespace kam::detail {

/// Whether Parameters are those of a model with phases.
template <class Parameters>
inline constexpr bool kHasPhases = requires(const Parameters& p) { p.k; };

inline auto plain(const cnbd::Parameters<false>& p) {
  return bgnbd::Parameters::from_values(p.values());
}
inline auto plain(const cnbd::Parameters<true>& p) {
  return mbgnbd::Parameters::from_values(p.values());
}

/// The model without phases where k = 1: the same answers from faster batches.
inline OrderModel simplest(const OrderModel& model) {
  return std::visit(
      []<class Parameters>(const Parameters& p) -> OrderModel {
        if constexpr (kHasPhases<Parameters>) {
          if (p.k == 1) return plain(p);
        }
        return p;
      },
      model);
}

/// out[i] = formula(x, t_x, T), once per distinct row.
template <class Formula>
BatchReport batch_distinct(const OrderColumns& accounts, std::span<double> out,
                           const Executor& executor, const Formula& formula) {
  const auto reason = [&](std::size_t i) {
    return order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  };
  std::vector<std::uint32_t> group_of(out.size(), numeric::kNoGroup);
  const auto groups = numeric::group_rows<3>(
      {accounts.frequency, accounts.recency, accounts.age},
      [&](std::size_t i) { return reason(i) == RowReason::none; },
      [&](std::size_t i, std::uint32_t group) { group_of[i] = group; });
  std::vector<double> values(groups.size());
  const bool finished =
      for_each_block(executor, values.size(), [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
          const auto& [x, t_x, T] = groups.keys()[g];
          values[g] = formula(x, t_x, T);
        }
      });
  if (!finished) {
    return numeric::failed({StatusCode::cancelled, "cancelled by the executor"});
  }
  return numeric::for_each_row(out, executor, reason,
                               [&](std::size_t i) { return values[group_of[i]]; });
}

/// Complete log-likelihoods: with more than one phase the gaps are needed.
template <bool kFirst>
BatchReport batch_log_likelihood(const cnbd::Parameters<kFirst>& p, const OrderColumns& accounts,
                                 std::span<double> out, const Executor& executor) {
  if (Status s = check_size("log_gaps", accounts.log_gaps.size(), out.size()); !s.ok()) {
    return numeric::failed(std::move(s));
  }
  const auto reason = [&](std::size_t i) {
    const double x = accounts.frequency[i], t_x = accounts.recency[i];
    const RowReason row = order_row_reason(x, t_x, accounts.age[i]);
    return row == RowReason::none ? log_gaps_reason(x, t_x, accounts.log_gaps[i]) : row;
  };
  return numeric::for_each_row(out, executor, reason, [&](std::size_t i) {
    return log_likelihood(p, accounts.frequency[i], accounts.recency[i], accounts.age[i],
                          accounts.log_gaps[i]);
  });
}

/// E[discounted orders in (T, T + horizon] | alive], by parts as for the other models. With phases
/// the mean number of orders M(t) is a staircase that smooths out: its first harmonic decays like
/// exp(-2 pi^2 n / k) over n gaps. So the time in which it is alive, 1.5 k gaps, gets panels of two
/// gaps; v = ln(1 + t / (alpha + T)) as for the others.
template <bool kFirst>
double discounted_if_alive(const cnbd::Parameters<kFirst>& p, double horizon, double delta,
                           double x, double t_x, double T) {
  const auto orders = [&](double t) { return expected_orders_if_alive(p, t, x, t_x, T); };
  if (horizon == HUGE_VAL) {
    const double mean_gap = p.k * (p.alpha + T) / (p.r + p.k * x);
    return discounted_endless(
        {.scale = p.alpha + T, .gap = mean_gap, .steps_end = 1.5 * p.k * mean_gap}, delta, orders);
  }
  const double at_end = std::exp(-delta * horizon) * orders(horizon);
  if (delta == 0 || horizon == 0) return at_end;
  const double scale = p.alpha + T, u = horizon / scale, gap = p.k / (p.r + p.k * x);
  const auto integrand = [&](double v) {
    const double t = scale * std::expm1(v);
    return std::exp(v - delta * t) * orders(t);
  };
  const double stairs = std::fmin(u, 1.5 * p.k * gap), end = std::log1p(u);
  const int panels = static_cast<int>(std::ceil(stairs / (2 * gap)));
  double from = 0, sum = 0;
  for (int i = 1; i <= panels; ++i) {
    const double to = std::log1p(stairs * i / panels);
    sum += boost::math::quadrature::gauss<double, 20>::integrate(integrand, from, to);
    from = to;
  }
  if (from < end) {
    sum += boost::math::quadrature::gauss<double, 30>::integrate(integrand, from, end);
  }
  return at_end + delta * scale * sum;
}

}  // namespace kam::detail
