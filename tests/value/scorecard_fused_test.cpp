/// The fused batch is score(), evaluate() and explain() of each row alone: same bits, at every
/// instruction set, for any number of rows and threads.
#include <kam/value/scorecard_batch.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "value/scorecard_plan.hpp"
#include "value/scorecards.hpp"

namespace kam::value {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr std::size_t kAwkwardSizes[] = {0,  1,  3,   7,   8,   9,   15,  16,  17,   31,
                                         32, 33, 255, 256, 257, 511, 512, 513, 4095, 4097};

/// Equal as numbers are written: all NaN are one, 0 and -0 are two.
bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

using Scale = decltype(Indicator::scale);

/// Values in -5 … 5, many of them whole, so that anchors and knots are hit.
double feature(test::RandomNumbers& random) {
  if (random.chance(.1)) return kNaN;
  if (random.chance(.02)) return random.chance(.5) ? kInf : -kInf;
  if (random.chance(.02)) return random.chance(.5) ? -0.0 : 1e308;
  const double x = random.uniform(-5, 5);
  return random.chance(.4) ? std::round(x) : x;
}

Bands random_bands(test::RandomNumbers& random, std::size_t anchors) {
  std::vector<Anchor> list;
  double x = random.chance(.5) ? -4 : -3.7;
  for (std::size_t a = 0; a < anchors; ++a) {
    list.push_back(
        {x, random.chance(.3) ? 100 * std::round(random.uniform()) : random.uniform(0, 100)});
    x += random.chance(.5) ? 1 : random.uniform(.01, 2);
  }
  return *make_bands(list);
}

/// Every scale, every direction, some with stand-ins.
Indicator random_indicator(test::RandomNumbers& random, Indicator k) {
  const std::size_t kind = random.index(8);
  if (kind < 4) {
    k.scale = random_bands(random, 2 + random.index(kind == 0 ? 20 : 5));
    k.direction = Direction::nominal_is_best;
  } else if (kind == 4) {
    k.scale = RangeScale{-3, 4};
  } else if (kind == 5) {
    k.scale = TargetScale{1, 3, 1.5};
    k.direction = Direction::nominal_is_best;
  } else {
    k.scale = kind == 6 ? Scale(RobustZScale{}) : Scale(RankScale{});
  }
  if (kind >= 6 && random.chance(.4)) k.direction = Direction::lower_is_better;
  k.missing_score = random.chance(.2) ? random.uniform(0, 100) : kNaN;
  return k;
}

struct Case {
  explicit Case(std::uint64_t seed) : random(seed), card(make_card()) {
    for (std::size_t k = 0; k < card.indicators().size(); ++k) {
      std::vector<double> values(random.chance(.2) ? 6000 : 1 + random.index(300));
      for (double& v : values) v = feature(random);
      values.push_back(1);
      references.emplace_back(*make_reference(values));
      if (random.chance(.05)) references.back().reset();
    }
    const auto row = evaluate(card, random.scores(card.indicators().size(), .2));
    batch.emplace(*make_scorecard_batch(card, references, *row));
  }
  Scorecard make_card() {
    const Scorecard plain = test::random_scorecard(random);
    std::vector<Indicator> indicators;
    for (const Indicator& k : plain.indicators()) {
      indicators.push_back(random_indicator(random, k));
    }
    return *make_scorecard(plain.dimensions(), indicators);
  }

  test::RandomNumbers random;
  Scorecard card;
  std::vector<std::optional<FrozenReference>> references;
  std::optional<ScorecardBatch> batch;
};

/// Columns of every output, filled with what must not remain.
struct Outputs {
  Outputs(const Scorecard& card, std::size_t rows)
      : value(rows, -7), coverage(rows, -7), coverage_points(rows, -7) {
    const std::size_t d = card.dimensions().size(), k = card.indicators().size();
    cells.assign(2 * d + 4 * k, std::vector<double>(rows, -7));
    spans.assign(cells.begin(), cells.end());
    const std::span<const std::span<double>> all(spans);
    out = {value, coverage, all.first(d), all.subspan(d, d)};
    out.scores = all.subspan(2 * d, k);
    out.observed = all.subspan(2 * d + k, k);
    out.effective_weights = all.subspan(2 * d + 2 * k, k);
    out.points = all.subspan(2 * d + 3 * k, k);
    out.coverage_points = coverage_points;
  }
  /// All of row i, one after the other.
  [[nodiscard]] std::vector<double> row(std::size_t i) const {
    std::vector<double> all{value[i], coverage[i], coverage_points[i]};
    for (const auto& c : cells) all.push_back(c[i]);
    return all;
  }
  std::vector<double> value, coverage, coverage_points;
  std::vector<std::vector<double>> cells;
  std::vector<std::span<double>> spans;
  ReasonedColumns out;
};

struct Inputs {
  Inputs(Case& c, std::size_t rows, bool fresh) {
    for (std::size_t k = 0; k < c.card.indicators().size(); ++k) {
      x.emplace_back(c.random.chance(.03) ? 0 : rows);
      for (double& v : x.back()) v = feature(c.random);
      freshness.emplace_back(c.random.chance(.3) ? 0 : rows);
      for (double& f : freshness.back()) {
        f = c.random.chance(.2) ? 0 : c.random.chance(.3) ? 1 : c.random.uniform();
      }
    }
    x_spans.assign(x.begin(), x.end());
    freshness_spans.assign(freshness.begin(), freshness.end());
    in.x = x_spans;
    if (fresh) in.freshness = freshness_spans;
  }
  std::vector<std::vector<double>> x, freshness;
  std::vector<std::span<const double>> x_spans, freshness_spans;
  FeatureColumns in;
};

/// The three functions; the oracle of this file.
std::vector<double> row_alone(const Case& c, const FeatureColumns& in, std::size_t i) {
  const auto at = [i](std::span<const double> column, double otherwise) {
    return column.empty() ? otherwise : column[i];
  };
  std::vector<double> scores, fresh;
  for (std::size_t k = 0; k < c.card.indicators().size(); ++k) {
    const auto& reference = c.references[k];
    scores.push_back(
        score(c.card.indicators()[k], reference ? &*reference : nullptr, at(in.x[k], kNaN)));
    fresh.push_back(in.freshness.empty() ? 1 : at(in.freshness[k], 1));
  }
  const ScorecardRow row = *evaluate(c.card, scores, fresh);
  const auto why = explain(row, c.batch->reference());
  std::vector<double> all{row.value_index, row.coverage, why ? why->coverage_points : kNaN};
  const std::vector<double> nothing(scores.size(), kNaN);
  for (const auto* cells : {&row.dimension_scores, &row.dimension_coverages, &row.scores,
                            &row.observed, &row.effective_weights, why ? &why->points : &nothing}) {
    all.insert(all.end(), cells->begin(), cells->end());
  }
  return all;
}

void expect_rows(const Case& c, const FeatureColumns& in, const Outputs& got,
                 const BatchReport& report) {
  std::size_t scored = 0;
  for (std::size_t i = 0; i < got.value.size(); ++i) {
    const std::vector<double> expected = row_alone(c, in, i), row = got.row(i);
    ASSERT_EQ(row.size(), expected.size());
    for (std::size_t n = 0; n < row.size(); ++n) {
      ASSERT_TRUE(same_bits(row[n], expected[n]))
          << "row " << i << ", output " << n << ": " << row[n] << " for " << expected[n];
    }
    scored += std::isnan(expected[0]) ? 0u : 1u;
  }
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report.rows_scored, scored);
  ASSERT_EQ(report.rows_scored + report.rows_rejected, got.value.size());
}

class EveryLevel : public testing::TestWithParam<simd::Level> {};

TEST_P(EveryLevel, HasTheBitsOfTheRowAlone) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Case c(seed);
    const std::size_t rows = 1 + c.random.index(600);
    const Inputs inputs(c, rows, seed % 2 == 0);
    Outputs outputs(c.card, rows);
    const BatchReport report =
        run_at(GetParam(), c.batch->plan(), inputs.in, outputs.out, Executor{});
    ASSERT_NO_FATAL_FAILURE(expect_rows(c, inputs.in, outputs, report)) << "seed " << seed;
  }
}

TEST_P(EveryLevel, HasThemAtAwkwardSizes) {
  Case c(1001);
  for (const std::size_t rows : kAwkwardSizes) {
    const Inputs inputs(c, rows, rows % 2 == 0);
    Outputs outputs(c.card, rows);
    const BatchReport report =
        run_at(GetParam(), c.batch->plan(), inputs.in, outputs.out, Executor{});
    ASSERT_NO_FATAL_FAILURE(expect_rows(c, inputs.in, outputs, report)) << rows << " rows";
  }
}

TEST_P(EveryLevel, WritesWhatIsAskedForAndTheSame) {
  Case c(7);
  const Inputs inputs(c, 700, true);
  Outputs all(c.card, 700), few(c.card, 700);
  ASSERT_TRUE(run_at(GetParam(), c.batch->plan(), inputs.in, all.out, Executor{}).ok());
  const ReasonedColumns index_only{few.value, few.coverage};
  ASSERT_TRUE(run_at(GetParam(), c.batch->plan(), inputs.in, index_only, Executor{}).ok());
  ReasonedColumns reasons{few.value, few.coverage};
  reasons.points = few.out.points;
  reasons.coverage_points = few.out.coverage_points;
  ASSERT_TRUE(run_at(GetParam(), c.batch->plan(), inputs.in, reasons, Executor{}).ok());
  for (std::size_t i = 0; i < 700; ++i) {
    ASSERT_TRUE(same_bits(few.value[i], all.value[i]));
    ASSERT_TRUE(same_bits(few.coverage[i], all.coverage[i]));
    ASSERT_TRUE(same_bits(few.coverage_points[i], all.coverage_points[i]));
    for (std::size_t k = 0; k < all.out.points.size(); ++k) {
      ASSERT_TRUE(same_bits(few.out.points[k][i], all.out.points[k][i]));
      ASSERT_EQ(few.out.scores[k][i], -7);
    }
  }
}

TEST_P(EveryLevel, AFreshnessThatIsNoneVoidsItsRowAlone) {
  const Scorecard card = test::two_by_two();
  std::vector<Indicator> indicators = card.indicators();
  for (Indicator& k : indicators) k.scale = *make_bands({{0, 0}, {100, 100}});
  const Scorecard banded = *make_scorecard(card.dimensions(), indicators);
  const std::vector<std::optional<FrozenReference>> none(3);
  const auto batch =
      make_scorecard_batch(banded, none, *evaluate(banded, std::vector<double>{50, 50, 50}));
  const std::vector<double> x[] = {{40, 40, 40, 40}, {90, 90, 90, 90}, {80, 80, 80, 80}};
  const std::vector<double> f{1, 1.5, 1, kNaN};
  const std::vector<std::span<const double>> columns(std::begin(x), std::end(x)), fresh{f, {}, {}};
  Outputs outputs(banded, 4);
  const BatchReport report =
      run_at(GetParam(), batch->plan(), {columns, fresh}, outputs.out, Executor{});
  EXPECT_EQ(report.rows_scored, 2u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_DOUBLE_EQ(outputs.value[0], 71);
  for (const std::size_t i : {1u, 3u}) {
    for (const double cell : outputs.row(i)) EXPECT_TRUE(std::isnan(cell));
  }
}

INSTANTIATE_TEST_SUITE_P(ScorecardFused, EveryLevel, testing::ValuesIn(simd::levels()),
                         [](const auto& level) { return simd::level_name(level.param); });

const Executor kThreeThreads{
    .state = nullptr,
    .parallel_for = [](void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
      std::vector<std::thread> threads;
      for (std::size_t t = 0; t < 3; ++t) {
        threads.emplace_back([=] {
          for (std::size_t i = t; i < n; i += 3) body(context, i);
        });
      }
      for (auto& thread : threads) thread.join();
    }};

TEST(ScorecardFused, ThreadsChangeNothing) {
  Case c(3);
  const std::size_t rows = 2 * kBlockRows + 77;
  const Inputs inputs(c, rows, true);
  Outputs one(c.card, rows), three(c.card, rows);
  const BatchReport a = c.batch->run(inputs.in, one.out),
                    b = c.batch->run(inputs.in, three.out, kThreeThreads);
  EXPECT_EQ(a.rows_scored, b.rows_scored);
  EXPECT_EQ(a.first_rejected, b.first_rejected);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto x = one.row(i), y = three.row(i);
    for (std::size_t n = 0; n < x.size(); ++n) ASSERT_TRUE(same_bits(x[n], y[n]));
  }
}

TEST(ScorecardFused, AReferenceWithoutIndexGivesNoReasons) {
  Case c(5);
  const std::vector<double> nothing(c.card.indicators().size(), kNaN);
  const auto batch = make_scorecard_batch(c.card, c.references, *evaluate(c.card, nothing));
  const Inputs inputs(c, 300, false);
  Outputs with(c.card, 300), without(c.card, 300);
  ASSERT_TRUE(c.batch->run(inputs.in, with.out).ok());
  ASSERT_TRUE(batch->run(inputs.in, without.out).ok());
  for (std::size_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(same_bits(with.value[i], without.value[i]));
    ASSERT_TRUE(std::isnan(without.coverage_points[i]));
    for (const auto& column : without.out.points) ASSERT_TRUE(std::isnan(column[i]));
  }
}

TEST(ScorecardFused, ReasonsAddUpToTheDifference) {
  Case c(9);
  const Inputs inputs(c, 5000, true);
  Outputs outputs(c.card, 5000);
  ASSERT_TRUE(c.batch->run(inputs.in, outputs.out).ok());
  for (std::size_t i = 0; i < 5000; ++i) {
    if (std::isnan(outputs.value[i])) continue;
    double sum = outputs.coverage_points[i];
    for (const auto& column : outputs.out.points) sum += column[i];
    ASSERT_NEAR(sum, outputs.value[i] - c.batch->reference().value_index, 1e-11);
  }
}

TEST(ScorecardFused, WrongSizesNameTheColumnAndWriteNothing) {
  Case c(11);
  const Inputs inputs(c, 20, true);
  Outputs outputs(c.card, 20);
  const auto message = [&](FeatureColumns in, ReasonedColumns out) {
    const BatchReport report = c.batch->run(in, out);
    EXPECT_EQ(report.status.code(), StatusCode::size_mismatch);
    return report.status.message();
  };
  auto columns = inputs.x_spans;
  columns.back() = std::span<const double>(outputs.value).first(19);
  const std::string last = "x[" + std::to_string(columns.size() - 1) + "]";
  EXPECT_EQ(message({columns}, outputs.out), "`" + last + "` has 19 rows, expected 20");
  columns.pop_back();
  EXPECT_NE(message({columns}, outputs.out).find("`x`"), std::string::npos);
  ReasonedColumns out = outputs.out;
  out.points = out.points.first(out.points.size() - 1);
  EXPECT_NE(message(inputs.in, out).find("`points`"), std::string::npos);
  out = outputs.out;
  out.coverage_points = {};
  EXPECT_NE(message(inputs.in, out).find("`coverage_points`"), std::string::npos);
  EXPECT_EQ(outputs.value, std::vector<double>(20, -7));
  const std::vector<std::optional<FrozenReference>> few(c.references.size() + 1);
  EXPECT_FALSE(make_scorecard_batch(c.card, few, c.batch->reference()));
}

TEST(ScorecardFused, StopsWhenAsked) {
  Case c(12);
  const Inputs inputs(c, 20, false);
  Outputs outputs(c.card, 20);
  const Executor stop{.keep_going = [](void*, double) { return false; }};
  EXPECT_EQ(c.batch->run(inputs.in, outputs.out, stop).status.code(), StatusCode::cancelled);
}

TEST(RankTable, HasTheBitsOfThePercentileOnAwkwardReferences) {
  test::RandomNumbers random(21);
  constexpr double kMost = std::numeric_limits<double>::max(), kLeast = 5e-324;
  std::vector<std::vector<double>> portfolios{
      {0}, {-3}, {-0.0, 1}, {-kMost, kMost}, {kLeast, 2 * kLeast}, {-1, 0, 0, 0, 1e300}, {5, 5, 5}};
  for (const double spread : {1., 20., 300.}) {
    portfolios.emplace_back();
    for (int i = 0; i < 9000; ++i) {
      const double size = std::exp(spread * random.uniform(-1, 1));
      portfolios.back().push_back(random.chance(.3) ? -size : size);
    }
  }
  for (const auto& values : portfolios) {
    const auto reference = *make_reference(values);
    std::vector<double> x{kNaN, kInf, -kInf, 0.0, -0.0, kMost, -kMost, kLeast};
    for (const double v : values) {
      x.insert(x.end(), {v, std::nextafter(v, kInf), std::nextafter(v, -kInf), v * .7, -v});
    }
    for (const bool turned : {false, true}) {
      std::vector<double> got(x.size());
      rank_n(make_rank_table(reference, turned), x.data(), got.data(), x.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double points = reference.percentile(x[i]);
        ASSERT_TRUE(same_bits(got[i], turned ? 100 - points : points)) << x[i];
      }
    }
  }
}

}  // namespace
}  // namespace kam::value
