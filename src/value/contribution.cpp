#include <kam/value/contribution.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

/// Calls make() once per block and what it gives once per row, for the outputs and a RowReason.
template <class Make>
BatchReport for_blocks(std::size_t rows, const Executor& executor, const Make& make) {
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    auto row = make();
    for (std::size_t i = begin; i < end; ++i) {
      const RowReason why = row(i);
      why == RowReason::none ? blocks[block].scored() : blocks[block].rejected(i, why);
    }
  });
  BatchReport total;
  for (const BatchReport& block : blocks) total.append(block);
  if (!done) total.status = {StatusCode::cancelled, "cancelled by the executor"};
  return total;
}

template <class Row>
BatchReport for_rows(std::size_t rows, const Executor& executor, const Row& row) {
  return for_blocks(rows, executor, [&row]() -> const Row& { return row; });
}

struct NamedSize {
  const char* name;
  std::size_t size;
};

Status check_all(std::initializer_list<NamedSize> columns, std::size_t rows) {
  for (const NamedSize& c : columns) {
    if (Status s = check_size(c.name, c.size, rows); !s.ok()) return s;
  }
  return {};
}

Status check_columns(const char* name, std::span<const std::span<const double>> columns,
                     std::size_t rows) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string column = std::string(name) + "[" + std::to_string(c) + "]";
    if (Status s = check_size(column.c_str(), columns[c].size(), rows); !s.ok()) return s;
  }
  return {};
}

double at(std::span<const double> column, std::size_t i) {
  return column.empty() ? kNaN : column[i];
}

ContributionParts parts_of(const ContributionPartColumns& c, std::size_t i) {
  return {c.invoiced[i], at(c.credit_notes, i), at(c.returns, i),       at(c.rebates, i),
          at(c.cogs, i), at(c.direct_costs, i), at(c.cost_to_serve, i), at(c.investment, i)};
}

RowReason wrong_part(const ContributionParts& p) {
  const double all[] = {p.credit_notes, p.returns,       p.rebates,   p.cogs,
                        p.direct_costs, p.cost_to_serve, p.investment};
  for (double cost : all) {
    if (cost < 0.0 && std::isfinite(cost)) return RowReason::out_of_domain;
  }
  return RowReason::not_finite;
}

Status check_sizes(const ContributionPartColumns& in, const ContributionColumns& out) {
  const std::size_t rows = in.invoiced.size();
  const auto given = [rows](std::span<const double> c) { return c.empty() ? rows : c.size(); };
  return check_all({{"credit_notes", given(in.credit_notes)},
                    {"returns", given(in.returns)},
                    {"rebates", given(in.rebates)},
                    {"cogs", given(in.cogs)},
                    {"direct_costs", given(in.direct_costs)},
                    {"cost_to_serve", given(in.cost_to_serve)},
                    {"investment", given(in.investment)},
                    {"net_revenue", out.net_revenue.size()},
                    {"cm1", out.cm1.size()},
                    {"cm2", out.cm2.size()},
                    {"cm3", out.cm3.size()}},
                   rows);
}

Status check_rates(std::span<const Activity> activities, double annual_rate) {
  const auto good = [](double v) { return std::isfinite(v) && v >= 0.0; };
  for (std::size_t k = 0; k < activities.size(); ++k) {
    const std::string name = "activities[" + std::to_string(k) + "]";
    const auto [time, rate] = activities[k];
    if (!good(time))
      return invalid_argument((name + ".unit_time").c_str(), "finite and >= 0", time);
    if (!good(rate)) {
      return invalid_argument((name + ".capacity_rate").c_str(), "finite and >= 0", rate);
    }
  }
  if (good(annual_rate)) return {};
  return invalid_argument("annual_rate", "finite and >= 0", annual_rate);
}

RowReason wrong_count(double value) {
  if (!std::isfinite(value)) return RowReason::not_finite;
  return value < 0.0 ? RowReason::out_of_domain : RowReason::none;
}

/// One account's path out of the columns; a block of rows reuses its memory.
struct PathRow {
  explicit PathRow(std::size_t years) : cm3(years), revenue(years), survival(years) {}

  RowReason load(const MarginPathColumns& c, std::size_t i) {
    RowReason reason = wrong_count(c.expected_credit_loss[i]);
    const auto note = [&reason](RowReason why) {
      if (reason == RowReason::none) reason = why;
    };
    for (std::size_t t = 0; t < cm3.size(); ++t) {
      cm3[t] = c.cm3[t][i];
      revenue[t] = c.revenue[t][i];
      survival[t] = c.survival[t][i];
      note(std::isfinite(cm3[t]) ? RowReason::none : RowReason::not_finite);
      note(wrong_count(revenue[t]));
      note(wrong_count(survival[t]));
      if (survival[t] > 1.0) note(RowReason::out_of_domain);
    }
    return reason;
  }

  std::vector<double> cm3, revenue, survival;
};

Status check_sizes(const MarginPathColumns& in, const WalkAwayColumns& out) {
  const std::size_t years = in.cm3.size(), rows = in.expected_credit_loss.size();
  if (years == 0) return invalid_argument("cm3", "at least one year", 0.0);
  Status s = check_all({{"revenue", in.revenue.size()}, {"survival", in.survival.size()}}, years);
  if (s.ok()) s = check_columns("cm3", in.cm3, rows);
  if (s.ok()) s = check_columns("revenue", in.revenue, rows);
  if (s.ok()) s = check_columns("survival", in.survival, rows);
  if (!s.ok()) return s;
  return check_all({{"expected_account_value", out.expected_account_value.size()},
                    {"walk_away_discount", out.walk_away_discount.size()}},
                   rows);
}

}  // namespace

BatchReport contribution(const ContributionPartColumns& parts, const ContributionColumns& out,
                         const Executor& executor) {
  if (Status s = check_sizes(parts, out); !s.ok()) return numeric::failed(s);
  return for_rows(parts.invoiced.size(), executor, [&](std::size_t i) {
    const ContributionParts p = parts_of(parts, i);
    const Contribution c = contribution(p);
    out.net_revenue[i] = c.net_revenue;
    out.cm1[i] = c.cm1;
    out.cm2[i] = c.cm2;
    out.cm3[i] = c.cm3;
    return std::isnan(c.cm3) ? wrong_part(p) : RowReason::none;
  });
}

BatchReport cost_to_serve(std::span<const Activity> activities, const CostToServeColumns& accounts,
                          std::span<double> out, const Executor& executor) {
  const bool credit = !accounts.credit_days.empty() || !accounts.annual_revenue.empty();
  Status s = check_rates(activities, accounts.annual_rate);
  if (s.ok()) s = check_size("counts", accounts.counts.size(), activities.size());
  if (s.ok()) s = check_columns("counts", accounts.counts, out.size());
  if (s.ok() && credit) s = check_size("credit_days", accounts.credit_days.size(), out.size());
  if (s.ok() && credit)
    s = check_size("annual_revenue", accounts.annual_revenue.size(), out.size());
  if (!s.ok()) return numeric::failed(s);
  return for_rows(out.size(), executor, [&](std::size_t i) {
    RowReason reason = RowReason::none;
    double cost = 0.0;
    for (std::size_t k = 0; k < activities.size(); ++k) {
      if (reason == RowReason::none) reason = wrong_count(accounts.counts[k][i]);
      cost += activity_cost(accounts.counts[k][i], activities[k]);
    }
    if (credit) {
      if (reason == RowReason::none) reason = wrong_count(accounts.credit_days[i]);
      cost +=
          credit_cost(accounts.credit_days[i], accounts.annual_revenue[i], accounts.annual_rate);
    }
    if (reason == RowReason::none && !std::isfinite(cost)) reason = RowReason::not_finite;
    out[i] = reason == RowReason::none ? cost : kNaN;
    return reason;
  });
}

BatchReport amortisation(const InvestmentColumns& investments, Day from, Day to,
                         std::span<double> out) {
  const std::size_t rows = investments.account.size();
  Status s = check_all({{"amount", investments.amount.size()},
                        {"start", investments.start.size()},
                        {"end", investments.end.size()}},
                       rows);
  if (!s.ok()) return numeric::failed(s);
  if (from == kNoDay || to < from) return numeric::failed(invalid_argument("to", ">= `from`", to));
  for (std::size_t i = 0; i < rows; ++i) {
    if (investments.account[i] < out.size()) continue;
    const std::string name = "account[" + std::to_string(i) + "]";
    return numeric::failed(invalid_argument(name.c_str(), "a row of `out`",
                                            static_cast<double>(investments.account[i])));
  }
  std::fill(out.begin(), out.end(), 0.0);
  return for_rows(rows, {}, [&](std::size_t i) {
    const double amount = investments.amount[i];
    const double part = amortisation(amount, investments.start[i], investments.end[i], from, to);
    out[investments.account[i]] += std::isfinite(amount) ? part : kNaN;
    if (!std::isfinite(amount)) return RowReason::not_finite;
    return std::isnan(part) ? RowReason::out_of_domain : RowReason::none;
  });
}

BatchReport value_balance(const DemandColumns& in, const ValueBalanceColumns& out,
                          const Executor& executor) {
  const std::size_t rows = in.cm2.size();
  Status s = check_all({{"concessions", in.concessions.size()},
                        {"cost_to_serve", in.cost_to_serve.size()},
                        {"expected_account_value", in.expected_account_value.size()},
                        {"capacity_requested", in.capacity_requested.size()},
                        {"capacity_available", in.capacity_available.size()},
                        {"balance", out.balance.size()},
                        {"feasibility", out.feasibility.size()}},
                       rows);
  if (!s.ok()) return numeric::failed(s);
  return for_rows(rows, executor, [&](std::size_t i) {
    out.balance[i] = value_balance(in.cm2[i], in.concessions[i], in.cost_to_serve[i]);
    out.feasibility[i] = feasibility(in.expected_account_value[i], in.capacity_requested[i],
                                     in.capacity_available[i]);
    if (!std::isnan(out.balance[i])) return RowReason::none;
    const bool finite = std::isfinite(in.cm2[i] - in.concessions[i] - in.cost_to_serve[i]);
    if (!finite) return RowReason::not_finite;
    return in.cm2[i] > 0.0 ? RowReason::out_of_domain : RowReason::undefined_value;
  });
}

BatchReport walk_away_discount(const MarginPathColumns& paths, double annual_discount,
                               const WalkAwayColumns& out, const Executor& executor) {
  if (!(annual_discount >= 0.0) || !std::isfinite(annual_discount)) {
    return numeric::failed(invalid_argument("annual_discount", "finite and >= 0", annual_discount));
  }
  if (Status s = check_sizes(paths, out); !s.ok()) return numeric::failed(s);
  return for_blocks(paths.expected_credit_loss.size(), executor, [&] {
    return [&, row = PathRow(paths.cm3.size())](std::size_t i) mutable {
      out.expected_account_value[i] = out.walk_away_discount[i] = kNaN;
      if (const RowReason reason = row.load(paths, i); reason != RowReason::none) return reason;
      const MarginPath path{row.cm3, row.revenue, row.survival};
      const double loss = paths.expected_credit_loss[i];
      out.expected_account_value[i] = expected_account_value(path, annual_discount, loss);
      out.walk_away_discount[i] = walk_away_discount(path, annual_discount, loss);
      return std::isnan(out.walk_away_discount[i]) ? RowReason::undefined_value : RowReason::none;
    };
  });
}

}  // namespace kam::value
