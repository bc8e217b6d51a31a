#include <kam/churn/kaplan_meier.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "churn/plain_times.hpp"
#include "numeric/batch.hpp"

namespace kam {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// S(t) <= 1 - p although products of shares such as 1/2 come out a rounding above it.
constexpr double kRounding = 1e-13;
// More rows are refused by the risk set.
constexpr std::size_t kMostPlainRows = std::size_t{1} << 31;

/// Columns of a curve, one moment after the other.
class CurveBuilder {
 public:
  CurveBuilder(std::size_t moments, HazardTies ties) : ties_(ties) {
    for (auto* column : {&c_.time, &c_.at_risk, &c_.deaths, &c_.survival, &c_.greenwood, &c_.hazard,
                         &c_.hazard_variance}) {
      column->reserve(moments);
    }
  }

  /// n at risk, d leave: `events` of them, each of weight d / events.
  void add(double time, double n, double d, std::size_t events) {
    s_ = d < n ? s_ * ((n - d) / n) : 0;
    greenwood_ = d < n ? greenwood_ + d / (n * (n - d)) : kInfinity;
    add_hazard(n, d, events);
    c_.time.push_back(time);
    c_.at_risk.push_back(n);
    c_.deaths.push_back(d);
    c_.survival.push_back(s_);
    c_.greenwood.push_back(greenwood_);
    c_.hazard.push_back(hazard_);
    c_.hazard_variance.push_back(variance_);
    c_.events += d;
  }
  SurvivalCurve take() { return std::move(c_); }

 private:
  void add_hazard(double at_risk, double deaths, std::size_t events) {
    const std::size_t terms = ties_ == HazardTies::successive ? events : 1;
    if (terms == 1) {
      const double one = 1 / at_risk, share = deaths * one;
      hazard_ += share;
      variance_ += share * one;
      return;
    }
    const double w = deaths / static_cast<double>(terms);
    double hazard = 0, squares = 0;
    for (std::size_t k = 0; k < terms; ++k) {
      const double share = w / (at_risk - static_cast<double>(k) * w);
      hazard += share;
      squares += share * share;
    }
    hazard_ += hazard;
    variance_ += squares / w;
  }

  HazardTies ties_;
  double s_ = 1, greenwood_ = 0, hazard_ = 0, variance_ = 0;
  SurvivalCurve c_;
};

SurvivalCurve curve_of(std::span<const RiskMoment> moments, HazardTies ties) {
  CurveBuilder builder(moments.size(), ties);
  for (const RiskMoment& m : moments) builder.add(m.time, m.at_risk, m.deaths, m.events);
  return builder.take();
}

/// The curve of times that were counted or sorted.
template <class Times>
SurvivalCurve curve_of_times(Times& times, std::size_t most, HazardTies ties) {
  CurveBuilder builder(most, ties);
  const churn::PlainTotals totals =
      times.visit([&](double time, std::size_t at_risk, std::size_t events) {
        const auto d = static_cast<double>(events);
        builder.add(time, static_cast<double>(at_risk), d, events);
      });
  SurvivalCurve curve = builder.take();
  curve.longest = totals.longest;
  curve.weight = static_cast<double>(totals.rows);
  curve.rows.rows_scored = totals.rows;
  return curve;
}

/// The curve of rows that count once each, were seen from the beginning and can all be used; none
/// for others. To the bit that of their risk set.
std::optional<SurvivalCurve> plain_curve(const SurvivalColumns& columns, HazardTies ties) {
  const std::size_t rows = columns.rows();
  const bool plain = columns.entry.empty() && columns.weight.empty() && rows > 0 &&
                     columns.event.size() == rows && rows < kMostPlainRows;
  if (!plain) return std::nullopt;
  if (const auto whole = std::make_unique<churn::WholeTimes>(); whole->count(columns))
    return curve_of_times(*whole, churn::WholeTimes::kMostWhole, ties);
  churn::SortedTimes times;
  if (!times.sort(columns)) return std::nullopt;
  return curve_of_times(times, times.events(), ties);
}

/// Steps at times <= time.
std::size_t steps_until(const SurvivalCurve& c, double time) {
  return static_cast<std::size_t>(std::upper_bound(c.time.begin(), c.time.end(), time) -
                                  c.time.begin());
}
/// Steps that an account of this tenure has behind it: none at tenure 0.
std::size_t steps_behind(const SurvivalCurve& c, double tenure) {
  return tenure == 0 ? 0 : steps_until(c, tenure);
}
/// A cumulative column after `steps` steps.
double after(const std::vector<double>& column, std::size_t steps, double start) {
  return steps == 0 ? start : column[steps - 1];
}

bool ends_at_zero(const SurvivalCurve& c) {
  return !c.survival.empty() && c.survival.back() == 0;
}
/// Whether there are accounts of that tenure, and S is known until `time`.
bool supported(const SurvivalCurve& c, double time, double tenure) {
  const bool alive = after(c.survival, steps_behind(c, tenure), 1) > 0 && tenure <= c.longest;
  return alive && (time <= c.longest || ends_at_zero(c));
}
bool good_times(double time, double tenure) {
  return time >= 0 && tenure >= 0 && tenure < kInfinity;
}

/// S with the variance of its logarithm, as an interval at normal quantile z.
CurveAnswer band(double s, double log_variance, double z, CurveScale scale) {
  CurveAnswer a{s, s, s, 0, Support::observed};
  if (s >= 1) return a;
  if (s <= 0) {
    if (scale == CurveScale::log_log) a.lo = a.hi = kNaN;
    return a;
  }
  const double se_log = std::sqrt(log_variance);
  a.standard_error = s * se_log;
  if (scale == CurveScale::plain) {
    a.lo = std::max(0.0, s - z * a.standard_error);
    a.hi = std::min(1.0, s + z * a.standard_error);
  } else {
    const double spread = z * se_log / std::fabs(std::log(s));
    a.lo = std::pow(s, std::exp(spread));
    a.hi = std::pow(s, std::exp(-spread));
  }
  return a;
}

/// S after `steps` steps for those who have `behind` steps behind them.
CurveAnswer band_at(const SurvivalCurve& c, std::size_t steps, std::size_t behind, double z,
                    CurveScale scale) {
  if (steps <= behind) return {1, 1, 1, 0, Support::observed};
  const double s = c.survival[steps - 1] / after(c.survival, behind, 1);
  return band(s, c.greenwood[steps - 1] - after(c.greenwood, behind, 0), z, scale);
}

CurveAnswer survival_at(const SurvivalCurve& c, double time, double tenure, double z,
                        CurveScale scale) {
  if (!good_times(time, tenure) || !supported(c, std::max(time, tenure), tenure)) return {};
  return band_at(c, steps_until(c, time), steps_behind(c, tenure), z, scale);
}

CurveAnswer churn_at(const SurvivalCurve& c, double horizon, double tenure, double z,
                     CurveScale scale) {
  if (!(horizon >= 0)) return {};
  CurveAnswer a = survival_at(c, tenure + horizon, tenure, z, scale);
  if (horizon == 0 && a.support == Support::observed) a = {1, 1, 1, 0, Support::observed};
  return {1 - a.estimate, 1 - a.hi, 1 - a.lo, a.standard_error, a.support};
}

}  // namespace

namespace kaplan_meier {

Result<SurvivalCurve> fit(const SurvivalColumns& columns, HazardTies ties) {
  if (auto curve = plain_curve(columns, ties)) return std::move(*curve);
  const auto set = make_risk_set(columns);
  if (!set) return set.error();
  if (set->rows.empty()) {
    return Status{StatusCode::insufficient_data, "no row with a usable duration and event"};
  }
  return std::move(fit(*set, ties)[0]);
}

std::vector<SurvivalCurve> fit(const RiskSet& set, HazardTies ties) {
  std::vector<SurvivalCurve> curves;
  for (std::size_t s = 0; s < set.strata(); ++s) {
    const std::size_t begin = set.stratum_begin[s], end = set.stratum_begin[s + 1];
    curves.push_back(curve_of(std::span(set.moments).subspan(begin, end - begin), ties));
    SurvivalCurve& curve = curves.back();
    curve.longest = set.longest[s];
    curve.rows = set.report;
    for (std::size_t i = set.stratum_rows[s]; i < set.stratum_rows[s + 1]; ++i)
      curve.weight += set.rows[i].weight;
  }
  return curves;
}

CurveAnswer survival(const SurvivalCurve& curve, double time, double tenure,
                     const CurveOptions& options) {
  const auto z = interval_z(options.level);
  return z ? survival_at(curve, time, tenure, *z, options.scale) : CurveAnswer{};
}

CurveAnswer churn_probability(const SurvivalCurve& curve, double horizon, double tenure,
                              const CurveOptions& options) {
  const auto z = interval_z(options.level);
  return z ? churn_at(curve, horizon, tenure, *z, options.scale) : CurveAnswer{};
}

CurveAnswer quantile(const SurvivalCurve& curve, double p, double tenure,
                     const CurveOptions& options) {
  const auto z = interval_z(options.level);
  if (!z || !(p > 0 && p < 1) || !(tenure >= 0) || !supported(curve, tenure, tenure)) return {};
  const double level = (1 - p) * (1 + kRounding);
  const std::size_t behind = steps_behind(curve, tenure);
  CurveAnswer a;
  for (std::size_t steps = behind + 1; steps <= curve.time.size(); ++steps) {
    const CurveAnswer at = band_at(curve, steps, behind, *z, options.scale);
    const double time = curve.time[steps - 1];
    if (a.estimate != a.estimate && at.estimate <= level) a.estimate = time;
    if (a.lo != a.lo && (at.lo <= level || at.estimate <= level)) a.lo = time;
    if (a.hi != a.hi && at.hi <= level) a.hi = time;
    if (a.hi == a.hi && a.estimate == a.estimate) break;
  }
  if (a.estimate == a.estimate) a.support = Support::observed;
  return a;
}

CurveAnswer restricted_mean(const SurvivalCurve& curve, double horizon, double tenure,
                            const CurveOptions& options) {
  const auto z = interval_z(options.level);
  const double end = tenure + horizon;
  if (!z || !(horizon >= 0) || !good_times(end, tenure) || !supported(curve, end, tenure))
    return {};
  const std::size_t behind = steps_behind(curve, tenure);
  const double start = after(curve.survival, behind, 1);
  double area = 0, variance = 0, right = end;  // area below S(u | tenure) from `right` to the end
  for (std::size_t i = steps_until(curve, end); i > behind; --i) {
    area += curve.survival[i - 1] / start * (right - curve.time[i - 1]);
    right = curve.time[i - 1];
    const double n = curve.at_risk[i - 1], d = curve.deaths[i - 1];
    if (d < n) variance += area * area * d / (n * (n - d));
  }
  area += right - tenure;
  const double se = std::sqrt(variance);
  return {area, std::max(0.0, area - *z * se), std::min(horizon, area + *z * se), se,
          Support::observed};
}

BatchReport churn_probability(const SurvivalCurve& curve, double horizon,
                              std::span<const double> tenure, const IntervalColumns& out,
                              const CurveOptions& options, const Executor& executor) {
  const auto z = interval_z(options.level);
  if (!z) return numeric::failed(z.error());
  if (!(horizon >= 0)) return numeric::failed(invalid_argument("horizon", ">= 0", horizon));
  for (const auto& [name, column] :
       {std::pair{"estimate", out.estimate}, {"lo", out.lo}, {"hi", out.hi}}) {
    if (Status s = check_size(name, column.size(), tenure.size()); !s.ok())
      return numeric::failed(std::move(s));
  }
  const auto answer = [&](std::size_t i) {
    return churn_at(curve, horizon, tenure[i], *z, options.scale);
  };
  const auto reason = [&](std::size_t i) {
    if (!(tenure[i] - tenure[i] == 0)) return RowReason::not_finite;
    if (tenure[i] < 0) return RowReason::out_of_domain;
    const bool known = answer(i).support == Support::observed;
    if (!known) out.lo[i] = out.hi[i] = kNaN;
    return known ? RowReason::none : RowReason::beyond_observed;
  };
  return numeric::for_each_row(out.estimate, executor, reason, [&](std::size_t i) {
    const CurveAnswer a = answer(i);
    out.lo[i] = a.lo;
    out.hi[i] = a.hi;
    return a.estimate;
  });
}

}  // namespace kaplan_meier

namespace nelson_aalen {

CurveAnswer cumulative_hazard(const SurvivalCurve& curve, double time, double tenure,
                              double level) {
  const auto z = interval_z(level);
  if (!z || !good_times(time, tenure) || !(std::max(time, tenure) <= curve.longest)) return {};
  const std::size_t steps = steps_until(curve, time), behind = steps_behind(curve, tenure);
  if (steps <= behind) return {0, 0, 0, 0, Support::observed};
  const double h = curve.hazard[steps - 1] - after(curve.hazard, behind, 0);
  const double se =
      std::sqrt(curve.hazard_variance[steps - 1] - after(curve.hazard_variance, behind, 0));
  const Interval interval = log_interval(h, se / h, *z);
  return {h, interval.lo, interval.hi, se, Support::observed};
}

}  // namespace nelson_aalen
}  // namespace kam
