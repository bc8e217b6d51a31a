/// Batch verbs as Python sees them: new arrays and a row report, computed without the GIL.
#pragma once

#include "binding.hpp"
#include "threads.hpp"

namespace kam::python {

template <class Fit>
auto without_gil(const Fit& fit) {
  const py::gil_scoped_release release;
  return fit();
}

/// (values, report) of a verb that fills one column.
template <class Verb>
py::tuple one_column(std::size_t rows, const Verb& verb) {
  Doubles values = new_doubles(rows);
  const auto column = out(values);
  const BatchReport report = without_gil([&] { return verb(column); });
  return py::make_tuple(values, report_tuple(report));
}

/// (estimate, lo, hi, report) of a verb with interval.
template <class Verb>
py::tuple three_columns(std::size_t rows, const Verb& verb) {
  Doubles estimate = new_doubles(rows), lo = new_doubles(rows), hi = new_doubles(rows);
  const IntervalColumns columns{out(estimate), out(lo), out(hi)};
  const BatchReport report = without_gil([&] { return verb(columns); });
  return py::make_tuple(estimate, lo, hi, report_tuple(report));
}

/// call(executor) with the threads asked for, while other Python threads go on.
template <class Call>
auto without_gil(int threads, const Call& call) {
  const py::gil_scoped_release release;
  Threads pool(threads);
  return call(pool.executor());
}

/// The same verbs with threads: verb(columns, executor).
template <class Verb>
py::tuple one_column(std::size_t rows, int threads, const Verb& verb) {
  Doubles values = new_doubles(rows);
  const auto column = out(values);
  const BatchReport report =
      without_gil(threads, [&](const Executor& e) { return verb(column, e); });
  return py::make_tuple(values, report_tuple(report));
}
template <class Verb>
py::tuple three_columns(std::size_t rows, int threads, const Verb& verb) {
  Doubles estimate = new_doubles(rows), lo = new_doubles(rows), hi = new_doubles(rows);
  const IntervalColumns columns{out(estimate), out(lo), out(hi)};
  const BatchReport report =
      without_gil(threads, [&](const Executor& e) { return verb(columns, e); });
  return py::make_tuple(estimate, lo, hi, report_tuple(report));
}

}  // namespace kam::python
