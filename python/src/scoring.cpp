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

py::list bands_list(const std::vector<scoring::Band>& bands) {
  py::list list;
  for (const auto& band : bands) list.append(py::make_tuple(band.name, band.from));
  return list;
}

py::dict profile_dict(const Profile& profile) {
  py::list dimensions, indicators;
  const auto& card = profile.scorecard();
  for (std::size_t i = 0; i < card.dimensions().size(); ++i) {
    const auto& d = card.dimensions()[i];
    dimensions.append(py::dict(py::arg("id") = d.id, py::arg("label_en") = d.label_en,
                               py::arg("label_zh") = d.label_zh,
                               py::arg("weight") = card.dimension_weights()[i],
                               py::arg("minimum_coverage") = d.minimum_coverage));
  }
  for (std::size_t i = 0; i < card.indicators().size(); ++i) {
    const auto& k = card.indicators()[i];
    py::object anchors = py::none();
    if (const auto* bands = std::get_if<value::Bands>(&k.scale)) {
      py::list pairs;
      for (const auto& anchor : bands->anchors())
        pairs.append(py::make_tuple(anchor.x, anchor.score));
      anchors = pairs;
    }
    indicators.append(py::dict(py::arg("id") = k.id, py::arg("dimension") = k.dimension,
                               py::arg("feature") = k.feature,
                               py::arg("label_en") = k.label_en.empty() ? k.id : k.label_en,
                               py::arg("label_zh") = k.label_zh, py::arg("unit") = k.unit,
                               py::arg("weight") = card.indicator_weights()[i],
                               py::arg("bands") = anchors, py::arg("source") = k.source));
  }
  py::dict result;
  result["name"] = profile.name;
  result["description"] = profile.description;
  result["interval_level"] = profile.interval_level;
  result["occasion"] = time_unit_name(profile.orders.occasion);
  result["unit"] = time_unit_name(profile.orders.unit);
  result["order_model"] = profile.orders.model;
  result["minimum_repeat_orders"] = profile.orders.minimum_repeat_orders;
  result["concentration_measure"] = profile.concentration_measure;
  result["value_bands"] = bands_list(profile.value_bands);
  result["churn_bands"] = bands_list(profile.churn_bands);
  result["dimensions"] = dimensions;
  result["indicators"] = indicators;
  return result;
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

void bind_profile(py::module_& m) {
  py::class_<Profile>(m, "Profile")
      .def("to_dict", &profile_dict)
      .def("to_json", [](const Profile& p) { return scoring::to_json(p); });
  m.def("parse_profile", [](const std::string& toml, const std::string& source) {
    return value_or_raise(scoring::parse_profile(toml, source));
  });
  m.def("default_profile", [] { return value_or_raise(scoring::default_profile()); });
  m.def("default_profile_text", [] { return std::string(scoring::default_profile_text()); });
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
  bind_profile(m);
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
  m.def("reason_text", [](const Profile& profile, std::size_t indicator, double points,
                          const std::string& language) {
    const auto& indicators = profile.scorecard().indicators();
    const auto lang = language == "zh" ? value::Language::zh : value::Language::en;
    return indicator < indicators.size() ? value::reason_text(indicators[indicator], points, lang)
                                         : value::coverage_text(points, lang);
  });
}

}  // namespace kam::python
