#include <kam/value/classes.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <kam/base/random.hpp>

namespace kam::value {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
using Values = std::vector<double>;
using Answers = std::vector<Answer>;
using Side = NumberCondition::Side;
constexpr Answer kNo = Answer::no, kUnknown = Answer::unknown, kYes = Answer::yes;

NumberCondition at_least(std::string feature, double threshold, double quantile = kNaN) {
  return {std::move(feature), Side::at_least, threshold, quantile};
}

/// The four of the sales texts: volume, public sector, value chain, room to grow under attack.
std::vector<AccountClass> four_classes() {
  return {
      {.id = "economic",
       .label_zh = "经济",
       .all = {at_least("quantity_12m", 4100, .8), at_least("orders_12m", 12)}},
      {.id = "important", .all = {SectorCondition{{"public", "health", "press"}}}},
      {.id = "group",
       .any = {FlagCondition{"supplier_too"}, FlagCondition{"group_purchase"},
               FlagCondition{"parent"}}},
      {.id = "strategic", .all = {at_least("growth", 70), at_least("competitor_exposure", 60)}}};
}

ClassRules rules() {
  return *make_class_rules(four_classes());
}

const Values kNumbers = {5200, 24, 80, kNaN};  // quantity, orders, growth, exposure
const Answers kFlags = {kNo, kYes, kUnknown};  // supplier_too, group_purchase, parent

// --- the words of the field --------------------------------------------------

TEST(Classes, TheFourOfTheSalesTexts) {
  const ClassRules r = rules();
  EXPECT_EQ(r.features(), (std::vector<std::string>{"quantity_12m", "orders_12m", "growth",
                                                    "competitor_exposure"}));
  EXPECT_EQ(r.flags(), (std::vector<std::string>{"supplier_too", "group_purchase", "parent"}));
  const auto is = *classify(r, {kNumbers, kFlags, "health"});
  EXPECT_EQ(is, (Answers{kYes, kYes, kYes, kUnknown}));
}

TEST(Classes, TheTextIsTheRuleThatFired) {
  const ClassRules r = rules();
  const ClassFacts facts{kNumbers, kFlags, "health"};
  EXPECT_EQ(class_text(r, 0, facts, Language::en),
            "quantity_12m 5200 >= 4100 (80 % quantile of the fit) and orders_12m 24 >= 12");
  EXPECT_EQ(class_text(r, 0, facts, Language::zh),
            "quantity_12m 5200 >= 4100（拟合样本的 80 % 分位数） 且 orders_12m 24 >= 12");
  EXPECT_EQ(class_text(r, 1, facts, Language::en), "sector health in {public, health, press}");
  EXPECT_EQ(class_text(r, 2, facts, Language::en), "group_purchase yes");
  EXPECT_EQ(class_text(r, 3, facts, Language::en), "competitor_exposure missing");
  const Values small = {300, 24, 20, kNaN};
  const Answers none = {kNo, kNo, kNo};
  const ClassFacts poor{small, none, "retail"};
  EXPECT_EQ(*classify(r, poor), (Answers{kNo, kNo, kNo, kNo}));
  EXPECT_EQ(class_text(r, 0, poor, Language::en),
            "quantity_12m 300 < 4100 (80 % quantile of the fit)");
  EXPECT_EQ(class_text(r, 1, poor, Language::en), "sector retail not in {public, health, press}");
  EXPECT_EQ(class_text(r, 2, poor, Language::zh),
            "supplier_too 否 且 group_purchase 否 且 parent 否");
  EXPECT_EQ(class_text(r, 3, poor, Language::en), "growth 20 < 70");  // decides without exposure
}

TEST(Classes, AllAndAnyTogether) {
  const ClassRules r = *make_class_rules({{.id = "both",
                                           .all = {NumberCondition{"days_late", Side::at_most, 30}},
                                           .any = {FlagCondition{"a"}, FlagCondition{"b"}}}});
  const auto text = [&](double late, Answer a, Answer b) {
    const Values numbers = {late};
    const Answers flags = {a, b};
    const ClassFacts facts{numbers, flags};
    return std::string(answer_name((*classify(r, facts))[0])) + ": " +
           class_text(r, 0, facts, Language::en);
  };
  EXPECT_EQ(text(30, kYes, kNo), "yes: days_late 30 <= 30 and a yes");
  EXPECT_EQ(text(30, kNo, kNo), "no: a no and b no");
  EXPECT_EQ(text(30.5, kYes, kNo), "no: days_late 30.5 > 30");
  EXPECT_EQ(text(kNaN, kYes, kNo), "unknown: days_late missing");
  EXPECT_EQ(text(3, kUnknown, kNo), "unknown: a missing");
  EXPECT_EQ(text(3, kUnknown, kYes), "yes: days_late 3 <= 30 and b yes");
  EXPECT_EQ(text(kNaN, kUnknown, kNo), "unknown: days_late missing and a missing");
}

/// Type 7 of Hyndman & Fan (1996), American Statistician 50(4): R's quantile(1:10, .8) is 8.2.
TEST(FitQuantile, TypeSevenOfHyndmanAndFan) {
  Values ten(10);
  std::iota(ten.rbegin(), ten.rend(), 1.0);
  EXPECT_DOUBLE_EQ(*fit_quantile(ten, .8), 8.2);
  EXPECT_DOUBLE_EQ(*fit_quantile(ten, .5), 5.5);
  EXPECT_EQ(*fit_quantile(ten, 0), 1);
  EXPECT_EQ(*fit_quantile(ten, 1), 10);
  EXPECT_EQ(*fit_quantile(Values{kNaN, 7, kInf}, .3), 7);
}

// --- laws --------------------------------------------------------------------

TEST(Classes, TheFitAndNotTheBatchMakesTheThreshold) {
  std::vector<AccountClass> classes = four_classes();
  std::get<NumberCondition>(classes[0].all[0]).threshold = kNaN;
  const std::vector<std::string> names = {"orders_12m", "quantity_12m"};
  const Values orders = {1, 2, 3}, quantity = {100, kNaN, 200, 300, 400, 500};
  const std::vector<std::span<const double>> columns = {orders, quantity};
  EXPECT_FALSE(make_class_rules(classes));
  const auto frozen = freeze_quantiles(classes, names, columns);
  ASSERT_TRUE(frozen);
  EXPECT_DOUBLE_EQ(std::get<NumberCondition>((*frozen)[0].all[0]).threshold, 420);
  EXPECT_EQ(std::get<NumberCondition>((*frozen)[0].all[1]).threshold, 12);  // stated: untouched
  const Values more = {1000, 2000};
  const std::vector<std::span<const double>> later = {orders, more};
  const auto again = freeze_quantiles(*frozen, names, later);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *frozen);  // frozen once
}

TEST(FitQuantile, IsMonotoneAndIgnoresOrder) {
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    Values values(1 + random.below(40));
    for (double& v : values) v = std::floor(20 * random.uniform());
    double last = -1;
    for (double q = 0; q <= 1; q += .05) {
      const double at = *fit_quantile(values, q);
      EXPECT_GE(at, last);
      last = at;
    }
    Values turned(values.rbegin(), values.rend());
    EXPECT_EQ(*fit_quantile(turned, .37), *fit_quantile(values, .37));
  }
}

/// Learning a datum never turns a yes into a no: unknown is all that it can settle.
TEST(Classes, KnowledgeOnlySettlesTheUnknown) {
  const ClassRules r = rules();
  Random random(2);
  for (int trial = 0; trial < 5000; ++trial) {
    Values full(4);
    for (double& x : full) x = random.uniform() < .5 ? 1e4 : 0;
    Answers flags(3);
    for (Answer& f : flags) f = random.uniform() < .5 ? kYes : kNo;
    const std::string_view sector = random.uniform() < .5 ? "press" : "retail";
    const auto known = *classify(r, {full, flags, sector});
    EXPECT_EQ(std::count(known.begin(), known.end(), kUnknown), 0);
    Values part = full;
    for (double& x : part) x = random.uniform() < .4 ? (random.uniform() < .5 ? kNaN : kInf) : x;
    Answers some = flags;
    for (Answer& f : some) f = random.uniform() < .4 ? kUnknown : f;
    const auto partly = *classify(r, {part, some, random.uniform() < .4 ? "" : sector});
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_TRUE(partly[c] == known[c] || partly[c] == kUnknown);
    }
  }
}

// --- independent path: all completions ---------------------------------------

Condition flag(std::size_t k) {
  return FlagCondition{std::string(1, static_cast<char>('a' + k))};
}

/// A class over flags that are each read once is known exactly when every way of filling in the
/// unknown flags gives the same answer.
TEST(Classes, UnknownMeansThatCompletionsDiffer) {
  for (std::size_t alls = 0; alls <= 4; ++alls) {
    AccountClass one{.id = "x"};
    for (std::size_t k = 0; k < 4; ++k) (k < alls ? one.all : one.any).push_back(flag(k));
    const ClassRules r = *make_class_rules({one});
    for (int code = 0; code < 81; ++code) {
      Answers flags;
      for (int k = 0, rest = code; k < 4; ++k, rest /= 3) {
        flags.push_back(static_cast<Answer>(rest % 3));
      }
      bool can_be_yes = false, can_be_no = false;
      for (unsigned fill = 0; fill < 16; ++fill) {
        bool all = true, any = alls == 4;
        for (std::size_t k = 0; k < 4; ++k) {
          const bool value = flags[k] == kUnknown ? (fill >> k & 1) != 0 : flags[k] == kYes;
          k < alls ? all = all&& value : any = any || value;
        }
        (all && any ? can_be_yes : can_be_no) = true;
      }
      const Answer expected = can_be_yes && can_be_no ? kUnknown : can_be_yes ? kYes : kNo;
      EXPECT_EQ((*classify(r, {{}, flags}))[0], expected) << alls << " " << code;
    }
  }
}

TEST(FitQuantile, AgreesWithSorting) {
  Random random(3);
  for (int trial = 0; trial < 500; ++trial) {
    Values values(1 + random.below(60));
    for (double& v : values) v = 2e3 * random.uniform() - 1e3;
    const double q = random.uniform(), at = q * static_cast<double>(values.size() - 1);
    Values sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const auto k = static_cast<std::size_t>(at);
    const double next = sorted[std::min(k + 1, sorted.size() - 1)];
    const double expected = sorted[k] + (at - static_cast<double>(k)) * (next - sorted[k]);
    EXPECT_NEAR(*fit_quantile(values, q), expected, 1e-9);
  }
}

TEST(Classes, BatchIsItsRows) {
  const ClassRules r = rules();
  Random random(4);
  const std::size_t rows = 9000;
  std::vector<Values> numbers(4, Values(rows));
  std::vector<Answers> flags(3, Answers(rows)), out(4, Answers(rows));
  std::vector<std::string_view> sector(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (Values& n : numbers) n[i] = random.uniform() < .1 ? kNaN : 8200 * random.uniform();
    for (Answers& f : flags) f[i] = static_cast<Answer>(random.below(3));
    sector[i] = random.uniform() < .1 ? "" : random.uniform() < .5 ? "public" : "steel";
  }
  const std::vector<std::span<const double>> number_columns(numbers.begin(), numbers.end());
  const std::vector<std::span<const Answer>> flag_columns(flags.begin(), flags.end());
  const std::vector<std::span<Answer>> to(out.begin(), out.end());
  const BatchReport report = classify(r, {number_columns, flag_columns, sector}, to);
  std::size_t open = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const Values x = {numbers[0][i], numbers[1][i], numbers[2][i], numbers[3][i]};
    const Answers f = {flags[0][i], flags[1][i], flags[2][i]};
    const auto one = *classify(r, {x, f, sector[i]});
    open += std::count(one.begin(), one.end(), kUnknown) > 0;
    for (std::size_t c = 0; c < 4; ++c) ASSERT_EQ(out[c][i], one[c]);
  }
  EXPECT_GT(open, 100u);
  EXPECT_EQ(report.rows_rejected, open);
  EXPECT_EQ(report.rows_scored, rows - open);
  EXPECT_EQ(report.first_reason, RowReason::undefined_value);
}

// --- hostile -----------------------------------------------------------------

TEST(ClassRules, RefusalsNameClassAndCondition) {
  const auto refusal = [](AccountClass one) {
    const auto made = make_class_rules({{.id = "first", .any = {FlagCondition{"f"}}}, one});
    return made ? std::string("accepted") : made.error().message();
  };
  EXPECT_EQ(refusal({.id = "x", .any = {FlagCondition{"f"}}}), "accepted");
  EXPECT_EQ(refusal({.any = {FlagCondition{"f"}}}), "`classes[1]` needs an id");
  EXPECT_EQ(refusal({.id = "first", .any = {FlagCondition{"f"}}}),
            "`classes[1]` repeats the id `first`");
  EXPECT_EQ(refusal({.id = "x"}), "`x` is a class without conditions");
  EXPECT_EQ(refusal({.id = "x", .all = {at_least("", 3)}}), "`x.all[0]` needs a feature");
  EXPECT_EQ(refusal({.id = "x", .all = {at_least("n", kInf)}}),
            "`x.all[0].n.threshold` must be finite, got inf");
  EXPECT_EQ(refusal({.id = "x", .all = {at_least("n", kNaN)}}),
            "`x.all[0].n.threshold` must be finite, got nan");
  EXPECT_EQ(refusal({.id = "x", .all = {at_least("n", kNaN, .8)}}),
            "`x.all[0].n` has a quantile that is not frozen yet");
  EXPECT_EQ(refusal({.id = "x", .all = {at_least("n", 3, 80)}}),
            "`x.all[0].n.quantile` must be between 0 and 1, got 80");
  EXPECT_EQ(refusal({.id = "x", .any = {FlagCondition{"f"}, FlagCondition{""}}}),
            "`x.any[1]` needs a flag");
  EXPECT_EQ(refusal({.id = "x", .any = {SectorCondition{}}}), "`x.any[0]` needs a sector");
  EXPECT_EQ(refusal({.id = "x", .any = {SectorCondition{{"a", ""}}}}),
            "`x.any[0]` has a sector without name");
  EXPECT_EQ(make_class_rules({}).error().message(), "`classes` must not be empty");
}

TEST(Classes, QuantilesThatCannotBeFrozenSayWhose) {
  const std::vector<AccountClass> classes = {{.id = "big", .all = {at_least("n", kNaN, .8)}}};
  const std::vector<std::string> names = {"n"}, other = {"m"};
  const Values nothing = {kNaN, kInf};
  const std::vector<std::span<const double>> columns = {nothing};
  EXPECT_EQ(freeze_quantiles(classes, other, columns).error().message(),
            "`big` reads `n`, which has no column");
  EXPECT_EQ(freeze_quantiles(classes, names, columns).error().message(),
            "class `big`, feature `n`: no value is finite");
  EXPECT_EQ(freeze_quantiles(classes, names, {}).error().message(),
            "`columns` has 0 rows, expected 1");
  EXPECT_EQ(fit_quantile(Values{1}, 80).error().message(),
            "`quantile` must be between 0 and 1, got 80");
  EXPECT_FALSE(fit_quantile(Values{1}, kNaN));
  EXPECT_EQ(fit_quantile(Values{}, .5).error().code(), StatusCode::insufficient_data);
  EXPECT_LE(*fit_quantile(Values{-1.7e308, 1.7e308}, .5), 1.7e308);  // no overflow between them
}

TEST(Classes, FactsOfTheWrongShape) {
  const ClassRules r = rules();
  EXPECT_EQ(classify(r, {Values{1}, kFlags}).error().message(), "`numbers` has 1 rows, expected 4");
  EXPECT_EQ(classify(r, {kNumbers, {}}).error().message(), "`flags` has 0 rows, expected 3");
  EXPECT_EQ(class_text(r, 0, {}, Language::en), "");
  EXPECT_EQ(class_text(r, 9, {kNumbers, kFlags}, Language::en), "");
  Answers column = {kYes, kYes};
  std::vector<std::span<Answer>> out(4, column);
  EXPECT_EQ(classify(r, ClassColumns{}, out).status.message(), "`numbers` has 0 rows, expected 4");
  EXPECT_EQ(classify(r, ClassColumns{}, {}).status.message(), "`out` has 0 rows, expected 4");
  EXPECT_EQ(column, (Answers{kYes, kYes}));
  const ClassRules flags_only = *make_class_rules({{.id = "x", .any = {SectorCondition{{"s"}}}}});
  const std::vector<std::span<Answer>> one = {column};
  EXPECT_EQ(classify(flags_only, ClassColumns{}, one).rows_rejected, 2u);  // no sector known
  EXPECT_EQ(column, (Answers{kUnknown, kUnknown}));
}

TEST(Classes, NumbersOfAnySizeHaveAText) {
  const ClassRules r = *make_class_rules({{.id = "x", .all = {at_least("n", 1e300)}}});
  const auto text = [&](double x) {
    const Values numbers = {x};
    return class_text(r, 0, {numbers, {}}, Language::en);
  };
  EXPECT_EQ(text(1e308), "n 1e+308 >= 1e+300");
  EXPECT_EQ(text(-1e-300), "n -1e-300 < 1e+300");
  EXPECT_EQ(text(1234567.25), "n 1234567 < 1e+300");
  EXPECT_EQ(text(.012345678), "n 0.01235 < 1e+300");
  EXPECT_EQ(text(-0.0), "n 0 < 1e+300");
}

}  // namespace
}  // namespace kam::value
