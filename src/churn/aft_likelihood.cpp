#include "churn/aft_likelihood.hpp"

#include <algorithm>
#include <cmath>

#include "churn/aft_terms.hpp"
#include "simd/regression_n.hpp"
#include "simd/tile_columns.hpp"

namespace kam::aft {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
struct Point {
  const VectorXd& coefficients;  // location and slopes
  Scale scale;
};

/// The kept columns of a tile, centred and scaled, after one of ones; 0 beyond n and for rows left
/// out. Tells the location of each row on the way.
class TileReader {
 public:
  explicit TileReader(const Rows& rows) : rows_(rows), z_(rows.kept.size() + 1) {}

  void read(std::size_t begin, std::size_t n, const VectorXd& coefficients) {
    location.fill(coefficients[0]);
    std::fill_n(z(0), n, 1.0);
    std::fill_n(z(0) + n, kFitTile - n, 0.0);
    for (std::size_t k = 0; k < rows_.kept.size(); ++k) {
      const std::size_t j = rows_.kept[k];
      const double* x = rows_.columns[j].values.data() + begin;
      if (n < kFitTile) {
        std::copy_n(x, n, end_.data());
        std::fill(end_.begin() + n, end_.end(), 0.0);
        x = end_.data();
      }
      simd::regression_kernels().centre(x, rows_.means[j], 1 / rows_.spreads[j],
                                        coefficients[static_cast<Index>(k) + 1], z(k + 1),
                                        location.data());
      std::fill_n(z(k + 1) + n, kFitTile - n, 0.0);
      for (std::size_t t = 0; t < n && !rows_.all_used; ++t)
        if (!(rows_.weight[begin + t] > 0)) z(k + 1)[t] = 0;
    }
  }
  [[nodiscard]] double* z(std::size_t column) { return z_.column(column); }

  Buffer location;

 private:
  const Rows& rows_;
  simd::TileColumns z_;
  Buffer end_;
};

Eigen::Map<const VectorXd> column(const Buffer& buffer, Index n) {
  return {buffer.data(), n};
}

/// Sums of one block; the Hessian below its diagonal.
struct BlockTerms {
  double value = 0, by_scale = 0, by_scale2 = 0;
  std::vector<double> gradient, mixed, hessian;

  explicit BlockTerms(std::size_t p) : gradient(p, 0), mixed(p, 0), hessian(p * p, 0) {}

  /// `scratch` has a column more than there are.
  void add(TileReader& tile, const TileTerms& terms, simd::TileColumns& scratch) {
    const std::size_t p = gradient.size();
    const simd::RegressionKernels& kernels = simd::regression_kernels();
    value += terms.value;
    by_scale += terms.by_scale.sum();
    by_scale2 += terms.by_scale2;
    const double *slope = terms.by_location.data(), *mix = terms.mixed.data();
    for (std::size_t j = 0; j < p; ++j) {
      mixed[j] += kernels.weigh(tile.z(j), mix, mix, scratch.column(p));
      gradient[j] += kernels.weigh(tile.z(j), slope, terms.by_location2.data(), scratch.column(j));
    }
    simd::gram_n(scratch.column(0), tile.z(0), p, hessian.data());
  }
  void add(const BlockTerms& next) {
    value += next.value;
    by_scale += next.by_scale;
    by_scale2 += next.by_scale2;
    for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] += next.gradient[j];
    for (std::size_t j = 0; j < mixed.size(); ++j) mixed[j] += next.mixed[j];
    for (std::size_t j = 0; j < hessian.size(); ++j) hessian[j] += next.hessian[j];
  }
};

/// (location and slopes, ln scale) of a point.
struct Split {
  VectorXd coefficients;
  double log_scale;
  Split(const VectorXd& point, Index p)
      : coefficients(point.head(p)), log_scale(point.size() > p ? point[p] : 0) {}
  [[nodiscard]] Point point() const { return {coefficients, {log_scale, std::exp(-log_scale)}}; }
};

}  // namespace

double Likelihood::penalty(const VectorXd& point) const {
  const auto p = static_cast<Index>(rows_.kept.size());
  return 0.5 * ridge_ * point.segment(1, p).squaredNorm();
}

numeric::Evaluation Likelihood::operator()(const VectorXd& point) const {
  const auto p = static_cast<Index>(rows_.kept.size()) + 1;
  const Split split(point, p);
  const Point at = split.point();
  const auto columns = static_cast<std::size_t>(p);
  std::vector<BlockTerms> blocks((rows_.size() + kBlockRows - 1) / kBlockRows, BlockTerms(columns));
  for_each_block(executor_, rows_.size(),
                 [&](std::size_t block, std::size_t begin, std::size_t end) {
                   TileReader tile(rows_);
                   simd::TileColumns scratch(columns + 1);
                   for (; begin < end; begin += kFitTile) {
                     const std::size_t n = std::min(kFitTile, end - begin);
                     tile.read(begin, n, at.coefficients);
                     const TileTerms terms =
                         tile_terms(distribution_, rows_, begin, n, tile.location, at.scale);
                     blocks[block].add(tile, terms, scratch);
                   }
                 });
  BlockTerms sum(columns);
  for (const BlockTerms& block : blocks) sum.add(block);

  const Index n = parameters();
  numeric::Evaluation result{sum.value - penalty(point), VectorXd(n), MatrixXd(n, n)};
  result.gradient.head(p) = Eigen::Map<const VectorXd>(sum.gradient.data(), p);
  // Row by row below the diagonal: above it in a matrix of columns.
  const Eigen::Map<const MatrixXd> upper(sum.hessian.data(), p, p);
  result.hessian.topLeftCorner(p, p) = upper.selfadjointView<Eigen::Upper>();
  if (scale_is_free()) {
    result.gradient[p] = sum.by_scale;
    const Eigen::Map<const VectorXd> mixed(sum.mixed.data(), p);
    result.hessian.col(p).head(p) = mixed;
    result.hessian.row(p).head(p) = mixed.transpose();
    result.hessian(p, p) = sum.by_scale2;
  }
  result.gradient.segment(1, p - 1) -= ridge_ * point.segment(1, p - 1);
  result.hessian.diagonal().segment(1, p - 1).array() -= ridge_;
  return result;
}

MatrixXd Likelihood::score_products(const VectorXd& point,
                                    std::span<const std::uint32_t> cluster) const {
  const auto p = static_cast<Index>(rows_.kept.size()) + 1;
  const Split split(point, p);
  const Point at = split.point();
  const Index n = parameters();
  std::uint32_t groups = 0;
  for (const std::uint32_t c : cluster) groups = std::max(groups, c + 1);
  MatrixXd by_cluster = MatrixXd::Zero(n, groups);
  MatrixXd products = MatrixXd::Zero(n, n);
  Tile tile;
  for (std::size_t begin = 0; begin < rows_.size(); begin += kFitTile) {
    tile.resize(static_cast<Index>(std::min(kFitTile, rows_.size() - begin)), p);
    standardise(rows_, begin, tile);
    Buffer location;
    Eigen::Map<VectorXd>(location.data(), tile.rows()) = tile * at.coefficients;
    const TileTerms terms = tile_terms(distribution_, rows_, begin,
                                       static_cast<std::size_t>(tile.rows()), location, at.scale);
    MatrixXd scores(n, tile.rows());
    scores.topRows(p) = (column(terms.by_location, tile.rows()).asDiagonal() * tile).transpose();
    if (scale_is_free()) scores.row(p) = column(terms.by_scale, tile.rows()).transpose();
    if (cluster.empty()) {
      products.noalias() += scores * scores.transpose();
      continue;
    }
    for (Index i = 0; i < tile.rows(); ++i) {
      by_cluster.col(cluster[begin + static_cast<std::size_t>(i)]) += scores.col(i);
    }
  }
  if (!cluster.empty()) products.noalias() += by_cluster * by_cluster.transpose();
  return products;
}

}  // namespace kam::aft
