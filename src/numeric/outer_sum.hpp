/// Sum of scale * v v' over many vectors v: four at a time, so that the matrix is touched once for
/// the four.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "numeric/ldlt.hpp"

namespace kam::numeric {

class OuterSum {
 public:
  explicit OuterSum(std::size_t n)
      : n_(n), stride_(n + n % 2), sum_(n * stride_, 0), pending_(4 * stride_, 0) {}

  void add(double scale, const double* v) {
    double* row = pending_.data() + count_ * stride_;
    std::copy(v, v + n_, row);
    scale_[count_] = scale;
    if (++count_ == 4) flush();
  }

  /// The sum, symmetric, n x n; the accumulator starts again at 0.
  [[nodiscard]] Square take() {
    for (std::size_t k = count_; k < 4; ++k) {
      scale_[k] = 0;
      std::fill_n(pending_.data() + k * stride_, stride_, 0.0);
    }
    flush();
    Square out(n_ * n_);
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < n_; ++j)
        out[i * n_ + j] = sum_[std::max(i, j) * stride_ + std::min(i, j)];
    std::fill(sum_.begin(), sum_.end(), 0.0);
    return out;
  }

 private:
  void flush() {
    const double *a = pending_.data(), *b = a + stride_, *c = b + stride_, *d = c + stride_;
    for (std::size_t i = 0; i < n_; ++i) {
      const double sa = scale_[0] * a[i], sb = scale_[1] * b[i];
      const double sc = scale_[2] * c[i], sd = scale_[3] * d[i];
      double* row = sum_.data() + i * stride_;
      for (std::size_t j = 0; j <= i; j += 2) {  // stride is even: pairs never leave the row
        row[j] += (sa * a[j] + sb * b[j]) + (sc * c[j] + sd * d[j]);
        row[j + 1] += (sa * a[j + 1] + sb * b[j + 1]) + (sc * c[j + 1] + sd * d[j + 1]);
      }
    }
    count_ = 0;
  }

  std::size_t n_, stride_;
  std::vector<double> sum_, pending_;
  double scale_[4] = {0, 0, 0, 0};
  std::size_t count_ = 0;
};

}  // namespace kam::numeric
