#include "churn/top_share.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace kam::churn_detail {

std::vector<double> gain_to(std::vector<RankedRow>& rows, std::span<const double> depths) {
  std::sort(rows.begin(), rows.end(), [](const RankedRow& a, const RankedRow& b) {
    return std::tie(b.key, a.weight, a.gain) < std::tie(a.key, b.weight, b.gain);
  });
  std::vector<double> gains(depths.size(), 0.0);
  double weight_above = 0.0, gain_above = 0.0;
  for (std::size_t i = 0; i < rows.size();) {
    double weight = 0.0, gain = 0.0;
    const double key = rows[i].key;
    for (; i < rows.size() && rows[i].key == key; ++i) {
      weight += rows[i].weight;
      gain += rows[i].gain;
    }
    for (std::size_t d = 0; d < depths.size(); ++d) {
      if (!(depths[d] > weight_above)) continue;
      const double share = weight > 0.0 ? std::min(1.0, (depths[d] - weight_above) / weight) : 1.0;
      gains[d] = gain_above + share * gain;
    }
    weight_above += weight;
    gain_above += gain;
  }
  return gains;
}

double depth_of(double fraction, double weight) {
  const double exact = fraction * weight;
  return std::min(weight, std::ceil(exact * (1.0 - 1e-12)));
}

}  // namespace kam::churn_detail
