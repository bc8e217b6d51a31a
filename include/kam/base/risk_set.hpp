/// Who was under observation when somebody left: the one routine below Kaplan-Meier, Nelson-Aalen,
/// log-rank, Cox regression, concordance and censoring weights.
///
/// A row is at risk at time t if entry < t <= duration. Rows that share a duration: events come
/// first, so a row censored at t was still at risk at t. Only the order of times matters here.
///
/// Tenure 0. A row with duration 0 has no history: censored it says nothing, with an event it left
/// somewhere in (0, 1], before the first unit of time was full. It is kept as an event at time 0,
/// ahead of all others, with every row of entry 0 at risk. (Parametric models read the same row as
/// an event within (0, 1].) An entry of 0 means "seen from the beginning".
///
/// Definitions: Andersen, Borgan, Gill & Keiding (1993), Statistical Models Based on Counting
/// Processes, ch. III-IV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Why a row cannot be used: not_finite; out_of_domain for a negative duration, entry or weight, an
/// event that is not 0 or 1, or an entry not before the duration (but 0 and 0).
[[nodiscard]] inline RowReason survival_row_reason(double duration, double event, double entry = 0,
                                                   double weight = 1) noexcept {
  if (!((duration - duration) + (event - event) + (entry - entry) + (weight - weight) == 0))
    return RowReason::not_finite;
  const bool seen = entry < duration || (entry == 0 && duration == 0);
  const bool good = entry >= 0 && seen && (event == 0 || event == 1) && weight >= 0;
  return good ? RowReason::none : RowReason::out_of_domain;
}

/// The same for row i of the columns.
[[nodiscard]] inline RowReason survival_row_reason(const SurvivalColumns& rows,
                                                   std::size_t i) noexcept {
  return survival_row_reason(rows.duration[i], rows.event[i],
                             rows.entry.empty() ? 0 : rows.entry[i],
                             rows.weight.empty() ? 1 : rows.weight[i]);
}

/// ok, or size_mismatch naming the first column whose length differs from `duration`.
[[nodiscard]] Status check_sizes(const SurvivalColumns& columns);

/// A time at which at least one row of a stratum had its event.
struct RiskMoment {
  double time;
  double deaths;         ///< weight of the events
  double at_risk;        ///< weight of the rows with entry < time <= duration
  double rows_at_risk;   ///< number of them
  std::uint32_t events;  ///< number of events: more than one is a tie
  std::uint32_t stratum;
};

/// A row that is used. It is at risk at the moments [first, last).
struct RiskRow {
  double weight;        ///< > 0
  std::uint32_t row;    ///< its number in the columns
  std::uint32_t first;  ///< first moment after its entry
  std::uint32_t last;   ///< one past the last moment not after its duration
  bool event;           ///< then its event is at moment last - 1
};

struct RiskSet {
  std::vector<RiskMoment> moments;         ///< by stratum, then time
  std::vector<std::size_t> stratum_begin;  ///< moments of stratum s: [begin[s], begin[s + 1])
  std::vector<RiskRow> rows;               ///< by stratum, then duration, events first
  std::vector<std::size_t> stratum_rows;   ///< rows of stratum s: [begin[s], begin[s + 1])
  /// Positions in `rows` of those that came under observation only after the first moment of their
  /// stratum, by stratum and descending `first`.
  std::vector<std::uint32_t> late;
  std::vector<double> longest;  ///< largest duration per stratum; NaN for one without rows
  double weight = 0;            ///< of the rows used
  double events = 0;            ///< weighted events
  BatchReport report{};         ///< rows left out

  [[nodiscard]] std::size_t strata() const noexcept { return longest.size(); }
};

/// Sorts the rows once. `stratum` holds codes 0, 1, … below `strata` (empty: one stratum); times of
/// different strata never meet. Rows that cannot be used, or that `usable` (empty: all; 0 marks a
/// row as not usable) rules out, are left out and counted; rows of weight 0 are left out silently.
/// Errors: size_mismatch; invalid_argument for a code >= strata or 2^31 rows and more. No events,
/// no rows are fine. Cost: a radix sort, some 60 ns per row.
[[nodiscard]] Result<RiskSet> make_risk_set(const SurvivalColumns& columns,
                                            std::span<const std::uint32_t> stratum = {},
                                            std::size_t strata = 1,
                                            std::span<const std::uint8_t> usable = {});

/// add(position) for every row of `set.rows` as it comes under risk and remove(position) as it
/// leaves it, while moments are visited from late to early: visit(m) is called with the sums that
/// belong to moment m. reset() is called before each stratum.
template <class Reset, class Add, class Remove, class Visit>
void for_each_moment_backwards(const RiskSet& set, const Reset& reset, const Add& add,
                               const Remove& remove, const Visit& visit) {
  std::size_t late = set.late.size();
  for (std::size_t s = set.strata(); s-- > 0;) {
    reset();
    std::size_t position = set.stratum_rows[s + 1];
    std::size_t late_begin = late;
    while (late_begin > 0 && set.late[late_begin - 1] >= set.stratum_rows[s]) --late_begin;
    std::size_t leaving = late_begin;  // descending `first` within the stratum
    for (std::size_t m = set.stratum_begin[s + 1]; m-- > set.stratum_begin[s];) {
      for (; position > set.stratum_rows[s] && set.rows[position - 1].last > m; --position) {
        if (set.rows[position - 1].first < set.rows[position - 1].last) add(position - 1);
      }
      for (; leaving < late && set.rows[set.late[leaving]].first > m; ++leaving)
        remove(set.late[leaving]);
      visit(m);
    }
    late = late_begin;
  }
}

}  // namespace kam
