#include <kam/value/value_interval.hpp>

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

const double kNan = std::nan("");

struct Row {
  std::vector<double> scores, observed, effective, global;
  std::vector<ScoreSpread> spreads;
  double value = 0, coverage = 0;

  Row(std::vector<double> s, std::vector<double> g)
      : scores(std::move(s)),
        observed(scores.size()),
        effective(scores.size()),
        global(std::move(g)),
        spreads(scores.size()) {
    for (std::size_t k = 0; k < scores.size(); ++k)
      coverage += std::isnan(scores[k]) ? 0 : global[k];
    for (std::size_t k = 0; k < scores.size(); ++k) {
      observed[k] = std::isnan(scores[k]) ? 0 : 1;
      effective[k] = std::isnan(scores[k]) ? 0 : global[k] / coverage;
      value += std::isnan(scores[k]) ? 0 : effective[k] * scores[k];
    }
  }
  [[nodiscard]] IntervalInput input() const {
    return {scores, observed, effective, global, spreads, value, coverage};
  }
};

TEST(ValueInterval, WeightPartAgreesWithDirichletDraws) {
  const Row row({20, 90, 60, 75}, {.4, .3, .2, .1});
  const double c = 30;
  Random random(5);
  double sum = 0, squares = 0;
  const int n = 200000;
  for (int i = 0; i < n; ++i) {
    double total = 0, value = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double g = random.gamma(c * row.global[k]);
      total += g;
      value += g * row.scores[k];
    }
    sum += value / total;
    squares += (value / total) * (value / total);
  }
  EXPECT_NEAR(sum / n, row.value, .1);
  EXPECT_NEAR(squares / n - sum / n * sum / n, value_index_variance(row.input(), c), .02 * 400);
  EXPECT_NEAR(std::sqrt(squares / n - sum / n * sum / n),
              std::sqrt(value_index_variance(row.input(), c)), .05);
}

TEST(ValueInterval, MissingPartAgreesWithDrawingTheMissingScores) {
  Row row({20, kNan, 60, kNan}, {.4, .3, .2, .1});
  row.spreads[1] = {70, 100};
  row.spreads[3] = {30, 400};
  Random random(6);
  double squares = 0;
  const int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double full =
        .4 * 20 + .3 * (70 + 10 * random.normal()) + .2 * 60 + .1 * (30 + 20 * random.normal());
    squares += (full - row.value) * (full - row.value);
  }
  const double without_weights = value_index_variance(row.input(), 1e15);
  EXPECT_NEAR(squares / n, without_weights, .01 * without_weights);
}

TEST(ValueInterval, EqualScoresAndNothingMissingLeaveNoDoubt) {
  const Row row({55, 55, 55}, {.5, .3, .2});
  const Interval interval = value_index_interval(row.input(), 50, 1.28);
  EXPECT_NEAR(interval.lo, 55, 1e-12);
  EXPECT_NEAR(interval.hi, 55, 1e-12);
}

TEST(ValueInterval, IsWiderWithMoreMissingLessTrustInWeightsAndHigherLevel) {
  const Row whole({20, 90, 60, 75}, {.4, .3, .2, .1}), thin({20, 90, kNan, kNan}, {.4, .3, .2, .1});
  const auto width = [](const Row& row, double c, double z) {
    const Interval i = value_index_interval(row.input(), c, z);
    return i.hi - i.lo;
  };
  EXPECT_GT(width(thin, 50, 1.28), width(whole, 50, 1.28));
  EXPECT_GT(width(whole, 10, 1.28), width(whole, 100, 1.28));
  EXPECT_GT(width(whole, 50, 1.96), width(whole, 50, 1.28));
}

TEST(ValueInterval, StaysWithinTheScaleAndContainsTheIndex) {
  Random random(8);
  for (int i = 0; i < 20000; ++i) {
    std::vector<double> scores(5), weights(5);
    for (double& w : weights) w = random.gamma(1);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& w : weights) w /= total;
    for (double& s : scores) {
      const double u = random.uniform();
      s = u < .2 ? kNan : u < .4 ? 0 : u < .6 ? 100 : 100 * random.uniform();
    }
    scores[0] = 100 * std::floor(2 * random.uniform());
    const Row row(scores, weights);
    const Interval interval = value_index_interval(row.input(), 20, 2.5);
    ASSERT_GE(interval.lo, 0);
    ASSERT_LE(interval.lo, row.value);
    ASSERT_GE(interval.hi, row.value);
    ASSERT_LE(interval.hi, 100 + 1e-12);
  }
}

TEST(ValueInterval, NoIndexNoInterval) {
  Row row({kNan, kNan}, {.5, .5});
  row.value = kNan;
  EXPECT_TRUE(std::isnan(value_index_interval(row.input(), 50, 1.28).estimate));
}

}  // namespace
}  // namespace kam::value
