#include <kam/lifetime/lifetime_value.hpp>

#include <cmath>
#include <utility>

#include "numeric/batch.hpp"
#include "numeric/delta_method.hpp"
#include "simd/order_n.hpp"

namespace kam {
namespace {

using numeric::failed;
using numeric::IntervalScale;

Status check(const LifetimeValueOptions& o) {
  if (!(o.years >= 0) || !std::isfinite(o.years))
    return invalid_argument("years", "finite and >= 0", o.years);
  if (!(o.discount >= 0) || !std::isfinite(o.discount)) {
    return invalid_argument("discount", "finite and >= 0", o.discount);
  }
  if (!(o.margin >= 0) || !std::isfinite(o.margin))
    return invalid_argument("margin", "finite and >= 0", o.margin);
  if (!(o.delay >= 0) || !std::isfinite(o.delay))
    return invalid_argument("delay", "finite and >= 0", o.delay);
  return {};
}

Status check(const ValueColumns& accounts, std::size_t out_rows) {
  if (Status s = check_sizes(accounts.orders); !s.ok()) return s;
  const std::size_t rows = accounts.orders.rows();
  if (Status s = check_size("monetary_value", accounts.monetary_value.size(), rows); !s.ok())
    return s;
  return check_size("out", out_rows, rows);
}

Status check(const gamma_gamma::Parameters& parameters) {
  const auto values = parameters.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i])) {
      return invalid_argument(gamma_gamma::Parameters::kNames[i], "finite and > 0", values[i]);
    }
  }
  return {};
}

/// Discounted orders of every account, as of now, after `delay` without an order.
BatchReport discounted_orders(const OrderModel& model, const OrderColumns& accounts,
                              const LifetimeValueOptions& o, std::span<double> out,
                              const Executor& executor) {
  const double units_per_year = kDaysPerYear / days_per_unit(o.unit);
  const double delta = std::log1p(o.discount) / units_per_year;
  const double horizon = std::fmax(0, o.years * units_per_year - o.delay);
  if (o.delay == 0)
    return discounted_expected_orders(model, horizon, delta, accounts, out, executor);
  std::vector<double> later(accounts.age.begin(), accounts.age.end());
  for (double& age : later) age += o.delay;
  const OrderColumns moved{accounts.frequency, accounts.recency, later, accounts.weight};
  BatchReport report = discounted_expected_orders(model, horizon, delta, moved, out, executor);
  const double discount = std::exp(-delta * o.delay);
  for (double& value : out) value *= discount;
  return report;
}

}  // namespace

BatchReport lifetime_value(const OrderModel& orders, const gamma_gamma::Parameters& spend,
                           const ValueColumns& accounts, const LifetimeValueOptions& options,
                           std::span<double> out, const Executor& executor) {
  if (Status s = check(options); !s.ok()) return failed(std::move(s));
  if (Status s = check(accounts, out.size()); !s.ok()) return failed(std::move(s));
  if (Status s = check(spend); !s.ok()) return failed(std::move(s));
  // Discounted orders first, where the answer goes; then times spend and margin, tile by tile.
  if (auto r = discounted_orders(orders, accounts.orders, options, out, executor); !r.ok())
    return r;
  const simd::SpendTerms terms{spend.p, spend.q, spend.gamma};
  const double* x = accounts.orders.frequency.data();
  const double* m = accounts.monetary_value.data();
  const auto fill = [&](std::size_t begin, std::span<double> tile) {
    double per_order[numeric::kTileRows];
    const std::size_t n = tile.size();
    bool fine = simd::order_kernels().spend(terms, x + begin, m + begin, n, per_order);
    for (std::size_t i = 0; i < n; ++i) {
      tile[i] = options.margin * per_order[i] * tile[i];
      fine &= tile[i] == tile[i];
    }
    return fine;
  };
  return numeric::for_each_filled(
      out, executor, [&] { return fill; },
      [&](std::size_t i) {
        return order_row_reason(accounts.orders.frequency[i], accounts.orders.recency[i],
                                accounts.orders.age[i]);
      });
}

BatchReport lifetime_value(const OrderEstimate& orders, const SpendEstimate& spend, double level,
                           const ValueColumns& accounts, const LifetimeValueOptions& options,
                           const IntervalColumns& out, const Executor& executor) {
  const Result<double> z = interval_z(level);
  if (!z) return failed(z.error());
  const std::size_t rows = accounts.orders.rows();
  if (Status s = check_size("out.lo", out.lo.size(), rows); !s.ok()) return failed(std::move(s));
  if (Status s = check_size("out.hi", out.hi.size(), rows); !s.ok()) return failed(std::move(s));
  const std::size_t n =
      std::visit([](const auto& p) { return std::decay_t<decltype(p)>::kCount; }, orders.model);
  if (Status s = check_size("orders.log_covariance", orders.log_covariance.size(), n * n);
      !s.ok()) {
    return failed(std::move(s));
  }
  BatchReport report =
      lifetime_value(orders.model, spend.model, accounts, options, out.estimate, executor);
  if (!report.ok()) return report;

  // ln(value) = ln(orders) + ln(spend): the two variances add.
  std::vector<double> work(rows), lo(rows), hi(rows);
  const SpendColumns spend_columns{accounts.orders.frequency, accounts.monetary_value};
  const IntervalColumns spend_interval{work, lo, hi};
  if (auto r = gamma_gamma::expected_spend(spend.model, spend.log_covariance, level, spend_columns,
                                           spend_interval, executor);
      !r.ok()) {
    return r;
  }
  const auto gradients = numeric::gradients(
      n, rows, IntervalScale::log, [&](std::size_t k, double step, std::span<double> values) {
        OrderModel moved = orders.model;
        std::visit(
            [&](auto& p) {
              auto v = p.values();
              v[k] *= std::exp(step);
              auto there = std::decay_t<decltype(p)>::from_values(v);
              if constexpr (requires { p.k; }) there.k = p.k;
              p = there;
            },
            moved);
        return discounted_orders(moved, accounts.orders, options, values, executor);
      });
  if (!gradients.status().ok()) return failed(gradients.status());
  numeric::fill_interval(out, IntervalScale::log, *z, [&](std::size_t i) {
    const double of_spend = std::log(hi[i] / work[i]) / *z;
    return std::hypot(gradients.standard_error(i, orders.log_covariance), of_spend);
  });
  return report;
}

}  // namespace kam
