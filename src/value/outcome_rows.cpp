#include "value/outcome_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kam::value_detail {
namespace {

using value::OutcomeColumns;

double weight_of(const OutcomeColumns& columns, std::size_t i) {
  return columns.weight.empty() ? 1.0 : columns.weight[i];
}

RowReason reason_of(const OutcomeColumns& columns, std::size_t i) {
  const double outcome = columns.outcome[i], weight = weight_of(columns, i);
  if (!std::isfinite(outcome) || !std::isfinite(weight)) return RowReason::not_finite;
  if ((outcome != 0.0 && outcome != 1.0) || weight < 0.0) return RowReason::out_of_domain;
  bool any = false;
  for (const auto& column : columns.scores) {
    if (std::isnan(column[i])) continue;
    if (std::isinf(column[i])) return RowReason::not_finite;
    if (column[i] < 0.0 || column[i] > 100.0) return RowReason::out_of_domain;
    any = true;
  }
  return any ? RowReason::none : RowReason::not_finite;
}

/// The rows that count, one after the other: scores, outcome, weight.
std::vector<double> usable_rows(const OutcomeColumns& columns, OutcomeRows& rows) {
  std::vector<double> kept;
  kept.reserve(columns.outcome.size() * (columns.scores.size() + 2));
  for (std::size_t i = 0; i < columns.outcome.size(); ++i) {
    if (std::isnan(columns.outcome[i])) {
      ++rows.unknown_outcomes;
      continue;
    }
    const RowReason reason = reason_of(columns, i);
    if (reason != RowReason::none) {
      rows.report.rejected(i, reason);
      continue;
    }
    rows.report.scored();
    if (weight_of(columns, i) == 0.0) continue;
    for (const auto& column : columns.scores) {
      kept.push_back(std::isnan(column[i]) ? kNoScore : column[i]);
    }
    kept.push_back(columns.outcome[i]);
    kept.push_back(weight_of(columns, i));
  }
  return kept;
}

std::vector<const double*> sorted(const std::vector<double>& rows, std::size_t width) {
  std::vector<const double*> order(rows.size() / width);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = rows.data() + i * width;
  std::sort(order.begin(), order.end(), [width](const double* a, const double* b) {
    const auto [x, y] = std::mismatch(a, a + width, b);
    return x != a + width && *x < *y;
  });
  return order;
}

}  // namespace

OutcomeRows read_rows(const OutcomeColumns& columns) {
  OutcomeRows rows;
  rows.indicators = columns.scores.size();
  const std::size_t k = rows.indicators;
  const std::vector<double> kept = usable_rows(columns, rows);
  const double* last = nullptr;
  for (const double* row : sorted(kept, k + 2)) {
    if (last != nullptr && std::equal(row, row + k + 1, last)) {
      rows.weight.back() += row[k + 1];
      continue;
    }
    rows.score.insert(rows.score.end(), row, row + k);
    rows.outcome.push_back(row[k]);
    rows.weight.push_back(row[k + 1]);
    last = row;
  }
  return rows;
}

std::vector<ColumnMean> column_means(const OutcomeRows& rows) {
  std::vector<ColumnMean> means(rows.indicators);
  for (std::size_t k = 0; k < rows.indicators; ++k) {
    // From the first score on: the mean of a constant column is that constant to the bit.
    double origin = kNoScore, off = 0.0, weight = 0.0;
    for (std::size_t i = 0; i < rows.weight.size(); ++i) {
      const double score = rows.score[i * rows.indicators + k];
      if (score == kNoScore) continue;
      if (origin == kNoScore) origin = score;
      weight += rows.weight[i];
      off += rows.weight[i] * (score - origin);
    }
    if (weight > 0.0) means[k] = {std::clamp(origin + off / weight, 0.0, 100.0), weight};
  }
  return means;
}

Design make_design(const OutcomeRows& rows, const std::vector<ColumnMean>& means) {
  Design design;
  design.rows = rows.weight.size();
  design.indicators = static_cast<Eigen::Index>(rows.indicators);
  for (std::size_t begin = 0; begin < design.rows; begin += kBlockRows) {
    const auto n = static_cast<Eigen::Index>(std::min(kBlockRows, design.rows - begin));
    Design::Block block{Eigen::MatrixXd(n, design.indicators), Eigen::VectorXd(n),
                        Eigen::VectorXd(n)};
    for (Eigen::Index i = 0; i < n; ++i) {
      const std::size_t row = begin + static_cast<std::size_t>(i);
      for (std::size_t k = 0; k < rows.indicators; ++k) {
        const double score = rows.score[row * rows.indicators + k];
        block.z(i, static_cast<Eigen::Index>(k)) =
            score == kNoScore ? 0.0 : (means[k].mean - score) / 100.0;
      }
      block.outcome[i] = rows.outcome[row];
      block.weight[i] = rows.weight[row];
      (rows.outcome[row] != 0.0 ? design.events : design.non_events) += rows.weight[row];
    }
    design.blocks.push_back(std::move(block));
  }
  return design;
}

}  // namespace kam::value_detail
