#include "simd/order_n.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#ifdef KAM_SIMD
// Compiled once per instruction set, chosen as in math_n.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/order_n.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace kam::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;

constexpr std::size_t kMostLanes = HWY_MAX_BYTES / sizeof(double);

HWY_INLINE V set(double value) {
  return hn::Set(D(), value);
}
/// Values of rows i, i + 1, …; the place of rows that are not there holds `filler`.
HWY_INLINE V load(const double* from, std::size_t i, std::size_t n, double filler) {
  const std::size_t lanes = hn::Lanes(D());
  if (i + lanes <= n) return hn::LoadU(D(), from + i);
  HWY_ALIGN double rest[kMostLanes];
  for (std::size_t k = 0; k < lanes; ++k) rest[k] = i + k < n ? from[i + k] : filler;
  return hn::Load(D(), rest);
}
HWY_INLINE void store(V v, double* to, std::size_t i, std::size_t n) {
  const std::size_t lanes = hn::Lanes(D());
  if (i + lanes <= n) return hn::StoreU(v, D(), to + i);
  HWY_ALIGN double rest[kMostLanes];
  hn::Store(v, D(), rest);
  for (std::size_t k = 0; i + k < n; ++k) to[i + k] = rest[k];
}
HWY_INLINE M is_count(V x) {
  const M in_range = hn::And(hn::Ge(x, hn::Zero(D())), hn::Lt(x, set(9e15)));
  return hn::And(in_range, hn::Eq(x, hn::Trunc(x)));
}
/// NaN where not plain; whether all are.
HWY_INLINE bool finish(M plain, V value, double* out, std::size_t i, std::size_t n) {
  store(hn::IfThenElse(plain, value, set(std::numeric_limits<double>::quiet_NaN())), out, i, n);
  return hn::AllTrue(D(), plain);
}

/// The exponent field of a double as a number.
HWY_INLINE V exponent_of(V v) {
  const hn::RebindToUnsigned<D> du;
  const auto field = hn::ShiftRight<52>(hn::BitCast(du, v));
  const V magic = set(0x1p52);  // its lowest bits count ones
  return hn::Sub(hn::BitCast(D(), hn::Or(field, hn::BitCast(du, magic))), magic);
}
/// v times a power of two, in [1, 2).
HWY_INLINE V mantissa_of(V v) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::And(hn::BitCast(du, v), hn::Set(du, (std::uint64_t{1} << 52) - 1));
  return hn::BitCast(D(), hn::Or(bits, hn::BitCast(du, set(1))));
}

/// ln(above / below) of normal positive numbers at the price of one division, to 2 ulp: 2 artanh of
/// (a - b) / (a + b), after powers of two have brought a / b between 1/sqrt 2 and sqrt 2. There a -
/// b is exact. The polynomial is a minimax fit of (2 artanh s - 2 s) / s^3 in s^2, off by 1e-18.
HWY_INLINE V log_ratio(V above, V below) {
  const V root = set(1.4142135623730951), half = set(0.5), one = set(1);
  V a = mantissa_of(above), b = mantissa_of(below);
  V twos = hn::Sub(exponent_of(above), exponent_of(below));
  const M high = hn::Gt(a, hn::Mul(b, root)), low = hn::Lt(hn::Mul(a, root), b);
  a = hn::IfThenElse(high, hn::Mul(a, half), a);
  b = hn::IfThenElse(low, hn::Mul(b, half), b);
  twos = hn::Sub(hn::Add(twos, hn::IfThenElseZero(high, one)), hn::IfThenElseZero(low, one));
  const V s = hn::Div(hn::Sub(a, b), hn::Add(a, b));
  const V z = hn::Mul(s, s), z2 = hn::Mul(z, z);
  const V odd = hn::MulAdd(set(0.153140358143240832), z2, set(0.22222198563449291746));
  const V even =
      hn::MulAdd(hn::MulAdd(set(0.14796105555957475873), z2, set(0.18183564867954755209)), z2,
                 set(0.28571428742475383225));
  const V tail =
      hn::MulAdd(hn::MulAdd(odd, z, even), z2,
                 hn::MulAdd(set(0.39999999999414317815), z, set(0.66666666666667344611)));
  const V small = hn::MulAdd(hn::Mul(s, z), tail, hn::Add(s, s));
  // ln 2 in two parts, the first with room for the product by an exponent.
  const V low_part = hn::MulAdd(twos, set(1.90821492927058770002e-10), small);
  return hn::MulAdd(twos, set(6.93147180369123816490e-01), low_part);
}

bool alive(const BetaGeometricTerms& k, const OrderRows& rows, double* out) {
  const V zero = hn::Zero(D()), one = set(1);
  bool all = true;
  for (std::size_t i = 0; i < rows.n; i += hn::Lanes(D())) {
    const V x = load(rows.x, i, rows.n, 0), t = load(rows.t_x, i, rows.n, 0);
    const V T = load(rows.T, i, rows.n, 0);
    const M ordered = hn::Or(hn::Gt(x, zero), hn::Eq(t, zero));
    const M times = hn::And(hn::And(hn::Ge(t, zero), hn::Le(t, T)), hn::Lt(T, set(kMostRatio)));
    const V end = hn::Add(set(k.alpha), T), last = hn::Add(set(k.alpha), t);
    const V exponent = hn::Mul(hn::Add(set(k.r), x), log_ratio(end, last));
    const M mild =
        hn::And(hn::Lt(end, hn::Mul(last, set(kMostRatio))), hn::Lt(exponent, set(kMostExponent)));
    const M plain = hn::And(hn::And(is_count(x), ordered), hn::And(times, mild));
    const V e = hn::Exp(D(), hn::Neg(hn::IfThenElseZero(plain, exponent)));
    const V stays = hn::Mul(hn::Add(set(k.b), hn::Add(x, set(k.shift))), e);
    V p = hn::Div(stays, hn::Add(stays, set(k.a)));
    if (k.shift < 0) p = hn::IfThenElse(hn::Eq(x, zero), one, p);
    all &= finish(plain, p, out, i, rows.n);
  }
  return all;
}

bool spend(const SpendTerms& k, const double* xs, const double* ms, std::size_t n, double* out) {
  const V zero = hn::Zero(D());
  bool all = true;
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V x = load(xs, i, n, 0), m = load(ms, i, n, 1);
    const M none = hn::Eq(x, zero);
    const V own = hn::IfThenZeroElse(none, hn::Mul(x, m));
    const M paid = hn::And(hn::Gt(m, zero), hn::Lt(own, set(HUGE_VAL)));
    const V weight = hn::Sub(hn::Add(hn::Mul(set(k.p), x), set(k.q)), set(1));
    const V total = hn::Mul(set(k.p), hn::Add(set(k.gamma), own));
    const M plain = hn::And(hn::And(is_count(x), hn::Or(none, paid)), hn::Gt(weight, zero));
    all &= finish(plain, hn::Div(total, weight), out, i, n);
  }
  return all;
}

void place(const PanelTable& table, const OrderRows& rows, PanelPlaces& places) {
  const hn::RebindToUnsigned<D> du;
  const auto magic = hn::BitCast(du, set(0x1p52));  // a whole number in the lowest bits
  const V first = set(0x1p52 + static_cast<double>(table.first_panel)), zero = hn::Zero(D());
  const V panels = set(static_cast<double>(table.panels));
  const V counts = set(static_cast<double>(table.counts));
  for (std::size_t i = 0; i < rows.n; i += hn::Lanes(D())) {
    const V x = load(rows.x, i, rows.n, 0);
    const auto bits = hn::BitCast(du, hn::Add(set(table.alpha), load(rows.T, i, rows.n, 0)));
    const auto field = hn::ShiftRight<kPanelShift>(bits);
    const V panel = hn::Sub(hn::BitCast(D(), hn::Or(field, magic)), first);
    // A NaN, a negative or a huge age lies beyond the panels.
    const M in_count =
        hn::And(hn::And(hn::Ge(x, zero), hn::Lt(x, counts)), hn::Eq(x, hn::Trunc(x)));
    const M known = hn::And(in_count, hn::And(hn::Ge(panel, zero), hn::Lt(panel, panels)));
    const V cell = hn::Add(hn::MulAdd(x, panels, panel), set(0x1p52));
    const auto index = hn::Xor(hn::BitCast(du, hn::IfThenElse(known, cell, set(0x1p52))), magic);
    const auto none = hn::BitCast(du, hn::VecFromMask(D(), hn::Not(known)));
    hn::Store(hn::Or(index, none), du, places.cell + i);
    const auto below = hn::And(bits, hn::Set(du, (std::uint64_t{1} << kPanelShift) - 1));
    const auto one = hn::BitCast(du, set(1));
    const V from_1 = hn::BitCast(D(), hn::Or(hn::ShiftLeft<52 - kPanelShift>(below), one));
    hn::Store(hn::Sub(hn::Add(from_1, from_1), set(3)), D(), places.y + i);
  }
}

#if HWY_TARGET == HWY_SCALAR
HWY_INLINE double polynomial(const double* c, double y) {
  double sum = 0;
  for (std::size_t k = kPanelTerms; k-- > 0;) sum = sum * y + c[k];
  return sum;
}
#else
/// v[0] + v[1] y + … over the lanes of v; y_to_half = y^(lanes / 2), and its square roots after it.
template <class DN, class VN>
HWY_INLINE double fold(DN d, VN v, const double* y_to_half) {
  if constexpr (hn::MaxLanes(DN()) == 1) {
    (void)d;
    return hn::GetLane(v);
  } else {
    const hn::Half<DN> half;
    const auto high = hn::UpperHalf(half, v);
    return fold(half, hn::MulAdd(high, hn::Set(half, *y_to_half), hn::LowerHalf(half, v)),
                y_to_half + 1);
  }
}

/// c[0] + c[1] y + … + c[15] y^15: as many chains as lanes, folded in the end.
HWY_INLINE double polynomial(const double* c, double y) {
  using DP = hn::CappedTag<double, 8>;
  constexpr std::size_t kLanes = hn::MaxLanes(DP());
  const double y2 = y * y, y4 = y2 * y2;
  const double powers[] = {y4 * y4, y4, y2, y};
  const double* to_lanes = powers + (kLanes == 8 ? 0 : kLanes == 4 ? 1 : 2);
  const DP d;
  auto sum = hn::LoadU(d, c + kPanelTerms - kLanes);
  for (std::size_t k = kPanelTerms - kLanes; k > 0; k -= kLanes) {
    sum = hn::MulAdd(sum, hn::Set(d, *to_lanes), hn::LoadU(d, c + k - kLanes));
  }
  return fold(d, sum, to_lanes + 1);
}
#endif

bool times_panel(const PanelTable& table, const OrderRows& rows, double* out) {
  bool all = true;
  PanelPlaces places;
  for (std::size_t begin = 0; begin < rows.n; begin += PanelPlaces::kRows) {
    const std::size_t n = std::min(PanelPlaces::kRows, rows.n - begin);
    place(table, {rows.x + begin, rows.t_x, rows.T + begin, n}, places);
    for (std::size_t i = 0; i < n; ++i) {
      const bool known = places.cell[i] != PanelPlaces::kNoCell;
      const std::uint32_t cell = known ? table.cells[places.cell[i]] : kNoPanel;
      if (cell == kNoPanel) {
        all = false;
        continue;
      }
      out[begin + i] *=
          polynomial(table.coefficients + std::size_t{cell} * kPanelTerms, places.y[i]);
    }
  }
  return all;
}

/// FitSums over lanes, added lane by lane in the end.
struct LaneSums {
  V log_T, at_T, at_T2, log_sum, v, vR, vD, vD2, e, eR, eD, eRR, eRD, eDD;
};

HWY_INLINE double total(V lanes) {
  HWY_ALIGN double each[kMostLanes];
  hn::Store(lanes, D(), each);
  double sum = 0;
  for (std::size_t k = 0; k < hn::Lanes(D()); ++k) sum += each[k];
  return sum;
}

void fit(double alpha, double log_odds, double rate, const double* t, const double* T,
         const double* w, std::size_t n, FitSums& sums) {
  const V zero = hn::Zero(D()), one = set(1);
  LaneSums s{zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V age = hn::Add(set(alpha), load(T, i, n, 0)), weight = load(w, i, n, 0);
    const V log_T = hn::Log(D(), age), at_T = hn::Div(one, age);
    s.log_T = hn::Add(s.log_T, hn::Mul(weight, log_T));
    s.at_T = hn::Add(s.at_T, hn::Mul(weight, at_T));
    s.at_T2 = hn::Add(s.at_T2, hn::Mul(weight, hn::Mul(at_T, at_T)));
    if (t == nullptr) continue;
    const V last = hn::Add(set(alpha), load(t, i, n, 0)), at_t = hn::Div(one, last);
    const V R = hn::Sub(log_T, hn::Log(D(), last)), dD = hn::Sub(at_T, at_t);
    const V odds = hn::Add(set(log_odds), hn::Mul(set(rate), R));
    const V small = hn::Exp(D(), hn::Neg(hn::Abs(odds))), sum = hn::Add(one, small);
    const V share = hn::Div(hn::IfThenElse(hn::Gt(odds, zero), one, small), sum);
    const V other = hn::Div(hn::IfThenElse(hn::Gt(odds, zero), small, one), sum);
    s.log_sum =
        hn::Add(s.log_sum, hn::Mul(weight, hn::Add(hn::Max(odds, zero), hn::Log(D(), sum))));
    const V v = hn::Mul(weight, share), e = hn::Mul(v, other);
    s.v = hn::Add(s.v, v);
    s.vR = hn::Add(s.vR, hn::Mul(v, R));
    s.vD = hn::Add(s.vD, hn::Mul(v, dD));
    s.vD2 = hn::Sub(s.vD2, hn::Mul(v, hn::Mul(dD, hn::Add(at_T, at_t))));
    const V eR = hn::Mul(e, R), eD = hn::Mul(e, dD);
    s.e = hn::Add(s.e, e);
    s.eR = hn::Add(s.eR, eR);
    s.eD = hn::Add(s.eD, eD);
    s.eRR = hn::Add(s.eRR, hn::Mul(eR, R));
    s.eRD = hn::Add(s.eRD, hn::Mul(eR, dD));
    s.eDD = hn::Add(s.eDD, hn::Mul(eD, dD));
  }
  sums = {total(s.log_T), total(s.at_T), total(s.at_T2), total(s.log_sum), total(s.v),
          total(s.vR),    total(s.vD),   total(s.vD2),   total(s.e),       total(s.eR),
          total(s.eD),    total(s.eRR),  total(s.eRD),   total(s.eDD)};
}

[[maybe_unused]] constexpr OrderKernels kOrder{alive, spend, place, times_panel, fit};

}  // namespace kam::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if !defined(KAM_SIMD) || HWY_ONCE
namespace kam::simd {
namespace {

/// The formulas of the block kernels by the standard library.
bool alive_scalar(const BetaGeometricTerms& k, const OrderRows& rows, double* out) {
  bool all = true;
  for (std::size_t i = 0; i < rows.n; ++i) {
    const double x = rows.x[i], t = rows.t_x[i], T = rows.T[i];
    bool plain = x >= 0 && x < 9e15 && x == std::trunc(x) && (x > 0 || t == 0) && t >= 0 &&
                 t <= T && T < kMostRatio;
    const double ratio = (k.alpha + T) / (k.alpha + t);
    const double exponent = plain ? (k.r + x) * std::log(ratio) : 0;
    plain = plain && ratio < kMostRatio && exponent < kMostExponent;
    const double stays = (k.b + (x + k.shift)) * std::exp(-exponent);
    const double p = k.shift < 0 && x == 0 ? 1 : stays / (stays + k.a);
    out[i] = plain ? p : std::numeric_limits<double>::quiet_NaN();
    all = all && plain;
  }
  return all;
}

bool spend_scalar(const SpendTerms& k, const double* xs, const double* ms, std::size_t n,
                  double* out) {
  bool all = true;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = xs[i], m = ms[i], own = x == 0 ? 0 : x * m;
    const double weight = k.p * x + k.q - 1;
    const bool plain = x >= 0 && x < 9e15 && x == std::trunc(x) &&
                       (x == 0 || (m > 0 && own < HUGE_VAL)) && weight > 0;
    out[i] = plain ? k.p * (k.gamma + own) / weight : std::numeric_limits<double>::quiet_NaN();
    all = all && plain;
  }
  return all;
}

void place_scalar(const PanelTable& table, const OrderRows& rows, PanelPlaces& places) {
  for (std::size_t i = 0; i < rows.n; ++i) {
    const PanelPlace at = panel_place(table, rows.x[i], rows.T[i]);
    places.cell[i] =
        at.known && rows.x[i] == std::trunc(rows.x[i]) ? at.cell : PanelPlaces::kNoCell;
    places.y[i] = at.y;
  }
}

bool times_panel_scalar(const PanelTable& table, const OrderRows& rows, double* out) {
  bool all = true;
  for (std::size_t i = 0; i < rows.n; ++i) {
    const PanelPlace at = panel_place(table, rows.x[i], rows.T[i]);
    const std::uint32_t cell = at.known ? table.cells[at.cell] : kNoPanel;
    if (cell == kNoPanel) {
      all = false;
      continue;
    }
    const double* c = table.coefficients + std::size_t{cell} * kPanelTerms;
    double value = 0;
    for (std::size_t k = kPanelTerms; k-- > 0;) value = value * at.y + c[k];
    out[i] *= value;
  }
  return all;
}

void fit_scalar(double alpha, double log_odds, double rate, const double* t, const double* T,
                const double* w, std::size_t n, FitSums& s) {
  s = {};
  for (std::size_t i = 0; i < n; ++i) {
    const double log_T = std::log(alpha + T[i]), at_T = 1 / (alpha + T[i]);
    s.log_T += w[i] * log_T;
    s.at_T += w[i] * at_T;
    s.at_T2 += w[i] * at_T * at_T;
    if (t == nullptr) continue;
    const double at_t = 1 / (alpha + t[i]), R = log_T - std::log(alpha + t[i]), D = at_T - at_t;
    const double odds = log_odds + rate * R, small = std::exp(-std::fabs(odds));
    const double v = w[i] * (odds > 0 ? 1 : small) / (1 + small);
    const double e = v * (odds > 0 ? small : 1) / (1 + small);
    s.log_sum += w[i] * ((odds > 0 ? odds : 0) + std::log(1 + small));
    s.v += v;
    s.vR += v * R;
    s.vD += v * D;
    s.vD2 -= v * D * (at_T + at_t);
    s.e += e;
    s.eR += e * R;
    s.eD += e * D;
    s.eRR += e * R * R;
    s.eRD += e * R * D;
    s.eDD += e * D * D;
  }
}

constexpr OrderKernels kScalar{alive_scalar, spend_scalar, place_scalar, times_panel_scalar,
                               fit_scalar};

}  // namespace

const OrderKernels& order_kernels(Level level) noexcept {
#if defined(KAM_SIMD) && defined(__x86_64__)
  if (!has_level(level)) return kScalar;
#if HWY_TARGETS & HWY_AVX3
  if (level == Level::avx512) return N_AVX3::kOrder;
#endif
#if HWY_TARGETS & HWY_AVX2
  if (level == Level::avx2) return N_AVX2::kOrder;
#endif
#if HWY_TARGETS & HWY_SSE4
  if (level == Level::sse4) return N_SSE4::kOrder;
#endif
#if HWY_TARGETS & HWY_SSE2
  if (level == Level::sse2) return N_SSE2::kOrder;
#endif
#endif
  (void)level;
  return kScalar;
}

const OrderKernels& order_kernels() noexcept {
  static const OrderKernels& best = order_kernels(levels().back());
  return best;
}

}  // namespace kam::simd
#endif
