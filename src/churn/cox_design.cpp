#include "churn/cox_design.hpp"

#include <algorithm>
#include <cmath>

namespace kam::cox {
namespace {

Status check(const Data& data) {
  if (Status s = check_sizes(data.rows); !s.ok()) return s;
  for (const Covariate& c : data.covariates) {
    const std::string name(c.name);
    if (Status s = check_size(name.c_str(), c.values.size(), data.rows.rows()); !s.ok()) return s;
  }
  if (data.cluster.empty()) return {};
  if (Status s = check_size("cluster", data.cluster.size(), data.rows.rows()); !s.ok()) return s;
  for (const std::uint32_t code : data.cluster)
    if (code >= data.clusters)
      return invalid_argument("cluster", "below the number of clusters", code);
  return {};
}

/// Whether all values are finite; a product per value, four sums at a time.
bool all_finite(std::span<const double> values) {
  double zero[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) zero[k] += values[i + k] * 0.0;
  for (; i < values.size(); ++i) zero[0] += values[i] * 0.0;
  return (zero[0] + zero[1]) + (zero[2] + zero[3]) == 0;
}

/// 1 where all covariates are finite; empty if they are everywhere.
std::vector<std::uint8_t> finite_rows(const Data& data) {
  std::vector<std::uint8_t> finite;
  for (const Covariate& c : data.covariates) {
    if (all_finite(c.values)) continue;
    if (finite.empty()) finite.assign(data.rows.rows(), 1);
    for (std::size_t i = 0; i < finite.size(); ++i)
      finite[i] &= static_cast<std::uint8_t>(c.values[i] - c.values[i] == 0);
  }
  return finite;
}

/// Sum of weight x term(value), four partial sums at a time.
template <class Term>
double weighted_sum(std::span<const double> values, std::span<const double> weights,
                    const Term& term) {
  double sums[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) sums[k] += weights[i + k] * term(values[i + k]);
  for (; i < values.size(); ++i) sums[0] += weights[i] * term(values[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The same over any values: those of weight 0 are not read, and squares are taken in units of the
/// largest value, so that they neither overflow nor vanish.
void careful_moments(std::span<const double> values, std::span<const double> weights, double total,
                     double& mean, double& sd) {
  double largest = 0, low = HUGE_VAL, high = -HUGE_VAL;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] == 0) continue;
    largest = std::max(largest, std::fabs(values[i]));
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  mean = total == 0 ? 0 : low;
  sd = 0;
  if (!(high > low)) return;
  double sum = 0, square = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (weights[i] != 0) sum += weights[i] * (values[i] / largest);
  const double centre = sum / total;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = values[i] / largest - centre;
    if (weights[i] != 0) square += weights[i] * d * d;
  }
  mean = centre * largest;
  sd = std::sqrt(square / total) * largest;
}

/// Weighted mean and standard deviation over the rows of weight > 0; sd 0 for a constant column.
void moments_of(std::span<const double> values, std::span<const double> weights, double total,
                double& mean, double& sd) {
  mean = weighted_sum(values, weights, [](double v) { return v; }) / total;
  const double square =
      weighted_sum(values, weights, [&](double v) { return (v - mean) * (v - mean); });
  sd = std::sqrt(square / total);
  if (!(sd > 1e-100 && sd < 1e100)) careful_moments(values, weights, total, mean, sd);
  if (!(sd > 1e-13 * std::fabs(mean))) sd = 0;
}

/// Standardised values, row by row in the order of the set. The columns are read in their own
/// order, some rows at a time, and each row is put where the set has it: reading them in the order
/// of the set would miss the cache at every value.
void gather(const Data& data, Design& design) {
  const std::size_t p = design.columns, n = data.rows.rows();
  constexpr std::size_t kTogether = 256;
  constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  std::vector<std::uint32_t> place(n, kNowhere);
  for (std::size_t i = 0; i < design.set.rows.size(); ++i)
    place[design.set.rows[i].row] = static_cast<std::uint32_t>(i);
  design.x.resize(design.set.rows.size() * p);
  std::vector<double> rows(kTogether * p);
  for (std::size_t begin = 0; begin < n; begin += kTogether) {
    const std::size_t count = std::min(n - begin, kTogether);
    for (std::size_t j = 0; j < p; ++j) {
      const std::size_t column = design.kept[j];
      const double* values = data.covariates[column].values.data() + begin;
      const double mean = design.mean[column], sd = design.sd[column];
      const double shift = mean / sd, scale = 1 / sd;
      if (!(scale < HUGE_VAL) || scale < 1e-300) {  // the reciprocal would lose digits
        for (std::size_t t = 0; t < count; ++t) rows[t * p + j] = values[t] / sd - shift;
      } else {
        for (std::size_t t = 0; t < count; ++t) rows[t * p + j] = (values[t] - mean) * scale;
      }
    }
    for (std::size_t t = 0; t < count; ++t)
      if (place[begin + t] != kNowhere)
        std::copy_n(rows.data() + t * p, p, design.x.data() + place[begin + t] * p);
  }
}

}  // namespace

Result<Design> make_design(const Data& data) {
  if (Status s = check(data); !s.ok()) return s;
  if (data.covariates.empty())
    return Status{StatusCode::insufficient_data, "a Cox regression needs at least one covariate"};
  const std::vector<std::uint8_t> finite = finite_rows(data);
  auto set = make_risk_set(data.rows, data.stratum, data.strata, finite);
  if (!set) return set.error();
  if (set->moments.empty())
    return Status{StatusCode::insufficient_data, "no usable row has an event"};
  Design design;
  design.set = std::move(*set);
  std::vector<double> weights(data.rows.rows(), 0);
  for (const RiskRow& row : design.set.rows) weights[row.row] = row.weight;
  for (std::size_t j = 0; j < data.covariates.size(); ++j) {
    double mean = 0, sd = 0;
    moments_of(data.covariates[j].values, weights, design.set.weight, mean, sd);
    design.mean.push_back(mean);
    design.sd.push_back(sd);
    if (sd > 0) design.kept.push_back(j);
  }
  design.columns = design.kept.size();
  gather(data, design);
  prepare_few_times(design);
  return design;
}

void keep_columns(const std::vector<bool>& keep, Design& design) {
  std::vector<std::size_t> kept, from;
  for (std::size_t j = 0; j < design.columns; ++j) {
    if (!keep[j]) continue;
    kept.push_back(design.kept[j]);
    from.push_back(j);
  }
  if (kept.size() == design.columns) return;
  std::vector<double> x(design.set.rows.size() * kept.size());
  for (std::size_t i = 0; i < design.set.rows.size(); ++i)
    for (std::size_t j = 0; j < kept.size(); ++j)
      x[i * kept.size() + j] = design.standardised(i, from[j]);
  design.x = std::move(x);
  design.kept = std::move(kept);
  design.columns = design.kept.size();
  prepare_few_times(design);
}

}  // namespace kam::cox
