#include <kam/lifetime/price_schedule.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace kam::lifetime {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

PriceSchedule schedule(const std::vector<PriceBreak>& breaks) {
  return *PriceSchedule::make(breaks);
}
PriceSchedule usual() {
  return schedule({{100, .05}, {500, .10}, {1000, .15}});
}

// --- numbers -----------------------------------------------------------------

TEST(PriceSchedule, TwoPricesFromOneTable) {
  const PriceSchedule s = usual();
  EXPECT_NEAR(s.all_units_cost(600), 540, 1e-12);
  EXPECT_NEAR(s.incremental_cost(600), 100 + 400 * .95 + 100 * .90, 1e-12);
  EXPECT_NEAR(s.all_units_discount(600), .10, 1e-15);
  EXPECT_NEAR(s.incremental_discount(600), .05, 1e-15);
  EXPECT_EQ(s.band_discount(499.99), .05);
  EXPECT_EQ(s.band_discount(500), .10);
  EXPECT_EQ(s.band_discount(0), 0);
}

TEST(PriceSchedule, OrderingMoreCanBeCheaper) {
  const PriceSchedule s = usual();
  EXPECT_EQ(s.cheapest_order(480), 500);  // 456 against 450
  EXPECT_EQ(s.cheapest_order(470), 470);  // 446.5
  EXPECT_EQ(s.cheapest_order(2000), 2000);
}

// --- laws --------------------------------------------------------------------

TEST(PriceSchedule, IncrementalRisesAndIsNeverTheCheaper) {
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<PriceBreak> breaks;
    double from = 0, discount = 0;
    for (std::size_t i = 0; i < random.below(6); ++i) {
      from += 1 + 50 * random.uniform();
      discount += (1 - discount) * .3 * random.uniform();
      breaks.push_back({from, discount});
    }
    const PriceSchedule s = schedule(breaks);
    double last = -1, last_average = -1;
    for (double q = .5; q < 300; q += 1.7) {
      EXPECT_GT(s.incremental_cost(q), last);
      EXPECT_GE(s.incremental_cost(q), s.all_units_cost(q) - 1e-10);
      EXPECT_GE(s.incremental_discount(q), last_average - 1e-12);
      EXPECT_LE(s.all_units_cost(s.cheapest_order(q)), s.all_units_cost(q));
      last = s.incremental_cost(q);
      last_average = s.incremental_discount(q);
    }
  }
}

TEST(PriceSchedule, WithoutABreakTheListPriceHolds) {
  const PriceSchedule s = schedule({});
  EXPECT_EQ(s.all_units_cost(7), 7);
  EXPECT_EQ(s.incremental_cost(7), 7);
  EXPECT_EQ(s.all_years_value(1e6, 5, .1), 0);
}

TEST(PriceSchedule, LoyaltyThatPaysLaterCostsLessAndHoldsLonger) {
  const PriceSchedule years = schedule({{2, .02}, {3, .05}, {5, .08}});
  for (double n = 1; n < 12; ++n) {
    EXPECT_GE(years.all_years_value(1e6, n, .1), years.incremental_years_value(1e6, n, .1) - 1e-9);
    EXPECT_GE(years.forfeited_by_leaving(1e6, 1, n, .1), 0);
  }
  EXPECT_EQ(years.forfeited_by_leaving(1e6, 0, 7, .1), 0);  // nothing served, nothing to lose
}

// --- another way -------------------------------------------------------------

TEST(PriceSchedule, AgreesWithUnitsOneByOneAndYearsOneByOne) {
  const PriceSchedule s = usual();
  double cost = 0;
  for (int unit = 0; unit < 1300; ++unit) {
    EXPECT_NEAR(s.incremental_cost(unit), cost, 1e-9);
    cost += 1 - s.band_discount(unit);  // a unit that lies within one band
  }
  const PriceSchedule years = schedule({{2, .02}, {3, .05}, {5, .08}});
  const double rates[] = {0, .02, .05, .05, .08, .08};
  double own = 0, all = 0, lost = 0;
  for (int year = 1; year <= 6; ++year) {
    own += 1e6 * rates[year - 1] / std::pow(1.1, year);
    all += 1e6 * .08 / std::pow(1.1, year);
    if (year > 2) lost += 1e6 * (rates[year - 1] - rates[year - 3]) / std::pow(1.1, year - 2);
  }
  EXPECT_NEAR(years.incremental_years_value(1e6, 6, .1), own, 1e-6);
  EXPECT_NEAR(years.all_years_value(1e6, 6, .1), all, 1e-6);
  EXPECT_NEAR(years.forfeited_by_leaving(1e6, 2, 6, .1), lost, 1e-6);
}

// --- hostile input -----------------------------------------------------------

TEST(PriceSchedule, RefusesTablesThatAreNone) {
  using Breaks = std::vector<PriceBreak>;
  for (const Breaks& bad :
       {Breaks{{-1, .1}}, Breaks{{kNaN, .1}}, Breaks{{kInf, .1}}, Breaks{{1, 1.1}},
        Breaks{{1, -.1}}, Breaks{{1, kNaN}}, Breaks{{5, .1}, {5, .2}}, Breaks{{5, .1}, {4, .2}},
        Breaks{{5, .2}, {6, .1}}}) {
    EXPECT_EQ(PriceSchedule::make(bad).error().code(), StatusCode::invalid_argument);
  }
}

TEST(PriceSchedule, OutsideItsDomainIsMissing) {
  const PriceSchedule s = usual();
  for (double q : {-1., kNaN, kInf}) {
    EXPECT_TRUE(std::isnan(s.band_discount(q)));
    EXPECT_TRUE(std::isnan(s.all_units_cost(q)));
    EXPECT_TRUE(std::isnan(s.incremental_cost(q)));
    EXPECT_TRUE(std::isnan(s.cheapest_order(q)));
  }
  EXPECT_TRUE(std::isnan(s.all_units_discount(0)));
  EXPECT_TRUE(std::isnan(s.incremental_discount(0)));
  for (double years : {-1., 2.5, kNaN, kInf}) {
    EXPECT_TRUE(std::isnan(s.all_years_value(1, years, .1)));
    EXPECT_TRUE(std::isnan(s.incremental_years_value(1, years, .1)));
  }
  EXPECT_TRUE(std::isnan(s.forfeited_by_leaving(1, 3, 2, .1)));
  EXPECT_TRUE(std::isnan(s.incremental_years_value(1, 3, -1)));
}

}  // namespace
}  // namespace kam::lifetime
