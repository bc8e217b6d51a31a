/// Why the value index is what it is: exact, signed reasons in points.
///
/// Against a reference row s⁰ (say, the portfolio median of each indicator) the additive scorecard
/// splits without remainder; its Shapley value needs no sampling:
///
///   φ_k = w̃_k (s_k − s⁰_k)     coverage = Σ_k (w̃_k − w⁰_k) s⁰_k     Σ_k φ_k + coverage = V − V⁰
///
/// w̃ and w⁰ are the effective weights of the two rows. Where the reference lacks an indicator, s⁰_k
/// is taken to be s_k: the indicator then says nothing by itself, and its coming is a change of
/// coverage. An indicator that did not count, or a whole dimension below its minimum coverage, has
/// w̃_k = 0 and likewise acts through coverage alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kam/base/status.hpp>
#include <kam/value/indicator.hpp>
#include <kam/value/rules.hpp>
#include <kam/value/scorecard.hpp>

namespace kam::value {

struct Explanation {
  double value_index = 0.0;      ///< V of the account   [points]
  double reference_index = 0.0;  ///< V⁰ of the reference [points]
  std::vector<double> points;    ///< φ_k, one per indicator [points of V], signed
  double coverage_points = 0.0;  ///< what the different coverage of the two rows does [points of V]
};

/// Both rows from the same scorecard (size_mismatch if that cannot be). insufficient_data if either
/// has no value index: there is then no difference to explain.
[[nodiscard]] Result<Explanation> explain(const ScorecardRow& row, const ScorecardRow& reference);

/// The same into one that is reused: no memory is allocated once `points` has its size. On an error
/// it is left as it was.
[[nodiscard]] Status explain_into(const ScorecardRow& row, const ScorecardRow& reference,
                                  Explanation& explanation);

/// The usual reference: per column of scores the median of those present, NaN where none is.
[[nodiscard]] std::vector<double> median_scores(std::span<const std::span<const double>> scores);

enum class ReasonKind : std::uint8_t { indicator, coverage };

struct Reason {
  ReasonKind kind = ReasonKind::indicator;
  std::size_t indicator = 0;  ///< index in the scorecard; 0 for other kinds
  double points = 0.0;        ///< [points of V], signed
  friend bool operator==(const Reason&, const Reason&) = default;
};

/// Every reason, largest |points| first; equal ones keep the order of the scorecard, coverage last.
/// None is dropped because it looks odd: their points add up to V − V⁰.
[[nodiscard]] std::vector<Reason> reasons(const Explanation& explanation);
/// The first `limit` of them that raise, or lower, the index.
[[nodiscard]] std::vector<Reason> reasons_up(const Explanation& explanation, std::size_t limit);
[[nodiscard]] std::vector<Reason> reasons_down(const Explanation& explanation, std::size_t limit);

enum class Language : std::uint8_t { en, zh };

/// "Overdue ratio: −4.2 points against the portfolio median", in UTF-8, for a reference made by
/// median_scores. A label that is empty falls back to English, then to the id.
[[nodiscard]] std::string reason_text(const Indicator& indicator, double points, Language language);
/// The same for a rule: "More than 90 days late: −31.0 points, at most 40".
[[nodiscard]] std::string rule_text(const Rule& rule, double points, Language language);
/// The same for the coverage reason: "Data coverage: +1.3 points against …".
[[nodiscard]] std::string coverage_text(double points, Language language);

}  // namespace kam::value
