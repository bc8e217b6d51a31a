#include <kam/concentration/bootstrap.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <kam/base/random.hpp>
#include "concentration/compensated_sum.hpp"
#include "concentration/percentile.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;
using concentration_detail::WideSum;

constexpr std::size_t kMeasures = 8;
constexpr std::array<double, 4> kTop = {.01, .05, .1, .2};
using Measures = std::array<double, kMeasures>;  // in the order of ConcentrationInterval

/// The accounts of a draw, richest first: each value as often as its count says.
struct Draw {
  std::span<const double> sorted;
  std::span<const std::uint32_t> counts;

  [[nodiscard]] double accounts() const { return static_cast<double>(sorted.size()); }
  [[nodiscard]] double part(std::size_t i) const {
    return static_cast<double>(counts[i]) * sorted[i];
  }
  [[nodiscard]] double total() const {
    WideSum sum;
    sum.add_all(sorted.size(), [this](std::size_t i) { return part(i); });
    return sum.value();
  }
};

/// Gini, HHI and its inverse.
void measure_whole(const Draw& draw, double total, Measures& m) {
  const double n = draw.accounts(), mean = total / n;
  WideSum excess;
  excess.add_all(draw.sorted.size(), [&](std::size_t i) {
    const double away = draw.sorted[i] / mean - 1;
    return static_cast<double>(draw.counts[i]) * away * away;
  });
  CompensatedSum spread;
  double left = n;  // n − 2·richer accounts
  for (std::size_t i = 0; i < draw.sorted.size(); ++i) {
    const double count = static_cast<double>(draw.counts[i]);
    spread.add(draw.part(i) * (left - count));  // Σ (n + 1 − 2 rank) over its ranks
    left -= 2 * count;
  }
  m[0] = std::max(0.0, spread.value() / total / n);
  m[1] = std::min(1.0, (1 + excess.value() / n) / n);
  m[2] = 1 / m[1];
}

/// Shares of the top, and the accounts for 80 %: down to where all are known.
void measure_top(const Draw& draw, double total, Measures& m) {
  const double n = draw.accounts();
  const double goal = .8 * total * (1 - n * std::numeric_limits<double>::epsilon());
  CompensatedSum sum;
  double taken = 0;
  std::size_t top = 0;
  for (std::size_t i = 0; i < draw.sorted.size(); ++i) {
    const double count = static_cast<double>(draw.counts[i]), before = sum.value();
    const double v = draw.sorted[i];
    for (; top < kTop.size() && kTop[top] * n <= taken + count; ++top) {
      m[3 + top] = std::min(1.0, (before + (kTop[top] * n - taken) * v) / total);
    }
    sum.add(count * v);
    if (std::isnan(m[7]) && sum.value() >= goal) {
      m[7] = taken + std::max(1.0, std::min(count, std::ceil((goal - before) / v)));
    }
    if (top == kTop.size() && !std::isnan(m[7])) return;
    taken += count;
  }
}

/// NaN if the values are all 0.
Measures measure(const Draw& draw) {
  Measures m;
  m.fill(kNaN);
  const double total = draw.total();
  if (!(total > 0)) return m;
  measure_whole(draw, total, m);
  measure_top(draw, total, m);
  return m;
}

Measures draw_once(std::span<const double> sorted, std::uint64_t seed, std::size_t number) {
  Random random(seed, number);
  std::vector<std::uint32_t> counts(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    ++counts[static_cast<std::size_t>(random.below(sorted.size()))];
  }
  return measure({sorted, counts});
}

Measures estimates(const Concentration& c) {
  Measures m = {c.gini, c.hhi, c.effective_accounts};
  for (std::size_t i = 0; i < kTop.size(); ++i) m[3 + i] = c.top_share(kTop[i]);
  m[7] = static_cast<double>(*c.accounts_for(.8));
  return m;
}

}  // namespace

Result<ConcentrationInterval> concentration_interval(const Concentration& data,
                                                     const ConcentrationBootstrap& options,
                                                     const Executor& executor) try {
  if (Status bad = concentration_detail::check_bootstrap(options.draws, options.level); !bad.ok())
    return bad;
  std::vector<Measures> draws(options.draws);
  const Status run = concentration_detail::for_each_draw(
      executor, options.draws,
      [&](std::size_t i) { draws[i] = draw_once(data.sorted(), options.seed, i); });
  if (!run.ok()) return run;
  std::erase_if(draws, [](const Measures& m) { return std::isnan(m[0]); });
  if (draws.size() < 2) {
    return Status{StatusCode::insufficient_data, "fewer than 2 draws have a total above 0"};
  }
  const Measures estimate = estimates(data);
  std::array<Interval, kMeasures> result;
  std::vector<double> column(draws.size());
  for (std::size_t k = 0; k < kMeasures; ++k) {
    for (std::size_t i = 0; i < draws.size(); ++i) column[i] = draws[i][k];
    result[k] = concentration_detail::percentiles(estimate[k], column, options.level);
  }
  return ConcentrationInterval{result[0], result[1], result[2], result[3],   result[4],
                               result[5], result[6], result[7], draws.size()};
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the draws"};
}

}  // namespace kam
