#include <kam/portfolio/check.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <kam/portfolio/hierarchy.hpp>

#include "portfolio/tables.hpp"

namespace kam::portfolio {
namespace {

constexpr Day kAsOf = to_day({2024, 6, 30});
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

CheckedTransactions checked(const TransactionColumns& t, const AccountColumns& accounts,
                            const CheckOptions& options = {.as_of = kAsOf}) {
  Result<CheckedTransactions> result = check(t, accounts, options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message());
  return result ? std::move(result).value() : CheckedTransactions{};
}
CheckedTransactions checked(const Table& t) {
  return checked(t.columns(), {.rows = t.accounts});
}

std::size_t count(const CheckedTransactions& c, const char* code) {
  const Finding* finding = c.report.find(code);
  return finding == nullptr ? 0 : finding->count;
}

void expect_rows_add_up(const DataReport& r) {
  EXPECT_EQ(r.rows_read, r.rows_used + r.rows_rejected + r.rows_set_aside);
}

// ---- Published data -----------------------------------------------------------------------------

TEST(Check, CdnowMasterRevenueOfFaderHardie2001) {
  const Table t = cdnow_master();
  const CheckedTransactions c =
      checked(t.columns(), {.rows = t.accounts}, {.as_of = to_day({1998, 6, 30})});
  EXPECT_EQ(c.report.rows_used, 69659u);
  EXPECT_EQ(c.report.rows_rejected, 0u);
  EXPECT_NEAR(c.report.total_net_revenue, 2500315.63, 1e-6);
  EXPECT_EQ(c.report.first_date, to_day({1997, 1, 1}));
  EXPECT_EQ(c.report.last_date, to_day({1998, 6, 30}));
  EXPECT_EQ(count(c, "possible_duplicate"), 255u);
  EXPECT_EQ(count(c, "zero_amount"), 80u);
  EXPECT_EQ(count(c, "one_purchase_account"), 12054u);
  EXPECT_EQ(count(c, "giant_account"), 0u);
  expect_rows_add_up(c.report);
}

// ---- One row at a time --------------------------------------------------------------------------

TEST(Check, EveryBadRowHasItsReason) {
  Table t;
  t.add(0, kAsOf, 10);
  t.add(0, kNoDay, 10);
  t.add(0, std::numeric_limits<Day>::max(), 10);
  t.add(0, to_day({1900, 1, 1}), 10);
  t.add(0, to_day({1899, 12, 30}), 10);
  t.add(0, to_day({1900, 1, 2}), 10);
  t.add(0, to_day({2025, 7, 1}), 10);
  t.add(0, to_day({2025, 6, 30}), 10);
  t.add(0, kAsOf + 1, 10);
  t.add(0, kAsOf, kNaN);
  t.add(0, kAsOf, kInfinity);
  t.add(0, kAsOf, -1e308);
  const CheckedTransactions c = checked(t);
  using V = RowVerdict;
  const std::vector<RowVerdict> expected = {V::used,
                                            V::unreadable_date,
                                            V::unreadable_date,
                                            V::placeholder_date,
                                            V::placeholder_date,
                                            V::used,
                                            V::distant_future_date,
                                            V::future_dated,
                                            V::future_dated,
                                            V::missing_amount,
                                            V::amount_out_of_range,
                                            V::amount_out_of_range};
  EXPECT_EQ(c.verdict, expected);
  EXPECT_EQ(c.report.rows_used, 2u);
  EXPECT_EQ(c.report.rows_set_aside, 2u);
  EXPECT_EQ(c.report.rows_rejected, 8u);
  expect_rows_add_up(c.report);
  EXPECT_EQ(c.report.find("unreadable_date")->severity, Severity::rejected);
  EXPECT_EQ(c.report.find("unreadable_date")->examples, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(c.report.find("future_dated")->severity, Severity::note);
  for (const Finding& finding : c.report.findings) {
    EXPECT_EQ(finding.explanation.back(), '.') << finding.code;
  }
}

TEST(Check, ADateOfAnotherGenerationIsNotedAndKept) {
  Table t;
  t.add(0, to_day({1974, 6, 30}), 10);  // fifty years to the day
  t.add(0, to_day({1974, 6, 29}), 10);
  t.add(1, to_day({1924, 6, 1}), 10);
  t.add(1, to_day({1924, 6, 2}), kNaN);  // rejected for its amount
  t.add(1, kAsOf, 10);
  const CheckedTransactions c = checked(t);
  const Finding* finding = c.report.find("distant_past_date");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::note);
  EXPECT_EQ(finding->subject, Subject::row);
  EXPECT_EQ(finding->examples, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(finding->count, 2u);
  EXPECT_EQ(c.report.rows_used, 4u);
}

TEST(Check, RowsBeforeTheAccountWasACustomerAreInvalid) {
  Table t;
  t.add(0, 19000, 1);
  t.add(1, 19000, 1);
  t.add(2, 19000, 1);
  const std::vector<Day> since = {19001, 19000, kNoDay};
  const CheckedTransactions c = checked(t.columns(), {.rows = 3, .since = since});
  EXPECT_EQ(c.verdict[0], RowVerdict::before_since);
  EXPECT_EQ(c.report.rows_used, 2u);
  EXPECT_EQ(c.report.accounts_without_orders, 1u);
  EXPECT_EQ(c.report.find("account_without_orders")->subject, Subject::account);
}

TEST(Check, ExamplesAreTheFirstFive) {
  Table t;
  for (int i = 0; i < 9; ++i) t.add(0, kNoDay, 1);
  const CheckedTransactions c = checked(t);
  const Finding& finding = *c.report.find("unreadable_date");
  EXPECT_EQ(finding.count, 9u);
  EXPECT_EQ(finding.examples, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

// ---- Duplicates ---------------------------------------------------------------------------------

TEST(Check, ExactDuplicatesNeedADocumentNumber) {
  Table t;
  for (int i = 0; i < 6; ++i) t.add(0, 19000, 50);
  t.add(0, 19001, 50);
  const std::vector<Code> ref = {7, 0, 7, 0, 8, 7, 7};
  TransactionColumns columns = t.columns();
  columns.ref = ref;
  const CheckedTransactions c = checked(columns, {.rows = 1});
  EXPECT_EQ(count(c, "exact_duplicate"), 2u);
  EXPECT_EQ(c.report.find("exact_duplicate")->examples, (std::vector<std::size_t>{2, 5}));
  EXPECT_EQ(c.report.find("exact_duplicate")->severity, Severity::repaired);
  EXPECT_EQ(count(c, "possible_duplicate"), 1u);
  EXPECT_EQ(c.report.rows_used, 5u);
  EXPECT_EQ(c.report.rows_set_aside, 2u);
  EXPECT_EQ(c.report.total_net_revenue, 250);
}

TEST(Check, LinesOfOneDocumentMayHaveEqualAmounts) {
  Table t;
  t.add(0, 19000, 50);
  t.add(0, 19000, 50);
  const std::vector<Code> ref = {7, 7}, category = {1, 2};
  TransactionColumns columns = t.columns();
  columns.ref = ref;
  columns.category = category;
  EXPECT_EQ(checked(columns, {.rows = 1}).report.rows_used, 2u);
}

TEST(Check, WorkedExampleOfTheDocumentation) {
  Table t;
  const Day january = to_day({2024, 1, 5});
  for (int i = 0; i < 4; ++i) t.add(0, january, 100);
  t.add(1, parse_date("2024-02-30"), 80);
  t.add(1, kAsOf + 2, 80);
  t.add(1, to_day({2024, 3, 1}), kNaN);
  const std::vector<Code> ref = {7, 7, 0, 0, 9, 10, 11};
  TransactionColumns columns = t.columns();
  columns.ref = ref;
  const CheckedTransactions c = checked(columns, {.rows = 2});
  using V = RowVerdict;
  EXPECT_EQ(c.verdict,
            (std::vector<RowVerdict>{V::used, V::exact_duplicate, V::used, V::used,
                                     V::unreadable_date, V::future_dated, V::missing_amount}));
  EXPECT_EQ(c.report.find("possible_duplicate")->examples, std::vector<std::size_t>{3});
  EXPECT_EQ(c.report.find("giant_account")->value, 1);
  EXPECT_EQ(c.report.find("account_without_orders")->examples, std::vector<std::size_t>{1});
  EXPECT_EQ(c.report.total_net_revenue, 300);
  expect_rows_add_up(c.report);
}

// ---- Money --------------------------------------------------------------------------------------

TEST(Check, ReturnsNetAndAreCounted) {
  Table t;
  t.add(0, 19000, 100);
  t.add(0, 19000, -30);
  t.add(0, 19005, -80);
  t.add(0, 19006, 0);
  const std::vector<std::uint8_t> kind = {1, 2, 2, 0};  // the first a positive credit note
  TransactionColumns columns = t.columns();
  columns.kind = kind;
  const CheckedTransactions c = checked(columns, {.rows = 1});
  EXPECT_EQ(count(c, "negative_amount"), 2u);
  EXPECT_EQ(count(c, "negative_period"), 1u);
  EXPECT_EQ(count(c, "zero_amount"), 1u);
  EXPECT_EQ(count(c, "positive_credit"), 1u);
  EXPECT_EQ(count(c, "non_positive_total"), 1u);
  EXPECT_EQ(c.report.total_net_revenue, -10);
}

TEST(Check, OneGiantAccountIsNamedWithItsShare) {
  Table t;
  t.add(0, 19000, 10);
  t.add(1, 19000, 50);
  t.add(2, 19000, 40);
  t.add(3, 19000, -500);  // shares are of positive revenue
  const CheckedTransactions c = checked(t);
  EXPECT_EQ(c.report.find("giant_account")->value, 0.5);
  EXPECT_EQ(c.report.find("giant_account")->examples, std::vector<std::size_t>{1});
  EXPECT_EQ(count(c, "large_account"), 3u);
}

TEST(Check, MixedCurrenciesAreNeverAdded) {
  Table t;
  for (int i = 0; i < 5; ++i) t.add(0, 19000 + 2 * i, 10);
  const std::vector<Code> currency = {1, 2, 0, 1, 3};
  TransactionColumns columns = t.columns();
  columns.currency = currency;
  const Result<CheckedTransactions> mixed = check(columns, {.rows = 1}, {.as_of = kAsOf});
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().message().find("3 currencies"), std::string::npos);
  EXPECT_NE(mixed.error().message().find("base_currency"), std::string::npos);

  const CheckedTransactions own =
      checked(columns, {.rows = 1}, {.as_of = kAsOf, .base_currency = 1});
  EXPECT_EQ(count(own, "other_currency"), 2u);
  EXPECT_EQ(count(own, "unstated_currency"), 1u);
  EXPECT_EQ(own.report.total_net_revenue, 30);

  const std::vector<Code> of = {2, 2, 3};
  const std::vector<Day> day = {19001, 19003, 19020};
  const std::vector<double> rate = {2, 4, 8};
  const CheckOptions options{.as_of = kAsOf, .base_currency = 1, .rates = {of, day, rate, 7}};
  const CheckedTransactions converted = checked(columns, {.rows = 1}, options);
  EXPECT_EQ(converted.amount, (std::vector<double>{10, 20, 10, 10, 10}));  // earlier of two
  EXPECT_EQ(converted.verdict[4], RowVerdict::no_exchange_rate);           // 12 days away
  EXPECT_EQ(converted.report.total_net_revenue, 50);
  EXPECT_EQ(converted.apply(columns).amount.data(), converted.amount.data());
}

TEST(Check, OneCurrencyNeedsNoOption) {
  Table t;
  t.add(0, 19000, 10);
  t.add(0, 19001, 10);
  t.add(0, kNoDay, 10);  // a bad row's currency does not matter
  const std::vector<Code> currency = {5, 0, 6};
  TransactionColumns columns = t.columns();
  columns.currency = currency;
  const CheckedTransactions c = checked(columns, {.rows = 1});
  EXPECT_EQ(c.report.rows_used, 2u);
  EXPECT_EQ(count(c, "unstated_currency"), 1u);
  EXPECT_TRUE(c.amount.empty());
}

// ---- Groups of companies ------------------------------------------------------------------------

TEST(Check, GroupsAreTakenAtTheRoot) {
  Table t;
  t.add(0, 19000, 12);
  t.add(1, 19000, 12);
  t.add(2, 19000, 12);
  t.add(3, 19000, 64);
  const std::vector<Code> parent = {kNoAccount, 0, 1, kNoAccount};
  const CheckedTransactions c = checked(t.columns(), {.rows = 4, .parent = parent});
  EXPECT_EQ(count(c, "parent_and_subsidiary"), 2u);
  EXPECT_EQ(count(c, "large_account"), 2u);  // the group of 36 and the single 64
  EXPECT_EQ(roots({.rows = 4, .parent = parent}).value(), (std::vector<Code>{0, 0, 0, 3}));
}

TEST(Check, ACycleInTheHierarchyIsAnError) {
  const std::vector<Code> cycle = {kNoAccount, 2, 3, 1}, self = {0}, outside = {5};
  const Result<CheckedTransactions> result =
      check({}, {.rows = 4, .parent = cycle}, {.as_of = kAsOf});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message().find("account 1"), std::string::npos);
  EXPECT_FALSE(roots({.rows = 1, .parent = self}));
  EXPECT_FALSE(roots({.rows = 1, .parent = outside}));
}

TEST(Check, LongChainsAreClimbedOnce) {
  constexpr Code kAccounts = 200000;
  std::vector<Code> parent(kAccounts);
  for (Code i = 0; i < kAccounts; ++i) parent[i] = i + 1 == kAccounts ? kNoAccount : i + 1;
  const auto root = roots({.rows = kAccounts, .parent = parent});
  ASSERT_TRUE(root);
  for (const Code r : root.value()) ASSERT_EQ(r, kAccounts - 1);
}

// ---- Laws and hostile calls ---------------------------------------------------------------------

TEST(Check, TheOrderOfRowsChangesNoCount) {
  Table t = random_table(11, 5000, 50, 19000, 200);
  const DataReport one = checked(t).report, other = checked(shuffled(t, 3)).report;
  EXPECT_EQ(one.total_net_revenue, other.total_net_revenue);
  ASSERT_EQ(one.findings.size(), other.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].code, other.findings[i].code);
    EXPECT_EQ(one.findings[i].count, other.findings[i].count);
  }
}

TEST(Check, UncheckedRowsAndCheckedRowsGiveTheSameSummary) {
  const Table t = random_table(12, 5000, 50, 19000, 200);
  const CheckedTransactions c = checked(t);
  OrderSummary out(t.accounts, /*gaps=*/true);
  const SummaryOptions options{.as_of = kAsOf};
  ASSERT_TRUE(summarize(t.columns(), c.verdict, t.accounts, options, out.columns()).ok());
  expect_same(out, summarized(t, options).summary);
}

TEST(Check, WrongCallsAreRefused) {
  Table t;
  t.add(4, 19000, 1);
  const auto code = [&](const TransactionColumns& columns, const AccountColumns& accounts,
                        const CheckOptions& options) {
    const auto result = check(columns, accounts, options);
    return result ? StatusCode::ok : result.error().code();
  };
  const CheckOptions good{.as_of = kAsOf};
  EXPECT_EQ(code(t.columns(), {.rows = 4}, good), StatusCode::invalid_argument);
  EXPECT_EQ(code(t.columns(), {.rows = 5}, good), StatusCode::ok);
  EXPECT_EQ(code({}, {}, good), StatusCode::ok);
  EXPECT_EQ(code(t.columns(), {.rows = 5}, {}), StatusCode::invalid_argument);
  const std::vector<Day> since(2);
  EXPECT_EQ(code(t.columns(), {.rows = 5, .since = since}, good), StatusCode::size_mismatch);
  TransactionColumns columns = t.columns();
  const std::vector<std::uint8_t> kind = {7};
  columns.kind = kind;
  EXPECT_EQ(code(columns, {.rows = 5}, good), StatusCode::invalid_argument);
  const std::vector<Code> of = {2, 2};
  const std::vector<Day> day = {1, 1};
  const std::vector<double> rate = {1, 1}, zero = {1, 0};
  columns = t.columns();
  const std::vector<Code> currency = {2};
  columns.currency = currency;
  const auto with = [&](Code base, std::span<const double> rates, int gap) {
    return CheckOptions{.as_of = kAsOf, .base_currency = base, .rates = {of, day, rates, gap}};
  };
  EXPECT_EQ(code(columns, {.rows = 5}, with(1, rate, 0)), StatusCode::invalid_argument);  // twice
  EXPECT_EQ(code(columns, {.rows = 5}, with(1, zero, 0)), StatusCode::invalid_argument);
  EXPECT_EQ(code(columns, {.rows = 5}, with(0, rate, 0)), StatusCode::invalid_argument);
  EXPECT_EQ(code(columns, {.rows = 5}, with(1, rate, -1)), StatusCode::invalid_argument);
}

// ---- The report itself --------------------------------------------------------------------------

TEST(DataReport, EdgesAddTheirOwnFindings) {
  DataReport report;
  report.add("amount_text", Severity::rejected, 12, "The amount '1,200.50' is not a number.");
  report.add("amount_text", Severity::rejected, 15, "The amount '50-100' is not a number.");
  const Finding& finding = *report.find("amount_text");
  EXPECT_EQ(finding.count, 2u);
  EXPECT_EQ(finding.examples, (std::vector<std::size_t>{12, 15}));
  EXPECT_EQ(finding.explanation, "The amount '1,200.50' is not a number.");
  EXPECT_TRUE(std::isnan(finding.value));
}

TEST(DataReport, PartsMergeInOrder) {
  const Table t = random_table(13, 4000, 40, 19000, 300);
  Table first, second;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    (i < 1500 ? first : second).add(t.account[i], i % 97 == 0 ? kNoDay : t.date[i], t.amount[i]);
  }
  DataReport whole;
  whole.add("edge", Severity::note, 1, "Something.");
  const std::size_t bad_rows = (t.rows() + 96) / 97;
  whole.merge(checked(first).report);
  whole.merge(checked(second).report, 1500);
  expect_rows_add_up(whole);
  EXPECT_EQ(whole.rows_read, t.rows());
  EXPECT_EQ(whole.find("unreadable_date")->count, bad_rows);
  EXPECT_EQ(whole.find("unreadable_date")->examples,
            (std::vector<std::size_t>{0, 97, 194, 291, 388}));
  EXPECT_GE(whole.first_date, 19000);
  EXPECT_LT(whole.last_date, 19300);
}

}  // namespace
}  // namespace kam::portfolio
