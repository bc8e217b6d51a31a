/// ln U(a, b, z) against 50-digit values and against its recurrences.
#include <kam/base/tricomi.hpp>

#include <cstdio>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam {
namespace {

TEST(Tricomi, AgreesWithFiftyDigits) {
  const test::ReferenceTable t("tricomi.csv");
  double worst = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double got = log_tricomi(t.number(i, "a"), t.number(i, "b"), t.number(i, "z"));
    const double error = test::mixed_error(got, t.number(i, "log_tricomi"));
    worst = std::fmax(worst, error);
    EXPECT_LE(error, 2e-13) << i;
  }
  std::printf("  log_tricomi: worst %.1e\n", worst);
}

/// U(a, a+1, z) = z^-a (DLMF 13.6.4), and U(1, 1, z) = e^z E1(z).
TEST(Tricomi, SpecialCases) {
  for (const double a : {.05, .7, 1.0, 3.5, 60.0}) {
    for (const double z : {1e-6, .02, 1.0, 40.0, 1e4}) {
      EXPECT_NEAR(log_tricomi(a, a + 1, z), -a * std::log(z),
                  2e-13 * std::fmax(1, std::fabs(a * std::log(z))))
          << a << " " << z;
    }
  }
  EXPECT_NEAR(log_tricomi(1, 1, 1), std::log(.596347362323194074341), 1e-14);
}

/// Kummer's transformation U(a, b, z) = z^(1-b) U(a-b+1, 2-b, z) (DLMF 13.2.40): another path
/// through the code, since a = 1 has its own.
TEST(Tricomi, KummerTransformation) {
  for (const double s : {.01, .6, 1.0, 1.9, 40.0}) {
    for (const double z : {1e-5, .03, 1.0, 25.0}) {
      EXPECT_NEAR(log_tricomi(1, 2 - s, z), (s - 1) * std::log(z) + log_tricomi(s, s, z), 1e-12)
          << s << " " << z;
    }
  }
}

TEST(Tricomi, HostileInput) {
  for (const double bad : {0.0, -1.0, kNaN, HUGE_VAL}) {
    EXPECT_TRUE(std::isnan(log_tricomi(bad, 1, 1))) << bad;
    EXPECT_TRUE(std::isnan(log_tricomi(1, 1, bad))) << bad;
  }
  EXPECT_TRUE(std::isnan(log_tricomi(1, kNaN, 1)));
  EXPECT_TRUE(std::isnan(log_tricomi(1, HUGE_VAL, 1)));
  for (const double a : {1e-8, 1.0, 1e6}) {
    for (const double b : {-1e6, .5, 1e6}) {
      for (const double z : {1e-280, 1e-8, 1e8, 1e280})
        EXPECT_TRUE(std::isfinite(log_tricomi(a, b, z))) << a << " " << b << " " << z;
    }
  }
}

}  // namespace
}  // namespace kam
