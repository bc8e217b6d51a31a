#include <algorithm>
#include <cmath>

#include <kam/churn/cox.hpp>

#include "numeric/batch.hpp"

namespace kam::cox {
namespace {

using numeric::failed;

/// H0 and V after all steps at times <= time.
struct Level {
  double hazard = 0, variance = 0;
};
Level level_at(const Baseline& b, double time) {
  const auto after = std::upper_bound(b.time.begin(), b.time.end(), time);
  if (after == b.time.begin()) return {};
  const auto i = static_cast<std::size_t>(after - b.time.begin()) - 1;
  return {b.hazard[i], b.variance[i]};
}
/// Tenure 0 has no step behind it, not even one at time 0.
Level level_behind(const Baseline& b, double tenure) {
  return tenure == 0 ? Level{} : level_at(b, tenure);
}

/// M of column j at a hazard.
double moment_at(const BaselineMeans& m, std::size_t p, std::size_t j, double hazard) {
  const auto found = std::lower_bound(m.hazard.begin(), m.hazard.end(), hazard);
  if (found == m.hazard.end()) return m.moments[(m.hazard.size() - 1) * p + j];
  const auto next = static_cast<std::size_t>(found - m.hazard.begin());
  const double h = next == 0 ? 0 : m.hazard[next - 1];
  const double below = next == 0 ? 0 : m.moments[(next - 1) * p + j];
  const double above = m.moments[next * p + j];
  const double share = (hazard - h) / (*found - h);
  return share == 1 ? above : below + share * (above - below);
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

/// Standard error of ln L from `from` to `to`; `x` becomes d.
double se_log_hazard(const Rows& rows, const BaselineMeans& means, const Level& from,
                     const Level& to, std::vector<double>& x) {
  const std::size_t p = x.size();
  const double hazard = to.hazard - from.hazard;
  for (std::size_t j = 0; j < p; ++j) {
    const double before = from.hazard > 0 ? moment_at(means, p, j, from.hazard) : 0;
    x[j] -= (moment_at(means, p, j, to.hazard) - before) / hazard;
  }
  const double square = std::max(to.variance - from.variance, 0.0) / hazard / hazard;
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

/// Sum over the steps ahead of A (x dH - dM), A the mean time still to be lived after a step.
/// Between knots M is linear in H0, so that a step costs a product and a knot the columns.
class SpanSums {
 public:
  SpanSums(const BaselineMeans& means, const std::vector<double>& x, double from)
      : m_(means), x_(x), sum_(x.size(), 0), at_(from) {
    const auto next = std::upper_bound(m_.hazard.begin(), m_.hazard.end(), from);
    knot_ = static_cast<std::size_t>(next - m_.hazard.begin());
  }

  /// H0 rises to `hazard` at a step after which a mean time `left` is still to be lived.
  void rise(double hazard, double left) {
    while (at_ < hazard && knot_ < m_.hazard.size()) {
      const double end = std::min(hazard, m_.hazard[knot_]);
      weight_ += left * (end - at_);
      at_ = end;
      if (at_ == m_.hazard[knot_]) flush();
    }
  }
  [[nodiscard]] const std::vector<double>& sum() {
    if (knot_ < m_.hazard.size()) flush();
    return sum_;
  }

 private:
  void flush() {
    const std::size_t p = x_.size(), k = knot_++;
    const double width = m_.hazard[k] - (k == 0 ? 0 : m_.hazard[k - 1]);
    for (std::size_t j = 0; j < p && width > 0; ++j) {
      const double rise = m_.moments[k * p + j] - (k == 0 ? 0 : m_.moments[(k - 1) * p + j]);
      sum_[j] += weight_ * (x_[j] - rise / width);
    }
    weight_ = 0;
  }

  const BaselineMeans& m_;
  const std::vector<double>& x_;
  std::vector<double> sum_;
  double at_, weight_ = 0;
  std::size_t knot_ = 0;
};

/// Standard error of E[min(T - tenure, horizon)], whose estimate is `mean`: the root of sum of
/// A^2 r^2 dV + q' C q, q = r sum of A (x dH - dM).
double se_mean(const Rows& rows, std::size_t i, double horizon, double mean) {
  const Baseline& b = rows.baseline(i);
  std::vector<double> x(rows.covariates());
  const double risk = std::exp(rows.read(i, x)), tenure = rows.tenure(i), end = tenure + horizon;
  const Level start = level_behind(b, tenure);
  const auto after = std::upper_bound(b.time.begin(), b.time.end(), tenure);
  SpanSums sums(b.means, x, start.hazard);
  double lived = 0, at = tenure, survival = 1, square = 0, variance = start.variance;
  for (auto k = static_cast<std::size_t>((tenure == 0 ? b.time.begin() : after) - b.time.begin());
       k < b.time.size() && b.time[k] < end; ++k) {
    lived += survival * (b.time[k] - at);
    at = b.time[k];
    const double left = mean - lived;
    square += left * left * (b.variance[k] - variance);
    variance = b.variance[k];
    sums.rise(b.hazard[k], left);
    survival = std::exp(-(b.hazard[k] - start.hazard) * risk);
  }
  return risk * std::sqrt(std::max(square, 0.0) + quadratic_form(rows.covariance(), sums.sum()));
}

Interval of_mean(double estimate, double se, double z, double horizon) {
  if (!(estimate > 0 && estimate < horizon)) return {estimate, estimate, estimate};
  const double share = estimate / horizon;
  const Interval i = logit_interval(share, se / horizon / share / (1 - share), z);
  return {estimate, std::min(i.lo * horizon, estimate), std::max(i.hi * horizon, estimate)};
}

Status check_variance(const Model& model) {
  const std::size_t p = model.names.size();
  bool known = model.covariance.size() == p * p;
  for (const Baseline& b : model.baselines) {
    const std::size_t knots = b.means.hazard.size();
    known &= (knots > 0) == !b.time.empty() && b.variance.size() == b.time.size() &&
             b.means.moments.size() == knots * p;
  }
  if (known) return {};
  return {
      StatusCode::invalid_argument,
      "`model` has no variance of its baseline: intervals need a model fitted or saved with it"};
}

Result<double> check_call(const Model& model, double level, const IntervalColumns& out) {
  auto z = interval_z(level);
  if (!z) return z;
  if (Status s = check_variance(model); !s.ok()) return s;
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
Interval limits_of(const Rows& rows, std::size_t i, const Level& from, const Level& to,
                   double estimate, double z, bool stays) {
  if (!(to.hazard > from.hazard)) return {estimate, estimate, estimate};
  std::vector<double> x(rows.covariates());
  const double log_hazard = rows.read(i, x) + std::log(to.hazard - from.hazard);
  const double se = se_log_hazard(rows, rows.baseline(i).means, from, to, x);
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
                const Level to = level_at(rows.baseline(i), times[k]);
                return limits_of(rows, i, {}, to, estimate, *z, true);
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
                const Level from = level_behind(b, rows.tenure(i));
                const Level to = horizon == 0 ? from : level_at(b, rows.tenure(i) + horizon);
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
