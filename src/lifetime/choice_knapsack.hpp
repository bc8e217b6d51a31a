/// Multiple-choice knapsack: at most one item per group under a budget.
#pragma once

#include <cstddef>
#include <vector>

namespace kam::lifetime_detail {

struct ChoiceItem {
  double gain, cost;  // any gain, cost >= 0
};
using ChoiceGroup = std::vector<ChoiceItem>;

inline constexpr std::size_t kNoItem = static_cast<std::size_t>(-1);

struct ChoiceSolution {
  std::vector<std::size_t> item;  // per group; kNoItem: none
  double gain = 0.0;
  double bound = 0.0;  // no choice gains more
  bool exact = false;
};

/// Lagrangian bound with the best price of money, then depth-first branch and bound, at most
/// `steps` of it (E. Zemel 1980; H. Kellerer, U. Pferschy & D. Pisinger 2004, chapter 11).
ChoiceSolution choose_items(const std::vector<ChoiceGroup>& groups, double budget,
                            std::size_t steps);

}  // namespace kam::lifetime_detail
