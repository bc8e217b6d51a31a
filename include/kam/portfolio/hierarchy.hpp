/// Groups of companies: every account belongs to one root, and totals are taken over roots once.
#pragma once

#include <vector>

#include <kam/base/status.hpp>
#include <kam/portfolio/records.hpp>

namespace kam::portfolio {

/// The root above each account (itself, if it has no parent). O(accounts).
/// Errors: a parent code that is no account; a cycle, naming an account of it.
[[nodiscard]] Result<std::vector<Code>> roots(const AccountColumns& accounts);

}  // namespace kam::portfolio
