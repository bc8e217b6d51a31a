/// Laws that every order model obeys, an independent path (finite differences, simulation), and
/// hostile input: one tester, instantiated for each model.
#include <kam/churn/order_model.hpp>

#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "churn/beta_geometric_fit.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

template <class Parameters>
struct OrderModelLaws : testing::Test {
  static constexpr Parameters kTypical{.4, 5.0, .8, 2.0};
  static auto fit(const OrderColumns& columns, const FitOptions<Parameters>& options = {},
                  const Executor& executor = {}) {
    if constexpr (std::is_same_v<Parameters, bgnbd::Parameters>) {
      return bgnbd::fit(columns, options, executor);
    } else {
      return mbgnbd::fit(columns, options, executor);
    }
  }
  struct Accounts {
    std::vector<double> x, t_x, T;
    [[nodiscard]] OrderColumns columns() const { return {x, t_x, T}; }
  };
  static Accounts simulated(std::size_t n, std::uint64_t seed, const Parameters& p = kTypical) {
    Accounts a{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
    Random random(seed);
    for (double& age : a.T) age = 10 + std::floor(60 * random.uniform());
    EXPECT_TRUE(simulate(p, a.T, seed, a.x, a.t_x).ok());
    return a;
  }
};

using Models = testing::Types<bgnbd::Parameters, mbgnbd::Parameters>;
TYPED_TEST_SUITE(OrderModelLaws, Models);

TYPED_TEST(OrderModelLaws, ProbabilitiesStayInTheirRangeAndMoveTheRightWay) {
  const auto p = this->kTypical;
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
        EXPECT_GE(orders, previous_orders);
        // At least one order with probability 1 - silent: the mean is no smaller.
        EXPECT_GE(orders, (1 - silent) * (1 - 1e-12) - 1e-15);
        previous_silent = silent;
        previous_orders = orders;
      }
    }
  }
  EXPECT_EQ(expected_orders(p, 0, 3, 5, 9), 0);
  EXPECT_NEAR(probability_no_order(p, 0, 3, 5, 9), 1, 1e-15);
}

TYPED_TEST(OrderModelLaws, RescalingTimeRescalesAlphaAndNothingElse) {
  const auto p = this->kTypical;
  for (const double c : {1.0 / 7, 24.0}) {
    auto scaled = p;
    scaled.alpha *= c;
    EXPECT_NEAR(probability_alive(scaled, 4, 10 * c, 30 * c), probability_alive(p, 4, 10, 30),
                1e-14);
    EXPECT_NEAR(expected_orders(scaled, 9 * c, 4, 10 * c, 30 * c), expected_orders(p, 9, 4, 10, 30),
                1e-13);
    EXPECT_NEAR(log_likelihood(scaled, 4, 10 * c, 30 * c) + 4 * std::log(c),
                log_likelihood(p, 4, 10, 30), 1e-12);
  }
}

TYPED_TEST(OrderModelLaws, NoOrderProbabilityIsTheRatioOfLikelihoods) {
  const auto p = this->kTypical;
  for (const double x : {0.0, 1.0, 7.0, 40.0}) {
    const double t_x = x > 0 ? 21 : 0;
    const double ratio =
        std::exp(log_likelihood(p, x, t_x, 30 + 13) - log_likelihood(p, x, t_x, 30));
    EXPECT_LE(relative_error(probability_no_order(p, 13, x, t_x, 30), ratio), 1e-12) << x;
  }
}

TYPED_TEST(OrderModelLaws, WeightsCountAsRepetitionsAndRowOrderDoesNotMatter) {
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

TYPED_TEST(OrderModelLaws, FitIsAStationaryPointOfTheScalarLikelihood) {
  const auto a = this->simulated(600, 9);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  const auto total = [&](const TypeParam& p) {
    double sum = 0;
    for (std::size_t i = 0; i < a.x.size(); ++i) sum += log_likelihood(p, a.x[i], a.t_x[i], a.T[i]);
    return sum;
  };
  EXPECT_LE(relative_error(fit->log_likelihood, total(fit->parameters)), 1e-13);
  // Second differences of the scalar likelihood against the inverse of the covariance's diagonal
  // block.
  for (std::size_t i = 0; i < 4; ++i) {
    auto up = fit->parameters.values(), down = up;
    const double h = 1e-4;
    up[i] *= std::exp(h);
    down[i] *= std::exp(-h);
    const double rise = total(TypeParam::from_values(up)) - total(TypeParam::from_values(down));
    EXPECT_NEAR(rise / (2 * h), 0, 1e-4) << i;
  }
}

TYPED_TEST(OrderModelLaws, CovarianceIsSymmetricPositiveAndMatchesFiniteDifferences) {
  const auto a = this->simulated(3000, 11);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  const auto& c = fit->log_covariance;
  const auto total = [&](std::array<double, 4> log_p) {
    for (double& v : log_p) v = std::exp(v);
    double sum = 0;
    const auto p = TypeParam::from_values(log_p);
    for (std::size_t i = 0; i < a.x.size(); ++i) sum += log_likelihood(p, a.x[i], a.t_x[i], a.T[i]);
    return sum;
  };
  std::array<double, 4> at;
  for (std::size_t i = 0; i < 4; ++i) at[i] = std::log(fit->parameters.values()[i]);
  // C * Hessian = -I with the Hessian by central differences of the scalar formula.
  double hessian[4][4];
  const double h = 2e-3;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      double value = 0;
      for (const int si : {-1, 1}) {
        for (const int sj : {-1, 1}) {
          auto point = at;
          point[i] += si * h;
          point[j] += sj * h;
          value += si * sj * total(point);
        }
      }
      hessian[i][j] = value / (4 * h * h);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      EXPECT_EQ(c[i * 4 + j], c[j * 4 + i]);
      double product = 0;
      for (std::size_t k = 0; k < 4; ++k) product += c[i * 4 + k] * hessian[k][j];
      EXPECT_NEAR(product, i == j ? -1 : 0, 5e-3);
    }
  }
}

TYPED_TEST(OrderModelLaws, FitRecoversSimulatedParameters) {
  const auto a = this->simulated(60000, 21);
  const auto fit = this->fit(a.columns());
  ASSERT_TRUE(fit && fit->converged());
  for (std::size_t i = 0; i < 4; ++i) {
    const double z = (fit->parameters.values()[i] - this->kTypical.values()[i]) /
                     fit->standard_errors.values()[i];
    EXPECT_LT(std::fabs(z), 4) << TypeParam::kNames[i];
  }
}

TYPED_TEST(OrderModelLaws, SimulationMeansMatchTheFormulas) {
  const std::size_t n = 200000;
  std::vector<double> age(n, 26.0), x(n), t_x(n), later(n), later_recency(n);
  ASSERT_TRUE(simulate(this->kTypical, age, 3, x, t_x).ok());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double square = 0;
  for (const double v : x) square += (v - mean) * (v - mean);
  EXPECT_NEAR(mean, expected_orders_new(OrderModel(this->kTypical), 26), 4 * std::sqrt(square) / n);
  // The same streams observed for longer: orders in (26, 40] and silence there, over all accounts.
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
  EXPECT_NEAR(silent / want_silent, 1, 0.005);
}

TYPED_TEST(OrderModelLaws, SameBitsForAnyThreadsAndBatch) {
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
  const OrderModel model(this->kTypical);
  std::vector<double> one(a.x.size()), many(a.x.size());
  ASSERT_TRUE(expected_orders(model, 12, a.columns(), one).ok());
  ASSERT_TRUE(expected_orders(model, 12, a.columns(), many, three).ok());
  EXPECT_EQ(one, many);
  for (std::size_t i = 0; i < a.x.size(); i += 97) {
    // A batch of one has the bits of the whole; the inline formula may differ in the last digits,
    // since the batch takes its logarithms from the CPU's widest instruction set.
    double alone = 0;
    ASSERT_TRUE(
        expected_orders(model, 12,
                        {std::span(&a.x[i], 1), std::span(&a.t_x[i], 1), std::span(&a.T[i], 1)},
                        std::span(&alone, 1))
            .ok());
    ASSERT_EQ(one[i], alone);
    ASSERT_LE(relative_error(one[i], expected_orders(this->kTypical, 12, a.x[i], a.t_x[i], a.T[i])),
              1e-13);
  }
  const auto fit = this->fit(a.columns());
  const auto fit_many = this->fit(a.columns(), {}, three);
  EXPECT_EQ(fit->parameters, fit_many->parameters);
  EXPECT_EQ(fit->covariance, fit_many->covariance);
}

TYPED_TEST(OrderModelLaws, IntervalsContainTheEstimateAndCoverTheTruth) {
  // Coverage of P(no order) at the true parameters over repeated samples: 80 % intervals, delta
  // method.
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
    const double truth = probability_no_order(this->kTypical, 8, x, t_x, T);
    covered += lo <= truth && truth <= hi;
  }
  // Binomial(120, .8): standard deviation 4.4.
  EXPECT_NEAR(covered, 96, 14);
}

TYPED_TEST(OrderModelLaws, BadRowsAreNaNAndCountedTheRestIsUntouched) {
  const std::vector<double> x{2, -1, 1.5, 2, 2, kNaN, 0, HUGE_VAL, 2},
      t_x{5, 1, 1, 11, -1, 1, 3, 1, 5}, T{10, 2, 2, 10, 10, 2, 10, 2, HUGE_VAL};
  std::vector<double> out(9);
  const BatchReport report = probability_alive(OrderModel(this->kTypical), {x, t_x, T}, out);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.rows_scored, 1u);
  EXPECT_EQ(report.rows_rejected, 8u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_NEAR(out[0], probability_alive(this->kTypical, 2, 5, 10), 1e-15);
  for (std::size_t i = 1; i < 9; ++i) EXPECT_TRUE(std::isnan(out[i])) << i;
  const auto fit = this->fit({x, t_x, T});
  ASSERT_TRUE(fit) << "bad rows are left out of a fit";
  EXPECT_EQ(fit->rows.rows_rejected, 8u);
}

TYPED_TEST(OrderModelLaws, BadCallsAreStatusesThatNameArgumentAndValue) {
  const std::vector<double> three(3, 1.0), two(2, 1.0);
  std::vector<double> out(3, 7.0);
  const OrderModel model(this->kTypical);
  auto report = expected_orders(model, -3, {three, three, three}, out);
  EXPECT_EQ(report.status.code(), StatusCode::invalid_argument);
  EXPECT_EQ(report.status.message(), "`horizon` must be finite and >= 0, got -3");
  report = expected_orders(model, 3, {three, two, three}, out);
  EXPECT_EQ(report.status.code(), StatusCode::size_mismatch);
  EXPECT_EQ(report.status.message(), "`recency` has 2 rows, expected 3");
  auto wrong = this->kTypical;
  wrong.b = -1;
  report = probability_alive(OrderModel(wrong), {three, three, three}, out);
  EXPECT_EQ(report.status.message(), "`b` must be finite and > 0, got -1");
  EXPECT_EQ(out, std::vector<double>(3, 7.0)) << "a bad call leaves its output untouched";
  EXPECT_TRUE(std::isnan(probability_alive(wrong, 1, 1, 1)));
}

TYPED_TEST(OrderModelLaws, ACancelledFitIsAStatusNeverAnAnswer) {
  const auto a = this->simulated(3000, 8);
  for (int allowed = 0; allowed < 40; ++allowed) {
    int polls = allowed;
    const Executor executor{&polls, nullptr,
                            [](void* left, double) { return (*static_cast<int*>(left))-- > 0; }};
    const auto fit = this->fit(a.columns(), {}, executor);
    if (fit) {
      EXPECT_TRUE(fit->converged());
      EXPECT_EQ(fit->log_likelihood, this->fit(a.columns())->log_likelihood);
    } else {
      EXPECT_EQ(fit.error().code(), StatusCode::cancelled);
    }
  }
}

TYPED_TEST(OrderModelLaws, FitAnswersWhateverItIsGiven) {
  const std::vector<double> none;
  EXPECT_EQ(this->fit({none, none, none}).error().code(), StatusCode::insufficient_data);
  const std::vector<double> zero(5, 0.0), age(5, 10.0);
  EXPECT_EQ(this->fit({zero, zero, age}).error().code(), StatusCode::insufficient_data);
  // Everybody orders to the very end: no drop-out, the likelihood runs to a limiting model.
  const std::vector<double> x{5, 6, 4, 5, 7}, T(5, 10.0);
  const auto fit = this->fit({x, T, T});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_FALSE(fit->warning.empty());
  EXPECT_TRUE(std::isfinite(fit->log_likelihood));
  EXPECT_TRUE(std::isfinite(fit->log_covariance[0])) << "the limiting model still has intervals";
  // One account, one order.
  const std::vector<double> x1{1}, t1{3}, T1{5};
  EXPECT_TRUE(this->fit({x1, t1, T1}));
  // Enormous and tiny scales.
  for (const double c : {1e-6, 1e9}) {
    auto a = this->simulated(500, 77);
    for (double& v : a.t_x) v *= c;
    for (double& v : a.T) v *= c;
    const auto scaled = this->fit(a.columns());
    ASSERT_TRUE(scaled);
    EXPECT_TRUE(scaled->converged()) << c;
  }
}

}  // namespace
}  // namespace kam
