/// Accelerated-failure-time regression.
#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using scoring::AftRecord;
using OptionalDoubles = std::optional<Doubles>;
using OptionalCodes = std::optional<Codes>;
using Columns = std::vector<Doubles>;

/// Covariates under the names of a model or a schema; both outlive the call.
std::vector<Covariate> covariates_of(const std::vector<std::string>& names,
                                     const Columns& columns) {
  if (names.size() != columns.size()) {
    raise_unless_ok(size_mismatch("covariates", names.size(), columns.size()));
  }
  std::vector<Covariate> list;
  for (std::size_t j = 0; j < names.size(); ++j) list.push_back({names[j], in(columns[j])});
  return list;
}

aft::Distribution distribution_of(const std::string& name) {
  for (const auto d : {aft::Distribution::weibull, aft::Distribution::log_normal,
                       aft::Distribution::log_logistic, aft::Distribution::exponential}) {
    if (name == aft::distribution_name(d)) return d;
  }
  throw py::value_error("unknown distribution '" + name + "'");
}

aft::Question question_of(const std::string& kind, double argument) {
  using Kind = aft::Question::Kind;
  if (kind == "churn_probability") return {Kind::churn_probability, argument};
  if (kind == "survival") return {Kind::survival, argument};
  if (kind == "remaining_quantile") return {Kind::remaining_quantile, argument};
  if (kind == "restricted_mean") return {Kind::restricted_mean, argument};
  throw py::value_error("unknown question '" + kind + "'");
}

py::tuple with_past(py::tuple values, const aft::LifeReport& report) {
  return values + py::make_tuple(report_tuple(report.rows), report.extrapolated);
}

/// Which answers lie past the largest observed duration.
py::array_t<bool> past_the_data(const aft::Model& model, const aft::Question& question,
                                std::span<const Covariate> covariates,
                                std::span<const double> tenure, std::span<const double> answers) {
  py::array_t<bool> flags(static_cast<py::ssize_t>(answers.size()));
  std::vector<double> locations(answers.size());
  raise_unless_ok(aft::locations(model, covariates, locations).status);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const aft::Lifetime life{model.distribution, locations[i], model.scale()};
    const double since = tenure.empty() ? 0 : tenure[i];
    flags.mutable_data()[i] = aft::extrapolates(model, life, question, since, answers[i]);
  }
  return flags;
}

AftRecord fit_aft(const std::string& distribution, const Doubles& duration, const Doubles& event,
                  const OptionalDoubles& entry, const OptionalDoubles& weight,
                  const std::vector<std::string>& names, const Columns& columns,
                  const OptionalCodes& cluster, double ridge, bool robust,
                  double zero_event_within) {
  const SurvivalColumns customers{in(duration), in(event), in(entry), in(weight)};
  const auto covariates = covariates_of(names, columns);
  const aft::Options options{.ridge = ridge,
                             .robust = robust,
                             .cluster = in(cluster),
                             .zero_event_within = zero_event_within};
  const auto d = distribution_of(distribution);
  AftRecord record;
  record.fit =
      value_or_raise(without_gil([&] { return aft::fit(d, customers, covariates, options); }));
  return record;
}

void bind_record(py::module_& m) {
  py::class_<AftRecord>(m, "AftRecord")
      .def_property_readonly(
          "distribution",
          [](const AftRecord& r) { return aft::distribution_name(r.fit.model.distribution); })
      .def_property_readonly("names", [](const AftRecord& r) { return r.fit.model.names; })
      .def_property_readonly("values",
                             [](const AftRecord& r) {
                               std::vector<double> values{r.fit.model.intercept()};
                               for (std::size_t j = 0; j < r.fit.model.covariates(); ++j) {
                                 values.push_back(r.fit.model.coefficient(j));
                               }
                               values.push_back(r.fit.model.log_scale);
                               return values;
                             })
      .def_property_readonly("standard_errors",
                             [](const AftRecord& r) { return r.fit.model.standard_errors(); })
      .def_property_readonly(
          "covariance",
          [](const AftRecord& r) { return to_array(r.fit.model.natural_covariance()); })
      .def_property_readonly("longest", [](const AftRecord& r) { return r.fit.model.longest; })
      .def_property_readonly("location", [](const AftRecord& r) { return r.fit.model.location; })
      .def_property_readonly("log_likelihood",
                             [](const AftRecord& r) { return r.fit.log_likelihood; })
      .def_property_readonly("null_log_likelihood",
                             [](const AftRecord& r) { return r.fit.null_log_likelihood; })
      .def_property_readonly("aic", [](const AftRecord& r) { return r.fit.aic(); })
      .def_property_readonly("free", [](const AftRecord& r) { return r.fit.free; })
      .def_property_readonly("converged", [](const AftRecord& r) { return r.fit.converged(); })
      .def_property_readonly("stop_reason",
                             [](const AftRecord& r) { return stop_reason_name(r.fit.stop_reason); })
      .def_property_readonly("iterations", [](const AftRecord& r) { return r.fit.iterations; })
      .def_property_readonly("weight", [](const AftRecord& r) { return r.fit.weight; })
      .def_property_readonly("events", [](const AftRecord& r) { return r.fit.events; })
      .def_property_readonly("warning", [](const AftRecord& r) { return r.fit.warning; })
      .def_property_readonly("rows", [](const AftRecord& r) { return report_tuple(r.fit.rows); })
      .def_readwrite("concordance", &AftRecord::concordance)
      .def_readwrite("unit", &AftRecord::unit)
      .def_readwrite("schema", &AftRecord::schema)
      .def("to_json", [](const AftRecord& r) { return value_or_raise(scoring::to_json(r)); });
  m.def("parse_aft",
        [](const std::string& text) { return value_or_raise(scoring::parse_aft(text)); });
}

}  // namespace

void bind_aft(py::module_& m) {
  bind_record(m);
  m.def("fit_aft", &fit_aft);
  m.def("aft_predict", [](const AftRecord& r, const std::string& kind, double argument,
                          const Columns& columns, const OptionalDoubles& tenure, std::size_t rows) {
    const aft::Question question = question_of(kind, argument);
    const auto covariates = covariates_of(r.fit.model.names, columns);
    Doubles values = new_doubles(rows);
    const auto column = out(values);
    const auto report = without_gil([&] {
      return aft::predict(r.fit.model, question, {covariates, in(tenure)}, column);
    });
    return with_past(py::make_tuple(values), report);
  });
  m.def("aft_predict_interval", [](const AftRecord& r, const std::string& kind, double argument,
                                   double level, const Columns& columns,
                                   const OptionalDoubles& tenure, std::size_t rows) {
    const aft::Question question = question_of(kind, argument);
    const auto covariates = covariates_of(r.fit.model.names, columns);
    Doubles estimate = new_doubles(rows), lo = new_doubles(rows), hi = new_doubles(rows);
    const IntervalColumns interval{out(estimate), out(lo), out(hi)};
    const auto report = without_gil([&] {
      return aft::predict(r.fit.model, question, level, {covariates, in(tenure)}, interval);
    });
    const auto past = past_the_data(r.fit.model, question, covariates, in(tenure), in(estimate));
    return with_past(py::make_tuple(estimate, lo, hi, past), report);
  });
  m.def("aft_locations", [](const AftRecord& r, const Columns& columns, std::size_t rows) {
    const auto covariates = covariates_of(r.fit.model.names, columns);
    return one_column(rows,
                      [&](auto column) { return aft::locations(r.fit.model, covariates, column); });
  });
  m.def("aft_survival",
        [](const AftRecord& r, const Doubles& times, const Columns& columns, std::size_t rows) {
          const auto covariates = covariates_of(r.fit.model.names, columns);
          Doubles values = new_doubles(rows * in(times).size());
          const auto column = out(values);
          const auto report = without_gil([&] {
            return aft::survival_curves(r.fit.model, in(times), covariates, rows, column);
          });
          return with_past(py::make_tuple(values), report);
        });
}

}  // namespace kam::python
