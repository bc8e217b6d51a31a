#include "scoring/value_block.hpp"

#include <cmath>

#include <kam/value/credit_risk.hpp>
#include <kam/value/explanation.hpp>
#include <kam/value/value_interval.hpp>

#include "scoring/indicator_scores.hpp"

namespace kam::scoring {
namespace {

std::vector<std::vector<double>> table_of(std::size_t columns, std::size_t rows) {
  return std::vector<std::vector<double>>(columns, std::vector<double>(rows, kNaN));
}

void put(const std::vector<double>& cells, std::size_t row,
         std::vector<std::vector<double>>& columns) {
  for (std::size_t c = 0; c < cells.size(); ++c) columns[c][row] = cells[c];
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
};

Group group_of(const value::Scorecard& card, const std::string& dimension, const char* part) {
  Group group;
  for (std::size_t k = 0; k < card.indicators().size(); ++k) {
    const value::Indicator& indicator = card.indicators()[k];
    if (indicator.dimension != dimension) continue;
    if (part != nullptr && indicator.part != part) continue;
    group.indicators.push_back(k);
    group.weights.push_back(card.indicator_weights()[k]);
  }
  return group;
}

/// What all rows share.
struct Ruler {
  const Model& model;
  const value::ScorecardRow& reference;
  double z;
  std::vector<double> global;
  std::vector<Group> dimensions;
  Group credit, cooperation;
  double risk_coverage = 0.5;

  Ruler(const Model& m, const value::ScorecardRow& r, double quantile)
      : model(m), reference(r), z(quantile), global(global_weights(m.profile.scorecard())) {
    const value::Scorecard& card = m.profile.scorecard();
    for (const auto& d : card.dimensions()) {
      dimensions.push_back(group_of(card, d.id, nullptr));
      if (d.id == "risk") risk_coverage = d.minimum_coverage;
    }
    credit = group_of(card, "risk", "credit");
    cooperation = group_of(card, "risk", "cooperation");
  }
};

/// Memory of one block of rows.
struct Scratch {
  std::vector<double> scores, freshness, rule_x, rule_points;
  std::vector<double> part_scores, part_observed, part_weights;
  std::vector<value::ScoreSpread> part_spreads;
  value::ScorecardRow row;
  value::Explanation why;
};

Interval dimension_interval(const Ruler& ruler, std::size_t d, Scratch& s) {
  const Group& group = ruler.dimensions[d];
  const std::size_t n = group.indicators.size();
  s.part_scores.resize(n);
  s.part_observed.resize(n);
  s.part_weights.resize(n);
  s.part_spreads.resize(n);
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t k = group.indicators[j];
    const double seen = s.row.observed[k] > 0 ? s.row.observed[k] : 1;
    const bool counts = !std::isnan(s.row.scores[k]);
    s.part_scores[j] = s.row.scores[k];
    s.part_observed[j] = s.row.observed[k];
    s.part_weights[j] = counts ? group.weights[j] * seen / s.row.dimension_weights[d] : 0;
    s.part_spreads[j] = ruler.model.spreads[k];
  }
  return value::value_index_interval(
      {s.part_scores, s.part_observed, s.part_weights, group.weights, s.part_spreads,
       s.row.dimension_scores[d], s.row.dimension_coverages[d]},
      ruler.model.profile.weight_concentration, ruler.z);
}

double risk_of(const Group& group, double minimum_coverage, Scratch& s) {
  s.part_scores.clear();
  s.part_weights.clear();
  for (std::size_t j = 0; j < group.indicators.size(); ++j) {
    const std::size_t k = group.indicators[j];
    s.part_scores.push_back(s.row.observed[k] > 0 ? s.row.scores[k] : kNaN);
    s.part_weights.push_back(group.weights[j]);
  }
  return value::risk_index(s.part_scores, s.part_weights, minimum_coverage).risk;
}

void store_dimensions(const Ruler& ruler, std::size_t i, Scratch& s, ValueBlock& out) {
  put(s.row.dimension_scores, i, out.dimension_scores);
  put(s.row.dimension_coverages, i, out.dimension_coverages);
  for (std::size_t d = 0; d < ruler.dimensions.size(); ++d) {
    if (std::isnan(s.row.dimension_scores[d])) continue;
    const Interval interval = dimension_interval(ruler, d, s);
    out.dimension_lo[d][i] = interval.lo;
    out.dimension_hi[d][i] = interval.hi;
  }
  out.risk_credit[i] = risk_of(ruler.credit, ruler.risk_coverage, s);
  out.risk_cooperation[i] = risk_of(ruler.cooperation, ruler.risk_coverage, s);
}

/// Index and interval of a row that has one, after the rules.
void store_index(const Ruler& ruler, std::size_t i, Scratch& s, ValueBlock& out) {
  const Profile& profile = ruler.model.profile;
  const Interval interval = value::value_index_interval(
      {s.row.scores, s.row.observed, s.row.effective_weights, ruler.global, ruler.model.spreads,
       s.row.value_index, s.row.coverage},
      profile.weight_concentration, ruler.z);
  const value::RuledIndex ruled =
      value::apply(profile.rules(), s.rule_x, {s.row.value_index, interval}, s.rule_points);
  out.value_index[i] = ruled.value_index;
  out.value_lo[i] = ruled.interval.lo;
  out.value_hi[i] = ruled.interval.hi;
  put(s.rule_points, i, out.rule_points);
  if (!out.additive_index.empty()) {
    out.additive_index[i] = s.row.value_index;
    out.additive_lo[i] = interval.lo;
    out.additive_hi[i] = interval.hi;
  }
  if (!value::explain_into(s.row, ruler.reference, s.why).ok()) return;  // no reference index
  put(s.why.points, i, out.reason_points);
  out.coverage_points[i] = s.why.coverage_points;
}

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
  for (auto* table : {&out.observed, &out.effective_weights, &out.reason_points}) {
    *table = table_of(indicators, rows);
  }
  out.rule_points = table_of(profile.rules().size(), rows);
  if (!profile.rules().empty()) out.additive_index = out.additive_lo = out.additive_hi = na;
  return out;
}

}  // namespace

Result<ValueBlock> value_of(const Model& model, const value::ScorecardRow& reference,
                            const portfolio::FeatureTable& features, const Executor& executor) {
  const value::Scorecard& card = model.profile.scorecard();
  auto scores = indicator_scores(model, features, executor);
  if (!scores) return scores.error();
  const Result<double> z = interval_z(model.profile.interval_level);
  if (!z) return z.error();
  const std::vector<std::vector<double>> freshness = indicator_freshness(model, features);
  std::vector<std::span<const double>> rule_columns;
  for (const value::Rule& rule : model.profile.rules()) {
    rule_columns.push_back(features.find(rule.feature));
  }
  ValueBlock out = empty_block(model.profile, features.accounts);
  out.reference_index = reference.value_index;
  const Ruler ruler(model, reference, *z);
  const bool done = for_each_block(
      executor, features.accounts, [&](std::size_t, std::size_t begin, std::size_t end) {
        Scratch s;
        s.scores.resize(card.indicators().size());
        s.freshness.resize(card.indicators().size());
        s.rule_x.resize(rule_columns.size());
        s.rule_points.resize(rule_columns.size());
        for (std::size_t i = begin; i < end; ++i) {
          for (std::size_t k = 0; k < s.scores.size(); ++k) {
            s.scores[k] = (*scores)[k][i];
            s.freshness[k] = freshness[k].empty() ? 1.0 : freshness[k][i];
          }
          for (std::size_t r = 0; r < rule_columns.size(); ++r) {
            s.rule_x[r] = rule_columns[r].empty() ? kNaN : rule_columns[r][i];
          }
          // Scores and freshness are in range by construction.
          if (!value::evaluate_into(card, s.scores, s.freshness, s.row).ok()) continue;
          out.coverage[i] = s.row.coverage;
          put(s.row.observed, i, out.observed);
          put(s.row.effective_weights, i, out.effective_weights);
          for (std::size_t k = 0; k < s.scores.size(); ++k) (*scores)[k][i] = s.row.scores[k];
          store_dimensions(ruler, i, s, out);
          if (!std::isnan(s.row.value_index)) store_index(ruler, i, s, out);
        }
      });
  if (!done) return Status{StatusCode::cancelled, "cancelled by the executor"};
  out.indicator_scores = std::move(*scores);
  return out;
}

}  // namespace kam::scoring
