#include "binding.hpp"

namespace kam::python {
namespace {

using scoring::PortfolioScore;

/// Columns by name; `ages` in days, for those that are dated.
portfolio::FeatureTable feature_table(const py::dict& columns, const py::dict& ages,
                                      std::size_t accounts) {
  portfolio::FeatureTable table{.accounts = accounts};
  for (const auto& [key, column] : columns) {
    const auto values = column.cast<Doubles>();
    table.names.push_back(key.cast<std::string>());
    table.notes.emplace_back();
    table.values.emplace_back(values.data(), values.data() + values.size());
    table.ages.emplace_back();
    if (!ages.contains(key)) continue;
    const auto days = ages[key].cast<Doubles>();
    table.ages.back().assign(days.data(), days.data() + days.size());
  }
  return table;
}

scoring::Model fit(const scoring::Profile& profile, const py::dict& columns, const py::dict& ages,
                   std::size_t accounts, Day fitted_on) {
  const portfolio::FeatureTable table = feature_table(columns, ages, accounts);
  auto model = [&] {
    const py::gil_scoped_release release;
    return scoring::fit_scorecard(profile, fitted_on, table);
  }();
  return value_or_raise(std::move(model));
}

/// A portfolio score of which only the scorecard part is filled.
PortfolioScore score(const scoring::Model& model, const py::dict& columns, const py::dict& ages,
                     std::size_t accounts) {
  portfolio::FeatureTable table = feature_table(columns, ages, accounts);
  auto block = [&]() -> Result<scoring::ValueBlock> {
    const py::gil_scoped_release release;
    const auto scorer = scoring::Scorer::make(model);
    if (!scorer) return scorer.error();
    return scorer->score_features(table);
  }();
  PortfolioScore result{.model = model,
                        .table = {},
                        .classes = {},
                        .portfolio = {},
                        .summary = portfolio::OrderSummary(0),
                        .features = std::move(table),
                        .report = {}};
  result.table.value = value_or_raise(std::move(block));
  result.table.accounts = accounts;
  result.table.model_version = scoring::model_version(model);
  result.table.interval_level = model.profile.interval_level;
  return result;
}

value::ScorecardRow row_of(const PortfolioScore& score, std::size_t i) {
  const auto& block = score.table.value;
  value::ScorecardRow row;
  row.value_index = block.value_index[i];
  for (const auto& column : block.rule_points)
    row.value_index -= column[i] == column[i] ? column[i] : 0;
  for (std::size_t k = 0; k < block.indicator_scores.size(); ++k) {
    row.scores.push_back(block.indicator_scores[k][i]);
    row.effective_weights.push_back(block.effective_weights[k][i]);
  }
  return row;
}

/// Reasons of one row against another: (points per indicator, per rule, coverage).
py::tuple explain_rows(const PortfolioScore& score, std::size_t row, std::size_t other) {
  const auto why = value_or_raise(value::explain(row_of(score, row), row_of(score, other)));
  std::vector<double> rules;
  for (const auto& column : score.table.value.rule_points) {
    rules.push_back(column[row] - column[other]);
  }
  return py::make_tuple(to_array(why.points), to_array(rules), why.coverage_points);
}

}  // namespace

void bind_scorecard(py::module_& m) {
  m.def("fit_scorecard", &fit);
  m.def("score_features", &score);
  m.def("explain_rows", &explain_rows);
}

}  // namespace kam::python
