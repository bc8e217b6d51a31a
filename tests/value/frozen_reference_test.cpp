#include <kam/value/frozen_reference.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "value/random_numbers.hpp"

namespace kam::value {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// 100 (rank_avg − ½)/n by counting, for a value that is itself in the reference or not.
double by_counting(const std::vector<double>& reference, double x) {
  double below = 0, ties = 0, n = 0;
  for (double v : reference) {
    if (!std::isfinite(v)) continue;
    n += 1;
    below += v < x ? 1 : 0;
    ties += v == x ? 1 : 0;
  }
  return 100 * (below + ties / 2) / n;
}

// --- published ---------------------------------------------------------------

TEST(FrozenReference, GiantAccountDoesNotFlattenTheOthers) {  // min–max gives the second 7
  const std::vector<double> revenue = {4000, 300, 250, 200, 150, 120, 90, 60, 40, 20};
  const auto reference = make_reference(revenue);
  ASSERT_TRUE(reference.has_value());
  for (std::size_t i = 0; i < revenue.size(); ++i) {
    EXPECT_EQ(reference->percentile(revenue[i]), 95.0 - 10.0 * static_cast<double>(i));
  }
}

// --- laws --------------------------------------------------------------------

TEST(FrozenReference, TiesShareTheMidRank) {
  const auto reference = make_reference(std::vector<double>{1, 2, 2, 2, 3});
  EXPECT_EQ(reference->percentile(2), 50);
  EXPECT_EQ(reference->percentile(1), 10);
  EXPECT_EQ(reference->percentile(1.5), 20);
  EXPECT_EQ(reference->percentile(2.5), 80);
  EXPECT_EQ(reference->percentile(0), 0);
  EXPECT_EQ(reference->percentile(4), 100);
}

TEST(FrozenReference, MirrorsAndKeepsOrder) {
  test::RandomNumbers random(11);
  std::vector<double> values(20'000), mirrored;
  for (double& v : values) v = std::floor(std::exp(random.uniform(0, 12)));
  for (double v : values) mirrored.push_back(-v);
  const auto reference = make_reference(values);
  const auto mirror = make_reference(mirrored);
  double previous = 0;
  for (double x = .5; x < 2e5; x *= 1.01) {
    const double p = reference->percentile(x);
    EXPECT_GE(p, previous);
    EXPECT_LE(p, 100);
    EXPECT_NEAR(p + mirror->percentile(-x), 100, .05);
    previous = p;
  }
}

TEST(FrozenReference, MeanPercentileOfTheReferenceIsFifty) {
  test::RandomNumbers random(12);
  std::vector<double> values(3000);
  for (double& v : values) v = std::floor(random.uniform(0, 500));
  const auto reference = make_reference(values);
  double sum = 0;
  for (double v : values) sum += reference->percentile(v);
  EXPECT_NEAR(sum / 3000, 50, 1e-10);
}

// --- independent path --------------------------------------------------------

TEST(FrozenReference, EqualsCountingUpToFourThousandDistinctValues) {
  test::RandomNumbers random(13);
  for (std::size_t n : {1u, 2u, 7u, 300u, 4096u}) {
    std::vector<double> values(n);
    for (double& v : values)
      v = random.chance(.5) ? random.uniform(0, 9) : std::floor(random.uniform(0, 5));
    const auto reference = make_reference(values);
    for (int i = 0; i < 300; ++i) {
      const double x = random.chance(.5) ? values[random.index(n)] : random.uniform(-1, 10);
      EXPECT_NEAR(reference->percentile(x), by_counting(values, x), 1e-12);
    }
  }
}

TEST(FrozenReference, CompressionStaysWithinItsBound) {
  test::RandomNumbers random(14);
  std::vector<double> values(50'000);
  for (double& v : values) v = random.chance(.3) ? 0.0 : std::exp(random.uniform(-3, 9));
  const auto reference = make_reference(values);
  EXPECT_LE(reference->knots().size(), FrozenReference::kMostKnots);
  EXPECT_EQ(reference->count(), 50'000);
  EXPECT_EQ(reference->percentile(0), by_counting(values, 0));  // heavy ties stay exact
  for (int i = 0; i < 2000; ++i) {
    const double x =
        random.chance(.5) ? values[random.index(values.size())] : std::exp(random.uniform(-4, 10));
    EXPECT_NEAR(reference->percentile(x), by_counting(values, x), 100.0 / 4095);
  }
}

TEST(FrozenReference, ComesBackFromItsKnots) {
  test::RandomNumbers random(15);
  std::vector<double> values(9000);
  for (double& v : values) v = random.uniform();
  const auto reference = make_reference(values);
  const auto restored = restore_reference(reference->knots());
  ASSERT_TRUE(restored.has_value());
  for (double x = -.1; x < 1.1; x += .001) {
    EXPECT_EQ(restored->percentile(x), reference->percentile(x));
  }
}

// --- hostile -----------------------------------------------------------------

TEST(FrozenReference, LeavesOutWhatIsNotFinite) {
  const auto reference = make_reference(std::vector<double>{kNan, 1, kInf, 3, -kInf});
  EXPECT_EQ(reference->count(), 2);
  EXPECT_EQ(reference->percentile(1), 25);
  EXPECT_TRUE(std::isnan(reference->percentile(kNan)));
  EXPECT_TRUE(std::isnan(reference->percentile(kInf)));
  for (const auto& empty : {std::vector<double>{}, std::vector<double>{kNan, kInf}}) {
    EXPECT_EQ(make_reference(empty).error().code(), StatusCode::insufficient_data);
  }
}

TEST(FrozenReference, OneValueAndExtremes) {
  const auto one = make_reference(std::vector<double>{5});
  EXPECT_EQ(one->percentile(5), 50);
  EXPECT_EQ(one->percentile(4.999), 0);
  constexpr double kMax = std::numeric_limits<double>::max();
  const auto wide = make_reference(std::vector<double>{-kMax, kMax});
  EXPECT_EQ(wide->percentile(0), 50);
  const auto zeros = make_reference(std::vector<double>{-0.0, 0.0});
  EXPECT_EQ(zeros->percentile(-0.0), 50);
}

TEST(FrozenReference, KnotsThatDoNotFitTogetherAreRefused) {
  using Knots = std::vector<FrozenReference::Knot>;
  EXPECT_FALSE(restore_reference({}).has_value());
  EXPECT_FALSE(restore_reference(Knots{{1, 1, 2}}).has_value());
  EXPECT_FALSE(restore_reference(Knots{{1, 0, 0}}).has_value());
  EXPECT_FALSE(restore_reference(Knots{{1, 0, kInf}}).has_value());
  EXPECT_FALSE(restore_reference(Knots{{1, 0, kNan}}).has_value());
  EXPECT_FALSE(restore_reference(Knots(5000, {1, 0, 1})).has_value());
  EXPECT_EQ(restore_reference(Knots{{1, 0, 2}, {1, 2, 3}}).error().message(),
            "`knots[1].value` must be finite and increasing, got 1");
  EXPECT_EQ(restore_reference(Knots{{1, 0, 2}, {2, 1, 3}}).error().message(),
            "`knots[1].below` must be 0, then at least the `through` before it, got 1");
  EXPECT_TRUE(restore_reference(Knots{{1, 0, 2}, {2, 2, 3}}).has_value());
}

}  // namespace
}  // namespace kam::value
