#include "simd/regression_n.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#ifdef KAM_SIMD
// As in math_n.cpp: compiled once per instruction set, chosen below.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/regression_n.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// clang-format off
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace kam::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kRows = kGramRows;

template <class D, class V>
HWY_INLINE double sum_of(D d, V v) {
  return hn::GetLane(hn::SumOfLanes(d, v));
}

TileMoments moments(const double* x, const double* w, double weight, double factor) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto by = hn::Set(d, factor);
  auto sum = hn::Zero(d);
  for (std::size_t t = 0; t < kRows; t += lanes) {
    if (t % 8 == 0) hwy::Prefetch(x + t + kRows);
    sum = hn::MulAdd(hn::Load(d, w + t), hn::Mul(hn::LoadU(d, x + t), by), sum);
  }
  const double mean = sum_of(d, sum) / weight;
  const auto centre = hn::Set(d, mean), up = hn::Set(d, HUGE_VAL), down = hn::Set(d, -HUGE_VAL);
  auto squares = hn::Zero(d), low = up, high = down;
  for (std::size_t t = 0; t < kRows; t += lanes) {
    const auto v = hn::LoadU(d, x + t), weights = hn::Load(d, w + t);
    const auto apart = hn::Sub(hn::Mul(v, by), centre);
    squares = hn::MulAdd(hn::Mul(weights, apart), apart, squares);
    const auto counts = hn::Gt(weights, hn::Zero(d));
    low = hn::Min(low, hn::IfThenElse(counts, v, up));
    high = hn::Max(high, hn::IfThenElse(counts, v, down));
  }
  return {mean, sum_of(d, squares), hn::GetLane(hn::MinOfLanes(d, low)),
          hn::GetLane(hn::MaxOfLanes(d, high))};
}

void standardise(const double* x, double slope, double shift, double by, double* z, double* eta) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto s = hn::Set(d, slope), m = hn::Set(d, shift), b = hn::Set(d, by);
  for (std::size_t t = 0; t < kRows; t += lanes) {
    if (t % 8 == 0) hwy::Prefetch(x + t + kRows);
    const auto v = hn::MulSub(hn::LoadU(d, x + t), s, m);
    hn::Store(v, d, z + t);
    hn::Store(hn::MulAdd(b, v, hn::Load(d, eta + t)), d, eta + t);
  }
}

void centre(const double* x, double mean, double inverse, double by, double* z, double* eta) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto m = hn::Set(d, mean), i = hn::Set(d, inverse), b = hn::Set(d, by);
  for (std::size_t t = 0; t < kRows; t += lanes) {
    if (t % 8 == 0) hwy::Prefetch(x + t + kRows);
    const auto v = hn::Mul(hn::Sub(hn::LoadU(d, x + t), m), i);
    hn::Store(v, d, z + t);
    hn::Store(hn::MulAdd(b, v, hn::Load(d, eta + t)), d, eta + t);
  }
}

double logit(const double* outcome, const double* w, double* eta, double* bend) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0), least = hn::Set(d, -700.0);
  auto value = zero;
  for (std::size_t t = 0; t < kRows; t += lanes) {
    const auto at = hn::Load(d, eta + t), weights = hn::Load(d, w + t);
    const auto lost = hn::Ne(hn::Load(d, outcome + t), zero);
    const auto e = hn::Exp(d, hn::Max(hn::Neg(hn::Abs(at)), least));
    const auto both = hn::Add(one, e), large = hn::Div(one, both), small = hn::Mul(e, large);
    const auto wrong_way = hn::IfThenElse(lost, hn::Neg(at), at);
    const auto loss = hn::Add(hn::Log(d, both), hn::Max(wrong_way, zero));
    value = hn::MulAdd(weights, loss, value);
    // 1 - P(what happened), small where the model is right: no 1 - p that cancels.
    const auto missed = hn::Mul(weights, hn::IfThenElse(hn::Gt(wrong_way, zero), large, small));
    hn::Store(hn::Mul(weights, hn::Mul(small, large)), d, bend + t);
    hn::Store(hn::IfThenElse(lost, hn::Neg(missed), missed), d, eta + t);
  }
  return sum_of(d, value);
}

double weigh(const double* z, const double* slope, const double* bend, double* scaled) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(d);
  for (std::size_t t = 0; t < kRows; t += lanes) {
    const auto v = hn::Load(d, z + t);
    hn::Store(hn::Mul(hn::Load(d, bend + t), v), d, scaled + t);
    sum = hn::MulAdd(hn::Load(d, slope + t), v, sum);
  }
  return sum_of(d, sum);
}

[[maybe_unused]] constexpr RegressionKernels kKernels{moments, standardise, centre, logit, weigh};

}  // namespace kam::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if !defined(KAM_SIMD) || HWY_ONCE
namespace kam::simd {
namespace {

/// Sum of term(t) in eight lanes: what a compiler may vectorise without changing a bit.
template <class Term>
double sum_rows(const Term& term) {
  std::array<double, 8> lane{};
  for (std::size_t t = 0; t < kGramRows; t += 8)
    for (std::size_t k = 0; k < 8; ++k) lane[k] += term(t + k);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

TileMoments moments_scalar(const double* x, const double* w, double weight, double factor) {
  TileMoments m{0, 0, HUGE_VAL, -HUGE_VAL};
  m.mean = sum_rows([&](std::size_t t) { return w[t] * (x[t] * factor); }) / weight;
  m.squares = sum_rows([&](std::size_t t) {
    const double apart = x[t] * factor - m.mean;
    return w[t] * apart * apart;
  });
  for (std::size_t t = 0; t < kGramRows; ++t) {
    if (!(w[t] > 0)) continue;
    m.low = std::min(m.low, x[t]);
    m.high = std::max(m.high, x[t]);
  }
  return m;
}

void standardise_scalar(const double* x, double slope, double shift, double by, double* z,
                        double* eta) {
  for (std::size_t t = 0; t < kGramRows; ++t) {
    z[t] = x[t] * slope - shift;
    eta[t] += by * z[t];
  }
}

void centre_scalar(const double* x, double mean, double inverse, double by, double* z,
                   double* eta) {
  for (std::size_t t = 0; t < kGramRows; ++t) {
    z[t] = (x[t] - mean) * inverse;
    eta[t] += by * z[t];
  }
}

double logit_scalar(const double* outcome, const double* w, double* eta, double* bend) {
  alignas(64) std::array<double, kGramRows> loss;
  for (std::size_t t = 0; t < kGramRows; ++t) {
    const double e = std::exp(std::max(-std::fabs(eta[t]), -700.0));
    const double large = 1.0 / (1.0 + e), small = e * large;
    const double wrong_way = outcome[t] != 0.0 ? -eta[t] : eta[t];
    loss[t] = w[t] * (std::log(1.0 + e) + std::max(wrong_way, 0.0));
    const double missed = w[t] * (wrong_way > 0.0 ? large : small);
    bend[t] = w[t] * (small * large);
    eta[t] = outcome[t] != 0.0 ? -missed : missed;
  }
  return sum_rows([&](std::size_t t) { return loss[t]; });
}

double weigh_scalar(const double* z, const double* slope, const double* bend, double* scaled) {
  for (std::size_t t = 0; t < kGramRows; ++t) scaled[t] = bend[t] * z[t];
  return sum_rows([&](std::size_t t) { return slope[t] * z[t]; });
}

constexpr RegressionKernels kScalar{moments_scalar, standardise_scalar, centre_scalar, logit_scalar,
                                    weigh_scalar};

}  // namespace

const RegressionKernels& regression_kernels([[maybe_unused]] Level level) noexcept {
#if defined(KAM_SIMD) && defined(__x86_64__)
#if HWY_TARGETS & HWY_AVX3
  if (level == Level::avx512) return N_AVX3::kKernels;
#endif
#if HWY_TARGETS & HWY_AVX2
  if (level == Level::avx2) return N_AVX2::kKernels;
#endif
#if HWY_TARGETS & HWY_SSE4
  if (level == Level::sse4) return N_SSE4::kKernels;
#endif
#if HWY_TARGETS & HWY_SSE2
  if (level == Level::sse2) return N_SSE2::kKernels;
#endif
#endif
  return kScalar;
}

const RegressionKernels& regression_kernels() noexcept {
  static const RegressionKernels& kBest = regression_kernels(levels().back());
  return kBest;
}

}  // namespace kam::simd
#endif
