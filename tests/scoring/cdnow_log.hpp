/// A transaction log in memory, and the public one of the examples.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/portfolio/account_index.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::scoring {

struct Log {
  portfolio::AccountIndex index;
  std::vector<portfolio::Code> account;
  std::vector<Day> date;
  std::vector<double> amount;

  void add(const std::string& id, Day day, double value) {
    account.push_back(index.insert(id));
    date.push_back(day);
    amount.push_back(value);
  }
  [[nodiscard]] portfolio::Portfolio tables() const {
    portfolio::Portfolio p;
    p.accounts.rows = index.size();
    p.transactions.account = account;
    p.transactions.date = date;
    p.transactions.amount = amount;
    return p;
  }
};

inline const Log& cdnow_master() {
  static const Log kLog = [] {
    Log log;
    std::ifstream in(std::string(KAM_EXAMPLES) + "/cdnow/CDNOW_master.txt");
    std::string line, id, date;
    std::getline(in, line);
    int items = 0;
    double amount = 0;
    while (in >> id >> date >> items >> amount) log.add(id, parse_date(date, "%Y%m%d"), amount);
    return log;
  }();
  return kLog;
}

}  // namespace kam::scoring
