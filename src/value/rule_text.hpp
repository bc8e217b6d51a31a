/// Numbers in the sentences that say which rule fired: short, without locale, and never rounded
/// across the threshold they stand beside.
#pragma once

#include <string>

#include <kam/value/explanation.hpp>

namespace kam::value::detail {

/// `digits` significant digits at least, whole numbers in full, no trailing zeros.
std::string readable(double x, int digits = 4);

/// "83.2 >= 80", "79.99 < 80": the shortest texts that compare as the numbers do. `upward`: the
/// condition asks for x >= cut, else for x <= cut; what is written is what holds.
std::string comparison(double x, double cut, bool upward = true);

/// "72.4 >= 60 and < 80" for from <= x < to, with the same care.
std::string between(double x, double from, double to, Language language);

/// en or zh.
inline const char* either(Language language, const char* en, const char* zh) {
  return language == Language::zh ? zh : en;
}

}  // namespace kam::value::detail
