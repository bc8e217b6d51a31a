/// One account: the bits of the functions behind it, and not one allocation.
#include <kam/value/account_scorer.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "value/scorecards.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counts for the whole test program; GoogleTest's own allocations lie outside the measured part.
// Not inlined: g++ 12 takes malloc and free for a mismatch with the operators they implement.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace kam::value {
namespace {

using test::same;

/// Twenty indicators in four dimensions: bands, ranks, ranges, targets and robust z; some age, some
/// have stand-ins; two share a feature.
Scorecard twenty() {
  std::vector<Dimension> dimensions;
  std::vector<Indicator> indicators;
  for (std::size_t d = 0; d < 4; ++d) dimensions.push_back({.id = test::numbered("d", d)});
  for (std::size_t k = 0; k < 20; ++k) {
    Indicator i{.id = test::numbered("k", k), .dimension = dimensions[k % 4].id};
    i.feature = test::numbered("x", k == 19 ? 0 : k);
    if (k % 5 == 0) i.scale = *make_bands({{0, 0}, {1, 30}, {3, 80}, {10, 100}});
    if (k % 5 == 1) i.scale = RangeScale{0, 10, Transform::log};
    if (k % 5 == 2) i.scale = RobustZScale{};
    if (k % 5 == 3) {
      i.scale = TargetScale{3, 6, 1.5};
      i.direction = Direction::nominal_is_best;
    }
    if (k % 7 == 0) i.half_life_days = 200;
    if (k % 6 == 0) i.missing_score = 20;
    indicators.push_back(i);
  }
  return *make_scorecard(dimensions, indicators);
}

struct Prepared {
  explicit Prepared(std::uint64_t seed) : random(seed), card(twenty()) {
    for (std::size_t k = 0; k < 20; ++k) {
      std::vector<double> values(500);
      for (double& v : values) v = random.uniform(-1, 11);
      references.emplace_back(*make_reference(values));
    }
    reference = *evaluate(card, random.scores(20, .1));
    rules.push_back({.id = "late", .feature = "days_late", .threshold = 90, .to = 40});
    rules.push_back(
        {.id = "big", .feature = "x3", .threshold = 9, .effect = RuleEffect::floor, .to = 45});
    scorer.emplace(*make_account_scorer(card, references, reference, rules));
  }
  std::vector<double> values(double missing, double low, double high) {
    std::vector<double> x(scorer->features().size());
    for (double& v : x) v = random.chance(missing) ? kNaN : random.uniform(low, high);
    return x;
  }
  test::RandomNumbers random;
  Scorecard card;
  std::vector<std::optional<FrozenReference>> references;
  ScorecardRow reference;
  std::vector<Rule> rules;
  std::optional<AccountScorer> scorer;
};

TEST(AccountScorer, AllocatesNothing) {
  Prepared p(1);
  AccountRow row = p.scorer->make_row();
  std::vector<std::vector<double>> x, ages;
  for (int n = 0; n < 200; ++n) {  // from complete to empty rows
    x.push_back(p.values(n / 199., -1, 120));
    ages.push_back(p.values(.5, 0, 900));
  }
  std::size_t defined = 0;
  bool all_ok = true;
  const std::size_t before = allocations.load();
  for (std::size_t n = 0; n < x.size(); ++n) {
    all_ok &= p.scorer->score(x[n], {}, row).ok();
    defined += std::isnan(row.value_index) ? 0u : 1u;
    all_ok &= p.scorer->score(x[n], ages[n], row).ok();
  }
  const std::size_t after = allocations.load();
  EXPECT_EQ(after - before, 0u);
  EXPECT_TRUE(all_ok);
  EXPECT_GT(defined, 100u);  // both kinds of rows were met
  EXPECT_LT(defined, 200u);
  EXPECT_GT(before, 0u);  // the counter counts
}

TEST(AccountScorer, HasTheBitsOfTheFunctionsBehindIt) {
  Prepared p(2);
  AccountRow row = p.scorer->make_row();
  EXPECT_EQ(p.scorer->features().size(), 20u);  // 19 and days_late; x0 and x3 once
  std::size_t moved = 0;
  for (int n = 0; n < 3000; ++n) {
    const auto x = p.values(.3, -1, 120), ages = p.values(.3, -5, 900);
    ASSERT_TRUE(p.scorer->score(x, ages, row).ok());
    std::vector<double> scores, fresh;
    const auto at = [&](const std::string& name) {
      const auto& names = p.scorer->features();
      return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    for (std::size_t k = 0; k < 20; ++k) {
      const Indicator& i = p.card.indicators()[k];
      scores.push_back(score(i, &*p.references[k], x[at(i.feature)]));
      fresh.push_back(freshness(i, ages[at(i.feature)]));
    }
    const ScorecardRow want = *evaluate(p.card, scores, fresh);
    ASSERT_TRUE(same(row.card.value_index, want.value_index));
    ASSERT_TRUE(same(row.card.coverage, want.coverage));
    for (std::size_t d = 0; d < 4; ++d) {
      ASSERT_TRUE(same(row.card.dimension_scores[d], want.dimension_scores[d]));
    }
    const auto why = explain(want, p.reference);
    for (std::size_t k = 0; k < 20; ++k) {
      ASSERT_TRUE(same(row.why.points[k], why ? why->points[k] : kNaN));
    }
    ASSERT_TRUE(same(row.why.coverage_points, why ? why->coverage_points : kNaN));
    double sum = row.card.value_index;
    for (const double points : row.rule_points) sum += points;
    if (!std::isnan(sum)) {
      ASSERT_NEAR(row.value_index, sum, 1e-12);
    }
    if (x[at("days_late")] > 90 && !std::isnan(row.value_index)) {
      ASSERT_LE(row.card.value_index + row.rule_points[0], 40 + 1e-12);
      ++moved;
    }
  }
  EXPECT_GT(moved, 100u);
}

TEST(AccountScorer, WrongSizesAreNamedAndLeaveTheRow) {
  Prepared p(3);
  AccountRow row = p.scorer->make_row();
  const auto x = p.values(0, 0, 10);
  ASSERT_TRUE(p.scorer->score(x, {}, row).ok());
  const double index = row.value_index;
  const std::vector<double> few(3, 1.0);
  EXPECT_NE(p.scorer->score(few, {}, row).message().find("`x`"), std::string::npos);
  EXPECT_NE(p.scorer->score(x, few, row).message().find("`ages`"), std::string::npos);
  AccountRow empty;
  EXPECT_NE(p.scorer->score(x, {}, empty).message().find("`row`"), std::string::npos);
  EXPECT_EQ(row.value_index, index);
  const std::vector<std::optional<FrozenReference>> none(3);
  EXPECT_FALSE(make_account_scorer(p.card, none, p.reference));
  EXPECT_FALSE(make_account_scorer(p.card, p.references, ScorecardRow{}));
}

}  // namespace
}  // namespace kam::value
