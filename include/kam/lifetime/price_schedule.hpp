/// Discount schedules: the more (or the longer) a customer buys, the lower the price. All-units and
/// incremental schedules of the same table are two different prices; each has its own function.
///
/// Prices are shares of the list price, quantities in any unit.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <kam/base/annuity.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>

namespace kam::lifetime {

/// From this quantity (or contract year) on.
struct PriceBreak {
  double from;      ///< [unit of quantity], >= 0, strictly rising from break to break
  double discount;  ///< [share of list price], 0..1
};

/// A table that was checked; below the first break the list price holds.
class PriceSchedule {
 public:
  /// invalid_argument unless `from` is finite, >= 0 and strictly rising and every discount is in
  /// 0..1 and none below the one before. No break at all is the list price.
  [[nodiscard]] static Result<PriceSchedule> make(std::span<const PriceBreak> breaks);

  /// Discount of the band in which `quantity` lies; NaN unless finite and >= 0.
  [[nodiscard]] double band_discount(double quantity) const noexcept;

  /// All units at the discount of the band reached: quantity · (1 − discount) [list prices]. Falls
  /// at every break: there the next unit makes the whole order cheaper. O(breaks).
  [[nodiscard]] double all_units_cost(double quantity) const noexcept;

  /// Every unit at the discount of its own band [list prices]; rises with the quantity throughout,
  /// and is never below all_units_cost.
  [[nodiscard]] double incremental_cost(double quantity) const noexcept;

  /// 1 − cost/quantity [share]; NaN at 0.
  [[nodiscard]] double all_units_discount(double quantity) const noexcept;
  [[nodiscard]] double incremental_discount(double quantity) const noexcept;

  /// The quantity a customer who needs `quantity` should order under the all-units schedule:
  /// itself, or the start of a later band if the whole order is cheaper there.
  [[nodiscard]] double cheapest_order(double quantity) const noexcept;

  /// Long-term schedules: `from` counts contract years, the first being 1. Present value of the
  /// discounts on `annual_spend` (list prices) paid at the end of each of `years` whole years
  /// [money]. all_years: every year has the discount of the contract's length. incremental_years:
  /// each year has its own, so loyalty pays later and leaving forfeits more. NaN outside. O(years).
  [[nodiscard]] double all_years_value(double annual_spend, double years,
                                       double discount) const noexcept;
  [[nodiscard]] double incremental_years_value(double annual_spend, double years,
                                               double discount) const noexcept;

  /// What a customer forfeits by leaving after `served` of `years`: the discounts of the years
  /// left, seen from then, beyond those a new contract elsewhere on the same table would give
  /// [money].
  [[nodiscard]] double forfeited_by_leaving(double annual_spend, double served, double years,
                                            double discount) const noexcept;

  [[nodiscard]] std::span<const PriceBreak> breaks() const noexcept { return breaks_; }

 private:
  std::vector<PriceBreak> breaks_;
};

}  // namespace kam::lifetime
