#include <kam/value/learned_weights.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include "value/outcome_accounts.hpp"

namespace kam::value {
namespace {

using namespace test;

TEST(LearnedWeights, BadRowsAreLeftOutAndCounted) {
  Accounts accounts = simulate(47, 300, 0.0, {2, 1});
  const LearnedWeights clean = *learn(accounts);
  accounts.add({50, 50}, kNan);
  accounts.add({50, 50}, kNan, kNan);
  accounts.add({50, 101}, 1);
  accounts.add({kInf, 50}, 1);
  accounts.add({kNan, kNan}, 1);
  accounts.add({50, -1}, 0);
  accounts.add({50, 50}, .5);
  accounts.add({50, 50}, kInf);
  accounts.add({50, 50}, 1, -1);
  accounts.add({50, 50}, 1, kNan);
  accounts.add({50, 50}, 1, kInf);
  const LearnedWeights found = *learn(accounts);
  EXPECT_EQ(found.beta, clean.beta);
  EXPECT_EQ(found.intercept, clean.intercept);
  EXPECT_EQ(found.unknown_outcomes, 2u);
  EXPECT_EQ(found.rows.rows_scored, 300u);
  EXPECT_EQ(found.rows.rows_rejected, 9u);
  EXPECT_EQ(found.rows.first_rejected, 302u);
  EXPECT_EQ(found.rows.first_reason, RowReason::out_of_domain);
}

TEST(LearnedWeights, TooFewEventsAreNamed) {
  Accounts accounts;
  Random random(53);
  for (int i = 0; i < 500; ++i) accounts.add({100 * random.uniform()}, i < 29 ? 1 : 0);
  const auto result = learn(accounts);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(result.error().message(),
            "29 events and 471 accounts without one; `minimum_events` asks for 30 of each: keep "
            "the prior weights");
  for (double& y : accounts.outcome) y = 1 - y;  // the rarer outcome counts, whichever it is
  EXPECT_NE(refusal(accounts).find("471 events and 29 accounts"), std::string::npos);
  EXPECT_NE(refusal({}, {.minimum_events = 0}).find("1 to 256"), std::string::npos);
  for (double& y : accounts.outcome) y = 1;
  EXPECT_NE(refusal(accounts, {.minimum_events = 0}).find("0 accounts without"), std::string::npos);
}

TEST(LearnedWeights, WhereNothingPointsTheRightWayThePriorIsKept) {
  Accounts accounts;
  for (int i = 0; i < 100; ++i) accounts.add({i * 1.0, i < 50 ? 20.0 : 60.0}, i < 50 ? 0 : 1);
  for (const Values& prior : {Values{}, Values{1, 2}}) {
    const auto result = learn(accounts, {.prior = prior});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), StatusCode::insufficient_data);
    EXPECT_NE(result.error().message().find("all coefficients are 0"), std::string::npos);
  }
}

TEST(LearnedWeights, RefusalsNameTheArgument) {
  Accounts accounts = simulate(59, 300, 0.0, {2, 1});
  EXPECT_EQ(refusal(accounts, {.ridge = 0}), "`ridge` must be between 1e-6 and 1e6, got 0");
  EXPECT_NE(refusal(accounts, {.ridge = kNan}).find("`ridge`"), std::string::npos);
  EXPECT_NE(refusal(accounts, {.minimum_events = -1}).find("`minimum_events`"), std::string::npos);
  EXPECT_NE(refusal(accounts, {.tolerance = 0}).find("`tolerance`"), std::string::npos);
  EXPECT_NE(refusal(accounts, {.max_iterations = 0}).find("`max_iterations`"), std::string::npos);
  EXPECT_EQ(refusal(accounts, {.prior = Values{1, -2}}),
            "`prior[1]` must be finite and >= 0, got -2");
  EXPECT_NE(refusal(accounts, {.prior = Values{0, 0}}).find("`prior`"), std::string::npos);
  EXPECT_NE(refusal(accounts, {.prior = Values{1}}).find("`prior`"), std::string::npos);
  accounts.scores[1].assign(300, kNan);
  EXPECT_EQ(refusal(accounts), "`scores[1]` has no score in any row used: leave it out");
  accounts.scores[1].pop_back();
  EXPECT_NE(refusal(accounts).find("`scores[1]`"), std::string::npos);
  accounts = simulate(59, 300, 0.0, {2, 1});
  accounts.weight.pop_back();
  EXPECT_NE(refusal(accounts).find("`weight`"), std::string::npos);
  accounts.weight.assign(300, 1e308);
  EXPECT_NE(refusal(accounts).find("finite sum"), std::string::npos);
}

TEST(LearnedWeights, ExtremeWeightsAndScoresGiveAnAnswer) {
  for (const double scale : {1e-12, 1e12}) {
    Accounts accounts = simulate(61, 300, 0.0, {2, 1});
    for (double& w : accounts.weight) w = scale;
    const auto found = learn(accounts, {.minimum_events = 0});
    ASSERT_TRUE(found.has_value()) << found.error().message();
    for (const double b : found->beta) EXPECT_TRUE(std::isfinite(b));
    EXPECT_TRUE(found->converged()) << scale << " " << found->kkt_residual;
  }
  Accounts corners;
  for (int i = 0; i < 200; ++i) corners.add({i % 2 == 0 ? 0.0 : 100.0}, i % 3 == 0 ? 1 : i % 2);
  for (double& s : corners.scores[0]) s = 100 - s;
  EXPECT_TRUE(learn(corners).has_value());
}

TEST(LearnedWeights, ThreadsChangeNoBitAndAHostMayStop) {
  const Accounts accounts = simulate(67, 20000, 0.0, {2, 1, 0}, .1);
  const auto columns = accounts.columns();
  const OutcomeColumns data{columns, accounts.outcome, accounts.weight};
  const Executor backwards{nullptr,
                           [](void*, std::size_t n, void (*body)(void*, std::size_t), void* at) {
                             for (std::size_t i = n; i-- > 0;) body(at, i);
                           }};
  EXPECT_EQ(learn_weights(data, {}, backwards)->beta, learn_weights(data)->beta);
  const Executor stop{nullptr, nullptr, [](void*, double) { return false; }};
  EXPECT_EQ(learn_weights(data, {}, stop).error().code(), StatusCode::cancelled);
}

}  // namespace
}  // namespace kam::value
