#include "scoring/json_node.hpp"

namespace kam::scoring {
namespace {

constexpr int kMostDepth = 16;

/// The deepest nesting of brackets outside strings; cheap, and it runs before any tree is built.
int nesting(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') deepest = ++depth > deepest ? depth : deepest;
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    return Status{StatusCode::invalid_format, "the file has " + std::to_string(text.size()) +
                                                  " bytes, more than the " +
                                                  std::to_string(most_bytes) + " allowed"};
  }
  if (nesting(text) > kMostDepth) {
    return Status{StatusCode::invalid_format, "nested more than 16 deep: not a kam file"};
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    return Status{StatusCode::invalid_format, "not valid JSON (damaged or cut off?)"};
  if (!json.is_object()) return Status{StatusCode::invalid_format, "not a JSON object"};
  return json;
}

}  // namespace kam::scoring
