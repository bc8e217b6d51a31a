/// Who met whom, and which reports came: the activities of each account.
#include <algorithm>
#include <utility>

#include "portfolio/account_facts.hpp"

namespace kam::portfolio {
namespace {

/// Rows of activities with a type, up to as_of, account by account.
struct GroupedActivities {
  std::vector<std::size_t> begin;
  std::vector<std::uint32_t> row;

  GroupedActivities(const ActivityColumns& a, std::size_t accounts, Day as_of)
      : begin(accounts + 1, 0) {
    const auto counts = [&](std::size_t i) {
      return a.type[i] != kUnknownCode && is_calendar_day(a.date[i]) && a.date[i] <= as_of;
    };
    for (std::size_t i = 0; i < a.account.size(); ++i) {
      if (counts(i)) ++begin[a.account[i] + 1];
    }
    for (std::size_t i = 0; i < accounts; ++i) begin[i + 1] += begin[i];
    row.resize(begin.back());
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    for (std::size_t i = 0; i < a.account.size(); ++i) {
      if (counts(i)) row[next[a.account[i]]++] = static_cast<std::uint32_t>(i);
    }
  }
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t account) const {
    return std::span(row).subspan(begin[account], begin[account + 1] - begin[account]);
  }
};

/// Calls visit(value, how often) for each run of equal values.
template <class T, class Visit>
void for_each_run(std::vector<T>& values, Visit&& visit) {
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < values.size();) {
    const std::size_t start = i;
    while (i < values.size() && values[i] == values[start]) ++i;
    visit(values[start], static_cast<double>(i - start));
  }
}

class ContactGatherer {
 public:
  ContactGatherer(const Portfolio& portfolio, const PeopleFacts& people,
                  const FeatureWindow& window)
      : a_(portfolio.activities), s_(portfolio.stakeholders), people_(people), window_(window) {}

  ContactFacts gather(std::span<const std::uint32_t> rows, std::size_t account) {
    clear();
    ContactFacts facts{.has_rows = !rows.empty()};
    for (const std::uint32_t row : rows) add(row, facts);
    count_people(facts);
    if (!people_.begin.empty() && people_.begin[account] < people_.begin[account + 1]) {
      reach(account, facts);
    }
    count_reports(facts);
    return facts;
  }

 private:
  void clear() {
    ours_.clear();
    theirs_.clear();
    pairs_.clear();
    due_.clear();
    received_.clear();
  }

  void add(std::uint32_t row, ContactFacts& facts) {
    const auto type = static_cast<ActivityType>(a_.type[row]);
    const Day day = a_.date[row];
    if (type == ActivityType::report_due) due_.push_back(day);
    if (type == ActivityType::report_received) received_.push_back(day);
    const bool this_year = day > window_.year_start;
    if (type == ActivityType::complaint && this_year) facts.complaints_12m += 1;
    if (type != ActivityType::visit && type != ActivityType::call &&
        type != ActivityType::meeting) {
      return;
    }
    facts.last_contact = std::max(facts.last_contact, day);
    if (!this_year) return;
    facts.contacts_12m += 1;
    const Code ours = a_.our_person.empty() ? 0 : a_.our_person[row];
    const Code theirs = a_.their_person.empty() ? 0 : a_.their_person[row];
    if (ours != 0) ours_.push_back(ours);
    if (theirs != 0) theirs_.push_back(theirs);
    if (ours != 0 && theirs != 0) pairs_.emplace_back(ours, theirs);
  }

  void count_people(ContactFacts& facts) {
    double most = 0, squares = 0;
    for_each_run(ours_, [&](Code, double n) { most = std::max(most, n); });
    if (!ours_.empty()) facts.largest_share = most / static_cast<double>(ours_.size());
    for_each_run(theirs_, [&](Code, double) { facts.their_people += 1; });
    for_each_run(pairs_, [&](const auto&, double n) { squares += n * n; });
    const auto pairs = static_cast<double>(pairs_.size());
    if (pairs > 0) facts.effective_pairs = pairs * pairs / squares;
  }

  /// Departments and levels of the people contacted who are still there.
  void reach(std::size_t account, ContactFacts& facts) {
    departments_.clear();
    bool level[kStakeholderLevels] = {};
    for (std::size_t i = people_.begin[account]; i < people_.begin[account + 1]; ++i) {
      const std::uint32_t row = people_.row[i];
      if (!s_.left_on.empty() && s_.left_on[row] != kNoDay && s_.left_on[row] <= window_.as_of) {
        continue;
      }
      if (!std::binary_search(theirs_.begin(), theirs_.end(), s_.person[row])) continue;
      if (!s_.department.empty() && s_.department[row] != 0) {
        departments_.push_back(s_.department[row]);
      }
      if (!s_.level.empty() && s_.level[row] != kUnknownCode) level[s_.level[row]] = true;
    }
    if (!s_.department.empty()) {
      facts.departments = 0;
      for_each_run(departments_, [&](Code, double) { facts.departments += 1; });
    }
    if (s_.level.empty()) return;
    facts.levels = level[0] + level[1] + level[2];
    facts.executive = level[static_cast<int>(StakeholderLevel::executive)] ? 1 : 0;
  }

  /// A report is on time if it came after the due day before it and not after its own.
  void count_reports(ContactFacts& facts) {
    std::sort(received_.begin(), received_.end());
    auto next = received_.begin();
    for_each_run(due_, [&](Day day, double due) {
      const auto end = std::upper_bound(next, received_.end(), day);
      const auto came = static_cast<double>(end - next);
      next = end;
      if (day <= window_.year_start) return;
      facts.reports_due_12m += due;
      facts.reports_on_time_12m += std::min(due, came);
    });
  }

  const ActivityColumns& a_;
  const StakeholderColumns& s_;
  const PeopleFacts& people_;
  const FeatureWindow& window_;
  std::vector<Code> ours_{}, theirs_{}, departments_{};
  std::vector<std::pair<Code, Code>> pairs_{};
  std::vector<Day> due_{}, received_{};
};

}  // namespace

std::vector<ContactFacts> contact_facts(const Portfolio& portfolio, const PeopleFacts& people,
                                        const FeatureWindow& window) {
  const ActivityColumns& activities = portfolio.activities;
  if (activities.type.empty()) return {};
  const std::size_t accounts = portfolio.accounts.rows;
  const GroupedActivities rows(activities, accounts, window.as_of);
  ContactGatherer gatherer(portfolio, people, window);
  std::vector<ContactFacts> facts(accounts);
  for (std::size_t i = 0; i < accounts; ++i) facts[i] = gatherer.gather(rows.of(i), i);
  return facts;
}

}  // namespace kam::portfolio
