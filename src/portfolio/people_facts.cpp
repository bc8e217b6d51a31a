/// Which row speaks for a person.
#include <algorithm>
#include <tuple>

#include "portfolio/account_facts.hpp"

namespace kam::portfolio {
namespace {

Day rated(const StakeholderColumns& s, std::uint32_t row) {
  return s.rated_on.empty() || !is_calendar_day(s.rated_on[row]) ? kNoDay : s.rated_on[row];
}

/// Every column of a row, so that of two judgements of one day the same one wins in any order of
/// rows. NaN stands below every number.
auto content(const StakeholderColumns& s, std::uint32_t row) {
  const auto code = [row](const auto& column) { return column.empty() ? 0u : +column[row]; };
  const auto number = [row](std::span<const double> column) {
    return column.empty() || column[row] != column[row] ? -kMaxAmount : column[row];
  };
  const Day left = s.left_on.empty() ? kNoDay : s.left_on[row];
  return std::tuple(number(s.stance), number(s.weight), code(s.roles), code(s.level),
                    code(s.department), left);
}

bool usable(const StakeholderColumns& s, std::uint32_t row, Day as_of, DataReport& report) {
  if (rated(s, row) > as_of) return false;  // not known yet
  if (!s.weight.empty() && !(s.weight[row] >= 0 && s.weight[row] <= kMaxAmount)) {
    report.add("stakeholder_bad_weight", Severity::rejected, row,
               "The weight of the person is missing or below 0; the person is left out.");
    return false;
  }
  const double stance = s.stance.empty() ? kNaN : s.stance[row];
  if (stance < -1 || stance > 1) {
    report.add("stakeholder_bad_stance", Severity::rejected, row,
               "The stance lies outside -1 to 1; the person is left out.");
    return false;
  }
  return true;
}

}  // namespace

PeopleFacts people_facts(const StakeholderColumns& s, std::size_t accounts, Day as_of,
                         DataReport& report) {
  PeopleFacts people;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < s.account.size(); ++row) {
    if (usable(s, row, as_of, report)) rows.push_back(row);
  }
  const auto person = [&](std::uint32_t row) { return std::pair(s.account[row], s.person[row]); };
  std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (person(a) != person(b)) return person(a) < person(b);
    if (rated(s, a) != rated(s, b)) return rated(s, a) < rated(s, b);
    return content(s, a) < content(s, b);
  });
  people.begin.assign(accounts + 1, 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size() && person(rows[i]) == person(rows[i + 1])) continue;  // a later one is
    people.row.push_back(rows[i]);
    ++people.begin[s.account[rows[i]] + 1];
  }
  for (std::size_t i = 0; i < accounts; ++i) people.begin[i + 1] += people.begin[i];
  return people;
}

}  // namespace kam::portfolio
