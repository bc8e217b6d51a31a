/// Power-law tail of one value per account: how heavy the largest are, and from where on.
///
/// Maximum likelihood for the exponent, the cut-off from the smallest Kolmogorov–Smirnov distance
/// (Clauset, Shalizi & Newman 2009, SIAM Review 51). Every distinct value is tried as a cut-off;
/// the search leaves candidates early and never approximates. See docs/models/pareto_tail.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>

namespace kam {

struct ParetoTailOptions {
  /// Counts (zeta distribution on xmin, xmin + 1, …) or a density on [xmin, ∞). By default counts
  /// if every value is a whole number below 2^53.
  std::optional<bool> discrete{};
};

/// Depends on the multiset of values alone: the order of rows changes no bit.
struct ParetoTail {
  bool discrete = false;
  double alpha = 0;     ///< exponent of the density x^-alpha, > 1
  double alpha_se = 0;  ///< its standard error for the cut-off as it is
  double xmin = 0;      ///< cut-off: the tail is x >= xmin [unit of the values]
  double ks = 0;        ///< max |P(X < x) − share of the tail below x| over the tail's values
  double log_likelihood = 0;        ///< of the tail
  std::size_t accounts = 0;         ///< n, those with a finite value >= 0
  std::size_t tail_accounts = 0;    ///< of them in the tail
  std::size_t distinct_values = 0;  ///< distinct values > 0, each but the largest a candidate
  double tail_share = 0;            ///< share of the total of all n that the tail holds, 0..1
  BatchReport report;               ///< rows left out: not_finite, or out_of_domain (below 0)

  /// Exponent of P(X > x) ~ x^-index, Pareto's α: 1.160964 is 80/20.
  [[nodiscard]] double pareto_index() const noexcept { return alpha - 1; }
  /// Gini of the fitted density above its cut-off, 1/(2·index − 1); 1 up to index 1, where the mean
  /// is infinite.
  [[nodiscard]] double implied_gini() const noexcept {
    return alpha > 2 ? 1 / (2 * (alpha - 1) - 1) : 1;
  }
};

/// O(n log n) to sort; alpha of a candidate is O(1), its distance O(distinct values) at worst and a
/// few of them as a rule. Zeros are accounts below every cut-off. Of equal distances the smallest
/// cut-off wins. insufficient_data without two distinct values > 0; invalid_argument if counts are
/// asked for and a value is no whole number or 2^53 and more.
[[nodiscard]] Result<ParetoTail> pareto_tail(std::span<const double> values,
                                             const ParetoTailOptions& options = {});

struct ParetoTailBootstrap {
  std::size_t draws = 200;  ///< 2..1,000,000
  double level = kDefaultIntervalLevel;
  std::uint64_t seed = 1;
};

/// Percentile intervals; each `estimate` is that of the data.
struct ParetoTailInterval {
  Interval alpha, xmin, tail_share;
  std::size_t draws = 0;  ///< those in which a tail could be fitted
};

/// Nonparametric bootstrap over the accounts: each draw takes n of the n accounts with replacement
/// and looks for cut-off and exponent anew, so the interval knows that the cut-off is an estimate.
/// The same bits for any number of threads. Errors as pareto_tail; invalid_argument for options out
/// of range; insufficient_data if fewer than 2 draws have a tail; cancelled. O(draws · n).
[[nodiscard]] Result<ParetoTailInterval> pareto_tail_interval(
    std::span<const double> values, const ParetoTailOptions& options = {},
    const ParetoTailBootstrap& bootstrap = {}, const Executor& executor = {});

}  // namespace kam
