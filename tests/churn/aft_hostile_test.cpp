/// Rows, columns and calls that a fit must survive, and predictions.
#include <algorithm>

#include <gtest/gtest.h>

#include "churn/aft_data.hpp"

namespace kam::aft {
namespace {

using test::fitted;
using test::LifeData;
using test::simulated;

constexpr Distribution kAll[] = {Distribution::weibull, Distribution::log_normal,
                                 Distribution::log_logistic, Distribution::exponential};

TEST(AftHostile, UnreadableRowsAreLeftOutAndCounted) {
  const LifeData clean = simulated(Distribution::weibull, 300, 1);
  LifeData dirty = clean;
  const double bad[] = {-1, kNaN, HUGE_VAL};
  for (const double duration : bad) {
    dirty.duration.insert(dirty.duration.begin() + 10, duration);
    dirty.event.insert(dirty.event.begin() + 10, 1);
    for (auto& column : dirty.columns) column.insert(column.begin() + 10, 0.5);
  }
  dirty.duration.push_back(3);
  dirty.event.push_back(0.5);
  for (auto& column : dirty.columns) column.push_back(1);
  for (const double x : {kNaN, HUGE_VAL, 1e301}) {
    dirty.duration.push_back(3);
    dirty.event.push_back(1);
    dirty.columns[0].push_back(x);
    dirty.columns[1].push_back(0);
  }
  const Fit a = fitted(Distribution::weibull, clean), b = fitted(Distribution::weibull, dirty);
  EXPECT_EQ(b.rows.rows_rejected, 7u);
  EXPECT_EQ(b.rows.first_rejected, 10u);
  EXPECT_EQ(b.rows.rows_scored, 300u);
  EXPECT_NEAR(a.model.coefficient(0), b.model.coefficient(0), 1e-12);
  EXPECT_NEAR(a.log_likelihood, b.log_likelihood, 1e-9);
}

TEST(AftHostile, EntryMustLieBeforeTheEnd) {
  const LifeData clean = simulated(Distribution::log_normal, 200, 2, 60, true);
  LifeData dirty = clean;
  for (const double entry : {5.0, 7.0, -1.0, kNaN}) {
    dirty.duration.push_back(5);
    dirty.event.push_back(1);
    dirty.entry.push_back(entry);
    for (auto& column : dirty.columns) column.push_back(0);
  }
  const Fit fit = fitted(Distribution::log_normal, dirty);
  EXPECT_EQ(fit.rows.rows_rejected, 4u);
  EXPECT_NEAR(fit.log_likelihood, fitted(Distribution::log_normal, clean).log_likelihood, 1e-9);
}

// Tenure 0: censored it says nothing; an event happened within the first unit.
TEST(AftHostile, TenureZero) {
  for (const Distribution d : kAll) {
    LifeData data = simulated(d, 300, 3);
    const Fit without = fitted(d, data);
    data.duration.push_back(0);
    data.event.push_back(0);
    for (auto& column : data.columns) column.push_back(1);
    EXPECT_NEAR(fitted(d, data).log_likelihood, without.log_likelihood, 1e-9);
    data.event.back() = 1;
    const Fit early = fitted(d, data);
    EXPECT_EQ(early.rows.rows_rejected, 0u);
    EXPECT_EQ(early.events, without.events + 1);
    const auto soon = [d](const Fit& fit) {
      const double location =
          fit.model.intercept() + fit.model.coefficient(0) + fit.model.coefficient(1);
      return churn_probability({d, location, fit.model.scale()}, 1);
    };
    EXPECT_GT(soon(early), soon(without));
    EXPECT_EQ(fitted(d, data, {.zero_event_within = 0}).rows.rows_rejected, 1u);
  }
}

TEST(AftHostile, NothingButCensoringIsAnAnswer) {
  for (const Distribution d : kAll) {
    LifeData data = simulated(d, 50, 4);
    for (double& event : data.event) event = 0;
    const Fit fit = fitted(d, data);
    EXPECT_EQ(fit.stop_reason, StopReason::boundary);
    EXPECT_TRUE(std::isnan(fit.model.location));
    EXPECT_EQ(fit.log_likelihood, 0);
    EXPECT_NE(fit.warning.find("no event"), std::string::npos) << fit.warning;
    std::vector<double> out(50);
    const LifeReport report =
        predict(fit.model, {Question::Kind::churn_probability, 10}, {data.covariates(), {}}, out);
    EXPECT_EQ(report.rows.rows_rejected, 50u);
    EXPECT_EQ(report.rows.first_reason, RowReason::undefined_value);
  }
}

TEST(AftHostile, AliasedColumnsAreNamedAndDropped) {
  LifeData data = simulated(Distribution::weibull, 400, 5);
  const Fit without = fitted(Distribution::weibull, data);
  std::vector<double> twin, sum;
  for (std::size_t i = 0; i < 400; ++i) {
    twin.push_back(7 - 3 * data.columns[0][i]);
    sum.push_back(data.columns[0][i] + 2 * data.columns[1][i]);
  }
  data.add("twin", twin);
  data.add("always_5", std::vector<double>(400, 5));
  data.add("sum", sum);
  const Fit fit = fitted(Distribution::weibull, data);
  EXPECT_TRUE(fit.converged());
  for (const char* name : {"`twin`", "`always_5`", "`sum`"}) {
    EXPECT_NE(fit.warning.find(name), std::string::npos) << fit.warning;
  }
  EXPECT_TRUE(std::isnan(fit.model.coefficient(2)));
  EXPECT_TRUE(std::isnan(fit.model.standard_errors()[4]));
  EXPECT_NEAR(fit.model.coefficient(0), without.model.coefficient(0), 1e-9);
  EXPECT_NEAR(fit.model.intercept(), without.model.intercept(), 1e-9);
  EXPECT_NEAR(fit.log_likelihood, without.log_likelihood, 1e-9);
  // A dropped column does not enter predictions, not even as NaN.
  for (double& x : data.columns[2]) x = kNaN;
  std::vector<double> out(400);
  const LifeReport report =
      predict(fit.model, {Question::Kind::survival, 5}, {data.covariates(), {}}, out);
  EXPECT_EQ(report.rows.rows_scored, 400u);
}

TEST(AftHostile, AColumnWithoutEventsInOneLevelIsNamed) {
  for (const Distribution d : kAll) {
    LifeData data = simulated(d, 400, 6);
    std::vector<double> loyal(400, 0);
    for (std::size_t i = 0; i < 40; ++i) loyal[i] = 1, data.event[i] = 0;
    data.add("loyal", loyal);
    const Fit fit = fitted(d, data);
    EXPECT_EQ(fit.stop_reason, StopReason::boundary) << distribution_name(d);
    EXPECT_NE(fit.warning.find("`loyal`"), std::string::npos) << fit.warning;
    EXPECT_EQ(fit.warning.find("`x0`"), std::string::npos) << fit.warning;
    EXPECT_TRUE(std::isfinite(fit.model.coefficient(0)));
    EXPECT_TRUE(std::isfinite(fit.model.standard_errors()[1]));
    EXPECT_TRUE(std::isnan(fit.model.standard_errors()[3]));
    const Fit ridge = fitted(d, data, {.ridge = 1});
    EXPECT_TRUE(ridge.converged()) << ridge.warning;
    EXPECT_TRUE(std::isfinite(ridge.model.standard_errors()[3]));
  }
}

TEST(AftHostile, EventsWithoutSpreadHaveNoScale) {
  LifeData data;
  data.duration.assign(20, 12);
  data.event.assign(20, 1);
  for (const Distribution d :
       {Distribution::weibull, Distribution::log_normal, Distribution::log_logistic}) {
    const Fit fit = fitted(d, data);
    EXPECT_NE(fit.stop_reason, StopReason::converged) << distribution_name(d);
    EXPECT_FALSE(fit.warning.empty()) << distribution_name(d);
  }
  EXPECT_NEAR(fitted(Distribution::exponential, data).model.intercept(), std::log(12), 1e-12);
}

TEST(AftHostile, HugeAndTinyCovariates) {
  const LifeData data = simulated(Distribution::weibull, 300, 7);
  const Fit plain = fitted(Distribution::weibull, data);
  for (const double unit : {1e299, 1e-280, 1e150}) {
    LifeData scaled = data;
    for (double& x : scaled.columns[0]) x *= unit;
    const Fit fit = fitted(Distribution::weibull, scaled);
    EXPECT_TRUE(fit.converged());
    EXPECT_NEAR(fit.log_likelihood, plain.log_likelihood, 1e-8);
    EXPECT_NEAR(fit.model.coefficient(0) * unit / plain.model.coefficient(0), 1, 1e-8);
    EXPECT_NEAR(fit.model.standard_errors()[1] * unit / plain.model.standard_errors()[1], 1, 1e-7);
  }
  LifeData far = data;  // a year in seconds, say
  for (double& x : far.columns[0]) x += 1e9;
  EXPECT_NEAR(fitted(Distribution::weibull, far).model.coefficient(0), plain.model.coefficient(0),
              1e-6);
}

TEST(AftHostile, TimesOfAnySize) {
  for (const double unit : {1e-200, 1e200}) {
    LifeData data = simulated(Distribution::log_logistic, 200, 8);
    const Fit plain = fitted(Distribution::log_logistic, data);
    for (double& t : data.duration) t *= unit;
    const Fit fit = fitted(Distribution::log_logistic, data);
    EXPECT_TRUE(fit.converged());
    EXPECT_NEAR(fit.model.coefficient(0), plain.model.coefficient(0), 1e-9);
    EXPECT_NEAR(fit.model.intercept(), plain.model.intercept() + std::log(unit), 1e-8);
  }
}

TEST(AftHostile, BadCallsAreNamed) {
  const LifeData data = simulated(Distribution::weibull, 20, 9);
  const auto message = [&](const Options& options) {
    const auto result = fit(Distribution::weibull, data.customers(), data.covariates(), options);
    return result ? std::string() : result.error().message();
  };
  EXPECT_NE(message({.ridge = -1}).find("ridge"), std::string::npos);
  EXPECT_NE(message({.ridge = kNaN}).find("ridge"), std::string::npos);
  EXPECT_NE(message({.zero_event_within = -1}).find("zero_event_within"), std::string::npos);
  EXPECT_NE(message({.max_iterations = 0}).find("max_iterations"), std::string::npos);
  const std::vector<std::uint32_t> wild(20, 4'000'000'000u), few(3, 0);
  EXPECT_NE(message({.cluster = wild}).find("cluster"), std::string::npos);
  EXPECT_NE(message({.cluster = few}).find("cluster"), std::string::npos);
  const std::vector<double> none;
  const auto empty = fit(Distribution::weibull, {none, none}, {});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code(), StatusCode::insufficient_data);
  auto short_column = data.covariates();
  short_column[1].values = short_column[1].values.subspan(1);
  const auto sizes = fit(Distribution::weibull, data.customers(), short_column);
  ASSERT_FALSE(sizes);
  EXPECT_EQ(sizes.error().code(), StatusCode::size_mismatch);
}

TEST(AftHostile, ACancelledFitSaysSo) {
  const LifeData data = simulated(Distribution::weibull, 20, 10);
  const auto result = fit(Distribution::weibull, data.customers(), data.covariates(), {},
                          {.keep_going = [](void*, double) { return false; }});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), StatusCode::cancelled);
}

// ---- Predictions
// ----------------------------------------------------------------------------------

TEST(AftPredict, BatchIsTheFormula) {
  const LifeData data = simulated(Distribution::log_normal, 100, 11);
  const Fit fit = fitted(Distribution::log_normal, data);
  const std::vector<double> tenure(100, 12);
  std::vector<double> churn(100), stay(100), median(100), rest(100);
  const auto covariates = data.covariates();
  const Customers customers{covariates, tenure};
  using Kind = Question::Kind;
  EXPECT_EQ(predict(fit.model, {Kind::churn_probability, 6}, customers, churn).rows.rows_scored,
            100u);
  EXPECT_TRUE(predict(fit.model, {Kind::survival, 6}, customers, stay).rows.ok());
  EXPECT_TRUE(predict(fit.model, {Kind::remaining_quantile, 0.5}, customers, median).rows.ok());
  EXPECT_TRUE(predict(fit.model, {Kind::restricted_mean, HUGE_VAL}, customers, rest).rows.ok());
  for (std::size_t i = 0; i < 100; ++i) {
    const Lifetime life{Distribution::log_normal,
                        fit.model.intercept() + fit.model.coefficient(0) * data.columns[0][i] +
                            fit.model.coefficient(1) * data.columns[1][i],
                        fit.model.scale()};
    EXPECT_NEAR(churn[i], churn_probability(life, 6, 12), 1e-12);
    EXPECT_NEAR(churn[i] + stay[i], 1, 1e-15);
    EXPECT_NEAR(median[i], remaining_median(life, 12), 1e-9 * median[i]);
    EXPECT_NEAR(rest[i], remaining_mean(life, 12), 1e-9 * rest[i]);
  }
}

// The spread of refits over resampled data is what the delta method says.
TEST(AftPredict, IntervalsCoverTheSpreadOfRefits) {
  constexpr std::size_t kRefits = 200;
  const std::vector<double> x0{0.3}, x1{1}, tenure{8};
  const std::vector<Covariate> row{{"x0", x0}, {"x1", x1}};
  for (const Question question : {Question{Question::Kind::churn_probability, 12},
                                  Question{Question::Kind::remaining_quantile, 0.5},
                                  Question{Question::Kind::restricted_mean, 12}}) {
    const Lifetime truth{Distribution::weibull, 3 + 0.5 * 0.3 - 0.7, 0.6};
    const double value =
        question.kind == Question::Kind::churn_probability    ? churn_probability(truth, 12, 8)
        : question.kind == Question::Kind::remaining_quantile ? remaining_median(truth, 8)
                                                              : restricted_mean(truth, 12, 8);
    std::size_t covered = 0;
    for (std::size_t seed = 0; seed < kRefits; ++seed) {
      const Fit fit =
          fitted(Distribution::weibull, simulated(Distribution::weibull, 200, 100 + seed, 40));
      std::vector<double> estimate(1), lo(1), hi(1);
      ASSERT_TRUE(predict(fit.model, question, 0.8, {row, tenure}, {estimate, lo, hi}).rows.ok());
      EXPECT_LE(lo[0], estimate[0]);
      EXPECT_GE(hi[0], estimate[0]);
      EXPECT_TRUE(question.kind != Question::Kind::restricted_mean || hi[0] < 12);
      covered += lo[0] <= value && value <= hi[0] ? 1u : 0u;
    }
    // 160 expected, standard deviation 5.7.
    EXPECT_GE(covered, 140u);
    EXPECT_LE(covered, 180u);
  }
}

TEST(AftPredict, SaysWhatLiesPastTheData) {
  const LifeData data = simulated(Distribution::weibull, 100, 12, 30);
  const Fit fit = fitted(Distribution::weibull, data);
  EXPECT_EQ(fit.model.longest, 30);
  std::vector<double> tenure(100, 10), out(100);
  const auto past = [&](Question question) {
    return predict(fit.model, question, {data.covariates(), tenure}, out).extrapolated;
  };
  EXPECT_EQ(past({Question::Kind::churn_probability, 20}), 0u);
  EXPECT_EQ(past({Question::Kind::churn_probability, 20.5}), 100u);
  const std::size_t medians = past({Question::Kind::remaining_quantile, 0.5});
  EXPECT_EQ(medians, static_cast<std::size_t>(std::count_if(out.begin(), out.end(),
                                                            [](double m) { return 10 + m > 30; })));
  EXPECT_GT(medians, 0u);
  EXPECT_LT(medians, 100u);
  std::vector<double> curves(200);
  const std::vector<double> times{10, 31};
  const LifeReport report = survival_curves(fit.model, times, data.covariates(), 100, curves);
  EXPECT_EQ(report.extrapolated, 100u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_GT(curves[2 * i], curves[2 * i + 1]);
}

TEST(AftPredict, BadRowsAndCalls) {
  LifeData data = simulated(Distribution::weibull, 30, 13);
  const Fit fit = fitted(Distribution::weibull, data);
  data.columns[0][4] = kNaN;
  std::vector<double> tenure(30, 1), out(30, -7);
  tenure[2] = -1;
  const auto covariates = data.covariates();
  const Customers customers{covariates, tenure};
  const LifeReport report = predict(fit.model, {Question::Kind::survival, 5}, customers, out);
  EXPECT_EQ(report.rows.rows_rejected, 2u);
  EXPECT_EQ(report.rows.first_rejected, 2u);
  EXPECT_TRUE(std::isnan(out[4]));
  out.assign(30, -7);
  EXPECT_FALSE(predict(fit.model, {Question::Kind::survival, -1}, customers, out).rows.ok());
  EXPECT_FALSE(predict(fit.model, {Question::Kind::survival, HUGE_VAL}, customers, out).rows.ok());
  EXPECT_FALSE(
      predict(fit.model, {Question::Kind::remaining_quantile, 0}, customers, out).rows.ok());
  auto swapped = data.covariates();
  std::swap(swapped[0], swapped[1]);
  const LifeReport names = predict(fit.model, {Question::Kind::survival, 5}, {swapped, {}}, out);
  EXPECT_NE(names.rows.status.message().find("`x0`"), std::string::npos);
  EXPECT_EQ(out[0], -7);
}

}  // namespace
}  // namespace kam::aft
