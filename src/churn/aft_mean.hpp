/// The two ways to E[min(T - tenure, horizon) | T > tenure] of an AFT lifetime.
#pragma once

#include <kam/churn/aft_distribution.hpp>

namespace kam::aft {

/// By quadrature, to 1e-11. Arguments as in restricted_mean, 0 < horizon < infinity.
[[nodiscard]] double integrated_mean(const Lifetime& life, double horizon, double tenure) noexcept;

/// By closed forms, to some 1e-13; NaN where they would cancel more than two digits, or leave the
/// range of a double. Some hundred ns.
///
///   Weibull       lambda Gamma(1 + rho') e^a [P(rho', b) - P(rho', a)]      rho' = scale
///   log-normal    [c S(c) - s S(s) + e^(mu + sigma^2 / 2) (Phi(z_c - sigma) - Phi(z_s - sigma))]
///                 / S(s)
///   log-logistic  [F(c) - F(s)] / S(s),  F(t) = t / (1 + x) 2F1(1, 1; 1 + scale; x / (1 + x))
///
/// s = tenure, c = tenure + horizon, a and b their cumulative hazards, x = e^z the odds of having
/// left by t, P the regularised incomplete gamma function (the Beta and Gamma integrals behind
/// Kalbfleisch & Prentice 2002, sec. 2.2; Abramowitz & Stegun 15.3.4 turns F into the series used).
[[nodiscard]] double closed_mean(const Lifetime& life, double horizon, double tenure) noexcept;

}  // namespace kam::aft
