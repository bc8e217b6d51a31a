/// Data sets and small conveniences of the tests of accelerated-failure-time regression.
#pragma once

#include <string>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/churn/aft.hpp>

#include "data_table.hpp"

namespace kam::test {

/// A data set with names that outlive the spans into it.
struct LifeData {
  std::vector<double> duration, event, entry, weight;
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;

  [[nodiscard]] SurvivalColumns customers() const { return {duration, event, entry, weight}; }
  [[nodiscard]] std::vector<Covariate> covariates() const {
    std::vector<Covariate> list;
    for (std::size_t j = 0; j < names.size(); ++j) list.push_back({names[j], columns[j]});
    return list;
  }
  void add(const std::string& name, std::vector<double> values) {
    names.push_back(name);
    columns.push_back(std::move(values));
  }
  void keep(const std::vector<bool>& rows) {
    const auto filter = [&](std::vector<double>& column) {
      std::vector<double> left;
      for (std::size_t i = 0; i < column.size(); ++i) {
        if (rows[i]) left.push_back(column[i]);
      }
      column = left;
    };
    for (auto* column : {&duration, &event, &entry, &weight}) filter(*column);
    for (auto& column : columns) filter(column);
  }
};

inline LifeData rossi_lives() {
  const DataTable table("rossi.csv");
  LifeData data{table.numbers("week"), table.numbers("arrest"), {}, {}, {}, {}};
  for (const char* name : {"fin", "age", "race", "wexp", "mar", "paro", "prio"}) {
    data.add(name, table.numbers(name));
  }
  return data;
}

inline LifeData walton_lives() {
  const DataTable table("waltons.csv");
  return {table.numbers("T"), table.numbers("E"), {}, {}, {}, {}};
}

/// n customers of a known model: x0 normal, x1 binary; censored at `until`.
inline LifeData simulated(aft::Distribution distribution, std::size_t n, std::uint64_t seed,
                          double until = 60, bool late_entry = false) {
  LifeData data;
  data.names = {"x0", "x1"};
  data.columns.resize(2);
  for (std::size_t i = 0; data.duration.size() < n; ++i) {
    Random random(seed, i);
    const double x0 = normal_quantile(random.uniform()), x1 = random.uniform() < 0.4 ? 1 : 0;
    const aft::Lifetime life{distribution, 3 + 0.5 * x0 - 0.7 * x1,
                             distribution == aft::Distribution::exponential ? 1 : 0.6};
    const double time = aft::remaining_quantile(life, random.uniform());
    const double entry = late_entry ? 20 * random.uniform() : 0;
    if (time <= entry) continue;  // lost before the data begin
    data.duration.push_back(time < until ? time : until);
    data.event.push_back(time < until ? 1 : 0);
    if (late_entry) data.entry.push_back(entry);
    data.columns[0].push_back(x0);
    data.columns[1].push_back(x1);
  }
  return data;
}

inline aft::Fit fitted(aft::Distribution distribution, const LifeData& data,
                       const aft::Options& options = {}) {
  auto result = aft::fit(distribution, data.customers(), data.covariates(), options);
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(result).value();
}

}  // namespace kam::test
