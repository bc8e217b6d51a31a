/// What class rules and relation types read of the accounts, as columns.
#pragma once

#include <string_view>
#include <vector>

#include <kam/portfolio/features.hpp>
#include <kam/portfolio/records.hpp>
#include <kam/value/classes.hpp>
#include <kam/value/relation_type.hpp>

namespace kam::scoring {

/// Columns of the accounts in the words of value/classes.hpp.
class ClassFactColumns {
 public:
  ClassFactColumns(const value::ClassRules& rules, const portfolio::FeatureTable& features,
                   const portfolio::AccountColumns& accounts);
  [[nodiscard]] value::ClassColumns columns() const noexcept {
    return {number_spans_, flag_spans_, sectors_};
  }
  /// One account; borrows until the next call.
  [[nodiscard]] value::ClassFacts row(std::size_t i);

 private:
  std::vector<std::vector<double>> numbers_;
  std::vector<std::vector<value::Answer>> flags_;
  std::vector<std::span<const double>> number_spans_;
  std::vector<std::span<const value::Answer>> flag_spans_;
  std::vector<std::string_view> sectors_;
  std::vector<double> row_numbers_;
  std::vector<value::Answer> row_flags_;
};

/// The contact matrix of account i as the features tell it; what is not there is missing.
[[nodiscard]] value::Contacts contacts_of(const portfolio::FeatureTable& features, std::size_t i);

}  // namespace kam::scoring
