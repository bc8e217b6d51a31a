#include <kam/switching/transition_estimate.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace kam::switching {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

TransitionEstimate of(const Values& table, std::size_t suppliers, double level = .8) {
  return *transition_switching_cost(table, suppliers, level);
}

/// Log-likelihood by the definition, for one S and values with the first at 0.
double log_likelihood(const Values& table, std::size_t k, double s, const Values& v) {
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) {
    double all = 0;
    for (std::size_t j = 0; j < k; ++j) all += std::exp(v[j] - (i == j ? 0 : s));
    for (std::size_t j = 0; j < k; ++j) {
      sum += table[i * k + j] * (v[j] - (i == j ? 0 : s) - std::log(all));
    }
  }
  return sum;
}

/// Customers who choose by utility with extreme-value errors, drawn one by one.
Values draw_moves(Random& random, double s, const Values& v, std::size_t each) {
  const std::size_t k = v.size();
  Values table(k * k, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t customer = 0; customer < each; ++customer) {
      std::size_t best = 0;
      double most = -kInf;
      for (std::size_t j = 0; j < k; ++j) {
        const double u = v[j] - (i == j ? 0 : s) - std::log(random.exponential());
        if (u > most) most = u, best = j;
      }
      table[i * k + best] += 1;
    }
  }
  return table;
}

// --- published: the 2 × 2 vector of the domain specification ---------------------

TEST(TransitionSwitchingCost, TwoSuppliers) {
  const TransitionEstimate e = of({900, 100, 60, 440}, 2);
  EXPECT_NEAR(2 * e.switching_cost, 4.1896547, 5e-8);
  EXPECT_NEAR(e.switching_cost, 2.0948274, 5e-8);
  EXPECT_NEAR(e.standard_error, .0866754, 5e-8);
  EXPECT_FALSE(e.continuity_correction);
  EXPECT_EQ(e.customers, 1500);
  EXPECT_EQ(e.degrees_of_freedom, 0u);
  EXPECT_TRUE(std::isnan(e.p));
  EXPECT_NEAR(e.interval.hi - e.switching_cost, 1.2815516 * e.standard_error, 1e-7);
}

// --- laws --------------------------------------------------------------------

TEST(TransitionSwitchingCost, RelabellingSuppliersChangesNothing) {
  const Values table = {900, 60, 40, 30, 400, 20, 25, 35, 300};
  const Values turned = {300, 35, 25, 20, 400, 30, 40, 60, 900};
  const TransitionEstimate a = of(table, 3), b = of(turned, 3);
  EXPECT_NEAR(a.switching_cost, b.switching_cost, 1e-12);
  EXPECT_NEAR(a.standard_error, b.standard_error, 1e-12);
  EXPECT_NEAR(a.deviance, b.deviance, 1e-9);
  EXPECT_NEAR(a.value[1] - a.value[0], b.value[1] - b.value[2], 1e-11);
}

TEST(TransitionSwitchingCost, MoreMovesMeanLessAndRepetitionSharpens) {
  const double before = of({900, 100, 60, 440}, 2).switching_cost;
  EXPECT_LT(of({890, 110, 60, 440}, 2).switching_cost, before);
  EXPECT_GT(of({900, 100, 50, 450}, 2).switching_cost, before);
  const Values table = {90, 6, 4, 3, 40, 2, 5, 5, 30};
  Values four = table;
  for (double& n : four) n *= 4;
  const TransitionEstimate once = of(table, 3), repeated = of(four, 3);
  EXPECT_NEAR(repeated.switching_cost, once.switching_cost, 1e-11);
  EXPECT_NEAR(repeated.standard_error, once.standard_error / 2, 1e-11);
  EXPECT_NEAR(repeated.deviance, 4 * once.deviance, 1e-9);
}

TEST(TransitionSwitchingCost, NoLoyaltyIsNoCost) {
  const TransitionEstimate e = of({50, 30, 20, 50, 30, 20, 50, 30, 20}, 3);
  EXPECT_NEAR(e.switching_cost, 0, 1e-12);
  EXPECT_NEAR(e.value[1], std::log(30 / 50.), 1e-12);
  EXPECT_NEAR(e.deviance, 0, 1e-9);
  EXPECT_NEAR(e.p, 1, 1e-9);
  EXPECT_LT(of({30, 50, 20, 30, 50, 20, 20, 50, 10}, 3).interval.lo, 0);
}

// --- another way -------------------------------------------------------------

TEST(TransitionSwitchingCost, IsTheTopOfTheLikelihoodAndItsCurvature) {
  for (const auto& [table, k] : {std::pair<Values, std::size_t>{{900, 100, 60, 440}, 2},
                                 {{90, 6, 4, 3, 40, 2, 5, 5, 30}, 3},
                                 {{70, 9, 1, 5, 3, 50, 7, 2, 1, 6, 40, 9, 8, 2, 3, 60}, 4}}) {
    const TransitionEstimate e = of(table, k);
    const double top = log_likelihood(table, k, e.switching_cost, e.value);
    for (double h : {1e-2, -1e-2}) {
      EXPECT_LT(log_likelihood(table, k, e.switching_cost + h, e.value), top);
      for (std::size_t j = 1; j < k; ++j) {
        Values v = e.value;
        v[j] += h;
        EXPECT_LT(log_likelihood(table, k, e.switching_cost, v), top);
      }
    }
    // Information by second differences, inverted by elimination.
    std::vector<Values> info(k, Values(k));
    const auto at = [&](std::size_t a, double ha, std::size_t b, double hb) {
      Values v = e.value;
      double s = e.switching_cost;
      (a == 0 ? s : v[a]) += ha;
      (b == 0 ? s : v[b]) += hb;
      return log_likelihood(table, k, s, v);
    };
    const double h = 1e-3;
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b) {
        info[a][b] =
            -(at(a, h, b, h) - at(a, h, b, -h) - at(a, -h, b, h) + at(a, -h, b, -h)) / (4 * h * h);
      }
    }
    for (std::size_t a = k; a-- > 1;) {  // Schur complement onto S
      for (std::size_t b = 0; b < a; ++b) {
        for (std::size_t c = 0; c < a; ++c) info[b][c] -= info[b][a] * info[a][c] / info[a][a];
      }
    }
    EXPECT_NEAR(1 / std::sqrt(info[0][0]), e.standard_error, 1e-4 * e.standard_error);
  }
}

TEST(TransitionSwitchingCost, RecoversAKnownCostWithinItsInterval) {
  Random random(17);
  for (const Values& v : {Values{0, .5}, Values{0, .5, -.7, .2}}) {
    int covered = 0;
    double mean = 0;
    constexpr int kTrials = 300;
    for (int trial = 0; trial < kTrials; ++trial) {
      const TransitionEstimate e = of(draw_moves(random, 1.7, v, 300), v.size());
      covered += e.interval.lo <= 1.7 && 1.7 <= e.interval.hi;
      mean += e.switching_cost / kTrials;
    }
    EXPECT_NEAR(covered / double{kTrials}, .8, 3 * std::sqrt(.16 / kTrials));
    EXPECT_NEAR(mean, 1.7, .03);
  }
}

TEST(TransitionSwitchingCost, TheTestOfOneCostHoldsItsLevelAndSeesTwo) {
  Random random(23);
  int rejected = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    rejected += of(draw_moves(random, 1.2, {0, .3, -.2}, 300), 3).p < .05;
  }
  EXPECT_NEAR(rejected / double{kTrials}, .05, 3 * std::sqrt(.0475 / kTrials));
  EXPECT_LT(of({950, 25, 25, 300, 400, 300, 300, 300, 400}, 3).p, 1e-6);
}

TEST(SwitchingCostInMoney, AgreesWithASimulation) {
  const MoneyEstimate m = in_money(2.0948274, .0866754, -.4, .02);
  EXPECT_NEAR(m.switching_cost, 2.0948274 / .4, 1e-12);
  Random random(29);
  double mean = 0, square = 0;
  constexpr int kDraws = 200'000;
  for (int draw = 0; draw < kDraws; ++draw) {
    const double x = (2.0948274 + .0866754 * random.normal()) / (.4 + .02 * random.normal());
    mean += x / kDraws;
    square += x * x / kDraws;
  }
  EXPECT_NEAR(m.standard_error, std::sqrt(square - mean * mean), .02 * m.standard_error);
  EXPECT_TRUE(std::isnan(in_money(1, 1, 0).switching_cost));
  EXPECT_TRUE(std::isnan(in_money(1, -1, 1).switching_cost));
}

// --- hostile input -----------------------------------------------------------

TEST(TransitionSwitchingCost, AnEmptyCellIsSaid) {
  const TransitionEstimate e = of({10, 0, 3, 12}, 2);
  EXPECT_TRUE(e.continuity_correction);
  EXPECT_NEAR(e.switching_cost, .5 * std::log(10.5 * 12.5 / (.5 * 3.5)), 1e-12);
  EXPECT_TRUE(std::isfinite(e.standard_error));
  const TransitionEstimate nobody_moves = of({10, 0, 0, 0, 20, 0, 0, 0, 30}, 3);
  EXPECT_TRUE(nobody_moves.continuity_correction);
  EXPECT_GT(nobody_moves.switching_cost, 1);
  EXPECT_EQ(nobody_moves.customers, 60);
}

TEST(TransitionSwitchingCost, RefusesWhatIsNoTable) {
  const auto code = [](const Values& table, std::size_t k, double level = .8) {
    return transition_switching_cost(table, k, level).error().code();
  };
  EXPECT_EQ(code({}, 0), StatusCode::invalid_argument);
  EXPECT_EQ(code({1}, 1), StatusCode::invalid_argument);
  EXPECT_EQ(code({1, 2, 3}, 2), StatusCode::size_mismatch);
  EXPECT_EQ(code(Values(201 * 201, 1.0), 201), StatusCode::invalid_argument);
  EXPECT_EQ(code({0, 0, 0, 0}, 2), StatusCode::insufficient_data);
  EXPECT_EQ(code({5, 2, 0, 3, 6, 0, 0, 0, 0}, 3), StatusCode::insufficient_data);
  for (double bad : {-1., kNaN, kInf})
    EXPECT_EQ(code({5, bad, 2, 5}, 2), StatusCode::invalid_argument);
  for (double level : {0., 1., kNaN}) {
    EXPECT_EQ(code({5, 2, 2, 5}, 2, level), StatusCode::invalid_argument);
  }
  EXPECT_TRUE(std::isnan(half_log_odds_ratio(1, 0, 1, 1)));
  EXPECT_TRUE(std::isnan(half_log_odds_error(1, 0, 1, 1)));
}

TEST(TransitionSwitchingCost, ExtremeTablesStayFinite) {
  const TransitionEstimate e = of({1e12, 1, 1, 1, 1e12, 1, 1, 1, 1e12}, 3);
  EXPECT_NEAR(e.switching_cost, std::log(1e12), 1e-6);
  EXPECT_TRUE(std::isfinite(e.standard_error));
  const Values wide(100 * 100, 7.0);
  EXPECT_NEAR(of(wide, 100).switching_cost, 0, 1e-10);
  EXPECT_NEAR(of(wide, 100).p, 1, 1e-9);
}

}  // namespace
}  // namespace kam::switching
