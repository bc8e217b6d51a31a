/// What every binding file shares: arrays as columns, Status as exceptions.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kam/kam.hpp>

namespace kam::python {

namespace py = pybind11;

/// Contiguous, exact type: the package converts, the extension never copies silently.
using Doubles = py::array_t<double, py::array::c_style>;
using Int32s = py::array_t<std::int32_t, py::array::c_style>;
using Codes = py::array_t<std::uint32_t, py::array::c_style>;
using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

template <class T>
std::span<const T> in(const py::array_t<T, py::array::c_style>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}
/// An optional column: None is an empty span.
template <class T>
std::span<const T> in(const std::optional<py::array_t<T, py::array::c_style>>& array) {
  return array ? in(*array) : std::span<const T>{};
}
template <class T>
std::span<T> out(py::array_t<T, py::array::c_style>& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}
inline Doubles new_doubles(std::size_t n) {
  return Doubles(static_cast<py::ssize_t>(n));
}
inline Doubles to_array(const std::vector<double>& values) {
  return Doubles(static_cast<py::ssize_t>(values.size()), values.data());
}

/// Thrown at the edge only; becomes the Python exception of its code.
struct StatusError {
  Status status;
};
inline void raise_unless_ok(const Status& status) {
  if (!status.ok()) throw StatusError{status};
}
template <class T>
T value_or_raise(Result<T> result) {
  if (!result) throw StatusError{result.error()};
  return std::move(result).value();
}

/// (rows scored, rows rejected, first rejected row, its reason).
inline py::tuple report_tuple(const BatchReport& report) {
  raise_unless_ok(report.status);
  return py::make_tuple(report.rows_scored, report.rows_rejected, report.first_rejected,
                        row_reason_name(report.first_reason));
}

void bind_base(py::module_& m);
void bind_models(py::module_& m);
void bind_aft(py::module_& m);
void bind_discrete(py::module_& m);
void bind_churn(py::module_& m);
void bind_survival(py::module_& m);
void bind_concentration(py::module_& m);
void bind_calibration(py::module_& m);
void bind_profit(py::module_& m);
void bind_value(py::module_& m);
void bind_portfolio(py::module_& m);
void bind_profile(py::module_& m);
void bind_classification(py::module_& m);
void bind_scorecard(py::module_& m);
void bind_scoring(py::module_& m);
void bind_covariates(py::module_& m);
void bind_ladder(py::module_& m);
void bind_order_state(py::module_& m);
void bind_risk(py::module_& m);
void bind_switching(py::module_& m);
void bind_retention(py::module_& m);

}  // namespace kam::python
