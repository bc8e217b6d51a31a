#include <algorithm>
#include <cmath>

#include "churn/binary_core.hpp"
#include "churn/lanes.hpp"
#include "simd/math_n.hpp"
#include "simd/regression_n.hpp"

namespace kam::churn {
namespace {

/// Beyond this e^eta squared leaves the range of a double; such a step is refused anyway.
constexpr double kLargestEta = 300.0;

/// An event: -ln(1 - exp(-h)), h = e^eta, and its derivatives by eta.
struct EventTerms {
  double value, slope, bend;
};

EventTerms event_terms(double eta, double h) {
  if (h < 1e-5) return {-eta + 0.5 * h, 0.5 * h - 1.0, 0.5 * h};
  const double g = h / std::expm1(h);
  const double bend = h < 1e-3 ? g * (h / 2.0 + h * h / 12.0) : g * (g + h - 1.0);
  return {-log1mexp(h), -g, bend};
}

double differentiate_cloglog(const Tile& tile, double* eta, double* bend) {
  alignas(64) std::array<double, kTile> h, loss;
  for (std::size_t t = 0; t < kTile; ++t) h[t] = std::clamp(eta[t], -700.0, kLargestEta);
  simd::exp_n(h.data(), kTile);
  for (std::size_t t = 0; t < kTile; ++t) {
    const double w = tile.weight[t];
    EventTerms at{h[t], h[t], h[t]};
    if (tile.outcome[t] != 0.0) at = event_terms(eta[t], h[t]);
    loss[t] = w * at.value;
    bend[t] = w * at.bend;
    eta[t] = w * at.slope;
  }
  return sum_in_lanes(kTile, [&](std::size_t t) { return loss[t]; });
}

/// Sums of one block, its Hessian as a triangle.
struct BlockSums {
  double value = 0, largest_eta = 0;
  std::vector<double> gradient, gram;
};

BlockSums of_block(const RowSource& source, const Scaling& scaling, Link link,
                   const VectorXd& gamma, std::size_t begin, std::size_t end) {
  const std::size_t p = scaling.kept.size() + 1;
  BlockSums sums;
  sums.gradient.assign(p, 0.0);
  sums.gram.assign(p * p, 0.0);
  BlockReader reader(source, scaling);
  TileColumns scaled(p);
  const simd::RegressionKernels& kernels = simd::regression_kernels();
  alignas(64) std::array<double, kTile> eta, bend;
  for (; begin < end; begin += kTile) {
    reader.read(begin, std::min(kTile, end - begin), gamma, eta.data());
    for (std::size_t t = 0; t < kTile; ++t)
      sums.largest_eta = std::max(sums.largest_eta, std::fabs(eta[t]));
    sums.value += differentiate(link, reader.tile, eta.data(), bend.data());
    for (std::size_t j = 0; j < p; ++j)
      sums.gradient[j] += kernels.weigh(reader.z(j), eta.data(), bend.data(), scaled.column(j));
    simd::gram_n(scaled.column(0), reader.z(0), p, sums.gram.data());
  }
  return sums;
}

}  // namespace

BlockReader::BlockReader(const RowSource& source, const Scaling& scaling)
    : tile(source.covariates()), source_(source), scaling_(scaling), z_(scaling.kept.size() + 1) {
  std::fill_n(z_.column(0), kTile, 1.0);
}

void BlockReader::fill(std::size_t begin, std::size_t n) {
  source_.fill(begin, n, tile);
  for (std::size_t t = n; t < kTile; ++t) tile.weight[t] = tile.outcome[t] = tile.offset[t] = 0.0;
  std::fill_n(z_.column(0), n, 1.0);
  std::fill_n(z_.column(0) + n, kTile - n, 0.0);
}

void BlockReader::read(std::size_t begin, std::size_t n) {
  alignas(64) std::array<double, kTile> eta;
  read(begin, n, VectorXd::Zero(static_cast<Index>(scaling_.kept.size()) + 1), eta.data());
}

void BlockReader::read(std::size_t begin, std::size_t n, const VectorXd& gamma, double* eta) {
  fill(begin, n);
  for (std::size_t t = 0; t < kTile; ++t) eta[t] = tile.offset[t] + gamma[0];
  const simd::RegressionKernels& kernels = simd::regression_kernels();
  for (std::size_t i = 0; i < scaling_.kept.size(); ++i) {
    const std::size_t j = scaling_.kept[i];
    double* z = z_.column(i + 1);
    kernels.standardise(tile.x[j], scaling_.slope[j], scaling_.shift[j],
                        gamma[static_cast<Index>(i) + 1], z, eta);
    std::fill_n(z + n, kTile - n, 0.0);
  }
  std::fill_n(eta + n, kTile - n, 0.0);
}

void BlockReader::predict(const VectorXd& gamma, double* eta) {
  for (std::size_t t = 0; t < kTile; ++t) eta[t] = tile.offset[t] + gamma[0];
  for (Index j = 1; j < gamma.size(); ++j) {
    const double* z = z_.column(static_cast<std::size_t>(j));
    const double by = gamma[j];
    for (std::size_t t = 0; t < kTile; ++t) eta[t] += by * z[t];
  }
}

double differentiate(Link link, const Tile& tile, double* eta, double* bend) {
  if (link == Link::cloglog) return differentiate_cloglog(tile, eta, bend);
  return simd::regression_kernels().logit(tile.outcome.data(), tile.weight.data(), eta, bend);
}

bool evaluate(const Rows& rows, const Scaling& scaling, Link link, const VectorXd& gamma,
              Likelihood& total) {
  const Index p = gamma.size();
  total = {0.0, VectorXd::Zero(p), MatrixXd::Zero(p, p), 0.0};
  const bool finished = sum_blocks<BlockSums>(
      rows,
      [&](std::size_t begin, std::size_t end) {
        return of_block(rows.source, scaling, link, gamma, begin, end);
      },
      [&](const BlockSums& block) {
        total.value += block.value;
        total.largest_eta = std::max(total.largest_eta, block.largest_eta);
        total.gradient += Eigen::Map<const VectorXd>(block.gradient.data(), p);
        total.hessian += Eigen::Map<const MatrixXd>(block.gram.data(), p, p);
      });
  // The sums are row-major below the diagonal, hence above it in the column-major matrix.
  total.hessian.triangularView<Eigen::StrictlyLower>() = total.hessian.transpose();
  return finished;
}

double Penalty::value(const VectorXd& gamma) const {
  double sum = 0;
  for (Index j = 1; j < gamma.size(); ++j) {
    const double apart = gamma[j] - centre[j];
    sum += precision[j] * apart * apart;
  }
  const double intercept = gamma[0] - c.dot(gamma) - centre[0];
  return 0.5 * (sum + precision[0] * intercept * intercept);
}

VectorXd Penalty::gradient(const VectorXd& gamma) const {
  VectorXd slope = precision.cwiseProduct(gamma - centre);
  const double pull = precision[0] * (gamma[0] - c.dot(gamma) - centre[0]);
  slope[0] = 0;
  slope -= pull * c;
  slope[0] += pull;
  return slope;
}

MatrixXd Penalty::hessian() const {
  VectorXd diagonal = precision, direction = -c;
  diagonal[0] = 0;
  direction[0] += 1;
  return MatrixXd(diagonal.asDiagonal()) + precision[0] * direction * direction.transpose();
}

bool separates(const Rows& rows, const Scaling& scaling, const VectorXd& direction, bool& result) {
  struct Range {
    double wrong = 0, right = 0;
  };
  Range total;
  const auto make = [&](std::size_t begin, std::size_t end) {
    Range range;
    BlockReader reader(rows.source, scaling);
    alignas(64) std::array<double, kTile> along;
    for (; begin < end; begin += kTile) {
      const std::size_t n = std::min(kTile, end - begin);
      reader.read(begin, n);
      reader.tile.offset.fill(0.0);
      reader.predict(direction, along.data());
      for (std::size_t t = 0; t < n; ++t) {
        if (!(reader.tile.weight[t] > 0)) continue;
        const double to = reader.tile.outcome[t] != 0.0 ? along[t] : -along[t];
        range.right = std::max(range.right, to);
        range.wrong = std::max(range.wrong, -to);
      }
    }
    return range;
  };
  const bool finished = sum_blocks<Range>(rows, make, [&](const Range& block) {
    total.right = std::max(total.right, block.right);
    total.wrong = std::max(total.wrong, block.wrong);
  });
  result = total.right > 0 && total.wrong <= 1e-3 * total.right;
  return finished;
}

bool score_products(const Rows& rows, const Scaling& scaling, Link link, const VectorXd& gamma,
                    MatrixXd& sum, std::size_t& count) {
  const Index p = gamma.size();
  MatrixXd scores = MatrixXd::Zero(p, static_cast<Index>(rows.source.clusters()));
  std::vector<char> weighty(rows.source.clusters(), 0);
  BlockReader reader(rows.source, scaling);
  alignas(64) std::array<double, kTile> slope, bend;
  // One after the other: a cluster may have rows in many blocks.
  for (std::size_t begin = 0; begin < rows.source.rows(); begin += kTile) {
    const std::size_t n = std::min(kTile, rows.source.rows() - begin);
    reader.read(begin, n);
    reader.predict(gamma, slope.data());
    differentiate(link, reader.tile, slope.data(), bend.data());
    for (std::size_t t = 0; t < n; ++t) {
      if (!(reader.tile.weight[t] > 0)) continue;
      const std::size_t whose = rows.source.cluster(begin + t);
      weighty[whose] = 1;
      auto score = scores.col(static_cast<Index>(whose));
      for (Index j = 0; j < p; ++j) score[j] += slope[t] * reader.z(static_cast<std::size_t>(j))[t];
    }
  }
  sum = scores * scores.transpose();
  count = static_cast<std::size_t>(std::count(weighty.begin(), weighty.end(), char{1}));
  return true;
}

}  // namespace kam::churn
