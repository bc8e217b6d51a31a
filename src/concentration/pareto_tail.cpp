#include <kam/concentration/pareto_tail.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <vector>

#include <kam/base/random.hpp>
#include "concentration/compensated_sum.hpp"
#include "concentration/percentile.hpp"
#include "concentration/tail_scan.hpp"
#include "numeric/hurwitz_zeta.hpp"
#include "numeric/sort_values.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;
using concentration_detail::DistinctValues;
using concentration_detail::TailFit;
using concentration_detail::TailScan;

constexpr double kWholeBelow = 0x1p53;

bool is_count(double v) {
  return v == std::floor(v) && v < kWholeBelow;
}

struct Sample {
  std::vector<double> sorted;  // finite and >= 0, upwards
  DistinctValues distinct;
  std::vector<std::size_t> group;  // of each sorted value; npos for a zero
  bool counts = true;              // all of them whole
  BatchReport report;
};

constexpr std::size_t kZero = static_cast<std::size_t>(-1);

void group_equal(Sample& s) {
  DistinctValues& d = s.distinct;
  for (double v : s.sorted) {
    s.counts = s.counts && is_count(v);
    if (v > 0 && (d.value.empty() || v > d.value.back())) {
      if (!d.value.empty()) {
        const double last = d.value.back(), ratio = v / last;
        d.log_step.push_back(ratio < 2 ? std::log1p((v - last) / last)
                                       : std::log(v) - std::log(last));
      }
      d.value.push_back(v);
      d.count.push_back(0);
    }
    s.group.push_back(v > 0 ? d.value.size() - 1 : kZero);
    if (v > 0) ++d.count.back();
  }
}

Sample sample_of(std::span<const double> values) {
  Sample s;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      s.report.rejected(i, RowReason::not_finite);
    } else if (values[i] < 0) {
      s.report.rejected(i, RowReason::out_of_domain);
    } else {
      s.report.scored();
      s.sorted.push_back(values[i] + 0.0);
    }
  }
  numeric::sort_ascending(s.sorted);
  group_equal(s);
  return s;
}

Status check(const Sample& s, const ParetoTailOptions& options) {
  if (options.discrete.value_or(false)) {
    for (double v : s.sorted) {
      if (!is_count(v)) return invalid_argument("values", "whole numbers below 2^53", v);
    }
  }
  if (s.distinct.value.size() < 2) {
    return {StatusCode::insufficient_data, "`values` has " +
                                               std::to_string(s.distinct.value.size()) +
                                               " distinct values above 0, a tail needs at least 2"};
  }
  return {};
}

/// Share of the whole in values >= xmin; each is divided by the largest, so that no sum overflows.
double share_from(const DistinctValues& d, const std::vector<std::size_t>& count, double xmin) {
  CompensatedSum tail, whole;
  for (std::size_t j = 0; j < d.value.size(); ++j) {
    const double part = static_cast<double>(count[j]) * (d.value[j] / d.value.back());
    whole.add(part);
    if (d.value[j] >= xmin) tail.add(part);
  }
  return std::min(1.0, tail.value() / whole.value());
}

ParetoTail describe(const Sample& s, const TailScan& scan, bool discrete) {
  const TailFit fit = scan.best();
  ParetoTail t;
  t.discrete = discrete;
  t.alpha = fit.alpha;
  t.xmin = scan.value(fit.index);
  t.ks = fit.ks;
  t.accounts = s.sorted.size();
  t.tail_accounts = scan.tail_count(fit.index);
  t.distinct_values = s.distinct.value.size();
  t.tail_share = share_from(s.distinct, s.distinct.count, t.xmin);
  t.report = s.report;
  const double n = static_cast<double>(t.tail_accounts), log_sum = scan.log_sum(fit.index);
  if (discrete) {
    const numeric::Jet z = numeric::log_scaled_zeta(t.alpha, t.xmin);
    t.alpha_se = 1 / std::sqrt(n * z.second);
    t.log_likelihood = -n * z.value - t.alpha * log_sum;
  } else {
    t.alpha_se = (t.alpha - 1) / std::sqrt(n);
    t.log_likelihood = n * (std::log(t.alpha - 1) - std::log(t.xmin)) - t.alpha * log_sum;
  }
  return t;
}

struct Draw {
  double alpha, xmin, tail_share;  // NaN: no tail
};

Draw draw_once(const Sample& s, bool discrete, std::uint64_t seed, std::size_t number) {
  Random random(seed, number);
  DistinctValues drawn = s.distinct;
  std::fill(drawn.count.begin(), drawn.count.end(), std::size_t{0});
  for (std::size_t i = 0; i < s.sorted.size(); ++i) {
    const std::size_t group = s.group[static_cast<std::size_t>(random.below(s.sorted.size()))];
    if (group != kZero) ++drawn.count[group];
  }
  const TailScan scan(drawn, discrete);
  const TailFit fit = scan.best();
  if (!std::isfinite(fit.ks)) return {kNaN, kNaN, kNaN};
  const double xmin = scan.value(fit.index);
  return {fit.alpha, xmin, share_from(drawn, drawn.count, xmin)};
}

Result<ParetoTailInterval> summarise(const std::vector<Draw>& draws, const ParetoTail& fit,
                                     double level) {
  std::vector<double> alpha, xmin, share;
  for (const Draw& d : draws) {
    if (std::isnan(d.alpha)) continue;
    alpha.push_back(d.alpha);
    xmin.push_back(d.xmin);
    share.push_back(d.tail_share);
  }
  if (alpha.size() < 2) {
    return Status{StatusCode::insufficient_data, "`values`: fewer than 2 draws have a tail"};
  }
  ParetoTailInterval interval;
  interval.draws = alpha.size();
  interval.alpha = concentration_detail::percentiles(fit.alpha, alpha, level);
  interval.xmin = concentration_detail::percentiles(fit.xmin, xmin, level);
  interval.tail_share = concentration_detail::percentiles(fit.tail_share, share, level);
  return interval;
}

}  // namespace

Result<ParetoTail> pareto_tail(std::span<const double> values,
                               const ParetoTailOptions& options) try {
  const Sample s = sample_of(values);
  if (Status bad = check(s, options); !bad.ok()) return bad;
  const bool discrete = options.discrete.value_or(s.counts);
  return describe(s, TailScan(s.distinct, discrete), discrete);
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

Result<ParetoTailInterval> pareto_tail_interval(std::span<const double> values,
                                                const ParetoTailOptions& options,
                                                const ParetoTailBootstrap& bootstrap,
                                                const Executor& executor) try {
  if (Status bad = concentration_detail::check_bootstrap(bootstrap.draws, bootstrap.level);
      !bad.ok())
    return bad;
  const Sample s = sample_of(values);
  if (Status bad = check(s, options); !bad.ok()) return bad;
  const bool discrete = options.discrete.value_or(s.counts);
  const ParetoTail fit = describe(s, TailScan(s.distinct, discrete), discrete);
  std::vector<Draw> draws(bootstrap.draws);
  const Status run = concentration_detail::for_each_draw(
      executor, bootstrap.draws,
      [&](std::size_t i) { draws[i] = draw_once(s, discrete, bootstrap.seed, i); });
  if (!run.ok()) return run;
  return summarise(draws, fit, bootstrap.level);
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the draws"};
}

}  // namespace kam
