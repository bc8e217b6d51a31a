#include <gtest/gtest.h>

#include <limits>

#include <kam/scoring/model.hpp>
#include <kam/scoring/score_portfolio.hpp>

#include "scoring/world.hpp"

namespace kam::scoring {
namespace {

// ---- laws ---------------------------------------------------------------------------------------

TEST(MeasuresLaws, OneAccountAloneIsTheSameAsInTheBatch) {
  const World w = random_world(31, 60);
  const MeasurePriors priors = fitted(w.portfolio());
  const FeatureTable batch = table_of(w.portfolio(), priors);
  for (Code a = 0; a < w.accounts; ++a) {
    const World alone = selected(w, a, true, [a](Code who, Day) { return who == a; });
    const FeatureTable one = table_of(alone.portfolio(), priors);
    for (std::size_t c = 0; c < batch.names.size(); ++c) {
      EXPECT_TRUE(same(one.find(batch.names[c])[0], batch.values[c][a]))
          << batch.names[c] << " of " << a;
    }
  }
}

TEST(MeasuresLaws, NeitherTheOrderOfRowsNorTheFutureMatters) {
  const World w = random_world(32, 40);
  const World past = selected(w, 8, false, [](Code, Day day) { return day <= kAsOf; });
  const MeasurePriors priors = fitted(w.portfolio()), later = fitted(past.portfolio());
  EXPECT_EQ(priors.look_alikes, later.look_alikes);
  EXPECT_EQ(priors.net_promoter.promoters, later.net_promoter.promoters);
  const FeatureTable one = table_of(w.portfolio(), priors);
  expect_same_tables(one, table_of(past.portfolio(), priors));
  const World mixed = selected(w, 9, false, [](Code, Day) { return true; });
  expect_same_tables(one, table_of(mixed.portfolio(), priors));
}

TEST(MeasuresLaws, DoublingTheCurrencyDoublesMoneyAndNothingElse) {
  const World w = random_world(33, 40);
  World twice = w;
  for (auto* column :
       {&twice.amount, &twice.cogs, &twice.wallet, &twice.con.value, &twice.opp.value,
        &twice.act.cost, &twice.fin.wc, &twice.fin.ta, &twice.fin.re, &twice.fin.ebit,
        &twice.fin.equity, &twice.fin.liabilities, &twice.fin.limit, &twice.fin.exposure}) {
    for (double& x : *column) x *= 2;
  }
  const FeatureTable one = table_of(w), two = table_of(twice);
  const std::vector<std::string> money = {"net_revenue_12m",      "cts_12m",       "cm3_12m",
                                          "net_revenue",          "headroom",      "pipeline_p50",
                                          "expected_credit_loss", "contract_value"};
  for (std::size_t c = 0; c < one.names.size(); ++c) {
    const bool is_money = std::find(money.begin(), money.end(), one.names[c]) != money.end();
    for (std::size_t i = 0; i < one.accounts; ++i) {
      const double a = one.values[c][i] * (is_money ? 2 : 1), b = two.values[c][i];
      // ln 2x is rounded on its own.
      const bool logs = one.names[c] == "trend_rate";
      EXPECT_TRUE(logs && !std::isnan(a) ? std::fabs(a - b) < 1e-9 : same(a, b))
          << one.names[c] << " of " << i << ": " << a << ", " << b;
    }
  }
}

TEST(MeasuresLaws, SharesStayWithinTheirBounds) {
  const World w = random_world(34, 200);
  const FeatureTable t = table_of(w);
  for (const char* name :
       {"return_rate", "clumpiness", "share_of_wallet", "report_on_time", "trend_p", "breadth",
        "overdue_share", "probability_of_default", "people_known", "dependency_person",
        "executive_pair", "joint_team", "champion_left"}) {
    std::size_t known = 0;
    for (const double x : t.find(name)) {
      EXPECT_FALSE(x < 0 || x > 1) << name << " " << x;
      known += !std::isnan(x);
    }
    EXPECT_GT(known, 10u) << name;
  }
  for (std::size_t i = 0; i < t.accounts; ++i) {
    const double lo = feature(t, "support_lo", i), hi = feature(t, "support_hi", i);
    const double s = feature(t, "support", i);
    EXPECT_FALSE(lo < -1 || hi > 1 || lo > hi || s < lo || s > hi);
    EXPECT_FALSE(feature(t, "dso_days", i) < 0 || feature(t, "days_late", i) < 0);
  }
}

TEST(MeasuresLaws, EveryNameIsMadeAndEveryColumnIsKnown) {
  const FeatureTable t = table_of(random_world(35, 10));
  for (const auto& name : t.names) EXPECT_TRUE(is_feature(name)) << name;
  for (const auto name : feature_names()) EXPECT_FALSE(t.find(name).empty()) << name;
  EXPECT_EQ(t.names.size(), feature_names().size() + 2);  // and two items of the ratings
  const FeatureTable bare = table_of(Portfolio{.accounts = {.rows = 3}}, {});
  for (const auto name : feature_names()) EXPECT_EQ(bare.find(name).size(), 3u) << name;
  for (const char* name : {"nps", "breadth", "pipeline_p50", "altman_z2", "renewal_days", "support",
                           "contacts_12m", "headroom", "days_late", "return_rate"}) {
    EXPECT_EQ(note(bare, name).substr(0, 5), "needs") << name;
  }
}

// ---- the model ----------------------------------------------------------------------------------

TEST(MeasuresLaws, ASavedModelKeepsThePriors) {
  const World w = random_world(36, 60);
  const ScoreRequest request{.as_of = kAsOf};
  const auto batch = score_portfolio(w.portfolio(), *default_profile(), request);
  ASSERT_TRUE(batch) << batch.error().message();
  EXPECT_FALSE(batch->model.measures.look_alikes.empty());
  const auto model = parse_model(to_json(batch->model));
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->measures.look_alikes, batch->model.measures.look_alikes);
  EXPECT_EQ(model->measures.net_promoter.promoters, batch->model.measures.net_promoter.promoters);
  EXPECT_EQ(model_version(*model), model_version(batch->model));
  for (Code a = 0; a < 60; a += 7) {
    const World alone = selected(w, a, true, [a](Code who, Day) { return who == a; });
    const auto one = score_portfolio(alone.portfolio(), *model, request);
    ASSERT_TRUE(one) << one.error().message();
    for (std::size_t c = 0; c < batch->features.names.size(); ++c) {
      EXPECT_TRUE(
          same(one->features.find(batch->features.names[c])[0], batch->features.values[c][a]))
          << batch->features.names[c] << " of " << a;
    }
  }
}

// ---- hostile ------------------------------------------------------------------------------------

TEST(MeasuresLaws, WrongColumnsAreRefused) {
  const World w = random_world(37, 5);
  const auto refused = [&](auto&& change) {
    Portfolio p = w.portfolio();
    change(p);
    return !gather_facts(p, {}, kAsOf);
  };
  const std::vector<double> short_column = {1};
  const std::vector<std::uint8_t> wild(w.sta.account.size(), 77), outcome(w.opp.account.size(), 3);
  const std::vector<Code> nobody(w.fin.account.size(), 5);
  EXPECT_FALSE(refused([](Portfolio&) {}));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.accounts.wallet = short_column; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.contracts.notice_days = short_column; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.stakeholders.level = wild; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.stakeholders.roles = wild; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.opportunities.outcome = outcome; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.opportunities.stage_names = {}; }));
  EXPECT_TRUE(refused([&](Portfolio& p) { p.financials.account = nobody; }));
  EXPECT_TRUE(refused([&](Portfolio& p) {
    p.accounts.sector_names = w.sector_names.empty() ? std::span<const std::string>()
                                                     : std::span(w.sector_names).first(1);
  }));
  const auto bad = [&](const FeatureOptions& options) {
    return !gather_facts(w.portfolio(), {}, kAsOf, options);
  };
  EXPECT_TRUE(bad({.trend_months = 0}));
  EXPECT_TRUE(bad({.trend_season = 0}));
  EXPECT_TRUE(bad({.loss_given_default = 1.1}));
  EXPECT_TRUE(bad({.addressable = kNaN}));
  EXPECT_TRUE(bad({.stages = {{"x", -.1}}}));
}

TEST(MeasuresLaws, FactsOfAnotherPortfolioAreRefusedAndNothingIsAdded) {
  const World w = random_world(38, 5), other = random_world(38, 6);
  const auto facts = gather_facts(w.portfolio(), {}, kAsOf);
  EXPECT_FALSE(fit_measure_priors(other.portfolio(), *facts));
  EXPECT_FALSE(portfolio::features(other.portfolio(), *facts, {}));
  FeatureTable t{.accounts = 5};
  EXPECT_FALSE(add_measures(other.portfolio(), *facts, {}, {}, t).ok());
  EXPECT_TRUE(t.names.empty());
}

TEST(MeasuresLaws, HugeAndBrokenNumbersStayInTheirAccount) {
  World w;
  w.order(0, kAsOf, 1e100, 1);
  w.order(1, kAsOf, 10, 1, {}, std::numeric_limits<Day>::max(), std::numeric_limits<Day>::max());
  w.order(1, kAsOf - 1, 10, 1, {}, std::numeric_limits<Day>::min() + 1, kNoDay);
  w.deal(0, std::numeric_limits<double>::infinity(), 0);
  w.person(0, 1, -1, 0);
  w.person(0, 2, 1, 7);
  w.sheet(0, kNoDay, 1, 1, 1);
  w.sheet(0, kAsOf, -1, 0, 2);
  w.contract(0, kNoDay, kNoDay, 1, 1);
  w.contract(0, kAsOf, std::numeric_limits<Day>::max(), 1, 1);
  w.activity(0, std::numeric_limits<Day>::max(), ActivityType::visit, 1, 1);
  const FeatureTable t = table_of(w);
  for (const char* code :
       {"opportunity_bad_value", "stakeholder_bad_weight", "stakeholder_bad_stance",
        "financial_unreadable_date", "financial_bad_probability", "contract_unreadable_start"}) {
    EXPECT_NE(t.report.find(code), nullptr) << code;
  }
  EXPECT_TRUE(is_missing(t, "support"));
  EXPECT_TRUE(is_missing(t, "limit_use"));
  EXPECT_TRUE(is_missing(t, "contacts_12m"));  // the visit has not happened
  EXPECT_TRUE(is_missing(t, "dso_days", 1));
}

}  // namespace
}  // namespace kam::scoring
