#include <kam/switching/transition_estimate.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <new>
#include <string>

namespace kam::switching {
namespace {

/// Never throws: what cannot be had is 0 or NaN.
using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
    boost::math::policies::promote_double<false>>;

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Parameters: S, then V_2 … V_k (V_1 = 0). The design of cell (i, j) is (−[i≠j], e_j).
struct MoveModel {
  Matrix counts;

  struct Point {
    double log_likelihood;
    Vector gradient;
    Matrix information;
  };

  [[nodiscard]] static double utility(const Vector& theta, Eigen::Index i, Eigen::Index j) {
    return (j == 0 ? 0.0 : theta(j)) - (i == j ? 0.0 : theta(0));
  }

  /// ln P(j | i) of one row.
  [[nodiscard]] Vector log_probabilities(const Vector& theta, Eigen::Index i) const {
    Vector u(counts.cols());
    for (Eigen::Index j = 0; j < u.size(); ++j) u(j) = utility(theta, i, j);
    const double top = u.maxCoeff();
    u.array() -= top + std::log((u.array() - top).exp().sum());
    return u;
  }

  [[nodiscard]] Point at(const Vector& theta) const {
    const Eigen::Index k = counts.rows();
    Point point{0, Vector::Zero(k), Matrix::Zero(k, k)};
    for (Eigen::Index i = 0; i < k; ++i) {
      const Vector log_p = log_probabilities(theta, i), p = log_p.array().exp();
      const double n = counts.row(i).sum();
      Vector mean = p;  // E[design | row i]: S in place of V_1, which is fixed
      mean(0) = -(1 - p(i));
      point.log_likelihood += counts.row(i).dot(log_p);
      add_row(point, i, n, p, mean);
    }
    return point;
  }

  void add_row(Point& point, Eigen::Index i, double n, const Vector& p, const Vector& mean) const {
    const Eigen::Index k = counts.rows();
    Matrix square = -mean * mean.transpose();
    for (Eigen::Index j = 0; j < k; ++j) {
      const double moved = i == j ? 0.0 : -1.0;
      const double excess = counts(i, j) - n * p(j);
      point.gradient(0) += excess * moved;
      square(0, 0) += p(j) * moved * moved;
      if (j == 0) continue;
      point.gradient(j) += excess;
      square(j, j) += p(j);
      square(0, j) += p(j) * moved;
      square(j, 0) += p(j) * moved;
    }
    point.information += n * square;
  }
};

struct Optimum {
  Vector theta;
  MoveModel::Point point;
};

/// Newton with halving; the likelihood is concave and has a finite maximum once no cell is empty.
Optimum maximise(const MoveModel& model, Vector theta) {
  MoveModel::Point point = model.at(theta);
  for (int iteration = 0; iteration < 100; ++iteration) {
    const Vector step = point.information.ldlt().solve(point.gradient);
    const double decrement = point.gradient.dot(step);
    if (!(decrement > 1e-15 * (1 + std::fabs(point.log_likelihood)))) break;
    double length = 1;
    MoveModel::Point next = model.at(theta + step);
    while (!(next.log_likelihood >= point.log_likelihood) && length > 1e-6) {
      length /= 2;
      next = model.at(theta + length * step);
    }
    if (!(next.log_likelihood >= point.log_likelihood)) break;
    theta += length * step;
    point = std::move(next);
  }
  return {std::move(theta), std::move(point)};
}

/// From the pairwise odds: the closed form for two suppliers, a start for more.
Vector start(const Matrix& n) {
  const Eigen::Index k = n.rows();
  Vector theta = Vector::Zero(k);
  double sum = 0;
  for (Eigen::Index i = 0; i < k; ++i) {
    for (Eigen::Index j = i + 1; j < k; ++j) {
      sum += half_log_odds_ratio(n(i, i), n(i, j), n(j, i), n(j, j));
    }
  }
  theta(0) = 2 * sum / static_cast<double>(k * (k - 1));
  for (Eigen::Index j = 1; j < k; ++j) {
    theta(j) =
        0.5 * (std::log(n(0, j)) - std::log(n(0, 0)) + std::log(n(j, j)) - std::log(n(j, 0)));
  }
  return theta;
}

double deviance_of(const MoveModel& model, const Vector& theta) {
  double sum = 0;
  for (Eigen::Index i = 0; i < model.counts.rows(); ++i) {
    const Vector log_p = model.log_probabilities(theta, i);
    const double n = model.counts.row(i).sum();
    for (Eigen::Index j = 0; j < log_p.size(); ++j) {
      const double count = model.counts(i, j);
      sum += count * (std::log(count / n) - log_p(j));
    }
  }
  return std::max(2 * sum, 0.0);
}

Status check_table(std::span<const double> table, std::size_t k, double level) {
  if (k < 2 || k > 200) {
    return invalid_argument("suppliers", "between 2 and 200", static_cast<double>(k));
  }
  if (table.size() != k * k) return size_mismatch("table", k * k, table.size());
  if (!(level > 0 && level < 1)) return invalid_argument("level", "between 0 and 1", level);
  for (double n : table) {
    if (!(n >= 0 && n < 1e300)) return invalid_argument("table", "finite and >= 0", n);
  }
  for (std::size_t i = 0; i < k; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < k; ++j) sum += table[i * k + j] + table[j * k + i];
    if (sum > 0) continue;
    return {StatusCode::insufficient_data,
            "supplier " + std::to_string(i) + " of `table` has no customer before and after"};
  }
  return {};
}

}  // namespace

Result<TransitionEstimate> transition_switching_cost(std::span<const double> table, std::size_t k,
                                                     double level) try {
  if (Status s = check_table(table, k, level); !s.ok()) return s;
  const auto size = static_cast<Eigen::Index>(k);
  MoveModel model{Eigen::Map<const Matrix>(table.data(), size, size)};
  const double customers = model.counts.sum();
  const bool empty_cell = model.counts.minCoeff() == 0;
  if (empty_cell) model.counts.array() += 0.5;
  const Matrix& n = model.counts;
  const Optimum best = k == 2 ? Optimum{start(n), {}} : maximise(model, start(n));
  double error = half_log_odds_error(n(0, 0), n(0, 1), n(1, 0), n(1, 1));
  if (k > 2) {
    const Vector first = Vector::Unit(size, 0);
    error = std::sqrt(best.point.information.ldlt().solve(first)(0));
  }
  const double cost = best.theta(0), half = *interval_z(level) * error;
  const double deviance = k == 2 ? 0 : deviance_of(model, best.theta);
  const std::size_t freedom = k * (k - 2);
  const double p =
      k == 2 ? kNaN
             : boost::math::gamma_q(0.5 * static_cast<double>(freedom), 0.5 * deviance, Quiet{});
  std::vector<double> value(k, 0.0);
  for (std::size_t j = 1; j < k; ++j) value[j] = best.theta(static_cast<Eigen::Index>(j));
  return TransitionEstimate{cost,
                            error,
                            {cost, cost - half, cost + half},
                            std::move(value),
                            k,
                            customers,
                            empty_cell,
                            deviance,
                            freedom,
                            p};
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the table"};
}

}  // namespace kam::switching
