/// Discrete-time models: BG/BB for orders, sBG and BdW for renewals.
#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using scoring::Estimate;
using OptionalDoubles = std::optional<Doubles>;

template <class FitResult>
Estimate record(const std::string& kind, const Result<FitResult>& fit) {
  return Estimate::from(kind, TimeUnit::week, value_or_raise(fit));  // the unit is the period
}

Estimate given_in_periods(const std::string& kind, const std::vector<double>& values) {
  const auto make = [&]<class Parameters>(Parameters) {
    std::array<double, Parameters::kCount> v{};
    for (std::size_t i = 0; i < v.size() && i < values.size(); ++i) v[i] = values[i];
    return Estimate::given(kind, TimeUnit::week, Parameters::from_values(v));
  };
  if (kind == "bgbb") {
    Estimate estimate = make(bgbb::Parameters{});
    value_or_raise(estimate.bgbb_parameters());
    return estimate;
  }
  if (kind == "sbg") {
    Estimate estimate = make(sbg::Parameters{});
    value_or_raise(estimate.sbg_parameters());
    return estimate;
  }
  Estimate estimate = make(bdw::Parameters{});
  value_or_raise(estimate.bdw_parameters());
  return estimate;
}

// ---- BG/BB --------------------------------------------------------------------------------------

bgbb::Parameters bgbb_of(const Estimate& e) {
  return value_or_raise(e.bgbb_parameters());
}
bgbb::Estimate bgbb_estimate(const Estimate& e) {
  return {bgbb_of(e), e.log_covariance};
}

/// Binds `name` and `name`_interval, verbs of one argument besides the columns.
template <class Verb, class IntervalVerb>
void bind_period_verb(py::module_& m, const char* name, const Verb& verb,
                      const IntervalVerb& interval) {
  m.def(("bgbb_" + std::string(name)).c_str(), [verb](const Estimate& e, double argument,
                                                      const Doubles& x, const Doubles& t_x,
                                                      const Doubles& n) {
    const auto p = bgbb_of(e);
    const PeriodColumns accounts{in(x), in(t_x), in(n)};
    return one_column(accounts.rows(), [&](auto out) { return verb(p, argument, accounts, out); });
  });
  m.def(("bgbb_" + std::string(name) + "_interval").c_str(),
        [interval](const Estimate& e, double argument, double level, const Doubles& x,
                   const Doubles& t_x, const Doubles& n) {
          const auto estimate = bgbb_estimate(e);
          const PeriodColumns accounts{in(x), in(t_x), in(n)};
          return three_columns(accounts.rows(), [&](auto out) {
            return interval(estimate, argument, level, accounts, out);
          });
        });
}

void bind_bgbb(py::module_& m) {
  m.def("fit_bgbb",
        [](const Doubles& x, const Doubles& t_x, const Doubles& n, const OptionalDoubles& weight) {
          const PeriodColumns accounts{in(x), in(t_x), in(n), in(weight)};
          return record("bgbb", without_gil([&] { return bgbb::fit(accounts); }));
        });
  m.def("bgbb_log_likelihood",
        [](const Estimate& e, const Doubles& x, const Doubles& t_x, const Doubles& n) {
          const auto p = bgbb_of(e);
          return one_column(in(x).size(), [&](auto out) {
            return bgbb::log_likelihood(p, {in(x), in(t_x), in(n)}, out);
          });
        });
  bind_period_verb(
      m, "probability_alive",
      [](const auto& p, double a, const auto& c, auto o) {
        return bgbb::probability_alive(p, a, c, o);
      },
      [](const auto& e, double a, double level, const auto& c, const auto& o) {
        return bgbb::probability_alive(e, a, level, c, o);
      });
  bind_period_verb(
      m, "expected_orders",
      [](const auto& p, double a, const auto& c, auto o) {
        return bgbb::expected_orders(p, a, c, o);
      },
      [](const auto& e, double a, double level, const auto& c, const auto& o) {
        return bgbb::expected_orders(e, a, level, c, o);
      });
  bind_period_verb(
      m, "probability_no_order",
      [](const auto& p, double a, const auto& c, auto o) {
        return bgbb::probability_no_order(p, a, c, o);
      },
      [](const auto& e, double a, double level, const auto& c, const auto& o) {
        return bgbb::probability_no_order(e, a, level, c, o);
      });
  m.def("bgbb_discounted_expected_orders", [](const Estimate& e, double periods, double discount,
                                              const Doubles& x, const Doubles& t_x,
                                              const Doubles& n) {
    const auto p = bgbb_of(e);
    return one_column(in(x).size(), [&](auto out) {
      return bgbb::discounted_expected_orders(p, periods, discount, {in(x), in(t_x), in(n)}, out);
    });
  });
  m.def("bgbb_expected_orders_new",
        [](const Estimate& e, double n) { return bgbb::expected_orders_new(bgbb_of(e), n); });
  m.def("bgbb_probability_of_orders_new", [](const Estimate& e, double x, double n) {
    return bgbb::probability_of_orders_new(bgbb_of(e), x, n);
  });
  m.def("bgbb_simulate", [](const Estimate& e, const Doubles& periods, std::uint64_t seed) {
    Doubles x = new_doubles(in(periods).size()), t_x = new_doubles(in(periods).size());
    raise_unless_ok(bgbb::simulate(bgbb_of(e), in(periods), seed, out(x), out(t_x)));
    return py::make_tuple(x, t_x);
  });
}

// ---- sBG and BdW --------------------------------------------------------------------------------

/// Calls body(parameters) with the parameters of either model.
template <class Body>
auto with_renewal_model(const Estimate& e, const Body& body) {
  return e.kind == "bdw" ? body(value_or_raise(e.bdw_parameters()))
                         : body(value_or_raise(e.sbg_parameters()));
}

sbg::Estimate estimate_of(const sbg::Parameters& p, const Estimate& e) {
  return {p, e.log_covariance};
}
bdw::Estimate estimate_of(const bdw::Parameters& p, const Estimate& e) {
  return {p, e.log_covariance};
}

void bind_renewal_fits(py::module_& m) {
  m.def("fit_renewals", [](const std::string& kind, const Doubles& duration, const Doubles& event,
                           const OptionalDoubles& entry, const OptionalDoubles& weight) {
    const RenewalColumns customers{in(duration), in(event), in(entry), in(weight)};
    if (kind == "bdw") return record(kind, without_gil([&] { return bdw::fit(customers); }));
    return record(kind, without_gil([&] { return sbg::fit(customers); }));
  });
  m.def("fit_cohort", [](const std::string& kind, const Doubles& active) {
    if (kind == "bdw") return record(kind, bdw::fit_cohort(in(active)));
    return record(kind, sbg::fit_cohort(in(active)));
  });
}

void bind_renewal_scalars(py::module_& m) {
  m.def("renewal_curve", [](const Estimate& e, const std::string& what, const Doubles& t) {
    return with_renewal_model(e, [&](const auto& p) {
      Doubles values = new_doubles(in(t).size());
      for (std::size_t i = 0; i < in(t).size(); ++i) {
        const double at = in(t)[i];
        out(values)[i] = what == "survival"    ? survival(p, at)
                         : what == "retention" ? retention(p, at)
                                               : hazard(p, at);
      }
      return values;
    });
  });
  m.def("renewal_lifetime", [](const Estimate& e, double discount) {
    return with_renewal_model(e, [&](const auto& p) {
      return discount == 0 ? expected_lifetime(p) : discounted_lifetime(p, discount);
    });
  });
  m.def("simulate_renewals", [](const Estimate& e, const Doubles& periods, std::uint64_t seed) {
    Doubles duration = new_doubles(in(periods).size()), event = new_doubles(in(periods).size());
    raise_unless_ok(with_renewal_model(e, [&](const auto& p) {
      return simulate(p, in(periods), seed, out(duration), out(event));
    }));
    return py::make_tuple(duration, event);
  });
}

void bind_renewal_verbs(py::module_& m) {
  m.def("renewal_log_likelihood", [](const Estimate& e, const Doubles& duration,
                                     const Doubles& event, const OptionalDoubles& entry) {
    const RenewalColumns customers{in(duration), in(event), in(entry)};
    return with_renewal_model(e, [&](const auto& p) {
      return one_column(customers.rows(),
                        [&](auto column) { return log_likelihood(p, customers, column); });
    });
  });
  m.def("renewal_churn", [](const Estimate& e, double periods, const Doubles& n) {
    return with_renewal_model(e, [&](const auto& p) {
      return one_column(in(n).size(),
                        [&](auto c) { return churn_probability(p, periods, in(n), c); });
    });
  });
  m.def("renewal_churn_interval",
        [](const Estimate& e, double periods, double level, const Doubles& n) {
          return with_renewal_model(e, [&](const auto& p) {
            return three_columns(in(n).size(), [&](auto c) {
              return churn_probability(estimate_of(p, e), periods, level, in(n), c);
            });
          });
        });
  m.def("renewal_survival", [](const Estimate& e, double periods, const Doubles& n) {
    return with_renewal_model(e, [&](const auto& p) {
      return one_column(in(n).size(), [&](auto c) { return survival(p, periods, in(n), c); });
    });
  });
  m.def("renewal_residual",
        [](const Estimate& e, double periods, double discount, const Doubles& n) {
          return with_renewal_model(e, [&](const auto& p) {
            return one_column(in(n).size(), [&](auto c) {
              return discounted_residual(p, periods, discount, in(n), c);
            });
          });
        });
  m.def("renewal_residual_interval",
        [](const Estimate& e, double periods, double discount, double level, const Doubles& n) {
          return with_renewal_model(e, [&](const auto& p) {
            return three_columns(in(n).size(), [&](auto c) {
              return discounted_residual(estimate_of(p, e), periods, discount, level, in(n), c);
            });
          });
        });
}

}  // namespace

void bind_discrete(py::module_& m) {
  m.def("given_in_periods", &given_in_periods);
  bind_bgbb(m);
  bind_renewal_fits(m);
  bind_renewal_scalars(m);
  bind_renewal_verbs(m);
}

}  // namespace kam::python
