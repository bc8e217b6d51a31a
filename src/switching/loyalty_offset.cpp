#include <kam/switching/loyalty_offset.hpp>

#include <algorithm>
#include <new>
#include <vector>

#include "numeric/batch.hpp"

namespace kam::switching {
namespace {

/// The rows that take part: linear predictor without intercept, and weight.
struct Rows {
  std::vector<double> predictor, weight;
  double total = 0;  ///< Σ weight
  BatchReport report;
};

double at(std::span<const double> column, std::size_t i, double otherwise) {
  return column.empty() ? otherwise : column[i];
}

RowReason reason(const LoyaltyColumns& c, std::size_t i) {
  const double w = at(c.weight, i, 1);
  if (!std::isfinite(c.switching_cost[i]) || !std::isfinite(at(c.log_odds, i, 0)) ||
      !std::isfinite(w)) {
    return RowReason::not_finite;
  }
  return w >= 0 ? RowReason::none : RowReason::out_of_domain;
}

/// Mean of the switching cost over the usable rows; NaN without weight. Shifted by the first row so
/// that a common level does not cost digits.
double mean_cost(const LoyaltyColumns& c, Rows& rows) {
  double sum = 0, shift = kNaN;
  for (std::size_t i = 0; i < c.switching_cost.size(); ++i) {
    const RowReason why = reason(c, i);
    why == RowReason::none ? rows.report.scored() : rows.report.rejected(i, why);
    if (why != RowReason::none) continue;
    if (std::isnan(shift)) shift = c.switching_cost[i];
    sum += at(c.weight, i, 1) * (c.switching_cost[i] - shift);
    rows.total += at(c.weight, i, 1);
  }
  return rows.total > 0 ? shift + sum / rows.total : kNaN;
}

struct Value {
  double excess, slope;  ///< mean probability − rate, and its derivative
};

Value mean_excess(const Rows& rows, double intercept, double rate) {
  double sum = 0, slope = 0;
  for (std::size_t i = 0; i < rows.predictor.size(); ++i) {
    const double p = logistic(intercept + rows.predictor[i]);
    sum += rows.weight[i] * (p - rate);
    slope += rows.weight[i] * p * logistic(-intercept - rows.predictor[i]);
  }
  return {sum / rows.total, slope / rows.total};
}

/// The mean probability rises with the intercept; all below the rate at `lo`, all above at `hi`.
double solve(const Rows& rows, double rate) {
  const auto [least, most] = std::minmax_element(rows.predictor.begin(), rows.predictor.end());
  const double target = std::log(rate) - std::log1p(-rate);
  double lo = target - *most, hi = target - *least, c = lo + (hi - lo) / 2;
  for (int iteration = 0; iteration < 200 && lo < hi; ++iteration) {
    const Value v = mean_excess(rows, c, rate);
    if (v.excess == 0) break;
    (v.excess < 0 ? lo : hi) = c;
    double next = c - v.excess / v.slope;
    if (!(next > lo && next < hi)) next = lo + (hi - lo) / 2;
    if (std::fabs(next - c) <= 2e-16 * (1 + std::fabs(c))) return next;
    c = next;
  }
  return c;
}

Status check(const LoyaltyColumns& c, double beta, double rate) {
  const std::size_t rows = c.switching_cost.size();
  if (!c.log_odds.empty() && c.log_odds.size() != rows) {
    return size_mismatch("log_odds", rows, c.log_odds.size());
  }
  if (!c.weight.empty() && c.weight.size() != rows) {
    return size_mismatch("weight", rows, c.weight.size());
  }
  if (!(beta >= 0 && std::isfinite(beta))) {
    return invalid_argument("beta", "finite and >= 0", beta);
  }
  if (!(rate > 0 && rate < 1)) return invalid_argument("rate", "between 0 and 1", rate);
  return {};
}

}  // namespace

Result<LoyaltyFit> calibrate_loyalty_offset(const LoyaltyColumns& accounts, double beta,
                                            double rate) try {
  if (Status s = check(accounts, beta, rate); !s.ok()) return s;
  Rows rows;
  LoyaltyOffset model{beta, mean_cost(accounts, rows), 0, rate};
  if (!std::isfinite(model.mean)) {
    return Status{StatusCode::insufficient_data,
                  "`switching_cost` has no row that is finite and has weight"};
  }
  for (std::size_t i = 0; i < accounts.switching_cost.size(); ++i) {
    const double w = at(accounts.weight, i, 1);
    if (reason(accounts, i) != RowReason::none || w == 0) continue;
    rows.predictor.push_back(at(accounts.log_odds, i, 0) +
                             offset(model, accounts.switching_cost[i]));
    rows.weight.push_back(w);
    if (std::isfinite(rows.predictor.back())) continue;
    return invalid_argument("beta", "small enough for the switching costs", beta);
  }
  model.intercept = solve(rows, rate);
  return LoyaltyFit{model, rows.report};
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for one number per account"};
}

BatchReport churn_probability(const LoyaltyOffset& model, std::span<const double> cost,
                              std::span<const double> log_odds, std::span<double> out,
                              const Executor& executor) {
  if (cost.size() != out.size()) {
    return numeric::failed(size_mismatch("switching_cost", out.size(), cost.size()));
  }
  if (!log_odds.empty() && log_odds.size() != out.size()) {
    return numeric::failed(size_mismatch("log_odds", out.size(), log_odds.size()));
  }
  const auto why = [&](std::size_t i) {
    const bool finite = std::isfinite(cost[i]) && std::isfinite(at(log_odds, i, 0));
    return finite ? RowReason::none : RowReason::not_finite;
  };
  return numeric::for_each_row(out, executor, why, [&](std::size_t i) {
    return churn_probability(model, cost[i], at(log_odds, i, 0));
  });
}

}  // namespace kam::switching
