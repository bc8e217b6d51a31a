/// The CDNOW 1/10 sample as an order summary, built here by the plainest code possible: an oracle
/// for kam's own order summary and the input of the published fits. See examples/cdnow/README.md.
#pragma once

#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/date.hpp>

namespace kam::test {

struct Summary {
  std::vector<double> frequency, recency, age, monetary_value, log_gaps;

  [[nodiscard]] OrderColumns orders() const { return {frequency, recency, age}; }
  [[nodiscard]] OrderColumns orders_with_gaps() const {
    return {frequency, recency, age, {}, log_gaps};
  }
  [[nodiscard]] SpendColumns spend() const { return {frequency, monetary_value}; }
};

/// Weeks (days / 7, unrounded) to 1997-09-30: 2,357 customers, ordered by sample id.
inline Summary cdnow_sample() {
  std::ifstream in(std::string(KAM_EXAMPLES) + "/cdnow/CDNOW_sample.txt");
  if (!in) throw std::runtime_error("examples/cdnow/CDNOW_sample.txt is missing");
  std::map<int, std::map<Day, double>> spend_of_day;
  int master_id = 0, sample_id = 0, items = 0;
  std::string date;
  double amount = 0;
  const Day end = to_day({1997, 9, 30});
  while (in >> master_id >> sample_id >> date >> items >> amount) {
    const Day day = parse_date(date, "%Y%m%d");
    if (day <= end) spend_of_day[sample_id][day] += amount;
  }
  Summary summary;
  for (const auto& [id, days] : spend_of_day) {
    const Day first = days.begin()->first, last = days.rbegin()->first;
    const double repeats = static_cast<double>(days.size()) - 1;
    double spend = 0;
    double log_gaps = 0;
    Day previous = first;
    for (const auto& [day, value] : days) {
      if (day == first) continue;
      spend += value;
      log_gaps += std::log((day - previous) / 7.0);
      previous = day;
    }
    summary.frequency.push_back(repeats);
    summary.recency.push_back((last - first) / 7.0);
    summary.age.push_back((end - first) / 7.0);
    summary.log_gaps.push_back(log_gaps);
    summary.monetary_value.push_back(repeats > 0 ? spend / repeats : 0);
  }
  return summary;
}

}  // namespace kam::test
