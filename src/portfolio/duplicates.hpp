/// Rows that appear twice: a document row is counted once, two equal orders stay two.
#pragma once

#include <span>

#include <kam/portfolio/check.hpp>

#include "portfolio/check_rules.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {

/// Marks repeated document rows of one account (`rows`, by day) and moves the others to the front;
/// returns how many are left. The first in the order of the input stays.
std::size_t drop_duplicates(const TransactionColumns& t, std::span<DatedAmount> rows,
                            std::span<RowVerdict> verdict, RuleCounts& counts);

}  // namespace kam::portfolio
