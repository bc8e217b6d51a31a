/// Laws that Pareto/NBD and NBD obey, independent paths (finite differences, brute-force sums,
/// simulation), and hostile input.
#include <kam/churn/order_model.hpp>

#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

auto fit_of(const pareto_nbd::Parameters&, const OrderColumns& columns,
            const FitOptions<pareto_nbd::Parameters>& options = {}, const Executor& executor = {}) {
  return pareto_nbd::fit(columns, options, executor);
}
auto fit_of(const nbd::Parameters&, const OrderColumns& columns,
            const FitOptions<nbd::Parameters>& options = {}, const Executor& executor = {}) {
  return nbd::fit(columns, options, executor);
}

template <class Parameters>
struct PoissonModelLaws : testing::Test {
  static constexpr std::size_t kCount = Parameters::kCount;
  static Parameters typical() {
    if constexpr (kCount == 4) {
      return {.6, 6, .8, 12};
    } else {
      return {.6, 6};
    }
  }
  static auto fit(const OrderColumns& columns, const FitOptions<Parameters>& options = {},
                  const Executor& executor = {}) {
    return fit_of(Parameters{}, columns, options, executor);
  }
  struct Accounts {
    std::vector<double> x, t_x, T;
    [[nodiscard]] OrderColumns columns() const { return {x, t_x, T}; }
  };
  static Accounts simulated(std::size_t n, std::uint64_t seed) {
    Accounts a{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
    Random random(seed);
    for (double& age : a.T) age = 10 + std::floor(60 * random.uniform());
    EXPECT_TRUE(simulate(typical(), a.T, seed, a.x, a.t_x).ok());
    return a;
  }
  static double total(const Accounts& a, const Parameters& p) {
    double sum = 0;
    for (std::size_t i = 0; i < a.x.size(); ++i) sum += log_likelihood(p, a.x[i], a.t_x[i], a.T[i]);
    return sum;
  }
};

using Models = testing::Types<pareto_nbd::Parameters, nbd::Parameters>;
TYPED_TEST_SUITE(PoissonModelLaws, Models);

TYPED_TEST(PoissonModelLaws, ProbabilitiesStayInTheirRangeAndMoveTheRightWay) {
  const auto p = this->typical();
  for (const double x : {1.0, 3.0, 20.0, 300.0, 1e5}) {
    double previous_alive = -1;
    for (double t_x = 0; t_x <= 40; t_x += 2.5) {
      const double alive = probability_alive(p, x, t_x, 40);
      EXPECT_GE(alive, previous_alive) << "a later last order never lowers P(alive)";
      EXPECT_LE(alive, 1);
      previous_alive = alive;
      double previous_silent = 1.1, previous_orders = -1;
      for (const double horizon : {0.0, 1e-9, 1e-3, 1.0, 10.0, 1e3, 1e9}) {
        const double silent = probability_no_order(p, horizon, x, t_x, 40);
        const double orders = expected_orders(p, horizon, x, t_x, 40);
        EXPECT_LE(silent, previous_silent);
        EXPECT_GE(silent, 1 - alive - 1e-15);
        EXPECT_GE(orders, previous_orders);
        EXPECT_GE(orders, (1 - silent) * (1 - 1e-12) - 1e-15);
        previous_silent = silent;
        previous_orders = orders;
      }
    }
    EXPECT_EQ(previous_alive, 1) << "it ordered just now";
  }
  EXPECT_EQ(expected_orders(p, 0, 3, 5, 9), 0);
  EXPECT_NEAR(probability_no_order(p, 0, 3, 5, 9), 1, 1e-15);
}

TYPED_TEST(PoissonModelLaws, RescalingTimeRescalesTheRatesAndNothingElse) {
  const auto p = this->typical();
  for (const double c : {1.0 / 7, 24.0}) {
    auto values = p.values();
    for (std::size_t i = 1; i < values.size(); i += 2) values[i] *= c;
    const auto scaled = TypeParam::from_values(values);
    EXPECT_NEAR(probability_alive(scaled, 4, 10 * c, 30 * c), probability_alive(p, 4, 10, 30),
                1e-14);
    EXPECT_NEAR(expected_orders(scaled, 9 * c, 4, 10 * c, 30 * c), expected_orders(p, 9, 4, 10, 30),
                1e-13);
    EXPECT_NEAR(log_likelihood(scaled, 4, 10 * c, 30 * c) + 4 * std::log(c),
                log_likelihood(p, 4, 10, 30), 1e-12);
    EXPECT_NEAR(probability_of_orders(scaled, 3, 9 * c, 4, 10 * c, 30 * c),
                probability_of_orders(p, 3, 9, 4, 10, 30), 1e-14);
  }
}

TYPED_TEST(PoissonModelLaws, NoOrderProbabilityIsTheRatioOfLikelihoods) {
  const auto p = this->typical();
  for (const double x : {0.0, 1.0, 7.0, 40.0}) {
    const double t_x = x > 0 ? 21 : 0;
    const double ratio = std::exp(log_likelihood(p, x, t_x, 43) - log_likelihood(p, x, t_x, 30));
    EXPECT_LE(relative_error(probability_no_order(p, 13, x, t_x, 30), ratio), 1e-12) << x;
  }
}

TYPED_TEST(PoissonModelLaws, CountProbabilitiesSumToOneAndToTheMean) {
  const auto p = this->typical();
  for (const double h : {.01, 3.0, 40.0}) {
    double sum = 0, mean = 0, sum_later = 0, mean_later = 0;
    for (double n = 0; n < 2000; ++n) {
      const double one = probability_of_orders(p, n, h);
      const double later = probability_of_orders(p, n, h, 6, 20, 30);
      sum += one;
      mean += n * one;
      sum_later += later;
      mean_later += n * later;
    }
    EXPECT_NEAR(sum, 1, 1e-12) << h;
    EXPECT_LE(relative_error(mean, expected_orders_new(p, h)), 1e-11) << h;
    EXPECT_NEAR(sum_later, 1, 1e-12) << h;
    EXPECT_LE(relative_error(mean_later, expected_orders(p, h, 6, 20, 30)), 1e-11) << h;
  }
}

/// Discounting against a fine midpoint sum of the expected orders.
TYPED_TEST(PoissonModelLaws, DiscountedOrdersAgreeWithABruteForceSum) {
  const auto p = this->typical();
  const double x = 5, t_x = 24, T = 30, horizon = 26;
  for (const double delta : {0.0, .002, .3}) {
    const int slices = 4000;
    double brute = 0;
    for (int i = 0; i < slices; ++i) {
      const double from = horizon * i / slices, to = horizon * (i + 1) / slices;
      brute += std::exp(-delta * (from + to) / 2) *
               (expected_orders(p, to, x, t_x, T) - expected_orders(p, from, x, t_x, T));
    }
    double got = 0;
    const OrderColumns account{std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)};
    ASSERT_TRUE(discounted_expected_orders(p, horizon, delta, account, std::span(&got, 1)).ok());
    EXPECT_LE(relative_error(got, brute), 1e-6) << delta;
    EXPECT_LE(got, expected_orders(p, horizon, x, t_x, T) * (1 + 1e-14));
    if (delta == 0) continue;
    double far = 0, endless = 0;
    ASSERT_TRUE(
        discounted_expected_orders(p, 1e7 / delta, delta, account, std::span(&far, 1)).ok());
    ASSERT_TRUE(
        discounted_expected_orders(p, HUGE_VAL, delta, account, std::span(&endless, 1)).ok());
    EXPECT_LE(relative_error(far, endless), 1e-13);
    EXPECT_GE(endless, got);
  }
}

TYPED_TEST(PoissonModelLaws, WeightsCountAsRepetitionsAndRowOrderDoesNotMatter) {
  const auto a = this->simulated(400, 5);
  std::vector<double> weight(a.x.size()), x, t_x, T;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    weight[i] = static_cast<double>(i % 4);
    for (std::size_t k = 0; k < i % 4; ++k) {
      x.insert(x.begin(), a.x[i]);
      t_x.insert(t_x.begin(), a.t_x[i]);
      T.insert(T.begin(), a.T[i]);
    }
  }
  const auto weighted = this->fit({a.x, a.t_x, a.T, weight});
  const auto repeated = this->fit({x, t_x, T});
  ASSERT_TRUE(weighted && repeated);
  EXPECT_EQ(weighted->parameters, repeated->parameters);
  EXPECT_EQ(weighted->log_likelihood, repeated->log_likelihood);
  EXPECT_EQ(weighted->stop_reason, repeated->stop_reason);
}

TYPED_TEST(PoissonModelLaws, FitIsAStationaryPointOfTheScalarLikelihood) {
  const auto a = this->simulated(2000, 9);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  EXPECT_LE(relative_error(fit->log_likelihood, this->total(a, fit->parameters)), 1e-13);
  for (std::size_t i = 0; i < this->kCount; ++i) {
    auto up = fit->parameters.values(), down = up;
    const double h = 1e-4;
    up[i] *= std::exp(h);
    down[i] *= std::exp(-h);
    const double rise =
        this->total(a, TypeParam::from_values(up)) - this->total(a, TypeParam::from_values(down));
    EXPECT_NEAR(rise / (2 * h), 0, 1e-4) << i;
  }
}

TYPED_TEST(PoissonModelLaws, CovarianceIsSymmetricPositiveAndMatchesFiniteDifferences) {
  constexpr std::size_t n = TypeParam::kCount;
  const auto a = this->simulated(3000, 11);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  const auto& c = fit->log_covariance;
  const auto at_log = [&](std::array<double, n> log_p) {
    for (double& v : log_p) v = std::exp(v);
    return this->total(a, TypeParam::from_values(log_p));
  };
  std::array<double, n> at;
  for (std::size_t i = 0; i < n; ++i) at[i] = std::log(fit->parameters.values()[i]);
  double hessian[n][n];
  const double h = 2e-3;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double value = 0;
      for (const int si : {-1, 1}) {
        for (const int sj : {-1, 1}) {
          auto point = at;
          point[i] += si * h;
          point[j] += sj * h;
          value += si * sj * at_log(point);
        }
      }
      hessian[i][j] = value / (4 * h * h);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_GT(c[i * n + i], 0);
    for (std::size_t j = 0; j < n; ++j) {
      EXPECT_EQ(c[i * n + j], c[j * n + i]);
      double product = 0;
      for (std::size_t k = 0; k < n; ++k) product += c[i * n + k] * hessian[k][j];
      EXPECT_NEAR(product, i == j ? -1 : 0, 5e-3);
    }
  }
}

TYPED_TEST(PoissonModelLaws, FitRecoversSimulatedParameters) {
  const auto a = this->simulated(60000, 21);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  for (std::size_t i = 0; i < this->kCount; ++i) {
    const double z = (fit->parameters.values()[i] - this->typical().values()[i]) /
                     fit->standard_errors.values()[i];
    EXPECT_LT(std::fabs(z), 4) << TypeParam::kNames[i];
  }
}

TYPED_TEST(PoissonModelLaws, SimulationMatchesTheFormulas) {
  const std::size_t n = 200000;
  std::vector<double> age(n, 26.0), x(n), t_x(n), later(n), later_recency(n);
  ASSERT_TRUE(simulate(this->typical(), age, 3, x, t_x).ok());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double square = 0;
  std::array<double, 4> seen{};
  for (const double v : x) {
    square += (v - mean) * (v - mean);
    if (v < 4) seen[static_cast<std::size_t>(v)] += 1;
  }
  EXPECT_NEAR(mean, expected_orders_new(OrderModel(this->typical()), 26),
              4 * std::sqrt(square) / n);
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const double want = probability_of_orders(this->typical(), static_cast<double>(k), 26);
    EXPECT_NEAR(seen[k] / n, want, 4 * std::sqrt(want * (1 - want) / n)) << k;
  }
  // The same streams observed for longer: orders in (26, 40] and silence there, over all accounts.
  std::fill(age.begin(), age.end(), 40.0);
  ASSERT_TRUE(simulate(this->typical(), age, 3, later, later_recency).ok());
  double orders = 0, silent = 0, want_orders = 0, want_silent = 0;
  for (std::size_t i = 0; i < n; ++i) {
    orders += later[i] - x[i];
    silent += later[i] == x[i];
    want_orders += expected_orders(this->typical(), 14, x[i], t_x[i], 26);
    want_silent += probability_no_order(this->typical(), 14, x[i], t_x[i], 26);
  }
  EXPECT_NEAR(orders / want_orders, 1, 0.02);
  EXPECT_NEAR(silent / want_silent, 1, 0.005);
}

TYPED_TEST(PoissonModelLaws, SameBitsForAnyThreadsAndBatch) {
  const auto a = this->simulated(10001, 31);
  const auto run = [](void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 3; ++t) {
      threads.emplace_back([=] {
        for (std::size_t i = t; i < n; i += 3) body(context, i);
      });
    }
    for (auto& thread : threads) thread.join();
  };
  const Executor three{nullptr, run, nullptr};
  const OrderModel model(this->typical());
  std::vector<double> one(a.x.size()), many(a.x.size());
  ASSERT_TRUE(expected_orders(model, 12, a.columns(), one).ok());
  ASSERT_TRUE(expected_orders(model, 12, a.columns(), many, three).ok());
  EXPECT_EQ(one, many);
  for (std::size_t i = 0; i < a.x.size(); i += 97) {
    double alone = 0;
    ASSERT_TRUE(
        expected_orders(model, 12,
                        {std::span(&a.x[i], 1), std::span(&a.t_x[i], 1), std::span(&a.T[i], 1)},
                        std::span(&alone, 1))
            .ok());
    ASSERT_EQ(one[i], alone);
    ASSERT_LE(
        relative_error(one[i], expected_orders(this->typical(), 12, a.x[i], a.t_x[i], a.T[i])),
        1e-13);
  }
  const auto fit = this->fit(a.columns());
  const auto fit_many = this->fit(a.columns(), {}, three);
  EXPECT_EQ(fit->parameters, fit_many->parameters);
  EXPECT_EQ(fit->covariance, fit_many->covariance);
}

TYPED_TEST(PoissonModelLaws, IntervalsContainTheEstimateAndCoverTheTruth) {
  int covered = 0;
  const int repetitions = 120;
  for (int k = 0; k < repetitions; ++k) {
    const auto a = this->simulated(800, 1000 + static_cast<std::uint64_t>(k));
    const auto fit = this->fit(a.columns());
    ASSERT_TRUE(fit);
    const double x = 3, t_x = 20, T = 30;
    double estimate = 0, lo = 0, hi = 0;
    const OrderColumns account{std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)};
    ASSERT_TRUE(
        probability_no_order(OrderEstimate::from(*fit), 8, .8, account,
                             {std::span(&estimate, 1), std::span(&lo, 1), std::span(&hi, 1)})
            .ok());
    EXPECT_LE(lo, estimate);
    EXPECT_LE(estimate, hi);
    const double truth = probability_no_order(this->typical(), 8, x, t_x, T);
    covered += lo <= truth && truth <= hi;
  }
  EXPECT_NEAR(covered, 96, 14);  // Binomial(120, .8): standard deviation 4.4
}

TYPED_TEST(PoissonModelLaws, BadRowsAreNaNAndCountedTheRestIsUntouched) {
  const std::vector<double> x{2, -1, 1.5, 2, 2, kNaN, 0, HUGE_VAL, 2},
      t_x{5, 1, 1, 11, -1, 1, 3, 1, 5}, T{10, 2, 2, 10, 10, 2, 10, 2, HUGE_VAL};
  std::vector<double> out(9);
  const OrderModel model(this->typical());
  const auto check_report = [&](const BatchReport& report) {
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report.rows_scored, 1u);
    EXPECT_EQ(report.rows_rejected, 8u);
    EXPECT_EQ(report.first_rejected, 1u);
    EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
    for (std::size_t i = 1; i < 9; ++i) EXPECT_TRUE(std::isnan(out[i])) << i;
  };
  check_report(probability_alive(model, {x, t_x, T}, out));
  EXPECT_NEAR(out[0], probability_alive(this->typical(), 2, 5, 10), 1e-15);
  check_report(expected_orders(model, 4, {x, t_x, T}, out));
  check_report(probability_no_order(model, 4, {x, t_x, T}, out));
  check_report(log_likelihood(model, {x, t_x, T}, out));
  check_report(discounted_expected_orders(model, 4, .1, {x, t_x, T}, out));
  const auto fit = this->fit({x, t_x, T});
  ASSERT_TRUE(fit) << "bad rows are left out of a fit";
  EXPECT_EQ(fit->rows.rows_rejected, 8u);
}

TYPED_TEST(PoissonModelLaws, BadCallsAreStatusesThatNameArgumentAndValue) {
  const std::vector<double> three(3, 1.0), two(2, 1.0);
  std::vector<double> out(3, 7.0);
  const OrderModel model(this->typical());
  auto report = expected_orders(model, -3, {three, three, three}, out);
  EXPECT_EQ(report.status.message(), "`horizon` must be finite and >= 0, got -3");
  report = expected_orders(model, HUGE_VAL, {three, three, three}, out);
  EXPECT_EQ(report.status.code(), StatusCode::invalid_argument);
  report = expected_orders(model, 3, {three, two, three}, out);
  EXPECT_EQ(report.status.message(), "`recency` has 2 rows, expected 3");
  report = discounted_expected_orders(model, HUGE_VAL, 0, {three, three, three}, out);
  EXPECT_EQ(report.status.message(), "`delta` must be > 0 where the horizon is infinite, got 0");
  auto values = this->typical().values();
  values[1] = -1;
  const auto wrong = TypeParam::from_values(values);
  report = probability_alive(OrderModel(wrong), {three, three, three}, out);
  EXPECT_EQ(report.status.message(), "`alpha` must be finite and > 0, got -1");
  EXPECT_EQ(out, std::vector<double>(3, 7.0)) << "a bad call leaves its output untouched";
  EXPECT_TRUE(std::isnan(probability_alive(wrong, 1, 1, 1)));
  EXPECT_EQ(this->fit({three, three, three}, {.start = wrong}).error().message(),
            "`alpha` must be finite and > 0, got -1");
  EXPECT_FALSE(this->fit({three, three, three}, {.tolerance = 0}));
  EXPECT_FALSE(this->fit({three, three, three}, {.max_iterations = 0}));
}

TYPED_TEST(PoissonModelLaws, ScalarsAnswerNaNOutsideTheirDomainAndNumbersInside) {
  const auto p = this->typical();
  for (const double bad : {-1.0, kNaN}) {
    EXPECT_TRUE(std::isnan(expected_orders(p, bad, 3, 5, 9)));
    EXPECT_TRUE(std::isnan(probability_no_order(p, bad, 3, 5, 9)));
    EXPECT_TRUE(std::isnan(probability_of_orders(p, bad, 3)));
    EXPECT_TRUE(std::isnan(probability_of_orders(p, 3, bad)));
    EXPECT_TRUE(std::isnan(probability_alive(p, 3, bad, 9)));
    EXPECT_TRUE(std::isnan(discounted_expected_orders_if_alive(p, 3, bad, 3, 9)));
  }
  EXPECT_TRUE(std::isnan(probability_of_orders(p, 1.5, 3)));
  // Every corner of eight decades: a probability is one, a mean is finite and not negative.
  for (std::size_t corner = 0; corner < 1u << this->kCount; ++corner) {
    auto values = p.values();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = corner >> i & 1 ? 1e5 : 1e-3;
    const auto q = TypeParam::from_values(values);
    for (const double x : {0.0, 1.0, 1e5}) {
      for (const double T : {0.0, 1e-6, 1.0, 1e6}) {
        for (const double share : {0.0, .3, 1.0}) {
          const double t_x = x > 0 ? share * T : 0;
          const double alive = probability_alive(q, x, t_x, T);
          EXPECT_TRUE(alive >= 0 && alive <= 1) << corner << " " << x << " " << t_x << " " << T;
          EXPECT_TRUE(std::isfinite(log_likelihood(q, x, t_x, T))) << corner << " " << x;
          for (const double h : {0.0, 1e-6, 1.0, 1e6}) {
            const double silent = probability_no_order(q, h, x, t_x, T);
            const double orders = expected_orders(q, h, x, t_x, T);
            const double three = probability_of_orders(q, 3, h, x, t_x, T);
            EXPECT_TRUE(silent >= 0 && silent <= 1) << corner << " " << x << " " << T << " " << h;
            EXPECT_TRUE(three >= 0 && three <= 1) << corner << " " << x << " " << T << " " << h;
            EXPECT_TRUE(orders >= 0 && orders < HUGE_VAL) << corner << " " << x << " " << T;
          }
          const double later = discounted_expected_orders_if_alive(q, HUGE_VAL, 1e-3, x, T);
          EXPECT_TRUE(later >= 0 && later < HUGE_VAL) << corner << " " << x << " " << T;
        }
      }
    }
  }
}

TYPED_TEST(PoissonModelLaws, ACancelledFitIsAStatusNeverAnAnswer) {
  const auto a = this->simulated(3000, 8);
  for (int allowed = 0; allowed < 30; ++allowed) {
    int polls = allowed;
    const Executor executor{&polls, nullptr,
                            [](void* left, double) { return (*static_cast<int*>(left))-- > 0; }};
    const auto fit = this->fit(a.columns(), {}, executor);
    if (fit) {
      EXPECT_TRUE(fit->converged());
    } else {
      EXPECT_EQ(fit.error().code(), StatusCode::cancelled);
    }
  }
}

TYPED_TEST(PoissonModelLaws, FitAnswersWhateverItIsGiven) {
  const std::vector<double> none;
  EXPECT_EQ(this->fit({none, none, none}).error().code(), StatusCode::insufficient_data);
  const std::vector<double> zero(5, 0.0), age(5, 10.0);
  EXPECT_EQ(this->fit({zero, zero, age}).error().code(), StatusCode::insufficient_data);
  // Everybody orders alike to the very end: the likelihood runs to a limiting model.
  const std::vector<double> x{5, 6, 4, 5, 7}, T(5, 10.0);
  const auto fit = this->fit({x, T, T});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_FALSE(fit->warning.empty());
  EXPECT_TRUE(std::isfinite(fit->log_likelihood));
  EXPECT_TRUE(std::isfinite(fit->log_covariance[0])) << "the limiting model still has intervals";
  const std::vector<double> x1{1}, t1{3}, T1{5};
  EXPECT_TRUE(this->fit({x1, t1, T1}));
  for (const double c : {1e-6, 1e9}) {
    auto a = this->simulated(1000, 77);
    for (double& v : a.t_x) v *= c;
    for (double& v : a.T) v *= c;
    const auto scaled = this->fit(a.columns());
    ASSERT_TRUE(scaled);
    EXPECT_TRUE(scaled->converged()) << c << " " << scaled->warning;
  }
}

}  // namespace
}  // namespace kam
