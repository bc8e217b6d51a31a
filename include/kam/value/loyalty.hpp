/// Does it come back, does it want to, and how much of its wallet is ours? Measures of behaviour
/// and of attitude, kept apart, each with the interval that its few answers deserve.
///
/// Rates are shares 0..1, NPS −100..100, the satisfaction index 0..100. NaN = missing, also where a
/// value is outside its domain. Sources: docs/models/loyalty.md.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>

namespace kam::value {

// --- shares that shrink ------------------------------------------------------

/// What the portfolio says of a rate before the account has spoken: Beta(a, b), worth a + b trials.
struct BetaPrior {
  double a;  ///< [trials], > 0
  double b;  ///< [trials], > 0
};
inline constexpr BetaPrior kJeffreysPrior{0.5, 0.5};

/// Whether k of m can be counts of one rate (fractions allowed: weighted counts).
[[nodiscard]] inline bool is_share_of(double k, double m) noexcept {
  return k >= 0 && m >= k && m < std::numeric_limits<double>::infinity();
}

/// (a + k)/(a + b + m): k active of m eligible periods, pulled towards a/(a + b).
[[nodiscard]] inline double shrunk_rate(double k, double m, const BetaPrior& prior) noexcept {
  if (!is_share_of(k, m) || !(prior.a > 0) || !(prior.b > 0)) return kNaN;
  return (prior.a + k) / (prior.a + prior.b + m);
}

/// Mean and equal-tailed quantiles of Beta(a, b); NaN unless 0 < a, b < ∞ and 0 < level < 1.
[[nodiscard]] Interval beta_interval(double a, double b, double level) noexcept;
/// shrunk_rate with the interval of its posterior Beta(a + k, b + m − k); NaN as shrunk_rate.
[[nodiscard]] Interval repurchase_rate(double k, double m, const BetaPrior& prior,
                                       double level = kDefaultIntervalLevel) noexcept;
/// A column at once; a row that is no share is NaN and counted. size_mismatch, invalid_argument.
[[nodiscard]] BatchReport repurchase_rate(std::span<const double> k, std::span<const double> m,
                                          const BetaPrior& prior, double level,
                                          const IntervalColumns& out,
                                          const Executor& executor = {});
/// The plain share k/m with its Jeffreys interval, which reaches 0 when k = 0 and 1 when k = m
/// (Brown, Cai & DasGupta 2001) and always holds k/m. NaN if m = 0: no data is no rate.
[[nodiscard]] Interval observed_rate(double k, double m,
                                     double level = kDefaultIntervalLevel) noexcept;

/// The prior by moments (Kleinman 1973): its mean is Σk/Σm, its strength a + b what the spread of
/// the rates beyond chance leaves, held between 1 and Σm. Rows that are no share, or have m = 0,
/// are left out. insufficient_data unless two rows are left, one of them with two trials or more,
/// and the common rate is neither 0 nor 1.
[[nodiscard]] Result<BetaPrior> fit_rate_prior(std::span<const double> k,
                                               std::span<const double> m);

// --- clumpiness --------------------------------------------------------------

/// H_p = 1 + Σ x ln x / ln(n + 1), x the n + 1 gaps between 0, the events and N + 1, over N + 1:
/// 0 for evenly spaced events, near 1 for one burst. `events` are the periods of the purchases,
/// strictly increasing within 1..periods. NaN without events or outside the domain.
[[nodiscard]] inline double clumpiness(std::span<const double> events, double periods) noexcept {
  if (events.empty() || !(periods >= 1) || !std::isfinite(periods)) return kNaN;
  const double whole = periods + 1;
  double last = 0, sum = 0;
  for (const double event : events) {
    if (!(event >= 1 && event <= periods && event > last)) return kNaN;
    const double x = (event - last) / whole;
    sum += x * std::log(x);
    last = event;
  }
  const double x = (whole - last) / whole;
  sum += x * std::log(x);
  return std::clamp(1 + sum / std::log1p(static_cast<double>(events.size())), 0.0, 1.0);
}

/// Many accounts: those of account i are events[offsets[i] .. offsets[i + 1]). size_mismatch unless
/// there are out.size() + 1 offsets; invalid_argument unless they rise from 0 to events.size().
[[nodiscard]] BatchReport clumpiness(std::span<const double> events,
                                     std::span<const std::size_t> offsets, double periods,
                                     std::span<double> out, const Executor& executor = {});

// --- net promoter score ------------------------------------------------------

/// Counts of the answers to "would you recommend us?": 9–10, 7–8, 0–6. As a prior: a Dirichlet
/// distribution, worth their sum of answers.
struct Answers {
  double promoters;
  double passives;
  double detractors;

  [[nodiscard]] double total() const noexcept { return promoters + passives + detractors; }
  [[nodiscard]] bool valid() const noexcept {
    return promoters >= 0 && passives >= 0 && detractors >= 0 && std::isfinite(total());
  }
};

/// 100 (P − D); NaN without answers.
[[nodiscard]] inline double net_promoter_score(const Answers& n) noexcept {
  return n.valid() ? 100 * (n.promoters - n.detractors) / n.total() : kNaN;
}

/// 100 √((P + D − (P − D)²)/n), one standard error; 0 when all say the same, which is no proof.
[[nodiscard]] inline double net_promoter_standard_error(const Answers& n) noexcept {
  if (!n.valid() || !(n.total() > 0)) return kNaN;
  const double p = n.promoters / n.total(), d = n.detractors / n.total();
  return 100 * std::sqrt(std::max(0.0, p + d - (p - d) * (p - d)) / n.total());
}

/// The posterior mean under the Dirichlet prior, and an interval that stays within ±100: the Beta
/// distribution with the posterior's mean and variance (exact if nobody can be passive). NaN if
/// either is invalid or the prior has no promoters or no detractors.
[[nodiscard]] Interval shrunk_net_promoter_score(const Answers& answers, const Answers& prior,
                                                 double level = kDefaultIntervalLevel) noexcept;
/// A column at once; rows as above. size_mismatch, invalid_argument.
[[nodiscard]] BatchReport shrunk_net_promoter_score(std::span<const Answers> answers,
                                                    const Answers& prior, double level,
                                                    const IntervalColumns& out,
                                                    const Executor& executor = {});
/// The Dirichlet prior of a portfolio by the moments of fit_rate_prior, over three categories;
/// insufficient_data likewise, and unless there are promoters and detractors.
[[nodiscard]] Result<Answers> fit_net_promoter_prior(std::span<const Answers> answers);

// --- share of wallet ---------------------------------------------------------

/// Our sales over the account's spend in the category, 0..1. NaN if spend is below our own sales:
/// then the spend is wrong.
[[nodiscard]] inline double share_of_wallet(double sales, double spend) noexcept {
  return spend > 0 && is_share_of(sales, spend) ? sales / spend : kNaN;
}

/// The same where spend is an estimate with bounds: what we sold it has spent, so spend below our
/// sales is raised to them. NaN if even spend.hi is below them or the bounds are out of order.
[[nodiscard]] inline Interval share_of_wallet(double sales, const Interval& spend) noexcept {
  const bool ordered = spend.lo >= 0 && spend.lo <= spend.estimate && spend.estimate <= spend.hi;
  if (!ordered || !(spend.hi > 0) || !is_share_of(sales, spend.hi)) return {kNaN, kNaN, kNaN};
  const auto share = [sales](double s) { return s > sales ? sales / s : (sales > 0 ? 1.0 : 0.0); };
  return {share(spend.estimate), share(spend.hi), share(spend.lo)};
}

/// Wallet Allocation Rule: (1 − rank/(n + 1))·2/n for the supplier of this rank (1 = preferred; a
/// tie has the mean rank) among the n that the account uses. 1 <= rank <= n.
[[nodiscard]] inline double wallet_allocation(double rank, double suppliers) noexcept {
  if (!(rank >= 1 && rank <= suppliers) || !std::isfinite(suppliers)) return kNaN;
  return (1 - rank / (suppliers + 1)) * 2 / suppliers;
}

/// Ranks the suppliers of one account by rating (higher is better, equal ones share the mean rank)
/// and allocates its wallet; the shares add up to 1. A rating that is not finite is a supplier not
/// used: NaN, counted, and not among the n. O(n log n).
[[nodiscard]] BatchReport wallet_allocation(std::span<const double> ratings, std::span<double> out);

// --- satisfaction and value --------------------------------------------------

/// 100 Σ w (x − least)/(most − least) / Σ w over the items answered (ACSI: three items of 1–10).
/// `weights` empty means equal. NaN without an answer, for an answer off the scale, or for weights
/// that are negative, too few or all 0.
[[nodiscard]] inline double satisfaction_index(std::span<const double> items,
                                               std::span<const double> weights = {},
                                               double least = 1, double most = 10) noexcept {
  if (!(least < most) || (!weights.empty() && weights.size() != items.size())) return kNaN;
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (std::isnan(items[i])) continue;
    const double w = weights.empty() ? 1 : weights[i];
    if (!(w >= 0) || !(items[i] >= least && items[i] <= most)) return kNaN;
    sum += w * ((items[i] - least) / (most - least));
    total += w;
  }
  return total > 0 ? 100 * std::min(1.0, sum / total) : kNaN;
}

/// Customer value added (Gale): our perceived value over the best rival's; above 1 we lead.
[[nodiscard]] inline double customer_value_added(double ours, double best_rival) noexcept {
  return ours >= 0 && best_rival > 0 && std::isfinite(ours) && std::isfinite(best_rival)
             ? ours / best_rival
             : kNaN;
}

/// Kotler's balance, all in one unit (money or points). A part that is NaN makes the sums NaN.
struct DeliveredValue {
  double product, service, people, image;  ///< benefits
  double money, time, energy, psychic;     ///< costs

  [[nodiscard]] double benefit() const noexcept { return product + service + people + image; }
  [[nodiscard]] double cost() const noexcept { return money + time + energy + psychic; }
  [[nodiscard]] double value() const noexcept { return benefit() - cost(); }
};

// --- what we promise, as data ------------------------------------------------

/// What happened in the window; NaN or a total of 0 means no data.
struct GuaranteeCounts {
  double returned = kNaN, delivered = kNaN;  ///< [lines]
  double sla_met = kNaN, sla_cases = kNaN;   ///< [cases]
  double otif = kNaN, orders = kNaN;         ///< on time and in full, of all [orders]
};

/// Each with its interval; NaN where there is no data.
struct Guarantees {
  Interval return_rate, sla_attainment, on_time_in_full;  ///< share, 0..1, Beta interval
  Interval net_price_index;  ///< Σ net / Σ reference, 1 = at reference; normal interval
};

/// `net` and `reference` are the amounts of each line at the price paid and at the reference (list,
/// contract, last year); lines with one that is not finite, or reference <= 0, are left out. The
/// interval treats the lines as a sample (ratio estimator); NaN bounds with fewer than two lines.
/// size_mismatch, invalid_argument (level).
[[nodiscard]] Result<Guarantees> guarantees(const GuaranteeCounts& counts,
                                            std::span<const double> net,
                                            std::span<const double> reference,
                                            double level = kDefaultIntervalLevel);

// --- loyalty type ------------------------------------------------------------

/// Dick & Basu (1994): repeat patronage × relative attitude.
enum class LoyaltyType : std::uint8_t {
  unknown,       ///< a part is missing
  none,          ///< neither
  latent,        ///< would like to, does not
  spurious,      ///< comes back without liking it: habit, contract, no alternative
  true_loyalty,  ///< both
};

[[nodiscard]] constexpr const char* loyalty_type_name(LoyaltyType type) noexcept {
  constexpr const char* kNames[] = {"unknown", "none", "latent", "spurious", "true"};
  return kNames[static_cast<int>(type)];
}

/// The type never goes without its two parts: one number would hide which half is missing.
struct Loyalty {
  double behaviour;  ///< e.g. repurchase_rate or share of wallet; any scale that fits its cut
  double attitude;   ///< e.g. satisfaction index or NPS
  LoyaltyType type;
};

/// High means at or above the cut, which is configuration.
[[nodiscard]] inline Loyalty loyalty_type(double behaviour, double attitude, double behaviour_cut,
                                          double attitude_cut) noexcept {
  const auto finite = [](double x) { return std::isfinite(x); };
  if (!finite(behaviour) || !finite(attitude) || !finite(behaviour_cut) || !finite(attitude_cut)) {
    return {behaviour, attitude, LoyaltyType::unknown};
  }
  const bool likes = attitude >= attitude_cut;
  if (behaviour >= behaviour_cut) {
    return {behaviour, attitude, likes ? LoyaltyType::true_loyalty : LoyaltyType::spurious};
  }
  return {behaviour, attitude, likes ? LoyaltyType::latent : LoyaltyType::none};
}

}  // namespace kam::value
