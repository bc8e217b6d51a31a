#include "scoring/class_facts.hpp"

#include <cmath>
#include <string>

namespace kam::scoring {
namespace {

using value::Answer;

std::vector<double> column_or_missing(const portfolio::FeatureTable& features,
                                      const std::string& name) {
  const auto column = features.find(name);
  return column.empty() ? std::vector<double>(features.accounts, kNaN)
                        : std::vector<double>(column.begin(), column.end());
}

Answer answer_of(bool yes) {
  return yes ? Answer::yes : Answer::no;
}

std::vector<Answer> answers(std::span<const std::uint8_t> column, std::size_t rows) {
  std::vector<Answer> out(rows, Answer::unknown);
  for (std::size_t i = 0; i < column.size(); ++i) out[i] = answer_of(column[i] != 0);
  return out;
}

/// Has a parent, or is one.
std::vector<Answer> group_members(std::span<const portfolio::Code> parent, std::size_t rows) {
  if (parent.empty()) return std::vector<Answer>(rows, Answer::unknown);
  std::vector<Answer> out(rows, Answer::no);
  for (std::size_t i = 0; i < rows; ++i) {
    if (parent[i] == portfolio::kNoAccount) continue;
    out[i] = Answer::yes;
    if (parent[i] < rows) out[parent[i]] = Answer::yes;
  }
  return out;
}

std::vector<Answer> flag_column(const std::string& flag,
                                const portfolio::AccountColumns& accounts) {
  if (flag == "supplier_too") return answers(accounts.supplier_too, accounts.rows);
  if (flag == "group_purchase") return answers(accounts.group_purchase, accounts.rows);
  if (flag == "group_member") return group_members(accounts.parent, accounts.rows);
  return std::vector<Answer>(accounts.rows, Answer::unknown);
}

std::vector<std::string_view> sector_column(const portfolio::AccountColumns& accounts) {
  if (accounts.sector.empty()) return {};
  std::vector<std::string_view> out(accounts.rows);
  for (std::size_t i = 0; i < accounts.rows; ++i) {
    const portfolio::Code code = accounts.sector[i];
    if (code > 0 && code <= accounts.sector_names.size()) out[i] = accounts.sector_names[code - 1];
  }
  return out;
}

double cell(const portfolio::FeatureTable& features, const char* name, std::size_t i) {
  const auto column = features.find(name);
  return column.empty() ? kNaN : column[i];
}

Answer flag(const portfolio::FeatureTable& features, const char* name, std::size_t i) {
  const double x = cell(features, name, i);
  return std::isnan(x) ? Answer::unknown : answer_of(x > 0);
}

}  // namespace

ClassFactColumns::ClassFactColumns(const value::ClassRules& rules,
                                   const portfolio::FeatureTable& features,
                                   const portfolio::AccountColumns& accounts)
    : sectors_(sector_column(accounts)) {
  for (const std::string& name : rules.features()) {
    numbers_.push_back(column_or_missing(features, name));
  }
  for (const std::string& name : rules.flags()) flags_.push_back(flag_column(name, accounts));
  number_spans_.assign(numbers_.begin(), numbers_.end());
  flag_spans_.assign(flags_.begin(), flags_.end());
  row_numbers_.resize(numbers_.size());
  row_flags_.resize(flags_.size());
}

value::ClassFacts ClassFactColumns::row(std::size_t i) {
  for (std::size_t k = 0; k < numbers_.size(); ++k) row_numbers_[k] = numbers_[k][i];
  for (std::size_t k = 0; k < flags_.size(); ++k) row_flags_[k] = flags_[k][i];
  return {row_numbers_, row_flags_, sectors_.empty() ? std::string_view{} : sectors_[i]};
}

value::Contacts contacts_of(const portfolio::FeatureTable& features, std::size_t i) {
  return {.departments = cell(features, "departments", i),
          .levels = cell(features, "levels", i),
          .effective_pairs = cell(features, "contact_pairs", i),
          .executive_pair = flag(features, "executive_pair", i),
          .joint_team = flag(features, "joint_team", i)};
}

}  // namespace kam::scoring
