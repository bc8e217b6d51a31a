/// Small owned tables for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <kam/portfolio/account_index.hpp>
#include <kam/portfolio/order_summary.hpp>

namespace kam::portfolio {

struct Table {
  std::vector<Code> account;
  std::vector<Day> date;
  std::vector<double> amount;
  std::size_t accounts = 0;

  void add(Code code, Day day, double money) {
    account.push_back(code);
    date.push_back(day);
    amount.push_back(money);
    if (code >= accounts) accounts = code + 1;
  }
  [[nodiscard]] TransactionColumns columns() const {
    return {.account = account, .date = date, .amount = amount};
  }
  [[nodiscard]] std::size_t rows() const { return account.size(); }
};

/// Returns, cancelled orders, free orders, several rows a day: 1/8 each, in random row order.
inline Table random_table(unsigned seed, std::size_t rows, Code accounts, Day first, int days) {
  std::mt19937 random(seed);
  Table table;
  table.accounts = accounts;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto code = static_cast<Code>(random() % accounts);
    const Day day = first + static_cast<Day>(random() % static_cast<unsigned>(days));
    const double money = static_cast<double>(random() % 100000) / 100.0;
    switch (random() % 8) {
      case 0:
        table.add(code, day, -money);
        break;
      case 1:
        table.add(code, day, money);
        table.add(code, day, -money);
        break;
      case 2:
        table.add(code, day, 0.0);
        break;
      case 3:
        table.add(code, day, 0.1);
        table.add(code, day, 0.2);
        table.add(code, day, -0.3);
        break;
      default:
        table.add(code, day, money);
    }
  }
  return table;
}

inline Table shuffled(const Table& table, unsigned seed) {
  std::vector<std::size_t> order(table.rows());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(seed));
  Table result;
  result.accounts = table.accounts;
  for (const std::size_t i : order) result.add(table.account[i], table.date[i], table.amount[i]);
  return result;
}

/// The rows with first <= date <= last.
inline Table between(const Table& table, Day first, Day last) {
  Table result;
  result.accounts = table.accounts;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (table.date[i] >= first && table.date[i] <= last) {
      result.add(table.account[i], table.date[i], table.amount[i]);
    }
  }
  result.accounts = table.accounts;
  return result;
}

/// CDNOW: blank-separated; the id is column 1, the amount the last one.
inline Table read_cdnow(const std::string& file, std::size_t date_column, bool header) {
  std::ifstream in(std::string(KAM_EXAMPLES "/cdnow/") + file);
  EXPECT_TRUE(in.good()) << file;
  Table table;
  AccountIndex index;
  std::string line;
  if (header) std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::vector<std::string> field;
    for (std::string text; fields >> text;) field.push_back(text);
    if (field.empty()) continue;
    table.add(index.insert(field[0]), parse_date(field[date_column], "%Y%m%d"),
              std::strtod(field.back().c_str(), nullptr));
  }
  return table;
}
inline Table cdnow_master() {
  return read_cdnow("CDNOW_master.txt", 1, true);
}
inline Table cdnow_sample() {
  return read_cdnow("CDNOW_sample.txt", 2, false);
}

struct Summarized {
  OrderSummary summary;
  SummaryReport report;
};

inline Summarized summarized(const Table& table, const SummaryOptions& options) {
  Summarized result{OrderSummary(table.accounts, /*gaps=*/true), {}};
  result.report = summarize(table.columns(), {}, table.accounts, options, result.summary.columns());
  return result;
}

/// Equal to the bit; NaN equals NaN.
inline void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != a[i] && b[i] != b[i]) continue;
    ASSERT_EQ(a[i], b[i]) << "row " << i;
  }
}
inline void expect_same(const OrderSummary& a, const OrderSummary& b) {
  expect_same(a.frequency, b.frequency);
  expect_same(a.recency, b.recency);
  expect_same(a.age, b.age);
  expect_same(a.monetary_value, b.monetary_value);
  expect_same(a.log_gaps, b.log_gaps);
}

}  // namespace kam::portfolio
