/// Order and spend models: one record type (Estimate), plain functions on it.
#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using scoring::Estimate;
using OptionalDoubles = std::optional<Doubles>;

TimeUnit unit_of(const std::string& name) {
  return value_or_raise(parse_time_unit(name));
}

OrderColumns orders(const Doubles& frequency, const Doubles& recency, const Doubles& age,
                    const OptionalDoubles& weight = {}, const OptionalDoubles& log_gaps = {}) {
  return {in(frequency), in(recency), in(age), in(weight), in(log_gaps)};
}

/// {"order_rate": (median, sigma) or None, …}: a name left out keeps its default.
std::optional<OrderPrior> prior_of(const std::optional<py::dict>& beliefs) {
  if (!beliefs) return {};
  OrderPrior prior;
  const auto take = [&](const char* name, std::optional<Belief>& belief) {
    if (!beliefs->contains(name)) return;
    const auto pair = (*beliefs)[name].cast<std::optional<std::pair<double, double>>>();
    belief = pair ? std::optional(Belief{pair->first, pair->second}) : std::nullopt;
  };
  take("order_rate", prior.order_rate);
  take("dropout", prior.dropout);
  take("rate_heterogeneity", prior.rate_heterogeneity);
  take("dropout_heterogeneity", prior.dropout_heterogeneity);
  return prior;
}

Estimate fit_orders(const std::string& kind, const Doubles& frequency, const Doubles& recency,
                    const Doubles& age, const OptionalDoubles& weight, const std::string& unit_name,
                    const std::optional<std::vector<double>>& start,
                    const std::optional<py::dict>& beliefs, int threads) {
  const TimeUnit unit = unit_of(unit_name);
  const OrderColumns columns = orders(frequency, recency, age, weight);
  const auto fitted = [&]<class Parameters>(Parameters, const auto& fit) {
    FitOptions<Parameters> options;
    if (start) {
      std::array<double, Parameters::kCount> values{};
      if (start->size() != values.size()) throw py::value_error("`start` has the wrong length");
      std::copy(start->begin(), start->end(), values.begin());
      options.start = Parameters::from_values(values);
    }
    if constexpr (std::is_same_v<typename PriorOf<Parameters>::type, OrderPrior>) {
      options.prior = prior_of(beliefs);
    }
    return Estimate::from(kind, unit, value_or_raise(without_gil(threads, [&](const Executor& e) {
                            return fit(columns, options, e);
                          })));
  };
  if (kind == "bgnbd")
    return fitted(bgnbd::Parameters{}, [](const auto& c, const auto& o, const Executor& e) {
      return bgnbd::fit(c, o, e);
    });
  if (kind == "pareto_nbd")
    return fitted(pareto_nbd::Parameters{}, [](const auto& c, const auto& o, const Executor& e) {
      return pareto_nbd::fit(c, o, e);
    });
  if (kind == "nbd")
    return fitted(nbd::Parameters{}, [](const auto& c, const auto& o, const Executor& e) {
      return nbd::fit(c, o, e);
    });
  return fitted(mbgnbd::Parameters{}, [](const auto& c, const auto& o, const Executor& e) {
    return mbgnbd::fit(c, o, e);
  });
}

/// BG/CNBD-k or MBG/CNBD-k at `k`, or at the best of 1 to `most_phases`.
Estimate fit_phases(const std::string& kind, std::optional<int> k, int most_phases,
                    const Doubles& frequency, const Doubles& recency, const Doubles& age,
                    const OptionalDoubles& log_gaps, const OptionalDoubles& weight,
                    const std::string& unit_name, const std::optional<std::vector<double>>& start,
                    int start_phases, const std::optional<py::dict>& beliefs, int threads) {
  const TimeUnit unit = unit_of(unit_name);
  const OrderColumns columns = orders(frequency, recency, age, weight, log_gaps);
  const auto answer = [&]<class Parameters>(Parameters, const auto& at_k, const auto& over_k) {
    FitOptions<Parameters> options{.prior = prior_of(beliefs)};
    if (start) {
      const int phases = k.value_or(start_phases);
      options.start = Parameters{start->at(0), start->at(1) * start_phases / phases, start->at(2),
                                 start->at(3), phases};
    }
    const auto with = [&](const auto& fit, int phases) {
      return Estimate::from(kind, unit, value_or_raise(without_gil(threads, [&](const Executor& e) {
                              return fit(columns, phases, options, e);
                            })));
    };
    return k ? with(at_k, *k) : with(over_k, most_phases);
  };
  if (kind == "bgcnbd") {
    return answer(
        bgcnbd::Parameters{},
        [](const auto& c, int at, const auto& o, const Executor& e) {
          return bgcnbd::fit(c, at, o, e);
        },
        [](const auto& c, int most, const auto& o, const Executor& e) {
          return bgcnbd::fit_k(c, most, o, e);
        });
  }
  return answer(
      mbgcnbd::Parameters{},
      [](const auto& c, int at, const auto& o, const Executor& e) {
        return mbgcnbd::fit(c, at, o, e);
      },
      [](const auto& c, int most, const auto& o, const Executor& e) {
        return mbgcnbd::fit_k(c, most, o, e);
      });
}

Estimate fit_spend(const Doubles& frequency, const Doubles& monetary_value,
                   const OptionalDoubles& weight, const std::string& unit_name, int threads) {
  const SpendColumns columns{in(frequency), in(monetary_value), in(weight)};
  return Estimate::from("gamma_gamma", unit_of(unit_name),
                        value_or_raise(without_gil(threads, [&](const Executor& e) {
                          return gamma_gamma::fit(columns, {}, e);
                        })));
}

Estimate given(const std::string& kind, const std::vector<double>& values,
               const std::string& unit_name, int phases) {
  const TimeUnit unit = unit_of(unit_name);
  const auto make = [&]<class Parameters>(Parameters) {
    std::array<double, Parameters::kCount> v{};
    for (std::size_t i = 0; i < v.size() && i < values.size(); ++i) v[i] = values[i];
    return Estimate::given(kind, unit, Parameters::from_values(v));
  };
  Estimate estimate = kind == "bgnbd"        ? make(bgnbd::Parameters{})
                      : kind == "mbgnbd"     ? make(mbgnbd::Parameters{})
                      : kind == "pareto_nbd" ? make(pareto_nbd::Parameters{})
                      : kind == "nbd"        ? make(nbd::Parameters{})
                      : kind == "bgcnbd"     ? make(bgcnbd::Parameters{})
                      : kind == "mbgcnbd"    ? make(mbgcnbd::Parameters{})
                                             : make(gamma_gamma::Parameters{});
  estimate.phases = phases;
  raise_unless_ok(kind == "gamma_gamma" ? [&] {
    auto r = estimate.spend_estimate();
    return r ? Status{} : r.error();
  }()
                                        : [&] {
                                            auto r = estimate.order_estimate();
                                            return r ? Status{} : r.error();
                                          }());
  return estimate;
}

OrderEstimate order_estimate(const Estimate& estimate) {
  return value_or_raise(estimate.order_estimate());
}
SpendEstimate spend_estimate(const Estimate& estimate) {
  return value_or_raise(estimate.spend_estimate());
}

void bind_estimate(py::module_& m) {
  py::class_<Estimate>(m, "Estimate")
      .def_readonly("kind", &Estimate::kind)
      .def_property_readonly("unit", &Estimate::unit_name)
      .def_readonly("names", &Estimate::names)
      .def_readonly("values", &Estimate::values)
      .def_readonly("standard_errors", &Estimate::standard_errors)
      .def_readonly("log_covariance", &Estimate::log_covariance)
      .def_readonly("log_likelihood", &Estimate::log_likelihood)
      .def_readonly("log_prior", &Estimate::log_prior)
      .def_readonly("prior_weight", &Estimate::prior_weight)
      .def_readonly("stop_reason", &Estimate::stop_reason)
      .def_property_readonly("converged", &Estimate::converged)
      .def_readonly("iterations", &Estimate::iterations)
      .def_readonly("accounts", &Estimate::accounts)
      .def_readonly("events", &Estimate::events)
      .def_readonly("rows_rejected", &Estimate::rows_rejected)
      .def_readonly("longest", &Estimate::longest)
      .def_readonly("warning", &Estimate::warning)
      .def_readonly("phases", &Estimate::phases)
      .def_readonly("k_profile", &Estimate::k_profile)
      .def("to_json", [](const Estimate& e) { return scoring::to_json(e); });
  m.def("parse_estimate",
        [](const std::string& json) { return value_or_raise(scoring::parse_estimate(json)); });
  m.def("fit_orders", &fit_orders);
  m.def("fit_phases", &fit_phases);
  m.def("fit_spend", &fit_spend);
  m.def("given", &given);
}

void bind_order_verbs(py::module_& m) {
  m.def("log_likelihood", [](const Estimate& e, const Doubles& x, const Doubles& t_x,
                             const Doubles& T, const OptionalDoubles& log_gaps, int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return log_likelihood(model, orders(x, t_x, T, {}, log_gaps), column, with);
    });
  });
  m.def("probability_alive",
        [](const Estimate& e, const Doubles& x, const Doubles& t_x, const Doubles& T, int threads) {
          const auto model = order_estimate(e).model;
          return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
            return probability_alive(model, orders(x, t_x, T), column, with);
          });
        });
  m.def("probability_alive_interval", [](const Estimate& e, double level, const Doubles& x,
                                         const Doubles& t_x, const Doubles& T, int threads) {
    const auto estimate = order_estimate(e);
    return three_columns(in(x).size(), threads, [&](auto columns, const Executor& with) {
      return probability_alive(estimate, level, orders(x, t_x, T), columns, with);
    });
  });
  m.def("probability_no_order", [](const Estimate& e, double horizon, const Doubles& x,
                                   const Doubles& t_x, const Doubles& T, int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return probability_no_order(model, horizon, orders(x, t_x, T), column, with);
    });
  });
  m.def("probability_no_order_interval",
        [](const Estimate& e, double horizon, double level, const Doubles& x, const Doubles& t_x,
           const Doubles& T, int threads) {
          const auto estimate = order_estimate(e);
          return three_columns(in(x).size(), threads, [&](auto columns, const Executor& with) {
            return probability_no_order(estimate, horizon, level, orders(x, t_x, T), columns, with);
          });
        });
  m.def("expected_orders", [](const Estimate& e, double horizon, const Doubles& x,
                              const Doubles& t_x, const Doubles& T, int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return expected_orders(model, horizon, orders(x, t_x, T), column, with);
    });
  });
  m.def("expected_orders_interval",
        [](const Estimate& e, double horizon, double level, const Doubles& x, const Doubles& t_x,
           const Doubles& T, int threads) {
          const auto estimate = order_estimate(e);
          return three_columns(in(x).size(), threads, [&](auto columns, const Executor& with) {
            return expected_orders(estimate, horizon, level, orders(x, t_x, T), columns, with);
          });
        });
  m.def("discounted_expected_orders", [](const Estimate& e, double horizon, double delta,
                                         const Doubles& x, const Doubles& t_x, const Doubles& T,
                                         int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return discounted_expected_orders(model, horizon, delta, orders(x, t_x, T), column, with);
    });
  });
  m.def("probability_alive_at", [](const Estimate& e, double horizon, const Doubles& x,
                                   const Doubles& t_x, const Doubles& T, int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return probability_alive_at(model, horizon, orders(x, t_x, T), column, with);
    });
  });
  m.def("probability_of_orders", [](const Estimate& e, double n, double horizon, const Doubles& x,
                                    const Doubles& t_x, const Doubles& T, int threads) {
    const auto model = order_estimate(e).model;
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return probability_of_orders(model, n, horizon, orders(x, t_x, T), column, with);
    });
  });
  m.def("probability_of_orders_new", [](const Estimate& e, double n, double horizon) {
    return probability_of_orders_new(order_estimate(e).model, n, horizon);
  });
  m.def("expected_orders_new", [](const Estimate& e, double horizon) {
    return expected_orders_new(order_estimate(e).model, horizon);
  });
  m.def("simulate", [](const Estimate& e, const Doubles& age, std::uint64_t seed) {
    Doubles frequency = new_doubles(in(age).size()), recency = new_doubles(in(age).size()),
            log_gaps = new_doubles(in(age).size());
    raise_unless_ok(simulate(order_estimate(e).model, in(age), seed, out(frequency), out(recency),
                             {}, out(log_gaps)));
    return py::make_tuple(frequency, recency, log_gaps);
  });
}

LifetimeValueOptions value_options(const Estimate& e, double years, double discount,
                                   double margin) {
  LifetimeValueOptions options{.years = years, .discount = discount, .margin = margin};
  options.unit = e.unit;
  return options;
}

void bind_spend_verbs(py::module_& m) {
  m.def("expected_spend",
        [](const Estimate& e, const Doubles& x, const Doubles& value, int threads) {
          const auto model = spend_estimate(e).model;
          return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
            return gamma_gamma::expected_spend(model, {in(x), in(value)}, column, with);
          });
        });
  m.def("expected_spend_interval",
        [](const Estimate& e, double level, const Doubles& x, const Doubles& value, int threads) {
          const auto estimate = spend_estimate(e);
          return three_columns(in(x).size(), threads, [&](auto columns, const Executor& with) {
            return gamma_gamma::expected_spend(estimate.model, estimate.log_covariance, level,
                                               {in(x), in(value)}, columns, with);
          });
        });
  m.def("spend_log_likelihood",
        [](const Estimate& e, const Doubles& x, const Doubles& value, int threads) {
          const auto model = spend_estimate(e).model;
          return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
            return gamma_gamma::log_likelihood(model, {in(x), in(value)}, column, with);
          });
        });
  m.def("effective_annual_rate", [](double rate, int compounding) {
    return effective_annual_rate(rate, static_cast<Compounding>(compounding));
  });
  m.def("years_of_months", &years_of_months);
  m.def("lifetime_value", [](const Estimate& order, const Estimate& spend, double years,
                             double discount, double margin, const Doubles& x, const Doubles& t_x,
                             const Doubles& T, const Doubles& value, int threads) {
    const auto order_model = order_estimate(order).model;
    const auto spend_model = spend_estimate(spend).model;
    const ValueColumns accounts{orders(x, t_x, T), in(value)};
    const auto options = value_options(order, years, discount, margin);
    return one_column(in(x).size(), threads, [&](auto column, const Executor& with) {
      return lifetime_value(order_model, spend_model, accounts, options, column, with);
    });
  });
  m.def("lifetime_value_interval",
        [](const Estimate& order, const Estimate& spend, double years, double discount,
           double margin, double level, const Doubles& x, const Doubles& t_x, const Doubles& T,
           const Doubles& value, int threads) {
          const auto oe = order_estimate(order);
          const auto se = spend_estimate(spend);
          const ValueColumns accounts{orders(x, t_x, T), in(value)};
          const auto options = value_options(order, years, discount, margin);
          return three_columns(in(x).size(), threads, [&](auto columns, const Executor& with) {
            return lifetime_value(oe, se, level, accounts, options, columns, with);
          });
        });
}

}  // namespace

void bind_models(py::module_& m) {
  bind_estimate(m);
  bind_order_verbs(m);
  bind_spend_verbs(m);
}

}  // namespace kam::python
