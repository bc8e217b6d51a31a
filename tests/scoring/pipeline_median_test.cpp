#include "scoring/pipeline_median.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kam::scoring {
namespace {

/// All 2^n outcomes.
double median_by_force(const std::vector<Deal>& deals) {
  std::vector<std::pair<double, double>> outcomes;
  for (std::size_t bits = 0; bits < std::size_t{1} << deals.size(); ++bits) {
    double sum = 0, p = 1;
    for (std::size_t d = 0; d < deals.size(); ++d) {
      const bool won = (bits >> d & 1) != 0;
      sum += won ? deals[d].value : 0;
      p *= won ? deals[d].probability : 1 - deals[d].probability;
    }
    outcomes.emplace_back(sum, p);
  }
  std::sort(outcomes.begin(), outcomes.end());
  double below = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    below += outcomes[i].second;
    const bool last = i + 1 == outcomes.size() || outcomes[i + 1].first > outcomes[i].first;
    if (last && below >= .5 - 1e-12) return outcomes[i].first;
  }
  return outcomes.back().first;
}

TEST(PipelineMedian, TheSixDealsOfTheDesign) {
  const std::vector<Deal> deals = {{400, .05}, {300, .10}, {200, .30},
                                   {200, .40}, {100, .70}, {100, .75}};
  EXPECT_EQ(pipeline_median(deals), 300);  // P10/P50/P90 = 100/300/600; the mean is 335
  EXPECT_EQ(median_by_force(deals), 300);
  EXPECT_EQ(pipeline_median({}), 0);
  EXPECT_EQ(pipeline_median({{5, .5}}), 0);
  EXPECT_EQ(pipeline_median({{5, .500001}}), 5);
  EXPECT_EQ(pipeline_median({{5, 1}, {7, 1}}), 12);
}

TEST(PipelineMedian, AgreesWithAllOutcomes) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Deal> deals(1 + random() % 10);
    for (Deal& deal : deals) {
      deal = {static_cast<double>(1 + random() % (trial % 2 ? 9 : 100000)),
              static_cast<double>(random() % 101) / 100};
    }
    const double found = pipeline_median(deals);
    EXPECT_EQ(found, median_by_force(deals));
    std::shuffle(deals.begin(), deals.end(), random);
    EXPECT_EQ(pipeline_median(deals), found);
    for (Deal& deal : deals) deal.value *= 2;
    EXPECT_EQ(pipeline_median(deals), 2 * found);
  }
}

TEST(PipelineMedian, ManyDealsGoOnAGridAndStayClose) {
  std::mt19937 random(6);
  std::vector<Deal> deals;
  double total = 0;
  for (int i = 0; i < 40; ++i) {
    deals.push_back({1000 + static_cast<double>(random() % 1000000) / 7,
                     .1 * static_cast<double>(1 + random() % 9)});
    total += deals.back().value;
  }
  std::vector<double> sums(200000);
  std::uniform_real_distribution<double> uniform;
  for (double& sum : sums) {
    sum = 0;
    for (const Deal& deal : deals) sum += uniform(random) < deal.probability ? deal.value : 0;
  }
  std::nth_element(sums.begin(), sums.begin() + 100000, sums.end());
  EXPECT_NEAR(pipeline_median(deals), sums[100000], 0.004 * total);
  // A thousand equal deals have a thousand sums: exact.
  EXPECT_EQ(pipeline_median(std::vector<Deal>(1000, {10, .5})), 5000);
}

}  // namespace
}  // namespace kam::scoring
