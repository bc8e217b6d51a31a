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

void Tables::transactions(const py::dict& columns, std::vector<std::string> category_names) {
  category_names_ = std::move(category_names);
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
  t.paid_date = take<std::int32_t>(columns, "paid_date");
  t.due_date = take<std::int32_t>(columns, "due_date");
  t.category_names = category_names_;
}

void Tables::accounts(const py::dict& columns, std::vector<std::string> sector_names) {
  sector_names_ = std::move(sector_names);
  auto& a = portfolio_.accounts;
  a.parent = take<std::uint32_t>(columns, "parent");
  a.since = take<std::int32_t>(columns, "since");
  a.sector = take<std::uint32_t>(columns, "sector");
  a.supplier_too = take<std::uint8_t>(columns, "supplier_too");
  a.group_purchase = take<std::uint8_t>(columns, "group_purchase");
  a.annual_revenue = take<double>(columns, "annual_revenue");
  a.wallet = take<double>(columns, "wallet");
  a.supplier_rank = take<double>(columns, "supplier_rank");
  a.suppliers = take<double>(columns, "suppliers");
  a.sector_names = sector_names_;
}

void Tables::activities(const py::dict& columns) {
  auto& a = portfolio_.activities;
  a.account = take<std::uint32_t>(columns, "account");
  a.date = take<std::int32_t>(columns, "date");
  a.type = take<std::uint8_t>(columns, "type");
  a.our_person = take<std::uint32_t>(columns, "our_person");
  a.their_person = take<std::uint32_t>(columns, "their_person");
  a.minutes = take<double>(columns, "minutes");
  a.cost = take<double>(columns, "cost");
}

void Tables::contracts(const py::dict& columns) {
  auto& c = portfolio_.contracts;
  c.account = take<std::uint32_t>(columns, "account");
  c.start = take<std::int32_t>(columns, "start");
  c.end = take<std::int32_t>(columns, "end");
  c.value_per_year = take<double>(columns, "value_per_year");
  c.notice_days = take<double>(columns, "notice_days");
}

void Tables::opportunities(const py::dict& columns, std::vector<std::string> stage_names) {
  stage_names_ = std::move(stage_names);
  auto& o = portfolio_.opportunities;
  o.account = take<std::uint32_t>(columns, "account");
  o.value = take<double>(columns, "value");
  o.stage = take<std::uint32_t>(columns, "stage");
  o.stage_entered = take<std::int32_t>(columns, "stage_entered");
  o.created = take<std::int32_t>(columns, "created");
  o.outcome = take<std::uint8_t>(columns, "outcome");
  o.stage_names = stage_names_;
}

void Tables::stakeholders(const py::dict& columns) {
  auto& s = portfolio_.stakeholders;
  s.account = take<std::uint32_t>(columns, "account");
  s.person = take<std::uint32_t>(columns, "person");
  s.department = take<std::uint32_t>(columns, "department");
  s.level = take<std::uint8_t>(columns, "level");
  s.roles = take<std::uint8_t>(columns, "roles");
  s.weight = take<double>(columns, "weight");
  s.stance = take<double>(columns, "stance");
  s.rated_on = take<std::int32_t>(columns, "rated_on");
  s.left_on = take<std::int32_t>(columns, "left_on");
}

void Tables::financials(const py::dict& columns) {
  auto& f = portfolio_.financials;
  f.account = take<std::uint32_t>(columns, "account");
  f.date = take<std::int32_t>(columns, "date");
  f.working_capital = take<double>(columns, "working_capital");
  f.total_assets = take<double>(columns, "total_assets");
  f.retained_earnings = take<double>(columns, "retained_earnings");
  f.ebit = take<double>(columns, "ebit");
  f.equity = take<double>(columns, "equity");
  f.liabilities = take<double>(columns, "liabilities");
  f.credit_limit = take<double>(columns, "credit_limit");
  f.exposure = take<double>(columns, "exposure");
  f.probability_of_default = take<double>(columns, "probability_of_default");
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

/// (frequency, recency, age, monetary_value, log_gaps or None, rows rejected, first rejected row)
py::tuple summarize_rows(const Codes& account, const Int32s& date, const Doubles& amount,
                         std::size_t accounts, Day as_of, const std::string& unit,
                         const std::string& occasion, bool gaps) {
  const portfolio::SummaryOptions options{.as_of = as_of,
                                          .unit = value_or_raise(parse_time_unit(unit)),
                                          .occasion = value_or_raise(parse_time_unit(occasion))};
  portfolio::TransactionColumns rows;
  rows.account = in(account);
  rows.date = in(date);
  rows.amount = in(amount);
  Doubles frequency = new_doubles(accounts), recency = new_doubles(accounts),
          age = new_doubles(accounts), value = new_doubles(accounts),
          log_gaps = new_doubles(gaps ? accounts : 0);
  const portfolio::OrderSummaryColumns columns{out(frequency), out(recency), out(age), out(value),
                                               out(log_gaps)};
  const auto report = [&] {
    const py::gil_scoped_release release;
    return portfolio::summarize(rows, {}, accounts, options, columns);
  }();
  raise_unless_ok(report.status);
  return py::make_tuple(frequency, recency, age, value,
                        gaps ? py::object(log_gaps) : py::object(py::none()), report.rows_rejected,
                        report.first_rejected);
}

}  // namespace

void bind_portfolio(py::module_& m) {
  py::class_<Tables>(m, "Tables")
      .def(py::init<std::size_t>())
      .def("transactions", &Tables::transactions)
      .def("accounts", &Tables::accounts)
      .def("activities", &Tables::activities)
      .def("contracts", &Tables::contracts)
      .def("ratings", &Tables::ratings)
      .def("opportunities", &Tables::opportunities)
      .def("stakeholders", &Tables::stakeholders)
      .def("financials", &Tables::financials);
  m.attr("UNKNOWN_CODE") = portfolio::kUnknownCode;
  m.def("check", &check_tables);
  m.def("summarize", &summarize_rows);
}

}  // namespace kam::python
