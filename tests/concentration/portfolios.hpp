/// Portfolios of the tests of revenue at risk, and slow ways to the same numbers.
#pragma once

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>
#include <kam/concentration/revenue_at_risk.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace kam::test {

using Values = std::vector<double>;

struct Portfolio {
  Values value, p;
};

inline Portfolio equal_accounts() {
  return {Values(100, 10), Values(100, .1)};
}

/// 400, 100×2, 50×2, 20×5, 10×10, 5×20: forty accounts, 1,000 in all.
inline Portfolio one_giant() {
  Portfolio x{{400, 100, 100, 50, 50}, {}};
  x.value.insert(x.value.end(), 5, 20);
  x.value.insert(x.value.end(), 10, 10);
  x.value.insert(x.value.end(), 20, 5);
  x.p.assign(x.value.size(), .1);
  return x;
}

inline Portfolio random_portfolio(Random& random, std::size_t accounts, std::uint64_t largest) {
  Portfolio x;
  for (std::size_t i = 0; i < accounts; ++i) {
    x.value.push_back(static_cast<double>(1 + random.below(largest)));
    x.p.push_back(i % 7 == 6 ? .5 + .5 * random.uniform() : .4 * random.uniform());
  }
  return x;
}

inline RevenueAtRisk risk(const Portfolio& x, double rho = 0, double level = .95,
                          const std::vector<std::uint32_t>& sector = {}, std::size_t cells = 0) {
  const RevenueAtRiskOptions options{.correlation = rho, .level = level, .cells = cells};
  return *revenue_at_risk({x.value, x.p, sector}, options);
}

inline double normal_cdf(double z) {
  return .5 * std::erfc(-z / std::sqrt(2.0));
}

struct Enumerated {
  double sd = 0, value_at_risk = 0, expected_shortfall = 0, tail_mean = 0;
  Values contribution;
};

/// From the probability of each of the 2^n sets of lost accounts.
inline Enumerated from_sets(const Portfolio& x, const Values& chance, double level) {
  const std::size_t n = x.value.size(), sets = chance.size();
  Values loss(sets);
  std::vector<std::size_t> order(sets);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double mean = 0;
  for (std::size_t s = 0; s < sets; ++s) {
    for (std::size_t j = 0; j < n; ++j) loss[s] += (s >> j & 1) != 0 ? x.value[j] : 0;
    mean += chance[s] * loss[s];
  }
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return loss[a] < loss[b]; });
  Enumerated e;
  double below = 0;
  for (std::size_t s : order) {
    e.sd += chance[s] * (loss[s] - mean) * (loss[s] - mean);
    if (below < level - 1e-13) e.value_at_risk = loss[s];
    below += chance[s];
  }
  e.sd = std::sqrt(e.sd);
  double above = 0, at = 0, tail = 0;
  for (std::size_t s = 0; s < sets; ++s) {
    if (loss[s] > e.value_at_risk) above += chance[s];
    if (loss[s] == e.value_at_risk) at += chance[s];
    if (loss[s] >= e.value_at_risk) tail += chance[s] * loss[s];
  }
  e.tail_mean = tail / (above + at);
  const double blend = (1 - level - above) / at;
  e.contribution.assign(n, 0);
  for (std::size_t s = 0; s < sets; ++s) {
    if (loss[s] < e.value_at_risk) continue;
    const double part = (loss[s] > e.value_at_risk ? 1 : blend) * chance[s] / (1 - level);
    e.expected_shortfall += part * loss[s];
    for (std::size_t j = 0; j < n; ++j) {
      if ((s >> j & 1) != 0) e.contribution[j] += part * x.value[j];
    }
  }
  return e;
}

inline void add_sets(Values& chance, const Values& p, double weight) {
  for (std::size_t s = 0; s < chance.size(); ++s) {
    double product = weight;
    for (std::size_t j = 0; j < p.size(); ++j) product *= (s >> j & 1) != 0 ? p[j] : 1 - p[j];
    chance[s] += product;
  }
}

inline Enumerated enumerate(const Portfolio& x, double level) {
  Values chance(std::size_t{1} << x.value.size());
  add_sets(chance, x.p, 1);
  return from_sets(x, chance, level);
}

/// Simpson's rule over g in (−8, 8), 32,000 steps: an eighth of a step of ρ = .999.
inline Enumerated enumerate_factor(const Portfolio& x, double rho, double level) {
  Values chance(std::size_t{1} << x.value.size()), p(x.p.size());
  const int steps = 32'000;
  for (int i = 0; i <= steps; ++i) {
    const double g = -8 + 16.0 * i / steps;
    const double simpson = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
    const double weight =
        simpson * 16 / steps / 3 * std::exp(-.5 * g * g) / std::sqrt(2 * std::acos(-1.0));
    for (std::size_t j = 0; j < p.size(); ++j) {
      p[j] = normal_cdf((normal_quantile(x.p[j]) - std::sqrt(rho) * g) / std::sqrt(1 - rho));
    }
    add_sets(chance, p, weight);
  }
  return from_sets(x, chance, level);
}

inline std::vector<std::uint32_t> three_sectors(std::size_t accounts) {
  std::vector<std::uint32_t> sector(accounts);
  for (std::size_t j = 0; j < accounts; ++j) sector[j] = static_cast<std::uint32_t>(7 * (j % 3));
  return sector;
}

struct Simulated {
  double mean = 0;
  Values losses, tail_chance;  // P(B_j = 1 | L > value at risk)
};

inline Simulated simulate(const Portfolio& x, double rho, const std::vector<std::uint32_t>& sector,
                          bool by_sector, double value_at_risk, std::size_t paths) {
  Random random(99);
  const std::size_t n = x.value.size();
  Values border(n);
  for (std::size_t j = 0; j < n; ++j) border[j] = normal_quantile(x.p[j]);
  Simulated s;
  s.tail_chance.assign(n, 0);
  std::vector<char> lost(n);
  double tail = 0;
  for (std::size_t path = 0; path < paths; ++path) {
    const double g[3] = {random.normal(), random.normal(), random.normal()};
    double loss = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double factor = g[by_sector ? sector[j] / 7 : 0];
      lost[j] = std::sqrt(rho) * factor + std::sqrt(1 - rho) * random.normal() < border[j];
      if (lost[j] != 0) loss += x.value[j];
    }
    s.losses.push_back(loss);
    s.mean += loss / static_cast<double>(paths);
    if (!(loss > value_at_risk)) continue;
    ++tail;
    for (std::size_t j = 0; j < n; ++j) s.tail_chance[j] += lost[j];
  }
  for (double& c : s.tail_chance) c /= tail;
  std::sort(s.losses.begin(), s.losses.end());
  return s;
}

inline double share_above(const Values& rising, double x) {
  const auto next = std::upper_bound(rising.begin(), rising.end(), x);
  return static_cast<double>(rising.end() - next) / static_cast<double>(rising.size());
}

inline double quantile(const RevenueAtRisk& r, double level) {
  for (double x : r.loss) {
    if (r.probability_above(x) <= 1 - level) return x;
  }
  return r.loss.back();
}

/// P(B_j = 1 | the worst 1 − q).
inline double tail_chance(const RevenueAtRisk& r, const Portfolio& x, std::size_t j) {
  return r.tail_contribution[j] / x.value[j];
}

}  // namespace kam::test
