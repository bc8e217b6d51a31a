#include <kam/churn/calibration.hpp>

#include <algorithm>
#include <new>

#include <kam/base/columns.hpp>

#include "churn/logit_fit.hpp"
#include "churn/prediction_levels.hpp"
#include "numeric/batch.hpp"

namespace kam::churn {
namespace {

using churn_detail::LogitProblem;
using churn_detail::LogitSolution;
using numeric::Level;
using numeric::ScoreLevels;

CalibrationReport report_of(const ScoreLevels& levels) {
  CalibrationReport report{.events = levels.events,
                           .others = levels.others,
                           .rows = levels.rows,
                           .unknown_outcomes = levels.unknown_outcomes};
  for (const Level& level : levels.levels) {
    const bool certain = level.score < kCertain || level.score > 1.0 - kCertain;
    if (certain) report.clipped += level.weight();
  }
  return report;
}

void set_fit(const LogitSolution& found, CalibrationReport& report) {
  report.stop_reason = found.stop_reason;
  report.iterations = found.iterations;
  report.log_likelihood = found.log_likelihood;
  if (found.stop_reason == StopReason::boundary) {
    report.warning = "the probabilities separate the outcomes: the likelihood has no maximum";
  }
}

void warn_of_direction(double slope, CalibrationReport& report) {
  if (slope < 0.0) report.warning = "the slope is negative: higher probabilities were lost less";
}

Status need_two_scores(const Predictions& predictions, const ScoreLevels& levels) {
  if (Status s = churn_detail::need_both(predictions, levels); !s.ok()) return s;
  if (levels.levels.size() > 1) return {};
  return {StatusCode::insufficient_data, "`probability` is the same in all rows"};
}

/// Σ ln P(outcome) of a line, for the outcomes as they are.
double log_likelihood(const ScoreLevels& levels, const LogitCalibration& c) {
  double sum = 0.0;
  for (const Level& level : levels.levels) {
    const double x = c.slope * clipped_logit(level.score) + c.intercept;
    sum -= level.events * log_add_exp(0.0, -x) + level.others * log_add_exp(0.0, x);
  }
  return sum;
}

/// The best of the three boundary cases and the interior, by the columns left in.
struct BetaCase {
  bool has_a, has_b;
};

LogitSolution solve(const LogitProblem& whole, const BetaCase& which) {
  LogitProblem part{.columns = {}, .events = whole.events, .others = whole.others};
  if (which.has_a) part.columns.push_back(whole.columns[0]);
  if (which.has_b) part.columns.push_back(whole.columns[1]);
  return churn_detail::fit_logit(std::move(part));
}

BetaCalibration beta_of(const LogitSolution& found, const BetaCase& which) {
  BetaCalibration c{.a = 0.0, .b = 0.0};
  Eigen::Index at = 0;
  if (which.has_a) {
    c.a = found.coefficients[at];
    c.a_standard_error = found.error(at++);
  }
  if (which.has_b) {
    c.b = found.coefficients[at];
    c.b_standard_error = found.error(at++);
  }
  c.c = found.coefficients[at];
  c.c_standard_error = found.error(at);
  return c;
}

struct Block {
  double events, weight, first, last;
};

/// Left to right, joining a block with those before it while these are not below it. Compared
/// without dividing: exact for counts.
std::vector<Block> pool(const std::vector<Level>& levels) {
  std::vector<Block> blocks;
  for (const Level& level : levels) {
    Block block{level.events, level.weight(), level.score, level.score};
    while (!blocks.empty() &&
           blocks.back().events * block.weight >= block.events * blocks.back().weight) {
      block.events += blocks.back().events;
      block.weight += blocks.back().weight;
      block.first = blocks.back().first;
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

template <class Calibration>
BatchReport apply(const Calibration& c, std::span<const double> p, std::span<double> out,
                  const Executor& executor) {
  if (Status s = check_size("out", out.size(), p.size()); !s.ok()) return numeric::failed(s);
  const auto reason = [&](std::size_t i) {
    if (!std::isfinite(p[i])) return RowReason::not_finite;
    return p[i] >= 0.0 && p[i] <= 1.0 ? RowReason::none : RowReason::out_of_domain;
  };
  return numeric::for_each_row(out, executor, reason,
                               [&](std::size_t i) { return calibrated(c, p[i]); });
}

}  // namespace

Result<Fitted<LogitCalibration>> fit_platt(const Predictions& predictions,
                                           const PlattOptions& options) try {
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = need_two_scores(predictions, *levels); !s.ok()) return s;
  LogitProblem problem = churn_detail::problem_of(*levels);
  problem.columns.push_back(churn_detail::logits_of(*levels));
  if (options.smoothed_targets) {
    const double high = (levels->events + 1.0) / (levels->events + 2.0);
    const double low = 1.0 / (levels->others + 2.0);
    for (std::size_t i = 0; i < problem.rows(); ++i) {
      const double events = problem.events[i], others = problem.others[i];
      problem.events[i] = high * events + low * others;
      problem.others[i] = (1.0 - high) * events + (1.0 - low) * others;
    }
  }
  const LogitSolution found = churn_detail::fit_logit(std::move(problem));
  const LogitCalibration line{found.coefficients[0], found.coefficients[1], found.error(0),
                              found.error(1), found.covariance(0, 1)};
  CalibrationReport report = report_of(*levels);
  set_fit(found, report);
  report.log_likelihood = log_likelihood(*levels, line);
  warn_of_direction(line.slope, report);
  return Fitted<LogitCalibration>{line, report};
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

Result<Fitted<LogitCalibration>> fit_temperature(const Predictions& predictions) try {
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = churn_detail::need_both(predictions, *levels); !s.ok()) return s;
  if (levels->levels.size() == 1 && levels->levels[0].score == 0.5) {
    return Status{StatusCode::insufficient_data, "`probability` is 0.5 in all rows"};
  }
  LogitProblem problem = churn_detail::problem_of(*levels);
  problem.intercept = false;
  problem.columns.push_back(churn_detail::logits_of(*levels));
  const LogitSolution found = churn_detail::fit_logit(std::move(problem));
  CalibrationReport report = report_of(*levels);
  set_fit(found, report);
  warn_of_direction(found.coefficients[0], report);
  return Fitted<LogitCalibration>{
      {.slope = found.coefficients[0], .slope_standard_error = found.error(0)}, report};
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

Result<Fitted<BetaCalibration>> fit_beta(const Predictions& predictions) try {
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = need_two_scores(predictions, *levels); !s.ok()) return s;
  LogitProblem problem = churn_detail::problem_of(*levels);
  problem.columns.resize(2);
  for (const Level& level : levels->levels) {
    const double q = std::clamp(level.score, kCertain, 1.0 - kCertain);
    problem.columns[0].push_back(std::log(q));
    problem.columns[1].push_back(-std::log1p(-q));
  }
  // Concave under bounds: the interior optimum if it is inside, else the best one on the border.
  std::vector<BetaCase> cases{{true, true}};
  if (levels->levels.size() < 3) cases = {};  // two points do not tell a from b
  Fitted<BetaCalibration> best{{}, report_of(*levels)};
  best.report.log_likelihood = -HUGE_VAL;
  for (std::size_t i = 0; i < cases.size() || best.report.log_likelihood == -HUGE_VAL; ++i) {
    if (i == cases.size())
      cases.insert(cases.end(), {{true, false}, {false, true}, {false, false}});
    const LogitSolution found = solve(problem, cases[i]);
    const BetaCalibration c = beta_of(found, cases[i]);
    if (c.a < 0.0 || c.b < 0.0 || !(found.log_likelihood > best.report.log_likelihood)) continue;
    best.calibration = c;
    set_fit(found, best.report);
  }
  return best;
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

Result<Fitted<IsotonicCalibration>> fit_isotonic(const Predictions& predictions) try {
  const auto levels = churn_detail::levels_of(predictions);
  if (!levels) return levels.error();
  if (Status s = churn_detail::need_both(predictions, *levels); !s.ok()) return s;
  IsotonicCalibration c;
  for (const Block& block : pool(levels->levels)) {
    c.score.push_back(block.first);
    c.value.push_back(block.events / block.weight);
    if (block.last > block.first) {
      c.score.push_back(block.last);
      c.value.push_back(c.value.back());
    }
    ++c.blocks;
  }
  CalibrationReport report = report_of(*levels);
  report.clipped = 0.0;
  if (report.events < 30.0) {
    report.warning =
        "fewer than 30 events: the steps are mostly noise, Platt's line has two "
        "parameters";
  }
  return Fitted<IsotonicCalibration>{std::move(c), report};
} catch (const std::bad_alloc&) {
  return churn_detail::out_of_memory();
}

double calibrated(const IsotonicCalibration& c, double p) noexcept {
  if (!(p >= 0.0 && p <= 1.0) || c.score.empty() || c.value.size() != c.score.size()) return kNaN;
  const auto above = std::lower_bound(c.score.begin(), c.score.end(), p);
  if (above == c.score.end()) return c.value.back();
  const auto i = static_cast<std::size_t>(above - c.score.begin());
  if (*above == p || i == 0) return c.value[i];
  const double share = (p - c.score[i - 1]) / (c.score[i] - c.score[i - 1]);
  return c.value[i - 1] + share * (c.value[i] - c.value[i - 1]);
}

BatchReport calibrate(const LogitCalibration& c, std::span<const double> p, std::span<double> out,
                      const Executor& executor) {
  return apply(c, p, out, executor);
}

BatchReport calibrate(const BetaCalibration& c, std::span<const double> p, std::span<double> out,
                      const Executor& executor) {
  return apply(c, p, out, executor);
}

BatchReport calibrate(const IsotonicCalibration& c, std::span<const double> p,
                      std::span<double> out, const Executor& executor) {
  return apply(c, p, out, executor);
}

BatchReport shift_prior(double from, double to, std::span<const double> p, std::span<double> out,
                        const Executor& executor) {
  const auto inside = [](double rate) { return rate > 0.0 && rate < 1.0; };
  if (!inside(from)) {
    return numeric::failed(invalid_argument("from", "strictly between 0 and 1", from));
  }
  if (!inside(to)) return numeric::failed(invalid_argument("to", "strictly between 0 and 1", to));
  if (Status s = check_size("out", out.size(), p.size()); !s.ok()) return numeric::failed(s);
  const auto reason = [&](std::size_t i) {
    if (!std::isfinite(p[i])) return RowReason::not_finite;
    return p[i] >= 0.0 && p[i] <= 1.0 ? RowReason::none : RowReason::out_of_domain;
  };
  return numeric::for_each_row(out, executor, reason,
                               [&](std::size_t i) { return shift_prior(p[i], from, to); });
}

}  // namespace kam::churn
