/// Status, reports, executor, random generator.
#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/random.hpp>
#include <kam/base/status.hpp>

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace kam {
namespace {

TEST(Status, NamesArgumentRuleAndValue) {
  const Status s = invalid_argument("horizon", "finite and >= 0", -3);
  EXPECT_FALSE(s.ok());
  EXPECT_EQ(s.message(), "`horizon` must be finite and >= 0, got -3");
  EXPECT_STREQ(status_name(s.code()), "invalid_argument");
  EXPECT_STREQ(status_name(StatusCode::internal), "internal");
  EXPECT_TRUE(Status{}.ok());
}

TEST(Result, HoldsAValueOrItsAbsence) {
  const Result<int> three = 3;
  ASSERT_TRUE(three);
  EXPECT_EQ(*three, 3);
  const Result<int> none = Status{StatusCode::insufficient_data, "too few"};
  EXPECT_FALSE(none.has_value());
  EXPECT_EQ(none.error().message(), "too few");
  Result<std::vector<int>> moved = std::vector<int>{1, 2};
  EXPECT_EQ(std::move(moved).value().size(), 2u);
}

TEST(BatchReport, AppendsBlocksInOrder) {
  BatchReport first, second;
  first.scored();
  second.rejected(7, RowReason::not_finite);
  second.rejected(9, RowReason::out_of_domain);
  first.append(second);
  BatchReport third;
  third.rejected(11, RowReason::undefined_value);
  first.append(third);
  EXPECT_EQ(first.rows_scored, 1u);
  EXPECT_EQ(first.rows_rejected, 3u);
  EXPECT_EQ(first.first_rejected, 7u);
  EXPECT_EQ(first.first_reason, RowReason::not_finite);
  EXPECT_STREQ(row_reason_name(first.first_reason), "not_finite");
}

TEST(Executor, CoversEveryRowOnceInBlocks) {
  for (const std::size_t rows :
       {std::size_t{0}, std::size_t{1}, kBlockRows, kBlockRows + 1, 3 * kBlockRows - 1}) {
    std::vector<int> seen(rows, 0);
    EXPECT_TRUE(
        for_each_block({}, rows, [&](std::size_t block, std::size_t begin, std::size_t end) {
          EXPECT_EQ(begin, block * kBlockRows);
          for (std::size_t i = begin; i < end; ++i) ++seen[i];
        }));
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), 0), static_cast<int>(rows));
  }
}

TEST(Executor, TheHostRunsTheBlocksAndMayStop) {
  struct Host {
    int runs = 0;
    double last = -1;
  } host;
  const auto parallel_for = [](void* state, std::size_t n, void (*body)(void*, std::size_t),
                               void* context) {
    static_cast<Host*>(state)->runs += 1;
    for (std::size_t i = n; i-- > 0;) body(context, i);  // any order
  };
  const auto stop_half_way = [](void* state, double done) {
    static_cast<Host*>(state)->last = done;
    return done < .5;
  };
  std::size_t covered = 0;
  const std::size_t rows = 600 * kBlockRows;
  EXPECT_FALSE(for_each_block(
      {&host, parallel_for, stop_half_way}, rows,
      [&](std::size_t, std::size_t begin, std::size_t end) { covered += end - begin; }));
  EXPECT_GE(host.runs, 1);
  EXPECT_GE(host.last, .5);
  EXPECT_LT(covered, rows);
}

TEST(Random, TheSameSeedGivesTheSameNumbersOnEveryMachine) {
  // xoshiro256++ seeded by splitmix64: fixed by their definitions, not by a library.
  Random a(42), b(42), other_stream(42, 1);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, other_stream.next());
  for (int i = 0; i < 100000; ++i) {
    const double u = a.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
  }
}

/// Mean and variance of n draws against theirs, within 5 standard errors of the mean.
template <class Draw>
void expect_moments(const Draw& draw, double mean, double variance) {
  const int n = 200000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, mean, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(squares / n - sum / n * sum / n, variance, .03 * variance);
}

TEST(Random, DistributionsHaveTheirMoments) {
  Random r(7);
  expect_moments([&] { return r.uniform(); }, .5, 1 / 12.0);
  expect_moments([&] { return r.exponential(); }, 1, 1);
  expect_moments([&] { return r.normal(); }, 0, 1);
  for (const double shape : {.3, 1.0, 7.5})
    expect_moments([&] { return r.gamma(shape); }, shape, shape);
  expect_moments([&] { return r.beta(.7, 2.4); }, .7 / 3.1, .7 * 2.4 / (3.1 * 3.1 * 4.1));
  expect_moments([&] { return static_cast<double>(r.below(10)); }, 4.5, 8.25);
}

TEST(Random, TinyShapesStayFiniteInLogarithms) {
  Random r(9);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(std::isfinite(r.log_gamma_variate(1e-3)));
    const double p = r.beta(1e-3, 1e-3);
    ASSERT_GE(p, 0);
    ASSERT_LE(p, 1);
  }
}

}  // namespace
}  // namespace kam
