/// How good predicted risks and survival curves are where part of the outcomes is not known yet.
///
/// Concordance: Harrell et al. (1982), JAMA 247, 2543-2546, with ties as in R's `concordance`.
/// Brier score with censoring weights: Graf, Schmoor, Sauerbrei & Schumacher (1999), Stat. Med. 18,
/// 2529-2545.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/risk_set.hpp>
#include <kam/base/special.hpp>

namespace kam::survival_evaluation {

/// Weights of the pairs (i leaves while j, of the same stratum, is under observation and stays
/// longer); a row censored at the time of the event stays longer. Two events at one time are no
/// pair.
struct Concordance {
  double concordant = 0;  ///< i had the higher risk
  double discordant = 0;
  double tied_risk = 0;

  /// (concordant + tied_risk / 2) / all: 0.5 by chance, 1 at best; NaN without a pair.
  [[nodiscard]] double value() const noexcept {
    const double all = concordant + discordant + tied_risk;
    return all > 0 ? (concordant + tied_risk / 2) / all : kNaN;
  }
};

/// `risk`: the higher, the sooner a row leaves (a log hazard ratio, or minus an expected time).
/// Rows that cannot be used, or whose risk is not finite, are left out. Errors as in make_risk_set.
/// Cost: two sorts and O(n log n).
[[nodiscard]] Result<Concordance> concordance(const SurvivalColumns& columns,
                                              std::span<const double> risk,
                                              std::span<const std::uint32_t> stratum = {},
                                              std::size_t strata = 1);

/// The same of a risk set; risk[i] belongs to set.rows[i].
[[nodiscard]] Concordance concordance(const RiskSet& set, std::span<const double> risk);

struct BrierScores {
  std::vector<double> score;  ///< per time; NaN beyond `supported`
  double integrated = kNaN;   ///< mean over the supported times (trapezoids); the score if only one
  double supported = kNaN;    ///< longest duration: beyond it outcomes are unknown
  std::size_t beyond = 0;     ///< times beyond it, which are left out
  BatchReport rows{};         ///< rows left out
};

/// Mean over rows of (1{T > t} - S(t))^2. A row that left by t counts 1 / G(T-), one still there
/// 1 / G(t), one censored before t nothing; G: Kaplan-Meier curve of being censored, from these
/// rows (events come before censorings of the same time). `survival` is rows x times, row-major.
/// Rows with a prediction outside [0, 1] or NaN at a supported time are left out and counted.
/// Errors: size_mismatch; invalid_argument for times that do not ascend or a row that came under
/// observation late (entry > 0: its fate before is not known); insufficient_data without a row.
[[nodiscard]] Result<BrierScores> brier(const SurvivalColumns& columns,
                                        std::span<const double> times,
                                        std::span<const double> survival);

}  // namespace kam::survival_evaluation
