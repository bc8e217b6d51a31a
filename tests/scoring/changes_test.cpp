/// Did the account move, or the ruler: on the public log, with known causes.
#include <kam/scoring/changes.hpp>

#include <cmath>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

#include <kam/scoring/score_portfolio.hpp>

#include "scoring/cdnow_log.hpp"

namespace kam::scoring {
namespace {

struct Scored {
  PortfolioScore score;
  Scorer scorer;
};

Scored run_with(const Profile& profile, Day as_of, const Model* model = nullptr) {
  const ScoreRequest request{.as_of = as_of};
  auto score = model != nullptr ? score_portfolio(cdnow_master().tables(), *model, request)
                                : score_portfolio(cdnow_master().tables(), profile, request);
  auto scorer = *Scorer::make(score->model);
  return {std::move(*score), std::move(scorer)};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

ChangeBlock compare(const Scored& later, const Scored& earlier) {
  std::vector<std::size_t> same(later.score.table.accounts);
  std::iota(same.begin(), same.end(), std::size_t{0});
  const auto before = earlier_scores(earlier.scorer, earlier.score.table, earlier.score.features);
  auto block = changes(later.scorer, later.score.table, later.score.features, before, same);
  EXPECT_TRUE(block) << block.error().message();
  return std::move(*block);
}

/// Rows with a change; each must add up, and the columns in `zero` must not have moved.
std::size_t check_sums(const ChangeBlock& c, const Scored& later, const Scored& earlier,
                       std::initializer_list<const std::vector<double>*> zero) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < c.delta_value.size(); ++i) {
    const double total =
        later.score.table.value.value_index[i] - earlier.score.table.value.value_index[i];
    EXPECT_EQ(std::isnan(total), std::isnan(c.delta_value[i]));
    if (std::isnan(total)) continue;
    ++seen;
    EXPECT_NEAR(c.delta_value[i], total, 1e-10);
    EXPECT_NEAR(c.delta_behaviour[i] + c.delta_coverage[i] + c.delta_model[i], total, 1e-10);
    EXPECT_NEAR(c.delta_reference[i] + c.delta_weights[i] + c.delta_scorecard[i], c.delta_model[i],
                1e-12);
    for (const auto* column : zero) EXPECT_EQ((*column)[i], 0) << i;
    if (::testing::Test::HasFailure()) break;
  }
  return seen;
}

const Day kMarch = to_day({1998, 3, 31}), kJune = to_day({1998, 6, 30});

TEST(Changes, UnderOneModelAllIsTheAccountsOwn) {
  const Scored earlier = run_with(*default_profile(), kMarch);
  const Scored later = run_with(*default_profile(), kJune, &earlier.score.model);
  const ChangeBlock c = compare(later, earlier);
  EXPECT_GT(check_sums(c, later, earlier,
                       {&c.delta_model, &c.delta_reference, &c.delta_weights, &c.delta_scorecard}),
            20000u);
}

TEST(Changes, AnotherFitOfTheSameDayChangesNothing) {
  const Scored run = run_with(*default_profile(), kJune);
  const ChangeBlock c = compare(run, run);
  check_sums(c, run, run, {&c.delta_value, &c.delta_behaviour, &c.delta_coverage, &c.delta_model});
}

TEST(Changes, OtherWeightsOnTheSameDayAreTheModelAlone) {
  const std::string text(default_profile_text());
  const Profile heavier =
      *parse_profile(replaced(text, "weight = 0.42", "weight = 0.80"), "heavier");
  const Scored earlier = run_with(*default_profile(), kJune), later = run_with(heavier, kJune);
  const ChangeBlock c = compare(later, earlier);
  EXPECT_GT(
      check_sums(c, later, earlier,
                 {&c.delta_behaviour, &c.delta_coverage, &c.delta_reference, &c.delta_scorecard}),
      20000u);
}

TEST(Changes, AReferenceFittedAnewIsNoBehaviourWhereNothingWasBought) {
  const Scored earlier = run_with(*default_profile(), kMarch),
               later = run_with(*default_profile(), kJune);
  const ChangeBlock c = compare(later, earlier);
  check_sums(c, later, earlier, {});
  double moved = 0;
  for (const double d : c.delta_reference) moved += std::isnan(d) ? 0 : std::fabs(d);
  EXPECT_GT(moved, 1);  // the rulers did move
}

TEST(Changes, ANewRuleIsTheModelAndARuleThatBeginsToBiteIsTheAccount) {
  const std::string rule = R"(
[[rule]]
id = "silent"
feature = "days_since_last"
above = 400
cap = 25
)";
  const Profile ruled = *parse_profile(std::string(default_profile_text()) + rule, "ruled");
  const Scored plain = run_with(*default_profile(), kJune), capped = run_with(ruled, kJune);
  const ChangeBlock by_model = compare(capped, plain);
  check_sums(by_model, capped, plain, {&by_model.delta_behaviour, &by_model.delta_coverage});
  const Scored before = run_with(ruled, kMarch);
  const Scored after = run_with(ruled, kJune, &before.score.model);
  const ChangeBlock own = compare(after, before);
  check_sums(own, after, before, {&own.delta_model});
  // An indicator-less change: what the parts of the indicators do not explain is the rule's.
  std::size_t began = 0;
  for (std::size_t i = 0; i < own.delta_value.size(); ++i) {
    const double now = after.score.table.value.rule_points[0][i],
                 then = before.score.table.value.rule_points[0][i];
    if (std::isnan(own.delta_value[i]) || now == then) continue;
    double parts = now - then;
    for (const auto& column : own.behaviour_points) parts += column[i];
    ASSERT_NEAR(parts, own.delta_behaviour[i], 1e-10);
    ++began;
  }
  EXPECT_GT(began, 0u);
}

TEST(Changes, StrangersAndWrongSizes) {
  const Scored run = run_with(*default_profile(), kJune);
  auto before = earlier_scores(run.scorer, run.score.table, run.score.features);
  const std::vector<std::size_t> nobody(run.score.table.accounts, kNoRow);
  const auto block = changes(run.scorer, run.score.table, run.score.features, before, nobody);
  ASSERT_TRUE(block);
  for (const double d : block->delta_value) ASSERT_TRUE(std::isnan(d));
  const std::vector<std::size_t> wrong(run.score.table.accounts, before.accounts);
  const auto message = [&](std::span<const std::size_t> rows) {
    return changes(run.scorer, run.score.table, run.score.features, before, rows).error().message();
  };
  EXPECT_NE(message(wrong).find("earlier_row"), std::string::npos);
  EXPECT_NE(message({}).find("earlier_row"), std::string::npos);
  before.weights.pop_back();
  EXPECT_NE(message(nobody).find("earlier.weights"), std::string::npos);
}

}  // namespace
}  // namespace kam::scoring
