#include <kam/scoring/portfolio_columns.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <kam/base/special.hpp>

namespace kam::scoring {
namespace {

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return std::isnan(values[i]); });
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  std::vector<double> rank(values.size(), kNaN);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const bool tied = k > 0 && values[order[k]] == values[order[k - 1]];
    rank[order[k]] = tied ? rank[order[k - 1]] : static_cast<double>(k + 1);
  }
  return rank;
}

}  // namespace

PortfolioColumns portfolio_columns(std::span<const double> revenue) {
  PortfolioColumns out;
  out.rank_revenue = ranks(revenue);
  out.revenue_share.assign(revenue.size(), kNaN);
  if (revenue.size() < 2) {
    out.note = "one account scored alone has no share of a portfolio";
    out.rank_revenue.assign(revenue.size(), kNaN);
    return out;
  }
  auto whole = concentration(revenue);
  if (!whole) {
    out.note = whole.error().message();
    return out;
  }
  for (std::size_t i = 0; i < revenue.size(); ++i) {
    if (revenue[i] >= 0) out.revenue_share[i] = revenue[i] / whole->total;
  }
  out.concentration = std::move(*whole);
  return out;
}

}  // namespace kam::scoring
