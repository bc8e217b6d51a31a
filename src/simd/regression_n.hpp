/// The other columns' work of a regression, tile by tile: moments, standardised columns, the terms
/// of a logit, weighted columns. What a pass costs beside reading the data and gram_n.
///
/// Levels and determinism as in gram_n.hpp. Tiles are kGramRows rows; columns `z`, `scaled`, `eta`
/// and the like begin at cache lines, columns of the data where they like.
#pragma once

#include <cstddef>

#include "simd/gram_n.hpp"
#include "simd/math_n.hpp"

namespace kam::simd {

/// Weighted mean of a tile, sum of weighted squares about it, extremes of the rows with weight.
struct TileMoments {
  double mean, squares, low, high;
};

struct RegressionKernels {
  /// Of x * factor, but low and high of x; `weight` is the sum of w, > 0. What comes after x in
  /// memory is fetched ahead: the next tile of the column.
  TileMoments (*moments)(const double* x, const double* w, double weight, double factor);
  /// z = x slope - shift; eta += by z.
  void (*standardise)(const double* x, double slope, double shift, double by, double* z,
                      double* eta);
  /// z = (x - mean) inverse; eta += by z: keeps the digits of columns far from 0.
  void (*centre)(const double* x, double mean, double inverse, double by, double* z, double* eta);
  /// Sum of w (-ln P(outcome)) at log-odds eta; slope = w d/d eta in place of eta, bend = w d2/d
  /// eta2. Outcomes are 0 or 1.
  double (*logit)(const double* outcome, const double* w, double* eta, double* bend);
  /// scaled = bend z; the sum of slope z.
  double (*weigh)(const double* z, const double* slope, const double* bend, double* scaled);
};

[[nodiscard]] const RegressionKernels& regression_kernels() noexcept;
/// At a level of levels(), for tests.
[[nodiscard]] const RegressionKernels& regression_kernels(Level level) noexcept;

}  // namespace kam::simd
