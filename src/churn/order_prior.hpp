/// The prior in the coordinates of the fit, (ln r, ln alpha, ln a, ln b).
#pragma once

#include <Eigen/Dense>

#include <kam/churn/order_prior.hpp>

#include "churn/beta_geometric_fit.hpp"
#include "numeric/trust_region.hpp"

namespace kam::detail {

/// Adds value, gradient and Hessian of the log prior density.
void add_prior(const OrderPrior& prior, const Eigen::VectorXd& log_parameters,
               numeric::Evaluation& at);

/// Splits the maximised sum into likelihood and prior, and weighs the prior: the trace of
/// (posterior information)^-1 x (prior information), over the number of parameters.
void report_prior(const OrderPrior& prior, const numeric::TrustRegionResult& optimum,
                  FitResult<BetaGeometricParameters>& fit);

}  // namespace kam::detail
