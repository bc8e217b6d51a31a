/// The distribution of losses against 10⁷ simulated paths, in standard errors.
#include <kam/concentration/revenue_at_risk.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "concentration/portfolios.hpp"

namespace kam {
namespace {

using namespace test;

constexpr double kPaths = 1e7;
/// The largest deviation of an empirical distribution over all its points exceeds this once in some
/// 500 correct programs; the seed is fixed.
constexpr double kMostErrors = 4.5;
/// Points with fewer expected paths on one side have no normal law.
constexpr double kLeastPaths = 25;

struct Model {
  const char* name;
  double rho;
  bool by_sector;
};

/// Hidden normal variables path by path; nothing of kam but normal_quantile.
class Paths {
 public:
  Paths(const Portfolio& x, const Model& model, const RevenueAtRisk& exact)
      : tail_weight(x.value.size()), tail_square(x.value.size()) {
    Random random(20240607);
    std::vector<double> border(x.p.size());
    for (std::size_t j = 0; j < border.size(); ++j) border[j] = normal_quantile(x.p[j]);
    count.assign(static_cast<std::size_t>(exact.total) + 1, 0);
    const double at = exact.value_at_risk, above = exact.probability_above(at);
    const double here = exact.probability_above(at - .5) - above;
    const double blend = (1 - exact.level - above) / here;
    const double own = std::sqrt(1 - model.rho), common = std::sqrt(model.rho);
    std::vector<char> lost(border.size());
    for (double path = 0; path < kPaths; ++path) {
      double g[3] = {random.normal(), random.normal(), random.normal()};
      if (!model.by_sector) g[1] = g[2] = g[0];
      double loss = 0;
      for (std::size_t j = 0; j < border.size(); ++j) {
        lost[j] = common * g[j % 3] + own * random.normal() < border[j];
        loss += lost[j] != 0 ? x.value[j] : 0;
      }
      ++count[static_cast<std::size_t>(loss)];
      const double weight = loss > at ? 1 : loss == at ? blend : 0;
      if (weight > 0) add_tail(weight, loss, lost);
    }
  }

  std::vector<std::uint32_t> count;              // paths of each loss
  std::vector<double> tail_weight, tail_square;  // of each account that is lost
  double shortfall = 0, shortfall_square = 0;    // Σ weight·loss and its square

 private:
  void add_tail(double weight, double loss, const std::vector<char>& lost) {
    shortfall += weight * loss;
    shortfall_square += weight * loss * weight * loss;
    for (std::size_t j = 0; j < lost.size(); ++j) {
      tail_weight[j] += lost[j] != 0 ? weight : 0;
      tail_square[j] += lost[j] != 0 ? weight * weight : 0;
    }
  }
};

/// |estimate − exact| in standard errors of a mean over paths, from its sums.
double errors(double sum, double squares, double exact) {
  const double mean = sum / kPaths;
  return std::fabs(mean - exact) / std::sqrt((squares / kPaths - mean * mean) / kPaths);
}

struct Deviation {
  double most = 0, above = 0;  // standard errors; the exact P(L > x) where it is
  std::size_t points = 0;
};

/// Over all points of the grid.
Deviation of_distribution(const Paths& paths, const RevenueAtRisk& exact) {
  Deviation d;
  double above = kPaths;
  for (std::size_t x = 0; x < paths.count.size(); ++x) {
    above -= paths.count[x];
    const double p = exact.probability_above(static_cast<double>(x));
    if (!(kPaths * std::min(p, 1 - p) >= kLeastPaths)) continue;
    ++d.points;
    const double z = std::fabs(above / kPaths - p) / std::sqrt(p * (1 - p) / kPaths);
    if (z > d.most) d.most = z, d.above = p;
  }
  return d;
}

class RevenueAtRiskPaths : public testing::TestWithParam<Model> {};

TEST_P(RevenueAtRiskPaths, TenMillion) {
  Random random(3);
  const Portfolio x = random_portfolio(random, 60, 500);
  const Model model = GetParam();
  std::vector<std::uint32_t> sector;
  if (model.by_sector) sector = three_sectors(x.value.size());
  const auto exact = risk(x, model.rho, .95, sector);
  ASSERT_EQ(exact.grid_error, 0);
  const Paths paths(x, model, exact);

  const Deviation distribution = of_distribution(paths, exact);
  const double shortfall =
      errors(paths.shortfall, paths.shortfall_square, exact.expected_shortfall * (1 - exact.level));
  double tail = 0;
  for (std::size_t j = 0; j < x.value.size(); ++j) {
    const double chance = tail_chance(exact, x, j) * (1 - exact.level);
    tail = std::max(tail, errors(paths.tail_weight[j], paths.tail_square[j], chance));
  }
  std::printf(
      "%s: in standard errors, distribution %.2f (at P(L > x) = %.2g, %zu points), expected "
      "shortfall %.2f, tail contributions %.2f\n",
      model.name, distribution.most, distribution.above, distribution.points, shortfall, tail);
  EXPECT_GT(distribution.points, 5000u);
  EXPECT_LT(distribution.most, kMostErrors);
  EXPECT_LT(shortfall, kMostErrors);
  EXPECT_LT(tail, kMostErrors);
}

INSTANTIATE_TEST_SUITE_P(Models, RevenueAtRiskPaths,
                         testing::Values(Model{"independent", 0, false},
                                         Model{"one factor, .2", .2, false},
                                         Model{"one factor, .7", .7, false},
                                         Model{"three sectors, .2", .2, true}),
                         [](const auto& test) { return "Model" + std::to_string(test.index); });

}  // namespace
}  // namespace kam
