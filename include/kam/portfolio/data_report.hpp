/// What was found in the data, what was done about it, and how often. Nothing is silently dropped:
/// every row that does not count, and every oddity of one that does, has a line here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>

namespace kam::portfolio {

/// note: counted as it is, but perhaps for one cell (or set aside by rule) · repaired: changed by
/// rule · rejected: the row is unusable.
enum class Severity : std::uint8_t { note = 0, repaired, rejected };
/// What the examples of a finding are indices of.
enum class Subject : std::uint8_t { row = 0, account };

[[nodiscard]] const char* severity_name(Severity severity) noexcept;

struct Finding {
  static constexpr std::size_t kMaxExamples = 5;

  std::string code;  ///< stable, snake_case, e.g. "missing_amount"
  Severity severity = Severity::note;
  Subject subject = Subject::row;
  std::size_t count = 0;
  std::vector<std::size_t> examples{};  ///< the first few rows (or account codes), 0-based
  std::string explanation{};            ///< one sentence for a person
  double value = std::numeric_limits<double>::quiet_NaN();  ///< a share or amount, if one belongs
};

struct DataReport {
  std::size_t rows_read = 0;  ///< = used + rejected + set aside
  std::size_t rows_used = 0;
  std::size_t rows_rejected = 0;   ///< unusable
  std::size_t rows_set_aside = 0;  ///< future-dated or dropped as exact duplicates: no error
  std::size_t accounts = 0;
  std::size_t accounts_without_orders = 0;  ///< no row used
  Day first_date = kNoDay;                  ///< of the rows used
  Day last_date = kNoDay;
  double total_net_revenue = 0.0;  ///< of the rows used [money]
  std::vector<Finding> findings;   ///< in order of first appearance

  /// Counts one more row (or account) under `code`; the first call of a code fixes its severity,
  /// subject and explanation. For edges, e.g. a text that is not a number. Does not touch the row
  /// counts above: the edge knows whether such a row is read again by check().
  void add(std::string_view code, Severity severity, std::size_t index,
           std::string_view explanation, Subject subject = Subject::row);

  /// Appends the report of rows that follow this one's. Counts add up; so do the account counts,
  /// which is right for disjoint accounts (and for an edge's report, where they are 0).
  /// `row_offset` is added to the example rows of `next`.
  void merge(const DataReport& next, std::size_t row_offset = 0);

  /// Null if there is none. Points into this report: refused for a temporary.
  [[nodiscard]] const Finding* find(std::string_view code) const& noexcept;
  const Finding* find(std::string_view code) const&& = delete;
};

}  // namespace kam::portfolio
