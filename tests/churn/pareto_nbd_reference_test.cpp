/// Pareto/NBD and NBD against 50-digit values, bulk and hard points
/// (tools/make_reference_tables.py).
#include <kam/churn/order_model.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::mixed_error;
using test::ReferenceTable;
using test::relative_error;

/// Below the smallest normal double relative accuracy cannot exist; 0 or nearly so is right.
double error_of(double value, double want) {
  if (std::fabs(want) < 1e-300) return value >= 0 && value < 1e-299 ? 0 : 1;
  return relative_error(value, want);
}

constexpr std::array<const char*, 7> kQuantities{
    "log_likelihood",       "probability_alive",     "expected_orders",  "probability_no_order",
    "probability_alive_at", "probability_of_orders", "discounted_orders"};

struct Point {
  pareto_nbd::Parameters p;
  double x, t_x, T, t, n, delta;
};

Point point_of(const ReferenceTable& t, std::size_t i) {
  return {{t.number(i, "r"), t.number(i, "alpha"), t.number(i, "s"), t.number(i, "beta")},
          t.number(i, "x"),
          t.number(i, "t_x"),
          t.number(i, "T"),
          t.number(i, "t"),
          t.number(i, "n"),
          t.number(i, "delta")};
}

std::array<double, 7> answers(const Point& at) {
  const auto& [p, x, t_x, T, t, n, delta] = at;
  return {log_likelihood(p, x, t_x, T),
          probability_alive(p, x, t_x, T),
          expected_orders(p, t, x, t_x, T),
          probability_no_order(p, t, x, t_x, T),
          probability_alive_at(p, t, x, t_x, T),
          probability_of_orders(p, n, t, x, t_x, T),
          discounted_expected_orders(p, HUGE_VAL, delta, x, t_x, T)};
}

/// The verbs that exist as batches; the others as above.
std::array<double, 7> batch_answers(const Point& at) {
  std::array<double, 7> a = answers(at);
  const OrderModel model = at.p;
  const OrderColumns account{std::span(&at.x, 1), std::span(&at.t_x, 1), std::span(&at.T, 1)};
  const auto out = [&](std::size_t k) { return std::span(&a[k], 1); };
  EXPECT_TRUE(log_likelihood(model, account, out(0)).ok());
  EXPECT_TRUE(probability_alive(model, account, out(1)).ok());
  EXPECT_TRUE(expected_orders(model, at.t, account, out(2)).ok());
  EXPECT_TRUE(probability_no_order(model, at.t, account, out(3)).ok());
  EXPECT_TRUE(discounted_expected_orders(model, HUGE_VAL, at.delta, account, out(6)).ok());
  return a;
}

/// Largest errors allowed: 1e-12 in the bulk, 1e-9 at hard points (frequencies to 100,000: the
/// exponent (r + x) ln(...) alone carries x ulp).
template <class Answers>
void compare(const ReferenceTable& table, const Answers& answer) {
  std::map<std::string, std::array<double, 7>> worst;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string& region = table.text(i, "region");
    const double budget = region == "bulk" ? 1e-12 : 1e-9;
    const std::array<double, 7> got = answer(point_of(table, i));
    for (std::size_t k = 0; k < 7; ++k) {
      const double want = table.number(i, kQuantities[k]);
      const double error = k == 0 ? mixed_error(got[k], want) : error_of(got[k], want);
      worst[region][k] = std::fmax(worst[region][k], error);
      EXPECT_LE(error, budget) << "row " << i << " " << kQuantities[k] << " " << got[k] << " for "
                               << want;
    }
  }
  for (const auto& [region, errors] : worst) {
    std::printf("  %-10s", region.c_str());
    for (std::size_t k = 0; k < 7; ++k) std::printf(" %s %.1e", kQuantities[k], errors[k]);
    std::printf("\n");
  }
}

TEST(ParetoNbdReference, AgreesWithFiftyDigits) {
  compare(ReferenceTable("pareto_nbd.csv"), answers);
}
TEST(ParetoNbdReference, BatchesAgreeWithFiftyDigits) {
  compare(ReferenceTable("pareto_nbd.csv"), batch_answers);
}

/// The panels and the series are two ways to one number.
TEST(ParetoNbdReference, SeriesAndQuadratureAgree) {
  for (const double alpha : {.5, 3.0, 11.0, 30.0}) {
    for (const double x : {0.0, 1.0, 7.0, 60.0}) {
      for (const double t : {1e-6, .3, 5.0, 80.0, 1e5}) {
        const pareto_nbd::Parameters p{.55 + x, alpha, .61, 11.67};
        const pareto_nbd::detail::SilentLeaving leaving(p, t);
        const double panels = std::log(p.s) + detail::log_panel_integral(leaving, 0, leaving.span);
        EXPECT_NEAR(log_leaves_silently(p, t), panels, 2e-14 * std::fmax(1, std::fabs(panels)))
            << alpha << " " << x << " " << t;
      }
    }
  }
}

TEST(NbdReference, AgreesWithFiftyDigits) {
  const ReferenceTable t("nbd.csv");
  for (std::size_t i = 0; i < t.size(); ++i) {
    const nbd::Parameters p{t.number(i, "r"), t.number(i, "alpha")};
    const double x = t.number(i, "x"), T = t.number(i, "T"), t_x = x > 0 ? T / 2 : 0;
    const double h = t.number(i, "t"), n = t.number(i, "n"), delta = t.number(i, "delta");
    const double budget = t.text(i, "region") == "bulk" ? 1e-12 : 1e-9;
    EXPECT_LE(mixed_error(log_likelihood(p, x, t_x, T), t.number(i, "log_likelihood")), 1e-13) << i;
    EXPECT_LE(error_of(expected_orders(p, h, x, t_x, T), t.number(i, "expected_orders")), 1e-14);
    EXPECT_LE(error_of(probability_no_order(p, h, x, t_x, T), t.number(i, "probability_no_order")),
              budget)
        << i;
    EXPECT_LE(
        error_of(probability_of_orders(p, n, h, x, t_x, T), t.number(i, "probability_of_orders")),
        budget)
        << i;
    EXPECT_LE(error_of(discounted_expected_orders_if_alive(p, h, delta, x, T),
                       t.number(i, "discounted_orders")),
              1e-13)
        << i;
  }
}

}  // namespace
}  // namespace kam
