/// Rows of a Cox regression in the order of their risk set, columns standardised.
#pragma once

#include <string>
#include <vector>

#include <kam/churn/cox.hpp>

namespace kam::cox {

/// Rows that follow each other in the order of the set.
struct RowRun {
  std::size_t begin, end;
};

struct Design {
  RiskSet set;
  std::size_t columns = 0;        ///< kept ones
  std::vector<double> x;          ///< set.rows x columns, row-major: (value - mean) / sd
  std::vector<std::size_t> kept;  ///< their numbers among the covariates
  std::vector<double> mean, sd;   ///< of all covariates, weighted; sd 0: constant
  bool few_times = false;         ///< many rows per moment: see cox_few_times.hpp
  // Then: sums of w x over events, largest |x|; weights by row; see runs_of.
  std::vector<double> event_sums, reach, weights;
  std::vector<RowRun> runs;

  [[nodiscard]] const double* row(std::size_t i) const { return x.data() + i * columns; }
  [[nodiscard]] double standardised(std::size_t i, std::size_t j) const {
    return x[i * columns + j];
  }
};

/// All columns that are not constant are kept. Errors as in fit.
[[nodiscard]] Result<Design> make_design(const Data& data);

/// Sets `few_times` and what goes with it.
void prepare_few_times(Design& design);

/// Keeps only those kept columns for which keep[j] holds.
void keep_columns(const std::vector<bool>& keep, Design& design);

}  // namespace kam::cox
