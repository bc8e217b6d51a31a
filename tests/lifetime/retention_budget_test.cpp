#include <kam/lifetime/retention_budget.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kam {
namespace {

using Values = std::vector<double>;

struct Accounts {
  Values value, start, ceiling, rate;
  std::vector<Evidence> evidence;

  void add(double v, double r0, double c, double k, Evidence e = Evidence::judgment) {
    value.push_back(v);
    start.push_back(r0);
    ceiling.push_back(c);
    rate.push_back(k);
    evidence.push_back(e);
  }
  [[nodiscard]] RetentionColumns columns() const { return {value, start, ceiling, rate, evidence}; }
};

Accounts random_accounts(Random& random, std::size_t n) {
  Accounts a;
  for (std::size_t i = 0; i < n; ++i) {
    const double start = .4 + .5 * random.uniform();
    a.add(std::round(100 * std::exp(1.5 * random.normal())) * 10, start,
          start + (1 - start) * random.uniform(), .0005 + .01 * random.uniform());
  }
  return a;
}

/// One account of 40 % of the value among forty, all alike otherwise.
Accounts giant() {
  Accounts a;
  a.add(400'000, .9, .98, .0005);
  for (int i = 0; i < 12; ++i) a.add(50'000, .9, .98, .0005);
  return a;
}

RetentionBudget plan(const Accounts& a, RetentionBudgetOptions options = {}) {
  return *allocate_retention_budget(a.columns(), options);
}

double sum(const Values& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// --- published ---------------------------------------------------------------------------------

/// Blattberg & Deighton's curve with c .95, r₀ .7, k .002, V 10,000: x* 804.72, r* .90, gain
/// 1195.3.
TEST(RetentionBudget, OneAccountOfBlattbergAndDeighton) {
  Accounts a;
  a.add(10'000, .7, .95, .002);
  const auto r = plan(a);
  EXPECT_NEAR(r.spend[0], 804.72, 5e-3);
  EXPECT_NEAR(r.retention[0], .90, 5e-4);
  EXPECT_NEAR(r.total_gain, 1195.3, 5e-2);
  EXPECT_EQ(r.shadow_price, 0);
  EXPECT_LT(r.kkt_residual, 1e-12);
}

// --- laws ----------------------------------------------------------------------------------------

TEST(RetentionBudgetLaws, MarginalConditionsHold) {
  Random random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const Accounts a = random_accounts(random, 1 + random.below(30));
    const double free = plan(a).total_spend;
    RetentionBudgetOptions o;
    o.shape = trial % 2 == 0 ? ResponseShape::exponential : ResponseShape::michaelis;
    o.budget = random.uniform() * free;
    const auto r = plan(a, o);
    EXPECT_LT(r.kkt_residual, 1e-8);
    EXPECT_LE(r.total_spend, o.budget * (1 + 1e-9) + 1e-9);
    for (std::size_t j = 0; j < a.value.size(); ++j) {
      const RetentionResponse response{a.start[j], a.ceiling[j], a.rate[j], o.shape};
      const double marginal = a.value[j] * response.slope(r.spend[j]);
      if (r.spend[j] > 0) {
        EXPECT_NEAR(marginal / (1 + r.shadow_price), 1, 1e-8);
      } else {
        EXPECT_LE(marginal, (1 + r.shadow_price) * (1 + 1e-8));
      }
    }
  }
}

TEST(RetentionBudgetLaws, MarginalConditionsHoldWithTheShortfallToo) {
  Random random(2);
  for (int trial = 0; trial < 40; ++trial) {
    const Accounts a = random_accounts(random, 2 + random.below(40));
    RetentionBudgetOptions o;
    o.risk_aversion = 2 * random.uniform();
    o.budget = trial % 3 == 0 ? HUGE_VAL : random.uniform() * plan(a).total_spend;
    const auto r = plan(a, o);
    EXPECT_TRUE(r.converged) << trial << ' ' << r.kkt_residual << ' ' << r.iterations;
    EXPECT_LT(r.kkt_residual, 1e-8);
    EXPECT_GE(r.objective, -1e-9);
    for (std::size_t j = 0; j < a.value.size(); ++j) {
      EXPECT_GE(r.protection_value[j], a.value[j] * (1 - 1e-12));
    }
  }
}

/// A slope by differences of the objective itself, with the budget not binding.
TEST(RetentionBudgetLaws, TheObjectiveIsFlatAtThePlan) {
  const Accounts a = giant();
  RetentionBudgetOptions o;
  o.risk_aversion = .5;
  const auto best = plan(a, o);
  for (std::size_t j = 0; j < a.value.size(); ++j) {
    for (double step : {-50., 50.}) {
      Accounts moved = a;  // spend fixed to r(x + step) by a lever that cannot move
      double gain = 0;
      for (std::size_t i = 0; i < a.value.size(); ++i) {
        const double x = best.spend[i] + (i == j ? step : 0);
        const RetentionResponse response{a.start[i], a.ceiling[i], a.rate[i]};
        moved.start[i] = moved.ceiling[i] = response.retention(x);
        gain += a.value[i] * (moved.start[i] - a.start[i]) - x;
      }
      const auto fixed = plan(moved, o);
      const double objective =
          gain + .5 * (best.expected_shortfall_before - fixed.expected_shortfall);
      EXPECT_LT(objective, best.objective);
      EXPECT_NEAR(objective, best.objective, 30);
    }
  }
}

TEST(RetentionBudgetLaws, MoreMoneyNeverEarnsLess) {
  Random random(3);
  const Accounts a = random_accounts(random, 20);
  for (double lambda : {0., .3}) {
    double last = -1e-9, price = HUGE_VAL;
    for (double budget : {0., 10., 100., 500., 2000., 10'000., 100'000.}) {
      RetentionBudgetOptions o;
      o.budget = budget;
      o.risk_aversion = lambda;
      const auto r = plan(a, o);
      EXPECT_GE(r.objective, last - 1e-9 * std::fabs(last));
      if (lambda == 0) {
        EXPECT_LE(r.shadow_price, price);
      }
      last = r.objective;
      price = r.shadow_price;
    }
  }
}

TEST(RetentionBudgetLaws, ProtectingTheGiantIsWorthMoreThanItsExpectedLoss) {
  const Accounts a = giant();
  const auto neutral = plan(a);
  RetentionBudgetOptions o;
  o.risk_aversion = .5;
  const auto averse = plan(a, o);
  EXPECT_GT(averse.spend[0], neutral.spend[0]);
  EXPECT_GT(averse.protection_value[0] / a.value[0], averse.protection_value[1] / a.value[1]);
  EXPECT_LT(averse.expected_shortfall, neutral.expected_shortfall);
  EXPECT_LT(averse.total_gain, neutral.total_gain);
  o.budget = neutral.total_spend;
  const auto same_money = plan(a, o);
  EXPECT_GT(same_money.spend[0], neutral.spend[0]);
  EXPECT_LT(same_money.spend[1], neutral.spend[1]);
}

TEST(RetentionBudgetLaws, AnotherCurrencyScalesMoney) {
  const Accounts a = giant();
  Accounts b = a;
  for (double& v : b.value) v *= 8;
  for (double& k : b.rate) k /= 8;
  for (double lambda : {0., .5}) {
    RetentionBudgetOptions o, scaled;
    o.risk_aversion = scaled.risk_aversion = lambda;
    o.budget = 12'000;
    scaled.budget = 96'000;
    const auto x = plan(a, o), y = plan(b, scaled);
    for (std::size_t j = 0; j < a.value.size(); ++j) {
      EXPECT_NEAR(y.spend[j], 8 * x.spend[j], 1e-3);
      EXPECT_NEAR(y.retention[j], x.retention[j], 1e-7);
    }
  }
}

// --- independent path ----------------------------------------------------------------------------

/// From all outcomes: min over t of t + E(L − t)⁺/(1 − q).
double shortfall_of(const Values& value, const Values& p, double level) {
  Values loss{0.0}, chance{1.0};
  for (std::size_t j = 0; j < value.size(); ++j) {
    for (std::size_t s = 0, n = loss.size(); s < n; ++s) {
      loss.push_back(loss[s] + value[j]);
      chance.push_back(chance[s] * p[j]);
      chance[s] *= 1 - p[j];
    }
  }
  double least = HUGE_VAL;
  for (double t : loss) {
    double excess = 0;
    for (std::size_t s = 0; s < loss.size(); ++s) excess += chance[s] * std::max(0.0, loss[s] - t);
    least = std::min(least, t + excess / (1 - level));
  }
  return least;
}

/// The best of all ways to spend the budget, or less, on three accounts in 40 steps: 12,341 points.
double best_of_lattice(const Accounts& a, const RetentionBudgetOptions& o) {
  constexpr int kSteps = 40;
  Values before;
  for (double r : a.start) before.push_back(1 - r);
  const double shortfall_before = shortfall_of(a.value, before, o.level);
  const auto objective = [&](const Values& spend) {
    Values p;
    double gain = 0;
    for (std::size_t m = 0; m < spend.size(); ++m) {
      const RetentionResponse r{a.start[m], a.ceiling[m], a.rate[m]};
      p.push_back(1 - r.retention(spend[m]));
      gain += a.value[m] * (r.retention(spend[m]) - a.start[m]) - spend[m];
    }
    if (o.risk_aversion == 0) return gain;
    return gain + o.risk_aversion * (shortfall_before - shortfall_of(a.value, p, o.level));
  };
  double found = -HUGE_VAL;
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; i + j <= kSteps; ++j) {
      for (int k = 0; i + j + k <= kSteps; ++k) {
        const double step = o.budget / kSteps;
        found = std::max(found, objective({i * step, j * step, k * step}));
      }
    }
  }
  return found;
}

/// With λ the marginal conditions alone do not say that there is no better plan elsewhere.
TEST(RetentionBudget, NoPointOfALatticeIsBetter) {
  Random random(4);
  for (int trial = 0; trial < 24; ++trial) {
    const Accounts a = random_accounts(random, 3);
    RetentionBudgetOptions o;
    o.risk_aversion = (trial % 4) * .5;
    o.level = trial % 3 == 0 ? .8 : .95;
    o.budget = (.2 + random.uniform()) * plan(a).total_spend;
    const auto best = plan(a, o);
    const double found = best_of_lattice(a, o);
    EXPECT_LE(found, best.objective * (1 + 1e-9) + 1e-9) << trial;  // may be 0 but for rounding
    EXPECT_GE(found, .95 * best.objective - 1e-9) << trial;
  }
}

TEST(RetentionResponse, SlopesAreDerivativesAndSpendUntilInvertsThem) {
  for (const auto shape : {ResponseShape::exponential, ResponseShape::michaelis}) {
    const RetentionResponse r{.6, .9, .003, shape};
    EXPECT_DOUBLE_EQ(r.retention(0), .6);
    EXPECT_NEAR(r.retention(1e9), .9, 1e-6);
    EXPECT_DOUBLE_EQ(r.slope(0), .3 * .003);
    for (double x : {1., 100., 2000.}) {
      const double h = 1e-3 * x;
      EXPECT_NEAR((r.retention(x + h) - r.retention(x - h)) / (2 * h) / r.slope(x), 1, 1e-4);
      EXPECT_NEAR(r.spend_until(5000 * r.slope(x), 5000) / x, 1, 1e-9);
    }
  }
}

// --- hostile -------------------------------------------------------------------------------------

TEST(RetentionBudget, WithoutEvidenceThereIsNoMoneyAndItIsSaid) {
  Accounts a = giant();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  a.evidence[0] = Evidence::none;
  a.ceiling[0] = nan;  // not looked at
  RetentionBudgetOptions o;
  o.risk_aversion = .5;
  const auto r = plan(a, o);
  EXPECT_EQ(r.without_evidence, std::vector<std::size_t>{0});
  EXPECT_EQ(r.spend[0], 0);
  EXPECT_EQ(r.retention[0], .9);
  EXPECT_TRUE(std::isnan(r.gain[0]));
  EXPECT_TRUE(std::isnan(r.protection_value[0]));
  EXPECT_GT(r.expected_shortfall, 400'000);  // it is still in the losses
  EXPECT_EQ(r.report.rows_rejected, 0u);
  EXPECT_STREQ(evidence_name(Evidence::judgment), "judgment");
}

TEST(RetentionBudget, BadRowsAreLeftOutAndCounted) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Accounts a;
  a.add(10'000, .7, .95, .002);
  a.add(nan, .7, .95, .002);
  a.add(-1, .7, .95, .002);
  a.add(10'000, -.1, .95, .002);
  a.add(1e101, .7, .95, .002);
  const auto r = plan(a);
  EXPECT_EQ(r.report.rows_rejected, 4u);
  EXPECT_EQ(r.report.first_rejected, 1u);
  EXPECT_NEAR(r.spend[0], 804.72, 5e-3);
  for (std::size_t j = 1; j < 5; ++j) EXPECT_TRUE(std::isnan(r.spend[j]));
  EXPECT_NEAR(r.expected_loss_before, 3000, 1e-9);
}

// An account that is kept better than its lever can keep it needs no money, but it may be lost: the
// shortfall is that of the portfolio with it, not of the one without.
TEST(RetentionBudget, AnAccountAboveTheCeilingStaysInTheLosses) {
  Accounts without = giant();
  Accounts with = without, moved_by_nothing = without;
  with.add(300'000, .95, .9, .0005);
  moved_by_nothing.add(300'000, .95, .95, .0005);
  RetentionBudgetOptions o;
  for (const double aversion : {0.0, .5}) {
    o.risk_aversion = aversion;
    const auto few = plan(without, o), r = plan(with, o), same = plan(moved_by_nothing, o);
    EXPECT_EQ(r.above_ceiling, std::vector<std::size_t>{13});
    EXPECT_EQ(r.report.rows_rejected, 0u);
    EXPECT_EQ(r.spend[13], 0);
    EXPECT_EQ(r.retention[13], .95);
    EXPECT_EQ(r.gain[13], 0);
    EXPECT_GT(r.expected_shortfall_before, few.expected_shortfall_before + 20'000);
    EXPECT_GT(r.expected_shortfall, few.expected_shortfall + 20'000);
    EXPECT_NEAR(r.expected_loss_before - few.expected_loss_before, 15'000, 1e-6);
    EXPECT_EQ(r.expected_shortfall, same.expected_shortfall);
    EXPECT_EQ(r.spend, same.spend);
    EXPECT_TRUE(same.above_ceiling.empty());
  }
}

TEST(RetentionBudget, ALeverThatCannotBeReadIsCountedAndItsAccountStaysInTheLosses) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto without = plan(giant());
  for (const auto& [ceiling, rate] :
       {std::pair{nan, .0005}, {95.0, .0005}, {-.1, .0005}, {.98, 0.0}, {.98, nan}}) {
    Accounts a = giant();
    a.add(300'000, .95, ceiling, rate);
    const auto r = plan(a);
    EXPECT_EQ(r.report.rows_rejected, 1u);
    EXPECT_EQ(r.report.first_rejected, 13u);
    EXPECT_EQ(r.spend[13], 0);
    EXPECT_EQ(r.retention[13], .95);
    EXPECT_TRUE(std::isnan(r.gain[13]) && std::isnan(r.protection_value[13]));
    EXPECT_TRUE(r.above_ceiling.empty());
    EXPECT_GT(r.expected_shortfall, without.expected_shortfall + 20'000);
    EXPECT_EQ(r.total_gain, without.total_gain);
    Accounts alone;
    alone.add(300'000, .95, ceiling, rate);
    const auto none = allocate_retention_budget(alone.columns());
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().message().find("`ceiling`"), std::string::npos);
  }
}

TEST(RetentionBudget, BadCallsNameTheArgument) {
  Accounts a = giant();
  const auto message = [&](RetentionBudgetOptions o) {
    return allocate_retention_budget(a.columns(), o).error().message();
  };
  EXPECT_NE(message({.budget = -1}).find("budget"), std::string::npos);
  EXPECT_NE(message({.risk_aversion = -1}).find("risk_aversion"), std::string::npos);
  EXPECT_NE(message({.level = 1}).find("level"), std::string::npos);
  a.rate.pop_back();
  EXPECT_NE(message({}).find("rate"), std::string::npos);
  EXPECT_EQ(allocate_retention_budget({}).error().code(), StatusCode::insufficient_data);
}

TEST(RetentionBudget, NoMoneyNoValueNoRoom) {
  Accounts a = giant();
  RetentionBudgetOptions o;
  o.budget = 0;
  o.risk_aversion = .5;
  const auto broke = plan(a, o);
  EXPECT_EQ(sum(broke.spend), 0);
  EXPECT_TRUE(broke.converged);
  EXPECT_GT(broke.shadow_price, 0);
  Accounts idle;
  idle.add(0, .5, .9, .01);
  idle.add(1000, .9, .9, .01);
  idle.add(1000, 1, 1, .01);
  idle.add(1000, 0, 1, 1e-9);
  const auto none = plan(idle, {.risk_aversion = .1});
  EXPECT_EQ(sum(none.spend), 0);
  EXPECT_EQ(none.total_gain, 0);
}

TEST(RetentionBudget, NothingAtStakeAndAllAlike) {
  Accounts nothing, alike;
  for (int i = 0; i < 5; ++i) {
    nothing.add(0, .5, .9, .01);
    alike.add(1000, .5, .9, .01);
  }
  for (double lambda : {0., .5}) {
    const auto idle = plan(nothing, {.budget = 100, .risk_aversion = lambda});
    EXPECT_EQ(sum(idle.spend), 0);
    EXPECT_EQ(idle.expected_shortfall, 0);
    EXPECT_TRUE(idle.converged);
    const auto equal = plan(alike, {.budget = 100, .risk_aversion = lambda});
    EXPECT_TRUE(equal.converged);
    for (double x : equal.spend) EXPECT_NEAR(x, 20, 1e-6) << lambda;
  }
}

TEST(RetentionBudget, EveryColumnOfWrongLengthIsNamed) {
  const Accounts a = giant();
  const auto message = [](const RetentionColumns& c) {
    const auto found = allocate_retention_budget(c);
    EXPECT_EQ(found.error().code(), StatusCode::size_mismatch);
    return found.error().message();
  };
  const std::span<const double> shorter = std::span(a.rate).first(3);
  RetentionColumns start = a.columns(), ceiling = start, rate = start, evidence = start;
  start.start = ceiling.ceiling = rate.rate = shorter;
  evidence.evidence = std::span(a.evidence).first(3);
  EXPECT_NE(message(start).find("`start`"), std::string::npos);
  EXPECT_NE(message(ceiling).find("`ceiling`"), std::string::npos);
  EXPECT_NE(message(rate).find("`rate`"), std::string::npos);
  EXPECT_NE(message(evidence).find("`evidence`"), std::string::npos);
}

TEST(RetentionBudget, AHundredThousandAccounts) {
  Random random(6);
  const Accounts a = random_accounts(random, 100'000);
  const double free = plan(a).total_spend;
  const auto r = plan(a, {.budget = .2 * free});
  EXPECT_LT(r.kkt_residual, 1e-8);
  EXPECT_NEAR(r.total_spend / (.2 * free), 1, 1e-9);
}

}  // namespace
}  // namespace kam
