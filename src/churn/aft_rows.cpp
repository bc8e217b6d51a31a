#include "churn/aft_rows.hpp"

#include <algorithm>
#include <cmath>

#include "churn/fit_arguments.hpp"
#include "simd/math_n.hpp"

namespace kam::aft {
namespace {

/// A column whose spread is this small against its size is a constant with rounding.
constexpr double kConstant = 8 * std::numeric_limits<double>::epsilon();
/// 1 - R^2 on the columns before it below which a column says nothing new.
constexpr double kAliased = 1e-12;

RowReason time_reason(const SurvivalColumns& customers, const Options& options, std::size_t i) {
  const double duration = customers.duration[i], event = customers.event[i];
  const double entry = customers.entry.empty() ? 0 : customers.entry[i];
  if (!((duration - duration) + (event - event) + (entry - entry) == 0)) {
    return RowReason::not_finite;
  }
  if ((event != 0 && event != 1) || entry < 0) return RowReason::out_of_domain;
  if (duration == 0 && entry == 0) {
    const bool known = event == 0 || options.zero_event_within > 0;
    return known ? RowReason::none : RowReason::out_of_domain;
  }
  return entry < duration ? RowReason::none : RowReason::out_of_domain;
}

RowReason covariate_reason(std::span<const Covariate> covariates, std::size_t i) {
  for (const Covariate& column : covariates) {
    const double x = column.values[i];
    if (x - x != 0) return RowReason::not_finite;
    if (std::fabs(x) > kLargestCovariate) return RowReason::out_of_domain;
  }
  return RowReason::none;
}

RowReason row_reason(const SurvivalColumns& customers, std::span<const Covariate> covariates,
                     const Options& options, std::size_t i) {
  if (const RowReason why = time_reason(customers, options, i); why != RowReason::none) return why;
  if (const RowReason why = churn::weight_reason(customers.weight, i); why != RowReason::none) {
    return why;
  }
  return covariate_reason(covariates, i);
}

Outcome outcome_of(double duration, double event) {
  if (event == 0) return Outcome::censored;
  return duration == 0 ? Outcome::before : Outcome::event;
}

/// Sums of one block of rows, added in the order of the blocks.
struct BlockSums {
  double weight = 0, events = 0, exposure = 0, longest = 0;
  BatchReport report{};
};

void read_row(const SurvivalColumns& customers, const Options& options, std::size_t i, Rows& rows,
              BlockSums& sums) {
  const double weight = customers.weight.empty() ? 1 : customers.weight[i];
  if (weight == 0) return;
  const double duration = customers.duration[i];
  const double entry = customers.entry.empty() ? 0 : customers.entry[i];
  rows.weight[i] = weight;
  rows.outcome[i] = outcome_of(duration, customers.event[i]);
  // A row seen for no time says nothing; 1 is a time as good as any.
  rows.log_time[i] = duration > 0 ? duration : 1;
  if (rows.outcome[i] == Outcome::before) rows.log_time[i] = options.zero_event_within;
  if (duration == 0 && rows.outcome[i] == Outcome::censored) rows.outcome[i] = Outcome::unused;
  if (!rows.log_entry.empty() && entry > 0) rows.log_entry[i] = std::log(entry);
  sums.weight += weight;
  sums.events += rows.outcome[i] >= Outcome::event ? weight : 0;
  sums.exposure += weight * (duration > 0 ? duration - entry : 0.0);
  sums.longest = std::max(sums.longest, duration);
}

void read_block(const SurvivalColumns& customers, const Options& options, std::size_t begin,
                std::size_t end, Rows& rows, BlockSums& sums) {
  for (std::size_t i = begin; i < end; ++i) {
    const RowReason why = row_reason(customers, rows.columns, options, i);
    if (why != RowReason::none) {
      sums.report.rejected(i, why);
      continue;
    }
    sums.report.scored();
    read_row(customers, options, i, rows, sums);
  }
  simd::log_n(rows.log_time.data() + begin, end - begin);
}

void add_sums(const std::vector<BlockSums>& blocks, Rows& rows) {
  for (const BlockSums& block : blocks) {
    rows.total += block.weight;
    rows.events += block.events;
    rows.exposure += block.exposure;
    rows.longest = std::max(rows.longest, block.longest);
    rows.report.append(block.report);
  }
  rows.all_used = std::find(rows.weight.begin(), rows.weight.end(), 0.0) == rows.weight.end();
}

/// Sum of weight * unit * value(x) over [begin, end): four sums, since an addition waits for the
/// one before it.
template <class Value>
double block_sum(const double* weight, const double* x, double unit, std::size_t n,
                 const Value& value) {
  double sums[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (std::size_t k = 0; k < 4; ++k) sums[k] += weight[i + k] * unit * value(x[i + k]);
  for (; i < n; ++i) sums[0] += weight[i] * unit * value(x[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Sum over the rows used of weight share * value(x), in block order.
template <class Value>
double mean_of(const Rows& rows, std::span<const double> x, const Executor& executor,
               const Value& value) {
  std::vector<double> blocks((rows.size() + kBlockRows - 1) / kBlockRows);
  const double unit = 1 / rows.total;
  for_each_block(executor, rows.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
    double sum = 0;
    if (rows.all_used) {
      sum = block_sum(rows.weight.data() + begin, x.data() + begin, unit, end - begin, value);
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        if (rows.weight[i] > 0) sum += rows.weight[i] * unit * value(x[i]);
      }
    }
    blocks[block] = sum;
  });
  double sum = 0;
  for (const double block : blocks) sum += block;
  return sum;
}

double farthest(const Rows& rows, std::span<const double> x, double from) {
  double most[4] = {0, 0, 0, 0};
  std::size_t i = 0;
  for (; rows.all_used && i + 4 <= x.size(); i += 4)
    for (std::size_t k = 0; k < 4; ++k) most[k] = std::max(most[k], std::fabs(x[i + k] - from));
  for (; i < x.size(); ++i) {
    if (rows.weight[i] > 0) most[0] = std::max(most[0], std::fabs(x[i] - from));
  }
  return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
}

/// Mean and standard deviation in two passes, the mean corrected in the second.
void column_moments(std::span<const double> x, const Executor& executor, Rows& rows) {
  const double size = farthest(rows, x, 0);
  double mean = mean_of(rows, x, executor, [](double v) { return v; });
  mean += mean_of(rows, x, executor, [&](double v) { return v - mean; });
  const double unit = size > 0 ? size : 1, inverse = 1 / unit;
  const double variance = mean_of(rows, x, executor, [&](double v) {
    const double off = (v - mean) * inverse;
    return off * off;
  });
  const double spread = std::sqrt(variance);
  rows.means.push_back(mean);
  const bool varies = spread > kConstant && size > 1e-290;
  rows.spreads.push_back(varies ? spread * unit : 0);
  rows.reaches.push_back(varies ? farthest(rows, x, mean) / (spread * unit) : 0);
}

/// Correlations of the columns that vary.
Eigen::MatrixXd correlations(const Rows& rows, const Executor& executor) {
  const auto p = static_cast<Eigen::Index>(rows.kept.size()) + 1;
  std::vector<Eigen::MatrixXd> blocks((rows.size() + kBlockRows - 1) / kBlockRows,
                                      Eigen::MatrixXd::Zero(p, p));
  for_each_tile_of(rows, executor, [&](std::size_t block, std::size_t begin, std::size_t end) {
    Tile tile(static_cast<Eigen::Index>(end - begin), p);
    standardise(rows, begin, tile);
    const Eigen::Map<const Eigen::VectorXd> weight(rows.weight.data() + begin, tile.rows());
    blocks[block].noalias() += tile.transpose() * (weight.asDiagonal() * tile);
  });
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(p, p);
  for (const Eigen::MatrixXd& block : blocks) sum += block;
  return sum.bottomRightCorner(p - 1, p - 1) / rows.total;
}

/// Cholesky in the order of the columns: one that depends on those before it is dropped.
void drop_aliased(Eigen::MatrixXd left, Rows& rows) {
  std::vector<std::size_t> kept;
  for (Eigen::Index j = 0; j < left.rows(); ++j) {
    if (!(left(j, j) > kAliased)) {
      left.row(j).setZero();
      left.col(j).setZero();
      continue;
    }
    kept.push_back(rows.kept[static_cast<std::size_t>(j)]);
    const Eigen::VectorXd column = left.col(j) / std::sqrt(left(j, j));
    left -= column * column.transpose();
  }
  rows.kept = kept;
}

}  // namespace

void standardise(const Rows& rows, std::size_t begin, Eigen::Ref<Tile> tile) {
  const auto n = static_cast<std::size_t>(tile.rows());
  tile.col(0).setOnes();
  for (std::size_t k = 0; k < rows.kept.size(); ++k) {
    const std::size_t j = rows.kept[k];
    const double* x = rows.columns[j].values.data() + begin;
    const double mean = rows.means[j], inverse = 1 / rows.spreads[j];
    double* out = tile.col(static_cast<Eigen::Index>(k) + 1).data();
    for (std::size_t i = 0; i < n; ++i) out[i] = (x[i] - mean) * inverse;
    if (rows.all_used) continue;
    for (std::size_t i = 0; i < n; ++i) {
      if (!(rows.weight[begin + i] > 0)) out[i] = 0;
    }
  }
}

Rows read_rows(const SurvivalColumns& customers, std::span<const Covariate> covariates,
               const Options& options, const Executor& executor) {
  Rows rows;
  const std::size_t n = customers.rows();
  rows.columns = covariates;
  rows.log_time.assign(n, 1);
  rows.weight.assign(n, 0);
  rows.outcome.assign(n, Outcome::unused);
  if (!customers.entry.empty()) rows.log_entry.assign(n, kNaN);
  std::vector<BlockSums> blocks((n + kBlockRows - 1) / kBlockRows);
  for_each_block(executor, n, [&](std::size_t block, std::size_t begin, std::size_t end) {
    read_block(customers, options, begin, end, rows, blocks[block]);
  });
  add_sums(blocks, rows);
  if (!(rows.total > 0)) return rows;
  for (const Covariate& column : covariates) column_moments(column.values, executor, rows);
  for (std::size_t j = 0; j < covariates.size(); ++j) {
    if (rows.spreads[j] > 0) rows.kept.push_back(j);
  }
  if (!rows.kept.empty()) drop_aliased(correlations(rows, executor), rows);
  return rows;
}

}  // namespace kam::aft
