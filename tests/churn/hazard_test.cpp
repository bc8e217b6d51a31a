#include <kam/churn/hazard.hpp>

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include <kam/churn/churn_reasons.hpp>

#include "churn/telco.hpp"

namespace {

using namespace kam::churn;
using kam::Covariate;

struct Customers {
  std::vector<double> duration, event, entry, weight, x;

  [[nodiscard]] kam::Result<HazardFit> fit(const AgeTerms& age,
                                           const RegressionOptions& options = {}) const {
    const std::vector<Covariate> covariates =
        x.empty() ? std::vector<Covariate>{} : std::vector<Covariate>{{"x", x}};
    HazardColumns columns;
    columns.time = {duration, event, entry, weight};
    columns.covariates = covariates;
    return fit_hazard(columns, age, options);
  }
};

/// Lifetimes drawn from hazards g(-2 + .5 x - .3 ln t), observed for `most` periods.
Customers simulated(std::size_t n, unsigned seed, Link link, int most = 20) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Customers c;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = normal(random);
    int t = 1;
    bool lost = false;
    for (; t <= most; ++t) {
      lost = uniform(random) < inverse_link(link, -2 + .5 * x - .3 * std::log(t));
      if (lost) break;
    }
    c.duration.push_back(lost ? t : most);
    c.event.push_back(lost ? 1 : 0);
    c.x.push_back(x);
  }
  return c;
}

constexpr AgeTerms log_age() {
  AgeTerms age;
  age.log = true;
  return age;
}

// ---- Published numbers: R 4.2.2 glm on the person-months of IBM's Telco customers
// ----------------

struct Published {
  Link link;
  double log_likelihood, two_year;
};

class TelcoMonths : public testing::TestWithParam<Published> {};

TEST_P(TelcoMonths, AsR) {
  const auto telco = kam::test::telco_hazard();
  const auto covariates = telco.covariates();
  const auto churned = telco.churned(), tenure = telco.tenure();
  HazardColumns columns;
  columns.time = {tenure, churned};
  columns.covariates = covariates;
  AgeTerms age;
  age.log = age.linear = true;
  RegressionOptions options;
  options.link = GetParam().link;
  const auto fit = fit_hazard(columns, age, options);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->periods, 227990);
  EXPECT_EQ(fit->regression.events, 1869);
  EXPECT_EQ(fit->last_period, 72);
  EXPECT_EQ(fit->regression.rows.rows_scored, 7043u);  // 11 of them new, without a period
  EXPECT_NEAR(fit->regression.log_likelihood, GetParam().log_likelihood, 1e-7);
  EXPECT_NEAR(fit->regression.coefficients[4], GetParam().two_year, 1e-9);
  EXPECT_TRUE(fit->regression.converged());
}

INSTANTIATE_TEST_SUITE_P(Links, TelcoMonths,
                         testing::Values(Published{Link::logit, -8818.15718969, -3.6783569854},
                                         Published{Link::cloglog, -8816.99559274, -3.6593982405}),
                         [](const auto& p) { return std::string(link_name(p.param.link)); });

// ---- Independent paths
// ----------------------------------------------------------------------------

class HazardLink : public testing::TestWithParam<Link> {
 protected:
  RegressionOptions options_;
  void SetUp() override { options_.link = GetParam(); }
};

TEST_P(HazardLink, IsTheBinaryRegressionOnStoredPersonPeriods) {
  Customers c = simulated(700, 1, GetParam());
  for (std::size_t i = 0; i < 700; ++i) {
    c.entry.push_back(std::min(c.duration[i] - 1, static_cast<double>(i % 4)));
    c.weight.push_back(0.5 + static_cast<double>(i % 2));
  }
  std::vector<double> y, w, x, t, log_t, cluster;
  for (std::size_t i = 0; i < 700; ++i) {
    for (double s = c.entry[i] + 1; s <= c.duration[i]; ++s) {
      y.push_back(s == c.duration[i] ? c.event[i] : 0);
      w.push_back(c.weight[i]);
      x.push_back(c.x[i]);
      t.push_back(s);
      log_t.push_back(std::log(s));
      cluster.push_back(static_cast<double>(i));
    }
  }
  AgeTerms age = log_age();
  age.linear = true;
  options_.robust = true;
  const auto fit = c.fit(age, options_);
  const std::vector<Covariate> columns{{"log(period)", log_t}, {"period", t}, {"x", x}};
  const auto stored = fit_binary({columns, y, w, {}, cluster}, options_);
  ASSERT_TRUE(fit && stored);
  EXPECT_EQ(fit->regression.coefficients, stored->coefficients);
  EXPECT_EQ(fit->regression.covariance, stored->covariance);
  EXPECT_EQ(fit->regression.robust_covariance, stored->robust_covariance);
  EXPECT_EQ(fit->regression.log_likelihood, stored->log_likelihood);
}

TEST_P(HazardLink, RecoversTheTruth) {
  const auto fit = simulated(20000, 2, GetParam()).fit(log_age(), options_);
  ASSERT_TRUE(fit);
  const double truth[] = {-2, -.3, .5};
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_LT(std::fabs(fit->regression.coefficients[j] - truth[j]),
              4 * fit->regression.standard_errors[j]);
  }
}

TEST_P(HazardLink, LateEntryDoesNotBias) {
  // Customers are seen only from period 6 on, if they lived that long.
  const Customers all = simulated(40000, 3, GetParam());
  Customers late, naive;
  for (std::size_t i = 0; i < all.x.size(); ++i) {
    if (all.duration[i] <= 5) continue;
    late.duration.push_back(all.duration[i]);
    late.event.push_back(all.event[i]);
    late.entry.push_back(5);
    late.x.push_back(all.x[i]);
  }
  naive = late;
  naive.entry.clear();
  const auto right = late.fit(log_age(), options_), wrong = naive.fit(log_age(), options_);
  ASSERT_TRUE(right && wrong);
  EXPECT_LT(std::fabs(right->regression.coefficients[2] - .5),
            4 * right->regression.standard_errors[2]);
  EXPECT_GT(std::fabs(wrong->regression.coefficients[1] + .3), .3);
}

TEST_P(HazardLink, WithALevelPerPeriodItIsTheLifeTable) {
  const Customers c = simulated(3000, 4, GetParam(), 8);
  Customers without = c;
  without.x.clear();
  const auto fit = without.fit(every_period(8), options_);
  ASSERT_TRUE(fit);
  const auto& theta = fit->regression.coefficients;
  const HazardCurve curve(GetParam(), fit->age, std::span(theta).subspan(1));
  double left = 3000, survival = 1;
  for (int t = 1; t <= 8; ++t) {
    double lost = 0;
    for (std::size_t i = 0; i < 3000; ++i) lost += c.event[i] != 0 && c.duration[i] == t ? 1 : 0;
    EXPECT_NEAR(curve.hazard(theta[0], t), lost / left, 1e-9);
    survival *= 1 - lost / left;
    EXPECT_NEAR(curve.survival(theta[0], 0, t), survival, 1e-9);
    left -= lost;
  }
}

TEST_P(HazardLink, CurvesAreProductsOfHazards) {
  AgeTerms age = log_age();
  age.linear = true;
  const std::vector<double> by{-.4, .02};
  const HazardCurve curve(GetParam(), age, by);
  for (const double eta : {-9.0, -2.0, 0.5, 3.0}) {
    for (const double tenure : {0.0, 7.0, 595.0, 5000.0}) {
      long double left = 1, lived = 0;
      for (double h = 0; h <= 24; ++h) {
        const auto s = static_cast<double>(left);
        EXPECT_NEAR(curve.survival(eta, tenure, h), s, 1e-13 + 1e-11 * s);
        EXPECT_NEAR(curve.churn(eta, tenure, h), 1 - s, 1e-13);
        EXPECT_NEAR(curve.restricted_mean(eta, tenure, h), static_cast<double>(lived), 1e-10);
        lived += left;
        const double at = eta + age.value(by, tenure + h + 1);
        left *= GetParam() == Link::logit ? 1 / (1 + std::exp(static_cast<long double>(at)))
                                          : std::exp(-std::exp(static_cast<long double>(at)));
      }
      const double step = 1e-5, slope = curve.churn_slope(eta, tenure, 12);
      const double numeric =
          (curve.churn(eta + step, tenure, 12) - curve.churn(eta - step, tenure, 12)) / (2 * step);
      EXPECT_NEAR(slope, numeric, 1e-9);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Links, HazardLink, testing::Values(Link::logit, Link::cloglog),
                         [](const auto& p) { return std::string(link_name(p.param)); });

// ---- Laws
// -----------------------------------------------------------------------------------------

TEST(HazardCurve, ConditionalProbabilitiesChain) {
  const std::vector<double> by{-.3};
  const HazardCurve curve(Link::logit, log_age(), by);
  for (const double a : {0.0, 3.0, 40.0})
    for (const double b : {1.0, 12.0})
      EXPECT_NEAR(curve.survival(-2, 0, a) * curve.survival(-2, a, b), curve.survival(-2, 0, a + b),
                  1e-14);
}

TEST(HazardCurve, ChurnRisesWithHorizonAndRisk) {
  const std::vector<double> by{-.3};
  const HazardCurve curve(Link::cloglog, log_age(), by);
  double last = -1;
  for (double h = 0; h < 30; ++h) {
    EXPECT_GT(curve.churn(-2, 5, h), last);
    last = curve.churn(-2, 5, h);
    EXPECT_LE(curve.churn(-2.5, 5, h), last);
  }
}

TEST(HazardCurve, ExtremesAndWrongArguments) {
  const std::vector<double> by{-.3};
  for (const Link link : {Link::logit, Link::cloglog}) {
    const HazardCurve curve(link, log_age(), by);
    EXPECT_EQ(curve.churn(-2, 5, 0), 0);
    EXPECT_EQ(curve.survival(-2, 5, 0), 1);
    EXPECT_EQ(curve.churn(1e300, 0, 50), 1);
    EXPECT_EQ(curve.survival(1e300, 0, 50), 0);
    EXPECT_NEAR(curve.churn(-600, 0, 1) / std::exp(-600), 1, 1e-12);  // no 1 - (1 - p)
    for (const double bad : {-1.0, .5, std::nan(""), HUGE_VAL, 1e7}) {
      EXPECT_TRUE(std::isnan(curve.churn(-2, bad, 3)));
      EXPECT_TRUE(std::isnan(curve.churn(-2, 3, bad)));
      EXPECT_TRUE(std::isnan(curve.restricted_mean(-2, 3, bad)));
    }
    EXPECT_TRUE(std::isnan(curve.churn(std::nan(""), 3, 3)));
    EXPECT_TRUE(std::isnan(curve.hazard(-2, 0)));
  }
}

TEST(AgeTerms, NamesAndSteps) {
  AgeTerms age = log_age();
  age.linear = true;
  age.steps = {2, 3, 13};
  EXPECT_EQ(age.names(), (std::vector<std::string>{"log(period)", "period", "period[2]",
                                                   "period[3-12]", "period[13+]"}));
  const std::vector<double> by{0, 0, 10, 20, 30};
  const double expected[] = {0, 10, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 30, 30};
  for (int t = 1; t <= 14; ++t) EXPECT_EQ(age.value(by, t), expected[t - 1]) << t;
}

TEST(Hazard, AWeightIsARepetitionAndOrderDoesNotMatter) {
  Customers c = simulated(300, 5, Link::logit), twice = c;
  c.weight.assign(300, 2.0);
  for (std::size_t i = 300; i-- > 0;) {
    twice.duration.push_back(c.duration[i]);
    twice.event.push_back(c.event[i]);
    twice.x.push_back(c.x[i]);
  }
  const auto a = c.fit(log_age()), b = twice.fit(log_age());
  ASSERT_TRUE(a && b);
  for (std::size_t j = 0; j < 3; ++j)
    EXPECT_NEAR(a->regression.coefficients[j], b->regression.coefficients[j], 1e-10);
  EXPECT_NEAR(a->customer_means[0], b->customer_means[0], 1e-12);
}

TEST(Hazard, RidgeSparesTheAgeTerms) {
  const Customers c = simulated(2000, 6, Link::logit);
  RegressionOptions options;
  options.ridge = 1e9;
  const auto fit = c.fit(log_age(), options);
  Customers without = c;
  without.x.clear();
  const auto expected = without.fit(log_age());
  ASSERT_TRUE(fit && expected);
  EXPECT_NEAR(fit->regression.coefficients[2], 0, 1e-6);
  EXPECT_NEAR(fit->regression.coefficients[1], expected->regression.coefficients[1], 1e-6);
}

TEST(Hazard, PeriodsWithoutALossAreNamed) {
  Customers c;
  for (int i = 0; i < 60; ++i) {
    c.duration.push_back(i < 10 ? 1 : i < 20 ? 3 : 4);
    c.event.push_back(i < 20 || i > 50 ? 1 : 0);
  }
  const auto fit = c.fit(every_period(4));
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->regression.separating, (std::vector<bool>{true, false, false}));
  EXPECT_NE(fit->regression.warning.find("`period[2]` separate"), std::string::npos);
  for (const double se : fit->regression.standard_errors) EXPECT_TRUE(std::isfinite(se));
}

// ---- Hostile input
// --------------------------------------------------------------------------------

TEST(Hazard, TimesThatCannotBeAreLeftOutAndCounted) {
  Customers c = simulated(50, 7, Link::logit);
  Customers more = c;
  const double bad[][3] = {{2.5, 1, 0},      {-1, 0, 0},           {5, 2, 0},
                           {5, 1, 5},        {std::nan(""), 1, 0}, {5, 1, 6},
                           {HUGE_VAL, 1, 0}, {2e6, 0, 0},          {0, 0, 1}};
  more.entry.assign(50, 0.0);
  for (const auto& row : bad) {
    more.duration.push_back(row[0]);
    more.event.push_back(row[1]);
    more.entry.push_back(row[2]);
    more.x.push_back(0);
  }
  const auto a = c.fit(log_age()), b = more.fit(log_age());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(b->regression.rows.rows_rejected, std::size(bad));
  EXPECT_EQ(b->regression.rows.first_rejected, 50u);
  EXPECT_EQ(a->regression.coefficients, b->regression.coefficients);
}

TEST(Hazard, TenureNoughtIsNoInformationUnlessLost) {
  Customers c = simulated(50, 8, Link::logit), more = c;
  more.duration.push_back(0);
  more.event.push_back(0);
  more.x.push_back(100);
  const auto a = c.fit(log_age()), b = more.fit(log_age());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->regression.coefficients, b->regression.coefficients);
  EXPECT_EQ(a->customer_means, b->customer_means);
  more = c;
  c.duration.push_back(1);
  more.duration.push_back(0);
  for (Customers* one : {&c, &more}) one->event.push_back(1), one->x.push_back(1);
  EXPECT_EQ(c.fit(log_age())->regression.coefficients,
            more.fit(log_age())->regression.coefficients);
}

TEST(Hazard, WrongCallsNameTheArgument) {
  Customers c = simulated(20, 9, Link::logit);
  AgeTerms age;
  age.steps = {5, 3};
  EXPECT_NE(c.fit(age).error().message().find("`age.steps`"), std::string::npos);
  age.steps = {1};
  EXPECT_NE(c.fit(age).error().message().find("`age.steps`"), std::string::npos);
  c.event.pop_back();
  EXPECT_NE(c.fit(log_age()).error().message().find("event"), std::string::npos);
  EXPECT_EQ(Customers{}.fit(log_age()).error().code(), kam::StatusCode::insufficient_data);
}

// ---- Reasons
// --------------------------------------------------------------------------------------

TEST(ChurnReasons, AddUpOnBothScales) {
  const std::vector<double> by{.8, -.5, kam::kNaN, .1}, x{2, 1, 5, -3}, reference{.5, 1.5, 2, 0};
  std::vector<double> linear(4), points(4);
  linear_reasons(by, x, reference, linear);
  EXPECT_EQ(linear[2], 0);
  double total = 0;
  for (const double c : linear) total += c;
  EXPECT_NEAR(total, .8 * 1.5 - .5 * -.5 + .1 * -3, 1e-15);
  const double p = kam::logistic(-1 + total), p_reference = kam::logistic(-1);
  probability_reasons(linear, p, p_reference, 0.0, points);
  double sum = 0;
  for (std::size_t j = 0; j < 4; ++j) {
    sum += points[j];
    EXPECT_EQ(points[j] > 0, linear[j] > 0);
  }
  EXPECT_NEAR(sum, p - p_reference, 1e-16);
}

TEST(ChurnReasons, AreTheIntegralAlongTheStraightPath) {
  const std::vector<double> linear{1.2, -.4, 2.0};
  std::vector<double> points(3);
  const double from = -2, to = from + 2.8;
  probability_reasons(linear, kam::logistic(to), kam::logistic(from), 0.0, points);
  const int n = 2000;
  for (std::size_t j = 0; j < 3; ++j) {
    double integral = 0;
    for (int i = 0; i < n; ++i) {
      const double p = kam::logistic(from + 2.8 * (i + .5) / n);
      integral += p * (1 - p) * linear[j] / n;
    }
    EXPECT_NEAR(points[j], integral, 1e-7);
  }
}

TEST(ChurnReasons, OppositeReasonsThatCancelKeepTheirSize) {
  const std::vector<double> linear{2.0, -2.0 + 1e-9};
  std::vector<double> points(2);
  const double p0 = kam::logistic(-1), p1 = kam::logistic(-1 + 1e-9), slope = p0 * (1 - p0);
  probability_reasons(linear, p1, p0, slope, points);
  EXPECT_NEAR(points[0], 2 * slope, 1e-8);
  EXPECT_NEAR(points[0] + points[1], p1 - p0, 1e-16);
}

}  // namespace
