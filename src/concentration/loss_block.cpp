#include "concentration/loss_block.hpp"

#include <algorithm>
#include <cmath>

namespace kam::concentration_detail {
namespace {

std::vector<LossAccount> sorted(std::vector<LossAccount> accounts) {
  std::sort(accounts.begin(), accounts.end(), [](const LossAccount& a, const LossAccount& b) {
    if (a.cells != b.cells) return a.cells < b.cells;
    return a.p != b.p ? a.p < b.p : a.amount < b.amount;
  });
  return accounts;
}

LossFactor factor_of(const std::vector<LossAccount>& accounts, double correlation) {
  std::vector<double> amount, p;
  for (const LossAccount& a : accounts) {
    amount.push_back(a.amount);
    p.push_back(a.p);
  }
  return {amount, p, correlation};
}

/// E of the residue given the probabilities [cells].
double residue_given(const std::vector<LossAccount>& accounts, const std::vector<double>& p) {
  double mean = 0.0;
  for (std::size_t j = 0; j < p.size(); ++j) mean += accounts[j].residue * p[j];
  return mean;
}

}  // namespace

LossBlock::LossBlock(std::vector<LossAccount> accounts, double correlation)
    : accounts_(sorted(std::move(accounts))), factor_(factor_of(accounts_, correlation)) {
  cells_.reserve(accounts_.size());
  for (const LossAccount& a : accounts_) cells_.push_back(a.cells);
  moments();
  mix();
}

GridPmf LossBlock::given(std::size_t node, std::vector<double>& p) const {
  p.resize(accounts_.size());
  factor_.conditional(node, p);
  GridPmf pmf = bernoulli_sum(cells_, p);
  pmf.first += static_cast<std::ptrdiff_t>(std::nearbyint(residue_given(accounts_, p)));
  return pmf;
}

/// Means first, so that the spread of the conditional means is a sum of squares.
void LossBlock::moments() {
  std::vector<double> p(accounts_.size()), means(nodes()), residues(nodes());
  for (std::size_t node = 0; node < nodes(); ++node) {
    factor_.conditional(node, p);
    double within = 0.0, residue_within = 0.0;
    for (std::size_t j = 0; j < p.size(); ++j) {
      const LossAccount& a = accounts_[j];
      const double spread = p[j] * (1.0 - p[j]);
      means[node] += a.amount * p[j];
      within += a.amount * a.amount * spread;
      residue_within += a.residue * a.residue * spread;
    }
    const double residue = residue_given(accounts_, p);
    residues[node] = residue - std::nearbyint(residue);
    mean += weight(node) * means[node];
    residue_mean += weight(node) * residues[node];
    variance += weight(node) * within;
    residue_variance += weight(node) * residue_within;
  }
  for (std::size_t node = 0; node < nodes(); ++node) {
    const double away = means[node] - mean, residue_away = residues[node] - residue_mean;
    variance += weight(node) * away * away;
    residue_variance += weight(node) * residue_away * residue_away;
  }
}

void LossBlock::mix() {
  double low = 0.0, high = 0.0;
  for (const LossAccount& a : accounts_) {
    low += std::min(0.0, a.residue);
    high += a.cells + std::max(0.0, a.residue);
  }
  const auto base = static_cast<std::ptrdiff_t>(std::floor(low)) - 1;
  std::vector<double> dense(static_cast<std::size_t>(std::ceil(high)) + 3 +
                            static_cast<std::size_t>(-base));
  std::vector<double> p;
  for (std::size_t node = 0; node < nodes(); ++node) {
    const GridPmf pmf = given(node, p);
    double* to = dense.data() + (pmf.first - base);
    const double w = weight(node);
    for (std::size_t k = 0; k < pmf.probability.size(); ++k) to[k] += w * pmf.probability[k];
  }
  const auto positive = [](double x) { return x > 0.0; };
  const auto first = std::find_if(dense.begin(), dense.end(), positive);
  const auto last = std::find_if(dense.rbegin(), dense.rend(), positive).base();
  mixture_.first = base + (first - dense.begin());
  mixture_.probability.assign(first, last);
}

}  // namespace kam::concentration_detail
