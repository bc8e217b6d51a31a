/// Which retention actions to take: at most one per account, each with its cost and the retention
/// it leads to, under a budget.
///
/// Maximises Σ [v (r_action − r₀) − cost] − λ·ES(L) as retention_budget.hpp does for spending that
/// can be divided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/status.hpp>
#include <kam/lifetime/retention_budget.hpp>

namespace kam {

struct ActionAccounts {
  std::span<const double> value;  ///< v [money], >= 0
  std::span<const double> start;  ///< r₀ without an action, 0..1
};

/// Actions to choose from, in any order.
struct ActionColumns {
  std::span<const std::size_t> account;  ///< its row in ActionAccounts
  std::span<const double> cost;          ///< [money], >= 0
  std::span<const double> retention;     ///< r with the action, 0..1
  std::span<const Evidence> evidence;    ///< an action without evidence is never chosen

  [[nodiscard]] std::size_t rows() const noexcept { return account.size(); }
};

struct ActionOptions {
  double budget = HUGE_VAL;    ///< [money], >= 0
  double risk_aversion = 0.0;  ///< λ >= 0
  double level = 0.95;         ///< in (0, 1)
};

struct ActionChoice {
  std::vector<std::uint8_t> chosen;  ///< 0/1 per action
  std::vector<double> gain;  ///< v (r − r₀) − cost per action [money]; NaN without evidence
  bool exact = false;        ///< nothing better exists, beyond rounding
  double gap = 0.0;          ///< upper bound on what a better choice could add [money]
  double total_cost = 0.0;   ///< [money]
  double total_gain = 0.0;   ///< [money]
  double expected_shortfall_before = 0.0, expected_shortfall = 0.0;  ///< [money]
  double objective = 0.0;  ///< total_gain + λ·(fall of the expected shortfall) [money]
  std::vector<std::size_t> without_evidence;  ///< actions left out for that reason
  /// Of the actions; out_of_domain too: an unknown account, or one whose own row is not usable.
  BatchReport actions;
  BatchReport accounts;
};

/// λ = 0: branch and bound with the Lagrangian bound, a million steps; what is found within them
/// stands, with `gap`. λ > 0: every affordable choice where there are at most 2¹⁶ of them (twelve
/// accounts with one action each: 4,096); beyond, actions are chosen at protection values, improved
/// one by one, and `gap` comes from ES >= expected loss: true, but wide. Two choices equally good:
/// the one found first, by row order of the accounts.
/// size_mismatch and invalid_argument name the argument; insufficient_data: no usable account.
[[nodiscard]] Result<ActionChoice> choose_retention_actions(const ActionAccounts& accounts,
                                                            const ActionColumns& actions,
                                                            const ActionOptions& options = {});

}  // namespace kam
