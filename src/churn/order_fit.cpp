#include "churn/order_fit.hpp"

namespace kam::detail {
namespace {

/// Rows of one (x, T) become one; they are neighbours, being sorted by (x, T, t_x).
void forget_recency(DistinctRows& rows) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    if (n > 0 && rows.x[n - 1] == rows.x[i] && rows.T[n - 1] == rows.T[i]) {
      rows.weight[n - 1] += rows.weight[i];
      continue;
    }
    rows.x[n] = rows.x[i];
    rows.t_x[n] = 0;
    rows.T[n] = rows.T[i];
    rows.weight[n++] = rows.weight[i];
  }
  for (auto* column : {&rows.x, &rows.t_x, &rows.T, &rows.weight}) column->resize(n);
}

}  // namespace

DistinctOrders distinct_orders(const OrderColumns& accounts, bool by_recency, BatchReport& report) {
  OrderColumns columns = accounts;
  columns.log_gaps = {};  // not for these models, which know no rhythm
  DistinctOrders distinct{distinct_rows(columns, report), {}};
  if (!by_recency) forget_recency(distinct);
  for (std::size_t i = 0; i < distinct.x.size(); ++i) {
    if (distinct.counts.empty() || distinct.counts.back().x != distinct.x[i])
      distinct.counts.push_back({distinct.x[i], 0});
    distinct.counts.back().weight += distinct.weight[i];
  }
  return distinct;
}

}  // namespace kam::detail
