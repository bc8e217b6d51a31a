#include <kam/churn/survival_evaluation.hpp>

#include <algorithm>
#include <cmath>

namespace kam::survival_evaluation {
namespace {

/// P(not censored by t), a step function.
struct CensoringCurve {
  std::vector<double> time, survival;

  [[nodiscard]] double until(double t) const {
    const auto after = std::upper_bound(time.begin(), time.end(), t);
    return after == time.begin() ? 1 : survival[static_cast<std::size_t>(after - time.begin()) - 1];
  }
  [[nodiscard]] double before(double t) const {
    const auto at = std::lower_bound(time.begin(), time.end(), t);
    return at == time.begin() ? 1 : survival[static_cast<std::size_t>(at - time.begin()) - 1];
  }
};

/// `left`: moments of the events; whoever left at t could not be censored at t any more.
Result<CensoringCurve> censoring_curve(const SurvivalColumns& columns,
                                       std::span<const std::uint8_t> usable, const RiskSet& left) {
  std::vector<double> censored(columns.rows());
  for (std::size_t i = 0; i < censored.size(); ++i) censored[i] = 1 - columns.event[i];
  const auto set = make_risk_set({columns.duration, censored, {}, columns.weight}, {}, 1, usable);
  if (!set) return set.error();
  CensoringCurve curve;
  double g = 1;
  std::size_t at = 0;
  for (const RiskMoment& m : set->moments) {
    while (at < left.moments.size() && left.moments[at].time < m.time) ++at;
    const bool tie = at < left.moments.size() && left.moments[at].time == m.time;
    const double n = m.at_risk - (tie ? left.moments[at].deaths : 0);
    g = m.deaths < n ? g * ((n - m.deaths) / n) : 0;
    curve.time.push_back(m.time);
    curve.survival.push_back(g);
  }
  return curve;
}

Status check(const SurvivalColumns& columns, std::span<const double> times,
             std::span<const double> survival) {
  if (Status s = check_sizes(columns); !s.ok()) return s;
  if (times.empty()) return invalid_argument("times", "at least one", 0);
  for (std::size_t k = 0; k < times.size(); ++k) {
    const bool ascends = k == 0 || times[k] > times[k - 1];
    if (!(times[k] >= 0) || !std::isfinite(times[k]) || !ascends)
      return invalid_argument("times", "finite, >= 0 and ascending", times[k]);
  }
  for (const double entry : columns.entry)
    if (entry > 0) return invalid_argument("entry", "0 for every row", entry);
  return check_size("survival", survival.size(), columns.rows() * times.size());
}

double longest_duration(const SurvivalColumns& columns) {
  double longest = kNaN;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const bool good = survival_row_reason(columns, i) == RowReason::none;
    if (good && !(columns.duration[i] <= longest)) longest = columns.duration[i];
  }
  return longest;
}

void integrate(std::span<const double> times, std::size_t supported, BrierScores& out) {
  if (supported == 0) return;
  double area = 0;
  for (std::size_t k = 1; k < supported; ++k)
    area += 0.5 * (out.score[k] + out.score[k - 1]) * (times[k] - times[k - 1]);
  out.integrated = supported == 1 ? out.score[0] : area / (times[supported - 1] - times[0]);
}

}  // namespace

Result<BrierScores> brier(const SurvivalColumns& columns, std::span<const double> times,
                          std::span<const double> survival) {
  if (Status s = check(columns, times, survival); !s.ok()) return s;
  const std::size_t n = columns.rows(), width = times.size();
  BrierScores out;
  out.supported = longest_duration(columns);
  std::size_t inside = 0;
  while (inside < width && times[inside] <= out.supported) ++inside;
  std::vector<std::uint8_t> usable(n, 1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < inside; ++k)
      if (!(survival[i * width + k] >= 0 && survival[i * width + k] <= 1)) usable[i] = 0;
  const auto set = make_risk_set(columns, {}, 1, usable);
  if (!set) return set.error();
  if (set->rows.empty()) return Status{StatusCode::insufficient_data, "no usable row"};
  const auto curve = censoring_curve(columns, usable, *set);
  if (!curve) return curve.error();
  // At the longest duration itself nothing is known of a row censored there.
  const bool ends_with_event = set->rows.back().event;
  while (inside > 0 && times[inside - 1] >= set->longest[0] &&
         (times[inside - 1] > set->longest[0] || !ends_with_event))
    --inside;
  out.score.assign(width, kNaN);
  for (std::size_t k = 0; k < inside; ++k) {
    double sum = 0;
    for (const RiskRow& row : set->rows) {
      const double s = survival[row.row * width + k], duration = columns.duration[row.row];
      if (duration > times[k])
        sum += row.weight * (1 - s) * (1 - s) / curve->until(times[k]);
      else if (row.event)
        sum += row.weight * s * s / curve->before(duration);
    }
    out.score[k] = sum / set->weight;
  }
  integrate(times, inside, out);
  out.beyond = width - inside;
  out.supported = set->longest[0];
  out.rows = set->report;
  return out;
}

}  // namespace kam::survival_evaluation
