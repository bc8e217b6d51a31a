#include "portfolio/duplicates.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>

namespace kam::portfolio {
namespace {

/// What makes two rows of an account and day the same row. Columns that are given must agree too:
/// two lines of one invoice may have equal amounts but differ in what was sold.
auto identity(const TransactionColumns& t, const DatedAmount& r) {
  const auto code = [&](std::span<const Code> column) {
    return column.empty() ? 0 : column[r.row];
  };
  return std::tuple(r.amount, code(t.ref), code(t.currency), code(t.category),
                    t.kind.empty() ? 0 : t.kind[r.row],
                    t.quantity.empty() ? 0 : std::bit_cast<std::uint64_t>(t.quantity[r.row]));
}

}  // namespace

std::size_t drop_duplicates(const TransactionColumns& t, std::span<DatedAmount> rows,
                            std::span<RowVerdict> verdict, RuleCounts& counts) {
  std::size_t kept = 0;
  for (std::size_t begin = 0, end; begin < rows.size(); begin = end) {
    end = begin + 1;
    while (end < rows.size() && rows[end].day == rows[begin].day) ++end;
    if (end - begin > 1) {
      std::sort(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                rows.begin() + static_cast<std::ptrdiff_t>(end), [&](const auto& a, const auto& b) {
                  const auto left = identity(t, a), right = identity(t, b);
                  return left < right || (left == right && a.row < b.row);
                });
    }
    for (std::size_t i = begin; i < end; ++i) {
      const bool repeated = i > begin && identity(t, rows[i]) == identity(t, rows[i - 1]);
      if (repeated && !t.ref.empty() && t.ref[rows[i].row] != 0) {
        verdict[rows[i].row] = RowVerdict::exact_duplicate;
        continue;
      }
      if (repeated) counts.add(Rule::possible_duplicate, rows[i].row);
      rows[kept++] = rows[i];
    }
  }
  return kept;
}

}  // namespace kam::portfolio
