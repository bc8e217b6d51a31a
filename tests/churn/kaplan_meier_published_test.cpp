/// Kaplan-Meier, Nelson-Aalen and log-rank against R (survival 3.5.3: survfit, survdiff) and
/// lifelines 0.30.1; both agree where both are named.
#include <kam/churn/kaplan_meier.hpp>
#include <kam/churn/log_rank.hpp>

#include <gtest/gtest.h>

#include "churn/survival_data.hpp"

namespace kam {
namespace {

using test::DataTable;
using test::expect_digits;
using test::SurvivalData;

constexpr CurveOptions kNinetyFive{.level = 0.95, .scale = CurveScale::log_log};

SurvivalData waltons() {
  return test::read("waltons.csv", "T", "E", {});
}

/// The rows of a data set whose `keep` is 1.
SurvivalData subset(const SurvivalData& d, const std::vector<double>& keep) {
  SurvivalData out;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i] != 1) continue;
    out.duration.push_back(d.duration[i]);
    out.event.push_back(d.event[i]);
  }
  return out;
}

Result<log_rank::Outcome> log_rank_by(const SurvivalData& d, const std::vector<std::string>& texts,
                                      double rho = 0) {
  log_rank::Groups groups;
  const auto codes = test::codes(texts, groups.groups);
  groups.group = codes;
  return log_rank::test(d.rows(), groups, {rho});
}

TEST(WaltonsCurve, MedianAndItsInterval) {  // R and lifelines
  const auto curve = kaplan_meier::fit(waltons().rows());
  ASSERT_TRUE(curve);
  const CurveAnswer median = kaplan_meier::quantile(*curve, 0.5, 0, kNinetyFive);
  EXPECT_EQ(median.estimate, 56);
  EXPECT_EQ(median.lo, 53);
  EXPECT_EQ(median.hi, 58);
  EXPECT_EQ(curve->weight, 163);
  EXPECT_EQ(curve->events, 156);
  const DataTable table("waltons.csv");
  for (const auto& [group, expected] : {std::pair{"control", 58.0}, {"miR-137", 26.0}}) {
    const auto part = kaplan_meier::fit(subset(waltons(), table.indicator("group", group)).rows());
    ASSERT_TRUE(part);
    EXPECT_EQ(kaplan_meier::quantile(*part, 0.5).estimate, expected);
  }
}

TEST(WaltonsCurve, SurvivalAndHazard) {  // R and lifelines
  const auto curve = kaplan_meier::fit(waltons().rows());
  ASSERT_TRUE(curve);
  const double times[] = {33, 56, 69};
  const double survival[] = {0.8025306748, 0.4299026500, 0.0143405091};
  const double hazard[] = {0.2192276955, 0.8400936785, 4.0213370295};
  for (std::size_t i = 0; i < 3; ++i) {
    expect_digits(kaplan_meier::survival(*curve, times[i]).estimate, survival[i], 10);
    expect_digits(nelson_aalen::cumulative_hazard(*curve, times[i]).estimate, hazard[i], 10);
  }
}

TEST(WaltonsCurve, RestrictedMean) {  // R and lifelines
  const auto curve = kaplan_meier::fit(waltons().rows());
  ASSERT_TRUE(curve);
  const CurveAnswer mean = kaplan_meier::restricted_mean(*curve, 50);
  expect_digits(mean.estimate, 43.1560458561, 10);
  expect_digits(mean.standard_error, 0.9301847878, 10);
}

TEST(WaltonsLogRank, GroupsDiffer) {  // R: survdiff with rho 0 and 1
  const auto groups = DataTable("waltons.csv").texts("group");
  const auto test = log_rank_by(waltons(), groups);
  const auto peto = log_rank_by(waltons(), groups, 1);
  ASSERT_TRUE(test && peto);
  expect_digits(test->chi_squared, 122.249125573, 9);
  EXPECT_NEAR(test->p_value / 2.036e-28, 1, 3e-4);
  EXPECT_EQ(test->degrees_of_freedom, 1);
  expect_digits(peto->chi_squared, 139.843934199, 9);
}

TEST(RossiLogRank, Race) {  // R, as in the tests of scikit-survival
  const auto test = log_rank_by(test::rossi(), DataTable("rossi.csv").texts("race"));
  ASSERT_TRUE(test);
  EXPECT_NEAR(test->chi_squared, 0.576101713683918, 1e-13);
  EXPECT_NEAR(test->p_value, 0.447844394252168, 1e-13);
}

TEST(LungLogRank, Sex) {  // R
  const auto test =
      log_rank_by(test::read("lung.csv", "time", "status", {}), DataTable("lung.csv").texts("sex"));
  ASSERT_TRUE(test);
  expect_digits(test->chi_squared, 10.3267419549, 10);
}

TEST(TelcoCurve, SurvivalAndMedian) {  // R
  const DataTable table("telco.csv");
  SurvivalData d;
  d.duration = table.numbers("tenure");
  d.event = table.indicator("Churn", "Yes");
  const auto curve = kaplan_meier::fit(d.rows());
  ASSERT_TRUE(curve);
  const double survival[] = {0.8431995538, 0.7887363984, 0.7485454149,
                             0.7088401843, 0.6644039144, 0.5927901521};
  for (std::size_t i = 0; i < 6; ++i) {
    const double months = 12 * static_cast<double>(i + 1);
    expect_digits(kaplan_meier::survival(*curve, months).estimate, survival[i], 10);
  }
  const auto monthly =
      kaplan_meier::fit(subset(d, table.indicator("Contract", "Month-to-month")).rows());
  ASSERT_TRUE(monthly);
  const CurveAnswer median = kaplan_meier::quantile(*monthly, 0.5, 0, kNinetyFive);
  EXPECT_EQ(median.estimate, 35);
  EXPECT_EQ(median.lo, 32);
  EXPECT_EQ(median.hi, 38);
  const auto contract = log_rank_by(d, table.texts("Contract"));
  const auto gender = log_rank_by(d, table.texts("gender"));
  ASSERT_TRUE(contract && gender);
  EXPECT_EQ(contract->degrees_of_freedom, 2);
  expect_digits(contract->chi_squared, 2352.87253826, 8);
  expect_digits(gender->chi_squared, 0.525706972226, 12);
}

TEST(GovernmentsCurve, MedianAndDemocracy) {  // R and lifelines
  const SurvivalData d = test::read("dd.csv", "duration", "observed", {});
  const auto curve = kaplan_meier::fit(d.rows());
  ASSERT_TRUE(curve);
  EXPECT_EQ(curve->weight, 1808);
  EXPECT_EQ(kaplan_meier::quantile(*curve, 0.5).estimate, 4);
  const auto test = log_rank_by(d, DataTable("dd.csv").texts("democracy"));
  ASSERT_TRUE(test);
  expect_digits(test->chi_squared, 260.469539078, 9);
}

}  // namespace
}  // namespace kam
