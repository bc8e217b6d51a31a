/// How we are connected: ordinary, partner or strategic, from who talks to whom. Structure, not
/// intent: in the dyads that Davies studied relation types differed by contact structure and
/// service, not by what either side called strategic (docs/models/classification.md).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/classes.hpp>

namespace kam::value {

enum class RelationType : std::uint8_t {
  unknown = 0,
  ordinary,   ///< one department, or contacts that hang on hardly more than one pair of people
  partner,    ///< several departments and pairs
  strategic,  ///< all levels and many departments, executives among them, and a joint team
};
/// "unknown", "ordinary", "partner", "strategic".
[[nodiscard]] constexpr const char* relation_type_name(RelationType type) noexcept {
  constexpr const char* kNames[] = {"unknown", "ordinary", "partner", "strategic"};
  return kNames[static_cast<int>(type)];
}

/// Operational, middle, executive.
inline constexpr int kContactLevels = 3;

/// Proposals, to be set per company; nothing published fixes them.
struct RelationRule {
  double ordinary_departments = 1;           ///< at most so many: ordinary [count]
  double ordinary_pairs = 2;                 ///< fewer effective pairs than this: ordinary [-]
  double strategic_departments = 4;          ///< at least so many for strategic [count]
  double strategic_levels = kContactLevels;  ///< at least so many for strategic [count], 0..3
};

/// invalid_argument names a threshold that is not finite or negative, more levels than there are,
/// or strategic_departments that would be ordinary.
[[nodiscard]] Status check(const RelationRule& rule);

/// What the contact matrix says of one account; NaN or unknown = missing.
struct Contacts {
  double departments = kNaN;      ///< of theirs with active contacts [count]
  double levels = kNaN;           ///< with active contacts [count], 0..3
  double effective_pairs = kNaN;  ///< N_eff = 1/Σq², q = share of each pair of people; 0 or >= 1
  Answer executive_pair = Answer::unknown;  ///< an executive of theirs with one of ours
  Answer joint_team = Answer::unknown;      ///< or a joint office
};

/// out_of_domain: a count that is negative, fractional or beyond the levels; effective pairs
/// between 0 and 1; not_finite: an infinite number. NaN is missing and fine.
[[nodiscard]] RowReason contacts_reason(const Contacts& contacts) noexcept;

/// ordinary if departments <= 1 or N_eff < 2; else strategic if levels = 3, departments >= 4, an
/// executive pair and a joint team; else partner. Unknown where missing data could still change it,
/// or contacts_reason() objects. Precondition: check(rule).ok().
[[nodiscard]] RelationType relation_type(const Contacts& contacts,
                                         const RelationRule& rule = {}) noexcept;

/// "departments 1 <= 1"; of a partner also what it lacks; of unknown, what is missing.
[[nodiscard]] std::string relation_text(const Contacts& contacts, const RelationRule& rule,
                                        Language language);

/// One row per account in every column.
struct ContactColumns {
  std::span<const double> departments, levels, effective_pairs;
  std::span<const Answer> executive_pair, joint_team;
};

/// Many accounts; unknown rows are counted as undefined_value, or as contacts_reason() says.
/// size_mismatch, or what check() says of the rule.
[[nodiscard]] BatchReport relation_type(const ContactColumns& accounts, const RelationRule& rule,
                                        std::span<RelationType> out, const Executor& executor = {});

}  // namespace kam::value
