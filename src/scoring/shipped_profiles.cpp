/// The files of profiles/, carried in the library.
#include <kam/scoring/profile.hpp>

#include "scoring/profile_schema_text.hpp"
#include "scoring/shipped_profile_texts.hpp"

namespace kam::scoring {

std::vector<std::string_view> shipped_profile_names() {
  std::vector<std::string_view> names;
  for (const ShippedProfile& profile : kShippedProfiles) names.push_back(profile.name);
  return names;
}

std::string_view shipped_profile_text(std::string_view name) noexcept {
  for (const ShippedProfile& profile : kShippedProfiles) {
    if (profile.name == name) return profile.text;
  }
  return {};
}

std::string_view profile_schema_text() noexcept {
  return kProfileSchemaText;
}

std::string_view default_profile_text() noexcept {
  return kShippedProfiles[0].text;
}

Result<Profile> default_profile() {
  return parse_profile(default_profile_text(), "default.toml");
}

}  // namespace kam::scoring
