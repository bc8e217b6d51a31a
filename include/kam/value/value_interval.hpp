/// How sure the value index is: what other plausible weights, and the measures that are missing,
/// could make of it. In closed form, so every row of a million has one.
///
/// Weights: nobody knows them exactly. Let the weights of the measures that count be Dirichlet
/// around those in force, with concentration c * coverage (c from the profile: 50 means that a
/// weight of .3 is one of about .24 to .36 in two cases of three). Then
///   Var_w(V) = sum w~_k (s_k - V)^2 / (c coverage + 1).
/// Missing measures: had measure m with global weight g_m been there, with a score of mean mu_m and
/// variance sigma_m^2 as the accounts of the fit have it, the index would differ from V by
///   E[(V_full - V)^2] = sum g_m^2 sigma_m^2 + (sum g_m (mu_m - V))^2.
/// A measure that is old, with freshness f, is missing by 1 - f; for one with a stand-in the
/// stand-in takes the place of V.
/// The two add; the interval is symmetric in the log-odds of V/100, so it stays within 0 and 100.
#pragma once

#include <cmath>
#include <span>

#include <kam/base/interval.hpp>

namespace kam::value {

/// Scores of one indicator over the accounts of the fit [points].
struct ScoreSpread {
  double mean = 50;              ///< of a measure nobody has: uniform on 0..100
  double variance = 2500 / 3.0;  ///< likewise
  friend bool operator==(const ScoreSpread&, const ScoreSpread&) = default;
};

/// What is known of one row; one entry per indicator in each span.
struct IntervalInput {
  std::span<const double> scores;             ///< that counted, stand-ins included; NaN = missing
  std::span<const double> observed;           ///< f_k [share], 0..1; 0 = missing
  std::span<const double> effective_weights;  ///< of evaluate(): V = sum w~_k s_k
  std::span<const double> global_weights;     ///< W_d w_k, sum 1
  std::span<const ScoreSpread> spreads;
  double value_index;  ///< V [points]
  double coverage;     ///< sum of the global weights of present measures
};

/// Mean square deviation of the index [points^2]; concentration > 0. NaN if V is.
[[nodiscard]] inline double value_index_variance(const IntervalInput& in,
                                                 double concentration) noexcept {
  double weights = 0, unknown = 0, shift = 0;
  for (std::size_t k = 0; k < in.scores.size(); ++k) {
    const bool scored = !std::isnan(in.scores[k]);
    const double off = scored ? in.scores[k] - in.value_index : 0;
    if (scored) weights += in.effective_weights[k] * off * off;
    const double g = in.global_weights[k] * (1 - in.observed[k]);
    if (g == 0) continue;
    const bool stand_in = scored && in.observed[k] == 0;
    unknown += g * g * in.spreads[k].variance;
    shift += g * (in.spreads[k].mean - (stand_in ? in.scores[k] : in.value_index));
  }
  return weights / (concentration * in.coverage + 1) + unknown + shift * shift;
}

/// Two-sided; `z` is the normal quantile of (1 + level) / 2.
[[nodiscard]] inline Interval value_index_interval(const IntervalInput& in, double concentration,
                                                   double z) noexcept {
  const double sd = std::sqrt(value_index_variance(in, concentration));
  // At 0 and 100 the log-odds scale ends; half a point from there it is still usable.
  const double share = std::fmin(std::fmax(in.value_index / 100, 0.005), 0.995);
  const Interval odds = logit_interval(share, sd / (100 * share * (1 - share)), z);
  return {in.value_index, std::fmin(100 * odds.lo, in.value_index),
          std::fmax(100 * odds.hi, in.value_index)};
}

}  // namespace kam::value
