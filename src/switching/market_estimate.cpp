#include <kam/switching/market_estimate.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>

namespace kam::switching {
namespace {

constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

struct Market {
  std::span<const double> prices, customers;

  /// The rival of `supplier` that binds: the smallest one, or the largest if the supplier itself is
  /// (among) the smallest; the cheapest of equals. `gone` is not in the market.
  [[nodiscard]] std::size_t rival(std::size_t supplier, std::size_t gone) const {
    std::size_t small = kNobody, large = kNobody;
    for (std::size_t r = 0; r < prices.size(); ++r) {
      if (r == supplier || r == gone) continue;
      const auto closer = [&](std::size_t than, double sign) {
        if (than == kNobody) return true;
        const double a = sign * customers[r], b = sign * customers[than];
        return a < b || (a == b && prices[r] < prices[than]);
      };
      if (closer(small, 1)) small = r;
      if (closer(large, -1)) large = r;
    }
    if (small == kNobody) return kNobody;
    return customers[supplier] <= customers[small] ? large : small;
  }

  [[nodiscard]] double estimate(std::size_t supplier, std::size_t gone = kNobody) const {
    const std::size_t r = rival(supplier, gone);
    if (r == kNobody) return kNaN;
    return undercut_switching_cost(prices[supplier], customers[supplier], prices[r], customers[r]);
  }

  [[nodiscard]] Interval range(std::size_t supplier, double whole) const {
    if (prices.size() < 3) return {whole, kNaN, kNaN};
    Interval range{whole, whole, whole};
    for (std::size_t gone = 0; gone < prices.size(); ++gone) {
      if (gone == supplier) continue;
      const double without = estimate(supplier, gone);
      range.lo = std::min(range.lo, without);
      range.hi = std::max(range.hi, without);
    }
    return range;
  }
};

/// Finite, and above 0 or (where `zero` is allowed) 0.
Status check_column(const char* name, std::span<const double> values, bool zero) {
  for (double v : values) {
    if (std::isfinite(v) && (v > 0 || (zero && v == 0))) continue;
    return invalid_argument(name, zero ? "finite and >= 0" : "finite and above 0", v);
  }
  return {};
}

Status check_market(const char* name, std::span<const double> values,
                    std::span<const double> customers, bool zero) {
  if (customers.size() != values.size()) {
    return size_mismatch("customers", values.size(), customers.size());
  }
  if (values.size() < 2) {
    return {StatusCode::insufficient_data,
            "a market needs two suppliers, got " + std::to_string(values.size())};
  }
  if (Status s = check_column(name, values, zero); !s.ok()) return s;
  return check_column("customers", customers, false);
}

}  // namespace

Result<MarketEstimate> market_switching_cost(std::span<const double> prices,
                                             std::span<const double> customers) try {
  if (Status s = check_market("prices", prices, customers, false); !s.ok()) return s;
  const Market market{prices, customers};
  MarketEstimate found;
  found.all_valid = true;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const double cost = market.estimate(i);
    found.switching_cost.push_back(cost);
    found.share_of_price.push_back(cost / prices[i]);
    found.valid.push_back(cost >= 0);
    found.without_a_rival.push_back(market.range(i, cost));
    found.all_valid = found.all_valid && cost >= 0;
  }
  return found;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for one row per supplier"};
}

Result<std::vector<double>> undercut_proof_prices(std::span<const double> costs,
                                                  std::span<const double> customers) try {
  if (Status s = check_market("switching_costs", costs, customers, true); !s.ok()) return s;
  const std::size_t n = costs.size();
  const auto [least, most] = std::minmax_element(customers.begin(), customers.end());
  std::size_t small = static_cast<std::size_t>(least - customers.begin());
  std::size_t large = static_cast<std::size_t>(most - customers.begin());
  if (small == large) large = 1;  // all of one size: of two, either may be called the largest
  const auto ties = std::count(customers.begin(), customers.end(), *least) +
                    std::count(customers.begin(), customers.end(), *most);
  if (n > 2 && ties != 2) {
    return Status{StatusCode::invalid_argument,
                  "`customers` must have one smallest and one largest supplier"};
  }
  // p_L = S_L + a p_s and p_s = S_s + b p_L; every other p_i = S_i + p_s/(1 + N_i/N_s).
  const double a = 1 / (1 + customers[large] / customers[small]);
  const double b = 1 / (1 + customers[small] / customers[large]);
  std::vector<double> prices(n);
  const double small_price = (costs[small] + b * costs[large]) / (1 - a * b);
  for (std::size_t i = 0; i < n; ++i) {
    prices[i] = costs[i] + small_price / (1 + customers[i] / customers[small]);
  }
  prices[small] = small_price;
  if (Status s = check_column("switching_costs (their price)", prices, false); !s.ok()) return s;
  return prices;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for one price per supplier"};
}

}  // namespace kam::switching
