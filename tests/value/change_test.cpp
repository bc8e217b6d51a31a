/// The change between two runs: five parts that add up, each zero when its cause is absent.
#include <kam/value/change.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

Scorecard card_of(const std::vector<double>& weights, double coverage = .3) {
  std::vector<Dimension> dimensions{{.id = "a", .weight = .6, .minimum_coverage = coverage},
                                    {.id = "b", .weight = .4, .minimum_coverage = coverage}};
  std::vector<Indicator> indicators;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    indicators.push_back(
        {.id = std::to_string(k), .dimension = k % 2 == 0 ? "a" : "b", .weight = weights[k]});
  }
  return *make_scorecard(dimensions, indicators);
}

/// An earlier and a later run, kept alive together.
struct Runs {
  Scorecard card;
  ScorecardRow then, now;
  std::vector<double> rescored;
  std::vector<std::uint8_t> known;

  Runs(Scorecard c, ScorecardRow before, const std::vector<double>& after)
      : card(std::move(c)),
        then(std::move(before)),
        now(*evaluate(card, after)),
        rescored(then.scores),
        known(then.scores.size(), 1) {}

  [[nodiscard]] EarlierRow earlier() const {
    return {.value_index = then.value_index,
            .scores = then.scores,
            .rescored = rescored,
            .observed = then.observed,
            .weights = then.effective_weights,
            .known = known};
  }
  [[nodiscard]] Change change(LaterRow later = {}) const {
    later.row = &now;
    Change out;
    ChangeScratch scratch;
    EXPECT_TRUE(explain_change(card, earlier(), later, scratch, out).ok());
    return out;
  }
};

double parts(const Change& c) {
  return c.behaviour + c.reference + c.weights + c.coverage + c.model;
}

TEST(Change, SameRulerIsBehaviourAlone) {
  const Scorecard card = card_of({1, 1, 1, 1});
  const Runs runs(card, *evaluate(card, std::vector<double>{40, 50, 60, 70}), {60, 50, 60, 60});
  const Change c = runs.change();
  EXPECT_DOUBLE_EQ(c.total, .3 * 20 - .2 * 10);
  EXPECT_DOUBLE_EQ(c.behaviour, c.total);
  EXPECT_DOUBLE_EQ(c.behaviour_points[0], 6);
  EXPECT_DOUBLE_EQ(c.behaviour_points[3], -2);
  for (const double zero : {c.reference, c.weights, c.coverage, c.model}) EXPECT_EQ(zero, 0);
}

TEST(Change, OtherWeightsAloneAreNoBehaviour) {
  const std::vector<double> scores{40, 50, 60, 70};
  const Runs runs(card_of({3, 1, 1, 1}), *evaluate(card_of({1, 1, 1, 1}), scores), scores);
  const Change c = runs.change();
  EXPECT_NEAR(c.total, .6 * (45 - 50), 1e-12);
  EXPECT_NEAR(c.weights, c.total, 1e-12);
  for (const double zero : {c.behaviour, c.reference, c.coverage, c.model}) EXPECT_EQ(zero, 0);
}

TEST(Change, AnotherReferenceAloneIsNoBehaviour) {
  const Scorecard card = card_of({1, 1, 1, 1});
  const std::vector<double> now{45, 55, 60, 70};
  Runs runs(card, *evaluate(card, std::vector<double>{40, 50, 60, 70}), now);
  runs.rescored = now;  // the same data read off the later ruler
  const Change c = runs.change();
  EXPECT_NEAR(c.reference, c.total, 1e-12);
  for (const double zero : {c.behaviour, c.weights, c.coverage, c.model}) EXPECT_EQ(zero, 0);
}

TEST(Change, DataThatComeAndGoAreCoverage) {
  const Scorecard card = card_of({1, 1, 1, 1});
  const std::vector<double> with{40, 50, 60, 70}, without{kNaN, 50, 60, 70};
  for (const bool comes : {true, false}) {
    const Runs runs(card, *evaluate(card, comes ? without : with), comes ? with : without);
    const Change c = runs.change();
    EXPECT_NEAR(c.total, comes ? .6 * (50 - 60) : .6 * (60 - 50), 1e-12);
    EXPECT_NEAR(c.coverage, c.total, 1e-12);
    for (const double zero : {c.behaviour, c.reference, c.weights, c.model}) EXPECT_EQ(zero, 0);
  }
}

TEST(Change, DroppedIndicatorsAndRulesAreTheModel) {
  const Scorecard old = card_of({1, 1, 1, 1, 1}), now = card_of({1, 1, 1, 1});
  const std::vector<double> scores{40, 50, 60, 70, 90};
  const ScorecardRow before = *evaluate(old, scores);
  ScorecardRow kept = before;
  kept.scores.pop_back();
  kept.observed.pop_back();
  kept.effective_weights.pop_back();
  const Runs runs(now, kept, {40, 50, 60, 70});
  EarlierRow earlier = runs.earlier();
  earlier.dropped_scores = {&before.scores[4], 1};
  earlier.dropped_weights = {&before.effective_weights[4], 1};
  Change c;
  ChangeScratch scratch;
  ASSERT_TRUE(explain_change(now, earlier, {.row = &runs.now}, scratch, c).ok());
  EXPECT_NEAR(c.total, runs.now.value_index - before.value_index, 1e-12);
  EXPECT_NEAR(parts(c), c.total, 1e-12);
  EXPECT_LT(c.model, 0);  // the best mark is gone
  // What is left had the proportions .4 : .4 (b) against .6 (a, all) before: those are weights.
  EXPECT_NEAR(c.behaviour, 0, 1e-12);

  // A cap that begins to bite is behaviour under the same rules and the model under new ones.
  const Change own = runs.change({.rule_points = -10});
  EXPECT_NEAR(own.behaviour - runs.change().behaviour, -10, 1e-12);
  earlier.rule_points_now = -10;
  Change ruler;
  ASSERT_TRUE(
      explain_change(now, earlier, {.row = &runs.now, .rule_points = -10}, scratch, ruler).ok());
  EXPECT_NEAR(ruler.model - c.model, -10, 1e-12);
  EXPECT_NEAR(ruler.behaviour, c.behaviour, 1e-12);
}

TEST(Change, PartsAddUpOverRandomRuns) {
  Random random(17);
  const auto draw = [&] { return random.uniform() < .2 ? kNaN : 100 * random.uniform(); };
  ChangeScratch scratch;
  Change c;
  int seen = 0;
  for (int n = 0; n < 20000; ++n) {
    std::vector<double> w_old(6), w_new(6), then(6), now(6);
    for (std::size_t k = 0; k < 6; ++k) {
      w_old[k] = random.uniform();
      w_new[k] = random.uniform();
      then[k] = draw();
      now[k] = draw();
    }
    const Scorecard old = card_of(w_old, .4);
    Runs runs(card_of(w_new, .4), *evaluate(old, then), now);
    runs.rescored = then;
    for (double& s : runs.rescored) s = std::isnan(s) ? s : 100 * random.uniform();
    if (n % 3 == 0) {  // the last indicator is new
      runs.known[5] = 0;
      then[5] = kNaN;
      runs.then = *evaluate(old, then);
      runs.rescored[5] = kNaN;
    }
    EarlierRow earlier = runs.earlier();
    earlier.rule_points = -5;
    earlier.rule_points_now = -4;
    earlier.value_index += earlier.rule_points;
    const LaterRow later{.row = &runs.now, .rule_points = -3};
    ASSERT_TRUE(explain_change(runs.card, earlier, later, scratch, c).ok());
    const double total = runs.now.value_index - 3 - earlier.value_index;
    if (std::isnan(total)) {
      ASSERT_TRUE(std::isnan(c.total) && std::isnan(c.behaviour));
      continue;
    }
    ++seen;
    ASSERT_NEAR(c.total, total, 1e-12 * 100);
    ASSERT_NEAR(parts(c), total, 1e-12 * 100) << n;
  }
  EXPECT_GT(seen, 10000);
}

TEST(Change, WrongSizesAreNamed) {
  const Scorecard card = card_of({1, 1});
  const Runs runs(card, *evaluate(card, std::vector<double>{1, 2}), {1, 2});
  ChangeScratch scratch;
  Change out;
  EarlierRow earlier = runs.earlier();
  earlier.rescored = {};
  const Status s = explain_change(card, earlier, {.row = &runs.now}, scratch, out);
  EXPECT_NE(s.message().find("earlier.rescored"), std::string::npos);
  EXPECT_FALSE(explain_change(card, runs.earlier(), {}, scratch, out).ok());
  const std::vector<double> wild{1, 1e9};
  earlier.rescored = wild;
  EXPECT_NE(explain_change(card, earlier, {.row = &runs.now}, scratch, out)
                .message()
                .find("earlier.rescored"),
            std::string::npos);
}

}  // namespace
}  // namespace kam::value
