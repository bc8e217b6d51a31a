#include "value/rule_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "numeric/text.hpp"

namespace kam::value::detail {
namespace {

constexpr int kMostDigits = 17;  // tells any two doubles apart

/// -1, 0, 1.
int order(double a, double b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

bool tells(const std::string& x, const std::string& cut, int truth) {
  double a = 0.0, b = 0.0;
  return numeric::parse_double(x, a) && numeric::parse_double(cut, b) && order(a, b) == truth;
}

}  // namespace

std::string readable(double x, int digits) {
  const double size = std::fabs(x);
  if (!(size < 1e15) || (size < 1e-6 && size > 0.0)) return numeric::shortest(x);
  const int magnitude = size > 0.0 ? static_cast<int>(std::floor(std::log10(size))) : 0;
  const int decimals = std::clamp(digits - 1 - magnitude, 0, 24);
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::fixed, decimals).ptr;
  std::string text(buffer, end);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string comparison(double x, double cut, bool upward) {
  const int truth = order(x, cut);
  std::string left = readable(x), right = readable(cut);
  for (int digits = 5; digits <= kMostDigits && !tells(left, right, truth); ++digits) {
    left = readable(x, digits);
    right = readable(cut, digits);
  }
  const bool above = upward ? truth >= 0 : truth > 0;
  const char* sign = upward ? (above ? " >= " : " < ") : (above ? " > " : " <= ");
  return left + sign + right;
}

std::string between(double x, double from, double to, Language language) {
  int digits = 4;
  const auto text = [&digits](double v) { return readable(v, digits); };
  while (digits < kMostDigits &&
         !(tells(text(x), text(from), order(x, from)) && tells(text(x), text(to), order(x, to)))) {
    ++digits;
  }
  return text(x) + " >= " + text(from) + either(language, " and < ", " 且 < ") + text(to);
}

}  // namespace kam::value::detail
