#include <kam/portfolio/churn_labels.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <kam/base/special.hpp>

#include "portfolio/guard.hpp"
#include "portfolio/periods.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

constexpr int kMostDays = 36525;
constexpr Day kNever = std::numeric_limits<Day>::max();
/// Money that falls by exactly δ has not fallen by more, whatever the last bits say.
constexpr double kRounding = 1e-12;

const char* const kDefinitions[] = {"contract_end", "contract_value", "silence", "spend",
                                    "categories"};

bool by_contract(LossDefinition d) {
  return d == LossDefinition::contract_end || d == LossDefinition::contract_value;
}

Status check_options(const LabelOptions& o) {
  const struct {
    const char* name;
    int value, low;
  } kDays[] = {{"horizon_days", o.horizon_days, 1},
               {"grace_days", o.grace_days, 0},
               {"active_days", o.active_days, 1}};
  for (const auto& d : kDays) {
    if (d.value >= d.low && d.value <= kMostDays) continue;
    return invalid_argument(d.name, d.low == 1 ? "1 to 36525" : "0 to 36525", d.value);
  }
  if (!(o.loss_share > 0.0 && o.loss_share <= 1.0)) {
    return invalid_argument("loss_share", "within (0, 1]", o.loss_share);
  }
  if (!(o.gap_factor >= 0.0 && o.gap_factor <= 100.0)) {
    return invalid_argument("gap_factor", "0 to 100", o.gap_factor);
  }
  return {};
}

/// Windows reach at most a hundred years to either side, which must be dates as well.
Status check_cuts(std::span<const Day> cuts) {
  constexpr Day kLow = to_day({1800, 1, 1}), kHigh = to_day({9700, 1, 1});
  if (cuts.empty()) return {StatusCode::invalid_argument, "`cuts` must hold a day, got none"};
  std::vector<Day> sorted(cuts.begin(), cuts.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() < kLow || sorted.back() > kHigh) {
    const Day wrong = sorted.front() < kLow ? sorted.front() : sorted.back();
    return invalid_argument("cuts", "dates of the years 1800 to 9699", wrong);
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return {};
  return {StatusCode::invalid_argument,
          "`cuts` must be distinct, got twice " + format_date(*twice)};
}

/// What is said of one account on one cut.
struct Verdict {
  LabelStatus status;
  bool lost = false;
};

/// The window of one row.
struct Window {
  Day cut, end;
  [[nodiscard]] bool holds(Day day) const noexcept { return day > cut && day <= end; }
};

// ---- contracts ---------------------------------------------------------------------------------

struct Contract {
  Day start, end;  // last day; kNever = open
  double value;
  [[nodiscard]] bool runs_on(Day day) const noexcept { return start <= day && day <= end; }
};

/// Per account, by start; rows without a start, or that end before it, are left out and counted.
std::vector<std::vector<Contract>> contracts_of(const ContractColumns& c, std::size_t accounts,
                                                Day as_of, std::size_t& rejected) {
  std::vector<std::vector<Contract>> result(accounts);
  for (std::size_t i = 0; i < c.account.size(); ++i) {
    const Day end = c.end.empty() || c.end[i] == kNoDay ? kNever : c.end[i];
    if (!is_calendar_day(c.start[i]) || end < c.start[i]) {
      ++rejected;
      continue;
    }
    if (c.start[i] > as_of) continue;
    const double value = c.value_per_year.empty() ? kNaN : c.value_per_year[i];
    result[c.account[i]].push_back({c.start[i], end, value});
  }
  for (auto& own : result) {
    std::sort(own.begin(), own.end(),
              [](const Contract& a, const Contract& b) { return a.start < b.start; });
  }
  return result;
}

/// The last day of the cover that runs on the cut, renewals within grace included.
Day cover_end(const std::vector<Contract>& own, Day cut, int grace) {
  Day cover = kNoDay;
  for (const Contract& c : own) {
    if (c.runs_on(cut)) cover = std::max(cover, c.end);
  }
  for (const Contract& c : own) {
    const bool follows = cover != kNoDay && cover != kNever && c.start > cut &&
                         std::int64_t{c.start} - cover - 1 <= grace;
    if (follows) cover = std::max(cover, c.end);
  }
  return cover;
}

Verdict contract_end(const std::vector<Contract>& own, const Window& w, const LabelOptions& o) {
  const Day cover = cover_end(own, w.cut, o.grace_days);
  if (cover == kNoDay) return {LabelStatus::not_at_risk};
  if (std::int64_t{w.end} + o.grace_days > o.as_of) return {LabelStatus::window_open};
  return {LabelStatus::labelled, cover < w.end};
}

/// Sum of the values running on a day, exact; NaN if one is missing.
double value_on(const std::vector<Contract>& own, Day day) {
  OpenPeriod sum;
  for (const Contract& c : own) {
    if (!c.runs_on(day)) continue;
    if (!is_amount(c.value)) return kNaN;
    add(sum, c.value);
  }
  return net_of(sum).net;
}

Verdict contract_value(const std::vector<Contract>& own, const Window& w, const LabelOptions& o) {
  const double before = value_on(own, w.cut);
  if (before <= 0.0) return {LabelStatus::not_at_risk};
  if (w.end > o.as_of) return {LabelStatus::window_open};
  const double after = value_on(own, w.end);
  if (std::isnan(before) || std::isnan(after)) return {LabelStatus::value_missing};
  return {LabelStatus::labelled, after < (1.0 - o.loss_share) * before * (1.0 - kRounding)};
}

// ---- transactions ------------------------------------------------------------------------------

/// An account's rows by day, and the days on which it ordered.
struct History {
  std::span<const DatedAmount> rows;
  std::vector<Day> orders;

  explicit History(std::span<const DatedAmount> own) : rows(own) {
    for_each_period(rows, TimeUnit::day, [&](const OpenPeriod& day) {
      if (net_of(day).occasion) orders.push_back(day.first_day);
    });
  }
  [[nodiscard]] bool ordered_in(Day after, Day until) const {
    const auto first = std::upper_bound(orders.begin(), orders.end(), after);
    return first != orders.end() && *first <= until;
  }
  /// Net revenue of (after, until].
  [[nodiscard]] double revenue(Day after, Day until) const {
    OpenPeriod sum;
    for (const DatedAmount& row : rows) {
      if (row.day > after && row.day <= until) add(sum, row.amount);
    }
    return net_of(sum).net;
  }
  /// Categories with a positive net in (after, until].
  [[nodiscard]] std::size_t categories(std::span<const Code> category, Day after, Day until) const {
    std::vector<std::pair<Code, double>> bought;
    for (const DatedAmount& row : rows) {
      const bool inside = row.day > after && row.day <= until && category[row.row] != 0;
      if (inside) bought.emplace_back(category[row.row], row.amount);
    }
    std::sort(bought.begin(), bought.end());
    std::size_t count = 0;
    for (std::size_t i = 0; i < bought.size();) {
      OpenPeriod sum;
      const Code code = bought[i].first;
      for (; i < bought.size() && bought[i].first == code; ++i) add(sum, bought[i].second);
      if (net_of(sum).net > 0.0) ++count;
    }
    return count;
  }
  /// The 95 % quantile (linear between order statistics) of the gaps up to the cut [days]; 0
  /// without a gap.
  [[nodiscard]] double usual_gap(Day cut) const {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < orders.size() && orders[i] <= cut; ++i) {
      gaps.push_back(orders[i] - orders[i - 1]);
    }
    if (gaps.empty()) return 0.0;
    std::sort(gaps.begin(), gaps.end());
    const double at = 0.95 * static_cast<double>(gaps.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    if (low + 1 == gaps.size()) return gaps.back();
    return gaps[low] + (at - static_cast<double>(low)) * (gaps[low + 1] - gaps[low]);
  }
};

Window window_of(const History& h, Day cut, const LabelOptions& o) {
  double days = o.horizon_days;
  if (o.definition == LossDefinition::silence && o.gap_factor > 0.0) {
    days = std::max(days, std::min(std::ceil(o.gap_factor * h.usual_gap(cut)), 1.0 * kMostDays));
  }
  return {cut, cut + static_cast<Day>(days)};
}

/// Before any comparison: a recent order, and a window that is over.
LabelStatus at_risk(const History& h, const Window& w, Day compared_from, const LabelOptions& o) {
  if (!h.ordered_in(w.cut - o.active_days, w.cut)) return LabelStatus::not_at_risk;
  if (compared_from != kNoDay && h.rows.front().day > compared_from) {
    return LabelStatus::history_short;
  }
  return w.end > o.as_of ? LabelStatus::window_open : LabelStatus::labelled;
}

Verdict silence(const History& h, const Window& w, const LabelOptions& o) {
  return {at_risk(h, w, kNoDay, o), !h.ordered_in(w.cut, w.end)};
}

/// Against the same days of the calendar, the fewest whole years earlier that end by the cut.
Verdict spend(const History& h, const Window& w, const LabelOptions& o) {
  int months = 12;
  while (add_months(w.end, -months) > w.cut) months += 12;
  const Day from = add_months(w.cut, -months), until = add_months(w.end, -months);
  const LabelStatus status = at_risk(h, w, from, o);
  const double before = h.revenue(from, until);
  if (status != LabelStatus::not_at_risk && status != LabelStatus::history_short && before <= 0.0) {
    return {LabelStatus::not_at_risk};
  }
  return {status, h.revenue(w.cut, w.end) < (1.0 - o.loss_share) * before * (1.0 - kRounding)};
}

Verdict categories(const History& h, std::span<const Code> category, const Window& w,
                   const LabelOptions& o) {
  const Day from = w.cut - o.horizon_days;
  const LabelStatus status = at_risk(h, w, from, o);
  if (status != LabelStatus::labelled && status != LabelStatus::window_open) return {status};
  const auto before = static_cast<double>(h.categories(category, from, w.cut));
  if (before == 0.0) return {LabelStatus::not_at_risk};
  const auto after = static_cast<double>(h.categories(category, w.cut, w.end));
  return {status, after < (1.0 - o.loss_share) * before * (1.0 - kRounding)};
}

// ---- rows --------------------------------------------------------------------------------------

void add_row(ChurnLabels& labels, std::size_t account, const Window& w, Verdict v) {
  const bool known = v.status == LabelStatus::labelled;
  labels.account.push_back(static_cast<Code>(account));
  labels.cut.push_back(w.cut);
  labels.window_end.push_back(w.end);
  labels.label.push_back(known ? (v.lost ? 1.0 : 0.0) : kNaN);
  labels.status.push_back(v.status);
  std::size_t* const counts[] = {&labels.labelled, &labels.not_at_risk, &labels.history_short,
                                 &labels.window_open, &labels.value_missing};
  ++*counts[static_cast<int>(v.status)];
  if (known && v.lost) ++labels.lost;
}

void label_contracts(const Portfolio& p, std::span<const Day> cuts, const LabelOptions& o,
                     ChurnLabels& labels) {
  const auto contracts = contracts_of(p.contracts, p.accounts.rows, o.as_of, labels.rows_rejected);
  for (std::size_t account = 0; account < contracts.size(); ++account) {
    for (const Day cut : cuts) {
      const Window w{cut, cut + o.horizon_days};
      const auto& own = contracts[account];
      const bool end = o.definition == LossDefinition::contract_end;
      add_row(labels, account, w, end ? contract_end(own, w, o) : contract_value(own, w, o));
    }
  }
}

void label_transactions(const Portfolio& p, std::span<const RowVerdict> verdicts,
                        std::span<const Day> cuts, const LabelOptions& o, ChurnLabels& labels) {
  const auto usable = usable_rows(p.transactions, verdicts, o.as_of);
  for (const RowVerdict v : usable) {
    if (v != RowVerdict::used && v != RowVerdict::future_dated) ++labels.rows_rejected;
  }
  GroupedRows rows(p.transactions, usable, p.accounts.rows);
  for (std::size_t account = 0; account < p.accounts.rows; ++account) {
    const History history(rows.of(account));
    for (const Day cut : cuts) {
      const Window w = window_of(history, cut, o);
      if (o.definition == LossDefinition::silence) {
        add_row(labels, account, w, silence(history, w, o));
      } else if (o.definition == LossDefinition::spend) {
        add_row(labels, account, w, spend(history, w, o));
      } else {
        add_row(labels, account, w, categories(history, p.transactions.category, w, o));
      }
    }
  }
}

Status check_call(const Portfolio& p, std::span<const RowVerdict> verdicts,
                  std::span<const Day> cuts, const LabelOptions& o) {
  if (Status s = check_options(o); !s.ok()) return s;
  if (Status s = check_cuts(cuts); !s.ok()) return s;
  if (Status s = check_as_of(o.as_of); !s.ok()) return s;
  if (by_contract(o.definition)) return check_columns(p.contracts, p.accounts.rows);
  if (o.definition == LossDefinition::categories && p.transactions.category.empty() &&
      p.transactions.rows() > 0) {
    return {StatusCode::invalid_argument, "`category` is needed by the definition categories"};
  }
  return check_call(p.transactions, verdicts, p.accounts.rows);
}

}  // namespace

const char* loss_definition_name(LossDefinition definition) noexcept {
  return kDefinitions[static_cast<int>(definition)];
}

Result<LossDefinition> parse_loss_definition(std::string_view name) {
  for (int i = 0; i < 5; ++i) {
    if (name == kDefinitions[i]) return static_cast<LossDefinition>(i);
  }
  return Status{StatusCode::invalid_argument,
                "`definition` must be contract_end, contract_value, silence, spend or categories, "
                "got '" +
                    std::string(name) + "'"};
}

const char* label_status_name(LabelStatus status) noexcept {
  constexpr const char* kNames[] = {"labelled", "not_at_risk", "history_short", "window_open",
                                    "value_missing"};
  return kNames[static_cast<int>(status)];
}

Result<ChurnLabels> churn_labels(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                                 std::span<const Day> cuts, const LabelOptions& options) {
  return guarded<Result<ChurnLabels>>([&]() -> Result<ChurnLabels> {
    if (Status s = check_call(portfolio, verdicts, cuts, options); !s.ok()) return s;
    ChurnLabels labels;
    if (by_contract(options.definition)) {
      label_contracts(portfolio, cuts, options, labels);
    } else {
      label_transactions(portfolio, verdicts, cuts, options, labels);
    }
    return labels;
  });
}

}  // namespace kam::portfolio
