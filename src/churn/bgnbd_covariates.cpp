#include <kam/churn/bgnbd_covariates.hpp>

#include <algorithm>

#include "churn/covariate_fit.hpp"

namespace kam {
namespace {

using detail::BetaGeometricParameters;
using detail::CovariateDesign;

detail::Loadings loadings_of(DropoutEffect effect) {
  if (effect == DropoutEffect::odds) return {{0, -1, 0, 0}, {0, 0, 0.5, -0.5}};
  return {{0, -1, 0, 0}, {0, 0, 1, 1}};
}

/// The fit without covariates; where it runs to a limiting model, a weak prior brings it back to
/// where Newton's method can start.
Result<BetaGeometricParameters> start_of(const CovariateDesign& d, bool first_order_counts,
                                         const Executor& executor) {
  const OrderColumns rows{d.x, d.t_x, d.T, d.weight};
  auto fit = detail::fit_beta_geometric(rows, {first_order_counts}, {}, executor);
  if (!fit) return fit.error();
  if (fit->warning.empty()) return fit->parameters;
  FitOptions<BetaGeometricParameters> with_prior;
  double time = 0;
  for (std::size_t i = 0; i < d.T.size(); ++i) time += d.weight[i] * d.T[i];
  with_prior.prior = OrderPrior{.order_rate = Belief{d.orders / std::max(time, 1e-300), 3},
                                .dropout = Belief{0.2, 2}};
  fit = detail::fit_beta_geometric(rows, {first_order_counts}, with_prior, executor);
  if (!fit) return fit.error();
  return fit->parameters;
}

template <class Base>
Result<CovariateFit<Base>> fit_with(const OrderColumns& accounts,
                                    const CovariateColumns& covariates, bool first_order_counts,
                                    const CovariateFitOptions& options, const Executor& executor) {
  if (Status s = detail::check_options(options); !s.ok()) return s;
  CovariateFit<Base> fit;
  const auto design = detail::make_design(accounts, covariates, fit.rows);
  if (!design) return design.error();
  const auto start = start_of(*design, first_order_counts, executor);
  if (!start) return start.error();
  const detail::AddRows add_rows =
      [first_order_counts](const std::array<double, 4>& p, const CovariateDesign& d,
                           std::size_t begin, std::size_t end, detail::RowDerivatives& sums) {
        detail::BetaGeometricRows rows(BetaGeometricParameters::from_values(p), first_order_counts);
        for (std::size_t i = begin; i < end; ++i)
          rows.add(d.x[i], d.t_x[i], d.T[i], d.weight[i], sums);
      };
  const auto optimum =
      detail::maximise_with_covariates(*design, loadings_of(options.effect), add_rows,
                                       start->values(), Base::kNames, options, executor);
  if (!optimum) return optimum.error();

  detail::finish_fit(*design, *optimum, options.effect, fit);
  return fit;
}

}  // namespace

Result<CovariateFit<bgnbd::Parameters>> bgnbd::fit_covariates(const OrderColumns& accounts,
                                                              const CovariateColumns& covariates,
                                                              const CovariateFitOptions& options,
                                                              const Executor& executor) {
  return fit_with<bgnbd::Parameters>(accounts, covariates, false, options, executor);
}

Result<CovariateFit<mbgnbd::Parameters>> mbgnbd::fit_covariates(const OrderColumns& accounts,
                                                                const CovariateColumns& covariates,
                                                                const CovariateFitOptions& options,
                                                                const Executor& executor) {
  return fit_with<mbgnbd::Parameters>(accounts, covariates, true, options, executor);
}

}  // namespace kam
