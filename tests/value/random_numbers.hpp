/// Reproducible numbers for property tests; the distributions of <random> differ by library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace kam::value::test {

class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) : engine_(seed) {}

  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  std::size_t index(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  bool chance(double p) { return uniform() < p; }

  /// Scores in 0..100, each missing with probability `missing`.
  std::vector<double> scores(std::size_t n, double missing) {
    std::vector<double> row(n);
    for (double& s : row) {
      s = uniform(0, 100);
      if (chance(missing)) s = std::numeric_limits<double>::quiet_NaN();
    }
    return row;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace kam::value::test
