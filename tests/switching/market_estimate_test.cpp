#include <kam/switching/market_estimate.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace kam::switching {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

MarketEstimate of(const Values& prices, const Values& customers) {
  return *market_switching_cost(prices, customers);
}

// --- published: Shy (2002) as recomputed in the domain specification ------------

TEST(MarketSwitchingCost, TwoSuppliersForwardAndBack) {
  const Values prices = *undercut_proof_prices(Values{10, 10}, Values{60, 40});
  EXPECT_NEAR(prices[0], 18.421053, 5e-7);
  EXPECT_NEAR(prices[1], 21.052632, 5e-7);
  const MarketEstimate back = of(prices, {60, 40});
  EXPECT_NEAR(back.switching_cost[0], 10, 1e-13);
  EXPECT_NEAR(back.switching_cost[1], 10, 1e-13);
  const Values uneven = *undercut_proof_prices(Values{10, 10}, Values{90, 10});
  EXPECT_NEAR(uneven[0], 12.087912, 5e-7);
  EXPECT_NEAR(uneven[1], 20.879121, 5e-7);
}

TEST(MarketSwitchingCost, TheSmallestOfFourComesOutNegative) {
  const MarketEstimate e = of({20, 18, 22, 15}, {400, 300, 200, 100});
  const Values expected = {17.00, 14.25, 17.00, -1.00};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(e.switching_cost[i], expected[i], 1e-13);
    EXPECT_EQ(e.valid[i], i < 3);
  }
  EXPECT_FALSE(e.all_valid);
}

TEST(MarketSwitchingCost, OneTinyRivalDecidesEverything) {
  const MarketEstimate e = of({20, 18, 22, 15, 14}, {400, 300, 200, 100, 2});
  const Values expected = {19.93, 17.91, 21.86, 14.73, -5.90};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(e.switching_cost[i], expected[i], .005);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_GT(e.share_of_price[i], .98);
  // Without the fringe the answer is that of the four: the range says so.
  EXPECT_NEAR(e.without_a_rival[0].lo, 17.00, 1e-13);
  EXPECT_NEAR(e.without_a_rival[1].lo, 14.25, 1e-13);
  EXPECT_NEAR(e.without_a_rival[3].lo, -1.00, 1e-13);
  EXPECT_EQ(e.without_a_rival[0].hi, e.switching_cost[0]);
}

// --- laws --------------------------------------------------------------------

struct SomeMarket {
  Values prices, customers;
};

SomeMarket random_market(Random& random, bool ties) {
  SomeMarket m;
  const std::size_t n = 2 + random.below(6);
  for (std::size_t i = 0; i < n; ++i) {
    m.prices.push_back(ties ? 10. + static_cast<double>(random.below(3)) : 5 + random.uniform());
    m.customers.push_back(ties ? 100. * static_cast<double>(1 + random.below(3))
                               : 1000 * random.uniform());
  }
  return m;
}

TEST(MarketSwitchingCost, OrderAndUnitsChangeNothing) {
  Random random(1);
  for (int trial = 0; trial < 400; ++trial) {
    const auto [prices, customers] = random_market(random, trial % 2 == 0);
    const MarketEstimate e = of(prices, customers);
    Values p(prices.rbegin(), prices.rend()), n(customers.rbegin(), customers.rend());
    for (double& x : p) x *= 8;
    const double all = std::accumulate(n.begin(), n.end(), 0.0);
    for (double& x : n) x /= 2 * all;  // shares that add up to one half: only ratios matter
    const MarketEstimate turned = of(p, n);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const std::size_t j = p.size() - 1 - i;
      EXPECT_NEAR(turned.switching_cost[i], 8 * e.switching_cost[j], 1e-12);
      EXPECT_NEAR(turned.share_of_price[i], e.share_of_price[j], 1e-13);
      if (p.size() == 2) continue;
      EXPECT_NEAR(turned.without_a_rival[i].lo, 8 * e.without_a_rival[j].lo, 1e-12);
    }
  }
}

TEST(MarketSwitchingCost, BoundsAndOrderOfEveryRow) {
  Random random(2);
  for (int trial = 0; trial < 400; ++trial) {
    const auto [prices, customers] = random_market(random, trial % 2 == 0);
    const MarketEstimate e = of(prices, customers);
    bool all = true;
    for (std::size_t i = 0; i < prices.size(); ++i) {
      EXPECT_LT(e.switching_cost[i], prices[i]);
      EXPECT_EQ(e.valid[i] == 1, e.switching_cost[i] >= 0);
      all = all && e.valid[i] == 1;
      if (prices.size() == 2) continue;
      EXPECT_LE(e.without_a_rival[i].lo, e.switching_cost[i]);
      EXPECT_GE(e.without_a_rival[i].hi, e.switching_cost[i]);
    }
    EXPECT_EQ(e.all_valid, all);
  }
}

TEST(UndercutProofPrices, RiseWithTheSwitchingCostAndComeBack) {
  Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = 2 + random.below(5);
    Values costs(n), customers(n);
    for (std::size_t i = 0; i < n; ++i) {
      costs[i] = 20 * random.uniform();
      customers[i] = 1 + 1000 * random.uniform();
    }
    const Values prices = *undercut_proof_prices(costs, customers);
    const MarketEstimate back = of(prices, customers);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(back.switching_cost[i], costs[i], 1e-11);
    costs[0] += 1;
    const Values dearer = *undercut_proof_prices(costs, customers);
    for (std::size_t i = 0; i < n; ++i) EXPECT_GE(dearer[i], prices[i] - 1e-12);
    EXPECT_GT(dearer[0], prices[0]);
  }
}

// --- another way -------------------------------------------------------------

/// Two suppliers, from the definition: the highest price at which the rival does not gain by
/// undercutting and taking all customers, found by going back and forth between the two.
TEST(UndercutProofPrices, AreTheFixedPointOfBestReplies) {
  const double sa = 7, sb = 12, na = 70, nb = 30;
  double pa = 1, pb = 1;
  for (int round = 0; round < 200; ++round) {
    pa = sa + pb * nb / (na + nb);  // p_B N_B = (p_A − S_A)(N_A + N_B)
    pb = sb + pa * na / (na + nb);
  }
  const Values prices = *undercut_proof_prices(Values{sa, sb}, Values{na, nb});
  EXPECT_NEAR(prices[0], pa, 1e-12);
  EXPECT_NEAR(prices[1], pb, 1e-12);
  EXPECT_NEAR(pb * nb, (pa - sa) * (na + nb), 1e-10);
}

TEST(UndercutProofPrices, AgreeWithTheClosedFormForOneSwitchingCost) {
  const double s = 10, a = 60, b = 40, d = a * a + a * b + b * b;
  const Values prices = *undercut_proof_prices(Values{s, s}, Values{a, b});
  EXPECT_NEAR(prices[0], s * (a + b) * (a + 2 * b) / d, 1e-12);
  EXPECT_NEAR(prices[1], s * (a + b) * (b + 2 * a) / d, 1e-12);
}

TEST(MarketSwitchingCost, RangesAgreeWithRemovingEachRivalByHand) {
  Random random(4);
  for (int trial = 0; trial < 200; ++trial) {
    const auto [prices, customers] = random_market(random, trial % 2 == 0);
    if (prices.size() < 3) continue;
    const MarketEstimate e = of(prices, customers);
    for (std::size_t i = 0; i < prices.size(); ++i) {
      double lo = e.switching_cost[i], hi = lo;
      for (std::size_t gone = 0; gone < prices.size(); ++gone) {
        if (gone == i) continue;
        Values p = prices, n = customers;
        p.erase(p.begin() + static_cast<std::ptrdiff_t>(gone));
        n.erase(n.begin() + static_cast<std::ptrdiff_t>(gone));
        const double s = of(p, n).switching_cost[i - (gone < i)];
        lo = std::min(lo, s);
        hi = std::max(hi, s);
      }
      EXPECT_EQ(e.without_a_rival[i].lo, lo);
      EXPECT_EQ(e.without_a_rival[i].hi, hi);
    }
  }
}

// --- hostile input -----------------------------------------------------------

TEST(MarketSwitchingCost, RefusesWhatIsNoMarket) {
  const auto code = [](const Values& p, const Values& n) {
    return market_switching_cost(p, n).error().code();
  };
  EXPECT_EQ(code({}, {}), StatusCode::insufficient_data);
  EXPECT_EQ(code({10}, {5}), StatusCode::insufficient_data);
  EXPECT_EQ(code({10, 11}, {5}), StatusCode::size_mismatch);
  for (double bad : {0., -1., kNaN, kInf}) {
    EXPECT_EQ(code({10, bad}, {5, 6}), StatusCode::invalid_argument);
    EXPECT_EQ(code({10, 11}, {bad, 6}), StatusCode::invalid_argument);
  }
  EXPECT_TRUE(std::isnan(undercut_switching_cost(0, 1, 1, 1)));
  EXPECT_TRUE(std::isnan(undercut_switching_cost(1, 1, kNaN, 1)));
}

TEST(MarketSwitchingCost, TwoSuppliersHaveNoRangeAndExtremeSizesNoOverflow) {
  const MarketEstimate two = of({10, 11}, {5, 6});
  EXPECT_TRUE(std::isnan(two.without_a_rival[0].lo));
  const MarketEstimate huge = of({10, 11}, {1e308, 1e-300});
  EXPECT_EQ(huge.switching_cost[0], 10);
  EXPECT_EQ(huge.switching_cost[1], 1);
}

TEST(MarketSwitchingCost, EqualSuppliersAreEqual) {
  const MarketEstimate e = of({10, 10, 10}, {5, 5, 5});
  for (double s : e.switching_cost) EXPECT_EQ(s, 5);
}

TEST(UndercutProofPrices, RefuseWhatTheyCannotTell) {
  const auto code = [](const Values& s, const Values& n) {
    return undercut_proof_prices(s, n).error().code();
  };
  EXPECT_EQ(code({1}, {1}), StatusCode::insufficient_data);
  EXPECT_EQ(code({1, 2}, {1}), StatusCode::size_mismatch);
  EXPECT_EQ(code({-1, 2}, {1, 2}), StatusCode::invalid_argument);
  EXPECT_EQ(code({0, 0}, {1, 2}), StatusCode::invalid_argument);        // free
  EXPECT_EQ(code({1, 2, 3}, {1, 1, 2}), StatusCode::invalid_argument);  // who is the smallest?
  EXPECT_TRUE(undercut_proof_prices(Values{1, 2}, Values{3, 3}).has_value());
}

}  // namespace
}  // namespace kam::switching
