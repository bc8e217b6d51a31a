#include "numeric/score_levels.hpp"

#include <algorithm>
#include <cmath>

namespace kam::numeric {
namespace {

/// A row of one outcome; without weights a plain number, which sorts twice as fast.
struct Weighted {
  double score, weight;
  friend bool operator<(const Weighted& a, const Weighted& b) noexcept {
    return a.score < b.score || (a.score == b.score && a.weight < b.weight);
  }
};

double score_of(double row) {
  return row;
}
double score_of(const Weighted& row) {
  return row.score;
}
double weight_of(double) {
  return 1.0;
}
double weight_of(const Weighted& row) {
  return row.weight;
}

/// Weight of the rows of `score` from `at` on, which moves behind them.
template <class Row>
double take(const std::vector<Row>& rows, double score, std::size_t& at) {
  double sum = 0.0;
  for (; at < rows.size() && score_of(rows[at]) == score; ++at) sum += weight_of(rows[at]);
  return sum;
}

template <class Row>
void join(std::vector<Row>& events, std::vector<Row>& others, ScoreLevels& result) {
  std::sort(events.begin(), events.end());
  std::sort(others.begin(), others.end());
  result.levels.reserve(events.size() + others.size());
  std::size_t e = 0, o = 0;
  while (e < events.size() || o < others.size()) {
    const bool event =
        o == others.size() || (e < events.size() && score_of(events[e]) <= score_of(others[o]));
    const double score = event ? score_of(events[e]) : score_of(others[o]);
    Level level{score, 0.0, 0.0};
    level.events = take(events, score, e);
    level.others = take(others, score, o);
    result.events += level.events;
    result.others += level.others;
    result.levels.push_back(level);
  }
}

template <class Row, class Make>
void fill(std::span<const double> outcome, std::span<const double> score,
          std::span<const double> weight, ScoreDomain domain, const Make& make,
          ScoreLevels& result) {
  std::vector<Row> events, others;
  others.reserve(outcome.size());
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    if (std::isnan(outcome[i])) {
      ++result.unknown_outcomes;
      continue;
    }
    const double w = weight.empty() ? 1.0 : weight[i];
    const RowReason why = level_reason(outcome[i], score[i], w, domain);
    if (why != RowReason::none) {
      result.rows.rejected(i, why);
      continue;
    }
    result.rows.scored();
    // + 0.0 turns -0 into 0.
    if (w > 0.0) (outcome[i] == 1.0 ? events : others).push_back(make(score[i] + 0.0, w));
  }
  join(events, others, result);
}

}  // namespace

RowReason level_reason(double outcome, double score, double weight, ScoreDomain domain) noexcept {
  if (!std::isfinite(score) || !std::isfinite(weight)) return RowReason::not_finite;
  const bool inside = domain == ScoreDomain::any_finite || (score >= 0.0 && score <= 1.0);
  const bool known = outcome == 0.0 || outcome == 1.0;
  return inside && known && weight >= 0.0 ? RowReason::none : RowReason::out_of_domain;
}

ScoreLevels score_levels(std::span<const double> outcome, std::span<const double> score,
                         std::span<const double> weight, ScoreDomain domain) {
  ScoreLevels result;
  if (weight.empty()) {
    fill<double>(
        outcome, score, weight, domain, [](double s, double) { return s; }, result);
  } else {
    fill<Weighted>(
        outcome, score, weight, domain,
        [](double s, double w) {
          return Weighted{s, w};
        },
        result);
  }
  return result;
}

}  // namespace kam::numeric
