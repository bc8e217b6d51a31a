#include <kam/value/relation_type.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace kam::value {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr Answer kNo = Answer::no, kUnknown = Answer::unknown, kYes = Answer::yes;
constexpr RelationType kOrdinary = RelationType::ordinary, kPartner = RelationType::partner,
                       kStrategic = RelationType::strategic, kOpen = RelationType::unknown;

std::string text(const Contacts& c, Language language = Language::en) {
  return relation_text(c, {}, language);
}

// --- the words of the field --------------------------------------------------

/// Bow-tie (one pair), several functions, all levels with joint team: the three of the key-account
/// literature; its authors describe structures and give no numbers, so structures are tested.
TEST(RelationType, BowTiePartnersAndJointTeams) {
  EXPECT_EQ(relation_type({1, 1, 1, kNo, kNo}), kOrdinary);
  EXPECT_EQ(relation_type({4, 2, 3.5, kYes, kNo}), kPartner);
  EXPECT_EQ(relation_type({4, 3, 3.5, kYes, kYes}), kStrategic);
  EXPECT_EQ(relation_type({6, 3, 1.8, kYes, kYes}), kOrdinary);  // all hangs on one pair
  EXPECT_EQ(relation_type({0, 0, 0, kNo, kNo}), kOrdinary);
}

TEST(RelationType, TheTextIsTheRuleThatFired) {
  EXPECT_EQ(text({1, 1, 1, kNo, kNo}), "departments 1 <= 1 and effective contact pairs 1 < 2");
  EXPECT_EQ(text({6, 3, 1.8, kYes, kYes}, Language::zh), "有效联系对数 1.8 < 2");
  EXPECT_EQ(text({5, 3, 4.2, kYes, kYes}),
            "levels 3 >= 3 and departments 5 >= 4 and executive pair and joint team");
  EXPECT_EQ(
      text({3, 2, 2.6, kYes, kNo}),
      "departments 3 > 1 and effective contact pairs 2.6 >= 2; not strategic: levels 2 < 3 and "
      "departments 3 < 4 and no joint team");
  EXPECT_EQ(text({5, 3, kNaN, kUnknown, kYes}),
            "missing: effective contact pairs and executive pair");
  EXPECT_EQ(text({5, kNaN, kNaN, kUnknown, kNo}, Language::zh), "缺失：有效联系对数");
  EXPECT_EQ(text({5, 7, 3, kYes, kYes}), "a contact number outside its domain");
}

// --- laws --------------------------------------------------------------------

/// More contact never makes the relation a lesser one.
TEST(RelationType, RisesWithContact) {
  const double pairs[] = {1, 1.9, 2, 5};
  for (double d = 0; d < 6; ++d) {
    for (double level = 0; level <= 3; ++level) {
      for (const double n : pairs) {
        for (const Answer executive : {kNo, kYes}) {
          for (const Answer team : {kNo, kYes}) {
            const RelationType now = relation_type({d, level, n, executive, team});
            EXPECT_NE(now, kOpen);
            EXPECT_LE(now, relation_type({d + 1, level, n, executive, team}));
            EXPECT_LE(now, relation_type({d, std::min(level + 1, 3.0), n, executive, team}));
            EXPECT_LE(now, relation_type({d, level, n + 1, executive, team}));
            EXPECT_LE(now, relation_type({d, level, n, kYes, team}));
            EXPECT_LE(now, relation_type({d, level, n, executive, kYes}));
          }
        }
      }
    }
  }
}

// --- independent path: all completions ---------------------------------------

/// Unknown exactly when two ways of filling in what is missing give two types.
TEST(RelationType, UnknownMeansThatCompletionsDiffer) {
  const std::vector<double> departments = {0, 1, 2, 3, 4, 5}, levels = {0, 1, 2, 3},
                            pairs = {1, 1.5, 2, 3};
  const std::vector<Answer> answers = {kNo, kYes};
  const auto or_missing = [](std::vector<double> v) { return v.push_back(kNaN), v; };
  const auto fill = [](double x, const std::vector<double>& all) {
    return std::isnan(x) ? all : std::vector<double>{x};
  };
  const auto settle = [&](Answer a) { return a == kUnknown ? answers : std::vector<Answer>{a}; };
  const auto plain = [](double d, double l, double n, Answer e, Answer t) {
    if (d <= 1 || n < 2) return kOrdinary;
    return l == 3 && d >= 4 && e == kYes && t == kYes ? kStrategic : kPartner;
  };
  int open = 0;
  for (const double d : or_missing(departments))
    for (const double l : or_missing(levels))
      for (const double n : or_missing(pairs))
        for (const Answer e : {kNo, kUnknown, kYes})
          for (const Answer t : {kNo, kUnknown, kYes}) {
            std::set<RelationType> types;
            for (const double d1 : fill(d, departments))
              for (const double l1 : fill(l, levels))
                for (const double n1 : fill(n, pairs))
                  for (const Answer e1 : settle(e))
                    for (const Answer t1 : settle(t)) types.insert(plain(d1, l1, n1, e1, t1));
            const RelationType expected = types.size() == 1 ? *types.begin() : kOpen;
            open += expected == kOpen;
            ASSERT_EQ(relation_type({d, l, n, e, t}), expected) << d << " " << l << " " << n;
          }
  EXPECT_GT(open, 100);
}

TEST(RelationType, BatchIsItsRows) {
  const std::vector<double> departments = {1, 4, 4, kNaN, -1, 3}, levels = {1, 2, 3, 3, 3, kInf},
                            pairs = {1, 3, 3, 3, 3, 3};
  const std::vector<Answer> executive = {kNo, kYes, kYes, kYes, kYes, kNo},
                            team = {kNo, kNo, kYes, kYes, kYes, kNo};
  std::vector<RelationType> out(6);
  const BatchReport report = relation_type({departments, levels, pairs, executive, team}, {}, out);
  EXPECT_EQ(out, (std::vector<RelationType>{kOrdinary, kPartner, kStrategic, kOpen, kOpen, kOpen}));
  EXPECT_EQ(report.rows_scored, 3u);
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_rejected, 3u);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
}

// --- hostile -----------------------------------------------------------------

TEST(RelationType, NumbersThatCannotBe) {
  EXPECT_EQ(contacts_reason({}), RowReason::none);
  EXPECT_EQ(contacts_reason({-1, 1, 1}), RowReason::out_of_domain);
  EXPECT_EQ(contacts_reason({1.5, 1, 1}), RowReason::out_of_domain);
  EXPECT_EQ(contacts_reason({kInf, 1, 1}), RowReason::not_finite);
  EXPECT_EQ(contacts_reason({1, 4, 1}), RowReason::out_of_domain);
  EXPECT_EQ(contacts_reason({1, 1, .5}), RowReason::out_of_domain);
  EXPECT_EQ(contacts_reason({1, 1, -kInf}), RowReason::not_finite);
  EXPECT_EQ(contacts_reason({1, 1, 1 - 1e-12}), RowReason::none);  // 1/Σq² of one pair, rounded
  EXPECT_EQ(relation_type({-1, 1, 1, kNo, kNo}), kOpen);
  EXPECT_EQ(relation_type({}), kOpen);
}

TEST(RelationRule, RefusalsNameTheThreshold) {
  EXPECT_TRUE(check(RelationRule{}).ok());
  EXPECT_EQ(check({.ordinary_departments = -1}).message(),
            "`ordinary_departments` must be finite and >= 0, got -1");
  EXPECT_EQ(check({.ordinary_pairs = kNaN}).message(),
            "`ordinary_pairs` must be finite and >= 0, got nan");
  EXPECT_EQ(check({.strategic_departments = 1}).message(),
            "`strategic_departments` must be finite and more than `ordinary_departments`, got 1");
  EXPECT_EQ(check({.strategic_levels = 4}).message(),
            "`strategic_levels` must be between 0 and 3, got 4");
  const std::vector<double> one = {1};
  const std::vector<Answer> yes = {kYes};
  std::vector<RelationType> out = {kPartner};
  EXPECT_FALSE(relation_type({one, one, one, yes, yes}, {.strategic_levels = 4}, out).ok());
  EXPECT_EQ(relation_type({one, {}, one, yes, yes}, {}, out).status.message(),
            "`levels` has 0 rows, expected 1");
  EXPECT_EQ(out[0], kPartner);
}

}  // namespace
}  // namespace kam::value
