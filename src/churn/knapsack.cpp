#include "churn/knapsack.hpp"

#include <algorithm>

namespace kam::churn_detail {
namespace {

class Search {
 public:
  Search(const std::vector<KnapsackItem>& items, double budget)
      : items_(items), budget_(budget), costs_{0.0}, profits_{0.0}, current_(items.size(), 0) {
    for (const KnapsackItem& item : items) {
      costs_.push_back(costs_.back() + item.cost);
      profits_.push_back(profits_.back() + item.profit);
    }
    best_.bound = bound_from(0, budget, 0.0);
    // Sums in another order differ in the last bits: a budget met up to them is met.
    slack_ = 1e-12 * budget;
    tolerance_ = 1e-12 * best_.bound;
  }

  KnapsackChoice run(std::size_t steps) {
    greedy();
    descend(steps);
    return best_;
  }

 private:
  /// The profit of the rest if the first item that does not fit could be cut.
  [[nodiscard]] double bound_from(std::size_t at, double left, double profit) const {
    const auto first = costs_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto over = std::upper_bound(first, costs_.end(), costs_[at] + left);
    const auto end = static_cast<std::size_t>(over - costs_.begin()) - 1;
    profit += profits_[end] - profits_[at];
    if (end == items_.size()) return profit;
    const double rest = left - (costs_[end] - costs_[at]);
    return profit + std::max(0.0, rest) * (items_[end].profit / items_[end].cost);
  }

  void keep(double profit) {
    best_.taken = current_;
    best_.profit = profit;
  }

  void greedy() {
    double left = budget_, profit = 0.0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].cost > left + slack_) continue;
      current_[i] = 1;
      left -= items_[i].cost;
      profit += items_[i].profit;
    }
    keep(profit);
    std::fill(current_.begin(), current_.end(), std::uint8_t{0});
  }

  /// Takes what fits, then steps back to the last one taken and leaves it out.
  void descend(std::size_t steps) {
    std::vector<std::size_t> taken;
    double left = budget_, profit = 0.0;
    std::size_t at = 0;
    for (; steps > 0; --steps) {
      const bool hopeless =
          at < items_.size() && bound_from(at, left + slack_, profit) <= best_.profit + tolerance_;
      if (!hopeless && at < items_.size()) {
        if (items_[at].cost <= left + slack_) {
          current_[at] = 1;
          taken.push_back(at);
          left -= items_[at].cost;
          profit += items_[at].profit;
        }
        ++at;
        continue;
      }
      if (!hopeless && profit > best_.profit + tolerance_) keep(profit);
      if (taken.empty()) {
        best_.exact = true;
        best_.bound = best_.profit;
        return;
      }
      at = taken.back();
      taken.pop_back();
      current_[at] = 0;
      left += items_[at].cost;
      profit -= items_[at].profit;
      ++at;
    }
  }

  const std::vector<KnapsackItem>& items_;
  double budget_, slack_ = 0.0, tolerance_ = 0.0;
  std::vector<double> costs_, profits_;  // partial sums
  std::vector<std::uint8_t> current_;
  KnapsackChoice best_;
};

}  // namespace

KnapsackChoice choose(const std::vector<KnapsackItem>& items, double budget, std::size_t steps) {
  return Search(items, budget).run(steps);
}

}  // namespace kam::churn_detail
