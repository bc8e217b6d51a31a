#include "churn/aft_terms.hpp"

#include <algorithm>
#include <cmath>

#include <kam/churn/aft_distribution.hpp>

#include "simd/math_n.hpp"

namespace kam::aft {
namespace {

/// e^700 still has a square of a sum; a z beyond it is infinitely bad all the same.
constexpr double kLargestExponent = 700;

/// By Outcome. A table, since a comparison would become a branch.
constexpr std::array<double, 4> kIsEvent = {0, 0, 1, 0};
static_assert(static_cast<std::size_t>(Outcome::event) == 2);

/// A contribution g(z) and its first two derivatives by z.
struct Terms {
  double value, slope, bend;
};

/// Where the rows of a tile stand, what they weigh, and their terms. Who was lost follows no
/// pattern that a branch predictor could learn, so events and censored rows take the same path, by
/// vectors.
struct Contributions {
  Buffer z{}, weight{}, event{};  // event: 1, else 0
  Buffer value, slope, bend;

  void set(std::size_t i, const Terms& g) {
    value[i] = g.value, slope[i] = g.slope, bend[i] = g.bend;
  }
};

/// With u = e^z: d z - u for events, d = 1, and censored rows, d = 0.
void set_extreme_value(Contributions& c) {
  Buffer u;
  for (std::size_t i = 0; i < kFitTile; ++i)
    u[i] = std::clamp(c.z[i], -kLargestExponent, kLargestExponent);
  simd::exp_n(u.data(), kFitTile);
  for (std::size_t i = 0; i < kFitTile; ++i) {
    c.value[i] = c.event[i] * c.z[i] - u[i];
    c.slope[i] = c.event[i] - u[i];
    c.bend[i] = -u[i];
  }
}

/// ln(1 - e^-u), u = e^z.
Terms extreme_value_before(double z) {
  const double u = std::exp(std::clamp(z, -kLargestExponent, kLargestExponent));
  const double slope = u < 1e-300 ? 1 : u / std::expm1(u);
  return {log1mexp(u), slope, slope * (1 - u - slope)};
}

/// With e = e^-|z|: d z - (1 + d) ln(1 + e^z).
void set_logistic(Contributions& c) {
  Buffer e, log1p_e;
  for (std::size_t i = 0; i < kFitTile; ++i) e[i] = -std::min(std::fabs(c.z[i]), kLargestExponent);
  simd::exp_n(e.data(), kFitTile);
  for (std::size_t i = 0; i < kFitTile; ++i) log1p_e[i] = 1 + e[i];
  simd::log_n(log1p_e.data(), kFitTile);
  for (std::size_t i = 0; i < kFitTile; ++i) {
    const double z = c.z[i], d = c.event[i];
    const double p = (z >= 0 ? 1 : e[i]) / (1 + e[i]), q = (z >= 0 ? e[i] : 1) / (1 + e[i]);
    c.value[i] = d * z - (1 + d) * (std::max(z, 0.0) + log1p_e[i]);
    c.slope[i] = d * q - p;
    c.bend[i] = -(1 + d) * p * q;
  }
}

Terms logistic_before(double z) {
  const double e = std::exp(-std::min(std::fabs(z), kLargestExponent));
  const double p = (z >= 0 ? 1 : e) / (1 + e), q = (z >= 0 ? e : 1) / (1 + e);
  return {std::min(z, 0.0) - std::log1p(e), q, -p * q};
}

Terms normal_tail_terms(double z, double sign) {
  const NormalTail tail = normal_tail(-sign * z);
  return {tail.log_survival, sign * tail.mills, -tail.mills * tail.excess};
}

void set_normal(Contributions& c) {
  constexpr double kHalfLnTwoPi = 0.918938533204672742;
  for (std::size_t i = 0; i < kFitTile; ++i) {
    const double z = c.z[i];
    c.set(i,
          c.event[i] == 1 ? Terms{-0.5 * z * z - kHalfLnTwoPi, -z, -1} : normal_tail_terms(z, -1));
  }
}

void set_terms(Distribution distribution, Contributions& c) {
  switch (distribution) {
    case Distribution::log_normal:
      return set_normal(c);
    case Distribution::log_logistic:
      return set_logistic(c);
    default:
      return set_extreme_value(c);
  }
}

/// Of a row that was lost at some time before.
Terms terms_before(Distribution distribution, double z) {
  switch (distribution) {
    case Distribution::log_normal:
      return normal_tail_terms(z, 1);
    case Distribution::log_logistic:
      return logistic_before(z);
    default:
      return extreme_value_before(z);
  }
}

/// Adds weight * g(z) with dz/dlocation = -1/scale, dz/dln scale = -z.
void add(const Contributions& __restrict c, double inverse, TileTerms& __restrict sums) {
  Buffer value, by_scale2;
  for (std::size_t i = 0; i < kFitTile; ++i) {
    const double slope = c.weight[i] * c.slope[i], bend = c.weight[i] * c.bend[i];
    const double both = c.z[i] * bend + slope;
    value[i] = c.weight[i] * c.value[i];
    sums.by_location[i] -= slope * inverse;
    sums.by_location2[i] += bend * inverse * inverse;
    sums.by_scale[i] -= c.z[i] * slope;
    sums.mixed[i] += both * inverse;
    by_scale2[i] = c.z[i] * both;
  }
  sums.value += value.sum();
  sums.by_scale2 += by_scale2.sum();
}

/// What the ends of observation contribute.
void add_exits(Distribution distribution, const Rows& rows, std::size_t begin, std::size_t n,
               const Buffer& location, Scale scale, TileTerms& sums) {
  Contributions c;
  Buffer density{};  // that of ln T for an event, over scale * t
  bool before = false;
  for (std::size_t i = 0; i < n; ++i) {
    const Outcome outcome = rows.outcome[begin + i];
    if (outcome == Outcome::unused) continue;
    before = before || outcome == Outcome::before;
    const double log_time = rows.log_time[begin + i];
    c.z[i] = (log_time - location[i]) * scale.inverse;
    c.weight[i] = rows.weight[begin + i];
    c.event[i] = kIsEvent[static_cast<std::size_t>(outcome)];
    density[i] = c.event[i] * c.weight[i] * (scale.log + log_time);
  }
  set_terms(distribution, c);
  for (std::size_t i = 0; before && i < n; ++i)
    if (rows.outcome[begin + i] == Outcome::before) c.set(i, terms_before(distribution, c.z[i]));
  add(c, scale.inverse, sums);
  sums.value -= density.sum();
  for (std::size_t i = 0; i < kFitTile; ++i) sums.by_scale[i] -= c.event[i] * c.weight[i];
}

/// Divides by the survival to the entry.
void add_entries(Distribution distribution, const Rows& rows, std::size_t begin, std::size_t n,
                 const Buffer& location, Scale scale, TileTerms& sums) {
  if (rows.log_entry.empty()) return;
  Contributions c;
  for (std::size_t i = 0; i < n; ++i) {
    const double entry = rows.log_entry[begin + i];
    if (entry != entry || !(rows.weight[begin + i] > 0)) continue;
    c.z[i] = (entry - location[i]) * scale.inverse;
    c.weight[i] = -rows.weight[begin + i];
  }
  set_terms(distribution, c);
  add(c, scale.inverse, sums);
}

}  // namespace

TileTerms tile_terms(Distribution distribution, const Rows& rows, std::size_t begin, std::size_t n,
                     const Buffer& location, Scale scale) {
  TileTerms sums;
  add_exits(distribution, rows, begin, n, location, scale, sums);
  add_entries(distribution, rows, begin, n, location, scale, sums);
  return sums;
}

}  // namespace kam::aft
