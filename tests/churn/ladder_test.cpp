// The ladder: which rung, honest small samples, laws, hostile input.
#include <kam/churn/ladder.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/logistic_posterior.hpp>

namespace kam::churn {
namespace {

/// Accounts with two measures; the log-odds of being lost rise with the first.
struct Portfolio {
  std::vector<double> silence, growth, lost, truth;

  Portfolio(std::size_t n, std::uint64_t seed, double base = -2, double slope = 1) {
    Random random(seed, 11);
    for (std::size_t i = 0; i < n; ++i) {
      silence.push_back(10 + 4 * random.normal());
      growth.push_back(random.normal());
      truth.push_back(logistic(base + slope * (silence[i] - 10) / 4 - .3 * growth[i]));
      lost.push_back(random.uniform() < truth[i] ? 1 : 0);
    }
  }
};

struct Answer {
  std::vector<double> estimate, lo, hi;
  std::vector<RowBasis> basis;
  BatchReport report;
};

Answer score(const LadderModel& model, const std::vector<std::vector<double>>& columns,
             double level = .8) {
  const std::size_t n = columns.empty() ? 0 : columns[0].size();
  Answer a{std::vector<double>(n),
           std::vector<double>(n),
           std::vector<double>(n),
           std::vector<RowBasis>(n),
           {}};
  std::vector<std::span<const double>> spans(columns.begin(), columns.end());
  a.report = churn_probability(model, spans, level, {a.estimate, a.lo, a.hi}, a.basis);
  return a;
}

Result<LadderModel> fit(const Portfolio& a, const LadderOptions& options = {}) {
  const Covariate features[] = {{"silence", a.silence}, {"growth", a.growth}};
  return fit_ladder({features, a.lost}, options);
}

TEST(Ladder, TheLossesChooseTheRung) {
  Portfolio none(30, 1);
  std::fill(none.lost.begin(), none.lost.end(), 0.0);
  const auto prior = fit(none);
  ASSERT_TRUE(prior) << prior.error().message();
  EXPECT_EQ(prior->rung, Rung::prior);
  EXPECT_EQ(prior->events, 0);
  const auto few = fit(Portfolio(40, 2));
  ASSERT_TRUE(few);
  EXPECT_EQ(few->rung, Rung::informative);
  EXPECT_GT(few->events, 0);
  EXPECT_LT(few->events, 30);
  const auto many = fit(Portfolio(2000, 3));
  ASSERT_TRUE(many);
  EXPECT_EQ(many->rung, Rung::ridge);
  EXPECT_GT(many->auc, .65);
  EXPECT_GT(many->brier_skill, 0);
  EXPECT_NEAR(many->calibration.slope, 1, .3);
  // Everybody lost is as little to learn from as nobody.
  Portfolio all(2000, 4);
  std::fill(all.lost.begin(), all.lost.end(), 1.0);
  EXPECT_EQ(fit(all)->rung, Rung::informative);
}

// 0 of 12: the estimate is below the prior's, above 0, and the interval wide.
TEST(Ladder, NobodyLostYetIsNotNobodyEver) {
  const std::vector<double> lost(12, 0.0);
  const auto model = fit_ladder({{}, lost});
  ASSERT_TRUE(model);
  Answer a{std::vector<double>(1), std::vector<double>(1), std::vector<double>(1), {}, {}};
  ASSERT_TRUE(churn_probability(*model, {}, .8, {a.estimate, a.lo, a.hi}).ok());
  EXPECT_LT(a.estimate[0], .1);
  EXPECT_GT(a.lo[0], .005);
  EXPECT_GT(a.hi[0], .08);
}

TEST(Ladder, MoreSilenceMoreRiskOnEveryRung) {
  for (const std::size_t n : {40u, 3000u}) {
    const auto model = fit(Portfolio(n, 5));
    ASSERT_TRUE(model);
    const auto a = score(*model, {{2, 6, 10, 14, 18}, {0, 0, 0, 0, 0}});
    ASSERT_TRUE(a.report.ok());
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_TRUE(0 < a.lo[i] && a.lo[i] < a.estimate[i] && a.estimate[i] < a.hi[i] && a.hi[i] < 1);
      EXPECT_GT(a.estimate[i], i > 0 ? a.estimate[i - 1] : 0) << n;
    }
  }
}

// The unknown is averaged, not taken for good: an account without history is near the base rate,
// and its interval is wider than that of an average account.
TEST(Ladder, AnAccountWithoutHistoryIsNotHealthy) {
  for (const std::size_t n : {40u, 3000u}) {
    const Portfolio p(n, 6);
    const auto model = fit(p);
    ASSERT_TRUE(model);
    const auto a = score(*model, {{kNaN, 10, kNaN, 2}, {kNaN, 0, 0, 0}});
    const double base = std::accumulate(p.lost.begin(), p.lost.end(), 0.0) / static_cast<double>(n);
    EXPECT_NEAR(a.estimate[0], base, .06) << n;
    EXPECT_GT(a.estimate[0], 2 * a.estimate[3]) << n;
    EXPECT_GT(a.hi[0] - a.lo[0], a.hi[1] - a.lo[1]) << n;
    EXPECT_EQ(a.basis[0], RowBasis::no_features);
    EXPECT_EQ(a.basis[1], RowBasis::complete);
    EXPECT_EQ(a.basis[2], RowBasis::partial);
  }
}

// Whoever leaves has often not been visited for long: the losses are the accounts without a cell.
TEST(Ladder, ALossWithoutAFeatureIsStillALoss) {
  for (const std::size_t n : {40u, 400u}) {
    Portfolio p(n, 12);
    for (std::size_t i = 0; i < n; ++i) {
      p.lost[i] = i % 10 == 3 ? 1 : 0;
      if (i % 10 == 3) p.silence[i] = kNaN;
    }
    const auto model = fit(p);
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_EQ(model->events, static_cast<double>(n / 10));
    EXPECT_EQ(model->accounts, static_cast<double>(n));
    EXPECT_EQ(model->rung, n == 40 ? Rung::informative : Rung::ridge);
    EXPECT_EQ(model->incomplete_rows, n / 10);
    EXPECT_EQ(model->first_incomplete, 3u);
    EXPECT_EQ(model->rows.rows_rejected, 0u);
    const auto a = score(*model, {p.silence, p.growth});
    ASSERT_TRUE(a.report.ok());
    EXPECT_EQ(a.report.rows_scored, n);
    EXPECT_EQ(a.basis[3], RowBasis::partial);
    EXPECT_NEAR(std::accumulate(a.estimate.begin(), a.estimate.end(), 0.0) / double(n), .1, .03);
  }
}

// Rows without the one feature look alike, but are so many accounts: each fold has its part of
// them.
TEST(Ladder, GapsAreSpreadOverTheFolds) {
  Portfolio p(400, 15);
  for (std::size_t i = 0; i < 400; ++i) {
    p.lost[i] = i % 10 == 3 || i < 2 ? 1 : 0;
    if (i % 10 == 3) p.silence[i] = kNaN;
  }
  const Covariate features[] = {{"silence", p.silence}};
  const auto model = fit_ladder({features, p.lost});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->rung, Rung::ridge);
  EXPECT_FALSE(std::isnan(model->auc));
  EXPECT_NEAR(model->log_loss, -(42 * std::log(.105) + 358 * std::log(.895)) / 400, .02);
  std::reverse(p.silence.begin(), p.silence.end());
  std::reverse(p.lost.begin(), p.lost.end());
  EXPECT_EQ(fit_ladder({features, p.lost})->log_loss, model->log_loss);
}

// The same draws as from the posterior of a table in which the gaps were filled by hand.
TEST(Ladder, AMissingFeatureIsTheMeanOfTheKnownOnes) {
  std::vector<double> silence, lost, z;
  double mean = 0, square = 0;
  for (int i = 0; i < 40; ++i) {
    silence.push_back(i < 6 ? kNaN : i * i);
    lost.push_back(i % 7 == 0 ? 1 : 0);
    if (i >= 6) mean += i * i / 34.0;
  }
  for (int i = 6; i < 40; ++i) square += (i * i - mean) * (i * i - mean) / 34;
  for (const double x : silence) z.push_back(std::isnan(x) ? 0 : (x - mean) / std::sqrt(square));
  std::sort(lost.begin(), lost.begin() + 6);  // the order in which the ladder takes its rows
  const Covariate features[] = {{"silence", silence}}, filled[] = {{"silence", z}};
  const auto model = fit_ladder({features, lost});
  const std::vector<double> once(40, 1.0);
  const NormalPrior effect[] = {{0, kUsualEffectSpread}};
  const auto by_hand = sample_logistic(
      {filled, lost, once},
      {.intercept_prior = {std::log(.1 / .9), 1}, .priors = effect, .draws = 399, .seed = 1});
  ASSERT_TRUE(model && by_hand);
  EXPECT_NEAR(model->features[0].centre, mean, 1e-12 * mean);
  EXPECT_NEAR(model->features[0].scale, std::sqrt(square), 1e-12 * mean);
  ASSERT_EQ(model->draws.size(), by_hand->draws.size());
  for (std::size_t d = 0; d < model->draws.size(); ++d)
    EXPECT_NEAR(model->draws[d], by_hand->draws[d], 2e-6);
}

TEST(Ladder, AGapChangesNothingButTheRowItIsIn) {
  for (const bool external : {false, true}) {
    for (const std::size_t n : {40u, 2000u}) {
      Portfolio p(n, 13);
      auto& column = external ? p.truth : p.silence;
      for (std::size_t i = 0; i < n; i += 9) column[i] = kNaN;
      auto turned = p;
      for (auto* c : {&turned.silence, &turned.truth, &turned.lost})
        std::reverse(c->begin(), c->end());
      const auto fit_column = [&](const Portfolio& from) {
        const Covariate features[] = {{"x", external ? from.truth : from.silence}};
        return fit_ladder({features, from.lost}, {.external = external});
      };
      const auto one = fit_column(p), other = fit_column(turned);
      ASSERT_TRUE(one && other);
      EXPECT_EQ(one->accounts, static_cast<double>(n));
      EXPECT_EQ(one->incomplete_rows, (n + 8) / 9);
      const double x = external ? .2 : 12;
      EXPECT_EQ(score(*one, {{x, kNaN}}).estimate, score(*other, {{x, kNaN}}).estimate);
      // Missing at random: the effect is the one of the complete rows.
      Portfolio complete = p;
      for (std::size_t i = n; i-- > 0;) {
        if (i % 9 != 0) continue;
        for (auto* c : {&complete.silence, &complete.truth, &complete.lost})
          c->erase(c->begin() + static_cast<std::ptrdiff_t>(i));
      }
      EXPECT_NEAR(score(*one, {{x}}).estimate[0], score(*fit_column(complete), {{x}}).estimate[0],
                  n == 40 ? .06 : .02);
    }
  }
}

TEST(Ladder, AFeatureThatNobodyHasHasNoEffect) {
  for (const std::size_t n : {40u, 2000u}) {
    Portfolio p(n, 14);
    std::fill(p.growth.begin(), p.growth.end(), kNaN);
    const auto model = fit(p);
    ASSERT_TRUE(model) << model.error().message();
    EXPECT_NE(model->warning.find("'growth'"), std::string::npos) << model->warning;
    const auto a = score(*model, {{12, 12, 12}, {kNaN, 0, 1e6}});
    EXPECT_EQ(a.estimate[0], a.estimate[1]);
    EXPECT_EQ(a.estimate[1], a.estimate[2]);
    EXPECT_EQ(a.hi[0] - a.lo[0], a.hi[2] - a.lo[2]);
  }
}

// Truths from the prior itself, forty accounts each: 80 % intervals hold the probability of an
// account in 80 % of cases. Features are standardised by the sample, a part of the model here.
TEST(Ladder, IntervalsHoldWhatTheySayWithFortyAccounts) {
  constexpr std::size_t kPortfolios = 1000, kAccounts = 40;
  double sum = 0, square = 0;
  for (std::size_t s = 0; s < kPortfolios; ++s) {
    Random random(s, 5);
    const double base = std::log(.1 / .9) + random.normal();
    const double effects[2] = {kUsualEffectSpread * random.normal(),
                               kUsualEffectSpread * random.normal()};
    std::vector<std::vector<double>> z(2, std::vector<double>(kAccounts));
    for (auto& column : z) {
      double mean = 0, sd = 0;
      for (double& v : column) mean += (v = random.normal()) / kAccounts;
      for (double& v : column) sd += (v - mean) * (v - mean) / kAccounts;
      for (double& v : column) v = (v - mean) / std::sqrt(sd);
    }
    std::vector<double> truth(kAccounts), lost(kAccounts);
    for (std::size_t i = 0; i < kAccounts; ++i) {
      truth[i] = logistic(base + effects[0] * z[0][i] + effects[1] * z[1][i]);
      lost[i] = random.uniform() < truth[i] ? 1 : 0;
    }
    const Covariate features[] = {{"a", z[0]}, {"b", z[1]}};
    const auto model = fit_ladder({features, lost}, {.minimum_events = 1e9, .seed = s});
    ASSERT_TRUE(model);
    const auto a = score(*model, z);
    double covered = 0;
    for (std::size_t i = 0; i < kAccounts; ++i)
      covered += a.lo[i] <= truth[i] && truth[i] <= a.hi[i] ? 1.0 / kAccounts : 0;
    sum += covered;
    square += covered * covered;
  }
  const double mean = sum / kPortfolios;
  const double se = std::sqrt((square / kPortfolios - mean * mean) / kPortfolios);
  std::printf("  coverage of 80 %%: %.4f, standard error %.4f\n", mean, se);
  EXPECT_NEAR(mean, .8, 3 * se);
  EXPECT_LT(se, .01);
}

// A score that is right, one that is far too sure of itself, with many losses and with few.
TEST(Ladder, AnExternalScoreIsCalibrated) {
  const Portfolio p(4000, 7);
  std::vector<double> sure;
  for (const double truth : p.truth)
    sure.push_back(logistic(3 * (std::log(truth) - std::log1p(-truth)) + 2));
  for (const auto& given : {p.truth, sure}) {
    const Covariate features[] = {{"score", given}};
    const auto model = fit_ladder({features, p.lost}, {.external = true});
    ASSERT_TRUE(model);
    EXPECT_EQ(model->rung, Rung::ridge);
    const auto a = score(*model, {given});
    double error = 0;
    for (std::size_t i = 0; i < given.size(); ++i)
      error += std::fabs(a.estimate[i] - p.truth[i]) / static_cast<double>(given.size());
    EXPECT_LT(error, .02);
  }
  // Without a loss it stays what it was, a little lower.
  const std::vector<double> half{.05, .1, .2, .4}, none(4, 0.0);
  const Covariate features[] = {{"score", half}};
  const auto model = fit_ladder({features, none}, {.external = true});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->rung, Rung::prior);
  const auto a = score(*model, {half});
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_LT(a.estimate[i], 1.6 * half[i]);
    EXPECT_GT(a.hi[i], half[i]);
    EXPECT_LT(a.lo[i], half[i]);
  }
  EXPECT_EQ(score(*model, {{1.2}}).report.rows_rejected, 1u);
  EXPECT_FALSE(fit_ladder({{}, none}, {.external = true}));
}

// Rows of one account do not count as so many accounts.
TEST(Ladder, SeveralCutsOfAnAccountCountOnce) {
  const Portfolio p(40, 8);
  std::vector<double> silence, growth, lost, account;
  for (std::size_t i = 0; i < 40; ++i) {
    for (int cut = 0; cut < 5; ++cut) {
      silence.push_back(p.silence[i]);
      growth.push_back(p.growth[i]);
      lost.push_back(p.lost[i]);
      account.push_back(static_cast<double>(i));
    }
  }
  const Covariate features[] = {{"silence", silence}, {"growth", growth}};
  const auto cuts = fit_ladder({features, lost, {}, account});
  const auto once = fit(p);
  ASSERT_TRUE(cuts && once);
  EXPECT_EQ(cuts->events, once->events);
  EXPECT_EQ(cuts->accounts, 40);
  EXPECT_EQ(cuts->rung, once->rung);
  const auto a = score(*cuts, {{6, 14}, {0, 0}}), b = score(*once, {{6, 14}, {0, 0}});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(a.estimate[i], b.estimate[i], .03);
    EXPECT_NEAR(a.hi[i] - a.lo[i], b.hi[i] - b.lo[i], .05);
  }
}

TEST(Ladder, NeitherRowOrderNorUnitsMatter) {
  for (const std::size_t n : {40u, 1500u}) {
    const Portfolio p(n, 9);
    Portfolio turned = p;
    for (auto* column : {&turned.silence, &turned.growth, &turned.lost})
      std::reverse(column->begin(), column->end());
    const auto one = fit(p), other = fit(turned);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(score(*one, {{12}, {.5}}).estimate, score(*other, {{12}, {.5}}).estimate);
    for (double& v : turned.silence) v = 7 * v - 3;
    const auto scaled = fit(turned);
    ASSERT_TRUE(scaled);
    EXPECT_NEAR(score(*scaled, {{7 * 12 - 3}, {.5}}).estimate[0],
                score(*one, {{12}, {.5}}).estimate[0], n == 40 ? .02 : 1e-2);
  }
}

TEST(Ladder, HostileInput) {
  Portfolio p(60, 10);
  p.silence[3] = kNaN;
  p.growth[4] = HUGE_VAL;
  p.lost[5] = kNaN;
  p.lost[6] = 2;
  const auto model = fit(p);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->rows.rows_rejected, 2u);
  EXPECT_EQ(model->rows.first_rejected, 4u);
  EXPECT_EQ(model->incomplete_rows, 1u);
  EXPECT_EQ(model->first_incomplete, 3u);
  EXPECT_EQ(model->unknown_outcomes, 1u);
  EXPECT_EQ(model->accounts, 57);
  const auto a = score(*model, {{HUGE_VAL, 10}, {0, 1e300}});
  EXPECT_EQ(a.report.rows_rejected, 1u);
  EXPECT_TRUE(std::isnan(a.estimate[0]) && std::isnan(a.lo[0]) && std::isnan(a.hi[0]));
  EXPECT_TRUE(a.estimate[1] >= 0 && a.estimate[1] <= 1);

  // Constant and equal columns, no rows at all.
  const std::vector<double> constant(60, 5.0);
  const Covariate features[] = {{"a", constant}, {"b", p.growth}, {"c", p.growth}};
  EXPECT_TRUE(fit_ladder({features, p.lost}));
  EXPECT_EQ(fit_ladder({{}, {}})->rung, Rung::prior);
  for (const auto& bad : {LadderOptions{.base_rate = 0}, LadderOptions{.base_rate_sigma = -1},
                          LadderOptions{.minimum_events = 0}, LadderOptions{.ridge = -1},
                          LadderOptions{.folds = 1}, LadderOptions{.draws = 3}}) {
    EXPECT_FALSE(fit(p, bad));
  }
  EXPECT_FALSE(score(*model, {{1}, {2}}, 1.5).report.ok());
  EXPECT_FALSE(score(*model, {{1}}).report.ok());
  LadderModel damaged = *model;
  damaged.draws.pop_back();
  EXPECT_FALSE(score(damaged, {{1}, {2}}).report.ok());
}

}  // namespace
}  // namespace kam::churn
