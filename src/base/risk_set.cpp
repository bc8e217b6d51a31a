#include <kam/base/risk_set.hpp>

#include <algorithm>

#include <kam/base/special.hpp>

#include "numeric/radix_sort.hpp"

namespace kam {
namespace {

using numeric::KeyedRow;

constexpr std::size_t kMostRows = std::size_t{1} << 31;

/// A row with what the set asks of it in the order of the set, so that only its weight is looked
/// up in the columns: reading those in another order misses the cache at every row.
struct TimedRow {
  std::uint64_t key;  ///< in the order of durations
  std::uint32_t stratum;
  std::uint32_t row : 31;
  std::uint32_t event : 1;

  [[nodiscard]] double duration() const { return numeric::value_of_order_key(key); }
};
static_assert(sizeof(TimedRow) == 16);

Status check_strata(std::span<const std::uint32_t> stratum, std::size_t strata, std::size_t rows) {
  if (strata == 0) return invalid_argument("strata", ">= 1", 0);
  if (stratum.empty()) return {};
  if (Status s = check_size("stratum", stratum.size(), rows); !s.ok()) return s;
  for (const std::uint32_t code : stratum)
    if (code >= strata) return invalid_argument("stratum", "below the number of strata", code);
  return {};
}

/// Usable rows, events first, otherwise in their order.
std::vector<TimedRow> usable_rows(const SurvivalColumns& columns,
                                  std::span<const std::uint32_t> stratum,
                                  std::span<const std::uint8_t> usable, BatchReport& report) {
  std::vector<TimedRow> rows, censored;
  rows.reserve(columns.rows());
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    RowReason why = survival_row_reason(columns, i);
    if (why == RowReason::none && !usable.empty() && usable[i] == 0) why = RowReason::not_finite;
    if (why != RowReason::none) {
      report.rejected(i, why);
      continue;
    }
    report.scored();
    if (!columns.weight.empty() && columns.weight[i] == 0) continue;
    const bool event = columns.event[i] == 1;
    (event ? rows : censored)
        .push_back({numeric::order_key(columns.duration[i]), stratum.empty() ? 0 : stratum[i],
                    static_cast<std::uint32_t>(i) & 0x7fffffffU, event});
  }
  rows.insert(rows.end(), censored.begin(), censored.end());
  return rows;
}

void sort_rows(std::size_t strata, std::vector<TimedRow>& rows) {
  numeric::radix_sort_by_key(rows, [](const TimedRow& r) { return r.key; });
  if (strata > 1) numeric::radix_sort(rows, 32, [](const TimedRow& r) { return r.stratum; });
}

/// Builds the set stratum by stratum from sorted rows.
class Builder {
 public:
  Builder(const SurvivalColumns& columns, RiskSet& set) : columns_(columns), set_(set) {}

  void build(const std::vector<TimedRow>& sorted, std::size_t strata) {
    set_.rows.reserve(sorted.size());
    set_.stratum_begin.push_back(0);
    set_.stratum_rows.push_back(0);
    std::size_t begin = 0;
    for (std::size_t s = 0; s < strata; ++s) {
      std::size_t end = begin;
      while (end < sorted.size() && sorted[end].stratum == s) ++end;
      add_stratum(std::span(sorted).subspan(begin, end - begin), static_cast<std::uint32_t>(s));
      begin = end;
    }
  }

 private:
  void add_stratum(std::span<const TimedRow> sorted, std::uint32_t s) {
    for (const TimedRow& row : sorted) add_row(row, s);
    set_.longest.push_back(sorted.empty() ? kNaN : sorted.back().duration());
    set_.stratum_begin.push_back(set_.moments.size());
    set_.stratum_rows.push_back(set_.rows.size());
    find_first_moments(s);
    count_at_risk(s);
  }

  void add_row(const TimedRow& row, std::uint32_t s) {
    const double weight = columns_.weight.empty() ? 1 : columns_.weight[row.row];
    const std::size_t begin = set_.stratum_begin[s];
    if (row.event) {
      const double time = row.duration();
      if (set_.moments.size() == begin || set_.moments.back().time != time)
        set_.moments.push_back({time, 0, 0, 0, 0, s});
      set_.moments.back().deaths += weight;
      ++set_.moments.back().events;
      set_.events += weight;
    }
    const auto last = static_cast<std::uint32_t>(set_.moments.size());
    set_.rows.push_back({weight, row.row, static_cast<std::uint32_t>(begin), last, row.event == 1});
    set_.weight += weight;
  }

  void find_first_moments(std::uint32_t s) {
    if (columns_.entry.empty()) return;
    const auto begin = set_.moments.begin() + static_cast<std::ptrdiff_t>(set_.stratum_begin[s]);
    std::vector<KeyedRow> late;
    for (std::size_t i = set_.stratum_rows[s]; i < set_.rows.size(); ++i) {
      RiskRow& row = set_.rows[i];
      const double entry = columns_.entry[row.row];
      if (entry == 0) continue;  // seen from the beginning, an event at 0 included
      const auto after =
          std::upper_bound(begin, set_.moments.end(), entry,
                           [](double value, const RiskMoment& m) { return value < m.time; });
      row.first = static_cast<std::uint32_t>(after - set_.moments.begin());
      if (row.first > set_.stratum_begin[s] && row.first < row.last)
        late.push_back({~std::uint64_t{row.first}, static_cast<std::uint32_t>(i)});
    }
    numeric::radix_sort(late, 64, [](const KeyedRow& row) { return row.key; });
    for (const KeyedRow& row : late) set_.late.push_back(row.row);
  }

  /// Weights by differences: a row counts from its first to its last moment.
  void count_at_risk(std::uint32_t s) {
    const std::size_t begin = set_.stratum_begin[s], size = set_.moments.size() - begin;
    std::vector<double> weight(size + 1, 0), rows(size + 1, 0);
    std::vector<double> late_weight(size + 1, 0), late_rows(size + 1, 0);
    for (std::size_t i = set_.stratum_rows[s]; i < set_.rows.size(); ++i) {
      const RiskRow& row = set_.rows[i];
      if (row.first >= row.last) continue;
      weight[row.last - begin] += row.weight;
      rows[row.last - begin] += 1;
      late_weight[row.first - begin] += row.weight;
      late_rows[row.first - begin] += 1;
    }
    double w = 0, n = 0;
    for (std::size_t m = size; m-- > 0;) {
      w += weight[m + 1];
      n += rows[m + 1];
      RiskMoment& moment = set_.moments[begin + m];
      moment.at_risk = std::max(w, moment.deaths);  // rounding of fractional weights
      moment.rows_at_risk = n;
      w -= late_weight[m];
      n -= late_rows[m];
    }
  }

  const SurvivalColumns& columns_;
  RiskSet& set_;
};

}  // namespace

Status check_sizes(const SurvivalColumns& columns) {
  const std::size_t rows = columns.rows();
  if (Status s = check_size("event", columns.event.size(), rows); !s.ok()) return s;
  if (!columns.entry.empty()) {
    if (Status s = check_size("entry", columns.entry.size(), rows); !s.ok()) return s;
  }
  return columns.weight.empty() ? Status{} : check_size("weight", columns.weight.size(), rows);
}

Result<RiskSet> make_risk_set(const SurvivalColumns& columns,
                              std::span<const std::uint32_t> stratum, std::size_t strata,
                              std::span<const std::uint8_t> usable) {
  if (Status s = check_sizes(columns); !s.ok()) return s;
  if (Status s = check_strata(stratum, strata, columns.rows()); !s.ok()) return s;
  if (!usable.empty()) {
    if (Status s = check_size("usable", usable.size(), columns.rows()); !s.ok()) return s;
  }
  if (columns.rows() >= kMostRows) {
    return invalid_argument("rows", "below 2^31", static_cast<double>(columns.rows()));
  }
  RiskSet set;
  std::vector<TimedRow> rows = usable_rows(columns, stratum, usable, set.report);
  sort_rows(strata, rows);
  Builder(columns, set).build(rows, strata);
  return set;
}

}  // namespace kam
