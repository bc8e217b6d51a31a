/// The mergeable state of an order summary, and its form as two tables of numbers.
#include "binding.hpp"

namespace kam::python {
namespace {

using portfolio::AccountOrders;
using portfolio::ExactSum;
using portfolio::OpenPeriod;
using portfolio::OrderState;
using Int64s = py::array_t<std::int64_t, py::array::c_style>;

constexpr std::size_t kCounts = 8;    // whole numbers of an account
constexpr std::size_t kAmounts = 16;  // its doubles

void put(const ExactSum& sum, double* to) {
  to[0] = sum.high;
  to[1] = sum.middle;
  to[2] = sum.low;
}
ExactSum sum_from(const double* from) {
  return {from[0], from[1], from[2]};
}

void put(const OpenPeriod& period, std::int64_t* days, double* amounts) {
  days[0] = period.first_day;
  days[1] = period.last_day;
  put(period.positive, amounts);
  put(period.negative, amounts + 3);
}

void put(const AccountOrders& orders, std::int64_t* counts, double* amounts) {
  put(orders.first, counts, amounts);
  put(orders.last, counts + 2, amounts + 6);
  counts[4] = orders.between.occasions;
  counts[5] = orders.between.others;
  counts[6] = orders.between.first_day;
  counts[7] = orders.between.last_day;
  amounts[12] = orders.between.first_value;
  put(orders.between.repeat_value, amounts + 13);
}

[[noreturn]] void refuse(std::size_t account) {
  throw StatusError{{StatusCode::invalid_format,
                     "account " + std::to_string(account) + " of the order state is damaged"}};
}

Day day_from(std::int64_t value, std::size_t account) {
  const auto day = static_cast<Day>(value);
  if (value != day) refuse(account);
  return day;
}

/// Reads what `put` wrote; refuses days out of order and amounts that are not finite.
AccountOrders orders_from(const std::int64_t* counts, const double* amounts, std::size_t account) {
  const auto open = [&](const std::int64_t* days, const double* sums) {
    const OpenPeriod period{day_from(days[0], account), day_from(days[1], account), sum_from(sums),
                            sum_from(sums + 3)};
    if ((period.first_day == kNoDay) != (period.last_day == kNoDay)) refuse(account);
    if (period.first_day > period.last_day) refuse(account);
    return period;
  };
  AccountOrders orders{open(counts, amounts), open(counts + 2, amounts + 6), {}};
  auto& between = orders.between;
  const auto count = [&](std::int64_t value) {
    if (value < 0 || value > std::int64_t{UINT32_MAX}) refuse(account);
    return static_cast<std::uint32_t>(value);
  };
  between = {count(counts[4]),
             count(counts[5]),
             day_from(counts[6], account),
             day_from(counts[7], account),
             amounts[12],
             sum_from(amounts + 13)};
  for (std::size_t k = 0; k < kAmounts; ++k) {
    if (!std::isfinite(amounts[k])) refuse(account);
  }
  const bool one_period = orders.last.first_day == kNoDay;
  if (one_period && between.occasions + between.others > 0) refuse(account);
  if (!one_period &&
      (orders.first.first_day == kNoDay || orders.last.first_day <= orders.first.last_day)) {
    refuse(account);
  }
  if (between.occasions > 0 &&
      (between.first_day <= orders.first.last_day || between.last_day < between.first_day ||
       between.last_day >= orders.last.first_day)) {
    refuse(account);
  }
  return orders;
}

OrderState state_from(const Int64s& counts, const Doubles& amounts, const std::string& occasion) {
  const std::size_t n = in(counts).size() / kCounts;
  if (in(counts).size() != n * kCounts || in(amounts).size() != n * kAmounts) {
    throw StatusError{{StatusCode::invalid_format, "the tables of the order state do not fit"}};
  }
  OrderState state{value_or_raise(parse_time_unit(occasion)), {}};
  for (std::size_t i = 0; i < n; ++i) {
    state.accounts.push_back(
        orders_from(in(counts).data() + i * kCounts, in(amounts).data() + i * kAmounts, i));
  }
  return state;
}

py::tuple tables_of(const OrderState& state) {
  const auto n = static_cast<py::ssize_t>(state.accounts.size());
  Int64s counts({n, static_cast<py::ssize_t>(kCounts)});
  Doubles amounts({n, static_cast<py::ssize_t>(kAmounts)});
  for (std::size_t i = 0; i < state.accounts.size(); ++i) {
    put(state.accounts[i], counts.mutable_data() + i * kCounts,
        amounts.mutable_data() + i * kAmounts);
  }
  return py::make_tuple(counts, amounts);
}

/// Adds rows; the report as (used, after as_of, rejected).
py::tuple add_rows(OrderState& state, const Codes& account, const Int32s& date,
                   const Doubles& amount, std::size_t accounts, Day as_of) {
  portfolio::TransactionColumns rows;
  rows.account = in(account);
  rows.date = in(date);
  rows.amount = in(amount);
  const auto report = [&] {
    const py::gil_scoped_release release;
    return portfolio::accumulate(state, rows, {}, accounts, as_of);
  }();
  raise_unless_ok(report.status);
  return py::make_tuple(report.rows_used, report.rows_after_as_of, report.rows_rejected);
}

/// The account i of `state` becomes account code[i] of the result.
OrderState renumbered(const OrderState& state, const Codes& code, std::size_t accounts) {
  if (in(code).size() != state.accounts.size()) throw py::value_error("one code per account");
  OrderState result{state.occasion, std::vector<AccountOrders>(accounts)};
  for (std::size_t i = 0; i < state.accounts.size(); ++i) {
    const std::uint32_t to = in(code)[i];
    if (to >= accounts) throw py::value_error("account code out of range");
    result.accounts[to] = state.accounts[i];
  }
  return result;
}

py::tuple finish_state(const OrderState& state, Day as_of, const std::string& unit) {
  const std::size_t n = state.accounts.size();
  Doubles frequency = new_doubles(n), recency = new_doubles(n), age = new_doubles(n),
          value = new_doubles(n);
  raise_unless_ok(portfolio::finish(state, as_of, value_or_raise(parse_time_unit(unit)),
                                    {out(frequency), out(recency), out(age), out(value)})
                      .status);
  return py::make_tuple(frequency, recency, age, value);
}

}  // namespace

void bind_order_state(py::module_& m) {
  py::class_<OrderState>(m, "OrderState")
      .def(py::init([](const std::string& occasion) {
        return OrderState{value_or_raise(parse_time_unit(occasion)), {}};
      }))
      .def_property_readonly("occasion",
                             [](const OrderState& s) { return time_unit_name(s.occasion); })
      .def_property_readonly("accounts", [](const OrderState& s) { return s.accounts.size(); })
      .def_property_readonly(
          "last_day",
          [](const OrderState& s) {
            Day last = kNoDay;
            for (const AccountOrders& a : s.accounts) {
              const auto& open = a.last.first_day == kNoDay ? a.first : a.last;
              if (open.first_day != kNoDay && (last == kNoDay || open.last_day > last)) {
                last = open.last_day;
              }
            }
            return last;
          })
      .def("add", &add_rows)
      .def("merge", [](OrderState& s,
                       const OrderState& other) { raise_unless_ok(portfolio::merge(s, other)); })
      .def("renumbered", &renumbered)
      .def("finish", &finish_state)
      .def("tables", &tables_of);
  m.def("order_state_from", &state_from);
}

}  // namespace kam::python
