#include "churn/level_losses.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "churn/logit_fit.hpp"
#include "numeric/level_auc.hpp"

namespace kam::churn_detail {
namespace {

using churn::kCertain;
using numeric::Level;
using numeric::ScoreLevels;
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

constexpr std::size_t kBins = 10;

double average_precision(const ScoreLevels& s) {
  if (!(s.events > 0.0)) return kNaN;
  double sum = 0.0, events = 0.0, weight = 0.0;
  for (auto level = s.levels.rbegin(); level != s.levels.rend(); ++level) {
    events += level->events;
    weight += level->weight();
    sum += level->events * (events / weight);
  }
  return sum / s.events;
}

/// Clopper–Pearson for a share of counts that need not be whole.
Range share_range(double events, double weight, double level) {
  const double tail = 0.5 * (1.0 - level), others = weight - events;
  const double lo =
      events > 0.0 ? boost::math::ibeta_inv(events, others + 1.0, tail, Policy{}) : 0.0;
  const double hi =
      others > 0.0 ? boost::math::ibeta_inv(events + 1.0, others, 1.0 - tail, Policy{}) : 1.0;
  return {lo, hi};
}

/// Levels [first, last) that make a bin.
struct Piece {
  std::size_t first, last;
  double weight, events;
};

/// Bins of about equal weight, a level never divided, each joined to the next until it has enough
/// events; the last one to the one before.
std::vector<Piece> pieces_of(const ScoreLevels& s, const churn::EvaluationOptions& o) {
  std::vector<Piece> pieces;
  Piece piece{0, 0, 0.0, 0.0};
  double below = 0.0;
  const double size = s.weight() / static_cast<double>(o.bins);
  double end = size;
  for (std::size_t i = 0; i < s.levels.size(); ++i) {
    const Level& level = s.levels[i];
    piece.weight += level.weight();
    piece.events += level.events;
    piece.last = i + 1;
    below += level.weight();
    if (below < end * (1.0 - 1e-12) || piece.events < o.least_events) continue;
    pieces.push_back(piece);
    piece = {i + 1, i + 1, 0.0, 0.0};
    while (end <= below * (1.0 + 1e-12)) end += size;
  }
  if (piece.weight > 0.0 && !pieces.empty()) {
    pieces.back().last = piece.last;
    pieces.back().weight += piece.weight;
    pieces.back().events += piece.events;
  }
  return pieces;
}

}  // namespace

churn::Losses losses_of(const ScoreLevels& s) {
  churn::Losses l{.weight = s.weight(), .events = s.events};
  if (!(l.weight > 0.0)) return l;
  double log_loss = 0.0, squares = 0.0;
  for (const Level& level : s.levels) {
    const double p = level.score, q = std::clamp(p, kCertain, 1.0 - kCertain);
    if (level.events > 0.0) log_loss -= level.events * std::log(q);
    if (level.others > 0.0) log_loss -= level.others * std::log1p(-q);
    squares += level.events * (1.0 - p) * (1.0 - p) + level.others * p * p;
    l.expected += level.weight() * p;
  }
  const double base = l.events / l.weight;
  l.log_loss = log_loss / l.weight;
  l.brier = squares / l.weight;
  l.brier_base = base * (1.0 - base);
  l.brier_skill = l.brier_base > 0.0 ? 1.0 - l.brier / l.brier_base : kNaN;
  l.observed_to_expected = l.expected > 0.0 ? l.events / l.expected : kNaN;
  l.auc = numeric::level_auc(s, 0.0).auc;
  l.average_precision = average_precision(s);
  return l;
}

double calibration_error(const ScoreLevels& s) {
  std::array<double, kBins> difference{};
  for (const Level& level : s.levels) {
    const auto bin = std::min(kBins - 1, static_cast<std::size_t>(level.score * kBins));
    difference[bin] += level.events - level.weight() * level.score;
  }
  double sum = 0.0;
  for (const double d : difference) sum += std::fabs(d);
  return sum / s.weight();
}

churn::HosmerLemeshow hosmer_lemeshow(const ScoreLevels& s) {
  if (!(s.weight() >= 2.0 * kBins)) return {};
  const double size = std::floor(s.weight() / kBins), rest = s.weight() - kBins * size;
  std::size_t at = 0;
  double used = 0.0, statistic = 0.0;  // used: weight already taken of level `at`
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const double whole = size + std::clamp(rest - static_cast<double>(bin), 0.0, 1.0);
    double missing = whole, observed = 0.0, expected = 0.0;
    for (; at < s.levels.size() && missing > 1e-9 * whole; missing = std::max(0.0, missing)) {
      const Level& level = s.levels[at];
      const double take = std::min(missing, level.weight() - used);
      observed += take / level.weight() * level.events;
      expected += take * level.score;
      missing -= take;
      used += take;
      if (used < level.weight()) break;
      ++at;
      used = 0.0;
    }
    const double variance = expected * (1.0 - expected / whole);
    const double error = (observed - expected) * (observed - expected);
    if (error > 0.0) statistic += error / variance;  // infinite where p = 0 or 1 was wrong
  }
  const double p = std::isfinite(statistic)
                       ? boost::math::gamma_q(0.5 * (kBins - 2.0), 0.5 * statistic, Policy{})
                       : 0.0;
  return {statistic, p};
}

std::vector<churn::ReliabilityBin> reliability(const ScoreLevels& s,
                                               const churn::EvaluationOptions& o) {
  std::vector<churn::ReliabilityBin> bins;
  for (const Piece& piece : pieces_of(s, o)) {
    double expected = 0.0;
    for (std::size_t i = piece.first; i < piece.last; ++i) {
      expected += s.levels[i].weight() * s.levels[i].score;
    }
    const Range range = share_range(piece.events, piece.weight, o.interval_level);
    bins.push_back({s.levels[piece.first].score, s.levels[piece.last - 1].score, piece.weight,
                    piece.events, expected / piece.weight, piece.events / piece.weight, range.lo,
                    range.hi});
  }
  return bins;
}

churn::CalibrationLine calibration_line(const ScoreLevels& s) {
  if (!(s.events > 0.0) || !(s.others > 0.0) || s.levels.size() < 2) return {};
  churn::CalibrationLine line;
  LogitProblem free = problem_of(s);
  LogitProblem held = free;
  held.offset = logits_of(s);
  free.columns.push_back(held.offset);
  const LogitSolution both = fit_logit(std::move(free)), large = fit_logit(std::move(held));
  if (both.stop_reason != StopReason::boundary) {
    line.slope = both.coefficients[0];
    line.slope_standard_error = both.error(0);
    line.intercept = both.coefficients[1];
    line.intercept_standard_error = both.error(1);
  }
  line.in_the_large = large.coefficients[0];
  line.in_the_large_standard_error = large.error(0);
  return line;
}

Range poisson_range(double events, double level) {
  const double tail = 0.5 * (1.0 - level);
  const double lo = events > 0.0 ? boost::math::gamma_p_inv(events, tail, Policy{}) : 0.0;
  return {lo, boost::math::gamma_p_inv(events + 1.0, 1.0 - tail, Policy{})};
}

}  // namespace kam::churn_detail
