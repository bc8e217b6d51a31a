/// Static covariates: agreement with the plain models, laws, simulation, finite differences,
/// runaway estimates told, and hostile input.
#include <kam/churn/bgnbd_covariates.hpp>
#include <kam/churn/pareto_nbd_covariates.hpp>

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/churn/order_model.hpp>

#include "reference_table.hpp"

namespace kam {
namespace {

using test::relative_error;

template <class Base>
Result<CovariateFit<Base>> fit_of(const OrderColumns& accounts, const CovariateColumns& covariates,
                                  const CovariateFitOptions& options = {},
                                  const Executor& executor = {}) {
  if constexpr (std::is_same_v<Base, bgnbd::Parameters>) {
    return bgnbd::fit_covariates(accounts, covariates, options, executor);
  } else if constexpr (std::is_same_v<Base, mbgnbd::Parameters>) {
    return mbgnbd::fit_covariates(accounts, covariates, options, executor);
  } else {
    return pareto_nbd::fit_covariates(accounts, covariates, options, executor);
  }
}

template <class Base>
Result<FitResult<Base>> plain_fit(const OrderColumns& accounts) {
  if constexpr (std::is_same_v<Base, bgnbd::Parameters>) {
    return bgnbd::fit(accounts);
  } else if constexpr (std::is_same_v<Base, mbgnbd::Parameters>) {
    return mbgnbd::fit(accounts);
  } else {
    return pareto_nbd::fit(accounts);
  }
}

/// Accounts with a 0/1 segment, a measure around 50 and a normal score.
struct Portfolio {
  std::vector<double> x, t_x, T, segment, size, score;

  explicit Portfolio(std::size_t n, std::uint64_t seed) : x(n), t_x(n), T(n) {
    Random random(seed, 7);
    for (std::size_t i = 0; i < n; ++i) {
      segment.push_back(random.uniform() < 0.4 ? 1 : 0);
      size.push_back(50 + 10 * random.normal());
      score.push_back(random.normal());
      T[i] = 20 + std::floor(60 * random.uniform());
    }
  }
  [[nodiscard]] OrderColumns orders() const { return {x, t_x, T}; }

  template <class Base>
  void simulate_orders(const CovariateParameters<Base>& p, std::uint64_t seed) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::array<double, 2> z{segment[i], size[i]};
      const std::array<double, 1> w{score[i]};
      const OrderModel account = individual(p, std::span(z), std::span(w));
      ASSERT_TRUE(simulate(account, std::span(T).subspan(i, 1), seed + i,
                           std::span(x).subspan(i, 1), std::span(t_x).subspan(i, 1))
                      .ok());
    }
  }
};

template <class Base>
struct Covariates : testing::Test {
  static constexpr Base kBase{.8, 6.0, .7, 2.5};
  static CovariateParameters<Base> truth(DropoutEffect effect) {
    return {kBase, {0.6, -0.02}, {effect == DropoutEffect::odds ? 0.8 : 0.5}, effect};
  }
};
using Models = testing::Types<bgnbd::Parameters, mbgnbd::Parameters, pareto_nbd::Parameters>;
TYPED_TEST_SUITE(Covariates, Models);

TYPED_TEST(Covariates, ZeroCoefficientsAreThePlainModel) {
  const CovariateParameters<TypeParam> p{this->kBase, {0, 0}, {0}, DropoutEffect::both};
  const std::array<double, 2> z{3, -7};
  const std::array<double, 1> w{11};
  EXPECT_EQ(individual(p, std::span(z), std::span(w)), this->kBase);

  Portfolio a(2000, 1);
  a.simulate_orders(this->truth(DropoutEffect::odds), 17);
  const auto fit = fit_of<TypeParam>(a.orders(), {});
  ASSERT_TRUE(fit);
  const auto plain = plain_fit<TypeParam>(a.orders());
  ASSERT_TRUE(plain && fit->converged());
  EXPECT_EQ(fit->penalty, 0);
  EXPECT_LE(relative_error(fit->log_likelihood, plain->log_likelihood), 1e-13);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_LE(relative_error(fit->parameters.base.values()[k], plain->parameters.values()[k]),
              1e-7);
    EXPECT_LE(relative_error(fit->standard_errors[k], plain->standard_errors.values()[k]), 1e-6);
  }
}

TYPED_TEST(Covariates, RecoversWhatItWasSimulatedFrom) {
  for (const DropoutEffect effect : {DropoutEffect::both, DropoutEffect::odds}) {
    Portfolio a(12000, 2);
    const auto truth = this->truth(effect);
    a.simulate_orders(truth, 100000);
    const Covariate order[] = {{"segment", a.segment}, {"size", a.size}};
    const Covariate dropout[] = {{"score", a.score}};
    const auto fit = fit_of<TypeParam>(a.orders(), {order, dropout}, {.effect = effect});
    ASSERT_TRUE(fit) << fit.error().message();
    EXPECT_TRUE(fit->converged());
    EXPECT_EQ(fit->warning, "");
    const auto known = this->kBase.values();
    std::vector<double> expected(known.begin(), known.end());
    expected.insert(expected.end(), {truth.order[0], truth.order[1], truth.dropout[0]});
    const auto base = fit->parameters.base.values();
    std::vector<double> got(base.begin(), base.end());
    got.insert(got.end(), fit->parameters.order.begin(), fit->parameters.order.end());
    got.insert(got.end(), fit->parameters.dropout.begin(), fit->parameters.dropout.end());
    for (std::size_t j = 0; j < got.size(); ++j) {
      EXPECT_GT(fit->standard_errors[j], 0);
      EXPECT_NEAR(got[j], expected[j], 3 * fit->standard_errors[j])
          << fit->names[j] << " " << dropout_effect_name(effect);
    }
    // The segment is found beyond doubt.
    EXPECT_GT(fit->parameters.order[0], 5 * fit->standard_errors[4]);
  }
}

/// Penalised log-likelihood from the scalar formula.
template <class Base>
double objective(const Portfolio& a, const CovariateFit<Base>& fit, std::vector<double> theta,
                 double ridge) {
  CovariateParameters<Base> p = fit.parameters;
  p.base = {std::exp(theta[0]), std::exp(theta[1]), std::exp(theta[2]), std::exp(theta[3])};
  p.order = {theta[4], theta[5]};
  p.dropout = {theta[6]};
  double sum = 0;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    const std::array<double, 2> z{a.segment[i], a.size[i]};
    const std::array<double, 1> w{a.score[i]};
    sum += log_likelihood(individual(p, std::span(z), std::span(w)), a.x[i], a.t_x[i], a.T[i]);
  }
  const auto add_penalty = [&](const std::vector<double>& column, double coefficient) {
    const auto n = static_cast<double>(column.size());
    const double mean = std::accumulate(column.begin(), column.end(), 0.0) / n;
    double variance = 0;
    for (const double v : column) variance += (v - mean) * (v - mean) / n;
    sum -= ridge / 2 * coefficient * coefficient * variance;
  };
  add_penalty(a.segment, theta[4]);
  add_penalty(a.size, theta[5]);
  add_penalty(a.score, theta[6]);
  return sum;
}

TYPED_TEST(Covariates, CovarianceInvertsTheHessianByFiniteDifferences) {
  for (const DropoutEffect effect : {DropoutEffect::both, DropoutEffect::odds}) {
    Portfolio a(1500, 3);
    a.simulate_orders(this->truth(effect), 5);
    for (double& v : a.size) v = std::floor(v / 10);  // some accounts share a pattern
    const Covariate order[] = {{"segment", a.segment}, {"size", a.size}};
    const Covariate dropout[] = {{"score", a.score}};
    const double ridge = 3;
    const auto fit =
        fit_of<TypeParam>(a.orders(), {order, dropout}, {.ridge = ridge, .effect = effect});
    ASSERT_TRUE(fit && fit->converged());
    const auto& p = fit->parameters;
    std::vector<double> at;
    for (const double value : p.base.values()) at.push_back(std::log(value));
    at.insert(at.end(), {p.order[0], p.order[1], p.dropout[0]});
    const std::size_t n = at.size();
    EXPECT_LE(relative_error(objective(a, *fit, at, ridge), fit->log_likelihood - fit->penalty),
              1e-12);
    const double h = 1e-3;
    std::vector<double> hessian(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto moved = [&](std::size_t j, double di, double dj) {
        auto theta = at;
        theta[i] += di;
        theta[j] += dj;
        return objective(a, *fit, theta, ridge);
      };
      EXPECT_NEAR((moved(i, h, 0) - moved(i, -h, 0)) / (2 * h), 0, 2e-2) << fit->names[i];
      for (std::size_t j = 0; j < n; ++j) {
        hessian[i * n + j] =
            -(moved(j, h, h) - moved(j, h, -h) - moved(j, -h, h) + moved(j, -h, -h)) / (4 * h * h);
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double product = 0, size = 0;
        for (std::size_t k = 0; k < n; ++k) {
          product += fit->covariance[i * n + k] * hessian[k * n + j];
          size += std::fabs(fit->covariance[i * n + k] * hessian[k * n + j]);
        }
        EXPECT_NEAR(product, i == j ? 1 : 0, 2e-3 * std::max(1.0, size)) << i << " " << j;
      }
    }
  }
}

TYPED_TEST(Covariates, ScalingOrShiftingACovariateChangesOnlyItsCoefficientAndTheBase) {
  Portfolio a(2000, 4);
  a.simulate_orders(this->truth(DropoutEffect::odds), 5);
  auto scaled = a.size;
  for (double& v : scaled) v = 3 - 100 * v;
  const Covariate order[] = {{"segment", a.segment}, {"size", a.size}};
  const Covariate other[] = {{"segment", a.segment}, {"size", scaled}};
  const Covariate dropout[] = {{"score", a.score}};
  const CovariateFitOptions options{.effect = DropoutEffect::odds};
  const auto fit = fit_of<TypeParam>(a.orders(), {order, dropout}, options);
  const auto again = fit_of<TypeParam>(a.orders(), {other, dropout}, options);
  ASSERT_TRUE(fit && again);
  EXPECT_LE(relative_error(again->log_likelihood, fit->log_likelihood), 1e-12);
  EXPECT_LE(relative_error(again->penalty, fit->penalty), 1e-7);
  EXPECT_LE(relative_error(again->parameters.order[1], fit->parameters.order[1] / -100), 1e-7);
  EXPECT_LE(relative_error(again->standard_errors[5], fit->standard_errors[5] / 100), 1e-7);
  std::vector<double> one(a.x.size()), two(a.x.size());
  ASSERT_TRUE(expected_orders(fit->parameters, 26, a.orders(), {order, dropout}, one).ok());
  ASSERT_TRUE(expected_orders(again->parameters, 26, a.orders(), {other, dropout}, two).ok());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_LE(relative_error(two[i], one[i]), 1e-6);
}

TYPED_TEST(Covariates, RowOrderDoesNotMatterAndWeightsCountAsRepetitions) {
  Portfolio a(600, 6);
  a.simulate_orders(this->truth(DropoutEffect::both), 5);
  std::vector<double> weight, x, t_x, T, segment, score;
  for (std::size_t i = 0; i < a.x.size(); ++i) {
    weight.push_back(static_cast<double>(i % 3));
    for (std::size_t k = 0; k < i % 3; ++k) {
      x.insert(x.begin(), a.x[i]);
      t_x.insert(t_x.begin(), a.t_x[i]);
      T.insert(T.begin(), a.T[i]);
      segment.insert(segment.begin(), a.segment[i]);
      score.insert(score.begin(), a.score[i]);
    }
  }
  const Covariate order[] = {{"segment", a.segment}}, dropout[] = {{"score", a.score}};
  const Covariate order2[] = {{"segment", segment}}, dropout2[] = {{"score", score}};
  const auto weighted = fit_of<TypeParam>({a.x, a.t_x, a.T, weight}, {order, dropout});
  const auto repeated = fit_of<TypeParam>({x, t_x, T}, {order2, dropout2});
  ASSERT_TRUE(weighted && repeated);
  EXPECT_EQ(weighted->parameters, repeated->parameters);
  EXPECT_EQ(weighted->covariance, repeated->covariance);
  EXPECT_EQ(weighted->log_likelihood, repeated->log_likelihood);
}

TYPED_TEST(Covariates, MoreRidgeShrinksTheCoefficients) {
  Portfolio a(500, 8);
  a.simulate_orders(this->truth(DropoutEffect::odds), 5);
  const Covariate order[] = {{"segment", a.segment}};
  double previous = HUGE_VAL;
  for (const double ridge : {0.0, 1.0, 100.0, 1e4, 1e8}) {
    const auto fit = fit_of<TypeParam>(a.orders(), {order, {}}, {.ridge = ridge});
    ASSERT_TRUE(fit && fit->converged()) << ridge;
    EXPECT_LT(std::fabs(fit->parameters.order[0]), previous);
    previous = std::fabs(fit->parameters.order[0]);
    if (ridge == 1e8) {
      EXPECT_NE(fit->warning.find("`order:segment` rest on the ridge"), std::string::npos);
    }
  }
  EXPECT_LT(previous, 1e-5);
}

TYPED_TEST(Covariates, RunawayDropoutIsNamed) {
  // Everybody leaves with the same probability: the likelihood rises as a and b go to infinity.
  Portfolio a(1500, 9);
  a.simulate_orders(CovariateParameters<TypeParam>{{.8, 6, 3e5, 9e5}, {.5, 0}, {0}, {}}, 5);
  const Covariate order[] = {{"segment", a.segment}}, dropout[] = {{"score", a.score}};
  const auto fit = fit_of<TypeParam>(a.orders(), {order, dropout});
  ASSERT_TRUE(fit);
  const std::string third = std::string("`") + TypeParam::kNames[2] + "`";
  EXPECT_NE(fit->warning.find(third), std::string::npos) << fit->warning;
  EXPECT_TRUE(std::isfinite(fit->log_likelihood));
}

TYPED_TEST(Covariates, SeparatingCovariateIsNamedWithoutARidgeAndFiniteWithOne) {
  Portfolio a(600, 10);
  a.simulate_orders(this->truth(DropoutEffect::odds), 5);
  for (std::size_t i = 0; i < a.x.size(); ++i) a.segment[i] = a.x[i] > 0 ? 1 : 0;
  const Covariate order[] = {{"ever", a.segment}};
  const auto free = fit_of<TypeParam>(a.orders(), {order, {}}, {.ridge = 0});
  ASSERT_TRUE(free);
  EXPECT_NE(free->warning.find("order:ever"), std::string::npos) << free->warning;
  const auto held = fit_of<TypeParam>(a.orders(), {order, {}}, {.ridge = 1});
  ASSERT_TRUE(held);
  EXPECT_TRUE(std::isfinite(held->parameters.order[0]));
  EXPECT_LT(held->parameters.order[0], 20);
}

TYPED_TEST(Covariates, ConstantAndAliasedColumnsAreRefusedByName) {
  Portfolio a(300, 11);
  a.simulate_orders(this->truth(DropoutEffect::both), 5);
  const std::vector<double> constant(a.x.size(), 0.1);
  std::vector<double> sum;
  for (std::size_t i = 0; i < a.x.size(); ++i) sum.push_back(2 * a.segment[i] - a.size[i] + 1e3);
  const Covariate with_constant[] = {{"segment", a.segment}, {"currency", constant}};
  const auto refused = fit_of<TypeParam>(a.orders(), {{}, with_constant});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), StatusCode::invalid_argument);
  EXPECT_NE(refused.error().message().find("`dropout:currency` is constant"), std::string::npos);
  const Covariate with_sum[] = {{"segment", a.segment}, {"size", a.size}, {"sum", sum}};
  const auto aliased = fit_of<TypeParam>(a.orders(), {with_sum, {}});
  ASSERT_FALSE(aliased);
  EXPECT_NE(aliased.error().message().find(
                "`order:sum` is a linear combination of `order:segment`, `order:size`"),
            std::string::npos)
      << aliased.error().message();
}

TYPED_TEST(Covariates, HostileInput) {
  Portfolio a(300, 12);
  a.simulate_orders(this->truth(DropoutEffect::both), 5);
  auto holes = a.score;
  holes[3] = kNaN;
  holes[7] = HUGE_VAL;
  const Covariate dropout[] = {{"score", holes}};
  const auto fit = fit_of<TypeParam>(a.orders(), {{}, dropout});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->rows.rows_rejected, 2u);
  EXPECT_EQ(fit->rows.first_rejected, 3u);
  EXPECT_EQ(fit->rows.first_reason, RowReason::not_finite);
  std::vector<double> out(a.x.size(), -1);
  const BatchReport report = probability_alive(fit->parameters, a.orders(), {{}, dropout}, out);
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_TRUE(std::isnan(out[3]) && std::isnan(out[7]) && out[4] >= 0);

  const Covariate short_column[] = {{"score", std::span(holes).first(5)}};
  EXPECT_EQ(fit_of<TypeParam>(a.orders(), {{}, short_column}).error().code(),
            StatusCode::size_mismatch);
  for (const double bad : {-1.0, kNaN, HUGE_VAL}) {
    EXPECT_FALSE(fit_of<TypeParam>(a.orders(), {{}, dropout}, {.ridge = bad}));
  }
  EXPECT_EQ(fit_of<TypeParam>({}, {}).error().code(), StatusCode::insufficient_data);
  std::fill(out.begin(), out.end(), -1);
  EXPECT_FALSE(probability_alive(fit->parameters, a.orders(), {}, out).ok());
  EXPECT_FALSE(expected_orders(fit->parameters, -1, a.orders(), {{}, dropout}, out).ok());
  EXPECT_EQ(std::count(out.begin(), out.end(), -1), 300) << "a bad call leaves outputs untouched";
  // Extreme values neither overflow nor stop the fit: the base is refused by name if it does.
  auto huge = a.score;
  for (double& v : huge) v = 1e300 * v;
  const Covariate extreme[] = {{"score", huge}};
  const auto extreme_fit = fit_of<TypeParam>(a.orders(), {{}, extreme});
  ASSERT_TRUE(extreme_fit) << extreme_fit.error().message();
  EXPECT_TRUE(std::isfinite(extreme_fit->log_likelihood));
  const std::array<double, 1> nan{kNaN};
  EXPECT_TRUE(std::isnan(individual(fit->parameters, {}, std::span(nan)).r));
  EXPECT_TRUE(std::isnan(individual(fit->parameters, {}, {}).r));
}

TYPED_TEST(Covariates, BatchVerbsAreTheScalarFormulas) {
  Portfolio a(200, 13);
  const auto p = this->truth(DropoutEffect::odds);
  a.simulate_orders(p, 5);
  const Covariate order[] = {{"segment", a.segment}, {"size", a.size}};
  const Covariate dropout[] = {{"score", a.score}};
  const CovariateColumns covariates{order, dropout};
  std::vector<double> ll(200), alive(200), silent(200), orders(200), later(200), forever(200);
  ASSERT_TRUE(probability_alive_at(p, 13, a.orders(), covariates, later).ok());
  ASSERT_TRUE(discounted_expected_orders(p, HUGE_VAL, .02, a.orders(), covariates, forever).ok());
  ASSERT_TRUE(log_likelihood(p, a.orders(), covariates, ll).ok());
  ASSERT_TRUE(probability_alive(p, a.orders(), covariates, alive).ok());
  ASSERT_TRUE(probability_no_order(p, 13, a.orders(), covariates, silent).ok());
  ASSERT_TRUE(expected_orders(p, 13, a.orders(), covariates, orders).ok());
  for (std::size_t i = 0; i < 200; ++i) {
    const double rate = 0.6 * a.segment[i] - 0.02 * a.size[i], odds = std::exp(0.4 * a.score[i]);
    const bool pareto = std::is_same_v<TypeParam, pareto_nbd::Parameters>;
    const TypeParam q{.8, 6.0 * std::exp(-rate), pareto ? .7 : .7 * odds,
                      pareto ? 2.5 / (odds * odds) : 2.5 / odds};
    EXPECT_NEAR(ll[i], log_likelihood(q, a.x[i], a.t_x[i], a.T[i]), 1e-11);
    EXPECT_NEAR(alive[i], probability_alive(q, a.x[i], a.t_x[i], a.T[i]), 1e-13);
    EXPECT_NEAR(silent[i], probability_no_order(q, 13, a.x[i], a.t_x[i], a.T[i]), 1e-13);
    EXPECT_LE(relative_error(orders[i], expected_orders(q, 13, a.x[i], a.t_x[i], a.T[i])), 1e-12);
    EXPECT_NEAR(later[i], probability_alive_at(q, 13, a.x[i], a.t_x[i], a.T[i]), 1e-13);
    double one = 0;
    ASSERT_TRUE(
        discounted_expected_orders(OrderModel(q), HUGE_VAL, .02,
                                   {std::span(a.x).subspan(i, 1), std::span(a.t_x).subspan(i, 1),
                                    std::span(a.T).subspan(i, 1)},
                                   std::span(&one, 1))
            .ok());
    EXPECT_LE(relative_error(forever[i], one), 1e-12);
  }
}

struct Intervals {
  std::vector<double> estimate, lo, hi;
  explicit Intervals(std::size_t n) : estimate(n), lo(n), hi(n) {}
  IntervalColumns columns() { return {estimate, lo, hi}; }
};

TYPED_TEST(Covariates, IntervalsWithoutCovariatesAreThoseOfThePlainModel) {
  Portfolio a(400, 14);
  a.simulate_orders(this->truth(DropoutEffect::both), 5);
  const auto fit = fit_of<TypeParam>(a.orders(), {});
  const auto plain = plain_fit<TypeParam>(a.orders());
  ASSERT_TRUE(fit && plain);
  Intervals with(400), without(400);
  const auto estimate = CovariateEstimate<TypeParam>::from(*fit);
  ASSERT_TRUE(expected_orders(estimate, 20, .8, a.orders(), {}, with.columns()).ok());
  ASSERT_TRUE(
      expected_orders(OrderEstimate::from(*plain), 20, .8, a.orders(), without.columns()).ok());
  for (std::size_t i = 0; i < 400; ++i) {
    EXPECT_LE(relative_error(with.lo[i], without.lo[i]), 1e-5);
    EXPECT_LE(relative_error(with.hi[i], without.hi[i]), 1e-5);
  }
}

TYPED_TEST(Covariates, IntervalsHoldTheEstimateAndDoNotDependOnUnits) {
  Portfolio a(600, 15);
  a.simulate_orders(this->truth(DropoutEffect::odds), 5);
  auto cents = a.size;
  for (double& v : cents) v *= 1e6;
  const Covariate order[] = {{"size", a.size}}, other[] = {{"size", cents}};
  const Covariate dropout[] = {{"score", a.score}};
  const auto fit = fit_of<TypeParam>(a.orders(), {order, dropout});
  const auto again = fit_of<TypeParam>(a.orders(), {other, dropout});
  ASSERT_TRUE(fit && again);
  Intervals one(600), two(600), wide(600);
  const auto estimate = CovariateEstimate<TypeParam>::from(*fit);
  ASSERT_TRUE(
      probability_no_order(estimate, 9, .8, a.orders(), {order, dropout}, one.columns()).ok());
  ASSERT_TRUE(probability_no_order(CovariateEstimate<TypeParam>::from(*again), 9, .8, a.orders(),
                                   {other, dropout}, two.columns())
                  .ok());
  ASSERT_TRUE(
      probability_no_order(estimate, 9, .95, a.orders(), {order, dropout}, wide.columns()).ok());
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_TRUE(0 <= one.lo[i] && one.lo[i] < one.estimate[i] && one.estimate[i] < one.hi[i] &&
                one.hi[i] <= 1);
    EXPECT_LT(wide.lo[i], one.lo[i]);
    EXPECT_NEAR(one.lo[i], two.lo[i], 1e-6);
    EXPECT_NEAR(one.hi[i], two.hi[i], 1e-6);
  }
  Intervals out(600);
  EXPECT_FALSE(probability_alive(estimate, 1.5, a.orders(), {order, dropout}, out.columns()).ok());
  EXPECT_FALSE(probability_alive(CovariateEstimate<TypeParam>{fit->parameters, {}}, .8, a.orders(),
                                 {order, dropout}, out.columns())
                   .ok());
}

}  // namespace
}  // namespace kam
