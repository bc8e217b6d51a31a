/// What the fits of this room check of their columns, and ids as dense numbers.
#pragma once

#include <cmath>
#include <span>
#include <vector>

#include <kam/base/columns.hpp>
#include <kam/churn/binary_regression.hpp>

#include "churn/fit_arguments.hpp"
#include "numeric/grouping.hpp"

namespace kam::churn {

/// ok, or size_mismatch naming the covariate whose length is not `rows`.
inline Status check_lengths(std::span<const Covariate> covariates, std::size_t rows) {
  for (const Covariate& covariate : covariates) {
    const std::string name(covariate.name);
    if (Status s = check_size(name.c_str(), covariate.values.size(), rows); !s.ok()) return s;
  }
  return {};
}

/// ok, or size_mismatch naming the column.
inline Status check_columns(const BinaryColumns& columns) {
  const std::size_t n = columns.rows();
  if (Status s = check_lengths(columns.covariates, n); !s.ok()) return s;
  const auto optional = [n](const char* name, std::span<const double> column) {
    return column.empty() ? Status{} : check_size(name, column.size(), n);
  };
  if (Status s = optional("weight", columns.weight); !s.ok()) return s;
  if (Status s = optional("offset", columns.offset); !s.ok()) return s;
  return optional("cluster", columns.cluster);
}

/// Why row i cannot be used.
inline RowReason row_reason(const BinaryColumns& columns, std::size_t i) {
  for (const Covariate& covariate : columns.covariates)
    if (!std::isfinite(covariate.values[i])) return RowReason::not_finite;
  if (!std::isfinite(columns.outcome[i])) return RowReason::not_finite;
  if (!columns.offset.empty() && !std::isfinite(columns.offset[i])) return RowReason::not_finite;
  if (!columns.cluster.empty() && !std::isfinite(columns.cluster[i])) return RowReason::not_finite;
  if (const RowReason why = weight_reason(columns.weight, i); why != RowReason::none) return why;
  const double y = columns.outcome[i];
  return y == 0 || y == 1 ? RowReason::none : RowReason::out_of_domain;
}

/// Whether all covariates of rows [begin, end) are finite; one product per number.
inline bool all_finite(std::span<const Covariate> covariates, std::size_t begin, std::size_t end) {
  double zero = 0;
  for (const Covariate& covariate : covariates) {
    std::array<double, 8> lane{};
    std::size_t i = begin;
    for (; i + 8 <= end; i += 8)
      for (std::size_t l = 0; l < 8; ++l) lane[l] += covariate.values[i + l] * 0.0;
    for (; i < end; ++i) zero += covariate.values[i] * 0.0;
    for (const double l : lane) zero += l;
  }
  return zero == 0;
}

/// Numbers as 0, 1, … in order of first appearance.
struct Clusters {
  std::vector<std::uint32_t> code;
  std::size_t count = 0;
};

inline Clusters make_clusters(std::span<const double> ids) {
  Clusters made;
  made.code.resize(ids.size());
  const auto groups = numeric::group_rows<1>(
      {ids}, [](std::size_t) { return true; },
      [&](std::size_t row, std::uint32_t group) { made.code[row] = group; });
  made.count = groups.size();
  return made;
}

}  // namespace kam::churn
