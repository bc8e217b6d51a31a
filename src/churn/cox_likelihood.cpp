#include "churn/cox_likelihood.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "churn/cox_few_times.hpp"
#include "simd/regression_n.hpp"
#include "simd/tile_columns.hpp"

namespace kam::cox {
namespace {

void linear_predictor(const Design& design, const std::vector<double>& beta, Risks& out) {
  const std::size_t n = design.set.rows.size(), p = design.columns;
  out.eta.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double* x = design.row(i);
    double eta = 0;
    for (std::size_t j = 0; j < p; ++j) eta += beta[j] * x[j];
    out.eta[i] = eta;
  }
  out.shift = n == 0 ? 0 : -HUGE_VAL;
  for (const double eta : out.eta) out.shift = std::max(out.shift, eta);
  out.risk.resize(n);
  for (std::size_t i = 0; i < n; ++i) out.risk[i] = std::max(out.eta[i] - out.shift, kSmallestLog);
  simd::exp_n(out.risk.data(), n);
}

/// Gradient and sum of expected x x' of all rows, a tile of columns at a time.
class RowProducts {
 public:
  explicit RowProducts(std::size_t p)
      : p_(p), gradient_(p, 0), gram_(p * p, 0), z_(p), scaled_(p) {}

  /// Rows [begin, begin + n), n <= kTile; residual and expected are kTile long.
  void add(const Design& design, std::size_t begin, std::size_t n, const double* residual,
           const double* expected) {
    const double* x = design.row(begin);
    std::size_t t = 0;
    for (; t + 8 <= n; t += 8)  // whole cache lines of a column
      for (std::size_t j = 0; j < p_; ++j)
        for (std::size_t k = 0; k < 8; ++k) z_.column(j)[t + k] = x[(t + k) * p_ + j];
    for (; t < n; ++t)
      for (std::size_t j = 0; j < p_; ++j) z_.column(j)[t] = x[t * p_ + j];
    const simd::RegressionKernels& kernels = simd::regression_kernels();
    for (std::size_t j = 0; j < p_; ++j) {
      std::fill(z_.column(j) + n, z_.column(j) + kTile, 0.0);
      gradient_[j] += kernels.weigh(z_.column(j), residual, expected, scaled_.column(j));
    }
    if (p_ > 0) simd::gram_n(scaled_.column(0), z_.column(0), p_, gram_.data());
  }

  [[nodiscard]] const std::vector<double>& gradient() const { return gradient_; }
  /// Adds the sum of products to a symmetric matrix.
  void add_to(numeric::Square& matrix) const {
    for (std::size_t i = 0; i < p_; ++i)
      for (std::size_t j = 0; j < p_; ++j)
        matrix[i * p_ + j] += gram_[std::max(i, j) * p_ + std::min(i, j)];
  }

  static constexpr std::size_t kTile = simd::kGramRows;

 private:
  std::size_t p_;
  std::vector<double> gradient_, gram_;
  simd::TileColumns z_, scaled_;
};

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

/// Sum of logarithms, some at a time.
class Logarithms {
 public:
  void add(double value) {
    // The block kernel is for normal numbers; what has lost all weight is told by -inf or NaN.
    if (!(value >= std::numeric_limits<double>::min() && value < HUGE_VAL)) {
      sum_ += std::log(value);
      return;
    }
    values_[count_] = value;
    if (++count_ == values_.size()) flush();
  }
  [[nodiscard]] double sum() {
    flush();
    return sum_;
  }

 private:
  void flush() {
    simd::log_n(values_.data(), count_);
    for (std::size_t i = 0; i < count_; ++i) sum_ += values_[i];
    count_ = 0;
  }

  alignas(64) std::array<double, 64> values_;
  std::size_t count_ = 0;
  double sum_ = 0;
};

}  // namespace

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

TieSums tie_sums(const RiskMoment& moment, double s0, double d0, Ties ties) {
  if (moment.events == 1 || ties == Ties::breslow) {
    const double a = moment.deaths / s0;
    return {moment.deaths * std::log(s0), a, 0, moment.deaths, 0, 0};
  }
  TieSums t;
  const double d = moment.events, w = moment.deaths / d;
  Logarithms logs;
  for (std::uint32_t k = 0; k < moment.events; ++k) {
    const double f = k / d, den = s0 - f * d0, one = w / den, share = s0 / den;
    const double two = w * share * share;
    logs.add(den);
    t.a += one;
    t.b += f * one;
    t.c0 += two;
    t.c1 += f * two;
    t.c2 += f * f * two;
  }
  t.log_term = w * logs.sum();
  return t;
}

Risks risks_at(const Design& design, const std::vector<double>& beta, Ties ties,
               Derivatives* derivatives) {
  if (design.few_times) return risks_at_few_times(design, beta, ties, derivatives);
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
  RowProducts rows(p);
  alignas(64) std::array<double, RowProducts::kTile> residual, expected;
  for (std::size_t begin = 0; begin < set.rows.size(); begin += RowProducts::kTile) {
    const std::size_t count = std::min(set.rows.size() - begin, RowProducts::kTile);
    residual.fill(0);
    expected.fill(0);
    for (std::size_t t = 0; t < count; ++t) {
      const RiskRow& row = set.rows[begin + t];
      expected[t] = row.weight * out.risk[begin + t] * out.exposure(row);
      residual[t] = (row.event ? row.weight : 0) - expected[t];
    }
    rows.add(design, begin, count, residual.data(), expected.data());
  }
  derivatives->gradient = rows.gradient();
  derivatives->information = products.sum().take();
  rows.add_to(derivatives->information);
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
