/// Convolution of two real sequences by fast Fourier transform.
#pragma once

#include <vector>

namespace kam::numeric {

/// a * b, a.size() + b.size() − 1 terms. Absolute error some 1e-16 |a|₂ |b|₂ log₂(size).
/// O(size log size), 32 bytes per term.
std::vector<double> fourier_convolution(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace kam::numeric
