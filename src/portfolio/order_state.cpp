#include "portfolio/order_state.hpp"

#include <algorithm>
#include <string>

#include "portfolio/guard.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {

void append(ClosedPeriods& periods, const ClosedPeriods& later) noexcept {
  periods.others += later.others;
  if (later.occasions == 0) return;
  if (periods.occasions == 0) {
    periods.first_day = later.first_day;
    periods.first_value = later.first_value;
  } else {
    add(periods.repeat_value, later.first_value);
    add(periods.log_gaps, log_gap(periods.last_day, later.first_day));
  }
  add(periods.log_gaps, later.log_gaps);
  add(periods.repeat_value, later.repeat_value);
  periods.occasions += later.occasions;
  periods.last_day = later.last_day;
}

void append(AccountOrders& orders, const OpenPeriod& period) noexcept {
  if (empty(orders)) {
    orders.first = period;
    return;
  }
  if (!empty(orders.last)) close(orders.between, orders.last);
  orders.last = period;
}

ClosedPeriods closed(const AccountOrders& orders) noexcept {
  ClosedPeriods all;
  if (!empty(orders.first)) close(all, orders.first);
  append(all, orders.between);
  if (!empty(orders.last)) close(all, orders.last);
  return all;
}

AccountOrders concatenate(const AccountOrders& earlier, const AccountOrders& later,
                          TimeUnit occasion) noexcept {
  if (empty(earlier)) return later;
  if (empty(later)) return earlier;
  AccountOrders all = earlier;
  OpenPeriod joint = later.first;
  if (period_of(back(earlier).first_day, occasion) == period_of(joint.first_day, occasion)) {
    join(joint, back(earlier));
    (empty(all.last) ? all.first : all.last) = OpenPeriod{};  // lives on in `joint`
  } else if (!empty(all.last)) {
    close(all.between, all.last);
    all.last = {};
  }
  const bool joint_is_first = empty(all.first);
  if (joint_is_first) all.first = joint;
  if (empty(later.last)) {
    if (!joint_is_first) all.last = joint;
    return all;
  }
  if (!joint_is_first) close(all.between, joint);
  append(all.between, later.between);
  all.last = later.last;
  return all;
}

Order order_of(Day first, Day last, Day other_first, Day other_last, TimeUnit occasion) noexcept {
  if (period_of(last, occasion) <= period_of(other_first, occasion)) return Order::before;
  if (period_of(first, occasion) >= period_of(other_last, occasion)) return Order::after;
  return Order::overlap;
}

namespace {

Status overlap(std::size_t account, Day first, Day last, const AccountOrders& orders) {
  return {StatusCode::invalid_argument,
          "account " + std::to_string(account) + " has rows from " + format_date(first) + " to " +
              format_date(last) + " inside the range already summarised (" +
              format_date(orders.first.first_day) + " to " + format_date(back(orders).last_day) +
              "): periods that are closed cannot be reopened; keep a table of account, day and "
              "amount and summarize that"};
}

Status check_continues(GroupedRows& rows, const OrderState& state) {
  for (std::size_t account = 0; account < state.accounts.size(); ++account) {
    const std::span<const DatedAmount> added = rows.of(account);
    const AccountOrders& orders = state.accounts[account];
    if (added.empty() || empty(orders)) continue;
    const Day first = added.front().day, last = added.back().day;
    if (order_of(first, last, orders.first.first_day, back(orders).last_day, state.occasion) ==
        Order::overlap) {
      return overlap(account, first, last, orders);
    }
  }
  return {};
}

AccountOrders orders_of(std::span<const DatedAmount> rows, TimeUnit occasion) {
  AccountOrders orders;
  for_each_period(rows, occasion, [&](const OpenPeriod& period) { append(orders, period); });
  return orders;
}

Order order_of(const AccountOrders& a, const AccountOrders& b, TimeUnit occasion) noexcept {
  if (empty(a) || empty(b)) return Order::before;
  return portfolio::order_of(a.first.first_day, back(a).last_day, b.first.first_day,
                             back(b).last_day, occasion);
}

/// Precondition: the two do not overlap.
void join(AccountOrders& orders, const AccountOrders& other, TimeUnit occasion) noexcept {
  orders = order_of(orders, other, occasion) == Order::before
               ? concatenate(orders, other, occasion)
               : concatenate(other, orders, occasion);
}

}  // namespace

SummaryReport accumulate(OrderState& state, const TransactionColumns& transactions,
                         std::span<const RowVerdict> verdicts, std::size_t accounts, Day as_of) {
  return guarded<SummaryReport>([&]() -> SummaryReport {
    if (accounts < state.accounts.size()) accounts = state.accounts.size();
    if (Status s = check_call(transactions, verdicts, accounts); !s.ok()) return {s};
    if (Status s = check_as_of(as_of); !s.ok()) return {s};
    SummaryReport report;
    const std::vector<RowVerdict> usable = usable_rows(transactions, verdicts, as_of);
    count_rows(verdicts, usable, report);
    GroupedRows rows(transactions, usable, accounts);
    if (Status s = check_continues(rows, state); !s.ok()) return {s};
    state.accounts.resize(accounts);
    for (std::size_t account = 0; account < accounts; ++account) {
      if (rows.of(account).empty()) continue;
      join(state.accounts[account], orders_of(rows.of(account), state.occasion), state.occasion);
    }
    return report;
  });
}

Status merge(OrderState& state, const OrderState& other) {
  return guarded<Status>([&]() -> Status {
    if (state.occasion != other.occasion) {
      return {StatusCode::invalid_argument,
              std::string("`occasion` must be the same in both states, got ") +
                  time_unit_name(state.occasion) + " and " + time_unit_name(other.occasion)};
    }
    const std::size_t shared = std::min(state.accounts.size(), other.accounts.size());
    for (std::size_t account = 0; account < shared; ++account) {
      const AccountOrders& b = other.accounts[account];
      if (order_of(state.accounts[account], b, state.occasion) == Order::overlap) {
        return overlap(account, b.first.first_day, back(b).last_day, state.accounts[account]);
      }
    }
    if (other.accounts.size() > state.accounts.size()) state.accounts.resize(other.accounts.size());
    for (std::size_t account = 0; account < other.accounts.size(); ++account) {
      join(state.accounts[account], other.accounts[account], state.occasion);
    }
    return {};
  });
}

}  // namespace kam::portfolio
