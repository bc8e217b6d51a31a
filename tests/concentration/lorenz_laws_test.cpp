/// Laws and second paths of the concentration measures on random portfolios.
#include <kam/concentration/lorenz.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace kam {
namespace {

using Values = std::vector<double>;

Concentration of(const Values& values) {
  return *concentration(values);
}

class Portfolios {
 public:
  explicit Portfolios(unsigned seed) : engine_(seed) {}

  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  std::size_t index(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
  /// Heavy-tailed money in cents, with zeros and ties; never all zero.
  Values next() {
    Values values(2 + index(60));
    for (double& v : values) {
      v = uniform() < .15 ? 0 : std::round(100 * std::exp(8 * uniform())) / 100;
    }
    values[0] += 1;
    return values;
  }

 private:
  std::mt19937_64 engine_;
};

void expect_same(const Concentration& a, const Concentration& b, double tolerance) {
  EXPECT_NEAR(a.gini, b.gini, tolerance);
  EXPECT_NEAR(a.hhi, b.hhi, tolerance);
  EXPECT_NEAR(a.theil, b.theil, tolerance);
  EXPECT_NEAR(a.balance_point(), b.balance_point(), tolerance);
  for (double p = 0; p <= 1; p += .0625) EXPECT_NEAR(a.top_share(p), b.top_share(p), tolerance);
}

// --- laws --------------------------------------------------------------------

TEST(ConcentrationLaws, OrderOfRowsChangesNoBit) {
  Portfolios portfolios(1);
  for (int trial = 0; trial < 500; ++trial) {
    Values values = portfolios.next();
    values.push_back(-3);
    values[0] += 10;
    const Concentration before = of(values);
    for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[portfolios.index(i)]);
    const Concentration after = of(values);
    EXPECT_EQ(after.total, before.total);
    expect_same(after, before, 0);
    EXPECT_EQ(after.entropy_effective_accounts, before.entropy_effective_accounts);
  }
}

TEST(ConcentrationLaws, CurrencyDoesNotMatter) {
  Portfolios portfolios(2);
  for (int trial = 0; trial < 500; ++trial) {
    const Values values = portfolios.next();
    Values converted = values, doubled = values;
    for (double& v : converted) v *= 7.2431;
    for (double& v : doubled) v *= 2;
    expect_same(of(converted), of(values), 1e-13);
    expect_same(of(doubled), of(values), 0);
  }
}

TEST(ConcentrationLaws, ThreeTimesThePortfolioIsThePortfolio) {
  Portfolios portfolios(3);
  for (int trial = 0; trial < 300; ++trial) {
    const Values values = portfolios.next();
    Values thrice = values;
    for (int i = 0; i < 2; ++i) thrice.insert(thrice.end(), values.begin(), values.end());
    const Concentration one = of(values), three = of(thrice);
    EXPECT_NEAR(three.gini, one.gini, 1e-14);
    EXPECT_NEAR(three.theil, one.theil, 1e-13);
    EXPECT_NEAR(three.hhi, one.hhi / 3, 1e-14);
    EXPECT_NEAR(three.balance_point(), one.balance_point(), 1e-13);
  }
}

TEST(ConcentrationLaws, TakingFromTheRichLowersEveryMeasure) {
  Portfolios portfolios(4);
  for (int trial = 0; trial < 500; ++trial) {
    Values values = portfolios.next();
    const auto [poor, rich] = std::minmax_element(values.begin(), values.end());
    if (*rich - *poor < 1) continue;
    const Concentration before = of(values);
    const double amount = .4 * (*rich - *poor);
    *rich -= amount;
    *poor += amount;
    const Concentration after = of(values);
    EXPECT_LT(after.gini, before.gini);
    EXPECT_LT(after.hhi, before.hhi);
    EXPECT_LT(after.theil, before.theil + 1e-15);
    for (double p = 0; p <= 1; p += .1) EXPECT_LE(after.top_share(p), before.top_share(p) + 1e-14);
  }
}

TEST(ConcentrationLaws, Bounds) {
  Portfolios portfolios(5);
  for (int trial = 0; trial < 2000; ++trial) {
    const Values values = portfolios.next();
    const Concentration c = of(values);
    const double n = static_cast<double>(c.accounts);
    EXPECT_GE(c.gini, 0);
    EXPECT_LE(c.gini, 1 - 1 / n + 1e-15);
    EXPECT_LE(c.gini_corrected, 1);
    EXPECT_GE(c.hhi, 1 / n);
    EXPECT_LE(c.hhi, 1);
    EXPECT_GE(c.hhi_normalised, 0);
    EXPECT_LE(c.theil, std::log(n));
    EXPECT_GE(c.entropy_effective_accounts, c.effective_accounts * (1 - 1e-14));  // Hill numbers
    EXPECT_GT(c.balance_point(), 0);
    EXPECT_LE(c.balance_point(), .5 + 1e-15);
    EXPECT_NEAR(c.top_share(c.balance_point()) + c.balance_point(), 1, 1e-14);
  }
}

TEST(ConcentrationLaws, EqualAccountsAreExactlyEqual) {
  for (std::size_t n : {2u, 3u, 7u, 49u, 1000u, 12'345u}) {
    const Concentration c = of(Values(n, .1));
    EXPECT_EQ(c.gini, 0);
    EXPECT_NEAR(c.hhi, 1 / static_cast<double>(n), 1e-16);
    EXPECT_NEAR(c.hhi_normalised, 0, 1e-16);
    EXPECT_NEAR(c.theil, 0, 1e-15);
    EXPECT_NEAR(c.effective_accounts, static_cast<double>(n), 1e-10);
  }
}

TEST(ConcentrationLaws, TheCurveRisesAndBendsOneWay) {
  Portfolios portfolios(6);
  for (int trial = 0; trial < 300; ++trial) {
    const Concentration c = of(portfolios.next());
    const auto points = c.lorenz();
    EXPECT_EQ(points.front().value_share, 0);
    EXPECT_EQ(points.back().value_share, 1);
    double slope = 0, area = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const double step = points[i].value_share - points[i - 1].value_share;
      EXPECT_GE(step, slope - 1e-15);
      EXPECT_LE(points[i].value_share, points[i].account_share + 1e-15);
      slope = step;
      area += (points[i].value_share + points[i - 1].value_share) / 2;
    }
    EXPECT_NEAR(1 - 2 * area / static_cast<double>(c.accounts), c.gini, 1e-13);
  }
}

TEST(ConcentrationLaws, AccountsForIsTheSmallestThatReaches) {
  Portfolios portfolios(7);
  for (int trial = 0; trial < 1000; ++trial) {
    const Concentration c = of(portfolios.next());
    const double share = portfolios.uniform();
    const std::size_t k = *c.accounts_for(share);
    EXPECT_GE(c.top_count_share(k), share - 1e-13);
    if (k > 0) {
      EXPECT_LT(c.top_count_share(k - 1), share);
    }
    const AbcClasses classes = *c.abc();
    EXPECT_EQ(classes.a + classes.b + classes.c, c.accounts);
  }
}

// --- independent path --------------------------------------------------------

/// Half the mean absolute difference over the mean: O(n²), no sorting, long double.
long double gini_by_definition(const Values& values) {
  long double differences = 0, size = 0;
  for (double a : values) {
    size += std::fabs(a);
    for (double b : values) differences += std::fabs(static_cast<long double>(a) - b);
  }
  return differences / (2 * static_cast<long double>(values.size()) * size);
}

TEST(ConcentrationPaths, SumsByDefinitionInLongDouble) {
  Portfolios portfolios(8);
  for (int trial = 0; trial < 1000; ++trial) {
    const Values values = portfolios.next();
    const Concentration c = of(values);
    const auto n = static_cast<long double>(values.size());
    long double total = 0, hhi = 0, entropy = 0;
    for (double v : values) total += v;
    for (double v : values) {
      const long double q = v / total;
      hhi += q * q;
      if (q > 0) entropy -= q * std::log(q);
    }
    EXPECT_NEAR(c.gini, static_cast<double>(gini_by_definition(values)), 1e-15);
    EXPECT_NEAR(c.hhi, static_cast<double>(hhi), 1e-15);
    EXPECT_NEAR(c.hhi_normalised, static_cast<double>((hhi - 1 / n) / (1 - 1 / n)), 1e-15);
    EXPECT_NEAR(c.theil, static_cast<double>(std::log(n) - entropy), 2e-15);
    EXPECT_NEAR(c.entropy_effective_accounts, static_cast<double>(std::exp(entropy)), 2e-13);
    EXPECT_NEAR(c.total, static_cast<double>(total), 1e-15 * static_cast<double>(total));
  }
}

TEST(ConcentrationPaths, GiniAbsoluteByDefinition) {
  Portfolios portfolios(9);
  for (int trial = 0; trial < 500; ++trial) {
    Values values = portfolios.next();
    for (double& v : values) v *= portfolios.uniform() < .3 ? -1 : 1;
    const double gini = *gini_absolute(values);
    EXPECT_NEAR(gini, static_cast<double>(gini_by_definition(values)), 1e-15);
    EXPECT_LE(gini, 1);
  }
}

TEST(ConcentrationPaths, SmallSumsSurviveAGiant) {  // plain summation would lose every cent
  Values values(100'001, .01);
  values[500] = 1e15;
  EXPECT_EQ(of(values).total, 1e15 + 1000);
}

}  // namespace
}  // namespace kam
