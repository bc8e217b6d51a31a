/// Where money spent on keeping accounts does most: a budget over response curves.
///
/// Maximises Σ [r_j(x_j) v_j − x_j] − λ·ES(L) over Σ x <= budget, x >= 0, where L = Σ v_j B_j with
/// independent B_j ~ Bernoulli(1 − r_j(x_j)) and ES its expected shortfall. With λ = 0 this is
/// water-filling; with λ > 0 an account that owns the bad years is worth more than its expected
/// loss.
///
/// Response parameters come from experiments or explicit judgment, never from a risk score (Ascarza
/// 2018): every account says which, and one without evidence gets no money.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam {

/// Where the response of a lever was learnt.
enum class Evidence : std::uint8_t { none, judgment, experiment };
[[nodiscard]] constexpr const char* evidence_name(Evidence evidence) noexcept {
  constexpr const char* kNames[] = {"none", "judgment", "experiment"};
  return kNames[static_cast<int>(evidence)];
}

/// Share of what is out of reach without spending that is still out of reach at x: exp(−k x)
/// (Blattberg & Deighton 1996), or 1/(1 + k x) (Michaelis & Menten), which has the longer tail.
enum class ResponseShape : std::uint8_t { exponential, michaelis };

/// How spending moves the probability to keep one account.
struct RetentionResponse {
  double start = 0.0;    ///< r(0), 0..ceiling
  double ceiling = 1.0;  ///< r(∞), start..1
  double rate = 0.0;     ///< k > 0 [1/money]: the first money closes k of the gap, in both shapes
  ResponseShape shape = ResponseShape::exponential;

  /// r(x), x >= 0.
  [[nodiscard]] double retention(double x) const noexcept {
    const double left =
        shape == ResponseShape::exponential ? std::exp(-rate * x) : 1.0 / (1.0 + rate * x);
    return ceiling - (ceiling - start) * left;
  }
  /// r'(x) [1/money], falling in x.
  [[nodiscard]] double slope(double x) const noexcept {
    const double open = 1.0 + rate * x;
    const double left =
        shape == ResponseShape::exponential ? std::exp(-rate * x) : 1.0 / (open * open);
    return (ceiling - start) * rate * left;
  }
  /// The x >= 0 at which value·r'(x) falls to `price`; 0 if it starts below.
  [[nodiscard]] double spend_until(double price, double value) const noexcept {
    const double gain = (ceiling - start) * rate * value / price;
    if (!(gain > 1.0)) return 0.0;
    return (shape == ResponseShape::exponential ? std::log(gain) : std::sqrt(gain) - 1.0) / rate;
  }
};

/// One row per account; `rate` and `evidence` describe the lever of that account.
struct RetentionColumns {
  std::span<const double> value;  ///< v: what keeping it is worth over the horizon [money], >= 0
  std::span<const double> start;  ///< r(0), 0..1
  /// r(∞), 0..1. Where the account is above it already, money brings nothing and none is spent.
  std::span<const double> ceiling;
  std::span<const double> rate;        ///< k [1/money], > 0
  std::span<const Evidence> evidence;  ///< of ceiling and rate

  [[nodiscard]] std::size_t rows() const noexcept { return value.size(); }
};

struct RetentionBudgetOptions {
  double budget = HUGE_VAL;    ///< [money], >= 0; infinity: as much as pays
  double risk_aversion = 0.0;  ///< λ >= 0: money given up per money of expected shortfall
  double level = 0.95;         ///< of the expected shortfall, in (0, 1)
  ResponseShape shape = ResponseShape::exponential;
};

/// Columns follow the rows. A row whose value or start is not usable is left out: NaN. One whose
/// ceiling or rate is not usable gets no money, its gain is NaN, and it is counted, too; but it may
/// be lost, so it stays in all losses.
struct RetentionBudget {
  std::vector<double> spend;      ///< x [money]; 0 without evidence
  std::vector<double> retention;  ///< r(x); r(0) without evidence
  std::vector<double>
      gain;  ///< v (r(x) − r(0)) − x [money]; NaN without evidence or a usable lever
  /// v + λ dES/dp: what keeping the account is worth with its part in the bad years [money]; NaN
  /// where gain is.
  std::vector<double> protection_value;
  double total_spend = 0.0;
  double total_gain = 0.0;    ///< Σ gain [money]
  double shadow_price = 0.0;  ///< what the objective gains by one more money; 0: budget not binding
  double expected_loss_before = 0.0, expected_loss = 0.0;            ///< Σ v (1 − r) [money]
  double expected_shortfall_before = 0.0, expected_shortfall = 0.0;  ///< [money]
  double objective = 0.0;     ///< total_gain + λ·(fall of the expected shortfall) [money]
  double kkt_residual = 0.0;  ///< largest relative miss of a marginal condition
  bool converged = true;      ///< kkt_residual < 1e-8
  std::size_t iterations = 0;
  double loss_unit = 0.0;                     ///< cell of the loss distribution [money]
  std::vector<std::size_t> without_evidence;  ///< rows that were given no money for that reason
  std::vector<std::size_t> above_ceiling;     ///< rows that were given none since start > ceiling
  BatchReport report;  ///< not_finite; out_of_domain: see the columns; values beyond 1e100
};

/// λ = 0: the global optimum, O(n) per bisection step. λ > 0: for a fixed point of "water-fill at
/// protection values"; each step raises the objective, which is not concave, and the best of three
/// starts stands: a point where all marginal conditions hold, not proof that no better one exists.
/// One loss distribution per step.
/// size_mismatch and invalid_argument name the argument; insufficient_data: no usable row.
/// Sources: R. C. Blattberg & J. Deighton (1996), Harvard Business Review 74(4); P. E. Pfeifer
/// (2005), J. Targeting 13; R. T. Rockafellar & S. Uryasev (2000), J. Risk 2.
[[nodiscard]] Result<RetentionBudget> allocate_retention_budget(
    const RetentionColumns& columns, const RetentionBudgetOptions& options = {});

}  // namespace kam
