#include "value/scorecard_plan.hpp"

namespace kam::value {
namespace {

/// More pieces than this are searched faster than tried one by one.
constexpr std::size_t kMostPieces = 16;

void set_pieces(const Bands& bands, IndicatorTables& t) {
  const auto& anchors = bands.anchors();
  for (std::size_t i = 0; i + 1 < anchors.size(); ++i) {
    const auto& [x, score] = anchors[i];
    const auto& [next_x, next_score] = anchors[i + 1];
    t.pieces.push_back({x, x / 2, next_x / 2 - x / 2, score, next_score - score, next_score});
  }
  const auto& [x, score] = anchors.back();
  t.pieces.push_back({x, x / 2, 1, score, 0, score});
  t.bands = {t.pieces.data(), t.pieces.size(), anchors.front().x, x};
  t.way = Way::pieces;
}

}  // namespace

IndicatorTables make_tables(const Indicator& indicator, const FrozenReference* reference) {
  IndicatorTables t;
  t.reference = reference;
  const Bands* bands = std::get_if<Bands>(&indicator.scale);
  if (needs_reference(indicator) && reference == nullptr) {
    t.way = Way::never;
  } else if (bands != nullptr && bands->anchors().size() <= kMostPieces) {
    set_pieces(*bands, t);
  } else if (std::holds_alternative<RankScale>(indicator.scale)) {
    t.ranks = make_rank_table(*reference, indicator.direction == Direction::lower_is_better);
    t.way = Way::ranks;
  }
  return t;
}

}  // namespace kam::value
