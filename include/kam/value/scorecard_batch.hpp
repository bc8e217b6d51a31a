/// From features to value index and reasons in one pass: many accounts at once.
///
/// What score(), evaluate() and explain() do for one row, done column by column over tiles of rows
/// that stay in the cache, with the instruction set the CPU has. Every output has the bits of these
/// three for the row alone, whatever the number of rows or threads and whatever the CPU.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/value/explanation.hpp>
#include <kam/value/frozen_reference.hpp>
#include <kam/value/scorecard.hpp>

namespace kam::value {

/// What a batch reads; each column has one row per account.
struct FeatureColumns {
  /// One per indicator, in the order of the scorecard [unit of the feature]; a value that is not
  /// finite is missing. A column without rows is missing throughout.
  std::span<const std::span<const double>> x;
  /// One per indicator, or none: freshness [share], 0..1. A column without rows is fresh.
  std::span<const std::span<const double>> freshness{};
};

/// Where it writes; each column has one row per account. Spans that are empty are left out, and so
/// is the work for them.
struct ReasonedColumns {
  std::span<double> value_index;                             ///< V [points], NaN = not covered
  std::span<double> coverage;                                ///< [share]
  std::span<const std::span<double>> dimension_scores{};     ///< one per dimension [points]
  std::span<const std::span<double>> dimension_coverages{};  ///< one per dimension [share]
  std::span<const std::span<double>> scores{};    ///< one per indicator, stand-ins too [points]
  std::span<const std::span<double>> observed{};  ///< one per indicator [share], 0 = missing
  std::span<const std::span<double>> effective_weights{};  ///< one per indicator
  std::span<const std::span<double>> points{};  ///< φ_k, one per indicator [points], signed
  std::span<double> coverage_points{};          ///< goes with `points`
};

/// Prepared once and immutable, so any number of threads may share one; copies share their tables.
class ScorecardBatch {
 public:
  /// NaN and counted: undefined_value for a row without value index, which keeps its coverage and
  /// has no reasons; not_finite or out_of_domain for a freshness that is none, whose row is NaN
  /// throughout. Without a value index of the reference all reasons are NaN. size_mismatch names
  /// the column. Memory: some 150 kB per block of rows, whatever the number of rows.
  [[nodiscard]] BatchReport run(const FeatureColumns& in, const ReasonedColumns& out,
                                const Executor& executor = {}) const;

  [[nodiscard]] const Scorecard& scorecard() const noexcept;
  [[nodiscard]] const ScorecardRow& reference() const noexcept;

  struct Plan;  ///< the tables, known to the implementation
  [[nodiscard]] const Plan& plan() const noexcept { return *plan_; }

 private:
  explicit ScorecardBatch(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  friend Result<ScorecardBatch> make_scorecard_batch(
      Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
      ScorecardRow reference);
  std::shared_ptr<const Plan> plan_;
};

/// `references`: one per indicator; an indicator that needs one and has none is missing in every
/// row. `reference`: what reasons compare with, from evaluate() of the same scorecard.
/// size_mismatch otherwise. O(indicators * knots) time and memory.
[[nodiscard]] Result<ScorecardBatch> make_scorecard_batch(
    Scorecard scorecard, std::span<const std::optional<FrozenReference>> references,
    ScorecardRow reference);

}  // namespace kam::value
