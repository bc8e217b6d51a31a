#include <kam/value/scorecard_batch.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"
#include "value/scorecard_plan.hpp"
#include "value/scorecard_tiles.hpp"

namespace kam::value {
namespace {

using Plan = ScorecardBatch::Plan;

// --- checks ------------------------------------------------------------------

template <class Columns>
Status check_columns(const char* name, std::size_t count, const Columns& columns, std::size_t rows,
                     bool may_be_empty) {
  if (columns.empty() && count > 0 && !may_be_empty) return check_size(name, 0, count);
  if (columns.empty()) return {};
  if (Status s = check_size(name, columns.size(), count); !s.ok()) return s;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].size() == rows || (columns[c].empty() && may_be_empty)) continue;
    return check_size((std::string(name) + "[" + std::to_string(c) + "]").c_str(),
                      columns[c].size(), rows);
  }
  return {};
}

Status check_sizes(const Plan& plan, const FeatureColumns& in, const ReasonedColumns& out) {
  const std::size_t indicators = plan.card.indicators().size();
  const std::size_t dimensions = plan.card.dimensions().size(), rows = out.value_index.size();
  if (Status s = check_size("x", in.x.size(), indicators); !s.ok()) return s;
  if (Status s = check_size("coverage", out.coverage.size(), rows); !s.ok()) return s;
  if (!out.points.empty() || !out.coverage_points.empty()) {
    if (Status s = check_size("points", out.points.size(), indicators); !s.ok()) return s;
    if (Status s = check_size("coverage_points", out.coverage_points.size(), rows); !s.ok()) {
      return s;
    }
  }
  Status s = check_columns("x", indicators, in.x, rows, true);
  if (s.ok()) s = check_columns("freshness", indicators, in.freshness, rows, true);
  const auto check = [&](const char* name, std::size_t count, const auto& columns) {
    if (s.ok() && !columns.empty()) s = check_columns(name, count, columns, rows, false);
  };
  check("dimension_scores", dimensions, out.dimension_scores);
  check("dimension_coverages", dimensions, out.dimension_coverages);
  check("scores", indicators, out.scores);
  check("observed", indicators, out.observed);
  check("effective_weights", indicators, out.effective_weights);
  check("points", indicators, out.points);
  return s;
}

// --- rows that cannot be scored ----------------------------------------------

RowReason wrong_freshness(double f) {
  if (!std::isfinite(f)) return RowReason::not_finite;
  return f >= 0 && f <= 1 ? RowReason::none : RowReason::out_of_domain;
}

/// The first reason, in the order of the indicators.
RowReason wrong_row(const FeatureColumns& in, std::size_t i) {
  for (const auto& column : in.freshness) {
    if (column.empty()) continue;
    if (const RowReason why = wrong_freshness(column[i]); why != RowReason::none) return why;
  }
  return RowReason::none;
}

template <class Columns>
void put(const Columns& columns, std::size_t i, double value) {
  for (const auto& column : columns) column[i] = value;
}

void void_reasons(const ReasonedColumns& out, std::size_t i) {
  put(out.points, i, kNaN);
  if (!out.coverage_points.empty()) out.coverage_points[i] = kNaN;
}

void void_row(const ReasonedColumns& out, std::size_t i) {
  out.value_index[i] = out.coverage[i] = kNaN;
  for (const auto* columns : {&out.dimension_scores, &out.dimension_coverages, &out.scores,
                              &out.observed, &out.effective_weights}) {
    put(*columns, i, kNaN);
  }
  void_reasons(out, i);
}

bool all_freshness_fine(const FeatureColumns& in, std::size_t begin, std::size_t end) {
  bool fine = true;
  for (const auto& column : in.freshness) {
    if (column.empty()) continue;
    for (std::size_t i = begin; i < end; ++i) fine &= column[i] >= 0 && column[i] <= 1;
  }
  return fine;
}

/// Voids what cannot be scored, and counts. `complete`: every row of the tile has an index.
void judge(const FeatureColumns& in, const ReasonedColumns& out, std::size_t begin, std::size_t end,
           bool complete, BatchReport& report) {
  const bool fine = all_freshness_fine(in, begin, end);
  if (fine && complete) {
    report.rows_scored += end - begin;
    return;
  }
  for (std::size_t i = begin; i < end; ++i) {
    RowReason why = fine ? RowReason::none : wrong_row(in, i);
    if (why != RowReason::none) {
      void_row(out, i);
    } else if (std::isnan(out.value_index[i])) {
      why = RowReason::undefined_value;
      void_reasons(out, i);
    }
    why == RowReason::none ? report.scored() : report.rejected(i, why);
  }
}

// --- row by row --------------------------------------------------------------

void store(const std::vector<double>& cells, std::span<const std::span<double>> columns,
           std::size_t i) {
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c][i] = cells[c];
}

/// The three functions one after the other; what the kernels must agree with.
class RowByRow {
 public:
  RowByRow(const Plan& plan, const FeatureColumns& in, const ReasonedColumns& out)
      : plan_(plan), in_(in), out_(out), scores_(in.x.size()), fresh_(in.x.size()) {}

  void rows(std::size_t begin, std::size_t end, BatchReport& report) {
    for (std::size_t i = begin; i < end; ++i) row(i);
    judge(in_, out_, begin, end, false, report);
  }

 private:
  void row(std::size_t i) {
    for (std::size_t k = 0; k < scores_.size(); ++k) {
      const IndicatorTables& t = plan_.tables[k];
      scores_[k] =
          in_.x[k].empty() ? kNaN : score(plan_.card.indicators()[k], t.reference, in_.x[k][i]);
      fresh_[k] = in_.freshness.empty() || in_.freshness[k].empty() ? 1 : in_.freshness[k][i];
    }
    if (!evaluate_into(plan_.card, scores_, fresh_, row_).ok()) return;  // judged afterwards
    out_.value_index[i] = row_.value_index;
    out_.coverage[i] = row_.coverage;
    store(row_.dimension_scores, out_.dimension_scores, i);
    store(row_.dimension_coverages, out_.dimension_coverages, i);
    store(row_.scores, out_.scores, i);
    store(row_.observed, out_.observed, i);
    store(row_.effective_weights, out_.effective_weights, i);
    if (out_.points.empty()) return;
    if (!explain_into(row_, plan_.reference, why_).ok()) return void_reasons(out_, i);
    store(why_.points, out_.points, i);
    out_.coverage_points[i] = why_.coverage_points;
  }

  const Plan& plan_;
  const FeatureColumns& in_;
  const ReasonedColumns& out_;
  std::vector<double> scores_, fresh_;
  ScorecardRow row_;
  Explanation why_;
};

/// work(begin, end, report) for every block of rows; the reports in their order.
template <class Worker, class Make>
BatchReport for_each_worker(std::size_t rows, const Executor& executor, const Make& make) {
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    Worker worker = make();
    worker.rows(begin, end, blocks[block]);
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

/// Tile after tile through the kernels.
class TileByTile {
 public:
  TileByTile(const simd::ScorecardKernels& kernels, const Plan& plan, const FeatureColumns& in,
             const ReasonedColumns& out)
      : tiles_(kernels, plan, in, out), in_(in), out_(out) {}

  void rows(std::size_t begin, std::size_t end, BatchReport& report) {
    for (; begin < end; begin += kScorecardTile) {
      const std::size_t count = std::min(kScorecardTile, end - begin);
      const bool complete = tiles_.score(begin, count);
      judge(in_, out_, begin, begin + count, complete, report);
    }
  }

 private:
  ScorecardTiles tiles_;
  const FeatureColumns& in_;
  const ReasonedColumns& out_;
};

BatchReport run_with(const simd::ScorecardKernels* kernels, const Plan& plan,
                     const FeatureColumns& in, const ReasonedColumns& out,
                     const Executor& executor) {
  if (Status s = check_sizes(plan, in, out); !s.ok()) return numeric::failed(s);
  const std::size_t rows = out.value_index.size();
  if (kernels == nullptr) {
    return for_each_worker<RowByRow>(rows, executor, [&] { return RowByRow(plan, in, out); });
  }
  return for_each_worker<TileByTile>(rows, executor,
                                     [&] { return TileByTile(*kernels, plan, in, out); });
}

}  // namespace

BatchReport run_at(simd::Level level, const Plan& plan, const FeatureColumns& in,
                   const ReasonedColumns& out, const Executor& executor) {
  return run_with(simd::scorecard_kernels(level), plan, in, out, executor);
}

BatchReport run_plan(const Plan& plan, bool with_tables, const FeatureColumns& in,
                     const ReasonedColumns& out, const Executor& executor) {
  return run_with(with_tables ? simd::scorecard_kernels() : nullptr, plan, in, out, executor);
}

BatchReport ScorecardBatch::run(const FeatureColumns& in, const ReasonedColumns& out,
                                const Executor& executor) const {
  return run_with(simd::scorecard_kernels(), *plan_, in, out, executor);
}

const Scorecard& ScorecardBatch::scorecard() const noexcept {
  return plan_->card;
}
const ScorecardRow& ScorecardBatch::reference() const noexcept {
  return plan_->reference;
}

Result<ScorecardBatch> make_scorecard_batch(
    Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
    ScorecardRow reference) {
  struct Owner {
    Scorecard card;
    std::vector<std::optional<FrozenReference>> references;
    ScorecardRow reference;
  };
  const auto owner = std::make_shared<const Owner>(
      Owner{std::move(scorecard), {references.begin(), references.end()}, std::move(reference)});
  auto plan = make_plan(owner->card, owner->references, owner->reference, true);
  if (!plan) return plan.error();
  plan->owner = owner;
  return ScorecardBatch(std::make_shared<const Plan>(std::move(*plan)));
}

}  // namespace kam::value
