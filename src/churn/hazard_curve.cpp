#include <algorithm>

#include <kam/churn/hazard.hpp>

namespace kam::churn {
namespace {

/// Where e^x and e^-x are still numbers.
double bounded_exp(double x) {
  return std::exp(std::clamp(x, -700.0, 700.0));
}

std::string whole(double value) {
  return std::to_string(static_cast<long long>(value));
}

bool in_domain(double eta, double tenure, double horizon) {
  return eta == eta && is_count(tenure) && is_count(horizon) && tenure <= kMostPeriods &&
         horizon <= kMostPeriods;
}

}  // namespace

std::vector<std::string> AgeTerms::names() const {
  std::vector<std::string> made;
  if (log) made.emplace_back("log(period)");
  if (linear) made.emplace_back("period");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const double to = last ? steps[i] : steps[i + 1] - 1;
    made.push_back("period[" + whole(steps[i]) +
                   (last            ? "+"
                    : to > steps[i] ? "-" + whole(to)
                                    : std::string()) +
                   "]");
  }
  return made;
}

void AgeTerms::basis(double t, std::span<double> out) const noexcept {
  std::size_t at = 0;
  if (log) out[at++] = std::log(t);
  if (linear) out[at++] = t;
  for (std::size_t i = 0; i < steps.size(); ++i)
    out[at++] = t >= steps[i] && (i + 1 == steps.size() || t < steps[i + 1]) ? 1.0 : 0.0;
}

double AgeTerms::value(std::span<const double> coefficients, double t) const noexcept {
  double sum = 0;
  std::size_t at = 0;
  const auto add = [&](double term) {
    const double by = coefficients[at++];
    if (by == by) sum += by * term;
  };
  if (log) add(std::log(t));
  if (linear) add(t);
  for (std::size_t i = 0; i < steps.size(); ++i)
    add(t >= steps[i] && (i + 1 == steps.size() || t < steps[i + 1]) ? 1.0 : 0.0);
  return sum;
}

AgeTerms every_period(double last) {
  AgeTerms age;
  for (double t = 2; t <= last; ++t) age.steps.push_back(t);
  return age;
}

HazardCurve::HazardCurve(Link link, const AgeTerms& age, std::span<const double> age_coefficients)
    : link_(link), age_(age), coefficients_(age_coefficients.begin(), age_coefficients.end()) {
  coefficients_.resize(age_.count(), 0.0);
  for (std::size_t t = 1; t <= kTabulated; ++t)
    factors_.push_back(bounded_exp(age_.value(coefficients_, static_cast<double>(t))));
}

double HazardCurve::factor(double t) const noexcept {
  if (t <= static_cast<double>(kTabulated)) return factors_[static_cast<std::size_t>(t) - 1];
  return bounded_exp(age_.value(coefficients_, t));
}

double HazardCurve::odds(double eta, double tenure, double horizon) const noexcept {
  const double own = bounded_exp(eta);
  double sum = 0;
  for (double t = tenure + 1; t <= tenure + horizon; ++t) {
    const double h = own * factor(t);
    // (1 + sum)(1 + h) - 1 without cancellation: 1/S of the logit is the product of 1 + odds.
    sum = link_ == Link::logit ? sum + h + sum * h : sum + h;
  }
  return sum;
}

double HazardCurve::hazard(double eta, double t) const noexcept {
  return t >= 1 ? churn(eta, t - 1, 1) : kNaN;
}

double HazardCurve::churn(double eta, double tenure, double horizon) const noexcept {
  if (!in_domain(eta, tenure, horizon)) return kNaN;
  const double x = odds(eta, tenure, horizon);
  if (link_ == Link::cloglog) return -std::expm1(-x);
  return x < 1e300 ? x / (1 + x) : 1.0;
}

double HazardCurve::survival(double eta, double tenure, double horizon) const noexcept {
  if (!in_domain(eta, tenure, horizon)) return kNaN;
  const double x = odds(eta, tenure, horizon);
  return link_ == Link::cloglog ? std::exp(-x) : 1 / (1 + x);
}

double HazardCurve::churn_slope(double eta, double tenure, double horizon) const noexcept {
  if (!in_domain(eta, tenure, horizon)) return kNaN;
  const double x = odds(eta, tenure, horizon);
  if (link_ == Link::cloglog) return x < 700 ? x * std::exp(-x) : 0.0;
  double hazards = 0;
  for (double t = tenure + 1; t <= tenure + horizon; ++t) hazards += hazard(eta, t);
  return hazards / (1 + x);
}

double HazardCurve::restricted_mean(double eta, double tenure, double horizon) const noexcept {
  if (!in_domain(eta, tenure, horizon)) return kNaN;
  const double own = bounded_exp(eta);
  double left = 1, sum = 0;
  for (double t = tenure + 1; t <= tenure + horizon; ++t) {
    sum += left;
    const double h = own * factor(t);
    left *= link_ == Link::cloglog ? std::exp(-h) : 1 / (1 + h);
  }
  return sum;
}

}  // namespace kam::churn
