#include "tables.hpp"

namespace kam::python {

template <class T>
std::span<const T> Tables::take(const py::dict& columns, const char* name) {
  if (!columns.contains(name) || columns[name].is_none()) return {};
  using Array = py::array_t<T, py::array::c_style>;
  py::object object = columns[name];
  if (!py::isinstance<Array>(object)) {
    throw py::type_error(std::string("column ") + name +
                         " is not a contiguous array of the expected type");
  }
  kept_.push_back(object);
  return in(object.cast<Array>());
}

void Tables::transactions(const py::dict& columns) {
  auto& t = portfolio_.transactions;
  t.account = take<std::uint32_t>(columns, "account");
  t.date = take<std::int32_t>(columns, "date");
  t.amount = take<double>(columns, "amount");
  t.kind = take<std::uint8_t>(columns, "kind");
  t.quantity = take<double>(columns, "quantity");
  t.category = take<std::uint32_t>(columns, "category");
  t.cogs = take<double>(columns, "cogs");
  t.currency = take<std::uint32_t>(columns, "currency");
  t.ref = take<std::uint32_t>(columns, "ref");
}

void Tables::accounts(const py::dict& columns) {
  auto& a = portfolio_.accounts;
  a.parent = take<std::uint32_t>(columns, "parent");
  a.since = take<std::int32_t>(columns, "since");
}

void Tables::activities(const py::dict& columns) {
  auto& a = portfolio_.activities;
  a.account = take<std::uint32_t>(columns, "account");
  a.date = take<std::int32_t>(columns, "date");
  a.type = take<std::uint8_t>(columns, "type");
  a.cost = take<double>(columns, "cost");
}

void Tables::ratings(const py::dict& columns, std::vector<std::string> item_names) {
  item_names_ = std::move(item_names);
  auto& r = portfolio_.ratings;
  r.account = take<std::uint32_t>(columns, "account");
  r.item = take<std::uint32_t>(columns, "item");
  r.value = take<double>(columns, "value");
  r.scale_min = take<double>(columns, "scale_min");
  r.scale_max = take<double>(columns, "scale_max");
  r.date = take<std::int32_t>(columns, "date");
  r.item_names = item_names_;
}

py::dict report_dict(const portfolio::DataReport& report) {
  py::list findings;
  for (const auto& finding : report.findings) {
    py::dict entry;
    entry["code"] = finding.code;
    entry["severity"] = portfolio::severity_name(finding.severity);
    entry["subject"] = finding.subject == portfolio::Subject::row ? "row" : "account";
    entry["count"] = finding.count;
    entry["examples"] = finding.examples;
    entry["explanation"] = finding.explanation;
    entry["value"] = finding.value;
    findings.append(entry);
  }
  const auto date = [](Day day) -> py::object {
    return day == kNoDay ? py::object(py::none()) : py::str(format_date(day));
  };
  py::dict result;
  result["rows_read"] = report.rows_read;
  result["rows_used"] = report.rows_used;
  result["rows_rejected"] = report.rows_rejected;
  result["rows_set_aside"] = report.rows_set_aside;
  result["accounts"] = report.accounts;
  result["accounts_without_orders"] = report.accounts_without_orders;
  result["first_date"] = date(report.first_date);
  result["last_date"] = date(report.last_date);
  result["total_net_revenue"] = report.total_net_revenue;
  result["findings"] = findings;
  return result;
}

namespace {

portfolio::CheckOptions check_options(Day as_of, const std::string& occasion,
                                      std::uint32_t base_currency) {
  return {.as_of = as_of,
          .occasion = value_or_raise(parse_time_unit(occasion)),
          .base_currency = base_currency};
}

py::dict check_tables(const Tables& tables, Day as_of, const std::string& occasion,
                      std::uint32_t base_currency) {
  const auto& p = tables.portfolio();
  auto checked = [&] {
    const py::gil_scoped_release release;
    return portfolio::check(p.transactions, p.accounts,
                            check_options(as_of, occasion, base_currency));
  }();
  return report_dict(value_or_raise(std::move(checked)).report);
}

/// (frequency, recency, age, monetary_value, rows rejected, first rejected row)
py::tuple summarize_rows(const Codes& account, const Int32s& date, const Doubles& amount,
                         std::size_t accounts, Day as_of, const std::string& unit,
                         const std::string& occasion) {
  const portfolio::SummaryOptions options{.as_of = as_of,
                                          .unit = value_or_raise(parse_time_unit(unit)),
                                          .occasion = value_or_raise(parse_time_unit(occasion))};
  portfolio::TransactionColumns rows;
  rows.account = in(account);
  rows.date = in(date);
  rows.amount = in(amount);
  Doubles frequency = new_doubles(accounts), recency = new_doubles(accounts),
          age = new_doubles(accounts), value = new_doubles(accounts);
  const portfolio::OrderSummaryColumns columns{out(frequency), out(recency), out(age), out(value)};
  const auto report = [&] {
    const py::gil_scoped_release release;
    return portfolio::summarize(rows, {}, accounts, options, columns);
  }();
  raise_unless_ok(report.status);
  return py::make_tuple(frequency, recency, age, value, report.rows_rejected,
                        report.first_rejected);
}

}  // namespace

void bind_portfolio(py::module_& m) {
  py::class_<Tables>(m, "Tables")
      .def(py::init<std::size_t>())
      .def("transactions", &Tables::transactions)
      .def("accounts", &Tables::accounts)
      .def("activities", &Tables::activities)
      .def("ratings", &Tables::ratings);
  m.def("check", &check_tables);
  m.def("summarize", &summarize_rows);
}

}  // namespace kam::python
