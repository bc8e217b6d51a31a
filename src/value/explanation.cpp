#include <kam/value/explanation.hpp>

#include <algorithm>
#include <cmath>

#include <kam/base/columns.hpp>
#include <kam/base/special.hpp>

namespace kam::value {
namespace {

std::vector<Reason> strongest(const Explanation& explanation, std::size_t limit, double sign) {
  std::vector<Reason> all = reasons(explanation);
  std::erase_if(all, [sign](const Reason& r) { return !(sign * r.points > 0.0); });
  if (all.size() > limit) all.resize(limit);
  return all;
}

double median(std::span<const double> column) {
  std::vector<double> present;
  present.reserve(column.size());
  std::copy_if(column.begin(), column.end(), std::back_inserter(present),
               [](double s) { return !std::isnan(s); });
  if (present.empty()) return kNaN;
  const auto middle = present.begin() + static_cast<std::ptrdiff_t>(present.size() / 2);
  std::nth_element(present.begin(), middle, present.end());
  if (present.size() % 2 == 1) return *middle;
  const double before = *std::max_element(present.begin(), middle);
  return before + (*middle - before) / 2.0;
}

}  // namespace

Status explain_into(const ScorecardRow& row, const ScorecardRow& reference, Explanation& e) {
  if (reference.scores.size() != row.scores.size()) {
    return check_size("reference", reference.scores.size(), row.scores.size());
  }
  if (std::isnan(row.value_index)) {
    return {StatusCode::insufficient_data, "`row` has no value index to explain"};
  }
  if (std::isnan(reference.value_index)) {
    return {StatusCode::insufficient_data, "`reference` has no value index to compare with"};
  }
  e.value_index = row.value_index;
  e.reference_index = reference.value_index;
  e.coverage_points = 0.0;
  e.points.resize(row.scores.size());
  for (std::size_t k = 0; k < row.scores.size(); ++k) {
    const double w = row.effective_weights[k], w0 = reference.effective_weights[k];
    const double s = row.scores[k];
    const double s0 = std::isnan(reference.scores[k]) ? s : reference.scores[k];
    // A weight of 0 is tested, not multiplied: beside it the score may be NaN.
    e.points[k] = w > 0.0 ? w * (s - s0) : 0.0;
    if (w > 0.0 || w0 > 0.0) e.coverage_points += (w - w0) * s0;
  }
  return {};
}

Result<Explanation> explain(const ScorecardRow& row, const ScorecardRow& reference) {
  Explanation explanation;
  if (Status s = explain_into(row, reference, explanation); !s.ok()) return s;
  return explanation;
}

std::vector<double> median_scores(std::span<const std::span<const double>> scores) {
  std::vector<double> medians;
  for (const auto& column : scores) medians.push_back(median(column));
  return medians;
}

std::vector<Reason> reasons(const Explanation& explanation) {
  std::vector<Reason> all;
  for (std::size_t k = 0; k < explanation.points.size(); ++k) {
    all.push_back({ReasonKind::indicator, k, explanation.points[k]});
  }
  all.push_back({ReasonKind::coverage, 0, explanation.coverage_points});
  std::stable_sort(all.begin(), all.end(), [](const Reason& a, const Reason& b) {
    return std::fabs(a.points) > std::fabs(b.points);
  });
  return all;
}

std::vector<Reason> reasons_up(const Explanation& explanation, std::size_t limit) {
  return strongest(explanation, limit, 1.0);
}

std::vector<Reason> reasons_down(const Explanation& explanation, std::size_t limit) {
  return strongest(explanation, limit, -1.0);
}

}  // namespace kam::value
