#include <kam/churn/order_scorer.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "churn/discounted.hpp"
#include "churn/order_batch.hpp"
#include "churn/order_fused.hpp"
#include "churn/order_panels.hpp"
#include "churn/phase_batch.hpp"

namespace kam {

struct OrderScorer::Prepared {
  detail::OrderPanels panels;
};

namespace {

using numeric::failed;

Status check_terms(double horizon, double delta, const PreparedRange& range) {
  if (Status s = detail::check_discount(horizon, delta); !s.ok()) return s;
  return range.most_age < HUGE_VAL ? Status{}
                                   : invalid_argument("most_age", "finite", range.most_age);
}

/// What is interpolated for an order count, over scale = alpha + T. The expected orders depend on
/// t / scale alone, so a discounted sum reads them off an interpolation of their own.
template <class Parameters>
class OverScale {
 public:
  OverScale(const Parameters& p, double horizon, double delta, double x)
      : saturation_{p, x}, horizon_(horizon), delta_(delta), orders_(saturation_) {}

  double operator()(double scale) {
    if (delta_ == 0) return saturation_(horizon_ / scale);
    if (horizon_ == HUGE_VAL) {
      return detail::discounted_endless({.scale = scale}, delta_,
                                        [&](double t) { return orders_(t / scale); });
    }
    return detail::discounted_orders([&](double u) { return orders_(u); }, horizon_, delta_, scale);
  }

 private:
  struct Saturation {
    Parameters p;
    double x;
    double operator()(double u) const { return detail::BlockForm<Parameters>::saturation(p, x, u); }
  };
  Saturation saturation_;
  double horizon_, delta_;
  detail::Interpolated<Saturation> orders_;  // reads saturation_
};

template <class Parameters>
bool build(const Parameters& p, double horizon, double delta, detail::OrderPanels& panels,
           const std::vector<std::uint8_t>& seen, const Executor& executor) {
  return panels.build(seen, executor,
                      [&](double x) { return OverScale<Parameters>(p, horizon, delta, x); });
}

double largest_count(const OrderColumns& accounts) {
  double largest = 0;
  for (const double x : accounts.frequency) largest = x > largest ? x : largest;
  return largest;
}

/// Every row by its panel, and by the series where it has none.
template <class Parameters>
BatchReport score(const Parameters& p, double horizon, double delta,
                  const detail::OrderPanels& panels, const OrderColumns& accounts,
                  std::span<double> out, const Executor& executor) {
  const simd::PanelTable table = panels.table();
  const auto value = [&](double x, double T) {
    return detail::discounted_if_alive(p, horizon, delta, x, T);
  };
  return detail::for_each_fused(accounts, out, executor, [&] {
    return
        [&, leftover = detail::Leftover(value)](std::size_t begin, std::span<double> tile) mutable {
          const bool plain = detail::alive_tile(p, accounts, begin, tile);
          return detail::times_value(table, accounts, begin, tile, leftover) && plain;
        };
  });
}

/// Models that the kernels do not know, by their formulas.
template <class Parameters>
BatchReport score_by_formula(const Parameters& p, double horizon, double delta,
                             const OrderColumns& accounts, std::span<double> out,
                             const Executor& executor) {
  if constexpr (detail::kHasPhases<Parameters>) {
    return detail::batch_distinct(accounts, out, executor, [&](double x, double t_x, double T) {
      return probability_alive(p, x, t_x, T) *
             detail::discounted_if_alive(p, horizon, delta, x, t_x, T);
    });
  } else {
    return detail::batch_times_alive(p, accounts, out, executor,
                                     [&](const auto& of, double x, double T) {
                                       return detail::discounted_if_alive(of, horizon, delta, x, T);
                                     });
  }
}

}  // namespace

Result<OrderScorer> OrderScorer::make(const OrderModel& model, double horizon, double delta,
                                      const PreparedRange& range) {
  if (Status s = check(model); !s.ok()) return s;
  if (Status s = check_terms(horizon, delta, range); !s.ok()) return s;
  OrderScorer scorer(model, horizon, delta);
  if (range.most_age < 0) return scorer;
  std::visit(
      [&]<class Parameters>(const Parameters& p) {
        if constexpr (detail::BlockForm<Parameters>::kKnown) {
          if (!detail::in_kernel_range(p)) return;
          detail::OrderPanels panels(p.alpha);
          panels.make_room(static_cast<double>(range.most_orders));
          (void)build(p, horizon, delta, panels, panels.range(range.most_age), {});
          scorer.prepared_ = std::make_shared<const Prepared>(Prepared{std::move(panels)});
        }
      },
      detail::simplest(model));
  return scorer;
}

std::size_t OrderScorer::panels() const noexcept {
  return prepared_ ? prepared_->panels.built() : 0;
}

BatchReport OrderScorer::expected_orders(const OrderColumns& accounts, std::span<double> out,
                                         const Executor& executor) const {
  if (Status s = detail::check_call(model_, accounts, out.size()); !s.ok())
    return failed(std::move(s));
  const auto run = [&]<class Parameters>(const Parameters& p) {
    if constexpr (detail::BlockForm<Parameters>::kKnown) {
      if (detail::in_kernel_range(p)) {
        detail::OrderPanels panels = prepared_ ? prepared_->panels : detail::OrderPanels(p.alpha);
        panels.make_room(largest_count(accounts));
        const auto seen = panels.mark(accounts, executor);
        if (seen.empty() || !build(p, horizon_, delta_, panels, seen, executor)) {
          return failed({StatusCode::cancelled, "cancelled by the executor"});
        }
        return score(p, horizon_, delta_, panels, accounts, out, executor);
      }
    }
    return score_by_formula(p, horizon_, delta_, accounts, out, executor);
  };
  return std::visit(run, detail::simplest(model_));
}

}  // namespace kam
