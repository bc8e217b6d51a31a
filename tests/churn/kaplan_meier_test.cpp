/// Laws, an independent path and hostile input of survival curves and the log-rank test.
#include <kam/churn/kaplan_meier.hpp>
#include <kam/churn/log_rank.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

struct Rows {
  std::vector<double> duration, event, entry, weight;
  [[nodiscard]] SurvivalColumns columns() const { return {duration, event, entry, weight}; }
};

Rows random_rows(std::uint64_t seed, std::size_t n, bool weighted = false) {
  Rows rows;
  Random random(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const double duration = std::ceil(20 * random.uniform());
    rows.duration.push_back(duration);
    rows.event.push_back(random.uniform() < 0.6 ? 1 : 0);
    rows.entry.push_back(random.uniform() < 0.7 ? 0 : std::floor(duration * random.uniform()));
    if (weighted) rows.weight.push_back(1 + std::floor(3 * random.uniform()));
  }
  return rows;
}

Rows repeated(const Rows& r) {
  Rows out;
  for (std::size_t i = 0; i < r.duration.size(); ++i) {
    for (double k = 0; k < r.weight[i]; ++k) {
      out.duration.push_back(r.duration[i]);
      out.event.push_back(r.event[i]);
      out.entry.push_back(r.entry[i]);
    }
  }
  return out;
}

TEST(KaplanMeier, ByHand) {  // 6 rows: 1/6 leaves at 1, 1/4 at 3, then 1/2 at 5
  const std::vector<double> duration{1, 2, 3, 4, 5, 6}, event{1, 0, 1, 0, 1, 0};
  const auto curve = kaplan_meier::fit({duration, event});
  ASSERT_TRUE(curve);
  EXPECT_EQ(curve->time, (std::vector<double>{1, 3, 5}));
  EXPECT_DOUBLE_EQ(curve->survival[0], 5 / 6.0);
  EXPECT_DOUBLE_EQ(curve->survival[1], 5 / 8.0);
  EXPECT_DOUBLE_EQ(curve->survival[2], 5 / 16.0);
  EXPECT_DOUBLE_EQ(curve->greenwood[2], 1 / 30.0 + 1 / 12.0 + 1 / 2.0);
  EXPECT_DOUBLE_EQ(curve->hazard[2], 1 / 6.0 + 1 / 4.0 + 1 / 2.0);
  EXPECT_DOUBLE_EQ(curve->hazard_variance[2], 1 / 36.0 + 1 / 16.0 + 1 / 4.0);
  const CurveAnswer mean = kaplan_meier::restricted_mean(*curve, 6);
  EXPECT_DOUBLE_EQ(mean.estimate, 1 + 2 * 5 / 6.0 + 2 * 5 / 8.0 + 5 / 16.0);
  // Of those there after 3, half leave at 5.
  EXPECT_DOUBLE_EQ(kaplan_meier::churn_probability(*curve, 2, 3).estimate, 0.5);
  EXPECT_DOUBLE_EQ(kaplan_meier::restricted_mean(*curve, 3, 3).estimate, 2 + 0.5);
}

TEST(KaplanMeier, WithoutCensoringItIsTheShareLeft) {
  Random random(4);
  std::vector<double> duration, event(200, 1);
  for (int i = 0; i < 200; ++i) duration.push_back(std::ceil(30 * random.uniform()));
  const auto curve = kaplan_meier::fit({duration, event});
  ASSERT_TRUE(curve);
  for (const double t : {0.0, 3.0, 11.5, 29.0, 31.0}) {
    const auto left =
        std::count_if(duration.begin(), duration.end(), [&](double d) { return d > t; });
    const CurveAnswer s = kaplan_meier::survival(*curve, t);
    EXPECT_NEAR(s.estimate, static_cast<double>(left) / 200, 1e-14) << t;
    // Greenwood's variance is then that of a share.
    EXPECT_NEAR(s.standard_error, std::sqrt(s.estimate * (1 - s.estimate) / 200), 1e-14);
  }
}

TEST(KaplanMeier, WeightsCountRows) {
  const Rows weighted = random_rows(11, 80, true);
  const Rows rows = repeated(weighted);
  const auto a = kaplan_meier::fit(weighted.columns(), HazardTies::together);
  const auto b = kaplan_meier::fit(rows.columns(), HazardTies::together);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->time, b->time);
  EXPECT_EQ(a->at_risk, b->at_risk);
  EXPECT_EQ(a->survival, b->survival);
  EXPECT_EQ(a->greenwood, b->greenwood);
  EXPECT_EQ(a->hazard, b->hazard);
  EXPECT_EQ(a->hazard_variance, b->hazard_variance);
}

TEST(KaplanMeier, OrderOfRowsAndUnitOfTimeChangeNothing) {
  const Rows r = random_rows(12, 90);
  Rows other;
  for (std::size_t i = 90; i-- > 0;) {
    other.duration.push_back(4 * r.duration[i]);
    other.event.push_back(r.event[i]);
    other.entry.push_back(4 * r.entry[i]);
  }
  const auto a = kaplan_meier::fit(r.columns()), b = kaplan_meier::fit(other.columns());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->survival, b->survival);
  EXPECT_EQ(a->greenwood, b->greenwood);
  EXPECT_EQ(4 * kaplan_meier::quantile(*a, .5).estimate, kaplan_meier::quantile(*b, .5).estimate);
  EXPECT_LE(relative_error(4 * kaplan_meier::restricted_mean(*a, 15, 2).estimate,
                           kaplan_meier::restricted_mean(*b, 60, 8).estimate),
            1e-14);
}

TEST(KaplanMeier, ConditionalAnswersMultiply) {
  const auto curve = kaplan_meier::fit(random_rows(13, 300).columns());
  ASSERT_TRUE(curve);
  for (const double tenure : {1.0, 4.0, 7.5}) {
    const double s = kaplan_meier::survival(*curve, tenure).estimate;
    for (const double horizon : {0.0, 2.0, 8.0}) {
      const double later = kaplan_meier::survival(*curve, tenure + horizon).estimate;
      const CurveAnswer churn = kaplan_meier::churn_probability(*curve, horizon, tenure);
      EXPECT_NEAR(s * (1 - churn.estimate), later, 1e-14);
      EXPECT_LE(churn.lo, churn.estimate);
      EXPECT_GE(churn.hi, churn.estimate);
      EXPECT_GE(churn.lo, 0);
      EXPECT_LE(churn.hi, 1);
    }
  }
}

TEST(KaplanMeier, ConditionalOnTenureIsTheCurveOfThoseSeenFromThenOn) {
  const Rows r = random_rows(14, 300);
  Rows late;
  for (std::size_t i = 0; i < 300; ++i) {
    if (r.duration[i] <= 6) continue;
    late.duration.push_back(r.duration[i]);
    late.event.push_back(r.event[i]);
    late.entry.push_back(std::max(6.0, r.entry[i]));
  }
  const auto all = kaplan_meier::fit(r.columns()), after = kaplan_meier::fit(late.columns());
  ASSERT_TRUE(all && after);
  const CurveAnswer a = kaplan_meier::survival(*all, 12, 6), b = kaplan_meier::survival(*after, 12);
  EXPECT_NEAR(a.estimate, b.estimate, 1e-14);
  EXPECT_NEAR(a.standard_error, b.standard_error, 1e-14);
  EXPECT_NEAR(a.lo, b.lo, 1e-13);
}

TEST(KaplanMeier, RestrictedMeanIsTheAreaUnderTheCurve) {
  const auto curve = kaplan_meier::fit(random_rows(15, 120).columns());
  ASSERT_TRUE(curve);
  double area = 0;
  constexpr int kSteps = 100'000;
  for (int i = 0; i < kSteps; ++i)
    area += kaplan_meier::survival(*curve, 3 + 10 * (i + .5) / kSteps, 3).estimate * 10 / kSteps;
  EXPECT_NEAR(kaplan_meier::restricted_mean(*curve, 10, 3).estimate, area, 1e-3);
}

TEST(KaplanMeier, IntervalCoversTheTruth) {  // exponential lives, uniform censoring, S(1) = e^-1
  int inside = 0, above = 0;
  constexpr int kRuns = 1000;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(99, run);
    std::vector<double> duration, event;
    for (int i = 0; i < 100; ++i) {
      const double life = random.exponential(), seen = 4 * random.uniform();
      duration.push_back(std::fmin(life, seen));
      event.push_back(life <= seen ? 1 : 0);
    }
    const CurveAnswer s = kaplan_meier::survival(*kaplan_meier::fit({duration, event}), 1);
    inside += s.lo <= std::exp(-1) && std::exp(-1) <= s.hi ? 1 : 0;
    above += s.lo > std::exp(-1) ? 1 : 0;
  }
  EXPECT_NEAR(inside / double{kRuns}, .8, .04);
  EXPECT_NEAR(above / double{kRuns}, .1, .03);
}

TEST(KaplanMeier, BeyondTheLongestDurationIsSaid) {
  const std::vector<double> duration{1, 2, 3}, event{1, 0, 0};
  const auto curve = kaplan_meier::fit({duration, event});
  ASSERT_TRUE(curve);
  EXPECT_EQ(kaplan_meier::survival(*curve, 3).support, Support::observed);
  for (const CurveAnswer& a :
       {kaplan_meier::survival(*curve, 3.1), kaplan_meier::churn_probability(*curve, 2, 2),
        kaplan_meier::restricted_mean(*curve, 4), kaplan_meier::survival(*curve, 9, 8),
        nelson_aalen::cumulative_hazard(*curve, 4)}) {
    EXPECT_EQ(a.support, Support::beyond_observed);
    EXPECT_TRUE(std::isnan(a.estimate) && std::isnan(a.lo) && std::isnan(a.hi));
  }
  const CurveAnswer median = kaplan_meier::quantile(*curve, .5);  // at least 1, that is all
  EXPECT_EQ(median.support, Support::beyond_observed);
  EXPECT_TRUE(std::isnan(median.estimate) && std::isnan(median.hi));
  EXPECT_EQ(median.lo, 1);
  std::vector<double> tenure{0, 2, 5, -1, kNaN}, estimate(5), lo(5), hi(5);
  const BatchReport report = kaplan_meier::churn_probability(*curve, 1, tenure, {estimate, lo, hi});
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_rejected, 2u);
  EXPECT_STREQ(row_reason_name(report.first_reason), "beyond_observed");
  EXPECT_DOUBLE_EQ(estimate[0], 1 / 3.0);
  EXPECT_EQ(estimate[1], 0);
}

TEST(KaplanMeier, WhenEverybodyLeftSurvivalIsZeroForever) {
  const std::vector<double> duration{1, 2}, event{1, 1};
  const auto curve = kaplan_meier::fit({duration, event});
  ASSERT_TRUE(curve);
  EXPECT_EQ(kaplan_meier::survival(*curve, 50).estimate, 0);
  EXPECT_EQ(kaplan_meier::restricted_mean(*curve, 50).estimate, 1.5);
  EXPECT_EQ(kaplan_meier::quantile(*curve, .5).estimate, 1);
  EXPECT_EQ(kaplan_meier::survival(*curve, 3, 2).support, Support::beyond_observed);
}

TEST(KaplanMeier, PlainIntervalIsSymmetricUntilTheEdge) {
  const auto curve = kaplan_meier::fit(random_rows(17, 200).columns());
  ASSERT_TRUE(curve);
  const CurveOptions plain{.level = .95, .scale = CurveScale::plain};
  const CurveAnswer s = kaplan_meier::survival(*curve, 8, 0, plain);
  EXPECT_NEAR(s.hi - s.estimate, 1.959963984540054 * s.standard_error, 1e-12);
  EXPECT_NEAR(s.estimate - s.lo, s.hi - s.estimate, 1e-12);
  const CurveAnswer early = kaplan_meier::survival(*curve, 1, 0, plain);
  EXPECT_LE(early.hi, 1);
}

TEST(KaplanMeier, HostileInput) {
  EXPECT_EQ(kaplan_meier::fit(SurvivalColumns{}).error().code(), StatusCode::insufficient_data);
  const std::vector<double> bad{-1, kNaN}, event{1, 1};
  EXPECT_EQ(kaplan_meier::fit({bad, event}).error().code(), StatusCode::insufficient_data);
  const std::vector<double> three{1, 2, 3};
  EXPECT_EQ(kaplan_meier::fit({three, event}).error().code(), StatusCode::size_mismatch);
  const std::vector<double> none{0, 0, 0};
  const auto censored = kaplan_meier::fit({three, none});
  ASSERT_TRUE(censored);
  EXPECT_EQ(kaplan_meier::survival(*censored, 3).estimate, 1);
  EXPECT_EQ(kaplan_meier::quantile(*censored, .5).support, Support::beyond_observed);
  const std::vector<double> huge{1e300, 1e300, 2e300}, all{1, 1, 0};
  EXPECT_DOUBLE_EQ(kaplan_meier::fit({huge, all})->survival[0], 1 / 3.0);
  const std::vector<double> ties(10'000, 7), gone(10'000, 1);
  const auto tied = kaplan_meier::fit({ties, gone});
  ASSERT_TRUE(tied);
  EXPECT_EQ(tied->survival, std::vector<double>{0});
  EXPECT_NEAR(tied->hazard[0], std::log(10'000) + 0.577215664901532861, 1e-4);  // harmonic number
  EXPECT_TRUE(std::isnan(kaplan_meier::survival(*tied, -1).estimate));
  EXPECT_TRUE(std::isnan(kaplan_meier::survival(*tied, kNaN).estimate));
  EXPECT_TRUE(std::isnan(kaplan_meier::survival(*tied, 1, 0, {.level = 2}).estimate));
  std::vector<double> one(1), two(2);
  EXPECT_EQ(kaplan_meier::churn_probability(*tied, 1, one, {one, one, two}).status.code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(kaplan_meier::churn_probability(*tied, -1, one, {one, one, one}).status.message(),
            "`horizon` must be >= 0, got -1");
}

// ---- log-rank -----------------------------------------------------------------------------------

struct Grouped {
  Rows rows;
  std::vector<std::uint32_t> group, stratum;
};

Grouped random_groups(std::uint64_t seed, std::size_t n, bool weighted = false) {
  Grouped out{random_rows(seed, n, weighted), {}, {}};
  Random random(seed, 7);
  for (std::size_t i = 0; i < n; ++i) {
    out.group.push_back(static_cast<std::uint32_t>(3 * random.uniform()));
    out.stratum.push_back(static_cast<std::uint32_t>(2 * random.uniform()));
  }
  return out;
}

TEST(LogRank, TwoGroupsByTheTextbook) {  // (O - E)^2 / V summed naively over the event times
  const Grouped g = random_groups(21, 100);
  std::vector<std::uint32_t> two;
  for (const auto code : g.group) two.push_back(code == 2 ? 1 : 0);
  double u = 0, v = 0;
  for (double t = 1; t <= 20; ++t) {
    double n = 0, n1 = 0, d = 0, d1 = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      if (g.rows.duration[i] < t || (g.rows.entry[i] >= t && g.rows.entry[i] != 0)) continue;
      const double first = two[i] == 1 ? 1 : 0;
      const double left = g.rows.duration[i] == t ? g.rows.event[i] : 0;
      n += 1;
      n1 += first;
      d += left;
      d1 += left * first;
    }
    if (d == 0) continue;
    u += d1 - d * n1 / n;
    if (n > 1) v += d * (n - d) / (n - 1) * n1 / n * (1 - n1 / n);
  }
  const auto test = log_rank::test(g.rows.columns(), {two, 2, {}, 1});
  ASSERT_TRUE(test);
  EXPECT_LE(relative_error(test->chi_squared, u * u / v), 1e-12);
}

TEST(LogRank, WeightsCountRows) {
  const Grouped g = random_groups(22, 90, true);
  std::vector<std::uint32_t> group, stratum;
  for (std::size_t i = 0; i < 90; ++i) {
    for (double k = 0; k < g.rows.weight[i]; ++k) {
      group.push_back(g.group[i]);
      stratum.push_back(g.stratum[i]);
    }
  }
  const Rows rows = repeated(g.rows);
  for (const double rho : {0.0, 1.0}) {
    const auto a = log_rank::test(g.rows.columns(), {g.group, 3, g.stratum, 2}, {rho});
    const auto b = log_rank::test(rows.columns(), {group, 3, stratum, 2}, {rho});
    ASSERT_TRUE(a && b);
    EXPECT_LE(relative_error(a->chi_squared, b->chi_squared), 1e-12);
    EXPECT_EQ(a->degrees_of_freedom, 2);
  }
}

TEST(LogRank, EventsAndExpectationsAddUp) {
  const Grouped g = random_groups(23, 150);
  const auto test = log_rank::test(g.rows.columns(), {g.group, 3, g.stratum, 2});
  ASSERT_TRUE(test);
  double seen = 0, due = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    seen += test->observed[k];
    due += test->expected[k];
  }
  EXPECT_NEAR(seen, due, 1e-10);
}

TEST(LogRank, NamesOfGroupsAndAnEmptyGroupChangeNothing) {
  const Grouped g = random_groups(24, 120);
  std::vector<std::uint32_t> other;
  for (const auto code : g.group) other.push_back(code == 0 ? 3 : code - 1);  // group 2 is empty
  const auto a = log_rank::test(g.rows.columns(), {g.group, 3, {}, 1});
  const auto b = log_rank::test(g.rows.columns(), {other, 4, {}, 1});
  ASSERT_TRUE(a && b);
  EXPECT_LE(relative_error(a->chi_squared, b->chi_squared), 1e-11);
  EXPECT_EQ(b->degrees_of_freedom, 2);
}

TEST(LogRank, IsUniformWhenGroupsDoNotDiffer) {
  int rejected = 0;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    const Grouped g = random_groups(1000 + run, 60);
    rejected += log_rank::test(g.rows.columns(), {g.group, 3, {}, 1})->p_value < .1 ? 1 : 0;
  }
  EXPECT_NEAR(rejected / 1000., .1, .03);
}

TEST(LogRank, HostileInput) {
  const std::vector<double> duration{1, 2, 3}, event{1, 1, 0}, none{0, 0, 0};
  const std::vector<std::uint32_t> group{0, 1, 0}, wrong{0, 5, 0}, one{0, 0, 0};
  const auto code = [](const auto& result) { return result.error().code(); };
  EXPECT_EQ(code(log_rank::test({duration, event}, {group, 1, {}, 1})),
            StatusCode::invalid_argument);
  EXPECT_EQ(code(log_rank::test({duration, event}, {wrong, 2, {}, 1})),
            StatusCode::invalid_argument);
  EXPECT_EQ(code(log_rank::test({duration, none}, {group, 2, {}, 1})),
            StatusCode::insufficient_data);
  EXPECT_EQ(code(log_rank::test({duration, event}, {one, 2, {}, 1})),
            StatusCode::insufficient_data);
  EXPECT_EQ(code(log_rank::test({duration, event}, {group, 2, {}, 1}, {-1})),
            StatusCode::invalid_argument);
  EXPECT_EQ(code(log_rank::test({duration, event}, {{}, 2, {}, 1})), StatusCode::size_mismatch);
}

}  // namespace
}  // namespace kam
