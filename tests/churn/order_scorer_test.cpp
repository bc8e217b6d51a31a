/// The prepared scorer against the series it stands for, and its promise about bits.
#include <kam/churn/order_scorer.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam {
namespace {

struct Accounts {
  std::vector<double> x, t, T;
  [[nodiscard]] OrderColumns columns() const { return {x, t, T}; }
  [[nodiscard]] OrderColumns slice(std::size_t from, std::size_t n) const {
    return {std::span(x).subspan(from, n), std::span(t).subspan(from, n),
            std::span(T).subspan(from, n)};
  }
};

/// Ages that share no calendar, order counts up to thousands, ages from 0 to far beyond alpha.
Accounts hard_accounts(std::size_t n, double longest) {
  Random random(11);
  Accounts a;
  for (std::size_t i = 0; i < n; ++i) {
    const bool heavy = i % 17 == 0;
    a.x.push_back(static_cast<double>(random.below(heavy ? 3000 : 12)));
    a.T.push_back(i % 29 == 0 ? 0 : longest * std::pow(random.uniform(), 4));
    if (a.T[i] == 0) a.x[i] = 0;
    a.t.push_back(a.x[i] > 0 ? a.T[i] : 0);
  }
  return a;
}

/// The worst relative difference to P(alive) times the series, row by row.
template <class Parameters>
double worst_against_series(const Parameters& p, double horizon, const Accounts& a) {
  std::vector<double> got(a.x.size()), alive(a.x.size());
  EXPECT_TRUE(expected_orders(p, horizon, a.columns(), got).ok());
  EXPECT_TRUE(probability_alive(p, a.columns(), alive).ok());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double want = alive[i] * expected_orders_if_alive(p, horizon, a.x[i], a.T[i]);
    if (want < 1e-290) continue;
    worst = std::fmax(worst, std::fabs(got[i] / want - 1));
  }
  return worst;
}

TEST(OrderScorer, IsTheSeriesToThirteenDigitsOverHardParameters) {
  double worst = 0;
  const Accounts a = hard_accounts(120, 400);
  for (const double r : {.05, .5, 8.0}) {
    for (const double alpha : {.1, 4.4, 300.0}) {
      for (const double drop : {.02, .8, 1.0, 30.0}) {
        for (const double b : {.2, 2.4, 90.0}) {
          for (const double horizon : {.3, 39.0, 5000.0}) {
            worst = std::fmax(
                worst, worst_against_series(bgnbd::Parameters{r, alpha, drop, b}, horizon, a));
            worst = std::fmax(
                worst, worst_against_series(mbgnbd::Parameters{r, alpha, drop, b}, horizon, a));
          }
        }
      }
    }
  }
  std::printf("  worst relative difference to the series: %.1e\n", worst);
  EXPECT_LE(worst, 1e-13);
}

/// The same integral by a rule of its own: composite Gauss-Legendre with 3 x 64 panels in t.
double by_panels(const mbgnbd::Parameters& p, double horizon, double delta, double x, double T) {
  constexpr double kAt[] = {-.7745966692414834, 0, .7745966692414834};
  constexpr double kWeight[] = {5.0 / 9, 8.0 / 9, 5.0 / 9};
  constexpr int kPieces = 400;
  double sum = 0;
  for (int k = 0; k < kPieces; ++k) {
    // Pieces grow with their distance from now: orders come fast at first.
    const double from = horizon * std::pow(k / double{kPieces}, 3);
    const double to = horizon * std::pow((k + 1) / double{kPieces}, 3);
    for (int j = 0; j < 3; ++j) {
      const double t = .5 * (from + to) + .5 * (to - from) * kAt[j];
      sum += .5 * (to - from) * kWeight[j] * std::exp(-delta * t) *
             expected_orders_if_alive(p, t, x, T);
    }
  }
  return std::exp(-delta * horizon) * expected_orders_if_alive(p, horizon, x, T) + delta * sum;
}

TEST(OrderScorer, DiscountedOrdersAgreeWithAnotherQuadrature) {
  const mbgnbd::Parameters p{.525, 6.183, .891, 1.614};
  for (const double horizon : {4.0, 52.18, 260.0, 2000.0}) {
    for (const double delta : {.0002, .00183, .02}) {
      for (const double x : {0.0, 3.0, 40.0, 1500.0}) {
        const double T = x == 0 ? 0 : 31, t = x == 0 ? 0 : 31;
        double got = 0;
        const OrderColumns account{std::span(&x, 1), std::span(&t, 1), std::span(&T, 1)};
        ASSERT_TRUE(
            discounted_expected_orders(p, horizon, delta, account, std::span(&got, 1)).ok());
        const double want = probability_alive(p, x, t, T) * by_panels(p, horizon, delta, x, T);
        EXPECT_NEAR(got / want, 1, 2e-11) << horizon << ' ' << delta << ' ' << x;
      }
    }
  }
}

TEST(OrderScorer, BitsDependNeitherOnTheBatchNorOnWhatIsPrepared) {
  const mbgnbd::Parameters p{.525, 6.183, .891, 1.614};
  const Accounts a = hard_accounts(4097, 300);
  for (const double delta : {0.0, .00183}) {
    const auto plain = OrderScorer::make(p, 52, delta);
    const auto ready = OrderScorer::make(p, 52, delta, {.most_orders = 6, .most_age = 100});
    ASSERT_TRUE(plain && ready);
    EXPECT_EQ(plain->panels(), 0u);
    EXPECT_EQ(ready->panels(), 63u);  // 7 counts, 9 halves of an octave
    std::vector<double> whole(a.x.size()), again(a.x.size());
    ASSERT_TRUE(plain->expected_orders(a.columns(), whole).ok());
    ASSERT_TRUE(ready->expected_orders(a.columns(), again).ok());
    EXPECT_EQ(whole, again);
    for (const std::size_t n : {1u, 3u, 7u, 8u, 9u, 31u, 33u, 1000u}) {
      std::vector<double> part(n);
      ASSERT_TRUE(plain->expected_orders(a.slice(50, n), part).ok());
      for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(part[i], whole[50 + i]) << n;
    }
  }
}

TEST(OrderScorer, WithoutAnEndItIsThePreparedSumOfALongOne) {
  const bgnbd::Parameters p{.24, 4.4, .79, 2.4};
  const Accounts a = hard_accounts(200, 80);
  std::vector<double> endless(a.x.size()), of_panels(a.x.size()), alive(a.x.size());
  ASSERT_TRUE(discounted_expected_orders(p, HUGE_VAL, .01, a.columns(), endless).ok());
  ASSERT_TRUE(discounted_expected_orders(p, 4000, .01, a.columns(), of_panels).ok());
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    ASSERT_NEAR(endless[i], of_panels[i], 1e-8 * of_panels[i]) << a.x[i] << ' ' << a.T[i];
  }
  EXPECT_FALSE(OrderScorer::make(p, HUGE_VAL, 0));
}

TEST(OrderScorer, PhasesAreScoredByTheirFormula) {
  const bgcnbd::Parameters three{.9, 2.0, .79, 2.4, 3}, one{.24, 4.4, .79, 2.4, 1};
  const Accounts a = hard_accounts(60, 80);
  std::vector<double> got(a.x.size()), plain(a.x.size());
  const auto scorer = OrderScorer::make(three, 39);
  ASSERT_TRUE(scorer);
  ASSERT_TRUE(scorer->expected_orders(a.columns(), got).ok());
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    EXPECT_DOUBLE_EQ(got[i], probability_alive(three, a.x[i], a.t[i], a.T[i]) *
                                 expected_orders_if_alive(three, 39, a.x[i], a.t[i], a.T[i]));
  }
  ASSERT_TRUE(expected_orders(one, 39, a.columns(), got).ok());
  ASSERT_TRUE(expected_orders(bgnbd::Parameters{.24, 4.4, .79, 2.4}, 39, a.columns(), plain).ok());
  EXPECT_EQ(got, plain);
}

TEST(OrderScorer, BadRowsAndBadCalls) {
  const bgnbd::Parameters p{.24, 4.4, .79, 2.4};
  const std::vector<double> x{1, -1, kNaN, 2, 0}, t{1, 1, 1, 5, 0}, T{2, 2, 2, 4, 1e300};
  std::vector<double> out(5);
  const auto report = expected_orders(p, 39, {x, t, T}, out);
  EXPECT_EQ(report.rows_scored, 2u);
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_GT(out[0], 0);
  EXPECT_GE(out[4], 0) << "an age beyond every panel has an answer too";
  EXPECT_TRUE(std::isnan(out[1]) && std::isnan(out[2]) && std::isnan(out[3]));
  EXPECT_EQ(OrderScorer::make(p, -1).error().message(),
            "`horizon` must be finite and >= 0, got -1");
  EXPECT_EQ(OrderScorer::make(p, 1, kNaN).error().message(),
            "`delta` must be finite and >= 0, got nan");
  EXPECT_EQ(OrderScorer::make(p, 1, 0, {.most_age = HUGE_VAL}).error().message(),
            "`most_age` must be finite, got inf");
  EXPECT_EQ(OrderScorer::make(bgnbd::Parameters{0, 1, 1, 1}, 1).error().message(),
            "`r` must be finite and > 0, got 0");
}

}  // namespace
}  // namespace kam
