#include "binding.hpp"

namespace kam::python {
namespace {

/// One exception type per kind of failure; all but the last two are ValueErrors.
void bind_errors(py::module_& m) {
  static py::handle insufficient, format, version;
  const auto derive = [&m](const char* name, py::handle base, const char* doc) {
    py::object type = py::reinterpret_steal<py::object>(
        PyErr_NewExceptionWithDoc((std::string("kam.") + name).c_str(), doc, base.ptr(), nullptr));
    m.attr(name) = type;
    return type.release();
  };
  insufficient = derive("InsufficientDataError", PyExc_ValueError,
                        "The call is right but the data cannot carry it.");
  format = derive("FormatError", PyExc_ValueError, "A profile or model file that cannot be read.");
  version = derive("VersionError", format, "A model file of another kind or of a newer kam.");
  py::register_exception_translator([](std::exception_ptr pending) {
    try {
      if (pending) std::rethrow_exception(pending);
    } catch (const StatusError& error) {
      const std::string& text = error.status.message();
      switch (error.status.code()) {
        case StatusCode::insufficient_data:
          PyErr_SetString(insufficient.ptr(), text.c_str());
          break;
        case StatusCode::invalid_format:
          PyErr_SetString(format.ptr(), text.c_str());
          break;
        case StatusCode::version_mismatch:
          PyErr_SetString(version.ptr(), text.c_str());
          break;
        case StatusCode::out_of_memory:
          PyErr_SetString(PyExc_MemoryError, text.c_str());
          break;
        case StatusCode::invalid_argument:
        case StatusCode::size_mismatch:
          PyErr_SetString(PyExc_ValueError, text.c_str());
          break;
        default:
          PyErr_SetString(PyExc_RuntimeError, text.c_str());
      }
    }
  });
}

}  // namespace
}  // namespace kam::python

PYBIND11_MODULE(_core, m, pybind11::mod_gil_not_used()) {
  using namespace kam::python;
  m.doc() = "Private: contiguous arrays in, arrays out. Use the functions of the package `kam`.";
  m.attr("__version__") = KAM_VERSION;
  bind_errors(m);
  bind_base(m);
  bind_models(m);
  bind_discrete(m);
  bind_calibration(m);
  bind_churn(m);
  bind_survival(m);
  bind_aft(m);
  bind_concentration(m);
  bind_value(m);
  bind_portfolio(m);
  bind_profile(m);
  bind_scoring(m);
  bind_scorecard(m);
  bind_classification(m);
  bind_covariates(m);
  bind_order_state(m);
  bind_ladder(m);
  bind_profit(m);
  bind_risk(m);
  bind_switching(m);
  bind_retention(m);
}
