/// Analytic hierarchy process: weights from pairwise judgments, and how far the judgments agree.
///
/// a_ij says how many times criterion i matters as much as j; a_ji = 1/a_ij. The weights are the
/// principal eigenvector (Saaty 1980); the geometric means of the rows and their consistency index
/// (Crawford & Williams 1985, Aguarón & Moreno-Jiménez 2003) come along as a second opinion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::value {

/// 105 judgments are more than a person can be asked for, and the random index ends here too.
inline constexpr std::size_t kMostCriteria = 15;
/// Judgments beyond 10^±9 are a mistake of unit; Saaty's scale ends at 9.
inline constexpr double kLargestJudgment = 1e9;
/// How far a_ij a_ji may be from 1, relative.
inline constexpr double kReciprocityTolerance = 1e-9;

/// Whose mean consistency index of random matrices a consistency ratio is measured against.
enum class RandomIndexTable : std::uint8_t {
  alonso_lamata_2006,  ///< 100,000 simulated matrices per order; reproduced by kam's tests
  saaty_classic,       ///< the two-digit table of the textbooks, .58 for n = 3; up to n = 10
};

[[nodiscard]] constexpr const char* random_index_name(RandomIndexTable table) noexcept {
  return table == RandomIndexTable::saaty_classic ? "saaty_classic" : "alonso_lamata_2006";
}

/// RI(n) [-]; 0 for n <= 2, where no judgment can contradict another. NaN beyond the table: printed
/// classic tables end at 10 or disagree behind it.
[[nodiscard]] constexpr double random_index(RandomIndexTable table, std::size_t n) noexcept {
  constexpr double kSimulated[] = {0.0,    0.0,    0.0,    0.5245, 0.8815, 1.1086, 1.2479, 1.3417,
                                   1.4056, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838};
  constexpr double kClassic[] = {0.0, 0.0, 0.0, .58, .90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49};
  if (table == RandomIndexTable::saaty_classic) return n <= 10 ? kClassic[n] : kNaN;
  return n <= kMostCriteria ? kSimulated[n] : kNaN;
}

/// CI = (λ_max − n)/(n − 1) [-], >= 0; 0 for n <= 2. NaN if λ_max is below n by more than rounding.
[[nodiscard]] inline double consistency_index(double lambda_max, std::size_t n) noexcept {
  if (n <= 2) return 0.0;
  const double order = static_cast<double>(n), excess = lambda_max - order;
  if (!(excess >= -1e-12 * order)) return kNaN;
  return excess > 0.0 ? excess / (order - 1.0) : 0.0;
}

/// CR = CI/RI [-]; below .10 is the usual demand. 0 for n <= 2; NaN where the table ends.
[[nodiscard]] inline double consistency_ratio(double ci, std::size_t n,
                                              RandomIndexTable table) noexcept {
  return n <= 2 ? 0.0 : ci / random_index(table, n);
}

/// A consistency ratio never comes without the table it was measured against.
struct ConsistencyRatio {
  RandomIndexTable table = RandomIndexTable::alonso_lamata_2006;
  double random_index = 0.0;  ///< RI(n) of that table
  double value = 0.0;         ///< CI/RI; 0 for n <= 2, NaN where the table ends
};

/// The judgment that the weights contradict most; i < j.
struct InconsistentJudgment {
  std::size_t i = 0, j = 0;
  double given = 1.0;         ///< a_ij
  double implied = 1.0;       ///< w_i/w_j, what the other judgments make of it
  double log_residual = 0.0;  ///< ln(a_ij w_j/w_i), signed
  std::size_t tied = 0;       ///< judgments with as large a |log_residual|, this one included
};

struct AhpResult {
  std::vector<double> weights;           ///< w, principal eigenvector, > 0, adding up to 1
  double lambda_max = 0.0;               ///< principal eigenvalue, >= n
  double consistency_index = 0.0;        ///< CI
  ConsistencyRatio consistency_ratio{};  ///< against simulated matrices: the one to read
  ConsistencyRatio classic_ratio{};      ///< against the classic table: to compare with old reports
  std::vector<double> geometric_weights;     ///< geometric means of the rows, adding up to 1
  double geometric_consistency_index = 0.0;  ///< GCI = 2/((n−1)(n−2)) Σ_{i<j} ln²(a_ij g_j/g_i)
  InconsistentJudgment most_inconsistent{};  ///< i = j = 0 for one criterion
};

/// `matrix` is n x n row-major, n in 1..kMostCriteria: diagonal 1, entries in 1e-9..1e9, reciprocal
/// within kReciprocityTolerance. NaN in one place of a pair is completed from the other, so an
/// upper triangle is enough; a pair of NaN is refused, since no judgment is invented.
/// invalid_argument names the entry and its value, size_mismatch a matrix that is not n x n. O(n³).
[[nodiscard]] Result<AhpResult> ahp(std::span<const double> matrix, std::size_t n);

/// One matrix for a group: the weighted geometric mean of each judgment, which keeps reciprocity
/// (Aczél & Saaty 1983). `matrices` holds one n x n matrix per
/// judge, one after the other, each valid for ahp() except that a pair may be missing: the mean is
/// then over those who judged it, and NaN if nobody did. `judge_weights` >= 0, empty means equal.
[[nodiscard]] Result<std::vector<double>> group_judgments(
    std::span<const double> matrices, std::size_t n, std::span<const double> judge_weights = {});

}  // namespace kam::value
