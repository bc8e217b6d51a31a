#include <kam/churn/evaluation.hpp>

#include <algorithm>
#include <cmath>
#include <new>

#include <kam/base/columns.hpp>

#include "churn/level_losses.hpp"
#include "churn/prediction_levels.hpp"
#include "churn/top_share.hpp"
#include "numeric/level_auc.hpp"
#include "numeric/text.hpp"

namespace kam::churn {
namespace {

using churn_detail::RankedRow;
using numeric::ScoreLevels;

constexpr double kMostValue = 1e100;

Status check(const EvaluationOptions& o) {
  const auto z = interval_z(o.interval_level);
  if (!z) return invalid_argument("interval_level", "between 0 and 1", o.interval_level);
  if (o.bins < 1 || o.bins > 1000) {
    return invalid_argument("bins", "1 to 1000", static_cast<double>(o.bins));
  }
  if (!(o.least_events > 0.0)) return invalid_argument("least_events", "> 0", o.least_events);
  for (const double f : o.fractions) {
    if (!(f > 0.0 && f <= 1.0)) return invalid_argument("fractions", "within (0, 1]", f);
  }
  return {};
}

bool is_value(double v) {
  return v >= 0.0 && v <= kMostValue;
}

/// The rows that count, with weight · value as weight; `scale` keeps every sum finite.
struct ValueRows {
  std::vector<double> outcome, probability, weight;
  std::vector<RankedRow> by_probability, by_loss;
  double scale = 1.0;
  std::size_t without_value = 0;
  bool any = false;
};

ValueRows value_rows(const Predictions& p, std::span<const double> value) {
  ValueRows rows;
  double largest = 0.0;
  for (const double v : value) {
    if (is_value(v)) largest = std::max(largest, v);
  }
  int exponent = 0;
  std::frexp(largest, &exponent);
  rows.scale = std::ldexp(1.0, exponent);
  for (std::size_t i = 0; i < p.rows(); ++i) {
    const double w = p.weight.empty() ? 1.0 : p.weight[i];
    if (std::isnan(p.outcome[i]) ||
        numeric::level_reason(p.outcome[i], p.probability[i], w,
                              numeric::ScoreDomain::probability) != RowReason::none) {
      continue;
    }
    const bool known = !value.empty() && is_value(value[i]);
    const double money = known ? w * (value[i] / rows.scale) : 0.0;
    if (!known) {
      ++rows.without_value;
    } else {
      rows.any = true;
      rows.outcome.push_back(p.outcome[i]);
      rows.probability.push_back(p.probability[i]);
      rows.weight.push_back(money);
    }
    const double lost = p.outcome[i] * money;
    rows.by_probability.push_back({p.probability[i], w, lost});
    rows.by_loss.push_back({known ? p.probability[i] * (value[i] / rows.scale) : 0.0, w, lost});
  }
  return rows;
}

Losses losses_by_value(const ValueRows& rows) {
  if (!rows.any) return {.weight = kNaN, .events = kNaN, .expected = kNaN};
  const auto levels = numeric::score_levels(rows.outcome, rows.probability, rows.weight,
                                            numeric::ScoreDomain::probability);
  Losses losses = churn_detail::losses_of(levels);
  losses.weight *= rows.scale;
  losses.events *= rows.scale;
  losses.expected *= rows.scale;
  return losses;
}

std::vector<TopShare> top_shares(const ScoreLevels& s, ValueRows* rows,
                                 const EvaluationOptions& o) {
  std::vector<double> depths;
  for (const double f : o.fractions) {
    depths.push_back(churn_detail::depth_of(f, s.weight()));
  }
  std::vector<RankedRow> ranked;
  for (const numeric::Level& level : s.levels) {
    ranked.push_back({level.score, level.weight(), level.events});
  }
  const auto events = churn_detail::gain_to(ranked, depths);
  std::vector<double> value(depths.size(), kNaN), by_loss = value;
  double lost = 0.0;
  if (rows != nullptr && rows->any) {
    value = churn_detail::gain_to(rows->by_probability, depths);
    by_loss = churn_detail::gain_to(rows->by_loss, depths);
    for (const RankedRow& row : rows->by_probability) lost += row.gain;
  }
  std::vector<TopShare> top;
  for (std::size_t i = 0; i < depths.size(); ++i) {
    const double precision = events[i] / depths[i];
    const bool any = s.events > 0.0;
    top.push_back({o.fractions[i], depths[i], events[i], precision,
                   any ? events[i] / s.events : kNaN,
                   any ? precision / (s.events / s.weight()) : kNaN,
                   lost > 0.0 ? value[i] / lost : kNaN, lost > 0.0 ? by_loss[i] / lost : kNaN});
  }
  return top;
}

double certain_and_wrong(const ScoreLevels& s) {
  double sum = 0.0;
  if (s.levels.front().score == 0.0) sum += s.levels.front().events;
  if (s.levels.back().score == 1.0) sum += s.levels.back().others;
  return sum;
}

void set_reliability(const ScoreLevels& s, const EvaluationOptions& o, Evaluation& e) {
  e.reliability = churn_detail::reliability(s, o);
  if (!e.reliability.empty()) return;
  e.reliability_note =
      numeric::shortest(s.events) + " events: a bin needs " + numeric::shortest(o.least_events);
}

}  // namespace

Result<Evaluation> evaluate(const Predictions& predictions, std::span<const double> value,
                            const EvaluationOptions& options) try {
  if (Status s = check(options); !s.ok()) return s;
  if (!value.empty()) {
    if (Status s = check_size("value", value.size(), predictions.rows()); !s.ok()) return s;
  }
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  const ScoreLevels& s = *levels;
  if (Status none = churn_detail::need_rows(predictions, s); !none.ok()) return none;
  Evaluation e{.by_account = churn_detail::losses_of(s)};
  e.auc = numeric::level_auc(s, *interval_z(options.interval_level));
  const auto range = churn_detail::poisson_range(s.events, options.interval_level);
  if (e.by_account.expected > 0.0) {
    e.observed_to_expected_lo = range.lo / e.by_account.expected;
    e.observed_to_expected_hi = range.hi / e.by_account.expected;
  }
  e.line = churn_detail::calibration_line(s);
  e.calibration_error = churn_detail::calibration_error(s);
  e.hosmer_lemeshow = churn_detail::hosmer_lemeshow(s);
  set_reliability(s, options, e);
  e.certain_and_wrong = certain_and_wrong(s);
  e.rows = s.rows;
  e.unknown_outcomes = s.unknown_outcomes;
  if (value.empty()) {
    e.by_value = {.weight = kNaN, .events = kNaN, .expected = kNaN};
    e.top = top_shares(s, nullptr, options);
    return e;
  }
  ValueRows rows = value_rows(predictions, value);
  e.by_value = losses_by_value(rows);
  e.rows_without_value = rows.without_value;
  e.top = top_shares(s, &rows, options);
  return e;
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

}  // namespace kam::churn
