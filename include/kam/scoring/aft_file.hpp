/// A fitted accelerated-failure-time regression as a file: what it learned, no customer's row.
#pragma once

#include <string>
#include <string_view>

#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/aft.hpp>

namespace kam::scoring {

struct AftRecord {
  aft::Fit fit{};
  double concordance = kNaN;  ///< of the rows of the fit; NaN where unknown
  std::string unit{};         ///< of time, for people; may be empty
  /// JSON object: how columns of a table become covariates (names, levels); may be empty.
  std::string schema{};
};

/// Versioned, checksummed JSON, some 100 + 25 p^2 bytes; doubles read back to the same bits.
/// invalid_format if `schema` is no JSON.
[[nodiscard]] Result<std::string> to_json(const AftRecord& record);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so.
[[nodiscard]] Result<AftRecord> parse_aft(std::string_view json);

}  // namespace kam::scoring
