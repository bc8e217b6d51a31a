/// Cox regressions against R: "R" is survival 3.5.3 on R 4.2.2 (coxph, survfit, cox.zph), iterated
/// to convergence; others as named.
#include <kam/churn/cox.hpp>

#include <gtest/gtest.h>

#include "churn/survival_data.hpp"

namespace kam {
namespace {

using test::expect_all;
using test::expect_digits;
using test::rossi;
using test::SurvivalData;

double survival(const cox::Fit& fit, const SurvivalData& d, std::size_t row, double time,
                std::size_t stratum = 0) {
  return 1 - cox::churn_probability(fit.model, d.row(row), time, 0, stratum);
}

TEST(RossiCox, EfronCoefficientsAndErrors) {  // R
  const auto fit = test::fit(rossi());
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  EXPECT_EQ(fit->warning, "");
  expect_all(fit->model.coefficients, {-0.3794221669, -0.0574377430, 0.3138997859, -0.1497956972,
                                       -0.4337038767, -0.0848710830, 0.0914970794});
  expect_all(fit->standard_errors, {0.1913794807, 0.0219994706, 0.3079927764, 0.2122242962,
                                    0.3818680575, 0.1957566719, 0.0286485501});
  expect_digits(fit->log_likelihood_null, -675.380632347, 9, 1e-11);
  expect_digits(fit->log_likelihood, -658.747659446, 9, 1e-11);
  expect_digits(fit->likelihood_ratio.chi_squared, 33.2659458016, 10, 1e-9);
  expect_digits(fit->score.chi_squared, 33.5286888997, 10, 1e-9);
  expect_digits(fit->wald.chi_squared, 32.1126101919, 10);
  EXPECT_EQ(fit->wald.degrees_of_freedom, 7);
  expect_digits(fit->concordance, 0.6403292471, 10, 1e-10);
  expect_digits(2 * 7 - 2 * fit->log_likelihood, 1331.4953188922, 9, 1e-11);  // partial AIC
}

TEST(RossiCox, SurvivalUsesTheHazardOfTheTies) {  // R; the Breslow hazard is what lifelines prints
  const SurvivalData d = rossi();
  const auto efron = test::fit(d);
  cox::Options options;
  options.baseline = cox::Ties::breslow;
  const auto breslow = test::fit(d, options);
  ASSERT_TRUE(efron && breslow);
  const double efron_hazard[] = {0.71489440, 0.41095379, 0.43411850};
  const double breslow_hazard[] = {0.71569932, 0.41218093, 0.43533476};
  for (std::size_t i = 0; i < 3; ++i) {
    expect_digits(survival(*efron, d, i, 52), efron_hazard[i], 8);
    expect_digits(survival(*breslow, d, i, 52), breslow_hazard[i], 8);
  }
}

TEST(RossiCox, RobustErrorsHandleTies) {  // R; lifelines ignores ties and is up to 3.5 % low
  cox::Options options;
  options.robust = true;
  const auto fit = test::fit(rossi(), options);
  ASSERT_TRUE(fit);
  expect_all(fit->standard_errors, {0.1955417789, 0.0253361463, 0.2923285551, 0.2180603152,
                                    0.3802444654, 0.1992008296, 0.0289745948});
}

TEST(RossiCox, BreslowTies) {  // R
  cox::Options options;
  options.ties = cox::Ties::breslow;
  const auto fit = test::fit(rossi(), options);
  ASSERT_TRUE(fit);
  expect_all(fit->model.coefficients, {-0.3790218878, -0.0572459254, 0.3141297651, -0.1511145996,
                                       -0.4327825725, -0.0849828358, 0.0911115405});
  expect_digits(fit->log_likelihood, -659.120605677, 9, 1e-11);
}

TEST(RossiCox, Strata) {  // R
  SurvivalData d =
      test::read("rossi.csv", "week", "arrest", {"fin", "age", "race", "mar", "paro", "prio"});
  d.stratum = test::codes(test::DataTable("rossi.csv").texts("wexp"), d.strata);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  expect_all(fit->model.coefficients, {-0.3801540988, -0.0582134796, 0.3065694494, -0.4538716286,
                                       -0.0827389107, 0.0907436423});
  expect_digits(fit->log_likelihood, -580.885746514, 9, 1e-11);
  expect_digits(fit->concordance, 0.6124492234, 10, 1e-10);
}

TEST(RossiCox, CaseWeights) {  // R, weights = age
  SurvivalData d = rossi();
  d.weight = d.values[1];
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  expect_all(fit->model.coefficients, {-0.4600407407, -0.0458485980, 0.3555200636, -0.2268838361,
                                       -0.5451233304, -0.0270859506, 0.0832968472});
}

TEST(RossiCox, Ridge) {  // R, ridge(..., theta = 1, scale = TRUE), to the four decimals printed
  cox::Options options;
  options.ridge = 432 / 431.0;  // R divides its variances by n - 1
  const auto fit = test::fit(rossi(), options);
  ASSERT_TRUE(fit);
  expect_all(fit->model.coefficients, {-0.3761, -0.0565, 0.3099, -0.1532, -0.4295, -0.0837, 0.0909},
             4);
}

TEST(RossiCox, BaselinesOfStrata) {  // R basehaz at mean covariates, as in the tests of lifelines
  SurvivalData d = test::read("rossi.csv", "week", "arrest", {"fin", "age", "prio"});
  const test::DataTable table("rossi.csv");
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    std::string key;
    for (const char* name : {"race", "paro", "mar", "wexp"}) key += table.texts(name)[i];
    keys.push_back(key);
  }
  d.stratum = test::codes(keys, d.strata);
  const auto at =
      static_cast<std::size_t>(std::find(keys.begin(), keys.end(), "0000") - keys.begin());
  cox::Options options;
  options.baseline = cox::Ties::breslow;
  const auto fit = test::fit(d, options);
  ASSERT_TRUE(fit);
  const cox::Baseline& baseline = fit->model.baselines[d.stratum[at]];
  EXPECT_EQ(baseline.time, (std::vector<double>{14, 35, 37, 43}));
  expect_all(baseline.hazard, {0.076600555, 0.169748261, 0.272088807, 0.396562717}, 9);
}

TEST(RossiCox, LeftTruncation) {  // R; lifelines prints S(52) .731 .600 .639: it ignores entries
  const SurvivalData d = test::truncated_rossi();
  const auto efron = test::fit(d);
  cox::Options options;
  options.baseline = cox::Ties::breslow;
  const auto breslow = test::fit(d, options);
  ASSERT_TRUE(efron && breslow);
  expect_all(efron->model.coefficients, {-0.2268796324, -0.0434963252, 0.1387191783, -0.0416430813,
                                         -0.2721723862, -0.0645189640, 0.0189622950});
  const double efron_hazard[] = {0.142800761, 0.042206393, 0.061915614};
  const double breslow_hazard[] = {0.150, 0.0458, 0.0665};
  for (std::size_t i = 0; i < 3; ++i) {
    expect_digits(survival(*efron, d, i, 52), efron_hazard[i], 9);
    expect_digits(survival(*breslow, d, i, 52), breslow_hazard[i], i == 0 ? 3 : 4);
  }
}

TEST(RossiCox, ProportionalHazards) {  // R, cox.zph(transform = "rank")
  const SurvivalData d = rossi();
  const auto columns = d.covariates();
  const auto fit = cox::fit(d.data(columns));
  ASSERT_TRUE(fit);
  const auto check = cox::proportional_hazards(d.data(columns), *fit);
  ASSERT_TRUE(check);
  expect_digits(check->columns[3].chi_squared, 4.159683753, 9);
  expect_digits(check->global.chi_squared, 11.025183435, 9);
  EXPECT_EQ(check->global.degrees_of_freedom, 7);
}

TEST(LungCox, AgeSexAndPerformance) {  // R; the row without ph.ecog is left out
  const auto fit = test::fit(test::read("lung.csv", "time", "status", {"age", "sex", "ph.ecog"}));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->rows.rows_rejected, 1u);
  EXPECT_EQ(fit->weight, 227);
  EXPECT_EQ(fit->events, 164);
  expect_all(fit->model.coefficients, {0.0110667646, -0.5526123957, 0.4637284754});
  expect_digits(fit->log_likelihood, -729.230121375, 9, 1e-11);
  expect_digits(fit->concordance, 0.6371354930, 10, 1e-10);
}

TEST(LarynxCox, AgeAndStage) {  // R; Breslow errors: Klein & Moeschberger (2003), example 8.2
  const SurvivalData data =
      test::read("larynx.csv", "time", "death", {"age", "Stage_II", "Stage_III", "Stage_IV"});
  const auto fit = test::fit(data);
  ASSERT_TRUE(fit);
  expect_all(fit->model.coefficients, {0.0190311019, 0.1400401538, 0.6423817275, 1.7059796099});
  expect_digits(fit->log_likelihood, -187.707364927, 9, 1e-11);
  expect_digits(fit->concordance, 0.6818822700, 10, 1e-10);
  cox::Options options;
  options.ties = cox::Ties::breslow;
  const auto breslow = test::fit(data, options);
  ASSERT_TRUE(breslow);
  expect_all(breslow->standard_errors, {0.0143, 0.4623, 0.3561, 0.4222}, 4, 0);
}

TEST(SimulatedCox, ConvergedOptimum) {  // lifelines stops at 0.2222270472, 0.0509577511, …
  const auto fit = test::fit(test::read("regression.csv", "T", "E", {"var1", "var2", "var3"}));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->weight, 200);
  EXPECT_EQ(fit->events, 189);
  expect_all(fit->model.coefficients, {0.2222073667, 0.0509573349, 0.2183142429});
  // Where lifelines stops, the likelihood is lower.
  EXPECT_NEAR(fit->log_likelihood, -807.6197065187, 1e-7);
  EXPECT_GT(fit->log_likelihood, -807.6197065187);
}

TEST(StanfordCox, TimeVaryingCovariates) {  // R
  const SurvivalData rows = [] {
    SurvivalData d =
        test::read("stanford_heart.csv", "stop", "event", {"age", "transplant", "surgery", "year"});
    d.entry = test::DataTable("stanford_heart.csv").numbers("start");
    return d;
  }();
  const auto fit = test::fit(rows);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->rows.rows_rejected, 0u);
  expect_all(fit->model.coefficients, {0.0271666410, -0.0102507724, -0.6372098900, -0.1463463457});
  expect_digits(fit->log_likelihood, -290.565616218, 9, 1e-11);
}

}  // namespace
}  // namespace kam
