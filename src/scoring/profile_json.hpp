/// Profiles as JSON: TOML is turned into it first, so there is one reader and one writer.
#pragma once

#include <kam/scoring/profile.hpp>

#include "scoring/json_node.hpp"

namespace kam::scoring {

/// Reads and validates; the first error carries its place.
[[nodiscard]] Result<Profile> read_profile(const Json& json, JsonErrors& errors);
[[nodiscard]] Json profile_to_json(const Profile& profile);

/// Parts of it; errors go to the node's JsonErrors.
[[nodiscard]] value::Indicator read_indicator(const JsonNode& node);
[[nodiscard]] Json indicator_to_json(const value::Indicator& indicator);
[[nodiscard]] std::vector<value::Rule> read_rules(const JsonNode& root);
[[nodiscard]] Json rules_to_json(const std::vector<value::Rule>& rules);

}  // namespace kam::scoring
