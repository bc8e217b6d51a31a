/// What a retention campaign earns: the maximum profit of a score (MP, EMPC), and the expected
/// profit of each account at its own value, with the best choice under a budget.
///
/// The campaign: everybody chosen costs the contact. An offer is made; a customer who would have
/// left accepts it with probability γ and is kept, one who would have stayed always accepts.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/predictions.hpp>

namespace kam::churn {

/// γ ~ Beta(alpha, beta): how likely a leaving customer accepts, the same for all. Mean 0.3 by
/// default.
struct BetaAcceptance {
  double alpha = 6.0;  ///< > 0
  double beta = 14.0;  ///< > 0
};

/// Defaults of Verbraken, Verbeke & Baesens (2013), table 2.
struct CampaignTerms {
  BetaAcceptance acceptance{};
  double value = 200.0;  ///< lifetime value of a customer [money], > offer
  double offer = 10.0;   ///< cost of an accepted offer [money], >= 0
  double contact = 1.0;  ///< cost of contacting one customer [money], >= 0
};

/// Profit per customer of the whole base [money], the fraction to contact that gives it, and the
/// lowest score to contact.
struct MaximumProfit {
  double profit = 0.0;           ///< >= 0: contacting nobody costs nothing
  double fraction = 0.0;         ///< 0..1; of equally good ones the smallest
  double score = kNaN;           ///< contact from this score on; NaN = nobody
  double expected_profit = 0.0;  ///< EMPC: the cut may follow γ, so it is >= profit at the mean γ
  double expected_fraction = 0.0;
  double events = 0.0, others = 0.0;
  BatchReport rows{};
  std::size_t unknown_outcomes = 0;
};

/// `probability` may be any score in 0..1, higher = more likely lost. Cut points are the corners of
/// the convex hull of the ROC curve, rows of equal score together. O(n log n).
/// insufficient_data unless both outcomes are there; invalid_argument names a term out of its
/// domain. Source: T. Verbraken, W. Verbeke & B. Baesens (2013), IEEE Trans. Knowledge and Data
/// Engineering 25(5); numbers of the R package EMP 2.0.6.
[[nodiscard]] Result<MaximumProfit> maximum_profit(const Predictions& predictions,
                                                   const CampaignTerms& terms = {});

/// Expected profit of contacting one account [money], NaN outside the domain:
/// p γ (value − offer) − (1 − p) offer − contact.
[[nodiscard]] inline double account_profit(double p, double value, double acceptance, double offer,
                                           double contact) noexcept {
  const bool inside = p >= 0.0 && p <= 1.0 && acceptance >= 0.0 && acceptance <= 1.0;
  if (!inside || !(offer >= 0.0) || !(contact >= 0.0)) return kNaN;
  return p * acceptance * (value - offer) - (1.0 - p) * offer - contact;
}

/// Values and costs beyond this are no money.
inline constexpr double kMostMoney = 1e100;

/// Accounts to choose from, n rows; columns of one row hold for all accounts.
struct CampaignColumns {
  std::span<const double> probability;  ///< calibrated probability of being lost, 0..1
  std::span<const double> value;        ///< what keeping the account is worth [money]
  std::span<const double> offer;        ///< cost of an accepted offer [money], >= 0; n or 1 rows
  std::span<const double> contact;      ///< [money], >= 0; n or 1 rows

  [[nodiscard]] std::size_t rows() const noexcept { return probability.size(); }
};

struct CampaignOptions {
  /// A number γ in 0..1, or a distribution: profits use its mean, the interval its spread.
  std::variant<double, BetaAcceptance> acceptance = BetaAcceptance{};
  /// On the expected spending of the chosen, contact + offer·P(accepts) each [money], >= 0;
  /// infinity: no limit.
  double budget = HUGE_VAL;
  double interval_level = kDefaultIntervalLevel;
  std::uint64_t seed = 1;  ///< of the interval, where it is drawn
};

enum class ChoiceMethod : std::uint8_t {
  all,     ///< every account with a profit fits the budget
  exact,   ///< the best choice, proven by branch and bound
  greedy,  ///< by profit per money spent, improved; at most `gap` below the best
};
[[nodiscard]] constexpr const char* choice_method_name(ChoiceMethod method) noexcept {
  constexpr const char* kNames[] = {"all", "exact", "greedy"};
  return kNames[static_cast<int>(method)];
}

struct Campaign {
  std::vector<double> profit;        ///< per row [money]; NaN where a row is not usable
  std::vector<double> spend;         ///< expected spending if chosen, per row [money]
  std::vector<std::uint8_t> chosen;  ///< 0/1 per row
  std::vector<std::uint32_t> rank;   ///< 1 = chosen first if money were short; 0 = no profit
  ChoiceMethod method = ChoiceMethod::all;
  double gap = 0.0;            ///< upper bound on what a better choice could add [money]
  std::size_t accounts = 0;    ///< chosen
  double total_profit = 0.0;   ///< expected, of the chosen [money]
  double total_pred_lo = 0.0;  ///< range of the outcome at interval_level: who is about to
  double total_pred_hi = 0.0;  ///< leave, who accepts, and γ itself; not the error of p or value
  double total_spend = 0.0;    ///< expected [money]
  double most_spend = 0.0;     ///< if every offer is accepted [money]
  BatchReport rows{};          ///< not_finite; out_of_domain: p, a negative cost, beyond kMostMoney
};

/// Chosen are accounts with an expected profit above 0, the best set the budget allows. Up to a
/// million steps of branch and bound decide it exactly; beyond, the better of greedy and its
/// improvements stands, with a bound. Equally good accounts are told apart by profit per money,
/// then value, probability and cost, never by their place; accounts alike in all of these are
/// interchangeable and taken in row order.
/// The range: up to 1,000 chosen accounts by 20,000 draws, beyond as normal given γ. O(n log n).
/// size_mismatch and invalid_argument name the argument; a cost for all accounts that is negative
/// or missing is one, of one account it is a bad row.
[[nodiscard]] Result<Campaign> expected_profit(const CampaignColumns& columns,
                                               const CampaignOptions& options = {});

}  // namespace kam::churn
