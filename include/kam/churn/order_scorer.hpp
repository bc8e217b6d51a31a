/// An order model made ready for one horizon: expected orders at the price of a polynomial.
///
/// P(alive) times E[orders | alive]; the second factor is a series that depends on (x, T) only.
/// For each order count x it is interpolated over ln-like panels of (alpha + T), halves of an
/// octave, by 16 Chebyshev points each. Panels are fixed by the model alone, and a row is always
/// answered by its panel, so an account has the same bits in any batch, in any order, prepared or
/// not. A panel whose last coefficients do not vanish (1e-13 of the value) is not used: its rows
/// are answered by the series, once per distinct (x, T) of a block. docs/adr/0012.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/churn/order_model.hpp>

namespace kam {

/// Which panels to make ready; accounts outside are answered all the same, each call anew.
struct PreparedRange {
  std::size_t most_orders = 0;  ///< x = 0 .. most_orders                             [count]
  double most_age = -1;         ///< T from 0 to here; negative: nothing is made ready [time]
};

/// Immutable after make: any number of threads may score with one.
class OrderScorer {
 public:
  /// `horizon` >= 0, infinite where delta > 0; orders at time t from now count exp(-delta t), delta
  /// >= 0 per unit of time. Errors: invalid_argument naming the argument. Cost: 16 series (31
  /// quadrature points each with delta > 0, fewer over short horizons) per panel of the range.
  /// (31 quadrature points each with delta > 0, fewer over short horizons) per panel of the range.
  [[nodiscard]] static Result<OrderScorer> make(const OrderModel& model, double horizon,
                                                double delta = 0, const PreparedRange& range = {});

  /// E[discounted orders in (T, T + horizon] | x, t_x, T] of every account; out.size() =
  /// accounts.rows(). Bad rows become NaN and are counted. Cost: about 6 ns a row, and the panels
  /// that are not ready yet.
  BatchReport expected_orders(const OrderColumns& accounts, std::span<double> out,
                              const Executor& executor = {}) const;

  [[nodiscard]] const OrderModel& model() const noexcept { return model_; }
  [[nodiscard]] double horizon() const noexcept { return horizon_; }
  [[nodiscard]] double delta() const noexcept { return delta_; }
  /// Panels made ready, those left to the series included.
  [[nodiscard]] std::size_t panels() const noexcept;

 private:
  struct Prepared;
  OrderScorer(const OrderModel& model, double horizon, double delta)
      : model_(model), horizon_(horizon), delta_(delta) {}

  OrderModel model_;
  double horizon_, delta_;
  std::shared_ptr<const Prepared> prepared_;  // null: nothing
};

}  // namespace kam
