#include <kam/scoring/measures.hpp>

#include <gtest/gtest.h>

#include "scoring/world.hpp"

namespace kam::scoring {
namespace {

// ---- published numbers, worked by hand ---------------------------------------------------------

TEST(Measures, AltmanOfThePublishedRatios) {
  World w;
  w.size(1);
  w.sheet(0, kAsOf - 400, 1, 1, .9);
  w.sheet(0, kAsOf - 100, 30, 120, .02);
  w.sheet(0, kAsOf + 1, 99, 1, 1, 7);
  const FeatureTable t = table_of(w);
  EXPECT_NEAR(feature(t, "altman_z2"), 3.1206, 1e-12);  // X = .2 .1 .08 .9 (Altman 1995)
  EXPECT_EQ(feature(t, "limit_use"), .25);
  EXPECT_EQ(feature(t, "probability_of_default"), .02);
  EXPECT_NEAR(feature(t, "expected_credit_loss"), .02 * .45 * 30, 1e-15);
  EXPECT_EQ(t.age("altman_z2")[0], 100);
  EXPECT_TRUE(is_missing(t, "altman_z2", 1));
  EXPECT_TRUE(std::isnan(t.age("altman_z2")[1]));
  EXPECT_TRUE(t.age("expected_credit_loss").empty());
}

TEST(Measures, TwoBalanceSheetsOfOneDayThatDifferAreNoAnswer) {
  World w;
  w.size(0);
  w.sheet(0, kAsOf - 5, 30, 100, .1);
  w.sheet(0, kAsOf - 5, 30, 200, .1);
  const FeatureTable t = table_of(w);
  EXPECT_TRUE(is_missing(t, "limit_use"));
  EXPECT_EQ(feature(t, "probability_of_default"), .1);
  EXPECT_EQ(t.report.find("financial_conflict")->count, 1u);
}

TEST(Measures, WalletAllocationRule) {
  World w;
  w.size(3);
  const double share[] = {.4, .3, .2, .1};  // Keiningham et al.: four suppliers
  for (Code a = 0; a < 4; ++a) {
    w.rank[a] = a + 1.0;
    w.suppliers[a] = 4;
  }
  FeatureTable t = table_of(w);
  for (Code a = 0; a < 4; ++a) EXPECT_NEAR(feature(t, "share_of_wallet", a), share[a], 1e-15);
  EXPECT_TRUE(is_missing(t, "headroom"));
  w.wallet = {1000, 1000, 50, kNaN};
  for (Code a = 0; a < 4; ++a) w.order(a, kAsOf, 250);
  t = table_of(w, kAsOf, {.addressable = .8});
  EXPECT_EQ(feature(t, "share_of_wallet", 0), .25);  // what is known goes before the rule
  EXPECT_NEAR(feature(t, "headroom", 0), 600, 1e-12);
  EXPECT_NEAR(feature(t, "headroom_rate", 0), 2.4, 1e-15);
  EXPECT_NEAR(feature(t, "share_of_wallet", 2), .2, 1e-15);  // a wallet below our sales is wrong
  EXPECT_TRUE(is_missing(t, "headroom", 2));
  EXPECT_EQ(t.report.find("account_wallet_below_sales")->examples, std::vector<std::size_t>{2});
}

TEST(Measures, NetPromoterScoreIsPulledToThePortfolio) {
  World w;
  w.size(2);
  for (const double answer : {9., 10., 3.}) w.rating(0, 0, answer, kAsOf - 10);
  w.rating(1, 0, 8, kAsOf - 800);   // too old
  w.rating(1, 0, 4, kAsOf - 3, 5);  // another scale
  MeasurePriors priors;
  priors.net_promoter = {2, 1, 1};
  FeatureTable t = table_of(w.portfolio(), priors);
  EXPECT_NEAR(feature(t, "nps"), 100.0 * (4 - 2) / 7, 1e-12);  // 33 alone, one s.e. of 54
  EXPECT_EQ(feature(t, "nps_answers"), 3);
  EXPECT_EQ(t.age("nps")[0], 10);
  EXPECT_TRUE(is_missing(t, "nps", 1));
  EXPECT_TRUE(is_missing(t, "nps_answers", 1));
  EXPECT_EQ(t.report.find("rating_nps_scale")->count, 1u);
  t = table_of(w.portfolio(), {});
  EXPECT_TRUE(is_missing(t, "nps"));
  EXPECT_NE(note(t, "nps"), "");
  for (const double answer : {0., 2., 9.}) w.rating(2, 0, answer, kAsOf - 10);
  const MeasurePriors own = fitted(w.portfolio());
  EXPECT_EQ(own.net_promoter_accounts, 2u);
  EXPECT_NEAR(value::net_promoter_score(own.net_promoter), 0, 1e-9);  // 3 of each among 6
}

TEST(Measures, ClumpinessOfZhangBradlowAndSmall) {
  World w;
  const Day start = kAsOf - 51 * 7;  // 52 weeks
  for (const int week : {1, 2, 3, 40}) w.order(0, start + 7 * (week - 1), 10);
  w.order(0, start + 3, 10);  // once more in the first week
  w.order(1, start, 10);
  const FeatureTable t = table_of(w);
  EXPECT_NEAR(feature(t, "clumpiness"), .490304, 1e-6);
  EXPECT_TRUE(is_missing(t, "clumpiness", 1));
}

TEST(Measures, TrendOfTheTwelveMonthsThatFall) {
  // y of the design's vector: Theil-Sen slope -4.4643 per period, S = -66. Here ln revenue = y/100.
  const double y[] = {100, 98, 97, 95, 90, 88, 80, 78, 70, 66, 60, 55};
  World w;
  w.order(0, to_day({2023, 6, 10}), 1);  // the first month is not whole
  for (int m = 0; m < 12; ++m)
    w.order(0, add_months(to_day({2023, 7, 1}), m) + 3, std::exp(y[m] / 100));
  const FeatureTable t = table_of(w, kAsOf, {.trend_season = 1});
  const double slope = -4.464285714285714 / 100;
  EXPECT_NEAR(feature(t, "trend_rate"), std::expm1(12 * slope), 1e-12);
  EXPECT_LT(feature(t, "trend_p"), 1e-5);
  const FeatureTable seasonal = table_of(w);  // no month is there twice
  EXPECT_TRUE(is_missing(seasonal, "trend_rate"));
  EXPECT_EQ(note(seasonal, "trend_rate"), "needs 17 complete months after an account's first");
}

TEST(Measures, ASeasonIsNoTrendAndNoiseIsFlat) {
  World w;
  for (int m = -36; m <= 0; ++m) {
    const Day day = add_months(to_day({2024, 6, 15}), m);
    const double season = to_civil(day).month < 7 ? 10 : 100;
    w.order(0, day, season * std::pow(1.1, m / 12.0));
    w.order(1, day, season);
  }
  const FeatureTable t = table_of(w);
  EXPECT_NEAR(feature(t, "trend_rate", 0), .1, 1e-9);
  EXPECT_LT(feature(t, "trend_p", 0), 1e-6);
  EXPECT_EQ(feature(t, "trend_rate", 1), 0);
  EXPECT_EQ(feature(t, "trend_p", 1), 1);
  const double sd = 45 * std::sqrt(12.0 / 11);  // six months of 10, six of 100
  EXPECT_NEAR(feature(t, "volatility", 1), sd / 55, 1e-12);
  EXPECT_NEAR(feature(t, "downside_deviation", 1), 45 / std::sqrt(2.0) / 55, 1e-12);
}

TEST(Measures, PrepaymentsAreEarnedMonthByMonth) {
  World w;
  w.order(0, to_day({2022, 12, 31}), 0);
  w.order(0, to_day({2023, 1, 1}), 365, 0, TransactionKind::prepayment);
  const auto facts = gather_facts(w.portfolio(), {}, to_day({2024, 1, 31}));
  const auto months = facts->monthly.of(0);
  ASSERT_EQ(months.size(), 13u);
  EXPECT_NEAR(months[0], 31, 1e-12);
  EXPECT_NEAR(months[1], 28, 1e-12);
  EXPECT_EQ(months[12], 0);
  EXPECT_NEAR(feature(table_of(w, to_day({2023, 12, 31})), "downside_deviation"), .027, .003);
}

TEST(Measures, PaymentOfInvoices) {
  World w;
  w.order(0, kAsOf - 100, 100, 0, {}, kAsOf - 70, kAsOf - 60);  // 10 late
  w.order(0, kAsOf - 60, 100, 0, {}, kAsOf - 30, kAsOf - 31);   // early is 0
  w.order(0, kAsOf - 50, 300, 0, {}, kAsOf - 20, kAsOf + 5);    // 20 late so far
  w.order(0, kAsOf - 9, 600, 0, {}, kAsOf + 21);                // not due yet
  w.order(0, kAsOf - 900, 7, 0, {}, kAsOf - 800, kAsOf - 500);  // long ago
  w.order(0, kAsOf - 8, 50, 0, {}, kNoDay);                     // no one knows
  w.order(0, kAsOf - 8, -40, 0, TransactionKind::credit_note);
  w.order(1, kAsOf - 8, 50, 0, {}, kNoDay, kAsOf);
  const FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "days_late"), 10);
  EXPECT_EQ(feature(t, "overdue_share"), 300.0 / 900);
  // June 650, May (31 days) 300 at the latest first; open 900 = 650 of 30 days + 250 of 400.
  EXPECT_NEAR(feature(t, "dso_days"), 30 + 31 * 250.0 / 400, 1e-9);
  for (const char* name : {"days_late", "overdue_share", "dso_days"}) {
    EXPECT_TRUE(is_missing(t, name, 1)) << name;
  }
  EXPECT_EQ(t.report.find("invoice_without_due_date")->count, 1u);
  World plain;
  plain.order(0, kAsOf, 5);
  Portfolio p = plain.portfolio();
  p.transactions.due_date = {};
  EXPECT_EQ(note(table_of(p, {}), "dso_days"), "needs due_date and paid_date");
}

TEST(Measures, ReturnsUnitsAndCostShare) {
  World w;
  w.order(0, kAsOf - 5, 300);
  w.order(0, kAsOf - 4, -60, 0, TransactionKind::return_);
  w.order(0, kAsOf - 3, -10, 0, TransactionKind::credit_note);
  w.order(0, kAsOf - 400, 999);
  w.order(1, kAsOf, -5, 0, TransactionKind::return_);
  w.activity(0, kAsOf - 1, ActivityType::visit);
  FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "return_rate"), .2);
  EXPECT_TRUE(is_missing(t, "return_rate", 1));
  EXPECT_EQ(feature(t, "quantity_12m"), 2 - 1 - 1);
  EXPECT_NEAR(feature(t, "cts_share"), 1 / 115.0, 1e-15);
  EXPECT_TRUE(is_missing(t, "cts_share", 1));  // of a loss
  w.quantity[0] = kNaN;
  t = table_of(w);
  EXPECT_TRUE(is_missing(t, "quantity_12m"));
  w.quantity[0] = 2;
  w.quantity[2] = kNaN;  // a price correction moves no goods
  EXPECT_EQ(feature(table_of(w), "quantity_12m"), 1);
}

TEST(Measures, BreadthAgainstLookAlikesByName) {
  World w;
  for (Code a = 0; a < 6; ++a) {  // rail: bolts all, nuts half, oil one of six
    w.order(a, kAsOf - 5, 10, 1);
    w.sector[a] = 2;
    if (a % 2 == 0) w.order(a, kAsOf - 5, 10, 2);
  }
  w.order(0, kAsOf - 5, 10, 4);
  w.order(6, kAsOf - 5, 10, 3);  // health: one account is no ruler
  w.sector[6] = 1;
  w.order(7, kAsOf - 500, 10, 3);
  const MeasurePriors priors = fitted(w.portfolio());
  ASSERT_EQ(priors.look_alikes.size(), 2u);
  EXPECT_EQ(priors.look_alikes[0].accounts, 7u);
  EXPECT_EQ(priors.look_alikes[1].sector, "rail");
  EXPECT_EQ(priors.look_alikes[1].categories, (std::vector<std::string>{"bolts", "nuts"}));
  EXPECT_EQ(priors.look_alikes[1].shares, (std::vector<double>{1, .5}));
  const FeatureTable t = table_of(w.portfolio(), priors);
  EXPECT_EQ(feature(t, "breadth", 0), 1);
  EXPECT_EQ(feature(t, "breadth", 1), .5);
  EXPECT_EQ(feature(t, "breadth", 6), 0);  // of all: bolts and nuts, tools are one of seven
  EXPECT_EQ(feature(t, "breadth", 7), 0);  // bought, but not this year
  // Other codes, and a category that nobody here has: the names decide.
  World other;
  other.category_names = {"nuts"};
  other.sector_names = {"rail"};
  other.order(0, kAsOf, 5, 1);
  other.sector[0] = 1;
  EXPECT_EQ(feature(table_of(other.portfolio(), priors), "breadth"), .5);
}

TEST(Measures, ReportsDisputesAndContacts) {
  World w;
  for (int i = 0; i < 4; ++i) w.order(0, kAsOf - 10 * i, 10);
  using enum ActivityType;
  w.activity(0, kAsOf - 5, complaint);
  w.activity(0, kAsOf - 300, report_due);
  w.activity(0, kAsOf - 301, report_received);  // on time
  w.activity(0, kAsOf - 200, report_due);
  w.activity(0, kAsOf - 190, report_received);  // late, and no report for the next one
  w.activity(0, kAsOf - 100, report_due);
  w.activity(0, kAsOf - 150, report_received);
  w.activity(0, kAsOf + 9, report_due);
  w.activity(0, kAsOf - 20, visit, 1, 1);
  w.activity(0, kAsOf - 21, call, 1, 1);
  w.activity(0, kAsOf - 22, meeting, 1, 2);
  w.activity(0, kAsOf - 23, call, 2, 3);
  w.activity(0, kAsOf - 24, survey, 3, 4);
  w.person(0, 1, 1, 1, 0, kNoDay, 0, 1);
  w.person(0, 2, 1, 1, 0, kNoDay, 2, 2);
  w.person(0, 3, 1, 1, 0, kAsOf - 1, 1, 3);  // has left
  w.person(0, 4, 1, 1, 0, kNoDay, 1, 4);     // no contact
  w.rating(0, 1, 1);
  w.size(1);
  const FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "dispute_rate"), .25);
  EXPECT_EQ(feature(t, "report_on_time"), 2.0 / 3);
  EXPECT_EQ(feature(t, "contacts_12m"), 4);
  EXPECT_EQ(feature(t, "days_since_contact"), 20);
  EXPECT_EQ(feature(t, "their_people"), 3);
  EXPECT_EQ(feature(t, "dependency_person"), .75);
  EXPECT_EQ(feature(t, "contact_pairs"), 16.0 / 6);  // 2, 1 and 1 of 4
  EXPECT_EQ(feature(t, "departments"), 2);
  EXPECT_EQ(feature(t, "levels"), 2);
  EXPECT_EQ(feature(t, "executive_pair"), 1);
  EXPECT_EQ(feature(t, "joint_team"), 1);
  EXPECT_TRUE(is_missing(t, "contacts_12m", 1));
  for (const char* name : {"report_on_time", "dispute_rate", "days_since_contact",
                           "dependency_person", "contact_pairs", "joint_team"}) {
    EXPECT_TRUE(is_missing(t, name, 1)) << name;
  }
}

TEST(Measures, SupportHasBoundsWhileSomebodyIsUnknown) {
  World w;
  w.person(0, 1, 40, 1, kEconomicBuyer, kNoDay, 0, 1, kAsOf - 50);
  w.person(0, 2, 40, -.5, 0, kNoDay, 0, 1, kAsOf - 70);
  w.person(0, 2, 40, .9, 0, kNoDay, 0, 1, kAsOf - 90);  // said before
  w.person(0, 3, 20, kNaN);
  w.person(0, 4, 99, -1, 0, kAsOf - 1);  // has left
  w.person(0, 5, 99, -1, 0, kNoDay, 0, 1, kAsOf + 1);
  w.size(1);
  const FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "support"), .25);
  EXPECT_EQ(feature(t, "support_lo"), 0);
  EXPECT_EQ(feature(t, "support_hi"), .4);
  EXPECT_EQ(feature(t, "people_known"), .8);
  EXPECT_EQ(t.age("support")[0], 50);
  EXPECT_TRUE(is_missing(t, "support", 1));
}

TEST(Measures, AChampionLeavesARoleEmpty) {
  const auto left = [](std::uint8_t second_role, double second_stance, Day day) {
    World w;
    w.person(0, 1, 1, .5, kEconomicBuyer | kUserBuyer, day);
    w.person(0, 2, 1, second_stance, second_role);
    return feature(table_of(w), "champion_left");
  };
  EXPECT_EQ(left(kUserBuyer, 1, kAsOf), 1);  // the budget has no friend any more
  EXPECT_EQ(left(kEconomicBuyer | kUserBuyer, 1, kAsOf), 0);
  EXPECT_EQ(left(kEconomicBuyer | kUserBuyer, -1, kAsOf), 1);  // no champion
  EXPECT_EQ(left(kUserBuyer, 1, kAsOf + 1), 0);                // still there
  EXPECT_EQ(left(kUserBuyer, 1, kAsOf - 366), 0);              // long ago
}

TEST(Measures, ContractsThatRun) {
  World w;
  w.contract(0, kAsOf - 100, kAsOf + 200, 1000, 90);
  w.contract(0, kAsOf - 100, kAsOf + 400, 500, 30);
  w.contract(0, kAsOf - 100, kNoDay, 70, 30);
  w.contract(0, kAsOf - 100, kAsOf - 1, 9e9, 30);
  w.contract(0, kAsOf + 1, kNoDay, 9e9, 30);
  w.contract(1, kAsOf, kAsOf + 5, kNaN, kNaN);
  w.contract(2, kAsOf - 9, kAsOf - 1, 5, 30);
  w.size(3);
  const FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "renewal_days"), 110);
  EXPECT_EQ(feature(t, "contract_value"), 1570);
  EXPECT_TRUE(is_missing(t, "renewal_days", 1));
  EXPECT_TRUE(is_missing(t, "contract_value", 1));
  EXPECT_EQ(feature(t, "contract_value", 2), 0);    // it has ended
  EXPECT_TRUE(is_missing(t, "contract_value", 3));  // nothing is known of it
  EXPECT_EQ(t.report.find("contract_bad_value")->count, 1u);
  EXPECT_EQ(t.report.find("contract_bad_notice")->count, 1u);
  for (const char* code : {"contract_bad_value", "contract_bad_notice"}) {  // the contract runs
    EXPECT_EQ(t.report.find(code)->severity, portfolio::Severity::note) << code;
  }
}

TEST(Measures, PipelineCountsWhatIsOpenAndKnown) {
  World w;
  w.order(0, kAsOf, 1000);
  w.deal(0, 400, 1);  // .3
  w.deal(0, 300, 0);  // .1
  w.deal(0, 9e9, 1, kAsOf, DealOutcome::lost);
  w.deal(0, 9e9, 1, kAsOf + 1);
  w.deal(1, 5, 2);  // a stage nobody knows
  w.deal(1, kNaN, 1);
  w.deal(2, 8, 1, kAsOf, DealOutcome::won);
  w.size(3);
  FeatureTable t = table_of(w);
  EXPECT_EQ(feature(t, "pipeline_p50"), 0);  // .7 * .9 of nothing
  EXPECT_TRUE(is_missing(t, "pipeline_p50", 1));
  EXPECT_EQ(feature(t, "pipeline_p50", 2), 0);
  EXPECT_TRUE(is_missing(t, "pipeline_p50", 3));
  EXPECT_EQ(t.report.find("opportunity_unknown_stage")->count, 1u);
  EXPECT_EQ(t.report.find("opportunity_bad_value")->count, 1u);
  t = table_of(w, kAsOf, {.stages = {{"OWN WORD", .6}, {"deep Contact", .6}}});
  EXPECT_EQ(feature(t, "pipeline_p50"), 400);
  EXPECT_EQ(feature(t, "pipeline_rate"), .4);
  EXPECT_EQ(feature(t, "pipeline_p50", 1), 5);
}

TEST(Measures, DefaultStagesAreProbabilitiesWithASource) {
  for (const StageProbability& stage : default_stages()) {
    EXPECT_GT(stage.probability, 0);
    EXPECT_LE(stage.probability, 1);
    EXPECT_FALSE(stage.source.empty()) << stage.name;
  }
}

}  // namespace
}  // namespace kam::scoring
