/// Amounts in one currency, or a reason why not. Mixed currencies are never added.
#pragma once

#include <span>

#include <kam/base/status.hpp>
#include <kam/portfolio/check.hpp>

#include "portfolio/check_rules.hpp"

namespace kam::portfolio {

/// Converts the rows whose verdict is still `used` into `checked.amount` and `checked.cogs` (left
/// empty if every row is in base currency already) and turns down those it cannot convert.
[[nodiscard]] Status to_base_currency(const TransactionColumns& transactions,
                                      const CheckOptions& options, CheckedTransactions& checked,
                                      RuleCounts& counts);

}  // namespace kam::portfolio
