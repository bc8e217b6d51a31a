#include <kam/churn/calibration.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "churn/prediction_data.hpp"

namespace kam::churn {
namespace {

using test::Sample;
using Values = std::vector<double>;

template <class Calibration>
double brier(const Calibration& c, const Sample& s) {
  double sum = 0;
  for (std::size_t i = 0; i < s.rows(); ++i) {
    sum += std::pow(calibrated(c, s.probability[i]) - s.outcome[i], 2);
  }
  return sum / static_cast<double>(s.rows());
}

template <class Calibration>
double log_likelihood(const Calibration& c, const Sample& s) {
  double sum = 0;
  for (std::size_t i = 0; i < s.rows(); ++i) {
    const double q = calibrated(c, s.probability[i]), w = s.weight.empty() ? 1 : s.weight[i];
    sum += w * (s.outcome[i] == 1 ? std::log(q) : std::log1p(-q));
  }
  return sum;
}

// --- published ---------------------------------------------------------------

// Scores of a logistic regression of the Telco data (R 4.2.2); calibrated with scikit-learn 1.2.1,
// whose Platt parameters have the opposite sign.
TEST(Calibration, TelcoByScikitLearn) {
  const Sample s = test::telco();
  const auto platt = *fit_platt(s.columns());
  EXPECT_NEAR(platt.calibration.slope, 0.99847448, 5e-9);
  EXPECT_NEAR(platt.calibration.intercept, -0.00090854, 5e-9);
  EXPECT_NEAR(brier(platt.calibration, s), 0.137951657, 5e-10);
  EXPECT_TRUE(platt.report.converged());

  const auto beta = *fit_beta(s.columns());
  EXPECT_NEAR(beta.calibration.a, 0.92662473, 5.1e-9);
  EXPECT_NEAR(beta.calibration.b, 1.16235265, 5.1e-9);
  EXPECT_NEAR(beta.calibration.c, -0.17808938, 5.1e-9);

  const auto isotonic = *fit_isotonic(s.columns());
  EXPECT_EQ(isotonic.calibration.blocks, 37u);
  EXPECT_NEAR(brier(isotonic.calibration, s), 0.136497427964, 5e-13);
}

// The scores are a maximum-likelihood fit with an intercept: calibrated already.
TEST(Calibration, AFitLeavesNothingForAnUnsmoothedLine) {
  const auto line = *fit_platt(test::telco().columns(), {.smoothed_targets = false});
  EXPECT_NEAR(line.calibration.slope, 1, 1e-8);
  EXPECT_NEAR(line.calibration.intercept, 0, 1e-8);
  EXPECT_NEAR(line.report.log_likelihood, -2978.20519536, 5e-9);  // R
}

// --- laws --------------------------------------------------------------------

TEST(Calibration, OrderOfRowsChangesNoBit) {
  const Sample s = test::simulate(1, 500, .6, .4, 40, true), t = s.shuffled(2);
  const auto a = *fit_platt(s.columns()), b = *fit_platt(t.columns());
  EXPECT_EQ(a.calibration.slope, b.calibration.slope);
  EXPECT_EQ(a.calibration.intercept_standard_error, b.calibration.intercept_standard_error);
  EXPECT_EQ(fit_beta(s.columns())->calibration.a, fit_beta(t.columns())->calibration.a);
  EXPECT_EQ(fit_temperature(s.columns())->calibration.slope,
            fit_temperature(t.columns())->calibration.slope);
  const auto c = *fit_isotonic(s.columns()), d = *fit_isotonic(t.columns());
  EXPECT_EQ(c.calibration.score, d.calibration.score);
  EXPECT_EQ(c.calibration.value, d.calibration.value);
}

TEST(Calibration, WeightsAreRepetitions) {
  const Sample s = test::simulate(3, 300, 1.3, -.2, 25, true), t = s.repeated();
  EXPECT_NEAR(fit_platt(s.columns())->calibration.slope, fit_platt(t.columns())->calibration.slope,
              1e-10);
  EXPECT_NEAR(fit_beta(s.columns())->calibration.c_standard_error,
              fit_beta(t.columns())->calibration.c_standard_error, 1e-9);
  EXPECT_EQ(fit_isotonic(s.columns())->calibration.value,
            fit_isotonic(t.columns())->calibration.value);
}

TEST(Calibration, MapsNeverFall) {
  const Sample s = test::simulate(4, 400, .7, .3, 30);
  const auto beta = fit_beta(s.columns())->calibration;
  const auto isotonic = fit_isotonic(s.columns())->calibration;
  double last_beta = 0, last_isotonic = 0;
  for (int i = 0; i <= 1000; ++i) {
    const double p = i / 1000.0, b = calibrated(beta, p), v = calibrated(isotonic, p);
    EXPECT_GE(b, last_beta);
    EXPECT_GE(v, last_isotonic);
    EXPECT_LE(b, 1);
    EXPECT_LE(v, 1);
    last_beta = b;
    last_isotonic = v;
  }
}

TEST(Calibration, KeepsTheSumOfEvents) {  // what a maximum with an intercept does
  const Sample s = test::simulate(5, 700, .5, 1);
  const auto line = fit_platt(s.columns(), {.smoothed_targets = false})->calibration;
  const auto beta = fit_beta(s.columns())->calibration;
  const auto isotonic = fit_isotonic(s.columns())->calibration;
  double events = 0, by_line = 0, by_beta = 0, by_isotonic = 0;
  for (std::size_t i = 0; i < s.rows(); ++i) {
    events += s.outcome[i];
    by_line += calibrated(line, s.probability[i]);
    by_beta += calibrated(beta, s.probability[i]);
    by_isotonic += calibrated(isotonic, s.probability[i]);
  }
  EXPECT_NEAR(by_line, events, 1e-8);
  EXPECT_NEAR(by_beta, events, 1e-8);
  EXPECT_NEAR(by_isotonic, events, 1e-9);
}

TEST(Calibration, PriorShiftIsOddsTimesOdds) {
  EXPECT_NEAR(shift_prior(.5, .5, .1), .1, 1e-16);
  EXPECT_NEAR(shift_prior(.3, .2, .05), 1 / (1 + .7 / .3 * (.2 / .8) / (.05 / .95)), 1e-15);
  for (double p : {0.0, 1e-300, .2, .999999, 1.0}) {
    EXPECT_NEAR(shift_prior(shift_prior(p, .3, .01), .01, .3), p, 1e-14);
    EXPECT_NEAR(shift_prior(p, .3, .3), p, 1e-16);
  }
  EXPECT_TRUE(std::isnan(shift_prior(1.1, .2, .3)));
  EXPECT_TRUE(std::isnan(shift_prior(.5, 0, .3)));
  EXPECT_TRUE(std::isnan(shift_prior(.5, .2, 1)));
}

// --- independent paths -------------------------------------------------------

TEST(Calibration, NoNeighbourIsMoreLikely) {
  const Sample s = test::simulate(6, 400, .6, .5, 0, true);
  const auto line = *fit_platt(s.columns(), {.smoothed_targets = false});
  const auto beta = *fit_beta(s.columns());
  const double at_line = log_likelihood(line.calibration, s);
  const double at_beta = log_likelihood(beta.calibration, s);
  EXPECT_NEAR(line.report.log_likelihood, at_line, 1e-9);
  EXPECT_NEAR(beta.report.log_likelihood, at_beta, 1e-9);
  for (const double step : {-1e-3, 1e-3}) {
    auto moved = line.calibration;
    moved.slope += step;
    EXPECT_LT(log_likelihood(moved, s), at_line);
    moved = line.calibration;
    moved.intercept += step;
    EXPECT_LT(log_likelihood(moved, s), at_line);
    auto other = beta.calibration;
    other.a += step;
    EXPECT_LT(log_likelihood(other, s), at_beta);
    other = beta.calibration;
    other.b += step;
    EXPECT_LT(log_likelihood(other, s), at_beta);
  }
}

TEST(Calibration, StandardErrorsAreTheCurvature) {  // by central differences
  const Sample s = test::simulate(7, 500, .8, .2);
  const auto c = fit_platt(s.columns(), {.smoothed_targets = false})->calibration;
  const double h = 1e-3;
  const auto at = [&](double da, double db) {
    LogitCalibration moved = c;
    moved.slope += da;
    moved.intercept += db;
    return log_likelihood(moved, s);
  };
  const double aa = -(at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / (h * h);
  const double bb = -(at(0, h) - 2 * at(0, 0) + at(0, -h)) / (h * h);
  const double ab = -(at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
  const double det = aa * bb - ab * ab;
  EXPECT_NEAR(c.slope_standard_error, std::sqrt(bb / det), 1e-5);
  EXPECT_NEAR(c.intercept_standard_error, std::sqrt(aa / det), 1e-5);
  EXPECT_NEAR(c.covariance, -ab / det, 1e-6);
}

TEST(Calibration, RecoversTheLineItWasSimulatedFrom) {
  double slope = 0, intercept = 0, spread = 0;
  constexpr int kRuns = 200;
  for (int run = 0; run < kRuns; ++run) {
    const Sample s = test::simulate(static_cast<std::uint64_t>(100 + run), 800, .6, -.4);
    const auto c = fit_platt(s.columns())->calibration;
    slope += (c.slope - .6) / c.slope_standard_error / kRuns;
    intercept += (c.intercept + .4) / c.intercept_standard_error / kRuns;
    spread += std::pow((c.slope - .6) / c.slope_standard_error, 2) / kRuns;
  }
  EXPECT_NEAR(slope, 0, 4 / std::sqrt(kRuns) + .1);
  EXPECT_NEAR(intercept, 0, 4 / std::sqrt(kRuns) + .1);
  EXPECT_NEAR(spread, 1, 4 * std::sqrt(2.0 / kRuns));
}

/// max over l <= i of min over u >= i of the mean of l..u: the definition of isotonic regression.
Values by_max_min(const Values& y, const Values& w) {
  Values fit(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    fit[i] = -HUGE_VAL;
    for (std::size_t l = 0; l <= i; ++l) {
      double least = HUGE_VAL;
      for (std::size_t u = i; u < y.size(); ++u) {
        double events = 0, weight = 0;
        for (std::size_t k = l; k <= u; ++k) {
          events += w[k] * y[k];
          weight += w[k];
        }
        least = std::min(least, events / weight);
      }
      fit[i] = std::max(fit[i], least);
    }
  }
  return fit;
}

TEST(Calibration, IsotonicIsTheMaxMinOfMeans) {
  Random random(8);
  for (int trial = 0; trial < 30; ++trial) {
    Sample s;
    for (int i = 0; i < 25; ++i) {
      s.probability.push_back((i + 1) / 30.0);
      s.outcome.push_back(random.uniform() < .3 + .02 * i ? 1 : 0);
      s.weight.push_back(1 + static_cast<double>(random.below(4)));
    }
    s.outcome[3] = 1;
    s.outcome[20] = 0;
    const auto c = fit_isotonic(s.columns())->calibration;
    const Values expected = by_max_min(s.outcome, s.weight);
    for (std::size_t i = 0; i < s.rows(); ++i) {
      EXPECT_NEAR(calibrated(c, s.probability[i]), expected[i], 1e-14);
    }
  }
}

TEST(Calibration, IsotonicPoolsTiesFirstAndInterpolates) {
  const Sample s{{0, 1, 1, 0, 1, 1}, {.2, .2, .2, .4, .4, .9}};
  const auto c = fit_isotonic(s.columns())->calibration;  // .2: 2/3, .4: 1/2 → 3/5; .9: 1
  EXPECT_EQ(c.score, (Values{.2, .4, .9}));
  EXPECT_EQ(c.value, (Values{.6, .6, 1}));
  EXPECT_EQ(calibrated(c, 0), .6);
  EXPECT_NEAR(calibrated(c, .65), .8, 1e-15);
  EXPECT_EQ(calibrated(c, 1), 1);
}

TEST(Calibration, BetaStaysOnItsBounds) {
  // A score that is worse than chance: both slopes are held at 0, the base rate is left.
  Sample s = test::simulate(9, 300);
  for (double& p : s.probability) p = 1 - p;
  const auto c = fit_beta(s.columns())->calibration;
  double events = 0;
  for (double y : s.outcome) events += y;
  EXPECT_EQ(c.a, 0);
  EXPECT_EQ(c.b, 0);
  EXPECT_TRUE(std::isnan(c.a_standard_error));
  EXPECT_NEAR(logistic(c.c), events / 300, 1e-10);
  EXPECT_LT(fit_platt(s.columns())->calibration.slope, 0);
  EXPECT_NE(fit_platt(s.columns())->report.warning.find("negative"), std::string::npos);
}

TEST(Calibration, TemperatureIsTheSlopeThroughTheOrigin) {
  const Sample s = test::simulate(10, 3000, .5, 0);
  const auto fitted = *fit_temperature(s.columns());
  EXPECT_NEAR(fitted.calibration.slope, .5, 4 * fitted.calibration.slope_standard_error);
  EXPECT_EQ(fitted.calibration.intercept, 0);
  EXPECT_EQ(calibrated(fitted.calibration, .5), .5);
}

// --- hostile -----------------------------------------------------------------

TEST(Calibration, BadRowsAreLeftOutAndCounted) {
  Sample s = test::simulate(11, 200);
  const auto clean = *fit_platt(s.columns());
  for (const auto& [y, p] : std::vector<std::pair<double, double>>{
           {kNaN, .5}, {1, kNaN}, {0, 1.5}, {1, -.1}, {2, .5}, {1, HUGE_VAL}}) {
    s.outcome.push_back(y);
    s.probability.push_back(p);
  }
  const auto found = *fit_platt(s.columns());
  EXPECT_EQ(found.calibration.slope, clean.calibration.slope);
  EXPECT_EQ(found.report.unknown_outcomes, 1u);
  EXPECT_EQ(found.report.rows.rows_rejected, 5u);
  EXPECT_EQ(found.report.rows.first_rejected, 201u);
}

TEST(Calibration, CertainProbabilitiesAreClippedAndCounted) {
  Sample s = test::simulate(12, 200);
  for (int i = 0; i < 4; ++i) {
    s.outcome.push_back(i % 2);
    s.probability.push_back(i < 2 ? 0 : 1);
  }
  for (const double slope :
       {fit_platt(s.columns())->calibration.slope, fit_temperature(s.columns())->calibration.slope,
        fit_beta(s.columns())->calibration.a}) {
    EXPECT_TRUE(std::isfinite(slope));
  }
  EXPECT_EQ(fit_platt(s.columns())->report.clipped, 4);
  const LogitCalibration line{.9, .1};
  EXPECT_EQ(calibrated(line, 0), calibrated(line, kCertain));
  EXPECT_GT(calibrated(line, 0), 0);
  EXPECT_LT(calibrated(line, 1), 1);
}

TEST(Calibration, SeparatedOutcomes) {
  const Sample s{{0, 0, 0, 1, 1}, {.1, .2, .3, .6, .7}};
  const auto smoothed = *fit_platt(s.columns());
  EXPECT_TRUE(smoothed.report.converged());
  EXPECT_GT(smoothed.calibration.slope, 0);
  const auto plain = *fit_platt(s.columns(), {.smoothed_targets = false});
  EXPECT_FALSE(plain.report.converged());
  EXPECT_NE(plain.report.warning.find("separate"), std::string::npos);
  EXPECT_EQ(fit_isotonic(s.columns())->calibration.blocks, 2u);
}

TEST(Calibration, RefusalsSayWhy) {
  EXPECT_EQ(fit_platt({}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(fit_isotonic({}).error().code(), StatusCode::insufficient_data);
  const Values y{1, 1}, p{.2, .4}, same{.3, .3}, both{0, 1}, huge{1e308, 1e308};
  EXPECT_EQ(fit_platt({y, p}).error().message(),
            "`outcome` needs rows with 1 and rows with 0, got 2 and 0");
  const Values percent{20, .4};
  EXPECT_EQ(fit_platt({both, percent}).error().message(),
            "`outcome` needs rows with 1 and rows with 0, got 1 and 0; 1 left out: `probability` "
            "must be within 0..1, got 20 in row 0 (in percent? divide by 100)");
  EXPECT_NE(fit_beta({both, same}).error().message().find("same in all rows"), std::string::npos);
  EXPECT_TRUE(fit_isotonic({both, same}).has_value());
  EXPECT_TRUE(fit_temperature({both, same}).has_value());
  EXPECT_EQ(fit_platt({y, Values{.5}}).error().message(), "`probability` has 1 rows, expected 2");
  EXPECT_EQ(fit_platt({both, p, Values{1}}).error().code(), StatusCode::size_mismatch);
  EXPECT_EQ(fit_platt({both, p, huge}).error().code(), StatusCode::invalid_argument);
}

TEST(Calibration, BatchesEqualSingleRows) {
  const Sample s = test::simulate(13, 5000);
  const auto c = fit_isotonic(s.columns())->calibration;
  Values p = s.probability, out(p.size());
  p[7] = 1.5;
  p[9] = kNaN;
  const BatchReport report = calibrate(c, p, out);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_TRUE(std::isnan(out[7]) && std::isnan(out[9]));
  for (std::size_t i = 10; i < p.size(); ++i) EXPECT_EQ(out[i], calibrated(c, p[i]));
  EXPECT_EQ(calibrate(c, p, std::span<double>(out).first(3)).status.code(),
            StatusCode::size_mismatch);
  EXPECT_TRUE(std::isnan(calibrated(IsotonicCalibration{}, .5)));
  EXPECT_EQ(shift_prior(0, .5, p, out).status.message(),
            "`from` must be strictly between 0 and 1, got 0");
}

}  // namespace
}  // namespace kam::churn
