#include <optional>

#include "binding.hpp"
#include "threads.hpp"

namespace kam::python {
namespace {

py::tuple ends(const Interval& i) {
  return py::make_tuple(i.lo, i.hi);
}

py::dict concentration_ends(const Concentration& c, double level, std::size_t draws,
                            std::uint64_t seed, int threads) {
  const auto found = [&] {
    const py::gil_scoped_release released;
    Threads lent(threads);
    return value_or_raise(concentration_interval(c, {draws, level, seed}, lent.executor()));
  }();
  py::dict d;
  d["gini"] = ends(found.gini);
  d["hhi"] = ends(found.hhi);
  d["effective_accounts"] = ends(found.effective_accounts);
  d["top_share_0.01"] = ends(found.top_1);
  d["top_share_0.05"] = ends(found.top_5);
  d["top_share_0.1"] = ends(found.top_10);
  d["top_share_0.2"] = ends(found.top_20);
  d["accounts_for_0.8"] = ends(found.accounts_for_80);
  d["draws"] = found.draws;
  return d;
}

py::dict tail(const Doubles& values, std::optional<bool> discrete) {
  const ParetoTail t = [&] {
    const py::gil_scoped_release released;
    return value_or_raise(pareto_tail(in(values), {discrete}));
  }();
  py::dict d;
  d["discrete"] = t.discrete;
  d["alpha"] = t.alpha;
  d["alpha_se"] = t.alpha_se;
  d["xmin"] = t.xmin;
  d["ks"] = t.ks;
  d["log_likelihood"] = t.log_likelihood;
  d["accounts"] = t.accounts;
  d["tail_accounts"] = t.tail_accounts;
  d["distinct_values"] = t.distinct_values;
  d["tail_share"] = t.tail_share;
  d["rows_rejected"] = t.report.rows_rejected;
  return d;
}

py::dict tail_ends(const Doubles& values, std::optional<bool> discrete, double level,
                   std::size_t draws, std::uint64_t seed, int threads) {
  const ParetoTailInterval found = [&] {
    const py::gil_scoped_release released;
    Threads lent(threads);
    return value_or_raise(
        pareto_tail_interval(in(values), {discrete}, {draws, level, seed}, lent.executor()));
  }();
  py::dict d;
  d["alpha"] = ends(found.alpha);
  d["xmin"] = ends(found.xmin);
  d["tail_share"] = ends(found.tail_share);
  d["draws"] = found.draws;
  return d;
}

/// Their share of us, our share of them, quadrants by number, report.
py::tuple dependence(const Doubles& sales, const Doubles& purchases, double us, double them) {
  const auto n = static_cast<std::size_t>(sales.size());
  Doubles share_of_us = new_doubles(n), share_of_them = new_doubles(n);
  std::vector<Dependence> quadrant(n);
  const BatchReport report = mutual_dependence(
      in(sales), in(purchases), {out(share_of_us), out(share_of_them), quadrant}, {us, them});
  py::tuple counts = report_tuple(report);
  Bytes codes(static_cast<py::ssize_t>(n));
  for (std::size_t i = 0; i < n; ++i) out(codes)[i] = static_cast<std::uint8_t>(quadrant[i]);
  return py::make_tuple(share_of_us, share_of_them, codes, counts);
}

}  // namespace

void bind_concentration(py::module_& m) {
  py::class_<Concentration>(m, "Concentration")
      .def_readonly("accounts", &Concentration::accounts)
      .def_readonly("total", &Concentration::total)
      .def_readonly("gini", &Concentration::gini)
      .def_readonly("gini_corrected", &Concentration::gini_corrected)
      .def_readonly("hhi", &Concentration::hhi)
      .def_readonly("hhi_normalised", &Concentration::hhi_normalised)
      .def_readonly("effective_accounts", &Concentration::effective_accounts)
      .def_readonly("entropy_effective_accounts", &Concentration::entropy_effective_accounts)
      .def_readonly("theil", &Concentration::theil)
      .def_readonly("negative_values", &Concentration::negative_values)
      .def_readonly("negative_total", &Concentration::negative_total)
      .def_property_readonly("rows_rejected",
                             [](const Concentration& c) { return c.report.rows_rejected; })
      .def("top_share", &Concentration::top_share)
      .def("top_count_share", &Concentration::top_count_share)
      .def("accounts_for", [](const Concentration& c,
                              double share) { return value_or_raise(c.accounts_for(share)); })
      .def("abc",
           [](const Concentration& c, double a, double b) {
             const AbcClasses classes = value_or_raise(c.abc(a, b));
             return py::make_tuple(classes.a, classes.b, classes.c);
           })
      .def("balance_point", &Concentration::balance_point)
      .def("accounts_at_least", &Concentration::accounts_at_least)
      .def("lorenz", [](const Concentration& c, std::size_t at_most) {
        const auto points = c.lorenz(at_most);
        Doubles accounts = new_doubles(points.size()), values = new_doubles(points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
          out(accounts)[i] = points[i].account_share;
          out(values)[i] = points[i].value_share;
        }
        return py::make_tuple(accounts, values);
      });
  m.def("concentration_interval", &concentration_ends);
  m.def("pareto_tail", &tail);
  m.def("pareto_tail_interval", &tail_ends);
  m.def("mutual_dependence", &dependence);
  m.def("concentration",
        [](const Doubles& values) { return value_or_raise(concentration(in(values))); });
}

}  // namespace kam::python
