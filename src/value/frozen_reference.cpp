#include <kam/value/frozen_reference.hpp>

#include <new>
#include <numeric>
#include <string>

namespace kam::value {
namespace {

using Knot = FrozenReference::Knot;

/// The knot of the run of equal values around sorted[i].
Knot knot_at(const std::vector<double>& sorted, std::size_t i) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), sorted[i]);
  return {sorted[i], static_cast<double>(first - sorted.begin()),
          static_cast<double>(last - sorted.begin())};
}

/// Every distinct value; empty if there are more than kMostKnots.
std::vector<Knot> every_knot(const std::vector<double>& sorted) {
  std::vector<Knot> knots;
  for (std::size_t i = 0; i < sorted.size(); i = static_cast<std::size_t>(knots.back().through)) {
    if (knots.size() == FrozenReference::kMostKnots) return {};
    knots.push_back(knot_at(sorted, i));
  }
  return knots;
}

/// Evenly spaced quantiles, both ends among them. A run longer than the spacing is always hit, so
/// heavy ties keep their exact mid-rank.
std::vector<Knot> quantile_knots(const std::vector<double>& sorted) {
  std::vector<Knot> knots;
  constexpr std::size_t kSteps = FrozenReference::kMostKnots - 1;
  for (std::size_t step = 0; step <= kSteps; ++step) {
    const std::size_t i = step * (sorted.size() - 1) / kSteps;
    if (knots.empty() || sorted[i] > knots.back().value) knots.push_back(knot_at(sorted, i));
  }
  return knots;
}

/// The median of values with these multiplicities; sorts them by value.
double weighted_median(std::vector<std::pair<double, double>> items) {
  std::sort(items.begin(), items.end());
  double total = 0, below = 0;
  for (const auto& [value, weight] : items) total += weight;
  for (std::size_t i = 0; i < items.size(); ++i) {
    below += items[i].second;
    if (below * 2 == total) return std::midpoint(items[i].first, items[i + 1].first);
    if (below * 2 > total) return items[i].first;
  }
  return items.back().first;
}

Status check_knot(const std::vector<Knot>& knots, std::size_t i) {
  const std::string name = "knots[" + std::to_string(i) + "]";
  const Knot& knot = knots[i];
  const double least = i == 0 ? 0.0 : knots[i - 1].through;
  if (!std::isfinite(knot.value) || (i > 0 && !(knot.value > knots[i - 1].value))) {
    return invalid_argument((name + ".value").c_str(), "finite and increasing", knot.value);
  }
  if (!(knot.below >= least) || (i == 0 && knot.below != 0.0)) {
    return invalid_argument((name + ".below").c_str(), "0, then at least the `through` before it",
                            knot.below);
  }
  if (!(knot.through > knot.below) || !std::isfinite(knot.through)) {
    return invalid_argument((name + ".through").c_str(), "finite and greater than `below`",
                            knot.through);
  }
  return {};
}

}  // namespace

FrozenReference::FrozenReference(std::vector<Knot> knots)
    : knots_(std::move(knots)), count_(knots_.back().through) {
  // A compressed reference has values between its knots; each knot speaks for those up to the next.
  std::vector<std::pair<double, double>> items, deviations;
  for (std::size_t i = 0; i < knots_.size(); ++i) {
    const double next = i + 1 < knots_.size() ? knots_[i + 1].below : count_;
    items.emplace_back(knots_[i].value, next - knots_[i].below);
  }
  median_ = weighted_median(items);
  for (const auto& [value, weight] : items)
    deviations.emplace_back(std::fabs(value - median_), weight);
  deviation_ = weighted_median(std::move(deviations));
}

Result<FrozenReference> make_reference(std::span<const double> values) try {
  std::vector<double> sorted;
  sorted.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted),
               [](double v) { return std::isfinite(v); });
  if (sorted.empty()) {
    return Status{StatusCode::insufficient_data, "`values` has no finite value to refer to"};
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<Knot> knots = every_knot(sorted);
  return FrozenReference(knots.empty() ? quantile_knots(sorted) : std::move(knots));
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

Result<FrozenReference> restore_reference(std::vector<Knot> knots) {
  if (knots.empty() || knots.size() > FrozenReference::kMostKnots) {
    return invalid_argument("knots", "1 to 4096 of them", static_cast<double>(knots.size()));
  }
  for (std::size_t i = 0; i < knots.size(); ++i) {
    if (Status s = check_knot(knots, i); !s.ok()) return s;
  }
  return FrozenReference(std::move(knots));
}

}  // namespace kam::value
