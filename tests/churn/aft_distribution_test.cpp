/// One lifetime: formulas against each other, against quadrature by brute force, and at the edges.
#include <kam/churn/aft_distribution.hpp>

#include <algorithm>

#include <gtest/gtest.h>

namespace kam::aft {
namespace {

constexpr Distribution kAll[] = {Distribution::weibull, Distribution::log_normal,
                                 Distribution::log_logistic, Distribution::exponential};

// The mean of what is left, u from 0 to the horizon, by rectangles.
double brute_force(const Lifetime& life, double horizon, double tenure) {
  constexpr int kSteps = 200'000;
  horizon = std::min(horizon, remaining_quantile(life, 1e-12, tenure));  // nobody is left later
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    sum += survival(life, horizon * (i + 0.5) / kSteps, tenure);
  }
  return sum * horizon / kSteps;
}

TEST(AftDistribution, RestrictedMeanIsTheIntegralOfSurvival) {
  for (const Distribution d : kAll) {
    for (const double scale : {0.2, 0.7, 1.6}) {
      if (d == Distribution::exponential && scale != 0.7) continue;
      const Lifetime life{d, 3, d == Distribution::exponential ? 1 : scale};
      for (const double tenure : {0.0, 4.0, 60.0}) {
        for (const double horizon : {0.5, 30.0, 400.0}) {
          const double expected = brute_force(life, horizon, tenure);
          EXPECT_NEAR(restricted_mean(life, horizon, tenure), expected, 2e-7 * expected)
              << distribution_name(d) << ' ' << scale << ' ' << tenure << ' ' << horizon;
        }
      }
    }
  }
}

// E[T] = closed form; by quadrature through a tenure too short to matter.
TEST(AftDistribution, MeanAfterNoTenureIsTheClosedForm) {
  for (const Distribution d : kAll) {
    for (const double scale : {0.05, 0.3, 0.712, 0.95, 2.0, 5.0}) {
      const Lifetime life{d, 4, d == Distribution::exponential ? 1 : scale};
      if (d == Distribution::log_logistic && scale >= 1) {
        EXPECT_TRUE(std::isnan(mean(life)));
        EXPECT_TRUE(std::isnan(remaining_mean(life, 5)));
        continue;
      }
      EXPECT_NEAR(remaining_mean(life, 1e-200), mean(life), 2e-13 * mean(life)) << scale;
    }
  }
}

// m(t0) = E[min(T - t0, h)] + S(h | t0) m(t0 + h): the tower rule.
TEST(AftDistribution, MeansOfTheRestAddUp) {
  for (const Distribution d : kAll) {
    const Lifetime life{d, 3, d == Distribution::exponential ? 1 : 0.6};
    for (const double tenure : {1.0, 20.0, 150.0}) {
      const double h = 35, whole = remaining_mean(life, tenure);
      const double parts = restricted_mean(life, h, tenure) +
                           survival(life, h, tenure) * remaining_mean(life, tenure + h);
      EXPECT_NEAR(whole, parts, 1e-11 * whole) << distribution_name(d) << ' ' << tenure;
    }
  }
}

TEST(AftDistribution, AnExponentialLifeForgets) {
  const Lifetime life{Distribution::exponential, std::log(25.0), 1};
  for (const double tenure : {0.0, 3.0, 900.0}) {
    EXPECT_NEAR(remaining_mean(life, tenure), 25, 1e-11);
    EXPECT_NEAR(remaining_median(life, tenure), 25 * std::log(2), 1e-11);
    EXPECT_NEAR(churn_probability(life, 5, tenure), -std::expm1(-0.2), 1e-14);
  }
}

TEST(AftDistribution, QuantilesUndoSurvival) {
  for (const Distribution d : kAll) {
    for (const double scale : {0.1, 0.6, 3.0}) {
      const Lifetime life{d, 2, d == Distribution::exponential ? 1 : scale};
      for (const double tenure : {0.0, 1e-6, 2.0, 30.0}) {
        for (const double left : {0.999999, 0.9, 0.5, 0.01, 1e-12}) {
          const double further = remaining_quantile(life, left, tenure);
          EXPECT_NEAR(log_survival(life, further, tenure), std::log(left),
                      1e-9 * std::fabs(std::log(left)) + 1e-13)
              << distribution_name(d) << ' ' << scale << ' ' << tenure << ' ' << left;
        }
      }
    }
  }
}

// A day ahead of somebody there for a thousand years: no digits are lost to 1 - S.
TEST(AftDistribution, ShortHorizonsKeepTheirDigits) {
  for (const Distribution d : kAll) {
    const Lifetime life{d, 5, d == Distribution::exponential ? 1 : 0.8};
    const double tenure = 400;
    for (const double h : {1e-3, 1e-6, 1e-9}) {
      const double hazard = std::exp(log_density(life, tenure) - log_survival(life, tenure));
      EXPECT_NEAR(churn_probability(life, h, tenure) / (hazard * h), 1, h / 100 + 1e-12)
          << distribution_name(d);
    }
  }
}

TEST(AftDistribution, NormalTailAgreesWhereItsFormulasMeet) {
  for (const double z : {-30.0, -3.0, 0.0, 2.0, 5.999}) {
    const double expected = std::log(0.5 * std::erfc(z / std::sqrt(2.0)));
    EXPECT_NEAR(normal_tail(z).log_survival, expected, 1e-15 + 2e-15 * std::fabs(expected));
  }
  const NormalTail below = normal_tail(std::nextafter(6.0, 0.0)), above = normal_tail(6);
  EXPECT_NEAR(below.log_survival / above.log_survival, 1, 1e-14);
  EXPECT_NEAR(below.mills / above.mills, 1, 1e-13);
  EXPECT_NEAR(below.excess / above.excess, 1, 1e-11);
  // mills(z) = z + 1/z - 2/z^3 + O(z^-5)
  EXPECT_NEAR(normal_tail(1e4).excess, 1e-4 - 2e-12, 1e-18);
  EXPECT_NEAR(normal_tail(1e4).log_survival, -0.5e8 - std::log(1e4 * std::sqrt(2 * M_PI)), 1e-6);
}

TEST(AftDistribution, NonsenseIsNaN) {
  const Lifetime good{Distribution::weibull, 1, 0.5};
  for (const Lifetime& bad :
       {Lifetime{Distribution::weibull, 1, 0}, Lifetime{Distribution::weibull, 1, -1},
        Lifetime{Distribution::log_normal, kNaN, 1},
        Lifetime{Distribution::log_logistic, HUGE_VAL, 1}}) {
    EXPECT_TRUE(std::isnan(survival(bad, 1)));
    EXPECT_TRUE(std::isnan(mean(bad)));
    EXPECT_TRUE(std::isnan(remaining_median(bad)));
    EXPECT_TRUE(std::isnan(restricted_mean(bad, 1)));
  }
  EXPECT_TRUE(std::isnan(survival(good, -1)));
  EXPECT_TRUE(std::isnan(survival(good, 1, -1)));
  EXPECT_TRUE(std::isnan(survival(good, 1, HUGE_VAL)));
  EXPECT_TRUE(std::isnan(remaining_quantile(good, 0)));
  EXPECT_TRUE(std::isnan(remaining_quantile(good, 1.5)));
  EXPECT_TRUE(std::isnan(restricted_mean(good, kNaN)));
  EXPECT_TRUE(std::isnan(log_density(good, 0)));
  EXPECT_EQ(survival(good, 0), 1);
  EXPECT_EQ(remaining_quantile(good, 1, 3), 0);
}

}  // namespace
}  // namespace kam::aft
