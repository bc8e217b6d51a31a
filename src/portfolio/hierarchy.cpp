#include <kam/portfolio/hierarchy.hpp>

#include <string>

#include "portfolio/guard.hpp"

namespace kam::portfolio {
namespace {

/// Climbs from `account` to a known root, leaving a mark; then writes the root down the path.
/// False if the climb meets its own mark.
bool climb(std::span<const Code> parent, Code account, std::vector<Code>& root) {
  constexpr Code kOnPath = kNoAccount - 1;
  Code at = account;
  while (root[at] == kNoAccount) {
    if (parent[at] == kNoAccount) {
      root[at] = at;
      break;
    }
    root[at] = kOnPath;
    at = parent[at];
  }
  if (root[at] == kOnPath) return false;
  for (const Code found = root[at]; root[account] == kOnPath; account = parent[account]) {
    root[account] = found;
  }
  return true;
}

}  // namespace

Result<std::vector<Code>> roots(const AccountColumns& accounts) {
  return guarded<Result<std::vector<Code>>>([&]() -> Result<std::vector<Code>> {
    if (Status s = check_columns(accounts); !s.ok()) return s;
    std::vector<Code> root(accounts.rows, kNoAccount);
    for (Code i = 0; i < root.size(); ++i) {
      if (accounts.parent.empty()) {
        root[i] = i;
      } else if (const Code p = accounts.parent[i]; p != kNoAccount && p >= root.size()) {
        return Status{StatusCode::invalid_argument, "`parent` of account " + std::to_string(i) +
                                                        " is no account: " + std::to_string(p) +
                                                        " of " + std::to_string(root.size())};
      }
    }
    for (Code i = 0; i < root.size(); ++i) {
      if (!climb(accounts.parent, i, root)) {
        return Status{StatusCode::invalid_argument,
                      "`parent` leads from account " + std::to_string(i) + " into a cycle"};
      }
    }
    return root;
  });
}

}  // namespace kam::portfolio
