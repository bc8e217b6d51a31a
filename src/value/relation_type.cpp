#include <kam/value/relation_type.hpp>

#include <vector>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"
#include "value/rule_text.hpp"

namespace kam::value {
namespace {

Answer when_known(double x, bool holds) {
  return std::isnan(x) ? Answer::unknown : holds ? Answer::yes : Answer::no;
}

/// The conditions of the rule, one by one.
struct Conditions {
  Conditions(const Contacts& c, const RelationRule& rule)
      : few_departments(when_known(c.departments, c.departments <= rule.ordinary_departments)),
        few_pairs(when_known(c.effective_pairs, c.effective_pairs < rule.ordinary_pairs)),
        many_departments(when_known(c.departments, c.departments >= rule.strategic_departments)),
        all_levels(when_known(c.levels, c.levels >= rule.strategic_levels)) {
    ordinary = either(few_departments, few_pairs);
    strategic = both(both(many_departments, all_levels), both(c.executive_pair, c.joint_team));
  }
  Answer few_departments, few_pairs, many_departments, all_levels;
  Answer ordinary, strategic;
};

RelationType type_of(const Conditions& is) {
  if (is.ordinary == Answer::yes) return RelationType::ordinary;
  if (is.ordinary == Answer::unknown || is.strategic == Answer::unknown) {
    return RelationType::unknown;
  }
  return is.strategic == Answer::yes ? RelationType::strategic : RelationType::partner;
}

RowReason wrong_count(double x, double most) {
  if (std::isnan(x)) return RowReason::none;
  if (std::isinf(x)) return RowReason::not_finite;
  return is_count(x) && x <= most ? RowReason::none : RowReason::out_of_domain;
}

RowReason wrong_pairs(double x) {
  constexpr double kRounding = 1e-9;  // 1/Σq² of one pair may fall a rounding short of 1
  if (std::isnan(x) || x == 0.0) return RowReason::none;
  if (std::isinf(x)) return RowReason::not_finite;
  return x >= 1.0 - kRounding ? RowReason::none : RowReason::out_of_domain;
}

/// Clauses joined by "and".
class Sentence {
 public:
  explicit Sentence(Language language) : language_(language) {}
  void add(bool applies, const std::string& clause) {
    if (!applies) return;
    if (!text_.empty()) text_ += detail::either(language_, " and ", " 且 ");
    text_ += clause;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Language language_;
  std::string text_;
};

struct Words {
  const char *departments, *pairs, *levels, *executive, *joint;
};
const Words& words(Language language) {
  static constexpr Words kWords[] = {
      {"departments", "effective contact pairs", "levels", "executive pair", "joint team"},
      {"部门数", "有效联系对数", "层级数", "高层对口", "联合小组"},
  };
  return kWords[static_cast<std::size_t>(language)];
}

/// "departments 3 < 4".
std::string clause(const char* name, double x, double cut, bool upward) {
  return std::string(name) + " " + detail::comparison(x, cut, upward);
}

std::string ordinary_text(const Conditions& is, const Contacts& c, const RelationRule& rule,
                          Language language) {
  const Words& w = words(language);
  Sentence why(language);
  why.add(is.few_departments == Answer::yes,
          clause(w.departments, c.departments, rule.ordinary_departments, false));
  why.add(is.few_pairs == Answer::yes,
          clause(w.pairs, c.effective_pairs, rule.ordinary_pairs, true));
  return why.text();
}

std::string strategic_text(const Contacts& c, const RelationRule& rule, Language language) {
  const Words& w = words(language);
  Sentence why(language);
  why.add(true, clause(w.levels, c.levels, rule.strategic_levels, true));
  why.add(true, clause(w.departments, c.departments, rule.strategic_departments, true));
  why.add(true, w.executive);
  why.add(true, w.joint);
  return why.text();
}

std::string partner_text(const Conditions& is, const Contacts& c, const RelationRule& rule,
                         Language language) {
  const Words& w = words(language);
  const std::string no = detail::either(language, "no ", "无");
  Sentence has(language), lacks(language);
  has.add(true, clause(w.departments, c.departments, rule.ordinary_departments, false));
  has.add(true, clause(w.pairs, c.effective_pairs, rule.ordinary_pairs, true));
  lacks.add(is.all_levels == Answer::no, clause(w.levels, c.levels, rule.strategic_levels, true));
  lacks.add(is.many_departments == Answer::no,
            clause(w.departments, c.departments, rule.strategic_departments, true));
  lacks.add(c.executive_pair == Answer::no, no + w.executive);
  lacks.add(c.joint_team == Answer::no, no + w.joint);
  return has.text() + detail::either(language, "; not strategic: ", "；非战略型：") + lacks.text();
}

/// Names only what could change the answer: what strategic needs is left out once it cannot be.
std::string unknown_text(const Conditions& is, const Contacts& c, Language language) {
  const Words& w = words(language);
  const bool open = is.strategic == Answer::unknown;
  Sentence missing(language);
  missing.add(std::isnan(c.departments), w.departments);
  missing.add(is.few_pairs == Answer::unknown, w.pairs);
  missing.add(open && is.all_levels == Answer::unknown, w.levels);
  missing.add(open && c.executive_pair == Answer::unknown, w.executive);
  missing.add(open && c.joint_team == Answer::unknown, w.joint);
  return detail::either(language, "missing: ", "缺失：") + missing.text();
}

Status check_rule(const char* name, double x, bool holds, const char* what) {
  return std::isfinite(x) && x >= 0.0 && holds ? Status{} : invalid_argument(name, what, x);
}

Status check_sizes(const ContactColumns& in, std::size_t rows) {
  Status s = check_size("departments", in.departments.size(), rows);
  if (s.ok()) s = check_size("levels", in.levels.size(), rows);
  if (s.ok()) s = check_size("effective_pairs", in.effective_pairs.size(), rows);
  if (s.ok()) s = check_size("executive_pair", in.executive_pair.size(), rows);
  if (s.ok()) s = check_size("joint_team", in.joint_team.size(), rows);
  return s;
}

}  // namespace

Status check(const RelationRule& rule) {
  Status s = check_rule("ordinary_departments", rule.ordinary_departments, true, "finite and >= 0");
  if (s.ok()) s = check_rule("ordinary_pairs", rule.ordinary_pairs, true, "finite and >= 0");
  if (s.ok()) {
    s = check_rule("strategic_departments", rule.strategic_departments,
                   rule.strategic_departments > rule.ordinary_departments,
                   "finite and more than `ordinary_departments`");
  }
  if (s.ok()) {
    s = check_rule("strategic_levels", rule.strategic_levels,
                   rule.strategic_levels <= kContactLevels, "between 0 and 3");
  }
  return s;
}

RowReason contacts_reason(const Contacts& contacts) noexcept {
  RowReason reason = wrong_count(contacts.departments, 1e9);
  if (reason == RowReason::none) reason = wrong_count(contacts.levels, kContactLevels);
  if (reason == RowReason::none) reason = wrong_pairs(contacts.effective_pairs);
  return reason;
}

RelationType relation_type(const Contacts& contacts, const RelationRule& rule) noexcept {
  if (contacts_reason(contacts) != RowReason::none) return RelationType::unknown;
  return type_of(Conditions(contacts, rule));
}

std::string relation_text(const Contacts& contacts, const RelationRule& rule, Language language) {
  if (contacts_reason(contacts) != RowReason::none) {
    return detail::either(language, "a contact number outside its domain", "联系数据超出取值范围");
  }
  const Conditions is(contacts, rule);
  switch (type_of(is)) {
    case RelationType::ordinary:
      return ordinary_text(is, contacts, rule, language);
    case RelationType::strategic:
      return strategic_text(contacts, rule, language);
    case RelationType::partner:
      return partner_text(is, contacts, rule, language);
    case RelationType::unknown:
      break;
  }
  return unknown_text(is, contacts, language);
}

BatchReport relation_type(const ContactColumns& accounts, const RelationRule& rule,
                          std::span<RelationType> out, const Executor& executor) {
  if (Status s = check(rule); !s.ok()) return numeric::failed(s);
  const std::size_t rows = out.size();
  if (Status s = check_sizes(accounts, rows); !s.ok()) return numeric::failed(s);
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Contacts one{accounts.departments[i], accounts.levels[i], accounts.effective_pairs[i],
                         accounts.executive_pair[i], accounts.joint_team[i]};
      RowReason reason = contacts_reason(one);
      out[i] = relation_type(one, rule);
      const bool unknown = out[i] == RelationType::unknown;
      if (unknown && reason == RowReason::none) reason = RowReason::undefined_value;
      unknown ? blocks[block].rejected(i, reason) : blocks[block].scored();
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
