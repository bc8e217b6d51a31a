#include "scoring/pipeline_median.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kam::scoring {
namespace {

constexpr double kHalf = 0.5 - 1e-12;

struct Sum {
  double value, probability;
};

/// Both branches of one more deal, merged: lost leaves the sums, won moves them up.
bool add_deal(const Deal& deal, std::vector<Sum>& sums, std::vector<Sum>& scratch) {
  const double won = deal.probability, lost = 1 - won;
  scratch.clear();
  const auto put = [&](double value, double probability) {
    if (probability == 0) return;
    if (!scratch.empty() && scratch.back().value == value) {
      scratch.back().probability += probability;
    } else {
      scratch.push_back({value, probability});
    }
  };
  std::size_t i = 0, j = 0;
  while (j < sums.size()) {
    const double up = sums[j].value + deal.value;
    if (i < sums.size() && sums[i].value <= up) {
      put(sums[i].value, sums[i].probability * lost);
      ++i;
    } else {
      put(up, sums[j].probability * won);
      ++j;
    }
    if (scratch.size() > kMostPipelineSums) return false;
  }
  std::swap(sums, scratch);
  return true;
}

double median_on_grid(const std::vector<Deal>& deals) {
  double total = 0;
  for (const Deal& deal : deals) total += deal.value;
  const double step = total / static_cast<double>(kMostPipelineSums - 1);
  // Rounding up may pass the end of the grid by half a cell per deal.
  std::vector<double> probability(kMostPipelineSums + deals.size() / 2 + 1, 0.0);
  probability[0] = 1;
  std::size_t last = 0;
  for (const Deal& deal : deals) {
    const auto shift = static_cast<std::size_t>(std::lround(deal.value / step));
    if (shift == 0) continue;
    last += shift;
    for (std::size_t k = last + 1; k-- > 0;) {
      const double before = k >= shift ? probability[k - shift] : 0.0;
      probability[k] = probability[k] * (1 - deal.probability) + before * deal.probability;
    }
  }
  double below = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    below += probability[k];
    if (below >= kHalf) return std::fmin(total, step * static_cast<double>(k));
  }
  return total;
}

}  // namespace

double pipeline_median(std::vector<Deal> deals) {
  std::sort(deals.begin(), deals.end(), [](const Deal& a, const Deal& b) {
    return std::pair(a.value, a.probability) < std::pair(b.value, b.probability);
  });
  std::vector<Sum> sums{{0, 1}}, scratch;
  for (const Deal& deal : deals) {
    if (!add_deal(deal, sums, scratch)) return median_on_grid(deals);
  }
  double below = 0;
  for (const Sum& sum : sums) {
    below += sum.probability;
    if (below >= kHalf) return sum.value;
  }
  return sums.back().value;
}

}  // namespace kam::scoring
