#include <kam/churn/validation.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <tuple>

#include <kam/base/columns.hpp>
#include <kam/base/random.hpp>

#include "churn/prediction_levels.hpp"
#include "numeric/text.hpp"

namespace kam::churn {
namespace {

constexpr Day kFirst = to_day({1, 1, 1}), kLast = to_day({9999, 12, 31});

Status check(const CutRows& rows, const RollingOptions& o) {
  const auto at_least = [](const char* name, int value, int least) {
    if (value >= least && value <= 4'000'000) return Status{};
    return invalid_argument(name, least == 0 ? "0 to 4000000" : "1 to 4000000", value);
  };
  if (Status s = at_least("horizon_days", o.horizon_days, 1); !s.ok()) return s;
  if (Status s = at_least("gap_days", o.gap_days, 0); !s.ok()) return s;
  if (Status s = at_least("train_days", o.train_days, 0); !s.ok()) return s;
  if (o.least_train_rows < 1) return invalid_argument("least_train_rows", ">= 1", 0);
  if (o.account_parts < 1 || o.account_parts > 1000) {
    return invalid_argument("account_parts", "1 to 1000", o.account_parts);
  }
  if (!rows.account.empty()) {
    if (Status s = check_size("account", rows.account.size(), rows.cut.size()); !s.ok()) return s;
  }
  for (std::size_t i = 0; i < rows.cut.size(); ++i) {
    if (rows.cut[i] >= kFirst && rows.cut[i] <= kLast) continue;
    const std::string name = "cut[" + std::to_string(i) + "]";
    return invalid_argument(name.c_str(), "a date", rows.cut[i]);
  }
  return {};
}

/// The part of an account: a draw of its own, whatever the other accounts are.
int part_of(std::uint32_t account, const RollingOptions& o) {
  if (o.account_parts == 1) return 0;
  Random random(o.seed, account);
  return static_cast<int>(random.below(static_cast<std::uint64_t>(o.account_parts)));
}

/// The rows of one fold.
RollingSplit split_at(const CutRows& rows, std::span<const int> part, Day cut, int tested,
                      const RollingOptions& o) {
  RollingSplit split{.cut = cut, .part = tested};
  const std::int64_t latest = std::int64_t{cut} - o.horizon_days - o.gap_days;
  const std::int64_t oldest =
      o.train_days == 0 ? std::int64_t{kFirst} : std::int64_t{cut} - o.train_days;
  for (std::size_t i = 0; i < rows.cut.size(); ++i) {
    const bool apart = o.account_parts == 1 || part[i] != tested;
    if (rows.cut[i] == cut && part[i] == tested) split.test.push_back(i);
    if (rows.cut[i] <= latest && rows.cut[i] >= oldest && apart) split.train.push_back(i);
  }
  return split;
}

/// The numbers of an evaluation that are worth an interval.
std::vector<BootstrapNumber> numbers_of(const Evaluation& e) {
  std::vector<BootstrapNumber> numbers;
  const auto add = [&](std::string name, double value) {
    numbers.push_back({.name = std::move(name), .estimate = value});
  };
  const auto add_losses = [&](const std::string& prefix, const Losses& l) {
    add(prefix + "log_loss", l.log_loss);
    add(prefix + "brier", l.brier);
    add(prefix + "brier_skill", l.brier_skill);
    add(prefix + "observed_to_expected", l.observed_to_expected);
    add(prefix + "auc", l.auc);
    add(prefix + "average_precision", l.average_precision);
  };
  add_losses("", e.by_account);
  add("slope", e.line.slope);
  add("intercept", e.line.intercept);
  add("in_the_large", e.line.in_the_large);
  add("calibration_error", e.calibration_error);
  for (const TopShare& t : e.top) {
    const std::string at = "@" + numeric::shortest(t.fraction);
    add("recall" + at, t.recall);
    add("lift" + at, t.lift);
    add("value_recall" + at, t.value_recall);
    add("value_recall_by_loss" + at, t.value_recall_by_loss);
  }
  add_losses("value_", e.by_value);
  return numbers;
}

/// Rows that count, sorted: a draw then depends on no order of theirs, and sorts faster.
struct SortedRows {
  std::vector<double> outcome{}, probability{}, weight{}, value{};
  std::vector<std::uint32_t> cluster{};  // 0 .. clusters − 1 by rising code
  std::size_t clusters = 0;
};

SortedRows sorted_rows(const Predictions& p, std::span<const std::uint32_t> cluster,
                       std::span<const double> value) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.rows(); ++i) {
    const double w = p.weight.empty() ? 1.0 : p.weight[i];
    const bool counts = !std::isnan(p.outcome[i]) &&
                        numeric::level_reason(p.outcome[i], p.probability[i], w,
                                              numeric::ScoreDomain::probability) == RowReason::none;
    if (counts) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return p.probability[a] < p.probability[b] ||
           (p.probability[a] == p.probability[b] && cluster[a] < cluster[b]);
  });
  std::vector<std::uint32_t> codes;
  for (const std::size_t i : order) codes.push_back(cluster[i]);
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  SortedRows rows{.clusters = codes.size()};
  for (const std::size_t i : order) {
    rows.outcome.push_back(p.outcome[i]);
    rows.probability.push_back(p.probability[i]);
    rows.weight.push_back(p.weight.empty() ? 1.0 : p.weight[i]);
    if (!value.empty()) rows.value.push_back(value[i]);
    const auto at = std::lower_bound(codes.begin(), codes.end(), cluster[i]) - codes.begin();
    rows.cluster.push_back(static_cast<std::uint32_t>(at));
  }
  return rows;
}

/// One draw: how often each cluster came, and the numbers of the rows so weighted.
std::vector<BootstrapNumber> draw(const SortedRows& rows, std::uint64_t seed, std::size_t stream,
                                  const EvaluationOptions& o) {
  Random random(seed, stream);
  std::vector<double> times(rows.clusters, 0.0);
  for (std::size_t i = 0; i < rows.clusters; ++i) times[random.below(rows.clusters)] += 1.0;
  SortedRows drawn;
  for (std::size_t i = 0; i < rows.outcome.size(); ++i) {
    const double weight = rows.weight[i] * times[rows.cluster[i]];
    if (!(weight > 0.0)) continue;
    drawn.outcome.push_back(rows.outcome[i]);
    drawn.probability.push_back(rows.probability[i]);
    drawn.weight.push_back(weight);
    if (!rows.value.empty()) drawn.value.push_back(rows.value[i]);
  }
  const auto e = evaluate({drawn.outcome, drawn.probability, drawn.weight}, drawn.value, o);
  return e ? numbers_of(*e) : std::vector<BootstrapNumber>{};
}

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  if (low + 1 == sorted.size()) return sorted.back();
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[low + 1] - sorted[low]);
}

void summarise(std::vector<double>& values, double level, BootstrapNumber& number) {
  number.draws = values.size();
  if (values.size() < 2) return;
  const double n = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  number.standard_error = std::sqrt(squares / (n - 1.0));
  std::sort(values.begin(), values.end());
  number.lo = quantile(values, 0.5 * (1.0 - level));
  number.hi = quantile(values, 0.5 * (1.0 + level));
}

Status check(const BootstrapOptions& o) {
  if (o.draws < 2 || o.draws > 100'000) {
    return invalid_argument("draws", "2 to 100000", static_cast<double>(o.draws));
  }
  const auto z = interval_z(o.interval_level);
  return z ? Status{} : invalid_argument("interval_level", "between 0 and 1", o.interval_level);
}

}  // namespace

Result<std::vector<RollingSplit>> rolling_origin(const CutRows& rows,
                                                 const RollingOptions& options) try {
  if (Status s = check(rows, options); !s.ok()) return s;
  std::vector<Day> cuts(rows.cut.begin(), rows.cut.end());
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<int> part(rows.cut.size(), 0);
  for (std::size_t i = 0; i < part.size(); ++i) {
    const auto code = rows.account.empty() ? static_cast<std::uint32_t>(i) : rows.account[i];
    part[i] = part_of(code, options);
  }
  std::vector<RollingSplit> splits;
  for (const Day cut : cuts) {
    for (int tested = 0; tested < options.account_parts; ++tested) {
      RollingSplit split = split_at(rows, part, cut, tested, options);
      split.last = cut == cuts.back();
      const bool usable = !split.test.empty() && split.train.size() >= options.least_train_rows;
      if (usable) splits.push_back(std::move(split));
    }
  }
  if (!splits.empty()) return splits;
  return Status{StatusCode::insufficient_data,
                "no cut has " + std::to_string(options.least_train_rows) +
                    " rows to train on whose outcome was known before it"};
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the folds"};
}

Result<std::vector<BootstrapNumber>> bootstrap_evaluation(const Predictions& predictions,
                                                          std::span<const std::uint32_t> cluster,
                                                          std::span<const double> value,
                                                          const EvaluationOptions& evaluation,
                                                          const BootstrapOptions& options) try {
  if (Status s = check(options); !s.ok()) return s;
  const auto whole = evaluate(predictions, value, evaluation);
  if (!whole) return whole.error();
  if (Status s = check_size("cluster", cluster.size(), predictions.rows()); !s.ok()) return s;
  const SortedRows rows = sorted_rows(predictions, cluster, value);
  if (rows.clusters < 2) {
    return Status{StatusCode::insufficient_data, "`cluster` needs two different codes"};
  }
  std::vector<BootstrapNumber> numbers = numbers_of(*whole);
  std::vector<std::vector<double>> values(numbers.size());
  for (std::size_t d = 0; d < options.draws; ++d) {
    const auto drawn = draw(rows, options.seed, d, evaluation);
    for (std::size_t k = 0; k < drawn.size(); ++k) {
      if (std::isfinite(drawn[k].estimate)) values[k].push_back(drawn[k].estimate);
    }
  }
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    summarise(values[k], options.interval_level, numbers[k]);
  }
  return numbers;
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

}  // namespace kam::churn
