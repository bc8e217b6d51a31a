#include <kam/value/loyalty.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity();

bool is_nan(const Interval& x) {
  return std::isnan(x.estimate) && std::isnan(x.lo) && std::isnan(x.hi);
}

// --- published ---------------------------------------------------------------

TEST(LoyaltyPublished, ClumpinessOfZhangBradlowSmall) {  // the formula, recomputed in R 4.2.2
  EXPECT_NEAR(clumpiness(Values{1, 2, 3, 40}, 52), .490304, 5e-7);
  EXPECT_NEAR(clumpiness(Values{11, 21, 32, 42}, 52), .000668, 5e-7);
}

TEST(LoyaltyPublished, NetPromoterScoreAndItsError) {
  EXPECT_NEAR(net_promoter_score({45, 30, 25}), 20, 1e-12);
  EXPECT_NEAR(net_promoter_standard_error({45, 30, 25}), 8.12, .005);
  EXPECT_NEAR(net_promoter_score({2, 0, 1}), 100 / 3.0, 1e-12);
  EXPECT_NEAR(net_promoter_standard_error({2, 0, 1}), 54.4, .05);
}

TEST(LoyaltyPublished, WalletAllocationRuleAppendixA) {
  const std::vector<Values> table = {{1}, {2 / 3., 1 / 3.}, {.5, 1 / 3., 1 / 6.}, {.4, .3, .2, .1}};
  for (const Values& shares : table) {
    Values ratings(shares.size()), out(shares.size());
    for (std::size_t i = 0; i < shares.size(); ++i) ratings[i] = -static_cast<double>(i);
    ASSERT_TRUE(wallet_allocation(ratings, out).ok());
    for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_NEAR(out[i], shares[i], 1e-15);
  }
}

TEST(LoyaltyPublished, SatisfactionIndexAndJeffreysInterval) {
  EXPECT_NEAR(satisfaction_index(Values{8.2, 7.5, 7.9}, Values{.4, .3, .3}), 76.666667, 5e-7);
  const Interval losses = observed_rate(4, 40, .95);  // 3.5–22 %
  EXPECT_EQ(losses.estimate, .1);
  EXPECT_NEAR(losses.lo, .035, .0005);
  EXPECT_NEAR(losses.hi, .22, .005);
}

// --- laws --------------------------------------------------------------------

TEST(LoyaltyLaws, ShrunkRateLiesBetweenPriorAndDataAndNarrows) {
  const BetaPrior prior{3, 1};
  double width = 1;
  for (double m = 10; m < 1e9; m *= 10) {
    const Interval rate = repurchase_rate(.4 * m, m, prior);
    EXPECT_EQ(rate.estimate, shrunk_rate(.4 * m, m, prior));
    EXPECT_GT(rate.estimate, .4);
    EXPECT_LT(rate.estimate, .75);
    EXPECT_LT(rate.lo, rate.estimate);
    EXPECT_LT(rate.estimate, rate.hi);
    EXPECT_LT(rate.hi - rate.lo, width);
    width = rate.hi - rate.lo;
  }
  EXPECT_EQ(shrunk_rate(0, 0, prior), .75);
}

TEST(LoyaltyLaws, ClumpinessIsTimeSymmetricAndWithinBounds) {
  Random random(7);
  for (int trial = 0; trial < 500; ++trial) {
    Values events, mirrored;
    for (double t = 1; t <= 52; ++t) {
      if (random.uniform() < .2) events.push_back(t);
    }
    if (events.empty()) continue;
    for (const double t : events) mirrored.insert(mirrored.begin(), 53 - t);
    const double h = clumpiness(events, 52);
    EXPECT_NEAR(clumpiness(mirrored, 52), h, 1e-14);
    EXPECT_GE(h, 0);
    EXPECT_LT(h, 1);
  }
  EXPECT_NEAR(clumpiness(Values{13, 26, 39}, 51), 0, 1e-15);  // evenly spaced
  EXPECT_GT(clumpiness(Values{1, 2, 3, 4}, 1e6), .99);
}

TEST(LoyaltyLaws, WalletSharesAddUpAndTiesShare) {
  Random random(8);
  for (std::size_t n = 1; n < 40; ++n) {
    Values ratings(n), shares(n);
    for (double& r : ratings) r = std::floor(10 * random.uniform());
    ASSERT_TRUE(wallet_allocation(ratings, shares).ok());
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-14);
    for (std::size_t i = 1; i < n; ++i) {
      EXPECT_EQ(ratings[i] > ratings[0], shares[i] > shares[0]);
      EXPECT_EQ(ratings[i] == ratings[0], shares[i] == shares[0]);
    }
  }
}

TEST(LoyaltyLaws, MirroredAnswersMirrorTheScore) {
  const Answers prior{2, 3, 1}, mirror{1, 3, 2};
  const Interval a = shrunk_net_promoter_score({5, 1, 2}, prior);
  const Interval b = shrunk_net_promoter_score({2, 1, 5}, mirror);
  EXPECT_NEAR(a.estimate, -b.estimate, 1e-12);
  EXPECT_NEAR(a.lo, -b.hi, 1e-10);
  const Interval all = shrunk_net_promoter_score({1e6, 0, 0}, prior);
  EXPECT_LE(all.hi, 100);
  EXPECT_LT(all.lo, all.hi);
  EXPECT_NEAR(shrunk_net_promoter_score({0, 0, 0}, prior).estimate, 100 / 6.0, 1e-12);
}

TEST(LoyaltyLaws, BothPartsOfLoyaltyStay) {
  EXPECT_EQ(loyalty_type(.9, 80, .5, 60).type, LoyaltyType::true_loyalty);
  EXPECT_EQ(loyalty_type(.9, 40, .5, 60).type, LoyaltyType::spurious);
  EXPECT_EQ(loyalty_type(.1, 60, .5, 60).type, LoyaltyType::latent);
  EXPECT_EQ(loyalty_type(.1, 40, .5, 60).type, LoyaltyType::none);
  const Loyalty unknown = loyalty_type(.9, kNaN, .5, 60);
  EXPECT_EQ(unknown.type, LoyaltyType::unknown);
  EXPECT_EQ(unknown.behaviour, .9);
  EXPECT_STREQ(loyalty_type_name(LoyaltyType::true_loyalty), "true");
}

TEST(LoyaltyLaws, ValueAndWallet) {
  const DeliveredValue value{40, 20, 10, 5, 30, 5, 5, 10};
  EXPECT_EQ(value.benefit(), 75);
  EXPECT_EQ(value.cost(), 50);
  EXPECT_EQ(value.value(), 25);
  EXPECT_EQ(customer_value_added(8, 10), .8);
  EXPECT_EQ(share_of_wallet(25, 100), .25);
  const Interval share = share_of_wallet(50, {100, 40, 200});
  EXPECT_EQ(share.estimate, .5);
  EXPECT_EQ(share.lo, .25);
  EXPECT_EQ(share.hi, 1);
  EXPECT_EQ(share_of_wallet(0, {10, 0, 20}).hi, 0);
}

// --- independent path --------------------------------------------------------

TEST(LoyaltyPath, BetaQuantilesAgainstIntegration) {  // midpoint rule, long double
  for (const BetaPrior& p : {BetaPrior{2, 3}, BetaPrior{17.5, 1.5}, BetaPrior{40, 400}}) {
    const Interval interval = beta_interval(p.a, p.b, .8);
    long double below = 0, above = 0, whole = 0;
    constexpr int kSteps = 400'000;
    for (int i = 0; i < kSteps; ++i) {
      const long double x = (i + .5L) / kSteps;
      const long double density = std::exp((p.a - 1) * std::log(x) + (p.b - 1) * std::log1p(-x));
      whole += density;
      (x < interval.lo ? below : above) += x < interval.lo || x > interval.hi ? density : 0;
    }
    EXPECT_NEAR(static_cast<double>(below / whole), .1, 1e-4);
    EXPECT_NEAR(static_cast<double>(above / whole), .1, 1e-4);
  }
}

TEST(LoyaltyPath, NetPromoterIntervalAgainstDirichletDraws) {
  for (const Answers& posterior : {Answers{4, 3, 2}, Answers{30, 5, 1.5}, Answers{2, .01, 2}}) {
    const Answers half{posterior.promoters / 2, posterior.passives / 2, posterior.detractors / 2};
    const Interval interval = shrunk_net_promoter_score(half, half, .8);
    Random random(9);
    constexpr int kDraws = 200'000;
    double sum = 0, below = 0, above = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double p = random.gamma(posterior.promoters), q = random.gamma(posterior.passives),
                   d = random.gamma(posterior.detractors);
      const double score = 100 * (p - d) / (p + q + d);
      sum += score;
      below += score < interval.lo ? 1 : 0;
      above += score > interval.hi ? 1 : 0;
    }
    EXPECT_NEAR(sum / kDraws, interval.estimate, .5);
    EXPECT_NEAR(below / kDraws, .1, .01);
    EXPECT_NEAR(above / kDraws, .1, .01);
  }
}

TEST(LoyaltyPath, PriorsAreFoundAgainInSimulatedPortfolios) {
  Random random(10);
  constexpr std::size_t kAccounts = 20'000;
  Values k(kAccounts), m(kAccounts);
  std::vector<Answers> answers(kAccounts, {0, 0, 0});
  for (std::size_t i = 0; i < kAccounts; ++i) {
    m[i] = static_cast<double>(1 + random.below(12));
    const double rate = random.beta(3, 2);
    const double p = random.gamma(2), q = random.gamma(1.5), d = random.gamma(.5);
    for (double t = 0; t < m[i]; ++t) {
      k[i] += random.uniform() < rate ? 1 : 0;
      const double u = random.uniform() * (p + q + d);
      (u < p ? answers[i].promoters : u < p + q ? answers[i].passives : answers[i].detractors) += 1;
    }
  }
  const auto prior = fit_rate_prior(k, m);
  EXPECT_NEAR(prior->a, 3, .15);
  EXPECT_NEAR(prior->b, 2, .1);
  const auto nps = fit_net_promoter_prior(answers);
  EXPECT_NEAR(nps->promoters, 2, .1);
  EXPECT_NEAR(nps->passives, 1.5, .1);
  EXPECT_NEAR(nps->detractors, .5, .05);
}

TEST(LoyaltyPath, BatchesAreTheRowsAlone) {
  const Values k = {3, 0, 5, kNaN}, m = {4, 0, 4, 2};
  Values mean(4), lo(4), hi(4);
  const BatchReport report = repurchase_rate(k, m, {2, 1}, .8, {mean, lo, hi});
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_rejected, 2u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  const Interval alone = repurchase_rate(3, 4, {2, 1});
  EXPECT_EQ(mean[0], alone.estimate);
  EXPECT_EQ(lo[0], alone.lo);
  EXPECT_EQ(hi[0], alone.hi);
  EXPECT_NEAR(mean[1], 2 / 3.0, 1e-16);
  EXPECT_TRUE(std::isnan(lo[2]) && std::isnan(hi[3]) && std::isnan(mean[3]));

  const std::vector<Answers> answers = {{2, 0, 1}, {-1, 0, 1}, {0, 0, 0}};
  Values score(3), low(3), high(3);
  EXPECT_EQ(shrunk_net_promoter_score(answers, {3, 2, 1}, .9, {score, low, high}).rows_scored, 2u);
  EXPECT_EQ(score[0], shrunk_net_promoter_score(answers[0], {3, 2, 1}).estimate);
  EXPECT_TRUE(std::isnan(score[1]));

  const Values events = {1, 2, 3, 40, 11, 21, 32, 42, 5, 5};
  const std::vector<std::size_t> offsets = {0, 4, 8, 8, 10};
  Values h(4);
  EXPECT_EQ(clumpiness(events, offsets, 52, h).rows_rejected, 2u);
  EXPECT_EQ(h[1], clumpiness(Values{11, 21, 32, 42}, 52));
}

TEST(LoyaltyPath, NetPriceIndexCoversTheTrueIndex) {
  Random random(11);
  int covered = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    Values net(60), reference(60);
    for (std::size_t i = 0; i < net.size(); ++i) {
      reference[i] = 50 + 100 * random.uniform();
      net[i] = reference[i] * (.9 + .1 * random.normal());
    }
    const Interval index = guarantees({}, net, reference)->net_price_index;
    covered += index.lo <= .9 && .9 <= index.hi ? 1 : 0;
  }
  EXPECT_NEAR(covered / static_cast<double>(kTrials), .8, .04);
}

// --- hostile -----------------------------------------------------------------

TEST(LoyaltyHostile, NoDataIsNaNAndNeverZero) {
  const auto nothing = guarantees({}, {}, {});
  EXPECT_TRUE(is_nan(nothing->return_rate) && is_nan(nothing->sla_attainment));
  EXPECT_TRUE(is_nan(nothing->on_time_in_full) && is_nan(nothing->net_price_index));
  const auto some = guarantees({.returned = 0, .delivered = 20}, Values{90, kNaN}, Values{100, 5});
  EXPECT_EQ(some->return_rate.lo, 0);
  EXPECT_GT(some->return_rate.hi, 0);
  EXPECT_EQ(some->net_price_index.estimate, .9);
  EXPECT_TRUE(std::isnan(some->net_price_index.lo));
  EXPECT_TRUE(std::isnan(net_promoter_score({0, 0, 0})));
  EXPECT_TRUE(std::isnan(net_promoter_standard_error({0, 0, 0})));
  EXPECT_TRUE(std::isnan(satisfaction_index(Values{kNaN, kNaN})));
  EXPECT_NEAR(satisfaction_index(Values{kNaN, 5.5}), 50, 1e-12);
}

TEST(LoyaltyHostile, ValuesOutsideTheirDomain) {
  for (double bad : {-1.0, kNaN, kInf}) {
    EXPECT_TRUE(is_nan(repurchase_rate(bad, 3, kJeffreysPrior)));
    EXPECT_TRUE(is_nan(repurchase_rate(1, 3, {bad, 1})));
    EXPECT_TRUE(is_nan(observed_rate(1, bad)));
    EXPECT_TRUE(is_nan(beta_interval(1, 1, bad)));
    EXPECT_TRUE(is_nan(shrunk_net_promoter_score({bad, 1, 1}, {1, 1, 1})));
    EXPECT_TRUE(is_nan(shrunk_net_promoter_score({1, 1, 1}, {1, 1, 0})));
    EXPECT_TRUE(std::isnan(share_of_wallet(bad, 100)));
    EXPECT_TRUE(std::isnan(customer_value_added(bad, 1)));
    EXPECT_TRUE(std::isnan(wallet_allocation(1, bad)));
    EXPECT_TRUE(std::isnan(clumpiness(Values{bad}, 52)));
    EXPECT_TRUE(std::isnan(clumpiness(Values{1}, bad)));
  }
  EXPECT_TRUE(std::isnan(share_of_wallet(120, 100)));
  EXPECT_TRUE(is_nan(share_of_wallet(120, {100, 90, 110})));
  EXPECT_TRUE(is_nan(share_of_wallet(10, {100, 110, 90})));
  EXPECT_TRUE(std::isnan(clumpiness(Values{3, 2}, 52)));
  EXPECT_TRUE(std::isnan(clumpiness(Values{53}, 52)));
  EXPECT_TRUE(std::isnan(satisfaction_index(Values{11}, Values{1})));
  EXPECT_TRUE(std::isnan(satisfaction_index(Values{5}, Values{-1})));
  EXPECT_TRUE(std::isnan(satisfaction_index(Values{5}, Values{0})));
  Values shares(3);
  EXPECT_EQ(wallet_allocation(Values{3, kNaN, 1}, shares).rows_rejected, 1u);
  EXPECT_NEAR(shares[0] + shares[2], 1, 1e-15);
}

TEST(LoyaltyHostile, CallsThatCannotBeDone) {
  Values two(2), three(3);
  EXPECT_FALSE(repurchase_rate(two, three, {1, 1}, .8, {two, two, two}).ok());
  EXPECT_FALSE(repurchase_rate(two, two, {0, 1}, .8, {two, two, two}).ok());
  EXPECT_FALSE(repurchase_rate(two, two, {1, 1}, 1, {two, two, two}).ok());
  EXPECT_FALSE(repurchase_rate(two, two, {1, 1}, .8, {two, three, two}).ok());
  EXPECT_FALSE(wallet_allocation(two, three).ok());
  EXPECT_FALSE(guarantees({}, two, three).has_value());
  EXPECT_FALSE(guarantees({}, two, two, 0).has_value());
  EXPECT_FALSE(clumpiness(two, std::vector<std::size_t>{0, 2, 1}, 52, two).ok());
  EXPECT_FALSE(clumpiness(two, std::vector<std::size_t>{0, 3, 2}, 52, two).ok());
  const auto code = [](Values k, Values m) { return fit_rate_prior(k, m).error().code(); };
  EXPECT_EQ(code({1, 2}, {1}), StatusCode::size_mismatch);
  EXPECT_EQ(code({}, {}), StatusCode::insufficient_data);
  EXPECT_EQ(code({3}, {5}), StatusCode::insufficient_data);
  EXPECT_EQ(code({5, 5}, {5, 5}), StatusCode::insufficient_data);
  EXPECT_EQ(code({1, 0}, {1, 1}), StatusCode::insufficient_data);
  const auto alike = fit_rate_prior(Values{2, 2, kNaN}, Values{4, 4, 3});
  EXPECT_EQ(alike->a + alike->b, 8);  // no spread beyond chance: never more than the data
  const std::vector<Answers> content = {{3, 1, 0}, {0, 5, 0}};
  EXPECT_FALSE(fit_net_promoter_prior(content).has_value());
}

}  // namespace
}  // namespace kam::value
