#include "lifetime/choice_knapsack.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kam::lifetime_detail {
namespace {

constexpr std::size_t kDeepest = 10'000;

/// Best item at a price of money; none if nothing is left of its gain.
std::size_t best_at(const ChoiceGroup& group, double price) {
  std::size_t best = kNoItem;
  double most = 0.0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double net = group[i].gain - price * group[i].cost;
    if (net > most) {
      most = net;
      best = i;
    }
  }
  return best;
}

double net_at(const ChoiceGroup& group, double price) {
  const std::size_t i = best_at(group, price);
  return i == kNoItem ? 0.0 : group[i].gain - price * group[i].cost;
}

double cost_at(const std::vector<ChoiceGroup>& groups, double price) {
  double cost = 0.0;
  for (const ChoiceGroup& g : groups) {
    const std::size_t i = best_at(g, price);
    if (i != kNoItem) cost += g[i].cost;
  }
  return cost;
}

/// The price at which spending passes the budget: the dual is convex, and this is its minimum.
double dual_price(const std::vector<ChoiceGroup>& groups, double budget) {
  if (cost_at(groups, 0.0) <= budget) return 0.0;
  double high = 1.0;
  while (cost_at(groups, high) > budget && high < 1e300) high *= 2.0;
  double low = 0.0;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (cost_at(groups, middle) > budget ? low : high) = middle;
  }
  return high;
}

class Search {
 public:
  Search(const std::vector<ChoiceGroup>& groups, double budget)
      : groups_(groups),
        budget_(budget),
        price_(dual_price(groups, budget)),
        order_(groups.size()),
        rest_(groups.size() + 1, 0.0),
        current_(groups.size(), kNoItem) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    // Large groups first: what is decided there moves the bound most.
    std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
      return net_at(groups_[a], 0.0) > net_at(groups_[b], 0.0);
    });
    for (std::size_t i = order_.size(); i-- > 0;) {
      rest_[i] = rest_[i + 1] + net_at(groups_[order_[i]], price_);
    }
    slack_ = 1e-12 * (std::isfinite(budget) ? budget : 0.0);
  }

  ChoiceSolution run(std::size_t steps) {
    best_.item = current_;
    best_.bound = rest_[0] + priced(budget_);
    at_the_price();
    // One level of the stack per group: beyond that the first choice stands, with its bound.
    steps_ = groups_.size() <= kDeepest ? steps : 0;
    descend(0, 0.0, 0.0);
    best_.exact = steps_ > 0;
    if (best_.exact) best_.bound = best_.gain;
    best_.bound = std::max(best_.bound, best_.gain);
    return best_;
  }

 private:
  [[nodiscard]] double priced(double left) const { return price_ > 0.0 ? price_ * left : 0.0; }

  /// A first choice: best at the price, then whatever still fits, largest gain first.
  void at_the_price() {
    double cost = 0.0, gain = 0.0;
    const auto take = [&](std::size_t group, std::size_t item) {
      current_[group] = item;
      cost += groups_[group][item].cost;
      gain += groups_[group][item].gain;
    };
    for (std::size_t group : order_) {
      const std::size_t i = best_at(groups_[group], price_);
      if (i != kNoItem && cost + groups_[group][i].cost <= budget_ + slack_) take(group, i);
    }
    for (std::size_t group : order_) {
      if (current_[group] != kNoItem) continue;
      const std::size_t i = best_at(groups_[group], 0.0);
      if (i != kNoItem && cost + groups_[group][i].cost <= budget_ + slack_) take(group, i);
    }
    keep(gain);
    std::fill(current_.begin(), current_.end(), kNoItem);
  }

  void keep(double gain) {
    if (gain <= best_.gain) return;
    best_.gain = gain;
    best_.item = current_;
  }

  void descend(std::size_t at, double cost, double gain) {
    if (steps_ == 0) return;
    --steps_;
    const double bound = gain + rest_[at] + priced(budget_ + slack_ - cost);
    if (bound <= best_.gain * (1.0 + 1e-13)) return;
    if (at == order_.size()) return keep(gain);
    const std::size_t group = order_[at];
    const std::size_t first = best_at(groups_[group], price_);
    if (first != kNoItem) try_item(at, first, cost, gain);
    if (first != kNoItem) descend(at + 1, cost, gain);
    for (std::size_t i = 0; i < groups_[group].size(); ++i) {
      if (i != first) try_item(at, i, cost, gain);
    }
    if (first == kNoItem) descend(at + 1, cost, gain);
  }

  void try_item(std::size_t at, std::size_t item, double cost, double gain) {
    const ChoiceItem& i = groups_[order_[at]][item];
    if (!(i.gain > 0.0) || cost + i.cost > budget_ + slack_) return;
    current_[order_[at]] = item;
    descend(at + 1, cost + i.cost, gain + i.gain);
    current_[order_[at]] = kNoItem;
  }

  const std::vector<ChoiceGroup>& groups_;
  double budget_, slack_ = 0.0, price_;
  std::vector<std::size_t> order_;
  std::vector<double> rest_;  // best net gain of the groups from here on
  std::vector<std::size_t> current_;
  std::size_t steps_ = 0;
  ChoiceSolution best_;
};

}  // namespace

ChoiceSolution choose_items(const std::vector<ChoiceGroup>& groups, double budget,
                            std::size_t steps) {
  return Search(groups, budget).run(steps);
}

}  // namespace kam::lifetime_detail
