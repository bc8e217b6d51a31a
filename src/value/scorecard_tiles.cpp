#include "value/scorecard_tiles.hpp"

#include <algorithm>
#include <cmath>

namespace kam::value {
namespace {

/// As in evaluate().
constexpr double kCoverageSlack = 1e-12;

/// An output of a tile: the caller's memory where whole vectors fit into it, else a buffer that is
/// copied to it at the end.
class Output {
 public:
  Output(std::span<double> column, std::size_t begin, std::size_t rows, double* buffer)
      : target_(column.empty() ? nullptr : column.data() + begin), rows_(rows), buffer_(buffer) {}
  Output(std::span<const std::span<double>> columns, std::size_t c, std::size_t begin,
         std::size_t rows, double* buffer)
      : Output(columns.empty() ? std::span<double>() : columns[c], begin, rows, buffer) {}

  [[nodiscard]] double* data() const {
    return target_ != nullptr && rows_ % simd::kRowStep == 0 ? target_ : buffer_;
  }
  void finish() const {
    if (target_ != nullptr && data() == buffer_) std::copy_n(buffer_, rows_, target_);
  }

 private:
  double* target_;
  std::size_t rows_;
  double* buffer_;
};

}  // namespace

ScorecardTiles::ScorecardTiles(const simd::ScorecardKernels& kernels,
                               const ScorecardBatch::Plan& plan, const FeatureColumns& in,
                               const ReasonedColumns& out)
    : kernels_(kernels),
      plan_(plan),
      in_(in),
      out_(out),
      indicators_(plan.tables.size()),
      dimensions_(plan.card.dimensions().size()),
      memory_(new double[(2 * indicators_ + 6 * dimensions_ + kSharedStrips) * kScorecardTile]) {}

double* ScorecardTiles::strip(Shared which) const {
  return memory_.get() + which * kScorecardTile;
}
double* ScorecardTiles::strip(OfDimension which, std::size_t d) const {
  return memory_.get() + (kSharedStrips + which * dimensions_ + d) * kScorecardTile;
}
double* ScorecardTiles::strip(OfIndicator which, std::size_t k) const {
  return memory_.get() +
         (kSharedStrips + 6 * dimensions_ + which * indicators_ + k) * kScorecardTile;
}

/// The caller's values, or a copy in whole vectors.
const double* ScorecardTiles::input(std::span<const double> values, double* buffer) const {
  if (rows_ == n_) return values.data() + begin_;
  std::copy_n(values.data() + begin_, rows_, buffer);
  std::fill(buffer + rows_, buffer + n_, kNaN);
  return buffer;
}

bool ScorecardTiles::is_fresh(std::size_t k) const {
  return in_.freshness.empty() || in_.freshness[k].empty();
}
bool ScorecardTiles::needs_observed(std::size_t k) const {
  return !is_fresh(k) || !std::isnan(plan_.card.indicators()[k].missing_score);
}
/// Whether weight and coverage of a dimension are the same sum.
bool ScorecardTiles::one_sum(std::size_t d) const {
  return plan_.has_stand_in[d] == 0 && in_.freshness.empty();
}

bool ScorecardTiles::score(std::size_t begin, std::size_t rows) {
  begin_ = begin;
  rows_ = rows;
  n_ = (rows + simd::kRowStep - 1) / simd::kRowStep * simd::kRowStep;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    for (const OfDimension sum : {kScoreSum, kWeightSum, kSeenSum}) {
      std::fill_n(strip(sum, d), n_, 0.0);
    }
  }
  for (const Shared sum : {kUsed, kWeighted, kSeen}) std::fill_n(strip(sum), n_, 0.0);
  for (std::size_t k = 0; k < indicators_; ++k) add_indicator(k);
  for (std::size_t d = 0; d < dimensions_; ++d) close_dimension(d);
  const bool complete = close_index();
  if (!out_.points.empty() || !out_.effective_weights.empty()) explain();
  return complete;
}

void ScorecardTiles::add_scores(std::size_t k, const simd::Measure& measure,
                                const simd::Sums& sums) {
  const IndicatorTables& t = plan_.tables[k];
  if (t.way == Way::never || in_.x[k].empty()) {
    std::fill_n(measure.scores, n_, kNaN);
    return kernels_.add_scores(measure, sums, n_);
  }
  const double* x = input(in_.x[k], strip(kX));
  if (t.way == Way::pieces) return kernels_.add_pieces(t.bands, x, measure, sums, n_);
  const Indicator& indicator = plan_.card.indicators()[k];
  if (t.way == Way::ranks) {
    rank_n(t.ranks, x, measure.scores, n_);
  } else {
    for (std::size_t i = 0; i < n_; ++i) {
      measure.scores[i] = value::score(indicator, t.reference, x[i]);
    }
  }
  kernels_.add_scores(measure, sums, n_);
}

void ScorecardTiles::add_indicator(std::size_t k) {
  const std::size_t d = plan_.card.dimension_of()[k];
  const Output scores(out_.scores, k, begin_, rows_, strip(kScores, k));
  const Output observed(out_.observed, k, begin_, rows_, strip(kObserved, k));
  const bool keep = needs_observed(k) || !out_.observed.empty();
  const double* fresh = is_fresh(k) ? nullptr : input(in_.freshness[k], strip(kFresh));
  add_scores(
      k,
      {plan_.card.indicator_weights()[k], plan_.card.indicators()[k].missing_score, fresh,
       scores.data(), keep ? observed.data() : nullptr},
      {strip(kScoreSum, d), strip(kWeightSum, d), one_sum(d) ? nullptr : strip(kSeenSum, d)});
  scores.finish();
  if (keep) observed.finish();
}

void ScorecardTiles::close_dimension(std::size_t d) {
  const Output score(out_.dimension_scores, d, begin_, rows_, strip(kScore, d));
  const Output share(out_.dimension_coverages, d, begin_, rows_, strip(kSeenShare, d));
  const simd::Closing closing{plan_.card.dimension_totals()[d],
                              plan_.card.dimensions()[d].minimum_coverage - kCoverageSlack,
                              plan_.card.dimension_weights()[d],
                              strip(kScoreSum, d),
                              strip(one_sum(d) ? kWeightSum : kSeenSum, d),
                              strip(kWeightSum, d),
                              score.data(),
                              out_.dimension_coverages.empty() ? nullptr : share.data(),
                              strip(kUsed),
                              strip(kWeighted),
                              strip(kSeen)};
  kernels_.close_dimension(closing, n_);
  score.finish();
  if (closing.coverage != nullptr) share.finish();
}

bool ScorecardTiles::close_index() {
  const Output index(out_.value_index, begin_, rows_, strip(kIndex));
  const Output coverage(out_.coverage, begin_, rows_, strip(kCoverage));
  complete_ = kernels_.close_index(plan_.all, strip(kUsed), strip(kWeighted), strip(kSeen),
                                   index.data(), coverage.data(), n_);
  index.finish();
  coverage.finish();
  index_ = index.data();
  return complete_;
}

void ScorecardTiles::explain() {
  const bool reasons = !out_.points.empty();
  const bool referred = !std::isnan(plan_.reference.value_index);
  const Output coverage(out_.coverage_points, begin_, rows_, strip(kCoveragePoints));
  std::fill_n(coverage.data(), n_, referred ? 0.0 : kNaN);
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const Output score(out_.dimension_scores, d, begin_, rows_, strip(kScore, d));
    kernels_.share(plan_.card.dimension_weights()[d], strip(kUsed), score.data(), strip(kShare, d),
                   n_);
  }
  for (std::size_t k = 0; k < indicators_; ++k) {
    explain_indicator(k, complete_ ? nullptr : index_,
                      reasons && referred ? coverage.data() : nullptr);
  }
  if (reasons) coverage.finish();
}

void ScorecardTiles::explain_indicator(std::size_t k, const double* value_index,
                                       double* coverage_points) {
  const std::size_t d = plan_.card.dimension_of()[k];
  const Output scores(out_.scores, k, begin_, rows_, strip(kScores, k));
  const Output observed(out_.observed, k, begin_, rows_, strip(kObserved, k));
  const Output weight(out_.effective_weights, k, begin_, rows_, strip(kWeight));
  const Output points(out_.points, k, begin_, rows_, strip(kPoints));
  if (coverage_points == nullptr && !out_.points.empty()) std::fill_n(points.data(), n_, kNaN);
  kernels_.point(
      {plan_.card.indicator_weights()[k], plan_.reference.effective_weights[k],
       plan_.reference.scores[k], scores.data(), needs_observed(k) ? observed.data() : nullptr,
       strip(kWeightSum, d), strip(kShare, d), value_index,
       out_.effective_weights.empty() ? nullptr : weight.data(),
       coverage_points == nullptr ? nullptr : points.data(), coverage_points},
      n_);
  if (!out_.effective_weights.empty()) weight.finish();
  if (!out_.points.empty()) points.finish();
}

}  // namespace kam::value
