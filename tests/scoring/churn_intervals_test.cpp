/// Intervals and calibrators of a churn scorer: against finite differences of the answers in the
/// coefficients, the truth of simulated customers, and the calibrators themselves.
#include <kam/scoring/churn_model.hpp>

#include <cmath>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace {

using namespace kam::scoring;
using kam::Covariate;
using kam::Interval;
using kam::kNaN;
using kam::StatusCode;
using kam::churn::Link;
using Verb = ChurnScorer::Verb;

constexpr double kLevel = 0.8;

/// Customers who may leave once per period: hazard g(-2 + 0.3 ln t + 0.6 x - 0.5 y).
struct World {
  std::vector<double> x, y, duration, event;
};

double truth_eta(double x, double y) {
  return -2 + 0.6 * x - 0.5 * y;
}
double truth_hazard(Link link, double x, double y, double t) {
  return kam::churn::inverse_link(link, truth_eta(x, y) + 0.3 * std::log(t));
}

World world(std::uint64_t seed, std::size_t rows, Link link) {
  World w;
  kam::Random random(seed);
  for (std::size_t i = 0; i < rows; ++i) {
    w.x.push_back(random.normal());
    w.y.push_back(random.uniform() < 0.4 ? 1 : 0);
    const double most = 1 + std::floor(10 * random.uniform());
    double t = 1;
    bool left = random.uniform() < truth_hazard(link, w.x[i], w.y[i], t);
    while (!left && t < most) left = random.uniform() < truth_hazard(link, w.x[i], w.y[i], ++t);
    w.duration.push_back(t);
    w.event.push_back(left ? 1 : 0);
  }
  return w;
}

ChurnModel hazard_of(const World& w, Link link, bool robust = false) {
  const std::vector<Covariate> covariates{{"x", w.x}, {"y", w.y}};
  kam::churn::HazardColumns columns{{w.duration, w.event, {}, {}}, covariates};
  kam::churn::RegressionOptions options;
  options.link = link;
  options.robust = robust;
  kam::churn::AgeTerms age;
  age.log = true;
  age.steps = {4};
  const auto fit = kam::churn::fit_hazard(columns, age, options);
  EXPECT_TRUE(fit);
  const std::vector<std::string> names{"x", "y"};
  return ChurnModel::from(*fit, link, ChurnSchema::of_numbers(names));
}

ChurnModel logistic_of(const World& w) {
  const std::vector<Covariate> covariates{{"x", w.x}, {"y", w.y}};
  const auto fit = kam::churn::fit_binary({covariates, w.event, {}, {}, {}}, {});
  EXPECT_TRUE(fit);
  const std::vector<std::string> names{"x", "y"};
  return ChurnModel::from(*fit, ChurnSchema::of_numbers(names));
}

ChurnScorer scorer_of(const ChurnModel& model) {
  auto made = ChurnScorer::make(model);
  EXPECT_TRUE(made) << made.error().message();
  return std::move(made).value();
}

struct Asked {
  double x, y, tenure, horizon;
};

Interval ask(const ChurnScorer& scorer, Verb verb, const Asked& a, double level = kLevel) {
  const std::vector<double> x{a.x}, y{a.y}, tenure{a.tenure};
  const std::vector<std::span<const double>> terms{x, y};
  std::vector<double> estimate(1), lo(1), hi(1);
  EXPECT_TRUE(
      scorer.batch(verb, terms, tenure, a.horizon, level, kam::IntervalColumns{estimate, lo, hi})
          .status.ok());
  return {estimate[0], lo[0], hi[0]};
}

double logit(double p) {
  return std::log(p) - std::log1p(-p);
}
double log_log(double p) {
  return std::log(-std::log1p(-p));
}

/// sqrt(g' C g), g by central differences of `scale` of the answer in the coefficients.
double expected_error(const ChurnModel& model, const std::vector<double>& covariance, Verb verb,
                      const Asked& a, const std::function<double(double)>& scale) {
  const std::size_t p = model.coefficients.size();
  std::vector<double> g(p);
  for (std::size_t j = 0; j < p; ++j) {
    const auto moved = [&](double by) {
      ChurnModel other = model;
      other.coefficients[j] += by;
      return scale(ask(scorer_of(other), verb, a).estimate);
    };
    g[j] = (moved(1e-5) - moved(-1e-5)) / 2e-5;
  }
  double sum = 0;
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < p; ++j) sum += g[i] * covariance[i * p + j] * g[j];
  return std::sqrt(sum);
}

double error_behind(const Interval& i, const std::function<double(double)>& scale) {
  return (scale(i.hi) - scale(i.lo)) / 2 / *kam::interval_z(kLevel);
}

class Links : public testing::TestWithParam<Link> {};
INSTANTIATE_TEST_SUITE_P(Links, Links, testing::Values(Link::logit, Link::cloglog));

TEST_P(Links, IntervalsAreTheDeltaMethod) {
  for (const bool robust : {false, true}) {
    const ChurnModel model = hazard_of(world(1, 400, GetParam()), GetParam(), robust);
    const auto& covariance = robust ? model.robust_covariance : model.covariance;
    const ChurnScorer scorer = scorer_of(model);
    const std::function<double(double)> scale = GetParam() == Link::logit ? logit : log_log;
    for (const Asked& a : {Asked{0.7, 1, 0, 3}, Asked{-1, 0, 2, 5}, Asked{2, 0, 6, 1}}) {
      const Interval churn = ask(scorer, Verb::churn, a);
      EXPECT_NEAR(
          error_behind(churn, scale) / expected_error(model, covariance, Verb::churn, a, scale), 1,
          1e-6);
      const Interval stays = ask(scorer, Verb::survival, a);
      EXPECT_NEAR(stays.lo, 1 - churn.hi, 1e-14);
      EXPECT_NEAR(stays.hi, 1 - churn.lo, 1e-14);
      if (a.horizon == 1) continue;
      const auto way = [&](double mean) { return logit((mean - 1) / (a.horizon - 1)); };
      const Interval mean = ask(scorer, Verb::restricted_mean, a);
      EXPECT_NEAR(error_behind(mean, way) /
                      expected_error(model, covariance, Verb::restricted_mean, a, way),
                  1, 1e-6);
    }
  }
}

TEST(ChurnIntervals, OfALogisticAreThoseOfTheLinearPredictor) {
  const ChurnModel model = logistic_of(world(2, 500, Link::logit));
  const ChurnScorer scorer = scorer_of(model);
  const Asked a{1.3, 1, 0, 0};
  const std::vector<double> z{1, 1.3, 1};
  double variance = 0;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) variance += z[i] * model.covariance[i * 3 + j] * z[j];
  const double width = *kam::interval_z(kLevel) * std::sqrt(variance);
  const Interval eta = ask(scorer, Verb::linear_predictor, a),
                 p = ask(scorer, Verb::probability, a);
  EXPECT_NEAR(eta.hi - eta.estimate, width, 1e-12);
  EXPECT_NEAR(p.lo, kam::logistic(eta.lo), 1e-14);
  EXPECT_NEAR(p.hi, kam::logistic(eta.hi), 1e-14);
}

TEST_P(Links, HoldTheTruthAsOftenAsTheyPromise) {
  constexpr int kWorlds = 500;
  const Asked a{1, 1, 2, 4};
  double stays = 1, life = 0;
  for (double t = 3; t <= 6; ++t) {
    life += stays;
    stays *= 1 - truth_hazard(GetParam(), a.x, a.y, t);
  }
  int churns = 0, means = 0;
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const ChurnScorer scorer = scorer_of(hazard_of(world(seed, 400, GetParam()), GetParam()));
    const Interval p = ask(scorer, Verb::churn, a), m = ask(scorer, Verb::restricted_mean, a);
    churns += p.lo <= 1 - stays && 1 - stays <= p.hi ? 1 : 0;
    means += m.lo <= life && life <= m.hi ? 1 : 0;
  }
  for (const int held : {churns, means}) {  // binomial(500, 0.8): 400, standard deviation 9
    EXPECT_GT(held, 365);
    EXPECT_LT(held, 435);
  }
}

TEST(ChurnIntervals, CertainAndUnknownAnswers) {
  const ChurnScorer scorer = scorer_of(hazard_of(world(3, 300, Link::logit), Link::logit));
  const Interval never = ask(scorer, Verb::churn, {0.5, 1, 2, 0});
  EXPECT_EQ(never.lo, 0);
  EXPECT_EQ(never.hi, 0);
  const Interval once = ask(scorer, Verb::restricted_mean, {0.5, 1, 2, 1});
  EXPECT_EQ(once.lo, 1);
  EXPECT_EQ(once.hi, 1);
  for (const Asked& a : {Asked{kNaN, 1, 2, 3}, Asked{1, 1, 2.5, 3}, Asked{1, HUGE_VAL, 2, 3}}) {
    const Interval unknown = ask(scorer, Verb::churn, a);
    EXPECT_TRUE(std::isnan(unknown.estimate) && std::isnan(unknown.lo) && std::isnan(unknown.hi));
  }
  for (const double x : {-1e5, 1e5, -60.0, 60.0}) {  // beyond all customers: unsure, not wrong
    const Interval far = ask(scorer, Verb::churn, {x, 1, 2, 3});
    EXPECT_LE(far.lo, far.estimate);
    EXPECT_LE(far.estimate, far.hi);
    EXPECT_GE(far.lo, 0);
    EXPECT_LE(far.hi, 1);
  }
}

TEST(ChurnIntervals, WrongCallsLeaveTheOutputAlone) {
  ChurnModel model = hazard_of(world(3, 300, Link::logit), Link::logit);
  const std::vector<double> x{1}, y{0};
  const std::vector<std::span<const double>> terms{x, y};
  std::vector<double> estimate{-7}, lo{-7}, hi{-7};
  const kam::IntervalColumns out{estimate, lo, hi};
  const auto refused = [&](const ChurnScorer& scorer, double horizon, double level) {
    const auto report = scorer.batch(Verb::churn, terms, {}, horizon, level, out);
    EXPECT_EQ(report.status.code(), StatusCode::invalid_argument);
    EXPECT_EQ(estimate[0], -7);
    EXPECT_EQ(lo[0], -7);
  };
  for (const double level : {0.0, 1.0, kNaN}) refused(scorer_of(model), 3, level);
  refused(scorer_of(model), 2.5, kLevel);
  model.covariance.clear();
  refused(scorer_of(model), 3, kLevel);
  model.covariance.assign(3, 0);
  EXPECT_FALSE(ChurnScorer::make(model));
}

// ---- Calibrators --------------------------------------------------------------------------------

Calibrator calibrator_of(const char* method) {
  std::vector<double> outcome, probability;
  kam::Random random(5);
  for (int i = 0; i < 400; ++i) {
    probability.push_back(random.uniform());
    outcome.push_back(random.uniform() < 0.1 + 0.5 * probability.back() ? 1 : 0);
  }
  auto made = fit_calibrator(method, {outcome, probability});
  EXPECT_TRUE(made);
  return std::move(made).value();
}

TEST(ChurnCalibration, OneScoreIsTheBatch) {
  for (const char* method : {"platt", "temperature", "beta", "isotonic", "venn_abers"}) {
    const Calibrator c = calibrator_of(method);
    const std::vector<double> p{0, 1e-9, 0.2, 0.5, 0.77, 1, kNaN, -0.1, 1.1};
    std::vector<double> out(p.size());
    (void)calibrate(c, p, out);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double one = calibrated(c, p[i]);
      EXPECT_TRUE(one == out[i] || (std::isnan(one) && std::isnan(out[i]))) << method << p[i];
    }
    const Interval i = calibrated(c, {0.4, 0.3, 0.5});
    EXPECT_LE(i.lo, i.estimate);
    EXPECT_LE(i.estimate, i.hi);
  }
}

TEST(ChurnCalibration, TheScorerAppliesWhatTheModelKeeps) {
  for (const char* method : {"platt", "isotonic", "venn_abers"}) {
    ChurnModel model = logistic_of(world(2, 500, Link::logit));
    const ChurnScorer plain = scorer_of(model);
    model.calibration = {{calibrator_of(method), kNaN}};
    const auto read = parse_churn_model(to_json(model));
    ASSERT_TRUE(read) << read.error().message();
    const ChurnScorer scorer = scorer_of(*read);
    const std::vector<double> row{0.3, 1};
    const double p = calibrated(model.calibration[0].calibrator, plain.probability(row));
    EXPECT_EQ(scorer.probability(row), p);
    const Interval i = ask(scorer, Verb::probability, {0.3, 1, 0, 0});
    EXPECT_EQ(i.estimate, p);
    EXPECT_LE(i.lo, p);
    EXPECT_GE(i.hi, p);
    EXPECT_TRUE(i.hi > i.lo || std::string(method) == "isotonic");  // a step may hold both limits
    EXPECT_EQ(scorer.linear_predictor(row), plain.linear_predictor(row));
  }
}

TEST(ChurnCalibration, OfAHazardHoldsForItsHorizonAlone) {
  ChurnModel model = hazard_of(world(2, 500, Link::cloglog), Link::cloglog);
  const ChurnScorer plain = scorer_of(model);
  model.calibration = {{calibrator_of("platt"), 3}};
  const ChurnScorer scorer = scorer_of(*parse_churn_model(to_json(model)));
  const std::vector<double> row{0.3, 1};
  EXPECT_EQ(scorer.churn(row, 2, 3),
            calibrated(model.calibration[0].calibrator, plain.churn(row, 2, 3)));
  EXPECT_EQ(scorer.churn(row, 2, 4), plain.churn(row, 2, 4));
  EXPECT_NE(scorer.calibrator(3), nullptr);
  EXPECT_EQ(scorer.calibrator(4), nullptr);
  const Asked a{0.3, 1, 2, 3};
  const Interval churn = ask(scorer, Verb::churn, a), stays = ask(scorer, Verb::survival, a);
  EXPECT_NEAR(stays.estimate, 1 - churn.estimate, 1e-15);
  EXPECT_NEAR(stays.lo, 1 - churn.hi, 1e-15);
  EXPECT_EQ(ask(scorer, Verb::restricted_mean, a).lo, ask(plain, Verb::restricted_mean, a).lo);
}

TEST(ChurnCalibration, ReasonsAddUpToTheCalibratedDifference) {
  ChurnModel model = logistic_of(world(2, 500, Link::logit));
  model.calibration = {{calibrator_of("platt"), kNaN}};
  const ChurnScorer scorer = scorer_of(model);
  const std::vector<double> x{0.3, model.reference[0] + 1e-9}, y{1, model.reference[1]};
  const std::vector<std::span<const double>> terms{x, y};
  std::vector<double> linear(4), points(4), p(2), reference(2);
  ASSERT_TRUE(scorer.reasons(terms, {}, 0, {linear, points, p, reference}).ok());
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(points[2 * i] + points[2 * i + 1], p[i] - reference[i], 1e-16);
  EXPECT_EQ(p[0], scorer.probability(std::vector<double>{0.3, 1}));
}

TEST(ChurnCalibration, WhatDoesNotFitTheModelIsRefused) {
  ChurnModel logistic = logistic_of(world(2, 300, Link::logit));
  logistic.calibration = {{calibrator_of("platt"), 3}};
  EXPECT_FALSE(ChurnScorer::make(logistic));
  EXPECT_FALSE(parse_churn_model(to_json(logistic)));
  logistic.calibration = {{calibrator_of("platt"), kNaN}, {calibrator_of("beta"), kNaN}};
  EXPECT_FALSE(ChurnScorer::make(logistic));
  ChurnModel hazard = hazard_of(world(2, 300, Link::logit), Link::logit);
  for (const double horizon : {kNaN, 0.0, 2.5, -1.0}) {
    hazard.calibration = {{calibrator_of("platt"), horizon}};
    EXPECT_FALSE(ChurnScorer::make(hazard)) << horizon;
  }
  hazard.calibration = {{calibrator_of("platt"), 3}, {calibrator_of("beta"), 3}};
  EXPECT_FALSE(ChurnScorer::make(hazard));
}

}  // namespace
