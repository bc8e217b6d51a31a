#include <algorithm>
#include <cmath>

#include "churn/binary_core.hpp"
#include "churn/lanes.hpp"
#include "simd/regression_n.hpp"

namespace kam::churn {
namespace {

/// A spread below this share of the largest value is rounding.
constexpr double kConstant = 1e-14;
/// A column whose variance, given the columns before it, is below this share is a combination of
/// them. The sums of products carry 15 digits.
constexpr double kCollinear = 1e-12;

/// Moments of one column, merged as Chan, Golub & LeVeque (1979) do: no cancellation.
struct Moments {
  double weight = 0, mean = 0, squares = 0, low = HUGE_VAL, high = -HUGE_VAL;

  void merge(const Moments& other) {
    if (!(other.weight > 0)) return;
    const double both = weight + other.weight, apart = other.mean - mean;
    mean += apart * (other.weight / both);
    squares += other.squares + apart * (weight * other.weight / both) * apart;
    weight = both;
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
};

Moments moments_of(const double* x, const double* w, double weight, double factor) {
  if (!(weight > 0)) return {};
  const simd::TileMoments m = simd::regression_kernels().moments(x, w, weight, factor);
  return {weight, m.mean, m.squares, m.low, m.high};
}

struct BlockMoments {
  std::vector<Moments> columns;
  double weight = 0, events = 0;
  bool binary = true;  // every outcome 0 or 1
};

BlockMoments of_block(const RowSource& source, const std::vector<double>& factor, std::size_t begin,
                      std::size_t end) {
  BlockMoments block;
  block.columns.resize(source.covariates());
  Tile tile(source.covariates());
  for (; begin < end; begin += kTile) {
    const std::size_t n = std::min(kTile, end - begin);
    source.fill(begin, n, tile);
    const double* w = tile.weight.data();
    for (std::size_t t = n; t < kTile; ++t) tile.weight[t] = tile.outcome[t] = 0.0;
    const double weight = sum_in_lanes(kTile, [&](std::size_t t) { return w[t]; });
    block.weight += weight;
    for (const double y : tile.outcome) block.binary &= (y == 0.0) | (y == 1.0);
    block.events += sum_in_lanes(kTile, [&](std::size_t t) { return w[t] * tile.outcome[t]; });
    for (std::size_t j = 0; j < source.covariates(); ++j) {
      block.columns[j].merge(moments_of(tile.x[j], w, weight, factor[j]));
    }
  }
  return block;
}

bool sum_moments(const Rows& rows, const std::vector<double>& factor, BlockMoments& total) {
  total = {};
  total.columns.resize(rows.source.covariates());
  return sum_blocks<BlockMoments>(
      rows,
      [&](std::size_t begin, std::size_t end) { return of_block(rows.source, factor, begin, end); },
      [&](const BlockMoments& block) {
        for (std::size_t j = 0; j < total.columns.size(); ++j)
          total.columns[j].merge(block.columns[j]);
        total.weight += block.weight;
        total.events += block.events;
        total.binary &= block.binary;
      });
}

double largest(const Moments& m) {
  return std::max(std::fabs(m.low), std::fabs(m.high));
}

/// A power of two that brings a column near 1 where its squares leave the range of a double.
double rescue(const Moments& m) {
  const bool fine = std::isfinite(m.squares) && (m.squares > 0 || m.low == m.high);
  if (fine || !(m.weight > 0)) return 1.0;
  return std::ldexp(1.0, -std::clamp(std::ilogb(largest(m)), -1000, 1000));
}

std::string quoted(const std::string& name) {
  return "`" + name + "`";
}

/// Square-root-free bookkeeping of a Cholesky factor that grows by one column at a time.
class GrowingFactor {
 public:
  explicit GrowingFactor(const MatrixXd& gram) : gram_(gram) {}

  /// Takes column j unless it depends on those taken: then its coefficients by them.
  bool take(Index j, VectorXd& coefficients) {
    const auto m = static_cast<Index>(taken_.size());
    VectorXd cross(m);
    for (Index i = 0; i < m; ++i) cross[i] = gram_(j, taken_[static_cast<std::size_t>(i)]);
    const auto lower = factor_.topLeftCorner(m, m).triangularView<Eigen::Lower>();
    const VectorXd row = m == 0 ? VectorXd() : VectorXd(lower.solve(cross));
    const double left = gram_(j, j) - row.squaredNorm();
    if (!(left > kCollinear * gram_(j, j))) {
      coefficients = m == 0 ? row : VectorXd(lower.transpose().solve(row));
      return false;
    }
    factor_.conservativeResize(m + 1, m + 1);
    factor_.row(m).setZero();
    factor_.col(m).setZero();
    factor_.row(m).head(m) = row.transpose();
    factor_(m, m) = std::sqrt(left);
    taken_.push_back(j);
    return true;
  }
  [[nodiscard]] const std::vector<Index>& taken() const { return taken_; }

 private:
  const MatrixXd& gram_;
  MatrixXd factor_;
  std::vector<Index> taken_;
};

/// Sums of products of the standardised columns of `scaling.kept`, the constant first.
bool gram_of(const Rows& rows, const Scaling& scaling, MatrixXd& gram) {
  const std::size_t p = scaling.kept.size() + 1;
  std::vector<double> total(p * p, 0.0);
  const auto make = [&](std::size_t begin, std::size_t end) {
    std::vector<double> sum(p * p, 0.0);
    BlockReader reader(rows.source, scaling);
    TileColumns scaled(p);
    for (; begin < end; begin += kTile) {
      reader.read(begin, std::min(kTile, end - begin));
      const double* w = reader.tile.weight.data();
      for (std::size_t j = 0; j < p; ++j)
        simd::regression_kernels().weigh(reader.z(j), w, w, scaled.column(j));
      simd::gram_n(scaled.column(0), reader.z(0), p, sum.data());
    }
    return sum;
  };
  if (!sum_blocks<std::vector<double>>(rows, make, [&](const std::vector<double>& block) {
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += block[i];
      })) {
    return false;
  }
  const auto n = static_cast<Index>(p);
  gram = Eigen::Map<Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(total.data(), n, n);
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return true;
}

std::string combination(const Rows& rows, const std::vector<std::size_t>& columns,
                        const std::vector<Index>& taken, const VectorXd& coefficients) {
  std::string text;
  for (std::size_t i = 1; i < taken.size(); ++i) {  // 0 is the constant
    if (!(std::fabs(coefficients[static_cast<Index>(i)]) > 1e-5)) continue;
    const std::size_t column = columns[static_cast<std::size_t>(taken[i]) - 1];
    text += (text.empty() ? "" : ", ") + quoted(rows.source.name(column));
  }
  return text;
}

}  // namespace

bool measure(const Rows& rows, Scaling& scaling) {
  const std::size_t k = rows.source.covariates();
  std::vector<double> factor(k, 1.0);
  BlockMoments total;
  if (!sum_moments(rows, factor, total)) return false;
  scaling.clean = total.binary;
  for (const Moments& m : total.columns)
    scaling.clean &= std::isfinite(m.mean) && std::isfinite(m.squares);
  for (std::size_t j = 0; j < k; ++j) factor[j] = rescue(total.columns[j]);
  if (std::any_of(factor.begin(), factor.end(), [](double f) { return f != 1.0; }) &&
      !sum_moments(rows, factor, total)) {
    return false;
  }
  scaling.weight = total.weight;
  scaling.events = total.events;
  for (std::size_t j = 0; j < k; ++j) {
    const Moments& m = total.columns[j];
    const double sd = std::sqrt(m.squares / m.weight);
    scaling.mean.push_back(m.mean / factor[j]);
    scaling.sd.push_back(sd / factor[j]);
    const bool varies = m.low < m.high && sd > kConstant * (largest(m) * factor[j]);
    scaling.slope.push_back(varies ? factor[j] / sd : 0.0);
    scaling.shift.push_back(varies ? m.mean / sd : 0.0);
  }
  return true;
}

bool find_aliased(const Rows& rows, const std::vector<bool>& penalised, Scaling& scaling) {
  scaling.kept.clear();
  scaling.notes.clear();
  for (std::size_t j = 0; j < rows.source.covariates(); ++j) {
    if (scaling.slope[j] != 0.0) {
      scaling.kept.push_back(j);
    } else {
      scaling.notes.push_back(quoted(rows.source.name(j)) + " is constant: it has no coefficient");
    }
  }
  MatrixXd gram;
  if (!gram_of(rows, scaling, gram)) return false;
  GrowingFactor factor(gram);
  VectorXd coefficients;
  const std::vector<std::size_t> columns = scaling.kept;
  scaling.kept.clear();
  factor.take(0, coefficients);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (penalised[columns[i]] || factor.take(static_cast<Index>(i) + 1, coefficients)) {
      scaling.kept.push_back(columns[i]);
      continue;
    }
    const std::string others = combination(rows, columns, factor.taken(), coefficients);
    scaling.notes.push_back(quoted(rows.source.name(columns[i])) + " is a combination of " +
                            (others.empty() ? "the constant" : others) + ": it has no coefficient");
  }
  return true;
}

}  // namespace kam::churn
