#include "churn/logit_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <kam/base/special.hpp>
#include <kam/churn/calibration.hpp>

#include "numeric/trust_region.hpp"
#include "simd/math_n.hpp"

namespace kam::churn_detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kTile = 512;

struct Scaling {
  double mean = 0.0, scale = 1.0;
};

/// Weighted mean and standard deviation of a column, which is replaced by (x − mean)/sd.
Scaling standardise(std::vector<double>& x, const LogitProblem& p, double weight) {
  Scaling s;
  if (p.intercept) {
    for (std::size_t i = 0; i < x.size(); ++i) s.mean += (p.events[i] + p.others[i]) * x[i];
    s.mean /= weight;
  }
  double squares = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] -= s.mean;
    squares += (p.events[i] + p.others[i]) * x[i] * x[i];
  }
  const double sd = std::sqrt(squares / weight);
  if (sd > 0.0) s.scale = sd;
  for (double& v : x) v /= s.scale;
  return s;
}

/// Value, gradient and Hessian, tile by tile; theta is the columns' slopes, then the intercept.
class Objective {
 public:
  explicit Objective(const LogitProblem& p)
      : p_(p),
        slopes_(p.columns.size()),
        size_(static_cast<Index>(slopes_ + (p.intercept ? 1 : 0))) {}

  numeric::Evaluation operator()(const VectorXd& theta) const {
    numeric::Evaluation at{0.0, VectorXd::Zero(size_), MatrixXd::Zero(size_, size_)};
    for (std::size_t begin = 0; begin < p_.rows(); begin += kTile) {
      add_tile(begin, std::min(kTile, p_.rows() - begin), theta, at);
    }
    return at;
  }

 private:
  void add_tile(std::size_t begin, std::size_t n, const VectorXd& theta,
                numeric::Evaluation& at) const {
    std::array<double, kTile> eta, tail, soft;
    for (std::size_t i = 0; i < n; ++i) {
      double x = p_.offset.empty() ? 0.0 : p_.offset[begin + i];
      if (p_.intercept) x += theta[size_ - 1];
      for (std::size_t k = 0; k < slopes_; ++k) {
        x += theta[static_cast<Index>(k)] * p_.columns[k][begin + i];
      }
      eta[i] = x;
      tail[i] = std::max(-std::fabs(x), -700.0);
    }
    simd::exp_n(tail.data(), n);
    for (std::size_t i = 0; i < n; ++i) soft[i] = 1.0 + tail[i];
    simd::log_n(soft.data(), n);
    VectorXd row(size_), gradient = VectorXd::Zero(size_);
    MatrixXd hessian = MatrixXd::Zero(size_, size_);
    double value = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double events = p_.events[begin + i], others = p_.others[begin + i];
      const double likely = 1.0 / (1.0 + tail[i]), rare = tail[i] * likely;
      const double q = eta[i] > 0.0 ? likely : rare, not_q = eta[i] > 0.0 ? rare : likely;
      value -= events * std::max(-eta[i], 0.0) + others * std::max(eta[i], 0.0) +
               (events + others) * soft[i];
      for (std::size_t k = 0; k < slopes_; ++k) {
        row[static_cast<Index>(k)] = p_.columns[k][begin + i];
      }
      if (p_.intercept) row[size_ - 1] = 1.0;
      const double slope = events * not_q - others * q, bend = (events + others) * q * not_q;
      for (Index a = 0; a < size_; ++a) {
        gradient[a] += slope * row[a];
        for (Index b = 0; b <= a; ++b) hessian(a, b) -= bend * row[a] * row[b];
      }
    }
    at.value += value;
    at.gradient += gradient;
    at.hessian += hessian;
    at.hessian.triangularView<Eigen::StrictlyUpper>() = at.hessian.transpose();
  }

  const LogitProblem& p_;
  std::size_t slopes_;
  Index size_;
};

MatrixXd inverse_or_nan(const MatrixXd& information) {
  const Eigen::LLT<MatrixXd> factor(information);
  const Index n = information.rows();
  if (factor.info() != Eigen::Success || !(factor.rcond() > 1e-15)) {
    return MatrixXd::Constant(n, n, kNaN);
  }
  return factor.solve(MatrixXd::Identity(n, n));
}

}  // namespace

LogitSolution fit_logit(LogitProblem p) {
  double events = 0.0, others = 0.0;
  for (std::size_t i = 0; i < p.rows(); ++i) {
    events += p.events[i];
    others += p.others[i];
  }
  std::vector<Scaling> scaling;
  for (auto& column : p.columns) scaling.push_back(standardise(column, p, events + others));
  const auto slopes = static_cast<Index>(p.columns.size());
  const Index size = slopes + (p.intercept ? 1 : 0);
  VectorXd start = VectorXd::Zero(size);
  if (p.intercept && p.offset.empty()) start[size - 1] = std::log(events / others);
  // Standardised slopes of 30 tell the outcomes apart completely, whatever the sample.
  const auto found = numeric::maximise(start, Objective(p), {.bound = 30});
  MatrixXd back = MatrixXd::Identity(size, size);
  for (Index k = 0; k < slopes; ++k) {
    const Scaling& s = scaling[static_cast<std::size_t>(k)];
    back(k, k) = 1.0 / s.scale;
    if (p.intercept) back(size - 1, k) = -s.mean / s.scale;
  }
  return {.coefficients = back * found.point,
          .covariance = back * inverse_or_nan(-found.at.hessian) * back.transpose(),
          .log_likelihood = found.at.value,
          .stop_reason = found.stop_reason,
          .iterations = found.iterations};
}

LogitProblem problem_of(const numeric::ScoreLevels& levels) {
  LogitProblem p;
  p.events.reserve(levels.levels.size());
  p.others.reserve(levels.levels.size());
  for (const numeric::Level& level : levels.levels) {
    p.events.push_back(level.events);
    p.others.push_back(level.others);
  }
  return p;
}

std::vector<double> logits_of(const numeric::ScoreLevels& levels) {
  std::vector<double> logits;
  logits.reserve(levels.levels.size());
  for (const numeric::Level& level : levels.levels) {
    logits.push_back(churn::clipped_logit(level.score));
  }
  return logits;
}

}  // namespace kam::churn_detail
