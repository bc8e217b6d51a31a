/// Accounts that share one factor, on the grid: their loss given each state of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/bernoulli_sum.hpp>

#include "concentration/loss_factor.hpp"

namespace kam::concentration_detail {

struct LossAccount {
  double amount, p;
  std::uint32_t cells;
  double residue;   // amount − cells·unit [cells]; 0 on an exact grid
  std::size_t row;  // where the caller's columns have it
};

class LossBlock {
 public:
  /// Sorts the accounts by cells, then probability.
  LossBlock(std::vector<LossAccount> accounts, double correlation);

  [[nodiscard]] const std::vector<LossAccount>& accounts() const { return accounts_; }
  [[nodiscard]] std::size_t nodes() const { return factor_.nodes(); }
  [[nodiscard]] double weight(std::size_t node) const { return factor_.weight(node); }
  /// Law of the loss, mixed over the states [cells].
  [[nodiscard]] const GridPmf& mixture() const { return mixture_; }
  /// Law of the loss given one state; fills `p`. What rounding took away is put back as a whole
  /// number of cells: its mean given the state.
  [[nodiscard]] GridPmf given(std::size_t node, std::vector<double>& p) const;

  double mean = 0.0;              // Σ weight·E(L | state) [money]
  double variance = 0.0;          // [money²]
  double residue_mean = 0.0;      // of the residue that is not put back [cells]
  double residue_variance = 0.0;  // [cells²]

 private:
  void mix();
  void moments();

  std::vector<LossAccount> accounts_;
  std::vector<std::uint32_t> cells_;
  LossFactor factor_;
  GridPmf mixture_;
};

}  // namespace kam::concentration_detail
