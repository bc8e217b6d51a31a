/// Testing forward in time: which rows to fit on and which to judge on, and how much a number of an
/// evaluation would move with other accounts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/evaluation.hpp>

namespace kam::churn {

/// Rows of several cuts: each is one account as it was known on one day.
struct CutRows {
  std::span<const Day> cut;                  ///< features are of this day or before
  std::span<const std::uint32_t> account{};  ///< code; empty: every row is an account of its own
};

struct RollingOptions {
  int horizon_days = 365;  ///< H: the outcome is of (cut, cut + H], >= 1
  /// Days between the last day of a training outcome and the cut tested, >= 0: what was not yet in
  /// the system then.
  int gap_days = 0;
  int train_days = 0;  ///< oldest training cut, in days before the cut tested; 0: all of them
  std::size_t least_train_rows = 1;  ///< a cut with fewer to train on is not tested, >= 1
  /// 1: an account may be tested in a later window than it was trained in, as in use. k > 1: each
  /// cut is tested in k parts by account, trained without the accounts of the part. 1..1000
  int account_parts = 1;
  std::uint64_t seed = 1;  ///< of the parts
};

/// One fold. Indices are rows of the call, ascending.
struct RollingSplit {
  Day cut = kNoDay;   ///< of the rows tested
  int part = 0;       ///< of the accounts, 0 .. account_parts − 1
  bool last = false;  ///< the latest cut: keep it for one final look
  std::vector<std::size_t> train{}, test{};
};

/// Folds by rising cut, then part. Trained on are rows with cut + H + gap <= the cut tested: no
/// outcome of the training reaches into what is tested, nor into the gap. Parts depend on the code
/// of an account and the seed alone, so an account is in the same part at every cut.
/// insufficient_data if no cut has rows to train on; invalid_argument names the argument, or a row
/// whose cut is no date. O(cuts · rows).
[[nodiscard]] Result<std::vector<RollingSplit>> rolling_origin(const CutRows& rows,
                                                               const RollingOptions& options = {});

struct BootstrapOptions {
  std::size_t draws = 500;  ///< 2..100000
  double interval_level = kDefaultIntervalLevel;
  std::uint64_t seed = 1;
};

/// A number of an evaluation and how it moves when accounts are drawn again.
struct BootstrapNumber {
  std::string name;  ///< as in Evaluation: log_loss, auc, recall@0.1, value_recall@0.1, …
  double estimate = kNaN;
  double standard_error = kNaN;
  double lo = kNaN, hi = kNaN;  ///< percentiles
  std::size_t draws = 0;        ///< in which the number exists; NaN above if below 2
};

/// Whole clusters (accounts with all their rows) are drawn with replacement; a drawn row counts as
/// often as its cluster was drawn. `cluster` holds one code per row: the draw depends on codes and
/// seed, not on the order of rows. Errors as evaluate(); insufficient_data below two clusters.
/// O(draws · n log n).
[[nodiscard]] Result<std::vector<BootstrapNumber>> bootstrap_evaluation(
    const Predictions& predictions, std::span<const std::uint32_t> cluster,
    std::span<const double> value = {}, const EvaluationOptions& evaluation = {},
    const BootstrapOptions& options = {});

}  // namespace kam::churn
