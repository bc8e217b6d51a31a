#include <kam/scoring/profile.hpp>

#include <map>
#include <string>

#include "scoring/profile_json.hpp"
#include "scoring/toml.hpp"

namespace kam::scoring {
namespace {

using Lines = std::map<std::string, unsigned>;

Json to_json(const toml::node& node, const std::string& path, Lines& lines);

Json table_to_json(const toml::table& table, const std::string& path, Lines& lines) {
  Json json = Json::object();
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    json[name] = to_json(value, path.empty() ? name : path + "." + name, lines);
  }
  return json;
}

/// Remembers the line of every node under the path that errors will use.
Json to_json(const toml::node& node, const std::string& path, Lines& lines) {
  lines[path] = node.source().begin.line;
  if (const toml::table* table = node.as_table()) return table_to_json(*table, path, lines);
  if (const toml::array* array = node.as_array()) {
    Json json = Json::array();
    for (std::size_t i = 0; i < array->size(); ++i) {
      json.push_back(to_json(*array->get(i), path + "[" + std::to_string(i) + "]", lines));
    }
    return json;
  }
  if (const auto value = node.value_exact<std::string>()) return *value;
  if (const auto value = node.value_exact<bool>()) return *value;
  if (const auto value = node.value_exact<std::int64_t>()) return *value;
  if (const auto value = node.value_exact<double>()) return *value;
  return {};  // dates: no profile key takes one, the reader names the key
}

/// The line of the path, or of its nearest ancestor: a missing key belongs to its table.
unsigned line_of(const Lines& lines, std::string path) {
  for (;;) {
    const auto found = lines.find(path);
    if (found != lines.end()) return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos) return 1;
    path.resize(cut);
  }
}

}  // namespace

Result<Profile> parse_profile(std::string_view toml, std::string_view source) {
  const std::string name(source);
  toml::parse_result parsed = toml::parse(toml, name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Status{StatusCode::invalid_format, name + ":" +
                                                  std::to_string(error.source().begin.line) + ": " +
                                                  std::string(error.description())};
  }
  Lines lines;
  const Json json = table_to_json(parsed.table(), "", lines);
  JsonErrors errors;
  errors.place = [&](const std::string& path) {
    return name + ":" + std::to_string(line_of(lines, path)) + ": " +
           (path.empty() ? "profile" : path);
  };
  return read_profile(json, errors);
}

std::string to_json(const Profile& profile) {
  return profile_to_json(profile).dump();
}

Result<Profile> restore_profile(std::string_view json) {
  const auto parsed = parse_json(json, 1 << 20);
  if (!parsed) return parsed.error();
  JsonErrors errors;
  return read_profile(*parsed, errors);
}

std::string_view band_of(const std::vector<Band>& bands, double value) noexcept {
  for (const Band& band : bands) {
    if (value >= band.from) return band.name;
  }
  return {};
}

}  // namespace kam::scoring
