/// What the core of a binary regression reads: tiles of rows, wherever they come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kam/base/executor.hpp>
#include <kam/churn/binary_regression.hpp>

#include "simd/gram_n.hpp"
#include "simd/tile_columns.hpp"

namespace kam::churn {

inline constexpr std::size_t kTile = simd::kGramRows;

using simd::TileColumns;

/// Each covariate is kTile rows somewhere: where the source has them, or in a column of the tile.
/// Rows beyond the last are numbers; the core gives them weight 0.
struct Tile {
  explicit Tile(std::size_t covariates) : x(covariates), own_(covariates + 1) {}

  std::vector<const double*> x;
  /// Room for covariate j, which becomes what x[j] points at.
  double* own(std::size_t j) {
    x[j] = own_.column(j);
    return own_.column(j);
  }
  alignas(64) std::array<double, kTile> outcome, weight, offset;

 private:
  TileColumns own_;
};

/// n rows of k columns. A row of weight 0 counts for nothing, but its numbers must be finite.
class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  [[nodiscard]] virtual std::size_t rows() const = 0;
  [[nodiscard]] virtual std::size_t covariates() const = 0;
  [[nodiscard]] virtual std::string name(std::size_t covariate) const = 0;
  /// Writes rows [begin, begin + n), n <= kTile, from any thread.
  virtual void fill(std::size_t begin, std::size_t n, Tile& tile) const = 0;
  /// Whose row it is, 0 to clusters() - 1.
  [[nodiscard]] virtual std::size_t cluster(std::size_t row) const = 0;
  [[nodiscard]] virtual std::size_t clusters() const = 0;
  /// Whether the ridge applies to the covariate.
  [[nodiscard]] virtual bool ridged(std::size_t covariate) const = 0;
  /// Whether an offset other than 0 may occur.
  [[nodiscard]] virtual bool has_offset() const = 0;
};

/// The fit of a source whose rows have been checked. `rows` of the answer is left to the caller.
[[nodiscard]] Result<RegressionFit> fit_rows(const RowSource& source,
                                             const RegressionOptions& options,
                                             const Executor& executor);

/// The same for rows that nobody has checked; none if a number is not finite or an outcome neither
/// 0 nor 1. Spares the pass over the data that a check would be.
[[nodiscard]] std::optional<Result<RegressionFit>> fit_unchecked_rows(
    const RowSource& source, const RegressionOptions& options, const Executor& executor);

/// ok, or invalid_argument: ridge, priors, signs (as many as covariates), tolerance, iterations.
[[nodiscard]] Status check_options(const RegressionOptions& options, std::size_t covariates);

}  // namespace kam::churn
