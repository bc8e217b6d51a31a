/// One tile of rows through the block kernels: features in, index and reasons out.
#pragma once

#include <memory>
#include <span>

#include "simd/scorecard_n.hpp"
#include "value/scorecard_plan.hpp"

namespace kam::value {

/// Long enough for the memory to stream, short enough for the cache.
inline constexpr std::size_t kScorecardTile = 256;

/// Memory of one block of rows, used tile after tile. The arguments must outlive it.
class ScorecardTiles {
 public:
  ScorecardTiles(const simd::ScorecardKernels& kernels, const ScorecardBatch::Plan& plan,
                 const FeatureColumns& in, const ReasonedColumns& out);

  /// At most kScorecardTile rows; returns whether every row has an index.
  bool score(std::size_t begin, std::size_t rows);

 private:
  // Strips of kScorecardTile rows: two per indicator, six per dimension, and these.
  enum Shared : std::size_t {
    kUsed,
    kWeighted,
    kSeen,
    kX,
    kFresh,
    kIndex,
    kCoverage,
    kWeight,
    kPoints,
    kCoveragePoints,
    kSharedStrips
  };
  enum OfDimension : std::size_t { kScoreSum, kWeightSum, kSeenSum, kScore, kSeenShare, kShare };
  enum OfIndicator : std::size_t { kScores, kObserved };

  [[nodiscard]] double* strip(Shared which) const;
  [[nodiscard]] double* strip(OfDimension which, std::size_t d) const;
  [[nodiscard]] double* strip(OfIndicator which, std::size_t k) const;
  [[nodiscard]] const double* input(std::span<const double> values, double* buffer) const;
  [[nodiscard]] bool is_fresh(std::size_t k) const;
  [[nodiscard]] bool needs_observed(std::size_t k) const;
  [[nodiscard]] bool one_sum(std::size_t d) const;

  void add_indicator(std::size_t k);
  void add_scores(std::size_t k, const simd::Measure& measure, const simd::Sums& sums);
  void close_dimension(std::size_t d);
  bool close_index();
  void explain();
  void explain_indicator(std::size_t k, const double* value_index, double* coverage_points);

  const simd::ScorecardKernels& kernels_;
  const ScorecardBatch::Plan& plan_;
  const FeatureColumns& in_;
  const ReasonedColumns& out_;
  std::size_t indicators_, dimensions_;
  std::size_t begin_ = 0, rows_ = 0, n_ = 0;  // of the tile; n_: rows_ in whole vectors
  const double* index_ = nullptr;
  bool complete_ = false;
  std::unique_ptr<double[]> memory_;
};

}  // namespace kam::value
