#include <kam/portfolio/features.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "portfolio/tables.hpp"

namespace kam::portfolio {
namespace {

constexpr Day kAsOf = to_day({2024, 6, 30});
/// 2 alpha = 5 degrees of freedom: the upper 10 % point of Student's t is 1.4758840488 (any table).
constexpr FeaturePriors kPriors{.repurchase_a = 3,
                                .repurchase_b = 1,
                                .gap_mean = 3.4,
                                .gap_strength = 2,
                                .gap_shape = 2.5,
                                .gap_scale = 0.6};

Portfolio portfolio_of(const Table& table) {
  return {.accounts = {.rows = table.accounts}, .transactions = table.columns()};
}

FeatureTable features_of(const Portfolio& portfolio, const FeaturePriors& priors = kPriors,
                         Day as_of = kAsOf) {
  Result<FeatureTable> result = features(portfolio, {}, as_of, priors);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message());
  return result ? std::move(result).value() : FeatureTable{};
}

double feature(const FeatureTable& table, const char* name, std::size_t account = 0) {
  return table.find(name)[account];
}

std::string note(const FeatureTable& table, std::string_view name) {
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    if (table.names[i] == name) return table.notes[i];
  }
  return "no such column";
}

FeaturePriors fitted(const Table& table, Day as_of) {
  const auto result = fit_feature_priors(portfolio_of(table), {}, as_of);
  EXPECT_TRUE(result.has_value());
  return result.value();
}

// ---- Worked by hand -----------------------------------------------------------------------------

TEST(Features, TheYearEndsWithAsOf) {
  Table t;
  t.add(0, to_day({2023, 6, 30}), 1);  // a year ago to the day: outside
  t.add(0, to_day({2023, 7, 1}), 20);
  t.add(0, to_day({2024, 1, 15}), 300);
  t.add(0, to_day({2024, 1, 15}), -50);
  t.add(0, to_day({2024, 3, 1}), -7);
  t.add(0, kAsOf, 4000);
  t.add(0, kAsOf + 1, 50000);
  const FeatureTable f = features_of(portfolio_of(t));
  EXPECT_EQ(feature(f, "net_revenue_12m"), 4263);
  EXPECT_EQ(feature(f, "order_count"), 4);
  EXPECT_EQ(feature(f, "orders_12m"), 3);
  EXPECT_EQ(feature(f, "days_since_last"), 0);
}

TEST(Features, RepurchaseRateIsShrunkActiveMonthsOverEligibleOnes) {
  Table t;
  t.add(0, to_day({2024, 1, 31}), 10);  // its own month says nothing
  t.add(0, to_day({2024, 2, 1}), 10);
  t.add(0, to_day({2024, 2, 20}), 10);
  t.add(0, to_day({2024, 4, 5}), 10);
  t.add(0, to_day({2024, 5, 5}), 10);
  t.add(0, to_day({2024, 5, 6}), -11);  // a month of returns is not active
  t.add(0, to_day({2024, 6, 2}), 10);
  EXPECT_EQ(feature(features_of(portfolio_of(t)), "repurchase_rate"), (3 + 3) / (4.0 + 5));
  const FeatureTable open = features_of(portfolio_of(t), kPriors, kAsOf - 1);  // June is not over
  EXPECT_EQ(feature(open, "repurchase_rate"), (3 + 2) / (4.0 + 4));
  const FeatureTable later = features_of(portfolio_of(t), kPriors, to_day({2025, 2, 28}));
  EXPECT_EQ(feature(later, "repurchase_rate"), (3 + 2) / (4.0 + 12));  // April and June, of 12
}

TEST(Features, OverdueRatioOfOnePurchaseRestsOnThePrior) {
  Table t;
  t.add(0, kAsOf - 100, 10);
  const double usual = std::exp(3.4 + 1.4758840488244815 * std::sqrt(0.6 * 1.5 / 2.5));
  EXPECT_NEAR(feature(features_of(portfolio_of(t)), "overdue_ratio"), 100 / usual, 1e-13 * 100);
}

TEST(Features, OverdueRatioLearnsFromOwnGaps) {
  Table t;
  for (const int gap : {240, 210, 183, 150}) t.add(0, kAsOf - gap, 10);
  const double y[] = {std::log(30), std::log(27), std::log(33)};
  const double mean = (y[0] + y[1] + y[2]) / 3;
  double squares = 0;
  for (const double x : y) squares += (x - mean) * (x - mean);
  const double scale = 0.6 + squares / 2 + 2.0 * 3 / 5 / 2 * (mean - 3.4) * (mean - 3.4);
  constexpr double kT8 = 1.3968153097438645;  // 2 alpha + 3 = 8 degrees of freedom
  const double usual = std::exp((2 * 3.4 + 3 * mean) / 5 + kT8 * std::sqrt(scale * 1.2 / 4));
  EXPECT_NEAR(feature(features_of(portfolio_of(t)), "overdue_ratio"), 150 / usual, 1e-12);
}

TEST(Features, MarginNeedsCostsAndSaysSo) {
  Table t;
  t.add(0, kAsOf, 100);
  t.add(0, kAsOf - 5, -10);
  t.add(1, kAsOf, 50);
  t.add(1, kAsOf, 40);
  t.add(2, kAsOf, -5);
  Portfolio p = portfolio_of(t);
  FeatureTable f = features_of(p);
  EXPECT_TRUE(std::isnan(feature(f, "cm3_12m")));
  EXPECT_EQ(note(f, "cm3_12m"), "needs cogs");

  const std::vector<double> cogs = {60, kNaN, 30, kNaN, 0};
  const std::vector<std::uint8_t> kind = {0, 3, 0, 0, 1};  // rebate, …, credit note
  p.transactions.cogs = cogs;
  p.transactions.kind = kind;
  f = features_of(p);
  EXPECT_EQ(feature(f, "cm3_12m", 0), 30);
  EXPECT_EQ(feature(f, "cm3_rate", 0), 30.0 / 90);
  EXPECT_TRUE(std::isnan(feature(f, "cm3_12m", 1)));  // one cost is not known
  EXPECT_EQ(feature(f, "cm3_12m", 2), -5);
  EXPECT_TRUE(std::isnan(feature(f, "cm3_rate", 2)));  // of nothing

  const std::vector<Code> account = {0, 0, 1, 2, 2};
  const std::vector<Day> date = {kAsOf, kAsOf - 400, kAsOf, kNoDay, kAsOf};
  const std::vector<double> cost = {8, 99, 1, 99, kNaN};
  p.activities = {.account = account, .date = date, .cost = cost};
  f = features_of(p);
  EXPECT_EQ(feature(f, "cts_12m", 0), 8);
  EXPECT_EQ(feature(f, "cm3_12m", 0), 22);
  EXPECT_TRUE(std::isnan(feature(f, "cts_12m", 2)));
  EXPECT_EQ(f.report.find("activity_unreadable_date")->examples, std::vector<std::size_t>{3});
  EXPECT_EQ(f.report.find("activity_missing_cost")->count, 1u);
  EXPECT_EQ(f.report.find("activity_missing_cost")->severity, Severity::note);  // it is a contact
  EXPECT_EQ(f.report.find("activity_unreadable_date")->severity, Severity::rejected);
}

TEST(Features, PrepaymentsAreEarnedDayByDayAndBarterHasNoMargin) {
  Table t;
  t.add(0, to_day({2024, 4, 1}), 365);  // 91 of 365 days lie in the year to 30 June
  t.add(1, to_day({2023, 4, 1}), 366);  // the other end: 1 July to 31 March, 275 of 366
  t.add(2, kAsOf, 70);
  const std::vector<std::uint8_t> kind = {6, 6, 4};
  const std::vector<double> cogs = {0, 0, kNaN};
  Portfolio p = portfolio_of(t);
  p.transactions.kind = kind;
  p.transactions.cogs = cogs;
  const FeatureTable f = features_of(p);
  EXPECT_NEAR(feature(f, "net_revenue_12m", 0), 91, 1e-12);
  EXPECT_NEAR(feature(f, "net_revenue_12m", 1), 275, 1e-12);
  EXPECT_EQ(feature(f, "net_revenue_12m", 2), 70);
  EXPECT_EQ(feature(f, "cm3_12m", 2), 0);
}

TEST(Features, TheLatestRatingOnItsOwnScaleCounts) {
  Table t;
  t.add(0, kAsOf, 1);
  t.accounts = 2;
  Portfolio p = portfolio_of(t);
  const std::vector<std::string> items = {"satisfaction", "trust"};
  const std::vector<Code> account = {0, 0, 0, 1, 1, 1, 1}, item = {0, 0, 0, 0, 1, 1, 1};
  const std::vector<double> value = {1, 3, 5, 9, 4, 4, 7};
  const std::vector<double> low = {1, 1, 1, 1, 1, 5, 7}, high = {5, 5, 5, 5, 5, 4, 10};
  const std::vector<Day> date = {kAsOf - 9, kAsOf - 5,   kAsOf - 5,  kAsOf,
                                 kAsOf + 1, kAsOf - 731, kAsOf - 730};
  p.ratings = {.account = account,
               .item = item,
               .value = value,
               .scale_min = low,
               .scale_max = high,
               .date = date,
               .item_names = items};
  const FeatureTable f = features_of(p);
  EXPECT_EQ(feature(f, "rating:satisfaction", 0), 75);  // the mean of 50 and 100, not the 0
  EXPECT_TRUE(std::isnan(feature(f, "rating:satisfaction", 1)));  // 9 on a scale of 1 to 5
  EXPECT_TRUE(std::isnan(feature(f, "rating:trust", 0)));
  EXPECT_EQ(feature(f, "rating:trust", 1), 0);  // future and broken scale left out
  EXPECT_EQ(f.report.find("rating_out_of_scale")->count, 2u);
}

// ---- Laws ---------------------------------------------------------------------------------------

void expect_same_tables(const FeatureTable& a, const FeatureTable& b) {
  ASSERT_EQ(a.names, b.names);
  for (std::size_t i = 0; i < a.names.size(); ++i) expect_same(a.values[i], b.values[i]);
}

TEST(Features, OneAccountAloneScoresAsInTheBatch) {
  const Table t = random_table(21, 6000, 60, kAsOf - 900, 900);
  const FeaturePriors priors = fitted(t, kAsOf);
  const FeatureTable batch = features_of(portfolio_of(t), priors);
  for (Code code = 0; code < t.accounts; ++code) {
    Table alone;
    for (std::size_t i = 0; i < t.rows(); ++i) {
      if (t.account[i] == code) alone.add(0, t.date[i], t.amount[i]);
    }
    const FeatureTable one = features_of(portfolio_of(alone), priors);
    for (std::size_t c = 0; c < batch.names.size(); ++c) {
      expect_same(one.values[c], {batch.values[c][code]});
    }
  }
}

TEST(Features, NeitherFutureRowsNorTheOrderOfRowsMatter) {
  const Table t = random_table(22, 6000, 60, kAsOf - 600, 900);
  const Table past = between(t, kAsOf - 600, kAsOf);
  const FeaturePriors priors = fitted(past, kAsOf);
  EXPECT_EQ(fitted(t, kAsOf), priors);
  EXPECT_EQ(fitted(shuffled(t, 4), kAsOf), priors);
  const FeatureTable one = features_of(portfolio_of(past), priors);
  const Table mixed = shuffled(t, 5);
  expect_same_tables(features_of(portfolio_of(t), priors), one);
  expect_same_tables(features_of(portfolio_of(mixed), priors), one);
}

TEST(Features, SilenceOnlyMakesAnAccountMoreOverdue) {
  const Table t = random_table(23, 300, 5, kAsOf - 600, 500);
  double last = 0;
  for (Day as_of = kAsOf - 90; as_of <= kAsOf + 400; as_of += 10) {
    const double now = feature(features_of(portfolio_of(t), kPriors, as_of), "overdue_ratio", 2);
    EXPECT_GT(now, last);
    last = now;
  }
}

// ---- Priors: an independent path by simulation --------------------------------------------------

TEST(FeaturePriors, ComeBackFromSimulatedAccounts) {
  std::mt19937_64 random(7);
  const double shape = 6, scale = 0.8, strength = 0.5, mean = 5;
  std::gamma_distribution<double> precision(shape, 1 / scale);
  std::normal_distribution<double> normal;
  Table t;
  const Day start = to_day({1950, 1, 1});
  for (Code account = 0; account < 4000; ++account) {
    const double sd = 1 / std::sqrt(precision(random));
    const double own = mean + sd / std::sqrt(strength) * normal(random);
    double day = start;
    for (int i = 0; i < 12; ++i) {
      t.add(account, static_cast<Day>(std::lround(day)), 1);
      day += std::exp(own + sd * normal(random));
    }
  }
  const Day as_of = to_day({9000, 1, 1});
  const FeaturePriors p = fitted(t, as_of);
  EXPECT_EQ(p.gap_accounts, 4000u);
  EXPECT_NEAR(p.gap_mean, mean, 0.05);
  EXPECT_NEAR(p.gap_strength, strength, 0.05);
  EXPECT_NEAR(p.gap_shape, shape, 1.0);
  EXPECT_NEAR(p.gap_scale / (p.gap_shape - 1), scale / (shape - 1), 0.01);
}

TEST(FeaturePriors, RepurchaseBetaComesBack) {
  std::mt19937_64 random(8);
  std::gamma_distribution<double> a(6), b(2);
  std::uniform_real_distribution<double> uniform;
  Table t;
  for (Code account = 0; account < 5000; ++account) {
    const double x = a(random), rate = x / (x + b(random));
    t.add(account, add_months(kAsOf, -30), 1);
    for (int month = 0; month < 30; ++month) {
      if (uniform(random) < rate) t.add(account, add_months(kAsOf, -month), 1);
    }
  }
  const FeaturePriors p = fitted(t, kAsOf + 3);  // July is open: 12 months to 30 June
  EXPECT_EQ(p.repurchase_accounts, 5000u);
  EXPECT_NEAR(p.repurchase_a, 6, 0.6);
  EXPECT_NEAR(p.repurchase_b, 2, 0.2);
}

TEST(FeaturePriors, APortfolioThatCannotCarryThemSaysSo) {
  Table t;
  t.add(0, kAsOf, 10);
  t.add(1, kAsOf - 3, 10);
  const FeaturePriors none = fitted(t, kAsOf);
  EXPECT_TRUE(std::isnan(none.gap_mean));
  EXPECT_TRUE(std::isnan(none.repurchase_a));
  const FeatureTable f = features_of(portfolio_of(t), none);
  EXPECT_TRUE(std::isnan(feature(f, "overdue_ratio")));
  EXPECT_EQ(note(f, "overdue_ratio"), "needs two accounts that ordered again, one twice");
}

TEST(FeaturePriors, ClockworkBuyersKeepAFinitePrior) {
  Table t;
  for (Code account = 0; account < 5; ++account) {
    for (int i = 0; i < 10; ++i) t.add(account, kAsOf - 28 * i, 10);
  }
  const FeaturePriors p = fitted(t, kAsOf);
  EXPECT_NEAR(p.gap_mean, std::log(28), 1e-12);
  const FeatureTable f = features_of(portfolio_of(t), p, kAsOf + 28);
  EXPECT_NEAR(feature(f, "overdue_ratio"), 1, 0.03);
}

// ---- Hostile ------------------------------------------------------------------------------------

TEST(Features, NoHistoryIsMissingAndNeverHealthy) {
  Table t;
  t.add(0, kAsOf + 1, 10);
  t.add(1, kNoDay, 10);
  t.add(2, kAsOf, -10);  // a return alone: revenue, but no order
  t.accounts = 4;
  const FeatureTable f = features_of(portfolio_of(t));
  for (std::size_t account = 0; account < 4; ++account) {
    EXPECT_EQ(feature(f, "order_count", account), 0);
    for (const char* name : {"orders_12m", "days_since_last", "repurchase_rate", "overdue_ratio"}) {
      EXPECT_TRUE(std::isnan(feature(f, name, account))) << name;
    }
    EXPECT_EQ(std::isnan(feature(f, "net_revenue_12m", account)), account != 2);
  }
}

TEST(Features, WrongCallsAreRefused) {
  Table t;
  t.add(0, kAsOf, 10);
  Portfolio p = portfolio_of(t);
  EXPECT_FALSE(features(p, {}, kNoDay, kPriors));
  EXPECT_FALSE(features(p, {}, std::numeric_limits<Day>::max(), kPriors));
  EXPECT_FALSE(features(p, {}, kAsOf, kPriors, {.repurchase_months = 0}));
  EXPECT_FALSE(features(p, {}, kAsOf, kPriors, {.prepayment_months = 0}));
  EXPECT_FALSE(features(p, {}, kAsOf, kPriors, {.rating_max_age_days = -1}));
  const std::vector<Code> account = {0}, item = {0};
  const std::vector<double> value = {1};
  p.ratings = {.account = account, .item = item, .value = value};  // no item has a name
  EXPECT_EQ(features(p, {}, kAsOf, kPriors).error().code(), StatusCode::invalid_argument);
  p.ratings = {.account = account, .item = item, .value = {}};
  EXPECT_EQ(features(p, {}, kAsOf, kPriors).error().code(), StatusCode::size_mismatch);
  p = portfolio_of(t);
  p.accounts.rows = 0;
  EXPECT_FALSE(fit_feature_priors(p, {}, kAsOf));
  EXPECT_TRUE(fit_feature_priors({}, {}, kAsOf));
}

TEST(Features, EveryColumnIsAKnownFeature) {
  Portfolio empty;
  const auto table = features(empty, {}, to_day({2024, 1, 1}), FeaturePriors{});
  ASSERT_TRUE(table);
  for (const auto& name : table->names) EXPECT_TRUE(is_feature(name)) << name;
  EXPECT_TRUE(is_feature("rating:nps"));
  EXPECT_FALSE(is_feature("net_revenu"));
}

}  // namespace
}  // namespace kam::portfolio
