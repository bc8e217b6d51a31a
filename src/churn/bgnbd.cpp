#include <kam/churn/bgnbd.hpp>

#include "churn/beta_geometric_fit.hpp"

namespace kam::bgnbd {

Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  return kam::detail::fit_as(accounts, {.first_order_counts = false}, options, executor);
}

}  // namespace kam::bgnbd
