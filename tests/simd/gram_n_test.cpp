#include "simd/gram_n.hpp"

#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace {

using kam::simd::kGramRows;

struct Free {
  void operator()(double* p) const { std::free(p); }
};
using Aligned = std::unique_ptr<double, Free>;

Aligned columns_of(std::size_t columns, std::size_t filled, double shift) {
  Aligned made(static_cast<double*>(std::aligned_alloc(64, columns * kGramRows * sizeof(double))));
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t t = 0; t < kGramRows; ++t) {
      const double at = static_cast<double>(i * 31 + t * 7);
      made.get()[i * kGramRows + t] = t < filled ? std::sin(at + shift) : 0.0;
    }
  }
  return made;
}

class Gram : public testing::TestWithParam<std::size_t> {};

TEST_P(Gram, EveryLevelAgreesWithLongDoubles) {
  const std::size_t columns = GetParam();
  for (const std::size_t filled : {kGramRows, std::size_t{3}}) {
    const Aligned a = columns_of(columns, filled, 0.3), b = columns_of(columns, filled, 0.0);
    for (const auto level : kam::simd::levels()) {
      std::vector<double> gram(columns * columns, 1.0);
      kam::simd::gram_n(level, a.get(), b.get(), columns, gram.data());
      for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
          long double sum = 1;
          for (std::size_t t = 0; t < kGramRows; ++t)
            sum += static_cast<long double>(a.get()[i * kGramRows + t]) *
                   static_cast<long double>(b.get()[j * kGramRows + t]);
          EXPECT_NEAR(gram[i * columns + j], static_cast<double>(sum), 2e-14 * kGramRows)
              << kam::simd::level_name(level) << " " << i << " " << j;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Gram, testing::Values(1, 2, 3, 4, 5, 7, 8, 21, 22));

}  // namespace
