/// The polynomials of OrderScorer: which panels a portfolio needs, and their coefficients.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>

#include "churn/panel_basis.hpp"
#include "numeric/items.hpp"
#include "simd/order_n.hpp"

namespace kam::detail {

/// Cells of (order count, panel) with their polynomials.
class OrderPanels {
 public:
  static constexpr std::size_t kCounts = 1024;  ///< larger order counts are left to the series
  static constexpr std::size_t kPanels = 16 * simd::kPanelsPerOctave;  ///< T up to 2^16 alpha

  explicit OrderPanels(double alpha) {
    table_.alpha = alpha;
    table_.first_panel = std::bit_cast<std::uint64_t>(alpha) >> simd::kPanelShift;
    table_.panels = kPanels;
  }

  /// Room for the order counts up to `largest`, as far as there are panels for them.
  void make_room(double largest) {
    const auto wanted = static_cast<std::size_t>(std::clamp(largest, 0.0, kCounts - 1.0)) + 1;
    table_.counts = std::max(table_.counts, wanted);
    cells_.resize(table_.counts * kPanels, simd::kNoPanel);
    tried_.resize(cells_.size(), 0);
  }

  /// The cells that readable accounts fall into, 1 each; empty if cancelled.
  [[nodiscard]] std::vector<std::uint8_t> mark(const OrderColumns& accounts,
                                               const Executor& executor) const {
    std::vector<std::uint8_t> seen(cells_.size(), 0);
    const bool finished = for_each_block(
        executor, accounts.rows(), [&](std::size_t, std::size_t begin, std::size_t end) {
          simd::PanelPlaces places;
          for (; begin < end; begin += places.kRows) {
            const std::size_t n = std::min(places.kRows, end - begin);
            const double *x = accounts.frequency.data() + begin, *T = accounts.age.data() + begin;
            simd::order_kernels().place(table_, {x, nullptr, T, n}, places);
            for (std::size_t i = 0; i < n; ++i) {
              if (places.cell[i] == places.kNoCell) continue;
              const std::atomic_ref<std::uint8_t> cell(seen[places.cell[i]]);
              if (cell.load(std::memory_order_relaxed) == 0) {
                cell.store(1, std::memory_order_relaxed);
              }
            }
          }
        });
    return finished ? seen : std::vector<std::uint8_t>{};
  }
  /// Those of all ages up to `most_age`, for all counts there is room for.
  [[nodiscard]] std::vector<std::uint8_t> range(double most_age) const {
    std::vector<std::uint8_t> seen(cells_.size(), 0);
    const auto last = std::bit_cast<std::uint64_t>(table_.alpha + most_age) >> simd::kPanelShift;
    for (std::size_t c = 0; c < seen.size(); ++c) {
      seen[c] = table_.first_panel + c % kPanels <= last;
    }
    return seen;
  }

  /// Fills the cells in `seen` that are not there yet. values_of(x) makes the function of scale =
  /// alpha + T, used from one thread. False if cancelled.
  template <class ValuesOf>
  bool build(const std::vector<std::uint8_t>& seen, const Executor& executor,
             const ValuesOf& values_of) {
    std::vector<std::size_t> wanted, counts;  // cells; where those of a count begin
    for (std::size_t c = 0; c < seen.size(); ++c) {
      if (seen[c] == 0 || tried_[c] != 0) continue;
      if (wanted.empty() || wanted.back() / kPanels != c / kPanels) counts.push_back(wanted.size());
      wanted.push_back(c);
    }
    counts.push_back(wanted.size());
    const std::size_t before = built_;
    built_ += wanted.size();
    coefficients_.resize(built_ * simd::kPanelTerms);
    return numeric::for_each_item(executor, counts.size() - 1, [&](std::size_t count) {
      auto value = values_of(static_cast<double>(wanted[counts[count]] / kPanels));
      for (std::size_t i = counts[count]; i < counts[count + 1]; ++i) {
        double* c = coefficients_.data() + (before + i) * simd::kPanelTerms;
        const std::uint64_t panel = table_.first_panel + wanted[i] % kPanels;
        if (PanelBasis::get().fit_panel(panel, value, c))
          cells_[wanted[i]] = static_cast<std::uint32_t>(before + i);
        tried_[wanted[i]] = 1;
      }
    });
  }

  /// Valid while this object is neither moved nor built further.
  [[nodiscard]] simd::PanelTable table() const {
    simd::PanelTable view = table_;
    view.cells = cells_.data();
    view.coefficients = coefficients_.data();
    return view;
  }
  [[nodiscard]] std::size_t built() const { return built_; }

 private:
  simd::PanelTable table_;
  std::vector<std::uint32_t> cells_;  // [count][panel]
  std::vector<std::uint8_t> tried_;
  std::vector<double> coefficients_;
  std::size_t built_ = 0;
};

}  // namespace kam::detail
