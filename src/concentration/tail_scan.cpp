#include "concentration/tail_scan.hpp"

#include <algorithm>
#include <cmath>

#include "concentration/compensated_sum.hpp"
#include "numeric/hurwitz_zeta.hpp"

namespace kam::concentration_detail {
namespace {

/// Maximum likelihood exponent of counts >= q with mean ln(x/q) = `mean_log` > 0. The equation
/// −d/ds ln(q^s ζ(s, q)) = mean_log has one root, and its left side falls from ∞ to 0.
double zeta_alpha(double q, double mean_log) {
  double low = 1, high = std::numeric_limits<double>::infinity();
  // The density's exponent with the half-unit correction (Clauset et al. 2009, eq. 3.7).
  double s = 1 + 1 / (mean_log - std::log1p(-0.5 / q));
  for (int i = 0; i < 100; ++i) {
    const numeric::Jet z = numeric::log_scaled_zeta(s, q);
    const double excess = -z.first - mean_log;  // > 0: s is too small
    (excess > 0 ? low : high) = s;
    double next = s + excess / z.second;
    if (!(next > low && next < high)) {
      next = std::isfinite(high) ? 0.5 * (low + high) : 2 * s;
    }
    if (std::fabs(next - s) <= 4e-16 * s) return next;
    s = next;
  }
  return s;
}

}  // namespace

/// Model and data below the values of the tail that begins at k.
struct TailScan::Candidate {
  const TailScan& scan;
  std::size_t k;
  double alpha, whole;  // whole: q^s ζ(s, q), discrete only

  Candidate(const TailScan& s, std::size_t first)
      : scan(s),
        k(first),
        alpha(s.alpha(first)),
        whole(s.discrete_ ? numeric::scaled_zeta(alpha, s.value_[first]).value : 1) {}

  /// |P(X < x) − share of the tail below x| at the distinct value j > k.
  [[nodiscard]] double distance(std::size_t j) const {
    const double log_ratio = scan.log_[j] - scan.log_[k];
    const double above = scan.discrete_
                             ? std::exp(-alpha * log_ratio) *
                                   numeric::scaled_zeta(alpha, scan.value_[j]).value / whole
                             : std::exp((1 - alpha) * log_ratio);
    const double observed =
        static_cast<double>(scan.above_[j]) / static_cast<double>(scan.above_[k]);
    return std::fabs(above - observed);
  }
};

TailScan::TailScan(const DistinctValues& data, bool discrete) : discrete_(discrete) {
  std::vector<std::size_t> count;
  CompensatedSum log;
  for (std::size_t j = 0; j < data.value.size(); ++j) {
    if (data.count[j] > 0) {
      value_.push_back(data.value[j]);
      log_.push_back(log.value());
      count.push_back(data.count[j]);
    }
    if (j + 1 < data.value.size()) log.add(data.log_step[j]);
  }
  above_.assign(value_.size(), 0);
  log_sum_.assign(value_.size(), 0);
  std::size_t above = 0;
  CompensatedSum sum;  // of terms >= 0: nothing cancels
  for (std::size_t j = value_.size(); j-- > 0;) {
    if (j + 1 < value_.size()) sum.add(static_cast<double>(above) * (log_[j + 1] - log_[j]));
    above += count[j];
    above_[j] = above;
    log_sum_[j] = sum.value();
  }
}

double TailScan::alpha(std::size_t j) const {
  const double n = static_cast<double>(above_[j]);
  return discrete_ ? zeta_alpha(value_[j], log_sum_[j] / n) : 1 + n / log_sum_[j];
}

/// The distance of a candidate is a maximum, so the order in which it is taken does not matter; one
/// term above the best so far is enough to drop it. `witness` is where the last one was dropped:
/// neighbours fail at the same place. Terms then go from coarse to fine.
void TailScan::consider(std::size_t k, TailFit& best, std::size_t& witness) const {
  const Candidate candidate(*this, k);
  const std::size_t terms = value_.size() - k - 1;
  double ks = 0;
  const auto too_far = [&](std::size_t j) {
    ks = std::max(ks, candidate.distance(j));
    if (ks > best.ks) witness = j;
    return ks > best.ks;
  };
  if (witness > k && too_far(witness)) return;
  std::size_t step = 1;
  while (step * 32 < terms) step *= 4;
  for (bool coarsest = true; step > 0; step /= 4, coarsest = false) {
    for (std::size_t t = 0; t < terms; t += step) {
      if (!coarsest && t % (4 * step) == 0) continue;
      if (too_far(k + 1 + t)) return;
    }
  }
  if (ks < best.ks || k < best.index) best = {k, candidate.alpha, ks};
}

TailFit TailScan::best(bool full) const {
  TailFit best;
  if (value_.size() < 2) return best;
  const std::size_t candidates = value_.size() - 1;
  if (full) {
    for (std::size_t k = 0; k < candidates; ++k) {
      const Candidate candidate(*this, k);
      double ks = 0;
      for (std::size_t j = k + 1; j < value_.size(); ++j) ks = std::max(ks, candidate.distance(j));
      if (ks < best.ks) best = {k, candidate.alpha, ks};
    }
    return best;
  }
  // A coarse pass finds a good bound cheaply, and then the rest are dropped at once.
  std::size_t witness = 0, step = 1;
  while (step * 64 < candidates) step *= 8;
  for (bool coarsest = true; step > 0; step /= 8, coarsest = false) {
    for (std::size_t k = 0; k < candidates; k += step) {
      if (coarsest || k % (8 * step) != 0) consider(k, best, witness);
    }
  }
  return best;
}

}  // namespace kam::concentration_detail
