#include "lifetime/shortfall.hpp"

#include <algorithm>
#include <numeric>

namespace kam::lifetime_detail {
namespace {

constexpr std::size_t kMostExact = 100'000, kRounded = 16'384;

}  // namespace

Shortfall::Shortfall(std::span<const double> amounts, double level)
    : level_(level),
      grid_(*amount_grid(amounts, kMostExact, kRounded)),
      rising_(amounts.size()),
      cells_(amounts.size()) {
  std::iota(rising_.begin(), rising_.end(), std::size_t{0});
  std::sort(rising_.begin(), rising_.end(),
            [this](std::size_t a, std::size_t b) { return grid_.cells[a] < grid_.cells[b]; });
  for (std::size_t i = 0; i < rising_.size(); ++i) cells_[i] = grid_.cells[rising_[i]];
}

double Shortfall::of(const GridPmf& pmf) const {
  const WorstPart worst = worst_part(pmf.probability, level_, cells_.size());
  const auto t = pmf.first + static_cast<std::ptrdiff_t>(worst.at);
  double excess = 0.0;
  for (std::size_t i = worst.at + 1; i < pmf.probability.size(); ++i) {
    excess += static_cast<double>(i - worst.at) * pmf.probability[i];
  }
  return grid_.amount(static_cast<double>(t) + excess / (1.0 - level_));
}

double Shortfall::at(std::span<const double> p, std::span<double> slope) const {
  std::vector<double> sorted(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) sorted[i] = p[rising_[i]];
  const GridPmf pmf = bernoulli_sum(cells_, sorted);
  if (slope.empty()) return of(pmf);
  const WorstPart worst = worst_part(pmf.probability, level_, p.size());
  const auto t = pmf.first + static_cast<std::ptrdiff_t>(worst.at);
  const GridExcess excess(pmf);
  for (std::size_t j = 0; j < p.size(); ++j) {
    // E(L − t)⁺ is linear in p_j between the two laws without and with a sure loss of j.
    const std::uint32_t cells = grid_.cells[j];
    const double kept = excess.above_without(cells, p[j], t);
    const double lost = excess.above_without(cells, p[j], t - static_cast<std::ptrdiff_t>(cells));
    slope[j] = grid_.amount(std::max(0.0, lost - kept) / (1.0 - level_));
  }
  return of(pmf);
}

}  // namespace kam::lifetime_detail
