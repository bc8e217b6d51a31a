#include <kam/churn/bgnbd_covariates.hpp>
#include <kam/churn/order_model.hpp>
#include <kam/churn/pareto_nbd_covariates.hpp>

#include <utility>
#include <vector>

#include "churn/covariate_design.hpp"
#include "churn/discounted.hpp"
#include "numeric/batch.hpp"

namespace kam {
namespace {

Status check_count(const char* name, std::size_t got, std::size_t expected) {
  return got == expected ? Status{} : size_mismatch(name, expected, got);
}

template <class Base>
Status check_model(const CovariateParameters<Base>& model, const CovariateColumns& covariates) {
  const auto values = model.base.values();
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k] > 0 && std::isfinite(values[k])) continue;
    return invalid_argument(Base::kNames[k], "finite and > 0", values[k]);
  }
  for (const auto* coefficients : {&model.order, &model.dropout}) {
    for (const double value : *coefficients) {
      if (!std::isfinite(value)) return invalid_argument("coefficient", "finite", value);
    }
  }
  if (Status s = check_count("order covariates", covariates.order.size(), model.order.size());
      !s.ok()) {
    return s;
  }
  return check_count("dropout covariates", covariates.dropout.size(), model.dropout.size());
}

Status check_horizon(double horizon) {
  if (horizon >= 0 && horizon < HUGE_VAL) return {};
  return invalid_argument("horizon", "finite and >= 0", horizon);
}

std::vector<double> row_of(std::span<const Covariate> columns, std::size_t i) {
  std::vector<double> row;
  row.reserve(columns.size());
  for (const Covariate& c : columns) row.push_back(c.values[i]);
  return row;
}

/// out[i] = formula(parameters of account i, x, t_x, T).
template <class Base, class Formula>
BatchReport batch(const CovariateParameters<Base>& model, const OrderColumns& accounts,
                  const CovariateColumns& covariates, std::span<double> out,
                  const Executor& executor, const Formula& formula) {
  Status s = check_model(model, covariates);
  if (s.ok()) s = detail::check_sizes(accounts, covariates);
  if (s.ok()) s = check_size("out", out.size(), accounts.rows());
  if (!s.ok()) return numeric::failed(std::move(s));
  const OrderColumns rows{accounts.frequency, accounts.recency, accounts.age};
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) { return detail::covariate_row_reason(rows, covariates, i); },
      [&](std::size_t i) {
        const auto z = row_of(covariates.order, i), w = row_of(covariates.dropout, i);
        return formula(individual(model, z, w), rows.frequency[i], rows.recency[i], rows.age[i]);
      });
}

}  // namespace

template <class Base>
BatchReport log_likelihood(const CovariateParameters<Base>& model, const OrderColumns& accounts,
                           const CovariateColumns& covariates, std::span<double> out,
                           const Executor& executor) {
  return batch(
      model, accounts, covariates, out, executor,
      [](const Base& p, double x, double t_x, double T) { return log_likelihood(p, x, t_x, T); });
}

template <class Base>
BatchReport probability_alive(const CovariateParameters<Base>& model, const OrderColumns& accounts,
                              const CovariateColumns& covariates, std::span<double> out,
                              const Executor& executor) {
  return batch(model, accounts, covariates, out, executor,
               [](const Base& p, double x, double t_x, double T) {
                 return probability_alive(p, x, t_x, T);
               });
}

template <class Base>
BatchReport probability_no_order(const CovariateParameters<Base>& model, double horizon,
                                 const OrderColumns& accounts, const CovariateColumns& covariates,
                                 std::span<double> out, const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return numeric::failed(std::move(s));
  return batch(model, accounts, covariates, out, executor,
               [horizon](const Base& p, double x, double t_x, double T) {
                 return probability_no_order(p, horizon, x, t_x, T);
               });
}

template <class Base>
BatchReport expected_orders(const CovariateParameters<Base>& model, double horizon,
                            const OrderColumns& accounts, const CovariateColumns& covariates,
                            std::span<double> out, const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return numeric::failed(std::move(s));
  return batch(model, accounts, covariates, out, executor,
               [horizon](const Base& p, double x, double t_x, double T) {
                 return expected_orders(p, horizon, x, t_x, T);
               });
}

template <class Base>
BatchReport probability_alive_at(const CovariateParameters<Base>& model, double horizon,
                                 const OrderColumns& accounts, const CovariateColumns& covariates,
                                 std::span<double> out, const Executor& executor) {
  if (Status s = check_horizon(horizon); !s.ok()) return numeric::failed(std::move(s));
  return batch(model, accounts, covariates, out, executor,
               [horizon](const Base& p, double x, double t_x, double T) {
                 return probability_alive_at(p, horizon, x, t_x, T);
               });
}

template <class Base>
BatchReport discounted_expected_orders(const CovariateParameters<Base>& model, double horizon,
                                       double delta, const OrderColumns& accounts,
                                       const CovariateColumns& covariates, std::span<double> out,
                                       const Executor& executor) {
  if (Status s = detail::check_discount(horizon, delta); !s.ok())
    return numeric::failed(std::move(s));
  return batch(model, accounts, covariates, out, executor,
               [=](const Base& p, double x, double t_x, double T) {
                 return probability_alive(p, x, t_x, T) *
                        detail::discounted_if_alive(p, horizon, delta, x, T);
               });
}

#define KAM_COVARIATE_VERBS(Model)                                                                \
  template BatchReport log_likelihood(const Model&, const OrderColumns&, const CovariateColumns&, \
                                      std::span<double>, const Executor&);                        \
  template BatchReport probability_alive(const Model&, const OrderColumns&,                       \
                                         const CovariateColumns&, std::span<double>,              \
                                         const Executor&);                                        \
  template BatchReport probability_no_order(const Model&, double, const OrderColumns&,            \
                                            const CovariateColumns&, std::span<double>,           \
                                            const Executor&);                                     \
  template BatchReport expected_orders(const Model&, double, const OrderColumns&,                 \
                                       const CovariateColumns&, std::span<double>,                \
                                       const Executor&);                                          \
  template BatchReport probability_alive_at(const Model&, double, const OrderColumns&,            \
                                            const CovariateColumns&, std::span<double>,           \
                                            const Executor&);                                     \
  template BatchReport discounted_expected_orders(const Model&, double, double,                   \
                                                  const OrderColumns&, const CovariateColumns&,   \
                                                  std::span<double>, const Executor&)

KAM_COVARIATE_VERBS(bgnbd::CovariateParameters);
KAM_COVARIATE_VERBS(mbgnbd::CovariateParameters);
KAM_COVARIATE_VERBS(pareto_nbd::CovariateParameters);

#undef KAM_COVARIATE_VERBS

}  // namespace kam
