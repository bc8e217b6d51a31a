// How many orders come, and whether the account is still there then: the models that leave at
// orders. Laws, published numbers, simulation, and the routes that must agree.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <boost/math/quadrature/tanh_sinh.hpp>

#include <kam/churn/order_model.hpp>
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

const bgnbd::Parameters kCdnow{.243, 4.414, .793, 2.426};

// BTYD package manual (walkthrough of the BG/NBD), 10 digits printed.
TEST(OrderCounts, PublishedDistributionOfANewAccount) {
  const double want[] = {.0019995214, .0015170236, .0011633150, .0009003148, .0007023638,
                         .0005517902, .0004361913, .0003467171, .0002769613, .0002222260};
  for (int n = 11; n <= 20; ++n)
    EXPECT_NEAR(probability_of_orders(kCdnow, n, 30), want[n - 11], 6e-11) << n;
  EXPECT_NEAR(probability_of_orders(kCdnow, 10, 2), 1.07868964e-7, 6e-16);
  EXPECT_NEAR(probability_of_orders(kCdnow, 0, 39), .573786352, 6e-10);
}

struct State {
  double x, t_x, T;
};
const State kStates[] = {{0, 0, 12}, {1, 3, 30}, {2, 30.43, 38.86}, {7, 30, 31}, {40, 50, 52}};

template <class Parameters>
class OrderCountLaws : public ::testing::Test {
 public:
  static std::vector<Parameters> models() {
    std::vector<Parameters> all;
    for (const auto& v : {std::array{.243, 4.414, .793, 2.426}, std::array{2.5, 20., 1., 1.},
                          std::array{.8, 3., .3, .2}, std::array{5., 9., 3., 40.}}) {
      all.push_back(Parameters::from_values(v));
      if constexpr (requires { all.back().k; }) all.back().k = static_cast<int>(all.size());
    }
    return all;
  }
};
using Models = ::testing::Types<bgnbd::Parameters, mbgnbd::Parameters, bgcnbd::Parameters,
                                mbgcnbd::Parameters>;
TYPED_TEST_SUITE(OrderCountLaws, Models);

TYPED_TEST(OrderCountLaws, AddUpToOneAndToTheMean) {
  for (const auto& p : this->models()) {
    for (const auto& [x, t_x, T] : kStates) {
      double sum = 0, mean = 0;
      for (double n = 0; n < 4000; ++n) {
        const double one = probability_of_orders(p, n, 9, x, t_x, T);
        ASSERT_TRUE(one >= 0 && one <= 1);
        sum += one;
        mean += n * one;
      }
      EXPECT_NEAR(sum, 1, 2e-12);
      EXPECT_LE(relative_error(mean, expected_orders(p, 9, x, t_x, T)), 1e-10);
    }
    double sum = 0, mean = 0;
    for (double n = 0; n < 4000; ++n) {
      sum += probability_of_orders(p, n, 20);
      mean += n * probability_of_orders(p, n, 20);
    }
    EXPECT_NEAR(sum, 1, 2e-12);
    EXPECT_LE(relative_error(mean, expected_orders_new(p, 20)), 1e-10);
  }
}

TYPED_TEST(OrderCountLaws, NoOrderIsTheProbabilityOfSilence) {
  for (const auto& p : this->models())
    for (const auto& [x, t_x, T] : kStates)
      EXPECT_LE(relative_error(probability_of_orders(p, 0, 13, x, t_x, T),
                               probability_no_order(p, 13, x, t_x, T)),
                1e-13);
}

TYPED_TEST(OrderCountLaws, StillThereFallsFromNowTowardsNothing) {
  for (const auto& p : this->models()) {
    for (const auto& [x, t_x, T] : kStates) {
      double last = probability_alive(p, x, t_x, T);
      EXPECT_EQ(probability_alive_at(p, 0, x, t_x, T), last);
      for (double h = .5; h < 1e7; h *= 3) {
        const double now = probability_alive_at(p, h, x, t_x, T);
        EXPECT_LE(now, last * (1 + 1e-13));
        EXPECT_GE(now, 0);
        last = now;
      }
    }
  }
}

// p Beta(a, b) = a/(a+b) Beta(a+1, b): who has left within the horizon is a mean of one more a.
// bgnbd takes the 2F1, so this compares two routes.
TEST(OrderCounts, StillThereByTheComplement) {
  for (const auto& p : {kCdnow, bgnbd::Parameters{2.5, 20, 1, 1}}) {
    for (const auto& [x, t_x, T] : kStates) {
      const auto at = bgnbd::detail::ahead(p, 17, x, T);
      const double left = at.a / (at.a + at.b) * mean_saturation(at.s, at.a + 1, at.b, at.u);
      EXPECT_NEAR(survives_renewals(at), 1 - left, 1e-14);
    }
  }
}

TEST(OrderCounts, OnePhaseIsThePlainModel) {
  const bgcnbd::Parameters one{.243, 4.414, .793, 2.426, 1};
  const mbgcnbd::Parameters first{.243, 4.414, .793, 2.426, 1};
  const auto plain = mbgnbd::Parameters::from_values(first.values());
  for (const auto& [x, t_x, T] : kStates) {
    for (double n : {0., 1., 2., 9.}) {
      EXPECT_EQ(probability_of_orders(one, n, 9, x, t_x, T),
                probability_of_orders(kCdnow, n, 9, x, t_x, T));
      EXPECT_EQ(probability_of_orders(first, n, 9), probability_of_orders(plain, n, 9));
    }
    EXPECT_EQ(probability_alive_at(first, 9, x, t_x, T), probability_alive_at(plain, 9, x, t_x, T));
  }
}

// Simulated accounts that are alive and 10 old: what they do in the next 15, and whether they last.
TEST(OrderCounts, AgreesWithSimulation) {
  const mbgcnbd::Parameters p{3, 6, 1.2, 6, 3};
  constexpr std::size_t kAccounts = 200'000;
  const std::vector<double> age(kAccounts, 15.0);
  std::vector<double> x(kAccounts), t_x(kAccounts);
  ASSERT_TRUE(simulate(OrderModel(p), age, 7, x, t_x).ok());
  std::vector<double> share(4);
  for (const double count : x)
    if (count < 4) share[static_cast<std::size_t>(count)] += 1.0 / kAccounts;
  for (std::size_t n = 0; n < share.size(); ++n) {
    const double want = probability_of_orders(p, static_cast<double>(n), 15);
    EXPECT_NEAR(share[n], want, 4 * std::sqrt(want * (1 - want) / kAccounts)) << n;
  }
}

// Discounted orders for ever, against an integral of another kind over the same M(t).
TYPED_TEST(OrderCountLaws, DiscountedForEverAgainstTanhSinh) {
  boost::math::quadrature::tanh_sinh<double> integrate(12);
  for (const auto& p : this->models()) {
    if constexpr (requires { p.k; }) {
      if (p.k > 2) continue;  // a staircase is not for tanh-sinh
    }
    const std::vector<double> x{0, 2, 40}, t_x{0, 30.43, 50}, T{12, 38.86, 52};
    std::vector<double> forever(3), alive(3);
    for (const double delta : {.002, .05, 2.}) {
      ASSERT_TRUE(discounted_expected_orders(p, HUGE_VAL, delta, {x, t_x, T}, forever).ok());
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto integrand = [&](double v) {  // t = 80/delta v: what follows is below e^-80
          const double t = 80 / delta * v;
          return 80 * std::exp(-80 * v) * expected_orders(p, t, x[i], t_x[i], T[i]);
        };
        EXPECT_LE(relative_error(forever[i], integrate.integrate(integrand, 0.0, 1.0)), 1e-10)
            << delta << ' ' << x[i];
      }
    }
  }
}

TYPED_TEST(OrderCountLaws, DiscountedForEverIsTheLimitOfLongHorizons) {
  for (const auto& p : this->models()) {
    const std::vector<double> x{0, 2, 7}, t_x{0, 30.43, 30}, T{12, 38.86, 31};
    std::vector<double> forever(3), near(3), alive(3);
    ASSERT_TRUE(discounted_expected_orders(p, HUGE_VAL, .5, {x, t_x, T}, forever).ok());
    ASSERT_TRUE(discounted_expected_orders(p, 70, .5, {x, t_x, T}, near).ok());
    ASSERT_TRUE(expected_orders(p, 70, {x, t_x, T}, alive).ok());
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_LE(relative_error(forever[i], near[i]), 1e-9);
      EXPECT_LT(forever[i], alive[i]);
    }
  }
}

TYPED_TEST(OrderCountLaws, HostileInput) {
  const auto p = this->models().front();
  for (const double bad : {-1., std::nan(""), HUGE_VAL}) {
    EXPECT_TRUE(std::isnan(probability_of_orders(p, 1, bad, 2, 3, 9)));
    EXPECT_TRUE(std::isnan(probability_of_orders(p, bad, 9, 2, 3, 9)));
    EXPECT_TRUE(std::isnan(probability_of_orders(p, 1, bad)));
    EXPECT_TRUE(std::isnan(probability_alive_at(p, bad, 2, 3, 9)));
  }
  EXPECT_TRUE(std::isnan(probability_of_orders(p, 1.5, 9, 2, 3, 9)));
  EXPECT_TRUE(std::isnan(probability_alive_at(p, 1, 2, 10, 9)));
  for (const double horizon : {1e-12, 1e6, 1e15}) {
    for (const double n : {0., 3., 5000.}) {
      const double one = probability_of_orders(p, n, horizon, 5000, 800, 900);
      EXPECT_TRUE(one >= 0 && one <= 1) << horizon << ' ' << n;
    }
    const double alive = probability_alive_at(p, horizon, 5000, 800, 900);
    EXPECT_TRUE(alive >= 0 && alive <= 1) << horizon;
  }
  std::vector<double> one{1}, age{9}, out(1);
  EXPECT_FALSE(discounted_expected_orders(p, HUGE_VAL, 0, {one, one, age}, out).ok());
}

}  // namespace
}  // namespace kam
