#include "churn/prediction_levels.hpp"

#include <cmath>
#include <string>

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

namespace {

/// What is wrong with the first row left out; empty if none was.
std::string first_bad_cell(const churn::Predictions& p, const numeric::ScoreLevels& levels) {
  if (levels.rows.rows_rejected == 0) return {};
  const std::size_t row = levels.rows.first_rejected;
  const double probability = p.probability[row], outcome = p.outcome[row];
  const auto said = [row](const char* name, const char* rule, double value) {
    return std::string("`") + name + "` must be " + rule + ", got " + numeric::shortest(value) +
           " in row " + std::to_string(row);
  };
  if (!(probability >= 0.0 && probability <= 1.0)) {
    const bool percent = probability > 1.0 && probability <= 100.0;
    return said("probability", "within 0..1", probability) +
           (percent ? " (in percent? divide by 100)" : "");
  }
  if (!(outcome == 0.0 || outcome == 1.0)) return said("outcome", "0, 1 or missing", outcome);
  return said("weight", "finite and >= 0", p.weight.empty() ? 1.0 : p.weight[row]);
}

}  // namespace

Status need_rows(const churn::Predictions& predictions, const numeric::ScoreLevels& levels) {
  if (!levels.levels.empty()) return {};
  const std::string bad = first_bad_cell(predictions, levels);
  return {StatusCode::insufficient_data,
          bad.empty() ? "`outcome` has no row that can be used" : "no row can be used: " + bad};
}

Status need_both(const churn::Predictions& predictions, const numeric::ScoreLevels& levels) {
  if (levels.events > 0.0 && levels.others > 0.0) return {};
  const std::string bad = first_bad_cell(predictions, levels);
  const std::string left_out =
      bad.empty() ? "" : "; " + std::to_string(levels.rows.rows_rejected) + " left out: " + bad;
  return {StatusCode::insufficient_data, "`outcome` needs rows with 1 and rows with 0, got " +
                                             numeric::shortest(levels.events) + " and " +
                                             numeric::shortest(levels.others) + left_out};
}

Status out_of_memory() {
  return {StatusCode::out_of_memory, "no memory to sort `probability`"};
}

}  // namespace kam::churn_detail
