/// Outcomes beside probabilities as Python sees them.
#pragma once

#include <optional>

#include "binding.hpp"

namespace kam::python {

using Optional = std::optional<Doubles>;

inline churn::Predictions predictions(const Doubles& outcome, const Doubles& probability,
                                      const Optional& weight) {
  return {in(outcome), in(probability), in(weight)};
}

inline py::dict rows_dict(const BatchReport& rows, std::size_t unknown) {
  py::dict d;
  d["rows_used"] = rows.rows_scored;
  d["rows_rejected"] = rows.rows_rejected;
  d["first_rejected"] = rows.first_rejected;
  d["first_reason"] = row_reason_name(rows.first_reason);
  d["unknown_outcomes"] = unknown;
  return d;
}

}  // namespace kam::python
