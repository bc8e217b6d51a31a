#include "numeric/fourier_convolution.hpp"

#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

namespace kam::numeric {
namespace {

using Complex = std::complex<double>;

/// (x + iy)(u + iv) without the detour of std::complex for infinities.
Complex times(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// e^(2πik/size) for k < size/2, each from its own sine and cosine: no error adds up.
std::vector<Complex> roots_of_unity(std::size_t size) {
  std::vector<Complex> roots(size / 2);
  for (std::size_t k = 0; k < roots.size(); ++k) {
    const double angle =
        2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  return roots;
}

void reorder(std::vector<Complex>& x) {
  for (std::size_t i = 1, j = 0; i < x.size(); ++i) {
    std::size_t bit = x.size() >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
}

/// In place, decimation in time (Cooley & Tukey 1965); the size is a power of two.
void transform(std::vector<Complex>& x, const std::vector<Complex>& roots, bool inverse) {
  reorder(x);
  for (std::size_t length = 2; length <= x.size(); length *= 2) {
    const std::size_t half = length / 2, step = x.size() / length;
    for (std::size_t begin = 0; begin < x.size(); begin += length) {
      for (std::size_t k = 0; k < half; ++k) {
        const Complex root = inverse ? std::conj(roots[k * step]) : roots[k * step];
        const Complex odd = times(x[begin + half + k], root);
        x[begin + half + k] = x[begin + k] - odd;
        x[begin + k] += odd;
      }
    }
  }
}

}  // namespace

std::vector<double> fourier_convolution(const std::vector<double>& a,
                                        const std::vector<double>& b) {
  if (a.empty() || b.empty()) return {};
  const std::size_t terms = a.size() + b.size() - 1;
  const std::size_t size = std::bit_ceil(terms < 2 ? std::size_t{2} : terms);
  std::vector<Complex> x(size), y(size);
  for (std::size_t i = 0; i < a.size(); ++i) x[i] = a[i];
  for (std::size_t i = 0; i < b.size(); ++i) y[i] = b[i];
  const std::vector<Complex> roots = roots_of_unity(size);
  transform(x, roots, false);
  transform(y, roots, false);
  for (std::size_t i = 0; i < size; ++i) x[i] = times(x[i], y[i]);
  transform(x, roots, true);
  std::vector<double> result(terms);
  for (std::size_t i = 0; i < terms; ++i) result[i] = x[i].real() / static_cast<double>(size);
  return result;
}

}  // namespace kam::numeric
