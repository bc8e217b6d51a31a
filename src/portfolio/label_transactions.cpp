#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "portfolio/label_rules.hpp"
#include "portfolio/periods.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

constexpr double kMostWindowDays = 36525;

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

LabelWindow window_of(const History& h, Day cut, const LabelOptions& o) {
  double days = o.horizon_days;
  if (o.definition == LossDefinition::silence && o.gap_factor > 0.0) {
    days = std::max(days, std::min(std::ceil(o.gap_factor * h.usual_gap(cut)), kMostWindowDays));
  }
  return {cut, cut + static_cast<Day>(days)};
}

/// Before any comparison: a recent order, and a window that is over.
LabelStatus at_risk(const History& h, const LabelWindow& w, Day compared_from,
                    const LabelOptions& o) {
  if (!h.ordered_in(w.cut - o.active_days, w.cut)) return LabelStatus::not_at_risk;
  if (compared_from != kNoDay && h.rows.front().day > compared_from) {
    return LabelStatus::history_short;
  }
  return w.end > o.as_of ? LabelStatus::window_open : LabelStatus::labelled;
}

LabelVerdict silence(const History& h, const LabelWindow& w, const LabelOptions& o) {
  return {at_risk(h, w, kNoDay, o), !h.ordered_in(w.cut, w.end)};
}

/// Against the same days of the calendar, the fewest whole years earlier that end by the cut.
LabelVerdict spend(const History& h, const LabelWindow& w, const LabelOptions& o) {
  int months = 12;
  while (add_months(w.end, -months) > w.cut) months += 12;
  const Day from = add_months(w.cut, -months), until = add_months(w.end, -months);
  const LabelStatus status = at_risk(h, w, from, o);
  const double before = h.revenue(from, until);
  if (status != LabelStatus::not_at_risk && status != LabelStatus::history_short && before <= 0.0) {
    return {LabelStatus::not_at_risk};
  }
  return {status, h.revenue(w.cut, w.end) < (1.0 - o.loss_share) * before * (1.0 - kLossRounding)};
}

LabelVerdict categories(const History& h, std::span<const Code> category, const LabelWindow& w,
                        const LabelOptions& o) {
  const Day from = w.cut - o.horizon_days;
  const LabelStatus status = at_risk(h, w, from, o);
  if (status != LabelStatus::labelled && status != LabelStatus::window_open) return {status};
  const auto before = static_cast<double>(h.categories(category, from, w.cut));
  if (before == 0.0) return {LabelStatus::not_at_risk};
  const auto after = static_cast<double>(h.categories(category, w.cut, w.end));
  return {status, after < (1.0 - o.loss_share) * before * (1.0 - kLossRounding)};
}

}  // namespace

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
      const LabelWindow w = window_of(history, cut, o);
      if (o.definition == LossDefinition::silence) {
        add_label(labels, account, w, silence(history, w, o));
      } else if (o.definition == LossDefinition::spend) {
        add_label(labels, account, w, spend(history, w, o));
      } else {
        add_label(labels, account, w, categories(history, p.transactions.category, w, o));
      }
    }
  }
}

}  // namespace kam::portfolio
