/// The median of what independent deals bring together.
#pragma once

#include <cstddef>
#include <vector>

namespace kam::scoring {

struct Deal {
  double value;        ///< [money], > 0
  double probability;  ///< of being won, 0 … 1
};

/// Up to so many different sums the distribution is exact; beyond, values are rounded to multiples
/// of the total over this number less one, an error of at most half a multiple per deal.
inline constexpr std::size_t kMostPipelineSums = 65'536;

/// Smallest x with P(value won <= x) >= 1/2, the deals being independent: 0 without deals. The
/// probability is met to 1e-12, what the sums of its parts may lose. O(deals * sums); the order of
/// the deals does not matter.
[[nodiscard]] double pipeline_median(std::vector<Deal> deals);

}  // namespace kam::scoring
