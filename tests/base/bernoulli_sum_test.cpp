#include <kam/base/bernoulli_sum.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace kam {
namespace {

using Cells = std::vector<std::uint32_t>;
using Values = std::vector<double>;

/// All 2^n outcomes.
std::vector<long double> brute_force(const Cells& cells, const Values& p) {
  std::vector<long double> pmf(std::accumulate(cells.begin(), cells.end(), std::size_t{1}));
  for (std::size_t set = 0; set < std::size_t{1} << cells.size(); ++set) {
    std::size_t sum = 0;
    long double probability = 1;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool in = (set >> i & 1) != 0;
      sum += in ? cells[i] : 0;
      probability *= in ? static_cast<long double>(p[i]) : 1 - static_cast<long double>(p[i]);
    }
    pmf[sum] += probability;
  }
  return pmf;
}

double at(const GridPmf& pmf, std::size_t k) {
  const auto i = static_cast<std::ptrdiff_t>(k) - pmf.first;
  const bool inside = i >= 0 && i < static_cast<std::ptrdiff_t>(pmf.probability.size());
  return inside ? pmf.probability[static_cast<std::size_t>(i)] : 0;
}

struct Sum {
  Cells cells;
  Values p;
};

Sum random_sum(Random& random, std::size_t n, std::uint64_t largest) {
  Sum sum;
  for (std::size_t i = 0; i < n; ++i) {
    sum.cells.push_back(static_cast<std::uint32_t>(random.below(largest + 1)));
    const double u = random.uniform();
    sum.p.push_back(u < .1 ? 0 : u > .9 ? 1 : u < .2 ? .5 : random.uniform());
  }
  return sum;
}

GridPmf law(const Sum& sum) {
  return bernoulli_sum(sum.cells, sum.p);
}

// --- numbers -----------------------------------------------------------------

TEST(BernoulliSum, SixDealsOfHandArithmetic) {
  const GridPmf pmf = bernoulli_sum(Cells{1, 1, 2}, Values{.5, .5, .25});
  EXPECT_EQ(pmf.first, 0);
  const Values expected{.1875, .375, .25, .125, .0625};
  EXPECT_EQ(pmf.probability, expected);
}

TEST(BernoulliSum, ManyEqualAccountsAreBinomial) {
  const std::size_t n = 1000;
  const double p = .1;
  const GridPmf pmf = bernoulli_sum(Cells(n, 1), Values(n, p));
  double log_choose = 0;
  for (std::size_t k = 0; k <= 300; ++k) {
    const double d = static_cast<double>(k), m = static_cast<double>(n);
    const double exact = std::exp(log_choose + d * std::log(p) + (m - d) * std::log1p(-p));
    EXPECT_NEAR(at(pmf, k), exact, 1e-11 * exact + 1e-30) << k;
    log_choose += std::log((m - d) / (d + 1));
  }
}

// --- an independent path -----------------------------------------------------

TEST(BernoulliSum, AgreesWithAllOutcomesToRelativePrecision) {
  Random random(1);
  for (int trial = 0; trial < 40; ++trial) {
    const Sum sum = random_sum(random, 1 + random.below(12), 1 + random.below(60));
    const GridPmf pmf = law(sum);
    const auto exact = brute_force(sum.cells, sum.p);
    for (std::size_t k = 0; k < exact.size(); ++k) {
      const auto want = static_cast<double>(exact[k]);
      EXPECT_NEAR(at(pmf, k), want, want > 1e-28 ? 1e-13 * want : 1e-30) << k;
    }
  }
}

TEST(BernoulliSum, WithoutOneAccountIsTheSumOfTheOthers) {
  Random random(2);
  for (int trial = 0; trial < 60; ++trial) {
    const Sum sum = random_sum(random, 2 + random.below(30), 1 + random.below(50));
    const std::size_t j = random.below(sum.cells.size());
    Sum rest = sum;
    rest.cells.erase(rest.cells.begin() + static_cast<std::ptrdiff_t>(j));
    rest.p.erase(rest.p.begin() + static_cast<std::ptrdiff_t>(j));
    const double blend = random.uniform();
    const GridTail whole(law(sum), blend), without(law(rest), blend);
    const GridExcess excess(law(sum)), fewer(law(rest));
    const std::ptrdiff_t total = std::accumulate(sum.cells.begin(), sum.cells.end(), 0);
    for (std::ptrdiff_t k = -2; k <= total + 1; ++k) {
      EXPECT_NEAR(whole.above_without(sum.cells[j], sum.p[j], k), without.above(k), 2e-13)
          << "cells " << sum.cells[j] << " p " << sum.p[j] << " k " << k;
      EXPECT_NEAR(excess.above_without(sum.cells[j], sum.p[j], k), fewer.above(k), 1e-10);
    }
  }
}

TEST(BernoulliSum, FourierAndDirectConvolutionAgree) {
  Random random(3);
  GridPmf a, b;
  a.first = -3;
  b.first = 5;
  const auto fill = [&](GridPmf& pmf, std::size_t size) {
    pmf.probability.assign(size, 0.0);
    double sum = 0;
    for (double& x : pmf.probability) sum += x = random.uniform();
    for (double& x : pmf.probability) x /= sum;
  };
  fill(a, 3000);
  fill(b, 2500);
  const GridPmf sum = convolve(a, b);
  ASSERT_EQ(sum.probability.size(), 5499u);
  EXPECT_EQ(sum.first, 2);
  for (std::size_t k = 0; k < 5499; k += 97) {
    double direct = 0;
    for (std::size_t i = k < 2500 ? 0 : k - 2499; i <= std::min<std::size_t>(k, 2999); ++i) {
      direct += a.probability[i] * b.probability[k - i];
    }
    EXPECT_NEAR(sum.probability[k], direct, 1e-17);
  }
}

// --- laws --------------------------------------------------------------------

TEST(BernoulliSum, MassIsOneAndMomentsAreClosedForms) {
  Random random(4);
  for (int trial = 0; trial < 30; ++trial) {
    const Sum sum = random_sum(random, 1 + random.below(300), 1 + random.below(500));
    const GridPmf pmf = law(sum);
    double mean = 0, variance = 0, mass = 0, first = 0, second = 0;
    for (std::size_t i = 0; i < sum.cells.size(); ++i) {
      mean += sum.cells[i] * sum.p[i];
      variance += 1.0 * sum.cells[i] * sum.cells[i] * sum.p[i] * (1 - sum.p[i]);
    }
    for (std::size_t i = 0; i < pmf.probability.size(); ++i) {
      const double k = static_cast<double>(pmf.first) + static_cast<double>(i);
      ASSERT_GE(pmf.probability[i], 0);
      mass += pmf.probability[i];
      first += k * pmf.probability[i];
      second += (k - mean) * (k - mean) * pmf.probability[i];
    }
    EXPECT_NEAR(mass, 1, 1e-13);
    EXPECT_NEAR(first, mean, 1e-12 * (1 + mean));
    EXPECT_NEAR(second, variance, 1e-11 * (1 + variance));
  }
}

TEST(BernoulliSum, OrderOfTheAccountsChangesNoBit) {
  Random random(5);
  Sum sum = random_sum(random, 200, 100);
  const GridPmf before = law(sum);
  for (std::size_t i = sum.cells.size(); i > 1; --i) {
    const std::size_t j = random.below(i);
    std::swap(sum.cells[i - 1], sum.cells[j]);
    std::swap(sum.p[i - 1], sum.p[j]);
  }
  EXPECT_EQ(law(sum).probability, before.probability);
}

// --- hostile -----------------------------------------------------------------

TEST(BernoulliSum, NothingIsCertainlyZero) {
  const GridPmf pmf = bernoulli_sum({}, {});
  EXPECT_EQ(pmf.first, 0);
  EXPECT_EQ(pmf.probability, Values{1});
  const GridPmf certain = bernoulli_sum(Cells{3, 4, 0}, Values{1, 1, .5});
  EXPECT_EQ(certain.first, 7);
  EXPECT_EQ(certain.probability, Values{1});
}

TEST(BernoulliSum, AHundredThousandAccounts) {
  Random random(6);
  const Sum sum = random_sum(random, 100'000, 20);
  const GridPmf pmf = law(sum);
  const double mass = std::accumulate(pmf.probability.begin(), pmf.probability.end(), 0.0);
  EXPECT_NEAR(mass, 1, 1e-10);
  EXPECT_LT(pmf.probability.size(), 100'000u);  // of some million cells
}

// --- grids -------------------------------------------------------------------

TEST(AmountGrid, FindsTheUnit) {
  const auto cents = amount_grid(Values{120.35, 80.10, 0, 4.45});
  ASSERT_TRUE(cents);
  EXPECT_TRUE(cents->exact);
  EXPECT_NEAR(cents->unit(), .05, 1e-16);
  EXPECT_EQ(cents->cells, (Cells{2407, 1602, 0, 89}));
  const auto whole = amount_grid(Values{400, 100, 50, 20, 10, 5});
  EXPECT_EQ(whole->unit(), 5);
  EXPECT_EQ(whole->amount(80), 400);
  EXPECT_EQ(amount_grid(Values{1e20, 3e20})->cells, (Cells{1, 3}));
}

TEST(AmountGrid, FindsUnitsThatAreNoDecimals) {
  Random random(7);
  for (int trial = 0; trial < 200; ++trial) {
    const double unit = std::exp(20 * random.uniform() - 10);
    Values amounts;
    std::uint64_t divisor = 0;
    for (int i = 0; i < 10; ++i) {
      const std::uint64_t k = 1 + random.below(5000);
      divisor = std::gcd(divisor, k);
      amounts.push_back(unit * static_cast<double>(k));
    }
    const auto grid = amount_grid(amounts);
    ASSERT_TRUE(grid->exact) << unit;
    EXPECT_NEAR(grid->unit() / (unit * static_cast<double>(divisor)), 1, 1e-12);
  }
}

TEST(AmountGrid, AmountsWithoutAUnitAreRounded) {
  const auto grid = amount_grid(Values{std::sqrt(2), std::sqrt(3), std::exp(1)}, 1'000'000, 1000);
  EXPECT_FALSE(grid->exact);
  EXPECT_NEAR(static_cast<double>(grid->total), 1000, 1.5);
  for (std::size_t i = 0; i < 3; ++i) {
    const double amount = i == 0 ? std::sqrt(2) : i == 1 ? std::sqrt(3) : std::exp(1);
    EXPECT_NEAR(grid->amount(grid->cells[i]), amount, .5001 * grid->unit());
  }
  EXPECT_FALSE(amount_grid(Values{1e7, 1}).value().exact);  // 10,000,001 cells
}

TEST(AmountGrid, RefusesWhatIsNoAmount) {
  EXPECT_FALSE(amount_grid(Values{-1}));
  EXPECT_FALSE(amount_grid(Values{std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(amount_grid(Values{std::numeric_limits<double>::infinity()}));
  EXPECT_FALSE(amount_grid(Values{1}, 0));
  EXPECT_TRUE(amount_grid(Values{0, 0})->exact);
  EXPECT_TRUE(amount_grid({})->exact);
}

}  // namespace
}  // namespace kam
