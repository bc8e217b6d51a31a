#include <kam/base/auc.hpp>

#include <new>

#include <kam/base/columns.hpp>

#include "numeric/level_auc.hpp"

namespace kam {

Result<Auc> auc(std::span<const double> outcome, std::span<const double> score,
                std::span<const double> weight, double level) try {
  if (Status s = check_size("score", score.size(), outcome.size()); !s.ok()) return s;
  if (!weight.empty()) {
    if (Status s = check_size("weight", weight.size(), outcome.size()); !s.ok()) return s;
  }
  const auto z = interval_z(level);
  if (!z) return z.error();
  const auto levels =
      numeric::score_levels(outcome, score, weight, numeric::ScoreDomain::any_finite);
  if (!(levels.events > 0.0) || !(levels.others > 0.0)) {
    return Status{StatusCode::insufficient_data, "`outcome` needs rows with 1 and rows with 0"};
  }
  return numeric::level_auc(levels, *z);
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `score`"};
}

}  // namespace kam
