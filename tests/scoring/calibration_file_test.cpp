#include <kam/scoring/calibration_file.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "churn/prediction_data.hpp"

namespace kam::scoring {
namespace {

const char* const kMethods[] = {"platt", "temperature", "beta", "isotonic", "venn_abers"};

TEST(CalibrationFile, ReadsBackToTheSameBits) {
  const auto s = churn::test::simulate(1, 300, .6, .2, 40);
  for (const char* method : kMethods) {
    const Calibrator before = *fit_calibrator(method, s.columns());
    const std::string text = to_json(before);
    const auto after = parse_calibrator(text);
    ASSERT_TRUE(after.has_value()) << after.error().message();
    EXPECT_EQ(to_json(*after), text);
    EXPECT_EQ(after->method, method);
    std::vector<double> a(s.rows()), b(s.rows());
    EXPECT_EQ(calibrate(before, s.probability, a).rows_scored, s.rows());
    EXPECT_EQ(calibrate(*after, s.probability, b).rows_scored, s.rows());
    EXPECT_EQ(a, b);
    EXPECT_EQ(after->report.events, before.report.events);
    EXPECT_LT(text.size(), 20'000u);
  }
}

TEST(CalibrationFile, DamagedAndForeignFilesAreRefused) {
  const auto s = churn::test::simulate(2, 200);
  const std::string text = to_json(*fit_calibrator("platt", s.columns()));
  EXPECT_EQ(parse_calibrator("").error().code(), StatusCode::invalid_format);
  EXPECT_EQ(parse_calibrator("{}").error().code(), StatusCode::invalid_format);
  std::string changed = text;
  changed.replace(changed.find("\"platt\""), 7, "\"plait\"");
  EXPECT_NE(parse_calibrator(changed).error().message().find("checksum"), std::string::npos);
  changed = text;
  changed.replace(changed.find("\"calibrator\""), 12, "\"estimate\"");
  EXPECT_EQ(parse_calibrator(changed).error().code(), StatusCode::version_mismatch);
  for (std::size_t cut = 0; cut < text.size(); cut += 17) {
    EXPECT_FALSE(parse_calibrator(text.substr(0, cut)).has_value());
  }
}

TEST(CalibrationFile, UnknownMethods) {
  const auto s = churn::test::simulate(3, 50);
  EXPECT_EQ(fit_calibrator("magic", s.columns()).error().message(),
            "`method` must be platt, temperature, beta, isotonic or venn_abers, got 'magic'");
}

}  // namespace
}  // namespace kam::scoring
