/// LDL' of small symmetric matrices, column by column, leaving out what earlier columns explain.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kam::numeric {

/// Row-major, n x n.
using Square = std::vector<double>;

/// Columns are taken in their order, so of two columns that say the same the later one is aliased,
/// as in R. Aliased rows of a solution and of the inverse are 0.
class Ldlt {
 public:
  /// A column is aliased if less than `tolerance` of its diagonal is its own.
  Ldlt(const Square& matrix, std::size_t n, double tolerance)
      : n_(n), l_(matrix), d_(n, 0), aliased_(n, 0) {
    for (std::size_t j = 0; j < n; ++j) {
      double pivot = matrix[j * n + j];
      for (std::size_t k = 0; k < j; ++k) pivot -= l_[j * n + k] * l_[j * n + k] * d_[k];
      aliased_[j] = !(pivot > tolerance * matrix[j * n + j]) || !std::isfinite(pivot) ? 1 : 0;
      d_[j] = aliased_[j] != 0 ? 0 : pivot;
      for (std::size_t i = j + 1; i < n; ++i) eliminate(matrix, i, j);
    }
  }

  [[nodiscard]] bool aliased(std::size_t j) const { return aliased_[j] != 0; }
  [[nodiscard]] std::size_t rank() const {
    std::size_t rank = n_;
    for (const std::uint8_t a : aliased_) rank -= a;
    return rank;
  }

  [[nodiscard]] std::vector<double> solve(std::span<const double> right) const {
    std::vector<double> x(right.begin(), right.end());
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t k = 0; k < i; ++k) x[i] -= l_[i * n_ + k] * x[k];
      if (aliased(i)) x[i] = 0;
    }
    for (std::size_t i = 0; i < n_; ++i) x[i] = aliased(i) ? 0 : x[i] / d_[i];
    for (std::size_t i = n_; i-- > 0;)
      for (std::size_t k = i + 1; k < n_; ++k) x[i] -= aliased(i) ? 0 : l_[k * n_ + i] * x[k];
    return x;
  }

  [[nodiscard]] Square inverse() const {
    Square out(n_ * n_, 0);
    std::vector<double> unit(n_, 0);
    for (std::size_t j = 0; j < n_; ++j) {
      if (aliased(j)) continue;
      unit[j] = 1;
      const std::vector<double> column = solve(unit);
      unit[j] = 0;
      for (std::size_t i = 0; i < n_; ++i) out[i * n_ + j] = column[i];
    }
    return out;
  }

  /// right' (matrix)^-1 right.
  [[nodiscard]] double quadratic_form(std::span<const double> right) const {
    const std::vector<double> x = solve(right);
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i) sum += aliased(i) ? 0 : right[i] * x[i];
    return sum;
  }

 private:
  void eliminate(const Square& matrix, std::size_t i, std::size_t j) {
    double value = matrix[i * n_ + j];
    for (std::size_t k = 0; k < j; ++k) value -= l_[i * n_ + k] * l_[j * n_ + k] * d_[k];
    l_[i * n_ + j] = aliased_[j] != 0 ? 0 : value / d_[j];
  }

  std::size_t n_;
  Square l_;  // strictly below the diagonal
  std::vector<double> d_;
  std::vector<std::uint8_t> aliased_;
};

}  // namespace kam::numeric
