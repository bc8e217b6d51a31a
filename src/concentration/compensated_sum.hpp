/// Sums that carry their own rounding errors along (Knuth's two-sum).
///
/// The result is good to its last bit, plus n²·10⁻³² of the sum of the absolute terms: nothing
/// before 10⁸ terms (Ogita, Rump & Oishi 2005, algorithm 4.4). The errors are added up beside the
/// sum, not into it, so that one addition waits for the last and for nothing else.
#pragma once

#include <array>
#include <cstddef>

namespace kam::concentration_detail {

struct CompensatedSum {
  double sum = 0.0;   // rounded at every step
  double lost = 0.0;  // what the roundings took

  void add(double term) noexcept {
    const double next = sum + term;
    const double part = next - sum;
    lost += (sum - (next - part)) + (term - part);
    sum = next;
  }
  [[nodiscard]] double value() const noexcept { return sum + lost; }
};

/// Eight sums side by side, for terms that are at hand all at once.
class WideSum {
 public:
  /// Adds term(0) … term(n − 1).
  template <class Term>
  void add_all(std::size_t n, const Term& term) noexcept {
    std::array<double, kLanes> sum = sum_, lost = lost_;
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double t = term(i + lane);
        const double next = sum[lane] + t;
        const double part = next - sum[lane];
        lost[lane] += (sum[lane] - (next - part)) + (t - part);
        sum[lane] = next;
      }
    }
    sum_ = sum, lost_ = lost;
    for (; i < n; ++i) rest_.add(term(i));
  }
  [[nodiscard]] double value() const noexcept {
    CompensatedSum whole = rest_;
    for (double s : sum_) whole.add(s);
    for (double l : lost_) whole.add(l);
    return whole.value();
  }

 private:
  static constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sum_{}, lost_{};
  CompensatedSum rest_;
};

}  // namespace kam::concentration_detail
