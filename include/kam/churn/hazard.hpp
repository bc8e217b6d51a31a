/// Discrete-time hazard: when do contracts end that can end once per period?
///
///   P(lost in period t | still there before it, x) = g(theta_0 + f(t) + theta'x),  t = 1, 2, …
///
/// g as in binary_regression.hpp, f a declared basis in the period. The likelihood of a customer is
/// the product over the periods it was seen in, so the fit is a binary regression with one row per
/// customer and period; late entry is right by construction (a period before the entry is no row).
/// Those rows are made a tile at a time and never stored.
///
/// Sources: Cox (1972), J. R. Statist. Soc. B 34, 187-220, §6 (logit); Prentice & Gloeckler (1978),
/// Biometrics 34, 57-67 (cloglog: proportional hazards in grouped time); Allison (1982),
/// Sociological Methodology 13, 61-98.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/binary_regression.hpp>

namespace kam::churn {

/// f(t): a sum of terms, each with a coefficient. None of them: a constant hazard.
struct AgeTerms {
  bool log = false;     ///< ln t, named log(period)
  bool linear = false;  ///< t, named period
  /// One level per step, period 1 being in the reference step: the first periods of the others,
  /// increasing, whole, >= 2. {2, 13}: period[2-12], period[13+].
  std::vector<double> steps{};

  [[nodiscard]] std::size_t count() const noexcept {
    return std::size_t{log} + std::size_t{linear} + steps.size();
  }
  [[nodiscard]] std::vector<std::string> names() const;
  /// The terms themselves at t, count() of them: their coefficients' derivatives of f.
  void basis(double t, std::span<double> out) const noexcept;
  /// f(t) for count() coefficients, a NaN one counting as 0; t >= 1.
  [[nodiscard]] double value(std::span<const double> coefficients, double t) const noexcept;
};

/// A step for every period from 2 to `last`, a whole number.
[[nodiscard]] AgeTerms every_period(double last);

/// n customers, one row each.
struct HazardColumns {
  /// duration: whole periods; event 1: lost in that period, 0: still there after it. entry: periods
  /// before it came under observation. Duration 0 without an event is no information; with one, the
  /// customer is taken for lost in period 1.
  SurvivalColumns time;
  std::span<const Covariate> covariates;  ///< constant over a customer's periods
  std::span<const double> offset{};       ///< known part of the linear predictor; empty means 0
  std::span<const double> cluster{};      ///< whose row it is; empty: each customer for itself

  [[nodiscard]] std::size_t rows() const noexcept { return time.rows(); }
};

/// The longest duration that a row may have.
inline constexpr double kMostPeriods = 1e6;

struct HazardFit {
  AgeTerms age;
  /// Over the age terms first, the covariates after them. The ridge spares the age terms; `means`
  /// and `sds` are over customer-periods.
  RegressionFit regression;
  std::vector<double> customer_means;  ///< of the covariates, over customers
  double periods = 0;                  ///< customer-periods, weighted
  double last_period = 0;  ///< the last one in which somebody was seen: beyond it f is a guess
};

/// As fit_binary; `options.priors` and `options.signs` are of the covariates. Rows that are not
/// whole periods, or whose entry is not before the duration, are left out and counted.
/// Cost: as fit_binary on sum of (duration - entry) rows; 8 bytes per customer.
[[nodiscard]] Result<HazardFit> fit_hazard(const HazardColumns& columns, const AgeTerms& age,
                                           const RegressionOptions& options = {},
                                           const Executor& executor = {});

/// Whether a customer's times can be read; see HazardColumns.
[[nodiscard]] RowReason hazard_row_reason(double duration, double event, double entry) noexcept;

/// What follows from a fitted hazard for a customer with linear predictor eta (without age).
/// Periods and horizons are whole numbers >= 0, at most kMostPeriods; NaN otherwise. Cost: one
/// exponential and a product per period of the horizon; beyond kTabulated an exponential each.
class HazardCurve {
 public:
  static constexpr std::size_t kTabulated = 600;

  HazardCurve(Link link, const AgeTerms& age, std::span<const double> age_coefficients);

  /// P(lost in period t | still there before it).
  [[nodiscard]] double hazard(double eta, double t) const noexcept;
  /// P(lost within `horizon` periods | there after `tenure`); relative accuracy where small.
  [[nodiscard]] double churn(double eta, double tenure, double horizon) const noexcept;
  /// 1 - churn, relative accuracy where small.
  [[nodiscard]] double survival(double eta, double tenure, double horizon) const noexcept;
  /// d churn / d eta.
  [[nodiscard]] double churn_slope(double eta, double tenure, double horizon) const noexcept;
  /// E[min(T, horizon)], T the periods until lost counted from `tenure`, the last one included.
  [[nodiscard]] double restricted_mean(double eta, double tenure, double horizon) const noexcept;

 private:
  /// e^f(t).
  [[nodiscard]] double factor(double t) const noexcept;
  /// 1/S - 1 of the logit, -ln S of cloglog: a sum of positive terms in both.
  [[nodiscard]] double odds(double eta, double tenure, double horizon) const noexcept;

  Link link_;
  AgeTerms age_;
  std::vector<double> coefficients_, factors_;
};

}  // namespace kam::churn
