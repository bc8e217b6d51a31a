/// The likelihood in one pass over months against the one that knows no months.
#include "churn/cox_few_times.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "reference_table.hpp"

namespace kam::cox {
namespace {

using test::relative_error;

struct Accounts {
  std::vector<double> duration, event, weight;
  std::vector<std::vector<double>> x;
  std::vector<std::uint32_t> stratum;

  /// 9000 accounts of 1 to `months` months and some of none; `spread` of the covariates.
  Accounts(std::uint64_t seed, double months, std::size_t columns, double spread = 1) : x(columns) {
    Random random(seed);
    for (int i = 0; i < 9000; ++i) {
      double eta = 0;
      for (auto& column : x) {
        column.push_back(spread * random.normal());
        eta += 0.3 / spread * column.back();
      }
      const double time = std::ceil(0.6 * months * random.exponential() * std::exp(-eta));
      const bool none = random.uniform() < 0.05;
      duration.push_back(none ? 0 : std::min(time, months));
      event.push_back(time <= months && random.uniform() < 0.7 ? 1 : 0);
      weight.push_back(0.5 + random.uniform());
      stratum.push_back(static_cast<std::uint32_t>(random.below(2)));
    }
  }

  [[nodiscard]] Design design(bool weighted, bool stratified) const {
    std::vector<Covariate> covariates;
    for (const auto& column : x) covariates.push_back({"x", column});
    Data data{{duration, event}, covariates};
    if (weighted) data.rows.weight = weight;
    if (stratified) data.stratum = stratum, data.strata = 2;
    return *make_design(data);
  }
};

void expect_same(const Design& design, const std::vector<double>& beta, Ties ties) {
  ASSERT_TRUE(design.few_times);
  Design plain = design;
  plain.few_times = false;
  Derivatives mine, theirs;
  const Risks a = risks_at(design, beta, ties, &mine), b = risks_at(plain, beta, ties, &theirs);
  EXPECT_LE(relative_error(a.log_likelihood, b.log_likelihood), 1e-13);
  for (std::size_t j = 0; j < beta.size(); ++j)
    EXPECT_NEAR(mine.gradient[j], theirs.gradient[j], 1e-9) << j;
  for (std::size_t j = 0; j < mine.information.size(); ++j)
    EXPECT_NEAR(mine.information[j], theirs.information[j], 1e-9) << j;
  for (std::size_t i = 0; i < design.set.rows.size(); ++i) {
    ASSERT_NEAR(a.eta[i], b.eta[i], 1e-13);
    // Risks are known up to a common factor.
    ASSERT_LE(relative_error(a.risk[i] * std::exp(a.shift - b.shift), b.risk[i]), 1e-13);
    ASSERT_NEAR(a.risk[i] * a.exposure(design.set.rows[i]),
                b.risk[i] * b.exposure(design.set.rows[i]), 1e-12);
  }
  const Risks value = risks_at(design, beta, ties, nullptr);
  EXPECT_EQ(value.log_likelihood, a.log_likelihood);
}

TEST(CoxFewTimes, AgreesWithThePassThatKnowsNone) {
  for (const Ties ties : {Ties::efron, Ties::breslow}) {
    for (const bool weighted : {false, true}) {
      for (const std::size_t columns : {std::size_t{1}, std::size_t{4}, std::size_t{9}}) {
        const Accounts accounts(columns, 8, columns);
        std::vector<double> beta(columns);
        for (std::size_t j = 0; j < columns; ++j) beta[j] = 0.4 - 0.2 * static_cast<double>(j % 4);
        expect_same(accounts.design(weighted, false), beta, ties);
        expect_same(accounts.design(weighted, false), std::vector<double>(columns, 0), ties);
      }
    }
  }
}

TEST(CoxFewTimes, AgreesInStrata) {
  const Accounts accounts(21, 3, 5);
  expect_same(accounts.design(true, true), {0.3, -0.2, 0.1, 0, 0.5}, Ties::efron);
}

TEST(CoxFewTimes, AgreesWhereRisksAreFarApart) {
  const Accounts accounts(22, 6, 3);
  for (const double size : {5.0, 40.0}) {
    const Design design = accounts.design(false, false);
    Design plain = design;
    plain.few_times = false;
    const std::vector<double> beta{size, -size, size};
    const double mine = risks_at(design, beta, Ties::efron, nullptr).log_likelihood;
    const double theirs = risks_at(plain, beta, Ties::efron, nullptr).log_likelihood;
    EXPECT_LE(relative_error(mine, theirs), 1e-12) << size;
  }
}

TEST(CoxFewTimes, IsForFewTimesAndNobodyWhoComesLate) {
  Accounts accounts(23, 8, 2);
  EXPECT_TRUE(accounts.design(false, false).few_times);
  const Accounts many(23, 30, 2);
  EXPECT_FALSE(many.design(false, false).few_times);
  std::vector<double> entry(accounts.duration.size(), 0);
  for (std::size_t i = 0; i < entry.size(); ++i) entry[i] = accounts.duration[i] > 3 ? 2 : 0;
  std::vector<Covariate> covariates{{"x", accounts.x[0]}};
  const Data data{{accounts.duration, accounts.event, entry}, covariates};
  EXPECT_FALSE(make_design(data)->few_times);
}

TEST(CoxFewTimes, ADroppedColumnLeavesTheRest) {
  Accounts accounts(24, 8, 3);
  accounts.x[1] = accounts.x[0];
  std::vector<Covariate> covariates;
  for (const auto& column : accounts.x) covariates.push_back({"x", column});
  const auto fitted = fit({{accounts.duration, accounts.event}, covariates});
  ASSERT_TRUE(fitted && fitted->converged());
  EXPECT_TRUE(std::isnan(fitted->model.coefficients[1]));
  covariates.erase(covariates.begin() + 1);
  const auto without = fit({{accounts.duration, accounts.event}, covariates});
  EXPECT_NEAR(fitted->model.coefficients[2], without->model.coefficients[1], 1e-12);
  EXPECT_NEAR(fitted->standard_errors[2], without->standard_errors[1], 1e-12);
}

}  // namespace
}  // namespace kam::cox
