/// Profiles as JSON: TOML is turned into it first, so there is one reader and one writer.
#pragma once

#include <kam/scoring/profile.hpp>

#include "scoring/json_node.hpp"

namespace kam::scoring {

/// Reads and validates; the first error carries its place.
[[nodiscard]] Result<Profile> read_profile(const Json& json, JsonErrors& errors);
[[nodiscard]] Json profile_to_json(const Profile& profile);

}  // namespace kam::scoring
