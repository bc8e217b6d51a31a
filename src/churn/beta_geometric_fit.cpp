#include "churn/beta_geometric_fit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "churn/distinct_rows.hpp"
#include "churn/order_prior.hpp"
#include "churn/phase_terms.hpp"
#include "numeric/fit_report.hpp"
#include "numeric/trust_region.hpp"
#include "simd/order_n.hpp"

namespace kam::detail {
namespace {

using numeric::Evaluation;

/// What a likelihood needs of one distinct x: gamma-function terms depend on nothing else.
struct OrderCount {
  double x, weight;
  std::size_t begin, end;  // its rows in DistinctRows
};

std::vector<OrderCount> order_counts(const DistinctRows& rows) {
  std::vector<OrderCount> counts;
  for (std::size_t i = 0; i < rows.x.size(); ++i) {
    if (counts.empty() || counts.back().x != rows.x[i]) counts.push_back({rows.x[i], 0, i, i});
    counts.back().weight += rows.weight[i];
    counts.back().end = i + 1;
  }
  return counts;
}

/// Value, gradient and Hessian of one block of rows: plain numbers, added in block order.
struct Sums {
  double value = 0;
  double g[4] = {};
  double h[10] = {};  // upper triangle: rr ra rA rB aa aA aB AA AB BB with a = alpha, A = a, B = b

  void add(const Sums& o) {
    value += o.value;
    for (int i = 0; i < 4; ++i) g[i] += o.g[i];
    for (int i = 0; i < 10; ++i) h[i] += o.h[i];
  }
};

class Likelihood {
 public:
  Likelihood(DistinctRows rows, const BetaGeometricKind& kind, const Executor& executor)
      : rows_(std::move(rows)),
        counts_(order_counts(rows_)),
        first_(kind.first_order_counts),
        phases_(kind.phases),
        executor_(executor) {}

  [[nodiscard]] const DistinctRows& rows() const { return rows_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  /// At the point (ln r, ln alpha, ln a, ln b).
  Evaluation operator()(const Eigen::VectorXd& log_parameters) {
    const Eigen::VectorXd values = log_parameters.array().exp();
    const BetaGeometricParameters p{values[0], values[1], values[2], values[3]};
    Sums total = gamma_terms(p);
    std::vector<Sums> blocks((rows_.x.size() + kBlockRows - 1) / kBlockRows);
    if (!for_each_block(executor_, rows_.x.size(),
                        [&](std::size_t block, std::size_t begin, std::size_t end) {
                          add_block(p, begin, end, blocks[block]);
                        })) {
      cancelled_ = true;
      total.value = kNaN;  // half a sum must not pass for a likelihood
    }
    for (const Sums& block : blocks) total.add(block);

    Evaluation at{total.value, Eigen::VectorXd(4), Eigen::MatrixXd(4, 4)};
    for (int i = 0, k = 0; i < 4; ++i) {
      at.gradient[i] = total.g[i];
      for (int j = i; j < 4; ++j, ++k) at.hessian(i, j) = at.hessian(j, i) = total.h[k];
    }
    numeric::to_log_parameters(values, at);
    return at;
  }

  /// The likelihood of evenly spaced rows only, enough to choose among starts.
  [[nodiscard]] Likelihood sample() const {
    constexpr std::size_t kSample = 2000;
    DistinctRows some;
    for (std::size_t i = 0; i < rows_.x.size(); i += rows_.x.size() / kSample + 1) {
      some.add(rows_.x[i], rows_.t_x[i], rows_.T[i], rows_.weight[i]);
    }
    return {std::move(some), {first_, phases_}, {}};
  }

 private:
  /// ln Gamma(r+kx)/Gamma(r) + r ln alpha + ln B(a, beta)/B(a, b), beta = b + x (+ 1): once per
  /// distinct x.
  [[nodiscard]] Sums gamma_terms(const BetaGeometricParameters& p) const {
    Sums s;
    const double log_alpha = std::log(p.alpha);
    const double psi_r = digamma(p.r), psi1_r = trigamma(p.r);
    const double psi_b = digamma(p.b), psi1_b = trigamma(p.b);
    const double psi_ab = digamma(p.a + p.b), psi1_ab = trigamma(p.a + p.b);
    for (const OrderCount& count : counts_) {
      const double w = count.weight, x = count.x, stays = x + (first_ ? 1 : 0);
      const double phases = phases_ * x;
      s.value += w * (log_gamma_ratio(p.r, phases) + p.r * log_alpha + log_gamma_ratio(p.b, stays) -
                      log_gamma_ratio(p.a + p.b, stays));
      const double d_ab = psi_ab - digamma(p.a + p.b + stays);
      const double d1_ab = psi1_ab - trigamma(p.a + p.b + stays);
      s.g[0] += w * (digamma(p.r + phases) - psi_r + log_alpha);
      s.g[1] += w * p.r / p.alpha;
      s.g[2] += w * d_ab;
      s.g[3] += w * (digamma(p.b + stays) - psi_b + d_ab);
      s.h[0] += w * (trigamma(p.r + phases) - psi1_r);
      s.h[1] += w / p.alpha;
      s.h[4] -= w * p.r / (p.alpha * p.alpha);
      s.h[7] += w * d1_ab;
      s.h[8] += w * d1_ab;
      s.h[9] += w * (trigamma(p.b + stays) - psi1_b + d1_ab);
    }
    return s;
  }

  /// Rows [begin, end); without phases one run of equal x after the other.
  void add_block(const BetaGeometricParameters& p, std::size_t begin, std::size_t end,
                 Sums& s) const {
    if (phases_ > 1) return add_rows(p, begin, end, s);
    auto count = std::upper_bound(counts_.begin(), counts_.end(), begin,
                                  [](std::size_t row, const OrderCount& c) { return row < c.end; });
    for (; begin < end; begin = count->end, ++count) {
      add_run(p, count->x, begin, std::min(end, count->end), s);
    }
  }

  /// As add_row where k = 1, ln S = 0: (B - A)' = (R, (r+x) D, 1/a, -1/(beta-1)) in the letters of
  /// simd::FitSums.
  void add_run(const BetaGeometricParameters& p, double x, std::size_t begin, std::size_t end,
               Sums& s) const {
    const bool certain = x == 0 && !first_;  // BG/NBD: alive
    const double rate = p.r + x, at_a = 1 / p.a;
    const double left = certain ? 0 : 1 / (p.b + x - (first_ ? 0 : 1));  // 1 / (beta - 1)
    simd::FitSums f{};
    simd::order_kernels().fit(p.alpha, certain ? 0 : std::log(p.a * left), rate,
                              certain ? nullptr : rows_.t_x.data() + begin, rows_.T.data() + begin,
                              rows_.weight.data() + begin, end - begin, f);
    s.value += f.log_sum - rate * f.log_T;
    s.g[0] += f.vR - f.log_T;
    s.g[1] += rate * (f.vD - f.at_T);
    s.g[2] += f.v * at_a;
    s.g[3] -= f.v * left;
    s.h[0] += f.eRR;
    s.h[1] += rate * f.eRD + f.vD - f.at_T;
    s.h[2] += f.eR * at_a;
    s.h[3] -= f.eR * left;
    s.h[4] += rate * (rate * f.eDD + f.vD2 + f.at_T2);
    s.h[5] += rate * f.eD * at_a;
    s.h[6] -= rate * f.eD * left;
    s.h[7] += (f.e - f.v) * at_a * at_a;
    s.h[8] -= f.e * at_a * left;
    s.h[9] += (f.e + f.v) * left * left;
  }

  /// With phases the rows of one T share logarithms, nothing else: one row after the other.
  void add_rows(const BetaGeometricParameters& p, std::size_t begin, std::size_t end,
                Sums& s) const {
    Shared at;
    for (std::size_t i = begin; i < end; ++i) add_row(p, i, at, s);
  }

  /// Logarithms that neighbours share: rows are sorted by x, then T.
  struct Shared {
    double x = -1, T = -1;
    double order_rate = 0, log_at_last_order = 0, log_T = 0, at_T = 0;
  };

  void move_to(const BetaGeometricParameters& p, double x, double T, Shared& at) const {
    if (x != at.x) {
      at.x = x;
      at.order_rate = p.r + phases_ * x;
      at.log_at_last_order = std::log(p.a / (p.b + x - (first_ ? 0 : 1)));
    }
    if (T != at.T) {
      at.T = T;
      at.log_T = std::log(p.alpha + T);
      at.at_T = 1 / (p.alpha + T);
    }
  }

  /// M = ln[exp(A) + exp(B)], A = -s ln(alpha+T) + ln S, B = ln a/(beta-1) - s ln(alpha+t_x), s =
  /// r + k x, ln S of the phases of the running gap: 0 at k = 1.
  /// With v = share of B: M' = A' + v (B - A)', M'' = A'' + v (B - A)'' + v (1-v) (B-A)' (B-A)'^T.
  void add_row(const BetaGeometricParameters& p, std::size_t i, Shared& at, Sums& s) const {
    const double x = rows_.x[i], w = rows_.weight[i];
    move_to(p, x, rows_.T[i], at);
    s.value -= w * at.order_rate * at.log_T;
    s.g[0] -= w * at.log_T;
    s.g[1] -= w * at.order_rate * at.at_T;
    s.h[1] -= w * at.at_T;
    s.h[4] += w * at.order_rate * at.at_T * at.at_T;
    const PhaseTerms phase =
        phase_terms(phases_, at.order_rate, rows_.T[i] - rows_.t_x[i], at.at_T);
    add_phases(phase, w, s);
    if (x == 0 && !first_) return;  // BG/NBD: alive for certain

    const double left = 1 / (p.b + x - (first_ ? 0 : 1));  // 1 / (beta - 1)
    const double at_t = 1 / (p.alpha + rows_.t_x[i]);
    const double log_ratio = at.log_T - std::log(p.alpha + rows_.t_x[i]);
    const double log_odds = at.log_at_last_order + at.order_rate * log_ratio - phase.log_sum;
    const double e = std::exp(-std::fabs(log_odds));
    const double v = (log_odds > 0 ? 1 : e) / (1 + e);
    s.value += w * ((log_odds > 0 ? log_odds : 0) + std::log(1 + e));

    const double d[4] = {log_ratio - phase.g_r, at.order_rate * (at.at_T - at_t) - phase.g_alpha,
                         1 / p.a, -left};
    const double wv = w * v, bend = wv * (1 - v);
    for (int j = 0, k = 0; j < 4; ++j) {
      s.g[j] += wv * d[j];
      for (int l = j; l < 4; ++l, ++k) s.h[k] += bend * d[j] * d[l];
    }
    s.h[0] -= wv * phase.h_rr;
    s.h[1] += wv * (at.at_T - at_t - phase.h_ra);
    s.h[4] += wv * (at.order_rate * (at_t * at_t - at.at_T * at.at_T) - phase.h_aa);
    s.h[7] -= wv / (p.a * p.a);
    s.h[9] += wv * left * left;
  }

  static void add_phases(const PhaseTerms& phase, double w, Sums& s) {
    s.value += w * phase.log_sum;
    s.g[0] += w * phase.g_r;
    s.g[1] += w * phase.g_alpha;
    s.h[0] += w * phase.h_rr;
    s.h[1] += w * phase.h_ra;
    s.h[4] += w * phase.h_aa;
  }

  DistinctRows rows_;
  std::vector<OrderCount> counts_;
  bool first_;
  int phases_;
  Executor executor_;
  bool cancelled_ = false;
};

/// Orders per time give alpha for a given r; the best of a few (r, a, b) starts the search.
Eigen::VectorXd start_from_data(Likelihood& likelihood, int phases) {
  const double rate = phases * likelihood.rows().orders / std::max(likelihood.rows().time, 1e-300);
  Likelihood sample = likelihood.sample();
  constexpr double kShapes[][3] = {{0.3, 0.8, 2.5}, {1.0, 0.5, 4.0}, {5.0, 0.5, 10.0}};
  Eigen::VectorXd best;
  double best_value = -HUGE_VAL;
  for (const auto& shape : kShapes) {
    // Accounts leave: those that stay order about twice as fast as the average over all time.
    const Eigen::VectorXd point =
        Eigen::Vector4d(shape[0], shape[0] / (2 * rate), shape[1], shape[2]).array().log();
    const double value = sample(point).value;
    if (best.size() == 0 || value > best_value) {
      best = point;
      best_value = value;
    }
  }
  return best;
}

/// The prior in phases, not orders, per unit of time: what r / alpha counts.
std::optional<OrderPrior> in_phases(std::optional<OrderPrior> prior, int phases) {
  if (prior && prior->order_rate) prior->order_rate->median *= phases;
  return prior;
}

Status check_options(const FitOptions<BetaGeometricParameters>& options) {
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1) {
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  }
  if (options.prior) {
    if (Status s = check(*options.prior); !s.ok()) return s;
  }
  if (!options.start) return {};
  const auto values = options.start->values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i])) {
      return invalid_argument(BetaGeometricParameters::kNames[i], "finite and > 0", values[i]);
    }
  }
  return {};
}

}  // namespace

Result<FitResult<BetaGeometricParameters>> fit_beta_geometric(
    const OrderColumns& accounts, const BetaGeometricKind& kind,
    const FitOptions<BetaGeometricParameters>& options, const Executor& executor) {
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  if (Status s = check_options(options); !s.ok()) return s;

  FitResult<BetaGeometricParameters> fit;
  Likelihood likelihood(distinct_rows(accounts, fit.rows), kind, executor);
  fit.weight = likelihood.rows().total_weight;
  fit.events = likelihood.rows().orders;
  if (!(fit.events > 0)) {
    return Status{StatusCode::insufficient_data,
                  "no usable account has a repeat order: an order model cannot be fitted (" +
                      std::to_string(fit.rows.rows_scored) + " rows used, " +
                      std::to_string(fit.rows.rows_rejected) + " left out)"};
  }
  Eigen::VectorXd start;
  if (options.start) {
    const auto values = options.start->values();
    start = Eigen::Map<const Eigen::Vector4d>(values.data()).array().log();
  } else {
    start = start_from_data(likelihood, kind.phases);
  }
  const auto prior = in_phases(options.prior, kind.phases);
  const auto optimum = numeric::maximise(
      start,
      [&](const Eigen::VectorXd& at) {
        Evaluation objective = likelihood(at);
        if (prior) add_prior(*prior, at, objective);
        return objective;
      },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations},
      [&] { return !likelihood.cancelled(); });
  if (likelihood.cancelled()) return Status{StatusCode::cancelled, "cancelled by the executor"};
  numeric::finish_fit(optimum, fit);
  if (prior) report_prior(*prior, optimum, fit);
  if (kind.phases > 1) {
    // Without the gaps it must not pass for one that can be compared across k.
    fit.log_likelihood += accounts.log_gaps.empty()
                              ? kNaN
                              : (kind.phases - 1) * likelihood.rows().gaps.value() -
                                    fit.events * log_gamma(kind.phases);
  }
  return fit;
}

Result<numeric::Evaluation> beta_geometric_derivatives(const OrderColumns& accounts,
                                                       const BetaGeometricKind& kind,
                                                       const BetaGeometricParameters& at) {
  if (Status s = check_sizes(accounts); !s.ok()) return s;
  BatchReport report;
  Likelihood likelihood(distinct_rows(accounts, report), kind, {});
  const auto values = at.values();
  return likelihood(Eigen::Map<const Eigen::Vector4d>(values.data()).array().log());
}

}  // namespace kam::detail
