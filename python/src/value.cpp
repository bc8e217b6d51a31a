/// Weights of a scorecard, judged or learned, and the whale curve of profit.
#include "binding.hpp"

namespace kam::python {
namespace {

py::dict ratio_dict(const auto& ratio) {
  return py::dict(py::arg("value") = ratio.value, py::arg("random_index") = ratio.random_index);
}

py::dict ahp_dict(const Doubles& matrix, std::size_t n) {
  const auto found = value_or_raise(value::ahp(in(matrix), n));
  const auto& worst = found.most_inconsistent;
  py::dict result;
  result["weights"] = to_array(found.weights);
  result["lambda_max"] = found.lambda_max;
  result["consistency_index"] = found.consistency_index;
  result["consistency_ratio"] = ratio_dict(found.consistency_ratio);
  result["classic_ratio"] = ratio_dict(found.classic_ratio);
  result["geometric_weights"] = to_array(found.geometric_weights);
  result["geometric_consistency_index"] = found.geometric_consistency_index;
  result["most_inconsistent"] =
      py::make_tuple(worst.i, worst.j, worst.given, worst.implied, worst.tied);
  return result;
}

py::dict whale_dict(const Doubles& profits, std::size_t at_most) {
  const auto whale = value_or_raise(whale_curve(in(profits)));
  py::dict result;
  result["accounts"] = whale.accounts;
  result["accounts_at_peak"] = whale.accounts_at_peak;
  result["accounts_below_zero"] = whale.accounts_below_zero;
  result["total"] = whale.total;
  result["peak"] = whale.peak;
  result["losses"] = whale.losses;
  result["peak_ratio"] = whale.peak_ratio;
  result["erosion"] = whale.erosion;
  result["note"] = whale.ratios.message();
  result["rows_rejected"] = whale.report.rows_rejected;
  const auto points = whale.curve(at_most);
  Doubles accounts = new_doubles(points.size()), profit = new_doubles(points.size()),
          share = new_doubles(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    accounts.mutable_data()[i] = points[i].account_share;
    profit.mutable_data()[i] = points[i].profit;
    share.mutable_data()[i] = points[i].profit_share;
  }
  result["curve"] = py::make_tuple(accounts, profit, share);
  return result;
}

py::dict learned_dict(const value::LearnedWeights& learned) {
  py::dict result;
  result["weights"] = to_array(learned.weights);
  result["beta"] = to_array(learned.beta);
  result["log_odds_per_10"] = to_array(learned.log_odds_per_10);
  result["intercept"] = learned.intercept;
  result["standard_errors"] = to_array(learned.standard_errors);
  result["weight_standard_errors"] = to_array(learned.weight_standard_errors);
  result["intercept_standard_error"] = learned.intercept_standard_error;
  result["at_bound"] = py::tuple(py::cast(learned.at_bound));
  result["fill_scores"] = to_array(learned.fill_scores);
  result["present"] = to_array(learned.present);
  result["log_likelihood"] = learned.log_likelihood;
  result["penalty"] = learned.penalty;
  result["strength"] = learned.strength;
  result["prior_share"] = learned.prior_share;
  result["effective_parameters"] = learned.effective_parameters;
  result["condition_number"] = learned.condition_number;
  result["kkt_residual"] = learned.kkt_residual;
  result["stop_reason"] = stop_reason_name(learned.stop_reason);
  result["converged"] = learned.converged();
  result["iterations"] = learned.iterations;
  result["events"] = learned.events;
  result["non_events"] = learned.non_events;
  result["rows_used"] = learned.rows.rows_scored;
  result["rows_rejected"] = learned.rows.rows_rejected;
  result["first_rejected"] = learned.rows.first_rejected;
  result["first_reason"] = row_reason_name(learned.rows.first_reason);
  result["unknown_outcomes"] = learned.unknown_outcomes;
  result["warning"] = learned.warning;
  return result;
}

/// `scores` has one row per indicator.
py::dict learn_weights(const Doubles& scores, const Doubles& outcome,
                       const std::optional<Doubles>& weight, const std::optional<Doubles>& prior,
                       double ridge, double minimum_events) {
  const auto indicators = static_cast<std::size_t>(scores.shape(0));
  const auto rows = static_cast<std::size_t>(scores.shape(1));
  std::vector<std::span<const double>> columns;
  for (std::size_t k = 0; k < indicators; ++k)
    columns.push_back(in(scores).subspan(k * rows, rows));
  const value::OutcomeColumns data{columns, in(outcome), in(weight)};
  const value::LearnOptions options{
      .ridge = ridge, .prior = in(prior), .minimum_events = minimum_events};
  auto learned = [&] {
    const py::gil_scoped_release release;
    return value::learn_weights(data, options);
  }();
  return learned_dict(value_or_raise(std::move(learned)));
}

}  // namespace

void bind_value(py::module_& m) {
  m.def("ahp", &ahp_dict);
  m.def("group_judgments", [](const Doubles& matrices, std::size_t n) {
    return to_array(value_or_raise(value::group_judgments(in(matrices), n)));
  });
  m.def("rank_order_centroid",
        [](std::size_t n) { return to_array(value_or_raise(value::rank_order_centroid(n))); });
  m.def("whale_curve", &whale_dict);
  m.def("learn_weights", &learn_weights);
}

}  // namespace kam::python
