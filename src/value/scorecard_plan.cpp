#include "value/scorecard_plan.hpp"

#include <cmath>

#include <kam/base/columns.hpp>

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

Result<ScorecardBatch::Plan> make_plan(const Scorecard& card,
                                       std::span<const std::optional<FrozenReference>> references,
                                       const ScorecardRow& reference, bool with_tables) {
  const std::size_t indicators = card.indicators().size();
  if (Status s = check_size("references", references.size(), indicators); !s.ok()) return s;
  for (const auto* cells : {&reference.scores, &reference.effective_weights}) {
    if (Status s = check_size("reference", cells->size(), indicators); !s.ok()) return s;
  }
  ScorecardBatch::Plan plan{card, references, reference};
  plan.tables.resize(indicators);
  plan.has_stand_in.assign(card.dimensions().size(), 0);
  for (std::size_t k = 0; k < indicators; ++k) {
    const Indicator& indicator = card.indicators()[k];
    const FrozenReference* ruler = references[k] ? &*references[k] : nullptr;
    plan.tables[k].reference = ruler;
    if (with_tables) plan.tables[k] = make_tables(indicator, ruler);
    if (!std::isnan(indicator.missing_score)) plan.has_stand_in[card.dimension_of()[k]] = 1;
  }
  for (const double w : card.dimension_weights()) plan.all += w;
  return plan;
}

}  // namespace kam::value
