/// Scorecards that several tests use.
#pragma once

#include <kam/value/scorecard.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "value/random_numbers.hpp"

namespace kam::value::test {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

inline ScorecardRow row_of(const Scorecard& card, const std::vector<double>& scores) {
  return *evaluate(card, scores);
}

inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// W = .6 with a1 .5, a2 .5; W = .4 with b1. Scores 40, 90, 80 give 71; without a2, 56.
inline Scorecard two_by_two() {
  return *make_scorecard({{.id = "a", .weight = .6}, {.id = "b", .weight = .4}},
                         {{.id = "a1", .dimension = "a", .weight = .5},
                          {.id = "a2", .dimension = "a", .weight = .5},
                          {.id = "b1", .dimension = "b"}});
}

inline std::string numbered(const char* stem, std::size_t number) {
  std::string id = stem;
  return id.append(std::to_string(number));
}

/// Up to 5 dimensions of up to 6 indicators in mixed order; some weights are 0.
inline Scorecard random_scorecard(RandomNumbers& random) {
  std::vector<Dimension> dimensions;
  std::vector<Indicator> indicators;
  const std::size_t count = 1 + random.index(5), total = count * (1 + random.index(6));
  for (std::size_t d = 0; d < count; ++d) {
    dimensions.push_back({.id = numbered("d", d),
                          .weight = d > 0 && random.chance(.1) ? 0.0 : random.uniform(.01, 5),
                          .minimum_coverage = random.chance(.5) ? .5 : random.uniform()});
  }
  for (std::size_t k = 0; k < total; ++k) {
    indicators.push_back({.id = numbered("k", k),
                          .dimension = dimensions[k % count].id,
                          .weight = k >= count && random.chance(.1) ? 0 : random.uniform(.01, 9)});
  }
  return *make_scorecard(dimensions, indicators);
}

}  // namespace kam::value::test
