#include "churn/covariate_design.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>

namespace kam::detail {
namespace {

/// Below this share of its variance a column is a combination of others: rounding of the means
/// and products leaves about 1e-14 of a column that is one exactly.
constexpr double kAliased = 1e-10;

std::vector<const Covariate*> all_columns(const CovariateColumns& covariates) {
  std::vector<const Covariate*> columns;
  for (const Covariate& c : covariates.order) columns.push_back(&c);
  for (const Covariate& c : covariates.dropout) columns.push_back(&c);
  return columns;
}

/// -1, 0, 1 by the covariates of two rows.
int compare(const std::vector<const Covariate*>& columns, std::size_t i, std::size_t k) {
  for (const Covariate* c : columns) {
    if (c->values[i] != c->values[k]) return c->values[i] < c->values[k] ? -1 : 1;
  }
  return 0;
}

/// Usable rows in an order that depends on their content only.
std::vector<std::size_t> sorted_rows(const OrderColumns& accounts,
                                     const CovariateColumns& covariates, BatchReport& report) {
  const auto columns = all_columns(covariates);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < accounts.rows(); ++i) {
    const RowReason reason = covariate_row_reason(accounts, covariates, i);
    reason == RowReason::none ? report.scored() : report.rejected(i, reason);
    const bool counts = accounts.weight.empty() || accounts.weight[i] > 0;
    if (reason == RowReason::none && counts) rows.push_back(i);
  }
  const auto weight = [&](std::size_t i) {
    return accounts.weight.empty() ? 1 : accounts.weight[i];
  };
  std::sort(rows.begin(), rows.end(), [&](std::size_t i, std::size_t k) {
    if (const int c = compare(columns, i, k); c != 0) return c < 0;
    for (const auto& column : {accounts.frequency, accounts.age, accounts.recency}) {
      if (column[i] != column[k]) return column[i] < column[k];
    }
    return weight(i) < weight(k);
  });
  return rows;
}

void add_row(const OrderColumns& accounts, std::size_t i, bool new_pattern, CovariateDesign& d) {
  const double x = accounts.frequency[i], t_x = accounts.recency[i], T = accounts.age[i];
  const double weight = accounts.weight.empty() ? 1 : accounts.weight[i];
  d.total_weight += weight;
  d.orders += weight * x;
  if (!new_pattern && d.x.back() == x && d.T.back() == T && d.t_x.back() == t_x) {
    d.weight.back() += weight;
    return;
  }
  d.x.push_back(x);
  d.t_x.push_back(t_x);
  d.T.push_back(T);
  d.weight.push_back(weight);
}

/// Means and standard deviations over accounts; values become standard scores.
void standardise(CovariateDesign& d) {
  const std::size_t n = d.columns();
  std::vector<double> weight;
  for (const auto& pattern : d.patterns) {
    weight.push_back(std::accumulate(d.weight.begin() + static_cast<std::ptrdiff_t>(pattern.begin),
                                     d.weight.begin() + static_cast<std::ptrdiff_t>(pattern.end),
                                     0.0));
  }
  for (std::size_t j = 0; j < n; ++j) {
    double most = 0, mean = 0, variance = 0;  // in units of the largest, so that nothing overflows
    for (std::size_t p = 0; p < weight.size(); ++p) {
      most = std::max(most, std::fabs(d.values[p * n + j]));
    }
    if (most == 0) most = 1;
    for (std::size_t p = 0; p < weight.size(); ++p) {
      mean += weight[p] * (d.values[p * n + j] / most) / d.total_weight;
    }
    for (std::size_t p = 0; p < weight.size(); ++p) {
      const double off = d.values[p * n + j] / most - mean;
      variance += weight[p] * off * off / d.total_weight;
    }
    const double sd = variance > 1e-24 ? std::sqrt(variance) : 0;
    for (std::size_t p = 0; p < weight.size(); ++p) {
      d.values[p * n + j] = sd > 0 ? (d.values[p * n + j] / most - mean) / sd : 0;
    }
    d.mean.push_back(mean * most);
    d.sd.push_back(sd * most);
  }
}

/// Correlations among columns [begin, end).
Eigen::MatrixXd correlations(const CovariateDesign& d, std::size_t begin, std::size_t end) {
  const auto n = static_cast<Eigen::Index>(end - begin);
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t p = 0; p < d.patterns.size(); ++p) {
    const Eigen::Map<const Eigen::VectorXd> row(&d.values[p * d.columns() + begin], n);
    double weight = 0;
    for (std::size_t i = d.patterns[p].begin; i < d.patterns[p].end; ++i) weight += d.weight[i];
    sums += weight / d.total_weight * row * row.transpose();
  }
  return sums;
}

/// Refuses the first column that the columns before it, in the same block, already say.
Status check_independent(const CovariateDesign& d, std::size_t begin, std::size_t end) {
  for (std::size_t j = begin; j < end; ++j) {
    if (!(d.sd[j] > 0)) {
      return {StatusCode::invalid_argument, "covariate `" + d.names[j] +
                                                "` is constant over the usable rows: it cannot be "
                                                "told from the base parameters"};
    }
  }
  if (begin == end) return {};
  const Eigen::MatrixXd r = correlations(d, begin, end);
  for (Eigen::Index j = 1; j < r.rows(); ++j) {
    const Eigen::VectorXd share = r.topLeftCorner(j, j).ldlt().solve(r.col(j).head(j));
    if (r(j, j) - r.col(j).head(j).dot(share) > kAliased) continue;
    std::string others;
    for (Eigen::Index k = 0; k < j; ++k) {
      if (std::fabs(share[k]) < 1e-6) continue;
      others += (others.empty() ? "`" : ", `") + d.names[begin + static_cast<std::size_t>(k)] + "`";
    }
    return {StatusCode::invalid_argument,
            "covariate `" + d.names[begin + static_cast<std::size_t>(j)] +
                "` is a linear combination of " + others + ": leave one of them out"};
  }
  return {};
}

}  // namespace

Status check_sizes(const OrderColumns& accounts, const CovariateColumns& covariates) {
  if (Status s = kam::check_sizes(accounts); !s.ok()) return s;
  for (const Covariate* c : all_columns(covariates)) {
    const std::string name(c->name);
    if (Status s = check_size(name.c_str(), c->values.size(), accounts.rows()); !s.ok()) return s;
  }
  return {};
}

RowReason covariate_row_reason(const OrderColumns& accounts, const CovariateColumns& covariates,
                               std::size_t i) {
  const RowReason reason =
      order_row_reason(accounts.frequency[i], accounts.recency[i], accounts.age[i]);
  if (reason != RowReason::none) return reason;
  for (const auto& columns : {covariates.order, covariates.dropout}) {
    for (const Covariate& c : columns) {
      if (!std::isfinite(c.values[i])) return RowReason::not_finite;
    }
  }
  if (accounts.weight.empty()) return RowReason::none;
  if (!std::isfinite(accounts.weight[i])) return RowReason::not_finite;
  return accounts.weight[i] < 0 ? RowReason::out_of_domain : RowReason::none;
}

Result<CovariateDesign> make_design(const OrderColumns& accounts,
                                    const CovariateColumns& covariates, BatchReport& report) {
  if (Status s = check_sizes(accounts, covariates); !s.ok()) return s;
  const auto columns = all_columns(covariates);
  CovariateDesign d;
  d.order = covariates.order.size();
  for (std::size_t j = 0; j < columns.size(); ++j) {
    d.names.push_back((j < d.order ? "order:" : "dropout:") + std::string(columns[j]->name));
  }
  std::size_t previous = 0;
  for (const std::size_t i : sorted_rows(accounts, covariates, report)) {
    const bool new_pattern = d.patterns.empty() || compare(columns, previous, i) != 0;
    add_row(accounts, i, new_pattern, d);
    if (new_pattern) {
      d.patterns.push_back({d.x.size() - 1, d.x.size()});
      for (const Covariate* c : columns) d.values.push_back(c->values[i]);
    }
    d.patterns.back().end = d.x.size();
    previous = i;
  }
  standardise(d);
  if (!(d.orders > 0)) return d;  // the fit says that better
  if (Status s = check_independent(d, 0, d.order); !s.ok()) return s;
  if (Status s = check_independent(d, d.order, d.columns()); !s.ok()) return s;
  return d;
}

}  // namespace kam::detail
