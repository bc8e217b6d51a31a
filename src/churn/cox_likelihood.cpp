#include "churn/cox_likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace kam::cox {
namespace {

void linear_predictor(const Design& design, const std::vector<double>& beta, Risks& out) {
  const std::size_t n = design.set.rows.size(), p = design.columns;
  out.eta.resize(n);
  out.risk.resize(n);
  out.shift = n == 0 ? 0 : -HUGE_VAL;
  for (std::size_t i = 0; i < n; ++i) {
    const double* x = design.row(i);
    double eta = 0;
    for (std::size_t j = 0; j < p; ++j) eta += beta[j] * x[j];
    out.eta[i] = eta;
    out.shift = std::max(out.shift, eta);
  }
  for (std::size_t i = 0; i < n; ++i) out.risk[i] = std::exp(out.eta[i] - out.shift);
}

/// Adds -sum of w_bar mean_k mean_k' of one moment.
class MeanProducts {
 public:
  explicit MeanProducts(std::size_t p) : sum_(p), mean_(p) {}

  void subtract(const TieSums& t, double s0, const std::vector<double>& s1,
                const std::vector<double>& d1, double g) {
    // c0 S S' - c1 (S D' + D S') + c2 D D' as a sum of two squares, S and D over S0: sums of risks
    // may be so small that their squares vanish.
    const double ratio = t.c1 / t.c0;
    for (std::size_t j = 0; j < s1.size(); ++j) mean_[j] = (s1[j] - ratio * d1[j]) / s0;
    sum_.add(-g * t.c0, mean_.data());
    if (t.c1 == 0) return;
    for (std::size_t j = 0; j < s1.size(); ++j) mean_[j] = d1[j] / s0;
    sum_.add(-g * (t.c2 - t.c1 * ratio), mean_.data());
  }
  numeric::OuterSum& sum() { return sum_; }

 private:
  numeric::OuterSum sum_;
  std::vector<double> mean_;
};

void cumulate(const RiskSet& set, Risks& out) {
  out.before.resize(out.ties.size());
  for (std::size_t s = 0; s < set.strata(); ++s) {
    double sum = 0;
    for (std::size_t m = set.stratum_begin[s]; m < set.stratum_begin[s + 1]; ++m) {
      out.before[m] = sum;
      sum += out.ties[m].a;
    }
  }
}

}  // namespace

TieSums tie_sums(const RiskMoment& moment, double s0, double d0, Ties ties) {
  if (moment.events == 1 || ties == Ties::breslow) {
    const double a = moment.deaths / s0;
    return {moment.deaths * std::log(s0), a, 0, moment.deaths, 0, 0};
  }
  TieSums t;
  const double d = moment.events, w = moment.deaths / d;
  for (std::uint32_t k = 0; k < moment.events; ++k) {
    const double f = k / d, den = s0 - f * d0, one = w / den;
    const double two = w * (s0 / den) * (s0 / den);
    t.log_term += w * std::log(den);
    t.a += one;
    t.b += f * one;
    t.c0 += two;
    t.c1 += f * two;
    t.c2 += f * f * two;
  }
  return t;
}

Risks risks_at(const Design& design, const std::vector<double>& beta, Ties ties,
               Derivatives* derivatives) {
  const RiskSet& set = design.set;
  const std::size_t p = design.columns;
  Risks out;
  linear_predictor(design, beta, out);
  out.ties.resize(set.moments.size());
  MeanProducts products(p);
  double log_terms = 0;
  for_each_risk_sum(design, out.risk,
                    [&](std::size_t m, double s0, double d0, const auto& s1, const auto& d1) {
                      const TieSums& t = out.ties[m] = tie_sums(set.moments[m], s0, d0, ties);
                      log_terms += t.log_term;
                      if (derivatives != nullptr) products.subtract(t, s0, s1, d1, 1);
                    });
  cumulate(set, out);
  double events = 0;
  for (std::size_t i = 0; i < set.rows.size(); ++i)
    if (set.rows[i].event) events += set.rows[i].weight * (out.eta[i] - out.shift);
  out.log_likelihood = events - log_terms;
  if (derivatives == nullptr) return out;
  derivatives->gradient.assign(p, 0);
  for (std::size_t i = 0; i < set.rows.size(); ++i) {
    const RiskRow& row = set.rows[i];
    const double expected = row.weight * out.risk[i] * out.exposure(row);
    const double residual = (row.event ? row.weight : 0) - expected;
    const double* x = design.row(i);
    for (std::size_t j = 0; j < p; ++j) derivatives->gradient[j] += residual * x[j];
    if (expected != 0) products.sum().add(expected, x);
  }
  derivatives->information = products.sum().take();
  return out;
}

numeric::Square information(const Design& design, const Risks& risks,
                            const std::vector<double>& g) {
  const RiskSet& set = design.set;
  MeanProducts products(design.columns);
  for_each_risk_sum(design, risks.risk,
                    [&](std::size_t m, double s0, double, const auto& s1, const auto& d1) {
                      products.subtract(risks.ties[m], s0, s1, d1, g[m]);
                    });
  Risks weighted;
  weighted.ties = risks.ties;
  for (std::size_t m = 0; m < g.size(); ++m) {
    weighted.ties[m].a *= g[m];
    weighted.ties[m].b *= g[m];
  }
  cumulate(set, weighted);
  for (std::size_t i = 0; i < set.rows.size(); ++i) {
    const double scale = set.rows[i].weight * risks.risk[i] * weighted.exposure(set.rows[i]);
    if (scale != 0) products.sum().add(scale, design.row(i));
  }
  return products.sum().take();
}

}  // namespace kam::cox
