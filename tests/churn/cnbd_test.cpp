/// BG/CNBD-k and MBG/CNBD-k: k = 1 is (M)BG/NBD, laws, simulation by gaps, hostile input. No
/// converged or published numbers for k > 1 are known to us, so there is no test of that family
/// beyond the choice of k on CDNOW, whose buyers Reutterer, Platzer & Schröder (2021) call
/// irregular: 50-digit tables (cnbd_reference_test.cpp) stand in.
#include <kam/churn/order_model.hpp>

#include <algorithm>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "cdnow.hpp"
#include "churn/beta_geometric_fit.hpp"
#include "churn/cnbd_fixture.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

using Models = testing::Types<bgcnbd::Parameters, mbgcnbd::Parameters>;
TYPED_TEST_SUITE(Cnbd, Models);

// ---- k = 1 --------------------------------------------------------------------------------------

TYPED_TEST(Cnbd, OnePhaseIsThePlainModelToTheBit) {
  using Without = typename TestFixture::Plain;
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const auto any = [&] { return std::exp(6 * random.uniform() - 3); };
    const Without q{any(), any(), any(), any()};
    const TypeParam p{q.r, q.alpha, q.a, q.b, 1};
    const double x = std::floor(std::exp(8 * random.uniform()) - 1), T = 10 * any(), h = 10 * any();
    const double t_x = x > 0 ? T * random.uniform() : 0;
    EXPECT_EQ(log_likelihood(p, x, t_x, T, kNaN), log_likelihood(q, x, t_x, T));
    EXPECT_EQ(probability_alive(p, x, t_x, T), probability_alive(q, x, t_x, T));
    EXPECT_EQ(probability_no_order(p, h, x, t_x, T), probability_no_order(q, h, x, t_x, T));
    EXPECT_EQ(expected_orders(p, h, x, t_x, T), expected_orders(q, h, x, t_x, T));
    EXPECT_EQ(expected_orders_new(p, h), expected_orders_new(q, h));
  }
}

TYPED_TEST(Cnbd, OnePhaseBatchesAndFitAreThoseOfThePlainModel) {
  using Without = typename TestFixture::Plain;
  const auto a = this->simulated(3000, 4);
  const TypeParam p{.5, 6, .9, 1.6, 1};
  const OrderModel with(p), without(Without{.5, 6, .9, 1.6});
  std::vector<double> one(a.x.size()), other(a.x.size());
  const auto same = [&](const auto& verb) {
    ASSERT_TRUE(verb(with, one).ok() && verb(without, other).ok());
    EXPECT_EQ(one, other);
  };
  same([&](const auto& m, auto& out) { return log_likelihood(m, a.columns(), out); });
  same([&](const auto& m, auto& out) { return probability_alive(m, a.columns(), out); });
  same([&](const auto& m, auto& out) { return probability_no_order(m, 9, a.columns(), out); });
  same([&](const auto& m, auto& out) { return expected_orders(m, 9, a.columns(), out); });
  same([&](const auto& m, auto& out) {
    return discounted_expected_orders(m, 50, .01, a.columns(), out);
  });
  const auto fit = this->fit(a.columns(), 1);
  const auto plain = this->fit_plain(a.columns());
  ASSERT_TRUE(fit && plain);
  EXPECT_EQ(fit->parameters.values(), plain->parameters.values());
  EXPECT_EQ(fit->log_likelihood, plain->log_likelihood);
  EXPECT_EQ(fit->covariance, plain->covariance);
}

// ---- Laws ---------------------------------------------------------------------------------------

TYPED_TEST(Cnbd, ProbabilitiesStayInTheirRangeAndMoveTheRightWay) {
  for (const int k : {2, 3, 8, 20}) {
    auto p = this->kTypical;
    p.k = k;
    for (const double x : {1.0, 3.0, 20.0, 300.0}) {
      double previous_alive = -1;
      for (double t_x = 0; t_x <= 40; t_x += 2.5) {
        const double alive = probability_alive(p, x, t_x, 40);
        EXPECT_GE(alive, previous_alive) << "a later last order never lowers P(alive)";
        EXPECT_LE(alive, 1);
        previous_alive = alive;
        double previous_silent = 1.1, previous_orders = -1;
        for (const double horizon : {0.0, 1e-9, 1.0, 10.0, 1e3, 1e9}) {
          const double silent = probability_no_order(p, horizon, x, t_x, 40);
          const double orders = expected_orders(p, horizon, x, t_x, 40);
          EXPECT_LE(silent, previous_silent);
          EXPECT_GE(silent, 1 - alive - 1e-15);
          EXPECT_GE(orders, previous_orders * (1 - 1e-13));
          EXPECT_GE(orders, (1 - silent) * (1 - 1e-12) - 1e-13);
          previous_silent = silent;
          previous_orders = orders;
        }
      }
    }
    EXPECT_EQ(expected_orders(p, 0, 3, 5, 9), 0);
    EXPECT_NEAR(probability_no_order(p, 0, 3, 5, 9), 1, 1e-15);
  }
}

TYPED_TEST(Cnbd, RescalingTimeRescalesAlphaAndNothingElse) {
  const auto p = this->kTypical;
  for (const double c : {1.0 / 7, 24.0}) {
    auto scaled = p;
    scaled.alpha *= c;
    EXPECT_NEAR(probability_alive(scaled, 4, 10 * c, 30 * c), probability_alive(p, 4, 10, 30),
                1e-14);
    EXPECT_NEAR(expected_orders(scaled, 9 * c, 4, 10 * c, 30 * c), expected_orders(p, 9, 4, 10, 30),
                1e-13);
    // A density of four order times.
    EXPECT_NEAR(log_likelihood(scaled, 4, 10 * c, 30 * c, 3 + 4 * std::log(c)) + 4 * std::log(c),
                log_likelihood(p, 4, 10, 30, 3), 1e-12);
  }
}

TYPED_TEST(Cnbd, NoOrderProbabilityIsTheRatioOfLikelihoods) {
  const auto p = this->kTypical;
  for (const double x : {0.0, 1.0, 7.0, 40.0}) {
    const double t_x = x > 0 ? 21 : 0;
    const double ratio = std::exp(log_likelihood_without_gaps(p, x, t_x, 30 + 13) -
                                  log_likelihood_without_gaps(p, x, t_x, 30));
    EXPECT_LE(relative_error(probability_no_order(p, 13, x, t_x, 30), ratio), 1e-12) << x;
  }
}

/// The likelihood of one repeat order, integrated over its time, and of none add up to 1 but for
/// two orders and more: all three are probabilities of counts of a new account.
TYPED_TEST(Cnbd, LikelihoodIntegratesToTheCountsOfANewAccount) {
  const double T = 12;
  for (const int k : {1, 2, 5}) {
    auto p = this->kTypical;
    p.k = k;
    EXPECT_NEAR(std::exp(log_likelihood(p, 0, 0, T, 0)), probability_of_orders(p, 0, T), 1e-14);
    const int n = 4000;  // midpoint rule
    double once = 0;
    for (int i = 0; i < n; ++i) {
      const double t = (i + .5) * T / n;
      once += std::exp(log_likelihood(p, 1, t, T, std::log(t))) * T / n;
    }
    EXPECT_NEAR(once, probability_of_orders(p, 1, T), 1e-6) << k;
    double total = 0, mean = 0;
    for (double x = 0; x < 4000; ++x) {
      total += probability_of_orders(p, x, T);
      mean += x * probability_of_orders(p, x, T);
    }
    EXPECT_NEAR(total, 1, 1e-12) << k;
    EXPECT_NEAR(mean, expected_orders_new(p, T), 1e-10) << k;
  }
}

TYPED_TEST(Cnbd, ExpectedOrdersAddUpOverTheNextOrder) {
  // E[orders in h] for a short h is close to P(an order in h): two need 2 k phases, or k of them.
  auto p = this->kTypical;
  for (const double t_x : {0.0, 9.0, 9.99}) {
    const double h = 1e-4, orders = expected_orders_if_alive(p, h, 4, t_x, 10);
    const double some = 1 - probability_no_order_if_alive(p, h, 4, t_x, 10);
    EXPECT_NEAR(orders, some, 1e-7 * (orders + 1e-8)) << t_x;
  }
}

TYPED_TEST(Cnbd, WeightsCountAsRepetitionsAndRowOrderDoesNotMatter) {
  const auto a = this->simulated(400, 5);
  std::vector<double> weight(a.x.size()), x, t_x, T, gaps;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    weight[i] = static_cast<double>(i % 4);
    for (std::size_t k = 0; k < i % 4; ++k) {
      x.insert(x.begin(), a.x[i]);
      t_x.insert(t_x.begin(), a.t_x[i]);
      T.insert(T.begin(), a.T[i]);
      gaps.insert(gaps.begin(), a.log_gaps[i]);
    }
  }
  const auto weighted = this->fit({a.x, a.t_x, a.T, weight, a.log_gaps}, 3);
  const auto repeated = this->fit({x, t_x, T, {}, gaps}, 3);
  ASSERT_TRUE(weighted && repeated);
  EXPECT_EQ(weighted->parameters, repeated->parameters);
  EXPECT_EQ(weighted->log_likelihood, repeated->log_likelihood);
}

// ---- An independent path ------------------------------------------------------------------------

/// ln of the likelihood of (t_x, T) in long double, term by term from the definition.
template <bool kFirst>
long double long_likelihood(const std::array<long double, 4>& log_p, int k, double x, double t_x,
                            double T) {
  const long double r = std::exp(log_p[0]), alpha = std::exp(log_p[1]), a = std::exp(log_p[2]),
                    b = std::exp(log_p[3]), s = r + k * static_cast<long double>(x);
  const long double n = x + (kFirst ? 1 : 0), gap = static_cast<long double>(T) - t_x;
  long double term = std::pow(alpha + T, -s), inner = term;
  for (int j = 1; j < k; ++j) {
    term *= (s + j - 1) / j * gap / (alpha + T);
    inner += term;
  }
  if (n > 0) inner += a / (b + n - 1) * std::pow(alpha + t_x, -s);
  return std::lgamma(s) - std::lgamma(r) + r * std::log(alpha) + std::lgamma(b + n) -
         std::lgamma(b) - std::lgamma(a + b + n) + std::lgamma(a + b) + std::log(inner);
}

TYPED_TEST(Cnbd, GradientAndHessianMatchFiniteDifferencesOfALongDoubleLikelihood) {
  constexpr bool kLeaves = TestFixture::kFirst;
  const auto a = this->simulated(300, 12);
  for (const int k : {1, 2, 5, 20}) {
    const detail::BetaGeometricParameters at{1.7, 5, .6, 2.2};
    const auto got = detail::beta_geometric_derivatives(a.columns(), {kLeaves, k}, at);
    ASSERT_TRUE(got);
    const auto total = [&](int i, long double hi, int j, long double hj) {
      std::array<long double, 4> log_p;
      for (std::size_t m = 0; m < 4; ++m)
        log_p[m] = std::log(static_cast<long double>(at.values()[m]));
      log_p[static_cast<std::size_t>(i)] += hi;
      log_p[static_cast<std::size_t>(j)] += hj;
      long double sum = 0;
      for (std::size_t m = 0; m < a.x.size(); ++m) {
        sum += long_likelihood<kLeaves>(log_p, k, a.x[m], a.t_x[m], a.T[m]);
      }
      return sum;
    };
    EXPECT_LE(relative_error(got->value, static_cast<double>(total(0, 0, 0, 0))), 1e-13) << k;
    const long double h = 1e-4L;
    const auto close = [&](double value, long double want) {
      EXPECT_NEAR(value, static_cast<double>(want), 1e-6 * (1 + std::fabs(value))) << "k = " << k;
    };
    for (int i = 0; i < 4; ++i) {
      close(got->gradient[i], (total(i, h, 0, 0) - total(i, -h, 0, 0)) / (2 * h));
      for (int j = 0; j < 4; ++j) {
        close(got->hessian(i, j),
              (total(i, h, j, h) - total(i, h, j, -h) - total(i, -h, j, h) + total(i, -h, j, -h)) /
                  (4 * h * h));
      }
    }
  }
}

TYPED_TEST(Cnbd, FitIsAStationaryPointOfTheScalarLikelihood) {
  const auto a = this->simulated(600, 9);
  const auto fit = this->fit(a.columns(), 3);
  ASSERT_TRUE(fit && fit->converged());
  EXPECT_EQ(fit->parameters.k, 3);
  const auto total = [&](const TypeParam& p) {
    double sum = 0;
    for (std::size_t i = 0; i < a.x.size(); ++i) {
      sum += log_likelihood(p, a.x[i], a.t_x[i], a.T[i], a.log_gaps[i]);
    }
    return sum;
  };
  EXPECT_LE(relative_error(fit->log_likelihood, total(fit->parameters)), 1e-12);
  for (std::size_t i = 0; i < 4; ++i) {
    auto up = fit->parameters.values(), down = up;
    const double h = 1e-4;
    up[i] *= std::exp(h);
    down[i] *= std::exp(-h);
    EXPECT_NEAR(
        (total(TypeParam::from_values(up, 3)) - total(TypeParam::from_values(down, 3))) / (2 * h),
        0, 1e-4)
        << i;
  }
}

/// An account told gap by gap, apart from the library's simulator.
struct Told {
  double x = 0, t_x = 0, later = 0;  // orders by T, the last of them, orders in (T, T + h]
  bool alive = true;                 // at T
};

Told tell(const std::array<double, 4>& p, int k, bool first, double T, double h, Random& random) {
  const double rate = random.gamma(p[0]) / p[1], leaves = random.beta(p[2], p[3]);
  Told account;
  bool stays = !first || random.uniform() >= leaves;
  account.alive = stays;
  for (double time = 0; stays;) {
    time += random.gamma(k) / rate;
    if (time > T + h) break;
    stays = random.uniform() >= leaves;
    if (time > T) {
      account.later += 1;
    } else {
      account.x += 1;
      account.t_x = time;
      account.alive = stays;
    }
  }
  return account;
}

TYPED_TEST(Cnbd, RegularBuyersToldByTheirGapsMatchTheFormulas) {
  for (const int k : {2, 6}) {
    const TypeParam p{4.0, 2.0 * k, .7, 5.0, k};  // a gap of about k / (r/alpha) = k^2 / 2
    const double T = 4.0 * k * k, h = 1.3 * k * k;
    Random random(77 + static_cast<std::uint64_t>(k));
    // By how long the account has been silent: P(alive) and orders must fit in every group.
    constexpr int kGroups = 4;
    std::array<double, kGroups> n{}, alive{}, orders{}, silent{}, want_alive{}, want_orders{},
        want_silent{};
    double total = 0, want_total = 0;
    const int accounts = 60000;
    for (int i = 0; i < accounts; ++i) {
      const Told told = tell(p.values(), k, TestFixture::kFirst, T, h, random);
      const auto g = static_cast<std::size_t>(
          std::min(kGroups - 1.0, std::floor((T - told.t_x) / T * 3 * kGroups)));
      n[g] += 1;
      alive[g] += told.alive;
      orders[g] += told.later;
      silent[g] += told.later == 0;
      want_alive[g] += probability_alive(p, told.x, told.t_x, T);
      want_orders[g] += expected_orders(p, h, told.x, told.t_x, T);
      want_silent[g] += probability_no_order(p, h, told.x, told.t_x, T);
      total += told.x;
    }
    want_total = accounts * expected_orders_new(p, T);
    EXPECT_NEAR(total / want_total, 1, .02) << k;
    for (std::size_t g = 0; g < kGroups; ++g) {
      ASSERT_GT(n[g], 500);
      // Four standard deviations of a binomial; orders vary a few times as much.
      EXPECT_NEAR(alive[g] / n[g], want_alive[g] / n[g], 2 / std::sqrt(n[g])) << k << " " << g;
      EXPECT_NEAR(silent[g] / n[g], want_silent[g] / n[g], 2 / std::sqrt(n[g])) << k << " " << g;
      EXPECT_NEAR(orders[g] / n[g], want_orders[g] / n[g], 8 / std::sqrt(n[g])) << k << " " << g;
    }
  }
}

TYPED_TEST(Cnbd, TheLibrarysSimulationMatchesTheFormulas) {
  const std::size_t n = 100000;
  std::vector<double> age(n, 26.0), x(n), t_x(n), later(n), later_recency(n), gaps(n);
  ASSERT_TRUE(simulate(this->kTypical, age, 3, x, t_x, {}, gaps).ok());
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_EQ(log_gaps_reason(x[i], t_x[i], gaps[i]), RowReason::none) << i;
  }
  std::fill(age.begin(), age.end(), 40.0);
  ASSERT_TRUE(simulate(this->kTypical, age, 3, later, later_recency).ok());
  double orders = 0, silent = 0, want_orders = 0, want_silent = 0;
  for (std::size_t i = 0; i < n; ++i) {
    orders += later[i] - x[i];
    silent += later[i] == x[i];
    want_orders += expected_orders(this->kTypical, 14, x[i], t_x[i], 26);
    want_silent += probability_no_order(this->kTypical, 14, x[i], t_x[i], 26);
  }
  EXPECT_NEAR(orders / want_orders, 1, 0.02);
  EXPECT_NEAR(silent / want_silent, 1, 0.01);
}

TYPED_TEST(Cnbd, DiscountedOrdersMatchAFineSum) {
  for (const int k : {3, 20}) {
    auto p = this->kTypical;
    p.k = k;
    for (const double x : {0.0, 5.0, 60.0}) {
      const double t_x = x > 0 ? 29.5 : 0, T = 30, h = 60, delta = .03;
      // By parts with the midpoint rule and Richardson's extrapolation.
      const auto sum = [&](int n) {
        double s = 0;
        for (int i = 0; i < n; ++i) {
          const double t = (i + .5) * h / n;
          s += std::exp(-delta * t) * expected_orders(p, t, x, t_x, T) * h / n;
        }
        return std::exp(-delta * h) * expected_orders(p, h, x, t_x, T) + delta * s;
      };
      const double want = (4 * sum(4000) - sum(2000)) / 3;
      double got = 0;
      ASSERT_TRUE(discounted_expected_orders(
                      OrderModel(p), h, delta,
                      {std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)}, std::span(&got, 1))
                      .ok());
      EXPECT_LE(relative_error(got, want), 1e-9) << k << " " << x;
    }
  }
}

// ---- The choice of k ----------------------------------------------------------------------------

TYPED_TEST(Cnbd, ThreePhasesAreFoundAgain) {
  const auto a = this->simulated(4000, 21);
  const auto fit = this->fit_k(a.columns(), 8);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->best.parameters.k, 3);
  EXPECT_TRUE(fit->best.converged());
  EXPECT_TRUE(fit->best.warning.empty()) << fit->best.warning;
  ASSERT_EQ(fit->log_likelihood.size(), 8u);
  EXPECT_EQ(*std::max_element(fit->log_likelihood.begin(), fit->log_likelihood.end()),
            fit->best.log_likelihood);
  EXPECT_LT(fit->log_likelihood[0], fit->best.log_likelihood - 50);
  for (std::size_t i = 0; i < 4; ++i) {
    const double z = (fit->best.parameters.values()[i] - this->kTypical.values()[i]) /
                     fit->best.standard_errors.values()[i];
    EXPECT_LT(std::fabs(z), 4) << TypeParam::kNames[i];
  }
  const auto cut_short = this->fit_k(a.columns(), 2);
  ASSERT_TRUE(cut_short);
  EXPECT_EQ(cut_short->best.parameters.k, 2);
  EXPECT_NE(cut_short->best.warning.find("`k` = 2 is the largest tried"), std::string::npos);
}

TYPED_TEST(Cnbd, CdnowIsIrregular) {
  // Reutterer, Platzer & Schröder (2021): purchases at CDNOW follow no rhythm.
  const test::Summary cdnow = test::cdnow_sample();
  const auto fit = this->fit_k(cdnow.orders_with_gaps(), 4);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->best.parameters.k, 1);
  EXPECT_NEAR(fit->best.log_likelihood, TestFixture::kFirst ? -9582.135715554 : -9582.429206674,
              1e-6);
  for (std::size_t k = 1; k < 4; ++k) EXPECT_LT(fit->log_likelihood[k], fit->log_likelihood[k - 1]);
}

TYPED_TEST(Cnbd, WithoutGapsTheParametersAreTheSameAndTheLikelihoodIsMissing) {
  const auto a = this->simulated(500, 13);
  const auto with = this->fit(a.columns(), 4);
  const auto without = this->fit({a.x, a.t_x, a.T}, 4);
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->parameters, without->parameters);
  EXPECT_TRUE(std::isfinite(with->log_likelihood));
  EXPECT_TRUE(std::isnan(without->log_likelihood));
  std::vector<double> out(a.x.size(), 7);
  const OrderModel model(with->parameters);
  const auto report = log_likelihood(model, {a.x, a.t_x, a.T}, out);
  EXPECT_EQ(report.status.message(), "`log_gaps` has 0 rows, expected 500");
  EXPECT_EQ(out[0], 7);
  ASSERT_TRUE(log_likelihood(model, a.columns(), out).ok());
  EXPECT_NEAR(std::accumulate(out.begin(), out.end(), 0.0), with->log_likelihood, 1e-8);
}

// ---- Hostile input ------------------------------------------------------------------------------

}  // namespace
}  // namespace kam
