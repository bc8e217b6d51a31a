/// Calibration and evaluation of probabilities of churn.
#include "predictions.hpp"
#include "verbs.hpp"

namespace kam::python {
namespace {

struct Parameters {
  py::dict operator()(const churn::LogitCalibration& c) const {
    return py::dict(py::arg("slope") = c.slope, py::arg("intercept") = c.intercept);
  }
  py::dict operator()(const churn::BetaCalibration& c) const {
    return py::dict(py::arg("a") = c.a, py::arg("b") = c.b, py::arg("c") = c.c);
  }
  py::dict operator()(const churn::IsotonicCalibration& c) const {
    return py::dict(py::arg("score") = to_array(c.score), py::arg("value") = to_array(c.value));
  }
  py::dict operator()(const churn::VennAbers& c) const {
    return py::dict(py::arg("score0") = to_array(c.score0), py::arg("p0") = to_array(c.p0),
                    py::arg("score1") = to_array(c.score1), py::arg("p1") = to_array(c.p1));
  }
};

struct StandardErrors {
  py::dict operator()(const churn::LogitCalibration& c) const {
    return py::dict(py::arg("slope") = c.slope_standard_error,
                    py::arg("intercept") = c.intercept_standard_error);
  }
  py::dict operator()(const churn::BetaCalibration& c) const {
    return py::dict(py::arg("a") = c.a_standard_error, py::arg("b") = c.b_standard_error,
                    py::arg("c") = c.c_standard_error);
  }
  py::dict operator()(const churn::IsotonicCalibration&) const { return {}; }
  py::dict operator()(const churn::VennAbers&) const { return {}; }
};

py::dict calibration_report(const scoring::Calibrator& c) {
  py::dict d = rows_dict(c.report.rows, c.report.unknown_outcomes);
  d["events"] = c.report.events;
  d["others"] = c.report.others;
  d["log_likelihood"] = c.report.log_likelihood;
  d["stop_reason"] = stop_reason_name(c.report.stop_reason);
  d["converged"] = c.report.converged();
  d["iterations"] = c.report.iterations;
  d["clipped"] = c.report.clipped;
  d["warning"] = c.report.warning;
  return d;
}

py::tuple interval(const scoring::Calibrator& c, const Doubles& p) {
  const auto* venn = std::get_if<churn::VennAbers>(&c.calibration);
  if (venn == nullptr) {
    throw py::type_error("only a Venn-Abers calibrator has an interval, this one is " + c.method);
  }
  return three_columns(static_cast<std::size_t>(p.size()), [&](const IntervalColumns& out) {
    return churn::calibrate_interval(*venn, in(p), out);
  });
}

void bind_calibrators(py::module_& m) {
  using scoring::Calibrator;
  py::class_<Calibrator>(m, "Calibrator")
      .def_readonly("method", &Calibrator::method)
      .def_property_readonly(
          "params", [](const Calibrator& c) { return std::visit(Parameters{}, c.calibration); })
      .def_property_readonly(
          "standard_errors",
          [](const Calibrator& c) { return std::visit(StandardErrors{}, c.calibration); })
      .def_property_readonly("report", &calibration_report)
      .def("predict",
           [](const Calibrator& c, const Doubles& p) {
             return one_column(static_cast<std::size_t>(p.size()), [&](std::span<double> out) {
               return scoring::calibrate(c, in(p), out);
             });
           })
      .def("interval", &interval)
      .def("to_json", [](const Calibrator& c) { return scoring::to_json(c); })
      .def_static("from_json", [](const std::string& text) {
        return value_or_raise(scoring::parse_calibrator(text));
      });
  m.def("fit_calibrator", [](const std::string& method, const Doubles& outcome,
                             const Doubles& probability, const Optional& weight, bool smoothed) {
    return value_or_raise(without_gil([&] {
      return scoring::fit_calibrator(method, predictions(outcome, probability, weight), smoothed);
    }));
  });
  m.def("shift_prior", [](const Doubles& p, double from, double to) {
    return one_column(static_cast<std::size_t>(p.size()), [&](std::span<double> out) {
      return churn::shift_prior(from, to, in(p), out);
    });
  });
}

py::dict losses_dict(const churn::Losses& l) {
  py::dict d;
  d["weight"] = l.weight;
  d["events"] = l.events;
  d["expected"] = l.expected;
  d["log_loss"] = l.log_loss;
  d["brier"] = l.brier;
  d["brier_base"] = l.brier_base;
  d["brier_skill"] = l.brier_skill;
  d["observed_to_expected"] = l.observed_to_expected;
  d["auc"] = l.auc;
  d["average_precision"] = l.average_precision;
  return d;
}

/// One member of every element as an array.
template <class T>
Doubles member(const std::vector<T>& rows, double T::*which) {
  Doubles values = new_doubles(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out(values)[i] = rows[i].*which;
  return values;
}

py::dict reliability_dict(const std::vector<churn::ReliabilityBin>& bins) {
  using Bin = churn::ReliabilityBin;
  py::dict d;
  d["lowest"] = member(bins, &Bin::lowest);
  d["highest"] = member(bins, &Bin::highest);
  d["weight"] = member(bins, &Bin::weight);
  d["events"] = member(bins, &Bin::events);
  d["probability"] = member(bins, &Bin::probability);
  d["share"] = member(bins, &Bin::share);
  d["share_lo"] = member(bins, &Bin::share_lo);
  d["share_hi"] = member(bins, &Bin::share_hi);
  return d;
}

py::dict top_dict(const std::vector<churn::TopShare>& top) {
  using Top = churn::TopShare;
  py::dict d;
  d["fraction"] = member(top, &Top::fraction);
  d["rows"] = member(top, &Top::rows);
  d["events"] = member(top, &Top::events);
  d["precision"] = member(top, &Top::precision);
  d["recall"] = member(top, &Top::recall);
  d["lift"] = member(top, &Top::lift);
  d["value_recall"] = member(top, &Top::value_recall);
  d["value_recall_by_loss"] = member(top, &Top::value_recall_by_loss);
  return d;
}

py::dict line_dict(const churn::CalibrationLine& l) {
  py::dict d;
  d["slope"] = l.slope;
  d["slope_standard_error"] = l.slope_standard_error;
  d["intercept"] = l.intercept;
  d["intercept_standard_error"] = l.intercept_standard_error;
  d["in_the_large"] = l.in_the_large;
  d["in_the_large_standard_error"] = l.in_the_large_standard_error;
  return d;
}

py::dict evaluation_dict(const churn::Evaluation& e) {
  py::dict d = rows_dict(e.rows, e.unknown_outcomes);
  d["by_account"] = losses_dict(e.by_account);
  d["by_value"] = losses_dict(e.by_value);
  d["auc"] = py::make_tuple(e.auc.auc, e.auc.standard_error, e.auc.lo, e.auc.hi);
  d["observed_to_expected_interval"] =
      py::make_tuple(e.observed_to_expected_lo, e.observed_to_expected_hi);
  d["line"] = line_dict(e.line);
  d["calibration_error"] = e.calibration_error;
  d["hosmer_lemeshow"] = py::make_tuple(e.hosmer_lemeshow.statistic, e.hosmer_lemeshow.p_value);
  d["reliability"] = reliability_dict(e.reliability);
  d["reliability_note"] = e.reliability_note;
  d["top"] = top_dict(e.top);
  d["certain_and_wrong"] = e.certain_and_wrong;
  d["rows_without_value"] = e.rows_without_value;
  return d;
}

churn::EvaluationOptions evaluation_options(std::size_t bins, double least_events, double level,
                                            std::vector<double> fractions) {
  return {.interval_level = level,
          .bins = bins,
          .least_events = least_events,
          .fractions = std::move(fractions)};
}

py::list bootstrap_list(const std::vector<churn::BootstrapNumber>& numbers) {
  py::list rows;
  for (const auto& n : numbers) {
    rows.append(py::make_tuple(n.name, n.estimate, n.standard_error, n.lo, n.hi, n.draws));
  }
  return rows;
}

void bind_evaluation(py::module_& m) {
  m.def("evaluate", [](const Doubles& outcome, const Doubles& probability, const Optional& weight,
                       const Optional& value, std::size_t bins, double least_events, double level,
                       std::vector<double> fractions) {
    const auto options = evaluation_options(bins, least_events, level, std::move(fractions));
    return evaluation_dict(value_or_raise(without_gil([&] {
      return churn::evaluate(predictions(outcome, probability, weight), in(value), options);
    })));
  });
  m.def("bootstrap_evaluation",
        [](const Doubles& outcome, const Doubles& probability, const Optional& weight,
           const Optional& value, const Codes& cluster, double level, std::vector<double> fractions,
           std::size_t draws, std::uint64_t seed) {
          const auto options = evaluation_options(10, 10, level, std::move(fractions));
          return bootstrap_list(value_or_raise(without_gil([&] {
            return churn::bootstrap_evaluation(
                predictions(outcome, probability, weight), in(cluster), in(value), options,
                {.draws = draws, .interval_level = level, .seed = seed});
          })));
        });
  m.def("auc",
        [](const Doubles& outcome, const Doubles& score, const Optional& weight, double level) {
          const Auc a = value_or_raise(auc(in(outcome), in(score), in(weight), level));
          return py::make_tuple(a.auc, a.standard_error, a.lo, a.hi);
        });
}

}  // namespace

void bind_calibration(py::module_& m) {
  bind_calibrators(m);
  bind_evaluation(m);
}

}  // namespace kam::python
