#include <kam/lifetime/retention_budget.hpp>

#include <algorithm>
#include <new>

#include <kam/base/columns.hpp>

#include "lifetime/shortfall.hpp"

namespace kam {
namespace {

constexpr double kMostMoney = 1e100;
using lifetime_detail::Shortfall;

constexpr double kPromised = 1e-8;
constexpr double kGoal = 1e-10;  // of the marginal conditions
constexpr std::size_t kMostSteps = 3000;

Status check_call(const RetentionColumns& c, const RetentionBudgetOptions& o) {
  for (const auto& [name, size] : {std::pair{"start", c.start.size()},
                                   {"ceiling", c.ceiling.size()},
                                   {"rate", c.rate.size()},
                                   {"evidence", c.evidence.size()}}) {
    if (Status s = check_size(name, size, c.rows()); !s.ok()) return s;
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

/// Of what may be lost. Without it nothing is known of the account.
RowReason reason_of(const RetentionColumns& c, std::size_t i) {
  const double start = c.start[i];
  if (!std::isfinite(c.value[i]) || !std::isfinite(start)) return RowReason::not_finite;
  if (!(c.value[i] >= 0.0 && c.value[i] <= kMostMoney)) return RowReason::out_of_domain;
  return start >= 0.0 && start <= 1.0 ? RowReason::none : RowReason::out_of_domain;
}

/// Of the lever, which is not looked at without evidence.
RowReason lever_reason(const RetentionColumns& c, std::size_t i) {
  if (c.evidence[i] == Evidence::none) return RowReason::none;
  const double ceiling = c.ceiling[i];
  if (!std::isfinite(ceiling) || !std::isfinite(c.rate[i])) return RowReason::not_finite;
  const bool inside = ceiling >= 0.0 && ceiling <= 1.0 && c.rate[i] > 0.0;
  return inside ? RowReason::none : RowReason::out_of_domain;
}

/// A place to stand: what is spent, and all that follows from it.
struct Plan {
  std::vector<double> spend, p_loss, worth;  // worth: protection values [money]
  std::vector<double> target;                // best spending at these values
  double price = 1.0;                        // of the target: 1 + shadow price
  double shortfall = 0.0, objective = 0.0, residual = 0.0;
};

class Allocation {
 public:
  Allocation(std::vector<double> value, std::vector<RetentionResponse> response,
             const RetentionBudgetOptions& options)
      : value_(std::move(value)),
        response_(std::move(response)),
        options_(options),
        shortfall_(value_, options.level) {}

  [[nodiscard]] const Shortfall& shortfall() const { return shortfall_; }
  std::size_t iterations = 0;

  Plan best() {
    std::vector<double> worth = value_;
    Plan plan = climb(fill(worth).spend);
    if (options_.risk_aversion == 0.0) return plan;
    // Two more starts: nothing spent, and every account as if it were the bad year.
    const double most = 1.0 + options_.risk_aversion / (1.0 - options_.level);
    for (double& w : worth) w *= most;
    keep_better(plan, climb(fill(worth).spend));
    keep_better(plan, climb(std::vector<double>(value_.size(), 0.0)));
    return plan;
  }

  Plan stand(std::vector<double> spend) const {
    Plan plan;
    plan.spend = std::move(spend);
    plan.worth = value_;
    double gain = 0.0;
    for (std::size_t j = 0; j < value_.size(); ++j) {
      const double retention = response_[j].retention(plan.spend[j]);
      plan.p_loss.push_back(1.0 - retention);
      gain += value_[j] * (retention - response_[j].start) - plan.spend[j];
    }
    plan.objective = gain;
    if (options_.risk_aversion > 0.0) {
      std::vector<double> slope(value_.size());
      plan.shortfall = shortfall_.at(plan.p_loss, slope);
      plan.objective -= options_.risk_aversion * plan.shortfall;
      for (std::size_t j = 0; j < slope.size(); ++j) {
        plan.worth[j] += options_.risk_aversion * slope[j];
      }
    }
    const Filled filled = fill(plan.worth);
    plan.target = filled.spend;
    plan.price = filled.price;
    plan.residual = miss(plan);
    return plan;
  }

 private:
  struct Filled {
    std::vector<double> spend;
    double price;
  };

  static void keep_better(Plan& plan, Plan other) {
    if (other.residual < kPromised &&
        (other.objective > plan.objective || plan.residual > kPromised))
      plan = std::move(other);
  }

  double total_at(double price, const std::vector<double>& worth) const {
    double total = 0.0;
    for (std::size_t j = 0; j < worth.size(); ++j) {
      total += response_[j].spend_until(price, worth[j]);
    }
    return total;
  }

  /// Water-filling: spend until a money brings `price`, the price such that the budget is met.
  Filled fill(const std::vector<double>& worth) const {
    double low = 0.0, high = 0.0;  // ln price
    for (std::size_t j = 0; j < worth.size(); ++j) {
      const double first = response_[j].slope(0.0) * worth[j];
      if (first > 1.0) high = std::max(high, std::log(first));
    }
    if (total_at(1.0, worth) > options_.budget) {
      for (int i = 0; i < 200 && high - low > 1e-16 * high; ++i) {
        const double middle = 0.5 * (low + high);
        (total_at(std::exp(middle), worth) > options_.budget ? low : high) = middle;
      }
      low = high;
    }
    Filled filled{{}, std::exp(low)};
    for (std::size_t j = 0; j < worth.size(); ++j) {
      const double spend = response_[j].spend_until(filled.price, worth[j]);
      filled.spend.push_back(options_.budget == 0.0 ? 0.0 : spend);  // not a rounding of the price
    }
    return filled;
  }

  /// Karush–Kuhn–Tucker: a money brings `price` wherever some is spent and no more elsewhere.
  double miss(const Plan& plan) const {
    double worst = 0.0;
    for (std::size_t j = 0; j < value_.size(); ++j) {
      const double over = plan.worth[j] * response_[j].slope(plan.spend[j]) / plan.price - 1.0;
      worst = std::max(worst, plan.spend[j] > 0.0 ? std::fabs(over) : over);
    }
    return worst;
  }

  /// Towards the best spending at today's protection values. The objective rises along that line;
  /// how far along it is halved until it does.
  Plan climb(std::vector<double> spend) {
    Plan plan = stand(std::move(spend));
    double part = 1.0;
    for (std::size_t step = 0; step < kMostSteps && plan.residual > kGoal; ++step, ++iterations) {
      Plan next = stand(between(plan, part));
      const double noise = 1e-13 * std::fabs(plan.objective);
      if (next.objective < plan.objective - noise) {
        part *= 0.5;
        if (part < 1e-9) break;
        continue;
      }
      part = next.residual < 0.7 * plan.residual ? std::min(1.0, 1.5 * part)
                                                 : std::max(0.02, 0.8 * part);
      plan = std::move(next);
    }
    return plan;
  }

  static std::vector<double> between(const Plan& plan, double part) {
    std::vector<double> spend(plan.spend.size());
    for (std::size_t j = 0; j < spend.size(); ++j) {
      // Written so that part = 1 is the target itself, zeros included.
      spend[j] = (1.0 - part) * plan.spend[j] + part * plan.target[j];
      if (plan.target[j] == 0.0 && spend[j] < 1e-12 * plan.spend[j]) spend[j] = 0.0;
    }
    return spend;
  }

  std::vector<double> value_;
  std::vector<RetentionResponse> response_;
  RetentionBudgetOptions options_;
  Shortfall shortfall_;
};

/// What money does to an account.
enum class Lever : std::uint8_t { works, nothing_to_gain, unknown };

struct Usable {
  std::vector<std::size_t> rows;
  std::vector<double> value;
  std::vector<RetentionResponse> response;
  std::vector<Lever> lever;
};

/// An account that money does not move, or whose lever is not usable, may be lost like any other:
/// it stays in the loss distribution.
Usable take_rows(const RetentionColumns& c, ResponseShape shape, RetentionBudget& result) {
  Usable usable;
  for (std::size_t i = 0; i < c.rows(); ++i) {
    const RowReason reason = reason_of(c, i);
    if (reason != RowReason::none) {
      result.report.rejected(i, reason);
      continue;
    }
    const RowReason broken = lever_reason(c, i);
    broken == RowReason::none ? result.report.scored() : result.report.rejected(i, broken);
    const bool known = c.evidence[i] != Evidence::none && broken == RowReason::none;
    const bool above = known && c.start[i] > c.ceiling[i];
    if (c.evidence[i] == Evidence::none) result.without_evidence.push_back(i);
    if (above) result.above_ceiling.push_back(i);
    const bool works = known && !above;
    usable.rows.push_back(i);
    usable.value.push_back(c.value[i]);
    usable.response.push_back(works ? RetentionResponse{c.start[i], c.ceiling[i], c.rate[i], shape}
                                    : RetentionResponse{c.start[i], c.start[i], 1.0, shape});
    usable.lever.push_back(works ? Lever::works : above ? Lever::nothing_to_gain : Lever::unknown);
  }
  return usable;
}

void write_columns(const Usable& usable, const RetentionColumns& c, const Plan& plan,
                   RetentionBudget& result) {
  for (auto* column : {&result.spend, &result.retention, &result.gain, &result.protection_value}) {
    column->assign(c.rows(), kNaN);
  }
  for (std::size_t k = 0; k < usable.rows.size(); ++k) {
    const std::size_t row = usable.rows[k];
    const double value = usable.value[k], spend = plan.spend[k];
    const double start = usable.response[k].start;
    result.spend[row] = spend;
    result.retention[row] = usable.response[k].retention(spend);
    result.total_spend += spend;
    result.expected_loss_before += value * (1.0 - start);
    result.expected_loss += value * plan.p_loss[k];
    if (usable.lever[k] == Lever::unknown) continue;
    result.gain[row] = value * (result.retention[row] - start) - spend;
    result.total_gain += result.gain[row];
    result.protection_value[row] = plan.worth[k];
  }
}

}  // namespace

Result<RetentionBudget> allocate_retention_budget(const RetentionColumns& columns,
                                                  const RetentionBudgetOptions& options) try {
  if (Status s = check_call(columns, options); !s.ok()) return s;
  RetentionBudget result;
  const Usable usable = take_rows(columns, options.shape, result);
  if (usable.rows.empty()) {
    return Status{StatusCode::insufficient_data, "`value` and `start` have no usable row"};
  }
  if (result.report.rows_scored == 0) {
    return Status{StatusCode::insufficient_data,
                  "`ceiling` (0..1) and `rate` (> 0) are usable in no row"};
  }
  Allocation allocation(usable.value, usable.response, options);
  const Plan plan = allocation.best();
  write_columns(usable, columns, plan, result);
  std::vector<double> before;
  for (const RetentionResponse& r : usable.response) before.push_back(1.0 - r.start);
  result.expected_shortfall_before = allocation.shortfall().at(before, {});
  result.expected_shortfall = allocation.shortfall().at(plan.p_loss, {});
  result.objective = result.total_gain + options.risk_aversion * (result.expected_shortfall_before -
                                                                  result.expected_shortfall);
  result.shadow_price = plan.price - 1.0;
  result.kkt_residual = plan.residual;
  result.converged = plan.residual < kPromised;
  result.iterations = allocation.iterations;
  result.loss_unit = allocation.shortfall().unit();
  return result;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the distribution of losses"};
}

}  // namespace kam
