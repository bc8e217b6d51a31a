#include <kam/scoring/changes.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/value/change.hpp>

namespace kam::scoring {
namespace {

double at(std::span<const double> column, std::size_t row) {
  return column.empty() ? kNaN : column[row];
}

std::vector<double> copy_or_missing(std::span<const double> column, std::size_t rows) {
  return column.empty() ? std::vector<double>(rows, kNaN)
                        : std::vector<double>(column.begin(), column.end());
}

/// Which entry of `ids` each wanted id is; kNoRow if none.
template <class Item>
std::vector<std::size_t> places(const std::vector<Item>& wanted,
                                const std::vector<std::string>& ids) {
  std::vector<std::size_t> found;
  for (const Item& item : wanted) {
    const auto place = std::find(ids.begin(), ids.end(), item.id);
    found.push_back(place == ids.end() ? kNoRow : static_cast<std::size_t>(place - ids.begin()));
  }
  return found;
}

Status check_table(const char* name, const std::vector<std::vector<double>>& table,
                   std::size_t columns, std::size_t rows) {
  if (Status s = check_size(name, table.size(), columns); !s.ok()) return s;
  for (const auto& column : table) {
    if (Status s = check_size(name, column.size(), rows); !s.ok()) return s;
  }
  return {};
}

Status check_earlier(const EarlierScores& e, std::span<const std::size_t> rows,
                     std::size_t accounts) {
  const std::size_t k = e.indicators.size(), n = e.accounts;
  Status s = check_table("earlier.values", e.values, k, n);
  if (s.ok()) s = check_table("earlier.scores", e.scores, k, n);
  if (s.ok()) s = check_table("earlier.observed", e.observed, k, n);
  if (s.ok()) s = check_table("earlier.weights", e.weights, k, n);
  if (s.ok()) s = check_table("earlier.rule_values", e.rule_values, e.rules.size(), n);
  if (s.ok()) s = check_size("earlier.rule_points", e.rule_points.size(), n);
  if (s.ok()) s = check_size("earlier.value_index", e.value_index.size(), n);
  if (s.ok()) s = check_size("earlier_row", rows.size(), accounts);
  for (const std::size_t row : rows) {
    if (s.ok() && row != kNoRow && row >= n) {
      return invalid_argument("earlier_row", "below the accounts of the earlier run",
                              static_cast<double>(row));
    }
  }
  return s;
}

/// The earlier run in the words of the later scorecard, one account at a time.
class Earlier {
 public:
  Earlier(const Scorer& later, const EarlierScores& run)
      : profile_(later.model().profile),
        references_(later.model().references),
        run_(run),
        place_(places(profile_.scorecard().indicators(), run.indicators)),
        rule_place_(places(profile_.rules(), run.rules)) {
    std::vector<char> kept(run.indicators.size(), 0);
    for (const std::size_t j : place_) {
      if (j != kNoRow) kept[j] = 1;
    }
    for (std::size_t j = 0; j < kept.size(); ++j) {
      if (kept[j] == 0) dropped_.push_back(j);
    }
    const std::size_t n = place_.size();
    for (auto* column : {&scores_, &rescored_, &observed_, &weights_}) column->resize(n);
    known_.resize(n);
    rule_x_.resize(rule_place_.size());
    rule_points_.resize(rule_place_.size());
  }

  /// `now` is the feature that each later rule reads today.
  value::EarlierRow row(std::size_t i, std::span<const double> now) {
    for (std::size_t k = 0; k < place_.size(); ++k) load(i, k);
    dropped_scores_.clear();
    dropped_weights_.clear();
    for (const std::size_t j : dropped_) {
      dropped_scores_.push_back(run_.scores[j][i]);
      dropped_weights_.push_back(std::isnan(run_.scores[j][i]) ? 0 : run_.weights[j][i]);
    }
    return {.value_index = run_.value_index[i],
            .rule_points = run_.rule_points[i],
            .rule_points_now = rules_on(i, now),
            .scores = scores_,
            .rescored = rescored_,
            .observed = observed_,
            .weights = weights_,
            .known = known_,
            .dropped_scores = dropped_scores_,
            .dropped_weights = dropped_weights_};
  }

 private:
  void load(std::size_t i, std::size_t k) {
    const std::size_t j = place_[k];
    known_[k] = j != kNoRow;
    scores_[k] = rescored_[k] = kNaN;
    observed_[k] = weights_[k] = 0;
    if (j == kNoRow) return;
    const value::Indicator& indicator = profile_.scorecard().indicators()[k];
    scores_[k] = run_.scores[j][i];
    observed_[k] = std::isnan(scores_[k]) ? 0 : run_.observed[j][i];
    weights_[k] = std::isnan(scores_[k]) ? 0 : run_.weights[j][i];
    const double rescored = observed_[k] > 0
                                ? value::score(indicator, reference(k), run_.values[j][i])
                                : indicator.missing_score;
    rescored_[k] = std::isnan(rescored) ? scores_[k] : rescored;
  }
  [[nodiscard]] const value::FrozenReference* reference(std::size_t k) const {
    return references_[k] ? &*references_[k] : nullptr;
  }
  /// A rule that the earlier run did not know reads today's datum: its coming is the model's doing.
  double rules_on(std::size_t i, std::span<const double> now) {
    for (std::size_t r = 0; r < rule_x_.size(); ++r) {
      const std::size_t j = rule_place_[r];
      rule_x_[r] = j == kNoRow ? now[r] : run_.rule_values[j][i];
    }
    const double before = run_.value_index[i] - run_.rule_points[i];
    return value::apply(profile_.rules(), rule_x_, {before, {before, before, before}}, rule_points_)
               .value_index -
           before;
  }

  const Profile& profile_;
  const std::vector<std::optional<value::FrozenReference>>& references_;
  const EarlierScores& run_;
  std::vector<std::size_t> place_, rule_place_, dropped_;
  std::vector<double> scores_, rescored_, observed_, weights_, rule_x_, rule_points_,
      dropped_scores_, dropped_weights_;
  std::vector<std::uint8_t> known_;
};

/// The later row as evaluate() made it, from its columns.
void load_later(const ValueBlock& value, std::size_t i, value::ScorecardRow& row) {
  const std::size_t n = value.indicator_scores.size();
  for (auto* column : {&row.scores, &row.observed, &row.effective_weights}) column->resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    row.scores[k] = value.indicator_scores[k][i];
    row.observed[k] = value.observed[k][i];
    row.effective_weights[k] = value.effective_weights[k][i];
  }
}

double rule_points_of(const ValueBlock& value, std::size_t i) {
  double points = 0;
  for (const auto& column : value.rule_points) points += std::isnan(column[i]) ? 0 : column[i];
  return points;
}

void store(const value::Change& c, std::size_t i, ChangeBlock& out) {
  out.delta_value[i] = c.total;
  out.delta_behaviour[i] = c.behaviour;
  out.delta_coverage[i] = c.coverage;
  out.delta_reference[i] = c.reference;
  out.delta_weights[i] = c.weights;
  out.delta_scorecard[i] = c.model;
  out.delta_model[i] = c.reference + c.weights + c.model;
  for (std::size_t k = 0; k < c.behaviour_points.size(); ++k) {
    out.behaviour_points[k][i] = c.behaviour_points[k];
  }
}

ChangeBlock empty_block(std::size_t indicators, std::size_t rows) {
  const std::vector<double> na(rows, kNaN);
  return {na, na, na, na, na, na, na, std::vector<std::vector<double>>(indicators, na)};
}

}  // namespace

EarlierScores earlier_scores(const Scorer& scorer, const ScoreTable& table,
                             const portfolio::FeatureTable& features) {
  EarlierScores run{.accounts = table.accounts,
                    .scores = table.value.indicator_scores,
                    .observed = table.value.observed,
                    .weights = table.value.effective_weights,
                    .value_index = table.value.value_index};
  const Profile& profile = scorer.model().profile;
  for (const auto& indicator : profile.scorecard().indicators()) {
    run.indicators.push_back(indicator.id);
    run.values.push_back(copy_or_missing(features.find(indicator.feature), table.accounts));
  }
  for (const auto& rule : profile.rules()) {
    run.rules.push_back(rule.id);
    run.rule_values.push_back(copy_or_missing(features.find(rule.feature), table.accounts));
  }
  for (std::size_t i = 0; i < table.accounts; ++i) {
    run.rule_points.push_back(rule_points_of(table.value, i));
  }
  return run;
}

Result<ChangeBlock> changes(const Scorer& later, const ScoreTable& table,
                            const portfolio::FeatureTable& features, const EarlierScores& earlier,
                            std::span<const std::size_t> earlier_row, const Executor& executor) {
  const value::Scorecard& card = later.model().profile.scorecard();
  const std::size_t indicators = card.indicators().size();
  if (Status s = check_earlier(earlier, earlier_row, table.accounts); !s.ok()) return s;
  if (Status s =
          check_size("table.indicator_scores", table.value.indicator_scores.size(), indicators);
      !s.ok()) {
    return s;
  }
  std::vector<std::span<const double>> rule_columns;
  for (const auto& rule : later.model().profile.rules()) {
    rule_columns.push_back(features.find(rule.feature));
  }
  ChangeBlock out = empty_block(indicators, table.accounts);
  const auto compare = [&](std::size_t, std::size_t begin, std::size_t end) {
    Earlier before(later, earlier);
    value::ScorecardRow now;
    value::ChangeScratch scratch;
    value::Change change;
    std::vector<double> rule_x(rule_columns.size());
    for (std::size_t i = begin; i < end; ++i) {
      if (earlier_row[i] == kNoRow || std::isnan(table.value.value_index[i])) continue;
      for (std::size_t r = 0; r < rule_x.size(); ++r) rule_x[r] = at(rule_columns[r], i);
      load_later(table.value, i, now);
      const double rules = rule_points_of(table.value, i);
      now.value_index = table.value.value_index[i] - rules;
      const auto then = before.row(earlier_row[i], rule_x);
      const value::LaterRow today{.row = &now, .rule_points = rules};
      if (value::explain_change(card, then, today, scratch, change).ok()) store(change, i, out);
    }
  };
  if (!for_each_block(executor, table.accounts, compare)) {
    return Status{StatusCode::cancelled, "cancelled by the executor"};
  }
  return out;
}

}  // namespace kam::scoring
