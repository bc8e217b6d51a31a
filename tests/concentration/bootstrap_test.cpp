/// Bootstrap intervals, partial results, mutual dependence.
#include <kam/concentration/bootstrap.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/concentration/concentration_state.hpp>
#include <kam/concentration/mutual_dependence.hpp>
#include "concentration/percentile.hpp"

namespace kam {
namespace {

using Values = std::vector<double>;

Values lognormal(std::uint64_t seed, std::size_t n, double sigma) {
  Random random(seed);
  Values values(n);
  for (double& v : values) v = std::round(1e5 * std::exp(sigma * random.normal())) / 100;
  return values;
}

/// Every draw made in full: the values themselves, through concentration().
TEST(ConcentrationBootstrapPaths, CountsAreTheDrawnAccounts) {
  Values values = lognormal(1, 137, 1.3);
  values.insert(values.end(), 20, 0.0);
  const Concentration c = *concentration(values);
  const ConcentrationBootstrap options{60, .9, 5};
  const ConcentrationInterval i = *concentration_interval(c, options);
  std::vector<double> gini, hhi, top, k80;
  for (std::size_t draw = 0; draw < options.draws; ++draw) {
    Random random(options.seed, draw);
    Values drawn;
    for (std::size_t j = 0; j < c.accounts; ++j)
      drawn.push_back(c.sorted()[static_cast<std::size_t>(random.below(c.accounts))]);
    const Concentration d = *concentration(drawn);
    gini.push_back(d.gini);
    hhi.push_back(d.hhi);
    top.push_back(d.top_share(.05));
    k80.push_back(static_cast<double>(*d.accounts_for(.8)));
  }
  const auto expect = [](const Interval& got, double estimate, std::vector<double> draws) {
    const Interval want = concentration_detail::percentiles(estimate, draws, .9);
    EXPECT_EQ(got.estimate, estimate);
    EXPECT_NEAR(got.lo, want.lo, 1e-12);
    EXPECT_NEAR(got.hi, want.hi, 1e-12);
  };
  expect(i.gini, c.gini, gini);
  expect(i.hhi, c.hhi, hhi);
  expect(i.top_5, c.top_share(.05), top);
  expect(i.accounts_for_80, static_cast<double>(*c.accounts_for(.8)), k80);
  EXPECT_EQ(i.draws, 60u);
}

/// Gini of a lognormal is 2Φ(σ/√2) − 1 (Aitchison & Brown 1957).
TEST(ConcentrationBootstrapPublished, CoversTheGiniOfALognormal) {
  const double truth = std::erf(.8 / 2);
  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Concentration c = *concentration(lognormal(seed, 400, .8));
    const ConcentrationInterval i = *concentration_interval(c, {100, .8, seed});
    covered += i.gini.lo <= truth && truth <= i.gini.hi;
  }
  EXPECT_GE(covered, 68);  // 80 expected, sd 4
  EXPECT_LE(covered, 92);
}

TEST(ConcentrationBootstrapLaws, SeedThreadsAndLevel) {
  const Concentration c = *concentration(lognormal(3, 500, 1));
  Executor threads;
  threads.parallel_for = [](void*, std::size_t n, void (*body)(void*, std::size_t), void* context) {
    std::vector<std::thread> pool;
    for (std::size_t t = 0; t < 3; ++t)
      pool.emplace_back([=] {
        for (std::size_t i = t; i < n; i += 3) body(context, i);
      });
    for (auto& thread : pool) thread.join();
  };
  const auto a = *concentration_interval(c), b = *concentration_interval(c, {}, threads);
  EXPECT_EQ(a.hhi.lo, b.hhi.lo);
  EXPECT_EQ(a.top_1.hi, b.top_1.hi);
  const auto other = *concentration_interval(c, {500, .8, 2});
  EXPECT_NE(a.hhi.lo, other.hhi.lo);
  const auto wide = *concentration_interval(c, {500, .95, 1});
  EXPECT_LT(wide.gini.lo, a.gini.lo);
  EXPECT_GT(wide.gini.hi, a.gini.hi);
}

TEST(ConcentrationBootstrapHostile, DegenerateAndBadOptions) {
  const auto one = *concentration_interval(*concentration(Values{5}));
  EXPECT_EQ(one.gini.hi, 0);
  EXPECT_EQ(one.accounts_for_80.hi, 1);
  const auto equal = *concentration_interval(*concentration(Values(50, 3.0)));
  EXPECT_NEAR(equal.gini.hi, 0, 1e-15);
  EXPECT_NEAR(equal.hhi.hi, .02, 1e-15);
  EXPECT_EQ(equal.accounts_for_80.hi, 40);
  const auto huge = *concentration_interval(*concentration(Values{1e300, 1e308, 0, 3e307}));
  EXPECT_TRUE(std::isfinite(huge.gini.lo) && huge.top_20.hi <= 1);
  // A single buyer among many: draws without it have no total and are not counted.
  Values lone(10, 0.0);
  lone[3] = 8;
  const auto some = *concentration_interval(*concentration(lone));
  EXPECT_LT(some.draws, 400u);
  EXPECT_GT(some.draws, 250u);
  const Concentration c = *concentration(Values{1, 2});
  EXPECT_EQ(concentration_interval(c, {1}).error().code(), StatusCode::invalid_argument);
  EXPECT_EQ(concentration_interval(c, {10, 0}).error().code(), StatusCode::invalid_argument);
  Executor stop;
  stop.keep_going = [](void*, double) { return false; };
  EXPECT_EQ(concentration_interval(c, {}, stop).error().code(), StatusCode::cancelled);
}

// --- partial results -----------------------------------------------------------

TEST(ConcentrationStateLaws, PartsInAnyOrderHaveTheBitsOfTheWhole) {
  Values values = lognormal(4, 9000, 1.5);
  values[3] = -4;
  values[7000] = std::nan("");
  const Concentration whole = *concentration(values);
  const std::span<const double> all(values);
  ConcentrationState first, second, third, merged, turned;
  ASSERT_TRUE(first.add(all.first(2000)).ok() && second.add(all.subspan(2000, 1)).ok());
  ASSERT_TRUE(second.add(all.subspan(2001, 3000)).ok() && third.add(all.subspan(5001)).ok());
  for (const auto* part : {&first, &second, &third}) ASSERT_TRUE(merged.merge(*part).ok());
  for (const auto* part : {&third, &first, &second}) ASSERT_TRUE(turned.merge(*part).ok());
  for (const auto& state : {merged, turned}) {
    const Concentration c = *state.result();
    EXPECT_EQ(c.gini, whole.gini);
    EXPECT_EQ(c.hhi, whole.hhi);
    EXPECT_EQ(c.theil, whole.theil);
    EXPECT_EQ(c.total, whole.total);
    EXPECT_EQ(c.negative_total, whole.negative_total);
    EXPECT_EQ(c.top_share(.2), whole.top_share(.2));
    EXPECT_EQ(c.report.rows_rejected, 2u);
    EXPECT_EQ(c.report.rows_scored, 8998u);
  }
  EXPECT_EQ(merged.result()->report.first_rejected, 3u);
  EXPECT_EQ(turned.result()->report.first_rejected, 1999u);
  EXPECT_EQ(turned.result()->report.first_reason, RowReason::not_finite);
}

TEST(ConcentrationStateHostile, EmptyAndItself) {
  ConcentrationState state;
  EXPECT_EQ(state.result().error().code(), StatusCode::insufficient_data);
  ASSERT_TRUE(state.add(Values{1, 3}).ok());
  ASSERT_TRUE(state.merge(state).ok());
  EXPECT_EQ(state.rows(), 4u);
  EXPECT_EQ(state.result()->gini, concentration(Values{1, 3, 1, 3})->gini);
}

// --- mutual dependence ---------------------------------------------------------

struct Dependences {
  Values us, them;
  std::vector<Dependence> quadrant;
  BatchReport report;
};

Dependences depend(const Values& sales, const Values& purchases, DependenceThresholds t = {}) {
  Dependences d{Values(sales.size(), -7),
                Values(sales.size(), -7),
                std::vector<Dependence>(sales.size()),
                {}};
  d.report = mutual_dependence(sales, purchases, {d.us, d.them, d.quadrant}, t);
  return d;
}

TEST(MutualDependence, FourQuadrants) {
  const Dependences d = depend({500, 300, 100, 100}, {1000, 3000, 200, 1000}, {.20, .40});
  EXPECT_EQ(d.us, (Values{.5, .3, .1, .1}));
  EXPECT_EQ(d.them, (Values{.5, .1, .5, .1}));
  EXPECT_EQ(d.quadrant, (std::vector{Dependence::mutual, Dependence::we_depend,
                                     Dependence::they_depend, Dependence::independent}));
  EXPECT_STREQ(dependence_name(Dependence::we_depend), "we_depend");
  EXPECT_EQ(d.report.rows_scored, 4u);
}

TEST(MutualDependence, SharesOfUsAddUpAndDoNotKnowTheCurrency) {
  const Values sales = lognormal(8, 300, 1.2);
  Values purchases, sales2, purchases2;
  for (double v : sales) purchases.push_back(3 * v + 1000);
  for (double v : sales) sales2.push_back(4 * v), purchases2.push_back(4 * (3 * v + 1000));
  const Dependences a = depend(sales, purchases), b = depend(sales2, purchases2);
  double sum = 0;
  for (std::size_t i = 0; i < sales.size(); ++i) {
    sum += a.us[i];
    EXPECT_EQ(a.us[i], b.us[i]);
    EXPECT_EQ(a.them[i], b.them[i]);
    EXPECT_EQ(a.quadrant[i], b.quadrant[i]);
  }
  EXPECT_NEAR(sum, 1, 1e-13);
}

TEST(MutualDependence, BadRowsAndCalls) {
  const double nan = std::nan("");
  const Dependences d = depend({10, nan, -5, 20, 70}, {20, 5, 5, nan, 60});
  EXPECT_EQ(d.us[0], .1);
  EXPECT_TRUE(std::isnan(d.us[1]) && std::isnan(d.us[2]));
  EXPECT_EQ(d.us[3], .2);
  EXPECT_TRUE(std::isnan(d.them[3]) && std::isnan(d.them[4]));
  EXPECT_EQ(d.quadrant[4], Dependence::unknown);
  EXPECT_EQ(d.report.rows_rejected, 4u);
  const Dependences none = depend({0, -1}, {1, 1});
  EXPECT_EQ(none.report.status.code(), StatusCode::insufficient_data);
  EXPECT_EQ(none.us[0], -7);
  EXPECT_EQ(depend({1}, {}).report.status.code(), StatusCode::size_mismatch);
  EXPECT_EQ(depend({1}, {1}, {1.5, .3}).report.status.code(), StatusCode::invalid_argument);
  const Dependences huge = depend({1e300, 1.5e308, 1.7e308}, {1.7e308, 1.7e308, 1.7e308});
  EXPECT_TRUE(std::isfinite(huge.us[2]) && huge.us[2] > .5);
}

}  // namespace
}  // namespace kam
