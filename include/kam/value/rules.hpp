/// Caps, floors and vetoes: what must not be compensated by good marks elsewhere.
///
/// Rules are applied to the finished value index, in their order, and each is a reason of its own:
/// the points it moves the index by. Indicator points + coverage + rule points still add up to the
/// difference to the reference, without remainder.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::value {

enum class RuleEffect : std::uint8_t {
  cap = 0,  ///< the index is at most `to`
  floor,    ///< at least `to`
  veto,     ///< 0, whatever else is good
};

enum class RuleSide : std::uint8_t { above = 0, below };  ///< strictly, of the threshold

struct Rule {
  std::string id{};        ///< unique within its profile, ASCII
  std::string label_en{};  ///< what its reason is called; empty: the id
  std::string label_zh{};
  std::string feature{};  ///< column of the feature table that it reads
  RuleSide side = RuleSide::above;
  double threshold = 0;  ///< in the unit of the feature
  RuleEffect effect = RuleEffect::cap;
  double to = 0;         ///< [points], 0..100; 0 for a veto
  std::string source{};  ///< who says so
};

/// Whether a rule fires at x. A missing datum fires no rule.
[[nodiscard]] inline bool fires(const Rule& rule, double x) noexcept {
  return rule.side == RuleSide::above ? x > rule.threshold : x < rule.threshold;
}

/// The index [points] after a rule that fired; NaN stays NaN.
[[nodiscard]] inline double apply(const Rule& rule, double value_index) noexcept {
  if (std::isnan(value_index)) return kNaN;
  return rule.effect == RuleEffect::floor ? std::fmax(value_index, rule.to)
                                          : std::fmin(value_index, rule.to);
}

/// An index with its interval, and what the rules make of it.
struct RuledIndex {
  double value_index;
  Interval interval;  ///< moved along, so that it contains the index
};

/// All rules at once. `x` has the feature of each rule; `points` gets what each moved the index by
/// [points], 0 where it did not fire or changed nothing. Sizes as rules.size() (precondition).
[[nodiscard]] inline RuledIndex apply(std::span<const Rule> rules, std::span<const double> x,
                                      RuledIndex index, std::span<double> points) noexcept {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    points[i] = 0;
    if (std::isnan(index.value_index) || !fires(rules[i], x[i])) continue;
    const double after = apply(rules[i], index.value_index);
    points[i] = after - index.value_index;
    index.value_index = after;
    index.interval = {after, apply(rules[i], index.interval.lo),
                      apply(rules[i], index.interval.hi)};
  }
  return index;
}

/// invalid_argument names what is wrong: no id, no feature, a threshold that is not finite, `to`
/// outside 0..100, a veto to anything but 0.
[[nodiscard]] Status check(const Rule& rule);

}  // namespace kam::value
