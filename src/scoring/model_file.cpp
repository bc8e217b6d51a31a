#include "scoring/model_file.hpp"

#include <cmath>

#include <kam/version.hpp>

#include "numeric/sha256.hpp"

namespace kam::scoring {
namespace {

constexpr std::size_t kMostBytes = 16u << 20;

std::string checksum_of(const Json& json) {
  return "sha256:" + numeric::sha256_hex(json.dump());
}

Status wrong(StatusCode code, std::string message) {
  return {code, "model file: " + std::move(message)};
}

}  // namespace

std::string seal(const char* kind, Json content) {
  content["format"] = "kam-model";
  content["format_version"] = kFormatVersion;
  content["kam_version"] = KAM_VERSION;
  content["kind"] = kind;
  content["checksum"] = checksum_of(content);
  return content.dump();
}

Result<Json> unseal(std::string_view text, std::initializer_list<const char*> kinds) {
  auto parsed = parse_json(text, kMostBytes);
  if (!parsed) return wrong(StatusCode::invalid_format, parsed.error().message());
  Json json = std::move(*parsed);
  JsonErrors errors;
  const JsonNode root(json, "", errors);
  if (root.text("format") != "kam-model")
    return wrong(StatusCode::invalid_format, "not a kam model (no \"format\": \"kam-model\")");
  const double version = root.number("format_version");
  if (version != kFormatVersion) {
    return wrong(StatusCode::version_mismatch,
                 "format_version " +
                     (json.contains("format_version") ? json["format_version"].dump() : "missing") +
                     ", this kam reads " + std::to_string(kFormatVersion));
  }
  const std::string kind = root.text("kind"), checksum = root.text("checksum");
  if (Status s = errors.status(); !s.ok()) return wrong(s.code(), s.message());
  bool known = false;
  std::string expected;
  for (const char* name : kinds) {
    known = known || kind == name;
    expected.append(expected.empty() ? "" : " or ").append(name);
  }
  if (!known)
    return wrong(StatusCode::version_mismatch, "holds: " + kind + ", expected " + expected);
  json.erase("checksum");
  if (checksum_of(json) != checksum)
    return wrong(StatusCode::invalid_format, "checksum differs: the file was damaged or edited");
  return json;
}

Json numbers_to_json(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) {
    if (std::isfinite(value)) {
      json.push_back(value);
    } else {
      json.push_back(nullptr);
    }
  }
  return json;
}

}  // namespace kam::scoring
