#include <kam/concentration/lorenz.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

namespace kam {
namespace {

using Values = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Concentration of(const Values& values) {
  return *concentration(values);
}

Values repeated(const Values& values, const std::vector<int>& times) {
  Values all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.insert(all.end(), static_cast<std::size_t>(times[i]), values[i]);
  }
  return all;
}

// --- published ---------------------------------------------------------------

const Values kTenAccounts = {120, 80, 40, 20, 10, 10, 8, 6, 4, 2};

TEST(Concentration, TenAccountsRecomputedInR) {
  const Concentration c = of(kTenAccounts);
  EXPECT_EQ(c.accounts, 10u);
  EXPECT_EQ(c.total, 300);
  EXPECT_DOUBLE_EQ(c.gini, .6);
  EXPECT_NEAR(c.gini_corrected, .6666667, 5e-8);
  EXPECT_NEAR(c.hhi, .25688889, 5e-9);
  EXPECT_NEAR(c.effective_accounts, 3.8927336, 5e-8);
  EXPECT_NEAR(c.hhi_normalised, .17432099, 5e-9);
  EXPECT_NEAR(c.entropy_effective_accounts, 5.2634238, 5e-8);
  EXPECT_NEAR(c.theil, .64180337, 5e-9);
  EXPECT_DOUBLE_EQ(c.top_count_share(1), .4);
  EXPECT_NEAR(c.top_count_share(2), .6666667, 5e-8);
  EXPECT_NEAR(c.top_count_share(4), .8666667, 5e-8);
}

// cran/ineq, tests/Examples/ineq-Ex.Rout.save (7 digits) and R 4.2.2
const Values kIncomes = {541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261};

TEST(Concentration, IneqExampleIncomes) {
  const Concentration c = of(kIncomes);
  EXPECT_NEAR(c.gini, 0.4620911303, 5e-11);
  EXPECT_NEAR(c.gini_corrected, 0.5134345892, 5e-11);
  EXPECT_NEAR(c.hhi, 0.1840812309, 5e-11);
  EXPECT_NEAR(c.theil, 0.3623412423, 5e-11);
}

TEST(Concentration, DineqWeightedIncomesAsRepetition) {
  const Concentration c =
      of(repeated(kIncomes, {482, 825, 722, 690, 661, 760, 745, 2140, 1911, 1024}));
  EXPECT_NEAR(c.gini, 0.388925666073, 5e-13);
  EXPECT_NEAR(c.theil, 0.256782425878, 5e-13);
}

TEST(Concentration, DamgaardWeiner2000SameGiniOppositeLorenzCurves) {
  const Concentration rich_few = of(repeated({50. / 9, 50}, {9, 1}));
  const Concentration poor_many = of(repeated({2, 18}, {5, 5}));
  EXPECT_NEAR(rich_few.gini_corrected, 0.4444444, 5e-8);
  EXPECT_NEAR(poor_many.gini_corrected, 0.4444444, 5e-8);
}

TEST(Concentration, TheilWithZerosIsPysalsLogTwoNotIneqsZero) {  // ineq drops the zeros first
  EXPECT_NEAR(of({0, 0, 0, 10, 10, 10}).theil, std::numbers::ln2, 1e-16);
}

TEST(Concentration, NegativeValuesPeerDiffers) {  // ineq: 2; negatives set to 0: .667
  const Concentration c = of({-5, 0, 10});
  EXPECT_EQ(c.gini, .5);  // of the two accounts that have a share
  EXPECT_EQ(c.negative_values, 1u);
  EXPECT_EQ(c.negative_total, -5);
}

TEST(GiniAbsolute, LossMakersStayWithinZeroAndOne) {  // the plain Gini would print 3.15
  EXPECT_DOUBLE_EQ(*gini_absolute(Values{225, 0, 0, 0, 0, 0, 0, 0, 0, -125}), .9);
  EXPECT_NEAR(*gini_absolute(Values{-5, 0, 10}), 2. / 3, 1e-15);
  EXPECT_DOUBLE_EQ(*gini_absolute(kTenAccounts), .6);
}

TEST(Concentration, ExactParetoEightyTwenty) {  // Gini = 1/(2α − 1) at α = ln 5/ln 4
  constexpr int kAccounts = 200'000;
  const double alpha = std::log(5.) / std::log(4.);
  EXPECT_NEAR(alpha, 1.160964, 5e-7);
  Values values;  // account i holds its exact slice of the curve: no tail is cut off
  double before = 0;
  for (int i = 1; i <= kAccounts; ++i) {
    const double top = std::pow(static_cast<double>(i) / kAccounts, 1 - 1 / alpha);
    values.push_back(top - before);
    before = top;
  }
  const Concentration c = of(values);
  EXPECT_NEAR(c.top_share(.2), .8, 1e-12);
  EXPECT_NEAR(c.balance_point(), .2, 1e-9);
  EXPECT_NEAR(c.gini, .7564708, 1e-5);
}

// --- the curve ---------------------------------------------------------------

TEST(Concentration, TopSharesInterpolateBetweenAccounts) {
  const Concentration c = of(kTenAccounts);
  EXPECT_EQ(c.top_share(0), 0);
  EXPECT_EQ(c.top_share(1), 1);
  EXPECT_DOUBLE_EQ(c.top_share(.05), .2);
  EXPECT_DOUBLE_EQ(c.top_share(.15), (120 + 40) / 300.);
  EXPECT_TRUE(std::isnan(c.top_share(-.01)));
  EXPECT_TRUE(std::isnan(c.top_share(1.01)));
  EXPECT_TRUE(std::isnan(c.top_share(kNan)));
  EXPECT_EQ(c.top_count_share(0), 0);
  EXPECT_EQ(c.top_count_share(11), 1);
}

TEST(Concentration, AccountsForAShareForgiveARounding) {
  const Concentration c = of(kTenAccounts);
  EXPECT_EQ(*c.accounts_for(0), 0u);
  EXPECT_EQ(*c.accounts_for(.4), 1u);
  EXPECT_EQ(*c.accounts_for(.4001), 2u);
  EXPECT_EQ(*c.accounts_for(1), 10u);
  EXPECT_EQ(*of({5, 5, 0, 0}).accounts_for(1), 2u);
  EXPECT_EQ(*of(Values(10, .1)).accounts_for(.3), 3u);  // .1 + .1 + .1 of 1.0
  EXPECT_EQ(*of(Values(10, .1)).accounts_for(.8), 8u);
  EXPECT_EQ(c.accounts_for(1.5).error().message(), "`share` must be between 0 and 1, got 1.5");
  EXPECT_FALSE(c.accounts_for(kNan).has_value());
}

TEST(Concentration, ClassesAndDisclosure) {
  const Concentration c = of(kTenAccounts);
  const AbcClasses classes = *c.abc();
  EXPECT_EQ(classes.a, 3u);
  EXPECT_EQ(classes.b, 4u);
  EXPECT_EQ(classes.c, 3u);
  EXPECT_FALSE(c.abc(.9, .8).has_value());
  EXPECT_EQ(c.abc(.5, 2).error().message(), "`b_share` must be between 0 and 1, got 2");
  EXPECT_EQ(c.accounts_at_least(), 3u);
  EXPECT_EQ(of(Values(10, .1)).accounts_at_least(), 10u);  // exactly 10 % each
  EXPECT_EQ(c.accounts_at_least(.5), 0u);
}

TEST(Concentration, BalancePointIsWhereTheTwoSharesAddUp) {
  EXPECT_DOUBLE_EQ(of(Values(7, 3.)).balance_point(), .5);
  EXPECT_DOUBLE_EQ(of({4}).balance_point(), .5);
  const Concentration c = of(kTenAccounts);
  EXPECT_NEAR(c.top_share(c.balance_point()), 1 - c.balance_point(), 1e-15);
  EXPECT_NEAR(of({80, 5, 5, 5, 5}).balance_point(), .2, 1e-15);
}

TEST(Concentration, LorenzPointsRunFromPoorToRich) {
  const auto all = of({1, 3, 0, 4}).lorenz();
  const double expected[] = {0, 0, .125, .5, 1};
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(all[i].account_share, static_cast<double>(i) / 4);
    EXPECT_DOUBLE_EQ(all[i].value_share, expected[i]);
  }
  const auto few = of(Values(1000, 2.)).lorenz(11);
  ASSERT_EQ(few.size(), 11u);
  EXPECT_DOUBLE_EQ(few[3].account_share, .3);
  EXPECT_NEAR(few[3].value_share, .3, 1e-15);
  EXPECT_EQ(of({1, 2, 3}).lorenz(0).size(), 2u);
  EXPECT_EQ(of({1, 2, 3}).lorenz(100).size(), 4u);
}

// --- hostile -----------------------------------------------------------------

std::string refusal(const Values& values) {
  const auto result = concentration(values);
  if (result) return "accepted";
  EXPECT_EQ(result.error().code(), StatusCode::insufficient_data);
  return result.error().message();
}

TEST(Concentration, WhatHasNoShareIsRefusedByName) {
  EXPECT_EQ(refusal({}), "`values` has no finite value");
  EXPECT_EQ(refusal({kNan, kInf}), "`values` has no finite value");
  EXPECT_EQ(refusal({0, 0, 0}), "`values`: non_positive_total, 3 accounts add up to 0");
  EXPECT_EQ(refusal({-1, -2}), "`values`: non_positive_total, 2 accounts add up to -3");
  EXPECT_EQ(refusal({5, -10}), "`values`: non_positive_total, 2 accounts add up to -5");
  EXPECT_EQ(refusal({1e308, -1e308, 1e308, -1e308}),
            "`values`: non_positive_total, 4 accounts add up to 0");
  EXPECT_FALSE(gini_absolute(Values{}).has_value());
  EXPECT_FALSE(gini_absolute(Values{0, 0}).has_value());
  EXPECT_FALSE(gini_absolute(Values{kNan}).has_value());
}

TEST(Concentration, RowsLeftOutAreCounted) {
  const Concentration c = of({3, kNan, -1, kInf, 5, -0.0});
  EXPECT_EQ(c.accounts, 3u);
  EXPECT_EQ(c.negative_values, 1u);
  EXPECT_EQ(c.report.rows_scored, 3u);
  EXPECT_EQ(c.report.rows_rejected, 3u);
  EXPECT_EQ(c.report.first_rejected, 1u);
  EXPECT_EQ(c.report.first_reason, RowReason::not_finite);
}

TEST(Concentration, OneAccountIsAllOfItAndKnowsNoCorrection) {
  const Concentration c = of({42});
  EXPECT_EQ(c.gini, 0);
  EXPECT_EQ(c.hhi, 1);
  EXPECT_EQ(c.effective_accounts, 1);
  EXPECT_EQ(c.entropy_effective_accounts, 1);
  EXPECT_EQ(c.theil, 0);
  EXPECT_TRUE(std::isnan(c.gini_corrected));
  EXPECT_TRUE(std::isnan(c.hhi_normalised));
  EXPECT_EQ(c.top_share(.3), .3);
  EXPECT_EQ(c.accounts_at_least(), 1u);
  EXPECT_EQ(c.lorenz().size(), 2u);
}

TEST(Concentration, HugeAndTinyUnitsGiveTheSameShares) {
  const Concentration plain = of(kTenAccounts);
  for (double unit : {0x1p1010, 0x1p-1060}) {
    Values values = kTenAccounts;
    for (double& v : values) v *= unit;
    const Concentration c = of(values);
    EXPECT_EQ(c.gini, plain.gini);
    EXPECT_EQ(c.hhi, plain.hhi);
    EXPECT_EQ(c.theil, plain.theil);
    EXPECT_EQ(c.total, 300 * unit);
    EXPECT_EQ(*c.accounts_for(.8), *plain.accounts_for(.8));
  }
  const Concentration beyond = of(Values(10, 1.5e308));
  EXPECT_EQ(beyond.total, kInf);  // the sum is no double; every share is
  EXPECT_EQ(beyond.gini, 0);
  EXPECT_DOUBLE_EQ(beyond.effective_accounts, 10);
  EXPECT_DOUBLE_EQ(*gini_absolute(Values{1.7e308, -1.7e308}), .5);
}

TEST(Concentration, OneGiantAmongDwarfs) {
  Values values(1000, 1e-300);
  values[17] = 1e300;
  const Concentration c = of(values);
  EXPECT_DOUBLE_EQ(c.gini, .999);
  EXPECT_EQ(c.gini_corrected, 1);
  EXPECT_EQ(c.hhi, 1);
  EXPECT_EQ(c.effective_accounts, 1);
  EXPECT_NEAR(c.balance_point(), .001, 1e-6);
}

}  // namespace
}  // namespace kam
