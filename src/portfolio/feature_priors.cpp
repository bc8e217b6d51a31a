/// Priors by moments: closed forms, no start values, nothing that can fail to converge.
#include <algorithm>
#include <cmath>
#include <span>

#include <kam/portfolio/features.hpp>

#include "portfolio/account_facts.hpp"
#include "portfolio/guard.hpp"

namespace kam::portfolio {
namespace {

/// Between-group variance component of an unbalanced one-way layout (Searle, Casella & McCulloch
/// 1992, chapter 3): the analysis of variance that both priors rest on.
struct OneWay {
  double groups = 0, n = 0, squared_sizes = 0, sum = 0, between_squares = 0, within_squares = 0;

  [[nodiscard]] double mean() const { return sum / n; }
  [[nodiscard]] double within() const { return within_squares / (n - groups); }
  /// Sizes that differ count for less than their mean.
  [[nodiscard]] double effective_size() const { return (n - squared_sizes / n) / (groups - 1); }
  [[nodiscard]] double between() const {
    return (between_squares / (groups - 1) - within()) / effective_size();
  }
};

/// Beta-binomial by its intra-class correlation rho: a + b = 1/rho - 1.
void fit_repurchase(std::span<const AccountFacts> facts, FeaturePriors& priors) {
  constexpr double kLeastStrength = 0.5, kMostStrength = 200.0;
  OneWay months;
  for (const AccountFacts& f : facts) {
    if (f.eligible_months == 0) continue;
    months.groups += 1;
    months.n += f.eligible_months;
    months.squared_sizes += f.eligible_months * f.eligible_months;
    months.sum += f.active_months;
    const double rate = f.active_months / f.eligible_months;
    months.within_squares += f.eligible_months * rate * (1 - rate);
  }
  if (months.groups == 0) return;
  double strength = kMostStrength;  // accounts that do not differ, or cannot be told apart
  if (months.groups > 1 && months.n > months.groups) {
    for (const AccountFacts& f : facts) {
      if (f.eligible_months == 0) continue;
      const double off = f.active_months / f.eligible_months - months.mean();
      months.between_squares += f.eligible_months * off * off;
    }
    const double between = months.between(), within = months.within();
    if (between > 0) strength = within / between;  // = 1/rho - 1
  }
  strength = std::clamp(strength, kLeastStrength, kMostStrength);
  const double mean = (months.sum + 0.5) / (months.n + 1);  // never 0 or 1
  priors.repurchase_a = mean * strength;
  priors.repurchase_b = (1 - mean) * strength;
  priors.repurchase_accounts = static_cast<std::size_t>(months.groups);
}

/// Shape from how much the accounts' variances differ: E[v^2] / E[v]^2 = (alpha-1)/(alpha-2),
/// after the sampling noise 1 + 2/df of each variance is taken out.
double gap_shape(std::span<const AccountFacts> facts, double within) {
  constexpr double kLeast = 2.5, kMost = 50.0;
  double squares = 0, weight = 0;
  for (const AccountFacts& f : facts) {
    const double df = f.gaps - 1;
    if (df < 1) continue;
    const double v = f.gap_squares / df;
    squares += df * v * v;
    weight += df + 2;
  }
  const double ratio = squares / weight / (within * within);
  return ratio > 1 ? std::clamp((2 * ratio - 1) / (ratio - 1), kLeast, kMost) : kMost;
}

void fit_gaps(std::span<const AccountFacts> facts, FeaturePriors& priors) {
  constexpr double kLeastVariance = 1e-4;  // dates are whole days: 1 % is as regular as it gets
  constexpr double kLeastStrength = 0.01, kMostStrength = 100.0;
  OneWay gaps;
  for (const AccountFacts& f : facts) {
    if (f.gaps == 0) continue;
    gaps.groups += 1;
    gaps.n += f.gaps;
    gaps.squared_sizes += f.gaps * f.gaps;
    gaps.sum += f.gaps * f.gap_mean;
    gaps.within_squares += f.gap_squares;
  }
  priors.gap_accounts = static_cast<std::size_t>(gaps.groups);
  if (gaps.groups < 2 || gaps.n <= gaps.groups) return;
  for (const AccountFacts& f : facts) {
    if (f.gaps == 0) continue;
    const double off = f.gap_mean - gaps.mean();
    gaps.between_squares += f.gaps * off * off;
  }
  const double within = std::max(gaps.within(), kLeastVariance);
  const double between = gaps.between();
  const double strength = between > 0 ? within / between : kMostStrength;
  priors.gap_strength = std::clamp(strength, kLeastStrength, kMostStrength);
  priors.gap_shape = gap_shape(facts, within);
  priors.gap_scale = within * (priors.gap_shape - 1);
  // Frequent buyers have more gaps, and shorter ones: each account counts by what its mean is
  // worth, n / (n + kappa0), not by n.
  double sum = 0, weight = 0;
  for (const AccountFacts& f : facts) {
    const double w = f.gaps / (f.gaps + priors.gap_strength);
    sum += w * f.gap_mean;
    weight += w;
  }
  priors.gap_mean = sum / weight;
}

}  // namespace

Result<FeaturePriors> fit_feature_priors(const PortfolioFacts& facts) {
  return guarded<Result<FeaturePriors>>([&]() -> Result<FeaturePriors> {
    FeaturePriors priors;
    fit_repurchase(facts.accounts, priors);
    fit_gaps(facts.accounts, priors);
    return priors;
  });
}

Result<FeaturePriors> fit_feature_priors(const Portfolio& portfolio,
                                         std::span<const RowVerdict> verdicts, Day as_of,
                                         const FeatureOptions& options) {
  const auto facts = gather_facts(portfolio, verdicts, as_of, options);
  return facts ? fit_feature_priors(*facts) : Result<FeaturePriors>(facts.error());
}

}  // namespace kam::portfolio
