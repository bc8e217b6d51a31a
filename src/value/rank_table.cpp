#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "value/scorecard_plan.hpp"

namespace kam::value {
namespace {

using Knots = std::vector<FrozenReference::Knot>;

constexpr std::size_t kBuckets = 4096;

/// Grows with x, and evenly in ln(1 + |x| / unit) but for the curve of the logarithm in a binade.
std::int64_t key(double x, double per_unit) {
  const double size = 1 + std::fabs(x) * per_unit;
  const std::int64_t bits = std::bit_cast<std::int64_t>(size) - std::bit_cast<std::int64_t>(1.0);
  return x < 0 ? -bits : bits;
}

/// How knots fall into buckets, when 1 + |x| / unit is taken as if logarithmic.
struct Bucketing {
  double per_unit = 0;
  std::int64_t lowest = 0;
  int shift = 0;
  std::size_t fullest = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] std::size_t bucket(double x) const {
    const auto up = static_cast<std::uint64_t>(key(x, per_unit) - lowest);
    return static_cast<std::size_t>(up >> shift);
  }
};

Bucketing bucketing(const Knots& knots, double per_unit) {
  Bucketing b{per_unit, key(knots.front().value, per_unit), 0, 0};
  const auto span = static_cast<std::uint64_t>(key(knots.back().value, per_unit) - b.lowest);
  while (span >> b.shift >= kBuckets) ++b.shift;
  std::size_t here = 0, bucket = 0;
  for (const auto& knot : knots) {
    const std::size_t next = b.bucket(knot.value);
    here = next == bucket ? here + 1 : 1;
    bucket = next;
    b.fullest = std::max(b.fullest, here);
  }
  return b;
}

/// The unit that spreads the knots best; units are taken from the sizes of the knots themselves.
Bucketing best_bucketing(const Knots& knots) {
  std::vector<double> sizes;
  for (const auto& knot : knots) sizes.push_back(std::fabs(knot.value));
  std::sort(sizes.begin(), sizes.end());
  Bucketing best;
  for (const double share : {.001, .01, .05, .1, .25, .5, .75, .9, 1.0}) {
    const auto at = static_cast<std::size_t>(share * static_cast<double>(sizes.size() - 1));
    for (const double factor : {1.0, 1024.0}) {
      const double per_unit = 1 / (sizes[at] * factor);
      if (!std::isfinite(per_unit) || !std::isfinite(sizes.back() * per_unit)) continue;
      const Bucketing b = bucketing(knots, per_unit);
      if (b.fullest < best.fullest) best = b;
    }
  }
  return best.fullest <= knots.size() ? best : bucketing(knots, 0);
}

RankKnot knot_of(const Knots& knots, std::size_t i, double count) {
  const auto& [value, below, through] = knots[i];
  RankKnot k{1, through, 0, 50.0 * (below + through) / count};
  if (i + 1 < knots.size()) {
    k.half_width = knots[i + 1].value / 2 - value / 2;
    k.between = knots[i + 1].below - through;
  }
  return k;
}

/// Either of two numbers without a branch, which no processor could foresee here.
double pick(bool first, double a, double b) {
  const std::uint64_t mask = std::uint64_t{0} - static_cast<std::uint64_t>(first);
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(a) & mask) |
                               (std::bit_cast<std::uint64_t>(b) & ~mask));
}

/// Index of the last value <= x, or 0; x from first to last.
std::size_t find(const RankTable& t, double x) {
  const auto up = static_cast<std::uint64_t>(key(x, t.per_unit) - t.lowest);
  std::size_t index = t.begin[static_cast<std::size_t>(up >> t.shift)];
  for (std::size_t step = t.stride; step > 0; step /= 2) {
    index += step * static_cast<std::size_t>(t.values[index + step] <= x);
  }
  return index;
}

}  // namespace

RankTable make_rank_table(const FrozenReference& reference, bool turned) {
  const Knots& knots = reference.knots();
  const Bucketing b = best_bucketing(knots);
  RankTable t;
  t.first = knots.front().value;
  t.last = knots.back().value;
  t.count = reference.count();
  t.per_unit = b.per_unit;
  t.lowest = b.lowest;
  t.shift = b.shift;
  t.stride = std::bit_floor(b.fullest);
  t.turned = turned;
  for (std::size_t i = 0; i < knots.size(); ++i) {
    t.knots.push_back(knot_of(knots, i, t.count));
    t.values.push_back(knots[i].value);
  }
  t.values.resize(knots.size() + 2 * t.stride, std::numeric_limits<double>::infinity());
  std::size_t next = 0;  // first knot that is not before the bucket
  for (std::size_t bucket = 0; bucket <= b.bucket(t.last); ++bucket) {
    t.begin.push_back(static_cast<std::uint32_t>(next > 0 ? next - 1 : 0));
    while (next < knots.size() && b.bucket(knots[next].value) == bucket) ++next;
  }
  return t;
}

void rank_n(const RankTable& table, const double* x, double* score, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const bool finite = std::fabs(x[i]) <= std::numeric_limits<double>::max();
    const double at = std::clamp(pick(finite, x[i], table.first), table.first, table.last);
    const std::size_t index = find(table, at);
    const double value = table.values[index];
    const RankKnot& knot = table.knots[index];
    const double part = (at / 2 - value / 2) / knot.half_width;
    const double rank = knot.through + knot.between * part;
    double points = pick(value == at, knot.exact, 100.0 * rank / table.count);
    points = pick(x[i] > table.last, 100.0, pick(x[i] < table.first, 0.0, points));
    score[i] = pick(finite, table.turned ? 100.0 - points : points, kNaN);
  }
}

}  // namespace kam::value
