/// Lifetime value: discounted future orders times the spend of an order times the margin.
#pragma once

#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/date.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/lifetime/gamma_gamma.hpp>

namespace kam {

/// A fitted spend model with the covariance of the logarithms of its parameters.
struct SpendEstimate {
  gamma_gamma::Parameters model{};
  std::vector<double> log_covariance{};  ///< 3 x 3 row-major

  [[nodiscard]] static SpendEstimate from(const FitResult<gamma_gamma::Parameters>& fit) {
    return {fit.parameters, {fit.log_covariance.begin(), fit.log_covariance.end()}};
  }
};

struct LifetimeValueOptions {
  double years = 5;       ///< span of value; orders after it do not count      [years], >= 0
  double discount = 0.1;  ///< effective annual rate, 0.1 = 10 %                 [1/year], >= 0
  double margin = 1;      ///< share of revenue that is margin; 1 = value in revenue [-], >= 0
  TimeUnit unit = TimeUnit::week;  ///< of the columns and of the order model
  double delay = 0;  ///< an account silent for this long from now on counts from there [time], >= 0
};

/// Rows to value: n accounts.
struct ValueColumns {
  OrderColumns orders;
  std::span<const double>
      monetary_value;  ///< mean value of a repeat order [money]; unread at frequency 0
};

/// Money per account: margin * E[spend of an order] * E[sum of exp(-delta t) over its orders within
/// `years`], delta = ln(1 + discount) per year in continuous time; a year is 365.2425 days.
///
/// With `delay` > 0: the value, seen from now, of an account that places no order during the delay
/// (age and today move on by it, the horizon ends at the same date; 0 if the delay reaches past
/// it).
///
/// A row is NaN, and counted, if its order summary is unreadable or its expected spend does not
/// exist.
BatchReport lifetime_value(const OrderModel& orders, const gamma_gamma::Parameters& spend,
                           const ValueColumns& accounts, const LifetimeValueOptions& options,
                           std::span<double> out, const Executor& executor = {});

/// The same with the delta-method interval on the log scale. Order and spend estimates are
/// independent: the likelihood is a product.
BatchReport lifetime_value(const OrderEstimate& orders, const SpendEstimate& spend, double level,
                           const ValueColumns& accounts, const LifetimeValueOptions& options,
                           const IntervalColumns& out, const Executor& executor = {});

}  // namespace kam
