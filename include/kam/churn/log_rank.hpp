/// Log-rank test: do groups leave at the same rate? Mantel (1966), Cancer Chemother. Rep. 50,
/// 163-170; weights: Harrington & Fleming (1982), Biometrika 69, 553-566.
///
/// At each event time the d events are spread over the groups as if drawn without replacement from
/// the n rows at risk. U_g = sum of w (d_g - d n_g / n), w = S(t-)^rho with the Kaplan-Meier curve
/// of all groups together; Cov(U_g, U_h) = sum of w^2 d (n - d)/(n - 1) n_g/n (1{g = h} - n_h/n).
/// Strata are added up. The statistic U' Cov^-1 U is chi-squared with (groups - 1) degrees of
/// freedom if the groups do not differ. A weight counts a row that often.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/base/risk_set.hpp>

namespace kam::log_rank {

struct Options {
  double rho = 0;  ///< 0: log-rank; 1: Peto-Peto, early events count more; finite, >= 0
};

struct Groups {
  std::span<const std::uint32_t> group;      ///< code of the group of each row
  std::size_t groups = 0;                    ///< codes are below it; >= 2
  std::span<const std::uint32_t> stratum{};  ///< code of the stratum of each row; empty: one
  std::size_t strata = 1;
};

struct Outcome {
  double chi_squared = 0;
  double degrees_of_freedom = 0;  ///< groups that could have had an event - 1
  double p_value = 1;
  std::vector<double> observed;  ///< weighted events per group
  std::vector<double> expected;  ///< of the same if groups do not differ (rho = 0: unweighted by S)
  BatchReport rows{};            ///< rows left out
};

/// Errors: size_mismatch, invalid_argument; insufficient_data without an event or with fewer than
/// two groups ever at risk together. Cost: the sort, then event times x groups^2.
[[nodiscard]] Result<Outcome> test(const SurvivalColumns& columns, const Groups& groups,
                                   const Options& options = {});

}  // namespace kam::log_rank
