/// Where the weights of a scorecard come from, as long as they are stated and not learned.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/status.hpp>

namespace kam::value {

/// Any numbers >= 0 that are not all 0, divided by their sum; 3, 2, 5 and 30, 20, 50 are the same
/// statement. The result adds up to 1 within n roundings. A zero stays a zero: not counted.
/// invalid_argument names the index and value of a weight that is negative or not finite.
[[nodiscard]] Result<std::vector<double>> normalised_weights(std::span<const double> weights);

/// Weights from a bare ranking, most important first: w_i = (1/n) Σ_{k=i}^{n} 1/k, the centroid of
/// all weights that respect the ranking (Barron & Barrett 1996, Management Science 42(11)).
/// n in 1..kMostRanked, invalid_argument otherwise.
inline constexpr std::size_t kMostRanked = 1'000'000;
[[nodiscard]] Result<std::vector<double>> rank_order_centroid(std::size_t n);

}  // namespace kam::value
