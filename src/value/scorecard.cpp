#include <kam/value/scorecard.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/special.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

/// Weights such as .1 + .2 + .2 count as one half although their sum may fall a rounding short.
constexpr double kCoverageSlack = 1e-12;

void resize(const Scorecard& card, ScorecardRow& row) {
  for (auto* cells : {&row.scores, &row.observed, &row.effective_weights}) {
    cells->resize(card.indicators().size());
  }
  for (auto* cells : {&row.dimension_scores, &row.dimension_coverages, &row.dimension_weights}) {
    cells->resize(card.dimensions().size());
  }
}

/// Rounding must not lift a mean of scores above the largest of them.
double mean_score(double weighted, double weight) {
  return std::clamp(weighted / weight, 0.0, 100.0);
}

/// A stand-in counts with its whole weight, and is not observed.
void evaluate_dimensions(const Scorecard& card, ScorecardRow& row) {
  for (auto* cells : {&row.dimension_scores, &row.dimension_coverages, &row.dimension_weights}) {
    std::fill(cells->begin(), cells->end(), 0.0);
  }
  for (std::size_t k = 0; k < row.scores.size(); ++k) {
    if (std::isnan(row.scores[k])) continue;
    const std::size_t d = card.dimension_of()[k];
    const double seen = card.indicator_weights()[k] * row.observed[k];
    const double used = row.observed[k] > 0.0 ? seen : card.indicator_weights()[k];
    row.dimension_coverages[d] += seen;
    row.dimension_weights[d] += used;
    row.dimension_scores[d] += used * row.scores[k];
  }
  for (std::size_t d = 0; d < row.dimension_scores.size(); ++d) {
    row.dimension_coverages[d] /= card.dimension_totals()[d];
    const double least = card.dimensions()[d].minimum_coverage - kCoverageSlack;
    const bool counts = row.dimension_weights[d] > 0.0 && row.dimension_coverages[d] >= least;
    row.dimension_scores[d] =
        counts ? mean_score(row.dimension_scores[d], row.dimension_weights[d]) : kNaN;
  }
}

/// Reads row.scores and row.observed, writes the rest. The one place of the formula.
void evaluate_row(const Scorecard& card, ScorecardRow& row) {
  evaluate_dimensions(card, row);
  double all = 0.0, seen = 0.0, used = 0.0, weighted = 0.0;
  for (std::size_t d = 0; d < row.dimension_scores.size(); ++d) {
    const double big_w = card.dimension_weights()[d];
    all += big_w;
    seen += big_w * row.dimension_coverages[d];
    if (std::isnan(row.dimension_scores[d])) continue;
    used += big_w;
    weighted += big_w * row.dimension_scores[d];
  }
  row.value_index = used > 0.0 ? mean_score(weighted, used) : kNaN;
  row.coverage = seen / all;
  for (std::size_t k = 0; k < row.scores.size(); ++k) {
    const std::size_t d = card.dimension_of()[k];
    const bool counts =
        used > 0.0 && !std::isnan(row.scores[k]) && !std::isnan(row.dimension_scores[d]);
    const double w = card.indicator_weights()[k] * (row.observed[k] > 0.0 ? row.observed[k] : 1.0);
    row.effective_weights[k] =
        counts ? card.dimension_weights()[d] / used * (w / row.dimension_weights[d]) : 0.0;
  }
}

/// The score and freshness that count for indicator k.
void set_measure(const Scorecard& card, std::size_t k, double score, double fresh,
                 ScorecardRow& row) {
  const bool present = !std::isnan(score) && fresh > 0.0;
  row.scores[k] = present ? score : card.indicators()[k].missing_score;
  row.observed[k] = present ? fresh : 0.0;
}

/// Why a score cannot be one; NaN is missing and fine.
RowReason wrong_score(double score) {
  if (std::isinf(score)) return RowReason::not_finite;
  return score < 0.0 || score > 100.0 ? RowReason::out_of_domain : RowReason::none;
}

Status check_columns(const char* name, std::size_t expected_columns,
                     std::span<const std::span<double>> columns, std::size_t rows) {
  if (columns.empty()) return {};
  if (Status s = check_size(name, columns.size(), expected_columns); !s.ok()) return s;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string column = std::string(name) + "[" + std::to_string(c) + "]";
    if (Status s = check_size(column.c_str(), columns[c].size(), rows); !s.ok()) return s;
  }
  return {};
}

Status check_sizes(const Scorecard& card, std::span<const std::span<const double>> scores,
                   const ScorecardColumns& out) {
  const std::size_t indicators = card.indicators().size(), dimensions = card.dimensions().size();
  const std::size_t rows = out.value_index.size();
  if (Status s = check_size("scores", scores.size(), indicators); !s.ok()) return s;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const std::string name = "scores[" + std::to_string(k) + "]";
    if (Status s = check_size(name.c_str(), scores[k].size(), rows); !s.ok()) return s;
  }
  if (Status s = check_size("coverage", out.coverage.size(), rows); !s.ok()) return s;
  Status s = check_columns("dimension_scores", dimensions, out.dimension_scores, rows);
  if (s.ok()) s = check_columns("dimension_coverages", dimensions, out.dimension_coverages, rows);
  if (s.ok()) s = check_columns("effective_weights", indicators, out.effective_weights, rows);
  return s;
}

/// Copies row i of the columns; the reason of the first score that cannot be one.
RowReason load(const Scorecard& card, std::span<const std::span<const double>> scores,
               std::size_t i, ScorecardRow& row) {
  RowReason reason = RowReason::none;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    set_measure(card, k, scores[k][i], 1.0, row);
    if (reason == RowReason::none) reason = wrong_score(scores[k][i]);
  }
  return reason;
}

void void_row(ScorecardRow& row) {
  row.value_index = row.coverage = kNaN;
  for (auto* cells : {&row.dimension_scores, &row.dimension_coverages, &row.effective_weights}) {
    std::fill(cells->begin(), cells->end(), kNaN);
  }
}

void store_cells(const std::vector<double>& cells, std::span<const std::span<double>> columns,
                 std::size_t i) {
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c][i] = cells[c];
}

void store(const ScorecardRow& row, std::size_t i, const ScorecardColumns& out) {
  out.value_index[i] = row.value_index;
  out.coverage[i] = row.coverage;
  store_cells(row.dimension_scores, out.dimension_scores, i);
  store_cells(row.dimension_coverages, out.dimension_coverages, i);
  store_cells(row.effective_weights, out.effective_weights, i);
}

Status check_row(const Scorecard& card, std::span<const double> scores,
                 std::span<const double> freshness) {
  const std::size_t indicators = card.indicators().size();
  if (Status s = check_size("scores", scores.size(), indicators); !s.ok()) return s;
  if (!freshness.empty()) {
    if (Status s = check_size("freshness", freshness.size(), indicators); !s.ok()) return s;
  }
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (wrong_score(scores[k]) != RowReason::none) {
      const std::string name = "scores[" + std::to_string(k) + "]";
      return invalid_argument(name.c_str(), "between 0 and 100, or NaN for missing", scores[k]);
    }
    if (!freshness.empty() && !(freshness[k] >= 0.0 && freshness[k] <= 1.0)) {
      const std::string name = "freshness[" + std::to_string(k) + "]";
      return invalid_argument(name.c_str(), "between 0 and 1", freshness[k]);
    }
  }
  return {};
}

}  // namespace

Status evaluate_into(const Scorecard& scorecard, std::span<const double> scores,
                     std::span<const double> freshness, ScorecardRow& row) {
  if (Status s = check_row(scorecard, scores, freshness); !s.ok()) return s;
  resize(scorecard, row);
  for (std::size_t k = 0; k < scores.size(); ++k) {
    set_measure(scorecard, k, scores[k], freshness.empty() ? 1.0 : freshness[k], row);
  }
  evaluate_row(scorecard, row);
  return {};
}

Result<ScorecardRow> evaluate(const Scorecard& scorecard, std::span<const double> scores,
                              std::span<const double> freshness) {
  ScorecardRow row;
  if (Status s = evaluate_into(scorecard, scores, freshness, row); !s.ok()) return s;
  return row;
}

BatchReport evaluate(const Scorecard& scorecard, std::span<const std::span<const double>> scores,
                     const ScorecardColumns& out, const Executor& executor) {
  if (Status s = check_sizes(scorecard, scores, out); !s.ok()) return numeric::failed(s);
  const std::size_t rows = out.value_index.size();
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    ScorecardRow row;
    resize(scorecard, row);
    for (std::size_t i = begin; i < end; ++i) {
      RowReason reason = load(scorecard, scores, i, row);
      if (reason == RowReason::none) {
        evaluate_row(scorecard, row);
        if (std::isnan(row.value_index)) reason = RowReason::undefined_value;
      } else {
        void_row(row);
      }
      store(row, i, out);
      reason == RowReason::none ? blocks[block].scored() : blocks[block].rejected(i, reason);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
