/// The parts of fit_rows: scaling, likelihood, search. All of it in standardised coordinates
/// gamma: z_j = sign_j (x_j - mean_j) / sd_j over the columns kept, gamma_0 the constant.
#pragma once

#include <vector>

#include <Eigen/Dense>

#include "churn/binary_rows.hpp"

namespace kam::churn {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Moments of the columns and the standardisation made of them.
struct Scaling {
  std::vector<double> mean, sd;      // k; of x as it is
  std::vector<double> slope, shift;  // z = slope x - shift; slope 0 for a constant column
  std::vector<std::size_t> kept;     // columns with a coefficient, in order
  std::vector<std::string> notes;    // why the others have none
  double weight = 0, events = 0;
  bool clean = true;  // all numbers finite, every outcome 0 or 1
};

/// Selects every `stride`-th block of rows; 1 is all of them.
struct Rows {
  const RowSource& source;
  const Executor& executor;
  std::size_t stride = 1;

  [[nodiscard]] std::size_t blocks() const {
    const std::size_t all = (source.rows() + kBlockRows - 1) / kBlockRows;
    return (all + stride - 1) / stride;
  }
};

/// Means and standard deviations; false if the host asked to stop.
bool measure(const Rows& rows, Scaling& scaling);

/// Fills `kept`. `penalised[j]`: a penalty decides on column j, which may be collinear.
bool find_aliased(const Rows& rows, const std::vector<bool>& penalised, Scaling& scaling);

/// (1/2) sum_j precision_j (gamma_j - centre_j)^2 + (precision_0 / 2) (gamma_0 - c'gamma - m)^2,
/// the last one for a prior on the intercept at 0 of all columns.
struct Penalty {
  VectorXd precision, centre;  // of the kept columns and, at 0, of the intercept
  VectorXd c;                  // gamma_0 - c'gamma is the intercept

  [[nodiscard]] double value(const VectorXd& gamma) const;
  [[nodiscard]] VectorXd gradient(const VectorXd& gamma) const;
  [[nodiscard]] MatrixXd hessian() const;
};

/// Minus the log-likelihood at gamma, its gradient and Hessian; the largest |eta|.
struct Likelihood {
  double value = 0;
  VectorXd gradient;
  MatrixXd hessian;
  double largest_eta = 0;
};

bool evaluate(const Rows& rows, const Scaling& scaling, Link link, const VectorXd& gamma,
              Likelihood& total);

/// Whether d'z >= 0 on all events and <= 0 on all others, within 0.1 % of its largest size.
bool separates(const Rows& rows, const Scaling& scaling, const VectorXd& direction, bool& result);

/// Sum over clusters of the outer products of their scores; `count`, of clusters with weight.
bool score_products(const Rows& rows, const Scaling& scaling, Link link, const VectorXd& gamma,
                    MatrixXd& sum, std::size_t& count);

struct Optimum {
  VectorXd gamma;
  Likelihood at;
  std::vector<char> at_bound;  // of gamma
  StopReason stop_reason = StopReason::iteration_limit;
  int iterations = 0;
  double newton_decrement = 0;
  VectorXd direction;  // set if the fit ran along a direction that separates
};

/// Newton's method with step halving, the step within the bounds exactly. `bounded[j]`: gamma_j
/// must not be negative. Stops with a `direction` as soon as one is found to separate.
Optimum search(const Rows& rows, const Scaling& scaling, const RegressionOptions& options,
               const Penalty& penalty, const std::vector<char>& bounded, const VectorXd& start);

/// Reads tiles of one block and standardises them, for whoever sums over rows.
class BlockReader {
 public:
  BlockReader(const RowSource& source, const Scaling& scaling);

  /// Standardised columns 0 (ones) to kept, contiguous; rows beyond n are 0, with weight 0.
  void read(std::size_t begin, std::size_t n);
  /// The same with eta of the tile; 0 beyond n.
  void read(std::size_t begin, std::size_t n, const VectorXd& gamma, double* eta);
  [[nodiscard]] double* z(std::size_t column) { return z_.column(column); }
  /// eta of the tile.
  void predict(const VectorXd& gamma, double* eta);
  Tile tile;

 private:
  void fill(std::size_t begin, std::size_t n);

  const RowSource& source_;
  const Scaling& scaling_;
  TileColumns z_;
};

/// Per-row value, slope and bend of minus the log-likelihood: w (-ln P), w d/d eta, w d2/d eta2.
/// Overwrites eta with the slopes.
double differentiate(Link link, const Tile& tile, double* eta, double* bend);

/// body(block index among the selected, first row, end row, reader); the order of blocks is free.
template <class Body>
bool for_each_selected(const Rows& rows, std::size_t first, std::size_t count, const Body& body) {
  return for_each_block(rows.executor, count * kBlockRows,
                        [&](std::size_t block, std::size_t, std::size_t) noexcept {
                          const std::size_t begin = (first + block) * rows.stride * kBlockRows;
                          const std::size_t end = begin + kBlockRows;
                          body(block, begin, end < rows.source.rows() ? end : rows.source.rows());
                        });
}

/// Sums make(begin, end) over all selected blocks in block order, a limited number at a time. A
/// host's threads see no exception: what a block could not allocate is thrown here.
template <class Part, class Make, class Add>
bool sum_blocks(const Rows& rows, const Make& make, const Add& add) {
  constexpr std::size_t kGroup = 256;
  for (std::size_t first = 0; first < rows.blocks(); first += kGroup) {
    const std::size_t left = rows.blocks() - first, count = left < kGroup ? left : kGroup;
    std::vector<Part> parts(count);
    std::vector<char> done(count, 0);
    const bool finished = for_each_selected(
        rows, first, count, [&](std::size_t block, std::size_t begin, std::size_t end) {
          try {
            parts[block] = make(begin, end);
            done[block] = 1;
          } catch (const std::bad_alloc&) {  // told by `done`
          }
        });
    if (!finished) return false;
    for (std::size_t block = 0; block < count; ++block) {
      if (done[block] == 0) throw std::bad_alloc();
      add(parts[block]);
    }
  }
  return true;
}

}  // namespace kam::churn
