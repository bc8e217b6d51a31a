#include <kam/value/ahp.hpp>

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace kam::value {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;

const Values kThree = {1, 1 / 3.0, 5, 3, 1, 7, 1 / 5.0, 1 / 7.0, 1};
const Values kFour = {1, 2, 3, 2, .5, 1, 2, 1, 1 / 3.0, .5, 1, .5, .5, 1, 2, 1};

/// Saaty's scale 1/9 … 9, every value equally likely: the matrices behind the random index.
Values random_judgments(Random& random, std::size_t n) {
  Values a(n * n, 1.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double k = static_cast<double>(random.below(17));
      a[i * n + j] = k < 8 ? 1 / (9 - k) : k - 7;
      a[j * n + i] = 1 / a[i * n + j];
    }
  }
  return a;
}

Values consistent(const Values& w) {
  Values a;
  for (double wi : w) {
    for (double wj : w) a.push_back(wi / wj);
  }
  return a;
}

std::string refusal(const Values& matrix, std::size_t n) {
  const auto result = ahp(matrix, n);
  return result ? "accepted" : result.error().message();
}

// --- published ---------------------------------------------------------------

TEST(Ahp, ThreeCriteriaRecomputedInR) {
  const AhpResult r = *ahp(kThree, 3);
  EXPECT_NEAR(r.lambda_max, 3.0648876, 5e-8);
  const double w[] = {.27895457, .64911800, .07192743};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(r.weights[i], w[i], 5e-9);
    EXPECT_NEAR(r.geometric_weights[i], w[i], 5e-9);  // the same for n = 3
  }
  EXPECT_NEAR(r.consistency_index, .03244379, 5e-9);
  EXPECT_NEAR(r.consistency_ratio.value, .06186, 5e-6);
  EXPECT_NEAR(r.classic_ratio.value, .05594, 5e-6);
  EXPECT_NEAR(r.geometric_consistency_index, .19361915, 5e-9);
}

TEST(Ahp, FourCriteriaRecomputedInR) {
  const AhpResult r = *ahp(kFour, 4);
  EXPECT_NEAR(r.lambda_max, 4.0103629, 5e-8);
  const double w[] = {.42358691, .22704447, .12232416, .22704447};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(r.weights[i], w[i], 5e-9);
  EXPECT_EQ(r.weights[1], r.weights[3]);
}

TEST(Ahp, RandomIndexOfAlonsoAndLamata2006AndOfTheTextbooks) {
  const double simulated[] = {.5245, .8815, 1.1086, 1.2479, 1.3417, 1.4056};
  const double classic[] = {.58, .90, 1.12, 1.24, 1.32, 1.41};
  for (std::size_t n = 3; n <= 8; ++n) {
    EXPECT_EQ(random_index(RandomIndexTable::alonso_lamata_2006, n), simulated[n - 3]);
    EXPECT_EQ(random_index(RandomIndexTable::saaty_classic, n), classic[n - 3]);
  }
  EXPECT_TRUE(std::isnan(random_index(RandomIndexTable::saaty_classic, 11)));
  EXPECT_TRUE(std::isnan(random_index(RandomIndexTable::alonso_lamata_2006, 16)));
  const AhpResult r = *ahp(kThree, 3);
  EXPECT_STREQ(random_index_name(r.consistency_ratio.table), "alonso_lamata_2006");
  EXPECT_STREQ(random_index_name(r.classic_ratio.table), "saaty_classic");
  EXPECT_EQ(r.consistency_ratio.random_index, .5245);
  EXPECT_EQ(r.classic_ratio.random_index, .58);
}

// --- laws --------------------------------------------------------------------

TEST(Ahp, ConsistentJudgmentsGiveTheirWeightsBack) {
  Random random(1);
  for (std::size_t n = 1; n <= kMostCriteria; ++n) {
    Values w(n);
    for (double& x : w) x = random.uniform();
    const double total = std::accumulate(w.begin(), w.end(), 0.0);
    const AhpResult r = *ahp(consistent(w), n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(r.weights[i], w[i] / total, 1e-15);
    EXPECT_NEAR(r.lambda_max, static_cast<double>(n), 1e-13);
    EXPECT_NEAR(r.consistency_index, 0, 1e-13);
    EXPECT_NEAR(r.geometric_consistency_index, 0, 1e-13);
    EXPECT_EQ(r.most_inconsistent.tied, n * (n - 1) / 2);
  }
}

TEST(Ahp, NamesOfCriteriaDoNotMatterAndTheTransposeInverts) {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = 3 + random.below(6);
    const Values a = random_judgments(random, n);
    Values reversed(n * n), transposed(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        reversed[(n - 1 - i) * n + (n - 1 - j)] = a[i * n + j];
        transposed[j * n + i] = a[i * n + j];
      }
    }
    const AhpResult r = *ahp(a, n), s = *ahp(reversed, n), t = *ahp(transposed, n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(s.weights[n - 1 - i], r.weights[i], 1e-13);
    EXPECT_NEAR(s.lambda_max, r.lambda_max, 1e-12);
    EXPECT_NEAR(t.lambda_max, r.lambda_max, 1e-12);
    for (std::size_t i = 0; i < n; ++i) {  // geometric means turn over exactly, eigenvectors do not
      EXPECT_NEAR(r.geometric_weights[i] * t.geometric_weights[i],
                  r.geometric_weights[0] * t.geometric_weights[0], 1e-14);
    }
  }
}

TEST(Ahp, RaisingAJudgmentRaisesTheWeight) {
  Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = 3 + random.below(5);
    Values a = random_judgments(random, n);
    const double before = ahp(a, n)->weights[0];
    a[1] *= 1.2;
    a[n] = 1 / a[1];
    EXPECT_GT(ahp(a, n)->weights[0], before);
  }
}

TEST(Ahp, OneWrongJudgmentAmongConsistentOnesIsFound) {
  Random random(4);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = 4 + random.below(8);
    Values w(n);
    for (double& x : w) x = .1 + random.uniform();
    Values a = consistent(w);
    const std::size_t i = random.below(n - 1), j = i + 1 + random.below(n - 1 - i);
    a[i * n + j] *= 6;
    a[j * n + i] = 1 / a[i * n + j];
    const InconsistentJudgment found = ahp(a, n)->most_inconsistent;
    EXPECT_EQ(found.i, i);
    EXPECT_EQ(found.j, j);
    EXPECT_GT(found.log_residual, 0);
    EXPECT_EQ(found.tied, 1u);
    EXPECT_LT(found.implied, found.given);
  }
  EXPECT_EQ(ahp(kThree, 3)->most_inconsistent.tied, 3u);  // three judgments cannot be told apart
}

TEST(Ahp, AGroupOfOneOrOfEqualsIsItself) {
  const Values twice = [] {
    Values v = kThree;
    v.insert(v.end(), kThree.begin(), kThree.end());
    return v;
  }();
  const Values one = *group_judgments(kThree, 3), two = *group_judgments(twice, 3);
  for (std::size_t c = 0; c < 9; ++c) {
    EXPECT_NEAR(one[c], kThree[c], 1e-15 * kThree[c]);
    EXPECT_NEAR(two[c], kThree[c], 1e-14 * kThree[c]);
  }
}

TEST(Ahp, AGroupKeepsReciprocityAndCountsWeights) {
  Random random(5);
  const std::size_t n = 5;
  const Values a = random_judgments(random, n), b = random_judgments(random, n);
  Values pair = a, thrice = a;
  pair.insert(pair.end(), b.begin(), b.end());
  for (int k = 0; k < 3; ++k) thrice.insert(thrice.end(), b.begin(), b.end());
  const Values weighted = *group_judgments(pair, n, Values{1, 3});
  const Values repeated = *group_judgments(thrice, n);
  for (std::size_t c = 0; c < n * n; ++c)
    EXPECT_NEAR(weighted[c], repeated[c], 1e-13 * weighted[c]);
  EXPECT_TRUE(ahp(weighted, n).has_value());
}

// --- independent path --------------------------------------------------------

TEST(Ahp, AgreesWithAGeneralEigenvalueSolver) {
  Random random(6);
  for (int trial = 0; trial < 1000; ++trial) {
    const std::size_t n = 3 + random.below(kMostCriteria - 2);
    const Values a = random_judgments(random, n);
    const auto order = static_cast<Eigen::Index>(n);
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::EigenSolver<Matrix> solver(Eigen::Map<const Matrix>(a.data(), order, order));
    Eigen::Index top = 0;
    solver.eigenvalues().real().maxCoeff(&top);
    Eigen::VectorXd w = solver.eigenvectors().col(top).real();
    w /= w.sum();
    const AhpResult r = *ahp(a, n);
    EXPECT_NEAR(r.lambda_max, solver.eigenvalues()(top).real(), 1e-11);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(r.weights[i], w(static_cast<Eigen::Index>(i)), 1e-12);
    }
  }
}

/// Mean and standard error of CI over random matrices.
std::pair<double, double> simulated_random_index(std::size_t n, int matrices) {
  Random random(20060601, n);
  double sum = 0, squares = 0;
  for (int k = 0; k < matrices; ++k) {
    const double ci = ahp(random_judgments(random, n), n)->consistency_index;
    sum += ci;
    squares += ci * ci;
  }
  const double mean = sum / matrices;
  return {mean, std::sqrt((squares / matrices - mean * mean) / matrices)};
}

TEST(Ahp, SimulationReproducesTheRandomIndexAndNotTheClassicOne) {
  const auto [three, error] = simulated_random_index(3, 40'000);
  const double own_error = error * std::sqrt(.4);  // theirs: 100,000 matrices
  EXPECT_NEAR(three, .5245, 3 * std::hypot(error, own_error));
  EXPECT_LT(three + 6 * error, .58);
  for (std::size_t n : {4u, 9u, 15u}) {
    const auto [mean, se] = simulated_random_index(n, 4000);
    EXPECT_NEAR(mean, random_index(RandomIndexTable::alonso_lamata_2006, n), 3.5 * se) << n;
  }
}

// --- hostile -----------------------------------------------------------------

TEST(Ahp, OneAndTwoCriteriaCannotContradict) {
  const AhpResult one = *ahp(Values{1}, 1), two = *ahp(Values{1, 3, kNan, 1}, 2);
  EXPECT_EQ(one.weights, Values{1});
  EXPECT_EQ(one.consistency_ratio.value, 0);
  EXPECT_EQ(one.most_inconsistent.tied, 0u);
  EXPECT_DOUBLE_EQ(two.weights[0], .75);
  EXPECT_EQ(two.consistency_ratio.value, 0);
  EXPECT_EQ(two.classic_ratio.value, 0);
  EXPECT_EQ(two.geometric_consistency_index, 0);
}

TEST(Ahp, AnUpperTriangleIsEnough) {
  const AhpResult full = *ahp(kThree, 3);
  const AhpResult upper = *ahp(Values{1, 1 / 3.0, 5, kNan, kNan, 7, kNan, kNan, 1}, 3);
  const AhpResult lower = *ahp(Values{1, kNan, kNan, 3, 1, kNan, .2, 1 / 7.0, 1}, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(upper.weights[i], full.weights[i], 1e-15);
    EXPECT_NEAR(lower.weights[i], full.weights[i], 1e-15);
  }
}

TEST(Ahp, RefusalsNameTheEntryAndItsValue) {
  EXPECT_EQ(refusal({1, 2, 3}, 2), "`matrix` has 3 rows, expected 4");
  EXPECT_EQ(refusal({}, 0), "`n` must be between 1 and 15, got 0");
  EXPECT_EQ(refusal(Values(256, 1), 16), "`n` must be between 1 and 15, got 16");
  EXPECT_EQ(refusal({1, 2, .5, 2}, 2), "`matrix[1][1]` must be 1, got 2");
  EXPECT_EQ(refusal({1, 0, .5, 1}, 2), "`matrix[0][1]` must be between 1e-9 and 1e9, got 0");
  EXPECT_EQ(refusal({1, 2, -.5, 1}, 2), "`matrix[1][0]` must be between 1e-9 and 1e9, got -0.5");
  EXPECT_EQ(refusal({1, kInf, 0, 1}, 2), "`matrix[0][1]` must be between 1e-9 and 1e9, got inf");
  EXPECT_EQ(refusal({1, kNan, kNan, 1}, 2),
            "`matrix[0][1]` must be given here or at its mirror, got nan");
  EXPECT_EQ(refusal({1, 4, .3, 1}, 2),
            "`matrix[1][0]` must be 1/matrix[0][1] = 0.25 (or NaN to have it completed), got 0.3");
  EXPECT_EQ(refusal({1, 3, .33333, 1}, 2).substr(0, 34), "`matrix[1][0]` must be 1/matrix[0]");
}

TEST(Ahp, AbsurdButReciprocalJudgmentsStayFinite) {
  const double t = 1e9;
  const AhpResult r = *ahp(Values{1, t, 1 / t, 1 / t, 1, t, t, 1 / t, 1}, 3);  // a circle
  for (double w : r.weights) EXPECT_NEAR(w, 1 / 3.0, 1e-9);
  EXPECT_NEAR(r.lambda_max, t + 1, 1e-3);
  Random random(7);
  for (int trial = 0; trial < 500; ++trial) {
    const std::size_t n = 3 + random.below(13);
    Values a(n * n, 1.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) {
        a[i * n + j] = std::exp(20 * (2 * random.uniform() - 1));
        a[j * n + i] = 1 / a[i * n + j];
      }
    }
    const AhpResult x = *ahp(a, n);
    const double sum = std::accumulate(x.weights.begin(), x.weights.end(), 0.0);
    EXPECT_NEAR(sum, 1, 1e-14);
    EXPECT_GT(*std::min_element(x.weights.begin(), x.weights.end()), 0);
    for (std::size_t i = 0; i < n; ++i) {  // A w = λ w, to the last bits of each component
      double row = 0;
      for (std::size_t j = 0; j < n; ++j) row += a[i * n + j] * x.weights[j];
      EXPECT_NEAR(row / (x.lambda_max * x.weights[i]), 1, 1e-13);
    }
  }
}

TEST(Ahp, AGroupLeavesOutWhatOneDidNotJudgeAndRefusesTheRest) {
  Values two = kThree;
  two.insert(two.end(), {1, kNan, 5, kNan, 1, 7, .2, 1 / 7.0, 1});
  EXPECT_NEAR((*group_judgments(two, 3))[1], 1 / 3.0, 1e-15);
  const Values nobody = *group_judgments(Values{1, kNan, kNan, 1}, 2);
  EXPECT_TRUE(std::isnan(nobody[1]));
  EXPECT_EQ(refusal(nobody, 2), "`matrix[0][1]` must be given here or at its mirror, got nan");
  EXPECT_EQ(group_judgments(Values{1, 2, 3}, 2).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(group_judgments({}, 2).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(group_judgments(Values{1, 2, .5, 1, 1, 2, .4, 1}, 2).error().message().substr(0, 19),
            "`matrices[1][1][0]`");
  EXPECT_EQ(group_judgments(Values{1, 2, .5, 1}, 2, Values{-1}).error().message(),
            "`judge_weights[0]` must be finite and >= 0, got -1");
  EXPECT_FALSE(group_judgments(Values{1, 2, .5, 1}, 2, Values{1, 1}).has_value());
}

}  // namespace
}  // namespace kam::value
