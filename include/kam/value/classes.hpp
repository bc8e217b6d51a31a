/// What an account is: economic, important, group, strategic, ... Tags, not values; an account may
/// carry several. Rules are data; docs/models/classification.md shows the four of the textbooks.
///
/// Logic is three-valued (Kleene's strong logic): what is missing makes a class unknown, unless the
/// rest decides already. Unknown is not no.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/value/explanation.hpp>

namespace kam::value {

/// In this order all-of is a minimum and any-of a maximum.
enum class Answer : std::uint8_t { no = 0, unknown, yes };
/// "no", "unknown", "yes".
[[nodiscard]] constexpr const char* answer_name(Answer answer) noexcept {
  constexpr const char* kNames[] = {"no", "unknown", "yes"};
  return kNames[static_cast<int>(answer)];
}

[[nodiscard]] constexpr Answer both(Answer a, Answer b) noexcept {
  return std::min(a, b);
}
[[nodiscard]] constexpr Answer either(Answer a, Answer b) noexcept {
  return std::max(a, b);
}

/// A number of the feature table against a threshold, which itself fulfils the condition.
struct NumberCondition {
  std::string feature{};
  enum class Side : std::uint8_t { at_least, at_most } side = Side::at_least;
  double threshold = kNaN;  ///< [unit of the feature]
  double quantile = kNaN;  ///< 0..1 of the accounts of the fit that made the threshold; NaN: stated
  friend bool operator==(const NumberCondition& a, const NumberCondition& b) noexcept {
    const auto same = [](double x, double y) { return x == y || (x != x && y != y); };
    return a.feature == b.feature && a.side == b.side && same(a.threshold, b.threshold) &&
           same(a.quantile, b.quantile);
  }
};

/// The sector is one of these.
struct SectorCondition {
  std::vector<std::string> sectors{};
  friend bool operator==(const SectorCondition&, const SectorCondition&) = default;
};

/// A yes-or-no fact of the account, such as "supplier_too".
struct FlagCondition {
  std::string flag{};
  friend bool operator==(const FlagCondition&, const FlagCondition&) = default;
};

using Condition = std::variant<NumberCondition, SectorCondition, FlagCondition>;

/// Yes if all of `all` and at least one of `any` hold; an empty list asks nothing.
struct AccountClass {
  std::string id{};        ///< unique within its rules
  std::string label_en{};  ///< empty: the id
  std::string label_zh{};
  std::vector<Condition> all{}, any{};
  std::string source{};  ///< who says that these conditions are right
  friend bool operator==(const AccountClass&, const AccountClass&) = default;
};

/// The quantile of the finite values, 0 <= q <= 1, linear between order statistics (type 7 of
/// Hyndman & Fan 1996, the default of R and NumPy). O(n). invalid_argument for another q;
/// insufficient_data if no value is finite.
[[nodiscard]] Result<double> fit_quantile(std::span<const double> values, double q);

/// Valid by construction and immutable: every threshold is a number. Any threads may share one.
class ClassRules {
 public:
  [[nodiscard]] const std::vector<AccountClass>& classes() const noexcept { return classes_; }
  /// What the rules read, each once, in the order in which ClassFacts brings them.
  [[nodiscard]] const std::vector<std::string>& features() const noexcept { return features_; }
  [[nodiscard]] const std::vector<std::string>& flags() const noexcept { return flags_; }
  /// Position in features() or flags() of each condition: of class c first `all`, then `any`; 0 for
  /// a sector.
  [[nodiscard]] const std::vector<std::vector<std::size_t>>& slots() const noexcept {
    return slots_;
  }

 private:
  ClassRules() = default;
  friend Result<ClassRules> make_class_rules(std::vector<AccountClass> classes);

  std::vector<AccountClass> classes_;
  std::vector<std::string> features_, flags_;
  std::vector<std::vector<std::size_t>> slots_;
};

/// Turns quantiles into thresholds, once, at the fit: every NumberCondition that has a quantile and
/// no threshold gets its quantile of the column of that name. `names` and `columns` go together.
/// invalid_argument for a feature without column, or as in fit_quantile(), naming class and
/// feature.
[[nodiscard]] Result<std::vector<AccountClass>> freeze_quantiles(
    std::vector<AccountClass> classes, std::span<const std::string> names,
    std::span<const std::span<const double>> columns);

/// invalid_argument names class and condition: an id that is empty or repeats, a class without
/// conditions, an empty feature, flag or sector, a sector set that is empty, a threshold that is
/// not finite (a quantile not frozen yet), a quantile outside 0..1.
[[nodiscard]] Result<ClassRules> make_class_rules(std::vector<AccountClass> classes);

/// What is known of one account.
struct ClassFacts {
  std::span<const double> numbers{};  ///< one per features(); NaN or infinite = missing
  std::span<const Answer> flags{};    ///< one per flags()
  std::string_view sector{};          ///< empty = missing
};

/// The classes of one account, one per class of the rules. size_mismatch.
[[nodiscard]] Result<std::vector<Answer>> classify(const ClassRules& rules,
                                                   const ClassFacts& account);

/// Why class `c` is what it is: the conditions that hold if yes, those that fail if no, what is
/// missing if unknown. "quantity_12m 5200 >= 4100 (80 % quantile of the fit) and orders_12m 24 >=
/// 12". Empty if c is no class of the rules or the facts do not fit them.
[[nodiscard]] std::string class_text(const ClassRules& rules, std::size_t c,
                                     const ClassFacts& account, Language language);

/// One row per account in every column.
struct ClassColumns {
  std::span<const std::span<const double>> numbers{};  ///< one column per features()
  std::span<const std::span<const Answer>> flags{};    ///< one column per flags()
  std::span<const std::string_view> sector{};          ///< empty: nobody's sector is known
};

/// Many accounts; `out` has one column per class. A row with a class that is unknown is counted as
/// undefined_value and keeps its other classes. size_mismatch.
[[nodiscard]] BatchReport classify(const ClassRules& rules, const ClassColumns& accounts,
                                   std::span<const std::span<Answer>> out,
                                   const Executor& executor = {});

}  // namespace kam::value
