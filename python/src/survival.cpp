/// Kaplan-Meier, log-rank, Cox and their evaluation.
#include "binding.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

using OptionalDoubles = std::optional<Doubles>;
using OptionalCodes = std::optional<Codes>;

SurvivalColumns rows_of(const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
                        const OptionalDoubles& weight) {
  return {in(duration), in(event), in(entry), in(weight)};
}

// ---- curves -------------------------------------------------------------------------------------

SurvivalCurve given_curve(const Doubles& time, const Doubles& at_risk, const Doubles& deaths,
                          const Doubles& survival, const Doubles& greenwood, const Doubles& hazard,
                          const Doubles& hazard_variance, double longest, double weight,
                          double events) {
  SurvivalCurve c;
  const auto fill = [](const Doubles& from, std::vector<double>& to) {
    to.assign(in(from).begin(), in(from).end());
  };
  fill(time, c.time);
  fill(at_risk, c.at_risk);
  fill(deaths, c.deaths);
  fill(survival, c.survival);
  fill(greenwood, c.greenwood);
  fill(hazard, c.hazard);
  fill(hazard_variance, c.hazard_variance);
  c.longest = longest;
  c.weight = weight;
  c.events = events;
  return c;
}

/// (estimate, lo, hi, standard error, observed) of answer(i) for n questions.
template <class Answer>
py::tuple answers(std::size_t n, const Answer& answer) {
  Doubles estimate = new_doubles(n), lo = new_doubles(n), hi = new_doubles(n), se = new_doubles(n);
  Bytes observed(static_cast<py::ssize_t>(n));
  for (std::size_t i = 0; i < n; ++i) {
    const CurveAnswer a = answer(i);
    out(estimate)[i] = a.estimate;
    out(lo)[i] = a.lo;
    out(hi)[i] = a.hi;
    out(se)[i] = a.standard_error;
    out(observed)[i] = a.support == Support::observed ? 1 : 0;
  }
  return py::make_tuple(estimate, lo, hi, se, observed);
}

/// What is asked of a curve, element by element of `argument` and `tenure`.
py::tuple ask_curve(const SurvivalCurve& curve, const std::string& what, const Doubles& argument,
                    const Doubles& tenure, double level, bool plain) {
  value_or_raise(interval_z(level));
  const CurveOptions options{level, plain ? CurveScale::plain : CurveScale::log_log};
  const auto x = in(argument), t = in(tenure);
  raise_unless_ok(check_size("tenure", t.size(), x.size()));
  return answers(x.size(), [&](std::size_t i) {
    if (what == "survival") return kaplan_meier::survival(curve, x[i], t[i], options);
    if (what == "churn") return kaplan_meier::churn_probability(curve, x[i], t[i], options);
    if (what == "quantile") return kaplan_meier::quantile(curve, x[i], t[i], options);
    if (what == "hazard") return nelson_aalen::cumulative_hazard(curve, x[i], t[i], level);
    return kaplan_meier::restricted_mean(curve, x[i], t[i], options);
  });
}

void bind_curves(py::module_& m) {
  py::class_<SurvivalCurve> curve(m, "SurvivalCurve");
  const auto column = [&](const char* name, std::vector<double> SurvivalCurve::*member) {
    curve.def_property_readonly(name,
                                [member](const SurvivalCurve& c) { return to_array(c.*member); });
  };
  column("time", &SurvivalCurve::time);
  column("at_risk", &SurvivalCurve::at_risk);
  column("deaths", &SurvivalCurve::deaths);
  column("survival", &SurvivalCurve::survival);
  column("greenwood", &SurvivalCurve::greenwood);
  column("hazard", &SurvivalCurve::hazard);
  column("hazard_variance", &SurvivalCurve::hazard_variance);
  curve.def_readonly("longest", &SurvivalCurve::longest)
      .def_readonly("weight", &SurvivalCurve::weight)
      .def_readonly("events", &SurvivalCurve::events)
      .def_property_readonly("report", [](const SurvivalCurve& c) { return report_tuple(c.rows); });
  m.def("given_curve", given_curve);
  m.def("fit_curve", [](const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
                        const OptionalDoubles& weight, bool successive) {
    const SurvivalColumns rows = rows_of(duration, event, entry, weight);
    const HazardTies ties = successive ? HazardTies::successive : HazardTies::together;
    return value_or_raise(without_gil([&] { return kaplan_meier::fit(rows, ties); }));
  });
  m.def("ask_curve", ask_curve);
  m.def("log_rank", [](const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
                       const OptionalDoubles& weight, const Codes& group, std::size_t groups,
                       const OptionalCodes& stratum, std::size_t strata, double rho) {
    const SurvivalColumns rows = rows_of(duration, event, entry, weight);
    const log_rank::Groups grouping{in(group), groups, in(stratum), strata};
    const auto test =
        value_or_raise(without_gil([&] { return log_rank::test(rows, grouping, {rho}); }));
    return py::make_tuple(test.chi_squared, test.degrees_of_freedom, test.p_value,
                          to_array(test.observed), to_array(test.expected),
                          report_tuple(test.rows));
  });
}

// ---- Cox ----------------------------------------------------------------------------------------

/// Named columns from a list of arrays, which must outlive them.
std::vector<Covariate> covariates_of(const std::vector<std::string>& names,
                                     const std::vector<Doubles>& columns) {
  std::vector<Covariate> out;
  for (std::size_t j = 0; j < names.size() && j < columns.size(); ++j)
    out.push_back({names[j], in(columns[j])});
  return out;
}

struct CoxInput {
  Doubles duration, event;
  OptionalDoubles entry, weight;
  std::vector<std::string> names;
  std::vector<Doubles> columns;
  OptionalCodes stratum;
  std::size_t strata;
  OptionalCodes cluster;
  std::size_t clusters;
  std::vector<Covariate> covariates{};

  [[nodiscard]] cox::Data data() {
    covariates = covariates_of(names, columns);
    return {rows_of(duration, event, entry, weight),
            covariates,
            in(stratum),
            strata,
            in(cluster),
            clusters};
  }
};

cox::Ties ties_of(const std::string& name) {
  return name == "breslow" ? cox::Ties::breslow : cox::Ties::efron;
}

py::tuple tuple_of(const cox::TestResult& test) {
  return py::make_tuple(test.chi_squared, test.degrees_of_freedom, test.p_value);
}

py::tuple fit_cox(CoxInput input, const std::string& ties, const std::string& baseline,
                  double ridge, bool robust) {
  cox::Options options;
  options.ties = ties_of(ties);
  if (!baseline.empty()) options.baseline = ties_of(baseline);
  options.ridge = ridge;
  options.robust = robust;
  const cox::Data data = input.data();
  const cox::Fit fit = value_or_raise(without_gil([&] { return cox::fit(data, options); }));
  py::dict facts;
  facts["standard_errors"] = to_array(fit.standard_errors);
  facts["covariance"] = to_array(fit.covariance);
  facts["dropped"] = fit.dropped;
  facts["log_likelihood"] = fit.log_likelihood;
  facts["log_likelihood_null"] = fit.log_likelihood_null;
  facts["likelihood_ratio"] = tuple_of(fit.likelihood_ratio);
  facts["score"] = tuple_of(fit.score);
  facts["wald"] = tuple_of(fit.wald);
  facts["concordance"] = fit.concordance;
  facts["stop_reason"] = stop_reason_name(fit.stop_reason);
  facts["iterations"] = fit.iterations;
  facts["accounts"] = fit.weight;
  facts["events"] = fit.events;
  facts["robust"] = fit.robust;
  facts["warning"] = fit.warning;
  facts["report"] = report_tuple(fit.rows);
  return py::make_tuple(fit.model, facts);
}

py::tuple check_proportional_hazards(CoxInput input, const cox::Model& model,
                                     const std::string& scale, const std::string& ties) {
  cox::Fit fit;
  fit.model = model;
  const cox::TimeScale g = scale == "rank"       ? cox::TimeScale::rank
                           : scale == "identity" ? cox::TimeScale::identity
                                                 : cox::TimeScale::kaplan_meier;
  const cox::Data data = input.data();
  const auto check = value_or_raise(
      without_gil([&] { return cox::proportional_hazards(data, fit, g, ties_of(ties)); }));
  py::list columns;
  for (const auto& test : check.columns) columns.append(tuple_of(test));
  return py::make_tuple(columns, tuple_of(check.global));
}

cox::Model given_cox(const std::vector<std::string>& names, const Doubles& coefficients,
                     const Doubles& means,
                     const std::vector<std::tuple<Doubles, Doubles, double>>& baselines,
                     const Doubles& covariance,
                     const std::vector<std::tuple<Doubles, Doubles, Doubles>>& spreads) {
  cox::Model model;
  model.names = names;
  model.coefficients.assign(in(coefficients).begin(), in(coefficients).end());
  model.means.assign(in(means).begin(), in(means).end());
  for (const auto& [time, hazard, longest] : baselines)
    model.baselines.push_back({{in(time).begin(), in(time).end()},
                               {in(hazard).begin(), in(hazard).end()},
                               longest,
                               {},
                               {}});
  model.covariance.assign(in(covariance).begin(), in(covariance).end());
  for (std::size_t s = 0; s < spreads.size() && s < model.baselines.size(); ++s) {
    const auto& [variance, hazard, moments] = spreads[s];
    model.baselines[s].variance.assign(in(variance).begin(), in(variance).end());
    model.baselines[s].means = {{in(hazard).begin(), in(hazard).end()},
                                {in(moments).begin(), in(moments).end()}};
  }
  return model;
}

/// What a verb of a Cox model is asked about.
struct CoxAccounts {
  std::vector<Doubles> columns;
  OptionalDoubles tenure;
  OptionalCodes stratum;
  std::size_t rows;
  std::vector<Covariate> covariates{};

  [[nodiscard]] cox::Accounts accounts(const cox::Model& model) {
    covariates = covariates_of(model.names, columns);
    return {covariates, in(tenure), in(stratum), rows};
  }
};

void bind_cox_verbs(py::module_& m) {
  m.def("cox_log_hazard_ratio", [](const cox::Model& model, CoxAccounts input) {
    const cox::Accounts accounts = input.accounts(model);
    return one_column(accounts.rows,
                      [&](auto out) { return cox::log_hazard_ratio(model, accounts, out); });
  });
  m.def("cox_survival", [](const cox::Model& model, CoxAccounts input, const Doubles& times) {
    const cox::Accounts accounts = input.accounts(model);
    return one_column(accounts.rows * in(times).size(),
                      [&](auto out) { return cox::survival(model, accounts, in(times), out); });
  });
  m.def("cox_survival_interval",
        [](const cox::Model& model, CoxAccounts input, const Doubles& times, double level) {
          const cox::Accounts accounts = input.accounts(model);
          return three_columns(accounts.rows * in(times).size(), [&](const IntervalColumns& out) {
            return cox::survival(model, accounts, in(times), level, out);
          });
        });
  m.def("cox_churn_interval",
        [](const cox::Model& model, CoxAccounts input, double horizon, double level) {
          const cox::Accounts accounts = input.accounts(model);
          return three_columns(accounts.rows, [&](const IntervalColumns& out) {
            return cox::churn_probability(model, accounts, horizon, level, out);
          });
        });
  m.def("cox_restricted_mean_interval",
        [](const cox::Model& model, CoxAccounts input, double horizon, double level) {
          const cox::Accounts accounts = input.accounts(model);
          return three_columns(accounts.rows, [&](const IntervalColumns& out) {
            return cox::restricted_mean(model, accounts, horizon, level, out);
          });
        });
  m.def("cox_churn", [](const cox::Model& model, CoxAccounts input, double horizon) {
    const cox::Accounts accounts = input.accounts(model);
    return one_column(accounts.rows, [&](auto out) {
      return cox::churn_probability(model, accounts, horizon, out);
    });
  });
  m.def("cox_restricted_mean", [](const cox::Model& model, CoxAccounts input, double horizon) {
    const cox::Accounts accounts = input.accounts(model);
    return one_column(accounts.rows, [&](auto out) {
      return cox::restricted_mean(model, accounts, horizon, out);
    });
  });
}

void bind_cox(py::module_& m) {
  py::class_<CoxInput>(m, "CoxInput")
      .def(py::init([](const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
                       const OptionalDoubles& weight, const std::vector<std::string>& names,
                       const std::vector<Doubles>& columns, const OptionalCodes& stratum,
                       std::size_t strata, const OptionalCodes& cluster, std::size_t clusters) {
        return CoxInput{duration, event,   entry,  weight,  names,
                        columns,  stratum, strata, cluster, clusters};
      }));
  py::class_<CoxAccounts>(m, "CoxAccounts")
      .def(py::init([](const std::vector<Doubles>& columns, const OptionalDoubles& tenure,
                       const OptionalCodes& stratum, std::size_t rows) {
        return CoxAccounts{columns, tenure, stratum, rows};
      }));
  py::class_<cox::Model>(m, "CoxModel")
      .def_readonly("names", &cox::Model::names)
      .def_property_readonly("coefficients",
                             [](const cox::Model& x) { return to_array(x.coefficients); })
      .def_property_readonly("means", [](const cox::Model& x) { return to_array(x.means); })
      .def("spreads",  // of the baselines thinned to so many steps: V there, M at so many knots
           [](const cox::Model& model, std::size_t steps, std::size_t knots) {
             py::list out;
             for (const cox::Baseline& whole : model.baselines) {
               double error = 0;
               const cox::Baseline b = steps == 0 ? whole : cox::thin(whole, steps, error);
               const cox::BaselineMeans means = knots == 0 ? b.means : cox::thin(b.means, knots);
               out.append(py::make_tuple(to_array(b.variance), to_array(means.hazard),
                                         to_array(means.moments)));
             }
             return out;
           })
      .def("baselines", [](const cox::Model& model, std::size_t steps) {
        py::list out;
        for (const cox::Baseline& whole : model.baselines) {
          double error = 0;
          const cox::Baseline b = steps == 0 ? whole : cox::thin(whole, steps, error);
          out.append(py::make_tuple(to_array(b.time), to_array(b.hazard), b.longest, error));
        }
        return out;
      });
  m.def("fit_cox", fit_cox);
  m.def("check_proportional_hazards", check_proportional_hazards);
  m.def("given_cox", given_cox);
  bind_cox_verbs(m);
}

// ---- evaluation ---------------------------------------------------------------------------------

void bind_evaluation(py::module_& m) {
  m.def("survival_concordance",
        [](const Doubles& duration, const Doubles& event, const OptionalDoubles& entry,
           const OptionalDoubles& weight, const Doubles& risk, const OptionalCodes& stratum,
           std::size_t strata) {
          const SurvivalColumns rows = rows_of(duration, event, entry, weight);
          const auto c = value_or_raise(without_gil([&] {
            return survival_evaluation::concordance(rows, in(risk), in(stratum), strata);
          }));
          return py::make_tuple(c.value(), c.concordant, c.discordant, c.tied_risk);
        });
  m.def("survival_brier", [](const Doubles& duration, const Doubles& event,
                             const OptionalDoubles& entry, const OptionalDoubles& weight,
                             const Doubles& times, const Doubles& survival) {
    const SurvivalColumns rows = rows_of(duration, event, entry, weight);
    const auto scores = value_or_raise(
        without_gil([&] { return survival_evaluation::brier(rows, in(times), in(survival)); }));
    return py::make_tuple(to_array(scores.score), scores.integrated, scores.supported,
                          scores.beyond, report_tuple(scores.rows));
  });
}

}  // namespace

void bind_survival(py::module_& m) {
  bind_curves(m);
  bind_cox(m);
  bind_evaluation(m);
}

}  // namespace kam::python
