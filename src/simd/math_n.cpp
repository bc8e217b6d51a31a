#include "simd/math_n.hpp"

#include <cmath>

#ifdef KAM_SIMD
// Highway compiles what follows once per instruction set, each in a namespace of its own. Its
// run-time dispatch lives in a shared library that we do not link; the choice is made below.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/math_n.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace kam::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Whole vectors first; the rest through a padded buffer, by the same instructions.
template <class Function>
void for_each_vector(double* values, std::size_t n, const Function& function) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(function(d, hn::LoadU(d, values + i)), d, values + i);
  if (i == n) return;
  HWY_ALIGN double rest[HWY_MAX_BYTES / sizeof(double)];
  for (std::size_t k = 0; k < lanes; ++k) rest[k] = i + k < n ? values[i + k] : 1.0;
  hn::Store(function(d, hn::Load(d, rest)), d, rest);
  for (std::size_t k = 0; i + k < n; ++k) values[i + k] = rest[k];
}

void log_block(double* values, std::size_t n) {
  for_each_vector(values, n, [](auto d, auto x) HWY_ATTR { return hn::Log(d, x); });
}
void exp_block(double* values, std::size_t n) {
  for_each_vector(values, n, [](auto d, auto x) HWY_ATTR { return hn::Exp(d, x); });
}

}  // namespace kam::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if !defined(KAM_SIMD) || HWY_ONCE
namespace kam::simd {
namespace {

using Block = void (*)(double*, std::size_t);

struct Kernels {
  Level level;
  Block log, exp;
};

void log_scalar(double* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) values[i] = std::log(values[i]);
}
void exp_scalar(double* values, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) values[i] = std::exp(values[i]);
}

/// The kernels of a level this CPU can run; scalar otherwise.
Kernels kernels(Level level) {
#if defined(KAM_SIMD) && defined(__x86_64__)
  __builtin_cpu_init();
#if HWY_TARGETS & HWY_AVX3
  if (level == Level::avx512 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return {level, N_AVX3::log_block, N_AVX3::exp_block};
  }
#endif
#if HWY_TARGETS & HWY_AVX2
  if (level == Level::avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) {
    return {level, N_AVX2::log_block, N_AVX2::exp_block};
  }
#endif
#if HWY_TARGETS & HWY_SSE4
  if (level == Level::sse4 && __builtin_cpu_supports("sse4.2")) {
    return {level, N_SSE4::log_block, N_SSE4::exp_block};
  }
#endif
#if HWY_TARGETS & HWY_SSE2
  if (level == Level::sse2) return {level, N_SSE2::log_block, N_SSE2::exp_block};
#endif
#endif
  (void)level;
  return {Level::scalar, log_scalar, exp_scalar};
}

Kernels best() {
  for (const Level level : {Level::avx512, Level::avx2, Level::sse4, Level::sse2}) {
    if (const Kernels found = kernels(level); found.level == level) return found;
  }
  return kernels(Level::scalar);
}

/// Chosen once; the CPU does not change.
const Kernels& chosen() {
  static const Kernels kChosen = best();
  return kChosen;
}

}  // namespace

const char* level_name(Level level) noexcept {
  constexpr const char* kNames[] = {"scalar", "sse2", "sse4", "avx2", "avx512"};
  return kNames[static_cast<int>(level)];
}

std::vector<Level> levels() {
  std::vector<Level> found{Level::scalar};
  for (const Level level : {Level::sse2, Level::sse4, Level::avx2, Level::avx512}) {
    if (has_level(level)) found.push_back(level);
  }
  return found;
}

bool has_level(Level level) noexcept {
  return kernels(level).level == level;
}

void log_n(double* values, std::size_t n) noexcept {
  chosen().log(values, n);
}
void exp_n(double* values, std::size_t n) noexcept {
  chosen().exp(values, n);
}
void log_n(Level level, double* values, std::size_t n) noexcept {
  kernels(level).log(values, n);
}
void exp_n(Level level, double* values, std::size_t n) noexcept {
  kernels(level).exp(values, n);
}

}  // namespace kam::simd
#endif
