#include <kam/churn/bgcnbd.hpp>

#include "churn/phase_fit.hpp"

namespace kam::bgcnbd {

Result<FitResult<Parameters>> fit(const OrderColumns& accounts, int k,
                                  const FitOptions<Parameters>& options, const Executor& executor) {
  return kam::detail::fit_phases(accounts, k, options, executor);
}

Result<cnbd::PhaseFit<Parameters>> fit_k(const OrderColumns& accounts, int most_phases,
                                         const FitOptions<Parameters>& options,
                                         const Executor& executor) {
  return kam::detail::fit_best_phases(accounts, most_phases, options, executor);
}

}  // namespace kam::bgcnbd
