/// The envelope of every model file: format, version, kind, content, checksum.
#pragma once

#include <string>
#include <string_view>

#include "scoring/json_node.hpp"

namespace kam::scoring {

inline constexpr int kFormatVersion = 1;

/// {"format":"kam-model","format_version":1,"kind":kind, …content, "checksum":"sha256:…"}. The
/// checksum is of the canonical text (sorted keys, no blanks) without itself.
[[nodiscard]] std::string seal(const char* kind, Json content);

/// The inverse; `kinds` names what the caller can read. Unknown major versions are refused.
[[nodiscard]] Result<Json> unseal(std::string_view text, std::initializer_list<const char*> kinds);

/// null for NaN: JSON has no other word for a number that is missing.
[[nodiscard]] Json numbers_to_json(const std::vector<double>& values);

}  // namespace kam::scoring
