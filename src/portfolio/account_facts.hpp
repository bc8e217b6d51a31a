/// What features and priors need of one account's rows, and nothing of any other account.
#pragma once

#include <span>
#include <vector>

#include <kam/base/special.hpp>
#include <kam/portfolio/features.hpp>

#include "portfolio/rows.hpp"

namespace kam::portfolio {

/// The spans of time that features look at.
struct FeatureWindow {
  Day as_of;
  Day year_start;            ///< 12m is (year_start, as_of]
  std::int32_t open_month;   ///< the first calendar month that is not complete
  std::int32_t first_month;  ///< the first month of the repurchase rate
  int prepayment_months;
};
[[nodiscard]] FeatureWindow feature_window(Day as_of, const FeatureOptions& options);

struct AccountFacts {
  bool has_rows = false;
  double net_revenue_ever = 0.0;  ///< whole history [money]
  double net_revenue = 0.0;       ///< 12m [money]
  double cogs = 0.0;              ///< 12m [money]; NaN if a needed one is missing
  double orders = 0.0;            ///< ever
  double orders_12m = 0.0;
  Day last_order = kNoDay;
  double active_months = 0.0;    ///< of the eligible ones
  double eligible_months = 0.0;  ///< complete months after the first order's, in the window
  double gaps = 0.0;             ///< between consecutive occasions
  double gap_mean = 0.0;         ///< of ln gap [ln days]
  double gap_squares = 0.0;      ///< sum of squared deviations from it
};

/// `rows` by day, none after as_of.
[[nodiscard]] AccountFacts account_facts(std::span<const DatedAmount> rows,
                                         const TransactionColumns& transactions,
                                         const FeatureWindow& window);

/// Calls the above for every account.
[[nodiscard]] std::vector<AccountFacts> all_facts(const Portfolio& portfolio,
                                                  std::span<const RowVerdict> verdicts, Day as_of,
                                                  const FeatureOptions& options);

[[nodiscard]] Status check_feature_call(const Portfolio& portfolio,
                                        std::span<const RowVerdict> verdicts, Day as_of,
                                        const FeatureOptions& options);

}  // namespace kam::portfolio
