#include <kam/portfolio/churn_labels.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <kam/base/random.hpp>
#include <kam/base/special.hpp>

namespace kam::portfolio {
namespace {

Day on(const char* date) {
  return parse_date(date);
}

struct Orders {
  std::vector<Code> account{}, category{};
  std::vector<Day> date{};
  std::vector<double> amount{};

  void add(Code who, Day when, double money, Code what = 1) {
    account.push_back(who);
    date.push_back(when);
    amount.push_back(money);
    category.push_back(what);
  }
  [[nodiscard]] Portfolio portfolio(std::size_t accounts) const {
    Portfolio p;
    p.accounts.rows = accounts;
    p.transactions.account = account;
    p.transactions.date = date;
    p.transactions.amount = amount;
    p.transactions.category = category;
    return p;
  }
};

struct Contracts {
  std::vector<Code> account{};
  std::vector<Day> start{}, end{};
  std::vector<double> value{};

  void add(Code who, const char* from, const char* until, double worth = 100) {
    account.push_back(who);
    start.push_back(on(from));
    end.push_back(*until == '\0' ? kNoDay : on(until));
    value.push_back(worth);
  }
  [[nodiscard]] Portfolio portfolio(std::size_t accounts) const {
    Portfolio p;
    p.accounts.rows = accounts;
    p.contracts.account = account;
    p.contracts.start = start;
    p.contracts.end = end;
    p.contracts.value_per_year = value;
    return p;
  }
};

ChurnLabels label(const Portfolio& p, std::vector<Day> cuts, const LabelOptions& options) {
  return *churn_labels(p, {}, cuts, options);
}

constexpr LabelStatus kLabelled = LabelStatus::labelled;

// --- definitions, by hand ----------------------------------------------------

TEST(ChurnLabels, TheWindowBeginsAfterTheCutAndEndsWithItsLastDay) {
  const Day cut = on("2023-12-31");
  for (const auto& [day, lost] :
       std::vector<std::pair<Day, double>>{{cut, 1}, {cut + 1, 0}, {cut + 90, 0}, {cut + 91, 1}}) {
    Orders o;
    o.add(0, on("2023-06-01"), 10);
    o.add(0, day, 10);
    const ChurnLabels l = label(o.portfolio(1), {cut}, {.as_of = cut + 200, .horizon_days = 90});
    EXPECT_EQ(l.label[0], lost) << day - cut;
    EXPECT_EQ(l.window_end[0], cut + 90);
  }
}

TEST(ChurnLabels, SilenceCountsOccasionsNotRows) {
  Orders o;
  const Day cut = on("2023-12-31");
  o.add(0, cut - 10, 50);
  o.add(0, cut + 20, -50);  // a return is no order
  o.add(1, cut - 10, 50);
  o.add(1, cut + 20, 30);
  o.add(1, cut + 20, -30);  // cancelled on the day
  o.add(2, cut - 400, 50);  // silent for longer than active_days: lost before
  o.add(2, cut + 5, 50);
  const ChurnLabels l = label(o.portfolio(4), {cut}, {.as_of = cut + 365});
  EXPECT_EQ(l.label[0], 1);
  EXPECT_EQ(l.label[1], 1);
  EXPECT_EQ(l.status[2], LabelStatus::not_at_risk);
  EXPECT_EQ(l.status[3], LabelStatus::not_at_risk);  // no rows at all
  EXPECT_EQ(l.lost, 2u);
  EXPECT_EQ(l.not_at_risk, 2u);
}

TEST(ChurnLabels, AWindowThatIsNotOverHasNoLabel) {
  Orders o;
  const Day cut = on("2023-12-31");
  o.add(0, cut - 10, 50);
  o.add(0, cut + 5, 50);  // even an order within it does not make half a window a whole one
  LabelOptions options{.as_of = cut + 89, .horizon_days = 90};
  ChurnLabels l = label(o.portfolio(1), {cut}, options);
  EXPECT_TRUE(std::isnan(l.label[0]));
  EXPECT_EQ(l.status[0], LabelStatus::window_open);
  EXPECT_EQ(l.window_open, 1u);
  options.as_of = cut + 90;
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 0);
}

TEST(ChurnLabels, ASlowRhythmWidensTheWindow) {
  Orders o;
  const Day cut = on("2023-12-31");
  for (int i = 0; i < 6; ++i) o.add(0, cut - 10 - 120 * i, 50);
  o.add(0, cut + 110, 50);
  LabelOptions options{.as_of = cut + 365, .horizon_days = 90};
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 1);
  options.gap_factor = 1.5;  // 1.5 · 120 days
  const ChurnLabels l = label(o.portfolio(1), {cut}, options);
  EXPECT_EQ(l.window_end[0], cut + 180);
  EXPECT_EQ(l.label[0], 0);
}

TEST(ChurnLabels, SpendIsComparedWithTheSameDaysOfTheYearBefore) {
  Orders o;
  const Day cut = on("2023-09-30");
  o.add(0, on("2022-01-05"), 1);
  o.add(0, on("2022-11-15"), 1000);  // the season
  o.add(0, on("2023-08-15"), 10);
  o.add(0, on("2023-11-20"), 499.99);
  LabelOptions options{
      .as_of = on("2024-06-30"), .definition = LossDefinition::spend, .horizon_days = 92};
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 1);
  o.amount[3] = 500;  // exactly half has not fallen by more than half
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 0);
  options.loss_share = .3;
  o.amount[3] = 700;
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 0);
  o.amount[1] = 0;
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).status[0], LabelStatus::not_at_risk);
  o.date[0] = on("2023-01-05");
  o.date[1] = on("2023-01-06");
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).status[0], LabelStatus::history_short);
}

TEST(ChurnLabels, CategoriesThatWereDropped) {
  Orders o;
  const Day cut = on("2023-12-31");
  o.add(0, cut - 200, 5, 1);
  for (Code category = 1; category <= 4; ++category) o.add(0, cut - 20, 10, category);
  o.add(0, cut + 20, 1000, 1);
  LabelOptions options{
      .as_of = cut + 90, .definition = LossDefinition::categories, .horizon_days = 90};
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 1);
  o.add(0, cut + 30, 1, 3);  // two of four: exactly half
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 0);
  o.add(0, cut + 40, -1, 3);  // and returned
  EXPECT_EQ(label(o.portfolio(1), {cut}, options).label[0], 1);
}

TEST(ChurnLabels, ContractsEndUnlessRenewedWithinGrace) {
  Contracts c;
  c.add(0, "2022-01-01", "2023-03-31");  // ends in the window
  c.add(1, "2022-01-01", "2023-03-31");
  c.add(1, "2023-04-16", "");            // renewed 15 days late
  c.add(2, "2022-01-01", "");            // open
  c.add(3, "2020-01-01", "2022-06-30");  // over before the cut
  c.add(4, "2022-01-01", "2022-12-31");  // last day is the cut: gone on the day after
  c.add(5, "2022-01-01", "2023-12-31");  // still running on the last day of the window
  const Day cut = on("2022-12-31");
  LabelOptions options{.as_of = on("2024-12-31"), .definition = LossDefinition::contract_end};
  const ChurnLabels strict = label(c.portfolio(6), {cut}, options);
  EXPECT_EQ(strict.label[0], 1);
  EXPECT_EQ(strict.label[1], 1);
  EXPECT_EQ(strict.label[2], 0);
  EXPECT_EQ(strict.status[3], LabelStatus::not_at_risk);
  EXPECT_EQ(strict.label[4], 1);
  EXPECT_EQ(strict.label[5], 0);
  options.grace_days = 15;
  EXPECT_EQ(label(c.portfolio(6), {cut}, options).label[1], 0);
  options.grace_days = 14;
  EXPECT_EQ(label(c.portfolio(6), {cut}, options).label[1], 1);
  options.as_of = on("2024-01-13");  // the window is over, the grace is not
  EXPECT_EQ(label(c.portfolio(6), {cut}, options).status[0], LabelStatus::window_open);
}

TEST(ChurnLabels, ContractValueThatShrank) {
  Contracts c;
  c.add(0, "2022-01-01", "2023-06-30", 60);
  c.add(0, "2022-01-01", "", 40);
  c.add(1, "2022-01-01", "2023-06-30", 100);
  c.add(1, "2023-07-01", "", 50);
  c.add(2, "2022-01-01", "", kNaN);
  c.add(3, "2022-01-01", "", 0);
  const ChurnLabels l =
      label(c.portfolio(4), {on("2022-12-31")},
            {.as_of = on("2024-12-31"), .definition = LossDefinition::contract_value});
  EXPECT_EQ(l.label[0], 1);  // 40 of 100
  EXPECT_EQ(l.label[1], 0);  // 50 of 100: not below half
  EXPECT_EQ(l.status[2], LabelStatus::value_missing);
  EXPECT_EQ(l.status[3], LabelStatus::not_at_risk);
}

// --- laws --------------------------------------------------------------------

Orders simulate(std::uint64_t seed, std::size_t accounts) {
  Random random(seed);
  Orders o;
  const Day start = on("2020-01-01");
  for (Code a = 0; a < accounts; ++a) {
    const double rate = .01 + .03 * random.uniform();
    const Day stop = start + static_cast<Day>(1500 * random.uniform());
    for (Day d = start + static_cast<Day>(30 * random.uniform()); d < stop;) {
      o.add(a, d, std::round(1000 * random.uniform()) / 10 - 10,
            static_cast<Code>(1 + random.below(5)));
      d += 1 + static_cast<Day>(random.exponential() / rate);
    }
  }
  return o;
}

TEST(ChurnLabels, NothingAfterTheWindowAndNoOrderOfRowsChangesALabel) {
  const std::vector<Day> cuts{on("2021-06-30"), on("2021-12-31"), on("2022-06-30")};
  for (const auto definition :
       {LossDefinition::silence, LossDefinition::spend, LossDefinition::categories}) {
    LabelOptions options{.as_of = on("2023-12-31"), .definition = definition, .horizon_days = 180};
    Orders o = simulate(1, 80);
    const ChurnLabels all = label(o.portfolio(80), cuts, options);
    EXPECT_EQ(all.labelled + all.not_at_risk + all.history_short + all.window_open, 240u);
    EXPECT_GT(all.lost, 0u);
    EXPECT_LT(all.lost, all.labelled);
    for (std::size_t i = 0; i < all.label.size(); ++i) {
      EXPECT_EQ(all.account[i], i / 3);
      EXPECT_EQ(all.cut[i], cuts[i % 3]);
    }
    std::reverse(o.account.begin(), o.account.end());
    std::reverse(o.date.begin(), o.date.end());
    std::reverse(o.amount.begin(), o.amount.end());
    std::reverse(o.category.begin(), o.category.end());
    EXPECT_EQ(label(o.portfolio(80), cuts, options).status, all.status);
    for (Code a = 0; a < 80; ++a) o.add(a, on("2023-01-01"), 1e6, 9);  // after every window
    const ChurnLabels later = label(o.portfolio(80), cuts, options);
    EXPECT_EQ(later.status, all.status);
    for (std::size_t i = 0; i < all.label.size(); ++i) {
      if (all.status[i] == kLabelled) {
        EXPECT_EQ(later.label[i], all.label[i]);
      }
    }
    options.as_of = on("2022-06-30");  // what is known then is what is known later
    const ChurnLabels then = label(o.portfolio(80), cuts, options);
    for (std::size_t i = 0; i < all.label.size(); ++i) {
      if (then.status[i] == kLabelled) {
        EXPECT_EQ(then.label[i], all.label[i]);
      }
    }
    EXPECT_GT(then.window_open, 0u);
  }
}

TEST(ChurnLabels, ALargerLossShareLosesFewer) {
  const Orders o = simulate(2, 100);
  std::size_t last = 1'000'000;
  for (const double share : {.1, .3, .5, .8, 1.0}) {
    const ChurnLabels l = label(o.portfolio(100), {on("2022-03-31")},
                                {.as_of = on("2023-12-31"),
                                 .definition = LossDefinition::spend,
                                 .horizon_days = 300,
                                 .loss_share = share});
    EXPECT_LE(l.lost, last);
    last = l.lost;
  }
}

// --- leaks -------------------------------------------------------------------

TEST(FindLeaks, TheThreeKinds) {
  const std::vector<double> y{1, 0, 1, 0, kNaN, 0};
  const std::vector<Day> cut(6, 100);
  const std::vector<double> honest{3, 1, 2, 5, 4, 2}, label{1, 0, 1, 0, 1, 0};
  const std::vector<double> complement{0, 1, 0, 1, 0, 1}, recency{9, 1, 8, 2, 5, 3};
  const std::vector<Day> early{100, 90, kNoDay, 80, 99, 1}, late{100, 90, 80, 101, 300, 50};
  const std::vector<DatedFeature> features{{"honest", honest, early},
                                           {"late", honest, late},
                                           {"label", label},
                                           {"complement", complement},
                                           {"recency", recency}};
  const auto leaks = *find_leaks(features, cut, y);
  ASSERT_EQ(leaks.size(), 4u);
  EXPECT_EQ(leaks[0].feature, 1u);
  EXPECT_EQ(leaks[0].kind, LeakKind::after_cut);
  EXPECT_EQ(leaks[0].rows, 2u);
  EXPECT_EQ(leaks[0].first_row, 3u);
  EXPECT_EQ(leaks[1].kind, LeakKind::equals_label);
  EXPECT_EQ(leaks[1].rows, 5u);
  EXPECT_EQ(leaks[2].kind, LeakKind::equals_label);
  EXPECT_EQ(leaks[2].auc, 0);
  EXPECT_EQ(leaks[3].feature, 4u);
  EXPECT_EQ(leaks[3].kind, LeakKind::predicts_alone);
  EXPECT_EQ(leaks[3].auc, 1);
}

// The mistake of many public scripts: recency on as_of, the label being silence before it.
TEST(FindLeaks, RecencyThatKnowsTheWindow) {
  const Orders o = simulate(3, 300);
  const Day cut = on("2021-12-31");
  const ChurnLabels l = label(o.portfolio(300), {cut}, {.as_of = cut + 180, .horizon_days = 180});
  std::vector<double> knows(300, kNaN), honest(300, kNaN);
  for (std::size_t i = 0; i < o.date.size(); ++i) {
    const double age = cut + 180 - o.date[i], known = cut - o.date[i];
    const Code a = o.account[i];
    if (o.amount[i] <= 0) continue;
    if (age >= 0) knows[a] = std::isnan(knows[a]) ? age : std::min(knows[a], age);
    if (known >= 0) honest[a] = std::isnan(honest[a]) ? known : std::min(honest[a], known);
  }
  const std::vector<Day> cuts(300, cut);
  const std::vector<DatedFeature> features{{"honest", honest}, {"recency", knows}};
  const auto leaks = *find_leaks(features, cuts, l.label);
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_EQ(leaks[0].feature, 1u);
  EXPECT_GT(leaks[0].auc, .99);
}

// --- hostile -----------------------------------------------------------------

TEST(ChurnLabels, RefusalsNameTheArgument) {
  Orders o;
  o.add(0, 0, 1);
  const Portfolio p = o.portfolio(1);
  const std::vector<Day> cut{100};
  const auto refusal = [&](const LabelOptions& options) {
    return churn_labels(p, {}, cut, options).error().message();
  };
  EXPECT_EQ(refusal({.as_of = 500, .horizon_days = 0}), "`horizon_days` must be 1 to 36525, got 0");
  EXPECT_EQ(refusal({.as_of = 500, .grace_days = -1}), "`grace_days` must be 0 to 36525, got -1");
  EXPECT_EQ(refusal({.as_of = 500, .loss_share = 0}), "`loss_share` must be within (0, 1], got 0");
  EXPECT_EQ(refusal({.as_of = 500, .gap_factor = kNaN}), "`gap_factor` must be 0 to 100, got nan");
  EXPECT_NE(refusal({}).find("as_of"), std::string::npos);
  const LabelOptions good{.as_of = 500};
  EXPECT_NE(churn_labels(p, {}, {}, good).error().message().find("`cuts`"), std::string::npos);
  const std::vector<Day> twice{5, 5}, none{kNoDay};
  EXPECT_EQ(churn_labels(p, {}, twice, good).error().message(),
            "`cuts` must be distinct, got twice 1970-01-06");
  EXPECT_FALSE(churn_labels(p, {}, none, good).has_value());
  Portfolio plain = p;
  plain.transactions.category = {};
  EXPECT_NE(churn_labels(plain, {}, cut, {.as_of = 500, .definition = LossDefinition::categories})
                .error()
                .message()
                .find("`category`"),
            std::string::npos);
  EXPECT_EQ(*parse_loss_definition("spend"), LossDefinition::spend);
  EXPECT_NE(parse_loss_definition("churn").error().message().find("silence"), std::string::npos);
}

TEST(ChurnLabels, BadRowsAreCounted) {
  Orders o;
  const Day cut = on("2023-12-31");
  o.add(0, cut - 5, 10);
  o.add(0, kNoDay, 10);
  o.add(0, cut + 3, kNaN);
  o.add(0, cut + 3, HUGE_VAL);
  const ChurnLabels l = label(o.portfolio(1), {cut}, {.as_of = cut + 365});
  EXPECT_EQ(l.rows_rejected, 3u);
  EXPECT_EQ(l.label[0], 1);
  Contracts c;
  c.add(0, "2022-01-01", "2021-01-01");  // ends before it begins
  const ChurnLabels of_contract = label(
      c.portfolio(1), {cut}, {.as_of = cut + 365, .definition = LossDefinition::contract_end});
  EXPECT_EQ(of_contract.rows_rejected, 1u);
  EXPECT_EQ(of_contract.not_at_risk, 1u);
  const Portfolio empty{};
  EXPECT_TRUE(label(empty, {cut}, {.as_of = cut + 365}).label.empty());
  const std::vector<double> y{1}, x{1, 2};
  const std::vector<DatedFeature> features{{"size", x}};
  const std::vector<Day> day{0};
  EXPECT_EQ(find_leaks(features, day, y).error().message(), "`size` has 2 rows, expected 1");
  EXPECT_EQ(find_leaks({}, day, y, .4).error().message(),
            "`threshold` must be within (0.5, 1], got 0.4");
}

}  // namespace
}  // namespace kam::portfolio
