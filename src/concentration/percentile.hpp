/// What the bootstrap intervals of this room share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <new>
#include <vector>

#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>

namespace kam::concentration_detail {

inline Status check_bootstrap(std::size_t draws, double level) {
  if (draws < 2 || draws > 1'000'000) {
    return invalid_argument("draws", "2 to 1,000,000", static_cast<double>(draws));
  }
  if (!(level > 0 && level < 1)) return invalid_argument("level", "between 0 and 1", level);
  return {};
}

/// Quantile p of sorted values, linear between order statistics (Hyndman & Fan 1996, type 7).
inline double quantile(const std::vector<double>& sorted, double p) {
  const double x = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(x);
  const std::size_t next = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[next], x - static_cast<double>(below));
}

/// The middle `level` of the draws around `estimate`.
inline Interval percentiles(double estimate, std::vector<double>& draws, double level) {
  std::sort(draws.begin(), draws.end());
  return {estimate, quantile(draws, 0.5 * (1 - level)), quantile(draws, 0.5 * (1 + level))};
}

/// body(i) for every draw, each on its own so that a few draws use several threads; groups of 64
/// between two looks at keep_going. Memory that runs out in a draw ends the call.
template <class Body>
Status for_each_draw(const Executor& executor, std::size_t draws, const Body& body) {
  std::atomic<bool> no_memory{false};
  for (std::size_t first = 0; first < draws && !no_memory; first += 64) {
    const double done = static_cast<double>(first) / static_cast<double>(draws);
    if (executor.keep_going != nullptr && !executor.keep_going(executor.state, done)) {
      return {StatusCode::cancelled, "cancelled by the host"};
    }
    auto one = [&, first](std::size_t i) noexcept {
      try {
        body(first + i);
      } catch (const std::bad_alloc&) {
        no_memory = true;
      }
    };
    const std::size_t count = std::min<std::size_t>(64, draws - first);
    if (executor.parallel_for == nullptr) {
      for (std::size_t i = 0; i < count; ++i) one(i);
    } else {
      executor.parallel_for(
          executor.state, count,
          [](void* context, std::size_t i) { (*static_cast<decltype(one)*>(context))(i); }, &one);
    }
  }
  if (no_memory) return {StatusCode::out_of_memory, "no memory for a draw"};
  return {};
}

}  // namespace kam::concentration_detail
