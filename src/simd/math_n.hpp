/// Logarithm and exponential of a block of numbers: the only places where instruction sets enter.
///
/// The best level the CPU has is chosen at run time. On one level an element's result does not
/// depend on its place or its neighbours, so batches of any size agree to the bit; across levels,
/// and against the standard library, within 2 ulp (tests/simd). log_n: x finite and > 0, normal.
/// exp_n: x <= 700.
#pragma once

#include <cstddef>
#include <vector>

namespace kam::simd {

enum class Level { scalar, sse2, sse4, avx2, avx512 };

[[nodiscard]] const char* level_name(Level level) noexcept;
/// Levels this CPU can run, lowest first; scalar is the standard library.
[[nodiscard]] std::vector<Level> levels();
[[nodiscard]] bool has_level(Level level) noexcept;

/// In place.
void log_n(double* values, std::size_t n) noexcept;
void exp_n(double* values, std::size_t n) noexcept;
/// At a level of levels(), for tests.
void log_n(Level level, double* values, std::size_t n) noexcept;
void exp_n(Level level, double* values, std::size_t n) noexcept;

}  // namespace kam::simd
