#include "verbs.hpp"

namespace kam::python {
namespace {

using namespace kam::lifetime;

Terms terms(double discount, double growth, double horizon, bool start) {
  return {discount, growth, horizon, start ? Timing::start : Timing::end};
}

void bind_multiples(py::module_& m) {
  m.def("margin_multiple", [](double r, double i, double g, double horizon, bool start) {
    return margin_multiple(r, terms(i, g, horizon, start));
  });
  m.def("retention_elasticity", [](double r, double i, double g, double horizon, bool start) {
    return retention_elasticity(r, terms(i, g, horizon, start));
  });
  m.def("retention_lift", [](double churn, double delta, bool percent, double i, double g,
                             double horizon, bool start) {
    return retention_lift(churn, delta, percent ? LiftMode::percent : LiftMode::points,
                          terms(i, g, horizon, start));
  });
  m.def("check_retention_claim", [](double churn, double delta, double lo, double hi, double i,
                                    double g, double horizon, bool start) {
    const RetentionClaim c =
        value_or_raise(check_retention_claim(churn, terms(i, g, horizon, start), delta, lo, hi));
    return py::dict(py::arg("lift_points") = c.lift_points,
                    py::arg("lift_percent") = c.lift_percent, py::arg("elasticity") = c.elasticity,
                    py::arg("points_for_lo") = c.points_for_lo,
                    py::arg("points_for_hi") = c.points_for_hi, py::arg("sentence") = sentence(c));
  });
}

void bind_equity(py::module_& m) {
  m.def("customer_value", [](const Doubles& margin, const Doubles& retention, double i, double g,
                             double horizon, bool start) {
    return one_column(in(margin).size(), [&](std::span<double> column) {
      return customer_value(in(margin), in(retention), terms(i, g, horizon, start), column);
    });
  });
  m.def("customer_equity", [](const Doubles& margin, const Doubles& retention, double i, double g,
                              double horizon, bool start) {
    const CustomerEquity e =
        value_or_raise(customer_equity(in(margin), in(retention), terms(i, g, horizon, start)));
    return py::make_tuple(e.total, e.retention_elasticity, e.margin_elasticity,
                          e.discount_elasticity, report_tuple(e.report));
  });
  m.def("discounted_margins",
        [](const Doubles& margin, const Doubles& survival, double discount, bool start) {
          return discounted_margins(in(margin), in(survival), discount,
                                    start ? Timing::start : Timing::end);
        });
  m.def("revenue_retention", [](const Doubles& first, const Doubles& second) {
    const RevenueRetention r = value_or_raise(revenue_retention(in(first), in(second)));
    return py::make_tuple(r.start, r.churned, r.contraction, r.expansion, r.gross, r.net,
                          r.new_revenue, report_tuple(r.report));
  });
  m.def("gross_revenue_retention", &gross_revenue_retention);
  m.def("net_revenue_retention", &net_revenue_retention);
}

PriceSchedule schedule(const Doubles& from, const Doubles& discount) {
  raise_unless_ok(check_size("discount", in(discount).size(), in(from).size()));
  std::vector<PriceBreak> breaks;
  for (std::size_t i = 0; i < in(from).size(); ++i) {
    breaks.push_back({in(from)[i], in(discount)[i]});
  }
  return value_or_raise(PriceSchedule::make(breaks));
}

void bind_prices(py::module_& m) {
  m.def("break_even_uplift", &break_even_uplift);
  m.def("retention_neutral_price_cut",
        [](double r, double better, double margin, double i, double g, double horizon, bool start) {
          return retention_neutral_price_cut(r, better, margin, terms(i, g, horizon, start));
        });
  m.def("best_retention_spend", [](double base, double ceiling, double rate, double value) {
    const RetentionSpend s = best_retention_spend({base, ceiling, rate}, value);
    return py::make_tuple(s.spend, s.retention, s.gain);
  });
  py::class_<PriceSchedule>(m, "PriceSchedule")
      .def(py::init(&schedule))
      .def("band_discount", &PriceSchedule::band_discount)
      .def("all_units_cost", &PriceSchedule::all_units_cost)
      .def("incremental_cost", &PriceSchedule::incremental_cost)
      .def("all_units_discount", &PriceSchedule::all_units_discount)
      .def("incremental_discount", &PriceSchedule::incremental_discount)
      .def("cheapest_order", &PriceSchedule::cheapest_order)
      .def("all_years_value", &PriceSchedule::all_years_value)
      .def("incremental_years_value", &PriceSchedule::incremental_years_value)
      .def("forfeited_by_leaving", &PriceSchedule::forfeited_by_leaving);
}

}  // namespace

void bind_retention(py::module_& m) {
  bind_multiples(m);
  bind_equity(m);
  bind_prices(m);
}

}  // namespace kam::python
