#include <kam/churn/survival_evaluation.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include "numeric/radix_sort.hpp"

namespace kam::survival_evaluation {
namespace {

/// Weights by rank with sums of all lower ranks: a tree whose nodes hold the sums of their two
/// children. Every walk has the same length and no branch that depends on the rank.
class RankedWeights {
 public:
  explicit RankedWeights(std::size_t ranks)
      : leaves_(std::bit_ceil(ranks + 1)), sum_(2 * leaves_, 0) {}

  void clear() { sum_.assign(sum_.size(), 0); }
  void add(std::size_t rank, double weight) {
    for (std::size_t i = leaves_ + rank; i > 0; i /= 2) sum_[i] += weight;
  }
  /// rank <= ranks.
  [[nodiscard]] double below(std::size_t rank) const {
    double sum = 0;
    for (std::size_t i = leaves_ + rank; i > 1; i /= 2) {
      const std::size_t right = i % 2;  // then its sibling lies below; sum_[0] is 0
      sum += sum_[right * (i - 1)];
    }
    return sum;
  }
  [[nodiscard]] double at(std::size_t rank) const { return sum_[leaves_ + rank]; }
  [[nodiscard]] double total() const { return sum_[1]; }

 private:
  std::size_t leaves_;
  std::vector<double> sum_;  // of node i: children 2i and 2i + 1
};

/// Dense ranks, equal values share one.
std::vector<std::uint32_t> ranks_of(std::span<const double> values, std::size_t& ranks) {
  std::vector<numeric::KeyedRow> rows(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    rows[i] = {numeric::order_key(values[i]), static_cast<std::uint32_t>(i)};
  numeric::radix_sort_by_key(rows);
  std::vector<std::uint32_t> rank(values.size());
  ranks = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && rows[i].key != rows[i - 1].key) ++ranks;
    rank[rows[i].row] = static_cast<std::uint32_t>(ranks);
  }
  ++ranks;
  return rank;
}

/// A row by its risk, with its place in time: 2m + 1 for an event at moment m, 2m + 2 for a row
/// last seen between it and the next, 0 before all. A row of a later place than an event's was
/// there when it happened.
struct PlacedRow {
  std::uint64_t key;
  std::uint32_t place, row;

  [[nodiscard]] bool event() const { return place % 2 == 1; }
};

std::vector<PlacedRow> by_risk(const RiskSet& set, std::span<const double> risk) {
  std::vector<PlacedRow> rows(risk.size());
  for (std::size_t i = 0; i < risk.size(); ++i) {
    const RiskRow& row = set.rows[i];
    rows[i] = {numeric::order_key(risk[i]), 2 * row.last - (row.event ? 1 : 0),
               static_cast<std::uint32_t>(i)};
  }
  numeric::radix_sort_by_key(rows, [](const PlacedRow& r) { return r.key; });
  return rows;
}

/// Pairs counted from low to high risk: what is kept is the weight per place in time, of which
/// there are few where durations are whole. For one stratum whose rows are all seen from the
/// beginning.
class ByTime {
 public:
  explicit ByTime(const RiskSet& set)
      : set_(set),
        all_of_one_(std::all_of(set.rows.begin(), set.rows.end(),
                                [](const RiskRow& r) { return r.weight == 1; })),
        lower_(2 * set.moments.size() + 1),
        later_(2 * set.moments.size() + 2, 0) {
    for (const RiskRow& row : set.rows)
      later_[2 * std::size_t{row.last} - (row.event ? 1 : 0)] += row.weight;
    for (std::size_t i = later_.size() - 1; i-- > 0;) later_[i] += later_[i + 1];
  }

  /// Rows of one risk, which must not be below those before.
  void add(std::span<const PlacedRow> rows) {
    below_.clear();
    for (const PlacedRow& r : rows) below_.push_back(lower_after(r));
    for (const PlacedRow& r : rows) lower_.add(r.place, weight(r));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const PlacedRow& r = rows[i];
      if (!r.event()) continue;
      const double same = rows.size() > 1 ? lower_after(r) - below_[i] : 0, w = weight(r);
      sums_.concordant += w * below_[i];
      sums_.tied_risk += w * same;
      sums_.discordant += w * (later_[r.place + 1] - below_[i] - same);
    }
  }
  [[nodiscard]] const Concordance& sums() const { return sums_; }

 private:
  [[nodiscard]] double weight(const PlacedRow& r) const {
    return all_of_one_ ? 1 : set_.rows[r.row].weight;
  }
  /// Weight of what has been added at later places than an event's.
  [[nodiscard]] double lower_after(const PlacedRow& r) const {
    return r.event() ? lower_.total() - lower_.below(r.place + 1) : 0;
  }

  const RiskSet& set_;
  bool all_of_one_;
  RankedWeights lower_;
  std::vector<double> later_;  // weight at a place and after it
  std::vector<double> below_;
  Concordance sums_;
};

Concordance by_time(const RiskSet& set, std::span<const double> risk) {
  const std::vector<PlacedRow> rows = by_risk(set, risk);
  ByTime pairs(set);
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    while (end < rows.size() && rows[end].key == rows[begin].key) ++end;
    pairs.add(std::span(rows).subspan(begin, end - begin));
  }
  return pairs.sums();
}

bool few_times(const RiskSet& set) {
  if (set.strata() != 1 || 8 * set.moments.size() > set.rows.size()) return false;
  return std::all_of(set.rows.begin(), set.rows.end(),
                     [](const RiskRow& r) { return r.first == 0; });
}

}  // namespace

Concordance concordance(const RiskSet& set, std::span<const double> risk) {
  if (few_times(set)) return by_time(set, risk);
  std::size_t ranks = 0;
  const std::vector<std::uint32_t> rank = ranks_of(risk, ranks);
  RankedWeights weights(ranks);
  std::vector<std::size_t> leaving;  // events of the moment: no pairs among themselves
  Concordance c;
  for_each_moment_backwards(
      set, [&] { weights.clear(); },
      [&](std::size_t i) {
        if (set.rows[i].event) return leaving.push_back(i);
        weights.add(rank[i], set.rows[i].weight);
      },
      [&](std::size_t i) { weights.add(rank[i], -set.rows[i].weight); },
      [&](std::size_t) {
        for (const std::size_t i : leaving) {
          const double w = set.rows[i].weight;
          const double below = weights.below(rank[i]), same = weights.at(rank[i]);
          c.concordant += w * below;
          c.tied_risk += w * same;
          c.discordant += w * (weights.total() - below - same);
        }
        for (const std::size_t i : leaving) weights.add(rank[i], set.rows[i].weight);
        leaving.clear();
      });
  return c;
}

Result<Concordance> concordance(const SurvivalColumns& columns, std::span<const double> risk,
                                std::span<const std::uint32_t> stratum, std::size_t strata) {
  if (Status s = check_size("risk", risk.size(), columns.rows()); !s.ok()) return s;
  std::vector<std::uint8_t> finite(risk.size());
  for (std::size_t i = 0; i < risk.size(); ++i) finite[i] = std::isfinite(risk[i]) ? 1 : 0;
  const auto set = make_risk_set(columns, stratum, strata, finite);
  if (!set) return set.error();
  std::vector<double> sorted(set->rows.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = risk[set->rows[i].row];
  return concordance(*set, sorted);
}

}  // namespace kam::survival_evaluation
