#include "churn/cox_residuals.hpp"

#include <algorithm>
#include <cmath>

#include <kam/churn/kaplan_meier.hpp>

#include "numeric/radix_sort.hpp"

namespace kam::cox {
namespace {

/// Per moment, p columns each: what score residuals are made of.
struct MeanSums {
  std::vector<double> hazard;   ///< cumulated in the stratum, this moment included: sum of
                                ///< w_bar / den_k mean_k
  std::vector<double> tied;     ///< of this moment: sum of w_bar f_k / den_k mean_k
  std::vector<double> average;  ///< of this moment: mean of mean_k over the d events
};

MeanSums mean_sums(const Design& design, const Risks& risks) {
  const std::size_t p = design.columns, size = design.set.moments.size() * p;
  MeanSums out{std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)};
  for_each_risk_sum(design, risks.risk,
                    [&](std::size_t m, double s0, double, const auto& s1, const auto& d1) {
                      const TieSums& t = risks.ties[m];
                      const double deaths = design.set.moments[m].deaths;
                      for (std::size_t j = 0; j < p; ++j) {
                        out.hazard[m * p + j] = (t.c0 * (s1[j] / s0) - t.c1 * (d1[j] / s0)) / s0;
                        out.tied[m * p + j] = (t.c1 * (s1[j] / s0) - t.c2 * (d1[j] / s0)) / s0;
                        out.average[m * p + j] = (t.a * s1[j] - t.b * d1[j]) / deaths;
                      }
                    });
  for (std::size_t s = 0; s < design.set.strata(); ++s)
    for (std::size_t m = design.set.stratum_begin[s] + 1; m < design.set.stratum_begin[s + 1]; ++m)
      for (std::size_t j = 0; j < p; ++j) out.hazard[m * p + j] += out.hazard[(m - 1) * p + j];
  return out;
}

/// Calls each(i, residual) for every row of the design.
template <class Each>
void for_each_score(const Design& design, const Risks& risks, const Each& each) {
  const std::size_t p = design.columns;
  const MeanSums sums = mean_sums(design, risks);
  std::vector<double> score(p);
  for (std::size_t i = 0; i < design.set.rows.size(); ++i) {
    const RiskRow& row = design.set.rows[i];
    std::fill(score.begin(), score.end(), 0.0);
    if (row.first < row.last) {
      const double* x = design.row(i);
      const double exposure = risks.exposure(row), risk = risks.risk[i];
      const std::size_t last = (row.last - 1) * p;
      const bool late =
          row.first > design.set.stratum_begin[design.set.moments[row.last - 1].stratum];
      const double* before = late ? &sums.hazard[(row.first - 1) * p] : nullptr;
      for (std::size_t j = 0; j < p; ++j) {
        double means = sums.hazard[last + j] - (before != nullptr ? before[j] : 0);
        if (row.event) {
          means -= sums.tied[last + j];
          score[j] = x[j] - sums.average[last + j];
        }
        score[j] -= risk * (x[j] * exposure - means);
      }
    }
    each(i, score);
  }
}

/// Mean rank of each moment's time among the durations of all rows.
std::vector<double> ranks_of(const Data& data, const RiskSet& set) {
  std::vector<numeric::KeyedRow> durations;
  for (const RiskRow& row : set.rows)
    durations.push_back({numeric::order_key(data.rows.duration[row.row]), 0});
  numeric::radix_sort_by_key(durations);
  std::vector<double> g;
  for (const RiskMoment& m : set.moments) {
    const auto [begin, end] = std::equal_range(
        durations.begin(), durations.end(), numeric::KeyedRow{numeric::order_key(m.time), 0},
        [](const auto& left, const auto& right) { return left.key < right.key; });
    const auto below = static_cast<double>(begin - durations.begin());
    g.push_back(below + (static_cast<double>(end - begin) + 1) / 2);
  }
  return g;
}

/// 1 - S(t-) of each moment, all strata taken together.
std::vector<double> failures_of(const Data& data, const RiskSet& set) {
  std::vector<std::uint8_t> used(data.rows.rows(), 0);
  for (const RiskRow& row : set.rows) used[row.row] = 1;
  const auto pooled = make_risk_set(data.rows, {}, 1, used);
  std::vector<double> g(set.moments.size(), 0);
  if (!pooled) return g;
  const SurvivalCurve curve = kaplan_meier::fit(*pooled)[0];
  for (std::size_t m = 0; m < g.size(); ++m) {
    const auto step = std::lower_bound(curve.time.begin(), curve.time.end(), set.moments[m].time);
    const auto before = static_cast<std::size_t>(step - curve.time.begin());
    g[m] = before == 0 ? 0 : 1 - curve.survival[before - 1];
  }
  return g;
}

/// g of every moment, in units of the largest and centred over the events.
std::vector<double> time_scale(const Data& data, const RiskSet& set, TimeScale scale) {
  std::vector<double> g;
  if (scale == TimeScale::rank) g = ranks_of(data, set);
  if (scale == TimeScale::kaplan_meier) g = failures_of(data, set);
  if (scale == TimeScale::identity)
    for (const RiskMoment& m : set.moments) g.push_back(m.time);
  double largest = 0, sum = 0, events = 0;
  for (const double v : g) largest = std::max(largest, v);
  for (std::size_t m = 0; m < g.size(); ++m) {
    g[m] = largest > 0 ? g[m] / largest : 0;
    sum += g[m] * set.moments[m].events;
    events += set.moments[m].events;
  }
  for (double& v : g) v -= sum / events;
  return g;
}

/// Sum over events of g (x - mean): the score of theta.
std::vector<double> time_score(const Design& design, const Risks& risks,
                               const std::vector<double>& g) {
  const std::size_t p = design.columns;
  std::vector<double> score(p, 0);
  for (const RiskRow& row : design.set.rows) {
    if (!row.event) continue;
    const double* x = design.row(static_cast<std::size_t>(&row - design.set.rows.data()));
    for (std::size_t j = 0; j < p; ++j) score[j] += row.weight * g[row.last - 1] * x[j];
  }
  for_each_risk_sum(design, risks.risk,
                    [&](std::size_t m, double, double, const auto& s1, const auto& d1) {
                      const TieSums& t = risks.ties[m];
                      for (std::size_t j = 0; j < p; ++j)
                        score[j] -= g[m] * (t.a * s1[j] - t.b * d1[j]);
                    });
  return score;
}

TestResult test_of(double chi_squared, double df) {
  return {chi_squared, df, chi_squared_tail(std::max(chi_squared, 0.0), df)};
}

}  // namespace

numeric::Square score_products(const Data& data, const Design& design, const Risks& risks) {
  const std::size_t p = design.columns;
  numeric::OuterSum sum(p);
  if (data.cluster.empty()) {
    for_each_score(design, risks, [&](std::size_t i, const std::vector<double>& score) {
      const double w = design.set.rows[i].weight;
      sum.add(w * w, score.data());
    });
    return sum.take();
  }
  std::vector<double> clusters(data.clusters * p, 0);
  for_each_score(design, risks, [&](std::size_t i, const std::vector<double>& score) {
    double* into = &clusters[data.cluster[design.set.rows[i].row] * p];
    for (std::size_t j = 0; j < p; ++j) into[j] += design.set.rows[i].weight * score[j];
  });
  for (std::size_t c = 0; c < data.clusters; ++c) sum.add(1, &clusters[c * p]);
  return sum.take();
}

Result<ProportionalHazards> proportional_hazards(const Data& data, const Fit& fit, TimeScale scale,
                                                 Ties ties) {
  auto made = make_design(data);
  if (!made) return made.error();
  Design& design = *made;
  const std::size_t all = data.covariates.size();
  if (Status s = check_size("fit", fit.model.coefficients.size(), all); !s.ok()) return s;
  std::vector<bool> keep;
  std::vector<double> beta;
  for (const std::size_t j : design.kept) {
    const double b = fit.model.coefficients[j];
    keep.push_back(b == b);
    if (b == b) beta.push_back(b * design.sd[j]);
  }
  keep_columns(keep, design);
  if (design.columns == 0) return Status{StatusCode::insufficient_data, "no coefficient to test"};
  const Risks risks = risks_at(design, beta, ties, nullptr);
  const std::vector<double> g = time_scale(data, design.set, scale);
  std::vector<double> square = g;
  for (double& v : square) v *= v;
  const std::size_t p = design.columns;
  const numeric::Square i11 = information(design, risks, std::vector<double>(g.size(), 1));
  const numeric::Square i12 = information(design, risks, g),
                        i22 = information(design, risks, square);
  const numeric::Ldlt inner(i11, p, 1e-12);
  numeric::Square rest(p * p);  // information on theta that is left once beta is estimated
  for (std::size_t j = 0; j < p; ++j) {
    const auto explained = inner.solve(std::span(i12).subspan(j * p, p));
    for (std::size_t i = 0; i < p; ++i) {
      double sum = i22[i * p + j];
      for (std::size_t k = 0; k < p; ++k) sum -= i12[i * p + k] * explained[k];
      rest[i * p + j] = sum;
    }
  }
  const std::vector<double> score = time_score(design, risks, g);
  ProportionalHazards out;
  out.columns.assign(all, {kNaN, kNaN, kNaN});
  for (std::size_t j = 0; j < p; ++j)
    out.columns[design.kept[j]] = test_of(score[j] * score[j] / rest[j * p + j], 1);
  const numeric::Ldlt outer(rest, p, 1e-12);
  out.global = test_of(outer.quadratic_form(score), static_cast<double>(outer.rank()));
  return out;
}

}  // namespace kam::cox
