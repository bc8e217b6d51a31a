/// Weights of a scorecard, and the whale curve of profit.
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

}  // namespace

void bind_value(py::module_& m) {
  m.def("ahp", &ahp_dict);
  m.def("group_judgments", [](const Doubles& matrices, std::size_t n) {
    return to_array(value_or_raise(value::group_judgments(in(matrices), n)));
  });
  m.def("rank_order_centroid",
        [](std::size_t n) { return to_array(value_or_raise(value::rank_order_centroid(n))); });
  m.def("whale_curve", &whale_dict);
}

}  // namespace kam::python
