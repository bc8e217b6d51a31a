#include "binding.hpp"

namespace kam::python {

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
  m.def("concentration",
        [](const Doubles& values) { return value_or_raise(concentration(in(values))); });
}

}  // namespace kam::python
