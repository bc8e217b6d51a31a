/// The additive two-level scorecard: indicators make dimensions, dimensions make the value index.
///
///   S_d = Σ w_k f_k s_k / Σ w_k f_k     over the indicators k of d that are present
///   V   = Σ W_d S_d / Σ W_d             over the dimensions d that are covered well enough
///
/// f_k is the freshness of the datum, 1 unless it is old (indicator.hpp). Compensating on purpose:
/// every point of V can be traced to one indicator (explanation.hpp). A missing score is not a
/// zero; it lowers coverage and lets the others of its dimension speak for it (or, if the indicator
/// says so, a stand-in), and never changes a score that is present.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/value/indicator.hpp>

namespace kam::value {

struct Dimension {
  std::string id{};        ///< unique within its scorecard, ASCII
  std::string label_en{};  ///< empty: the id
  std::string label_zh{};
  double weight = 1.0;            ///< W_d [-], >= 0; normalised by the scorecard
  double minimum_coverage = 0.5;  ///< below this share of observed weight S_d is NA; 0..1
};

/// Valid by construction and immutable, so any number of threads may share one.
class Scorecard {
 public:
  [[nodiscard]] const std::vector<Dimension>& dimensions() const noexcept { return dimensions_; }
  [[nodiscard]] const std::vector<Indicator>& indicators() const noexcept { return indicators_; }
  /// W_d, normalised over the dimensions.
  [[nodiscard]] std::span<const double> dimension_weights() const noexcept { return big_w_; }
  /// w_k, normalised within the dimension of k.
  [[nodiscard]] std::span<const double> indicator_weights() const noexcept { return w_; }
  /// Σ w_k of each dimension, added in the order of its indicators: 1 but for rounding.
  [[nodiscard]] std::span<const double> dimension_totals() const noexcept { return totals_; }
  /// Index of the dimension of each indicator.
  [[nodiscard]] std::span<const std::size_t> dimension_of() const noexcept { return dimension_of_; }

 private:
  Scorecard() = default;
  friend Result<Scorecard> make_scorecard(std::vector<Dimension> dimensions,
                                          std::vector<Indicator> indicators);

  std::vector<Dimension> dimensions_;
  std::vector<Indicator> indicators_;
  std::vector<double> big_w_, w_, totals_;
  std::vector<std::size_t> dimension_of_;
};

/// invalid_argument names what is wrong: no dimension or indicator, an id that is empty or comes
/// twice, an unknown dimension, a dimension without indicators, weights that are negative or all 0,
/// a minimum coverage outside 0..1, or an indicator that fails check().
[[nodiscard]] Result<Scorecard> make_scorecard(std::vector<Dimension> dimensions,
                                               std::vector<Indicator> indicators);

/// One account, complete: what went in, what came out and how much each indicator counted.
struct ScorecardRow {
  double value_index = 0.0;      ///< V [points], 0..100; NaN if no dimension is covered well enough
  double coverage = 0.0;         ///< Σ W_d w_k f_k over the present indicators [share], 0..1
  std::vector<double> scores;    ///< s_k as given or its stand-in [points], NaN = missing
  std::vector<double> observed;  ///< f_k [share], 0..1; 0 where the datum is missing
  std::vector<double> effective_weights;    ///< w̃_k: V = Σ w̃_k s_k; 0 where k did not count
  std::vector<double> dimension_scores;     ///< S_d [points], NaN = not covered well enough
  std::vector<double> dimension_coverages;  ///< observed share of the weight of d, 0..1
  std::vector<double> dimension_weights;    ///< Σ w_k f_k that S_d rests on, stand-ins included
};

/// Depends on nothing but its arguments. `scores` has one entry per indicator, 0..100 or NaN for
/// missing; `freshness` likewise, 0..1, or none at all for data that are all fresh. size_mismatch
/// or invalid_argument naming the entry otherwise.
[[nodiscard]] Result<ScorecardRow> evaluate(const Scorecard& scorecard,
                                            std::span<const double> scores,
                                            std::span<const double> freshness = {});

/// The same into a row that is reused: no memory is allocated once its vectors have their size. On
/// an error the row is left as it was.
[[nodiscard]] Status evaluate_into(const Scorecard& scorecard, std::span<const double> scores,
                                   std::span<const double> freshness, ScorecardRow& row);

/// Where a batch writes; each column has one row per account.
struct ScorecardColumns {
  std::span<double> value_index;
  std::span<double> coverage;
  std::span<const std::span<double>> dimension_scores{};     ///< one per dimension, or none
  std::span<const std::span<double>> dimension_coverages{};  ///< one per dimension, or none
  std::span<const std::span<double>> effective_weights{};    ///< one per indicator, or none
};

/// Many accounts, all data fresh: `scores` has one column per indicator. Bit for bit what
/// evaluate() gives for each row alone. A row without value index is counted as undefined_value and
/// keeps its coverage; a row with a score outside 0..100 (out_of_domain) or infinite (not_finite)
/// is NaN throughout.
[[nodiscard]] BatchReport evaluate(const Scorecard& scorecard,
                                   std::span<const std::span<const double>> scores,
                                   const ScorecardColumns& out, const Executor& executor = {});

}  // namespace kam::value
