#include <kam/lifetime/retention_actions.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "lifetime/choice_knapsack.hpp"

namespace kam {
namespace {

using Values = std::vector<double>;

struct World {
  Values value, start;
  std::vector<std::size_t> account;
  Values cost, retention;
  std::vector<Evidence> evidence;

  void act(std::size_t row, double c, double r, Evidence e = Evidence::experiment) {
    account.push_back(row);
    cost.push_back(c);
    retention.push_back(r);
    evidence.push_back(e);
  }
  [[nodiscard]] Result<ActionChoice> choose(const ActionOptions& o) const {
    return choose_retention_actions({value, start}, {account, cost, retention, evidence}, o);
  }
};

World random_world(Random& random, std::size_t accounts, std::size_t most_actions) {
  World w;
  for (std::size_t k = 0; k < accounts; ++k) {
    w.value.push_back(static_cast<double>(1 + random.below(400)));
    w.start.push_back(.4 + .5 * random.uniform());
    for (std::size_t i = random.below(most_actions) + 1; i > 0; --i) {
      w.act(k, 10 * random.uniform(), std::min(1.0, w.start[k] + .3 * random.uniform()));
    }
  }
  return w;
}

/// Expected shortfall from all 2^n outcomes.
double shortfall(const Values& value, const Values& p, double level) {
  Values loss, chance{1.0};
  loss.push_back(0);
  for (std::size_t j = 0; j < value.size(); ++j) {
    for (std::size_t s = 0, n = loss.size(); s < n; ++s) {
      loss.push_back(loss[s] + value[j]);
      chance.push_back(chance[s] * p[j]);
      chance[s] *= 1 - p[j];
    }
  }
  std::vector<std::size_t> order(loss.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return loss[a] > loss[b]; });
  double left = 1 - level, worst = 0;
  for (std::size_t s : order) {
    const double part = std::min(left, chance[s]);
    worst += part * loss[s];
    left -= part;
  }
  return worst / (1 - level);
}

/// The best of all affordable choices.
double brute_force(const World& w, const ActionOptions& o) {
  std::vector<std::vector<std::size_t>> lists(w.value.size());
  for (std::size_t i = 0; i < w.account.size(); ++i) lists[w.account[i]].push_back(i);
  std::vector<std::size_t> pick(w.value.size(), 0);
  Values p;
  for (double r : w.start) p.push_back(1 - r);
  const double before = o.risk_aversion > 0 ? shortfall(w.value, p, o.level) : 0;
  double best = 0;
  for (;;) {
    double cost = 0, gain = 0;
    for (std::size_t k = 0; k < pick.size(); ++k) {
      p[k] = 1 - w.start[k];
      if (pick[k] == 0) continue;
      const std::size_t i = lists[k][pick[k] - 1];
      p[k] = 1 - w.retention[i];
      cost += w.cost[i];
      gain += w.value[k] * (w.retention[i] - w.start[k]) - w.cost[i];
    }
    if (cost <= o.budget) {
      const double risk = o.risk_aversion > 0 ? before - shortfall(w.value, p, o.level) : 0;
      best = std::max(best, gain + o.risk_aversion * risk);
    }
    std::size_t k = 0;
    for (; k < pick.size() && pick[k] == lists[k].size(); ++k) pick[k] = 0;
    if (k == pick.size()) return best;
    ++pick[k];
  }
}

void expect_consistent(const World& w, const ActionOptions& o, const ActionChoice& c) {
  std::vector<int> taken(w.value.size(), 0);
  double cost = 0, gain = 0;
  for (std::size_t i = 0; i < c.chosen.size(); ++i) {
    if (c.chosen[i] == 0) continue;
    EXPECT_EQ(++taken[w.account[i]], 1);
    cost += w.cost[i];
    gain += c.gain[i];
  }
  EXPECT_LE(cost, o.budget * (1 + 1e-9));
  EXPECT_NEAR(cost, c.total_cost, 1e-9);
  EXPECT_NEAR(gain, c.total_gain, 1e-9);
}

// --- an independent path -------------------------------------------------------------------------

TEST(RetentionActions, TwelveAccountsAreSolvedExactly) {
  Random random(1);
  for (int trial = 0; trial < 30; ++trial) {
    const World w = random_world(random, 12, 1);
    ActionOptions o;
    o.budget = 60 * random.uniform();
    const auto c = w.choose(o);
    ASSERT_TRUE(c);
    EXPECT_TRUE(c->exact);
    EXPECT_EQ(c->gap, 0);
    EXPECT_NEAR(c->objective, brute_force(w, o), 1e-9);
    expect_consistent(w, o, *c);
  }
}

TEST(RetentionActions, SeveralActionsPerAccount) {
  Random random(2);
  for (int trial = 0; trial < 60; ++trial) {
    const World w = random_world(random, 1 + random.below(7), 4);
    ActionOptions o;
    o.budget = trial % 5 == 0 ? HUGE_VAL : 30 * random.uniform();
    const auto c = w.choose(o);
    EXPECT_TRUE(c->exact);
    EXPECT_NEAR(c->objective, brute_force(w, o), 1e-9);
    expect_consistent(w, o, *c);
  }
}

TEST(RetentionActions, ShortfallCountsExactlyInSmallPortfolios) {
  Random random(3);
  for (int trial = 0; trial < 8; ++trial) {
    const World w = random_world(random, trial < 4 ? 10 : 6, trial < 4 ? 1 : 3);
    ActionOptions o;
    o.budget = 25 * random.uniform();
    o.risk_aversion = random.uniform();
    o.level = .8 + .15 * random.uniform();
    const auto c = w.choose(o);
    EXPECT_TRUE(c->exact);
    EXPECT_NEAR(c->objective, brute_force(w, o), 1e-8);
    expect_consistent(w, o, *c);
  }
}

/// Twelve actions in every division over accounts that the exact search takes, λ up to 4.
TEST(RetentionActions, TwelveActionsWithTheShortfall) {
  Random random(7);
  for (std::size_t each : {1u, 2u, 3u, 4u, 6u, 12u}) {
    for (double lambda : {.1, 1., 4.}) {
      if (each == 1 && lambda != 1) continue;  // 4,096 choices, each of 4,096 outcomes
      World w;
      for (std::size_t k = 0; k < 12 / each; ++k) {
        w.value.push_back(static_cast<double>(1 + random.below(400)));
        w.start.push_back(.5 + .45 * random.uniform());
        for (std::size_t i = 0; i < each; ++i) {
          w.act(k, 10 * random.uniform(), w.start[k] + (1 - w.start[k]) * random.uniform());
        }
      }
      w.value[0] = 600;
      const ActionOptions o{.budget = 5 + 30 * random.uniform(), .risk_aversion = lambda};
      const auto c = w.choose(o);
      EXPECT_TRUE(c->exact);
      EXPECT_EQ(c->gap, 0);
      EXPECT_NEAR(c->objective, brute_force(w, o), 1e-9 * (1 + c->objective))
          << each << ' ' << lambda;
      expect_consistent(w, o, *c);
    }
  }
}

TEST(RetentionActions, LargePortfoliosStateABound) {
  Random random(4);
  const World w = random_world(random, 60, 2);
  ActionOptions o;
  o.budget = 80;
  o.risk_aversion = .5;
  const auto c = w.choose(o);
  ASSERT_TRUE(c);
  EXPECT_GT(c->objective, 0);
  EXPECT_GE(c->gap, 0);
  expect_consistent(w, o, *c);
  // At least as good as what a neutral mind would choose.
  const auto neutral = w.choose({.budget = 80});
  EXPECT_GE(c->objective,
            neutral->total_gain +
                .5 * (neutral->expected_shortfall_before - neutral->expected_shortfall) - 1e-9);
  EXPECT_TRUE(neutral->exact);
}

TEST(ChoiceKnapsack, TheBoundHoldsWhenTheSearchIsCutShort) {
  Random random(5);
  using namespace lifetime_detail;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<ChoiceGroup> groups(8);
    for (auto& g : groups) {
      for (int i = 0; i < 3; ++i) g.push_back({random.uniform(), random.uniform()});
    }
    const auto full = choose_items(groups, 2, 1'000'000), cut = choose_items(groups, 2, 3);
    EXPECT_TRUE(full.exact);
    EXPECT_GE(cut.bound, full.gain - 1e-12);
    EXPECT_LE(cut.gain, full.gain + 1e-12);
    EXPECT_GE(cut.gain, .5 * full.gain);
  }
}

// --- laws ----------------------------------------------------------------------------------------

TEST(RetentionActions, TheGiantIsProtectedWhereTheBadYearCounts) {
  World w;
  w.value = {400, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60};
  w.start.assign(11, .9);
  w.act(0, 10, .94);                                    // 16 − 10
  for (std::size_t k = 1; k < 11; ++k) w.act(k, 1, 1);  // 6 − 1
  ActionOptions o;
  o.budget = 10;
  const auto neutral = w.choose(o);
  EXPECT_EQ(neutral->chosen[0], 0);
  EXPECT_NEAR(neutral->total_gain, 50, 1e-9);
  o.risk_aversion = 3;
  o.level = .9;
  o.budget = 10;
  const auto averse = w.choose(o);
  EXPECT_EQ(averse->chosen[0], 1);
  EXPECT_LT(averse->expected_shortfall, neutral->expected_shortfall);
}

// --- hostile -------------------------------------------------------------------------------------

TEST(RetentionActions, BadRowsAndMissingEvidence) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  World w;
  w.value = {100, nan, -5};
  w.start = {.5, .5, .5};
  w.act(0, 1, .9, Evidence::none);
  w.act(0, 5, .8);
  w.act(1, 1, .9);
  w.act(7, 1, .9);
  w.act(0, nan, .9);
  w.act(0, -1, .9);
  w.act(0, 1, 1.2);
  const auto c = w.choose({});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->without_evidence, std::vector<std::size_t>{0});
  EXPECT_EQ(c->actions.rows_rejected, 5u);
  EXPECT_EQ(c->accounts.rows_rejected, 2u);
  EXPECT_EQ(c->chosen, (std::vector<std::uint8_t>{0, 1, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(std::isnan(c->gain[0]));
  EXPECT_NEAR(c->total_gain, 25, 1e-12);
}

TEST(RetentionActions, BadCalls) {
  World w;
  EXPECT_EQ(w.choose({}).error().code(), StatusCode::insufficient_data);
  w.value = {1};
  w.start = {.5};
  EXPECT_TRUE(w.choose({}));
  EXPECT_FALSE(w.choose({.budget = -1}));
  EXPECT_FALSE(w.choose({.risk_aversion = -1}));
  EXPECT_FALSE(w.choose({.level = 0}));
  w.cost.push_back(1);
  EXPECT_EQ(w.choose({}).error().code(), StatusCode::size_mismatch);
}

TEST(RetentionActions, NothingAffordableAndManyAccounts) {
  Random random(6);
  World w = random_world(random, 20'000, 2);
  const auto none = w.choose({.budget = 0});
  EXPECT_EQ(none->total_cost, 0);
  const auto some = w.choose({.budget = 1000});
  EXPECT_GT(some->total_gain, 0);
  EXPECT_LE(some->gap, .01 * some->total_gain);
}

}  // namespace
}  // namespace kam
