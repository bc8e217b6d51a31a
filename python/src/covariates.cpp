/// Order models with static covariates: one class, whatever the base model.
#include "binding.hpp"

#include <variant>

namespace kam::python {
namespace {

/// Name and values of each covariate.
using NamedColumns = std::vector<std::pair<std::string, Doubles>>;

DropoutEffect effect_of(const std::string& name) {
  if (name == "both") return DropoutEffect::both;
  if (name == "odds") return DropoutEffect::odds;
  throw py::value_error("`dropout_effect` must be both or odds, got '" + name + "'");
}

/// Views of named columns; keeps nothing alive.
class Views {
 public:
  Views(const NamedColumns& order, const NamedColumns& dropout)
      : order_(views(order)), dropout_(views(dropout)) {}
  [[nodiscard]] CovariateColumns columns() const { return {order_, dropout_}; }

 private:
  static std::vector<Covariate> views(const NamedColumns& columns) {
    std::vector<Covariate> result;
    for (const auto& [name, values] : columns) result.push_back({name, in(values)});
    return result;
  }
  std::vector<Covariate> order_, dropout_;
};

using Parameters = std::variant<bgnbd::CovariateParameters, mbgnbd::CovariateParameters>;

/// Parameters of either base model.
class CovariateModel {
 public:
  CovariateModel(const std::string& kind, const std::array<double, 4>& base,
                 const std::vector<double>& order, const std::vector<double>& dropout,
                 const std::string& effect) {
    if (kind == "bgnbd") {
      parameters_ = bgnbd::CovariateParameters{bgnbd::Parameters::from_values(base), order, dropout,
                                               effect_of(effect)};
    } else {
      parameters_ = mbgnbd::CovariateParameters{mbgnbd::Parameters::from_values(base), order,
                                                dropout, effect_of(effect)};
    }
  }
  explicit CovariateModel(Parameters parameters) : parameters_(std::move(parameters)) {}

  template <class Verb>
  py::tuple column(const Doubles& x, const Doubles& t_x, const Doubles& T,
                   const NamedColumns& order, const NamedColumns& dropout, const Verb& verb) const {
    const OrderColumns accounts{in(x), in(t_x), in(T)};
    const Views views(order, dropout);
    Doubles values = new_doubles(accounts.rows());
    const auto filled = out(values);
    const BatchReport report = [&] {
      const py::gil_scoped_release release;
      return std::visit([&](const auto& p) { return verb(p, accounts, views.columns(), filled); },
                        parameters_);
    }();
    return py::make_tuple(values, report_tuple(report));
  }

  [[nodiscard]] std::array<double, 4> individual_of(const std::vector<double>& z,
                                                    const std::vector<double>& w) const {
    return std::visit([&](const auto& p) { return individual(p, z, w).values(); }, parameters_);
  }

 private:
  Parameters parameters_;
};

template <class Fit>
py::dict fit_dict(const Fit& fit) {
  const auto base = fit.parameters.base.values();
  py::dict d;
  d["names"] = fit.names;
  d["base"] = std::vector<double>(base.begin(), base.end());
  d["order"] = fit.parameters.order;
  d["dropout"] = fit.parameters.dropout;
  d["standard_errors"] = fit.standard_errors;
  d["covariance"] = fit.covariance;
  d["log_likelihood"] = fit.log_likelihood;
  d["penalty"] = fit.penalty;
  d["stop_reason"] = stop_reason_name(fit.stop_reason);
  d["iterations"] = fit.iterations;
  d["accounts"] = fit.weight;
  d["events"] = fit.events;
  d["rows_rejected"] = fit.rows.rows_rejected;
  d["warning"] = fit.warning;
  return d;
}

py::dict fit_covariates(const std::string& kind, const Doubles& x, const Doubles& t_x,
                        const Doubles& T, const std::optional<Doubles>& weight,
                        const NamedColumns& order, const NamedColumns& dropout, double ridge,
                        const std::string& effect) {
  const OrderColumns accounts{in(x), in(t_x), in(T), in(weight)};
  const Views views(order, dropout);
  const CovariateFitOptions options{.ridge = ridge, .effect = effect_of(effect)};
  const auto run = [&](const auto& fit) {
    auto result = [&] {
      const py::gil_scoped_release release;
      return fit();
    }();
    return fit_dict(value_or_raise(std::move(result)));
  };
  if (kind == "bgnbd") {
    return run([&] { return bgnbd::fit_covariates(accounts, views.columns(), options); });
  }
  return run([&] { return mbgnbd::fit_covariates(accounts, views.columns(), options); });
}

}  // namespace

void bind_covariates(py::module_& m) {
  m.def("fit_covariates", &fit_covariates);
  py::class_<CovariateModel>(m, "CovariateModel")
      .def(py::init<const std::string&, const std::array<double, 4>&, const std::vector<double>&,
                    const std::vector<double>&, const std::string&>())
      .def("individual", &CovariateModel::individual_of)
      .def("log_likelihood",
           [](const CovariateModel& model, const Doubles& x, const Doubles& t_x, const Doubles& T,
              const NamedColumns& z, const NamedColumns& w) {
             return model.column(x, t_x, T, z, w,
                                 [](const auto& p, auto rows, auto c, auto column) {
                                   return log_likelihood(p, rows, c, column);
                                 });
           })
      .def("probability_alive",
           [](const CovariateModel& model, const Doubles& x, const Doubles& t_x, const Doubles& T,
              const NamedColumns& z, const NamedColumns& w) {
             return model.column(x, t_x, T, z, w,
                                 [](const auto& p, auto rows, auto c, auto column) {
                                   return probability_alive(p, rows, c, column);
                                 });
           })
      .def("probability_no_order",
           [](const CovariateModel& model, double horizon, const Doubles& x, const Doubles& t_x,
              const Doubles& T, const NamedColumns& z, const NamedColumns& w) {
             return model.column(x, t_x, T, z, w,
                                 [=](const auto& p, auto rows, auto c, auto column) {
                                   return probability_no_order(p, horizon, rows, c, column);
                                 });
           })
      .def("expected_orders", [](const CovariateModel& model, double horizon, const Doubles& x,
                                 const Doubles& t_x, const Doubles& T, const NamedColumns& z,
                                 const NamedColumns& w) {
        return model.column(x, t_x, T, z, w, [=](const auto& p, auto rows, auto c, auto column) {
          return expected_orders(p, horizon, rows, c, column);
        });
      });
}

}  // namespace kam::python
