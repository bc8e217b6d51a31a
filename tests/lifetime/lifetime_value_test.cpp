#include <kam/lifetime/lifetime_value.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include "cdnow.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

constexpr mbgnbd::Parameters kOrders{.525, 6.183, .891, 1.614};
constexpr gamma_gamma::Parameters kSpend{6.25, 3.744, 15.44};

double value_of(double x, double t_x, double T, double m, const LifetimeValueOptions& options,
                const OrderModel& orders = kOrders) {
  double out = 0;
  const ValueColumns account{{std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)},
                             std::span(&m, 1)};
  const auto report = lifetime_value(orders, kSpend, account, options, std::span(&out, 1));
  EXPECT_TRUE(report.ok()) << report.status.message();
  return out;
}

TEST(LifetimeValue, WithoutDiscountIsExpectedOrdersTimesSpend) {
  const double weeks = 5 * kDaysPerYear / 7;
  EXPECT_LE(relative_error(value_of(4, 20, 30, 25, {.years = 5, .discount = 0}),
                           expected_orders(kOrders, weeks, 4, 20, 30) *
                               gamma_gamma::expected_spend(kSpend, 4, 25)),
            1e-13);
}

TEST(LifetimeValue, AgreesWithSummingTenThousandDiscountedSlices) {
  const LifetimeValueOptions options{.years = 3, .discount = .15};
  const double weeks = 3 * kDaysPerYear / 7;
  double sum = 0;
  const int slices = 10000;
  double before = 0;
  for (int k = 1; k <= slices; ++k) {
    const double end = weeks * k / slices;
    const double orders = expected_orders(kOrders, end, 4, 20, 30);
    sum += (orders - before) * std::pow(1.15, -(k - .5) / slices * 3);
    before = orders;
  }
  EXPECT_LE(relative_error(value_of(4, 20, 30, 25, options),
                           sum * gamma_gamma::expected_spend(kSpend, 4, 25)),
            1e-7);
}

TEST(LifetimeValue, IsMonotoneInItsArguments) {
  const LifetimeValueOptions base{};
  const double value = value_of(4, 20, 30, 25, base);
  EXPECT_GT(value_of(4, 20, 30, 25, {.years = 6}), value);
  EXPECT_LT(value_of(4, 20, 30, 25, {.discount = .2}), value);
  EXPECT_GT(value_of(4, 25, 30, 25, base), value);
  EXPECT_GT(value_of(4, 20, 30, 30, base), value);
  EXPECT_NEAR(value_of(4, 20, 30, 25, {.margin = .3}), .3 * value, 1e-10);
  EXPECT_EQ(value_of(4, 20, 30, 25, {.years = 0}), 0);
}

TEST(LifetimeValue, UnitOfTimeDoesNotChangeMoney) {
  auto in_days = kOrders;
  in_days.alpha *= 7;
  LifetimeValueOptions days{};
  days.unit = TimeUnit::day;
  EXPECT_LE(relative_error(value_of(4, 140, 210, 25, days, in_days), value_of(4, 20, 30, 25, {})),
            1e-12);
}

TEST(LifetimeValue, ConditionalOnSilenceItFollowsTheLawOfTotalExpectation) {
  // value = P(silent) value(after silence) + value of what happens otherwise: the first part never
  // exceeds the whole.
  LifetimeValueOptions silent{};
  silent.delay = 52;
  const double p = probability_no_order(kOrders, 52, 4, 20, 30);
  const double whole = value_of(4, 20, 30, 25, {}), after = value_of(4, 20, 30, 25, silent);
  EXPECT_GT(after, 0);
  EXPECT_LT(p * after, whole);
  silent.delay = 1000;  // past the horizon
  EXPECT_EQ(value_of(4, 20, 30, 25, silent), 0);
}

TEST(LifetimeValue, IntervalOnCdnowContainsTheEstimateAndWidensWithLevel) {
  const auto summary = test::cdnow_sample();
  const auto orders = mbgnbd::fit(summary.orders());
  const auto spend = gamma_gamma::fit(summary.spend());
  ASSERT_TRUE(orders && spend);
  const std::size_t n = summary.frequency.size();
  std::vector<double> value(n), lo(n), hi(n), lo95(n), hi95(n);
  const ValueColumns columns{summary.orders(), summary.monetary_value};
  const auto oe = OrderEstimate::from(*orders);
  const auto se = SpendEstimate::from(*spend);
  ASSERT_TRUE(lifetime_value(oe, se, .8, columns, {}, {value, lo, hi}).ok());
  ASSERT_TRUE(lifetime_value(oe, se, .95, columns, {}, {value, lo95, hi95}).ok());
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_LT(0, lo[i]);
    ASSERT_LT(lo95[i], lo[i]);
    ASSERT_LT(lo[i], value[i]);
    ASSERT_LT(value[i], hi[i]);
    ASSERT_LT(hi[i], hi95[i]);
    if (value[i] > 1) {
      ASSERT_LT(hi[i], 2 * value[i]) << "2,357 accounts settle it within a factor";
    }
  }
}

TEST(LifetimeValue, BadCallsNameTheArgument) {
  const double one = 1;
  double out = 5;
  const ValueColumns account{{std::span(&one, 1), std::span(&one, 1), std::span(&one, 1)},
                             std::span(&one, 1)};
  const auto message = [&](const LifetimeValueOptions& o) {
    return lifetime_value(kOrders, kSpend, account, o, std::span(&out, 1)).status.message();
  };
  EXPECT_EQ(message({.years = -1}), "`years` must be finite and >= 0, got -1");
  EXPECT_EQ(message({.discount = -.1}), "`discount` must be finite and >= 0, got -0.1");
  EXPECT_EQ(message({.margin = kNaN}), "`margin` must be finite and >= 0, got nan");
  EXPECT_EQ(out, 5);
}

}  // namespace
}  // namespace kam
