/// The rows of a fit with covariates: sorted, collapsed, standardised, whatever the order model.
#pragma once

#include <string>
#include <vector>

#include <kam/churn/order_covariates.hpp>

namespace kam::detail {

struct CovariateDesign {
  /// Accounts with equal covariates: rows [begin, end).
  struct Pattern {
    std::size_t begin, end;
  };
  std::vector<double> x, t_x, T, weight;  // distinct rows, sorted by covariates, x, T, t_x
  std::vector<Pattern> patterns;
  std::vector<double> values;      // standardised covariates, patterns x columns
  std::vector<double> mean, sd;    // weighted, one per column
  std::vector<std::string> names;  // "order:NAME", …, "dropout:NAME", …
  std::size_t order = 0;           // columns that act on the order rate; the others on the drop-out
  double total_weight = 0, orders = 0;

  [[nodiscard]] std::size_t columns() const { return names.size(); }
};

/// Rows that cannot be read are counted in `report`. The design does not depend on row order.
/// Errors: sizes; a column that is constant or a combination of those before it.
Result<CovariateDesign> make_design(const OrderColumns& accounts,
                                    const CovariateColumns& covariates, BatchReport& report);

/// ok, or size_mismatch naming the covariate.
Status check_sizes(const OrderColumns& accounts, const CovariateColumns& covariates);

/// Why row i cannot be used: its order columns, its weight, or a covariate that is not finite.
RowReason covariate_row_reason(const OrderColumns& accounts, const CovariateColumns& covariates,
                               std::size_t i);

}  // namespace kam::detail
