#include "churn/order_fit.hpp"

#include <algorithm>

#include "numeric/grouping.hpp"

namespace kam::detail {
namespace {

RowReason reason_of(const OrderColumns& accounts, std::size_t i) {
  const RowReason reason =
      order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  if (accounts.weight.empty() || reason != RowReason::none) return reason;
  const double weight = accounts.weight[i];
  if (!std::isfinite(weight)) return RowReason::not_finite;
  return weight < 0 ? RowReason::out_of_domain : RowReason::none;
}

struct Row {
  double x, T, t_x, weight;
  bool operator<(const Row& o) const {
    return x != o.x ? x < o.x : T != o.T ? T < o.T : t_x < o.t_x;
  }
};

std::vector<Row> collapsed(const OrderColumns& accounts, bool by_recency, BatchReport& report) {
  std::vector<double> weight;
  const auto groups = numeric::group_rows<3>(
      {accounts.frequency, accounts.age, by_recency ? accounts.recency : accounts.age},
      [&](std::size_t i) {
        const RowReason reason = reason_of(accounts, i);
        reason == RowReason::none ? report.scored() : report.rejected(i, reason);
        return reason == RowReason::none;
      },
      [&](std::size_t i, std::uint32_t group) {
        if (group == weight.size()) weight.push_back(0);
        weight[group] += accounts.weight.empty() ? 1 : accounts.weight[i];
      });
  std::vector<Row> rows;
  rows.reserve(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto& [x, T, t_x] = groups.keys()[g];
    if (weight[g] > 0) rows.push_back({x, T, by_recency ? t_x : 0, weight[g]});
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

DistinctOrders distinct_orders(const OrderColumns& accounts, bool by_recency, BatchReport& report) {
  const std::vector<Row> rows = collapsed(accounts, by_recency, report);
  DistinctOrders distinct;
  for (auto* column : {&distinct.x, &distinct.t_x, &distinct.T, &distinct.weight}) {
    column->reserve(rows.size());
  }
  for (const Row& row : rows) {
    distinct.x.push_back(row.x);
    distinct.t_x.push_back(row.t_x);
    distinct.T.push_back(row.T);
    distinct.weight.push_back(row.weight);
    distinct.total_weight += row.weight;
    distinct.orders += row.weight * row.x;
    distinct.time += row.weight * row.T;
    if (distinct.counts.empty() || distinct.counts.back().x != row.x)
      distinct.counts.push_back({row.x, 0});
    distinct.counts.back().weight += row.weight;
  }
  return distinct;
}

}  // namespace kam::detail
