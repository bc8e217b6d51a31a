#include <kam/lifetime/retention_actions.hpp>

#include <algorithm>
#include <new>

#include <kam/base/columns.hpp>

#include "lifetime/choice_knapsack.hpp"
#include "lifetime/shortfall.hpp"

namespace kam {
namespace {

using lifetime_detail::ChoiceGroup;
using lifetime_detail::choose_items;
using lifetime_detail::kNoItem;
using lifetime_detail::Shortfall;

constexpr double kMostMoney = 1e100;
constexpr std::size_t kMostChoices = std::size_t{1} << 16;
constexpr std::size_t kSearchSteps = 1'000'000;
constexpr std::size_t kMostTries = 2'000;  // loss distributions of the improvement

Status check_call(const ActionAccounts& accounts, const ActionColumns& a, const ActionOptions& o) {
  if (Status s = check_size("start", accounts.start.size(), accounts.value.size()); !s.ok())
    return s;
  for (const auto& [name, size] : {std::pair{"cost", a.cost.size()},
                                   {"retention", a.retention.size()},
                                   {"evidence", a.evidence.size()}}) {
    if (Status s = check_size(name, size, a.rows()); !s.ok()) return s;
  }
  if (!(o.budget >= 0.0)) return invalid_argument("budget", ">= 0", o.budget);
  if (!(o.risk_aversion >= 0.0 && o.risk_aversion <= kMostMoney)) {
    return invalid_argument("risk_aversion", "finite and >= 0", o.risk_aversion);
  }
  if (!(o.level > 0.0 && o.level < 1.0)) {
    return invalid_argument("level", "above 0 and below 1", o.level);
  }
  return {};
}

bool is_share(double x) {
  return x >= 0.0 && x <= 1.0;
}

/// Usable accounts with the usable actions of each.
struct Problem {
  std::vector<double> value, start;
  std::vector<std::vector<std::size_t>> actions;  // rows of ActionColumns
  std::vector<std::size_t> place;                 // of an account row among the usable; kNoItem

  void take_accounts(const ActionAccounts& accounts, BatchReport& report) {
    for (std::size_t i = 0; i < accounts.value.size(); ++i) {
      const double v = accounts.value[i], r = accounts.start[i];
      const bool finite = std::isfinite(v) && std::isfinite(r);
      if (!finite || !(v >= 0.0 && v <= kMostMoney && is_share(r))) {
        report.rejected(i, finite ? RowReason::out_of_domain : RowReason::not_finite);
        place.push_back(kNoItem);
        continue;
      }
      report.scored();
      place.push_back(value.size());
      value.push_back(v);
      start.push_back(r);
    }
    actions.resize(value.size());
  }

  void take_actions(const ActionColumns& a, ActionChoice& result) {
    for (std::size_t i = 0; i < a.rows(); ++i) {
      const bool known_account = a.account[i] < place.size() && place[a.account[i]] != kNoItem;
      if (a.evidence[i] == Evidence::none) {
        result.without_evidence.push_back(i);
        result.actions.scored();
      } else if (!std::isfinite(a.cost[i]) || !std::isfinite(a.retention[i])) {
        result.actions.rejected(i, RowReason::not_finite);
      } else if (!known_account || !(a.cost[i] >= 0.0) || !is_share(a.retention[i])) {
        result.actions.rejected(i, RowReason::out_of_domain);
      } else {
        result.actions.scored();
        const std::size_t k = place[a.account[i]];
        actions[k].push_back(i);
        result.gain[i] = value[k] * (a.retention[i] - start[k]) - a.cost[i];
      }
    }
  }
};

/// Which action each usable account gets: an index into its list, or kNoItem.
using Choice = std::vector<std::size_t>;

class Chooser {
 public:
  Chooser(const Problem& problem, const ActionColumns& actions, const ActionOptions& options)
      : problem_(problem),
        actions_(actions),
        options_(options),
        shortfall_(problem.value, options.level),
        none_(problem.value.size(), kNoItem),
        best_(none_) {
    slack_ = std::isfinite(options.budget) ? 1e-12 * options.budget : 0.0;
    before_ = shortfall_.at(p_of(none_), {});
  }

  void run(ActionChoice& result) {
    if (options_.risk_aversion == 0.0) {
      separable(result);
    } else if (choices() <= kMostChoices) {
      enumerate();
      result.exact = true;
    } else {
      improve();
      result.gap = gap();
      result.exact = result.gap <= 1e-12 * std::max(1.0, objective_);
    }
    write(result);
  }

 private:
  [[nodiscard]] std::size_t action(std::size_t account, std::size_t item) const {
    return problem_.actions[account][item];
  }
  [[nodiscard]] double cost_of(std::size_t account, std::size_t item) const {
    return item == kNoItem ? 0.0 : actions_.cost[action(account, item)];
  }
  [[nodiscard]] double p_of(std::size_t account, std::size_t item) const {
    return 1.0 -
           (item == kNoItem ? problem_.start[account] : actions_.retention[action(account, item)]);
  }
  [[nodiscard]] std::vector<double> p_of(const Choice& choice) const {
    std::vector<double> p;
    for (std::size_t k = 0; k < choice.size(); ++k) p.push_back(p_of(k, choice[k]));
    return p;
  }
  [[nodiscard]] double gain_of(std::size_t account, std::size_t item, double worth) const {
    if (item == kNoItem) return 0.0;
    return worth * (p_of(account, kNoItem) - p_of(account, item)) - cost_of(account, item);
  }

  [[nodiscard]] std::size_t choices() const {
    std::size_t many = 1;
    for (const auto& list : problem_.actions) {
      many *= list.size() + 1;
      if (many > kMostChoices) break;
    }
    return many;
  }

  /// The groups of a knapsack in which keeping account k is worth worth[k].
  [[nodiscard]] std::vector<ChoiceGroup> groups(const std::vector<double>& worth) const {
    std::vector<ChoiceGroup> groups(problem_.value.size());
    for (std::size_t k = 0; k < groups.size(); ++k) {
      for (std::size_t i = 0; i < problem_.actions[k].size(); ++i) {
        groups[k].push_back({gain_of(k, i, worth[k]), cost_of(k, i)});
      }
    }
    return groups;
  }

  void separable(ActionChoice& result) {
    const auto found = choose_items(groups(problem_.value), options_.budget, kSearchSteps);
    best_ = found.item;
    result.exact = found.exact;
    result.gap = found.bound - found.gain;
  }

  // --- every choice: one more account per level, the law of the loss grows along
  // ------------------

  void enumerate() {
    std::vector<std::uint32_t> cells;
    std::vector<double> p;
    for (std::size_t k = 0; k < problem_.value.size(); ++k) {
      if (!problem_.actions[k].empty()) {
        open_.push_back(k);
        continue;
      }
      cells.push_back(shortfall_.grid().cells[k]);
      p.push_back(p_of(k, kNoItem));
    }
    Choice current = none_;
    objective_ = 0.0;
    descend(0, 0.0, 0.0, bernoulli_sum(cells, p), current);
  }

  void descend(std::size_t at, double cost, double gain, const GridPmf& pmf, Choice& current) {
    if (at == open_.size()) {
      const double shortfall = shortfall_.of(pmf);
      offer(current, gain + options_.risk_aversion * (before_ - shortfall));
      return;
    }
    const std::size_t k = open_[at];
    for (std::size_t i = 0; i <= problem_.actions[k].size(); ++i) {
      const std::size_t item = i == 0 ? kNoItem : i - 1;
      const double spent = cost + cost_of(k, item);
      if (spent > options_.budget + slack_) continue;
      current[k] = item;
      descend(at + 1, spent, gain + gain_of(k, item, problem_.value[k]),
              with_account(pmf, shortfall_.grid().cells[k], p_of(k, item)), current);
    }
    current[k] = kNoItem;
  }

  bool offer(const Choice& choice, double objective) {
    if (!(objective > objective_ + 1e-12 * std::fabs(objective_))) return false;
    objective_ = objective;
    best_ = choice;
    return true;
  }

  // --- many choices: at protection values, then one change at a time
  // ------------------------------

  double evaluate(const Choice& choice) const {
    double gain = 0.0;
    for (std::size_t k = 0; k < choice.size(); ++k)
      gain += gain_of(k, choice[k], problem_.value[k]);
    return gain + options_.risk_aversion * (before_ - shortfall_.at(p_of(choice), {}));
  }

  void improve() {
    Choice choice = none_;
    for (int round = 0; round < 20; ++round) {
      std::vector<double> worth(choice.size());
      shortfall_.at(p_of(choice), worth);
      for (std::size_t k = 0; k < worth.size(); ++k) {
        worth[k] = problem_.value[k] + options_.risk_aversion * worth[k];
      }
      Choice next = choose_items(groups(worth), options_.budget, kSearchSteps / 10).item;
      if (next == choice) break;
      choice = std::move(next);
      offer(choice, evaluate(choice));
    }
    std::size_t tries = kMostTries;
    while (tries > 0 && one_change(tries)) {
    }
  }

  bool one_change(std::size_t& tries) {
    double cost = 0.0;
    for (std::size_t k = 0; k < best_.size(); ++k) cost += cost_of(k, best_[k]);
    for (std::size_t k = 0; k < best_.size(); ++k) {
      for (std::size_t i = 0; i <= problem_.actions[k].size(); ++i) {
        const std::size_t item = i == 0 ? kNoItem : i - 1;
        const double spent = cost - cost_of(k, best_[k]) + cost_of(k, item);
        if (item == best_[k] || spent > options_.budget + slack_) continue;
        if (tries-- == 0) return tries = 0, false;
        Choice next = best_;
        next[k] = item;
        if (offer(next, evaluate(next))) return true;
      }
    }
    return false;
  }

  /// ES >= E: with λ on the expected loss instead, no choice can do worse.
  [[nodiscard]] double gap() const {
    std::vector<double> worth;
    double expected = 0.0;
    for (std::size_t k = 0; k < problem_.value.size(); ++k) {
      worth.push_back(problem_.value[k] * (1.0 + options_.risk_aversion));
      expected += problem_.value[k] * p_of(k, kNoItem);
    }
    const auto bound = choose_items(groups(worth), options_.budget, kSearchSteps).bound;
    return std::max(0.0, bound + options_.risk_aversion * (before_ - expected) - objective_);
  }

  void write(ActionChoice& result) const {
    for (std::size_t k = 0; k < best_.size(); ++k) {
      if (best_[k] == kNoItem) continue;
      result.chosen[action(k, best_[k])] = 1;
      result.total_cost += cost_of(k, best_[k]);
      result.total_gain += gain_of(k, best_[k], problem_.value[k]);
    }
    result.expected_shortfall_before = before_;
    result.expected_shortfall = shortfall_.at(p_of(best_), {});
    result.objective =
        result.total_gain + options_.risk_aversion * (before_ - result.expected_shortfall);
  }

  const Problem& problem_;
  const ActionColumns& actions_;
  const ActionOptions& options_;
  Shortfall shortfall_;
  Choice none_, best_;
  std::vector<std::size_t> open_;  // accounts with actions
  double slack_ = 0.0, before_ = 0.0, objective_ = 0.0;
};

}  // namespace

Result<ActionChoice> choose_retention_actions(const ActionAccounts& accounts,
                                              const ActionColumns& actions,
                                              const ActionOptions& options) try {
  if (Status s = check_call(accounts, actions, options); !s.ok()) return s;
  ActionChoice result;
  result.chosen.assign(actions.rows(), 0);
  result.gain.assign(actions.rows(), kNaN);
  Problem problem;
  problem.take_accounts(accounts, result.accounts);
  if (problem.value.empty()) {
    return Status{StatusCode::insufficient_data, "`value` and `start` have no usable row"};
  }
  problem.take_actions(actions, result);
  Chooser(problem, actions, options).run(result);
  return result;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the distribution of losses"};
}

}  // namespace kam
