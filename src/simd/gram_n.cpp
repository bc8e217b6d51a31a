#include "simd/gram_n.hpp"

#ifdef KAM_SIMD
// As in math_n.cpp: compiled once per instruction set, chosen below.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/gram_n.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace kam::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Four rows of the result by two columns: eight sums in registers, six loads for eight products.
HWY_INLINE void patch(const double* a, const double* b, std::size_t columns, double* out) {
  const hn::ScalableTag<double> d;
  constexpr std::size_t n = kGramRows;
  auto s00 = hn::Zero(d), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00,
       s31 = s00;
  for (std::size_t t = 0; t < n; t += hn::Lanes(d)) {
    const auto b0 = hn::Load(d, b + t), b1 = hn::Load(d, b + n + t);
    const auto a0 = hn::Load(d, a + t), a1 = hn::Load(d, a + n + t);
    const auto a2 = hn::Load(d, a + 2 * n + t), a3 = hn::Load(d, a + 3 * n + t);
    s00 = hn::MulAdd(a0, b0, s00), s01 = hn::MulAdd(a0, b1, s01);
    s10 = hn::MulAdd(a1, b0, s10), s11 = hn::MulAdd(a1, b1, s11);
    s20 = hn::MulAdd(a2, b0, s20), s21 = hn::MulAdd(a2, b1, s21);
    s30 = hn::MulAdd(a3, b0, s30), s31 = hn::MulAdd(a3, b1, s31);
  }
  const auto sum = [d](auto v) HWY_ATTR { return hn::GetLane(hn::SumOfLanes(d, v)); };
  out[0] += sum(s00), out[1] += sum(s01);
  out[columns] += sum(s10), out[columns + 1] += sum(s11);
  out[2 * columns] += sum(s20), out[2 * columns + 1] += sum(s21);
  out[3 * columns] += sum(s30), out[3 * columns + 1] += sum(s31);
}

HWY_INLINE double dot(const double* a, const double* b) {
  const hn::ScalableTag<double> d;
  auto sum = hn::Zero(d);
  for (std::size_t t = 0; t < kGramRows; t += hn::Lanes(d))
    sum = hn::MulAdd(hn::Load(d, a + t), hn::Load(d, b + t), sum);
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

void gram_block(const double* scaled, const double* z, std::size_t columns, double* gram) {
  constexpr std::size_t n = kGramRows;
  std::size_t i = 0;
  for (; i + 4 <= columns; i += 4) {
    // Pairs of columns up to the diagonal; what lies above it in the last ones is not read.
    for (std::size_t j = 0; j <= i + 2; j += 2)
      patch(scaled + i * n, z + j * n, columns, gram + i * columns + j);
  }
  for (; i < columns; ++i)
    for (std::size_t j = 0; j <= i; ++j) gram[i * columns + j] += dot(scaled + i * n, z + j * n);
}

}  // namespace kam::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if !defined(KAM_SIMD) || HWY_ONCE
namespace kam::simd {
namespace {

using Gram = void (*)(const double*, const double*, std::size_t, double*);

void gram_scalar(const double* scaled, const double* z, std::size_t columns, double* gram) {
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t t = 0; t < kGramRows; ++t)
        sum += scaled[i * kGramRows + t] * z[j * kGramRows + t];
      gram[i * columns + j] += sum;
    }
  }
}

Gram kernel([[maybe_unused]] Level level) {
#if defined(KAM_SIMD) && defined(__x86_64__)
#if HWY_TARGETS & HWY_AVX3
  if (level == Level::avx512) return N_AVX3::gram_block;
#endif
#if HWY_TARGETS & HWY_AVX2
  if (level == Level::avx2) return N_AVX2::gram_block;
#endif
#if HWY_TARGETS & HWY_SSE4
  if (level == Level::sse4) return N_SSE4::gram_block;
#endif
#if HWY_TARGETS & HWY_SSE2
  if (level == Level::sse2) return N_SSE2::gram_block;
#endif
#endif
  return gram_scalar;
}

}  // namespace

void gram_n(Level level, const double* scaled, const double* z, std::size_t columns,
            double* gram) noexcept {
  kernel(level)(scaled, z, columns, gram);
}

void gram_n(const double* scaled, const double* z, std::size_t columns, double* gram) noexcept {
  static const Gram kBest = kernel(levels().back());  // the CPU does not change
  kBest(scaled, z, columns, gram);
}

}  // namespace kam::simd
#endif
