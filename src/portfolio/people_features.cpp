#include "portfolio/people_features.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "portfolio/exact_sum.hpp"

namespace kam::portfolio {
namespace {

template <class Value>
std::vector<double> column_of(std::span<const ContactFacts> facts, Value&& value) {
  std::vector<double> column(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    column[i] = facts[i].has_rows ? value(facts[i]) : kNaN;
  }
  return column;
}

/// 1 if the latest rating of the item "joint_team" is above the bottom of its scale.
void add_joint_team(FeatureTable& table) {
  const auto rating = table.find("rating:joint_team");
  std::vector<double> joint(rating.begin(), rating.end());
  for (double& value : joint) {
    if (!std::isnan(value)) value = value > 0 ? 1 : 0;
  }
  table.add("joint_team", std::move(joint), rating.empty() ? "needs ratings of joint_team" : "");
}

bool has_left(const StakeholderColumns& s, std::uint32_t row, Day as_of) {
  return !s.left_on.empty() && s.left_on[row] != kNoDay && s.left_on[row] <= as_of;
}

/// Support of one account: unknown is not neutral, so it moves the bounds.
struct Support {
  ExactSum known{}, all{}, balance{};
  Day latest = kNoDay;

  void add(const StakeholderColumns& s, std::uint32_t row) {
    const double weight = s.weight.empty() ? 1.0 : s.weight[row];
    const double stance = s.stance[row];
    portfolio::add(all, weight);
    if (std::isnan(stance)) return;
    portfolio::add(known, weight);
    portfolio::add(balance, weight * stance);
    if (!s.rated_on.empty()) latest = std::max(latest, s.rated_on[row]);
  }
};

struct SupportColumns {
  std::vector<double> support, lo, hi, known, age;
  explicit SupportColumns(std::size_t n)
      : support(n, kNaN), lo(n, kNaN), hi(n, kNaN), known(n, kNaN), age(n, kNaN) {}

  void set(std::size_t i, const Support& s, Day as_of) {
    const double all = value(s.all), w = value(s.known), balance = value(s.balance);
    if (!(all > 0)) return;
    const double unknown = std::fmax(0.0, all - w);
    known[i] = w / all;
    lo[i] = std::fmax(-1.0, (balance - unknown) / all);
    hi[i] = std::fmin(1.0, (balance + unknown) / all);
    if (!(w > 0)) return;
    support[i] = std::clamp(balance / w, lo[i], hi[i]);
    if (s.latest != kNoDay) age[i] = as_of - s.latest;
  }
};

void add_support(const StakeholderColumns& s, const PortfolioFacts& facts, FeatureTable& table) {
  const bool given = !facts.people.begin.empty() && !s.stance.empty();
  const char* note = given ? "" : "needs stances of stakeholders";
  SupportColumns columns(given ? table.accounts : 0);
  for (std::size_t i = 0; given && i < table.accounts; ++i) {
    Support support;
    for (std::size_t k = facts.people.begin[i]; k < facts.people.begin[i + 1]; ++k) {
      const std::uint32_t row = facts.people.row[k];
      if (!has_left(s, row, facts.window.as_of)) support.add(s, row);
    }
    columns.set(i, support, facts.window.as_of);
  }
  table.add("support", std::move(columns.support), note, std::move(columns.age));
  table.add("support_lo", std::move(columns.lo), note);
  table.add("support_hi", std::move(columns.hi), note);
  table.add("people_known", std::move(columns.known), note);
}

/// 1 if a role lost its champion within the year and has none left. A champion is a coach, or
/// somebody with a role who is for us.
double champion_left(const StakeholderColumns& s, std::span<const std::uint32_t> rows,
                     const FeatureWindow& window) {
  unsigned lost = 0, held = 0;
  for (const std::uint32_t row : rows) {
    const bool champion = (s.roles[row] & kCoach) != 0 || (!s.stance.empty() && s.stance[row] > 0);
    if (!champion) continue;
    if (!has_left(s, row, window.as_of)) {
      held |= s.roles[row];
    } else if (s.left_on[row] > window.year_start) {
      lost |= s.roles[row];
    }
  }
  return (lost & ~held) != 0 ? 1 : 0;
}

void add_champion(const StakeholderColumns& s, const PortfolioFacts& facts, FeatureTable& table) {
  if (facts.people.begin.empty() || s.left_on.empty() || s.roles.empty()) {
    table.add("champion_left", {}, "needs roles and left_on of stakeholders");
    return;
  }
  std::vector<double> left(table.accounts, kNaN);
  for (std::size_t i = 0; i < table.accounts; ++i) {
    const std::size_t begin = facts.people.begin[i], n = facts.people.begin[i + 1] - begin;
    if (n == 0) continue;
    left[i] = champion_left(s, std::span(facts.people.row).subspan(begin, n), facts.window);
  }
  table.add("champion_left", std::move(left));
}

}  // namespace

void add_contacts(const Portfolio& portfolio, const PortfolioFacts& facts, FeatureTable& table) {
  const ActivityColumns& a = portfolio.activities;
  const StakeholderColumns& s = portfolio.stakeholders;
  const bool typed = !a.type.empty(), people = !facts.people.begin.empty();
  const auto note = [&](bool given, const char* needs) {
    return typed ? (given ? "" : needs) : "needs types of activities";
  };
  const bool ours = !a.our_person.empty(), theirs = !a.their_person.empty();
  const auto add = [&](const char* name, const char* why, auto&& value) {
    table.add(name, *why == '\0' ? column_of(facts.contacts, value) : std::vector<double>(), why);
  };
  add("report_on_time", note(true, ""), [](const ContactFacts& c) {
    return c.reports_due_12m > 0 ? c.reports_on_time_12m / c.reports_due_12m : kNaN;
  });
  add("contacts_12m", note(true, ""), [](const ContactFacts& c) { return c.contacts_12m; });
  const Day as_of = facts.window.as_of;
  add("days_since_contact", note(true, ""), [as_of](const ContactFacts& c) {
    return c.last_contact == kNoDay ? kNaN : static_cast<double>(as_of - c.last_contact);
  });
  add("their_people", note(theirs, "needs their_person of activities"),
      [](const ContactFacts& c) { return c.their_people; });
  add("dependency_person", note(ours, "needs our_person of activities"),
      [](const ContactFacts& c) { return c.largest_share; });
  add("contact_pairs", note(ours && theirs, "needs our_person and their_person of activities"),
      [](const ContactFacts& c) { return c.effective_pairs; });
  add("departments",
      note(theirs && people && !s.department.empty(),
           "needs their_person of activities and departments of stakeholders"),
      [](const ContactFacts& c) { return c.departments; });
  const char* levels = note(theirs && people && !s.level.empty(),
                            "needs their_person of activities and levels of stakeholders");
  add("levels", levels, [](const ContactFacts& c) { return c.levels; });
  add("executive_pair", levels, [](const ContactFacts& c) { return c.executive; });
  add_joint_team(table);
}

void add_people(const StakeholderColumns& stakeholders, const PortfolioFacts& facts,
                FeatureTable& table) {
  add_support(stakeholders, facts, table);
  add_champion(stakeholders, facts, table);
}

}  // namespace kam::portfolio
