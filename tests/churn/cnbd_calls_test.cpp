/// BG/CNBD-k and MBG/CNBD-k: hostile input, threads and batches, intervals.
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

template <class Parameters>
struct CnbdCalls : Cnbd<Parameters> {};

using Models = testing::Types<bgcnbd::Parameters, mbgcnbd::Parameters>;
TYPED_TEST_SUITE(CnbdCalls, Models);

TYPED_TEST(CnbdCalls, BadParametersAndRowsAreNaNOrAStatusThatNamesThem) {
  const std::vector<double> three(3, 1.0);
  std::vector<double> out(3, 7.0);
  for (const int k : {0, -1, 21}) {
    auto wrong = this->kTypical;
    wrong.k = k;
    EXPECT_TRUE(std::isnan(probability_alive(wrong, 1, 1, 1)));
    EXPECT_TRUE(std::isnan(expected_orders(wrong, 1, 1, 1, 1)));
    EXPECT_TRUE(std::isnan(expected_orders_new(wrong, 1)));
    EXPECT_TRUE(std::isnan(log_likelihood(wrong, 1, 1, 1, 0)));
    EXPECT_TRUE(std::isnan(probability_of_orders(wrong, 1, 1)));
    const auto report = probability_alive(OrderModel(wrong), {three, three, three}, out);
    EXPECT_EQ(report.status.message(), "`k` must be from 1 to 20, got " + std::to_string(k));
    EXPECT_EQ(this->fit({three, three, three}, k).error().message(),
              "`k` must be from 1 to 20, got " + std::to_string(k));
    EXPECT_FALSE(this->fit_k({three, three, three, {}, three}, k));
  }
  EXPECT_EQ(out, std::vector<double>(3, 7.0)) << "a bad call leaves its output untouched";
  EXPECT_EQ(this->fit_k({three, three, three}).error().code(), StatusCode::size_mismatch);
  const auto p = this->kTypical;
  EXPECT_TRUE(std::isnan(expected_orders(p, -1, 1, 1, 2)));
  EXPECT_TRUE(std::isnan(probability_no_order(p, kNaN, 1, 1, 2)));
  EXPECT_TRUE(std::isnan(probability_of_orders(p, .5, 2)));
  EXPECT_EQ(probability_of_orders(p, 3, 0), 0);

  const std::vector<double> x{2, -1, 1.5, 2, 2, kNaN, 0, HUGE_VAL, 2},
      t_x{5, 1, 1, 11, -1, 1, 3, 1, 5}, T{10, 2, 2, 10, 10, 2, 10, 2, HUGE_VAL};
  std::vector<double> nine(9);
  const OrderModel model(p);
  for (int verb = 0; verb < 4; ++verb) {
    const OrderColumns columns{x, t_x, T};
    const BatchReport report = verb == 0   ? probability_alive(model, columns, nine)
                               : verb == 1 ? probability_no_order(model, 3, columns, nine)
                               : verb == 2
                                   ? expected_orders(model, 3, columns, nine)
                                   : discounted_expected_orders(model, 3, .1, columns, nine);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report.rows_scored, 1u);
    EXPECT_EQ(report.rows_rejected, 8u);
    EXPECT_TRUE(std::isfinite(nine[0]));
    for (std::size_t i = 1; i < 9; ++i) EXPECT_TRUE(std::isnan(nine[i])) << i;
  }
}

TYPED_TEST(CnbdCalls, GapsThatCannotBeAreLeftOutAndCounted) {
  auto a = this->simulated(300, 15);
  const auto repeater = [&](std::size_t n) {
    for (std::size_t i = 0;; ++i) {
      if (a.x[i] > 1 && n-- == 0) return i;
    }
  };
  const std::size_t odd[] = {repeater(0), repeater(1), repeater(2)};
  a.log_gaps[odd[0]] = kNaN;
  a.log_gaps[odd[1]] += a.x[odd[1]] * std::log(7.0);  // in days, not weeks
  a.log_gaps[odd[2]] = -HUGE_VAL;
  for (const int k : {1, 3}) {
    const auto fit = this->fit(a.columns(), k);
    ASSERT_TRUE(fit);
    EXPECT_TRUE(std::isfinite(fit->log_likelihood));
    EXPECT_EQ(
        fit->rows.rows_rejected,
        3u - (log_gaps_reason(a.x[odd[1]], a.t_x[odd[1]], a.log_gaps[odd[1]]) == RowReason::none));
  }
}

TYPED_TEST(CnbdCalls, FitAnswersWhateverItIsGiven) {
  const std::vector<double> none, zero(5, 0.0), age(5, 10.0);
  EXPECT_EQ(this->fit({none, none, none}, 2).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(this->fit({zero, zero, age}, 2).error().code(), StatusCode::insufficient_data);
  const std::vector<double> x{5, 6, 4, 5, 7}, T(5, 10.0);
  for (const int k : {2, 20}) {
    const auto fit = this->fit({x, T, T}, k);
    ASSERT_TRUE(fit);
    EXPECT_EQ(fit->stop_reason, StopReason::boundary);
    EXPECT_FALSE(fit->warning.empty());
  }
  const std::vector<double> x1{1}, t1{3}, T1{5};
  EXPECT_TRUE(this->fit({x1, t1, T1}, 5));
  for (const double c : {1e-6, 1e9}) {
    auto a = this->simulated(500, 77);
    for (double& v : a.t_x) v *= c;
    for (double& v : a.T) v *= c;
    for (std::size_t i = 0; i < a.x.size(); ++i) a.log_gaps[i] += a.x[i] * std::log(c);
    const auto scaled = this->fit(a.columns(), 3);
    ASSERT_TRUE(scaled);
    EXPECT_TRUE(scaled->converged()) << c;
    EXPECT_TRUE(std::isfinite(scaled->log_likelihood));
  }
  FitOptions<TypeParam> options;
  options.start = this->kTypical;
  EXPECT_EQ(this->fit({x, T, T}, 2, options).error().message(),
            "`start.k` must be the k of the fit, got 3");
}

TYPED_TEST(CnbdCalls, SameBitsForAnyThreadsAndBatch) {
  const auto a = this->simulated(3001, 31);
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
    EXPECT_EQ(one[i], expected_orders(this->kTypical, 12, a.x[i], a.t_x[i], a.T[i]));
  }
  const auto fit = this->fit(a.columns(), 3), fit_many = this->fit(a.columns(), 3, {}, three);
  EXPECT_EQ(fit->parameters, fit_many->parameters);
  EXPECT_EQ(fit->covariance, fit_many->covariance);
}

TYPED_TEST(CnbdCalls, IntervalsContainTheEstimateAndKeepK) {
  const auto a = this->simulated(800, 41);
  const auto fit = this->fit(a.columns(), 3);
  ASSERT_TRUE(fit);
  std::vector<double> estimate(a.x.size()), lo(a.x.size()), hi(a.x.size()), alone(a.x.size());
  const auto of = OrderEstimate::from(*fit);
  ASSERT_TRUE(expected_orders(of, 8, .8, a.columns(), {estimate, lo, hi}).ok());
  ASSERT_TRUE(expected_orders(of.model, 8, a.columns(), alone).ok());
  EXPECT_EQ(estimate, alone);
  double width = 0;
  for (std::size_t i = 0; i < estimate.size(); ++i) {
    EXPECT_LE(lo[i], estimate[i]);
    EXPECT_GE(hi[i], estimate[i]);
    width += (hi[i] - lo[i]) / estimate[i];
  }
  // If k were lost on the way the differences would be of two models: factors, not per cents.
  EXPECT_LT(width / static_cast<double>(estimate.size()), .6);
  EXPECT_GT(width, 0);
}

}  // namespace
}  // namespace kam
