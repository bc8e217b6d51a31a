#include <kam/value/weights.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace kam::value {

Result<std::vector<double>> normalised_weights(std::span<const double> weights) {
  double largest = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!std::isfinite(weights[i]) || weights[i] < 0.0) {
      const std::string name = "weights[" + std::to_string(i) + "]";
      return invalid_argument(name.c_str(), "finite and >= 0", weights[i]);
    }
    largest = std::max(largest, weights[i]);
  }
  if (largest == 0.0) {
    return Status{StatusCode::invalid_argument, "`weights` must hold at least one above 0, got " +
                                                    std::to_string(weights.size()) + " zeros"};
  }
  // Dividing by the largest first: weights of 1e308 or 1e-310 are as good as any.
  std::vector<double> shares(weights.begin(), weights.end());
  double sum = 0.0;
  for (double& w : shares) sum += (w /= largest);
  for (double& w : shares) w /= sum;
  return shares;
}

Result<std::vector<double>> rank_order_centroid(std::size_t n) {
  if (n == 0 || n > kMostRanked) {
    return invalid_argument("n", "between 1 and 1000000", static_cast<double>(n));
  }
  std::vector<double> weights(n);
  double tail = 0.0;  // Σ 1/k from the small terms up
  for (std::size_t k = n; k > 0; --k) {
    tail += 1.0 / static_cast<double>(k);
    weights[k - 1] = tail / static_cast<double>(n);
  }
  return weights;
}

}  // namespace kam::value
