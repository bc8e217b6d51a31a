/// Room for the columns of a tile.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "simd/gram_n.hpp"

namespace kam::simd {

/// Columns of kGramRows rows each, beginning at cache lines.
class TileColumns {
 public:
  explicit TileColumns(std::size_t columns)
      : values_(static_cast<double*>(
            std::aligned_alloc(64, (columns > 0 ? columns : 1) * kGramRows * sizeof(double)))) {
    if (values_ == nullptr) throw std::bad_alloc();
  }
  [[nodiscard]] double* column(std::size_t j) { return values_.get() + j * kGramRows; }

 private:
  struct Free {
    void operator()(double* p) const { std::free(p); }
  };
  std::unique_ptr<double, Free> values_;
};

}  // namespace kam::simd
