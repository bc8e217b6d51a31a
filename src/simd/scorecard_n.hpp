/// Block kernels of the scorecard: the formulas of kam/value over many rows at once.
///
/// Additions, products, divisions and comparisons only, each rounded once and in the order of the
/// scalar formula, so every level gives its bits (tests/value/scorecard_fused_test.cpp). Columns
/// are worked on in whole vectors: `n` is a multiple of kRowStep, pointers need no alignment. There
/// is no scalar level here: where no instruction set is found, the callers go row by row.
#pragma once

#include <cstddef>

#include "simd/math_n.hpp"

namespace kam::simd {

/// Doubles in the widest vector.
inline constexpr std::size_t kRowStep = 8;

/// One straight piece of a score: `from` at `at`, towards `to`.
struct Piece {
  double at, half_at, half_width;  // [unit of x]; the last piece is flat
  double from, rise, to;           // [points]
};
struct Pieces {
  const Piece* pieces;
  std::size_t count;
  double first, last;  // anchors outside of which the score is flat
};

/// Sums of one dimension; coverage is null where it is the weight.
struct Sums {
  double *score, *weight, *coverage;
};

/// One indicator on its way into its dimension.
struct Measure {
  double weight;        // w_k
  double stand_in;      // NaN: none
  const double* fresh;  // null: 1 everywhere
  double* scores;       // out, stand-ins included
  double* observed;     // out; null: not needed
};

/// A dimension when all its indicators are in; arrays of n rows.
struct Closing {
  double total, least, weight;       // Σ w_k, minimum coverage, W_d
  const double *sum, *coverage_sum;  // of Sums
  double* weight_sum;                // in: Σ; out: 1 where the dimension does not count
  double *score, *coverage;          // out; coverage may be null
  double *used, *weighted, *seen;    // sums over dimensions
};

/// One indicator's reason.
struct Pointing {
  double weight;                    // w_k
  double reference_weight;          // w⁰_k
  double reference_score;           // s⁰_k, NaN: none
  const double *scores, *observed;  // observed null: 1 or 0
  const double *dimension_weight, *dimension_share;
  const double* value_index;  // null: defined everywhere
  double* effective_weight;   // out; may be null
  double* points;             // out; null: no reasons
  double* coverage_points;    // sum
};

struct ScorecardKernels {
  /// x to scores by the pieces, into the sums.
  void (*add_pieces)(const Pieces&, const double* x, const Measure&, const Sums&, std::size_t n);
  /// The same for scores that stand in measure.scores already.
  void (*add_scores)(const Measure&, const Sums&, std::size_t n);
  void (*close_dimension)(const Closing&, std::size_t n);
  /// Index and coverage from the sums over dimensions; true if every row has an index.
  bool (*close_index)(double all, const double* used, const double* weighted, const double* seen,
                      double* value_index, double* coverage, std::size_t n);
  /// weight_d / used where the dimension counts, else 0.
  void (*share)(double weight, const double* used, const double* score, double* out, std::size_t n);
  void (*point)(const Pointing&, std::size_t n);
};

/// Those of a level this CPU has, the best one for none given; null for scalar.
[[nodiscard]] const ScorecardKernels* scorecard_kernels() noexcept;
[[nodiscard]] const ScorecardKernels* scorecard_kernels(Level level) noexcept;

}  // namespace kam::simd
