/// Text and identifiers become numbers here, once, before any column reaches the core.
#include "binding.hpp"

#include <charconv>
#include <limits>
#include <unordered_map>

namespace kam::python {
namespace {

/// A Python str as bytes without copying; empty and false for anything else.
bool text_of(PyObject* object, std::string_view& text) {
  if (!PyUnicode_Check(object)) return false;
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(object, &size);
  if (data == nullptr) {
    PyErr_Clear();  // lone surrogates: not a text a file can hold
    return false;
  }
  text = {data, static_cast<std::size_t>(size)};
  return true;
}

PyObject** objects_of(const py::array& array) {
  if (array.dtype().kind() != 'O') throw py::type_error("expected an array of objects");
  return static_cast<PyObject**>(const_cast<void*>(array.data()));
}

/// Dates as text to days since 1970-01-01; kNoDay where the text does not fit.
Int32s parse_dates(const py::array& texts, const std::string& format) {
  PyObject** objects = objects_of(texts);
  Int32s days(texts.size());
  auto column = out(days);
  for (std::size_t i = 0; i < column.size(); ++i) {
    std::string_view text;
    column[i] = text_of(objects[i], text) ? parse_date(text, format) : kNoDay;
  }
  return days;
}

/// Instants as whole ticks (NumPy datetime64) to days; NaT, and what lies beyond int32, to kNoDay.
Int32s days_of_ticks(const py::array_t<std::int64_t, py::array::c_style>& ticks,
                     std::int64_t per_day) {
  Int32s days(ticks.size());
  const auto from = in(ticks);
  auto to = out(days);
  constexpr std::int64_t kMost = 5'000'000;  // beyond the year 9999
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] == std::numeric_limits<std::int64_t>::min()) {  // NaT
      to[i] = kNoDay;
      continue;
    }
    const std::int64_t whole = from[i] / per_day - (from[i] % per_day < 0 ? 1 : 0);
    to[i] = whole > -kMost && whole < kMost ? static_cast<Day>(whole) : kNoDay;
  }
  return days;
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Plain decimal numbers ("-1234.5"): no thousands separators, no currency signs, no ranges, since
/// a guess there changes money silently.
bool parse_number(std::string_view text, char decimal, double& value) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const bool had_sign = !text.empty() && text.front() == '+';
  if (had_sign) text.remove_prefix(1);
  std::string swapped;
  if (decimal != '.') {
    if (text.find('.') != std::string_view::npos) return false;
    swapped = std::string(text);
    for (char& c : swapped) c = c == decimal ? '.' : c;
    text = swapped;
  }
  // Only digits, a point and an exponent: from_chars would also read "inf", "nan" and, after a sign
  // that is gone, another sign.
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  if (text.empty() || (had_sign && text.front() == '-')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Numbers as text; NaN for blank ones. Returns (values, rows whose text is not a number).
py::tuple parse_numbers(const py::array& texts, const std::string& decimal) {
  PyObject** objects = objects_of(texts);
  Doubles values = new_doubles(static_cast<std::size_t>(texts.size()));
  auto column = out(values);
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < column.size(); ++i) {
    std::string_view text;
    column[i] = kNaN;
    if (text_of(objects[i], text)) {
      if (!blank(text) && !parse_number(text, decimal[0], column[i])) {
        column[i] = kNaN;
        wrong.push_back(i);
      }
    } else if (PyFloat_Check(objects[i]) || PyLong_Check(objects[i])) {
      column[i] = PyFloat_AsDouble(objects[i]);
      if (PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        column[i] = kNaN;
        wrong.push_back(i);
      }
    } else if (objects[i] != Py_None) {
      py::object as_float =
          py::reinterpret_steal<py::object>(PyNumber_Float(objects[i]));  // e.g. Decimal
      if (as_float) {
        column[i] = PyFloat_AsDouble(as_float.ptr());
      } else {
        PyErr_Clear();
        wrong.push_back(i);
      }
    }
  }
  return py::make_tuple(values, wrong);
}

/// Codes in order of first appearance and the row of each first appearance.
template <class Key, class KeyOf>
py::tuple factorize(std::size_t n, const KeyOf& key_of) {
  Codes codes(static_cast<py::ssize_t>(n));
  auto column = out(codes);
  std::unordered_map<Key, std::uint32_t> seen;
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < n; ++i) {
    Key key;
    if (!key_of(i, key)) {
      column[i] = portfolio::kNoAccount;
      continue;
    }
    const auto [found, added] = seen.try_emplace(key, static_cast<std::uint32_t>(first.size()));
    if (added) first.push_back(i);
    column[i] = found->second;
  }
  return py::make_tuple(codes, first);
}

py::tuple factorize_texts(const py::array& texts) {
  PyObject** objects = objects_of(texts);
  return factorize<std::string_view>(static_cast<std::size_t>(texts.size()),
                                     [&](std::size_t i, std::string_view& key) {
                                       return text_of(objects[i], key) && !blank(key);
                                     });
}

/// Whole numbers: a table by offset where they lie close together, a hash otherwise.
py::tuple factorize_integers(const py::array_t<std::int64_t, py::array::c_style>& ids) {
  const auto values = in(ids);
  std::int64_t low = 0, high = -1;
  for (const std::int64_t v : values) {
    if (high < low) low = high = v;
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (values.empty() || span > 4 * values.size() + 1024) {
    return factorize<std::int64_t>(values.size(), [&](std::size_t i, std::int64_t& key) {
      key = values[i];
      return true;
    });
  }
  Codes codes(ids.size());
  auto column = out(codes);
  std::vector<std::uint32_t> seen(span + 1, portfolio::kNoAccount);
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t& code =
        seen[static_cast<std::uint64_t>(values[i]) - static_cast<std::uint64_t>(low)];
    if (code == portfolio::kNoAccount) {
      code = static_cast<std::uint32_t>(first.size());
      first.push_back(i);
    }
    column[i] = code;
  }
  return py::make_tuple(codes, first);
}

}  // namespace

void bind_base(py::module_& m) {
  m.attr("NO_DAY") = kNoDay;
  m.attr("NO_ACCOUNT") = portfolio::kNoAccount;
  m.def("parse_date", [](const std::string& text, const std::string& format) {
    return parse_date(text, format);
  });
  m.def("parse_dates", parse_dates);
  m.def("days_of_ticks", days_of_ticks);
  m.def("parse_numbers", parse_numbers);
  m.def("factorize_texts", factorize_texts);
  m.def("factorize_integers", factorize_integers);
  m.def("format_date", &format_date);
  m.def("add_months", &add_months);
  m.def("normal_quantile", &normal_quantile);
  m.def("digamma", [](double x) { return digamma(x); });
}

}  // namespace kam::python
