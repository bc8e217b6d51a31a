/// Distinct (x, t_x, T) with their weights: what a likelihood of an order model is a sum over.
#pragma once

#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>

namespace kam::detail {

/// A sum in two doubles, so that the order of rows cannot show in it.
struct TwofoldSum {
  double high = 0, low = 0;

  void add(double value) {
    const double sum = high + value, seen = sum - high;
    low += (high - (sum - seen)) + (value - seen);
    high = sum;
  }
  [[nodiscard]] double value() const { return high + low; }
};

/// Sorted by (x, T, t_x): an answer does not depend on row order, and rows of one x are adjacent.
/// Rows of weight 0 are not among them.
struct DistinctRows {
  std::vector<double> x, t_x, T, weight;
  double total_weight = 0, orders = 0, time = 0;
  TwofoldSum gaps;  // weight * ln(product of gaps), 0 without the column log_gaps

  void reserve(std::size_t n);
  void add(double order_count, double last, double age, double w);
};

/// Unreadable rows are left out and counted. Time in calendar units has few distinct values: rows
/// become small codes and are sorted digit by digit. Otherwise they are hashed and compared; both
/// ways give the same rows in the same order, weights added in the order of the input. The column
/// log_gaps, where given, is judged too.
[[nodiscard]] DistinctRows distinct_rows(const OrderColumns& accounts, BatchReport& report);

/// Either way alone, for tests; by_code is empty-handed (false) where there are too many values.
[[nodiscard]] bool distinct_by_code(const OrderColumns& accounts, BatchReport& report,
                                    DistinctRows& rows);
[[nodiscard]] DistinctRows distinct_by_hash(const OrderColumns& accounts, BatchReport& report);

}  // namespace kam::detail
