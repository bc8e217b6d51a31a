/// SHA-256 (FIPS 180-4): guards files against damage, not against malice.
#pragma once

#include <string>
#include <string_view>

namespace kam::numeric {

/// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace kam::numeric
