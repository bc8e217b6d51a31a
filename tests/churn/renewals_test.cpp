/// sBG and BdW: laws, independent paths (brute force, 2F1, simulation, differences), hostile input.
#include <kam/churn/bdw.hpp>
#include <kam/churn/sbg.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include <kam/base/hypergeometric.hpp>

#include "churn/discrete_data.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

const bdw::Parameters kPoints[] = {{.7040772985, 1.182043026, 1},
                                   {.4556139894, .7793255084, 1.283451286},
                                   {.2142533393, 1.426574875, 1.723564849},
                                   {.067, .267, .3},
                                   {2e6, 8e6, 1},
                                   {1e-7, 1e-7, 4},
                                   {30, 5, .05}};

sbg::Parameters without_c(const bdw::Parameters& p) {
  return {p.alpha, p.beta};
}

template <class P>
void expect_laws(const P& p) {
  double product = 1, before = 1;
  for (int t = 1; t <= 60; ++t) {
    const double r = retention(p, t), h = hazard(p, t), s = survival(p, t);
    EXPECT_NEAR(r + h, 1, 1e-15);
    product *= r;
    EXPECT_LE(relative_error(s, product), 1e-12) << t;
    EXPECT_LE(s, before);
    EXPECT_LE(relative_error(std::exp(log_likelihood(p, t, 0)), s), 1e-12);
    EXPECT_LE(relative_error(std::exp(log_likelihood(p, t, 1)), before * h), 1e-12);
    // Known to be there after 3 renewals: conditional on it.
    if (t > 3) {
      EXPECT_LE(relative_error(log_likelihood(p, t, 1, 3),
                               log_likelihood(p, t, 1) - std::log(survival(p, 3))),
                1e-8);
      EXPECT_LE(relative_error(survival(p, t - 3, 3), s / survival(p, 3)), 1e-12);
    }
    EXPECT_NEAR(churn_probability(p, t), 1 - s, 1e-14);
    before = s;
  }
  EXPECT_EQ(survival(p, 0), 1);
  EXPECT_EQ(churn_probability(p, 0), 0);
}

TEST(Renewals, Laws) {
  for (const auto& p : kPoints) {
    SCOPED_TRACE(p.c);
    expect_laws(p);
    expect_laws(without_c(p));
  }
}

TEST(Renewals, RetentionOfAnSbgCohortRises) {
  for (const auto& p : kPoints) {
    const sbg::Parameters q = without_c(p);
    for (int t = 1; t < 50; ++t) EXPECT_LT(sbg::retention(q, t), sbg::retention(q, t + 1));
  }
}

TEST(Renewals, BdwWithoutDurationDependenceIsSbg) {
  for (const auto& any : kPoints) {
    const bdw::Parameters p{any.alpha, any.beta, 1};
    const sbg::Parameters q = without_c(any);
    for (const double n : {0., 1., 7., 1000.}) {
      EXPECT_LE(relative_error(bdw::survival(p, 5, n), sbg::survival(q, 5, n)), 1e-13);
      for (const double d : {0., 1e-9, 1e-4, .1, 3.}) {
        for (const double m : {0., 3., 999., 5000., 1e6, 1e12, HUGE_VAL}) {
          const double a = bdw::discounted_residual(p, n, d, m);
          const double b = sbg::discounted_residual(q, n, d, m);
          if (d == 0 && m == HUGE_VAL && any.alpha <= 1) {
            EXPECT_TRUE(std::isnan(a) && std::isnan(b));
          } else {
            EXPECT_LE(relative_error(a, b), 1e-11) << p.alpha << ' ' << n << ' ' << d << ' ' << m;
          }
        }
      }
    }
  }
}

/// Sum of a million terms, Kahan.
double brute_force(const bdw::Parameters& p, double n, double discount, double periods) {
  double sum = 0, lost = 0;
  for (double j = 1; j <= periods; ++j) {
    const double term = bdw::survival(p, j, n) * std::pow(1 + discount, 1 - j) - lost;
    const double next = sum + term;
    lost = (next - sum) - term;
    sum = next;
  }
  return sum;
}

TEST(Renewals, BdwResidualIsTheSum) {
  for (const auto& p : kPoints) {
    for (const double n : {0., 12.}) {
      EXPECT_LE(
          relative_error(bdw::discounted_residual(p, n, 0, 100000), brute_force(p, n, 0, 100000)),
          1e-11)
          << p.c;
      EXPECT_LE(
          relative_error(bdw::discounted_residual(p, n, 1e-3), brute_force(p, n, 1e-3, 50000)),
          1e-11)
          << p.c;
    }
  }
}

TEST(Renewals, SbgResidualIsTheHypergeometricFunction) {
  for (const auto& any : kPoints) {
    const sbg::Parameters p = without_c(any);
    if (p.alpha > 1e5) continue;  // there log_hyp2f1 loses digits to ln B
    for (const double n : {0., 1., 30.}) {
      for (const double d : {.01, .1, 1.}) {
        const double b = p.beta + n, sum = p.alpha + b;
        const double closed = b / sum * std::exp(log_hyp2f1(1, b + 1, sum + 1, 1 / (1 + d)));
        EXPECT_LE(relative_error(sbg::discounted_residual(p, n, d), closed), 1e-11);
      }
    }
  }
}

TEST(Renewals, FiniteAndInfiniteLifetimes) {
  EXPECT_DOUBLE_EQ(sbg::expected_lifetime({3, 4}), 1 + 4. / 2);
  EXPECT_TRUE(std::isnan(sbg::expected_lifetime({1, 4})));
  EXPECT_TRUE(std::isnan(bdw::expected_lifetime({.5, 4, 1.9})));
  EXPECT_TRUE(std::isfinite(bdw::expected_lifetime({.5, 4, 2.1})));
  EXPECT_DOUBLE_EQ(sbg::expected_residual({3, 4}, 2), 6. / 2);
  for (const auto& p : kPoints) {  // a residual lifetime rises with the horizon and stays below it
    double before = 0;
    for (const double m : {1., 10., 1e3, 1e5, 1e9, 1e12}) {
      const double e = bdw::expected_residual(p, 2, m);
      EXPECT_TRUE(e >= before && e <= m * (1 + 1e-12)) << m;
      before = e;
    }
    double more = HUGE_VAL;
    for (const double d : {1e-9, 1e-4, .01, .1, 1., 100.}) {
      const double e = bdw::discounted_residual(p, 2, d);
      EXPECT_TRUE(e >= 0 && e <= more) << d;
      more = e;
    }
  }
}

TEST(Renewals, ArgumentsOutsideTheDomain) {
  const sbg::Parameters p{.7, 1.2};
  const bdw::Parameters q{.7, 1.2, 1.3};
  for (const double bad : {-1., .5, kNaN, HUGE_VAL}) {
    EXPECT_TRUE(std::isnan(sbg::survival(p, bad)) && std::isnan(bdw::survival(q, bad)));
    EXPECT_TRUE(std::isnan(sbg::retention(p, bad)) && std::isnan(bdw::retention(q, bad)));
    EXPECT_TRUE(std::isnan(sbg::discounted_residual(p, bad, .1)));
    EXPECT_TRUE(std::isnan(bdw::discounted_residual(q, bad, .1)));
    EXPECT_TRUE(std::isnan(sbg::log_likelihood(p, bad, 1)));
    EXPECT_TRUE(std::isnan(bdw::log_likelihood(q, 3, bad)));
  }
  EXPECT_TRUE(std::isnan(sbg::hazard(p, 0)) && std::isnan(bdw::hazard(q, 0)));
  EXPECT_TRUE(std::isnan(sbg::discounted_residual(p, 1, -.1)));
  EXPECT_TRUE(std::isnan(bdw::discounted_residual(q, 1, -.1)));
  EXPECT_TRUE(std::isnan(sbg::survival({0, 1}, 2)) && std::isnan(bdw::survival({1, 1, 0}, 2)));
  EXPECT_TRUE(std::isnan(bdw::log_likelihood(q, 3, 1, 3)));  // entered after it ended
}

struct Individuals {
  std::vector<double> duration, event;
};

/// A cohort as one row per customer.
Individuals individuals(std::span<const double> active) {
  Individuals rows;
  for (std::size_t t = 1; t < active.size(); ++t) {
    for (double i = active[t]; i < active[t - 1]; ++i) {
      rows.duration.push_back(static_cast<double>(t));
      rows.event.push_back(1);
    }
  }
  for (double i = 0; i < active.back(); ++i) {
    rows.duration.push_back(static_cast<double>(active.size() - 1));
    rows.event.push_back(0);
  }
  return rows;
}

TEST(RenewalFit, CohortAndIndividualsAgree) {
  const auto active = std::span(test::kHighEnd).first(8);
  const auto rows = individuals(active);
  const auto a = sbg::fit_cohort(active), b = sbg::fit({rows.duration, rows.event});
  ASSERT_TRUE(a && b);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_LE(relative_error(a->parameters.values()[i], b->parameters.values()[i]), 1e-10);
    EXPECT_LE(relative_error(a->standard_errors.values()[i], b->standard_errors.values()[i]), 1e-9);
  }
  EXPECT_NEAR(a->log_likelihood, b->log_likelihood, 1e-9);
  EXPECT_EQ(b->weight, 1000);
  EXPECT_EQ(b->events, 509);
  const auto c = bdw::fit_cohort(active), d = bdw::fit({rows.duration, rows.event});
  ASSERT_TRUE(c && d);
  EXPECT_NEAR(c->log_likelihood, d->log_likelihood, 1e-9);
  double sum = 0;  // the scalar likelihood is written differently
  for (std::size_t i = 0; i < rows.duration.size(); ++i)
    sum += bdw::log_likelihood(c->parameters, rows.duration[i], rows.event[i]);
  EXPECT_NEAR(sum, c->log_likelihood, 1e-9);
}

template <class Fit, class LogLikelihood>
void expect_optimum(const Fit& fit, const LogLikelihood& total) {
  ASSERT_TRUE(fit);
  constexpr std::size_t n = std::decay_t<decltype(*fit)>::kCount;
  using P = std::decay_t<decltype(fit->parameters)>;
  const auto at = [&](std::size_t i, double hi, std::size_t j, double hj) {
    auto v = fit->parameters.values();
    v[i] *= std::exp(hi);
    v[j] *= std::exp(hj);
    return total(P::from_values(v));
  };
  constexpr double h = 2e-3;
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR((at(i, h, i, 0) - at(i, -h, i, 0)) / (2 * h), 0, 2e-3);
    for (std::size_t j = 0; j < n; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < n; ++k) {
        const double hessian =
            i == k ? (at(i, h, i, 0) - 2 * at(i, 0, i, 0) + at(i, -h, i, 0)) / (h * h)
                   : (at(i, h, k, h) - at(i, h, k, -h) - at(i, -h, k, h) + at(i, -h, k, -h)) /
                         (4 * h * h);
        product -= hessian * fit->log_covariance[k * n + j];
      }
      EXPECT_NEAR(product, i == j ? 1 : 0, 2e-3) << i << j;
    }
  }
}

TEST(RenewalFit, OptimumAndCurvatureByFiniteDifferences) {
  const auto active = std::span(test::kRegular).first(8);
  const auto total = [&](const auto& p) {
    double sum = active[7] * log_likelihood(p, 7, 0);
    for (std::size_t t = 1; t < 8; ++t)
      sum += (active[t - 1] - active[t]) * log_likelihood(p, static_cast<double>(t), 1);
    return sum;
  };
  expect_optimum(sbg::fit_cohort(active), total);
  expect_optimum(bdw::fit_cohort(active), total);
}

TEST(RenewalFit, KnowsTheLastPeriodSomebodyWasSeenIn) {
  const std::vector<double> duration{3, 7, 12, 40, kNaN}, event{1, 0, 0, 1, 1},
      entry{0, 5, 0, 0, 0};
  const std::vector<double> weight{2, 1, 1, 0, 1};  // the row of 40 periods counts nothing
  const RenewalColumns rows{duration, event, entry, weight};
  EXPECT_EQ(sbg::fit(rows)->longest, 12);
  EXPECT_EQ(bdw::fit(rows)->longest, 12);
  const std::vector<double> active{100, 60, 45, 40}, gone{100, 40, 0, 0, 0};
  EXPECT_EQ(sbg::fit_cohort(active)->longest, 3);
  EXPECT_EQ(sbg::fit_cohort(gone)->longest, 2);
}

TEST(RenewalFit, WeightsAreRepetition) {
  const auto rows = individuals(std::span(test::kRegular).first(5));
  const std::vector<double> duration{1, 2, 3, 4, 4}, event{1, 1, 1, 1, 0},
      weight{369, 163, 86, 56, 326};
  const auto a = sbg::fit({duration, event, {}, weight}), b = sbg::fit({rows.duration, rows.event});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->parameters, b->parameters);
}

TEST(RenewalFit, RecoversSimulatedParametersDespiteTruncation) {
  const bdw::Parameters truth{.8, 4, 1.4};
  std::vector<double> periods(40000), duration(40000), event(40000);
  for (std::size_t i = 0; i < periods.size(); ++i) periods[i] = 3 + static_cast<double>(i % 12);
  ASSERT_TRUE(bdw::simulate(truth, periods, 5, duration, event).ok());
  Individuals seen;  // every other customer came under observation after two renewals only
  std::vector<double> entry;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    const double since = i % 2 == 0 ? 0 : 2;
    if (duration[i] <= since) continue;
    seen.duration.push_back(duration[i]);
    seen.event.push_back(event[i]);
    entry.push_back(since);
  }
  const auto fit = bdw::fit({seen.duration, seen.event, entry});
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  for (std::size_t i = 0; i < 3; ++i) {
    const double z =
        (fit->parameters.values()[i] - truth.values()[i]) / fit->standard_errors.values()[i];
    EXPECT_LE(std::fabs(z), 4) << i;
  }
  double sum = 0;
  for (std::size_t i = 0; i < entry.size(); ++i)
    sum += bdw::log_likelihood(fit->parameters, seen.duration[i], seen.event[i], entry[i]);
  EXPECT_NEAR(sum, fit->log_likelihood, 1e-6);
}

TEST(RenewalFit, ConstantChurnIsALimitingModel) {
  const std::array<double, 4> active{1000, 800, 640, 512};
  const auto fit = sbg::fit_cohort(active);
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->stop_reason, StopReason::boundary);
  EXPECT_NE(fit->warning.find("0.200000"), std::string::npos) << fit->warning;
  EXPECT_NEAR(fit->parameters.alpha / (fit->parameters.alpha + fit->parameters.beta), .2, 1e-5);
  EXPECT_NEAR(fit->log_likelihood, 488 * std::log(.2) + 1952 * std::log(.8), 1e-4);
  EXPECT_TRUE(std::isnan(fit->standard_errors.alpha));
  const auto weibull = bdw::fit_cohort(active);
  ASSERT_TRUE(weibull);
  EXPECT_EQ(weibull->stop_reason, StopReason::boundary);
  EXPECT_NE(weibull->warning.find("alike"), std::string::npos) << weibull->warning;
}

TEST(RenewalFit, DegenerateCohortsEndInWords) {
  for (const auto& active : {std::vector<double>{100, 60},
                             {100, 0},
                             {100, 60, 60, 60, 60},
                             {100, 100, 100, 99},
                             {1, 0},
                             {1e9, 5e8, 4e8, 3.9e8}}) {
    for (const double c : {0., 1.}) {
      const auto check = [&](const auto& fit) {
        ASSERT_TRUE(fit);
        EXPECT_TRUE(std::isfinite(fit->log_likelihood)) << active[1];
        for (const double v : fit->parameters.values()) EXPECT_TRUE(v > 0 && std::isfinite(v));
        EXPECT_TRUE(fit->converged() || !fit->warning.empty()) << active[1];
      };
      if (c == 0) {
        check(sbg::fit_cohort(active));
      } else {
        check(bdw::fit_cohort(active));
      }
    }
  }
}

TEST(RenewalFit, RefusesWhatItCannotFit) {
  const auto code = [](const std::vector<double>& active) {
    return sbg::fit_cohort(active).error().code();
  };
  EXPECT_EQ(code({}), StatusCode::insufficient_data);
  EXPECT_EQ(code({100}), StatusCode::insufficient_data);
  EXPECT_EQ(code({100, 100}), StatusCode::insufficient_data);
  EXPECT_EQ(code({100, 110}), StatusCode::invalid_argument);
  EXPECT_EQ(code({100, -1}), StatusCode::invalid_argument);
  EXPECT_EQ(code({100, kNaN}), StatusCode::invalid_argument);
  const std::vector<double> duration{1, 2, 0, 2.5, kNaN, 3, 3}, event{1, 0, 1, 1, 1, 2, 1};
  const auto fit = sbg::fit({duration, event});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->rows.rows_scored, 3u);
  EXPECT_EQ(fit->rows.rows_rejected, 4u);
  EXPECT_EQ(fit->rows.first_rejected, 2u);
  EXPECT_EQ(sbg::fit({duration, std::span(event).first(3)}).error().code(),
            StatusCode::size_mismatch);
  EXPECT_EQ(sbg::fit({duration, event}, {.max_iterations = 0}).error().code(),
            StatusCode::invalid_argument);
}

TEST(RenewalBatch, EqualsTheScalarsAndCountsBadRows) {
  const sbg::Parameters p{.7, 1.2};
  const bdw::Parameters q{.7, 1.2, 1.3};
  const std::vector<double> n{0, 3, 3, -1, 40, kNaN};
  std::vector<double> out(6);
  auto report = sbg::survival(p, 4, n, out);
  EXPECT_EQ(report.rows_scored, 4u);
  EXPECT_EQ(report.first_rejected, 3u);
  EXPECT_EQ(out[2], sbg::survival(p, 4, 3));
  ASSERT_TRUE(bdw::discounted_residual(q, HUGE_VAL, .1, n, out).ok());
  EXPECT_EQ(out[4], bdw::discounted_residual(q, 40, .1));
  ASSERT_TRUE(bdw::churn_probability(q, 2, n, out).ok());
  EXPECT_EQ(out[1], bdw::churn_probability(q, 2, 3));
  report = sbg::expected_residual(p, HUGE_VAL, n, out);  // no finite mean
  EXPECT_EQ(report.rows_scored, 0u);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
  out.assign(6, 42);
  EXPECT_FALSE(sbg::survival(p, -1, n, out).ok());
  EXPECT_FALSE(sbg::survival({0, 1}, 1, n, out).ok());
  EXPECT_FALSE(bdw::discounted_residual(q, 5, kNaN, n, out).ok());
  EXPECT_EQ(out[0], 42);
}

TEST(RenewalIntervals, HoldTheEstimate) {
  const auto fit = bdw::fit_cohort(std::span(test::kHighEnd).first(8));
  const bdw::Estimate estimate{fit->parameters, fit->log_covariance};
  const std::vector<double> n{0, 1, 4, 7};
  std::vector<double> e(4), lo(4), hi(4);
  const auto inside = [&](double least, double most) {
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_TRUE(least < lo[i] && lo[i] < e[i] && e[i] < hi[i] && hi[i] < most) << i;
  };
  ASSERT_TRUE(bdw::survival(estimate, 3, .8, n, {e, lo, hi}).ok());
  inside(0, 1);
  ASSERT_TRUE(bdw::churn_probability(estimate, 3, .8, n, {e, lo, hi}).ok());
  inside(0, 1);
  ASSERT_TRUE(bdw::discounted_residual(estimate, HUGE_VAL, .1, .8, n, {e, lo, hi}).ok());
  inside(0, 11);
}

TEST(RenewalSimulation, AgreesWithTheModel) {
  for (const auto& p : {kPoints[1], kPoints[3]}) {
    std::vector<double> periods(100000, 9), duration(periods.size()), event(periods.size());
    ASSERT_TRUE(bdw::simulate(p, periods, 3, duration, event).ok());
    for (int t = 1; t <= 9; ++t) {
      const auto left = std::count_if(duration.begin(), duration.end(),
                                      [&](double d) { return d < t || (d == t && t < 9); });
      if (t == 9) continue;
      const double share = static_cast<double>(left) / 1e5, expected = bdw::churn_probability(p, t);
      EXPECT_LE(std::fabs(share - expected), 5 * std::sqrt(expected / 1e5)) << t;
    }
  }
}

}  // namespace
}  // namespace kam
