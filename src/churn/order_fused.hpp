/// Tiles of rows through the fused kernels; what a kernel leaves, the scalar formulas answer.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <kam/churn/order_model.hpp>

#include "churn/order_panels.hpp"
#include "churn/order_traits.hpp"
#include "numeric/batch.hpp"
#include "numeric/grouping.hpp"
#include "simd/order_n.hpp"

namespace kam::detail {

[[nodiscard]] inline simd::OrderRows tile_of(const OrderColumns& a, std::size_t begin,
                                             std::size_t n) {
  return {a.frequency.data() + begin, a.recency.data() + begin, a.age.data() + begin, n};
}

[[nodiscard]] inline RowReason reason_at(const OrderColumns& a, std::size_t i) {
  return order_row_reason(a.frequency[i], a.recency[i], a.age[i]);
}

/// P(alive) of a tile; false if a row is left NaN or was left to the scalar formula.
template <class Parameters>
bool alive_tile(const Parameters& p, const OrderColumns& accounts, std::size_t begin,
                std::span<double> tile) {
  const simd::OrderRows rows = tile_of(accounts, begin, tile.size());
  if (simd::order_kernels().alive(BlockForm<Parameters>::terms(p), rows, tile.data())) return true;
  for (std::size_t i = 0; i < tile.size(); ++i) {
    if (tile[i] != tile[i]) tile[i] = probability_alive(p, rows.x[i], rows.t_x[i], rows.T[i]);
  }
  return false;
}

/// Values of rows without a panel, each distinct (x, T) of a block once.
template <class Value>
class Leftover {
 public:
  explicit Leftover(const Value& value) : value_(value) {}

  double operator()(double x, double T) {
    if (!groups_) groups_.emplace();
    const numeric::Groups<2>::Key key{x, T};
    const std::uint32_t group = groups_->insert(key, numeric::Groups<2>::hash(key));
    if (group == values_.size()) values_.push_back(value_(x, T));
    return values_[group];
  }

 private:
  const Value& value_;
  std::optional<numeric::Groups<2>> groups_;
  std::vector<double> values_;
};

/// tile[i] *= value(x, T), by panels where there are; false if a row had none.
template <class Value>
bool times_value(const simd::PanelTable& table, const OrderColumns& accounts, std::size_t begin,
                 std::span<double> tile, Leftover<Value>& leftover) {
  const simd::OrderRows rows = tile_of(accounts, begin, tile.size());
  if (simd::order_kernels().times_panel(table, rows, tile.data())) return true;
  for (std::size_t i = 0; i < tile.size(); ++i) {
    const auto at = simd::panel_place(table, rows.x[i], rows.T[i]);
    const bool done = at.known && table.cells[at.cell] != simd::kNoPanel;
    if (done || tile[i] != tile[i]) continue;
    tile[i] *= leftover(rows.x[i], rows.T[i]);
  }
  return false;
}

/// fill(begin, tile) answers whether every row went the plain way; bad rows it leaves NaN.
template <class MakeFill>
BatchReport for_each_fused(const OrderColumns& accounts, std::span<double> out,
                           const Executor& executor, const MakeFill& make_fill) {
  return numeric::for_each_filled(out, executor, make_fill,
                                  [&](std::size_t i) { return reason_at(accounts, i); });
}

}  // namespace kam::detail
