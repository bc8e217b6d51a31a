#include "numeric/level_auc.hpp"

#include <cmath>

namespace kam::numeric {
namespace {

/// One pass in ascending order: each(level, share of the others below an event of this level,
/// share of the events above another row of this level), ties half.
template <class Each>
void placements(const ScoreLevels& s, const Each& each) {
  double events_below = 0.0, others_below = 0.0;
  for (const Level& level : s.levels) {
    const double beaten = (others_below + 0.5 * level.others) / s.others;
    const double above = (s.events - events_below - 0.5 * level.events) / s.events;
    each(level, beaten, above);
    events_below += level.events;
    others_below += level.others;
  }
}

}  // namespace

Auc level_auc(const ScoreLevels& s, double z) {
  Auc result{.events = s.events,
             .others = s.others,
             .rows = s.rows,
             .unknown_outcomes = s.unknown_outcomes};
  if (!(s.events > 0.0) || !(s.others > 0.0)) return result;
  double sum = 0.0;
  placements(s, [&](const Level& l, double beaten, double) { sum += l.events * beaten; });
  result.auc = sum / s.events;
  double of_events = 0.0, of_others = 0.0;
  placements(s, [&](const Level& l, double beaten, double above) {
    of_events += l.events * (beaten - result.auc) * (beaten - result.auc);
    of_others += l.others * (above - result.auc) * (above - result.auc);
  });
  if (!(s.events > 1.0) || !(s.others > 1.0)) return result;
  const double variance =
      of_events / (s.events - 1.0) / s.events + of_others / (s.others - 1.0) / s.others;
  result.standard_error = std::sqrt(variance);
  const double se_logit = result.standard_error / (result.auc * (1.0 - result.auc));
  const Interval interval = logit_interval(result.auc, se_logit, z);
  result.lo = interval.lo;
  result.hi = interval.hi;
  return result;
}

}  // namespace kam::numeric
