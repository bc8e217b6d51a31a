#include <kam/value/change.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>

namespace kam::value {
namespace {

Status check_sizes(const Scorecard& card, const EarlierRow& e, const LaterRow& later) {
  const std::size_t n = card.indicators().size();
  Status s = check_size("earlier.scores", e.scores.size(), n);
  if (s.ok()) s = check_size("earlier.rescored", e.rescored.size(), n);
  if (s.ok()) s = check_size("earlier.observed", e.observed.size(), n);
  if (s.ok()) s = check_size("earlier.weights", e.weights.size(), n);
  if (s.ok()) s = check_size("earlier.known", e.known.size(), n);
  if (s.ok()) s = check_size("dropped_weights", e.dropped_weights.size(), e.dropped_scores.size());
  if (s.ok()) s = check_size("later.row.scores", later.row->scores.size(), n);
  return s;
}

/// s*; where the later rulers have no word for it (a stand-in that was given up), what it was.
double rescored(const EarlierRow& e, std::size_t k) {
  return std::isnan(e.rescored[k]) ? e.scores[k] : e.rescored[k];
}

/// Score by the later rulers that a change of weight is valued at.
double value_at(const EarlierRow& e, const ScorecardRow& later, std::size_t k) {
  return std::isnan(later.scores[k]) ? rescored(e, k) : later.scores[k];
}

/// Σ (after − before) s. Where neither counts, s may be NaN.
double moved(const EarlierRow& e, const ScorecardRow& later, std::span<const double> before,
             std::span<const double> after) {
  double sum = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    if (before[k] != after[k]) sum += (after[k] - before[k]) * value_at(e, later, k);
  }
  return sum;
}

/// Behaviour and reference: the scores move, the earlier weights stay.
void split_scores(const EarlierRow& e, const ScorecardRow& later, Change& out) {
  out.behaviour = out.reference = 0;
  out.behaviour_points.assign(e.scores.size(), 0.0);
  for (std::size_t k = 0; k < e.scores.size(); ++k) {
    if (!(e.weights[k] > 0)) continue;
    out.behaviour_points[k] = e.weights[k] * (value_at(e, later, k) - rescored(e, k));
    out.behaviour += out.behaviour_points[k];
    out.reference += e.weights[k] * (rescored(e, k) - e.scores[k]);
  }
}

/// w1: what is left when indicators are dropped keeps its proportions. Returns what that does.
double drop_indicators(const EarlierRow& e, const ScorecardRow& later, ChangeScratch& scratch) {
  double kept = 0, dropped = 0;
  for (const double w : e.weights) kept += w;
  for (std::size_t j = 0; j < e.dropped_scores.size(); ++j) {
    if (e.dropped_weights[j] > 0) dropped -= e.dropped_weights[j] * e.dropped_scores[j];
  }
  scratch.before.assign(e.weights.begin(), e.weights.end());
  if (e.dropped_scores.empty()) return 0;
  scratch.after.assign(e.weights.begin(), e.weights.end());
  for (double& w : scratch.after) w = kept > 0 ? w / kept : 0;
  const double change = moved(e, later, scratch.before, scratch.after) + dropped;
  scratch.before = scratch.after;
  return change;
}

/// Effective weights of the later card over the earlier data; new indicators as they are later, or
/// left out.
std::span<const double> weights_then(const Scorecard& card, const EarlierRow& e,
                                     const ScorecardRow& later, bool with_new,
                                     ChangeScratch& scratch) {
  scratch.scores.assign(e.rescored.begin(), e.rescored.end());
  scratch.observed.assign(e.observed.begin(), e.observed.end());
  for (std::size_t k = 0; k < e.known.size(); ++k) {
    if (e.known[k] != 0) continue;
    scratch.scores[k] = with_new ? later.scores[k] : kNaN;
    scratch.observed[k] = with_new ? later.observed[k] : 0.0;
  }
  // Scores are in range by construction; were they not, nothing would count.
  if (!evaluate_into(card, scratch.scores, scratch.observed, scratch.row).ok()) return {};
  return scratch.row.effective_weights;
}

}  // namespace

Status explain_change(const Scorecard& later_card, const EarlierRow& earlier, const LaterRow& later,
                      ChangeScratch& scratch, Change& out) {
  if (later.row == nullptr) return {StatusCode::invalid_argument, "`later.row` must not be null"};
  if (Status s = check_sizes(later_card, earlier, later); !s.ok()) return s;
  const ScorecardRow& row = *later.row;
  out = Change{.behaviour_points = std::move(out.behaviour_points)};
  out.behaviour_points.assign(earlier.scores.size(), kNaN);
  out.total = row.value_index + later.rule_points - earlier.value_index;
  if (std::isnan(out.total)) return {};
  split_scores(earlier, row, out);
  out.model = drop_indicators(earlier, row, scratch);
  const auto common = weights_then(later_card, earlier, row, false, scratch);
  if (common.size() != earlier.scores.size()) {
    return {StatusCode::invalid_argument, "`earlier.rescored` must be between 0 and 100, or NaN"};
  }
  out.weights = moved(earlier, row, scratch.before, common);
  scratch.before.assign(common.begin(), common.end());
  const auto all = weights_then(later_card, earlier, row, true, scratch);
  out.model += moved(earlier, row, scratch.before, all);
  out.coverage = moved(earlier, row, all, row.effective_weights);
  out.behaviour += later.rule_points - earlier.rule_points_now;
  out.model += earlier.rule_points_now - earlier.rule_points;
  return {};
}

}  // namespace kam::value
