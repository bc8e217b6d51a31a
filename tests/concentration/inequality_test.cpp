#include <kam/concentration/inequality.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/concentration/lorenz.hpp>
#include "data_table.hpp"

namespace kam {
namespace {

using Values = std::vector<double>;

const Values kIneq = {541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11'904, 22'261};
const Values kWeights = {482, 825, 722, 690, 661, 760, 745, 2140, 1911, 1024};

// --- published numbers -------------------------------------------------------

/// R ineq, tests/Examples/ineq-Ex.Rout.save (7 digits), more digits from a run of it.
TEST(InequalityPublished, RIneqExample) {
  const Inequality i = *inequality(kIneq);
  EXPECT_NEAR(i.gini, .4620911303, 5e-11);
  EXPECT_NEAR(i.gini_corrected, .5134345892, 5e-11);
  EXPECT_NEAR(i.atkinson(.5), .1796590980, 5e-11);
  EXPECT_NEAR(i.hhi, .1840812309, 5e-11);
  EXPECT_NEAR(i.rosenbluth, .1859050959, 5e-11);
  EXPECT_NEAR(i.hoover, .3378067462, 5e-11);
  EXPECT_NEAR(i.theil, .3623412423, 5e-11);
  EXPECT_NEAR(i.theil_l, .4335946495, 5e-11);
  EXPECT_NEAR(i.coefficient_of_variation, .9169581829, 5e-11);
}

/// R dineq, gini.wtd and theil.wtd on the same incomes with weights.
TEST(InequalityPublished, RDineqWithWeights) {
  const Inequality i = *inequality(kIneq, kWeights);
  EXPECT_NEAR(i.gini, .388925666073, 5e-13);
  EXPECT_NEAR(i.theil, .256782425878, 5e-13);
}

/// Damgaard & Weiner (2000), Ecology 81: equal Gini, opposite asymmetry (ineq-Ex.Rout.save).
TEST(InequalityPublished, LorenzAsymmetryOfDamgaardAndWeiner) {
  Values x(9, 50 / 9.0), y(5, 2.0);
  x.push_back(50);
  y.insert(y.end(), 5, 18.0);
  const Inequality a = *inequality(x), b = *inequality(y);
  EXPECT_NEAR(a.gini_corrected, .4444444, 5e-8);
  EXPECT_NEAR(b.gini_corrected, .4444444, 5e-8);
  EXPECT_NEAR(a.asymmetry_lo, 1.46, 1e-12);
  EXPECT_NEAR(b.asymmetry_lo, .74, 1e-12);
  EXPECT_EQ(a.asymmetry_lo, a.asymmetry_hi);
}

/// PySAL prints ln 2; R ineq and dineq drop the zeros, take the mean again and print 0.
TEST(InequalityPublished, TheilWithZeros) {
  const Inequality i = *inequality(Values{0, 0, 0, 10, 10, 10});
  EXPECT_NEAR(i.theil, 0.6931471805599453, 1e-15);
  EXPECT_EQ(i.theil_l, std::numeric_limits<double>::infinity());
  EXPECT_EQ(i.atkinson(1), 1);
  EXPECT_NEAR(i.atkinson(.5), .5, 1e-15);
}

/// Telco TotalCharges (IBM sample data, 7032 filled rows), recomputed in R.
TEST(InequalityPublished, TelcoTotalCharges) {
  const Values charges = test::DataTable("telco.csv").numbers("TotalCharges");
  const Inequality i = *inequality(charges);
  EXPECT_EQ(i.accounts, 7032);
  EXPECT_EQ(i.report.rows_rejected, 11u);
  EXPECT_NEAR(i.gini, .536260320546, 5e-13);
  EXPECT_NEAR(i.hhi, .000282342721, 5e-13);
  EXPECT_NEAR(i.top_share(.2), .535902616, 5e-10);
  const Concentration c = *concentration(charges);
  EXPECT_NEAR(c.gini, .536260320546, 5e-13);
  EXPECT_NEAR(c.hhi, .000282342721, 5e-13);
  EXPECT_NEAR(c.top_share(.2), .535902616, 5e-10);
  EXPECT_NEAR(c.top_count_share(1407), .536069875, 5e-10);  // ceil(.2 n)
  EXPECT_NEAR(static_cast<double>(*c.accounts_for(.8)) / 7032, .38424346, 5e-9);
}

/// For −5, 0, 10 R ineq prints a Gini of 2; microdf after its PR 289 sets negatives to 0 and
/// prints .667. Here the negative account is left out and counted.
TEST(InequalityPublished, NegativeValuesAreLeftOut) {
  const Inequality i = *inequality(Values{-5, 0, 10});
  EXPECT_EQ(i.gini, .5);
  EXPECT_EQ(i.report.rows_rejected, 1u);
  EXPECT_EQ(i.report.first_reason, RowReason::out_of_domain);
  EXPECT_NEAR(*gini_absolute(Values{-5, 0, 10}), 2 / 3.0, 1e-15);
}

// --- laws and independent path -----------------------------------------------

Values random_values(Random& random, std::size_t n) {
  Values values(n);
  for (double& v : values)
    v = random.uniform() < .1 ? 0 : std::round(100 * std::exp(4 * random.normal())) / 100;
  values[0] += 1;
  return values;
}

TEST(InequalityLaws, WeightsAreRepetition) {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const Values values = random_values(random, 2 + static_cast<std::size_t>(random.below(30)));
    Values weights, repeated;
    for (double v : values) {
      weights.push_back(static_cast<double>(random.below(4)) + (weights.empty() ? 1 : 0));
      repeated.insert(repeated.end(), static_cast<std::size_t>(weights.back()), v);
    }
    const Inequality a = *inequality(values, weights), b = *inequality(repeated);
    EXPECT_EQ(a.accounts, b.accounts);
    EXPECT_NEAR(a.gini, b.gini, 1e-14);
    EXPECT_NEAR(a.hhi, b.hhi, 1e-14);
    EXPECT_NEAR(a.theil, b.theil, 1e-13);
    EXPECT_NEAR(a.hoover, b.hoover, 1e-14);
    EXPECT_NEAR(a.rosenbluth / b.rosenbluth, 1, 1e-12);
    EXPECT_NEAR(a.asymmetry_lo, b.asymmetry_lo, 1e-12);
    EXPECT_NEAR(a.atkinson(.7), b.atkinson(.7), 1e-12);
    for (double p = 0; p <= 1; p += .1) EXPECT_NEAR(a.top_share(p), b.top_share(p), 1e-13);
  }
}

TEST(InequalityLaws, AgreesWithConcentrationAndWithItsDefinition) {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    const Values values = random_values(random, 2 + static_cast<std::size_t>(random.below(60)));
    const Inequality i = *inequality(values);
    const Concentration c = *concentration(values);
    EXPECT_NEAR(i.gini, c.gini, 2e-15);
    EXPECT_NEAR(i.hhi, c.hhi, 2e-15);
    EXPECT_NEAR(i.theil, c.theil, 1e-14);
    EXPECT_NEAR(i.top_share(.2), c.top_share(.2), 1e-14);
    long double mean = 0, hoover = 0, atkinson = 0, squares = 0;
    const auto n = static_cast<long double>(values.size());
    for (double v : values) mean += v / n;
    for (double v : values) {
      hoover += std::fabs(v - mean) / (2 * n * mean);
      atkinson += std::pow(v / mean, .25L) / n;
      squares += (v - mean) * (v - mean) / (n * mean * mean);
    }
    EXPECT_NEAR(i.hoover, static_cast<double>(hoover), 1e-14);
    EXPECT_NEAR(i.atkinson(.75), static_cast<double>(1 - std::pow(atkinson, 4.0L)), 1e-13);
    EXPECT_NEAR(i.coefficient_of_variation, static_cast<double>(std::sqrt(squares)), 1e-13);
  }
}

TEST(InequalityLaws, AtkinsonRisesWithAversionToTheSmallest) {
  const Inequality i = *inequality(kIneq);
  EXPECT_NEAR(i.atkinson(0), 0, 1e-15);
  double last = 0;
  for (double e : {.1, .5, .99, 1.0, 1.01, 2.0, 10.0, 1000.0}) {
    EXPECT_GT(i.atkinson(e), last) << e;
    last = i.atkinson(e);
  }
  EXPECT_NEAR(i.atkinson(1), 1 - std::exp(-i.theil_l), 1e-15);
  EXPECT_NEAR(i.atkinson(1 + 1e-6), i.atkinson(1), 1e-6);
  EXPECT_NEAR(i.atkinson(std::numeric_limits<double>::infinity()), 1 - 541 / 6658.6, 1e-12);
}

TEST(InequalityLaws, OrderOfRowsChangesNoBit) {
  Values values(kIneq.rbegin(), kIneq.rend()), weights(kWeights.rbegin(), kWeights.rend());
  values.insert(values.end(), {541, 541}), weights.insert(weights.end(), {.1, .3});
  const Inequality a = *inequality(values, weights);
  Values v(values.rbegin(), values.rend()), w(weights.rbegin(), weights.rend());
  const Inequality b = *inequality(v, w);
  EXPECT_EQ(a.gini, b.gini);
  EXPECT_EQ(a.theil, b.theil);
  EXPECT_EQ(a.accounts, b.accounts);
}

// --- hostile input -----------------------------------------------------------

TEST(InequalityHostile, NothingToSay) {
  for (const Values& v : {Values{}, Values{0, 0}, Values{-1, -5}, Values{std::nan("")}}) {
    EXPECT_EQ(inequality(v).error().code(), StatusCode::insufficient_data);
  }
  EXPECT_EQ(inequality(Values{1, 2}, Values{0, 0}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(inequality(Values{1, 2}, Values{1}).error().code(), StatusCode::size_mismatch);
}

TEST(InequalityHostile, OneAndAllEqual) {
  const Inequality one = *inequality(Values{7});
  EXPECT_EQ(one.gini, 0);
  EXPECT_TRUE(std::isnan(one.gini_corrected));
  EXPECT_EQ(one.rosenbluth, 1);
  const Inequality equal = *inequality(Values(1000, .1));
  EXPECT_EQ(equal.gini, 0);
  EXPECT_NEAR(equal.hoover, 0, 1e-15);
  EXPECT_NEAR(equal.asymmetry_lo, 0, 1e-12);
  EXPECT_NEAR(equal.asymmetry_hi, 2, 1e-12);
}

TEST(InequalityHostile, MagnitudesAndBadRows) {
  const Values unit = {1, 2, 3, 10};
  Values huge;
  for (double v : unit) huge.push_back(v * 1e300);
  const Inequality a = *inequality(unit), b = *inequality(huge);
  EXPECT_NEAR(b.gini, a.gini, 1e-15);
  EXPECT_NEAR(b.theil, a.theil, 1e-14);
  const double inf = std::numeric_limits<double>::infinity();
  const Inequality bad =
      *inequality(Values{1, 2, inf, 4, 5, 6}, Values{1, 1, 1, -1, std::nan(""), 0});
  EXPECT_EQ(bad.report.rows_rejected, 3u);
  EXPECT_EQ(bad.accounts, 2);
  EXPECT_TRUE(std::isnan(bad.atkinson(-1)));
  EXPECT_TRUE(std::isnan(bad.top_share(1.5)));
}

}  // namespace
}  // namespace kam
