/// Intervals of Cox predictions: against the formula summed row by row, against derivatives of a
/// baseline that shares no code with the fit, against Nelson-Aalen, and how often they hold the
/// truth.
#include <kam/churn/cox.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/kaplan_meier.hpp>

#include "churn/survival_data.hpp"

namespace kam {
namespace {

using test::SurvivalData;

constexpr double kLevel = 0.8;

SurvivalData simulate(std::uint64_t seed, std::size_t rows, bool ties, std::size_t strata = 1,
                      bool weights = false) {
  SurvivalData d;
  d.strata = strata;
  Random random(seed);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < rows; ++i) {
    x.push_back(random.normal());
    y.push_back(random.uniform() < 0.4 ? 1 : 0);
    const double seen = 4 + 20 * random.uniform();
    const double entry = random.uniform() < 0.3 ? 3 * random.uniform() : 0;
    const double life = entry + 12 * random.exponential() * std::exp(-0.5 * x[i] - 0.7 * y[i]);
    const double duration = std::fmin(life, seen);
    d.duration.push_back(ties ? std::ceil(duration) : duration);
    d.event.push_back(life <= seen ? 1 : 0);
    d.entry.push_back(ties ? std::floor(entry) : entry);
    if (weights) d.weight.push_back(1 + std::floor(3 * random.uniform()));
    if (strata > 1)
      d.stratum.push_back(
          static_cast<std::uint32_t>(random.uniform() * static_cast<double>(strata)));
  }
  d.add("x", x);
  d.add("y", y);
  return d;
}

struct Intervals {
  std::vector<double> estimate, lo, hi;
  explicit Intervals(std::size_t n) : estimate(n, -7), lo(n, -7), hi(n, -7) {}
  [[nodiscard]] IntervalColumns columns() { return {estimate, lo, hi}; }
};

/// One account of covariates (x, y).
struct Asked {
  std::vector<double> x, y, tenure;
  std::vector<std::uint32_t> stratum;
  std::vector<Covariate> covariates;

  Asked(double one, double two, double since, std::uint32_t where = 0)
      : x{one}, y{two}, tenure{since}, stratum{where}, covariates{{"x", x}, {"y", y}} {}
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  [[nodiscard]] cox::Accounts accounts() const { return {covariates, tenure, stratum, 1}; }
};

Interval churn(const cox::Model& model, const Asked& asked, double horizon, double level = kLevel) {
  Intervals out(1);
  EXPECT_TRUE(
      cox::churn_probability(model, asked.accounts(), horizon, level, out.columns()).status.ok());
  return {out.estimate[0], out.lo[0], out.hi[0]};
}
Interval mean(const cox::Model& model, const Asked& asked, double horizon, double level = kLevel) {
  Intervals out(1);
  EXPECT_TRUE(
      cox::restricted_mean(model, asked.accounts(), horizon, level, out.columns()).status.ok());
  return {out.estimate[0], out.lo[0], out.hi[0]};
}

/// Standard error of ln(-ln(1 - churn)) behind an interval.
double se_behind(const Interval& i, double level = kLevel) {
  const auto scale = [](double p) { return std::log(-std::log1p(-p)); };
  return (scale(i.hi) - scale(i.lo)) / 2 / *interval_z(level);
}

// ---- the same from the rows, O(n^2) -------------------------------------------------------------

double weight_of(const SurvivalData& d, std::size_t i) {
  return d.weight.empty() ? 1 : d.weight[i];
}
bool of_stratum(const SurvivalData& d, std::size_t i, std::uint32_t s) {
  return d.stratum.empty() || d.stratum[i] == s;
}

/// An increment of the hazard of an account at (0, 0), and of its variance.
struct Step {
  double time, hazard, variance;
};

std::vector<Step> steps_of(const SurvivalData& d, const std::vector<double>& beta, cox::Ties ties,
                           std::uint32_t stratum) {
  std::vector<double> times;
  for (std::size_t i = 0; i < d.duration.size(); ++i)
    if (d.event[i] == 1 && of_stratum(d, i, stratum)) times.push_back(d.duration[i]);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<Step> steps;
  for (const double t : times) {
    double all = 0, tied = 0, weight = 0, count = 0;
    for (std::size_t i = 0; i < d.duration.size(); ++i) {
      const bool there = d.duration[i] >= t && (d.entry[i] < t || d.entry[i] == 0);
      if (!there || !of_stratum(d, i, stratum)) continue;
      const double risk = std::exp(beta[0] * d.values[0][i] + beta[1] * d.values[1][i]);
      all += weight_of(d, i) * risk;
      if (d.event[i] != 1 || d.duration[i] != t) continue;
      tied += weight_of(d, i) * risk;
      weight += weight_of(d, i);
      count += 1;
    }
    Step step{t, 0, 0};
    for (double k = 0; k < count; ++k) {
      const double left = all - (ties == cox::Ties::efron ? k / count : 0) * tied;
      step.hazard += weight / count / left;
      step.variance += weight / count / left / left;
    }
    steps.push_back(step);
  }
  return steps;
}

using Functional = std::function<double(const std::vector<double>& beta)>;

/// g' C g with g by central differences of the whole functional, its baseline included.
double from_coefficients(const cox::Fit& fit, const Functional& functional) {
  constexpr double kStep = 1e-5;
  std::vector<double> slope;
  for (std::size_t j = 0; j < 2; ++j) {
    std::vector<double> up = fit.model.coefficients, down = up;
    up[j] += kStep;
    down[j] -= kStep;
    slope.push_back((functional(up) - functional(down)) / (2 * kStep));
  }
  double sum = 0;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) sum += slope[i] * fit.covariance[i * 2 + j] * slope[j];
  return sum;
}

class CoxIntervals : public testing::TestWithParam<cox::Ties> {
 protected:
  static cox::Options options() {
    cox::Options o;
    o.ties = GetParam();
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Ties, CoxIntervals, testing::Values(cox::Ties::efron, cox::Ties::breslow));

TEST_P(CoxIntervals, AreTheDeltaMethodOnAHazardSummedRowByRow) {
  for (const bool robust : {false, true}) {
    const SurvivalData d = simulate(3, 150, true, 2, true);
    auto wanted = options();
    wanted.robust = robust;
    const auto fit = test::fit(d, wanted);
    ASSERT_TRUE(fit);
    for (const std::uint32_t stratum : {0u, 1u}) {
      for (const double tenure : {0.0, 4.0, 5.5}) {
        const Asked asked(0.8, 1, tenure, stratum);
        const double to = tenure + 7;
        const auto log_hazard = [&](const std::vector<double>& beta) {
          double hazard = 0;
          for (const Step& s : steps_of(d, beta, GetParam(), stratum))
            if (s.time > tenure && s.time <= to) hazard += s.hazard;
          return std::log(hazard) + 0.8 * beta[0] + beta[1];
        };
        double hazard = 0, variance = 0;
        for (const Step& s : steps_of(d, fit->model.coefficients, GetParam(), stratum)) {
          if (s.time <= tenure || s.time > to) continue;
          hazard += s.hazard;
          variance += s.variance;
        }
        const double expected =
            std::sqrt(variance / hazard / hazard + from_coefficients(*fit, log_hazard));
        EXPECT_NEAR(se_behind(churn(fit->model, asked, 7)) / expected, 1, 1e-6);
      }
    }
  }
}

TEST_P(CoxIntervals, OfTheRestrictedMeanToo) {
  const SurvivalData d = simulate(5, 150, true);
  const auto fit = test::fit(d, options());
  ASSERT_TRUE(fit);
  for (const double tenure : {0.0, 3.0, 4.5}) {
    constexpr double kHorizon = 9;
    // Mean life with the hazard of step `k` moved by `by`.
    const auto life = [&](const std::vector<double>& beta, std::size_t moved, double by) {
      const auto steps = steps_of(d, beta, GetParam(), 0);
      const double risk = std::exp(0.8 * beta[0] + beta[1]);
      double sum = 0, at = tenure, left = 1;
      for (std::size_t k = 0; k < steps.size(); ++k) {
        if (steps[k].time <= tenure || steps[k].time >= tenure + kHorizon) continue;
        sum += left * (steps[k].time - at);
        at = steps[k].time;
        left *= std::exp(-risk * (steps[k].hazard + (k == moved ? by : 0)));
      }
      return sum + left * (tenure + kHorizon - at);
    };
    const auto& beta = fit->model.coefficients;
    const auto steps = steps_of(d, beta, GetParam(), 0);
    double variance =
        from_coefficients(*fit, [&](const std::vector<double>& b) { return life(b, 0, 0); });
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const double slope = (life(beta, k, 1e-6) - life(beta, k, -1e-6)) / 2e-6;
      variance += slope * slope * steps[k].variance;
    }
    const Interval found = mean(fit->model, Asked(0.8, 1, tenure), kHorizon);
    const auto logit = [&](double value) { return std::log(value / (kHorizon - value)); };
    const double se = (logit(found.hi) - logit(found.lo)) / 2 / *interval_z(kLevel);
    const double expected =
        std::sqrt(variance) * kHorizon / found.estimate / (kHorizon - found.estimate);
    EXPECT_NEAR(se / expected, 1, 1e-6) << tenure;
  }
}

TEST_P(CoxIntervals,
       WithoutEffectsThatOfNelsonAalen) {  // Tsiatis (1981) at beta = 0 is Aalen (1978)
  const SurvivalData d = simulate(8, 200, true);
  auto held = options();
  held.ridge = 1e13;
  const auto fit = test::fit(d, held);
  ASSERT_TRUE(fit);
  const auto tied = GetParam() == cox::Ties::efron ? HazardTies::successive : HazardTies::together;
  const auto curve = nelson_aalen::fit(d.rows(), tied);
  ASSERT_TRUE(curve);
  for (const double time : {2.0, 5.0, 11.0}) {
    const auto known = nelson_aalen::cumulative_hazard(*curve, time, 0, kLevel);
    const Interval found = churn(fit->model, Asked(0.3, 1, 0), time);
    EXPECT_NEAR(-std::log1p(-found.lo), known.lo, 1e-6 * known.lo);
    EXPECT_NEAR(-std::log1p(-found.hi), known.hi, 1e-6 * known.hi);
  }
}

TEST(CoxIntervalsCoverage, HoldTheTruthAsOftenAsTheyPromise) {
  constexpr int kWorlds = 600;
  int churns = 0, means = 0, survivals = 0;
  const double hazard = std::exp(0.5 * 1.2 + 0.7) / 12;  // of x = 1.2, y = 1: it has no memory
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const auto fit = test::fit(simulate(1000 + seed, 200, false));
    ASSERT_TRUE(fit);
    const Asked asked(1.2, 1, 3);
    const Interval p = churn(fit->model, asked, 4);
    const double leaves = -std::expm1(-4 * hazard);
    churns += p.lo <= leaves && leaves <= p.hi ? 1 : 0;
    const Interval m = mean(fit->model, asked, 6);
    const double stays = -std::expm1(-6 * hazard) / hazard;
    means += m.lo <= stays && stays <= m.hi ? 1 : 0;
    Intervals out(1);
    const std::vector<double> times{5};
    ASSERT_TRUE(
        cox::survival(fit->model, asked.accounts(), times, kLevel, out.columns()).status.ok());
    const double there = std::exp(-5 * hazard);
    survivals += out.lo[0] <= there && there <= out.hi[0] ? 1 : 0;
  }
  // Binomial(600, 0.8) has a standard deviation of 9.8 around 480.
  for (const int held : {churns, means, survivals}) {
    EXPECT_GT(held, 480 - 40);
    EXPECT_LT(held, 480 + 40);
  }
}

TEST(CoxIntervalsLaws, SurvivalIsOneLessChurnAndWidthGrowsWithLevelAndDistance) {
  const auto fit = test::fit(simulate(4, 200, false));
  ASSERT_TRUE(fit);
  const Asked near(0.1, 0.4, 0), far(3, 1, 0);
  const std::vector<double> times{3, 8};
  Intervals s(2);
  ASSERT_TRUE(cox::survival(fit->model, near.accounts(), times, kLevel, s.columns()).status.ok());
  for (std::size_t k = 0; k < 2; ++k) {
    const Interval p = churn(fit->model, near, times[k]);
    EXPECT_NEAR(s.estimate[k], 1 - p.estimate, 1e-15);
    EXPECT_NEAR(s.lo[k], 1 - p.hi, 1e-14);
    EXPECT_NEAR(s.hi[k], 1 - p.lo, 1e-14);
    EXPECT_LT(p.lo, p.estimate);
    EXPECT_LT(p.estimate, p.hi);
    EXPECT_LT(se_behind(p), se_behind(churn(fit->model, far, times[k])));
    EXPECT_NEAR(se_behind(p), se_behind(churn(fit->model, near, times[k], 0.95), 0.95), 1e-10);
  }
}

TEST(CoxIntervalsLaws, WhatTheVarianceIsMadeOfRises) {
  const auto fit = test::fit(simulate(4, 200, false));
  ASSERT_TRUE(fit);
  const cox::Baseline& b = fit->model.baselines[0];
  ASSERT_EQ(b.variance.size(), b.time.size());
  for (std::size_t k = 1; k < b.time.size(); ++k) EXPECT_GT(b.variance[k], b.variance[k - 1]);
  EXPECT_EQ(b.means.hazard.back(), b.hazard.back());
  EXPECT_LE(b.means.hazard.size(), cox::BaselineMeans::kKnots);
}

TEST(CoxIntervalsLaws, KnotsOfALongBaselineMoveAnIntervalLittle) {
  const SurvivalData d = simulate(12, 1500, false);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  ASSERT_GT(fit->model.baselines[0].time.size(), 5 * cox::BaselineMeans::kKnots);
  for (const double tenure : {0.0, 2.0, 9.0}) {
    double hazard = 0, variance = 0;
    for (const Step& s : steps_of(d, fit->model.coefficients, cox::Ties::efron, 0)) {
      if (s.time <= tenure || s.time > tenure + 5) continue;
      hazard += s.hazard;
      variance += s.variance;
    }
    const auto log_hazard = [&](const std::vector<double>& beta) {
      double sum = 0;
      for (const Step& s : steps_of(d, beta, cox::Ties::efron, 0))
        if (s.time > tenure && s.time <= tenure + 5) sum += s.hazard;
      return std::log(sum) + 0.8 * beta[0] + beta[1];
    };
    const double expected =
        std::sqrt(variance / hazard / hazard + from_coefficients(*fit, log_hazard));
    EXPECT_NEAR(se_behind(churn(fit->model, Asked(0.8, 1, tenure), 5)) / expected, 1, 2e-3);
  }
}

TEST(CoxIntervalsLaws, ThinnedForAFileTheyStayClose) {
  const auto fit = test::fit(simulate(12, 1500, false));
  ASSERT_TRUE(fit);
  cox::Model thinned = fit->model;
  double error = 0;
  thinned.baselines[0] = cox::thin(thinned.baselines[0], 256, error);
  thinned.baselines[0].means = cox::thin(thinned.baselines[0].means, 32);
  EXPECT_LE(thinned.baselines[0].means.hazard.size(), 32u);
  EXPECT_LE(thinned.baselines[0].variance.size(), 256u);
  EXPECT_EQ(thinned.baselines[0].variance.size(), thinned.baselines[0].time.size());
  for (const double tenure : {0.0, 2.0, 9.0}) {
    const Asked asked(0.8, 1, tenure);
    EXPECT_NEAR(se_behind(churn(thinned, asked, 5)) / se_behind(churn(fit->model, asked, 5)), 1,
                0.02);
    const Interval few = mean(thinned, asked, 5), all = mean(fit->model, asked, 5);
    EXPECT_NEAR((few.hi - few.lo) / (all.hi - all.lo), 1, 0.02);
  }
}

TEST(CoxIntervalsHostile, CertainAnswersArePointsAndUnknownOnesNaN) {
  const auto fit = test::fit(simulate(4, 200, true));
  ASSERT_TRUE(fit);
  const Interval none = churn(fit->model, Asked(0.5, 1, 2), 0);
  EXPECT_EQ(none.estimate, 0);
  EXPECT_EQ(none.lo, 0);
  EXPECT_EQ(none.hi, 0);
  const auto unknown = [&](const Asked& asked) {
    Intervals out(1);
    const auto report =
        cox::churn_probability(fit->model, asked.accounts(), 3, kLevel, out.columns());
    EXPECT_TRUE(report.status.ok());
    EXPECT_EQ(report.rows_rejected, 1u);
    for (const double value : {out.estimate[0], out.lo[0], out.hi[0]})
      EXPECT_TRUE(std::isnan(value));
  };
  unknown(Asked(0.5, 1, 1e6));
  unknown(Asked(kNaN, 1, 2));
  unknown(Asked(0.5, HUGE_VAL, 2));
  unknown(Asked(0.5, 1, -1));
  unknown(Asked(0.5, 1, 2, 9));
}

TEST(CoxIntervalsHostile, AnAccountFarFromAllOthersIsUnsureNotWrong) {
  const auto fit = test::fit(simulate(4, 200, true));
  ASSERT_TRUE(fit);
  for (const double x : {-40.0, 40.0, -1e6, 1e6}) {
    const Interval p = churn(fit->model, Asked(x, 1, 2), 3),
                   m = mean(fit->model, Asked(x, 1, 2), 3);
    EXPECT_LE(p.lo, p.estimate);
    EXPECT_LE(p.estimate, p.hi);
    EXPECT_GE(p.lo, 0);
    EXPECT_LE(p.hi, 1);
    EXPECT_FALSE(m.lo > m.estimate);  // or not known
    EXPECT_FALSE(m.hi > 3);
  }
}

TEST(CoxIntervalsHostile, WrongCallsLeaveTheOutputAlone) {
  const auto fit = test::fit(simulate(4, 100, true));
  ASSERT_TRUE(fit);
  const Asked asked(0.5, 1, 2);
  const std::vector<double> times{3};
  const auto refused = [&](const cox::Model& model, double level, const std::string& what) {
    Intervals out(1);
    for (const BatchReport& report :
         {cox::churn_probability(model, asked.accounts(), 3, level, out.columns()),
          cox::survival(model, asked.accounts(), times, level, out.columns()),
          cox::restricted_mean(model, asked.accounts(), 3, level, out.columns())}) {
      EXPECT_EQ(report.status.code(), StatusCode::invalid_argument);
      EXPECT_NE(report.status.message().find(what), std::string::npos) << report.status.message();
    }
    EXPECT_EQ(out.estimate[0], -7);
    EXPECT_EQ(out.lo[0], -7);
  };
  for (const double level : {0.0, 1.0, -0.5, kNaN}) refused(fit->model, level, "level");
  cox::Model bare = fit->model;
  bare.covariance.clear();
  refused(bare, kLevel, "variance");
  bare = fit->model;
  bare.baselines[0].means = {};
  refused(bare, kLevel, "variance");
  bare = fit->model;
  bare.baselines[0].variance.clear();
  refused(bare, kLevel, "variance");
  Intervals out(1);
  const auto report = cox::churn_probability(fit->model, asked.accounts(), 3, kLevel,
                                             {out.estimate, out.lo, std::span<double>{}});
  EXPECT_EQ(report.status.code(), StatusCode::size_mismatch);
}

TEST(CoxIntervalsHostile, ADroppedColumnAndRunawayCoefficientsStillAnswer) {
  SurvivalData d = simulate(6, 120, true);
  d.add("copy", d.values[0]);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  ASSERT_EQ(fit->dropped.size(), 1u);
  const auto columns = d.covariates();
  Intervals out(d.duration.size());
  const cox::Accounts accounts{columns, {}, {}, d.duration.size()};
  ASSERT_TRUE(cox::churn_probability(fit->model, accounts, 5, kLevel, out.columns()).status.ok());
  const auto plain = test::fit(simulate(6, 120, true));
  ASSERT_TRUE(plain);
  Intervals other(d.duration.size());
  ASSERT_TRUE(cox::churn_probability(plain->model, accounts, 5, kLevel, other.columns()).ok());
  for (std::size_t i = 0; i < out.lo.size(); ++i) {
    EXPECT_NEAR(out.lo[i], other.lo[i], 1e-12);
    EXPECT_NEAR(out.hi[i], other.hi[i], 1e-12);
  }
}

}  // namespace
}  // namespace kam
