/// Which things to take when their costs must not exceed a budget.
#pragma once

#include <cstdint>
#include <vector>

namespace kam::churn_detail {

/// Both > 0, in falling order of profit/cost.
struct KnapsackItem {
  double profit, cost;
};

struct KnapsackChoice {
  std::vector<std::uint8_t> taken;  // per item
  double profit = 0.0;
  double bound = 0.0;  // no choice earns more
  bool exact = false;  // nothing better exists, beyond rounding
};

/// Greedy first, then depth-first branch and bound with the fractional bound, at most `steps` of
/// it. Of equally good choices the first found, so the order of the items decides.
[[nodiscard]] KnapsackChoice choose(const std::vector<KnapsackItem>& items, double budget,
                                    std::size_t steps);

}  // namespace kam::churn_detail
