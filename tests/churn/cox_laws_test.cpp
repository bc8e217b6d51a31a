/// Laws of the Cox regression, and agreement with code that shares nothing with it: a likelihood
/// summed row by row, its finite differences, a simulation, a brute-force sandwich.
#include <kam/churn/cox.hpp>

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "churn/cox_residuals.hpp"
#include "churn/survival_data.hpp"
#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;
using test::SurvivalData;

struct Shape {
  std::size_t rows = 120;
  bool ties = true, entry = true, weights = true;
  std::size_t strata = 2;
};

SurvivalData simulate(std::uint64_t seed, const Shape& shape = {}) {
  SurvivalData d;
  d.strata = shape.strata;
  Random random(seed);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < shape.rows; ++i) {
    x.push_back(random.normal());
    y.push_back(random.uniform() < 0.4 ? 1 : 0);
    const double seen = 20 * random.uniform();
    const double entry = shape.entry && random.uniform() < 0.5 ? seen * random.uniform() / 2 : 0;
    // Exponential lives, given that they last beyond the entry.
    const double life = entry + 10 * random.exponential() * std::exp(-0.5 * x[i] + 0.7 * y[i]);
    double duration = std::fmin(life, seen);
    if (shape.ties) duration = std::ceil(duration);
    d.duration.push_back(duration);
    d.event.push_back(life <= seen ? 1 : 0);
    d.entry.push_back(entry);
    if (shape.weights) d.weight.push_back(0.5 + std::floor(3 * random.uniform()));
    if (shape.strata > 1)
      d.stratum.push_back(
          static_cast<std::uint32_t>(random.uniform() * static_cast<double>(shape.strata)));
  }
  d.add("x", x);
  d.add("y", y);
  return d;
}

double stratum_of(const SurvivalData& d, std::size_t i) {
  return d.stratum.empty() ? 0 : d.stratum[i];
}
double weight_of(const SurvivalData& d, std::size_t i) {
  return d.weight.empty() ? 1 : d.weight[i];
}
double eta_of(const SurvivalData& d, const std::vector<double>& beta, std::size_t i) {
  double eta = 0;
  for (std::size_t j = 0; j < beta.size(); ++j) eta += beta[j] * d.values[j][i];
  return eta;
}
bool at_risk(const SurvivalData& d, std::size_t j, std::size_t i) {
  return stratum_of(d, j) == stratum_of(d, i) && d.duration[j] >= d.duration[i] &&
         (d.entry[j] < d.duration[i] || d.entry[j] == 0);
}

/// The definition, row by row: O(n^2).
double log_likelihood(const SurvivalData& d, const std::vector<double>& beta, cox::Ties ties) {
  double sum = 0;
  for (std::size_t i = 0; i < d.duration.size(); ++i) {
    if (d.event[i] != 1) continue;
    double all = 0, tied = 0, deaths = 0, weight = 0, before = 0;
    for (std::size_t j = 0; j < d.duration.size(); ++j) {
      if (!at_risk(d, j, i)) continue;
      const double wr = weight_of(d, j) * std::exp(eta_of(d, beta, j));
      all += wr;
      if (d.event[j] != 1 || d.duration[j] != d.duration[i]) continue;
      tied += wr;
      deaths += 1;
      weight += weight_of(d, j);
      before += j < i ? 1 : 0;
    }
    const double share = ties == cox::Ties::efron ? before / deaths : 0;
    sum += weight_of(d, i) * eta_of(d, beta, i) - weight / deaths * std::log(all - share * tied);
  }
  return sum;
}

class BothTies : public testing::TestWithParam<cox::Ties> {
 protected:
  static cox::Options options() {
    cox::Options o;
    o.ties = GetParam();
    return o;
  }
};
INSTANTIATE_TEST_SUITE_P(Ties, BothTies, testing::Values(cox::Ties::efron, cox::Ties::breslow));

TEST_P(BothTies, LikelihoodIsTheOneSummedRowByRow) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const SurvivalData d = simulate(seed);
    const auto fit = test::fit(d, options());
    ASSERT_TRUE(fit);
    const auto& beta = fit->model.coefficients;
    EXPECT_LE(relative_error(fit->log_likelihood, log_likelihood(d, beta, GetParam())), 1e-12);
    EXPECT_LE(relative_error(fit->log_likelihood_null, log_likelihood(d, {0, 0}, GetParam())),
              1e-12);
  }
}

TEST_P(BothTies, GradientVanishesAndCurvatureIsTheInformation) {
  const SurvivalData d = simulate(7);
  const auto fit = test::fit(d, options());
  ASSERT_TRUE(fit);
  const std::vector<double> beta = fit->model.coefficients;
  const auto at = [&](double a, double b) {
    return log_likelihood(d, {beta[0] + a, beta[1] + b}, GetParam());
  };
  const double h = 1e-4;
  EXPECT_NEAR((at(h, 0) - at(-h, 0)) / (2 * h), 0, 1e-5);
  EXPECT_NEAR((at(0, h) - at(0, -h)) / (2 * h), 0, 1e-5);
  const double xx = -(at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / (h * h);
  const double yy = -(at(0, h) - 2 * at(0, 0) + at(0, -h)) / (h * h);
  const double xy = -(at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
  const double determinant = xx * yy - xy * xy;
  EXPECT_LE(relative_error(fit->model_covariance[0], yy / determinant), 1e-5);
  EXPECT_LE(relative_error(fit->model_covariance[3], xx / determinant), 1e-5);
  EXPECT_LE(relative_error(fit->model_covariance[1], -xy / determinant), 1e-4);
}

TEST_P(BothTies, DerivativesAwayFromTheOptimum) {  // of standardised columns
  const SurvivalData d = simulate(8);
  const auto columns = d.covariates();
  const auto design = cox::make_design(d.data(columns));
  ASSERT_TRUE(design);
  const std::vector<double> beta{.8, -1.1};
  cox::Derivatives at;
  (void)cox::risks_at(*design, beta, GetParam(), &at);
  const double h = 1e-5;
  for (std::size_t j = 0; j < 2; ++j) {
    std::vector<double> up = beta, down = beta;
    up[j] += h;
    down[j] -= h;
    cox::Derivatives high, low;
    const double above = cox::risks_at(*design, up, GetParam(), &high).log_likelihood;
    const double below = cox::risks_at(*design, down, GetParam(), &low).log_likelihood;
    EXPECT_NEAR(at.gradient[j], (above - below) / (2 * h), 1e-5);
    for (std::size_t k = 0; k < 2; ++k)
      EXPECT_NEAR(at.information[j * 2 + k], (low.gradient[k] - high.gradient[k]) / (2 * h), 1e-5);
  }
}

/// Score residuals are derivatives of the estimate by the weight of a row: the infinitesimal
/// jackknife. Holds for Breslow ties, where weights enter the likelihood linearly.
TEST(CoxRobust, IsTheInfinitesimalJackknife) {
  SurvivalData d = simulate(9);
  cox::Options options;
  options.ties = cox::Ties::breslow;
  options.robust = true;
  const auto fit = test::fit(d, options);
  ASSERT_TRUE(fit);
  double xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < d.duration.size(); ++i) {
    const double w = d.weight[i], h = 1e-4 * w;
    d.weight[i] = w + h;
    const auto up = test::fit(d, options);
    d.weight[i] = w - h;
    const auto down = test::fit(d, options);
    d.weight[i] = w;
    const auto moved = [&](std::size_t j) {
      return w * (up->model.coefficients[j] - down->model.coefficients[j]) / (2 * h);
    };
    xx += moved(0) * moved(0);
    xy += moved(0) * moved(1);
    yy += moved(1) * moved(1);
  }
  EXPECT_LE(relative_error(fit->covariance[0], xx), 1e-5);
  EXPECT_LE(relative_error(fit->covariance[3], yy), 1e-5);
  EXPECT_LE(relative_error(fit->covariance[1], xy), 1e-4);
}

TEST(CoxRobust, ClustersOfOneRowAreRobustAndNamesDoNotMatter) {
  SurvivalData d = simulate(10);
  cox::Options options;
  options.robust = true;
  const auto robust = test::fit(d, options);
  for (std::uint32_t i = 0; i < d.duration.size(); ++i) d.cluster.push_back(119 - i);
  d.clusters = 120;
  const auto clustered = test::fit(d);
  ASSERT_TRUE(robust && clustered);
  EXPECT_TRUE(clustered->robust);
  for (std::size_t j = 0; j < 4; ++j)
    EXPECT_LE(relative_error(clustered->covariance[j], robust->covariance[j]), 1e-12);
}

TEST_P(BothTies, RowsCutIntoPiecesAreOneAccount) {  // start/stop rows; clusters tie them together
  SurvivalData whole = simulate(11, {.weights = false});
  for (std::uint32_t i = 0; i < 120; ++i) whole.cluster.push_back(i);
  whole.clusters = 120;
  SurvivalData pieces;
  pieces.strata = 2;
  pieces.clusters = 120;
  std::vector<double> x, y;
  for (std::size_t i = 0; i < 120; ++i) {
    const double middle = whole.entry[i] + 0.4 * (whole.duration[i] - whole.entry[i]);
    for (const bool last : {false, true}) {
      pieces.entry.push_back(last ? middle : whole.entry[i]);
      pieces.duration.push_back(last ? whole.duration[i] : middle);
      pieces.event.push_back(last ? whole.event[i] : 0);
      pieces.stratum.push_back(whole.stratum[i]);
      pieces.cluster.push_back(whole.cluster[i]);
      x.push_back(whole.values[0][i]);
      y.push_back(whole.values[1][i]);
    }
  }
  pieces.add("x", x);
  pieces.add("y", y);
  const auto a = test::fit(whole, options()), b = test::fit(pieces, options());
  ASSERT_TRUE(a && b);
  EXPECT_LE(relative_error(b->log_likelihood, a->log_likelihood), 1e-12);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_LE(relative_error(b->model.coefficients[j], a->model.coefficients[j]), 1e-9);
    EXPECT_LE(relative_error(b->standard_errors[j], a->standard_errors[j]), 1e-9);
  }
}

TEST(CoxLaws, WeightsCountRows) {  // Breslow: Efron's ties depend on the number of rows
  const SurvivalData d = [] {
    SurvivalData out = simulate(12);
    for (double& w : out.weight) w += 0.5;
    return out;
  }();
  SurvivalData rows;
  rows.strata = 2;
  std::vector<double> x, y;
  for (std::size_t i = 0; i < 120; ++i) {
    for (double k = 0; k < d.weight[i]; ++k) {
      rows.duration.push_back(d.duration[i]);
      rows.event.push_back(d.event[i]);
      rows.entry.push_back(d.entry[i]);
      rows.stratum.push_back(d.stratum[i]);
      x.push_back(d.values[0][i]);
      y.push_back(d.values[1][i]);
    }
  }
  rows.add("x", x);
  rows.add("y", y);
  cox::Options options;
  options.ties = cox::Ties::breslow;
  options.ridge = 3;
  const auto a = test::fit(d, options), b = test::fit(rows, options);
  ASSERT_TRUE(a && b);
  EXPECT_LE(relative_error(a->log_likelihood, b->log_likelihood), 1e-12);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_LE(relative_error(a->model.coefficients[j], b->model.coefficients[j]), 1e-9);
    EXPECT_LE(relative_error(a->standard_errors[j], b->standard_errors[j]), 1e-9);
  }
  EXPECT_LE(relative_error(a->concordance, b->concordance), 1e-12);
}

TEST(CoxLaws, BreslowIsEfronWithoutTies) {
  const SurvivalData d = simulate(13, {.ties = false});
  cox::Options breslow;
  breslow.ties = cox::Ties::breslow;
  breslow.robust = true;
  cox::Options efron;
  efron.robust = true;
  const auto a = test::fit(d, efron), b = test::fit(d, breslow);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->model.coefficients, b->model.coefficients);
  EXPECT_EQ(a->standard_errors, b->standard_errors);
  EXPECT_EQ(a->model.baselines[0].hazard, b->model.baselines[0].hazard);
}

TEST_P(BothTies, OrderOfRowsChangesNothing) {
  const SurvivalData d = simulate(14);
  SurvivalData other;
  other.strata = 2;
  std::vector<double> x, y;
  for (std::size_t i = 120; i-- > 0;) {
    other.duration.push_back(d.duration[i]);
    other.event.push_back(d.event[i]);
    other.entry.push_back(d.entry[i]);
    other.weight.push_back(d.weight[i]);
    other.stratum.push_back(1 - d.stratum[i]);
    x.push_back(d.values[0][i]);
    y.push_back(d.values[1][i]);
  }
  other.add("x", x);
  other.add("y", y);
  const auto a = test::fit(d, options()), b = test::fit(other, options());
  ASSERT_TRUE(a && b);
  EXPECT_LE(relative_error(a->log_likelihood, b->log_likelihood), 1e-13);
  for (std::size_t j = 0; j < 2; ++j)
    EXPECT_LE(relative_error(a->model.coefficients[j], b->model.coefficients[j]), 1e-10);
  EXPECT_LE(
      relative_error(a->model.baselines[0].hazard.back(), b->model.baselines[1].hazard.back()),
      1e-10);
}

TEST_P(BothTies, AnyRisingChangeOfTimeChangesOnlyTheTimesOfTheBaseline) {
  const SurvivalData d = simulate(15);
  SurvivalData other = d;
  const auto change = [](double t) { return t == 0 ? 0 : 3 + t * t; };
  for (double& t : other.duration) t = change(t);
  for (double& t : other.entry) t = change(t);
  const auto a = test::fit(d, options()), b = test::fit(other, options());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->model.coefficients, b->model.coefficients);
  EXPECT_EQ(a->model.baselines[1].hazard, b->model.baselines[1].hazard);
  EXPECT_EQ(change(a->model.baselines[1].time[2]), b->model.baselines[1].time[2]);
}

TEST_P(BothTies, UnitsAndOriginsOfColumnsScaleTheirCoefficients) {
  SurvivalData d = simulate(16);
  const auto a = test::fit(d, options());
  for (double& x : d.values[0]) x = 1e6 + 1000 * x;
  const auto b = test::fit(d, options());
  ASSERT_TRUE(a && b);
  EXPECT_LE(relative_error(1000 * b->model.coefficients[0], a->model.coefficients[0]), 1e-8);
  EXPECT_LE(relative_error(b->model.coefficients[1], a->model.coefficients[1]), 1e-8);
  EXPECT_LE(relative_error(b->log_likelihood, a->log_likelihood), 1e-11);
  EXPECT_LE(relative_error(b->model.baselines[0].hazard[3], a->model.baselines[0].hazard[3]), 1e-8);
}

TEST_P(BothTies, AStratumOfItsOwnAddsNothingButItsEvents) {
  SurvivalData d = simulate(17, {.strata = 1});
  const auto a = test::fit(d, options());
  d.strata = 3;  // stratum 1 has no rows, stratum 2 a single one
  d.stratum.assign(120, 0);
  d.stratum.push_back(2);
  for (auto* column : {&d.duration, &d.event, &d.weight, &d.values[0], &d.values[1]})
    column->push_back(1);
  d.entry.push_back(0);
  const auto b = test::fit(d, options());
  ASSERT_TRUE(a && b);
  // Its only event was certain, but its weight counts: -w ln w.
  EXPECT_LE(relative_error(b->log_likelihood, a->log_likelihood), 1e-12);
  for (std::size_t j = 0; j < 2; ++j)
    EXPECT_LE(relative_error(b->model.coefficients[j], a->model.coefficients[j]), 1e-9);
  EXPECT_TRUE(std::isnan(b->model.baselines[1].longest));
  const double row[] = {0, 0};
  EXPECT_TRUE(std::isnan(cox::churn_probability(b->model, row, 1, 0, 1)));
  EXPECT_FALSE(std::isnan(cox::churn_probability(b->model, row, 1, 0, 2)));
}

TEST_P(BothTies, MartingaleResidualsAddUpToZero) {  // the baseline explains as many events as seen
  const SurvivalData d = simulate(18, {.strata = 1});
  const auto fit = test::fit(d, options());
  ASSERT_TRUE(fit);
  const cox::Baseline& b = fit->model.baselines[0];
  double expected = 0;
  const auto hazard = [&](double t) {
    const auto after = std::upper_bound(b.time.begin(), b.time.end(), t) - b.time.begin();
    return after == 0 ? 0 : b.hazard[static_cast<std::size_t>(after) - 1];
  };
  for (std::size_t i = 0; i < 120; ++i) {
    const double since = d.entry[i] == 0 ? 0 : hazard(d.entry[i]);
    expected += d.weight[i] * std::exp(cox::log_hazard_ratio(fit->model, d.row(i))) *
                (hazard(d.duration[i]) - since);
  }
  if (GetParam() == cox::Ties::breslow) {
    EXPECT_LE(relative_error(expected, fit->events), 1e-10);
  } else {  // Efron lets tied rows leave early: a little more exposure than events
    EXPECT_GT(expected, fit->events);
    EXPECT_LT(expected, 1.2 * fit->events);
  }
}

TEST(CoxLaws, RidgeMaximisesItsObjective) {
  const SurvivalData d = simulate(19);
  cox::Options options;
  options.ridge = 5;
  const auto fit = test::fit(d, options);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(fit->converged());
  const std::vector<double> best = fit->model.coefficients;
  const auto objective = [&](std::vector<double> beta) {
    double sum = 0;
    for (std::size_t j = 0; j < 2; ++j) {
      const double scaled = beta[j] * fit->standard_deviations[j];
      sum += scaled * scaled;
    }
    return log_likelihood(d, beta, cox::Ties::efron) - 2.5 * sum;
  };
  for (const double step : {-1e-3, 1e-3}) {
    EXPECT_LT(objective({best[0] + step, best[1]}), objective(best));
    EXPECT_LT(objective({best[0], best[1] + step}), objective(best));
  }
  const auto plain = test::fit(d);
  EXPECT_LT(std::fabs(best[0]), std::fabs(plain->model.coefficients[0]));
}

TEST(CoxLaws, RecoversTheParameters) {
  const SurvivalData d =
      simulate(20, {.rows = 40'000, .ties = false, .entry = true, .weights = false, .strata = 1});
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->model.coefficients[0], 0.5, 4 * fit->standard_errors[0]);
  EXPECT_NEAR(fit->model.coefficients[1], -0.7, 4 * fit->standard_errors[1]);
  // Lives are exponential with mean 10 e^(-0.5 x + 0.7 y).
  const double row[] = {0, 0};
  for (const double tenure : {0.0, 4.0})
    EXPECT_NEAR(cox::churn_probability(fit->model, row, 5, tenure), 1 - std::exp(-.5), .01);
  EXPECT_LT(fit->standard_errors[0], .02);
}

TEST(CoxLaws, TestsOfNothingAreUniform) {  // y without an effect; score, Wald and ratio agree
  int rejected = 0;
  for (std::uint64_t run = 0; run < 400; ++run) {
    SurvivalData d = simulate(3000 + run, {.rows = 80, .weights = false, .strata = 1});
    Random random(5, run);
    for (auto& column : d.values)
      for (double& v : column) v = random.normal();
    const auto fit = test::fit(d);
    rejected += fit->likelihood_ratio.p_value < .1 ? 1 : 0;
    EXPECT_NEAR(fit->likelihood_ratio.chi_squared, fit->score.chi_squared,
                .5 + .3 * fit->score.chi_squared);
  }
  EXPECT_NEAR(rejected / 400., .1, .05);
}

// ---- predictions --------------------------------------------------------------------------------

TEST(CoxPredictions, AgreeWithEachOther) {
  SurvivalData d = simulate(23);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  auto columns = d.covariates();
  std::reverse(columns.begin(), columns.end());  // found by name
  const std::vector<double> times{0, 2, 5}, tenure(120, 2);
  std::vector<double> survival(360), churn(120), mean(120), ratio(120);
  const cox::Accounts accounts{columns, tenure, d.stratum, 120};
  EXPECT_TRUE(cox::survival(fit->model, accounts, times, survival).ok());
  EXPECT_TRUE(cox::churn_probability(fit->model, accounts, 3, churn).ok());
  EXPECT_TRUE(cox::restricted_mean(fit->model, accounts, 3, mean).ok());
  EXPECT_TRUE(cox::log_hazard_ratio(fit->model, accounts, ratio).ok());
  for (std::size_t i = 0; i < 120; ++i) {
    EXPECT_EQ(churn[i], cox::churn_probability(fit->model, d.row(i), 3, 2, d.stratum[i]));
    EXPECT_EQ(ratio[i], cox::log_hazard_ratio(fit->model, d.row(i)));
    EXPECT_EQ(survival[3 * i], 1);
    EXPECT_NEAR(churn[i], 1 - survival[3 * i + 2] / survival[3 * i + 1], 1e-14);
    double area = 0;  // S(u | 2) is constant between whole times
    for (const double horizon : {0.5, 1.5, 2.5})
      area += 1 - cox::churn_probability(fit->model, d.row(i), horizon, 2, d.stratum[i]);
    EXPECT_NEAR(mean[i], area, 1e-13);
  }
}

TEST(CoxPredictions, ChurnRisesWithHorizonAndHazard) {
  const SurvivalData d = simulate(24);
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  double last = -1;
  for (double horizon = 0; horizon <= 12; horizon += .5) {
    const double low[] = {-2, 0}, high[] = {2, 0};
    const double p = cox::churn_probability(fit->model, low, horizon);
    EXPECT_GE(p, last);
    EXPECT_LE(p, cox::churn_probability(fit->model, high, horizon));
    last = p;
  }
}

TEST(CoxPredictions, ThinnedBaselineStaysClose) {
  const SurvivalData d = simulate(25, {.rows = 5000, .ties = false, .strata = 1});
  const auto fit = test::fit(d);
  ASSERT_TRUE(fit);
  const cox::Baseline& whole = fit->model.baselines[0];
  double error = 0;
  const cox::Baseline thinned = cox::thin(whole, 200, error);
  EXPECT_LE(thinned.time.size(), 200u);
  EXPECT_GE(thinned.time.size(), 100u);
  EXPECT_EQ(thinned.hazard.back(), whole.hazard.back());
  EXPECT_EQ(thinned.longest, whole.longest);
  double largest = 0;
  for (std::size_t i = 0; i < whole.time.size(); ++i) {
    const auto after = std::upper_bound(thinned.time.begin(), thinned.time.end(), whole.time[i]) -
                       thinned.time.begin();
    const double h = after == 0 ? 0 : thinned.hazard[static_cast<std::size_t>(after) - 1];
    largest = std::max(largest, whole.hazard[i] - h);
  }
  EXPECT_NEAR(error, largest / whole.hazard.back(), 1e-12);
  EXPECT_LT(error, .05);
  const cox::Baseline same = cox::thin(whole, 100'000, error);
  EXPECT_EQ(same.time, whole.time);
  EXPECT_EQ(error, 0);
}

}  // namespace
}  // namespace kam
