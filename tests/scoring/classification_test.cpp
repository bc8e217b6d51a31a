/// Tiers, classes and matrices of a scored portfolio: what the value room decides alone, joined.
#include <kam/scoring/classification.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>
#include <kam/scoring/score_portfolio.hpp>

#include "scoring/cdnow_log.hpp"

namespace kam::scoring {
namespace {

const ScoreRequest kRequest{.as_of = to_day({1998, 6, 30})};

constexpr const char* kRule = R"(
[[rule]]
id = "silent"
feature = "days_since_last"
above = 180
cap = 70
)";

PortfolioScore scored(const std::string& more = "") {
  const auto profile = parse_profile(std::string(default_profile_text()) + more, "x");
  EXPECT_TRUE(profile) << profile.error().message();
  return *score_portfolio(cdnow_master().tables(), *profile, kRequest);
}

portfolio::AccountColumns accounts_of(const PortfolioScore& score) {
  portfolio::AccountColumns accounts;
  accounts.rows = score.table.accounts;
  return accounts;
}

TEST(Classification, EveryAccountWithAnIndexHasATierByTheCuts) {
  const PortfolioScore score = scored();
  const auto& tiers = score.model.profile.tiers->tiers();
  for (std::size_t i = 0; i < score.table.accounts; ++i) {
    const double v = score.table.value.value_index[i];
    const std::int32_t tier = score.classes.tier[i];
    if (std::isnan(v)) {
      ASSERT_EQ(tier, value::kNoTier);
      continue;
    }
    ASSERT_NE(tier, value::kNoTier);
    if (tier == score.model.profile.tiers->potential()) continue;
    ASSERT_GE(v, tiers[static_cast<std::size_t>(tier)].from);
    if (tier > 0) {
      ASSERT_LT(v, tiers[static_cast<std::size_t>(tier) - 1].from);
    }
    ASSERT_GE(score.classes.tier_stability[i], 0);
    ASSERT_LE(score.classes.tier_stability[i], 1);
  }
}

TEST(Classification, ATierIsKeptWithinTheHysteresis) {
  const PortfolioScore score = scored();
  const auto accounts = accounts_of(score);
  const double slack = score.model.profile.tiers->spec().hysteresis;
  ASSERT_GT(slack, 0);
  const double cut = score.model.profile.tiers->tiers()[1].from;  // of the second tier
  const std::vector<std::int32_t> all_second(score.table.accounts, 1);
  const auto kept = classify(score.model, score.table, score.features, accounts, all_second);
  ASSERT_TRUE(kept) << kept.error().message();
  std::size_t stayed = 0;
  for (std::size_t i = 0; i < score.table.accounts; ++i) {
    const double v = score.table.value.value_index[i];
    if (!(v >= cut - slack && v < cut)) continue;
    EXPECT_NE(score.classes.tier[i], 1);
    if (kept->tier[i] == 1) ++stayed;
  }
  EXPECT_GT(stayed, 0u);
}

TEST(Classification, StabilityBesideACapIsThatOfTheIndexBeforeIt) {
  const PortfolioScore score = scored(kRule), plain = scored();
  const auto& tiers = *score.model.profile.tiers;
  const double z = *interval_z(score.model.profile.interval_level);
  std::size_t capped = 0;
  for (std::size_t i = 0; i < score.table.accounts; ++i) {
    const ValueBlock& v = score.table.value;
    if (!(v.rule_points[0][i] < 0)) continue;
    ++capped;
    // Capped at 70, in the tier that 70 lies in: it stays there while the index is above its cut.
    const auto tier = static_cast<std::size_t>(score.classes.tier[i]);
    ASSERT_LE(tiers.tiers()[tier].from, 70);
    const ValueBlock& before = plain.table.value;
    const double want =
        probability_between({before.value_index[i], before.value_lo[i], before.value_hi[i]}, z,
                            tiers.tiers()[tier].from, std::numeric_limits<double>::infinity());
    ASSERT_NEAR(score.classes.tier_stability[i], want, 1e-12);
  }
  EXPECT_GT(capped, 10u);
}

TEST(Classification, MatrixProbabilitiesAddUpAndTheCellIsTheLikeliestFarFromCuts) {
  const PortfolioScore score = scored();
  ASSERT_FALSE(score.classes.matrices.empty());
  for (const MatrixBlock& matrix : score.classes.matrices) {
    for (std::size_t i = 0; i < score.table.accounts; ++i) {
      if (matrix.cell[i] == value::kNoCell) continue;
      double sum = 0;
      for (const auto& cell : matrix.probabilities) sum += cell[i];
      ASSERT_NEAR(sum, 1, 1e-12);
      const auto cell = static_cast<std::size_t>(matrix.cell[i]);
      ASSERT_EQ(matrix.stability[i], matrix.probabilities[cell][i]);
    }
  }
}

TEST(Classification, ThresholdsAreFrozenAndGoThroughTheModelFile) {
  const std::string more = R"(
[[class]]
id = "busy"
all = [{feature = "orders_12m", quantile = 0.9}]
[[class]]
id = "nobody_knows"
all = [{feature = "quantity_12m", quantile = 0.5}]
)";
  const PortfolioScore score = scored(more);
  const auto again = parse_model(to_json(score.model));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(to_json(*again), to_json(score.model));
  const std::size_t busy = score.model.profile.classes.size() - 2;
  ASSERT_EQ(score.model.profile.classes[busy].id, "busy");
  const double threshold = score.model.class_thresholds[busy][0];
  // One account alone: its class is by the threshold of the fit.
  const auto orders = score.features.find("orders_12m");
  std::size_t yes = 0;
  for (std::size_t i = 0; i < score.table.accounts; ++i) {
    const bool holds = score.classes.classes[busy][i] == value::Answer::yes;
    ASSERT_EQ(holds, orders[i] >= threshold) << i;
    yes += holds;
    ASSERT_EQ(score.classes.classes[busy + 1][i], value::Answer::unknown);
  }
  EXPECT_GT(yes, 0u);
  EXPECT_LT(yes, score.table.accounts / 2);
}

TEST(Classification, TextsNameTheRuleThatFired) {
  const PortfolioScore score = scored();
  const auto accounts = accounts_of(score);
  const ClassificationTexts texts(score.model, score.table, score.features, accounts,
                                  score.classes);
  const ClassificationText en = texts.row(0, value::Language::en),
                           zh = texts.row(0, value::Language::zh);
  EXPECT_NE(en.tier.find("value index"), std::string::npos) << en.tier;
  EXPECT_NE(zh.tier.find("价值指数"), std::string::npos) << zh.tier;
  EXPECT_EQ(en.classes.size(), score.model.profile.classes.size());
  EXPECT_FALSE(en.relation.empty());
}

TEST(Classification, WrongSizesAreNamed) {
  const PortfolioScore score = scored();
  auto accounts = accounts_of(score);
  const std::vector<std::int32_t> few(3, 0);
  EXPECT_FALSE(classify(score.model, score.table, score.features, accounts, few));
  accounts.rows = 1;
  const auto wrong = classify(score.model, score.table, score.features, accounts);
  EXPECT_NE(wrong.error().message().find("accounts.rows"), std::string::npos);
}

}  // namespace
}  // namespace kam::scoring
