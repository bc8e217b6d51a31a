#include <kam/lifetime/price_schedule.hpp>

#include <algorithm>
#include <new>

namespace kam::lifetime {
namespace {

bool is_amount(double x) noexcept {
  return x >= 0 && x < HUGE_VAL;
}
/// Contract years that can be added up one by one.
bool is_span(double years) noexcept {
  return years >= 0 && years <= 1000 && years == std::floor(years);
}

}  // namespace

Result<PriceSchedule> PriceSchedule::make(std::span<const PriceBreak> breaks) try {
  double from = -1, discount = 0;
  for (const PriceBreak& b : breaks) {
    if (!(is_amount(b.from) && b.from > from)) {
      return invalid_argument("from", "finite, >= 0 and above the break before", b.from);
    }
    if (!(b.discount >= discount && b.discount <= 1)) {
      return invalid_argument("discount", "in 0 ... 1 and not below the break before", b.discount);
    }
    from = b.from;
    discount = b.discount;
  }
  PriceSchedule schedule;
  schedule.breaks_.assign(breaks.begin(), breaks.end());
  return schedule;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the breaks"};
}

double PriceSchedule::band_discount(double quantity) const noexcept {
  if (!is_amount(quantity)) return kNaN;
  double discount = 0;
  for (const PriceBreak& b : breaks_) {
    if (b.from > quantity) break;
    discount = b.discount;
  }
  return discount;
}

double PriceSchedule::all_units_cost(double quantity) const noexcept {
  return quantity * (1 - band_discount(quantity));
}

double PriceSchedule::incremental_cost(double quantity) const noexcept {
  if (!is_amount(quantity)) return kNaN;
  double cost = 0, from = 0, discount = 0;
  for (const PriceBreak& b : breaks_) {
    if (b.from >= quantity) break;
    cost += (b.from - from) * (1 - discount);
    from = b.from;
    discount = b.discount;
  }
  return cost + (quantity - from) * (1 - discount);
}

double PriceSchedule::all_units_discount(double quantity) const noexcept {
  return quantity > 0 ? band_discount(quantity) : kNaN;
}

double PriceSchedule::incremental_discount(double quantity) const noexcept {
  return quantity > 0 ? 1 - incremental_cost(quantity) / quantity : kNaN;
}

double PriceSchedule::cheapest_order(double quantity) const noexcept {
  if (!is_amount(quantity)) return kNaN;
  double best = quantity, least = all_units_cost(quantity);
  for (const PriceBreak& b : breaks_) {
    if (b.from <= quantity || all_units_cost(b.from) >= least) continue;
    best = b.from;
    least = all_units_cost(b.from);
  }
  return best;
}

double PriceSchedule::all_years_value(double spend, double years, double discount) const noexcept {
  if (!is_amount(spend) || !is_span(years)) return kNaN;
  return spend * band_discount(years) * annuity_factor(discount, years);
}

double PriceSchedule::incremental_years_value(double spend, double years,
                                              double discount) const noexcept {
  if (!is_amount(spend) || !is_span(years) || !(discount > -1 && discount < HUGE_VAL)) return kNaN;
  double sum = 0;  // Horner, last year first
  for (double year = years; year >= 1; --year) {
    sum = (sum + band_discount(year)) / (1 + discount);
  }
  return spend * sum;
}

double PriceSchedule::forfeited_by_leaving(double spend, double served, double years,
                                           double discount) const noexcept {
  if (!is_amount(spend) || !is_span(years) || !is_span(served) || served > years) return kNaN;
  if (!(discount > -1 && discount < HUGE_VAL)) return kNaN;
  double sum = 0;
  for (double year = years - served; year >= 1; --year) {
    sum = (sum + band_discount(served + year) - band_discount(year)) / (1 + discount);
  }
  return spend * sum;
}

}  // namespace kam::lifetime
