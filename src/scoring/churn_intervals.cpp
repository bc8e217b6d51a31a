/// Intervals of what a churn model says, by the delta method.
#include <algorithm>
#include <cmath>
#include <vector>

#include <kam/scoring/churn_model.hpp>

#include "numeric/batch.hpp"

namespace kam::scoring {
namespace {

using Verb = ChurnScorer::Verb;

/// Limits on the scale of the link: log-odds, or ln(-ln S) for cloglog.
Interval of_probability(churn::Link link, double churn, double stays, double width, bool survival) {
  const double estimate = survival ? stays : churn;
  if (!(churn > 0 && stays > 0)) return {estimate, estimate, estimate};
  const bool logit = link == churn::Link::logit;
  const double centre = logit ? std::log(churn) - std::log(stays) : std::log(-std::log1p(-churn));
  const auto at = [&](double eta) {
    if (logit) return logistic(survival ? -eta : eta);
    return survival ? std::exp(-std::exp(eta)) : -std::expm1(-std::exp(eta));
  };
  const double lo = at(survival ? centre + width : centre - width);
  const double hi = at(survival ? centre - width : centre + width);
  return {estimate, std::min(lo, estimate), std::max(hi, estimate)};
}

/// Limits of a mean between 1 and `most` periods.
Interval of_mean(double mean, double se, double z, double most) {
  const double way = (mean - 1) / (most - 1);
  if (!(way > 0 && way < 1)) return {mean, mean, mean};
  const Interval i = logit_interval(way, se / (most - 1) / way / (1 - way), z);
  return {mean, std::min(1 + (most - 1) * i.lo, mean), std::max(1 + (most - 1) * i.hi, mean)};
}

/// Derivatives by (intercept, age terms); those by the coefficient of x are x times the first.
struct Slope {
  double intercept = 0;
  std::vector<double> age;
};

/// The periods ahead of a customer, one after the other: L = -ln S and its derivatives.
class Ahead {
 public:
  Ahead(const churn::HazardCurve& curve, churn::Link link, const churn::AgeTerms& age, double eta)
      : curve_(curve), link_(link), age_(age), eta_(eta), basis_(age.count()) {
    slope_.age.assign(age.count(), 0);
  }

  void step(double t) {
    const double h = curve_.hazard(eta_, t);
    // d(-ln(1 - h)) / d eta: h of the logit, -ln(1 - h) of cloglog.
    const double weight = link_ == churn::Link::logit ? h : -std::log1p(-h);
    age_.basis(t, basis_);
    slope_.intercept += weight;
    for (std::size_t j = 0; j < basis_.size(); ++j) slope_.age[j] += weight * basis_[j];
    stays_ *= 1 - h;
  }
  [[nodiscard]] double stays() const { return stays_; }
  [[nodiscard]] const Slope& slope() const { return slope_; }

 private:
  const churn::HazardCurve& curve_;
  churn::Link link_;
  const churn::AgeTerms& age_;
  double eta_, stays_ = 1;
  std::vector<double> basis_;
  Slope slope_;
};

}  // namespace

/// Whatever limits need to know of the model.
class ChurnLimits {
 public:
  ChurnLimits(const ChurnScorer& scorer, ChurnScorer::Terms terms, double z)
      : s_(scorer), terms_(terms), z_(z) {}

  [[nodiscard]] Interval of(Verb verb, std::size_t row, double tenure, double horizon) const {
    const double eta = eta_of(row);
    if (verb == Verb::linear_predictor) {
      const double width = z_ * error(row, constant(1));
      return {eta, eta - width, eta + width};
    }
    if (verb == Verb::restricted_mean) return mean(row, eta, tenure, horizon);
    return verb == Verb::probability ? once(row, eta) : within(verb, row, eta, tenure, horizon);
  }

 private:
  [[nodiscard]] double eta_of(std::size_t row) const {
    double eta = s_.intercept_;
    for (std::size_t j = 0; j < terms_.size(); ++j) eta += s_.terms_[j] * terms_[j][row];
    return eta;
  }
  [[nodiscard]] Slope constant(double by) const {
    return {by, std::vector<double>(s_.age_.count(), 0)};
  }

  /// sqrt(g' C g) of a gradient.
  [[nodiscard]] double error(std::size_t row, const Slope& slope) const {
    std::vector<double> g{slope.intercept};
    g.insert(g.end(), slope.age.begin(), slope.age.end());
    for (std::size_t j = 0; j < terms_.size(); ++j) g.push_back(slope.intercept * terms_[j][row]);
    const std::size_t p = g.size();
    double sum = 0;
    for (std::size_t i = 0; i < p; ++i)
      for (std::size_t j = 0; j < p; ++j) sum += g[i] * s_.covariance_[i * p + j] * g[j];
    return std::sqrt(std::max(sum, 0.0));
  }

  [[nodiscard]] Interval once(std::size_t row, double eta) const {
    const double p = s_.uncalibrated(Verb::probability, eta, 0, 0);
    const double stays = s_.link_ == churn::Link::logit ? logistic(-eta) : 1 - p;
    return of_probability(s_.link_, p, stays, z_ * error(row, constant(1)), false);
  }

  [[nodiscard]] Interval within(Verb verb, std::size_t row, double eta, double tenure,
                                double horizon) const {
    const double churn = s_.curve_.churn(eta, tenure, horizon);
    const double stays = s_.curve_.survival(eta, tenure, horizon);
    Ahead ahead(s_.curve_, s_.link_, s_.age_, eta);
    for (double t = tenure + 1; t <= tenure + horizon; ++t) ahead.step(t);
    // d ln(P / S) = dL / P; d ln L = dL / L.
    const double unit = s_.link_ == churn::Link::logit ? churn : -std::log1p(-churn);
    const double width = unit > 0 ? z_ * error(row, ahead.slope()) / unit : 0;
    return of_probability(s_.link_, churn, stays, width, verb == Verb::survival);
  }

  [[nodiscard]] Interval mean(std::size_t row, double eta, double tenure, double horizon) const {
    const double value = s_.curve_.restricted_mean(eta, tenure, horizon);
    Ahead ahead(s_.curve_, s_.link_, s_.age_, eta);
    Slope slope = constant(0);
    for (double t = 1; t < horizon; ++t) {  // the first period counts whole, whatever happens
      ahead.step(tenure + t);
      const double there = ahead.stays();
      slope.intercept -= there * ahead.slope().intercept;
      for (std::size_t j = 0; j < slope.age.size(); ++j)
        slope.age[j] -= there * ahead.slope().age[j];
    }
    return of_mean(value, error(row, slope), z_, horizon);
  }

  const ChurnScorer& s_;
  ChurnScorer::Terms terms_;
  double z_;
};

BatchReport ChurnScorer::batch(Verb verb, Terms terms, std::span<const double> tenure,
                               double horizon, double level, const IntervalColumns& out,
                               const Executor& executor) const {
  const auto z = interval_z(level);
  if (!z) return numeric::failed(z.error());
  const std::size_t n = out.estimate.size(), p = 1 + age_.count() + terms_.size();
  if (Status s = check_size("lo", out.lo.size(), n); !s.ok()) return numeric::failed(s);
  if (Status s = check_size("hi", out.hi.size(), n); !s.ok()) return numeric::failed(s);
  if (covariance_.size() != p * p)
    return numeric::failed(
        {StatusCode::invalid_argument, "`model` has no covariance: no interval"});
  BatchReport report = batch(verb, terms, tenure, horizon, out.estimate, executor);
  if (!report.ok()) return report;
  const bool probability = verb != Verb::linear_predictor && verb != Verb::restricted_mean;
  const Calibrator* by = probability ? calibrator(horizon) : nullptr;
  const ChurnLimits limits(*this, terms, *z);
  const bool finished =
      for_each_block(executor, n, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          out.lo[i] = out.hi[i] = kNaN;
          if (std::isnan(out.estimate[i])) continue;
          const double since = tenure.empty() ? 0.0 : tenure[i];
          Interval found = limits.of(verb, i, since, horizon);
          if (by != nullptr && verb == Verb::survival) {
            found = calibrated(*by, {1 - found.estimate, 1 - found.hi, 1 - found.lo});
            found = {1 - found.estimate, 1 - found.hi, 1 - found.lo};
          } else if (by != nullptr) {
            found = calibrated(*by, found);
          }
          out.lo[i] = std::min(found.lo, out.estimate[i]);
          out.hi[i] = std::max(found.hi, out.estimate[i]);
        }
      });
  if (!finished) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::scoring
