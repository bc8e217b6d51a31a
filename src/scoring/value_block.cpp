#include "scoring/value_block.hpp"

#include <algorithm>
#include <cmath>

#include <kam/value/credit_risk.hpp>
#include <kam/value/value_interval.hpp>

#include "scoring/indicator_scores.hpp"
#include "value/scorecard_plan.hpp"

namespace kam::scoring {
namespace {

using Table = std::vector<std::vector<double>>;

/// Below this tables cost more than they save.
constexpr std::size_t kRowsWorthTables = 4096;
/// Rows that are turned from columns into rows together.
constexpr std::size_t kTurned = 32;

Table table_of(std::size_t columns, std::size_t rows) {
  return Table(columns, std::vector<double>(rows, kNaN));
}

std::vector<std::span<double>> spans_of(Table& table) {
  return {table.begin(), table.end()};
}

/// W_d w_k of every indicator.
std::vector<double> global_weights(const value::Scorecard& scorecard) {
  std::vector<double> weights(scorecard.indicators().size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    weights[k] = scorecard.dimension_weights()[scorecard.dimension_of()[k]] *
                 scorecard.indicator_weights()[k];
  }
  return weights;
}

/// The indicators of one dimension, or of one part of it, side by side.
struct Group {
  std::vector<std::size_t> indicators;
  std::vector<double> weights;  // w_k
  std::vector<value::ScoreSpread> spreads;
};

Group group_of(const Model& model, const std::string& dimension, const char* part) {
  const value::Scorecard& card = model.profile.scorecard();
  Group group;
  for (std::size_t k = 0; k < card.indicators().size(); ++k) {
    const value::Indicator& indicator = card.indicators()[k];
    if (indicator.dimension != dimension) continue;
    if (part != nullptr && indicator.part != part) continue;
    group.indicators.push_back(k);
    group.weights.push_back(card.indicator_weights()[k]);
    group.spreads.push_back(model.spreads[k]);
  }
  return group;
}

/// What all rows share.
struct Ruler {
  const Model& model;
  double z;
  std::vector<double> global;
  std::vector<Group> dimensions;
  Group credit, cooperation;
  double risk_coverage = 0.5;
  std::vector<std::span<const double>> rule_columns;

  Ruler(const Model& m, const portfolio::FeatureTable& features, double quantile)
      : model(m), z(quantile), global(global_weights(m.profile.scorecard())) {
    for (const auto& d : m.profile.scorecard().dimensions()) {
      dimensions.push_back(group_of(m, d.id, nullptr));
      if (d.id == "risk") risk_coverage = d.minimum_coverage;
    }
    credit = group_of(m, "risk", "credit");
    cooperation = group_of(m, "risk", "cooperation");
    for (const value::Rule& rule : m.profile.rules()) {
      rule_columns.push_back(features.find(rule.feature));
    }
  }
};

/// Some rows of a table side by side; columns of a million rows lie far apart.
class Turned {
 public:
  explicit Turned(const Table& table) : table_(table), cells_(table.size() * kTurned) {}

  void load(std::size_t begin, std::size_t rows) {
    for (std::size_t c = 0; c < table_.size(); ++c) {
      for (std::size_t i = 0; i < rows; ++i) cells_[i * table_.size() + c] = table_[c][begin + i];
    }
  }
  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    return std::span(cells_).subspan(i * table_.size(), table_.size());
  }

 private:
  const Table& table_;
  std::vector<double> cells_;
};

/// Intervals, parts of the risk and rules of one block of rows, after the batch.
class RowFinisher {
 public:
  RowFinisher(const Ruler& ruler, ValueBlock& out)
      : ruler_(ruler),
        out_(out),
        scores_(out.indicator_scores),
        observed_(out.observed),
        weights_(out.effective_weights),
        rule_x_(ruler.rule_columns.size()),
        rule_points_(ruler.rule_columns.size()) {
    for (auto* cells : {&part_scores_, &part_observed_, &part_weights_}) {
      cells->resize(ruler.global.size());
    }
  }

  void rows(std::size_t begin, std::size_t end) {
    for (; begin < end; begin += kTurned) {
      const std::size_t count = std::min(kTurned, end - begin);
      for (Turned* part : {&scores_, &observed_, &weights_}) part->load(begin, count);
      for (at_ = 0; at_ < count; ++at_) row(begin + at_);
    }
  }

 private:
  void row(std::size_t i) {
    for (std::size_t d = 0; d < ruler_.dimensions.size(); ++d) {
      if (!std::isnan(out_.dimension_scores[d][i])) dimension(d, i);
    }
    out_.risk_credit[i] = risk_of(ruler_.credit);
    out_.risk_cooperation[i] = risk_of(ruler_.cooperation);
    if (!std::isnan(out_.value_index[i])) index(i);
  }

  void dimension(std::size_t d, std::size_t i) {
    const Group& group = ruler_.dimensions[d];
    const std::size_t n = group.indicators.size();
    double all = 0;  // in the order of evaluate()
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t k = group.indicators[j];
      part_scores_[j] = scores_.row(at_)[k];
      part_observed_[j] = observed_.row(at_)[k];
      const bool counts = !std::isnan(part_scores_[j]);
      const double seen = part_observed_[j] > 0 ? part_observed_[j] : 1;
      part_weights_[j] = counts ? group.weights[j] * seen : 0;
      all += part_weights_[j];
    }
    for (std::size_t j = 0; j < n; ++j) part_weights_[j] /= all;
    const Interval interval = value::value_index_interval(
        {std::span(part_scores_).first(n), std::span(part_observed_).first(n),
         std::span(part_weights_).first(n), group.weights, group.spreads,
         out_.dimension_scores[d][i], out_.dimension_coverages[d][i]},
        ruler_.model.profile.weight_concentration, ruler_.z);
    out_.dimension_lo[d][i] = interval.lo;
    out_.dimension_hi[d][i] = interval.hi;
  }

  double risk_of(const Group& group) {
    const std::size_t n = group.indicators.size();
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t k = group.indicators[j];
      part_scores_[j] = observed_.row(at_)[k] > 0 ? scores_.row(at_)[k] : kNaN;
    }
    return value::risk_index(std::span(part_scores_).first(n), group.weights, ruler_.risk_coverage)
        .risk;
  }

  /// Index and interval of a row that has one, after the rules.
  void index(std::size_t i) {
    const Profile& profile = ruler_.model.profile;
    const Interval interval = value::value_index_interval(
        {scores_.row(at_), observed_.row(at_), weights_.row(at_), ruler_.global,
         ruler_.model.spreads, out_.value_index[i], out_.coverage[i]},
        profile.weight_concentration, ruler_.z);
    for (std::size_t r = 0; r < rule_x_.size(); ++r) {
      rule_x_[r] = ruler_.rule_columns[r].empty() ? kNaN : ruler_.rule_columns[r][i];
    }
    const value::RuledIndex ruled =
        value::apply(profile.rules(), rule_x_, {out_.value_index[i], interval}, rule_points_);
    if (!out_.additive_index.empty()) {
      out_.additive_index[i] = out_.value_index[i];
      out_.additive_lo[i] = interval.lo;
      out_.additive_hi[i] = interval.hi;
    }
    out_.value_index[i] = ruled.value_index;
    out_.value_lo[i] = ruled.interval.lo;
    out_.value_hi[i] = ruled.interval.hi;
    for (std::size_t r = 0; r < rule_x_.size(); ++r) out_.rule_points[r][i] = rule_points_[r];
  }

  const Ruler& ruler_;
  ValueBlock& out_;
  Turned scores_, observed_, weights_;
  std::size_t at_ = 0;  // row of the turned ones
  std::vector<double> part_scores_, part_observed_, part_weights_, rule_x_, rule_points_;
};

ValueBlock empty_block(const Profile& profile, std::size_t rows) {
  const std::size_t dimensions = profile.scorecard().dimensions().size();
  const std::size_t indicators = profile.scorecard().indicators().size();
  const std::vector<double> na(rows, kNaN);
  ValueBlock out;
  for (auto* column : {&out.value_index, &out.coverage, &out.value_lo, &out.value_hi,
                       &out.risk_credit, &out.risk_cooperation, &out.coverage_points}) {
    *column = na;
  }
  for (auto* table :
       {&out.dimension_scores, &out.dimension_coverages, &out.dimension_lo, &out.dimension_hi}) {
    *table = table_of(dimensions, rows);
  }
  for (auto* table :
       {&out.indicator_scores, &out.observed, &out.effective_weights, &out.reason_points}) {
    *table = table_of(indicators, rows);
  }
  out.rule_points = table_of(profile.rules().size(), rows);
  if (!profile.rules().empty()) out.additive_index = out.additive_lo = out.additive_hi = na;
  return out;
}

/// Everything but intervals, parts of the risk and rules, for all rows.
Status evaluate_all(const Model& model, const value::ScorecardRow& reference,
                    const portfolio::FeatureTable& features, const Executor& executor,
                    ValueBlock& out) {
  const value::Scorecard& card = model.profile.scorecard();
  const bool tables = features.accounts >= kRowsWorthTables;
  const auto plan = value::make_plan(card, model.references, reference, tables);
  if (!plan) return plan.error();
  std::vector<std::span<const double>> x;
  for (const value::Indicator& k : card.indicators()) x.push_back(features.find(k.feature));
  const Table freshness = indicator_freshness(model, features);
  std::vector<std::span<const double>> fresh(freshness.begin(), freshness.end());
  const auto has_age = [](const auto& column) { return !column.empty(); };
  if (std::none_of(fresh.begin(), fresh.end(), has_age)) fresh.clear();
  const auto dimension_scores = spans_of(out.dimension_scores),
             dimension_coverages = spans_of(out.dimension_coverages),
             scores = spans_of(out.indicator_scores), observed = spans_of(out.observed),
             weights = spans_of(out.effective_weights), points = spans_of(out.reason_points);
  return value::run_plan(*plan, tables, {x, fresh},
                         {out.value_index, out.coverage, dimension_scores, dimension_coverages,
                          scores, observed, weights, points, out.coverage_points},
                         executor)
      .status;
}

}  // namespace

Result<ValueBlock> value_of(const Model& model, const value::ScorecardRow& reference,
                            const portfolio::FeatureTable& features, const Executor& executor) {
  const Result<double> z = interval_z(model.profile.interval_level);
  if (!z) return z.error();
  ValueBlock out = empty_block(model.profile, features.accounts);
  out.reference_index = reference.value_index;
  if (Status s = evaluate_all(model, reference, features, executor, out); !s.ok()) return s;
  const Ruler ruler(model, features, *z);
  const bool done = for_each_block(executor, features.accounts,
                                   [&](std::size_t, std::size_t begin, std::size_t end) {
                                     RowFinisher(ruler, out).rows(begin, end);
                                   });
  if (!done) return Status{StatusCode::cancelled, "cancelled by the executor"};
  return out;
}

}  // namespace kam::scoring
