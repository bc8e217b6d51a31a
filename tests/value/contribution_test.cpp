#include <kam/value/contribution.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "value/random_numbers.hpp"

namespace kam::value {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;
using Columns = std::vector<std::span<const double>>;

Day day(int year, unsigned month, unsigned dom) {
  return to_day({year, month, dom});
}

// --- published ---------------------------------------------------------------

TEST(CostToServe, KaplanAnderson2004CustomerService) {  // 560,000 a quarter, 700,000 minutes
  const double rate = capacity_rate(560'000, 700'000);
  EXPECT_DOUBLE_EQ(rate, .8);
  const Activity activities[] = {
      {8, rate}, {44, rate}, {50, rate}};  // order, inquiry, credit check
  const Values orders = {49'000}, inquiries = {1400}, checks = {2500};
  const Columns counts = {orders, inquiries, checks};
  Values cost(1);
  EXPECT_EQ(cost_to_serve(activities, {counts}, cost).rows_scored, 1u);
  EXPECT_NEAR(activity_cost(49'000, activities[0]), 313'600, 1e-9);
  EXPECT_NEAR(activity_cost(1400, activities[1]), 49'280, 1e-9);
  EXPECT_NEAR(activity_cost(2500, activities[2]), 100'000, 1e-9);
  EXPECT_NEAR(cost[0], 462'880, 1e-9);
  EXPECT_NEAR(560'000 - cost[0], 97'120, 1e-9);  // unused capacity is not charged to accounts
}

TEST(BreakEvenUplift, TextbookFivePointsOffAThirtyPercentMargin) {
  EXPECT_DOUBLE_EQ(break_even_uplift(.05, .30), .20);
  EXPECT_DOUBLE_EQ(break_even_uplift(-.05, .30), -1 / 7.0);
}

TEST(Contribution, WorkedExample) {
  const Contribution c = contribution({.invoiced = 1200,
                                       .credit_notes = 40,
                                       .returns = 60,
                                       .rebates = 100,
                                       .cogs = 600,
                                       .direct_costs = 120,
                                       .cost_to_serve = 90,
                                       .investment = 50});
  EXPECT_EQ(c.net_revenue, 1000);
  EXPECT_EQ(c.cm1, 400);
  EXPECT_EQ(c.cm2, 280);
  EXPECT_EQ(c.cm3, 140);
  EXPECT_DOUBLE_EQ(value_balance(280, 70, 90), 120 / 280.0);
  EXPECT_DOUBLE_EQ(credit_cost(73, 1000, .05), 10);
}

// --- laws --------------------------------------------------------------------

TEST(Contribution, EachMarginIsTheOneBeforeLessItsCost) {
  test::RandomNumbers random(1);
  for (int trial = 0; trial < 1000; ++trial) {
    std::array<double, 7> a{};
    for (double& v : a) v = random.uniform(0, 1000);
    const Contribution c =
        contribution({5000 * random.uniform(), a[0], a[1], a[2], a[3], a[4], a[5], a[6]});
    EXPECT_EQ(c.cm1, c.net_revenue - a[3]);
    EXPECT_EQ(c.cm2, c.cm1 - a[4]);
    EXPECT_EQ(c.cm3, c.cm2 - a[5] - a[6]);
    EXPECT_LE(value_balance(c.cm2 > 0 ? c.cm2 : 1, a[0], a[5]), 1);
  }
}

TEST(Amortisation, AnyCuttingOfTheLifeAddsUpToTheAmount) {
  test::RandomNumbers random(2);
  const Day start = day(2021, 2, 28), end = end_of_life(start, 5);
  EXPECT_EQ(end, day(2026, 2, 28));
  for (int trial = 0; trial < 300; ++trial) {
    double sum = 0;
    for (Day from = start - 400; from < end + 400;) {
      const Day to = from + static_cast<Day>(random.index(500));
      sum += amortisation(90'000, start, end, from, to);
      sum += amortisation(90'000, start, end, to, to + 1);
      from = to + 1;
    }
    EXPECT_NEAR(sum, 90'000, 1e-9);
  }
  EXPECT_EQ(amortisation(90'000, start, end, end, end + 100), 0);
  EXPECT_DOUBLE_EQ(amortisation(100, 0, 10, 3, 5), 20);
}

TEST(WalkAway, NothingIsLeftAtTheDiscountAndItFallsWithTheLoss) {
  test::RandomNumbers random(3);
  for (int trial = 0; trial < 500; ++trial) {
    const std::size_t years = 1 + random.index(10);
    Values margin(years), revenue(years), survival(years);
    double s = 1;
    for (std::size_t t = 0; t < years; ++t) {
      margin[t] = random.uniform(-50, 300);
      revenue[t] = random.uniform(100, 1000);
      survival[t] = s *= random.uniform(.5, 1);
    }
    const MarginPath path{margin, revenue, survival};
    const double i = random.uniform(0, .3), loss = random.uniform(0, 50);
    const double d = walk_away_discount(path, i, loss);
    EXPECT_NEAR(expected_account_value(path, i, loss, d), 0, 1e-10);
    EXPECT_LT(walk_away_discount(path, i, loss + 1), d);
    EXPECT_EQ(d > 0, expected_account_value(path, i, loss) > 0);
  }
}

TEST(WalkAway, WithoutLossAConstantMarginIsTheDiscount) {
  const Values margin(5, 30), revenue(5, 120), survival = {.9, .8, .7, .6, .5};
  EXPECT_DOUBLE_EQ(walk_away_discount({margin, revenue, survival}, .1, 0), .25);
}

TEST(BreakEvenUplift, TheNewVolumeEarnsTheOldMargin) {
  test::RandomNumbers random(4);
  for (int trial = 0; trial < 1000; ++trial) {
    const double m = random.uniform(.01, 1), d = random.uniform(-.5, .99 * m);
    EXPECT_NEAR((1 + break_even_uplift(d, m)) * (m - d), m, 1e-12);
  }
}

// --- independent path --------------------------------------------------------

TEST(WalkAway, BisectionFindsTheSame) {
  const Values margin = {80, 90, 60}, revenue = {400, 420, 380}, survival = {.95, .85, .7};
  const MarginPath path{margin, revenue, survival};
  double low = -1, high = 1;
  for (int i = 0; i < 80; ++i) {
    const double middle = .5 * (low + high);
    long double value = -12;
    for (int t = 0; t < 3; ++t) {
      const auto k = static_cast<std::size_t>(t);
      value += survival[k] * (margin[k] - middle * revenue[k]) * std::pow(1.1L, -(t + 1));
    }
    (value > 0 ? low : high) = middle;
  }
  EXPECT_NEAR(walk_away_discount(path, .1, 12), low, 1e-14);
}

TEST(Contribution, BatchesAreTheirRows) {
  test::RandomNumbers random(5);
  const std::size_t rows = 9000;  // three blocks
  std::vector<Values> in(8, Values(rows));
  for (Values& column : in) {
    for (double& v : column) v = random.chance(.05) ? kNan : random.uniform(-5, 500);
  }
  Values net(rows), cm1(rows), cm2(rows), cm3(rows);
  const BatchReport report =
      contribution({in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]}, {net, cm1, cm2, cm3});
  EXPECT_EQ(report.rows_scored + report.rows_rejected, rows);
  std::size_t scored = 0;
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (std::size_t i = 0; i < rows; ++i) {
    const Contribution c = contribution(
        {in[0][i], in[1][i], in[2][i], in[3][i], in[4][i], in[5][i], in[6][i], in[7][i]});
    EXPECT_TRUE(same(c.net_revenue, net[i]) && same(c.cm1, cm1[i]) && same(c.cm2, cm2[i]) &&
                same(c.cm3, cm3[i]));
    scored += !std::isnan(cm3[i]);
  }
  EXPECT_EQ(report.rows_scored, scored);
}

TEST(WalkAway, BatchesAreTheirRows) {
  test::RandomNumbers random(6);
  const std::size_t rows = 5000, years = 4;
  std::vector<Values> m(years, Values(rows)), r = m, s = m;
  Values loss(rows), value(rows), discount(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    loss[i] = random.uniform(0, 9);
    for (std::size_t t = 0; t < years; ++t) {
      m[t][i] = random.uniform(-10, 90);
      r[t][i] = random.uniform(100, 200);
      s[t][i] = random.uniform();
    }
  }
  const Columns margins(m.begin(), m.end()), revenues(r.begin(), r.end()),
      survivals(s.begin(), s.end());
  const BatchReport report =
      walk_away_discount({margins, revenues, survivals, loss}, .08, {value, discount});
  EXPECT_EQ(report.rows_scored, rows);
  for (std::size_t i = 0; i < rows; i += 7) {
    const Values a = {m[0][i], m[1][i], m[2][i], m[3][i]}, b = {r[0][i], r[1][i], r[2][i], r[3][i]},
                 c = {s[0][i], s[1][i], s[2][i], s[3][i]};
    EXPECT_EQ(discount[i], walk_away_discount({a, b, c}, .08, loss[i]));
    EXPECT_EQ(value[i], expected_account_value({a, b, c}, .08, loss[i]));
  }
}

// --- hostile -----------------------------------------------------------------

TEST(Contribution, MissingStopsWhatDependsOnItAndNothingElse) {
  const Contribution no_cogs = contribution({100, 0, 0, 0, kNan, 5, 5, 5});
  EXPECT_EQ(no_cogs.net_revenue, 100);
  EXPECT_TRUE(std::isnan(no_cogs.cm1) && std::isnan(no_cogs.cm3));
  const Contribution no_investment = contribution({100, 0, 0, 0, 40, 5, 5, kNan});
  EXPECT_EQ(no_investment.cm2, 55);
  EXPECT_TRUE(std::isnan(no_investment.cm3));
  EXPECT_EQ(net_revenue(-50, 0, 0, 0), -50);             // corrections outweigh: kept
  EXPECT_TRUE(std::isnan(net_revenue(100, -20, 0, 0)));  // a sign taken twice
  EXPECT_TRUE(std::isnan(net_revenue(kInf, 0, 0, 0)));
}

TEST(Contribution, ReportsTellMissingFromWrong) {
  const Values invoiced = {100, 100, 100}, zero(3), cogs = {10, -10, kNan};
  Values net(3), cm1(3), cm2(3), cm3(3);
  const BatchReport report =
      contribution({invoiced, zero, zero, zero, cogs, zero, zero, zero}, {net, cm1, cm2, cm3});
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_EQ(net, invoiced);
  EXPECT_EQ(cm3[0], 90);
  const BatchReport revenue_only = contribution({invoiced, zero, zero, zero}, {net, cm1, cm2, cm3});
  EXPECT_EQ(revenue_only.rows_rejected, 3u);
  EXPECT_EQ(revenue_only.first_reason, RowReason::not_finite);
  EXPECT_EQ(net, invoiced);
  EXPECT_TRUE(std::isnan(cm1[0]));  // no margin is assumed
  Values two(2);
  EXPECT_EQ(contribution({invoiced, two}, {net, cm1, cm2, cm3}).status.message(),
            "`credit_notes` has 2 rows, expected 3");
  EXPECT_EQ(contribution({invoiced}, {net, cm1, cm2, two}).status.message(),
            "`cm3` has 2 rows, expected 3");
}

TEST(CostToServe, RefusalsNameTheActivity) {
  const Values count = {3, kNan, -1}, days = {30, 30, 30}, revenue = {365, 365, 365};
  const Columns counts = {count};
  Values out(3);
  const Activity good[] = {{10, .5}}, bad[] = {{10, kNan}}, negative[] = {{-1, 1}};
  EXPECT_EQ(cost_to_serve(bad, {counts}, out).status.message(),
            "`activities[0].capacity_rate` must be finite and >= 0, got nan");
  EXPECT_EQ(cost_to_serve(negative, {counts}, out).status.message(),
            "`activities[0].unit_time` must be finite and >= 0, got -1");
  EXPECT_EQ(cost_to_serve(good, {counts, days, revenue, -.1}, out).status.message(),
            "`annual_rate` must be finite and >= 0, got -0.1");
  EXPECT_EQ(cost_to_serve(good, {counts, {}, revenue, .1}, out).status.message(),
            "`credit_days` has 0 rows, expected 3");
  EXPECT_EQ(cost_to_serve({}, {counts}, out).status.message(), "`counts` has 1 rows, expected 0");
  const BatchReport report = cost_to_serve(good, {counts, days, revenue, .1}, out);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_reason, RowReason::not_finite);
  EXPECT_DOUBLE_EQ(out[0], 15 + 3);
  EXPECT_TRUE(std::isnan(out[1]) && std::isnan(out[2]));
  EXPECT_TRUE(std::isnan(capacity_rate(100, 0)));
}

TEST(Amortisation, AnInvestmentThatCannotBeReadMakesItsAccountUnknown) {
  const std::vector<std::size_t> account = {0, 2, 2, 0};
  const Values amount = {365, 100, kNan, 365};
  const std::vector<Day> start = {day(2023, 1, 1), 0, 0, day(2022, 1, 1)},
                         end = {day(2024, 1, 1), 10, 10, day(2023, 1, 1)};
  Values out(4, -1);
  const Day from = day(2022, 12, 31), to = day(2023, 1, 11);
  const BatchReport report = amortisation({account, amount, start, end}, from, to, out);
  EXPECT_EQ(out[0], 11);
  EXPECT_EQ(out[1], 0);
  EXPECT_TRUE(std::isnan(out[2]));
  EXPECT_EQ(out[3], 0);
  EXPECT_EQ(report.rows_rejected, 1u);
  EXPECT_EQ(report.first_rejected, 2u);
  Values two(2, 7);
  EXPECT_EQ(amortisation({account, amount, start, end}, from, to, two).status.message(),
            "`account[1]` must be a row of `out`, got 2");
  EXPECT_EQ(two, Values(2, 7));  // untouched
  EXPECT_FALSE(amortisation({account, amount, start, end}, to, from, out).ok());
  EXPECT_TRUE(std::isnan(amortisation(1, 5, 5, 0, 9)));
  EXPECT_TRUE(std::isnan(amortisation(1, kNoDay, 5, 0, 9)));
  EXPECT_TRUE(std::isnan(amortisation(1, 0, kNoDay, 0, 9)));
  EXPECT_EQ(end_of_life(day(2024, 2, 29), 1), day(2025, 2, 28));
  EXPECT_EQ(end_of_life(0, 0), kNoDay);
}

TEST(ValueBalance, FeasibleOnlyWhenWorthItAndPossible) {
  EXPECT_EQ(feasibility(0, 5, 5), Feasibility::feasible);
  EXPECT_EQ(feasibility(-1, 5, 5), Feasibility::loses_value);
  EXPECT_EQ(feasibility(1, 6, 5), Feasibility::exceeds_capacity);
  EXPECT_EQ(feasibility(-1, 6, 5), Feasibility::loses_and_exceeds);
  EXPECT_EQ(feasibility(kNan, 6, 5), Feasibility::unknown);
  EXPECT_EQ(feasibility(1, kNan, 5), Feasibility::unknown);
  EXPECT_TRUE(std::isnan(value_balance(0, 1, 1)));
  EXPECT_TRUE(std::isnan(value_balance(-5, 1, 1)));
  EXPECT_EQ(value_balance(10, 15, 5), -1);
  const Values cm2 = {10, 0, kNan}, one(3, 1), plenty(3, 9);
  Values balance(3);
  std::vector<Feasibility> feasible(3);
  const BatchReport r = value_balance({cm2, one, one, one, one, plenty}, {balance, feasible});
  EXPECT_EQ(r.rows_rejected, 2u);
  EXPECT_EQ(r.first_reason, RowReason::undefined_value);
  EXPECT_DOUBLE_EQ(balance[0], .8);
  EXPECT_EQ(feasible[2], Feasibility::feasible);
}

TEST(WalkAway, PathsOutsideTheirDomain) {
  const Values m = {10, 10}, r = {100, 100}, s = {.9, .8}, short_one = {1}, bad = {1.1, .5},
               none = {0, 0};
  EXPECT_TRUE(std::isnan(walk_away_discount({m, r, short_one}, .1, 0)));
  EXPECT_TRUE(std::isnan(walk_away_discount({m, r, bad}, .1, 0)));
  EXPECT_TRUE(std::isnan(walk_away_discount({m, r, s}, -.1, 0)));
  EXPECT_TRUE(std::isnan(walk_away_discount({m, r, s}, .1, -1)));
  EXPECT_TRUE(std::isnan(walk_away_discount({m, none, s}, .1, 0)));
  EXPECT_TRUE(std::isnan(walk_away_discount({}, .1, 0)));
  EXPECT_LT(walk_away_discount({m, r, s}, .1, 1000), 0);
  const Columns margins = {m}, zero = {none}, certain = {s};
  Values value(2), discount(2), loss = {0, kNan};
  const BatchReport report =
      walk_away_discount({margins, zero, certain, loss}, .1, {value, discount});
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_NEAR(value[0], 9 / 1.1, 1e-12);  // still worth something, but nothing to take it off
  EXPECT_TRUE(std::isnan(value[1]));
  EXPECT_EQ(
      walk_away_discount({margins, zero, certain, loss}, kNan, {value, discount}).status.message(),
      "`annual_discount` must be finite and >= 0, got nan");
  EXPECT_FALSE(walk_away_discount({{}, {}, {}, loss}, .1, {value, discount}).ok());
  EXPECT_TRUE(std::isnan(break_even_uplift(.3, .3)));
  EXPECT_TRUE(std::isnan(break_even_uplift(.1, 0)));
  EXPECT_TRUE(std::isnan(break_even_uplift(kNan, .3)));
  EXPECT_TRUE(std::isnan(break_even_uplift(.1, 1.2)));
}

}  // namespace
}  // namespace kam::value
