// Draws of a posterior: against quadrature, conjugate answers, and their own prior.
#include <kam/churn/logistic_posterior.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam::churn {
namespace {

constexpr NormalPrior kIntercept{-2, 1}, kSlope{.5, .5};

/// Accounts with one measure, and which of them were lost.
struct Portfolio {
  std::vector<double> x, lost;
  double truth[2];

  Portfolio(std::size_t n, std::uint64_t seed) {
    Random random(seed, 3);
    truth[0] = kIntercept.mean + kIntercept.sd * random.normal();
    truth[1] = kSlope.mean + kSlope.sd * random.normal();
    for (std::size_t i = 0; i < n; ++i) {
      x.push_back(random.normal());
      lost.push_back(random.uniform() < logistic(truth[0] + truth[1] * x[i]) ? 1 : 0);
    }
  }
};

Result<LogisticPosterior> sample(const Portfolio& a, PosteriorOptions options = {}) {
  const Covariate columns[] = {{"x", a.x}};
  const NormalPrior priors[] = {kSlope};
  options.intercept_prior = kIntercept;
  options.priors = priors;
  return sample_logistic({columns, a.lost}, options);
}

double mean_of(const LogisticPosterior& posterior, std::size_t j) {
  double sum = 0;
  for (std::size_t d = 0; d < posterior.size(); ++d)
    sum += posterior.draws[d * posterior.coefficients + j];
  return sum / static_cast<double>(posterior.size());
}

// The posterior on a grid of 801 x 801: mean and spread of both coefficients.
TEST(LogisticPosterior, AgreesWithAGrid) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const Portfolio a(40, seed);
    double mass = 0, first[2] = {}, second[2] = {};
    for (int i = -400; i <= 400; ++i) {
      for (int j = -400; j <= 400; ++j) {
        const double theta[2] = {kIntercept.mean + .02 * i, kSlope.mean + .01 * j};
        double log_density =
            -.5 * (std::pow(.02 * i / kIntercept.sd, 2) + std::pow(.01 * j / kSlope.sd, 2));
        for (std::size_t r = 0; r < a.x.size(); ++r) {
          const double eta = theta[0] + theta[1] * a.x[r];
          log_density -= std::log1p(std::exp(a.lost[r] > 0 ? -eta : eta));
        }
        const double weight = std::exp(log_density);
        mass += weight;
        for (int k = 0; k < 2; ++k) {
          first[k] += weight * theta[k];
          second[k] += weight * theta[k] * theta[k];
        }
      }
    }
    const auto posterior = sample(a, {.draws = 8000, .thin = 5});
    ASSERT_TRUE(posterior);
    for (std::size_t k = 0; k < 2; ++k) {
      const double mean = first[k] / mass, sd = std::sqrt(second[k] / mass - mean * mean);
      EXPECT_NEAR(mean_of(*posterior, k), mean, .06 * sd) << seed;
      double square = 0;
      for (std::size_t d = 0; d < posterior->size(); ++d)
        square += std::pow(posterior->draws[2 * d + k] - mean, 2);
      EXPECT_NEAR(std::sqrt(square / 8000), sd, .05 * sd) << seed;
    }
  }
}

TEST(LogisticPosterior, WithoutRowsIsThePrior) {
  const auto posterior = sample({0, 1}, {.draws = 5000});
  ASSERT_TRUE(posterior) << posterior.error().message();
  EXPECT_NEAR(mean_of(*posterior, 0), kIntercept.mean, .06);
  EXPECT_NEAR(mean_of(*posterior, 1), kSlope.mean, .03);
  EXPECT_EQ(posterior->events, 0);
}

// Truths drawn from the prior: the rank of the true probability of one account among its draws is
// uniform, and intervals hold it as often as they say (Talts et al. 2018).
TEST(LogisticPosterior, RanksOfTheTruthAreUniform) {
  constexpr std::size_t kPortfolios = 1000, kBins = 10;
  std::array<double, kBins> counts{};
  double covered = 0;
  for (std::size_t s = 0; s < kPortfolios; ++s) {
    const Portfolio a(40, 100 + s);
    const auto posterior = sample(a, {.draws = 99, .thin = 10, .burn_in = 50, .seed = s});
    ASSERT_TRUE(posterior);
    const double eta = a.truth[0] + a.truth[1] * a.x[0];
    std::vector<double> draws;
    for (std::size_t d = 0; d < 99; ++d)
      draws.push_back(posterior->draws[2 * d] + posterior->draws[2 * d + 1] * a.x[0]);
    const auto below = std::count_if(draws.begin(), draws.end(), [&](double v) { return v < eta; });
    counts[static_cast<std::size_t>(below) / kBins] += 1;
    const Interval interval = interval_of_draws(draws, .8);
    covered += interval.lo < eta && eta < interval.hi ? 1 : 0;
  }
  double chi2 = 0;
  for (const double count : counts) chi2 += std::pow(count - 100, 2) / 100;
  std::printf("  ranks: chi-square %.2f (9); coverage of 80 %%: %.3f\n", chi2,
              covered / kPortfolios);
  EXPECT_LT(chi2, 27.88) << "chi-square of 9 degrees of freedom, p = .001";
  EXPECT_NEAR(covered / kPortfolios, .8, 3 * std::sqrt(.16 / kPortfolios));
}

TEST(LogisticPosterior, MoreLossesMeanAHigherRate) {
  std::vector<double> lost(40, 0.0);
  double last = 0;
  for (std::size_t events = 0; events <= 40; events += 8) {
    std::fill_n(lost.begin(), events, 1.0);
    const auto posterior =
        sample_logistic({{}, lost}, {.intercept_prior = kIntercept, .draws = 2000});
    ASSERT_TRUE(posterior) << posterior.error().message();
    std::vector<double> p;
    for (const double draw : posterior->draws) p.push_back(logistic(draw));
    const Interval rate = interval_of_draws(p, .8);
    EXPECT_GT(rate.estimate, last) << events;
    EXPECT_LT(rate.lo, rate.estimate);
    EXPECT_LT(rate.estimate, rate.hi);
    last = rate.estimate;
  }
}

TEST(LogisticPosterior, SignsHoldInEveryDraw) {
  const Portfolio a(60, 5);
  const Covariate columns[] = {{"x", a.x}};
  const NormalPrior priors[] = {{0, 1}};
  for (const Sign sign : {Sign::not_negative, Sign::not_positive}) {
    const Sign signs[] = {sign};
    const auto posterior = sample_logistic(
        {columns, a.lost}, {.intercept_prior = kIntercept, .priors = priors, .signs = signs});
    ASSERT_TRUE(posterior);
    double lowest = HUGE_VAL, highest = -HUGE_VAL;
    for (std::size_t d = 0; d < posterior->size(); ++d) {
      lowest = std::min(lowest, posterior->draws[2 * d + 1]);
      highest = std::max(highest, posterior->draws[2 * d + 1]);
    }
    EXPECT_LT(lowest, highest);
    EXPECT_TRUE(sign == Sign::not_negative ? lowest >= 0 : highest <= 0);
  }
}

TEST(LogisticPosterior, NeitherRowOrderNorSplitWeightsMatter) {
  const Portfolio a(40, 6);
  Portfolio turned = a;
  std::reverse(turned.x.begin(), turned.x.end());
  std::reverse(turned.lost.begin(), turned.lost.end());
  const auto one = sample(a), other = sample(turned);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->draws, other->draws);
  EXPECT_NE(one->draws, sample(a, {.seed = 2})->draws);
}

TEST(LogisticPosterior, HostileInput) {
  Portfolio a(40, 7);
  a.x[3] = kNaN;
  a.lost[5] = .5;
  const auto posterior = sample(a);
  ASSERT_TRUE(posterior);
  EXPECT_EQ(posterior->rows.rows_rejected, 2u);
  EXPECT_EQ(posterior->rows.first_rejected, 3u);
  EXPECT_EQ(posterior->weight, 38);
  for (const double draw : posterior->draws) EXPECT_TRUE(std::isfinite(draw));

  // A column that separates, in a huge unit: the prior keeps it finite.
  const std::vector<double> x{1, 2, 3, 4}, lost{0, 0, 1, 1}, constant(4, 1.0);
  const Covariate columns[] = {{"x", x}, {"constant", constant}};
  const NormalPrior priors[] = {{0, 1}, {0, 1}};
  const auto separated =
      sample_logistic({columns, lost}, {.intercept_prior = kIntercept, .priors = priors});
  ASSERT_TRUE(separated) << separated.error().message();
  for (const double draw : separated->draws) EXPECT_LT(std::fabs(draw), 20);

  const NormalPrior flat[] = {{0, HUGE_VAL}, {0, 1}};
  EXPECT_NE(sample_logistic({columns, lost}, {.intercept_prior = kIntercept, .priors = flat})
                .error()
                .message()
                .find("prior of `x`"),
            std::string::npos);
  EXPECT_FALSE(sample_logistic({columns, lost}, {.intercept_prior = kIntercept}));
  EXPECT_FALSE(sample(a, {.draws = 3}));
  std::vector<double> none;
  EXPECT_TRUE(std::isnan(interval_of_draws(none, .8).estimate));
}

// 399 draws: the limits of 80 % are the 40th from either end.
TEST(LogisticPosterior, LimitsAreOrderStatistics) {
  std::vector<double> draws(399);
  std::iota(draws.begin(), draws.end(), 1.0);
  const Interval interval = interval_of_draws(draws, .8);
  EXPECT_DOUBLE_EQ(interval.lo, 40);
  EXPECT_DOUBLE_EQ(interval.hi, 360);
  EXPECT_DOUBLE_EQ(interval.estimate, 200);
}

}  // namespace
}  // namespace kam::churn
