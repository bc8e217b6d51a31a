/// Churn regressions: logistic and discrete-time hazard, their model file and its scorer.
#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using scoring::ChurnModel;
using scoring::ChurnScorer;
using OptionalDoubles = std::optional<Doubles>;
using Prior = std::pair<double, double>;

churn::Link link_of(const std::string& name) {
  if (name == "logit") return churn::Link::logit;
  if (name == "cloglog") return churn::Link::cloglog;
  throw StatusError{
      {StatusCode::invalid_argument, "`link` must be logit or cloglog, got '" + name + "'"}};
}

/// Covariates and options that stay alive during a fit.
struct Request {
  scoring::ChurnSchema schema;
  std::vector<std::string> names;
  std::vector<Covariate> covariates;
  std::vector<churn::NormalPrior> priors;
  std::vector<churn::Sign> signs;
  churn::RegressionOptions options;

  Request(const std::string& schema_json, const std::vector<Doubles>& terms, const py::dict& given)
      : schema(value_or_raise(scoring::parse_churn_schema(schema_json))), names(schema.terms()) {
    if (names.size() != terms.size())
      raise_unless_ok(size_mismatch("terms", names.size(), terms.size()));
    for (std::size_t j = 0; j < names.size(); ++j) covariates.push_back({names[j], in(terms[j])});
    options.link = link_of(given["link"].cast<std::string>());
    options.ridge = given["ridge"].cast<double>();
    options.robust = given["robust"].cast<bool>();
    const auto intercept = given["intercept_prior"].cast<std::optional<Prior>>();
    if (intercept) options.intercept_prior = {intercept->first, intercept->second};
    for (const auto& prior : given["priors"].cast<std::vector<std::optional<Prior>>>())
      priors.push_back(prior ? churn::NormalPrior{prior->first, prior->second}
                             : churn::NormalPrior{});
    for (const int sign : given["signs"].cast<std::vector<int>>())
      signs.push_back(static_cast<churn::Sign>(sign));
    options.priors = priors;
    options.signs = signs;
  }
};

ChurnModel fit_logistic(const std::string& schema, const std::vector<Doubles>& terms,
                        const Doubles& event, const OptionalDoubles& weight,
                        const OptionalDoubles& offset, const OptionalDoubles& cluster,
                        const py::dict& given) {
  const Request request(schema, terms, given);
  const churn::BinaryColumns columns{request.covariates, in(event), in(weight), in(offset),
                                     in(cluster)};
  auto fit =
      value_or_raise(without_gil([&] { return churn::fit_binary(columns, request.options); }));
  ChurnModel model = ChurnModel::from(fit, request.schema);
  model.ridge = request.options.ridge;
  return model;
}

ChurnModel fit_hazard(const std::string& schema, const std::vector<Doubles>& terms,
                      const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
                      const OptionalDoubles& weight, const OptionalDoubles& offset,
                      const OptionalDoubles& cluster, bool log_age, bool linear_age,
                      const std::vector<double>& steps, const py::dict& given) {
  const Request request(schema, terms, given);
  const churn::HazardColumns columns{{in(duration), in(event), in(entry), in(weight)},
                                     request.covariates,
                                     in(offset),
                                     in(cluster)};
  const churn::AgeTerms age{log_age, linear_age, steps};
  auto fit =
      value_or_raise(without_gil([&] { return churn::fit_hazard(columns, age, request.options); }));
  ChurnModel model = ChurnModel::from(fit, request.options.link, request.schema);
  model.ridge = request.options.ridge;
  return model;
}

/// The model with these calibrators instead of its own.
ChurnModel calibrated(const ChurnModel& model,
                      const std::vector<std::pair<double, scoring::Calibrator>>& by) {
  ChurnModel made = model;
  made.calibration.clear();
  for (const auto& [horizon, calibrator] : by) made.calibration.push_back({calibrator, horizon});
  raise_unless_ok(scoring::check_calibration(made));
  return made;
}

void bind_model(py::module_& m) {
  py::class_<ChurnModel>(m, "ChurnModel")
      .def_readonly("kind", &ChurnModel::kind)
      .def_property_readonly("link", [](const ChurnModel& e) { return churn::link_name(e.link); })
      .def_property_readonly("age_names", [](const ChurnModel& e) { return e.age.names(); })
      .def_property_readonly("schema",
                             [](const ChurnModel& e) { return scoring::to_json(e.schema); })
      .def_readonly("names", &ChurnModel::names)
      .def_readonly("coefficients", &ChurnModel::coefficients)
      .def_readonly("standard_errors", &ChurnModel::standard_errors)
      .def_readonly("covariance", &ChurnModel::covariance)
      .def_readonly("robust_standard_errors", &ChurnModel::robust_standard_errors)
      .def_readonly("robust_covariance", &ChurnModel::robust_covariance)
      .def_readonly("reference", &ChurnModel::reference)
      .def_readonly("aliased", &ChurnModel::aliased)
      .def_readonly("separating", &ChurnModel::separating)
      .def_readonly("at_bound", &ChurnModel::at_bound)
      .def_readonly("ridge", &ChurnModel::ridge)
      .def_readonly("log_likelihood", &ChurnModel::log_likelihood)
      .def_readonly("null_log_likelihood", &ChurnModel::null_log_likelihood)
      .def_readonly("penalty", &ChurnModel::penalty)
      .def_readonly("effective_parameters", &ChurnModel::effective_parameters)
      .def_property_readonly("aic", &ChurnModel::aic)
      .def_readonly("weight", &ChurnModel::weight)
      .def_readonly("events", &ChurnModel::events)
      .def_readonly("last_period", &ChurnModel::last_period)
      .def_readonly("rows_rejected", &ChurnModel::rows_rejected)
      .def_readonly("stop_reason", &ChurnModel::stop_reason)
      .def_readonly("iterations", &ChurnModel::iterations)
      .def_readonly("warning", &ChurnModel::warning)
      .def_property_readonly("calibration",
                             [](const ChurnModel& e) {
                               std::vector<std::pair<double, scoring::Calibrator>> out;
                               for (const auto& one : e.calibration)
                                 out.emplace_back(one.horizon, one.calibrator);
                               return out;
                             })
      .def("calibrated", &calibrated)
      .def("to_json", [](const ChurnModel& e) { return scoring::to_json(e); });
  m.def("parse_churn_model",
        [](const std::string& text) { return value_or_raise(scoring::parse_churn_model(text)); });
}

ChurnScorer::Verb verb_of(const std::string& name) {
  using Verb = ChurnScorer::Verb;
  if (name == "probability") return Verb::probability;
  if (name == "churn") return Verb::churn;
  if (name == "survival") return Verb::survival;
  if (name == "restricted_mean") return Verb::restricted_mean;
  return Verb::linear_predictor;
}

std::vector<std::span<const double>> spans_of(const std::vector<Doubles>& terms) {
  std::vector<std::span<const double>> spans;
  for (const Doubles& term : terms) spans.push_back(in(term));
  return spans;
}

py::tuple batch(const ChurnScorer& scorer, const std::string& verb,
                const std::vector<Doubles>& terms, std::size_t rows, const OptionalDoubles& tenure,
                double horizon) {
  const auto spans = spans_of(terms);
  return one_column(rows, [&](auto column) {
    return scorer.batch(verb_of(verb), spans, in(tenure), horizon, column);
  });
}

py::tuple batch_interval(const ChurnScorer& scorer, const std::string& verb,
                         const std::vector<Doubles>& terms, std::size_t rows,
                         const OptionalDoubles& tenure, double horizon, double level) {
  const auto spans = spans_of(terms);
  return three_columns(rows, [&](const IntervalColumns& columns) {
    return scorer.batch(verb_of(verb), spans, in(tenure), horizon, level, columns);
  });
}

py::tuple reasons(const ChurnScorer& scorer, const std::vector<Doubles>& terms, std::size_t rows,
                  const OptionalDoubles& tenure, double horizon) {
  const auto spans = spans_of(terms);
  const std::size_t k = terms.size();
  Doubles linear = new_doubles(rows * k), points = new_doubles(rows * k);
  Doubles p = new_doubles(rows), p_reference = new_doubles(rows);
  const ChurnScorer::Reasons columns{out(linear), out(points), out(p), out(p_reference)};
  const BatchReport report =
      without_gil([&] { return scorer.reasons(spans, in(tenure), horizon, columns); });
  return py::make_tuple(linear, points, p, p_reference, report_tuple(report));
}

void bind_scorer(py::module_& m) {
  py::class_<ChurnScorer>(m, "ChurnScorer")
      .def(py::init(
          [](const ChurnModel& model) { return value_or_raise(ChurnScorer::make(model)); }))
      .def("level", &ChurnScorer::level)
      .def("probability",
           [](const ChurnScorer& s, const Doubles& row) { return s.probability(in(row)); })
      .def("churn", [](const ChurnScorer& s, const Doubles& row, double tenure,
                       double horizon) { return s.churn(in(row), tenure, horizon); })
      .def("batch", &batch)
      .def("batch_interval", &batch_interval)
      .def("reasons", &reasons);
}

}  // namespace

void bind_churn(py::module_& m) {
  bind_model(m);  // before whoever returns one: signatures name the class
  m.def("fit_logistic", &fit_logistic);
  m.def("fit_hazard", &fit_hazard);
  bind_scorer(m);
}

}  // namespace kam::python
