#include <kam/concentration/revenue_at_risk.hpp>

#include <gtest/gtest.h>

#include <numeric>

#include "concentration/portfolios.hpp"

namespace kam {
namespace {

using namespace test;

double sum(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(RevenueAtRiskLaws, ContributionsAddUp) {
  Random random(1);
  for (int trial = 0; trial < 32; ++trial) {
    const Portfolio x = random_portfolio(random, 2 + random.below(40), 60);
    const double rho = trial % 4 == 0 ? 0 : trial % 4 == 1 ? 1 : .9 * random.uniform();
    const double level = trial % 5 == 0 ? .9999 : .3 + .69 * random.uniform();
    const auto sector = three_sectors(x.value.size());
    for (const auto& of : {std::vector<std::uint32_t>{}, sector}) {
      const auto r = risk(x, rho, level, of);
      EXPECT_NEAR(sum(r.tail_contribution) / r.expected_shortfall, 1, 1e-9) << rho << ' ' << level;
      EXPECT_NEAR(sum(r.tail_share), 1, 1e-9);
      EXPECT_NEAR(sum(r.probability), 1, 1e-12);
      EXPECT_GE(r.expected_shortfall, r.tail_mean * (1 - 1e-12));
      EXPECT_GE(r.tail_mean, r.value_at_risk);
      EXPECT_LE(r.probability_above(r.value_at_risk), 1 - level + 1e-12);
      EXPECT_GT(r.probability_above(r.value_at_risk - .5), 1 - level - 1e-12);
      for (std::size_t j = 0; j < x.value.size(); ++j) {
        EXPECT_GE(r.tail_contribution[j], 0);
        EXPECT_LE(r.tail_contribution[j], x.value[j] * (1 + 1e-9));
      }
    }
  }
}

TEST(RevenueAtRiskLaws, MorePOrValueOrCorrelationIsMoreRisk) {
  Random random(2);
  for (int trial = 0; trial < 6; ++trial) {
    Portfolio x = random_portfolio(random, 20, 30);
    const std::size_t j = random.below(20);
    const auto before = risk(x, .2);
    x.p[j] += .5 * (1 - x.p[j]);
    const auto likelier = risk(x, .2);
    EXPECT_GE(likelier.expected_shortfall, before.expected_shortfall - 1e-9);
    EXPECT_GE(likelier.value_at_risk, before.value_at_risk);
    x.value[j] += 20;
    EXPECT_GE(risk(x, .2).expected_shortfall, likelier.expected_shortfall - 1e-9);
    double last = 0;
    for (double rho : {0., .01, .1, .3, .6, .9, .99, 1.}) {
      const double shortfall = risk(x, rho).expected_shortfall;
      EXPECT_GE(shortfall, last - 1e-7 * shortfall) << rho;
      last = shortfall;
    }
  }
}

TEST(RevenueAtRiskLaws, OrderOfTheRowsChangesNothing) {
  Random random(3);
  const Portfolio x = random_portfolio(random, 50, 400);
  const auto before = risk(x, .25);
  Portfolio turned = x;
  std::reverse(turned.value.begin(), turned.value.end());
  std::reverse(turned.p.begin(), turned.p.end());
  const auto after = risk(turned, .25);
  EXPECT_EQ(after.value_at_risk, before.value_at_risk);
  EXPECT_NEAR(after.expected_shortfall, before.expected_shortfall, 1e-10);
  for (std::size_t j = 0; j < 50; ++j) {
    EXPECT_NEAR(after.tail_contribution[49 - j], before.tail_contribution[j], 1e-9);
  }
}

TEST(RevenueAtRiskLaws, AnotherCurrencyScalesMoneyAndNothingElse) {
  Random random(4);
  const Portfolio x = random_portfolio(random, 40, 500);
  for (double rho : {0., .3, 1.}) {
    const auto before = risk(x, rho);
    for (double rate : {1024., 7.3, 3.14159265358979, 1e-9}) {
      Portfolio y = x;
      for (double& v : y.value) v *= rate;
      const auto after = risk(y, rho);
      EXPECT_EQ(after.grid_error, 0);
      EXPECT_NEAR(after.value_at_risk / rate / before.value_at_risk, 1, 1e-12);
      EXPECT_NEAR(after.expected_shortfall / rate / before.expected_shortfall, 1, 1e-10);
      EXPECT_NEAR(after.sd / rate / before.sd, 1, 1e-12);
      EXPECT_NEAR(after.tail_share[7], before.tail_share[7], 1e-10);
    }
  }
}

TEST(RevenueAtRiskLaws, EqualAccountsHaveEqualParts) {
  const auto r = risk(equal_accounts(), .15);
  for (double share : r.tail_share) EXPECT_NEAR(share, .01, 1e-12);
}

TEST(RevenueAtRiskLaws, LostTogetherTheLikeliestGoFirst) {
  const Portfolio x{{10, 20, 30}, {.01, .04, .2}};
  const auto r = risk(x, 1);
  EXPECT_EQ(r.value_at_risk, 30);
  EXPECT_EQ(r.loss, (Values{0, 30, 50, 60}));
  EXPECT_NEAR(r.expected_shortfall, (.01 * 60 + .03 * 50 + .01 * 30) / .05, 1e-12);
  EXPECT_NEAR(r.tail_contribution[0], 10 * .2, 1e-12);
  EXPECT_NEAR(r.tail_contribution[1], 20 * .8, 1e-12);
  EXPECT_NEAR(r.tail_contribution[2], 30, 1e-12);
  EXPECT_NEAR(r.probability_above(30), .04, 1e-15);
}

TEST(RevenueAtRiskLaws, NearlyTogetherIsNearTogether) {
  Random random(5);
  const Portfolio x = random_portfolio(random, 12, 20);
  const double together = risk(x, 1).expected_shortfall;
  EXPECT_NEAR(risk(x, .99999).expected_shortfall / together, 1, 1e-3);
}

TEST(RevenueAtRiskLaws, SectorsOfTheirOwnAreIndependentAndOneSectorIsNone) {
  Random random(6);
  const Portfolio x = random_portfolio(random, 12, 30);
  std::vector<std::uint32_t> own(12), same(12, 5);
  std::iota(own.begin(), own.end(), 0u);
  const auto apart = risk(x, .5, .9, own), none = risk(x, 0, .9);
  EXPECT_NEAR(apart.expected_shortfall, none.expected_shortfall, 1e-9);
  EXPECT_NEAR(apart.tail_contribution[3], none.tail_contribution[3], 1e-9);
  EXPECT_NEAR(risk(x, .5, .9, same).expected_shortfall, risk(x, .5, .9).expected_shortfall, 1e-12);
  const double between = risk(x, .5, .9, three_sectors(12)).expected_shortfall;
  EXPECT_GT(between, none.expected_shortfall);
  EXPECT_LT(between, risk(x, .5, .9).expected_shortfall);
}

/// Values on a fine unit, once exactly and once on a coarse grid: the bracket must hold.
TEST(RevenueAtRiskLaws, TheGridErrorBracketsTheExactAnswer) {
  Random random(7);
  for (int trial = 0; trial < 12; ++trial) {
    Portfolio x = random_portfolio(random, 40, 400);
    x.value[0] = 2'000;
    const double rho = trial % 3 == 0 ? 0 : .2;
    const auto sector = trial % 3 == 2 ? three_sectors(40) : std::vector<std::uint32_t>{};
    const auto exact = risk(x, rho, .95, sector);
    ASSERT_EQ(exact.grid_error, 0);
    const auto coarse = risk(x, rho, .95, sector, 300);
    EXPECT_GT(coarse.grid_error, 0);
    EXPECT_LE(coarse.expected_shortfall, exact.expected_shortfall * (1 + 1e-9));
    EXPECT_GE(coarse.expected_shortfall + coarse.grid_error, exact.expected_shortfall * (1 - 1e-9));
    EXPECT_NEAR(coarse.expected_shortfall / exact.expected_shortfall, 1, 5e-3);
    EXPECT_NEAR(coarse.value_at_risk, exact.value_at_risk, 3 * coarse.unit);
    EXPECT_NEAR(sum(coarse.tail_share), 1, 1e-9);
  }
}

}  // namespace
}  // namespace kam
