#include <kam/concentration/revenue_at_risk.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/concentration/lorenz.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "concentration/portfolios.hpp"

namespace kam {
namespace {

using namespace test;

// --- published numbers: the two portfolios of the domain notes, recomputed in R ----------------

TEST(RevenueAtRisk, AHundredEqualAccounts) {
  const auto r = risk(equal_accounts());
  EXPECT_DOUBLE_EQ(r.expected_loss, 100);
  EXPECT_NEAR(r.sd, 30, 1e-12);
  EXPECT_EQ(r.value_at_risk, 150);
  EXPECT_NEAR(r.tail_mean, 160.796, 5e-4);
  EXPECT_NEAR(r.expected_shortfall, 165.669618, 5e-7);
  EXPECT_NEAR(r.probability_above(300), 6e-9, 5e-10);
  EXPECT_EQ(r.grid_error, 0);
  EXPECT_EQ(r.unit, 10);
}

TEST(RevenueAtRisk, OneAccountOfFortyPercent) {
  const auto r = risk(one_giant());
  EXPECT_NEAR(r.sd, 130.25, 5e-3);
  EXPECT_EQ(r.value_at_risk, 440);
  EXPECT_NEAR(r.tail_mean, 492.971, 5e-4);
  EXPECT_NEAR(r.expected_shortfall, 497.743370, 5e-7);
  EXPECT_NEAR(r.probability_above(300), .100275, 5e-7);
  EXPECT_NEAR(r.tail_share[0], .803627, 5e-7);
}

TEST(RevenueAtRisk, CommonFactorOfFifteenPercent) {
  const auto equal = risk(equal_accounts(), .15), giant = risk(one_giant(), .15);
  EXPECT_NEAR(equal.expected_shortfall, 316.261, 5e-4);
  EXPECT_NEAR(equal.sd, 77.76, 5e-3);
  EXPECT_EQ(equal.value_at_risk, 250);
  EXPECT_NEAR(giant.expected_shortfall, 552.873, 5e-4);
  EXPECT_NEAR(giant.sd, 145.55, 5e-3);
  EXPECT_EQ(giant.value_at_risk, 470);
  EXPECT_LT(giant.quadrature_error, 1e-10);
}

/// The share of the tail mean, which counts the whole step at the value at risk: .81141.
TEST(RevenueAtRisk, LargestAccountInTheTailMean) {
  const Portfolio giant = one_giant();
  Portfolio rest = giant;
  rest.value.erase(rest.value.begin());
  rest.p.erase(rest.p.begin());
  const auto whole = risk(giant), without = risk(rest);
  const double tail = whole.probability_above(440 - 1e-6);
  const double part = 400 * .1 * without.probability_above(40 - 1e-6) / tail;
  EXPECT_NEAR(part / whole.tail_mean, .81141, 5e-6);
}

TEST(RevenueAtRisk, EqualProbabilitiesGiveTheSquareRootOfConcentration) {
  const Portfolio giant = one_giant();
  const double hhi = concentration(giant.value)->hhi;
  EXPECT_NEAR(hhi, .1885, 1e-12);
  const auto r = risk(giant);
  EXPECT_NEAR(r.sd / r.total, independent_loss_sd_share(.1, hhi), 1e-15);
  EXPECT_TRUE(std::isnan(independent_loss_sd_share(1.1, .5)));
}

// --- independent paths ---------------------------------------------------------------------------

TEST(RevenueAtRisk, AllOutcomesOfTwelveAccounts) {
  Random random(1);
  for (int trial = 0; trial < 30; ++trial) {
    const Portfolio x = random_portfolio(random, 12, 60);
    const double level = .5 + .499 * random.uniform();
    const Enumerated want = enumerate(x, level);
    const auto r = risk(x, 0, level);
    EXPECT_NEAR(r.value_at_risk, want.value_at_risk, 1e-9);
    EXPECT_NEAR(r.expected_shortfall, want.expected_shortfall, 1e-10 * r.total);
    EXPECT_NEAR(r.tail_mean, want.tail_mean, 1e-10 * r.total);
    for (std::size_t j = 0; j < x.value.size(); ++j) {
      EXPECT_NEAR(r.tail_contribution[j], want.contribution[j], 1e-10 * r.total);
    }
  }
}

/// All outcomes of eight accounts in each of 32,000 states of the factor.
TEST(RevenueAtRisk, CommonFactorAgreesWithAFineIntegral) {
  Random random(2);
  for (double rho : {.02, .3, .7, .95, .999}) {
    const Portfolio x = random_portfolio(random, 8, 20);
    const auto r = risk(x, rho);
    const Enumerated want = enumerate_factor(x, rho, .95);
    EXPECT_NEAR(r.expected_shortfall, want.expected_shortfall, 1e-9 * r.total) << rho;
    EXPECT_NEAR(r.sd, want.sd, 1e-9 * r.total) << rho;
    EXPECT_LT(r.quadrature_error, 1e-11 * r.total) << rho;
    for (std::size_t j = 0; j < x.value.size(); ++j) {
      EXPECT_NEAR(r.tail_contribution[j], want.contribution[j], 1e-8 * r.total) << rho;
    }
  }
}

/// 10⁵ paths; tests/slow has 10⁷.
TEST(RevenueAtRisk, Simulation) {
  const std::size_t paths = 100'000;
  Random random(3);
  const Portfolio x = random_portfolio(random, 60, 500);
  const std::vector<std::uint32_t> sector = three_sectors(x.value.size());
  for (const bool by_sector : {false, true}) {
    const auto r = risk(x, .2, .95, by_sector ? sector : std::vector<std::uint32_t>{});
    const Simulated s = simulate(x, .2, sector, by_sector, r.value_at_risk, paths);
    const double m = static_cast<double>(paths);
    EXPECT_NEAR(s.mean, r.expected_loss, 5 * r.sd / std::sqrt(m));
    for (double level : {.5, .8, .95, .99}) {
      const double q = quantile(r, level);
      const double above = r.probability_above(q);
      EXPECT_NEAR(share_above(s.losses, q), above, 5 * std::sqrt(above / m)) << level;
    }
    for (std::size_t j = 0; j < x.value.size(); ++j) {
      const double want = tail_chance(r, x, j);
      EXPECT_NEAR(s.tail_chance[j], want, 6 * std::sqrt(.25 / (.05 * m)) + .002) << j;
    }
  }
}

// --- hostile -------------------------------------------------------------------------------------

TEST(RevenueAtRisk, NothingToLose) {
  const Portfolio empty;
  EXPECT_EQ(revenue_at_risk({empty.value, empty.p}).error().code(), StatusCode::insufficient_data);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(revenue_at_risk({Values{nan, -1}, Values{.1, .1}}));
  for (double rho : {0., .3, 1.}) {
    const auto zero = risk({{0, 0, 0}, {.1, .2, 1}}, rho);
    EXPECT_EQ(zero.expected_shortfall, 0);
    EXPECT_EQ(zero.value_at_risk, 0);
    EXPECT_EQ(zero.probability_above(0), 0);
    EXPECT_TRUE(std::isnan(zero.tail_share[0]));
    const auto safe = risk({{5, 7}, {0, 0}}, rho);
    EXPECT_EQ(safe.expected_shortfall, 0);
    EXPECT_EQ(safe.tail_contribution[1], 0);
    const auto lost = risk({{5, 7}, {1, 1}}, rho);
    EXPECT_EQ(lost.value_at_risk, 12);
    EXPECT_DOUBLE_EQ(lost.expected_shortfall, 12);
    EXPECT_NEAR(lost.tail_contribution[1], 7, 1e-12);
  }
}

TEST(RevenueAtRisk, OneAccount) {
  const auto r = risk({{100}, {.1}}, .4);
  EXPECT_EQ(r.value_at_risk, 100);
  EXPECT_NEAR(r.expected_shortfall, 100, 1e-12);
  EXPECT_NEAR(r.tail_share[0], 1, 1e-12);
  const auto rare = risk({{100}, {.01}});
  EXPECT_EQ(rare.value_at_risk, 0);
  EXPECT_NEAR(rare.expected_shortfall, 20, 1e-12);
  EXPECT_NEAR(rare.tail_contribution[0], 20, 1e-12);
}

TEST(RevenueAtRisk, BadRowsAreLeftOutAndCounted) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  const Values value{10, nan, -5, 20, inf, 1e101, 5}, p{.1, .2, .2, 1.5, .1, .1, nan};
  const auto r = revenue_at_risk({value, p});
  ASSERT_TRUE(r);
  EXPECT_EQ(r->accounts, 1u);
  EXPECT_EQ(r->total, 10);
  EXPECT_EQ(r->report.rows_rejected, 6u);
  EXPECT_EQ(r->report.first_rejected, 1u);
  EXPECT_EQ(r->report.first_reason, RowReason::not_finite);
  for (std::size_t j = 1; j < 7; ++j) EXPECT_TRUE(std::isnan(r->tail_contribution[j]));
  EXPECT_FALSE(std::isnan(r->tail_contribution[0]));
}

TEST(RevenueAtRisk, ProbabilitiesJustOutsideTheirRange) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const Values value(4, 10), p{-tiny, 1 + 1e-15, 0, 1};
  for (double rho : {0., .5, 1.}) {
    const auto r = revenue_at_risk({value, p}, {.correlation = rho});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->report.rows_rejected, 2u);
    EXPECT_EQ(r->report.first_reason, RowReason::out_of_domain);
    EXPECT_EQ(r->accounts, 2u);
    EXPECT_DOUBLE_EQ(r->expected_shortfall, 10);  // the one is kept, the other lost
  }
}

/// At ρ = 0 any number of equal accounts is binomial; at ρ = 1 they are one account.
TEST(RevenueAtRisk, EqualAccountsAtBothEndsOfTheCorrelation) {
  const Portfolio x = equal_accounts();
  EXPECT_NEAR(risk(x, 0).sd, 30, 1e-12);
  EXPECT_NEAR(risk(x, 1e-12).expected_shortfall, risk(x, 0).expected_shortfall, 1e-3);
  const auto together = risk(x, 1);
  EXPECT_DOUBLE_EQ(together.value_at_risk, 1000);
  EXPECT_DOUBLE_EQ(together.expected_shortfall, 1000);
  EXPECT_NEAR(together.probability_above(0), .1, 1e-15);
  EXPECT_NEAR(together.tail_share[7], .01, 1e-12);
}

TEST(RevenueAtRisk, BadCallsNameTheArgument) {
  const Values v{1, 2}, p{.1, .2}, one{.1};
  const auto message = [&](const LossColumns& c, const RevenueAtRiskOptions& o) {
    return revenue_at_risk(c, o).error().message();
  };
  EXPECT_NE(message({v, one}, {}).find("p_loss"), std::string::npos);
  const std::vector<std::uint32_t> sector{1};
  EXPECT_NE(message({v, p, sector}, {}).find("sector"), std::string::npos);
  for (double bad : {-.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_NE(message({v, p}, {.correlation = bad}).find("correlation"), std::string::npos);
    EXPECT_NE(message({v, p}, {.level = bad}).find("level"), std::string::npos);
  }
  EXPECT_FALSE(revenue_at_risk({v, p}, {.level = 1}));
  EXPECT_FALSE(revenue_at_risk({v, p}, {.cells = (1u << 20) + 1}));
}

TEST(RevenueAtRisk, AHundredThousandAccounts) {
  Random random(5);
  Portfolio x;
  for (int i = 0; i < 100'000; ++i) {
    x.value.push_back(std::exp(random.normal()));
    x.p.push_back(.3 * random.uniform());
  }
  const auto r = risk(x);
  const double sum = std::accumulate(r.tail_contribution.begin(), r.tail_contribution.end(), 0.0);
  EXPECT_NEAR(sum / r.expected_shortfall, 1, 1e-9);
  // So many accounts are nearly normal: mean + sd · φ(1.645)/.05.
  EXPECT_NEAR(r.expected_shortfall, r.expected_loss + 2.0627 * r.sd, .1 * r.sd);
  EXPECT_LT(r.grid_error, .02 * r.expected_shortfall);
}

}  // namespace
}  // namespace kam
