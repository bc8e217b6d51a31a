/// What the tests of BG/CNBD-k and MBG/CNBD-k share.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/order_model.hpp>

#include "reference_table.hpp"

namespace kam {

struct Accounts {
  std::vector<double> x, t_x, T, log_gaps;

  explicit Accounts(std::size_t n) : x(n), t_x(n), T(n), log_gaps(n) {}
  [[nodiscard]] OrderColumns columns() const {
    return {.frequency = x, .recency = t_x, .age = T, .log_gaps = log_gaps};
  }
};

template <class Parameters>
struct Cnbd : testing::Test {
  static constexpr bool kFirst = std::is_same_v<Parameters, mbgcnbd::Parameters>;
  using Plain = std::conditional_t<kFirst, mbgnbd::Parameters, bgnbd::Parameters>;
  static constexpr Parameters kTypical{2.5, 4.0, .8, 3.0, 3};

  static auto fit(const OrderColumns& columns, int k, const FitOptions<Parameters>& options = {},
                  const Executor& executor = {}) {
    if constexpr (kFirst) {
      return mbgcnbd::fit(columns, k, options, executor);
    } else {
      return bgcnbd::fit(columns, k, options, executor);
    }
  }
  static auto fit_k(const OrderColumns& columns, int most = cnbd::kUsualPhases) {
    if constexpr (kFirst) {
      return mbgcnbd::fit_k(columns, most);
    } else {
      return bgcnbd::fit_k(columns, most);
    }
  }
  static auto fit_plain(const OrderColumns& columns) {
    if constexpr (kFirst) {
      return mbgnbd::fit(columns);
    } else {
      return bgnbd::fit(columns);
    }
  }
  static Accounts simulated(std::size_t n, std::uint64_t seed, const Parameters& p = kTypical) {
    Accounts a(n);
    Random random(seed);
    for (double& age : a.T) age = 10 + std::floor(60 * random.uniform());
    EXPECT_TRUE(simulate(p, a.T, seed, a.x, a.t_x, {}, a.log_gaps).ok());
    return a;
  }
};

}  // namespace kam
