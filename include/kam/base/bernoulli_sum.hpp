/// The distribution of a sum of independent amounts, each of which is lost (or won) with its own
/// probability, on a grid of equal cells.
///
/// Every step adds and multiplies numbers that are not negative: no probability is below 0, and
/// each is good to a relative 2⁻⁵² per account, far into the tail. Nothing else is lost but mass
/// beyond about eleven standard deviations, 1e-30 in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/status.hpp>

namespace kam {

/// Amounts as whole cells of one unit.
struct AmountGrid {
  std::vector<std::uint32_t> cells;  ///< per amount
  std::uint64_t total = 0;           ///< Σ cells
  bool exact = false;                ///< amount(cells[i]) is amount i, up to a rounding
  double largest = 0.0;              ///< amount(largest_cells) [unit of the amounts]
  double largest_cells = 1.0;

  /// The amount of k cells. Multiplied first: whole amounts stay whole.
  [[nodiscard]] double amount(double k) const noexcept { return k * largest / largest_cells; }
  [[nodiscard]] double unit() const noexcept { return largest / largest_cells; }
};

/// The largest unit of which every amount is a multiple, if the total then fits into `most_exact`
/// cells: whole numbers and decimals of up to 8 places by their greatest common divisor, other
/// amounts by Euclid's algorithm with a tolerance, and then each checked to 2e-15 of itself.
/// Otherwise `otherwise` cells for the total, each amount rounded to the nearest: equal amounts
/// stay equal. Amounts are finite and >= 0. O(n log n). invalid_argument: an amount or a number of
/// cells out of its domain (1..2³⁰).
[[nodiscard]] Result<AmountGrid> amount_grid(std::span<const double> amounts,
                                             std::size_t most_exact = 1'000'000,
                                             std::size_t otherwise = 65'536);

/// P(sum = first + i) = probability[i]; 0 elsewhere.
struct GridPmf {
  std::ptrdiff_t first = 0;  ///< [cells]
  std::vector<double> probability{1.0};

  /// One cell behind the last.
  [[nodiscard]] std::ptrdiff_t end() const noexcept {
    return first + static_cast<std::ptrdiff_t>(probability.size());
  }
};

/// Distribution of Σ cells_i B_i, B_i ~ Bernoulli(p_i) independent; the columns have one length and
/// 0 <= p_i <= 1 (precondition). Accounts of equal cells are summed first, by halves; then the
/// groups from small to large, so that the window stays narrow. About Σ over distinct cell counts
/// of (accounts with it, at most 23 sd) times the window: 1,000 accounts on 4,096 cells a few
/// 100,000 additions. Cheapest if `cells` rises.
[[nodiscard]] GridPmf bernoulli_sum(std::span<const std::uint32_t> cells,
                                    std::span<const double> p);

/// The sum and one more account, 0 <= p <= 1. O(window).
[[nodiscard]] GridPmf with_account(const GridPmf& pmf, std::uint32_t cells, double p);

/// Distribution of the sum of two independent sums. Small ones directly; above 2²² products by
/// Fourier transform, good to an absolute 1e-15, what comes out below 0 set to 0.
[[nodiscard]] GridPmf convolve(const GridPmf& a, const GridPmf& b);

/// P(sum > k), also for the sum without one of its accounts.
class GridTail {
 public:
  /// `blend` in 0..1 turns P(sum > k) into P(sum > k) + blend·P(sum = k) throughout: the tail that
  /// holds a given probability although the distribution has steps.
  explicit GridTail(const GridPmf& pmf, double blend = 0.0);

  [[nodiscard]] double above(std::ptrdiff_t k) const noexcept {
    if (k < first_) return 1.0;
    const auto i = static_cast<std::size_t>(k - first_);
    return i < above_.size() ? above_[i] : 0.0;
  }
  /// The same for the sum without an account of `cells` and probability p that is in it: the
  /// two-point law taken out again, from below for p <= 1/2 and from above otherwise, in which
  /// direction errors shrink by p/(1 − p) or (1 − p)/p per step. Absolute error some 1e-16/|1 − 2p|
  /// and at most 1e-16 times the steps, (window/cells); 20 steps at p = .1.
  [[nodiscard]] double above_without(std::uint32_t cells, double p,
                                     std::ptrdiff_t k) const noexcept;

 private:
  std::ptrdiff_t first_;
  std::vector<double> above_;
};

/// E(sum − k)⁺, also without one of the accounts: what the expected shortfall is made of
/// (Rockafellar–Uryasev), and its slope in the probability of one account.
class GridExcess {
 public:
  explicit GridExcess(const GridPmf& pmf);

  [[nodiscard]] double above(std::ptrdiff_t k) const noexcept;  ///< E(sum − k)⁺ [cells]
  /// Like GridTail::above_without, in cells.
  [[nodiscard]] double above_without(std::uint32_t cells, double p,
                                     std::ptrdiff_t k) const noexcept;

 private:
  std::ptrdiff_t first_;
  double mean_ = 0.0;
  std::vector<double> excess_;
};

/// The worst 1 − q of a law: all that lies above one value, and a part of that value itself.
struct WorstPart {
  std::size_t at = 0;  ///< index of the value at risk, the smallest with P(<= it) >= q
  double above = 0.0;  ///< P(> it)
  double blend = 0.0;  ///< part of P(= it) that belongs to the worst 1 − q
};

/// `probability` in rising order of the values, not empty. The level counts as reached if the
/// `accounts` + 8 roundings of the sum may be what is missing.
[[nodiscard]] WorstPart worst_part(std::span<const double> probability, double level,
                                   std::size_t accounts) noexcept;

}  // namespace kam
