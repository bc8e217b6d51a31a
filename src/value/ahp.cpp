#include <kam/value/ahp.hpp>

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <string>

#include <kam/base/columns.hpp>
#include <kam/value/weights.hpp>

#include "numeric/text.hpp"

namespace kam::value {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, kMostCriteria,
                             kMostCriteria>;
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, kMostCriteria, 1>;
using Index = Eigen::Index;

std::string entry_name(const std::string& matrix, Index i, Index j) {
  return matrix + "[" + std::to_string(i) + "][" + std::to_string(j) + "]";
}

Status refuse(const std::string& matrix, Index i, Index j, const std::string& rule, double value) {
  return invalid_argument(entry_name(matrix, i, j).c_str(), rule.c_str(), value);
}

Status check_order(std::size_t n) {
  if (n >= 1 && n <= kMostCriteria) return {};
  return invalid_argument("n", "between 1 and 15", static_cast<double>(n));
}

/// Positive and of a size that means something; NaN is missing and fine here.
bool can_be_judgment(double a) {
  return std::isnan(a) || (a >= 1.0 / kLargestJudgment && a <= kLargestJudgment);
}

/// Checks the pair (i, j) and completes one of it from the other.
Status complete_pair(const std::string& name, Matrix& a, Index i, Index j) {
  double &upper = a(i, j), &lower = a(j, i);
  if (!can_be_judgment(upper)) return refuse(name, i, j, "between 1e-9 and 1e9", upper);
  if (!can_be_judgment(lower)) return refuse(name, j, i, "between 1e-9 and 1e9", lower);
  if (std::isnan(upper)) upper = 1.0 / lower;
  if (std::isnan(lower)) lower = 1.0 / upper;
  if (!(std::fabs(upper * lower - 1.0) > kReciprocityTolerance)) return {};
  return refuse(name, j, i,
                "1/" + entry_name(name, i, j) + " = " + numeric::shortest(1.0 / upper) +
                    " (or NaN to have it completed)",
                lower);
}

/// The n x n matrix at `entries`; pairs nobody judged stay NaN.
Result<Matrix> read(const std::string& name, const double* entries, std::size_t n) {
  const Index order = static_cast<Index>(n);
  Matrix a = Eigen::Map<const Matrix>(entries, order, order);
  for (Index i = 0; i < order; ++i) {
    const bool is_one = std::fabs(a(i, i) - 1.0) <= kReciprocityTolerance;
    if (!is_one && !std::isnan(a(i, i))) return refuse(name, i, i, "1", a(i, i));
    a(i, i) = 1.0;
    for (Index j = i + 1; j < order; ++j) {
      if (Status s = complete_pair(name, a, i, j); !s.ok()) return s;
    }
  }
  return a;
}

Status check_complete(const Matrix& a) {
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = i + 1; j < a.cols(); ++j) {
      if (std::isnan(a(i, j))) return refuse("matrix", i, j, "given here or at its mirror", kNaN);
    }
  }
  return {};
}

Vector geometric_means(const Matrix& a) {
  const Vector g = a.array().log().rowwise().mean().exp();
  return g / g.sum();
}

/// a_ij x_j/x_i: all ones where x explains every judgment.
Matrix scaled(const Matrix& a, const Vector& x) {
  return x.cwiseInverse().asDiagonal() * a * x.asDiagonal();
}

struct Principal {
  Vector weights;
  double lambda;
};

/// Noda's iteration (1971): inverse iteration whose shift is the largest row sum of the matrix
/// scaled by the current vector. λ lies between the smallest and the largest row sum (Collatz and
/// Wielandt), the bounds close quadratically, and every number stays positive.
Principal principal_eigenvector(const Matrix& a, Vector x) {
  constexpr int kMostIterations = 100;  // judgments of 1 to 9 take three to six
  const double tolerance =
      4.0 * static_cast<double>(a.rows()) * std::numeric_limits<double>::epsilon();
  for (int iteration = 0;; ++iteration) {
    const Matrix c = scaled(a, x);
    const Vector sums = c.rowwise().sum();
    const double low = sums.minCoeff(), high = sums.maxCoeff();
    if (high - low <= tolerance * high || iteration == kMostIterations) {
      return {x / x.sum(), 0.5 * (low + high)};
    }
    Matrix shifted = -c;
    shifted.diagonal().array() += high;
    const Vector y = shifted.partialPivLu().solve(Vector::Ones(a.rows()).eval());
    if (!(y.minCoeff() > 0.0) || !y.allFinite()) return {x / x.sum(), 0.5 * (low + high)};
    x = x.cwiseProduct(y / y.sum());
    x /= x.sum();
  }
}

double geometric_consistency_index(const Matrix& a, const Vector& g) {
  const double n = static_cast<double>(a.rows());
  if (n <= 2) return 0.0;
  double sum = 0.0;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = i + 1; j < a.cols(); ++j) {
      const double residual = std::log(a(i, j) * g(j) / g(i));
      sum += residual * residual;
    }
  }
  return 2.0 / ((n - 1.0) * (n - 2.0)) * sum;
}

/// The first of the largest residuals in reading order: with three criteria all three are equal.
InconsistentJudgment most_inconsistent(const Matrix& a, const Vector& w) {
  constexpr double kEqual = 1e-9, kNothing = 1e-12;  // rounding must not choose among equals
  const Matrix residuals = scaled(a, w).array().log();
  const double largest = residuals.cwiseAbs().maxCoeff();
  InconsistentJudgment found;
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = i + 1; j < a.cols(); ++j) {
      if (std::fabs(residuals(i, j)) < largest * (1.0 - kEqual) - kNothing) continue;
      if (found.tied++ > 0) continue;
      found.i = static_cast<std::size_t>(i);
      found.j = static_cast<std::size_t>(j);
      found.given = a(i, j);
      found.implied = w(i) / w(j);
      found.log_residual = residuals(i, j);
    }
  }
  return found;
}

ConsistencyRatio ratio(double ci, std::size_t n, RandomIndexTable table) {
  return {table, random_index(table, n), consistency_ratio(ci, n, table)};
}

Result<std::vector<double>> judge_shares(std::span<const double> weights, std::size_t judges) {
  if (weights.empty()) return std::vector<double>(judges, 1.0);
  if (Status s = check_size("judge_weights", weights.size(), judges); !s.ok()) return s;
  auto shares = normalised_weights(weights);
  if (shares) return shares;
  return Status{shares.error().code(), "`judge_" + shares.error().message().substr(1)};
}

}  // namespace

Result<AhpResult> ahp(std::span<const double> matrix, std::size_t n) try {
  if (Status s = check_order(n); !s.ok()) return s;
  if (Status s = check_size("matrix", matrix.size(), n * n); !s.ok()) return s;
  const auto a = read("matrix", matrix.data(), n);
  if (!a) return a.error();
  if (Status s = check_complete(*a); !s.ok()) return s;
  const Vector g = geometric_means(*a);
  const Principal p = principal_eigenvector(*a, g);
  AhpResult result;
  result.weights.assign(p.weights.begin(), p.weights.end());
  result.lambda_max = std::max(p.lambda, static_cast<double>(n));
  result.consistency_index = consistency_index(result.lambda_max, n);
  result.consistency_ratio =
      ratio(result.consistency_index, n, RandomIndexTable::alonso_lamata_2006);
  result.classic_ratio = ratio(result.consistency_index, n, RandomIndexTable::saaty_classic);
  result.geometric_weights.assign(g.begin(), g.end());
  result.geometric_consistency_index = geometric_consistency_index(*a, g);
  result.most_inconsistent = most_inconsistent(*a, p.weights);
  return result;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the weights"};
}

Result<std::vector<double>> group_judgments(std::span<const double> matrices, std::size_t n,
                                            std::span<const double> judge_weights) try {
  if (Status s = check_order(n); !s.ok()) return s;
  const std::size_t cells = n * n, judges = matrices.size() / cells;
  if (judges == 0 || judges * cells != matrices.size()) {
    return size_mismatch("matrices", std::max<std::size_t>(judges, 1) * cells, matrices.size());
  }
  const auto shares = judge_shares(judge_weights, judges);
  if (!shares) return shares.error();
  std::vector<double> sum(cells, 0.0), weight(cells, 0.0);
  for (std::size_t k = 0; k < judges; ++k) {
    const auto a = read("matrices[" + std::to_string(k) + "]", matrices.data() + k * cells, n);
    if (!a) return a.error();
    for (std::size_t c = 0; c < cells; ++c) {
      const double judgment = a->data()[c];
      if (std::isnan(judgment)) continue;
      sum[c] += (*shares)[k] * std::log(judgment);
      weight[c] += (*shares)[k];
    }
  }
  for (std::size_t c = 0; c < cells; ++c) {
    sum[c] = weight[c] > 0.0 ? std::exp(sum[c] / weight[c]) : kNaN;
  }
  return sum;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the judgments"};
}

}  // namespace kam::value
