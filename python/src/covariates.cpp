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

using Estimate =
    std::variant<CovariateEstimate<bgnbd::Parameters>, CovariateEstimate<mbgnbd::Parameters>,
                 CovariateEstimate<pareto_nbd::Parameters>>;

/// Of any base model.
class CovariateModel {
 public:
  CovariateModel(const std::string& kind, const std::array<double, 4>& base,
                 const std::vector<double>& order, const std::vector<double>& dropout,
                 const std::string& effect, const std::vector<double>& covariance) {
    const auto make = [&]<class Base>(Base) {
      estimate_ = CovariateEstimate<Base>{
          {Base::from_values(base), order, dropout, effect_of(effect)}, covariance};
    };
    if (kind == "bgnbd") {
      make(bgnbd::Parameters{});
    } else if (kind == "mbgnbd") {
      make(mbgnbd::Parameters{});
    } else {
      make(pareto_nbd::Parameters{});
    }
  }

  template <class Verb>
  py::tuple column(const Doubles& x, const Doubles& t_x, const Doubles& T,
                   const NamedColumns& order, const NamedColumns& dropout, const Verb& verb) const {
    const OrderColumns accounts{in(x), in(t_x), in(T)};
    const Views views(order, dropout);
    Doubles values = new_doubles(accounts.rows());
    const auto filled = out(values);
    const BatchReport report = [&] {
      const py::gil_scoped_release release;
      return std::visit(
          [&](const auto& e) { return verb(e.model, accounts, views.columns(), filled); },
          estimate_);
    }();
    return py::make_tuple(values, report_tuple(report));
  }

  /// Estimate, lo and hi.
  template <class Verb>
  py::tuple interval(const Doubles& x, const Doubles& t_x, const Doubles& T,
                     const NamedColumns& order, const NamedColumns& dropout,
                     const Verb& verb) const {
    const OrderColumns accounts{in(x), in(t_x), in(T)};
    const Views views(order, dropout);
    Doubles estimate = new_doubles(accounts.rows()), lo = new_doubles(accounts.rows()),
            hi = new_doubles(accounts.rows());
    const IntervalColumns filled{out(estimate), out(lo), out(hi)};
    const BatchReport report = [&] {
      const py::gil_scoped_release release;
      return std::visit([&](const auto& e) { return verb(e, accounts, views.columns(), filled); },
                        estimate_);
    }();
    return py::make_tuple(estimate, lo, hi, report_tuple(report));
  }

  [[nodiscard]] std::array<double, 4> individual_of(const std::vector<double>& z,
                                                    const std::vector<double>& w) const {
    return std::visit([&](const auto& e) { return individual(e.model, z, w).values(); }, estimate_);
  }

 private:
  Estimate estimate_;
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
  if (kind == "mbgnbd") {
    return run([&] { return mbgnbd::fit_covariates(accounts, views.columns(), options); });
  }
  return run([&] { return pareto_nbd::fit_covariates(accounts, views.columns(), options); });
}

/// A verb by name: (x, t_x, T, order covariates, drop-out covariates), after its own numbers.
template <class Class, class Verb, class... Numbers>
void bind_verb(Class& model, const char* name, Verb verb, std::tuple<Numbers...>) {
  model.def(name, [verb](const CovariateModel& m, Numbers... numbers, const Doubles& x,
                         const Doubles& t_x, const Doubles& T, const NamedColumns& z,
                         const NamedColumns& w) {
    return m.column(x, t_x, T, z, w, [&](const auto& p, auto rows, auto c, auto column) {
      return verb(p, numbers..., rows, c, column);
    });
  });
}

/// The same with an interval, whose level comes after the numbers.
template <class Class, class Verb, class... Numbers>
void bind_interval(Class& model, const char* name, Verb verb, std::tuple<Numbers...>) {
  model.def(name, [verb](const CovariateModel& m, Numbers... numbers, double level,
                         const Doubles& x, const Doubles& t_x, const Doubles& T,
                         const NamedColumns& z, const NamedColumns& w) {
    return m.interval(x, t_x, T, z, w, [&](const auto& e, auto rows, auto c, auto columns) {
      return verb(e, numbers..., level, rows, c, columns);
    });
  });
}

}  // namespace

void bind_covariates(py::module_& m) {
  m.def("fit_covariates", &fit_covariates);
  py::class_<CovariateModel> model(m, "CovariateModel");
  model
      .def(py::init<const std::string&, const std::array<double, 4>&, const std::vector<double>&,
                    const std::vector<double>&, const std::string&, const std::vector<double>&>())
      .def("individual", &CovariateModel::individual_of);
  constexpr std::tuple<> none;
  constexpr std::tuple<double> horizon;
  constexpr std::tuple<double, double> discounted;
  bind_verb(
      model, "log_likelihood", [](const auto&... a) { return log_likelihood(a...); }, none);
  bind_verb(
      model, "probability_alive", [](const auto&... a) { return probability_alive(a...); }, none);
  bind_verb(
      model, "probability_alive_at", [](const auto&... a) { return probability_alive_at(a...); },
      horizon);
  bind_verb(
      model, "probability_no_order", [](const auto&... a) { return probability_no_order(a...); },
      horizon);
  bind_verb(
      model, "expected_orders", [](const auto&... a) { return expected_orders(a...); }, horizon);
  bind_verb(
      model, "discounted_expected_orders",
      [](const auto&... a) { return discounted_expected_orders(a...); }, discounted);
  bind_interval(
      model, "probability_alive_interval", [](const auto&... a) { return probability_alive(a...); },
      none);
  bind_interval(
      model, "probability_no_order_interval",
      [](const auto&... a) { return probability_no_order(a...); }, horizon);
  bind_interval(
      model, "expected_orders_interval", [](const auto&... a) { return expected_orders(a...); },
      horizon);
}

}  // namespace kam::python
