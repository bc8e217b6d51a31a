/// BG/NBD and MBG/NBD against 50-digit values, bulk and hard points
/// (tools/make_reference_tables.py).
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

struct Answers {
  double log_likelihood, alive, orders, no_order;
};

template <class Parameters>
Answers answers(const ReferenceTable& t, std::size_t i) {
  const Parameters p{t.number(i, "r"), t.number(i, "alpha"), t.number(i, "a"), t.number(i, "b")};
  const double x = t.number(i, "x"), t_x = t.number(i, "t_x"), T = t.number(i, "T"),
               horizon = t.number(i, "t");
  return {log_likelihood(p, x, t_x, T), probability_alive(p, x, t_x, T),
          expected_orders(p, horizon, x, t_x, T), probability_no_order(p, horizon, x, t_x, T)};
}

/// The same through the batch verbs, whose logarithms come from the block kernels.
Answers batch_answers(const OrderModel& model, const ReferenceTable& t, std::size_t i) {
  const double x = t.number(i, "x"), t_x = t.number(i, "t_x"), T = t.number(i, "T"),
               horizon = t.number(i, "t");
  const OrderColumns account{std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)};
  Answers a{};
  EXPECT_TRUE(log_likelihood(model, account, std::span(&a.log_likelihood, 1)).ok());
  EXPECT_TRUE(probability_alive(model, account, std::span(&a.alive, 1)).ok());
  EXPECT_TRUE(expected_orders(model, horizon, account, std::span(&a.orders, 1)).ok());
  EXPECT_TRUE(probability_no_order(model, horizon, account, std::span(&a.no_order, 1)).ok());
  return a;
}

/// Largest errors allowed: 1e-12 in the bulk, 1e-9 at hard points (frequencies to 5,000: the
/// exponent (r + x) ln(...) alone carries x ulp).
double budget(const std::string& region) {
  return region == "bulk" ? 1e-12 : 1e-9;
}

template <class Parameters>
void compare(const std::string& file, bool batch) {
  const ReferenceTable table(file);
  std::map<std::string, std::array<double, 4>> worst;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string& region = table.text(i, "region");
    const OrderModel model = Parameters{table.number(i, "r"), table.number(i, "alpha"),
                                        table.number(i, "a"), table.number(i, "b")};
    const Answers got = batch ? batch_answers(model, table, i) : answers<Parameters>(table, i);
    const double want_alive = table.number(i, "probability_alive");
    const double want_orders = table.number(i, "expected_orders");
    // Below the smallest normal double relative accuracy cannot exist; 0 or nearly so is right.
    const auto error = [](double value, double want) {
      return std::fabs(want) < 1e-300 ? (value >= 0 && value < 1e-299 ? 0 : 1)
                                      : relative_error(value, want);
    };
    const std::array<double, 4> errors{
        mixed_error(got.log_likelihood, table.number(i, "log_likelihood")),
        error(got.alive, want_alive), error(got.orders, want_orders),
        error(got.no_order, table.number(i, "probability_no_order"))};
    for (std::size_t k = 0; k < 4; ++k) {
      worst[region][k] = std::fmax(worst[region][k], errors[k]);
      EXPECT_LE(errors[k], budget(region)) << file << " row " << i << " quantity " << k;
    }
  }
  for (const auto& [region, e] : worst) {
    std::printf("  %-12s %-10s log-likelihood %.1e alive %.1e orders %.1e no order %.1e\n",
                file.c_str(), region.c_str(), e[0], e[1], e[2], e[3]);
  }
}

TEST(OrderModelReference, BgNbdAgreesWithFiftyDigits) {
  compare<bgnbd::Parameters>("bgnbd.csv", false);
}
TEST(OrderModelReference, MbgNbdAgreesWithFiftyDigits) {
  compare<mbgnbd::Parameters>("mbgnbd.csv", false);
}

TEST(OrderModelReference, BatchesAgreeWithFiftyDigits) {
  compare<bgnbd::Parameters>("bgnbd.csv", true);
  compare<mbgnbd::Parameters>("mbgnbd.csv", true);
}

TEST(OrderModelReference, NewAccountsAgreeWithFiftyDigits) {
  const ReferenceTable t("new_account.csv");
  for (std::size_t i = 0; i < t.size(); ++i) {
    const std::array<double, 4> v{t.number(i, "r"), t.number(i, "alpha"), t.number(i, "a"),
                                  t.number(i, "b")};
    const OrderModel model = t.text(i, "model") == "bgnbd"
                                 ? OrderModel(bgnbd::Parameters::from_values(v))
                                 : OrderModel(mbgnbd::Parameters::from_values(v));
    EXPECT_LE(relative_error(expected_orders_new(model, t.number(i, "t")),
                             t.number(i, "expected_orders_new")),
              1e-12)
        << i;
  }
}

TEST(OrderModelReference, DiscountedOrdersAgreeWithFiftyDigits) {
  const ReferenceTable t("discounted.csv");
  double worst = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const std::array<double, 4> v{t.number(i, "r"), t.number(i, "alpha"), t.number(i, "a"),
                                  t.number(i, "b")};
    const OrderModel model = t.text(i, "model") == "bgnbd"
                                 ? OrderModel(bgnbd::Parameters::from_values(v))
                                 : OrderModel(mbgnbd::Parameters::from_values(v));
    const double x = t.number(i, "x"), t_x = t.number(i, "t_x"), T = t.number(i, "T");
    double got = 0;
    const BatchReport report = discounted_expected_orders(
        model, t.number(i, "horizon"), t.number(i, "delta"),
        {std::span(&x, 1), std::span(&t_x, 1), std::span(&T, 1)}, std::span(&got, 1));
    ASSERT_TRUE(report.ok());
    const double error = relative_error(got, t.number(i, "discounted_orders"));
    worst = std::fmax(worst, error);
    EXPECT_LE(error, 1e-10) << i;
  }
  std::printf("  discounted orders: worst %.1e\n", worst);
}

}  // namespace
}  // namespace kam
