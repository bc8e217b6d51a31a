#include <kam/churn/nbd.hpp>

#include "churn/order_fit.hpp"

namespace kam::nbd {
namespace {

using Sums = kam::detail::DerivativeSums<2>;  // r, alpha

class Likelihood {
 public:
  Likelihood(kam::detail::DistinctOrders rows, const Executor& executor)
      : rows_(std::move(rows)), executor_(executor) {}

  [[nodiscard]] const kam::detail::DistinctOrders& rows() const { return rows_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  [[nodiscard]] std::vector<Parameters> starts() const {
    const double rate = rows_.orders / std::fmax(rows_.time, 1e-300);
    return {{.3, .3 / rate}, {1, 1 / rate}, {5, 5 / rate}};
  }

  numeric::Evaluation operator()(const Eigen::VectorXd& log_parameters) {
    const auto p = kam::detail::parameters_at<Parameters>(log_parameters);
    Sums total = gamma_terms(p);
    std::vector<Sums> blocks((rows_.x.size() + kBlockRows - 1) / kBlockRows);
    if (!for_each_block(executor_, rows_.x.size(),
                        [&](std::size_t block, std::size_t begin, std::size_t end) {
                          for (std::size_t i = begin; i < end; ++i) add_row(p, i, blocks[block]);
                        })) {
      cancelled_ = true;
      total.value = kNaN;  // half a sum must not pass for a likelihood
    }
    for (const Sums& block : blocks) total.add(block);
    return total.evaluation(log_parameters.array().exp());
  }

 private:
  /// ln Gamma(r+x)/Gamma(r), once per distinct x.
  [[nodiscard]] Sums gamma_terms(const Parameters& p) const {
    Sums s;
    const double psi = digamma(p.r), psi1 = trigamma(p.r);
    for (const auto& count : rows_.counts) {
      s.value += count.weight * log_gamma_ratio(p.r, count.x);
      s.g[0] += count.weight * (digamma(p.r + count.x) - psi);
      s.h[0] += count.weight * (trigamma(p.r + count.x) - psi1);
    }
    return s;
  }

  /// -r ln(1 + T/alpha) - x ln(alpha + T).
  void add_row(const Parameters& p, std::size_t i, Sums& s) const {
    const double w = rows_.weight[i], x = rows_.x[i], T = rows_.T[i], inverse = 1 / (p.alpha + T);
    const double fall = std::log1p(T / p.alpha), gone = T / p.alpha * inverse;
    s.value -= w * (p.r * fall + x * std::log(p.alpha + T));
    s.g[0] -= w * fall;
    s.g[1] += w * (p.r * gone - x * inverse);
    s.h[1] += w * gone;
    s.h[2] += w * (x * inverse * inverse - p.r * gone * (1 / p.alpha + inverse));
  }

  kam::detail::DistinctOrders rows_;
  Executor executor_;
  bool cancelled_ = false;
};

}  // namespace

Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  return kam::detail::fit_order_model<Likelihood>(accounts, /*by_recency=*/false, options,
                                                  executor);
}

}  // namespace kam::nbd
