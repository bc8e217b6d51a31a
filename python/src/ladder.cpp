/// The churn ladder: one answer for any number of losses.
#include <optional>

#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using OptionalDoubles = std::optional<Doubles>;
using scoring::LadderFile;

/// (mean, sd) per feature; infinity is no prior.
std::vector<churn::NormalPrior> priors_of(const std::vector<std::pair<double, double>>& pairs) {
  std::vector<churn::NormalPrior> priors;
  for (const auto& [mean, sd] : pairs) priors.push_back({mean, sd});
  return priors;
}

std::vector<churn::Sign> signs_of(const std::vector<int>& given) {
  std::vector<churn::Sign> signs;
  for (const int sign : given) {
    signs.push_back(sign > 0   ? churn::Sign::not_negative
                    : sign < 0 ? churn::Sign::not_positive
                               : churn::Sign::free);
  }
  return signs;
}

LadderFile fit_ladder(const std::string& schema, const std::vector<Doubles>& features,
                      const Doubles& outcome, const OptionalDoubles& weight,
                      const OptionalDoubles& account, double horizon_days, double base_rate,
                      double base_rate_sigma, const std::vector<std::pair<double, double>>& effects,
                      const std::vector<int>& signs, bool external, double minimum_events,
                      double ridge, std::size_t draws, std::uint64_t seed) {
  LadderFile file{.schema = value_or_raise(scoring::parse_churn_schema(schema)),
                  .horizon_days = horizon_days};
  const auto names = file.schema.terms();
  std::vector<Covariate> covariates;
  for (std::size_t j = 0; j < features.size(); ++j)
    covariates.push_back({names.at(j), in(features[j])});
  const auto priors = priors_of(effects);
  const auto directions = signs_of(signs);
  const churn::LadderOptions options{.base_rate = base_rate,
                                     .base_rate_sigma = base_rate_sigma,
                                     .effects = priors,
                                     .signs = directions,
                                     .external = external,
                                     .minimum_events = minimum_events,
                                     .ridge = ridge,
                                     .draws = draws,
                                     .seed = seed};
  file.model = value_or_raise(without_gil([&] {
    return churn::fit_ladder({covariates, in(outcome), in(weight), in(account)}, options);
  }));
  return file;
}

/// Estimate, lo, hi, basis (0 complete, 1 partial, 2 no features), report.
py::tuple probabilities(const LadderFile& file, const std::vector<Doubles>& features,
                        std::size_t rows, double level) {
  std::vector<std::span<const double>> columns;
  for (const Doubles& feature : features) columns.push_back(in(feature));
  Doubles estimate = new_doubles(rows), lo = new_doubles(rows), hi = new_doubles(rows);
  const IntervalColumns filled{out(estimate), out(lo), out(hi)};
  std::vector<churn::RowBasis> basis(rows);
  const BatchReport report = without_gil(
      [&] { return churn::churn_probability(file.model, columns, level, filled, basis); });
  py::array_t<std::int8_t> codes(static_cast<py::ssize_t>(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    codes.mutable_at(static_cast<py::ssize_t>(i)) = static_cast<std::int8_t>(basis[i]);
  }
  return py::make_tuple(estimate, lo, hi, codes, report_tuple(report));
}

}  // namespace

void bind_ladder(py::module_& m) {
  py::class_<LadderFile>(m, "ChurnLadder")
      .def_property_readonly("rung",
                             [](const LadderFile& f) { return churn::rung_name(f.model.rung); })
      .def_property_readonly("external", [](const LadderFile& f) { return f.model.external; })
      .def_property_readonly("accounts", [](const LadderFile& f) { return f.model.accounts; })
      .def_property_readonly("events", [](const LadderFile& f) { return f.model.events; })
      .def_property_readonly("draws", [](const LadderFile& f) { return f.model.draws; })
      .def_property_readonly("coefficients",
                             [](const LadderFile& f) { return f.model.coefficients; })
      .def_property_readonly("covariance", [](const LadderFile& f) { return f.model.covariance; })
      .def_property_readonly("calibration",
                             [](const LadderFile& f) {
                               const auto& c = f.model.calibration;
                               return std::make_pair(c.slope, c.intercept);
                             })
      .def_property_readonly("auc", [](const LadderFile& f) { return f.model.auc; })
      .def_property_readonly("log_loss", [](const LadderFile& f) { return f.model.log_loss; })
      .def_property_readonly("brier_skill", [](const LadderFile& f) { return f.model.brier_skill; })
      .def_property_readonly("rows_rejected",
                             [](const LadderFile& f) { return f.model.rows.rows_rejected; })
      .def_property_readonly("rows_incomplete",
                             [](const LadderFile& f) { return f.model.incomplete_rows; })
      .def_property_readonly("first_incomplete",
                             [](const LadderFile& f) { return f.model.first_incomplete; })
      .def_property_readonly("first_rejected",
                             [](const LadderFile& f) { return f.model.rows.first_rejected; })
      .def_property_readonly("unknown_outcomes",
                             [](const LadderFile& f) { return f.model.unknown_outcomes; })
      .def_property_readonly("warning", [](const LadderFile& f) { return f.model.warning; })
      .def_property_readonly("schema",
                             [](const LadderFile& f) { return scoring::to_json(f.schema); })
      .def_readonly("horizon_days", &LadderFile::horizon_days)
      .def("probabilities", &probabilities)
      .def("to_json", [](const LadderFile& f) { return scoring::to_json(f); });
  m.def("fit_ladder", &fit_ladder);
  m.def("parse_ladder",
        [](const std::string& text) { return value_or_raise(scoring::parse_ladder(text)); });
}

}  // namespace kam::python
