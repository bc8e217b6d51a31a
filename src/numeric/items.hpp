/// Independent pieces of work of very different size, lent to the host's threads one by one.
#pragma once

#include <algorithm>
#include <cstddef>

#include <kam/base/executor.hpp>

namespace kam::numeric {

/// body(i) once for every i in [0, n); false if keep_going asked to stop.
template <class Body>
bool for_each_item(const Executor& executor, std::size_t n, Body&& body) {
  constexpr std::size_t kGroup = 256;
  for (std::size_t first = 0; first < n; first += kGroup) {
    if (executor.keep_going != nullptr &&
        !executor.keep_going(executor.state, static_cast<double>(first) / static_cast<double>(n))) {
      return false;
    }
    const std::size_t count = std::min(kGroup, n - first);
    auto one = [&, first](std::size_t i) { body(first + i); };
    if (executor.parallel_for != nullptr && count > 1) {
      executor.parallel_for(
          executor.state, count,
          [](void* context, std::size_t i) { (*static_cast<decltype(one)*>(context))(i); }, &one);
    } else {
      for (std::size_t i = 0; i < count; ++i) one(i);
    }
  }
  return true;
}

}  // namespace kam::numeric
