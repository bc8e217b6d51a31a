#include <kam/switching/switching_cost.hpp>

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <new>
#include <vector>

#include "numeric/batch.hpp"

namespace kam::switching {
namespace {

using QuietPolicy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

bool is_finite(const Interval& x) noexcept {
  return std::isfinite(x.estimate) && std::isfinite(x.lo) && std::isfinite(x.hi);
}
bool is_ordered(const Interval& x) noexcept {
  return x.lo >= 0 && x.lo <= x.estimate && x.estimate <= x.hi;
}
bool is_point(const Interval& x) noexcept {
  return x.lo == x.hi;
}
Interval plus(const Interval& a, const Interval& b) noexcept {
  return {a.estimate + b.estimate, a.lo + b.lo, a.hi + b.hi};
}
Interval times(const Interval& a, const Interval& b) noexcept {
  return {a.estimate * b.estimate, a.lo * b.lo, a.hi * b.hi};
}
Interval times(const Interval& a, double b) noexcept {
  return {a.estimate * b, a.lo * b, a.hi * b};
}

struct Moments {
  double mean, variance;
};

/// Of the triangular distribution on the bounds with its mode at the estimate.
Moments triangular(const Interval& x) noexcept {
  if (is_point(x)) return {x.estimate, 0};
  const double below = x.estimate - x.lo, above = x.hi - x.estimate;
  return {x.estimate + (above - below) / 3, (below * below + above * above + below * above) / 18};
}

/// Of a product of independent factors.
Moments product(const Moments& a, const Moments& b) noexcept {
  return {a.mean * b.mean,
          a.variance * b.variance + a.variance * b.mean * b.mean + b.variance * a.mean * a.mean};
}

Moments cost_moments(const Component& c) noexcept {
  const Moments work =
      product(product(triangular(c.hours), triangular(c.rate)), triangular(c.effort));
  const Moments money = triangular(c.money);
  const double borne = 1 - c.rival_share;
  return {borne * (money.mean + work.mean), borne * borne * (money.variance + work.variance)};
}

Interval whole_cost(const Component& c) noexcept {
  return plus(c.money, times(times(c.hours, c.rate), c.effort));
}

/// Quantile of the beta distribution on [lo, hi] with that mean and sd; no distribution on an
/// interval has a larger variance than its ends allow, so such a beta always exists.
double beta_quantile(const CostSummary& s, double q) noexcept {
  const double width = s.bounds.hi - s.bounds.lo;
  if (!(width > 0 && s.sd > 0)) return s.mean;
  const double m = (s.mean - s.bounds.lo) / width, spread = s.sd / width;
  const double strength = m * (1 - m) / (spread * spread) - 1;
  if (!(strength > 0 && m > 0 && m < 1 && strength < HUGE_VAL)) return s.mean;
  const double x = boost::math::ibeta_inv(m * strength, (1 - m) * strength, q, QuietPolicy());
  return std::isfinite(x) ? s.bounds.lo + width * x : s.mean;
}

/// One account being added up.
struct Sum {
  SwitchingCost cost;
  double variance = 0, ratings = 0;
  std::size_t rated = 0;

  void add(const Component& c, std::size_t row) {
    if (const RowReason why = component_reason(c); why != RowReason::none) {
      cost.report.rejected(row, why);
      return;
    }
    cost.report.scored();
    ++cost.components;
    const Interval borne = component_cost(c);
    const Moments moments = cost_moments(c);
    CostSummary& total = cost.total;
    Interval& kind = cost.by_kind[static_cast<std::size_t>(c.kind)];
    kind = plus(kind, borne);
    total.bounds = plus(total.bounds, borne);
    total.mean += moments.mean;
    total.sd_together += std::sqrt(moments.variance);
    variance += moments.variance;
    cost.rival_pays = plus(cost.rival_pays, times(whole_cost(c), c.rival_share));
    if (std::isnan(c.rating)) return;
    ratings += c.rating;
    ++rated;
    cost.unpriced += whole_cost(c).hi == 0;
  }

  void finish() {
    cost.total.sd = std::min(std::sqrt(variance), cost.total.sd_together);
    if (rated > 0) cost.relational_rating = ratings / static_cast<double>(rated);
  }
};

}  // namespace

RowReason component_reason(const Component& c) noexcept {
  const bool finite = is_finite(c.money) && is_finite(c.hours) && is_finite(c.rate) &&
                      is_finite(c.effort) && std::isfinite(c.rival_share) &&
                      !std::isinf(c.rating) && std::isfinite(whole_cost(c).hi);
  if (!finite) return RowReason::not_finite;
  const bool rated = !std::isnan(c.rating);
  const bool good_rating =
      !rated || (c.kind == CostKind::relational && c.rating >= 0 && c.rating <= 100);
  const bool known_kind = static_cast<std::size_t>(c.kind) < kCostKinds;
  const bool ordered = is_ordered(c.money) && is_ordered(c.hours) && is_ordered(c.rate) &&
                       is_ordered(c.effort) && c.rival_share >= 0 && c.rival_share <= 1;
  return known_kind && ordered && good_rating ? RowReason::none : RowReason::out_of_domain;
}

Interval component_cost(const Component& c) noexcept {
  if (component_reason(c) != RowReason::none) return {kNaN, kNaN, kNaN};
  return times(whole_cost(c), 1 - c.rival_share);
}

Result<SwitchingCost> switching_cost(std::span<const Component> components, double level) {
  if (!(level > 0 && level < 1)) return invalid_argument("level", "between 0 and 1", level);
  Sum sum;
  for (std::size_t i = 0; i < components.size(); ++i) sum.add(components[i], i);
  if (sum.cost.components == 0) {
    return Status{StatusCode::insufficient_data, "`components` has no row that can be used"};
  }
  sum.finish();
  CostSummary& total = sum.cost.total;
  total.likely = {total.mean, beta_quantile(total, (1 - level) / 2),
                  beta_quantile(total, (1 + level) / 2)};
  return sum.cost;
}

BatchReport switching_cost(std::span<const std::uint32_t> account,
                           std::span<const Component> components, const CostColumns& out) try {
  const std::size_t rows = out.estimate.size();
  const auto sizes = {std::pair{"account", account.size() == components.size()},
                      {"lo", out.lo.size() == rows},
                      {"hi", out.hi.size() == rows},
                      {"mean", out.mean.size() == rows},
                      {"sd", out.sd.size() == rows},
                      {"relational_rating", out.relational_rating.size() == rows}};
  for (const auto& [name, fits] : sizes) {
    if (!fits)
      return numeric::failed(
          {StatusCode::size_mismatch, std::string("`") + name + "` has the wrong length"});
  }
  std::vector<Sum> sums(rows);
  for (std::uint32_t a : account) {
    if (a >= rows) return numeric::failed(invalid_argument("account", "a row", a));
  }
  BatchReport report;
  for (std::size_t k = 0; k < components.size(); ++k) {
    const RowReason why = component_reason(components[k]);
    why == RowReason::none ? report.scored() : report.rejected(k, why);
    sums[account[k]].add(components[k], k);
  }
  for (std::size_t a = 0; a < rows; ++a) {
    sums[a].finish();
    const SwitchingCost& c = sums[a].cost;
    const bool known = c.components > 0;
    out.estimate[a] = known ? c.total.bounds.estimate : kNaN;
    out.lo[a] = known ? c.total.bounds.lo : kNaN;
    out.hi[a] = known ? c.total.bounds.hi : kNaN;
    out.mean[a] = known ? c.total.mean : kNaN;
    out.sd[a] = known ? c.total.sd : kNaN;
    out.relational_rating[a] = c.relational_rating;
  }
  return report;
} catch (const std::bad_alloc&) {
  return numeric::failed({StatusCode::out_of_memory, "no memory for one sum per account"});
}

Interval indifference_discount(const Interval& cost, const Interval& spend, double years,
                               double discount, double advantage) noexcept {
  if (!is_ordered(cost) || !is_ordered(spend) || !(spend.lo > 0)) return {kNaN, kNaN, kNaN};
  const auto at = [&](double c, double s) {
    return indifference_discount(c, s, years, discount, advantage);
  };
  return {at(cost.estimate, spend.estimate), std::min(at(cost.lo, spend.hi), at(cost.lo, spend.lo)),
          std::max(at(cost.hi, spend.lo), at(cost.hi, spend.hi))};
}

BatchReport indifference_discount(std::span<const double> cost, std::span<const double> spend,
                                  double years, double discount, std::span<double> out,
                                  const Executor& executor) {
  if (cost.size() != out.size()) {
    return numeric::failed(size_mismatch("switching_cost", out.size(), cost.size()));
  }
  if (spend.size() != out.size()) {
    return numeric::failed(size_mismatch("annual_spend", out.size(), spend.size()));
  }
  if (!(discount > -1 && std::isfinite(discount))) {
    return numeric::failed(invalid_argument("discount", "finite and above -1", discount));
  }
  if (!(years > 0 && annuity_factor(discount, years) > 0)) {
    return numeric::failed(invalid_argument("years", "above 0, finite unless discount > 0", years));
  }
  const auto reason = [&](std::size_t i) {
    if (!std::isfinite(cost[i]) || !std::isfinite(spend[i])) return RowReason::not_finite;
    return cost[i] >= 0 && spend[i] > 0 ? RowReason::none : RowReason::out_of_domain;
  };
  return numeric::for_each_row(out, executor, reason, [&](std::size_t i) {
    return indifference_discount(cost[i], spend[i], years, discount);
  });
}

Retention why_it_stays(const Interval& discount, double satisfaction, Day as_of, Day contract_end,
                       const QuadrantCuts& cuts) noexcept {
  const bool dated = as_of != kNoDay && contract_end != kNoDay;
  const double days = dated ? static_cast<double>(contract_end) - static_cast<double>(as_of) : kNaN;
  const bool known = discount.lo <= discount.estimate && discount.estimate <= discount.hi &&
                     satisfaction >= 0 && satisfaction <= 100;
  if (!known) return {Quadrant::unknown, false, days};
  const bool content = satisfaction >= cuts.satisfaction;
  const auto dear = [&](double d) { return d >= cuts.indifference_discount; };
  const Quadrant quadrant = dear(discount.estimate)
                                ? (content ? Quadrant::loyalist : Quadrant::hostage)
                                : (content ? Quadrant::mercenary : Quadrant::defector);
  return {quadrant, dear(discount.lo) == dear(discount.hi), days};
}

DefenceScores defence_scores(double cost, double spend, std::span<const double> ratings,
                             double full_barrier) noexcept {
  const bool valid =
      cost >= 0 && std::isfinite(cost) && spend > 0 && std::isfinite(spend) && full_barrier > 0;
  const double barrier = valid ? 100 * std::min(cost / spend / full_barrier, 1.0) : kNaN;
  double sum = 0, known = 0;
  for (double rating : ratings) {
    if (std::isnan(rating)) continue;
    if (!(rating >= 0 && rating <= 100)) return {barrier, kNaN, kNaN};
    sum += rating;
    ++known;
  }
  return {barrier, kNaN, known > 0 ? sum / known : kNaN};
}

}  // namespace kam::switching
