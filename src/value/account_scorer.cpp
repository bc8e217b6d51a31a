#include <kam/value/account_scorer.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>

namespace kam::value {
namespace {

/// The place of a name in a list, to which it is added if need be.
std::size_t place(const std::string& name, std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

void void_reasons(AccountRow& row) {
  std::fill(row.why.points.begin(), row.why.points.end(), kNaN);
  row.why.value_index = row.card.value_index;
  row.why.coverage_points = kNaN;
}

}  // namespace

AccountRow AccountScorer::make_row() const {
  const std::size_t indicators = card_.indicators().size(), dimensions = card_.dimensions().size();
  AccountRow row;
  for (auto* cells : {&row.scores, &row.fresh, &row.why.points, &row.card.scores,
                      &row.card.observed, &row.card.effective_weights}) {
    cells->resize(indicators, kNaN);
  }
  for (auto* cells :
       {&row.card.dimension_scores, &row.card.dimension_coverages, &row.card.dimension_weights}) {
    cells->resize(dimensions, kNaN);
  }
  row.rule_x.resize(rules_.size(), kNaN);
  row.rule_points.resize(rules_.size(), kNaN);
  return row;
}

Status AccountScorer::score(std::span<const double> x, std::span<const double> ages,
                            AccountRow& row) const {
  if (Status s = check_size("x", x.size(), features_.size()); !s.ok()) return s;
  if (!ages.empty()) {
    if (Status s = check_size("ages", ages.size(), features_.size()); !s.ok()) return s;
  }
  if (Status s = check_size("row", row.scores.size(), feature_of_.size()); !s.ok()) return s;
  if (Status s = check_size("row.rule_x", row.rule_x.size(), rules_.size()); !s.ok()) return s;
  for (std::size_t k = 0; k < feature_of_.size(); ++k) {
    const std::size_t f = feature_of_[k];
    const Indicator& indicator = card_.indicators()[k];
    const auto& reference = references_[k];
    row.scores[k] = value::score(indicator, reference ? &*reference : nullptr, x[f]);
    row.fresh[k] = ages.empty() ? 1 : freshness(indicator, ages[f]);
  }
  if (Status s = evaluate_into(card_, row.scores, row.fresh, row.card); !s.ok()) return s;
  const double index = row.card.value_index;
  if (std::isnan(index) || std::isnan(reference_.value_index)) {
    row.why.reference_index = reference_.value_index;
    void_reasons(row);
  } else if (Status s = explain_into(row.card, reference_, row.why); !s.ok()) {
    return s;
  }
  for (std::size_t r = 0; r < rules_.size(); ++r) row.rule_x[r] = x[rule_feature_[r]];
  row.value_index =
      apply(rules_, row.rule_x, {index, {index, index, index}}, row.rule_points).value_index;
  return {};
}

Result<AccountScorer> make_account_scorer(
    Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
    ScorecardRow reference, std::span<const Rule> rules) {
  const std::size_t indicators = scorecard.indicators().size();
  if (Status s = check_size("references", references.size(), indicators); !s.ok()) return s;
  for (const auto* cells : {&reference.scores, &reference.effective_weights}) {
    if (Status s = check_size("reference", cells->size(), indicators); !s.ok()) return s;
  }
  AccountScorer scorer(std::move(scorecard), std::move(reference));
  scorer.references_.assign(references.begin(), references.end());
  scorer.rules_.assign(rules.begin(), rules.end());
  for (const Indicator& k : scorer.card_.indicators()) {
    scorer.feature_of_.push_back(place(k.feature, scorer.features_));
  }
  for (const Rule& rule : scorer.rules_) {
    scorer.rule_feature_.push_back(place(rule.feature, scorer.features_));
  }
  return scorer;
}

}  // namespace kam::value
