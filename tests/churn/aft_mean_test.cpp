/// Closed forms of the restricted mean against 40-digit numbers and against quadrature.
#include "churn/aft_mean.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "reference_table.hpp"

namespace kam::aft {
namespace {

using test::relative_error;

struct Case {
  Distribution distribution;
  double location, scale, horizon, tenure, expected;
};

TEST(AftMean, FortyDigits) {  // mpmath 1.4: quad of S(s + u) / S(s) on 61 pieces, 40 digits
  const Case cases[] = {
      {Distribution::weibull, 3, 0.7, 12, 0, 9.9517653288215956414},
      {Distribution::weibull, 3, 0.7, 12, 24, 7.6569273608503254674},
      {Distribution::weibull, 2.5, 0.35, 36, 3, 8.0154638149075251401},
      {Distribution::weibull, 1, 1.4, 6, 0.5, 2.7855785025212994921},
      {Distribution::weibull, 4, 0.3, 60, 90, 4.5768088925775415629},
      {Distribution::weibull, 0, 0.1, 2, 0, 0.95135076986687318139},
      {Distribution::weibull, 5, 2.5, 1000, 1, 276.65697412670533874},
      {Distribution::log_normal, 3, 0.7, 12, 0, 11.16710493356597277},
      {Distribution::log_normal, 3, 0.7, 12, 24, 8.6830875826586451526},
      {Distribution::log_normal, 2.5, 0.35, 36, 3, 9.9505816355684808228},
      {Distribution::log_normal, 1, 1.4, 6, 0.5, 3.2028083532206083189},
      {Distribution::log_normal, 4, 0.3, 60, 90, 12.495758735954201196},
      {Distribution::log_normal, 0, 0.1, 2, 0, 1.0050125208593424535},
      {Distribution::log_normal, 5, 2.5, 1000, 1, 369.51869932626700189},
      {Distribution::log_logistic, 3, 0.7, 12, 0, 10.164818108193428253},
      {Distribution::log_logistic, 3, 0.7, 12, 24, 9.9902108047469908435},
      {Distribution::log_logistic, 2.5, 0.35, 36, 3, 11.508846130475604912},
      {Distribution::log_logistic, 1, 1.4, 6, 0.5, 3.7701206804090217309},
      {Distribution::log_logistic, 4, 0.3, 60, 90, 28.934060473881874247},
      {Distribution::log_logistic, 0, 0.1, 2, 0, 1.0164238248967506855},
      {Distribution::log_logistic, 5, 2.5, 1000, 1, 466.29318954458268166},
  };
  for (const Case& c : cases) {
    const Lifetime life{c.distribution, c.location, c.scale};
    const auto told = [&] {
      return testing::Message() << distribution_name(c.distribution) << " at scale " << c.scale
                                << " after " << c.tenure;
    };
    EXPECT_LE(relative_error(restricted_mean(life, c.horizon, c.tenure), c.expected), 1e-11)
        << told();
    EXPECT_LE(relative_error(integrated_mean(life, c.horizon, c.tenure), c.expected), 1e-11)
        << told();
    const double closed = closed_mean(life, c.horizon, c.tenure);
    if (!std::isnan(closed)) {
      EXPECT_LE(relative_error(closed, c.expected), 2e-13) << told();
    }
    EXPECT_FALSE(c.tenure == 0 && std::isnan(closed)) << told();
  }
}

/// Lives, tenures and horizons of all sizes, early and late in a life.
TEST(AftMean, AgreesWithQuadratureWhereverItAnswers) {
  Random random(7);
  int answered = 0;
  constexpr int kLives = 4000;
  for (int i = 0; i < kLives; ++i) {
    const auto d = static_cast<Distribution>(random.below(3));
    const Lifetime life{d, 6 * random.uniform() - 1, std::exp(3 * random.uniform() - 2)};
    const double typical = std::exp(life.location);
    const double tenure = i % 4 == 0 ? 0 : typical * std::exp(4 * random.uniform() - 3);
    const double horizon = typical * std::exp(7 * random.uniform() - 5);
    const double closed = closed_mean(life, horizon, tenure);
    if (std::isnan(closed)) continue;
    ++answered;
    EXPECT_LE(relative_error(closed, integrated_mean(life, horizon, tenure)), 2e-11)
        << distribution_name(d) << " location " << life.location << " scale " << life.scale
        << " horizon " << horizon << " tenure " << tenure;
  }
  EXPECT_GT(answered, kLives * 6 / 10);
}

TEST(AftMean, MeetsQuadratureAtTheEdgesOfWhatItAnswers) {
  for (const Distribution d :
       {Distribution::weibull, Distribution::log_normal, Distribution::log_logistic}) {
    for (const double scale : {0.019, 0.021, 0.89, 0.91, 19.0, 21.0}) {
      for (const double horizon : {1e-9, 1e-3, 0.999, 1.001, 50.0, 1e9, 1e200}) {
        for (const double tenure : {0.0, 1e-9, 0.999, 1.001, 30.0}) {
          const Lifetime life{d, 0, scale};
          const double by_quadrature = integrated_mean(life, horizon, tenure);
          const double mean = restricted_mean(life, horizon, tenure);
          if (std::isnan(by_quadrature) && std::isnan(mean)) continue;
          EXPECT_LE(relative_error(mean, by_quadrature), 3e-11)
              << distribution_name(d) << " scale " << scale << " horizon " << horizon << " tenure "
              << tenure;
        }
      }
    }
  }
}

TEST(AftMean, AnExponentialLifeForgetsItsTenure) {
  const Lifetime life{Distribution::exponential, 2.5, 1};
  for (const double tenure : {0.0, 1.0, 500.0})
    EXPECT_LE(relative_error(restricted_mean(life, 9, tenure),
                             std::exp(2.5) * (1 - std::exp(-9 * std::exp(-2.5)))),
              1e-14);
}

}  // namespace
}  // namespace kam::aft
