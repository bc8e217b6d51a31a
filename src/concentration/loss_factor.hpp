/// The common factor of losses: its states with their weights, and the probabilities given one.
#pragma once

#include <span>
#include <vector>

namespace kam::concentration_detail {

class LossFactor {
 public:
  /// 0 <= correlation <= 1; `amount` in any order, the same length as `p`.
  LossFactor(std::span<const double> amount, std::span<const double> p, double correlation);

  [[nodiscard]] std::size_t nodes() const { return weight_.size(); }
  [[nodiscard]] double weight(std::size_t node) const { return weight_[node]; }  // they add up to 1
  void conditional(std::size_t node, std::span<double> p) const;

 private:
  void together();
  void normal(std::span<const double> amount);
  [[nodiscard]] double spacing(std::span<const double> amount) const;
  [[nodiscard]] double narrowest(std::span<const double> amount,
                                 std::span<const std::size_t> rising, double g) const;

  std::vector<double> p_, quantile_;  // Φ⁻¹(p); ±inf at 0 and 1
  double correlation_;
  std::vector<double> weight_, value_;
};

}  // namespace kam::concentration_detail
