/// What needs the whole portfolio: shares, ranks, concentration. A second, pure step after scoring,
/// NA for an account scored alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <kam/base/status.hpp>
#include <kam/concentration/lorenz.hpp>

namespace kam::scoring {

struct PortfolioColumns {
  std::vector<double>
      revenue_share;  ///< of the total [share], 0..1; NaN for a negative or missing value
  std::vector<double>
      rank_revenue;  ///< 1 = largest; equal values share the better rank; NaN if missing
  std::optional<Concentration> concentration{};  ///< empty: see note
  std::string note{};                            ///< why shares are NA, e.g. non_positive_total
};

/// `revenue`: one value per account, NaN where unknown. A total that is not positive has no shares:
/// they are NA with a note, ranks remain. O(n log n).
[[nodiscard]] PortfolioColumns portfolio_columns(std::span<const double> revenue);

}  // namespace kam::scoring
