/// A portable random generator: the same seed gives the same numbers on every compiler and machine,
/// which std::gamma_distribution and its kin do not promise.
#pragma once

#include <cmath>
#include <cstdint>

namespace kam {

/// xoshiro256++ (Blackman & Vigna 2021), seeded by splitmix64 from (seed, stream). Give every
/// account or block a stream of its own and the result does not depend on threads.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) noexcept {
    std::uint64_t mix = seed ^ (stream * 0xD1342543DE82EF95u + 0x2545F4914F6CDD1Du);
    for (std::uint64_t& word : state_) word = split_mix(mix);
  }

  std::uint64_t next() noexcept {
    const std::uint64_t result = rotate_left(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate_left(state_[3], 45);
    return result;
  }

  /// Uniform on the open interval (0, 1): its logarithm is always finite.
  double uniform() noexcept { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }

  /// Uniform integer in [0, n), n > 0, unbiased (Lemire 2019, rejection by threshold).
  std::uint64_t below(std::uint64_t n) noexcept {
    const std::uint64_t threshold = (0 - n) % n;
    for (;;) {
      const std::uint64_t value = next();
      if (value >= threshold) return value % n;
    }
  }

  double exponential() noexcept { return -std::log(uniform()); }

  /// Standard normal, Marsaglia's polar method; the second value is dropped to keep no state.
  double normal() noexcept {
    for (;;) {
      const double u = 2 * uniform() - 1, v = 2 * uniform() - 1;
      const double s = u * u + v * v;
      if (s < 1 && s > 0) return u * std::sqrt(-2 * std::log(s) / s);
    }
  }

  /// ln of a Gamma(shape, rate 1) variate, shape > 0 (Marsaglia & Tsang 2000). In logs, because for
  /// small shapes the variate itself underflows.
  double log_gamma_variate(double shape) noexcept {
    if (shape < 1) return log_gamma_variate(shape + 1) + std::log(uniform()) / shape;
    const double d = shape - 1 / 3.0, c = 1 / std::sqrt(9 * d);
    for (;;) {
      const double x = normal();
      const double t = 1 + c * x;
      if (t <= 0) continue;
      const double v = t * t * t;
      if (std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return std::log(d * v);
    }
  }
  double gamma(double shape) noexcept { return std::exp(log_gamma_variate(shape)); }

  /// Beta(a, b), a, b > 0.
  double beta(double a, double b) noexcept {
    const double log_x = log_gamma_variate(a), log_y = log_gamma_variate(b);
    return 1 / (1 + std::exp(log_y - log_x));
  }

 private:
  static std::uint64_t rotate_left(std::uint64_t x, int k) noexcept {
    return (x << k) | (x >> (64 - k));
  }
  static std::uint64_t split_mix(std::uint64_t& x) noexcept {
    std::uint64_t z = (x += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t state_[4];
};

}  // namespace kam
