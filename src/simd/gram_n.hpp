/// Sums of products of columns, the part of a regression where its time goes.
///
/// The best level the CPU has is chosen at run time. On one level a result depends on nothing but
/// its input; levels differ by the rounding of fused multiply-adds.
#pragma once

#include <cstddef>

#include "simd/math_n.hpp"

namespace kam::simd {

/// Rows of a tile: a multiple of every vector length; `columns` x 256 doubles stay in the
/// second-level cache.
inline constexpr std::size_t kGramRows = 256;

/// gram[i * columns + j] += sum over t of scaled[i * kGramRows + t] * z[j * kGramRows + t], j <= i.
/// Both are `columns` columns of kGramRows rows, aligned to 64 bytes; rows beyond the data are 0.
void gram_n(const double* scaled, const double* z, std::size_t columns, double* gram) noexcept;
/// At a level of levels(), for tests.
void gram_n(Level level, const double* scaled, const double* z, std::size_t columns,
            double* gram) noexcept;

}  // namespace kam::simd
