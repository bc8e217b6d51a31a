#include <kam/churn/mbgnbd.hpp>

#include "churn/beta_geometric_fit.hpp"

namespace kam::mbgnbd {

Result<FitResult<Parameters>> fit(const OrderColumns& accounts,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  return kam::detail::fit_as(accounts, {.first_order_counts = true}, options, executor);
}

}  // namespace kam::mbgnbd
