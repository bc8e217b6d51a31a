/// BG/CNBD-k and MBG/CNBD-k against 50-digit values (tools/make_reference_tables.py cnbd), and the
/// two ways to the expected orders against each other.
#include <kam/churn/order_model.hpp>

#include <cstdio>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::mixed_error;
using test::ReferenceTable;
using test::relative_error;

/// log-likelihood without gaps, P(alive), orders, P(no order).
template <class Parameters>
std::array<double, 4> answers(const ReferenceTable& t, std::size_t i) {
  const Parameters p{t.number(i, "r"), t.number(i, "alpha"), t.number(i, "a"), t.number(i, "b"),
                     static_cast<int>(t.number(i, "k"))};
  const double x = t.number(i, "x"), t_x = t.number(i, "t_x"), T = t.number(i, "T"),
               horizon = t.number(i, "t");
  return {log_likelihood_without_gaps(p, x, t_x, T), probability_alive(p, x, t_x, T),
          expected_orders(p, horizon, x, t_x, T), probability_no_order(p, horizon, x, t_x, T)};
}

TEST(CnbdReference, AgreesWithFiftyDigits) {
  const ReferenceTable table("cnbd.csv");
  constexpr const char* kColumns[] = {"log_likelihood", "probability_alive", "expected_orders",
                                      "probability_no_order"};
  std::map<std::string, std::array<double, 4>> worst;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string& region = table.text(i, "region");
    const auto got = table.text(i, "model") == "bgcnbd" ? answers<bgcnbd::Parameters>(table, i)
                                                        : answers<mbgcnbd::Parameters>(table, i);
    for (std::size_t q = 0; q < 4; ++q) {
      const double want = table.number(i, kColumns[q]);
      // Below the smallest normal double relative accuracy cannot exist; 0 or nearly so is right.
      const double error = q == 0                     ? mixed_error(got[q], want)
                           : std::fabs(want) < 1e-300 ? (got[q] >= 0 && got[q] < 1e-299 ? 0 : 1)
                                                      : relative_error(got[q], want);
      worst[region][q] = std::fmax(worst[region][q], error);
      EXPECT_LE(error, region == "bulk" ? 1e-12 : 1e-9) << "row " << i << " " << kColumns[q];
    }
  }
  for (const auto& [region, e] : worst) {
    std::printf("  cnbd.csv %-12s log-likelihood %.1e alive %.1e orders %.1e no order %.1e\n",
                region.c_str(), e[0], e[1], e[2], e[3]);
  }
}

TEST(MeanRenewals, SeriesAndIntegralAgreeWhereBothReach) {
  double worst = 0;
  int compared = 0;
  for (const int k : {2, 3, 5, 13, 20}) {
    for (const double s : {.5, 3.0, 50.0, 2000.0}) {
      for (const double w : {0.0, .4, .95}) {
        for (const double u : {.5, 3.0, 20.0}) {
          for (const double a : {.3, 1.0, 5.0}) {
            for (const double b : {.02, 2.0, 60.0}) {
              const RenewalsAhead at{k, s, w, a, b, u};
              const double phases = (s + k) * u;
              if (phases < 50 || phases > 10000) continue;
              const double error =
                  relative_error(detail::renewals_series(at), detail::renewals_integral(at));
              worst = std::fmax(worst, error);
              ++compared;
              EXPECT_LE(error, 1e-11)
                  << k << " " << s << " " << w << " " << u << " " << a << " " << b;
            }
          }
        }
      }
    }
  }
  std::printf("  series against integral: worst %.1e of %d\n", worst, compared);
  EXPECT_GT(compared, 500);
}

TEST(MeanRenewals, LawsAndLimits) {
  RenewalsAhead at{4, 6, .3, .8, 3, 2};
  const double here = mean_renewals(at);
  at.u = 2.01;
  EXPECT_GT(mean_renewals(at), here) << "rises with the horizon";
  at = {4, 6, .4, .8, 3, 2};
  EXPECT_GT(mean_renewals(at), here) << "and with the age of the running gap";
  at = {4, 6, .3, .9, 3, 2};
  EXPECT_LT(mean_renewals(at), here) << "falls with the probability of leaving";
  at = {5, 6, .3, .8, 3, 2};
  EXPECT_LT(mean_renewals(at), here) << "and with the phases of a gap";
  // An account that hardly leaves: phases ahead / k, and (k-1)/(2k) less or more by where it
  // stands.
  for (const double u : {5.0, 1e6}) {
    at = {4, 60, 0, 1e-9, 1e3, u};
    EXPECT_NEAR(mean_renewals(at), 60 * u / 4 - 3.0 / 8, 1e-6 * u) << u;
  }
  // Sooner or later it leaves: (a+b-1)/(a-1) renewals.
  at = {4, 60, .2, 3, 5, 1e9};
  EXPECT_NEAR(mean_renewals(at), 3.5, 1e-6);
  for (const RenewalsAhead& bad :
       {RenewalsAhead{0, 1, 0, 1, 1, 1}, RenewalsAhead{21, 1, 0, 1, 1, 1},
        RenewalsAhead{2, 0, 0, 1, 1, 1}, RenewalsAhead{2, 1, 1.1, 1, 1, 1},
        RenewalsAhead{2, 1, -.1, 1, 1, 1}, RenewalsAhead{2, 1, kNaN, 1, 1, 1},
        RenewalsAhead{2, 1, 0, 0, 1, 1}, RenewalsAhead{2, 1, 0, 1, kNaN, 1},
        RenewalsAhead{2, 1, 0, 1, 1, HUGE_VAL}, RenewalsAhead{2, 1, 0, 1, 1, -1}}) {
    EXPECT_TRUE(std::isnan(mean_renewals(bad)));
  }
  EXPECT_EQ(mean_renewals({3, 1, .5, 1, 1, 0}), 0);
}

TEST(LogPhaseSum, IsTheTailOfACount) {
  EXPECT_EQ(log_phase_sum(1, 5, .3), 0);
  EXPECT_NEAR(log_phase_sum(3, 2, .5), std::log(1 + 1 + 3 * .25), 1e-15);
  EXPECT_EQ(log_phase_sum(20, 7, 0), 0);
  // (1e17)^19 would overflow.
  EXPECT_NEAR(log_phase_sum(20, 1e17, .5), 19 * std::log(.5e17) - std::lgamma(20.0), 1e-9);
}

}  // namespace
}  // namespace kam
