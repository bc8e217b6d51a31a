#include <algorithm>
#include <cmath>
#include <new>

#include <boost/math/special_functions/beta.hpp>

#include <kam/churn/profit.hpp>

#include "churn/prediction_levels.hpp"

namespace kam::churn {
namespace {

/// A corner of the ROC hull: what is contacted from `score` on.
struct Corner {
  double events, others, score;
};

/// Upper convex hull from nobody to everybody, by falling score. Cross products of weights: exact
/// for counts. Points on an edge are left out.
std::vector<Corner> roc_hull(const numeric::ScoreLevels& s) {
  std::vector<Corner> hull{{0.0, 0.0, kNaN}};
  Corner at = hull.front();
  for (auto level = s.levels.rbegin(); level != s.levels.rend(); ++level) {
    at = {at.events + level->events, at.others + level->others, level->score};
    while (hull.size() > 1) {
      const Corner &a = hull[hull.size() - 2], &b = hull.back();
      const double turn = (b.others - a.others) * (at.events - b.events) -
                          (b.events - a.events) * (at.others - b.others);
      if (turn < 0.0) break;  // right turn: b is a corner
      hull.pop_back();
    }
    hull.push_back(at);
  }
  return hull;
}

Status check_money(const char* name, double value, double least) {
  if (value >= least && value <= kMostMoney) return {};
  return invalid_argument(name, "finite and >= 0", value);
}

Status check(const CampaignTerms& t) {
  if (!(t.acceptance.alpha > 0.0) || !(t.acceptance.alpha <= 1e6)) {
    return invalid_argument("alpha", "> 0 and at most 1e6", t.acceptance.alpha);
  }
  if (!(t.acceptance.beta > 0.0) || !(t.acceptance.beta <= 1e6)) {
    return invalid_argument("beta", "> 0 and at most 1e6", t.acceptance.beta);
  }
  if (Status s = check_money("offer", t.offer, 0.0); !s.ok()) return s;
  if (Status s = check_money("contact", t.contact, 0.0); !s.ok()) return s;
  if (t.value > t.offer && t.value <= kMostMoney) return {};
  return invalid_argument("value", "finite and above `offer`", t.value);
}

/// Profit per customer of contacting up to a corner, as a line in γ: slope·γ − cost.
struct ProfitLine {
  double slope, cost;
};

class Campaigns {
 public:
  Campaigns(const numeric::ScoreLevels& s, const CampaignTerms& terms)
      : terms_(terms), weight_(s.weight()), hull_(roc_hull(s)) {}

  [[nodiscard]] ProfitLine line(const Corner& c) const {
    return {
        c.events / weight_ * (terms_.value - terms_.offer),
        c.events / weight_ * terms_.contact + c.others / weight_ * (terms_.offer + terms_.contact)};
  }

  void at_the_mean(MaximumProfit& result) const {
    const double mean =
        terms_.acceptance.alpha / (terms_.acceptance.alpha + terms_.acceptance.beta);
    for (const Corner& corner : hull_) {
      const ProfitLine l = line(corner);
      const double profit = l.slope * mean - l.cost;
      if (!(profit > result.profit)) continue;
      result.profit = profit;
      result.fraction = (corner.events + corner.others) / weight_;
      result.score = corner.score;
    }
  }

  /// Every corner is best for γ between two borders, which rise along the hull.
  void over_all(MaximumProfit& result) const {
    double from = 0.0;
    for (std::size_t i = 0; i < hull_.size() && from < 1.0; ++i) {
      const double to = i + 1 < hull_.size() ? border(hull_[i], hull_[i + 1]) : 1.0;
      if (!(to > from)) continue;
      const double probability = between(from, to, 0.0), first_moment = between(from, to, 1.0);
      const ProfitLine l = line(hull_[i]);
      const double mean =
          terms_.acceptance.alpha / (terms_.acceptance.alpha + terms_.acceptance.beta);
      result.expected_profit += l.slope * mean * first_moment - l.cost * probability;
      result.expected_fraction += (hull_[i].events + hull_[i].others) / weight_ * probability;
      from = to;
    }
  }

 private:
  /// The γ from which on the next corner earns more, at most 1.
  [[nodiscard]] double border(const Corner& a, const Corner& b) const {
    const ProfitLine here = line(a), next = line(b);
    const double rise = next.slope - here.slope;
    return rise > 0.0 ? std::min(1.0, (next.cost - here.cost) / rise) : 1.0;
  }
  /// P(from < γ < to) for the Beta distribution with alpha + more.
  [[nodiscard]] double between(double from, double to, double more) const {
    using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
    const double a = terms_.acceptance.alpha + more, b = terms_.acceptance.beta;
    const auto cdf = [&](double x) { return boost::math::ibeta(a, b, x, Policy{}); };
    return cdf(to) - cdf(from);
  }

  const CampaignTerms& terms_;
  double weight_;
  std::vector<Corner> hull_;
};

}  // namespace

Result<MaximumProfit> maximum_profit(const Predictions& predictions,
                                     const CampaignTerms& terms) try {
  if (Status s = check(terms); !s.ok()) return s;
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = churn_detail::need_both(predictions, *levels); !s.ok()) return s;
  MaximumProfit result{.events = levels->events,
                       .others = levels->others,
                       .rows = levels->rows,
                       .unknown_outcomes = levels->unknown_outcomes};
  const Campaigns campaigns(*levels, terms);
  campaigns.at_the_mean(result);
  campaigns.over_all(result);
  return result;
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

}  // namespace kam::churn
