#include <kam/base/auc.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <kam/base/random.hpp>

namespace kam {
namespace {

using Values = std::vector<double>;

struct Scores {
  Values outcome{}, score{}, weight{};
};

Scores simulate(std::uint64_t seed, std::size_t n, int steps) {
  Random random(seed);
  Scores s;
  for (std::size_t i = 0; i < n; ++i) {
    s.outcome.push_back(i % 3 == 0 ? 1 : 0);
    s.score.push_back(std::round(steps * (random.normal() + s.outcome.back())));
    s.weight.push_back(1 + static_cast<double>(random.below(3)));
  }
  return s;
}

double kernel(double event, double other) {
  return event > other ? 1 : event == other ? .5 : 0;
}

/// All pairs, and the variance of their row and column means (DeLong et al. 1988, equations 2-5).
struct ByPairs {
  double auc = 0, variance = 0;
  explicit ByPairs(const Scores& s) {
    Values events, others;
    for (std::size_t i = 0; i < s.score.size(); ++i)
      (s.outcome[i] == 1 ? events : others).push_back(s.score[i]);
    const double m = static_cast<double>(events.size()), n = static_cast<double>(others.size());
    for (double e : events)
      for (double o : others) auc += kernel(e, o) / m / n;
    double of_events = 0, of_others = 0;
    for (double e : events) {
      double mean = 0;
      for (double o : others) mean += kernel(e, o) / n;
      of_events += (mean - auc) * (mean - auc) / (m - 1);
    }
    for (double o : others) {
      double mean = 0;
      for (double e : events) mean += kernel(e, o) / m;
      of_others += (mean - auc) * (mean - auc) / (n - 1);
    }
    variance = of_events / m + of_others / n;
  }
};

TEST(Auc, AllPairsAndDeLong) {
  for (const int steps : {1, 3, 1000}) {
    const Scores s = simulate(static_cast<std::uint64_t>(steps), 200, steps);
    const ByPairs pairs(s);
    const Auc found = *auc(s.outcome, s.score);
    EXPECT_NEAR(found.auc, pairs.auc, 1e-13);
    EXPECT_NEAR(found.standard_error, std::sqrt(pairs.variance), 1e-13);
    EXPECT_LT(found.lo, found.auc);
    EXPECT_GT(found.hi, found.auc);
  }
}

TEST(Auc, WeightsAreRepetitions) {
  const Scores s = simulate(7, 150, 4);
  Scores repeated;
  for (std::size_t i = 0; i < s.score.size(); ++i) {
    for (double k = 0; k < s.weight[i]; ++k) {
      repeated.outcome.push_back(s.outcome[i]);
      repeated.score.push_back(s.score[i]);
    }
  }
  const Auc weighted = *auc(s.outcome, s.score, s.weight);
  const Auc rows = *auc(repeated.outcome, repeated.score);
  EXPECT_EQ(weighted.auc, rows.auc);
  EXPECT_NEAR(weighted.standard_error, rows.standard_error, 1e-15);
}

TEST(Auc, AnyRisingMapOfTheScoreGivesTheSame) {
  Scores s = simulate(9, 100, 5);
  const Auc before = *auc(s.outcome, s.score);
  for (double& x : s.score) x = std::exp(x / 10);
  EXPECT_EQ(auc(s.outcome, s.score)->auc, before.auc);
  for (double& x : s.score) x = -x;
  EXPECT_NEAR(auc(s.outcome, s.score)->auc, 1 - before.auc, 1e-15);
  for (double& y : s.outcome) y = 1 - y;
  EXPECT_NEAR(auc(s.outcome, s.score)->auc, before.auc, 1e-15);
}

TEST(Auc, TheIntervalCoversAsOftenAsItSays) {
  // Normal scores one standard deviation apart: the area is Phi(1/sqrt 2) = .760250.
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed + 1);
    Scores s;
    for (int i = 0; i < 120; ++i) {
      s.outcome.push_back(i % 4 == 0 ? 1 : 0);
      s.score.push_back(random.normal() + s.outcome.back());
    }
    const Auc found = *auc(s.outcome, s.score);
    covered += found.lo < .760250 && .760250 < found.hi ? 1 : 0;
  }
  EXPECT_NEAR(covered / 1000.0, .8, 4 * std::sqrt(.8 * .2 / 1000));
}

TEST(Auc, HostileInput) {
  const Values y{1, 0, 1, 0, kNaN, .5, 1, 0};
  const Values x{3, 1, 2, 2, 9, 9, kNaN, HUGE_VAL};
  const Auc found = *auc(y, x);
  EXPECT_EQ(found.auc, .875);
  EXPECT_EQ(found.unknown_outcomes, 1u);
  EXPECT_EQ(found.rows.rows_rejected, 3u);
  EXPECT_EQ(found.rows.first_rejected, 5u);
  EXPECT_EQ(found.rows.first_reason, RowReason::out_of_domain);
  EXPECT_EQ(auc(y, Values{1}).error().message(), "`score` has 1 rows, expected 8");
  EXPECT_EQ(auc(y, x, Values{1}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(auc(y, x, {}, 1).error().message(), "`level` must be between 0 and 1, got 1");
  EXPECT_EQ(auc({}, {}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(auc(Values{1, 1}, Values{0, 1}).error().code(), StatusCode::insufficient_data);
  // One row of each: an area, but no error.
  const Auc pair = *auc(Values{1, 0}, Values{1e300, -1e300});
  EXPECT_EQ(pair.auc, 1);
  EXPECT_TRUE(std::isnan(pair.standard_error));
}

}  // namespace
}  // namespace kam
