#include <kam/value/learned_weights.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "value/outcome_accounts.hpp"

namespace kam::value {
namespace {

using namespace test;

/// The penalised log-likelihood from its definition, in long double, t by closed form.
long double objective(const Accounts& accounts, const Values& fill, long double a,
                      const std::vector<long double>& beta, double ridge, const Values& prior) {
  long double sum = 0;
  for (std::size_t i = 0; i < accounts.outcome.size(); ++i) {
    long double eta = a;
    const Values row = accounts.row(i);
    if (std::all_of(row.begin(), row.end(), [](double s) { return std::isnan(s); })) continue;
    for (std::size_t k = 0; k < beta.size(); ++k) {
      const double s = accounts.scores[k][i];
      eta -= beta[k] * (std::isnan(s) ? fill[k] : s) / 100;
    }
    const long double y = accounts.outcome[i];
    sum += accounts.weight[i] *
           (y * eta - std::max(eta, 0.0L) - std::log1p(std::exp(-std::fabs(eta))));
  }
  long double t = 0, pp = 0;
  const long double precision = 1 / (static_cast<long double>(kStrengthSpread) * kStrengthSpread);
  for (std::size_t k = 0; k < prior.size(); ++k) {
    t += ridge * prior[k] * beta[k];
    pp += ridge * static_cast<long double>(prior[k]) * prior[k];
  }
  t /= pp + precision;
  for (std::size_t k = 0; k < beta.size(); ++k) {
    const long double off = beta[k] - (prior.empty() ? 0 : t * prior[k]);
    sum -= ridge / 2 * off * off;
  }
  return sum - t * t * precision / 2;
}

/// The breach of the optimality conditions by central differences of the definition.
double breach(const Accounts& accounts, const LearnedWeights& found, double ridge,
              const Values& prior) {
  std::vector<long double> beta(found.beta.begin(), found.beta.end());
  const auto at = [&](long double a) {
    return objective(accounts, found.fill_scores, a, beta, ridge, prior);
  };
  constexpr long double h = 1e-5L;
  const auto slope = [&](long double up, long double down) { return (up - down) / (2 * h); };
  long double worst = std::fabs(slope(at(found.intercept + h), at(found.intercept - h)));
  for (long double& b : beta) {
    const long double here = b;
    b = here + h;
    const long double up = at(found.intercept);
    b = here - h;
    const long double s = slope(up, at(found.intercept));
    b = here;
    worst = std::max(worst, here > 0 ? std::fabs(s) : s);
  }
  return static_cast<double>(worst);
}

// --- an independent path -----------------------------------------------------

TEST(LearnedWeights, AGridOverTwoIndicatorsFindsNothingBetter) {
  for (const double second : {1.5, -1.5}) {  // the second one inside, then at its bound
    const Accounts accounts = simulate(7, 150, 0.5, {3.0, second});
    for (const Values& prior : {Values{}, Values{1, 3}}) {
      const LearnedWeights found = *learn(accounts, {.prior = prior, .minimum_events = 10});
      Values p = prior;
      for (double& x : p) x /= 4;
      // Around the answer, then finer: the best of each grid of the feasible set.
      long double a = found.intercept + .3L, b0 = found.beta[0] + .4L, b1 = found.beta[1] + .2L;
      for (long double step = .2L; step > 1e-7L; step *= .7L) {
        long double best = -HUGE_VALL, x = a, y = b0, z = b1;
        for (int i = -2; i <= 2; ++i) {
          for (int j = -2; j <= 2; ++j) {
            for (int k = -2; k <= 2; ++k) {
              const long double c0 = std::max(0.0L, y + j * step),
                                c1 = std::max(0.0L, z + k * step);
              const long double v =
                  objective(accounts, found.fill_scores, x + i * step, {c0, c1}, 1.0, p);
              if (v > best) best = v, a = x + i * step, b0 = c0, b1 = c1;
            }
          }
        }
      }
      EXPECT_NEAR(static_cast<double>(a), found.intercept, 1e-5);
      EXPECT_NEAR(static_cast<double>(b0), found.beta[0], 1e-5);
      EXPECT_NEAR(static_cast<double>(b1), found.beta[1], 1e-5);
      if (prior.empty()) {
        EXPECT_EQ(found.at_bound[1], second < 0);
      }
    }
  }
}

TEST(LearnedWeights, OptimalityConditionsHoldByTheDefinition) {
  Random random(3);
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::size_t k = 1 + random.below(8);
    Values beta(k), prior(k);
    for (double& b : beta) b = 3 * random.uniform() - 1;
    for (double& p : prior) p = random.uniform();
    const double total = std::accumulate(prior.begin(), prior.end(), 0.0);
    for (double& p : prior) p /= total;
    beta[0] = 3;
    const Accounts accounts =
        simulate(100 + seed, 300, std::accumulate(beta.begin(), beta.end(), 0.0) / 2, beta, .15);
    const double ridge = std::pow(10.0, 6 * random.uniform() - 3);
    const Values given = seed % 2 == 0 ? prior : Values{};
    const LearnedWeights found = *learn(accounts, {.ridge = ridge, .prior = given});
    EXPECT_TRUE(found.converged()) << seed << " " << found.kkt_residual;
    EXPECT_LT(found.kkt_residual, 1e-9);
    EXPECT_LT(breach(accounts, found, ridge, given), 1e-6) << seed;
    EXPECT_NEAR(std::accumulate(found.weights.begin(), found.weights.end(), 0.0), 1, 1e-12);
  }
}

TEST(LearnedWeights, LikelihoodAndPenaltyAreThoseOfTheDefinition) {
  const Accounts accounts = simulate(5, 400, 0.5, {2, 1, 0}, .1);
  const Values prior = {.5, .3, .2};
  const LearnedWeights found = *learn(accounts, {.ridge = 3, .prior = prior});
  const long double expected = objective(accounts, found.fill_scores, found.intercept,
                                         {found.beta.begin(), found.beta.end()}, 3, prior);
  EXPECT_NEAR(found.log_likelihood - found.penalty, static_cast<double>(expected), 1e-10);
  long double likelihood = 0;
  for (std::size_t i = 0; i < accounts.outcome.size(); ++i) {
    const Values row = accounts.row(i);
    if (std::all_of(row.begin(), row.end(), [](double s) { return std::isnan(s); })) continue;
    const double eta = bad_log_odds(found, row);
    likelihood -= std::log1p(std::exp(accounts.outcome[i] != 0 ? -eta : eta));
  }
  EXPECT_NEAR(found.log_likelihood, static_cast<double>(likelihood), 1e-10);
}

/// Acceptance: with a ridge that hardly matters, the mean over 200 portfolios of 1000 accounts of
/// (estimate − truth)/standard error lies within 4/√200 of 0 plus .1 for the small-sample bias of
/// logistic regression, its standard deviation within .85..1.15.
TEST(LearnedWeights, KnownCoefficientsComeBackWithinTheirStandardErrors) {
  const Values truth = {3, 2, 1.5};
  constexpr int kPortfolios = 200;
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = 0, squares = 0;
    for (int r = 0; r < kPortfolios; ++r) {
      const Accounts accounts = simulate(1000 + static_cast<std::uint64_t>(r), 1000, 2.0, truth);
      const LearnedWeights found = *learn(accounts, {.ridge = 1e-4});
      const double z = k == 3 ? (found.intercept - 2.0) / found.intercept_standard_error
                              : (found.beta[k] - truth[k]) / found.standard_errors[k];
      sum += z;
      squares += z * z;
    }
    const double mean = sum / kPortfolios;
    EXPECT_LT(std::fabs(mean), .1 + 4 / std::sqrt(kPortfolios)) << k;
    const double deviation = std::sqrt(squares / kPortfolios - mean * mean);
    EXPECT_GT(deviation, .85) << k;
    EXPECT_LT(deviation, 1.15) << k;
  }
}

TEST(LearnedWeights, StandardErrorsOfWeightsAgreeWithSimulation) {
  const Values truth = {3, 2, 1};
  constexpr int kPortfolios = 300;
  double sum = 0, squares = 0, claimed = 0;
  for (int r = 0; r < kPortfolios; ++r) {
    const auto found =
        *learn(simulate(5000 + static_cast<std::uint64_t>(r), 1500, 2.0, truth), {.ridge = 1e-4});
    sum += found.weights[0];
    squares += found.weights[0] * found.weights[0];
    claimed += found.weight_standard_errors[0];
  }
  const double mean = sum / kPortfolios;
  EXPECT_NEAR(mean, .5, .02);
  const double deviation = std::sqrt(squares / kPortfolios - mean * mean);
  EXPECT_NEAR(deviation / (claimed / kPortfolios), 1, .15);  // 4 % sampling error, and curvature
}

// --- laws --------------------------------------------------------------------

TEST(LearnedWeights, WeightTwoIsTheRowTwiceAndOrderIsNothingToTheBit) {
  const Accounts accounts = simulate(11, 9000, 0.0, {2, 1, .5, 0}, .1);  // several blocks
  Accounts weighted = accounts, repeated = accounts, shuffled = weighted;
  for (std::size_t i = 0; i < accounts.outcome.size(); i += 3) {
    weighted.weight[i] = 2;
    repeated.add(accounts.row(i), accounts.outcome[i]);
  }
  for (std::size_t i = 1; i < accounts.outcome.size(); i += 7) {  // weight 0 is no row
    weighted.add({3, 3, 3, 3}, 1, 0);
  }
  const LearnedWeights w = *learn(weighted), r = *learn(repeated);
  EXPECT_EQ(w.beta, r.beta);
  EXPECT_EQ(w.intercept, r.intercept);
  EXPECT_EQ(w.events, r.events);
  EXPECT_EQ(w.log_likelihood, r.log_likelihood);

  Accounts split = repeated;
  for (std::size_t i = 0; i < repeated.outcome.size(); i += 5) {
    split.weight[i] = .25;
    split.add(repeated.row(i), repeated.outcome[i], .75);
  }
  EXPECT_EQ(learn(split)->beta, r.beta);
  EXPECT_EQ(learn(split)->events, r.events);

  Random random(1);
  for (std::size_t i = repeated.outcome.size() - 1; i > 0; --i) {
    const std::size_t j = random.below(i + 1);
    for (Values& column : repeated.scores) std::swap(column[i], column[j]);
    std::swap(repeated.outcome[i], repeated.outcome[j]);
  }
  const LearnedWeights s = *learn(repeated);
  EXPECT_EQ(s.beta, r.beta);
  EXPECT_EQ(s.weight_standard_errors[0], r.weight_standard_errors[0]);
  EXPECT_EQ(s.intercept_standard_error, r.intercept_standard_error);
  EXPECT_EQ(s.log_likelihood, r.log_likelihood);
}

TEST(LearnedWeights, NamesOfIndicatorsDoNotMatter) {
  const Values prior = {4, 3, 2, 1}, turned_prior = {1, 2, 3, 4};
  Accounts accounts = simulate(13, 500, 0.0, {2, 1, .5, 0}, .1);
  const LearnedWeights straight = *learn(accounts, {.prior = prior});
  std::reverse(accounts.scores.begin(), accounts.scores.end());
  const LearnedWeights turned = *learn(accounts, {.prior = turned_prior});
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(turned.beta[3 - k], straight.beta[k], 1e-12);
  EXPECT_NEAR(turned.prior_share, straight.prior_share, 1e-12);
}

TEST(LearnedWeights, AConstantIndicatorChangesNothingAndANoisyOneLittle) {
  Accounts accounts = simulate(17, 2000, 0.0, {2, 1});
  const LearnedWeights before = *learn(accounts);
  Accounts constant = accounts, noisy = accounts;
  constant.scores.emplace_back(2000, 71.3);
  Random random(2);
  noisy.scores.emplace_back();
  for (int i = 0; i < 2000; ++i) noisy.scores.back().push_back(100 * random.uniform());
  const LearnedWeights with_constant = *learn(constant), with_noise = *learn(noisy);
  EXPECT_EQ(with_constant.beta[2], 0);
  EXPECT_TRUE(with_constant.at_bound[2]);
  EXPECT_TRUE(std::isnan(with_constant.standard_errors[2]));
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(with_constant.beta[k], before.beta[k], 1e-12);
    EXPECT_NEAR(with_noise.beta[k], before.beta[k], before.standard_errors[k]);
  }
  EXPECT_LT(with_noise.weights[2], .15);
  // With a prior the outcomes say nothing of a constant column: it keeps its share.
  const LearnedWeights kept = *learn(constant, {.prior = Values{1, 1, 2}});
  EXPECT_NEAR(kept.beta[2], .5 * kept.strength, 1e-9);
}

TEST(LearnedWeights, TheBadOutcomeNeverBecomesLikelierByABetterScore) {
  Random random(19);
  const LearnedWeights found = *learn(simulate(19, 400, 0.0, {2, -1, 1, 0, .3}, .2));
  for (int trial = 0; trial < 1000; ++trial) {
    Values row(5);
    for (double& s : row) s = 100 * random.uniform();
    const double before = bad_log_odds(found, row);
    double& raised = row[random.below(5)];
    raised += (100 - raised) * random.uniform();
    EXPECT_LE(bad_log_odds(found, row), before);
  }
}

TEST(LearnedWeights, AnIndicatorUpsideDownIsAtItsBound) {
  Accounts accounts = simulate(23, 500, 0.0, {2, 2});
  EXPECT_GT(learn(accounts)->beta[1], 1);
  for (double& s : accounts.scores[1]) s = 100 - s;
  const LearnedWeights found = *learn(accounts);
  EXPECT_EQ(found.beta[1], 0);
  EXPECT_EQ(found.weights[0], 1);
  EXPECT_TRUE(found.at_bound[1]);
  EXPECT_FALSE(found.at_bound[0]);
}

TEST(LearnedWeights, MoreRidgeIsLessLikelihoodAndMorePrior) {
  const Accounts accounts = simulate(29, 300, 0.0, {3, 0.5, 1});
  const Values prior = {.2, .5, .3};
  double likelihood = 0, share = -1, size = kInf;
  for (double ridge = 1e-4; ridge < 1e6; ridge *= 10) {
    const LearnedWeights found = *learn(accounts, {.ridge = ridge, .prior = prior});
    EXPECT_LE(found.log_likelihood, likelihood);
    EXPECT_GE(found.prior_share, share);
    likelihood = found.log_likelihood;
    share = found.prior_share;
    const LearnedWeights plain = *learn(accounts, {.ridge = ridge});
    const double norm =
        std::inner_product(plain.beta.begin(), plain.beta.end(), plain.beta.begin(), 0.0);
    EXPECT_LE(norm, size);
    size = norm;
  }
  // In the limit the proportions are the prior's, and the strength is still learned.
  const LearnedWeights stiff = *learn(accounts, {.ridge = 1e6, .prior = prior});
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(stiff.weights[k], prior[k], 1e-4);
  EXPECT_NEAR(stiff.prior_share, 1, 1e-3);
  EXPECT_GT(stiff.strength, 1);
  EXPECT_FALSE(stiff.warning.empty());
  const LearnedWeights loose = *learn(accounts, {.ridge = 1e-6, .prior = prior});
  EXPECT_NEAR(loose.prior_share, 0, 1e-3);
}

TEST(LearnedWeights, TheShareOfTheRidgeIsItsShareOfTheCurvature) {
  const Accounts accounts = simulate(43, 300, 1.0, {2});
  const LearnedWeights found = *learn(accounts, {.ridge = 5});
  double v = 0, vx = 0, vxx = 0;
  for (const double s : accounts.scores[0]) {
    const double p = 1 / (1 + std::exp(-bad_log_odds(found, Values{s}))), bend = p * (1 - p);
    v += bend;
    vx += bend * s / 100;
    vxx += bend * s / 100 * s / 100;
  }
  const double information = vxx - vx * vx / v;
  EXPECT_NEAR(found.effective_parameters, information / (information + 5), 1e-12);
  EXPECT_NEAR(found.prior_share, 5 / (information + 5), 1e-12);
  EXPECT_NEAR(found.standard_errors[0], 1 / std::sqrt(information + 5), 1e-12);
  EXPECT_EQ(found.condition_number, 1);
  EXPECT_EQ(found.weight_standard_errors[0], 0);
  // One coefficient has no proportion to share with a prior.
  EXPECT_TRUE(std::isnan(learn(accounts, {.prior = Values{3}})->prior_share));
}

TEST(LearnedWeights, FewEventsGiveBackThePriorsProportions) {
  const Values prior = {.2, .5, .3};
  double few = 0, many = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const LearnOptions options{.ridge = 10, .prior = prior, .minimum_events = 5};
    const auto small = learn(simulate(seed, 40, 0.5, {4, 1, 0}), options);
    const auto large = learn(simulate(seed, 20000, 0.5, {4, 1, 0}), options);
    if (!small) continue;
    few += small->prior_share;
    many += large->prior_share;
    EXPECT_NEAR(large->weights[0], .8, .1);
  }
  EXPECT_GT(few / 20, .6);
  EXPECT_LT(many / 20, .06);
}

TEST(LearnedWeights, SeparationStaysFiniteAndIsSaid) {
  Accounts accounts;
  for (int i = 0; i < 100; ++i) accounts.add({i < 40 ? 10.0 : 90.0, 50.0 + i % 7}, i < 40 ? 1 : 0);
  for (const Values& prior : {Values{}, Values{1, 1}}) {
    for (const double ridge : {1e-6, 1.0, 1e6}) {
      const auto found = learn(accounts, {.ridge = ridge, .prior = prior});
      ASSERT_TRUE(found.has_value());
      EXPECT_TRUE(found->converged()) << ridge << " " << found->kkt_residual;
      EXPECT_LT(found->kkt_residual, 1e-9);
      EXPECT_TRUE(std::isfinite(found->beta[0]));
      EXPECT_NE(found->warning.find("separate"), std::string::npos) << ridge;
    }
  }
}

TEST(LearnedWeights, CollinearColumnsShareEquallyAndSayIt) {
  Accounts accounts = simulate(31, 500, 0.0, {2, 1});
  accounts.scores.push_back(accounts.scores[0]);
  const LearnedWeights found = *learn(accounts);
  EXPECT_NEAR(found.beta[0], found.beta[2], 1e-9);
  EXPECT_EQ(found.condition_number, kInf);
  EXPECT_NE(found.warning.find("nearly the same"), std::string::npos);
  EXPECT_LT(found.kkt_residual, 1e-9);
}

TEST(LearnedWeights, AMissingScoreCountsAsTheMeanOfThePresentOnes) {
  Accounts accounts = simulate(37, 300, 0.0, {2, 1}, .2);
  const LearnedWeights found = *learn(accounts);
  Accounts filled = accounts;
  for (std::size_t k = 0; k < 2; ++k) {
    double sum = 0, n = 0;
    for (std::size_t i = 0; i < 300; ++i) {
      const bool nothing = std::isnan(accounts.scores[0][i]) && std::isnan(accounts.scores[1][i]);
      if (nothing) filled.weight[i] = 0;  // rejected there
      if (std::isnan(accounts.scores[k][i])) continue;
      sum += accounts.scores[k][i];
      n += 1;
    }
    EXPECT_NEAR(found.fill_scores[k], sum / n, 1e-11);
    EXPECT_EQ(found.present[k], n);
    for (double& s : filled.scores[k]) s = std::isnan(s) ? sum / n : s;
  }
  const LearnedWeights same = *learn(filled);
  for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(same.beta[k], found.beta[k], 1e-11);
  const Values holes = {kNan, 40}, plugged = {found.fill_scores[0], 40};
  EXPECT_EQ(bad_log_odds(found, holes), bad_log_odds(found, plugged));
}

TEST(LearnedWeights, PointsAndSharesAreTheBetasInOtherUnits) {
  const LearnedWeights found = *learn(simulate(41, 500, 0.0, {2, 1}));
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_DOUBLE_EQ(found.log_odds_per_10[k], found.beta[k] / 10);
    EXPECT_DOUBLE_EQ(found.weights[k], found.beta[k] / (found.beta[0] + found.beta[1]));
  }
  EXPECT_DOUBLE_EQ(bad_log_odds(found, Values{0, 0}), found.intercept);
  EXPECT_NEAR(bad_log_odds(found, Values{50, 0}) - bad_log_odds(found, Values{60, 0}),
              found.log_odds_per_10[0], 1e-14);
  EXPECT_TRUE(std::isnan(found.strength));
  EXPECT_TRUE(std::isnan(bad_log_odds(found, Values{50})));
  EXPECT_TRUE(std::isnan(bad_log_odds(found, Values{50, 101})));
}

}  // namespace
}  // namespace kam::value
