/// Numbers as text without locale: shortest decimal that reads back to the same double.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace kam::numeric {

inline std::string shortest(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// The whole of `text` as a finite double; false otherwise.
inline bool parse_double(std::string_view text, double& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && value - value == 0.0;
}

}  // namespace kam::numeric
