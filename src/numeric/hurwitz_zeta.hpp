/// Logarithm of the Hurwitz zeta function with its first two derivatives in s.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace kam::numeric {

/// A number that carries its first two derivatives along.
struct Jet {
  double value = 0, first = 0, second = 0;

  friend Jet operator+(const Jet& a, const Jet& b) noexcept {
    return {a.value + b.value, a.first + b.first, a.second + b.second};
  }
  friend Jet operator*(const Jet& a, const Jet& b) noexcept {
    return {a.value * b.value, a.first * b.value + a.value * b.first,
            a.second * b.value + 2 * a.first * b.first + a.value * b.second};
  }
  friend Jet operator*(double c, const Jet& a) noexcept {
    return {c * a.value, c * a.first, c * a.second};
  }
};

namespace zeta_detail {

// B_2j / (2j)!, j = 1..9 (DLMF 24.2).
inline constexpr std::array<double, 9> kBernoulli = {1 / 12.0,
                                                     -1 / 720.0,
                                                     1 / 30240.0,
                                                     -1 / 1209600.0,
                                                     1 / 47900160.0,
                                                     -691 / 1307674368000.0,
                                                     1 / 74724249600.0,
                                                     -3617 / 10670622842880000.0,
                                                     43867 / 5109094217170944000.0};

/// Euler-Maclaurin remainder of Σ_{k>=0} (Q + k)^-s over Q^-s, for Q >= 2s and Q >= 15.
inline Jet tail(double s, double q) noexcept {
  const double d = 1 / (s - 1);
  Jet sum = {q * d + 0.5, -q * d * d, 2 * q * d * d * d};
  Jet rising = {s / q, 1 / q, 0};  // s (s+1) … (s+2j-2) / Q^(2j-1)
  for (std::size_t j = 0; j < kBernoulli.size(); ++j) {
    sum = sum + kBernoulli[j] * rising;
    const double k = 2 * static_cast<double>(j) + 1;
    rising = rising * Jet{(s + k) / q, 1 / q, 0} * Jet{(s + k + 1) / q, 1 / q, 0};
  }
  return sum;
}

}  // namespace zeta_detail

/// q^s ζ(s, q) = Σ_{k>=0} ((q + k)/q)^-s for s > 1, q > 0, with derivatives in s: at least 1, so it
/// never underflows. Relative error 1e-15. O(1) for q >= max(15, 2s), else that many terms or as
/// many as still matter.
[[nodiscard]] inline Jet scaled_zeta(double s, double q) noexcept {
  const double from = std::max(15.0, 2 * s);
  Jet sum;
  double k = 0;
  const auto power = [s](double ratio) {
    const double l = -std::log(ratio), w = std::exp(s * l);
    return Jet{w, w * l, w * l * l};
  };
  for (; q + k < from; k += 1) {
    const Jet term = power((q + k) / q);
    sum = sum + term;
    // What is left is below term·(1 + (q + k)/(s − 1)), times a logarithm for the derivatives.
    if (term.value * (1 + (q + k) / (s - 1)) * (1 + std::log(from / q)) < 1e-19) return sum;
  }
  const double start = q + k;
  return sum + power(start / q) * zeta_detail::tail(s, start);
}

/// ln(q^s ζ(s, q)) with derivatives in s. The second is the variance of ln X of the discrete power
/// law on q, q+1, …, and so positive.
[[nodiscard]] inline Jet log_scaled_zeta(double s, double q) noexcept {
  const Jet z = scaled_zeta(s, q);
  const double mean = z.first / z.value;
  return {std::log(z.value), mean, z.second / z.value - mean * mean};
}

}  // namespace kam::numeric
