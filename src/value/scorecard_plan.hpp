/// Tables of a ScorecardBatch in the form the block kernels read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <kam/value/scorecard_batch.hpp>

#include "simd/scorecard_n.hpp"

namespace kam::value {

/// What a rank needs to know of one value of the reference and the way to the next.
struct RankKnot {
  double half_width;        // of that way [unit of x]
  double through, between;  // counts
  double exact;             // score of the value itself [points]
};
/// FrozenReference::percentile by a search without branches that begins near its end: values fall
/// into buckets, evenly in ln(1 + |x| / unit), and `begin` holds the last knot before each.
struct RankTable {
  std::vector<double> values;  // of the knots, then infinities for the search to run into
  std::vector<RankKnot> knots;
  std::vector<std::uint32_t> begin;
  double first = 0, last = 0, count = 0;
  double per_unit = 0;      // 1 / unit
  std::int64_t lowest = 0;  // key of `first`
  int shift = 0;            // from key to bucket
  std::size_t stride = 0;   // first of the search, a power of two
  bool turned = false;      // 100 - score
};
[[nodiscard]] RankTable make_rank_table(const FrozenReference& reference, bool turned);
/// Same bits as score() of the indicator, row by row.
void rank_n(const RankTable& table, const double* x, double* score, std::size_t n) noexcept;

/// How the scores of an indicator come about.
enum class Way { pieces, ranks, alone, never };

/// Tables own their memory and are reached through pointers, so they are built in place and stay.
struct IndicatorTables {
  Way way = Way::alone;
  const FrozenReference* reference = nullptr;
  std::vector<simd::Piece> pieces;
  simd::Pieces bands{};
  RankTable ranks{};
};

/// Borrows what it is made from; `owner` keeps it alive where nobody else does.
struct ScorecardBatch::Plan {
  const Scorecard& card;
  std::span<const std::optional<FrozenReference>> references;
  const ScorecardRow& reference;
  std::shared_ptr<const void> owner{};
  std::vector<IndicatorTables> tables{};  // per indicator
  std::vector<char> has_stand_in{};       // per dimension: one of its indicators has
  double all = 0;                         // Σ W_d in their order
};

/// Tables cost as much as some thousand rows; without them rows are scored one by one. Arguments of
/// make_scorecard_batch, which must outlive the plan.
[[nodiscard]] Result<ScorecardBatch::Plan> make_plan(
    const Scorecard& card, std::span<const std::optional<FrozenReference>> references,
    const ScorecardRow& reference, bool with_tables);

[[nodiscard]] IndicatorTables make_tables(const Indicator& indicator,
                                          const FrozenReference* reference);

/// run(), with or without tables.
[[nodiscard]] BatchReport run_plan(const ScorecardBatch::Plan& plan, bool with_tables,
                                   const FeatureColumns& in, const ReasonedColumns& out,
                                   const Executor& executor);
/// run() at a level; scalar is the three functions row by row.
[[nodiscard]] BatchReport run_at(simd::Level level, const ScorecardBatch::Plan& plan,
                                 const FeatureColumns& in, const ReasonedColumns& out,
                                 const Executor& executor);

}  // namespace kam::value
