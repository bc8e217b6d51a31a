/// Two million rows of 233,995 accounts, in the order of dates: what an export of invoices looks
/// like. Items are rows, so the time per item is the cost of a row.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <kam/portfolio/account_index.hpp>
#include <kam/portfolio/check.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/portfolio/order_summary.hpp>

namespace {

using namespace kam;             // NOLINT: a benchmark of one room
using namespace kam::portfolio;  // NOLINT

constexpr std::size_t kAccounts = 233995;
constexpr Day kFirst = 19000;
constexpr int kDays = 730;

struct Table {
  std::vector<Code> account;
  std::vector<Day> date;
  std::vector<double> amount;
  std::vector<Code> ref;
  [[nodiscard]] TransactionColumns columns() const {
    return {.account = account, .date = date, .amount = amount};
  }
};

/// Accounts order at very different rates; one row in twenty is a return.
Table make_table(std::size_t rows) {
  std::mt19937_64 random(20240630);
  std::uniform_real_distribution<double> uniform;
  Table table;
  for (std::size_t i = 0; i < rows; ++i) {
    const double u = uniform(random);
    table.account.push_back(static_cast<Code>(static_cast<double>(kAccounts) * u * u));
    table.date.push_back(kFirst + static_cast<Day>(i * kDays / rows));
    const double money = std::round(std::exp(4 + uniform(random) * 3) * 100) / 100;
    table.amount.push_back(random() % 20 == 0 ? -money : money);
    table.ref.push_back(static_cast<Code>(i + 1));
  }
  return table;
}

void count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void order_summary(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  OrderSummary out(kAccounts);
  const SummaryOptions options{.as_of = kFirst + kDays};
  for (auto _ : state) {
    const SummaryReport report = summarize(table.columns(), {}, kAccounts, options, out.columns());
    if (!report.ok()) state.SkipWithError(report.status.message().c_str());
  }
  count(state);
}
BENCHMARK(order_summary)->Name("score/order_summary")->Arg(2000000)->Unit(benchmark::kMillisecond);

/// The same rows in random order: every account has to be sorted.
void order_summary_shuffled(benchmark::State& state) {
  Table table = make_table(static_cast<std::size_t>(state.range(0)));
  std::shuffle(table.date.begin(), table.date.end(), std::mt19937_64(1));
  OrderSummary out(kAccounts);
  const SummaryOptions options{.as_of = kFirst + kDays};
  for (auto _ : state) {
    const SummaryReport report = summarize(table.columns(), {}, kAccounts, options, out.columns());
    if (!report.ok()) state.SkipWithError(report.status.message().c_str());
  }
  count(state);
}
BENCHMARK(order_summary_shuffled)
    ->Name("score/order_summary_shuffled")
    ->Arg(2000000)
    ->Unit(benchmark::kMillisecond);

/// Twelve monthly batches into one state, then the summary.
void order_state(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  const TransactionColumns all = table.columns();
  const std::size_t batch = all.rows() / 12 + 1;
  OrderSummary out(kAccounts);
  for (auto _ : state) {
    OrderState orders;
    for (std::size_t begin = 0; begin < all.rows(); begin += batch) {
      const std::size_t n = std::min(batch, all.rows() - begin);
      const TransactionColumns part{.account = all.account.subspan(begin, n),
                                    .date = all.date.subspan(begin, n),
                                    .amount = all.amount.subspan(begin, n)};
      const SummaryReport report = accumulate(orders, part, {}, kAccounts, kFirst + kDays);
      if (!report.ok()) state.SkipWithError(report.status.message().c_str());
    }
    const SummaryReport report = finish(orders, kFirst + kDays, TimeUnit::week, out.columns());
    if (!report.ok()) state.SkipWithError(report.status.message().c_str());
  }
  count(state);
}
BENCHMARK(order_state)->Name("score/order_state")->Arg(2000000)->Unit(benchmark::kMillisecond);

void check_rows(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  TransactionColumns columns = table.columns();
  columns.ref = table.ref;
  for (auto _ : state) {
    const auto checked = check(columns, {.rows = kAccounts}, {.as_of = kFirst + kDays});
    if (!checked) state.SkipWithError(checked.error().message().c_str());
  }
  count(state);
}
BENCHMARK(check_rows)->Name("score/check")->Arg(2000000)->Unit(benchmark::kMillisecond);

void feature_table(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  const Portfolio portfolio{.accounts = {.rows = kAccounts}, .transactions = table.columns()};
  const Day as_of = kFirst + kDays;
  const auto priors = fit_feature_priors(portfolio, {}, as_of);
  for (auto _ : state) {
    const auto result = features(portfolio, {}, as_of, priors.value());
    if (!result) state.SkipWithError(result.error().message().c_str());
  }
  count(state);
}
BENCHMARK(feature_table)->Name("score/features")->Arg(2000000)->Unit(benchmark::kMillisecond);

void account_index(benchmark::State& state) {
  const Table table = make_table(static_cast<std::size_t>(state.range(0)));
  std::vector<std::string> ids;
  for (const Code code : table.account) {
    ids.push_back(std::to_string(100000000 + code));
    ids.back() += "-CN";
  }
  for (auto _ : state) {
    AccountIndex index;
    for (const std::string& id : ids) benchmark::DoNotOptimize(index.insert(id));
  }
  count(state);
}
BENCHMARK(account_index)->Name("edge/account_index")->Arg(2000000)->Unit(benchmark::kMillisecond);

}  // namespace
