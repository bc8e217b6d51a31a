/// A sum that carries its own rounding error along (Knuth's two-sum), good to the last bit or two
/// however many terms there are.
#pragma once

namespace kam::concentration_detail {

struct CompensatedSum {
  double high = 0.0;  // the sum, rounded
  double low = 0.0;   // what the rounding lost

  void add(double term) noexcept {
    const double sum = high + term;
    const double part = sum - high;
    low += (high - (sum - part)) + (term - part);
    high = sum + low;
    low -= high - sum;
  }
};

}  // namespace kam::concentration_detail
