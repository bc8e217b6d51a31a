#include "tables.hpp"

namespace kam::python {
namespace {

using scoring::PortfolioScore;
using scoring::Profile;

/// The columns of the blocks by name; what is not in here is built by the package.
py::dict columns_of(const PortfolioScore& score) {
  const auto& t = score.table;
  py::dict columns;
  const auto add = [&columns](const char* name, const std::vector<double>& values) {
    columns[name] = to_array(values);
  };
  add("value_index", t.value.value_index);
  add("value_lo", t.value.value_lo);
  add("value_hi", t.value.value_hi);
  add("coverage", t.value.coverage);
  add("risk_credit", t.value.risk_credit);
  add("risk_cooperation", t.value.risk_cooperation);
  add("net_revenue", t.facts.net_revenue);
  add("net_revenue_12m", t.facts.net_revenue_12m);
  add("cm3_12m", t.facts.cm3_12m);
  add("cts_12m", t.facts.cts_12m);
  add("order_count", t.facts.order_count);
  add("orders_12m", t.facts.orders_12m);
  add("days_since_last", t.facts.days_since_last);
  add("p_churn", t.churn.p_churn);
  add("p_churn_lo", t.churn.p_churn_lo);
  add("p_churn_hi", t.churn.p_churn_hi);
  add("p_alive", t.churn.p_alive);
  add("eav", t.worth.eav);
  add("eav_lo", t.worth.eav_lo);
  add("eav_hi", t.worth.eav_hi);
  add("expected_loss", t.worth.expected_loss);
  add("expected_loss_open", t.worth.expected_loss_open);
  add("revenue_share", score.portfolio.revenue_share);
  add("rank_revenue", score.portfolio.rank_revenue);
  return columns;
}

/// [k][row] as one array of rows x k.
py::array_t<double> matrix(const std::vector<std::vector<double>>& columns, std::size_t rows) {
  py::array_t<double> result({rows, columns.size()});
  double* data = result.mutable_data();
  for (std::size_t k = 0; k < columns.size(); ++k) {
    for (std::size_t i = 0; i < rows; ++i) data[i * columns.size() + k] = columns[k][i];
  }
  return result;
}

/// What each rule reads, one column per rule.
std::vector<std::vector<double>> rule_values(const PortfolioScore& s) {
  std::vector<std::vector<double>> columns;
  for (const auto& rule : s.model.profile.rules()) {
    const auto column = s.features.find(rule.feature);
    columns.emplace_back(column.begin(), column.end());
    columns.back().resize(s.table.accounts, kNaN);
  }
  return columns;
}

/// What each indicator reads, one column per indicator.
std::vector<std::vector<double>> indicator_values(const PortfolioScore& s) {
  std::vector<std::vector<double>> columns;
  for (const auto& indicator : s.model.profile.scorecard().indicators()) {
    const auto column = s.features.find(indicator.feature);
    columns.emplace_back(column.begin(), column.end());
    columns.back().resize(s.table.accounts, kNaN);
  }
  return columns;
}

py::dict features_dict(const portfolio::FeatureTable& features) {
  py::dict columns;
  for (std::size_t i = 0; i < features.names.size(); ++i)
    columns[features.names[i].c_str()] = to_array(features.values[i]);
  return columns;
}

py::dict column_notes(const scoring::ScoreTable& table) {
  py::dict notes;
  for (const auto& note : table.column_notes) notes[note.column.c_str()] = note.reason;
  return notes;
}

PortfolioScore score_tables(const Tables& tables, const std::optional<Profile>& profile,
                            const std::optional<scoring::Model>& model, Day as_of,
                            double horizon_days, double years, double discount,
                            std::uint32_t base_currency) {
  const scoring::ScoreRequest request{.as_of = as_of,
                                      .churn_horizon_days = horizon_days,
                                      .value_years = years,
                                      .discount = discount};
  portfolio::CheckOptions options;
  options.base_currency = base_currency;
  auto result = [&] {
    const py::gil_scoped_release release;
    return model ? scoring::score_portfolio(tables.portfolio(), *model, request, options)
                 : scoring::score_portfolio(tables.portfolio(), *profile, request, options);
  }();
  return value_or_raise(std::move(result));
}

/// [k][row] of an array k x rows.
std::vector<std::vector<double>> table_of(const Doubles& array, std::size_t columns) {
  std::vector<std::vector<double>> table;
  const std::size_t rows = columns == 0 ? 0 : static_cast<std::size_t>(array.size()) / columns;
  for (std::size_t k = 0; k < columns; ++k) {
    table.emplace_back(array.data() + k * rows, array.data() + (k + 1) * rows);
  }
  return table;
}

/// `rows`: for each account its row in the earlier run, -1 for none. Arrays are columns x rows.
py::dict changes_since(const PortfolioScore& score, const py::dict& earlier,
                       const py::array_t<std::int64_t, py::array::c_style>& rows) {
  scoring::EarlierScores run;
  run.indicators = earlier["indicators"].cast<std::vector<std::string>>();
  run.rules = earlier["rules"].cast<std::vector<std::string>>();
  const auto table = [&](const char* name, std::size_t columns) {
    return table_of(earlier[name].cast<Doubles>(), columns);
  };
  run.values = table("values", run.indicators.size());
  run.scores = table("scores", run.indicators.size());
  run.observed = table("observed", run.indicators.size());
  run.weights = table("weights", run.indicators.size());
  run.rule_values = table("rule_values", run.rules.size());
  const auto points = earlier["rule_points"].cast<Doubles>();
  const auto index = earlier["value_index"].cast<Doubles>();
  run.rule_points.assign(points.data(), points.data() + points.size());
  run.value_index.assign(index.data(), index.data() + index.size());
  run.accounts = run.value_index.size();
  std::vector<std::size_t> places(static_cast<std::size_t>(rows.size()), scoring::kNoRow);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::int64_t row = in(rows)[i];
    if (row >= 0) places[i] = static_cast<std::size_t>(row);
  }
  auto found = [&]() -> Result<scoring::ChangeBlock> {
    const py::gil_scoped_release release;
    const auto scorer = scoring::Scorer::make(score.model);
    if (!scorer) return scorer.error();
    return scoring::changes(*scorer, score.table, score.features, run, places);
  }();
  const scoring::ChangeBlock block = value_or_raise(std::move(found));
  py::dict result;
  result["delta_value"] = to_array(block.delta_value);
  result["delta_behaviour"] = to_array(block.delta_behaviour);
  result["delta_coverage"] = to_array(block.delta_coverage);
  result["delta_model"] = to_array(block.delta_model);
  result["delta_reference"] = to_array(block.delta_reference);
  result["delta_weights"] = to_array(block.delta_weights);
  result["delta_scorecard"] = to_array(block.delta_scorecard);
  result["behaviour_points"] = matrix(block.behaviour_points, score.table.accounts);
  return result;
}

void bind_model(py::module_& m) {
  py::class_<scoring::Model>(m, "Model")
      .def_property_readonly("profile", [](const scoring::Model& model) { return model.profile; })
      .def_property_readonly(
          "fitted_on", [](const scoring::Model& model) { return format_date(model.fitted_on); })
      .def_readonly("accounts", &scoring::Model::accounts)
      .def_readonly("orders", &scoring::Model::orders)
      .def_readonly("spend", &scoring::Model::spend)
      .def_readonly("orders_note", &scoring::Model::orders_note)
      .def_readonly("median_scores", &scoring::Model::median_scores)
      .def_property_readonly(
          "version", [](const scoring::Model& model) { return scoring::model_version(model); })
      .def("to_json", [](const scoring::Model& model) { return scoring::to_json(model); });
  m.def("parse_model",
        [](const std::string& json) { return value_or_raise(scoring::parse_model(json)); });
}

}  // namespace

void bind_scoring(py::module_& m) {
  bind_model(m);
  py::class_<PortfolioScore>(m, "PortfolioScore")
      .def_readonly("model", &PortfolioScore::model)
      .def_property_readonly("accounts", [](const PortfolioScore& s) { return s.table.accounts; })
      .def("columns", &columns_of)
      .def("features", [](const PortfolioScore& s) { return features_dict(s.features); })
      .def("summary",
           [](const PortfolioScore& s) {
             return py::make_tuple(to_array(s.summary.frequency), to_array(s.summary.recency),
                                   to_array(s.summary.age), to_array(s.summary.monetary_value));
           })
      .def("dimension_scores",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.dimension_scores, s.table.accounts);
           })
      .def("dimension_coverages",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.dimension_coverages, s.table.accounts);
           })
      .def("dimension_intervals",
           [](const PortfolioScore& s) {
             return py::make_tuple(matrix(s.table.value.dimension_lo, s.table.accounts),
                                   matrix(s.table.value.dimension_hi, s.table.accounts));
           })
      .def("indicator_values",
           [](const PortfolioScore& s) { return matrix(indicator_values(s), s.table.accounts); })
      .def("observed",
           [](const PortfolioScore& s) { return matrix(s.table.value.observed, s.table.accounts); })
      .def("effective_weights",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.effective_weights, s.table.accounts);
           })
      .def("rule_values",
           [](const PortfolioScore& s) { return matrix(rule_values(s), s.table.accounts); })
      .def("rule_points",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.rule_points, s.table.accounts);
           })
      .def("indicator_scores",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.indicator_scores, s.table.accounts);
           })
      .def("reason_points",
           [](const PortfolioScore& s) {
             return matrix(s.table.value.reason_points, s.table.accounts);
           })
      .def("coverage_points",
           [](const PortfolioScore& s) { return to_array(s.table.value.coverage_points); })
      .def_property_readonly("reference_index",
                             [](const PortfolioScore& s) { return s.table.value.reference_index; })
      .def("status",
           [](const PortfolioScore& s) {
             Bytes codes(static_cast<py::ssize_t>(s.table.accounts));
             for (std::size_t i = 0; i < s.table.accounts; ++i)
               out(codes)[i] = static_cast<std::uint8_t>(s.table.status[i]);
             return codes;
           })
      .def("notes",
           [](const PortfolioScore& s) {
             Codes bits(static_cast<py::ssize_t>(s.table.accounts));
             for (std::size_t i = 0; i < s.table.accounts; ++i) out(bits)[i] = s.table.notes[i];
             return bits;
           })
      .def_property_readonly("basis", [](const PortfolioScore& s) { return s.table.basis; })
      .def_property_readonly(
          "value_basis",
          [](const PortfolioScore& s) { return s.table.value_in_margin ? "margin" : "revenue"; })
      .def_property_readonly("basis_events",
                             [](const PortfolioScore& s) { return s.table.basis_events; })
      .def_property_readonly("model_version",
                             [](const PortfolioScore& s) { return s.table.model_version; })
      .def_property_readonly("config_hash",
                             [](const PortfolioScore& s) { return s.table.config_hash; })
      .def_property_readonly("interval_level",
                             [](const PortfolioScore& s) { return s.table.interval_level; })
      .def("column_notes", [](const PortfolioScore& s) { return column_notes(s.table); })
      .def_property_readonly("concentration",
                             [](const PortfolioScore& s) { return s.portfolio.concentration; })
      .def_property_readonly("concentration_note",
                             [](const PortfolioScore& s) { return s.portfolio.note; })
      .def("report", [](const PortfolioScore& s) { return report_dict(s.report); });
  m.attr("STATUS_NAMES") = std::vector<std::string>{"ok", "insufficient", "invalid"};
  m.attr("NOTE_NAMES") = [] {
    std::vector<std::string> names;
    for (const char* name : scoring::row_note_names(~0u)) names.emplace_back(name);
    return names;
  }();
  m.def("score", &score_tables);
  m.def("changes", &changes_since);
  m.def("reason_text", [](const Profile& profile, std::size_t indicator, double points,
                          const std::string& language) {
    const auto& indicators = profile.scorecard().indicators();
    const auto& rules = profile.rules();
    const auto lang = language == "zh" ? value::Language::zh : value::Language::en;
    if (indicator < indicators.size()) {
      return value::reason_text(indicators[indicator], points, lang);
    }
    const std::size_t rule = indicator - indicators.size();
    return rule < rules.size() ? value::rule_text(rules[rule], points, lang)
                               : value::coverage_text(points, lang);
  });
}

}  // namespace kam::python
