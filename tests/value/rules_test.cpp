#include <kam/value/rules.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

const double kInf = std::numeric_limits<double>::infinity();

Rule cap(double threshold, double to) {
  return {.id = "late", .feature = "days_late", .threshold = threshold, .to = to};
}
Rule floor_at(double to) {
  return {.id = "floor", .feature = "x", .effect = RuleEffect::floor, .to = to};
}

// Gainsight's exceptions as told in docs/models/scorecard.md: "any critical → V ≤ 40".
TEST(Rules, CapHoldsTheIndexAndSaysWhatItCost) {
  const std::vector<Rule> rules{cap(90, 40)};
  double points = -1;
  const double late = 120, fine = 90;
  const RuledIndex ruled = apply(rules, {&late, 1}, {71, {71, 65, 76}}, {&points, 1});
  EXPECT_EQ(ruled.value_index, 40);
  EXPECT_EQ(points, -31);
  EXPECT_EQ(ruled.interval.hi, 40);
  EXPECT_EQ(ruled.interval.lo, 40);
  // At the threshold itself nothing fires, and an index below the cap is not touched.
  EXPECT_EQ(apply(rules, {&fine, 1}, {71, {71, 65, 76}}, {&points, 1}).value_index, 71);
  EXPECT_EQ(points, 0);
  EXPECT_EQ(apply(rules, {&late, 1}, {30, {30, 20, 45}}, {&points, 1}).interval.hi, 40);
}

TEST(Rules, MissingDataFireNothingAndAMissingIndexStaysMissing) {
  const std::vector<Rule> rules{cap(90, 40), floor_at(60)};
  std::vector<double> points(2);
  const double nothing[] = {kNaN, kNaN}, both[] = {100, 1};
  EXPECT_EQ(apply(rules, nothing, {71, {71, 65, 76}}, points).value_index, 71);
  EXPECT_EQ(points, (std::vector<double>{0, 0}));
  EXPECT_TRUE(std::isnan(apply(rules, both, {kNaN, {kNaN, kNaN, kNaN}}, points).value_index));
  EXPECT_EQ(points, (std::vector<double>{0, 0}));
}

TEST(Rules, LawsOverRandomRules) {
  Random random(3);
  for (int n = 0; n < 20000; ++n) {
    std::vector<Rule> rules(4);
    std::vector<double> x(4), points(4);
    for (std::size_t i = 0; i < 4; ++i) {
      rules[i] = cap(random.uniform(), 100 * random.uniform());
      rules[i].side = random.uniform() < .5 ? RuleSide::above : RuleSide::below;
      rules[i].effect = static_cast<RuleEffect>(static_cast<int>(3 * random.uniform()));
      if (rules[i].effect == RuleEffect::veto) rules[i].to = 0;
      ASSERT_TRUE(check(rules[i]).ok());
      x[i] = random.uniform() < .2 ? kNaN : random.uniform();
    }
    const double v = 100 * random.uniform(), lo = v * random.uniform(),
                 hi = v + (100 - v) * random.uniform();
    const RuledIndex ruled = apply(rules, x, {v, {v, lo, hi}}, points);
    double sum = 0;
    for (const double p : points) sum += p;
    ASSERT_NEAR(ruled.value_index - v, sum, 1e-12);
    ASSERT_LE(ruled.interval.lo, ruled.value_index);
    ASSERT_GE(ruled.interval.hi, ruled.value_index);
    ASSERT_GE(ruled.value_index, 0);
    ASSERT_LE(ruled.value_index, 100);
  }
}

TEST(Rules, WrongRulesAreNamed) {
  const auto message = [](Rule rule) { return check(rule).message(); };
  EXPECT_TRUE(check(cap(90, 40)).ok());
  EXPECT_NE(message({.feature = "x"}).find("needs an id"), std::string::npos);
  EXPECT_NE(message({.id = "a"}).find("needs a feature"), std::string::npos);
  EXPECT_NE(message(cap(kInf, 40)).find("late.threshold"), std::string::npos);
  EXPECT_NE(message(cap(kNaN, 40)).find("late.threshold"), std::string::npos);
  EXPECT_NE(message(cap(1, 101)).find("late.to"), std::string::npos);
  EXPECT_NE(message(cap(1, kNaN)).find("late.to"), std::string::npos);
  Rule veto = cap(1, 10);
  veto.effect = RuleEffect::veto;
  EXPECT_NE(message(veto).find("leads to 0"), std::string::npos);
}

}  // namespace
}  // namespace kam::value
