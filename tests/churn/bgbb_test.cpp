/// BG/BB: laws, independent paths (enumeration, simulation, finite differences) and hostile input.
#include <kam/churn/bgbb.hpp>

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "churn/discrete_data.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using bgbb::Parameters;
using test::kDonors;
using test::relative_error;

const Parameters kPoints[] = {kDonors,
                              {1, 1, 1, 1},
                              {.05, 8, .02, .3},
                              {40, 3, 1 + 1e-9, 60},
                              {1e6, 2e6, 1e5, 1e6},
                              {1e-6, 1e-6, 1e-6, 1e-6}};

/// The probability of a 0/1 history, by the definition: integrate over the time of leaving.
double probability_of_history(const Parameters& p, unsigned history, int n) {
  double sum = 0;
  for (int there = 0; there <= n; ++there) {
    if (history >> there) continue;  // an order after it left
    int x = 0;
    for (int t = 0; t < there; ++t) x += static_cast<int>((history >> t) & 1);
    const double leaves = there < n ? 1 : 0;
    sum += std::exp(log_beta(p.alpha + x, p.beta + there - x) - log_beta(p.alpha, p.beta) +
                    log_beta(p.gamma + leaves, p.delta + there) - log_beta(p.gamma, p.delta));
  }
  return sum;
}

TEST(Bgbb, EnumeratedHistories) {
  constexpr int n = 8;
  for (const Parameters& p : {kPoints[0], kPoints[1], kPoints[2]}) {
    double total = 0, count[n + 1] = {}, later = 0;
    for (unsigned h = 0; h < 1u << n; ++h) {
      int x = 0, t_x = 0;
      for (int t = 0; t < n; ++t) {
        if ((h >> t) & 1) ++x, t_x = t + 1;
      }
      const double direct = probability_of_history(p, h, n);
      EXPECT_LE(relative_error(std::exp(bgbb::log_likelihood(p, x, t_x, n)), direct), 1e-12);
      total += direct;
      count[x] += direct;
      // Given x = 2, t_x = 3 in the first five periods: orders in the next three.
      if ((h & 31) == 5) later += direct * (x - 2);
    }
    EXPECT_NEAR(total, 1, 1e-12);
    for (int x = 0; x <= n; ++x)
      EXPECT_LE(relative_error(bgbb::probability_of_orders_new(p, x, n), count[x]), 1e-12) << x;
    const double given = std::exp(bgbb::log_likelihood(p, 2, 3, 5));
    EXPECT_LE(relative_error(bgbb::expected_orders(p, 3, 2, 3, 5), later / given), 1e-12);
  }
}

TEST(Bgbb, CountsAddUpAndHaveTheExpectedMean) {
  for (const Parameters& p : kPoints) {
    for (const auto& [x, t_x, n] : {std::array{0., 0., 6.}, {2., 4., 6.}, {6., 6., 6.}}) {
      double total = 0, mean = 0;
      for (int k = 0; k <= 40; ++k) {
        const double pk = bgbb::probability_of_orders(p, k, 40, x, t_x, n);
        ASSERT_GE(pk, 0);
        total += pk;
        mean += k * pk;
      }
      EXPECT_NEAR(total, 1, 1e-11);
      EXPECT_NEAR(mean, bgbb::expected_orders(p, 40, x, t_x, n), 1e-10);
    }
  }
}

TEST(Bgbb, LawsOfTheVerbs) {
  for (const Parameters& p : kPoints) {
    double before = 0, no_order = 1, alive = 1;
    for (int m = 0; m <= 50; ++m) {
      const double orders = bgbb::expected_orders(p, m, 3, 4, 8);
      EXPECT_GE(orders, before);
      EXPECT_LE(orders, m);
      EXPECT_LE(bgbb::discounted_expected_orders(p, m, .1, 3, 4, 8), orders);
      const double silent = bgbb::probability_no_order(p, m, 3, 4, 8);
      EXPECT_LE(silent, no_order * (1 + 1e-14));
      EXPECT_GE(silent, 0);
      const double there = bgbb::probability_alive(p, 3, 4, 8, m);
      EXPECT_LE(there, alive);
      before = orders, no_order = silent, alive = there;
    }
    EXPECT_EQ(bgbb::probability_alive(p, 3, 8, 8, 0), 1);  // ordered in the last period
    EXPECT_NEAR(bgbb::probability_no_order(p, 0, 3, 4, 8), 1, 1e-14);
    for (int t_x = 3; t_x < 8; ++t_x) {  // later orders, more alive
      EXPECT_LE(bgbb::probability_alive(p, 3, t_x, 8), bgbb::probability_alive(p, 3, t_x + 1, 8));
    }
  }
}

TEST(Bgbb, NextPeriodIsAliveTimesOrder) {
  // E[orders in the next period] = P(there at n + 1) E[p | data].
  for (const Parameters& p : kPoints) {
    const double expected =
        bgbb::probability_alive(p, 2, 4, 6) * (p.alpha + 2) / (p.alpha + p.beta + 6);
    EXPECT_LE(relative_error(bgbb::expected_orders(p, 1, 2, 4, 6), expected), 1e-13);
  }
}

TEST(Bgbb, LongHistoriesStayFinite) {
  for (const Parameters& p : kPoints) {
    for (const double n : {100., 10000.}) {
      for (const double t_x : {0., 1., n / 2, n - 1, n}) {
        for (const double x : {std::min(t_x, 1.), std::floor(t_x / 2), t_x}) {
          if ((x == 0) != (t_x == 0)) continue;
          EXPECT_LE(bgbb::log_likelihood(p, x, t_x, n), 0);
          EXPECT_TRUE(std::isfinite(bgbb::log_likelihood(p, x, t_x, n)));
          const double alive = bgbb::probability_alive(p, x, t_x, n);
          EXPECT_TRUE(alive >= 0 && alive <= 1) << alive;
          for (const double m : {1., 100., 1e6, 1e12}) {
            const double orders = bgbb::expected_orders(p, m, x, t_x, n);
            EXPECT_TRUE(orders >= 0 && orders <= m) << orders;
          }
          const double dert = bgbb::discounted_expected_orders(p, HUGE_VAL, 1e-6, x, t_x, n);
          EXPECT_TRUE(dert >= 0 && dert <= 1e6) << dert;
        }
      }
    }
  }
}

TEST(Bgbb, RowsOutsideTheDomain) {
  const double nan = kNaN, inf = HUGE_VAL;
  const double rows[][3] = {{-1, 0, 5},  {2, 1, 5},   {1, 6, 5},   {1, 0, 5},   {0, 1, 5},
                            {1.5, 2, 5}, {1, 2.5, 5}, {1, 2, 5.5}, {nan, 2, 5}, {1, nan, 5},
                            {1, 2, nan}, {1, 2, inf}, {1, 2, 1e7}};
  for (const auto& r : rows) {
    EXPECT_TRUE(std::isnan(bgbb::log_likelihood(kDonors, r[0], r[1], r[2])));
    EXPECT_TRUE(std::isnan(bgbb::probability_alive(kDonors, r[0], r[1], r[2])));
    EXPECT_TRUE(std::isnan(bgbb::expected_orders(kDonors, 3, r[0], r[1], r[2])));
    EXPECT_TRUE(std::isnan(bgbb::probability_no_order(kDonors, 3, r[0], r[1], r[2])));
  }
  for (const Parameters& p :
       {Parameters{0, 1, 1, 1}, {1, -1, 1, 1}, {1, 1, nan, 1}, {1, 1, 1, inf}})
    EXPECT_TRUE(std::isnan(bgbb::log_likelihood(p, 1, 2, 3)));
  EXPECT_TRUE(std::isnan(bgbb::expected_orders(kDonors, 1.5, 1, 2, 3)));
  EXPECT_TRUE(std::isnan(bgbb::expected_orders(kDonors, HUGE_VAL, 1, 2, 3)));  // gamma < 1
  EXPECT_TRUE(std::isfinite(bgbb::expected_orders({1, 1, 1.5, 1}, HUGE_VAL, 1, 2, 3)));
  EXPECT_EQ(bgbb::probability_of_orders_new(kDonors, 7, 6), 0);
}

TEST(BgbbBatch, EqualsTheScalarsAndCountsBadRows) {
  const std::vector<double> x{0, 2, 5, 1, kNaN, 6}, t_x{0, 4, 2, 1, 1, 6}, n{6, 6, 6, 3, 3, 8};
  const PeriodColumns rows{x, t_x, n};
  std::vector<double> out(6);
  const auto report = bgbb::expected_orders(kDonors, 10, rows, out);
  EXPECT_EQ(report.rows_scored, 4u);
  EXPECT_EQ(report.first_rejected, 2u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  for (const std::size_t i : {0u, 1u, 3u, 5u})
    EXPECT_EQ(out[i], bgbb::expected_orders(kDonors, 10, x[i], t_x[i], n[i]));
  EXPECT_TRUE(std::isnan(out[2]) && std::isnan(out[4]));
  ASSERT_TRUE(bgbb::probability_alive(kDonors, 2, rows, out).ok());
  EXPECT_EQ(out[3], bgbb::probability_alive(kDonors, 1, 1, 3, 2));
  ASSERT_TRUE(bgbb::probability_no_order(kDonors, 4, rows, out).ok());
  EXPECT_EQ(out[5], bgbb::probability_no_order(kDonors, 4, 6, 6, 8));
  ASSERT_TRUE(bgbb::log_likelihood(kDonors, rows, out).ok());
  EXPECT_EQ(out[1], bgbb::log_likelihood(kDonors, 2, 4, 6));
}

TEST(BgbbBatch, BadCallsLeaveTheOutputUntouched) {
  const std::vector<double> x{1}, t_x{1}, n{3};
  std::vector<double> out{42}, two(2);
  const PeriodColumns rows{x, t_x, n};
  EXPECT_FALSE(bgbb::expected_orders(kDonors, -1, rows, out).ok());
  EXPECT_FALSE(bgbb::expected_orders(kDonors, 1.5, rows, out).ok());
  EXPECT_FALSE(bgbb::discounted_expected_orders(kDonors, 5, -.1, rows, out).ok());
  EXPECT_FALSE(bgbb::expected_orders({0, 1, 1, 1}, 5, rows, out).ok());
  EXPECT_FALSE(bgbb::probability_no_order(kDonors, 2e6, rows, out).ok());
  EXPECT_EQ(bgbb::expected_orders(kDonors, 5, rows, two).status.code(), StatusCode::size_mismatch);
  EXPECT_EQ(bgbb::expected_orders(kDonors, 5, {x, t_x, two}, out).status.code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(out[0], 42);
}

double total_likelihood(const Parameters& p, const test::Donations& d) {
  double sum = 0;
  for (std::size_t i = 0; i < d.x.size(); ++i)
    sum += d.donors[i] * bgbb::log_likelihood(p, d.x[i], d.t_x[i], d.n[i]);
  return sum;
}

TEST(BgbbFit, OptimumAndCurvatureByFiniteDifferences) {
  // The scalar likelihood knows nothing of the fit's prefix sums.
  const test::Donations data;
  const auto fit = bgbb::fit(data.columns());
  ASSERT_TRUE(fit);
  const auto at = [&](std::size_t i, double hi, std::size_t j, double hj) {
    auto v = fit->parameters.values();
    v[i] *= std::exp(hi);
    v[j] *= std::exp(hj);
    return total_likelihood(Parameters::from_values(v), data);
  };
  EXPECT_NEAR(at(0, 0, 0, 0), fit->log_likelihood, 1e-8);
  constexpr double h = 1e-3;
  double product[4][4] = {};  // Hessian times covariance must be -1
  double hessian[4][4];
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      hessian[i][j] =
          i == j ? (at(i, h, i, 0) - 2 * at(i, 0, i, 0) + at(i, -h, i, 0)) / (h * h)
                 : (at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h)) /
                       (4 * h * h);
    }
    EXPECT_NEAR((at(i, h, i, 0) - at(i, -h, i, 0)) / (2 * h), 0, 2e-3) << i;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      for (std::size_t k = 0; k < 4; ++k)
        product[i][j] -= hessian[i][k] * fit->log_covariance[k * 4 + j];
      EXPECT_NEAR(product[i][j], i == j ? 1 : 0, 2e-3) << i << j;
    }
  }
}

TEST(BgbbFit, WeightsAreRepetitionAndOrderDoesNotMatter) {
  const test::Donations data;
  std::vector<double> x, t_x, n;
  for (std::size_t i = 22; i-- > 0;) {
    for (int k = 0; k < data.donors[i]; ++k) {
      x.push_back(data.x[i]), t_x.push_back(data.t_x[i]), n.push_back(6);
    }
  }
  const auto a = bgbb::fit(data.columns()), b = bgbb::fit({x, t_x, n});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->parameters, b->parameters);
  EXPECT_EQ(a->log_likelihood, b->log_likelihood);
}

TEST(BgbbFit, RecoversSimulatedParameters) {
  const Parameters truth{1.5, 2.5, 1.2, 6};
  std::vector<double> n(60000), x(60000), t_x(60000);
  for (std::size_t i = 0; i < n.size(); ++i) n[i] = 4 + static_cast<double>(i % 17);
  ASSERT_TRUE(bgbb::simulate(truth, n, 11, x, t_x).ok());
  const auto fit = bgbb::fit({x, t_x, n});
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  for (std::size_t i = 0; i < 4; ++i) {
    const double z =
        (fit->parameters.values()[i] - truth.values()[i]) / fit->standard_errors.values()[i];
    EXPECT_LE(std::fabs(z), 4) << i;
  }
  double orders = 0, expected = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    orders += x[i];
    expected += bgbb::expected_orders_new(truth, n[i]);
  }
  EXPECT_LE(relative_error(orders, expected), .02);
}

TEST(BgbbFit, EqualAccountsAreARidge) {
  // p and theta the same for all: the Betas shrink to points.
  std::vector<double> n(4000, 12), x(4000), t_x(4000);
  ASSERT_TRUE(bgbb::simulate({3e7, 7e7, 1e7, 9e7}, n, 3, x, t_x).ok());
  const auto fit = bgbb::fit({x, t_x, n});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->parameters.alpha / (fit->parameters.alpha + fit->parameters.beta), .3, .03);
  EXPECT_FALSE(fit->warning.empty());
  EXPECT_TRUE(std::isfinite(fit->log_likelihood));
}

TEST(BgbbFit, RefusesWhatItCannotFit) {
  const std::vector<double> zero{0, 0}, n{3, 4}, one{1};
  EXPECT_EQ(bgbb::fit({zero, zero, n}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(bgbb::fit({{}, {}, {}}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(bgbb::fit({zero, zero, one}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(bgbb::fit({zero, zero, n}, {.tolerance = 0}).error().code(),
            StatusCode::invalid_argument);
  EXPECT_EQ(bgbb::fit({zero, zero, n}, {.start = Parameters{0, 1, 1, 1}}).error().code(),
            StatusCode::invalid_argument);
  const test::Donations data;
  std::vector<double> bad = data.x;
  bad[3] = 9;
  const auto fit = bgbb::fit({bad, data.t_x, data.n, data.donors});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->rows.rows_rejected, 1u);
  EXPECT_EQ(fit->rows.first_rejected, 3u);
  EXPECT_EQ(fit->weight, 11104 - 129);
}

TEST(BgbbIntervals, HoldTheEstimateAndWidenWithTheLevel) {
  const test::Donations data;
  const auto fit = bgbb::fit(data.columns());
  const bgbb::Estimate estimate{fit->parameters, fit->log_covariance};
  std::vector<double> e(22), lo(22), hi(22), lo95(22), hi95(22);
  ASSERT_TRUE(bgbb::expected_orders(estimate, 5, .8, data.columns(), {e, lo, hi}).ok());
  ASSERT_TRUE(bgbb::expected_orders(estimate, 5, .95, data.columns(), {e, lo95, hi95}).ok());
  for (std::size_t i = 0; i < 22; ++i) {
    EXPECT_TRUE(lo95[i] < lo[i] && lo[i] < e[i] && e[i] < hi[i] && hi[i] < hi95[i]) << i;
    EXPECT_LE(hi95[i] / lo95[i], 1.5);  // 11,104 donors say a lot
  }
  ASSERT_TRUE(bgbb::probability_alive(estimate, 1, .8, data.columns(), {e, lo, hi}).ok());
  for (std::size_t i = 0; i < 22; ++i) EXPECT_TRUE(0 < lo[i] && lo[i] < hi[i] && hi[i] < 1);
  ASSERT_TRUE(bgbb::probability_no_order(estimate, 3, .8, data.columns(), {e, lo, hi}).ok());
  for (std::size_t i = 0; i < 22; ++i) EXPECT_TRUE(0 < lo[i] && lo[i] < hi[i] && hi[i] < 1);
  EXPECT_FALSE(bgbb::expected_orders(estimate, 5, 1.2, data.columns(), {e, lo, hi}).ok());
  EXPECT_FALSE(bgbb::expected_orders({kDonors, {}}, 5, .8, data.columns(), {e, lo, hi}).ok());
}

TEST(BgbbSimulation, AgreesWithTheModel) {
  std::vector<double> n(200000, 6), x(n.size()), t_x(n.size());
  ASSERT_TRUE(bgbb::simulate(kDonors, n, 7, x, t_x).ok());
  for (int k = 0; k <= 6; ++k) {
    const double share =
        static_cast<double>(std::count(x.begin(), x.end(), k)) / static_cast<double>(n.size());
    const double p = bgbb::probability_of_orders_new(kDonors, k, 6);
    EXPECT_LE(std::fabs(share - p), 5 * std::sqrt(p / static_cast<double>(n.size()))) << k;
  }
  std::vector<double> again(n.size()), other(n.size());
  ASSERT_TRUE(bgbb::simulate(kDonors, n, 7, again, t_x).ok());
  EXPECT_EQ(again, x);
  EXPECT_FALSE(bgbb::simulate(kDonors, std::vector{1.5}, 7, std::span(again).first(1),
                              std::span(other).first(1))
                   .ok());
}

}  // namespace
}  // namespace kam
