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

std::vector<std::uint8_t> finite_rows(const Data& data) {
  std::vector<std::uint8_t> finite(data.rows.rows(), 1);
  for (const Covariate& c : data.covariates)
    for (std::size_t i = 0; i < finite.size(); ++i)
      finite[i] &= static_cast<std::uint8_t>(c.values[i] - c.values[i] == 0);
  return finite;
}

/// Weighted mean and standard deviation over the rows of the set; computed in units of the largest
/// value, so that squares neither overflow nor vanish.
void moments_of(std::span<const double> values, const RiskSet& set, double& mean, double& sd) {
  double largest = 0, low = HUGE_VAL, high = -HUGE_VAL;
  for (const RiskRow& row : set.rows) {
    const double v = values[row.row];
    largest = std::max(largest, std::fabs(v));
    low = std::min(low, v);
    high = std::max(high, v);
  }
  mean = set.rows.empty() ? 0 : low;
  sd = 0;
  if (!(high > low)) return;
  double sum = 0, square = 0;
  for (const RiskRow& row : set.rows) sum += row.weight * (values[row.row] / largest);
  const double centre = sum / set.weight;
  for (const RiskRow& row : set.rows) {
    const double d = values[row.row] / largest - centre;
    square += row.weight * d * d;
  }
  const double spread = std::sqrt(square / set.weight);
  mean = centre * largest;
  if (spread > 1e-13 * std::fabs(centre)) sd = spread * largest;
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
  for (std::size_t j = 0; j < data.covariates.size(); ++j) {
    double mean = 0, sd = 0;
    moments_of(data.covariates[j].values, design.set, mean, sd);
    design.mean.push_back(mean);
    design.sd.push_back(sd);
    if (sd > 0) design.kept.push_back(j);
  }
  const std::size_t p = design.columns = design.kept.size();
  design.x.resize(design.set.rows.size() * p);
  for (std::size_t j = 0; j < p; ++j) {
    const std::size_t column = design.kept[j];
    const auto values = data.covariates[column].values;
    const double mean = design.mean[column], sd = design.sd[column];
    for (std::size_t i = 0; i < design.set.rows.size(); ++i)
      design.x[i * p + j] = values[design.set.rows[i].row] / sd - mean / sd;
  }
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
}

}  // namespace kam::cox
