#include <kam/churn/survival_evaluation.hpp>

#include <cmath>

#include "numeric/radix_sort.hpp"

namespace kam::survival_evaluation {
namespace {

/// Weights by rank with sums of all lower ranks (Fenwick tree).
class RankedWeights {
 public:
  explicit RankedWeights(std::size_t ranks) : at_(ranks, 0), tree_(ranks + 1, 0) {}

  void clear() {
    at_.assign(at_.size(), 0);
    tree_.assign(tree_.size(), 0);
    total_ = 0;
  }
  void add(std::size_t rank, double weight) {
    at_[rank] += weight;
    total_ += weight;
    for (std::size_t i = rank + 1; i < tree_.size(); i += i & (~i + 1)) tree_[i] += weight;
  }
  [[nodiscard]] double below(std::size_t rank) const {
    double sum = 0;
    for (std::size_t i = rank; i > 0; i &= i - 1) sum += tree_[i];
    return sum;
  }
  [[nodiscard]] double at(std::size_t rank) const { return at_[rank]; }
  [[nodiscard]] double total() const { return total_; }

 private:
  std::vector<double> at_, tree_;
  double total_ = 0;
};

/// Dense ranks, equal values share one.
std::vector<std::uint32_t> ranks_of(std::span<const double> values, std::size_t& ranks) {
  std::vector<numeric::KeyedRow> rows(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    rows[i] = {numeric::order_key(values[i]), static_cast<std::uint32_t>(i)};
  numeric::radix_sort(rows);
  std::vector<std::uint32_t> rank(values.size());
  ranks = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && rows[i].key != rows[i - 1].key) ++ranks;
    rank[rows[i].row] = static_cast<std::uint32_t>(ranks);
  }
  ++ranks;
  return rank;
}

}  // namespace

Concordance concordance(const RiskSet& set, std::span<const double> risk) {
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
