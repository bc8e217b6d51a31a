/// Threads belong to the host: kam owns none and borrows them through this.
#pragma once

#include <cstddef>

namespace kam {

/// Rows per block. Work is cut here whatever the number of threads, and block sums are added in
/// block order, so the bits of a result depend neither on threads nor on batch size.
inline constexpr std::size_t kBlockRows = 4096;

/// Three plain pointers. Executor{} runs everything on the calling thread.
///
/// parallel_for must call body(context, i) once for every i in [0, n), from any threads, and return
/// when all are done. body never throws. keep_going, if set, is polled between groups of blocks
/// with the fraction done; returning false makes the call end with StatusCode::cancelled.
struct Executor {
  void* state = nullptr;
  void (*parallel_for)(void* state, std::size_t n, void (*body)(void* context, std::size_t i),
                       void* context) = nullptr;
  bool (*keep_going)(void* state, double fraction_done) = nullptr;
};

/// Calls body(block, begin, end) for consecutive blocks of kBlockRows rows of [0, rows).
/// Returns false if keep_going asked to stop.
template <class Body>
bool for_each_block(const Executor& executor, std::size_t rows, Body&& body) {
  const std::size_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  const std::size_t group = executor.keep_going != nullptr ? 256 : (blocks == 0 ? 1 : blocks);
  for (std::size_t first = 0; first < blocks; first += group) {
    if (executor.keep_going != nullptr &&
        !executor.keep_going(executor.state,
                             static_cast<double>(first) / static_cast<double>(blocks))) {
      return false;
    }
    const std::size_t count = first + group < blocks ? group : blocks - first;
    auto one = [&, first](std::size_t i) {
      const std::size_t block = first + i;
      const std::size_t begin = block * kBlockRows;
      body(block, begin, begin + kBlockRows < rows ? begin + kBlockRows : rows);
    };
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

}  // namespace kam
