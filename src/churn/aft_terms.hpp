/// What the rows of a tile add to the likelihood of a fit, given their locations.
#pragma once

#include <array>
#include <cstddef>

#include "churn/aft_rows.hpp"

namespace kam::aft {

/// A number per row of a tile.
struct alignas(64) Buffer : std::array<double, kFitTile> {
  /// Four sums side by side, since one addition has to wait for the last.
  [[nodiscard]] double sum() const {
    std::array<double, 4> sums{};
    for (std::size_t i = 0; i < size(); i += sums.size())
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += (*this)[i + k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
};

struct Scale {
  double log, inverse;
};

/// Per-row derivatives: by the location, twice, by ln scale, and mixed; weighted. Rows left out and
/// those beyond the end of the tile are 0.
struct TileTerms {
  Buffer by_location{}, by_location2{}, by_scale{}, mixed{};
  double value = 0, by_scale2 = 0;
};

/// Of rows [begin, begin + n), n <= kFitTile.
[[nodiscard]] TileTerms tile_terms(Distribution distribution, const Rows& rows, std::size_t begin,
                                   std::size_t n, const Buffer& location, Scale scale);

}  // namespace kam::aft
