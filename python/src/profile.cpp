#include "binding.hpp"

namespace kam::python {
namespace {

using scoring::Profile;

py::list bands_list(const std::vector<scoring::Band>& bands) {
  py::list list;
  for (const auto& band : bands) list.append(py::make_tuple(band.name, band.from));
  return list;
}

/// Highest first; `potential` last where there is one, with the growth it starts at.
py::list tiers_list(const Profile& profile) {
  py::list list;
  if (!profile.tiers) return list;
  const auto add = [&](std::int32_t tier, double from, bool potential) {
    const auto label = [&](value::Language language) {
      return std::string(profile.tiers->label(tier, language));
    };
    list.append(py::dict(py::arg("name") = std::string(profile.tiers->name(tier)),
                         py::arg("label_en") = label(value::Language::en),
                         py::arg("label_zh") = label(value::Language::zh), py::arg("from") = from,
                         py::arg("potential") = potential));
  };
  for (std::size_t t = 0; t < profile.tiers->tiers().size(); ++t) {
    add(static_cast<std::int32_t>(t), profile.tiers->tiers()[t].from, false);
  }
  if (profile.tiers->has_potential()) {
    add(profile.tiers->potential(), profile.tiers->spec().potential_from, true);
  }
  return list;
}

py::list classes_list(const Profile& profile) {
  py::list list;
  for (const auto& c : profile.classes) {
    list.append(py::dict(py::arg("id") = c.id,
                         py::arg("label_en") = c.label_en.empty() ? c.id : c.label_en,
                         py::arg("label_zh") = c.label_zh, py::arg("source") = c.source));
  }
  return list;
}

py::list matrices_list(const Profile& profile) {
  py::list list;
  for (const auto& matrix : profile.matrices) {
    const auto& m = matrix.spec();
    list.append(py::dict(py::arg("id") = m.id,
                         py::arg("label_en") = m.label_en.empty() ? m.id : m.label_en,
                         py::arg("label_zh") = m.label_zh, py::arg("x") = m.x, py::arg("y") = m.y,
                         py::arg("x_cuts") = m.x_cuts, py::arg("y_cuts") = m.y_cuts,
                         py::arg("cells") = m.cells, py::arg("source") = m.source));
  }
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
                               py::arg("part") = k.part, py::arg("feature") = k.feature,
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
  py::list rules;
  for (const auto& rule : profile.rules()) {
    rules.append(py::dict(py::arg("id") = rule.id,
                          py::arg("label_en") = rule.label_en.empty() ? rule.id : rule.label_en,
                          py::arg("label_zh") = rule.label_zh, py::arg("feature") = rule.feature,
                          py::arg("side") = rule.side == value::RuleSide::above ? "above" : "below",
                          py::arg("threshold") = rule.threshold,
                          py::arg("effect") = rule.effect == value::RuleEffect::cap     ? "cap"
                                              : rule.effect == value::RuleEffect::floor ? "floor"
                                                                                        : "veto",
                          py::arg("to") = rule.to, py::arg("source") = rule.source));
  }
  result["rules"] = rules;
  result["tiers"] = tiers_list(profile);
  result["classes"] = classes_list(profile);
  result["matrices"] = matrices_list(profile);
  result["dimensions"] = dimensions;
  result["indicators"] = indicators;
  return result;
}

}  // namespace

void bind_profile(py::module_& m) {
  py::class_<Profile>(m, "Profile")
      .def("to_dict", &profile_dict)
      .def("to_json", [](const Profile& p) { return scoring::to_json(p); });
  m.def("parse_profile", [](const std::string& toml, const std::string& source) {
    return value_or_raise(scoring::parse_profile(toml, source));
  });
  m.def("default_profile", [] { return value_or_raise(scoring::default_profile()); });
  m.def("default_profile_text", [] { return std::string(scoring::default_profile_text()); });
  m.def("shipped_profile_names", [] {
    const auto names = scoring::shipped_profile_names();
    return std::vector<std::string>(names.begin(), names.end());
  });
  m.def("shipped_profile_text",
        [](const std::string& name) { return std::string(scoring::shipped_profile_text(name)); });
  m.def("profile_schema_text", [] { return std::string(scoring::profile_schema_text()); });
}

}  // namespace kam::python
