/// Measures of inequality with weights: each value counts as often as its weight says.
///
/// For "one value per account" of a whole portfolio use lorenz.hpp; here a value may stand for many
/// accounts (a size class, a stratum of a sample), and there are the measures that people in other
/// fields ask for.
///
/// Zeros and negatives. Shares need parts that are not negative: a negative value is left out and
/// counted, never set to 0. Zeros count as accounts. Where a formula has ln 0 the limit is taken:
/// Theil T of 0, 0, 0, 10, 10, 10 is ln 2; Theil L is infinite and Atkinson with ε >= 1 is 1 as
/// soon as one account is 0.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Equal to that of each value repeated `weight` times. Depends on the multiset of (value, weight)
/// alone. μ = T/W. Holds 24 bytes per distinct value.
class Inequality {
 public:
  double accounts = 0;        ///< W, Σ weights
  double total = 0;           ///< T, Σ weight · value; inf if beyond double
  double gini = 0;            ///< mean |difference| / 2μ, 0..1
  double gini_corrected = 0;  ///< gini · W/(W − 1): weights as counts; NaN for W <= 1
  double hhi = 0;             ///< Σ w (v/T)²; 1/W..1 if every weight is at least 1
  double theil = 0;           ///< Theil T, mean((v/μ) ln(v/μ)), 0..ln W; 0 ln 0 = 0
  double theil_l = 0;         ///< Theil L, mean(ln(μ/v)), >= 0; inf with a zero
  double hoover = 0;  ///< Ricci–Schutz, Σ w|v − μ| / 2T: the share to hand over for equality, 0..1
  double rosenbluth = 0;                ///< 1/(W (1 − gini)); 1/W..1
  double coefficient_of_variation = 0;  ///< population sd / μ
  /// Lorenz asymmetry (Damgaard & Weiner 2000), F(μ) + L(μ): above 1 where a few large accounts
  /// make the inequality, below 1 where many small ones do. `_lo` and `_hi` differ only if values
  /// equal the mean.
  double asymmetry_lo = 0, asymmetry_hi = 0;
  BatchReport report;  ///< not_finite, or out_of_domain (value or weight < 0) rows are left out

  /// Atkinson's index for aversion ε: 1 − (mean (v/μ)^(1−ε))^(1/(1−ε)), 0..1; ε = 1 is
  /// 1 − exp(−Theil L). NaN unless ε >= 0. O(distinct values).
  [[nodiscard]] double atkinson(double epsilon) const noexcept;
  /// Share of T held by the richest fraction p of the weight, linear within a value; NaN outside
  /// 0..1. O(log).
  [[nodiscard]] double top_share(double p) const noexcept;

 private:
  Inequality() = default;
  friend struct InequalityBuilder;

  // Distinct values upwards, in units of a power of two; partial sums of weight and of value from
  // the richest down, so the last entry is the whole.
  std::vector<double> value_, weight_, top_weight_, top_value_;
};

/// O(n log n). No weights: each value once. A row of weight 0 is scored and counts for nothing.
/// size_mismatch; insufficient_data if no weight is left, or the values left do not add up to more
/// than 0, or their weight is beyond double.
[[nodiscard]] Result<Inequality> inequality(std::span<const double> values,
                                            std::span<const double> weights = {});

}  // namespace kam
