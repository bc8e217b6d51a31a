/// Revenue at risk; the retention budget.
#include <optional>

#include "verbs.hpp"

namespace kam::python {
namespace {

void add_rows(py::dict& d, const BatchReport& rows) {
  d["rows_used"] = rows.rows_scored;
  d["rows_rejected"] = rows.rows_rejected;
  d["first_rejected"] = rows.first_rejected;
  d["first_reason"] = row_reason_name(rows.first_reason);
}

std::vector<Evidence> evidence_of(const Bytes& codes) {
  std::vector<Evidence> evidence;
  for (const std::uint8_t code : in(codes)) evidence.push_back(static_cast<Evidence>(code));
  return evidence;
}

py::array_t<std::int64_t> rows_of(const std::vector<std::size_t>& rows) {
  py::array_t<std::int64_t> array(static_cast<py::ssize_t>(rows.size()));
  std::copy(rows.begin(), rows.end(), array.mutable_data());
  return array;
}

RevenueAtRisk risk_of(const Doubles& value, const Doubles& p, const std::optional<Codes>& sector,
                      double correlation, double level, std::size_t cells) {
  const LossColumns columns{in(value), in(p), in(sector)};
  const RevenueAtRiskOptions options{correlation, level, cells};
  return value_or_raise(without_gil([&] { return revenue_at_risk(columns, options); }));
}

py::dict budget_of(const Doubles& value, const Doubles& start, const Doubles& ceiling,
                   const Doubles& rate, const Bytes& codes, double budget, double risk_aversion,
                   double level, bool michaelis) {
  const std::vector<Evidence> evidence = evidence_of(codes);
  const RetentionColumns columns{in(value), in(start), in(ceiling), in(rate), evidence};
  const RetentionBudgetOptions options{
      budget, risk_aversion, level,
      michaelis ? ResponseShape::michaelis : ResponseShape::exponential};
  const RetentionBudget r =
      value_or_raise(without_gil([&] { return allocate_retention_budget(columns, options); }));
  py::dict d;
  add_rows(d, r.report);
  d["spend"] = to_array(r.spend);
  d["retention"] = to_array(r.retention);
  d["gain"] = to_array(r.gain);
  d["protection_value"] = to_array(r.protection_value);
  d["total_spend"] = r.total_spend;
  d["total_gain"] = r.total_gain;
  d["shadow_price"] = r.shadow_price;
  d["expected_loss_before"] = r.expected_loss_before;
  d["expected_loss"] = r.expected_loss;
  d["expected_shortfall_before"] = r.expected_shortfall_before;
  d["expected_shortfall"] = r.expected_shortfall;
  d["objective"] = r.objective;
  d["kkt_residual"] = r.kkt_residual;
  d["converged"] = r.converged;
  d["n_iter"] = r.iterations;
  d["loss_unit"] = r.loss_unit;
  d["without_evidence"] = rows_of(r.without_evidence);
  d["above_ceiling"] = rows_of(r.above_ceiling);
  return d;
}

py::dict actions_of(const Doubles& value, const Doubles& start, const Codes& account,
                    const Doubles& cost, const Doubles& retention, const Bytes& codes,
                    double budget, double risk_aversion, double level) {
  const std::vector<Evidence> evidence = evidence_of(codes);
  const std::vector<std::size_t> rows(in(account).begin(), in(account).end());
  const ActionColumns actions{rows, in(cost), in(retention), evidence};
  const ActionAccounts accounts{in(value), in(start)};
  const ActionOptions options{budget, risk_aversion, level};
  const ActionChoice c = value_or_raise(
      without_gil([&] { return choose_retention_actions(accounts, actions, options); }));
  py::dict d;
  add_rows(d, c.actions);
  d["accounts_rejected"] = c.accounts.rows_rejected;
  Bytes chosen(static_cast<py::ssize_t>(c.chosen.size()), c.chosen.data());
  d["chosen"] = chosen;
  d["gain"] = to_array(c.gain);
  d["exact"] = c.exact;
  d["gap"] = c.gap;
  d["total_cost"] = c.total_cost;
  d["total_gain"] = c.total_gain;
  d["expected_shortfall_before"] = c.expected_shortfall_before;
  d["expected_shortfall"] = c.expected_shortfall;
  d["objective"] = c.objective;
  d["without_evidence"] = rows_of(c.without_evidence);
  return d;
}

}  // namespace

void bind_risk(py::module_& m) {
  py::class_<RevenueAtRisk>(m, "RevenueAtRisk")
      .def_readonly("accounts", &RevenueAtRisk::accounts)
      .def_readonly("total", &RevenueAtRisk::total)
      .def_readonly("expected_loss", &RevenueAtRisk::expected_loss)
      .def_readonly("sd", &RevenueAtRisk::sd)
      .def_readonly("value_at_risk", &RevenueAtRisk::value_at_risk)
      .def_readonly("expected_shortfall", &RevenueAtRisk::expected_shortfall)
      .def_readonly("tail_mean", &RevenueAtRisk::tail_mean)
      .def_readonly("unit", &RevenueAtRisk::unit)
      .def_readonly("grid_error", &RevenueAtRisk::grid_error)
      .def_readonly("factor_nodes", &RevenueAtRisk::factor_nodes)
      .def_readonly("quadrature_error", &RevenueAtRisk::quadrature_error)
      .def("columns",
           [](const RevenueAtRisk& r) {
             return py::make_tuple(to_array(r.tail_contribution), to_array(r.tail_share),
                                   to_array(r.loss), to_array(r.probability));
           })
      .def("report",
           [](const RevenueAtRisk& r) {
             py::dict d;
             add_rows(d, r.report);
             return d;
           })
      .def("probability_above", [](const RevenueAtRisk& r, const Doubles& x) {
        Doubles above = new_doubles(static_cast<std::size_t>(x.size()));
        const auto from = in(x);
        for (std::size_t i = 0; i < from.size(); ++i) {
          above.mutable_data()[i] = r.probability_above(from[i]);
        }
        return above;
      });
  m.def("revenue_at_risk", &risk_of);
  m.def("allocate_retention_budget", &budget_of);
  m.def("choose_retention_actions", &actions_of);
}

}  // namespace kam::python
