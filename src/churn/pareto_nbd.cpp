#include <kam/churn/pareto_nbd.hpp>

#include "churn/pareto_nbd_row.hpp"

namespace kam::pareto_nbd {
namespace {

using detail::Sums;

class Likelihood {
 public:
  Likelihood(kam::detail::DistinctOrders rows, const Executor& executor)
      : rows_(std::move(rows)), executor_(executor) {}

  [[nodiscard]] const kam::detail::DistinctOrders& rows() const { return rows_; }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  /// Accounts leave: those that stay order faster than the average over all time. Mean lifetimes of
  /// about the time observed, or much longer.
  [[nodiscard]] std::vector<Parameters> starts() const {
    const double rate = rows_.orders / std::fmax(rows_.time, 1e-300);
    const double age = rows_.time / rows_.total_weight;
    return {{.5, .5 / (2 * rate), .6, .6 * age},
            {1, 1 / (2 * rate), .3, .3 * age},
            {5, 5 / (2 * rate), 1, age},
            {1, 1 / rate, 1, 10 * age}};
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
  /// Once per distinct x.
  [[nodiscard]] Sums gamma_terms(const Parameters& p) const {
    Sums s;
    for (const auto& count : rows_.counts) detail::add_gamma_terms(p, count.x, count.weight, s);
    return s;
  }

  void add_row(const Parameters& p, std::size_t i, Sums& s) const {
    detail::add_row(p, rows_.x[i], rows_.t_x[i], rows_.T[i], rows_.weight[i], s);
  }

  kam::detail::DistinctOrders rows_;
  Executor executor_;
  bool cancelled_ = false;
};

}  // namespace

Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  return kam::detail::fit_order_model<Likelihood>(accounts, /*by_recency=*/true, options, executor);
}

}  // namespace kam::pareto_nbd
