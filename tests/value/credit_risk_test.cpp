#include <kam/value/credit_risk.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "value/random_numbers.hpp"

namespace kam::value {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;
using Columns = std::vector<std::span<const double>>;
using Rows = std::vector<std::size_t>;
using Days = std::vector<Day>;

struct Ageing {
  explicit Ageing(std::size_t accounts)
      : bucket(kAgeingBuckets, Values(accounts)), unallocated(accounts), share(accounts) {}
  AgeingColumns columns() {
    return {{bucket[0], bucket[1], bucket[2], bucket[3], bucket[4]}, unallocated, share};
  }
  std::vector<Values> bucket;
  Values unallocated, share;
};

struct Punctuality {
  explicit Punctuality(std::size_t n) : mean(n), weighted(n), late(n), invoices(n) {}
  PunctualityColumns columns() { return {mean, weighted, late, invoices}; }
  Values mean, weighted, late, invoices;
};

// --- published ---------------------------------------------------------------

TEST(Altman, ZDoublePrimeRecomputedInR) {
  const AltmanRatios x{.2, .1, .08, .9, kNan};
  EXPECT_NEAR(altman_z2(x), 3.1206, 1e-12);
  EXPECT_NEAR(altman_em(x), 6.3706, 1e-12);
  EXPECT_EQ(altman_z2_zone(altman_z2(x)), AltmanZone::safe);
  EXPECT_TRUE(std::isnan(altman_z1(x)));  // sales are not known
}

TEST(Altman, ZPrimeIsTheWeightsAtUnitRatios) {
  EXPECT_DOUBLE_EQ(altman_z1({1, 0, 0, 0, 0}), .717);
  EXPECT_DOUBLE_EQ(altman_z1({0, 1, 0, 0, 0}), .847);
  EXPECT_DOUBLE_EQ(altman_z1({0, 0, 1, 0, 0}), 3.107);
  EXPECT_DOUBLE_EQ(altman_z1({0, 0, 0, 1, 0}), .420);
  EXPECT_DOUBLE_EQ(altman_z1({0, 0, 0, 0, 1}), .998);
  EXPECT_EQ(altman_z1_zone(1.22), AltmanZone::distress);
  EXPECT_EQ(altman_z1_zone(1.23), AltmanZone::grey);
  EXPECT_EQ(altman_z1_zone(2.91), AltmanZone::safe);
  EXPECT_EQ(altman_z2_zone(2.6), AltmanZone::grey);
  EXPECT_EQ(altman_z2_zone(1.09), AltmanZone::distress);
  EXPECT_EQ(altman_z2_zone(kNan), AltmanZone::unknown);
}

TEST(CountBackDso, BenjiPaysThreeMonthsOfThirtyDays) {
  const auto dso = count_back_dso(212'000, Values{100'000, 80'000, 70'000}, Values{30, 30, 30});
  EXPECT_NEAR(dso.days, 73.7, .05);
  EXPECT_DOUBLE_EQ(dso.days, 60 + 32 / 70.0 * 30);
  EXPECT_FALSE(dso.beyond_history);
}

TEST(DisputeRate, JeffreysIntervalsRecomputedInR) {
  const Interval four = *dispute_rate(4, 40, .95), none = *dispute_rate(0, 12, .95);
  EXPECT_NEAR(four.lo, .0347, 5e-5);
  EXPECT_NEAR(four.hi, .2204, 5e-5);
  EXPECT_EQ(four.estimate, .1);
  EXPECT_EQ(none.lo, 0);
  EXPECT_NEAR(none.hi, .185, 5e-4);
}

// --- laws --------------------------------------------------------------------

TEST(CountBackDso, GrowsWithTheReceivableAndIgnoresCurrency) {
  test::RandomNumbers random(1);
  for (int trial = 0; trial < 500; ++trial) {
    Values sales(6), days = {30, 31, 30, 31, 31, 28};
    for (double& s : sales) s = random.chance(.2) ? 0 : random.uniform(1, 100);
    const double receivable = random.uniform(0, 300);
    const auto dso = count_back_dso(receivable, sales, days);
    EXPECT_GE(count_back_dso(receivable + 1, sales, days).days, dso.days);
    EXPECT_LE(dso.days, 181);
    const double total = std::accumulate(sales.begin(), sales.end(), 0.0);
    if (std::fabs(receivable - total) > 1e-9) {
      EXPECT_EQ(dso.beyond_history, receivable > total);
    }
    for (double& s : sales) s *= 4;
    EXPECT_EQ(count_back_dso(4 * receivable, sales, days).days, dso.days);
  }
  EXPECT_EQ(count_back_dso(0, Values{5}, Values{30}).days, 0);
  EXPECT_EQ(count_back_dso(5, Values{5, 0, 7}, Values{30, 31, 28}).days, 30);
}

TEST(Ageing, BucketsAddUpToWhatIsOpen) {
  test::RandomNumbers random(2);
  const std::size_t items = 500, accounts = 7;
  Rows account(items);
  Values amount(items), open(accounts, 0.0), credit(accounts, 0.0);
  Days due(items);
  const Day as_of = 20'000;
  for (std::size_t i = 0; i < items; ++i) {
    account[i] = random.index(accounts);
    amount[i] = static_cast<double>(random.index(1000)) - 50;
    due[i] = as_of - 200 + static_cast<Day>(random.index(300));
    (amount[i] < 0 ? credit : open)[account[i]] += amount[i];
  }
  Ageing a(accounts);
  EXPECT_EQ(ageing({account, amount, due}, as_of, a.columns()).rows_scored, items);
  for (std::size_t j = 0; j < accounts; ++j) {
    double sum = 0;
    for (const Values& b : a.bucket) sum += b[j];
    EXPECT_EQ(sum, open[j]);
    EXPECT_EQ(a.unallocated[j], credit[j]);
    EXPECT_DOUBLE_EQ(a.share[j], 1 - a.bucket[0][j] / sum);
  }
}

TEST(Ageing, EdgesBelongToTheYoungerBucket) {
  const int days[] = {-5, 0, 1, 30, 31, 60, 61, 90, 91, 5000};
  const std::size_t bucket[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(ageing_bucket(days[i]), bucket[i]);
}

TEST(Punctuality, PaymentsAfterAsOfDoNotReachBack) {
  const Rows account = {0, 0, 0, 0};
  const Values amount = {100, 300, 100, 50};
  const Day as_of = 1000;
  const Days due = {900, 950, 990, 1010};
  Days paid = {895, 980, kNoDay, kNoDay};
  Punctuality before(1), after(1);
  const BatchReport report = punctuality({account, amount, due, paid}, as_of, before.columns());
  EXPECT_EQ(report.rows_scored, 3u);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);  // not due yet
  EXPECT_DOUBLE_EQ(before.mean[0], (0 + 30 + 10) / 3.0);
  EXPECT_DOUBLE_EQ(before.weighted[0], (300 * 30 + 100 * 10) / 500.0);
  EXPECT_DOUBLE_EQ(before.late[0], 2 / 3.0);
  EXPECT_EQ(before.invoices[0], 3);
  paid[2] = 1040;
  EXPECT_TRUE(punctuality({account, amount, due, paid}, as_of, after.columns()).ok());
  EXPECT_EQ(after.mean[0], before.mean[0]);
  EXPECT_EQ(days_late(990, 1040, 2000), 50);
  EXPECT_EQ(days_late(1010, 1000, as_of), 0);  // paid early
}

TEST(DisputeRate, MirrorsAndNarrows) {
  for (double n = 1; n <= 200; n *= 2) {
    for (double k = 0; k <= n; k += std::max(1.0, std::floor(n / 9))) {
      const Interval a = *dispute_rate(k, n), b = *dispute_rate(n - k, n);
      EXPECT_NEAR(a.lo, 1 - b.hi, 1e-12);
      EXPECT_LE(a.lo, a.estimate);
      EXPECT_GE(a.hi, a.estimate);
      const Interval wider = *dispute_rate(k, n, .95), more = *dispute_rate(4 * k, 4 * n);
      EXPECT_GE(wider.hi - wider.lo, a.hi - a.lo);
      EXPECT_LT(more.hi - more.lo, a.hi - a.lo);
    }
  }
}

TEST(ForecastError, SurvivesZerosAndSeesTheDirection) {
  const Values actual = {0, 100, 0, 100};
  const ForecastError high = forecast_error(Values{50, 100, 50, 100}, actual);
  EXPECT_DOUBLE_EQ(high.wape, .5);  // MAPE would be infinite
  EXPECT_DOUBLE_EQ(high.bias, .5);
  const ForecastError nothing = forecast_error(Values(4, 0.0), actual);
  EXPECT_DOUBLE_EQ(nothing.wape, 1);
  EXPECT_DOUBLE_EQ(nothing.bias, -1);
  const ForecastError gap = forecast_error(Values{50, kNan, 50, 100}, actual);
  EXPECT_EQ(gap.periods, 3u);
  EXPECT_DOUBLE_EQ(gap.wape, 1);
}

TEST(RiskIndex, MissingMovesWeightAndNothingElse) {
  const Values weights = {2, 1, 1};
  const RiskIndex full = risk_index(Values{80, 40, 100}, weights);
  EXPECT_DOUBLE_EQ(full.risk, 100 - (2 * 80 + 40 + 100) / 4.0);
  EXPECT_EQ(full.coverage, 1);
  const RiskIndex part = risk_index(Values{80, kNan, kNan}, weights);
  EXPECT_DOUBLE_EQ(part.risk, 20);
  EXPECT_DOUBLE_EQ(part.coverage, .5);
  EXPECT_TRUE(std::isnan(risk_index(Values{kNan, 40, kNan}, weights).risk));
  EXPECT_EQ(risk_index(Values{0, 0, 0}, weights).risk, 100);
}

// --- independent path --------------------------------------------------------

/// P(X <= x) of Beta(a, b) by the midpoint rule in the arcsine scale, where the density is smooth.
double beta_cdf(double a, double b, double x) {
  const auto integral = [a, b](double to) {
    const int steps = 20'000;
    double sum = 0;
    for (int i = 0; i < steps; ++i) {
      const double t = to * (i + .5) / steps;
      sum += std::pow(std::sin(t), 2 * a - 1) * std::pow(std::cos(t), 2 * b - 1);
    }
    return sum * to / steps;
  };
  return integral(std::asin(std::sqrt(x))) / integral(std::acos(0.0));
}

TEST(DisputeRate, EndsHoldTheProbabilityTheyPromise) {
  const double cases[][2] = {{4, 40}, {1, 7}, {30, 60}};
  for (const auto& [k, n] : cases) {
    const Interval rate = *dispute_rate(k, n, .9);
    EXPECT_NEAR(beta_cdf(k + .5, n - k + .5, rate.lo), .05, 1e-7);
    EXPECT_NEAR(beta_cdf(k + .5, n - k + .5, rate.hi), .95, 1e-7);
  }
}

TEST(CountBackDso, AgreesWithDayByDayCounting) {
  test::RandomNumbers random(3);
  for (int trial = 0; trial < 200; ++trial) {
    Values sales(4), days = {30, 31, 30, 28};
    for (double& s : sales) s = random.uniform(10, 100);
    const double receivable = random.uniform(0, .99) * (sales[0] + sales[1] + sales[2] + sales[3]);
    double rest = receivable, counted = 0;
    bool all = false;  // the receivable is used up to less than a slice
    for (std::size_t k = 0; k < 4 && !all; ++k) {
      const double slice = sales[k] / days[k] / 1000;
      for (int i = 0; i < 1000 * static_cast<int>(days[k]) && !all; ++i) {
        all = rest < slice;
        if (all) break;
        rest -= slice;
        counted += .001;
      }
    }
    EXPECT_NEAR(count_back_dso(receivable, sales, days).days, counted, .0011);
  }
}

TEST(CreditRisk, BatchesAreTheirRows) {
  test::RandomNumbers random(4);
  const std::size_t rows = 9000;
  Values receivable(rows), k(rows), n(rows), days(rows), lo(rows), hi(rows), rate(rows), loss(rows);
  std::vector<Values> sales(3, Values(rows));
  for (std::size_t i = 0; i < rows; ++i) {
    receivable[i] = random.chance(.02) ? kNan : random.uniform(0, 400);
    for (Values& s : sales) s[i] = random.uniform(0, 200);
    n[i] = static_cast<double>(random.index(40));
    k[i] = static_cast<double>(random.index(10));
  }
  const Values period = {31, 30, 31};
  const Columns columns(sales.begin(), sales.end());
  std::vector<std::uint8_t> beyond(rows);
  const BatchReport dso = count_back_dso({receivable, columns, period}, days, beyond);
  EXPECT_EQ(dso.first_reason, RowReason::not_finite);
  const BatchReport disputes = dispute_rate(k, n, .8, {rate, lo, hi});
  EXPECT_EQ(dso.rows_scored + dso.rows_rejected, rows);
  std::size_t good = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto one =
        count_back_dso(receivable[i], Values{sales[0][i], sales[1][i], sales[2][i]}, period);
    EXPECT_TRUE(days[i] == one.days || (std::isnan(days[i]) && std::isnan(receivable[i])));
    EXPECT_EQ(beyond[i] == 1, one.beyond_history);
    const auto interval = dispute_rate(k[i], n[i]);
    good += interval.has_value();
    EXPECT_EQ(interval.has_value(), !std::isnan(rate[i]));
    if (interval) {
      EXPECT_TRUE(interval->lo == lo[i] && interval->hi == hi[i]);
    }
    if (!interval) {
      EXPECT_TRUE(std::isnan(lo[i]) && std::isnan(hi[i]));
    }
  }
  EXPECT_EQ(disputes.rows_scored, good);
}

// --- hostile -----------------------------------------------------------------

TEST(Ageing, AnItemThatCannotBeReadMakesItsAccountUnknown) {
  const Rows account = {0, 1, 0, 2};
  const Values amount = {100, 100, kNan, -30};
  const Days due = {10, kNoDay, 10, 10};
  Ageing a(4);
  const BatchReport report = ageing({account, amount, due}, 20, a.columns());
  EXPECT_EQ(report.rows_rejected, 2u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_TRUE(std::isnan(a.bucket[1][0]) && std::isnan(a.share[0]) && std::isnan(a.share[1]));
  EXPECT_EQ(a.unallocated[2], -30);
  EXPECT_TRUE(std::isnan(a.share[2]));  // nothing is open: no share
  EXPECT_EQ(a.bucket[0][3], 0);
  Ageing two(2);
  EXPECT_EQ(ageing({account, amount, due}, 20, two.columns()).status.message(),
            "`account[3]` must be a row of the output, got 2");
  EXPECT_EQ(ageing({account, amount, due}, kNoDay, a.columns()).status.message(),
            "`as_of` must be a date");
  EXPECT_EQ(punctuality({account, amount, due}, 20, Punctuality(4).columns()).status.message(),
            "`paid` has 0 rows, expected 4");
}

TEST(Punctuality, NoInvoiceIsNoRateAndCreditNotesDoNotBelong) {
  const Rows account = {0, 1};
  const Values amount = {-5, 10};
  const Days due = {10, 10}, paid = {12, 12};
  Punctuality p(3);
  const BatchReport report = punctuality({account, amount, due, paid}, 20, p.columns());
  EXPECT_EQ(report.first_reason, RowReason::out_of_domain);
  EXPECT_TRUE(std::isnan(p.mean[0]) && std::isnan(p.mean[2]));
  EXPECT_EQ(p.invoices[2], 0);
  EXPECT_EQ(p.mean[1], 2);
}

TEST(CreditRisk, ScalarsOutsideTheirDomain) {
  EXPECT_DOUBLE_EQ(expected_credit_loss(.02, .45, 100'000), 900);
  EXPECT_TRUE(std::isnan(expected_credit_loss(1.1, .5, 1)));
  EXPECT_TRUE(std::isnan(expected_credit_loss(.1, -.5, 1)));
  EXPECT_TRUE(std::isnan(expected_credit_loss(.1, .5, kNan)));
  EXPECT_EQ(limit_use(150, 100), 1.5);
  EXPECT_TRUE(std::isnan(limit_use(1, 0)));
  EXPECT_TRUE(std::isnan(count_back_dso(-1, Values{1}, Values{30}).days));
  EXPECT_TRUE(std::isnan(count_back_dso(5, Values{-1}, Values{30}).days));
  EXPECT_TRUE(std::isnan(count_back_dso(5, Values{1}, Values{}).days));
  EXPECT_TRUE(std::isnan(count_back_dso(kInf, Values{kInf}, Values{30}).days));
  EXPECT_EQ(count_back_dso(5, Values{5, kNan}, Values{30, 30}).days, 30);  // never looked at
  const auto beyond = count_back_dso(50, Values{10, 10}, Values{30, 31});
  EXPECT_EQ(beyond.days, 61);
  EXPECT_TRUE(beyond.beyond_history);
  EXPECT_TRUE(std::isnan(altman_ratios({.working_capital = 1, .total_assets = 0}).x1));
  EXPECT_TRUE(std::isnan(forecast_error(Values{1}, Values{0}).wape));
  EXPECT_TRUE(std::isnan(forecast_error(Values{1}, Values{}).wape));
  EXPECT_EQ(renewal_days(1000, 90, 800), 110);
  EXPECT_EQ(renewal_days(1000, 90, 950), -40);
  EXPECT_TRUE(std::isnan(renewal_days(kNoDay, 90, 950)));
  EXPECT_TRUE(std::isnan(days_late(kNoDay, 3, 5)));
  const Cooperation unknown;
  EXPECT_TRUE(std::isnan(unknown.breaches) && unknown.champion == Champion::unknown);
}

TEST(DisputeRate, RefusalsNameTheArgument) {
  const auto refusal = [](double k, double n, double level) {
    return dispute_rate(k, n, level).error().message();
  };
  EXPECT_EQ(refusal(1, 0, .8), "`orders` must be a whole number above 0, got 0");
  EXPECT_EQ(refusal(5, 4, .8), "`disputed` must be a whole number from 0 to `orders`, got 5");
  EXPECT_EQ(refusal(.5, 4, .8), "`disputed` must be a whole number from 0 to `orders`, got 0.5");
  EXPECT_EQ(refusal(1, 4, 1), "`level` must be between 0 and 1, got 1");
  EXPECT_EQ(refusal(kNan, 4, .8), "`disputed` must be a whole number from 0 to `orders`, got nan");
  EXPECT_GT(dispute_rate(1, 1e9, .8)->hi, 1e-9);
  const Interval narrow = *dispute_rate(1, 1e6, 1e-9);
  EXPECT_LE(narrow.lo, narrow.estimate);
  EXPECT_GE(narrow.hi, narrow.estimate);
}

TEST(RiskIndices, StayTwoColumnsAndTellWhy) {
  const Values late = {90, kNan, 120, 50}, zone = {50, kNan, 50, 50}, disputes = {20, 30, 40, kInf};
  const Columns credit = {late, zone}, cooperation = {disputes};
  const Values two = {1, 1}, one = {1}, zero = {0}, negative = {-1};
  Values a(4), ac(4), b(4), bc(4);
  const RiskColumns out{a, ac, b, bc};
  const BatchReport report = risk_indices({credit, two}, {cooperation, one}, out);
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
  EXPECT_EQ(a[0], 30);
  EXPECT_EQ(b[0], 80);
  EXPECT_TRUE(std::isnan(a[1]));
  EXPECT_EQ(ac[1], 0);
  EXPECT_EQ(b[1], 70);  // the other one is kept
  EXPECT_TRUE(std::isnan(a[2]) && std::isnan(b[3]));
  EXPECT_EQ(risk_indices({credit, one}, {cooperation, one}, out).status.message(),
            "`credit.weights` has 1 rows, expected 2");
  EXPECT_EQ(risk_indices({credit, two}, {cooperation, negative}, out).status.message(),
            "`cooperation.weights[0]` must be finite and >= 0, got -1");
  EXPECT_FALSE(risk_indices({credit, two}, {cooperation, zero}, out).ok());
  EXPECT_EQ(risk_indices({credit, two}, {cooperation, one}, out, 2).status.message(),
            "`minimum_coverage` must be between 0 and 1, got 2");
  const Values p = {.5, kNan, 2}, l(3, .5), e(3, 100);
  Values loss(3);
  const BatchReport ecl = expected_credit_loss(p, l, e, loss);
  EXPECT_EQ(loss[0], 25);
  EXPECT_EQ(ecl.rows_rejected, 2u);
  const Values days = {30, 0};
  const Columns sales = {e, e};
  std::vector<std::uint8_t> beyond(3);
  EXPECT_EQ(count_back_dso({e, sales, days}, loss, beyond).status.message(),
            "`period_days[1]` must be above 0, got 0");
}

}  // namespace
}  // namespace kam::value
