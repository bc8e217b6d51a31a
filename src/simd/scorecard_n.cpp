#include "simd/scorecard_n.hpp"

#include <limits>

#ifdef KAM_SIMD
// Compiled once per instruction set, chosen as in math_n.cpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/scorecard_n.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace kam::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

HWY_INLINE V set(double value) {
  return hn::Set(D(), value);
}
HWY_INLINE V load(const double* from) {
  return hn::LoadU(D(), from);
}
/// The same; and the memory gets ready for the tile after this one, of n rows.
HWY_INLINE V load_column(const double* from, std::size_t i, std::size_t n) {
  __builtin_prefetch(from + i + n);
  return load(from + i);
}
HWY_INLINE void store(V v, double* to) {
  hn::StoreU(v, D(), to);
}
HWY_INLINE void store_column(V v, double* to, std::size_t i, std::size_t n) {
  __builtin_prefetch(to + i + n, 1);
  store(v, to + i);
}
HWY_INLINE V missing() {
  return set(std::numeric_limits<double>::quiet_NaN());
}
/// NaN where x is not finite.
HWY_INLINE V where_finite(V x, V score) {
  const auto finite = hn::Le(hn::Abs(x), set(std::numeric_limits<double>::max()));
  return hn::IfThenElse(finite, score, missing());
}

/// Bands::score.
struct ByPieces {
  const Pieces& table;

  HWY_INLINE V operator()(V x) const {
    const V at = hn::Min(hn::Max(x, set(table.first)), set(table.last));
    const Piece* p = table.pieces;
    V half_at = set(p->half_at), half_width = set(p->half_width);
    V from = set(p->from), rise = set(p->rise), to = set(p->to);
    for (const Piece* end = p++ + table.count; p < end; ++p) {
      const auto beyond = hn::Ge(at, set(p->at));
      half_at = hn::IfThenElse(beyond, set(p->half_at), half_at);
      half_width = hn::IfThenElse(beyond, set(p->half_width), half_width);
      from = hn::IfThenElse(beyond, set(p->from), from);
      rise = hn::IfThenElse(beyond, set(p->rise), rise);
      to = hn::IfThenElse(beyond, set(p->to), to);
    }
    const V part = hn::Div(hn::Sub(hn::Mul(at, set(.5)), half_at), half_width);
    const V points = hn::Add(from, hn::Mul(rise, part));
    const auto rises = hn::Gt(rise, hn::Zero(D()));
    return where_finite(x, hn::IfThenElse(rises, hn::Min(points, to), hn::Max(points, to)));
  }
};

HWY_INLINE void add_to(double* sum, V value) {
  store(hn::Add(load(sum), value), sum);
}

/// evaluate_dimensions, one indicator: all data fresh and no stand-in.
template <class Score>
HWY_INLINE void add_plain(const Score& score, const Measure& m, const Sums& sums, std::size_t n) {
  const V w = set(m.weight);
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V s = score(i);
    const auto present = hn::Eq(s, s);
    const V used = hn::IfThenElseZero(present, w);
    store(s, m.scores + i);
    add_to(sums.score + i, hn::IfThenElseZero(present, hn::Mul(w, s)));
    add_to(sums.weight + i, used);
    if (sums.coverage != nullptr) add_to(sums.coverage + i, used);
    if (m.observed != nullptr) store(hn::IfThenElseZero(present, set(1)), m.observed + i);
  }
}

/// The same with whatever there is; a stand-in counts with its whole weight.
template <class Score>
HWY_INLINE void add_any(const Score& score, const Measure& m, const Sums& sums, std::size_t n) {
  const V w = set(m.weight), zero = hn::Zero(D());
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    V s = score(i);
    const V fresh = m.fresh != nullptr ? load(m.fresh + i) : set(1);
    const auto present = hn::And(hn::Eq(s, s), hn::Gt(fresh, zero));
    s = hn::IfThenElse(present, s, set(m.stand_in));
    const auto scored = hn::Eq(s, s);
    const V observed = hn::IfThenElseZero(present, fresh);
    const V seen = hn::Mul(w, observed);
    const V used = hn::IfThenElseZero(scored, hn::IfThenElse(present, seen, w));
    store(s, m.scores + i);
    store(observed, m.observed + i);
    add_to(sums.coverage + i, hn::IfThenElseZero(scored, seen));
    add_to(sums.weight + i, used);
    add_to(sums.score + i, hn::IfThenElseZero(scored, hn::Mul(used, s)));
  }
}

template <class Score>
HWY_INLINE void add(const Score& score, const Measure& m, const Sums& sums, std::size_t n) {
  const bool plain = m.fresh == nullptr && m.stand_in != m.stand_in;
  plain ? add_plain(score, m, sums, n) : add_any(score, m, sums, n);
}

void add_pieces(const Pieces& table, const double* x, const Measure& m, const Sums& sums,
                std::size_t n) {
  const ByPieces by{table};
  add([=](std::size_t i) HWY_ATTR { return by(load_column(x, i, n)); }, m, sums, n);
}
void add_scores(const Measure& m, const Sums& sums, std::size_t n) {
  const double* scores = m.scores;
  add([=](std::size_t i) HWY_ATTR { return load(scores + i); }, m, sums, n);
}

/// A mean of scores, which rounding must not lift above the largest of them.
HWY_INLINE V mean_score(V weighted, V weight) {
  return hn::Min(hn::Max(hn::Div(weighted, weight), hn::Zero(D())), set(100));
}

void close_dimension(const Closing& c, std::size_t n) {
  const V big_w = set(c.weight);
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V weight = load(c.weight_sum + i);
    const V coverage = hn::Div(load(c.coverage_sum + i), set(c.total));
    const auto counts = hn::And(hn::Gt(weight, hn::Zero(D())), hn::Ge(coverage, set(c.least)));
    const V safe = hn::IfThenElse(counts, weight, set(1));
    const V score = mean_score(load(c.sum + i), safe);
    store_column(hn::IfThenElse(counts, score, missing()), c.score, i, n);
    store(safe, c.weight_sum + i);
    if (c.coverage != nullptr) store(coverage, c.coverage + i);
    add_to(c.seen + i, hn::Mul(big_w, coverage));
    add_to(c.used + i, hn::IfThenElseZero(counts, big_w));
    add_to(c.weighted + i, hn::IfThenElseZero(counts, hn::Mul(big_w, score)));
  }
}

bool close_index(double all, const double* used, const double* weighted, const double* seen,
                 double* value_index, double* coverage, std::size_t n) {
  bool every = true;
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V weight = load(used + i);
    const auto defined = hn::Gt(weight, hn::Zero(D()));
    every &= hn::AllTrue(D(), defined);
    store_column(hn::IfThenElse(defined, mean_score(load(weighted + i), weight), missing()),
                 value_index, i, n);
    store_column(hn::Div(load(seen + i), set(all)), coverage, i, n);
  }
  return every;
}

void share(double weight, const double* used, const double* score, double* out, std::size_t n) {
  const V zero = hn::Zero(D());
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V s = load(score + i), all = load(used + i);
    const auto counts = hn::And(hn::Eq(s, s), hn::Gt(all, zero));
    const V ratio = hn::Div(set(weight), hn::IfThenElse(counts, all, set(1)));
    store(hn::IfThenElseZero(counts, ratio), out + i);
  }
}

/// Effective weight and, with it, the reason of explain_into.
void point(const Pointing& p, std::size_t n) {
  const V zero = hn::Zero(D()), w = set(p.weight), w0 = set(p.reference_weight);
  const bool has_reference = p.reference_score == p.reference_score;
  for (std::size_t i = 0; i < n; i += hn::Lanes(D())) {
    const V raw = load(p.scores + i);
    const auto scored = hn::Eq(raw, raw);
    const V s = hn::IfThenElseZero(scored, raw);
    V own = w;
    if (p.observed != nullptr) {
      const V f = load(p.observed + i);
      own = hn::Mul(w, hn::IfThenElse(hn::Gt(f, zero), f, set(1)));
    }
    const V share_in = hn::Div(own, load(p.dimension_weight + i));
    const V weight = hn::IfThenElseZero(scored, hn::Mul(load(p.dimension_share + i), share_in));
    if (p.effective_weight != nullptr) store(weight, p.effective_weight + i);
    if (p.points == nullptr) continue;
    const V s0 = has_reference ? set(p.reference_score) : s;
    const auto counts = hn::Gt(weight, zero);
    V points = hn::IfThenElseZero(counts, hn::Mul(weight, hn::Sub(s, s0)));
    if (p.value_index != nullptr) {
      const V index = load(p.value_index + i);
      points = hn::IfThenElse(hn::Eq(index, index), points, index);
    }
    store_column(points, p.points, i, n);
    add_to(p.coverage_points + i, hn::Mul(hn::Sub(weight, w0), s0));
  }
}

[[maybe_unused]] constexpr ScorecardKernels kScorecard{add_pieces,  add_scores, close_dimension,
                                                       close_index, share,      point};

}  // namespace kam::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if !defined(KAM_SIMD) || HWY_ONCE
namespace kam::simd {

const ScorecardKernels* scorecard_kernels(Level level) noexcept {
#if defined(KAM_SIMD) && defined(__x86_64__)
  if (!has_level(level)) return nullptr;
#if HWY_TARGETS & HWY_AVX3
  if (level == Level::avx512) return &N_AVX3::kScorecard;
#endif
#if HWY_TARGETS & HWY_AVX2
  if (level == Level::avx2) return &N_AVX2::kScorecard;
#endif
#if HWY_TARGETS & HWY_SSE4
  if (level == Level::sse4) return &N_SSE4::kScorecard;
#endif
#if HWY_TARGETS & HWY_SSE2
  if (level == Level::sse2) return &N_SSE2::kScorecard;
#endif
#endif
  (void)level;
  return nullptr;
}

const ScorecardKernels* scorecard_kernels() noexcept {
  static const ScorecardKernels* const kBest = scorecard_kernels(levels().back());
  return kBest;
}

}  // namespace kam::simd
#endif
