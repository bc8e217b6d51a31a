/// The findings of check(): one line per rule, in the order of the report.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <kam/portfolio/check.hpp>
#include <kam/portfolio/data_report.hpp>

namespace kam::portfolio {

/// The first values are those of RowVerdict, so that a verdict is its own rule.
enum class Rule : std::uint8_t {
  future_dated = static_cast<int>(RowVerdict::future_dated),
  exact_duplicate = static_cast<int>(RowVerdict::exact_duplicate),
  possible_duplicate,
  unstated_currency,
  distant_past_date,
  negative_amount,
  zero_amount,
  positive_credit,
  negative_period,
  account_without_orders,
  one_purchase_account,
  giant_account,
  large_account,
  non_positive_total,
  parent_and_subsidiary,
};
inline constexpr std::size_t kRules = static_cast<std::size_t>(Rule::parent_and_subsidiary) + 1;

/// Counts without looking anything up; becomes Findings at the end.
class RuleCounts {
 public:
  /// Keeps the smallest indices as examples, in whatever order they come.
  void add(Rule rule, std::size_t index) noexcept {
    Count& count = counts_[static_cast<std::size_t>(rule)];
    ++count.n;
    if (count.shown < Finding::kMaxExamples || index < count.examples.back()) count.show(index);
  }
  void add(RowVerdict verdict, std::size_t index) noexcept {
    add(static_cast<Rule>(verdict), index);
  }
  void set_value(Rule rule, double value) noexcept {
    counts_[static_cast<std::size_t>(rule)].value = value;
  }
  void write(DataReport& report) const;

 private:
  struct Count {
    std::size_t n = 0;
    std::size_t shown = 0;
    std::array<std::size_t, Finding::kMaxExamples> examples{};  // ascending
    double value = std::numeric_limits<double>::quiet_NaN();
    void show(std::size_t index) noexcept;
  };
  std::array<Count, kRules> counts_{};
};

}  // namespace kam::portfolio
