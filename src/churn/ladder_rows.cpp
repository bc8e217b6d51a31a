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
  for (const Covariate& f : c.features)
    if (std::isinf(f.values[i])) return RowReason::not_finite;
  if (!(sum - sum == 0)) return RowReason::not_finite;
  const bool outcome = c.outcome[i] == 0 || c.outcome[i] == 1;
  const bool weight = c.weight.empty() || c.weight[i] >= 0;
  const double score = external ? c.features[0].values[i] : kNaN;
  const bool outside = score < 0 || score > 1;  // a missing one is not
  return outcome && weight && !outside ? RowReason::none : RowReason::out_of_domain;
}

bool lacks_a_feature(const LadderColumns& c, std::size_t i) {
  return std::any_of(c.features.begin(), c.features.end(),
                     [i](const Covariate& f) { return std::isnan(f.values[i]); });
}

/// What rows are sorted and told apart by: missing comes first, and is one number.
double sort_key(double cell) {
  return std::isnan(cell) ? -HUGE_VAL : cell + 0.0;
}

/// Mean and standard deviation of the accounts of which the feature is known; scale 1 of a
/// constant. Nothing, and `known` false, of a feature that no account has.
LadderFeature describe(const Covariate& column, bool external, const std::vector<std::size_t>& kept,
                       const std::vector<double>& weight, bool& known) {
  LadderFeature feature{.name = std::string(column.name)};
  double total = 0, mean = 0, square = 0;
  for (std::size_t r = 0; r < kept.size(); ++r) {  // West (1979): one pass, no cancellation
    if (weight[r] == 0) continue;
    const double value = ladder_value(external, column.values[kept[r]]);
    if (std::isnan(value)) continue;
    total += weight[r];
    const double step = (value - mean) * (weight[r] / total);
    square += weight[r] * (value - mean) * (value - mean - step);
    mean += step;
  }
  known = total > 0;
  if (!known) {
    feature.sd = 0;
    return feature;
  }
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
    if (lacks_a_feature(columns, i) && model.incomplete_rows++ == 0) model.first_incomplete = i;
    kept.push_back(i);
  }
  // In an order of their own, so that sums and folds do not depend on that of the call.
  std::sort(kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) {
    if (!columns.account.empty() && columns.account[a] != columns.account[b])
      return columns.account[a] < columns.account[b];
    for (const Covariate& f : columns.features)
      if (sort_key(f.values[a]) != sort_key(f.values[b]))
        return sort_key(f.values[a]) < sort_key(f.values[b]);
    if (columns.outcome[a] != columns.outcome[b]) return columns.outcome[a] < columns.outcome[b];
    return !columns.weight.empty() && columns.weight[a] < columns.weight[b];
  });
  std::uint64_t last_key = 0, repeats = 0;
  for (const std::size_t i : kept) {
    rows.outcome.push_back(columns.outcome[i]);
    rows.weight.push_back(columns.weight.empty() ? 1 : columns.weight[i]);
    std::uint64_t key = 0;
    if (!columns.account.empty()) {
      rows.account.push_back(columns.account[i]);
      key = mixed(std::bit_cast<std::uint64_t>(columns.account[i] + 0.0));
    } else {
      for (const Covariate& f : columns.features)
        key = mixed(key ^ std::bit_cast<std::uint64_t>(sort_key(f.values[i])));
      // Gaps are no likeness: such rows, which may be many, go to all folds. They lie together.
      repeats = key == last_key ? repeats + 1 : 0;
      last_key = key;
      if (lacks_a_feature(columns, i)) key = mixed(key + repeats);
    }
    rows.fold_key.push_back(key);
  }
  for (const Covariate& column : columns.features) {
    bool known = false;
    const LadderFeature feature = describe(column, external, kept, rows.weight, known);
    if (!known) rows.never_known.push_back(rows.features.size());
    auto& z = rows.z.emplace_back();
    for (const std::size_t i : kept) {
      const double value = ladder_value(external, column.values[i]);
      z.push_back(std::isnan(value) ? feature.mean : (value - feature.centre) / feature.scale);
    }
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
