#include <kam/lifetime/retention.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/bdw.hpp>
#include <kam/churn/sbg.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace kam::lifetime {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

Terms endless(double discount, double growth = 0, Timing timing = Timing::end) {
  return {discount, growth, kInf, timing};
}
Terms over(double periods, double discount, double growth = 0, Timing timing = Timing::end) {
  return {discount, growth, periods, timing};
}

/// Margins of one customer, period by period, until nothing is left of them.
double brute_multiple(double r, const Terms& t) {
  const double n = std::min(t.horizon, 100'000.);
  double sum = 0, margin = t.timing == Timing::end ? r / (1 + t.discount) : 1;
  for (double period = 0; period < n; ++period) {
    sum += margin;
    margin *= r * (1 + t.growth) / (1 + t.discount);
  }
  return sum;
}

// --- published ---------------------------------------------------------------

// Gupta & Lehmann (2005), table of margin multiples, to its three decimals.
TEST(MarginMultiple, GuptaAndLehmannsTable) {
  const double expected[4][4] = {{1.200, 1.154, 1.111, 1.071},
                                 {1.750, 1.667, 1.591, 1.522},
                                 {2.667, 2.500, 2.353, 2.222},
                                 {4.500, 4.091, 3.750, 3.462}};
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      EXPECT_NEAR(margin_multiple(.6 + .1 * row, endless(.10 + .02 * column)),
                  expected[row][column], 5e-4);
    }
  }
}

TEST(MarginMultiple, ImmediateMarginAndGrowth) {
  EXPECT_NEAR(margin_multiple(.8, endless(.1, 0, Timing::start)), 1.1 / .3, 1e-14);
  EXPECT_NEAR(margin_multiple(.8, endless(.1, .05)), .8 / (1.1 - .8 * 1.05), 1e-14);
}

// The table of the domain specification: infinite horizon, i = 10 %.
TEST(RetentionLift, FivePointsAndFivePercentAreTwoClaims) {
  const double table[6][4] = {{.05, .579, .0196, 7.33}, {.10, .407, .0313, 5.50},
                              {.15, .324, .0400, 4.40}, {.20, .275, .0474, 3.67},
                              {.30, .224, .0612, 2.75}, {.40, .204, .0764, 2.20}};
  for (const auto& [churn, points, percent, elasticity] : table) {
    const Terms terms = endless(.1);
    EXPECT_NEAR(retention_lift(churn, .05, LiftMode::points, terms), points, 5e-4);
    EXPECT_NEAR(retention_lift(churn, .05, LiftMode::percent, terms), percent, 5e-5);
    EXPECT_NEAR(retention_elasticity(1 - churn, terms), elasticity, 5e-3);
  }
}

TEST(RetentionLift, OverFiveYears) {
  const double table[3][2] = {{.10, .155}, {.20, .160}, {.30, .166}};
  for (const auto& [churn, lift] : table) {
    EXPECT_NEAR(retention_lift(churn, .05, LiftMode::points, over(5, .1)), lift, 5e-4);
  }
}

// MBNA's published +125 % for 10 -> 5 % churn; undiscounted the arithmetic gives 111.1 %.
TEST(RetentionLift, MbnaWithoutDiscount) {
  EXPECT_NEAR(retention_lift(.10, .05, LiftMode::points, endless(0)), 1.111, 5e-4);
  // With the first margin at once the multiple is 1/churn and doubles.
  EXPECT_NEAR(retention_lift(.10, .05, LiftMode::points, endless(0, 0, Timing::start)), 1, 1e-14);
}

// Fader & Hardie's (2007) two segments, percent active in years 0-7: value at 10 % when customers
// differ, and what one constant first-year retention rate makes of it.
TEST(CustomersThatDiffer, AreWorthMoreThanTheirFirstYearSays) {
  const Values high_end = {100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1};
  const Values regular_active = {100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1};
  const sbg::Parameters high = sbg::fit_cohort(high_end)->parameters;
  const sbg::Parameters regular = sbg::fit_cohort(regular_active)->parameters;
  EXPECT_NEAR(high.alpha, .66809, 5e-6);
  EXPECT_NEAR(high.beta, 3.80610, 6e-6);
  EXPECT_NEAR(regular.alpha, .70408, 5e-6);
  EXPECT_NEAR(regular.beta, 1.18204, 5e-6);
  EXPECT_NEAR(sbg::discounted_lifetime(high, .1), 5.922253, 2e-6);
  EXPECT_NEAR(sbg::discounted_lifetime(regular, .1), 3.694908, 2e-6);
  const double constant = margin_multiple(sbg::retention(high, 1), endless(.1, 0, Timing::start));
  EXPECT_NEAR(constant, 4.41, 5e-3);
  EXPECT_NEAR(constant / sbg::discounted_lifetime(high, .1) - 1, -.26, 5e-3);
  // The same from the survival curve, period by period.
  Values margin(4000, 1.), survival(4000);
  for (std::size_t t = 0; t < 4000; ++t) survival[t] = sbg::survival(high, static_cast<double>(t));
  EXPECT_NEAR(discounted_margins(margin, survival, .1, Timing::start), 5.922253, 5e-6);
}

// retenmod's BdW fit on four renewals: the curve behind the lifetime.
TEST(CustomersThatDiffer, BetaDiscreteWeibull) {
  const bdw::Parameters p{.25934, 1.72256, 1.58435};
  Values margin(3000, 1.), survival(3000);
  for (std::size_t t = 0; t < 3000; ++t) survival[t] = bdw::survival(p, static_cast<double>(t));
  EXPECT_NEAR(100 * survival[1], 86.91466, 5e-4);
  EXPECT_NEAR(100 * survival[5], 54.66105, 5e-4);
  EXPECT_NEAR(discounted_margins(margin, survival, .1, Timing::start),
              bdw::discounted_lifetime(p, .1), 1e-9);
}

TEST(BlattbergDeighton, OptimumOfTheWorkedExample) {
  const RetentionSpend s = best_retention_spend({.7, .95, .002}, 10'000);
  EXPECT_NEAR(s.spend, 804.72, 5e-3);
  EXPECT_NEAR(s.retention, .90, 1e-12);
  EXPECT_NEAR(s.gain, 1195.3, .05);
}

TEST(BreakEvenUplift, FivePercentOffAMarginOfThirty) {
  EXPECT_NEAR(break_even_uplift(.05, .30), .20, 1e-15);
}

TEST(RevenueRetention, GrossAndNet) {
  EXPECT_NEAR(gross_revenue_retention(100, 8, 4), .88, 1e-15);
  EXPECT_NEAR(net_revenue_retention(100, 8, 4, 15), 1.03, 1e-15);
}

// --- laws --------------------------------------------------------------------

TEST(MarginMultiple, IsMonotoneInEverything) {
  Random random(1);
  for (int trial = 0; trial < 500; ++trial) {
    const double r = .02 + .9 * random.uniform(), i = .3 * random.uniform() + .05;
    const double g = .05 * random.uniform() - .02, n = static_cast<double>(1 + random.below(30));
    for (Timing timing : {Timing::end, Timing::start}) {
      const double m = margin_multiple(r, over(n, i, g, timing));
      EXPECT_GE(margin_multiple(r + .01, over(n, i, g, timing)), m);
      EXPECT_LE(margin_multiple(r, over(n, i + .01, g, timing)), m);
      EXPECT_GE(margin_multiple(r, over(n, i, g + .01, timing)), m);
      EXPECT_GE(margin_multiple(r, over(n + 1, i, g, timing)), m);
      EXPECT_LT(m, margin_multiple(r, endless(i, g, timing)) * (1 + 1e-14));
    }
    EXPECT_NEAR(margin_multiple(r, endless(i, g, Timing::start)) * r / (1 + i),
                margin_multiple(r, endless(i, g)), 1e-12);
  }
}

TEST(RetentionLift, IsMonotoneInDeltaAndZeroAtZero) {
  for (LiftMode mode : {LiftMode::points, LiftMode::percent}) {
    for (const Terms& t : {endless(.1), over(5, .1), endless(.12, .03, Timing::start)}) {
      EXPECT_EQ(retention_lift(.2, 0, mode, t), 0);
      double last = -1;
      for (double delta = -.3; delta < .2; delta += .01) {
        const double lift = retention_lift(.2, delta, mode, t);
        EXPECT_GT(lift, last);
        last = lift;
      }
    }
  }
  EXPECT_NEAR(retention_lift(.2, .25, LiftMode::percent), retention_lift(.2, .05, LiftMode::points),
              1e-14);
}

TEST(ChurnForMultiple, IsTheInverse) {
  for (const Terms& t : {endless(.1), over(7, .1, .05), endless(.02, 0, Timing::start)}) {
    for (double churn : {.01, .2, .5, .93}) {
      EXPECT_NEAR(churn_for_multiple(margin_multiple(1 - churn, t), t), churn, 1e-13);
    }
  }
  EXPECT_TRUE(std::isnan(churn_for_multiple(11, endless(.1))));  // 10 is all there is
  EXPECT_EQ(churn_for_multiple(.5, endless(.1, 0, Timing::start)), 1);
}

TEST(BlattbergDeighton, NothingIsSpentWhereTheFirstUnitDoesNotPay) {
  EXPECT_EQ(best_retention_spend({.7, .95, .002}, 2000).spend, 0);  // k (c − r0) V = 1
  EXPECT_EQ(best_retention_spend({.7, .7, .002}, 1e9).gain, 0);
  EXPECT_EQ(best_retention_spend({.7, .95, .002}, -5000).retention, .7);
  double last = 0;
  for (double value = 2500; value < 1e6; value *= 1.5) {
    const RetentionSpend s = best_retention_spend({.7, .95, .002}, value);
    EXPECT_GT(s.spend, last);
    EXPECT_LT(s.retention, .95);
    EXPECT_GT(s.gain, 0);
    last = s.spend;
  }
}

TEST(RetentionNeutralPriceCut, LeavesTheCustomerWorthTheSame) {
  for (const Terms& t : {endless(.1), over(5, .08, .02)}) {
    const double cut = retention_neutral_price_cut(.8, .85, .3, t);
    EXPECT_GT(cut, 0);
    EXPECT_NEAR(margin_multiple(.85, t) * (.3 - cut), margin_multiple(.8, t) * .3, 1e-13);
    EXPECT_LT(retention_neutral_price_cut(.8, .75, .3, t), 0);
    EXPECT_EQ(retention_neutral_price_cut(.8, .8, .3, t), 0);
  }
}

TEST(BreakEvenUplift, KeepsTheContribution) {
  for (double cut = 0; cut < .29; cut += .02) {
    EXPECT_NEAR((1 + break_even_uplift(cut, .3)) * (.3 - cut), .3, 1e-14);
  }
}

TEST(CustomerEquity, AddsUpAndScalesWithTheCurrency) {
  const Values margin = {100, 40, -5}, retention = {.8, .9, .5};
  const CustomerEquity e = *customer_equity(margin, retention);
  Values value(3);
  ASSERT_TRUE(customer_value(margin, retention, {}, value).ok());
  EXPECT_NEAR(e.total, value[0] + value[1] + value[2], 1e-12);
  const Values cents = {10'000, 4000, -500};
  const CustomerEquity scaled = *customer_equity(cents, retention);
  EXPECT_NEAR(scaled.total, 100 * e.total, 1e-10);
  EXPECT_NEAR(scaled.retention_elasticity, e.retention_elasticity, 1e-13);
  const Values one = {100}, r = {.8};
  EXPECT_NEAR(customer_equity(one, r)->retention_elasticity, 3.67, 5e-3);
}

TEST(RevenueRetention, FromAccountsEqualsFromTotals) {
  const Values first = {40, 8, 30, 20, 2, 0}, second = {55, 0, 26, 20, 2, 9};
  const RevenueRetention r = *revenue_retention(first, second);
  EXPECT_EQ(r.start, 100);
  EXPECT_EQ(r.churned, 8);
  EXPECT_EQ(r.contraction, 4);
  EXPECT_EQ(r.expansion, 15);
  EXPECT_EQ(r.new_revenue, 9);
  EXPECT_NEAR(r.gross, .88, 1e-15);
  EXPECT_NEAR(r.net, 1.03, 1e-15);
}

// --- another way -------------------------------------------------------------

TEST(MarginMultiple, AgreesWithAddingPeriodByPeriod) {
  Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const double r = random.uniform(), i = .02 + .3 * random.uniform();
    const double g = .2 * random.uniform() - .1, n = static_cast<double>(random.below(60));
    for (Timing timing : {Timing::end, Timing::start}) {
      const Terms t = over(n, i, g, timing);
      EXPECT_NEAR(margin_multiple(r, t), brute_multiple(r, t), 1e-12 * (1 + brute_multiple(r, t)));
    }
  }
  for (const Terms& t : {endless(.1), endless(.1, .02, Timing::start)}) {
    EXPECT_NEAR(margin_multiple(.93, t), brute_multiple(.93, t), 1e-10);
  }
}

TEST(MarginMultiple, AgreesWithSimulatedCustomers) {
  Random random(3);
  const Terms t = endless(.1);
  double sum = 0, square = 0;
  constexpr int kDraws = 200'000;
  for (int customer = 0; customer < kDraws; ++customer) {
    double value = 0, factor = 1 / 1.1;
    for (; random.uniform() < .8; factor /= 1.1) value += factor;
    sum += value;
    square += value * value;
  }
  const double mean = sum / kDraws, sd = std::sqrt(square / kDraws - mean * mean);
  EXPECT_NEAR(margin_multiple(.8, t), mean, 4 * sd / std::sqrt(kDraws));
}

TEST(MarginMultiple, NothingIsLostWhereGrowthMeetsTheDiscount) {
  // r(1 + g) = 1 + i within rounding: every period is worth the same.
  const Terms t = over(40, .1, .1 / .8 + .25, Timing::start);
  EXPECT_NEAR(margin_multiple(.8, t), 40, 1e-11);
  for (double eps : {1e-15, 1e-12, 1e-9, 1e-6, -1e-12}) {
    const Terms near = over(40, 0, 1 / .8 - 1 + eps, Timing::start);
    EXPECT_NEAR(margin_multiple(.8, near), brute_multiple(.8, near), 1e-11);
  }
}

TEST(RetentionElasticity, AgreesWithFiniteDifferences) {
  for (double r : {.05, .3, .6, .8, .95, .999}) {
    for (const Terms& t :
         {endless(.1), endless(.1, .02, Timing::start), over(5, .1), over(5, .1, .3), over(1, .1),
          over(40, .1, .1, Timing::start), over(300, 0), over(12, 0, 1 / r - 1)}) {
      const double h = 1e-6 * r;
      const double difference = (std::log(margin_multiple(r + std::min(h, 1 - r), t)) -
                                 std::log(margin_multiple(r - h, t))) *
                                r / (h + std::min(h, 1 - r));
      EXPECT_NEAR(retention_elasticity(r, t), difference, 2e-6 * (1 + std::fabs(difference)))
          << r << " " << t.horizon << " " << t.growth;
    }
  }
}

TEST(BlattbergDeighton, NoSpendOnAFineGridIsBetter) {
  Random random(4);
  for (int trial = 0; trial < 50; ++trial) {
    const double base = .9 * random.uniform(), ceiling = base + (1 - base) * random.uniform();
    const SpendResponse response{base, ceiling, .01 * random.uniform()};
    const double value = 1e5 * random.uniform();
    const RetentionSpend best = best_retention_spend(response, value);
    EXPECT_NEAR(best.retention, retention_after_spend(response, best.spend), 1e-12);
    for (double x = 0; x < 2000 + 2 * best.spend; x += 1 + best.spend / 500) {
      EXPECT_LE((retention_after_spend(response, x) - base) * value - x, best.gain + 1e-7);
    }
  }
}

TEST(CustomerEquity, ElasticitiesAgreeWithMovingEveryAccount) {
  const Values margin = {100, 40, 700}, retention = {.8, .9, .6};
  const auto total = [&](double factor, double discount) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      sum += margin[i] * brute_multiple(retention[i] * factor, over(600, discount));
    }
    return sum;
  };
  const CustomerEquity e = *customer_equity(margin, retention);
  const double base = total(1, .1);
  EXPECT_NEAR(e.total, base, 1e-9 * base);
  EXPECT_NEAR(e.retention_elasticity, (total(1.001, .1) - total(.999, .1)) / (.002 * base), 1e-3);
  EXPECT_NEAR(e.discount_elasticity, (total(1, .1001) - total(1, .0999)) / (.002 * base), 1e-4);
}

// --- the claim ---------------------------------------------------------------

TEST(RetentionClaim, SaysBothReadings) {
  const RetentionClaim c = *check_retention_claim(.20, endless(.1));
  EXPECT_NEAR(c.lift_points, .275, 5e-4);
  EXPECT_NEAR(c.lift_percent, .0474, 5e-5);
  EXPECT_NEAR(c.elasticity, 3.67, 5e-3);
  EXPECT_NEAR(retention_lift(.2, c.points_for_lo, LiftMode::points, endless(.1)), .25, 1e-12);
  EXPECT_NEAR(retention_lift(.2, c.points_for_hi, LiftMode::points, endless(.1)), .85, 1e-12);
  EXPECT_EQ(sentence(c),
            "At 20 % churn and 10 % discount without a horizon, 5 points less churn (15 %) makes a "
            "customer worth 27.5 % more, within the claimed 25 % to 85 %; 5 percent less churn (19 "
            "%) makes a customer worth 4.7 % more, below the claimed 25 % to 85 %.");
}

TEST(RetentionClaim, FiveYearsNeverReachIt) {
  for (double churn : {.05, .1, .2, .3, .4}) {
    const RetentionClaim c = *check_retention_claim(churn, over(5, .1));
    EXPECT_LT(c.lift_points, .25);
    EXPECT_NE(sentence(c).find("over 5 periods"), std::string::npos);
  }
  EXPECT_TRUE(std::isnan(check_retention_claim(.05, over(5, .1))->points_for_hi));
}

TEST(RetentionClaim, FivePointsOffThreePercentDoNotExist) {
  const RetentionClaim c = *check_retention_claim(.03, endless(.1));
  EXPECT_TRUE(std::isnan(c.lift_points));
  EXPECT_NE(sentence(c).find("5 points less is more churn than there is"), std::string::npos);
  // 5 points off 5 % leave nobody to lose: without a discount the sum has no end.
  EXPECT_NE(sentence(*check_retention_claim(.05, endless(0))).find("has no end"),
            std::string::npos);
}

// --- hostile input -----------------------------------------------------------

TEST(MarginMultiple, OutsideItsDomainIsMissing) {
  for (double r : {-.01, 1.01, kNaN, kInf}) EXPECT_TRUE(std::isnan(margin_multiple(r)));
  for (double i : {-1., -2., kNaN, kInf}) EXPECT_TRUE(std::isnan(margin_multiple(.8, endless(i))));
  for (double g : {-1., kNaN, kInf}) EXPECT_TRUE(std::isnan(margin_multiple(.8, endless(.1, g))));
  for (double n : {-1., 2.5, kNaN}) EXPECT_TRUE(std::isnan(margin_multiple(.8, over(n, .1))));
  EXPECT_TRUE(std::isnan(margin_multiple(.8, endless(.1, .375))));  // r(1 + g) = 1 + i
  EXPECT_TRUE(std::isnan(margin_multiple(.8, endless(.1, .5))));
  EXPECT_TRUE(std::isnan(margin_multiple(1, endless(0))));
  EXPECT_EQ(margin_multiple(1, over(12, 0)), 12);
  EXPECT_EQ(margin_multiple(0), 0);
  EXPECT_EQ(margin_multiple(0, endless(.1, 0, Timing::start)), 1);
  EXPECT_EQ(margin_multiple(.8, over(0, .1)), 0);
  EXPECT_TRUE(std::isnan(margin_multiple(1, over(1e300, .1, 1.0))));  // beyond double
}

TEST(RetentionLift, OutsideItsDomainIsMissing) {
  EXPECT_TRUE(std::isnan(retention_lift(.03, .05, LiftMode::points)));
  EXPECT_TRUE(std::isnan(retention_lift(1, .05, LiftMode::points)));  // nothing to compare with
  EXPECT_TRUE(std::isnan(retention_lift(-.1, .05, LiftMode::percent)));
  EXPECT_TRUE(std::isnan(retention_lift(kNaN, .05, LiftMode::percent)));
  EXPECT_TRUE(std::isnan(retention_lift(.2, kNaN, LiftMode::percent)));
  EXPECT_TRUE(std::isnan(retention_lift(.05, .05, LiftMode::points, endless(0))));
  EXPECT_TRUE(std::isnan(retention_elasticity(0)));
}

TEST(CheckRetentionClaim, RefusesBadCalls) {
  for (double churn : {-.1, 1., kNaN}) {
    EXPECT_EQ(check_retention_claim(churn).error().code(), StatusCode::invalid_argument);
  }
  for (double delta : {0., -.1, 1.1, kNaN}) {
    EXPECT_EQ(check_retention_claim(.2, {}, delta).error().code(), StatusCode::invalid_argument);
  }
  EXPECT_FALSE(check_retention_claim(.2, {}, .05, .9, .8).has_value());
  EXPECT_FALSE(check_retention_claim(.2, endless(-2)).has_value());
  EXPECT_FALSE(check_retention_claim(.2, over(1.5, .1)).has_value());
  EXPECT_FALSE(check_retention_claim(.2, endless(.1, .5)).has_value());
  EXPECT_FALSE(check_retention_claim(.2, over(0, .1)).has_value());
}

TEST(CustomerValue, BadRowsAreCountedAndBadCallsRefused) {
  const Values margin = {1, kNaN, 1, 1, 1}, retention = {.5, .5, 1.2, -1, 1};
  Values out(5, -7);
  const BatchReport report = customer_value(margin, retention, endless(0), out);
  EXPECT_EQ(report.rows_scored, 1u);
  EXPECT_EQ(report.rows_rejected, 4u);
  EXPECT_EQ(report.first_reason, RowReason::not_finite);
  EXPECT_TRUE(std::isnan(out[4]));  // no end
  EXPECT_EQ(customer_equity(margin, retention, endless(0))->report.rows_rejected, 4u);
  EXPECT_EQ(customer_equity(margin, retention, endless(0))->total, 1);
  EXPECT_TRUE(std::isnan(customer_equity(margin, retention, endless(0))->discount_elasticity));
  Values kept(5, -7), short_column(4);
  EXPECT_EQ(customer_value(short_column, retention, {}, kept).status.code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(customer_value(margin, retention, endless(-1), kept).status.code(),
            StatusCode::invalid_argument);
  EXPECT_EQ(kept[0], -7);
  EXPECT_FALSE(customer_equity(margin, short_column).has_value());
  EXPECT_EQ(customer_equity({}, {})->total, 0);
  EXPECT_TRUE(std::isnan(customer_equity({}, {})->retention_elasticity));
}

TEST(DiscountedMargins, MissingPeriodsAreNotZero) {
  const Values m = {1, 2}, s = {1, .5}, bad = {1, kNaN}, high = {1, 1.5}, one = {1};
  EXPECT_NEAR(discounted_margins(m, s, .1), 1 / 1.1 + 1 / 1.21, 1e-15);
  EXPECT_TRUE(std::isnan(discounted_margins(m, bad, .1)));
  EXPECT_TRUE(std::isnan(discounted_margins(bad, s, .1)));
  EXPECT_TRUE(std::isnan(discounted_margins(m, high, .1)));
  EXPECT_TRUE(std::isnan(discounted_margins(m, one, .1)));
  EXPECT_TRUE(std::isnan(discounted_margins(m, s, -1)));
  EXPECT_EQ(discounted_margins({}, {}, .1), 0);
}

TEST(RevenueRetention, HostileInput) {
  EXPECT_TRUE(std::isnan(gross_revenue_retention(0, 0, 0)));
  EXPECT_TRUE(std::isnan(gross_revenue_retention(100, 80, 30)));
  EXPECT_TRUE(std::isnan(gross_revenue_retention(100, -1, 0)));
  EXPECT_TRUE(std::isnan(net_revenue_retention(100, 8, 4, -1)));
  const Values first = {0, kNaN, -1}, second = {5, 1, 1}, one = {1};
  const RevenueRetention r = *revenue_retention(first, second);
  EXPECT_TRUE(std::isnan(r.gross));
  EXPECT_EQ(r.new_revenue, 5);
  EXPECT_EQ(r.report.rows_rejected, 2u);
  EXPECT_EQ(revenue_retention(first, one).error().code(), StatusCode::size_mismatch);
}

TEST(PriceCuts, OutsideTheirDomainAreMissing) {
  EXPECT_TRUE(std::isnan(break_even_uplift(.3, .3)));
  EXPECT_TRUE(std::isnan(break_even_uplift(-.1, .3)));
  EXPECT_TRUE(std::isnan(break_even_uplift(.1, 1.3)));
  EXPECT_TRUE(std::isnan(break_even_uplift(kNaN, .3)));
  EXPECT_TRUE(std::isnan(retention_neutral_price_cut(.8, 0, .3)));
  EXPECT_TRUE(std::isnan(retention_neutral_price_cut(.8, .9, 3)));
  EXPECT_TRUE(std::isnan(best_retention_spend({.9, .8, .1}, 1).spend));
  EXPECT_TRUE(std::isnan(best_retention_spend({.7, .8, 0}, 1).spend));
  EXPECT_TRUE(std::isnan(best_retention_spend({.7, .8, 1}, kInf).spend));
  EXPECT_TRUE(std::isnan(retention_after_spend({.7, .8, 1}, -1)));
}

}  // namespace
}  // namespace kam::lifetime
