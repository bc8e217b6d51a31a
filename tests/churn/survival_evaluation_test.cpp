/// Concordance and Brier scores against loops over all pairs and rows.
#include <kam/churn/survival_evaluation.hpp>

#include <cmath>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/kaplan_meier.hpp>

#include "reference_table.hpp"

namespace kam {
namespace {

using survival_evaluation::brier;
using survival_evaluation::concordance;
using test::relative_error;

struct Rows {
  std::vector<double> duration, event, entry, weight, risk;
  std::vector<std::uint32_t> stratum;
  [[nodiscard]] SurvivalColumns columns() const { return {duration, event, entry, weight}; }
};

Rows random_rows(std::uint64_t seed, std::size_t n) {
  Rows r;
  Random random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double duration = std::ceil(15 * random.uniform());
    r.duration.push_back(duration);
    r.event.push_back(random.uniform() < .5 ? 1 : 0);
    r.entry.push_back(random.uniform() < .6 ? 0 : std::floor(duration * random.uniform()));
    r.weight.push_back(1 + std::floor(3 * random.uniform()));
    r.risk.push_back(std::floor(8 * random.uniform()) - .1 * duration * (i % 2 == 0 ? 1 : 0));
    r.stratum.push_back(static_cast<std::uint32_t>(2 * random.uniform()));
  }
  return r;
}

survival_evaluation::Concordance brute_force(const Rows& r) {
  survival_evaluation::Concordance c;
  for (std::size_t i = 0; i < r.duration.size(); ++i) {
    if (r.event[i] != 1) continue;
    for (std::size_t j = 0; j < r.duration.size(); ++j) {
      const bool later =
          r.duration[j] > r.duration[i] || (r.duration[j] == r.duration[i] && r.event[j] == 0);
      const bool seen = r.entry[j] < r.duration[i];
      if (!later || !seen || r.stratum[i] != r.stratum[j]) continue;
      const double w = r.weight[i] * r.weight[j];
      if (r.risk[i] > r.risk[j]) c.concordant += w;
      if (r.risk[i] < r.risk[j]) c.discordant += w;
      if (r.risk[i] == r.risk[j]) c.tied_risk += w;
    }
  }
  return c;
}

TEST(Concordance, AgreesWithAllPairs) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Rows r = random_rows(seed, 120);
    const auto c = concordance(r.columns(), r.risk, r.stratum, 2);
    const auto expected = brute_force(r);
    ASSERT_TRUE(c);
    EXPECT_EQ(c->concordant, expected.concordant);
    EXPECT_EQ(c->discordant, expected.discordant);
    EXPECT_EQ(c->tied_risk, expected.tied_risk);
  }
}

/// Few times for many rows, all seen from the beginning: another order of counting.
TEST(Concordance, AgreesWithAllPairsWhereTimesAreFew) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Rows r = random_rows(seed, 400);
    std::fill(r.entry.begin(), r.entry.end(), 0.0);
    std::fill(r.stratum.begin(), r.stratum.end(), 0U);
    if (seed % 2 == 0) std::fill(r.weight.begin(), r.weight.end(), 1.0);
    if (seed % 3 == 0) r.duration[5] = 0;
    if (seed % 4 == 0) std::fill(r.risk.begin(), r.risk.end(), 1.5);
    if (seed % 4 == 1)  // told apart by their last bits alone
      for (double& risk : r.risk) risk = 1 + 1e-13 * risk;
    const auto expected = brute_force(r);
    const auto c = concordance(r.columns(), r.risk);
    ASSERT_TRUE(c);
    EXPECT_EQ(c->concordant, expected.concordant) << seed;
    EXPECT_EQ(c->discordant, expected.discordant) << seed;
    EXPECT_EQ(c->tied_risk, expected.tied_risk) << seed;
  }
}

TEST(Concordance, Laws) {
  const Rows r = random_rows(31, 200);
  const double c = concordance(r.columns(), r.risk)->value();
  std::vector<double> turned, stretched;
  for (const double v : r.risk) {
    turned.push_back(-v);
    stretched.push_back(std::exp(v) * 1e10);
  }
  EXPECT_NEAR(concordance(r.columns(), turned)->value(), 1 - c, 1e-14);
  EXPECT_EQ(concordance(r.columns(), stretched)->value(), c);
  EXPECT_EQ(concordance(r.columns(), std::vector<double>(200, 3))->value(), .5);
  std::vector<double> perfect;
  for (const double t : r.duration) perfect.push_back(-t);
  EXPECT_GT(concordance(r.columns(), perfect)->value(), .9);
}

TEST(Concordance, CountsBeyondTheRangeOf32Bits) {
  const std::size_t n = 200'000;
  std::vector<double> duration(n), event(n, 1), risk(n);
  for (std::size_t i = 0; i < n; ++i) duration[i] = risk[i] = static_cast<double>(i);
  const auto c = concordance({duration, event}, risk);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->value(), 0);
  EXPECT_EQ(c->discordant, 0.5 * static_cast<double>(n) * static_cast<double>(n - 1));
}

TEST(Concordance, HostileInput) {
  const std::vector<double> duration{1, 2, 3, -1}, event{1, 1, 1, 1}, risk{1, kNaN, 0, 5};
  const auto c = concordance({duration, event}, risk);  // one pair is left
  ASSERT_TRUE(c);
  EXPECT_EQ(c->concordant, 1);
  EXPECT_EQ(c->value(), 1);
  const std::vector<double> none{0, 0, 0, 0};
  EXPECT_TRUE(std::isnan(concordance({duration, none}, risk)->value()));
  EXPECT_TRUE(std::isnan(concordance(SurvivalColumns{}, {})->value()));
  EXPECT_EQ(concordance({duration, event}, none)->value(), .5);
  EXPECT_EQ(concordance({duration, event}, std::vector<double>{1}).error().code(),
            StatusCode::size_mismatch);
}

// ---- Brier --------------------------------------------------------------------------------------

/// P(not yet censored at t), or just before t: product over the censoring times, by the definition.
double not_censored(const Rows& r, double t, bool before) {
  double g = 1;
  for (double u = 0; u <= 16; ++u) {
    if (before ? u >= t : u > t) break;
    double censored = 0, at_risk = 0;
    for (std::size_t i = 0; i < r.duration.size(); ++i) {
      const bool left = r.event[i] == 1 && r.duration[i] == u;
      if (r.duration[i] >= u && !left) at_risk += r.weight[i];
      if (r.duration[i] == u && r.event[i] == 0) censored += r.weight[i];
    }
    if (censored > 0) g *= 1 - censored / at_risk;
  }
  return g;
}

TEST(Brier, AgreesWithTheDefinition) {
  Rows r = random_rows(41, 150);
  r.entry.clear();
  const std::vector<double> times{2, 5, 9.5, 12};
  std::vector<double> survival;
  Random random(3);
  for (std::size_t i = 0; i < 150 * 4; ++i) survival.push_back(random.uniform());
  const auto scores = brier(r.columns(), times, survival);
  ASSERT_TRUE(scores);
  double area = 0, last = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < 150; ++i) {
      const double s = survival[4 * i + k], t = times[k];
      weight += r.weight[i];
      if (r.duration[i] > t) {
        sum += r.weight[i] * (1 - s) * (1 - s) / not_censored(r, t, false);
      } else if (r.event[i] == 1) {
        sum += r.weight[i] * s * s / not_censored(r, r.duration[i], true);
      }
    }
    EXPECT_LE(relative_error(scores->score[k], sum / weight), 1e-12);
    if (k > 0) area += (sum / weight + last) / 2 * (times[k] - times[k - 1]);
    last = sum / weight;
  }
  EXPECT_LE(relative_error(scores->integrated, area / 10), 1e-12);
}

TEST(Brier, WithoutCensoringItIsTheMeanSquaredError) {
  const std::vector<double> duration{1, 2, 3, 4}, event{1, 1, 1, 1}, times{2.5};
  const std::vector<double> survival{.1, .4, .8, .9};
  const auto scores = brier({duration, event}, times, survival);
  ASSERT_TRUE(scores);
  EXPECT_DOUBLE_EQ(scores->score[0], (.01 + .16 + .04 + .01) / 4);
  EXPECT_EQ(scores->integrated, scores->score[0]);
}

TEST(Brier, CensoringWeightsRemoveTheBias) {  // the same rows with and without censoring
  Random random(6);
  std::vector<double> life, duration, event, survival;
  const double time = 1;
  for (int i = 0; i < 20'000; ++i) {
    const double rate = i % 2 == 0 ? .5 : 1.5, seen = 3 * random.uniform();
    life.push_back(random.exponential() / rate);
    duration.push_back(std::fmin(life.back(), seen));
    event.push_back(life.back() <= seen ? 1 : 0);
    survival.push_back(std::exp(-rate * time));
  }
  const std::vector<double> all(20'000, 1), times{time};
  const double truth = brier({life, all}, times, survival)->score[0];
  EXPECT_NEAR(brier({duration, event}, times, survival)->score[0], truth, .006);
}

TEST(Brier, BestIsTheTruth) {  // a proper score: the Kaplan-Meier curve beats any other constant
  Rows r = random_rows(43, 400);
  r.entry.clear();
  const auto curve = kaplan_meier::fit(r.columns());
  const std::vector<double> times{7};
  const double s = kaplan_meier::survival(*curve, 7).estimate;
  const auto score = [&](double p) {
    return brier(r.columns(), times, std::vector<double>(400, p))->score[0];
  };
  for (const double other : {s - .1, s - .02, s + .02, s + .1}) EXPECT_LT(score(s), score(other));
}

TEST(Brier, TimesBeyondTheLongestDurationAreLeftOut) {
  const std::vector<double> duration{1, 2, 3, 5}, event{1, 1, 0, 0}, times{1, 4, 5, 9};
  std::vector<double> survival(16, .5);
  survival[3] = kNaN;  // not read: beyond what can be scored
  const auto scores = brier({duration, event}, times, survival);
  ASSERT_TRUE(scores);
  EXPECT_EQ(scores->beyond, 2u);
  EXPECT_EQ(scores->supported, 5);
  EXPECT_EQ(scores->rows.rows_rejected, 0u);
  EXPECT_DOUBLE_EQ(scores->score[0], .25);
  EXPECT_TRUE(std::isnan(scores->score[2]) && std::isnan(scores->score[3]));
  EXPECT_DOUBLE_EQ(scores->integrated, (scores->score[0] + scores->score[1]) / 2);
  const auto none = brier({duration, event}, std::vector<double>{20}, std::vector<double>(4, .5));
  ASSERT_TRUE(none);
  EXPECT_TRUE(std::isnan(none->integrated));
}

TEST(Brier, HostileInput) {
  const std::vector<double> duration{1, 2, -3}, event{1, 0, 1}, times{1}, late{0, 1, 0};
  const std::vector<double> survival{.5, kNaN, .5};
  const auto scores = brier({duration, event}, times, survival);
  ASSERT_TRUE(scores);
  EXPECT_EQ(scores->rows.rows_rejected, 2u);
  const auto code = [](const auto& result) { return result.error().code(); };
  EXPECT_EQ(code(brier({duration, event}, {}, {})), StatusCode::invalid_argument);
  EXPECT_EQ(code(brier({duration, event}, std::vector<double>{2, 1}, std::vector<double>(6))),
            StatusCode::invalid_argument);
  EXPECT_EQ(code(brier({duration, event}, times, times)), StatusCode::size_mismatch);
  EXPECT_EQ(code(brier({duration, event, late}, times, survival)), StatusCode::invalid_argument);
  EXPECT_EQ(code(brier({duration, event}, times, std::vector<double>(3, 2))),
            StatusCode::insufficient_data);
  EXPECT_EQ(code(brier(SurvivalColumns{}, times, {})), StatusCode::insufficient_data);
}

}  // namespace
}  // namespace kam
