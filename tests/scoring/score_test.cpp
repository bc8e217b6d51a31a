/// The main job on CDNOW and on small portfolios: scores, laws of scoring, and thin data.
#include <kam/scoring/score_portfolio.hpp>

#include <numeric>

#include <gtest/gtest.h>

#include <kam/value/explanation.hpp>

#include "scoring/cdnow_log.hpp"

namespace kam::scoring {
namespace {

const ScoreRequest kRequest{.as_of = to_day({1998, 6, 30})};

const PortfolioScore& cdnow_score() {
  static const PortfolioScore kScore =
      *score_portfolio(cdnow_master().tables(), *default_profile(), kRequest);
  return kScore;
}

void expect_same(const std::vector<double>& a, const std::vector<double>& b, const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << what << " row " << i;
  }
}

void expect_same_rows(const ScoreTable& a, const ScoreTable& b) {
  expect_same(a.value.value_index, b.value.value_index, "value_index");
  expect_same(a.value.coverage, b.value.coverage, "coverage");
  expect_same(a.churn.p_churn, b.churn.p_churn, "p_churn");
  expect_same(a.churn.p_churn_hi, b.churn.p_churn_hi, "p_churn_hi");
  expect_same(a.worth.eav, b.worth.eav, "eav");
  expect_same(a.worth.eav_lo, b.worth.eav_lo, "eav_lo");
  expect_same(a.worth.expected_loss, b.worth.expected_loss, "expected_loss");
}

TEST(CdnowMaster, ConcentrationOfTheWholeLog) {
  const auto& c = *cdnow_score().portfolio.concentration;
  EXPECT_EQ(c.accounts, 23570u);
  EXPECT_NEAR(c.total, 2500315.63, .005);
  EXPECT_NEAR(c.top_share(.2), .677774, 5e-7);
  EXPECT_NEAR(c.gini, .634571, 5e-7);
  EXPECT_EQ(*c.accounts_for(.8), 7695u);
}

TEST(CdnowMaster, EveryRowIsReadAndMostAreScored) {
  const auto& s = cdnow_score();
  EXPECT_EQ(s.report.rows_used, 69659u);
  EXPECT_EQ(std::accumulate(s.summary.frequency.begin(), s.summary.frequency.end(), 0.0), 44021);
  EXPECT_EQ(s.table.basis, "mbgnbd");
  EXPECT_EQ(s.table.basis_events, 44021);
  EXPECT_TRUE(s.model.orders->converged());
  int without_spend = 0;
  for (std::size_t i = 0; i < s.table.accounts; ++i) {
    ASSERT_LE(s.table.churn.p_churn_lo[i], s.table.churn.p_churn[i]);
    ASSERT_LT(s.table.value.value_lo[i], s.table.value.value_index[i]) << "much is missing here";
    ASSERT_GT(s.table.value.value_hi[i], s.table.value.value_index[i]);
    ASSERT_LE(s.table.churn.p_churn[i], s.table.churn.p_churn_hi[i]);
    if ((s.table.notes[i] & kSpendUndefined) != 0) {
      ++without_spend;  // one customer's repeat orders were all free
      continue;
    }
    ASSERT_GE(s.table.worth.expected_loss[i], s.table.worth.expected_loss_open[i]);
    ASSERT_GE(s.table.worth.expected_loss_open[i], 0);
    // What has left already is not at stake.
    if (s.table.churn.p_alive[i] < 1e-6) {
      ASSERT_LT(s.table.worth.expected_loss_open[i], 1);
    }
    ASSERT_LE(s.table.worth.eav_lo[i], s.table.worth.eav[i]);
  }
  EXPECT_EQ(without_spend, 1);
}

TEST(CdnowMaster, ExpectedLossObeysTheLawOfTotalExpectation) {
  // eav = p_churn * (value after a silent horizon) + (1 - p_churn) * (value if it stays).
  const auto& s = cdnow_score();
  LifetimeValueOptions after;
  after.delay = 365 / 7.0;
  std::vector<double> silent(s.table.accounts);
  const auto orders = s.model.orders->order_estimate();
  ASSERT_TRUE(lifetime_value(orders->model, s.model.spend->spend_estimate()->model,
                             {s.summary.orders(), s.summary.monetary_value}, after, silent)
                  .ok());
  for (std::size_t i = 0; i < s.table.accounts; ++i) {
    const double p = s.table.churn.p_churn[i], eav = s.table.worth.eav[i];
    if (std::isnan(eav)) continue;
    const double if_stays = s.table.worth.expected_loss[i] / p;
    ASSERT_NEAR(p * silent[i] + (1 - p) * if_stays, eav, 1e-9 * if_stays + 1e-9 * eav) << i;
  }
}

TEST(CdnowMaster, ReasonsAddUpToTheDifferenceFromTheMedianAccount) {
  const auto& v = cdnow_score().table.value;
  for (std::size_t i = 0; i < v.value_index.size(); ++i) {
    if (std::isnan(v.value_index[i])) continue;
    double sum = v.coverage_points[i];
    for (const auto& points : v.reason_points) sum += points[i];
    ASSERT_NEAR(sum, v.value_index[i] - v.reference_index, 1e-11) << i;
  }
}

TEST(CdnowMaster, TheSameScoresFromTheSavedModel) {
  const auto model = parse_model(to_json(cdnow_score().model));
  ASSERT_TRUE(model) << model.error().message();
  const auto again = score_portfolio(cdnow_master().tables(), *model, kRequest);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->table.model_version, cdnow_score().table.model_version);
  EXPECT_EQ(again->table.config_hash, cdnow_score().table.config_hash);
  expect_same_rows(again->table, cdnow_score().table);
}

TEST(Scoring, OneAccountAloneEqualsItsRowInTheBatch) {
  const auto& all = cdnow_score();
  for (const portfolio::Code account : {2u, 5u, 1000u, 23569u}) {
    Log one;
    const Log& log = cdnow_master();
    for (std::size_t i = 0; i < log.account.size(); ++i) {
      if (log.account[i] == account) one.add("only", log.date[i], log.amount[i]);
    }
    const auto alone = score_portfolio(one.tables(), all.model, kRequest);
    ASSERT_TRUE(alone) << alone.error().message();
    const auto same = [&](double a, double b) {
      EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << a << " " << b;
    };
    same(alone->table.value.value_index[0], all.table.value.value_index[account]);
    same(alone->table.churn.p_churn[0], all.table.churn.p_churn[account]);
    same(alone->table.churn.p_churn_lo[0], all.table.churn.p_churn_lo[account]);
    same(alone->table.worth.eav[0], all.table.worth.eav[account]);
    same(alone->table.worth.expected_loss[0], all.table.worth.expected_loss[account]);
  }
}

TEST(Scoring, FutureRowsChangeNothing) {
  Log log = cdnow_master();
  for (int k = 0; k < 500; ++k) log.add("00003", kRequest.as_of + 1 + k % 300, 1000);
  const auto with_future = score_portfolio(log.tables(), *default_profile(), kRequest);
  ASSERT_TRUE(with_future);
  expect_same_rows(with_future->table, cdnow_score().table);
  EXPECT_EQ(with_future->report.rows_set_aside, 500u);
}

TEST(Scoring, DoublingTheCurrencyScalesMoneyAndNothingElse) {
  Log log = cdnow_master();
  for (double& amount : log.amount) amount *= 2;
  const auto doubled = score_portfolio(log.tables(), *default_profile(), kRequest);
  ASSERT_TRUE(doubled);
  expect_same(doubled->table.value.value_index, cdnow_score().table.value.value_index,
              "value_index");
  expect_same(doubled->table.churn.p_churn, cdnow_score().table.churn.p_churn, "p_churn");
  for (std::size_t i = 0; i < log.index.size(); i += 101) {
    EXPECT_NEAR(doubled->table.worth.eav[i] / cdnow_score().table.worth.eav[i], 2, 1e-6);
  }
}

TEST(ThinData, TooFewRepeatOrdersLeaveTheOrderModelSilentAndSayWhy) {
  Log log;
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k <= i % 4; ++k)
      log.add("A" + std::to_string(i), to_day({2024, 1, 10}) + 30 * k, 100 + i);
  }
  const auto score =
      score_portfolio(log.tables(), *default_profile(), {.as_of = to_day({2024, 12, 31})});
  ASSERT_TRUE(score) << score.error().message();
  EXPECT_FALSE(score->model.orders);
  EXPECT_EQ(score->model.orders_note, "insufficient: 18 repeat orders, an order model needs 100");
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_TRUE(std::isnan(score->table.churn.p_churn[i]));
    EXPECT_TRUE(std::isnan(score->table.worth.eav[i]));
    EXPECT_EQ(score->table.status[i], RowStatus::insufficient);
    EXPECT_TRUE(score->table.notes[i] & kNoOrderModel);
  }
  bool told = false;
  for (const auto& note : score->table.column_notes)
    told = told || (note.column == "p_churn" && note.reason == score->model.orders_note);
  EXPECT_TRUE(told);
}

TEST(ThinData, AnAccountWithoutHistoryIsNeverHealthy) {
  Log log = cdnow_master();
  log.index.insert("no history");
  const auto score = score_portfolio(log.tables(), *default_profile(), kRequest);
  ASSERT_TRUE(score);
  const std::size_t last = score->table.accounts - 1;
  EXPECT_TRUE(std::isnan(score->table.churn.p_churn[last]));
  EXPECT_TRUE(std::isnan(score->table.churn.p_alive[last]));
  EXPECT_TRUE(std::isnan(score->table.value.value_index[last]));
  EXPECT_EQ(score->table.value.coverage[last], 0);
  EXPECT_EQ(score->table.status[last], RowStatus::insufficient);
  EXPECT_TRUE(score->table.notes[last] & kNoOrders);
}

TEST(BadCalls, NameArgumentAndValue) {
  const auto message = [](ScoreRequest r) {
    return score_portfolio(cdnow_master().tables(), *default_profile(), r).error().message();
  };
  ScoreRequest r = kRequest;
  r.churn_horizon_days = -5;
  EXPECT_EQ(message(r), "`churn_horizon_days` must be finite and > 0, got -5");
  r = kRequest;
  r.discount = -.1;
  EXPECT_EQ(message(r), "`discount` must be finite and >= 0, got -0.1");
  r = kRequest;
  r.as_of = kNoDay;
  EXPECT_FALSE(message(r).empty());
}

TEST(PortfolioColumns, RanksSharesAndTies) {
  const std::vector<double> revenue{50, 200, 50, std::nan(""), -10, 0};
  const auto columns = portfolio_columns(revenue);
  EXPECT_EQ(columns.rank_revenue[1], 1);
  EXPECT_EQ(columns.rank_revenue[0], 2);
  EXPECT_EQ(columns.rank_revenue[2], 2);
  EXPECT_EQ(columns.rank_revenue[5], 4);
  EXPECT_EQ(columns.rank_revenue[4], 5);
  EXPECT_TRUE(std::isnan(columns.rank_revenue[3]));
  EXPECT_NEAR(columns.revenue_share[1], 200 / 300.0, 1e-15);
  EXPECT_TRUE(std::isnan(columns.revenue_share[4]));
  const auto none = portfolio_columns(std::vector<double>{-1, 0});
  EXPECT_FALSE(none.concentration);
  EXPECT_NE(none.note.find("non_positive_total"), std::string::npos);
  EXPECT_TRUE(std::isnan(none.revenue_share[1]));
}

TEST(Rules, ActAfterTheScorecardAndKeepReasonsExact) {
  const std::string text = std::string(default_profile_text()) + R"(
[[rule]]
id = "silent"
feature = "days_since_last"
above = 180
cap = 30
)";
  const auto ruled = score_portfolio(cdnow_master().tables(), *parse_profile(text, "x"), kRequest);
  ASSERT_TRUE(ruled) << ruled.error().message();
  const ValueBlock& v = ruled->table.value;
  const ValueBlock& plain = cdnow_score().table.value;
  std::size_t capped = 0;
  for (std::size_t i = 0; i < ruled->table.accounts; ++i) {
    const bool silent = ruled->table.facts.days_since_last[i] > 180;
    ASSERT_EQ(v.value_index[i],
              silent ? std::min(plain.value_index[i], 30.0) : plain.value_index[i]);
    double sum = v.coverage_points[i] + v.rule_points[0][i];
    for (const auto& column : v.reason_points) sum += column[i];
    ASSERT_NEAR(sum, v.value_index[i] - v.reference_index, 1e-10);
    ASSERT_LE(v.value_lo[i], v.value_index[i]);
    ASSERT_GE(v.value_hi[i], v.value_index[i]);
    capped += v.rule_points[0][i] < 0;
  }
  EXPECT_GT(capped, 100u);
}

TEST(Dimensions, HaveIntervalsAroundTheirScores) {
  const ValueBlock& v = cdnow_score().table.value;
  for (std::size_t d = 0; d < v.dimension_scores.size(); ++d) {
    for (std::size_t i = 0; i < cdnow_score().table.accounts; ++i) {
      if (std::isnan(v.dimension_scores[d][i])) {
        ASSERT_TRUE(std::isnan(v.dimension_lo[d][i]) && std::isnan(v.dimension_hi[d][i]));
        continue;
      }
      ASSERT_LE(v.dimension_lo[d][i], v.dimension_scores[d][i]);
      ASSERT_GE(v.dimension_hi[d][i], v.dimension_scores[d][i]);
      ASSERT_GE(v.dimension_lo[d][i], 0);
      ASSERT_LE(v.dimension_hi[d][i], 100);
    }
  }
}

/// CDNOW with costs: account i keeps the margin rate it is given, but every third has no costs.
PortfolioScore with_costs(std::vector<double>& cogs) {
  const Log& log = cdnow_master();
  for (std::size_t i = 0; i < log.amount.size(); ++i) {
    const auto account = log.account[i];
    cogs.push_back(account % 3 == 0 ? kNaN : log.amount[i] * (account % 3 == 1 ? .6 : 1.2));
  }
  auto tables = log.tables();
  tables.transactions.cogs = cogs;
  return *score_portfolio(tables, *default_profile(), kRequest);
}

TEST(Margin, WorthIsRevenueTimesTheAccountsOwnMarginOrThePortfolios) {
  std::vector<double> cogs;
  const PortfolioScore score = with_costs(cogs);
  EXPECT_TRUE(score.table.value_in_margin);
  EXPECT_FALSE(cdnow_score().table.value_in_margin);
  const double rate = score.model.margin_rate;
  EXPECT_GT(rate, -.2);
  EXPECT_LT(rate, .4);
  const WorthBlock &in_margin = score.table.worth, &in_revenue = cdnow_score().table.worth;
  const auto own = score.features.find("cm3_rate");
  for (std::size_t i = 0; i < score.table.accounts; ++i) {
    const bool known = std::isfinite(own[i]);
    ASSERT_EQ((score.table.notes[i] & kMarginOfPortfolio) != 0, !known);
    if (std::isnan(in_revenue.eav[i])) continue;  // no order, or no spend
    const double m = known ? own[i] : rate;
    ASSERT_NEAR(in_margin.eav[i], m * in_revenue.eav[i], 1e-12 * std::fabs(in_revenue.eav[i]));
    ASSERT_NEAR(in_margin.expected_loss[i], m * in_revenue.expected_loss[i],
                1e-12 * in_revenue.expected_loss[i]);
    ASSERT_LE(in_margin.eav_lo[i], in_margin.eav_hi[i]);
  }
  const auto again = parse_model(to_json(score.model));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->margin_rate, rate);
}

}  // namespace
}  // namespace kam::scoring
