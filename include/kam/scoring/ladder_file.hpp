/// A fitted churn ladder as a file, with the schema of the columns it was fitted on.
#pragma once

#include <string>
#include <string_view>

#include <kam/base/status.hpp>
#include <kam/churn/ladder.hpp>
#include <kam/scoring/churn_model.hpp>

namespace kam::scoring {

struct LadderFile {
  churn::LadderModel model{};
  ChurnSchema schema{};       ///< its terms() are the features of the model
  double horizon_days = 0.0;  ///< within which the outcome was lost or kept [days], > 0
};

/// Versioned, checksummed JSON: some kB, most of it the draws. Doubles read back to the same bits.
[[nodiscard]] std::string to_json(const LadderFile& file);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so.
[[nodiscard]] Result<LadderFile> parse_ladder(std::string_view json);

}  // namespace kam::scoring
