#include <kam/value/loyalty.hpp>

#include <array>
#include <iterator>
#include <new>
#include <numeric>
#include <vector>

#include <boost/math/special_functions/beta.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

constexpr Interval kNoInterval{kNaN, kNaN, kNaN};

/// Never throws: a quantile that cannot be had is NaN.
using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

bool is_parameter(double a) {
  return a > 0 && a < std::numeric_limits<double>::infinity();
}

bool is_level(double level) {
  return level > 0 && level < 1;
}

/// Counts of the categories of one account: k and m − k, or the three kinds of answers.
template <std::size_t kCategories>
using Counts = std::array<double, kCategories>;

/// Portfolio totals that the moments need, added in row order.
template <std::size_t kCategories>
struct Moments {
  Counts<kCategories> sums{};
  Counts<kCategories> squares{};  // Σ m_i share_ic² = Σ count²/m
  double rows = 0, trials = 0, squared_trials = 0;

  void add(const Counts<kCategories>& counts) {
    const double m = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (!(m > 0)) return;
    rows += 1;
    trials += m;
    squared_trials += m * m;
    for (std::size_t c = 0; c < kCategories; ++c) {
      sums[c] += counts[c];
      squares[c] += counts[c] * counts[c] / m;
    }
  }

  /// Strength of the Dirichlet prior. With ρ = 1/(strength + 1), S = Σ_i m_i Σ_c (share − mean)²
  /// has the mean Σ_c q_c(1 − q_c) · [rows − 1 + ρ (trials − rows − Σm²/trials + 1)].
  [[nodiscard]] Result<double> strength() const {
    double spread = 0, chance = 0;
    for (std::size_t c = 0; c < kCategories; ++c) {
      const double q = sums[c] / trials;
      spread += squares[c] - trials * q * q;
      chance += q * (1 - q);
    }
    const double room = trials - rows - squared_trials / trials + 1;
    if (!(rows >= 2) || !(room > 0) || !(chance > 0)) {
      return Status{StatusCode::insufficient_data, "too few accounts with answers that differ"};
    }
    const double rho = (spread / chance - (rows - 1)) / room;
    const double most = std::max(1.0, trials);
    return rho > 0 ? std::clamp((1 - rho) / rho, 1.0, most) : most;
  }
};

/// out[i] = value(i) in three columns; the report is that of the estimates.
template <class Reason, class Value>
BatchReport for_each_interval(const IntervalColumns& out, const Executor& executor,
                              const Reason& reason, const Value& value) {
  const std::size_t rows = out.estimate.size();
  if (Status s = check_size("lo", out.lo.size(), rows); !s.ok()) return numeric::failed(s);
  if (Status s = check_size("hi", out.hi.size(), rows); !s.ok()) return numeric::failed(s);
  return numeric::for_each_row(
      out.estimate, executor,
      [&](std::size_t i) {
        const RowReason why = reason(i);
        if (why != RowReason::none) out.lo[i] = out.hi[i] = kNaN;
        return why;
      },
      [&](std::size_t i) {
        const Interval interval = value(i);
        out.lo[i] = interval.lo;
        out.hi[i] = interval.hi;
        return interval.estimate;
      });
}

RowReason share_reason(double k, double m) {
  if (!std::isfinite(k) || !std::isfinite(m)) return RowReason::not_finite;
  return is_share_of(k, m) ? RowReason::none : RowReason::out_of_domain;
}

RowReason answers_reason(const Answers& answers) {
  if (!std::isfinite(answers.total())) return RowReason::not_finite;
  return answers.valid() ? RowReason::none : RowReason::out_of_domain;
}

bool is_prior(const Answers& prior) {
  return prior.valid() && prior.promoters > 0 && prior.detractors > 0;
}

/// Ratio of the sums of the usable lines and its linearised standard error.
Interval price_index(std::span<const double> net, std::span<const double> reference, double z) {
  const auto usable = [&](std::size_t i) {
    return std::isfinite(net[i]) && std::isfinite(reference[i]) && reference[i] > 0;
  };
  double paid = 0, list = 0, lines = 0, squares = 0;
  for (std::size_t i = 0; i < net.size(); ++i) {
    if (!usable(i)) continue;
    paid += net[i];
    list += reference[i];
    lines += 1;
  }
  if (lines == 0) return kNoInterval;
  const double ratio = paid / list;
  if (lines == 1) return {ratio, kNaN, kNaN};
  for (std::size_t i = 0; i < net.size(); ++i) {
    const double residual = usable(i) ? (net[i] - ratio * reference[i]) / list : 0;
    squares += residual * residual;
  }
  const double se = std::sqrt(lines / (lines - 1) * squares);
  return {ratio, ratio - z * se, ratio + z * se};
}

}  // namespace

Interval beta_interval(double a, double b, double level) noexcept {
  if (!is_parameter(a) || !is_parameter(b) || !is_level(level)) return kNoInterval;
  const double tail = (1 - level) / 2;
  return {a / (a + b), boost::math::ibeta_inv(a, b, tail, Quiet{}),
          boost::math::ibetac_inv(a, b, tail, Quiet{})};
}

Interval repurchase_rate(double k, double m, const BetaPrior& prior, double level) noexcept {
  if (!is_share_of(k, m)) return kNoInterval;
  Interval rate = beta_interval(prior.a + k, prior.b + (m - k), level);
  rate.estimate = std::isnan(rate.lo) ? kNaN : shrunk_rate(k, m, prior);
  return rate;
}

Interval observed_rate(double k, double m, double level) noexcept {
  if (!is_share_of(k, m) || !(m > 0) || !is_level(level)) return kNoInterval;
  const Interval jeffreys = beta_interval(k + 0.5, m - k + 0.5, level);
  const double rate = k / m;
  return {rate, k > 0 ? std::min(rate, jeffreys.lo) : 0, k < m ? std::max(rate, jeffreys.hi) : 1};
}

BatchReport repurchase_rate(std::span<const double> k, std::span<const double> m,
                            const BetaPrior& prior, double level, const IntervalColumns& out,
                            const Executor& executor) {
  if (!is_parameter(prior.a)) return numeric::failed(invalid_argument("prior.a", "> 0", prior.a));
  if (!is_parameter(prior.b)) return numeric::failed(invalid_argument("prior.b", "> 0", prior.b));
  if (auto z = interval_z(level); !z) return numeric::failed(z.error());
  if (Status s = check_size("m", m.size(), k.size()); !s.ok()) return numeric::failed(s);
  if (Status s = check_size("estimate", out.estimate.size(), k.size()); !s.ok()) {
    return numeric::failed(s);
  }
  return for_each_interval(
      out, executor, [&](std::size_t i) { return share_reason(k[i], m[i]); },
      [&](std::size_t i) { return repurchase_rate(k[i], m[i], prior, level); });
}

Result<BetaPrior> fit_rate_prior(std::span<const double> k, std::span<const double> m) {
  if (Status s = check_size("m", m.size(), k.size()); !s.ok()) return s;
  Moments<2> moments;
  for (std::size_t i = 0; i < k.size(); ++i) {
    if (is_share_of(k[i], m[i])) moments.add({k[i], m[i] - k[i]});
  }
  const auto strength = moments.strength();
  if (!strength) return strength.error();
  const double mean = moments.sums[0] / moments.trials;
  return BetaPrior{mean * *strength, (1 - mean) * *strength};
}

BatchReport clumpiness(std::span<const double> events, std::span<const std::size_t> offsets,
                       double periods, std::span<double> out, const Executor& executor) {
  if (Status s = check_size("offsets", offsets.size(), out.size() + 1); !s.ok()) {
    return numeric::failed(s);
  }
  if (offsets.front() != 0 || offsets.back() != events.size() ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    return numeric::failed(invalid_argument("offsets", "rising from 0 to the number of events",
                                            static_cast<double>(offsets.back())));
  }
  if (!(periods >= 1) || !std::isfinite(periods)) {
    return numeric::failed(invalid_argument("periods", "finite and >= 1", periods));
  }
  const auto of = [&](std::size_t i) {
    return events.subspan(offsets[i], offsets[i + 1] - offsets[i]);
  };
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) {
        if (of(i).empty()) return RowReason::undefined_value;
        return std::isnan(clumpiness(of(i), periods)) ? RowReason::out_of_domain : RowReason::none;
      },
      [&](std::size_t i) { return clumpiness(of(i), periods); });
}

Interval shrunk_net_promoter_score(const Answers& answers, const Answers& prior,
                                   double level) noexcept {
  if (!answers.valid() || !is_prior(prior) || !is_level(level)) return kNoInterval;
  const double strength = answers.total() + prior.total();
  const double p = (answers.promoters + prior.promoters) / strength;
  const double d = (answers.detractors + prior.detractors) / strength;
  const double balance = p - d;
  // p + d − balance² = (p + d)(1 − p − d) + 4pd: a sum that cannot cancel when nearly all agree.
  const double spread = (p + d) * std::max(0.0, 1 - p - d) + 4 * p * d;
  const double beta_strength = (strength + 1) * (1 - balance) * (1 + balance) / spread - 1;
  const Interval upper =
      beta_interval(beta_strength * (1 + balance) / 2, beta_strength * (1 - balance) / 2, level);
  return {100 * balance, 100 * (2 * upper.lo - 1), 100 * (2 * upper.hi - 1)};
}

BatchReport shrunk_net_promoter_score(std::span<const Answers> answers, const Answers& prior,
                                      double level, const IntervalColumns& out,
                                      const Executor& executor) {
  if (!is_prior(prior)) {
    return numeric::failed(invalid_argument("prior", "finite with promoters and detractors > 0",
                                            std::min(prior.promoters, prior.detractors)));
  }
  if (auto z = interval_z(level); !z) return numeric::failed(z.error());
  if (Status s = check_size("estimate", out.estimate.size(), answers.size()); !s.ok()) {
    return numeric::failed(s);
  }
  return for_each_interval(
      out, executor, [&](std::size_t i) { return answers_reason(answers[i]); },
      [&](std::size_t i) { return shrunk_net_promoter_score(answers[i], prior, level); });
}

Result<Answers> fit_net_promoter_prior(std::span<const Answers> answers) {
  Moments<3> moments;
  for (const Answers& n : answers) {
    if (n.valid()) moments.add({n.promoters, n.passives, n.detractors});
  }
  const auto strength = moments.strength();
  if (!strength) return strength.error();
  const double scale = *strength / moments.trials;
  const Answers prior{moments.sums[0] * scale, moments.sums[1] * scale, moments.sums[2] * scale};
  if (is_prior(prior)) return prior;
  return Status{StatusCode::insufficient_data, "`answers` have no promoters or no detractors"};
}

BatchReport wallet_allocation(std::span<const double> ratings, std::span<double> out) try {
  if (Status s = check_size("out", out.size(), ratings.size()); !s.ok()) return numeric::failed(s);
  std::vector<double> sorted;
  std::copy_if(ratings.begin(), ratings.end(), std::back_inserter(sorted),
               [](double r) { return std::isfinite(r); });
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(sorted.size());
  return numeric::for_each_row(
      out, {},
      [&](std::size_t i) {
        return std::isfinite(ratings[i]) ? RowReason::none : RowReason::not_finite;
      },
      [&](std::size_t i) {
        const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), ratings[i]);
        const auto better = static_cast<double>(sorted.end() - last);
        return wallet_allocation(better + (static_cast<double>(last - first) + 1) / 2, n);
      });
} catch (const std::bad_alloc&) {
  return numeric::failed({StatusCode::out_of_memory, "no memory to sort `ratings`"});
}

Result<Guarantees> guarantees(const GuaranteeCounts& counts, std::span<const double> net,
                              std::span<const double> reference, double level) {
  if (Status s = check_size("reference", reference.size(), net.size()); !s.ok()) return s;
  const auto z = interval_z(level);
  if (!z) return z.error();
  return Guarantees{observed_rate(counts.returned, counts.delivered, level),
                    observed_rate(counts.sla_met, counts.sla_cases, level),
                    observed_rate(counts.otif, counts.orders, level),
                    price_index(net, reference, *z)};
}

}  // namespace kam::value
