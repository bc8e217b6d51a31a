#include "churn/ladder_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

namespace kam::churn::detail {
namespace {

/// splitmix64's finaliser.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

RowReason reason_of(const LadderColumns& c, bool external, std::size_t i) {
  double sum = c.outcome[i];
  if (!c.weight.empty()) sum += c.weight[i];
  if (!c.account.empty()) sum += c.account[i];
  for (const Covariate& f : c.features) sum += f.values[i] - f.values[i];
  if (!(sum - sum == 0)) return RowReason::not_finite;
  const bool outcome = c.outcome[i] == 0 || c.outcome[i] == 1;
  const bool weight = c.weight.empty() || c.weight[i] >= 0;
  const bool score = !external || (c.features[0].values[i] >= 0 && c.features[0].values[i] <= 1);
  return outcome && weight && score ? RowReason::none : RowReason::out_of_domain;
}

/// Mean and standard deviation of the accounts; 0 and 1 without any, and sd 1 of a constant.
LadderFeature describe(const Covariate& column, bool external, const std::vector<std::size_t>& kept,
                       const std::vector<double>& weight) {
  LadderFeature feature{.name = std::string(column.name)};
  double total = 0, mean = 0, square = 0;
  for (std::size_t r = 0; r < kept.size(); ++r) {  // West (1979): one pass, no cancellation
    if (weight[r] == 0) continue;
    const double value = ladder_value(external, column.values[kept[r]]);
    total += weight[r];
    const double step = (value - mean) * (weight[r] / total);
    square += weight[r] * (value - mean) * (value - mean - step);
    mean += step;
  }
  if (total == 0) return feature;
  const double sd = std::sqrt(square / total);
  const bool varies = sd > 1e-12 * std::fabs(mean) && std::isfinite(sd);
  if (external) {  // the log-odds stay as they are
    feature.mean = mean;
    feature.sd = varies ? sd : 0;
  } else {
    feature.centre = mean;
    feature.scale = varies ? sd : 1;
    feature.sd = varies ? 1 : 0;
  }
  return feature;
}

/// Each account once: lost if any of its rows was.
void count_accounts(LadderRows& rows) {
  std::map<double, std::pair<double, bool>> of_account;
  for (std::size_t r = 0; r < rows.outcome.size(); ++r) {
    if (rows.account.empty()) {
      rows.accounts += rows.weight[r];
      rows.events += rows.weight[r] * rows.outcome[r];
      continue;
    }
    auto& [weight, lost] = of_account[rows.account[r]];
    weight = std::max(weight, rows.weight[r]);
    lost = lost || (rows.outcome[r] == 1 && rows.weight[r] > 0);
  }
  for (const auto& [account, value] : of_account) {
    rows.accounts += value.first;
    rows.events += value.second ? value.first : 0;
  }
}

}  // namespace

double ladder_value(bool external, double cell) {
  return external ? clipped_logit(cell) : cell;
}

std::vector<Covariate> LadderRows::covariates() const {
  std::vector<Covariate> result;
  for (std::size_t j = 0; j < z.size(); ++j) result.push_back({features[j].name, z[j]});
  return result;
}

LadderRows ladder_rows(const LadderColumns& columns, bool external, LadderModel& model) {
  std::vector<std::size_t> kept;
  LadderRows rows;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    if (std::isnan(columns.outcome[i])) {
      ++model.unknown_outcomes;
      continue;
    }
    const RowReason reason = reason_of(columns, external, i);
    if (reason != RowReason::none) {
      model.rows.rejected(i, reason);
      continue;
    }
    model.rows.scored();
    kept.push_back(i);
  }
  // In an order of their own, so that sums and folds do not depend on that of the call.
  std::sort(kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) {
    if (!columns.account.empty() && columns.account[a] != columns.account[b])
      return columns.account[a] < columns.account[b];
    for (const Covariate& f : columns.features)
      if (f.values[a] != f.values[b]) return f.values[a] < f.values[b];
    if (columns.outcome[a] != columns.outcome[b]) return columns.outcome[a] < columns.outcome[b];
    return !columns.weight.empty() && columns.weight[a] < columns.weight[b];
  });
  for (const std::size_t i : kept) {
    rows.outcome.push_back(columns.outcome[i]);
    rows.weight.push_back(columns.weight.empty() ? 1 : columns.weight[i]);
    std::uint64_t key = 0;
    if (!columns.account.empty()) {
      rows.account.push_back(columns.account[i]);
      key = mixed(std::bit_cast<std::uint64_t>(columns.account[i] + 0.0));
    } else {
      for (const Covariate& f : columns.features)
        key = mixed(key ^ std::bit_cast<std::uint64_t>(f.values[i] + 0.0));
    }
    rows.fold_key.push_back(key);
  }
  for (const Covariate& column : columns.features) {
    const LadderFeature feature = describe(column, external, kept, rows.weight);
    auto& z = rows.z.emplace_back();
    for (const std::size_t i : kept)
      z.push_back((ladder_value(external, column.values[i]) - feature.centre) / feature.scale);
    rows.features.push_back(feature);
  }
  count_accounts(rows);
  return rows;
}

std::vector<double> shared_weights(const LadderRows& rows) {
  std::vector<double> weight = rows.weight;
  for (std::size_t begin = 0; begin < rows.account.size();) {  // rows of an account lie together
    std::size_t end = begin;
    double sum = 0, largest = 0;
    for (; end < rows.account.size() && rows.account[end] == rows.account[begin]; ++end) {
      sum += weight[end];
      largest = std::max(largest, weight[end]);
    }
    for (; begin < end; ++begin) weight[begin] *= sum > 0 ? largest / sum : 0;
  }
  return weight;
}

}  // namespace kam::churn::detail
