/// A batch is its rows: same bits, any threads, bad rows counted.
#include <kam/value/scorecard.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "value/scorecards.hpp"

namespace kam::value {
namespace {

using test::kMissing;
using test::row_of;
using test::same;

struct Batch {
  explicit Batch(const Scorecard& card, std::size_t rows)
      : value(rows, -7),
        coverage(rows, -7),
        cells(2 * card.dimensions().size() + card.indicators().size(),
              std::vector<double>(rows, -7)) {
    for (auto& c : cells) spans.emplace_back(c);
    const std::span<const std::span<double>> all(spans);
    const std::size_t d = card.dimensions().size();
    out = {value, coverage, all.first(d), all.subspan(d, d), all.subspan(2 * d)};
  }
  std::vector<double> value, coverage;
  std::vector<std::vector<double>> cells;
  std::vector<std::span<double>> spans;
  ScorecardColumns out;
};

std::vector<std::span<const double>> spans_of(const std::vector<std::vector<double>>& columns) {
  return {columns.begin(), columns.end()};
}

std::vector<double> row_at(const std::vector<std::vector<double>>& columns, std::size_t i) {
  std::vector<double> row;
  for (const auto& column : columns) row.push_back(column[i]);
  return row;
}

/// Four threads that take every fourth block.
const Executor kFourThreads{
    .state = nullptr,
    .parallel_for = [](void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([=] {
          for (std::size_t i = t; i < n; i += 4) body(context, i);
        });
      }
      for (auto& thread : threads) thread.join();
    }};

TEST(ScorecardBatch, IsTheRowAloneBitForBitOnAnyNumberOfThreads) {
  test::RandomNumbers random(26);
  const Scorecard card = test::random_scorecard(random);
  constexpr std::size_t kRows = 3 * kBlockRows + 5;
  std::vector<std::vector<double>> columns;
  for (std::size_t k = 0; k < card.indicators().size(); ++k) {
    columns.push_back(random.scores(kRows, .4));
  }
  Batch one(card, kRows), four(card, kRows);
  const BatchReport report = evaluate(card, spans_of(columns), one.out);
  ASSERT_TRUE(report.ok());
  ASSERT_TRUE(evaluate(card, spans_of(columns), four.out, kFourThreads).ok());
  std::size_t defined = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const ScorecardRow row = row_of(card, row_at(columns, i));
    defined += std::isnan(row.value_index) ? 0u : 1u;
    ASSERT_TRUE(same(one.value[i], row.value_index) && same(four.value[i], row.value_index));
    ASSERT_EQ(one.coverage[i], row.coverage);
    std::vector<double> expected = row.dimension_scores;
    for (double c : row.dimension_coverages) expected.push_back(c);
    for (double w : row.effective_weights) expected.push_back(w);
    for (std::size_t c = 0; c < expected.size(); ++c) {
      ASSERT_TRUE(same(one.cells[c][i], expected[c]) && same(four.cells[c][i], expected[c]));
    }
  }
  EXPECT_EQ(report.rows_scored, defined);
  EXPECT_EQ(report.rows_rejected, kRows - defined);
}

TEST(ScorecardBatch, BadRowsAreNanAndCountedAndStopNothing) {
  const Scorecard card = test::two_by_two();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> columns = {
      {40, 101, 40, kMissing, -.5}, {90, 90, kInf, kMissing, 90}, {80, 80, 80, kMissing, 80}};
  Batch batch(card, 5);
  const BatchReport report = evaluate(card, spans_of(columns), batch.out);
  EXPECT_EQ(report.rows_scored, 1u);
  EXPECT_EQ(report.rows_rejected, 4u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_DOUBLE_EQ(batch.value[0], 71);
  for (std::size_t i : {1u, 2u, 4u}) {
    EXPECT_TRUE(std::isnan(batch.value[i]) && std::isnan(batch.coverage[i]));
    for (const auto& cells : batch.cells) EXPECT_TRUE(std::isnan(cells[i]));
  }
  EXPECT_TRUE(std::isnan(batch.value[3]));
  EXPECT_EQ(batch.coverage[3], 0);  // known: nothing was observed
}

TEST(ScorecardBatch, WrongSizesNameTheColumnAndWriteNothing) {
  const Scorecard card = test::two_by_two();
  std::vector<std::vector<double>> columns(3, std::vector<double>(4, 50.0));
  Batch batch(card, 4);
  columns[1].resize(3);
  EXPECT_EQ(evaluate(card, spans_of(columns), batch.out).status.message(),
            "`scores[1]` has 3 rows, expected 4");
  columns.pop_back();
  EXPECT_EQ(evaluate(card, spans_of(columns), batch.out).status.code(), StatusCode::size_mismatch);
  columns.assign(3, std::vector<double>(4, 50.0));
  batch.out.dimension_scores = batch.out.dimension_scores.first(1);
  EXPECT_FALSE(evaluate(card, spans_of(columns), batch.out).ok());
  EXPECT_EQ(batch.value, std::vector<double>(4, -7));
}

TEST(ScorecardBatch, NoRowsAndCancellation) {
  const Scorecard card = test::two_by_two();
  const std::vector<std::vector<double>> none(3), some(3, std::vector<double>(4, 50.0));
  Batch empty(card, 0), batch(card, 4);
  EXPECT_TRUE(evaluate(card, spans_of(none), empty.out).ok());
  const Executor stop{.keep_going = [](void*, double) { return false; }};
  EXPECT_EQ(evaluate(card, spans_of(some), batch.out, stop).status.code(), StatusCode::cancelled);
}

}  // namespace
}  // namespace kam::value
