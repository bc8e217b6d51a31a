#include <kam/value/classes.hpp>

#include <cmath>
#include <iterator>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"
#include "value/rule_text.hpp"

namespace kam::value {
namespace {

using Side = NumberCondition::Side;

Answer as_answer(bool holds) {
  return holds ? Answer::yes : Answer::no;
}

/// The facts of one account, wherever they come from.
template <class Number, class Flag>
struct Reader {
  Number number;
  Flag flag;
  std::string_view sector;

  Answer operator()(const Condition& condition, std::size_t slot) const {
    if (const auto* c = std::get_if<NumberCondition>(&condition)) {
      const double x = number(slot);
      if (!std::isfinite(x)) return Answer::unknown;
      return as_answer(c->side == Side::at_least ? x >= c->threshold : x <= c->threshold);
    }
    if (std::holds_alternative<FlagCondition>(condition)) return flag(slot);
    if (sector.empty()) return Answer::unknown;
    const auto& wanted = std::get<SectorCondition>(condition).sectors;
    return as_answer(std::find(wanted.begin(), wanted.end(), sector) != wanted.end());
  }
};

template <class Read>
Answer answer(const AccountClass& rule, const std::vector<std::size_t>& slots, const Read& read) {
  Answer all = Answer::yes, any = rule.any.empty() ? Answer::yes : Answer::no;
  const std::size_t first = rule.all.size();
  for (std::size_t k = 0; k < first; ++k) all = both(all, read(rule.all[k], slots[k]));
  for (std::size_t k = 0; k < rule.any.size(); ++k) {
    any = either(any, read(rule.any[k], slots[first + k]));
  }
  return both(all, any);
}

auto reader(const ClassFacts& facts) {
  const auto number = [facts](std::size_t slot) { return facts.numbers[slot]; };
  const auto flag = [facts](std::size_t slot) { return facts.flags[slot]; };
  return Reader<decltype(number), decltype(flag)>{number, flag, facts.sector};
}

auto reader(const ClassColumns& in, std::size_t i) {
  const auto number = [&in, i](std::size_t slot) { return in.numbers[slot][i]; };
  const auto flag = [&in, i](std::size_t slot) { return in.flags[slot][i]; };
  const std::string_view sector = in.sector.empty() ? std::string_view{} : in.sector[i];
  return Reader<decltype(number), decltype(flag)>{number, flag, sector};
}

Status check_facts(const ClassRules& rules, const ClassFacts& facts) {
  Status s = check_size("numbers", facts.numbers.size(), rules.features().size());
  return s.ok() ? check_size("flags", facts.flags.size(), rules.flags().size()) : s;
}

template <class Column>
Status check_columns(const std::string& name, std::span<const Column> columns,
                     std::size_t expected_columns, std::size_t rows) {
  if (Status s = check_size(name.c_str(), columns.size(), expected_columns); !s.ok()) return s;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string column = name + "[" + std::to_string(c) + "]";
    if (Status s = check_size(column.c_str(), columns[c].size(), rows); !s.ok()) return s;
  }
  return {};
}

Status check_batch(const ClassRules& rules, const ClassColumns& in,
                   std::span<const std::span<Answer>> out) {
  const std::size_t rows = out.empty() ? 0 : out[0].size();
  Status s = check_columns("out", out, rules.classes().size(), rows);
  if (s.ok()) s = check_columns("numbers", in.numbers, rules.features().size(), rows);
  if (s.ok()) s = check_columns("flags", in.flags, rules.flags().size(), rows);
  if (s.ok() && !in.sector.empty()) s = check_size("sector", in.sector.size(), rows);
  return s;
}

// --- texts -------------------------------------------------------------------

std::string number_text(const NumberCondition& c, double x, Language language) {
  if (!std::isfinite(x)) return c.feature + detail::either(language, " missing", " 缺失");
  std::string text = c.feature + " " + detail::comparison(x, c.threshold, c.side == Side::at_least);
  if (std::isnan(c.quantile)) return text;
  const std::string percent = detail::readable(100 * c.quantile);
  return text + (language == Language::zh ? "（拟合样本的 " + percent + " % 分位数）"
                                          : " (" + percent + " % quantile of the fit)");
}

std::string flag_text(const FlagCondition& c, Answer value, Language language) {
  switch (value) {
    case Answer::yes:
      return c.flag + detail::either(language, " yes", " 是");
    case Answer::no:
      return c.flag + detail::either(language, " no", " 否");
    case Answer::unknown:
      break;
  }
  return c.flag + detail::either(language, " missing", " 缺失");
}

std::string sector_text(const SectorCondition& c, std::string_view sector, Language language) {
  if (sector.empty()) return detail::either(language, "sector missing", "行业 缺失");
  std::string set;
  bool inside = false;
  for (const std::string& name : c.sectors) {
    inside = inside || name == sector;
    set += (set.empty() ? "" : ", ") + name;
  }
  const char* in = inside ? detail::either(language, " in {", " 属于 {")
                          : detail::either(language, " not in {", " 不属于 {");
  return detail::either(language, "sector ", "行业 ") + std::string(sector) + in + set + "}";
}

std::string condition_text(const Condition& condition, std::size_t slot, const ClassFacts& facts,
                           Language language) {
  if (const auto* number = std::get_if<NumberCondition>(&condition)) {
    return number_text(*number, facts.numbers[slot], language);
  }
  if (const auto* flag = std::get_if<FlagCondition>(&condition)) {
    return flag_text(*flag, facts.flags[slot], language);
  }
  return sector_text(std::get<SectorCondition>(condition), facts.sector, language);
}

/// Texts of the conditions whose answer is `wanted`, joined by "and".
void append_texts(const std::vector<Condition>& conditions, std::span<const std::size_t> slots,
                  const ClassFacts& facts, Answer wanted, Language language, std::string& text) {
  const auto read = reader(facts);
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    if (read(conditions[k], slots[k]) != wanted) continue;
    if (!text.empty()) text += detail::either(language, " and ", " 且 ");
    text += condition_text(conditions[k], slots[k], facts, language);
  }
}

// --- construction ------------------------------------------------------------

Status wrong(const std::string& subject, const std::string& what) {
  return {StatusCode::invalid_argument, "`" + subject + "` " + what};
}

Status check_number(const NumberCondition& c, const std::string& where) {
  if (c.feature.empty()) return wrong(where, "needs a feature");
  const std::string name = where + "." + c.feature;
  if (!std::isnan(c.quantile) && !(c.quantile >= 0.0 && c.quantile <= 1.0)) {
    return invalid_argument((name + ".quantile").c_str(), "between 0 and 1", c.quantile);
  }
  if (std::isnan(c.threshold) && !std::isnan(c.quantile)) {
    return wrong(name, "has a quantile that is not frozen yet");
  }
  if (!std::isfinite(c.threshold)) {
    return invalid_argument((name + ".threshold").c_str(), "finite", c.threshold);
  }
  return {};
}

Status check_condition(const Condition& condition, const std::string& where) {
  if (const auto* number = std::get_if<NumberCondition>(&condition)) {
    return check_number(*number, where);
  }
  if (const auto* flag = std::get_if<FlagCondition>(&condition)) {
    return flag->flag.empty() ? wrong(where, "needs a flag") : Status{};
  }
  const auto& sectors = std::get<SectorCondition>(condition).sectors;
  if (sectors.empty()) return wrong(where, "needs a sector");
  for (const std::string& sector : sectors) {
    if (sector.empty()) return wrong(where, "has a sector without name");
  }
  return {};
}

Status check_conditions(const std::vector<Condition>& conditions, const std::string& list) {
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    const std::string where = list + "[" + std::to_string(k) + "]";
    if (Status s = check_condition(conditions[k], where); !s.ok()) return s;
  }
  return {};
}

Status check_class(const std::vector<AccountClass>& classes, std::size_t c) {
  const AccountClass& rule = classes[c];
  const std::string name = "classes[" + std::to_string(c) + "]";
  if (rule.id.empty()) return wrong(name, "needs an id");
  for (std::size_t other = 0; other < c; ++other) {
    if (classes[other].id == rule.id) return wrong(name, "repeats the id `" + rule.id + "`");
  }
  if (rule.all.empty() && rule.any.empty()) return wrong(rule.id, "is a class without conditions");
  Status s = check_conditions(rule.all, rule.id + ".all");
  return s.ok() ? check_conditions(rule.any, rule.id + ".any") : s;
}

/// Where `name` stands in `names`, at the end if it is new.
std::size_t slot_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto slot = static_cast<std::size_t>(found - names.begin());
  if (found == names.end()) names.push_back(name);
  return slot;
}

/// Sets the threshold of one condition whose quantile waits for the fit.
Status freeze(NumberCondition& c, const std::string& owner, std::span<const std::string> names,
              std::span<const std::span<const double>> columns) {
  if (std::isnan(c.quantile) || !std::isnan(c.threshold)) return {};
  const auto found = std::find(names.begin(), names.end(), c.feature);
  if (found == names.end()) {
    return wrong(owner, "reads `" + c.feature + "`, which has no column");
  }
  const auto threshold =
      fit_quantile(columns[static_cast<std::size_t>(found - names.begin())], c.quantile);
  if (!threshold) {
    const Status& why = threshold.error();
    return {why.code(), "class `" + owner + "`, feature `" + c.feature + "`: " + why.message()};
  }
  c.threshold = *threshold;
  return {};
}

}  // namespace

Result<double> fit_quantile(std::span<const double> values, double q) {
  if (!(q >= 0.0 && q <= 1.0)) return invalid_argument("quantile", "between 0 and 1", q);
  std::vector<double> known;
  std::copy_if(values.begin(), values.end(), std::back_inserter(known),
               [](double x) { return std::isfinite(x); });
  if (known.empty()) return Status{StatusCode::insufficient_data, "no value is finite"};
  const double position = q * static_cast<double>(known.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(position);
  const auto at = known.begin() + below;
  std::nth_element(known.begin(), at, known.end());
  const double share = position - static_cast<double>(below);
  if (share == 0.0 || at + 1 == known.end()) return *at;
  return std::lerp(*at, *std::min_element(at + 1, known.end()), share);
}

Result<std::vector<AccountClass>> freeze_quantiles(
    std::vector<AccountClass> classes, std::span<const std::string> names,
    std::span<const std::span<const double>> columns) {
  if (Status s = check_size("columns", columns.size(), names.size()); !s.ok()) return s;
  for (AccountClass& rule : classes) {
    for (std::vector<Condition>* conditions : {&rule.all, &rule.any}) {
      for (Condition& condition : *conditions) {
        auto* number = std::get_if<NumberCondition>(&condition);
        if (number == nullptr) continue;
        if (Status s = freeze(*number, rule.id, names, columns); !s.ok()) return s;
      }
    }
  }
  return classes;
}

Result<ClassRules> make_class_rules(std::vector<AccountClass> classes) {
  if (classes.empty()) return wrong("classes", "must not be empty");
  ClassRules rules;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (Status s = check_class(classes, c); !s.ok()) return s;
    std::vector<std::size_t>& slots = rules.slots_.emplace_back();
    for (const std::vector<Condition>* conditions : {&classes[c].all, &classes[c].any}) {
      for (const Condition& condition : *conditions) {
        const auto* number = std::get_if<NumberCondition>(&condition);
        const auto* flag = std::get_if<FlagCondition>(&condition);
        slots.push_back(number != nullptr ? slot_of(rules.features_, number->feature)
                        : flag != nullptr ? slot_of(rules.flags_, flag->flag)
                                          : 0);
      }
    }
  }
  rules.classes_ = std::move(classes);
  return rules;
}

Result<std::vector<Answer>> classify(const ClassRules& rules, const ClassFacts& account) {
  if (Status s = check_facts(rules, account); !s.ok()) return s;
  std::vector<Answer> answers(rules.classes().size());
  for (std::size_t c = 0; c < answers.size(); ++c) {
    answers[c] = answer(rules.classes()[c], rules.slots()[c], reader(account));
  }
  return answers;
}

std::string class_text(const ClassRules& rules, std::size_t c, const ClassFacts& account,
                       Language language) {
  if (c >= rules.classes().size() || !check_facts(rules, account).ok()) return {};
  const AccountClass& rule = rules.classes()[c];
  const std::span<const std::size_t> slots = rules.slots()[c];
  const Answer result = answer(rule, rules.slots()[c], reader(account));
  const AccountClass any_only{.any = rule.any};
  const std::vector<std::size_t> any_slots(
      slots.begin() + static_cast<std::ptrdiff_t>(rule.all.size()), slots.end());
  std::string text;
  append_texts(rule.all, slots.first(rule.all.size()), account, result, language, text);
  // Of the alternatives speak only where they decide: some failed although another one holds.
  if (answer(any_only, any_slots, reader(account)) == result) {
    append_texts(rule.any, any_slots, account, result, language, text);
  }
  return text;
}

BatchReport classify(const ClassRules& rules, const ClassColumns& accounts,
                     std::span<const std::span<Answer>> out, const Executor& executor) {
  if (Status s = check_batch(rules, accounts, out); !s.ok()) return numeric::failed(s);
  const std::size_t rows = out[0].size();
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    for (std::size_t i = begin; i < end; ++i) {
      bool known = true;
      for (std::size_t c = 0; c < out.size(); ++c) {
        out[c][i] = answer(rules.classes()[c], rules.slots()[c], reader(accounts, i));
        known = known && out[c][i] != Answer::unknown;
      }
      known ? blocks[block].scored() : blocks[block].rejected(i, RowReason::undefined_value);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
