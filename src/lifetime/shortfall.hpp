/// Expected shortfall of independent losses as a function of their probabilities.
#pragma once

#include <span>
#include <vector>

#include <kam/base/bernoulli_sum.hpp>

namespace kam::lifetime_detail {

class Shortfall {
 public:
  /// `amounts` are usable amounts of amount_grid.
  Shortfall(std::span<const double> amounts, double level);

  [[nodiscard]] double unit() const { return grid_.unit(); }
  [[nodiscard]] const AmountGrid& grid() const { return grid_; }
  /// ES [money]; fills `slope` with dES/dp_j [money] unless it is empty.
  double at(std::span<const double> p, std::span<double> slope) const;
  /// ES of a law on the grid [money].
  [[nodiscard]] double of(const GridPmf& pmf) const;

 private:
  double level_;
  AmountGrid grid_;
  std::vector<std::size_t> rising_;
  std::vector<std::uint32_t> cells_;  // rising
};

}  // namespace kam::lifetime_detail
