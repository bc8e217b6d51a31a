/// Where an interval on 0..100 puts its probability.
#include <kam/base/interval.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// As the value room makes them: symmetric in the log-odds, inside the scale.
Interval around(double estimate, double se_points, double z) {
  const double share = std::fmin(std::fmax(estimate / 100, 0.005), 0.995);
  const Interval i = logit_interval(share, se_points / (100 * share * (1 - share)), z);
  return {estimate, std::fmin(100 * i.lo, estimate), std::fmax(100 * i.hi, estimate)};
}

// --- published ---------------------------------------------------------------

TEST(NormalBetween, TablesOfTheNormalDistribution) {
  EXPECT_NEAR(normal_between(-1, 1), 0.682689492137086, 1e-15);  // NIST/SEMATECH e-Handbook
  EXPECT_NEAR(normal_between(-2, 2), 0.954499736103642, 1e-15);
  EXPECT_NEAR(normal_between(-kInf, 1.959963984540054), .975, 1e-15);
  EXPECT_EQ(normal_between(-kInf, kInf), 1);
  EXPECT_NEAR(normal_between(10, kInf) / 7.619853024160526e-24, 1, 1e-13);  // no cancellation
  EXPECT_EQ(normal_between(10, 11), normal_between(-11, -10));
}

// --- laws --------------------------------------------------------------------

TEST(ProbabilityBetween, TheIntervalHoldsItsLevel) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const double level = .5 + .49 * random.uniform(), z = *interval_z(level);
    const double estimate = .5 + 99 * random.uniform(), se = .5 + 10 * random.uniform();
    const Interval x = around(estimate, se, z);
    const double lost = 1e-14 / (100 - x.hi);  // digits of an end close to 100
    EXPECT_NEAR(probability_between(x, z, x.lo, x.hi), level, 1e-9 + lost);
    EXPECT_NEAR(probability_between(x, z, 0, x.estimate), .5, 1e-12);
    EXPECT_NEAR(probability_between(x, z, 0, x.lo), (1 - level) / 2, 1e-9);
  }
}

TEST(ProbabilityBetween, PartitionsAddUpToOne) {
  Random random(2);
  for (int i = 0; i < 5000; ++i) {
    const double u = random.uniform();
    const double estimate = u < .1 ? 0 : u < .2 ? 100 : 100 * random.uniform();
    const double se = random.uniform() < .1 ? 0 : 40 * random.uniform();
    const Interval x = around(estimate, se, 1.2816);
    std::vector<double> cuts = {0};
    while (cuts.back() < 100) cuts.push_back(cuts.back() + 30 * random.uniform());
    cuts.back() = kInf;
    double sum = 0;
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
      const double p = probability_between(x, 1.2816, cuts[k], cuts[k + 1]);
      ASSERT_GE(p, 0);
      sum += p;
    }
    ASSERT_NEAR(sum, 1, 1e-14);
  }
}

TEST(ProbabilityBetween, MirrorsWithTheScale) {
  Random random(3);
  int mirrored = 0;
  while (mirrored < 1000) {
    const double estimate = 100 * random.uniform(), se = 10 * random.uniform();
    const Interval x = around(estimate, se, 2);
    if (x.lo < 1e-3) continue;  // 100 less such an end has lost its digits
    ++mirrored;
    const Interval mirror = {100 - x.estimate, 100 - x.hi, 100 - x.lo};
    const double from = 100 * random.uniform(), to = 100 * random.uniform();
    EXPECT_NEAR(probability_between(x, 2, from, to),
                probability_between(mirror, 2, 100 - to, 100 - from), 1e-9);
  }
}

// --- independent path --------------------------------------------------------

TEST(ProbabilityBetween, AgreesWithDraws) {
  Random random(4);
  const double cases[][3] = {{72, 5, 60}, {99, 3, 95}, {0, 8, 20}, {100, 20, 50}, {40, 40, 60}};
  for (const auto& [estimate, se, cut] : cases) {
    const double centre = std::fmin(std::fmax(estimate / 100, .005), .995);
    const double sd = se / (100 * centre * (1 - centre));
    const double logit = std::log(centre / (1 - centre));
    int above = 0;
    const int n = 200'000;
    for (int i = 0; i < n; ++i) above += 100 * logistic(logit + sd * random.normal()) >= cut;
    EXPECT_NEAR(probability_between(around(estimate, se, 1.5), 1.5, cut, kInf),
                static_cast<double>(above) / n, .005)
        << estimate << " " << se;
  }
}

// --- hostile -----------------------------------------------------------------

TEST(ProbabilityBetween, APointIsHereOrThere) {
  const Interval point = {80, 80, 80};
  EXPECT_EQ(probability_between(point, 2, 80, kInf), 1);  // on the cut: upper part
  EXPECT_EQ(probability_between(point, 2, 0, 80), 0);
  for (const double end : {0.0, 100.0}) {
    EXPECT_EQ(probability_between({end, end, end}, 2, 0, 50), end == 0 ? 1 : 0);
    EXPECT_EQ(probability_between({end, end, end}, 2, 50, kInf), end == 0 ? 0 : 1);
    const Interval made = around(end, 0, 2);  // half a point wide
    EXPECT_EQ(probability_between(made, 2, 0, .3), end == 0 ? 1 : 0);
  }
}

TEST(ProbabilityBetween, SurvivesIntervalsThatFillTheScale) {
  const Interval wide = around(60, 1e6, 2);
  EXPECT_EQ(wide.hi, 100);
  EXPECT_NEAR(probability_between(wide, 2, 0, 50), .5, 1e-3);
  EXPECT_NEAR(probability_between({60, 0, 100}, 2, 20, 80), 0, 1e-12);  // all at the ends
  EXPECT_NEAR(probability_between({30, 0, 100}, 2, 50, kInf), .5, 1e-12);
}

TEST(ProbabilityBetween, NotANumberInNotANumberOut) {
  const Interval x = {50, 40, 60};
  const auto is_nan = [](double p) { return std::isnan(p); };
  EXPECT_PRED1(is_nan, probability_between({kNaN, 40, 60}, 2, 0, 50));
  EXPECT_PRED1(is_nan, probability_between({50, kNaN, 60}, 2, 0, 50));
  EXPECT_PRED1(is_nan, probability_between({50, 40, kNaN}, 2, 0, 50));
  EXPECT_PRED1(is_nan, probability_between(x, kNaN, 0, 50));
  EXPECT_PRED1(is_nan, probability_between(x, 0, 0, 50));
  EXPECT_PRED1(is_nan, probability_between(x, 2, kNaN, 50));
  EXPECT_PRED1(is_nan, probability_between(x, 2, 0, kNaN));
  EXPECT_PRED1(is_nan, probability_between({50, 60, 40}, 2, 0, 50));
  EXPECT_PRED1(is_nan, probability_between({-1, -2, 3}, 2, 0, 50));
  EXPECT_PRED1(is_nan, probability_between({101, 40, 102}, 2, 0, 50));
  EXPECT_EQ(probability_between(x, 2, 60, 40), 0);
}

}  // namespace
}  // namespace kam
