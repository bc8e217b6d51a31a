#include <algorithm>
#include <cmath>

#include <kam/churn/cox.hpp>

#include "numeric/batch.hpp"

namespace kam::cox {
namespace {

using numeric::failed;

/// H0 after all steps at times <= time.
double hazard_at(const Baseline& b, double time) {
  const auto after = std::upper_bound(b.time.begin(), b.time.end(), time);
  return after == b.time.begin() ? 0
                                 : b.hazard[static_cast<std::size_t>(after - b.time.begin()) - 1];
}
double hazard_behind(const Baseline& b, double tenure) {
  return tenure == 0 ? 0 : hazard_at(b, tenure);
}

/// Where a hazard lies among the knots: from + share of the way to the next one; knot 0 is (0, 0).
struct Place {
  std::size_t next;  // the first knot that is not below it
  double share;      // of the way there from the knot before
};

Place place_of(const BaselineSpread& s, double hazard) {
  const auto found = std::lower_bound(s.hazard.begin(), s.hazard.end(), hazard);
  if (found == s.hazard.end()) return {s.hazard.size() - 1, 1};
  const auto next = static_cast<std::size_t>(found - s.hazard.begin());
  const double below = next == 0 ? 0 : s.hazard[next - 1];
  return {next, (hazard - below) / (s.hazard[next] - below)};
}

/// A column of knots (stride apart, its first at `values`) read at a place.
double read(const double* values, std::size_t stride, const Place& at) {
  const double below = at.next == 0 ? 0 : values[(at.next - 1) * stride];
  const double above = values[at.next * stride];
  return at.share == 1 ? above : below + at.share * (above - below);
}

/// d' C d; what is not known of C counts as known exactly.
double quadratic_form(const std::vector<double>& c, const std::vector<double>& d) {
  double sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i)
    for (std::size_t j = 0; j < d.size(); ++j) {
      const double one = c[i * d.size() + j];
      if (one == one) sum += d[i] * one * d[j];
    }
  return std::max(sum, 0.0);
}

/// The rows of a call: their covariates less the means, tenure and baseline. Only rows that the
/// prediction itself has accepted are read.
class Rows {
 public:
  Rows(const Model& model, const Accounts& accounts) : model_(model), accounts_(accounts) {
    for (std::size_t j = 0; j < model.names.size(); ++j) {
      const auto& given = accounts.covariates;
      const auto found = std::find_if(given.begin(), given.end(),
                                      [&](const Covariate& c) { return c.name == model.names[j]; });
      const bool used = model.coefficients[j] == model.coefficients[j];
      columns_.push_back(used && found != given.end() ? found->values.data() : nullptr);
    }
  }

  [[nodiscard]] std::size_t covariates() const { return columns_.size(); }
  [[nodiscard]] const Baseline& baseline(std::size_t i) const {
    return model_.baselines[accounts_.stratum.empty() ? 0 : accounts_.stratum[i]];
  }
  [[nodiscard]] double tenure(std::size_t i) const {
    return accounts_.tenure.empty() ? 0 : accounts_.tenure[i];
  }
  /// x - mean, 0 where the model has no coefficient; returns ln of the risk.
  double read(std::size_t i, std::vector<double>& x) const {
    double log_risk = 0;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      x[j] = columns_[j] == nullptr ? 0 : columns_[j][i] - model_.means[j];
      if (columns_[j] != nullptr) log_risk += model_.coefficients[j] * x[j];
    }
    return log_risk;
  }
  [[nodiscard]] const std::vector<double>& covariance() const { return model_.covariance; }

 private:
  const Model& model_;
  const Accounts& accounts_;
  std::vector<const double*> columns_;
};

/// Standard error of ln L over H0 from `from` to `to` > `from`; `x` becomes d.
double se_log_hazard(const Rows& rows, const BaselineSpread& spread, double from, double to,
                     std::vector<double>& x) {
  const Place start = place_of(spread, from), end = place_of(spread, to);
  const std::size_t p = x.size();
  const double hazard = to - from;
  const double variance = read(spread.variance.data(), 1, end) -
                          (from > 0 ? read(spread.variance.data(), 1, start) : 0);
  for (std::size_t j = 0; j < p; ++j) {
    const double* column = spread.moments.data() + j;
    const double moment = read(column, p, end) - (from > 0 ? read(column, p, start) : 0);
    x[j] -= moment / hazard;
  }
  const double square = std::max(variance, 0.0) / hazard / hazard;
  return std::sqrt(square + quadratic_form(rows.covariance(), x));
}

/// Interval of 1 - exp(-L) (or exp(-L), `stays`) at ln L - width and + width.
Interval of_hazard(double estimate, double log_hazard, double width, bool stays) {
  const auto at = [&](double moved) {
    return stays ? std::exp(-std::exp(moved)) : -std::expm1(-std::exp(moved));
  };
  const double lo = at(stays ? log_hazard + width : log_hazard - width);
  const double hi = at(stays ? log_hazard - width : log_hazard + width);
  return {estimate, std::min(lo, estimate), std::max(hi, estimate)};
}

/// Sums over spans between knots, in which V and M are linear in H0: nothing per step but two
/// products.
class SpanSums {
 public:
  SpanSums(const BaselineSpread& spread, const std::vector<double>& x, double from)
      : s_(spread), x_(x), slope_(x.size(), 0), at_(from), knot_(place_of(spread, from).next) {
    if (knot_ < s_.hazard.size() && s_.hazard[knot_] == from) ++knot_;
  }

  /// H0 rises to `hazard` at a step after which a mean time `left` is still to be lived.
  void rise(double hazard, double left) {
    while (at_ < hazard && knot_ < s_.hazard.size()) {
      const double end = std::min(hazard, s_.hazard[knot_]);
      weight_ += left * (end - at_);
      square_ += left * left * (end - at_);
      at_ = end;
      if (at_ == s_.hazard[knot_]) flush();
    }
  }

  /// Variance, in units of the risk.
  [[nodiscard]] double variance(const std::vector<double>& covariance) {
    if (knot_ < s_.hazard.size()) flush();
    return std::max(variance_, 0.0) + quadratic_form(covariance, slope_);
  }

 private:
  void flush() {
    const std::size_t p = x_.size(), k = knot_++;
    const double width = s_.hazard[k] - (k == 0 ? 0 : s_.hazard[k - 1]);
    const auto rate = [&](const double* column, std::size_t stride) {
      return width > 0 ? (column[k * stride] - (k == 0 ? 0 : column[(k - 1) * stride])) / width : 0;
    };
    variance_ += square_ * rate(s_.variance.data(), 1);
    for (std::size_t j = 0; j < p; ++j)
      slope_[j] += weight_ * (x_[j] - rate(s_.moments.data() + j, p));
    weight_ = square_ = 0;
  }

  const BaselineSpread& s_;
  const std::vector<double>& x_;
  std::vector<double> slope_;
  double at_, weight_ = 0, square_ = 0, variance_ = 0;
  std::size_t knot_;
};

/// Standard error of E[min(T - tenure, horizon)], whose estimate is `mean`. With A the mean time
/// still to be lived after a step: the root of sum of A^2 r^2 dV + q' C q, q = r sum of A (x dH -
/// dM).
double se_mean(const Rows& rows, std::size_t i, double horizon, double mean) {
  const Baseline& b = rows.baseline(i);
  std::vector<double> x(rows.covariates());
  const double risk = std::exp(rows.read(i, x)), tenure = rows.tenure(i), end = tenure + horizon;
  const double start = hazard_behind(b, tenure);
  const auto after = std::upper_bound(b.time.begin(), b.time.end(), tenure);
  SpanSums sums(b.spread, x, start);
  double lived = 0, at = tenure, survival = 1;
  for (auto k = static_cast<std::size_t>((tenure == 0 ? b.time.begin() : after) - b.time.begin());
       k < b.time.size() && b.time[k] < end; ++k) {
    lived += survival * (b.time[k] - at);
    at = b.time[k];
    sums.rise(b.hazard[k], mean - lived);
    survival = std::exp(-(b.hazard[k] - start) * risk);
  }
  return risk * std::sqrt(sums.variance(rows.covariance()));
}

Interval of_mean(double estimate, double se, double z, double horizon) {
  if (!(estimate > 0 && estimate < horizon)) return {estimate, estimate, estimate};
  const double share = estimate / horizon;
  const Interval i = logit_interval(share, se / horizon / share / (1 - share), z);
  return {estimate, std::min(i.lo * horizon, estimate), std::max(i.hi * horizon, estimate)};
}

Status check_spread(const Model& model) {
  const std::size_t p = model.names.size();
  bool known = model.covariance.size() == p * p;
  for (const Baseline& b : model.baselines) {
    const std::size_t knots = b.spread.hazard.size();
    known &= (knots > 0) == !b.time.empty() && b.spread.variance.size() == knots &&
             b.spread.moments.size() == knots * p;
  }
  if (known) return {};
  return {StatusCode::invalid_argument,
          "`model` has no spread of its baseline: intervals need a model fitted or saved with it"};
}

Result<double> check_call(const Model& model, double level, const IntervalColumns& out) {
  auto z = interval_z(level);
  if (!z) return z;
  if (Status s = check_spread(model); !s.ok()) return s;
  if (Status s = check_size("lo", out.lo.size(), out.estimate.size()); !s.ok()) return s;
  if (Status s = check_size("hi", out.hi.size(), out.estimate.size()); !s.ok()) return s;
  return z;
}

/// Limits of every estimate of a batch that is already made: interval(row, column, estimate), both
/// NaN where the estimate is.
template <class Limits>
BatchReport fill(BatchReport report, std::size_t rows, std::size_t width,
                 const IntervalColumns& out, const Executor& executor, const Limits& limits) {
  if (!report.ok()) return report;
  const bool finished =
      for_each_block(executor, rows, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
          for (std::size_t k = 0; k < width; ++k) {
            const std::size_t at = i * width + k;
            const double estimate = out.estimate[at];
            const Interval found =
                estimate == estimate ? limits(i, k, estimate) : Interval{estimate, kNaN, kNaN};
            out.lo[at] = found.lo;
            out.hi[at] = found.hi;
          }
      });
  if (!finished) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

/// Limits of a row over the hazard from `from` to `to`.
Interval limits_of(const Rows& rows, std::size_t i, double from, double to, double estimate,
                   double z, bool stays) {
  if (!(to > from)) return {estimate, estimate, estimate};
  std::vector<double> x(rows.covariates());
  const double log_hazard = rows.read(i, x) + std::log(to - from);
  const double se = se_log_hazard(rows, rows.baseline(i).spread, from, to, x);
  return of_hazard(estimate, log_hazard, z * se, stays);
}

}  // namespace

BatchReport survival(const Model& model, const Accounts& accounts, std::span<const double> times,
                     double level, const IntervalColumns& out, const Executor& executor) {
  const auto z = check_call(model, level, out);
  if (!z) return failed(z.error());
  const BatchReport report = survival(model, accounts, times, out.estimate, executor);
  const Rows rows(model, accounts);
  return fill(report, accounts.rows, times.size(), out, executor,
              [&](std::size_t i, std::size_t k, double estimate) {
                const double hazard = hazard_at(rows.baseline(i), times[k]);
                return limits_of(rows, i, 0, hazard, estimate, *z, true);
              });
}

BatchReport churn_probability(const Model& model, const Accounts& accounts, double horizon,
                              double level, const IntervalColumns& out, const Executor& executor) {
  const auto z = check_call(model, level, out);
  if (!z) return failed(z.error());
  const BatchReport report = churn_probability(model, accounts, horizon, out.estimate, executor);
  const Rows rows(model, accounts);
  return fill(report, accounts.rows, 1, out, executor,
              [&](std::size_t i, std::size_t, double estimate) {
                const Baseline& b = rows.baseline(i);
                const double from = hazard_behind(b, rows.tenure(i));
                const double to = horizon == 0 ? from : hazard_at(b, rows.tenure(i) + horizon);
                return limits_of(rows, i, from, to, estimate, *z, false);
              });
}

BatchReport restricted_mean(const Model& model, const Accounts& accounts, double horizon,
                            double level, const IntervalColumns& out, const Executor& executor) {
  const auto z = check_call(model, level, out);
  if (!z) return failed(z.error());
  const BatchReport report = restricted_mean(model, accounts, horizon, out.estimate, executor);
  const Rows rows(model, accounts);
  return fill(report, accounts.rows, 1, out, executor,
              [&](std::size_t i, std::size_t, double estimate) {
                return of_mean(estimate, se_mean(rows, i, horizon, estimate), *z, horizon);
              });
}

}  // namespace kam::cox
