#include "numeric/bounded_quadratic.hpp"

#include <algorithm>
#include <limits>

namespace kam::numeric {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class ActiveSet {
 public:
  ActiveSet(const MatrixXd& h, const VectorXd& g, const VectorXd& lower)
      : h_(h),
        g_(g),
        lower_(lower),
        d_(VectorXd::Zero(g.size())),
        at_bound_(static_cast<std::size_t>(g.size()), 0),
        refused_(at_bound_) {
    for (Index i = 0; i < g.size(); ++i) bound(i) = lower[i] == 0.0;
  }

  BoundedStep solve() {
    // Every round lowers the quadratic, so none comes twice; the cap is for rounding.
    for (Index round = 0; round < 20 * (g_.size() + 5); ++round) {
      descend();
      const Index worst = most_profitable();
      if (worst < 0) break;
      bound(worst) = 0;
      entered_ = worst;
    }
    return {d_, at_bound_};
  }

 private:
  char& bound(Index i) { return at_bound_[static_cast<std::size_t>(i)]; }
  char& refused(Index i) { return refused_[static_cast<std::size_t>(i)]; }

  /// The minimum with the bounded coordinates held where they are.
  VectorXd equality_minimum() {
    std::vector<Index> free;
    for (Index i = 0; i < g_.size(); ++i) {
      if (!bound(i)) free.push_back(i);
    }
    VectorXd held = d_;
    for (const Index i : free) held[i] = 0.0;
    const VectorXd rhs = -(g_ + h_ * held)(free);
    const VectorXd solved = MatrixXd(h_(free, free)).llt().solve(rhs);
    held(free) = solved;
    return held;
  }

  /// Moves towards the equality minimum, and lets go of what it runs into, until it is feasible.
  void descend() {
    for (;;) {
      const VectorXd target = equality_minimum();
      if (!target.allFinite()) return;  // overflow: stay where it is still finite
      double reach = 1.0;
      Index hit = -1;
      for (Index i = 0; i < g_.size(); ++i) {
        if (bound(i) || target[i] >= lower_[i]) continue;
        const double fraction = (d_[i] - lower_[i]) / (d_[i] - target[i]);
        if (fraction < reach || hit < 0) reach = fraction, hit = i;
      }
      if (hit < 0) {
        d_ = target;
        std::fill(refused_.begin(), refused_.end(), char{0});
        return;
      }
      d_ += reach * (target - d_);
      d_[hit] = lower_[hit];
      bound(hit) = 1;
      // What enters and falls back at once does so by rounding; it must not enter again here.
      if (hit == entered_ && reach == 0.0) refused(hit) = 1;
    }
  }

  /// The bounded coordinate whose release promises most; -1 if none promises more than rounding.
  Index most_profitable() {
    const double ulp = std::numeric_limits<double>::epsilon();
    const VectorXd slope = g_ + h_ * d_;
    const VectorXd size = g_.cwiseAbs() + h_.cwiseAbs() * d_.cwiseAbs();
    Index best = -1;
    double most = 0.0;
    for (Index i = 0; i < g_.size(); ++i) {
      if (!bound(i) || refused(i) || !(slope[i] < -4.0 * ulp * size[i])) continue;
      const double gain = slope[i] * slope[i] / h_(i, i);
      if (gain > most) most = gain, best = i;
    }
    return best;
  }

  const MatrixXd& h_;
  const VectorXd& g_;
  const VectorXd& lower_;
  VectorXd d_;
  std::vector<char> at_bound_, refused_;
  Index entered_ = -1;
};

}  // namespace

BoundedStep minimise_above(const MatrixXd& hessian, const VectorXd& gradient,
                           const VectorXd& lower) {
  return ActiveSet(hessian, gradient, lower).solve();
}

}  // namespace kam::numeric
