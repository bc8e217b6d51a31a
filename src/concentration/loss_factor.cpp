#include "concentration/loss_factor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include <kam/base/special.hpp>

namespace kam::concentration_detail {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kReach = 8.5;  // beyond it the normal law holds 2e-17

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normal_density(double z) {
  return std::exp(-0.5 * z * z) * 0.398942280401432678;
}

double quantile(double p) {
  if (p <= 0.0) return -kInf;
  return p >= 1.0 ? kInf : normal_quantile(p);
}

/// Enough for any correlation of a small portfolio, a bearable wait for a large one.
double most_nodes(std::size_t accounts) {
  return std::clamp(4e8 / static_cast<double>(accounts + 1), 512.0, 20'000.0);
}

}  // namespace

LossFactor::LossFactor(std::span<const double> amount, std::span<const double> p,
                       double correlation)
    : p_(p.begin(), p.end()), correlation_(correlation) {
  if (correlation_ == 0.0 || p_.size() <= 1) {
    correlation_ = 0.0;
    weight_ = {1.0};
    value_ = {0.0};
  } else if (correlation_ == 1.0) {
    together();
  } else {
    normal(amount);
  }
}

/// ρ = 1: B_j = [U < p_j] with one uniform U. Between two neighbouring probabilities nothing
/// changes.
void LossFactor::together() {
  std::vector<double> edges(p_);
  edges.push_back(0.0);
  edges.push_back(1.0);
  std::sort(edges.begin(), edges.end());
  for (std::size_t i = 1; i < edges.size(); ++i) {
    if (!(edges[i] > edges[i - 1])) continue;
    weight_.push_back(edges[i] - edges[i - 1]);
    value_.push_back(edges[i - 1]);
  }
}

/// The trapezoidal rule: for analytic functions that vanish at both ends its error falls as
/// exp(−2π² (width/step)²).
void LossFactor::normal(std::span<const double> amount) {
  quantile_.reserve(p_.size());
  for (double p : p_) quantile_.push_back(quantile(p));
  const double half = std::ceil(kReach / spacing(amount));
  const double step = kReach / std::min(half, 0.5 * most_nodes(p_.size()));
  double sum = 0.0;
  for (double i = -std::floor(kReach / step + 0.5); i * step <= kReach * 1.000001; i += 1.0) {
    value_.push_back(i * step);
    weight_.push_back(normal_density(i * step));
    sum += weight_.back();
  }
  for (double& w : weight_) w /= sum;
}

/// Narrow enough for the factor itself, for the step of each p_j(g), and for the width in g of the
/// law of the loss given g.
double LossFactor::spacing(std::span<const double> amount) const {
  std::vector<std::size_t> rising(amount.size());
  std::iota(rising.begin(), rising.end(), std::size_t{0});
  std::sort(rising.begin(), rising.end(),
            [&](std::size_t a, std::size_t b) { return amount[a] < amount[b]; });
  double least = std::min(1.0, 0.8 * std::sqrt((1.0 - correlation_) / correlation_));
  for (double g = -6.0; g <= 6.0; g += 0.375) least = std::min(least, narrowest(amount, rising, g));
  return 0.7 * least;
}

/// sd(L | g) / |dE(L | g)/dg|, the smallest over "all but the k largest": a giant makes the law of
/// L wide, but of two narrow parts.
double LossFactor::narrowest(std::span<const double> amount, std::span<const std::size_t> rising,
                             double g) const {
  const double rest = std::sqrt(1.0 - correlation_), load = std::sqrt(correlation_);
  double variance = 0.0, slope = 0.0, least = kInf;
  for (std::size_t j : rising) {
    const double z = (quantile_[j] - load * g) / rest;
    if (!(std::fabs(z) < 8.0)) continue;
    variance += amount[j] * amount[j] * normal_cdf(z) * normal_cdf(-z);
    slope += amount[j] * normal_density(z) * load / rest;
    if (slope > 0.0) least = std::min(least, std::sqrt(variance) / slope);
  }
  return least;
}

void LossFactor::conditional(std::size_t node, std::span<double> p) const {
  if (correlation_ == 0.0) {
    std::copy(p_.begin(), p_.end(), p.begin());
  } else if (correlation_ == 1.0) {
    for (std::size_t j = 0; j < p_.size(); ++j) p[j] = p_[j] > value_[node] ? 1.0 : 0.0;
  } else {
    const double rest = std::sqrt(1.0 - correlation_);
    const double shift = std::sqrt(correlation_) * value_[node];
    for (std::size_t j = 0; j < p_.size(); ++j) p[j] = normal_cdf((quantile_[j] - shift) / rest);
  }
}

}  // namespace kam::concentration_detail
