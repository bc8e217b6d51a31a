/// Every level of the order kernels against the standard library at sizes around every vector
/// width, and rows that do not know their place.
///
/// Tolerance: alive carries (r + x) times what the logarithm is off by (2 ulp of a ratio below 40),
/// so 1e-13 at x < 60; spend is one rounding per operation on all levels: the same bits; the panel
/// polynomial 1e-15 of the value; sums 1e-12 of the sum of magnitudes.
#include "simd/order_n.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>

namespace kam::simd {
namespace {

constexpr std::size_t kAwkwardSizes[] = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 4095, 4097};
constexpr double kGuard = -12345;  // beyond the last row: must stay

struct Rows {
  std::vector<double> x, t, T, m, w;
  [[nodiscard]] OrderRows view(std::size_t begin, std::size_t n) const {
    return {x.data() + begin, t.data() + begin, T.data() + begin, n};
  }
};

Rows make_rows(std::size_t n) {
  Random random(5);
  Rows rows;
  for (std::size_t i = 0; i < n; ++i) {
    rows.T.push_back(100 * random.uniform());
    rows.x.push_back(static_cast<double>(random.below(60)));
    rows.t.push_back(rows.x[i] > 0 ? rows.T[i] * random.uniform() : 0);
    rows.m.push_back(random.gamma(2) * 30);
    rows.w.push_back(1 + static_cast<double>(random.below(4)));
  }
  return rows;
}

constexpr BetaGeometricTerms kTerms[] = {{.24, 4.4, .79, 2.4, -1}, {.52, 6.2, .89, 1.6, 0}};
constexpr SpendTerms kSpend{6.25, 3.74, 15.4};

/// A table whose polynomial of cell c is 1 + y / (c + 2) + y^12; counts from 40 on have none.
struct Table {
  std::vector<std::uint32_t> cells;
  std::vector<double> coefficients;
  PanelTable table;
  Table() : cells(60 * 24, kNoPanel) {
    for (std::uint32_t c = 0; c < 40 * 24; ++c) {
      cells[c] = c;
      coefficients.resize(coefficients.size() + kPanelTerms, 0);
      coefficients[c * kPanelTerms] = coefficients[c * kPanelTerms + 12] = 1;
      coefficients[c * kPanelTerms + 1] = 1 / (c + 2.0);
    }
    table = {4.4,          std::bit_cast<std::uint64_t>(4.4) >> kPanelShift,
             60,           24,
             cells.data(), coefficients.data()};
  }
};

class EveryOrderLevel : public testing::TestWithParam<Level> {
 protected:
  const OrderKernels& kernels = order_kernels(GetParam());
  const OrderKernels& scalar = order_kernels(Level::scalar);
};

TEST_P(EveryOrderLevel, AliveIsTheScalarFormulaAtAwkwardSizes) {
  for (const BetaGeometricTerms& terms : kTerms) {
    for (const std::size_t n : kAwkwardSizes) {
      const Rows rows = make_rows(n);
      std::vector<double> got(n + 1, kGuard), want(n);
      EXPECT_TRUE(kernels.alive(terms, rows.view(0, n), got.data()));
      EXPECT_TRUE(scalar.alive(terms, rows.view(0, n), want.data()));
      for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(got[i] / want[i], 1, 1e-13) << rows.x[i];
      EXPECT_EQ(got[n], kGuard);
    }
  }
}

TEST_P(EveryOrderLevel, SpendHasTheBitsOfTheScalarFormula) {
  for (const std::size_t n : kAwkwardSizes) {
    const Rows rows = make_rows(n);
    std::vector<double> got(n + 1, kGuard), want(n + 1, kGuard);
    EXPECT_TRUE(kernels.spend(kSpend, rows.x.data(), rows.m.data(), n, got.data()));
    EXPECT_TRUE(scalar.spend(kSpend, rows.x.data(), rows.m.data(), n, want.data()));
    EXPECT_EQ(got, want);
  }
}

TEST_P(EveryOrderLevel, PanelsMultiplyAndLeaveRowsWithoutOne) {
  const Table table;
  for (const std::size_t n : kAwkwardSizes) {
    const Rows rows = make_rows(n);
    std::vector<double> got(n + 1, 2.0), want(n + 1, 2.0);
    EXPECT_EQ(kernels.times_panel(table.table, rows.view(0, n), got.data()),
              scalar.times_panel(table.table, rows.view(0, n), want.data()));
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_NEAR(got[i], want[i], 4e-15);
      if (rows.x[i] >= 40) {
        ASSERT_EQ(got[i], 2);
      } else {
        ASSERT_NE(got[i], 2);
      }
    }
  }
}

TEST_P(EveryOrderLevel, PlacesAreThoseOfTheScalarFormula) {
  const Table table;
  const double odd[] = {kNaN, -1, 59, 59.5, 60, HUGE_VAL, 0, 3};
  const double ages[] = {1, 1, 1e9, 1, 1, 1, -9, kNaN};
  for (std::size_t n = 0; n <= PanelPlaces::kRows; ++n) {
    Rows rows = make_rows(n);
    for (std::size_t i = 0; i < n && i < 8; ++i) {
      rows.x[n - 1 - i] = odd[i];
      rows.T[n - 1 - i] = ages[i];
    }
    PanelPlaces got, want;
    kernels.place(table.table, rows.view(0, n), got);
    scalar.place(table.table, rows.view(0, n), want);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(got.cell[i], want.cell[i]) << rows.x[i] << ' ' << rows.T[i];
      if (got.cell[i] == PanelPlaces::kNoCell) continue;
      ASSERT_LT(got.cell[i], table.cells.size());
      ASSERT_EQ(got.y[i], want.y[i]);
    }
  }
}

TEST_P(EveryOrderLevel, SumsOfTheFitAgreeWithTheScalarOnes) {
  for (const std::size_t n : kAwkwardSizes) {
    const Rows rows = make_rows(n);
    for (const double* t : {rows.t.data(), static_cast<const double*>(nullptr)}) {
      FitSums got{}, want{};
      kernels.fit(4.4, -1.2, 3.24, t, rows.T.data(), rows.w.data(), n, got);
      scalar.fit(4.4, -1.2, 3.24, t, rows.T.data(), rows.w.data(), n, want);
      const auto near = [&](double FitSums::*sum) {
        EXPECT_NEAR(got.*sum, want.*sum, 1e-12 * std::fabs(want.*sum)) << n;
      };
      for (double FitSums::*sum :
           {&FitSums::log_T, &FitSums::at_T, &FitSums::at_T2, &FitSums::log_sum, &FitSums::v,
            &FitSums::vR, &FitSums::vD, &FitSums::vD2, &FitSums::e, &FitSums::eR, &FitSums::eD,
            &FitSums::eRR, &FitSums::eRD, &FitSums::eDD}) {
        near(sum);
      }
    }
  }
}

TEST_P(EveryOrderLevel, ARowDoesNotDependOnItsPlace) {
  const Rows rows = make_rows(37);
  const Table table;
  std::vector<double> whole(37), spend(37);
  kernels.alive(kTerms[1], rows.view(0, 37), whole.data());
  kernels.times_panel(table.table, rows.view(0, 37), whole.data());
  kernels.spend(kSpend, rows.x.data(), rows.m.data(), 37, spend.data());
  for (std::size_t i = 0; i < 37; ++i) {
    double alone = 0;
    kernels.alive(kTerms[1], rows.view(i, 1), &alone);
    kernels.times_panel(table.table, rows.view(i, 1), &alone);
    ASSERT_EQ(alone, whole[i]);
    kernels.spend(kSpend, &rows.x[i], &rows.m[i], 1, &alone);
    ASSERT_EQ(alone, spend[i]);
  }
}

TEST_P(EveryOrderLevel, BadRowsAreNaNAndSpoilNoOther) {
  const double inf = HUGE_VAL;
  const double x[] = {1, -1, 1.5, kNaN, inf, 0, 1, 1, 1, 1, 9e15, 2};
  const double t[] = {1, 1, 1, 1, 1, 1, -1, 3, kNaN, 1, 1, 1};
  const double T[] = {2, 2, 2, 2, 2, 2, 2, 2, 2, inf, 2, 2};
  double out[12];
  EXPECT_FALSE(kernels.alive(kTerms[1], {x, t, T, 12}, out));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(std::isnan(out[i]), i != 0 && i != 11) << i;
  const double count[] = {1, 0, 0, 1, 1, 1, 1, -1, .5, kNaN, 2};
  const double mean[] = {5, kNaN, -3, 0, -1, kNaN, inf, 5, 5, 5, 5};
  EXPECT_FALSE(kernels.spend(kSpend, count, mean, 11, out));
  for (int i = 0; i < 11; ++i) EXPECT_EQ(std::isnan(out[i]), i > 2 && i != 10) << i;
}

TEST_P(EveryOrderLevel, WhatWouldLoseDigitsIsLeftToTheLogarithms) {
  const double x = 500, t = 1, T = 1000;  // e = exp(-500 ln 190) is no double
  double out = 0;
  EXPECT_FALSE(kernels.alive(kTerms[0], {&x, &t, &T, 1}, &out));
  EXPECT_TRUE(std::isnan(out));
}

INSTANTIATE_TEST_SUITE_P(Simd, EveryOrderLevel, testing::ValuesIn(levels()),
                         [](const auto& level) { return level_name(level.param); });

}  // namespace
}  // namespace kam::simd
