#include "churn/prediction_levels.hpp"

#include <cmath>

#include <kam/base/columns.hpp>

#include "numeric/text.hpp"

namespace kam::churn {

Status check_sizes(const Predictions& p) {
  if (Status s = check_size("probability", p.probability.size(), p.rows()); !s.ok()) return s;
  if (p.weight.empty()) return {};
  return check_size("weight", p.weight.size(), p.rows());
}

}  // namespace kam::churn

namespace kam::churn_detail {

Result<numeric::ScoreLevels> levels_of(const churn::Predictions& p) {
  if (Status s = check_sizes(p); !s.ok()) return s;
  auto levels =
      numeric::score_levels(p.outcome, p.probability, p.weight, numeric::ScoreDomain::probability);
  if (!std::isfinite(levels.weight())) {
    return invalid_argument("weight", "of a finite sum", levels.weight());
  }
  return levels;
}

Status need_both(const numeric::ScoreLevels& levels) {
  if (levels.events > 0.0 && levels.others > 0.0) return {};
  return {StatusCode::insufficient_data, "`outcome` needs rows with 1 and rows with 0, got " +
                                             numeric::shortest(levels.events) + " and " +
                                             numeric::shortest(levels.others)};
}

Status out_of_memory() {
  return {StatusCode::out_of_memory, "no memory to sort `probability`"};
}

}  // namespace kam::churn_detail
