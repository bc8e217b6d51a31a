#include <kam/churn/pareto_nbd_covariates.hpp>

#include "churn/covariate_fit.hpp"
#include "churn/pareto_nbd_row.hpp"

namespace kam::pareto_nbd {
namespace {

using kam::detail::CovariateDesign;
using kam::detail::RowDerivatives;

constexpr kam::detail::Loadings kLoadings{{0, -1, 0, 0}, {0, 0, 0, -1}};

void add_rows(const std::array<double, 4>& values, const CovariateDesign& d, std::size_t begin,
              std::size_t end, RowDerivatives& total) {
  const auto p = Parameters::from_values(values);
  detail::Sums s;
  double weight = 0;  // of the rows of one x, which lie together
  for (std::size_t i = begin; i < end; ++i) {
    detail::add_row(p, d.x[i], d.t_x[i], d.T[i], d.weight[i], s);
    weight += d.weight[i];
    if (i + 1 < end && d.x[i + 1] == d.x[i]) continue;
    detail::add_gamma_terms(p, d.x[i], weight, s);
    weight = 0;
  }
  total.value += s.value;
  for (int i = 0, k = 0; i < 4; ++i) {
    total.g[i] += s.g[i];
    for (int j = i; j < 4; ++j, ++k) total.h[i][j] += s.h[k];
  }
}

/// The fit without covariates, unless it runs to a limiting model, from which Newton's method could
/// not start: then accounts of the mean rate and a lifetime of a few times their age.
Result<Parameters> start_of(const CovariateDesign& d, const Executor& executor) {
  auto fit = pareto_nbd::fit({d.x, d.t_x, d.T, d.weight}, {}, executor);
  if (!fit) return fit.error();
  if (fit->stop_reason == StopReason::converged) return fit->parameters;
  double time = 0;
  for (std::size_t i = 0; i < d.T.size(); ++i) time += d.weight[i] * d.T[i];
  return Parameters{1, std::fmax(time, 1e-300) / d.orders, 1, 3 * time / d.total_weight};
}

}  // namespace

Result<CovariateFit<Parameters>> fit_covariates(const OrderColumns& accounts,
                                                const CovariateColumns& covariates,
                                                const CovariateFitOptions& options,
                                                const Executor& executor) {
  if (Status s = kam::detail::check_options(options); !s.ok()) return s;
  CovariateFit<Parameters> fit;
  const auto design = kam::detail::make_design(accounts, covariates, fit.rows);
  if (!design) return design.error();
  const auto start = start_of(*design, executor);
  if (!start) return start.error();
  const auto optimum = kam::detail::maximise_with_covariates(
      *design, kLoadings, add_rows, start->values(), Parameters::kNames, options, executor);
  if (!optimum) return optimum.error();
  kam::detail::finish_fit(*design, *optimum, options.effect, fit);
  return fit;
}

}  // namespace kam::pareto_nbd
