#include "verbs.hpp"

namespace kam::python {
namespace {

using namespace kam::switching;

/// Columns of the component table as the package sends it: money, hours, rate and effort with
/// estimate, lo and hi each, then the rival's share and the rating.
constexpr py::ssize_t kComponentColumns = 14;

std::vector<Component> components(const Doubles& table, const Bytes& kind) {
  if (table.ndim() != 2 || table.shape(1) != kComponentColumns || table.shape(0) != kind.size()) {
    throw StatusError{{StatusCode::size_mismatch, "one row of 14 numbers per component"}};
  }
  std::vector<Component> rows(static_cast<std::size_t>(kind.size()));
  const double* x = table.data();
  const auto interval = [&x] {
    const Interval i{x[0], x[1], x[2]};
    x += 3;
    return i;
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].kind = static_cast<CostKind>(in(kind)[i]);
    rows[i].money = interval();
    rows[i].hours = interval();
    rows[i].rate = interval();
    rows[i].effort = interval();
    rows[i].rival_share = *x++;
    rows[i].rating = *x++;
  }
  return rows;
}

py::tuple as_tuple(const Interval& x) {
  return py::make_tuple(x.estimate, x.lo, x.hi);
}

py::dict cost_dict(const SwitchingCost& cost) {
  py::dict kinds;
  for (std::size_t k = 0; k < kCostKinds; ++k) {
    kinds[cost_kind_name(static_cast<CostKind>(k))] = as_tuple(cost.by_kind[k]);
  }
  const CostSummary& t = cost.total;
  return py::dict(
      py::arg("bounds") = as_tuple(t.bounds), py::arg("mean") = t.mean, py::arg("sd") = t.sd,
      py::arg("sd_together") = t.sd_together, py::arg("likely") = as_tuple(t.likely),
      py::arg("by_kind") = kinds, py::arg("rival_pays") = as_tuple(cost.rival_pays),
      py::arg("relational_rating") = cost.relational_rating, py::arg("unpriced") = cost.unpriced,
      py::arg("components") = cost.components, py::arg("report") = report_tuple(cost.report));
}

py::tuple cost_columns(const Codes& account, std::size_t rows, const Doubles& table,
                       const Bytes& kind) {
  Doubles estimate = new_doubles(rows), lo = new_doubles(rows), hi = new_doubles(rows);
  Doubles mean = new_doubles(rows), sd = new_doubles(rows), rating = new_doubles(rows);
  const BatchReport report =
      switching_cost(in(account), components(table, kind),
                     {out(estimate), out(lo), out(hi), out(mean), out(sd), out(rating)});
  return py::make_tuple(estimate, lo, hi, mean, sd, rating, report_tuple(report));
}

void bind_costs(py::module_& m) {
  m.def("switching_cost", [](const Doubles& table, const Bytes& kind, double level) {
    return cost_dict(value_or_raise(switching_cost(components(table, kind), level)));
  });
  m.def("switching_cost_columns", &cost_columns);
  m.def("component_cost", [](const Doubles& table, const Bytes& kind) {
    py::list costs;
    for (const Component& c : components(table, kind)) costs.append(as_tuple(component_cost(c)));
    return costs;
  });
  m.def("annuity_factor",
        [](double discount, double years) { return annuity_factor(discount, years); });
  m.def("indifference_discount",
        [](double cost, double spend, double years, double discount, double advantage) {
          return indifference_discount(cost, spend, years, discount, advantage);
        });
  m.def("indifference_discount_interval", [](std::array<double, 3> cost,
                                             std::array<double, 3> spend, double years,
                                             double discount, double advantage) {
    return as_tuple(indifference_discount(
        {cost[0], cost[1], cost[2]}, {spend[0], spend[1], spend[2]}, years, discount, advantage));
  });
  m.def("indifference_discounts",
        [](const Doubles& cost, const Doubles& spend, double years, double discount) {
          return one_column(in(cost).size(), [&](std::span<double> column) {
            return indifference_discount(in(cost), in(spend), years, discount, column);
          });
        });
  m.def("offer_gain", &offer_gain);
  m.def("forfeited_discount", &forfeited_discount);
  m.def("why_it_stays", [](std::array<double, 3> discount, double satisfaction, Day as_of, Day end,
                           double dear, double content) {
    const Retention why = why_it_stays({discount[0], discount[1], discount[2]}, satisfaction, as_of,
                                       end, {dear, content});
    return py::make_tuple(quadrant_name(why.quadrant), why.certain, why.days_to_contract_end);
  });
  m.def("defence_scores",
        [](double cost, double spend, const Doubles& ratings, double full_barrier) {
          const DefenceScores d = defence_scores(cost, spend, in(ratings), full_barrier);
          return py::make_tuple(d.barrier, d.depth, d.strategic);
        });
}

py::dict market_dict(const Doubles& prices, const Doubles& customers) {
  const MarketEstimate e = value_or_raise(market_switching_cost(in(prices), in(customers)));
  Doubles lo = new_doubles(e.valid.size()), hi = new_doubles(e.valid.size());
  for (std::size_t i = 0; i < e.valid.size(); ++i) {
    out(lo)[i] = e.without_a_rival[i].lo;
    out(hi)[i] = e.without_a_rival[i].hi;
  }
  const Bytes valid(static_cast<py::ssize_t>(e.valid.size()), e.valid.data());
  return py::dict(py::arg("switching_cost") = to_array(e.switching_cost),
                  py::arg("share_of_price") = to_array(e.share_of_price), py::arg("valid") = valid,
                  py::arg("lo") = lo, py::arg("hi") = hi, py::arg("all_valid") = e.all_valid);
}

py::dict transition_dict(const Doubles& table, std::size_t suppliers, double level) {
  const TransitionEstimate e =
      value_or_raise(transition_switching_cost(in(table), suppliers, level));
  return py::dict(
      py::arg("switching_cost") = e.switching_cost, py::arg("standard_error") = e.standard_error,
      py::arg("interval") = as_tuple(e.interval), py::arg("value") = to_array(e.value),
      py::arg("customers") = e.customers,
      py::arg("continuity_correction") = e.continuity_correction, py::arg("deviance") = e.deviance,
      py::arg("degrees_of_freedom") = e.degrees_of_freedom, py::arg("p") = e.p);
}

void bind_offset(py::module_& m) {
  m.def("calibrate_loyalty_offset", [](const Doubles& cost, const std::optional<Doubles>& log_odds,
                                       const std::optional<Doubles>& weight, double beta,
                                       double rate) {
    const LoyaltyFit fit =
        value_or_raise(calibrate_loyalty_offset({in(cost), in(log_odds), in(weight)}, beta, rate));
    return py::make_tuple(fit.model.mean, fit.model.intercept, report_tuple(fit.report));
  });
  m.def("loyalty_churn", [](double beta, double mean, double intercept, double rate,
                            const Doubles& cost, const std::optional<Doubles>& log_odds) {
    const LoyaltyOffset model{beta, mean, intercept, rate};
    return one_column(in(cost).size(), [&](std::span<double> column) {
      return churn_probability(model, in(cost), in(log_odds), column);
    });
  });
}

}  // namespace

void bind_switching(py::module_& m) {
  bind_costs(m);
  bind_offset(m);
  m.def("market_switching_cost", &market_dict);
  m.def("undercut_proof_prices", [](const Doubles& costs, const Doubles& customers) {
    return to_array(value_or_raise(undercut_proof_prices(in(costs), in(customers))));
  });
  m.def("transition_switching_cost", &transition_dict);
  m.def("switching_cost_in_money", [](double cost, double error, double beta, double beta_error) {
    const MoneyEstimate money = in_money(cost, error, beta, beta_error);
    return py::make_tuple(money.switching_cost, money.standard_error);
  });
}

}  // namespace kam::python
