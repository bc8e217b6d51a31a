#include "churn/cox_few_times.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "simd/regression_n.hpp"
#include "simd/tile_columns.hpp"

namespace kam::cox {
namespace {

constexpr std::size_t kTile = simd::kGramRows;

/// Sums of w r, w r x and (below the diagonal) w r x x'.
struct Sums {
  double zero = 0;
  std::vector<double> one, two;

  explicit Sums(std::size_t p) : one(p, 0), two(p * p, 0) {}
  void clear() {
    zero = 0;
    std::fill(one.begin(), one.end(), 0.0);
    std::fill(two.begin(), two.end(), 0.0);
  }
  void add(const Sums& other, double scale = 1) {
    zero += scale * other.zero;
    for (std::size_t j = 0; j < one.size(); ++j) one[j] += scale * other.one[j];
    for (std::size_t j = 0; j < two.size(); ++j) two[j] += scale * other.two[j];
  }
};

/// Reads runs of rows: their eta and risk go to `out`, their sums to whom they are asked for.
class Runs {
 public:
  Runs(const Design& design, const std::vector<double>& beta, bool products, Risks& out)
      : design_(design),
        beta_(beta),
        products_(products),
        out_(out),
        z_(design.columns),
        scaled_(design.columns) {}

  void add(const RowRun& run, Sums& sums) {
    for (std::size_t begin = run.begin; begin < run.end; begin += kTile)
      add_tile(begin, std::min(kTile, run.end - begin), sums);
  }

 private:
  void add_tile(std::size_t begin, std::size_t n, Sums& sums) {
    const std::size_t p = design_.columns;
    const simd::RegressionKernels& kernels = simd::regression_kernels();
    alignas(64) std::array<double, kTile> eta{}, wr{};
    read(begin, n);
    for (std::size_t j = 0; j < p; ++j)
      kernels.standardise(z_.column(j), 1, 0, beta_[j], z_.column(j), eta.data());
    for (std::size_t t = 0; t < n; ++t) wr[t] = std::max(eta[t] - out_.shift, kSmallestLog);
    simd::exp_n(wr.data(), n);
    std::copy_n(eta.data(), n, &out_.eta[begin]);
    std::copy_n(wr.data(), n, &out_.risk[begin]);
    for (std::size_t t = 0; t < n; ++t) wr[t] *= design_.weights[begin + t];
    sums.zero += sum_of(wr);
    for (std::size_t j = 0; j < p; ++j)
      sums.one[j] += kernels.weigh(z_.column(j), wr.data(), wr.data(), scaled_.column(j));
    if (products_) simd::gram_n(scaled_.column(0), z_.column(0), p, sums.two.data());
  }

  /// Rows as columns, 0 beyond n; the rows of the next tile are fetched ahead.
  void read(std::size_t begin, std::size_t n) {
    const std::size_t p = design_.columns;
    const double* x = design_.row(begin);
    std::size_t t = 0;
    for (; t + 8 <= n; t += 8) {  // whole cache lines of a column
      const std::size_t ahead = std::min((begin + t + kTile) * p, design_.x.size() - 8 * p);
      for (std::size_t j = 0; j < p; ++j) __builtin_prefetch(design_.x.data() + ahead + 8 * j);
      for (std::size_t j = 0; j < p; ++j)
        for (std::size_t k = 0; k < 8; ++k) z_.column(j)[t + k] = x[(t + k) * p + j];
    }
    for (; t < n; ++t)
      for (std::size_t j = 0; j < p; ++j) z_.column(j)[t] = x[t * p + j];
    for (std::size_t j = 0; j < p; ++j) std::fill(z_.column(j) + n, z_.column(j) + kTile, 0.0);
  }

  /// Four sums side by side; rows beyond the run are 0.
  static double sum_of(const std::array<double, kTile>& values) {
    std::array<double, 4> sums{};
    for (std::size_t t = 0; t < kTile; t += sums.size())
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += values[t + k];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  const Design& design_;
  const std::vector<double>& beta_;
  bool products_;
  Risks& out_;
  simd::TileColumns z_, scaled_;
};

/// Gradient and information, a moment at a time.
class Accumulator {
 public:
  Accumulator(const Design& design, Derivatives* derivatives)
      : p_(design.columns), derivatives_(derivatives), hazards_(p_), products_(p_), mean_(p_) {}

  void add(const TieSums& t, const Sums& s, const Sums& d) {
    if (derivatives_ == nullptr) return;
    hazards_.add(s, t.a);
    if (t.b != 0) hazards_.add(d, -t.b);
    // As in MeanProducts: two squares, in units of S0.
    const double ratio = t.c1 / t.c0;
    for (std::size_t j = 0; j < p_; ++j) mean_[j] = (s.one[j] - ratio * d.one[j]) / s.zero;
    products_.add(-t.c0, mean_.data());
    if (t.c1 == 0) return;
    for (std::size_t j = 0; j < p_; ++j) mean_[j] = d.one[j] / s.zero;
    products_.add(-(t.c2 - t.c1 * ratio), mean_.data());
  }

  void finish(const std::vector<double>& event_sums) {
    if (derivatives_ == nullptr) return;
    derivatives_->gradient = event_sums;
    derivatives_->information = products_.take();
    for (std::size_t i = 0; i < p_; ++i) {
      derivatives_->gradient[i] -= hazards_.one[i];
      for (std::size_t j = 0; j < p_; ++j)
        derivatives_->information[i * p_ + j] += hazards_.two[std::max(i, j) * p_ + std::min(i, j)];
    }
  }

 private:
  std::size_t p_;
  Derivatives* derivatives_;
  Sums hazards_;  // of all rows, weighted by the hazards they were exposed to
  numeric::OuterSum products_;
  std::vector<double> mean_;
};

/// A shift that keeps e^(eta - shift) within range.
double shift_of(const Design& design, const std::vector<double>& beta) {
  constexpr double kSafe = 200;
  double most = 0;
  for (std::size_t j = 0; j < beta.size(); ++j) most += std::fabs(beta[j]) * design.reach[j];
  if (most < kSafe) return 0;
  double shift = -HUGE_VAL;
  for (std::size_t i = 0; i < design.set.rows.size(); ++i) {
    double eta = 0;
    for (std::size_t j = 0; j < beta.size(); ++j) eta += beta[j] * design.row(i)[j];
    shift = std::max(shift, eta);
  }
  return shift;
}

/// The rows that leave at one moment, or are seen last before the next, follow each other: of a
/// stratum from its last moment back to its first, those without an event and those with one; then
/// those seen before the first event only.
std::vector<RowRun> runs_of(const RiskSet& set) {
  std::vector<RowRun> runs;
  for (std::size_t s = set.strata(); s-- > 0;) {
    std::size_t end = set.stratum_rows[s + 1];
    for (std::size_t m = set.stratum_begin[s + 1]; m-- > set.stratum_begin[s];) {
      std::size_t begin = end;
      while (begin > set.stratum_rows[s] && set.rows[begin - 1].last > m) --begin;
      const std::size_t events_end = begin + set.moments[m].events;
      runs.push_back({events_end, end});
      runs.push_back({begin, events_end});
      end = begin;
    }
    runs.push_back({set.stratum_rows[s], end});
  }
  return runs;
}

}  // namespace

bool has_few_times(const RiskSet& set) {
  constexpr std::size_t kRowsPerMoment = 1000;
  if (!set.late.empty() || set.rows.size() < kRowsPerMoment * set.moments.size()) return false;
  for (std::size_t s = 0; s < set.strata(); ++s)
    for (std::size_t i = set.stratum_rows[s]; i < set.stratum_rows[s + 1]; ++i)
      if (set.rows[i].first != set.stratum_begin[s]) return false;
  return true;
}

void prepare_few_times(Design& design) {
  design.few_times = has_few_times(design.set);
  if (!design.few_times) return;
  design.event_sums.assign(design.columns, 0);
  design.reach.assign(design.columns, 0);
  design.weights.resize(design.set.rows.size());
  for (std::size_t i = 0; i < design.set.rows.size(); ++i) {
    const RiskRow& row = design.set.rows[i];
    const double* x = design.row(i);
    const double counts = row.event ? row.weight : 0;
    for (std::size_t j = 0; j < design.columns; ++j) {
      design.event_sums[j] += counts * x[j];
      design.reach[j] = std::max(design.reach[j], std::fabs(x[j]));
    }
    design.weights[i] = row.weight;
  }
  design.runs = runs_of(design.set);
}

Risks risks_at_few_times(const Design& design, const std::vector<double>& beta, Ties ties,
                         Derivatives* derivatives) {
  const RiskSet& set = design.set;
  Risks out;
  out.eta.resize(set.rows.size());
  out.risk.resize(set.rows.size());
  out.shift = shift_of(design, beta);
  out.ties.resize(set.moments.size());
  Runs runs(design, beta, derivatives != nullptr, out);
  Accumulator accumulator(design, derivatives);
  Sums sums(design.columns), leaving(design.columns);
  double log_terms = 0;
  auto run = design.runs.begin();
  for (std::size_t s = set.strata(); s-- > 0;) {
    sums.clear();
    for (std::size_t m = set.stratum_begin[s + 1]; m-- > set.stratum_begin[s];) {
      leaving.clear();
      runs.add(*run++, sums);
      runs.add(*run++, leaving);
      sums.add(leaving);
      const TieSums& t = out.ties[m] = tie_sums(set.moments[m], sums.zero, leaving.zero, ties);
      log_terms += t.log_term;
      accumulator.add(t, sums, leaving);
    }
    leaving.clear();
    runs.add(*run++, leaving);  // at no risk, but they have a hazard ratio
  }
  cumulate(set, out);
  out.log_likelihood = -set.events * out.shift - log_terms;
  for (std::size_t j = 0; j < beta.size(); ++j)
    out.log_likelihood += beta[j] * design.event_sums[j];
  accumulator.finish(design.event_sums);
  return out;
}

}  // namespace kam::cox
