#include "portfolio/currency.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <kam/base/columns.hpp>

#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

Status check_rates(const ExchangeRates& rates, Code base) {
  if (Status s = check_size("rates.day", rates.day.size(), rates.currency.size()); !s.ok())
    return s;
  if (Status s = check_size("rates.rate", rates.rate.size(), rates.currency.size()); !s.ok()) {
    return s;
  }
  if (rates.max_gap_days < 0) {
    return invalid_argument("rates.max_gap_days", ">= 0", rates.max_gap_days);
  }
  if (!rates.rate.empty() && base == 0) {
    return {StatusCode::invalid_argument,
            "`rates` need `base_currency`, the currency they lead to"};
  }
  for (const double rate : rates.rate) {
    if (!(rate > 0.0 && std::isfinite(rate))) {
      return invalid_argument("rates.rate", "finite and > 0", rate);
    }
  }
  return {};
}

class RateTable {
 public:
  explicit RateTable(const ExchangeRates& rates) : max_gap_(rates.max_gap_days) {
    rows_.reserve(rates.rate.size());
    for (std::size_t i = 0; i < rates.rate.size(); ++i) {
      if (is_calendar_day(rates.day[i])) {
        rows_.push_back({rates.currency[i], rates.day[i], rates.rate[i]});
      }
    }
    std::sort(rows_.begin(), rows_.end(), before);
  }
  [[nodiscard]] bool has_repeats() const {
    return std::adjacent_find(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
             return !before(a, b);
           }) != rows_.end();
  }
  /// The rate of the nearest day, the earlier of two equally near ones; NaN if too far.
  [[nodiscard]] double at(Code currency, Day day) const {
    double rate = std::numeric_limits<double>::quiet_NaN();
    int nearest = max_gap_ < kLastDay ? max_gap_ + 1 : kLastDay;
    const auto next = std::lower_bound(rows_.begin(), rows_.end(), Row{currency, day, 0}, before);
    const auto take = [&](const Row& row) {
      const int gap = std::abs(row.day - day);
      if (row.currency != currency || gap >= nearest) return;
      nearest = gap;
      rate = row.rate;
    };
    if (next != rows_.begin()) take(*(next - 1));
    if (next != rows_.end()) take(*next);
    return rate;
  }

 private:
  struct Row {
    Code currency;
    Day day;
    double rate;
  };
  static bool before(const Row& a, const Row& b) noexcept {
    return std::tie(a.currency, a.day) < std::tie(b.currency, b.day);
  }
  std::vector<Row> rows_;
  int max_gap_;
};

/// How many currencies the usable rows state, and one of them.
struct StatedCurrencies {
  std::size_t count = 0;
  Code one = 0;
};

StatedCurrencies stated_currencies(std::span<const Code> currency,
                                   std::span<const RowVerdict> verdict) {
  std::vector<Code> seen;
  Code last = 0;
  for (std::size_t i = 0; i < currency.size(); ++i) {
    if (currency[i] == last || currency[i] == 0 || verdict[i] != RowVerdict::used) continue;
    last = currency[i];
    const auto at = std::lower_bound(seen.begin(), seen.end(), last);
    if (at == seen.end() || *at != last) seen.insert(at, last);
  }
  return {seen.size(), seen.empty() ? 0 : seen.front()};
}

/// The converted amount in range, or the verdict that stands in its way.
RowVerdict convert(double rate, std::size_t row, CheckedTransactions& checked) {
  if (std::isnan(rate)) return RowVerdict::no_exchange_rate;
  if (!is_amount(checked.amount[row] * rate)) return RowVerdict::amount_out_of_range;
  checked.amount[row] *= rate;
  if (!checked.cogs.empty()) checked.cogs[row] *= rate;
  return RowVerdict::used;
}

}  // namespace

Status to_base_currency(const TransactionColumns& transactions, const CheckOptions& options,
                        CheckedTransactions& checked, RuleCounts& counts) {
  if (Status s = check_rates(options.rates, options.base_currency); !s.ok()) return s;
  if (transactions.currency.empty()) return {};
  const StatedCurrencies stated = stated_currencies(transactions.currency, checked.verdict);
  const Code base = options.base_currency != 0 ? options.base_currency : stated.one;
  if (options.base_currency == 0 && stated.count > 1) {
    return {StatusCode::invalid_argument,
            "`currency` holds " + std::to_string(stated.count) +
                " currencies, which cannot be added: set `base_currency` to use its rows alone, "
                "and give `rates` to convert the others"};
  }
  const RateTable rates(options.rates);
  if (rates.has_repeats()) {
    return {StatusCode::invalid_argument, "`rates` hold a currency twice on one day"};
  }
  const bool converting = !options.rates.rate.empty();
  if (converting) {
    checked.amount.assign(transactions.amount.begin(), transactions.amount.end());
    checked.cogs.assign(transactions.cogs.begin(), transactions.cogs.end());
  }
  for (std::size_t i = 0; i < transactions.rows(); ++i) {
    const Code currency = transactions.currency[i];
    RowVerdict& verdict = checked.verdict[i];
    if (verdict != RowVerdict::used || currency == base) continue;
    if (currency == 0) {
      counts.add(Rule::unstated_currency, i);
      continue;
    }
    verdict = converting ? convert(rates.at(currency, transactions.date[i]), i, checked)
                         : RowVerdict::other_currency;
    if (verdict != RowVerdict::used) counts.add(verdict, i);
  }
  return {};
}

}  // namespace kam::portfolio
