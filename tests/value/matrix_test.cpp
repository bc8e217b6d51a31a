#include <kam/value/matrix.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kZ = 1.2815515655446004;  // 80 % interval
using Values = std::vector<double>;
using Cells = std::vector<std::int32_t>;

/// Fiocca (1982), step 1: difficulty of managing x strategic importance.
MatrixSpec fiocca_1() {
  return {.id = "fiocca_1",
          .x = "difficulty",
          .y = "importance",
          .cells = {{"non-key, easy", "non-key, difficult"}, {"key, easy", "key, difficult"}}};
}

/// Step 2, for key accounts: strength of the relationship x attractiveness of their business, three
/// bands each.
MatrixSpec fiocca_2() {
  MatrixSpec spec{.id = "fiocca_2",
                  .x = "relationship",
                  .y = "attractiveness",
                  .x_cuts = {33, 67},
                  .y_cuts = {33, 67},
                  .hysteresis = 4};
  for (const char* y : {"low", "medium", "high"}) {
    std::vector<std::string>& row = spec.cells.emplace_back();
    for (const char* x : {"weak", "medium", "strong"}) {
      row.push_back(std::string(y) + ", " + x);
    }
  }
  return spec;
}

PortfolioMatrix matrix(const MatrixSpec& spec) {
  return *make_matrix(spec);
}

Interval around(double estimate, double se) {
  const double share = std::fmin(std::fmax(estimate / 100, .005), .995);
  const Interval i = logit_interval(share, se / (100 * share * (1 - share)), kZ);
  return {estimate, std::fmin(100 * i.lo, estimate), std::fmax(100 * i.hi, estimate)};
}

// --- published ---------------------------------------------------------------

/// Fiocca's grids are layouts and not numbers, so the test asks which corner is which.
TEST(Matrix, FioccasTwoSteps) {
  const PortfolioMatrix one = matrix(fiocca_1()), two = matrix(fiocca_2());
  const auto label = [](const PortfolioMatrix& m, double x, double y) {
    return m.label(static_cast<std::size_t>(cell_of(m, x, y)));
  };
  EXPECT_EQ(label(one, 10, 90), "key, easy");
  EXPECT_EQ(label(one, 90, 90), "key, difficult");
  EXPECT_EQ(label(one, 90, 10), "non-key, difficult");
  EXPECT_EQ(label(two, 10, 90), "high, weak");
  EXPECT_EQ(label(two, 50, 50), "medium, medium");
  EXPECT_EQ(label(two, 90, 10), "low, strong");
  EXPECT_EQ(two.cells(), 9u);
}

TEST(Matrix, APointOnACutBelongsToTheUpperCell) {
  const PortfolioMatrix m = matrix(fiocca_1());
  EXPECT_EQ(cell_of(m, 50, 50), 3);
  EXPECT_EQ(cell_of(m, std::nextafter(50, 0), 50), 2);
  EXPECT_EQ(cell_of(m, 50, std::nextafter(50, 0)), 1);
  EXPECT_EQ(cell_of(m, 0, 0), 0);
  EXPECT_EQ(cell_of(m, 100, 100), 3);
}

// --- laws --------------------------------------------------------------------

TEST(Matrix, ProbabilitiesAddUpToOneAndFollowTheAxes) {
  const PortfolioMatrix m = matrix(fiocca_2());
  Random random(1);
  Values p(9), marginal(9);
  for (int i = 0; i < 3000; ++i) {
    const Interval x = around(100 * random.uniform(), 20 * random.uniform());
    const Interval y = around(100 * std::floor(2 * random.uniform()), 20 * random.uniform());
    ASSERT_TRUE(cell_probabilities(m, x, y, kZ, p).ok());
    ASSERT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-14);
    const double top = probability_between(y, kZ, 67, kInf);
    ASSERT_NEAR(p[6] + p[7] + p[8], top, 1e-14);
    const double right = probability_between(x, kZ, 67, kInf);
    ASSERT_NEAR(p[2] + p[5] + p[8], right, 1e-14);
    ASSERT_NEAR(p[8], top * right, 1e-15);
  }
}

TEST(Matrix, APointIsInItsCell) {
  const PortfolioMatrix m = matrix(fiocca_2());
  Values p(9);
  for (const double x : {0.0, 32.9, 33.0, 67.0, 100.0}) {
    for (const double y : {0.0, 32.9, 33.0, 67.0, 100.0}) {
      ASSERT_TRUE(cell_probabilities(m, {x, x, x}, {y, y, y}, kZ, p).ok());
      for (std::size_t c = 0; c < 9; ++c) {
        EXPECT_EQ(p[c], static_cast<std::int32_t>(c) == cell_of(m, x, y) ? 1 : 0);
      }
    }
  }
}

TEST(Matrix, TurnedAxesTurnTheCells) {
  MatrixSpec spec = fiocca_2();
  spec.x_cuts = {20, 50};
  MatrixSpec turned = spec;
  std::swap(turned.x, turned.y);
  std::swap(turned.x_cuts, turned.y_cuts);
  const PortfolioMatrix a = matrix(spec), b = matrix(turned);
  for (double x = 0; x <= 100; x += 5) {
    for (double y = 0; y <= 100; y += 5) {
      for (std::int32_t before = 0; before < 9; ++before) {
        const std::int32_t cell = cell_of(a, x, y, before), other = 3 * (before % 3) + before / 3;
        EXPECT_EQ(cell_of(b, y, x, other), 3 * (cell % 3) + cell / 3);
      }
    }
  }
}

TEST(Matrix, EachAxisHasItsOwnHysteresis) {
  const PortfolioMatrix m = matrix(fiocca_2());
  const std::int32_t centre = 4;
  EXPECT_EQ(cell_of(m, 70, 50, centre), centre);
  EXPECT_EQ(cell_of(m, 71, 50, centre), 5);
  EXPECT_EQ(cell_of(m, 29, 50, centre), centre);
  EXPECT_EQ(cell_of(m, 28.9, 50, centre), 3);
  EXPECT_EQ(cell_of(m, 70, 80, centre), 7);  // y has left, x has not
  EXPECT_EQ(cell_of(m, 70, 70, centre), centre);
  EXPECT_EQ(cell_of(m, 70, 70), 8);
  Random random(2);
  for (int i = 0; i < 5000; ++i) {
    const double x = 100 * random.uniform(), y = 100 * random.uniform();
    const std::int32_t once = cell_of(m, x, y, static_cast<std::int32_t>(random.below(9)));
    EXPECT_EQ(cell_of(m, x, y, once), once);
  }
}

// --- independent path --------------------------------------------------------

TEST(Matrix, ProbabilitiesAgreeWithDraws) {
  const PortfolioMatrix m = matrix(fiocca_2());
  Random random(3);
  const auto draw = [&](double estimate, double se) {
    const double share = estimate / 100, sd = se / (100 * share * (1 - share));
    return 100 * logistic(std::log(share / (1 - share)) + sd * random.normal());
  };
  const double cases[][4] = {{40, 10, 60, 15}, {70, 3, 30, 8}, {95, 6, 5, 20}};
  for (const auto& [x, x_se, y, y_se] : cases) {
    Values p(9), share(9);
    ASSERT_TRUE(cell_probabilities(m, around(x, x_se), around(y, y_se), kZ, p).ok());
    const int n = 100'000;
    for (int i = 0; i < n; ++i) {
      share[static_cast<std::size_t>(cell_of(m, draw(x, x_se), draw(y, y_se)))] += 1.0 / n;
    }
    for (std::size_t c = 0; c < 9; ++c) EXPECT_NEAR(p[c], share[c], .006);
  }
}

TEST(Matrix, BatchIsItsRows) {
  const PortfolioMatrix m = matrix(fiocca_2());
  Random random(4);
  const std::size_t rows = 9000;
  Values x(rows), y(rows), x_lo(rows), x_hi(rows), y_lo(rows), y_hi(rows), stability(rows);
  Cells previous(rows), cell(rows);
  std::vector<Values> p(9, Values(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    const Interval a = around(100 * random.uniform(), 10 * random.uniform());
    const Interval b = around(100 * random.uniform(), 10 * random.uniform());
    x[i] = random.uniform() < .02 ? kNaN : a.estimate;
    y[i] = random.uniform() < .02 ? -1 : b.estimate;
    x_lo[i] = a.lo, x_hi[i] = a.hi, y_lo[i] = b.lo, y_hi[i] = b.hi;
    previous[i] = static_cast<std::int32_t>(random.below(10)) - 1;
  }
  const std::vector<std::span<double>> columns(p.begin(), p.end());
  const BatchReport report =
      place(m, {x, y, x_lo, x_hi, y_lo, y_hi, previous}, kZ, {cell, stability, columns});
  std::size_t rejected = 0;
  Values one(9);
  for (std::size_t i = 0; i < rows; ++i) {
    ASSERT_EQ(cell[i], cell_of(m, x[i], y[i], previous[i]));
    if (cell[i] == kNoCell) {
      ++rejected;
      ASSERT_TRUE(std::isnan(stability[i]) && std::isnan(p[0][i]));
      continue;
    }
    ASSERT_TRUE(
        cell_probabilities(m, {x[i], x_lo[i], x_hi[i]}, {y[i], y_lo[i], y_hi[i]}, kZ, one).ok());
    for (std::size_t c = 0; c < 9; ++c) ASSERT_EQ(p[c][i], one[c]);
    ASSERT_EQ(stability[i], one[static_cast<std::size_t>(cell[i])]);
  }
  EXPECT_GT(rejected, 100u);
  EXPECT_EQ(report.rows_rejected, rejected);
  EXPECT_EQ(report.rows_scored, rows - rejected);
}

// --- hostile -----------------------------------------------------------------

TEST(Matrix, RefusalsNameWhatIsWrong) {
  const auto refusal = [](auto change) {
    MatrixSpec spec = fiocca_2();
    change(spec);
    const auto made = make_matrix(spec);
    return made ? std::string("accepted") : made.error().message();
  };
  EXPECT_EQ(refusal([](MatrixSpec&) {}), "accepted");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.id = ""; }), "`id` must not be empty");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.y = ""; }), "`y` must not be empty");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.y = s.x; }),
            "`y` is the same index as `x`, `relationship`");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.x_cuts[1] = 33; }),
            "`x_cuts[1]` must be greater than the cut before it, 33, got 33");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.y_cuts[0] = 0; }),
            "`y_cuts[0]` must be above 0 and below 100, got 0");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.y_cuts[1] = kNaN; }),
            "`y_cuts[1]` must be above 0 and below 100, got nan");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.y_cuts.assign(16, 3); }),
            "`y_cuts` must be fewer than 16 cuts, got 16");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.hysteresis = -1; }),
            "`hysteresis` must be finite and >= 0, got -1");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.cells.pop_back(); }),
            "`cells` has 2 entries, the cuts make 3");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.cells[1].push_back("x"); }),
            "`cells[1]` has 4 entries, the cuts make 3");
  EXPECT_EQ(refusal([](MatrixSpec& s) { s.cells[2][0] = ""; }), "`cells[2][0]` must not be empty");
}

TEST(Matrix, PointsThatAreNoPointsHaveNoCell) {
  const PortfolioMatrix m = matrix(fiocca_1());
  EXPECT_EQ(cell_of(m, kNaN, 5), kNoCell);
  EXPECT_EQ(cell_of(m, 5, kInf), kNoCell);
  EXPECT_EQ(cell_of(m, 5, -.1), kNoCell);
  EXPECT_EQ(cell_of(m, 100.1, 5), kNoCell);
  EXPECT_EQ(cell_of(m, 5, 5, 4), kNoCell);
  EXPECT_EQ(cell_of(m, 5, 5, -2), kNoCell);
  Values p(4);
  ASSERT_TRUE(cell_probabilities(m, {kNaN, 1, 2}, {5, 4, 6}, kZ, p).ok());
  for (const double share : p) EXPECT_TRUE(std::isnan(share));
  const PortfolioMatrix single =
      matrix({.id = "one", .x = "a", .y = "b", .x_cuts = {}, .y_cuts = {}, .cells = {{"all"}}});
  EXPECT_EQ(cell_of(single, 5, 5, 0), 0);
}

TEST(Matrix, ABadCallTouchesNothing) {
  const PortfolioMatrix m = matrix(fiocca_1());
  const Values two = {1, 2}, one = {1};
  Cells cell = {7, 7};
  Values stability = {7, 7}, p(3, 7);
  const auto message = [&](const MatrixColumns& in, double z, const MatrixResults& out) {
    return place(m, in, z, out).status.message();
  };
  EXPECT_EQ(message({two, one}, kZ, {cell}), "`y` has 1 rows, expected 2");
  EXPECT_EQ(message({one, one}, kZ, {cell}), "`cell` has 2 rows, expected 1");
  EXPECT_EQ(message({two, two}, kZ, {cell, stability}), "`x_lo` has 0 rows, expected 2");
  EXPECT_EQ(message({two, two, two, two, two}, kZ, {cell}), "`y_hi` has 0 rows, expected 2");
  EXPECT_EQ(message({two, two, two, two, two, two}, kNaN, {cell, stability}),
            "`z` must be above 0, got nan");
  const std::vector<std::span<double>> wrong = {stability, stability};
  EXPECT_EQ(message({two, two, two, two, two, two}, kZ, {cell, {}, wrong}),
            "`probabilities` has 2 rows, expected 4");
  EXPECT_EQ(cell, (Cells{7, 7}));
  EXPECT_EQ(stability, (Values{7, 7}));
  EXPECT_EQ(place(m, {two, two}, kNaN, {cell}).rows_scored, 2u);
  EXPECT_EQ(cell_probabilities(m, {1, 1, 1}, {1, 1, 1}, kZ, p).message(),
            "`out` has 3 rows, expected 4");
  EXPECT_EQ(p[0], 7);
}

}  // namespace
}  // namespace kam::value
