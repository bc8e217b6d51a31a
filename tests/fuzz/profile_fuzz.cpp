// Any bytes as a profile (TOML or JSON): a valid profile or a Status with a message.
#include <cstdlib>
#include <string_view>

#include <kam/scoring/profile.hpp>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto profile = kam::scoring::parse_profile(text, "fuzz.toml");
  if (!profile && profile.error().message().empty()) std::abort();
  if (profile && !kam::scoring::restore_profile(kam::scoring::to_json(*profile))) std::abort();
  (void)kam::scoring::restore_profile(text);
  return 0;
}
