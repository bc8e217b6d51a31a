#include <kam/churn/profit.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using Values = std::vector<double>;

struct Accounts {
  Values p{}, value{}, offer{}, contact{};

  [[nodiscard]] CampaignColumns columns() const { return {p, value, offer, contact}; }
  [[nodiscard]] std::size_t rows() const { return p.size(); }
  void add(double probability, double worth, double bid, double visit) {
    p.push_back(probability);
    value.push_back(worth);
    offer.push_back(bid);
    contact.push_back(visit);
  }
  [[nodiscard]] Accounts shuffled(std::uint64_t seed) const {
    Accounts other = *this;
    Random random(seed);
    for (std::size_t i = rows(); i > 1; --i) {
      const auto j = static_cast<std::size_t>(random.below(i));
      for (auto* column : {&other.p, &other.value, &other.offer, &other.contact}) {
        std::swap((*column)[i - 1], (*column)[j]);
      }
    }
    return other;
  }
};

Accounts simulate(std::uint64_t seed, std::size_t n) {
  Random random(seed);
  Accounts a;
  for (std::size_t i = 0; i < n; ++i) {
    a.add(random.uniform(), std::round(500 * std::exp(random.normal())),
          std::round(20 * random.uniform()), 1 + std::round(30 * random.uniform()));
  }
  return a;
}

Campaign of(const Accounts& a, const CampaignOptions& options = {}) {
  return *expected_profit(a.columns(), options);
}

TEST(Campaign, FormulaAtItsDefinition) {
  // p γ (v − d) − (1 − p) d − f
  EXPECT_NEAR(account_profit(.4, 1000, .3, 50, 10), .4 * .3 * 950 - .6 * 50 - 10, 1e-13);
  EXPECT_EQ(account_profit(0, 1000, .3, 50, 10), -60);
  EXPECT_NEAR(account_profit(1, 1000, .3, 50, 10), 275, 1e-13);
  EXPECT_TRUE(std::isnan(account_profit(1.1, 1000, .3, 50, 10)));
  EXPECT_TRUE(std::isnan(account_profit(.5, 1000, .3, -50, 10)));
}

TEST(Campaign, IsTheMeanOfWhatCanHappen) {
  Accounts a;
  a.add(.4, 1000, 50, 10);
  const Campaign c = of(a, {.acceptance = .3});
  Random random(3);
  double total = 0, spend = 0;
  constexpr int kRuns = 400'000;
  for (int i = 0; i < kRuns; ++i) {
    const bool leaves = random.uniform() < .4, accepts = !leaves || random.uniform() < .3;
    spend += 10 + (accepts ? 50 : 0);
    total += (leaves && accepts ? 1000 : 0) - 10 - (accepts ? 50 : 0);
  }
  EXPECT_NEAR(c.profit[0], total / kRuns, 4 * 330 / std::sqrt(kRuns));
  EXPECT_NEAR(c.spend[0], spend / kRuns, 4 * 25 / std::sqrt(kRuns));
  EXPECT_EQ(c.most_spend, 60);
}

TEST(Campaign, WithoutABudgetEveryProfitIsTaken) {
  const Accounts a = simulate(1, 500);
  const Campaign c = of(a);
  EXPECT_EQ(c.method, ChoiceMethod::all);
  double total = 0;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < a.rows(); ++i) {
    EXPECT_EQ(c.chosen[i] == 1, c.profit[i] > 0);
    EXPECT_EQ(c.rank[i] > 0, c.profit[i] > 0);
    total += c.chosen[i] ? c.profit[i] : 0;
    taken += c.chosen[i];
  }
  EXPECT_NEAR(c.total_profit, total, 1e-9 * total);
  EXPECT_EQ(c.accounts, taken);
  EXPECT_LT(c.total_pred_lo, c.total_profit);
  EXPECT_GT(c.total_pred_hi, c.total_profit);
}

/// The best of all 2^n choices.
double best_by_trying_all(const Campaign& c, double budget) {
  const std::size_t n = c.profit.size();
  double best = 0;
  for (std::size_t set = 0; set < (std::size_t{1} << n); ++set) {
    double profit = 0, spend = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if ((set >> i & 1) == 0) continue;
      profit += c.profit[i];
      spend += c.spend[i];
    }
    if (spend <= budget * (1 + 1e-12)) best = std::max(best, profit);
  }
  return best;
}

TEST(Campaign, UnderABudgetTheBestOfAllChoices) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Accounts a = simulate(seed, 13);
    double all = 0;
    for (const double s : of(a).spend) all += s;
    for (const double share : {0.0, .1, .3, .6}) {
      const CampaignOptions options{.budget = share * all};
      const Campaign c = of(a, options);
      EXPECT_NEAR(c.total_profit, best_by_trying_all(c, options.budget), 1e-9);
      EXPECT_LE(c.total_spend, options.budget * (1 + 1e-9));
      EXPECT_EQ(c.gap, 0);
    }
  }
}

TEST(Campaign, LargeBudgetsAreBoundedByTheirGap) {
  const Accounts a = simulate(3, 20'000);
  const CampaignOptions options{.budget = 5000};
  const Campaign c = of(a, options);
  EXPECT_LE(c.total_spend, 5000 * (1 + 1e-9));
  EXPECT_GT(c.accounts, 50u);
  EXPECT_LT(c.gap, 1e-3 * c.total_profit);
  const Campaign more = of(a, {.budget = 5100});
  EXPECT_GE(more.total_profit + more.gap, c.total_profit);
  EXPECT_EQ(of(a, {.budget = 0}).accounts, 0u);
}

TEST(Campaign, OrderOfRowsChangesNoBit) {
  const Accounts a = simulate(4, 60);
  for (const double budget : {HUGE_VAL, 300.0}) {
    const CampaignOptions options{.budget = budget};
    const Campaign c = of(a, options);
    for (std::uint64_t seed = 1; seed < 5; ++seed) {
      const Campaign d = of(a.shuffled(seed), options);
      EXPECT_EQ(c.total_profit, d.total_profit);
      EXPECT_EQ(c.total_spend, d.total_spend);
      EXPECT_EQ(c.total_pred_lo, d.total_pred_lo);
      EXPECT_EQ(c.total_pred_hi, d.total_pred_hi);
    }
  }
  // Equal profit per money: the more valuable account goes first, wherever it stands.
  for (const bool large_first : {true, false}) {
    Accounts pair;
    for (const bool large : {large_first, !large_first}) {
      pair.add(.5, large ? 2000 : 1000, 0, large ? 200 : 100);
    }
    const Campaign c = of(pair, {.acceptance = .4, .budget = 200});
    EXPECT_EQ(c.chosen[large_first ? 0 : 1], 1);
    EXPECT_EQ(c.rank[large_first ? 0 : 1], 1u);
  }
}

TEST(Campaign, OneOfTwoTwinsIsTaken) {
  Accounts twins;
  twins.add(.5, 1000, 10, 20);
  twins.add(.5, 1000, 10, 20);
  const Campaign c = of(twins, {.budget = 30});
  EXPECT_EQ(c.accounts, 1u);
  EXPECT_EQ(c.chosen[0], 1);
}

// Few accounts have few outcomes: each side may hold less than a tenth, never more.
TEST(Campaign, TheRangeLeavesATenthOnEitherSide) {
  const Accounts a = simulate(5, 12);
  const CampaignOptions options{.acceptance = BetaAcceptance{6, 14}};
  const Campaign c = of(a, options);
  Random random(77);
  int below = 0, at_most = 0, above = 0, at_least = 0;
  constexpr int kRuns = 20'000;
  for (int run = 0; run < kRuns; ++run) {
    const double gamma = random.beta(6, 14);
    double total = 0;
    for (std::size_t i = 0; i < a.rows(); ++i) {
      if (c.chosen[i] == 0) continue;
      const bool leaves = random.uniform() < a.p[i];
      const bool accepts = !leaves || random.uniform() < gamma;
      total += (leaves && accepts ? a.value[i] : 0) - (accepts ? a.offer[i] : 0) - a.contact[i];
    }
    below += total < c.total_pred_lo - 1e-6 ? 1 : 0;
    at_most += total <= c.total_pred_lo + 1e-6 ? 1 : 0;
    above += total > c.total_pred_hi + 1e-6 ? 1 : 0;
    at_least += total >= c.total_pred_hi - 1e-6 ? 1 : 0;
  }
  EXPECT_LT(below, (.1 + .015) * kRuns);
  EXPECT_GT(at_most, (.1 - .015) * kRuns);
  EXPECT_LT(above, (.1 + .015) * kRuns);
  EXPECT_GT(at_least, (.1 - .015) * kRuns);
}

TEST(Campaign, DrawsAndNormalAgreeWhereTheyMeet) {
  // 1,000 accounts are drawn, 1,001 are normal given the acceptance.
  Accounts a;
  for (int i = 0; i < 1001; ++i) a.add(.3, 900 + i % 7, 20, 5);
  const Campaign normal = of(a);
  for (auto* column : {&a.p, &a.value, &a.offer, &a.contact}) column->pop_back();
  const Campaign drawn = of(a);
  const double width = drawn.total_pred_hi - drawn.total_pred_lo;
  EXPECT_NEAR(normal.total_pred_lo, drawn.total_pred_lo, .03 * width);
  EXPECT_NEAR(normal.total_pred_hi, drawn.total_pred_hi, .03 * width);
  const Campaign fixed = of(a, {.acceptance = .3});  // what all share is known: narrower
  EXPECT_LT(fixed.total_pred_hi - fixed.total_pred_lo, .5 * width);
}

TEST(Campaign, HostileRows) {
  Accounts a;
  a.add(.5, 1000, 10, 1);
  a.add(kNaN, 1000, 10, 1);
  a.add(.5, HUGE_VAL, 10, 1);
  a.add(.5, 1e300, 10, 1);
  a.add(1.5, 1000, 10, 1);
  a.add(.5, 1000, -1, 1);
  a.add(.5, -1000, 10, 1);  // not worth keeping: a number, but never chosen
  const Campaign c = of(a);
  EXPECT_EQ(c.rows.rows_rejected, 5u);
  EXPECT_EQ(c.rows.first_rejected, 1u);
  EXPECT_EQ(c.rows.first_reason, RowReason::not_finite);
  EXPECT_EQ(c.accounts, 1u);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_TRUE(std::isnan(c.profit[i])) << i;
  EXPECT_LT(c.profit[6], 0);
  const Campaign empty = *expected_profit({}, {});
  EXPECT_EQ(empty.accounts, 0u);
  EXPECT_EQ(empty.total_pred_hi, 0);
}

TEST(Campaign, OneTermForAllAndRefusals) {
  const Values p{.5, .6}, value{1000, 2000}, one{10}, two{10, 10}, three{1, 2, 3};
  const auto broadcast = *expected_profit({p, value, one, one}, {});
  EXPECT_EQ(broadcast.profit, expected_profit({p, value, two, two}, {})->profit);
  EXPECT_EQ(expected_profit({p, one, one, one}).error().message(),
            "`value` has 1 rows, expected 2");
  EXPECT_EQ(expected_profit({p, value, three, one}).error().message(),
            "`offer` has 3 rows, expected 2");
  EXPECT_EQ(expected_profit({p, value, one, three}).error().code(), StatusCode::size_mismatch);
  const auto refusal = [&](const CampaignOptions& o) {
    return expected_profit({p, value, one, one}, o).error().message();
  };
  const Values below{-1}, missing{kNaN};
  EXPECT_EQ(expected_profit({p, value, below, one}).error().message(),
            "`offer` must be finite and >= 0, got -1");
  EXPECT_EQ(expected_profit({p, value, one, missing}).error().message(),
            "`contact` must be finite and >= 0, got nan");
  EXPECT_EQ(refusal({.acceptance = 1.5}), "`acceptance` must be between 0 and 1, got 1.5");
  EXPECT_EQ(refusal({.budget = -1}), "`budget` must be >= 0, got -1");
  EXPECT_EQ(refusal({.budget = kNaN}), "`budget` must be >= 0, got nan");
  EXPECT_NE(refusal({.acceptance = BetaAcceptance{0, 1}}).find("`alpha`"), std::string::npos);
  EXPECT_NE(refusal({.interval_level = 1}).find("`interval_level`"), std::string::npos);
}

}  // namespace
}  // namespace kam::churn
