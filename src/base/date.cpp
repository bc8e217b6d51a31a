#include <kam/base/date.hpp>

namespace kam {
namespace {

/// A cursor over the text; every read either consumes exactly what it names or fails.
struct Reader {
  std::string_view rest;

  bool literal(char expected) {
    if (rest.empty() || rest.front() != expected) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool digits(std::size_t least, std::size_t most, int& value) {
    std::size_t count = 0;
    value = 0;
    while (count < most && count < rest.size() && rest[count] >= '0' && rest[count] <= '9') {
      value = value * 10 + (rest[count++] - '0');
    }
    rest.remove_prefix(count);
    return count >= least;
  }
};

struct Fields {
  int year = 0, month = 0, day = 0;
  [[nodiscard]] Day to_day() const {
    const CivilDate date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
    return is_valid(date) ? kam::to_day(date) : kNoDay;
  }
};

bool read_time_of_day(Reader& in) {
  int hour = 0, minute = 0, second = 0;
  if (!in.digits(2, 2, hour) || !in.literal(':') || !in.digits(2, 2, minute)) return false;
  if (in.literal(':')) {
    if (!in.digits(2, 2, second)) return false;
    int fraction = 0;
    if (in.literal('.') && !in.digits(1, 9, fraction)) return false;
  }
  return hour <= 23 && minute <= 59 && second <= 60;
}

Day parse_iso(std::string_view text) {
  Reader in{text};
  Fields f;
  if (!in.digits(4, 4, f.year) || !in.literal('-') || !in.digits(2, 2, f.month) ||
      !in.literal('-') || !in.digits(2, 2, f.day)) {
    return kNoDay;
  }
  if (!in.rest.empty()) {
    if (!in.literal('T') && !in.literal(' ')) return kNoDay;
    if (!read_time_of_day(in)) return kNoDay;
    in.literal('Z');
  }
  return in.rest.empty() ? f.to_day() : kNoDay;
}

bool read_field(Reader& in, char code, bool fixed_width, Fields& f) {
  const std::size_t least = fixed_width ? 2 : 1;
  int value = 0;
  switch (code) {
    case 'Y':
      return in.digits(4, 4, f.year);
    case 'm':
      return in.digits(least, 2, f.month);
    case 'd':
      return in.digits(least, 2, f.day);
    case 'H':
      return in.digits(least, 2, value) && value <= 23;
    case 'M':
      return in.digits(least, 2, value) && value <= 59;
    case 'S':
      return in.digits(least, 2, value) && value <= 60;
    case '%':
      return in.literal('%');
    default:
      return false;
  }
}

}  // namespace

Day parse_date(std::string_view text, std::string_view format) noexcept {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (format.empty()) return parse_iso(text);
  Reader in{text};
  Fields f;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (!in.literal(format[i])) return kNoDay;
      continue;
    }
    if (++i == format.size()) return kNoDay;
    // "%m%d" without a separator leaves no room for one-digit fields.
    const bool field_follows = i + 1 < format.size() && format[i + 1] == '%';
    const bool field_precedes = i >= 3 && format[i - 3] == '%';
    if (!read_field(in, format[i], field_follows || field_precedes, f)) return kNoDay;
  }
  return in.rest.empty() ? f.to_day() : kNoDay;
}

std::string format_date(Day day) {
  if (day == kNoDay) return "invalid";
  const CivilDate date = to_civil(day);
  std::string text(10, '-');
  const auto put = [&text](std::size_t at, std::size_t width, unsigned value) {
    for (std::size_t i = width; i-- > 0; value /= 10)
      text[at + i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<unsigned>(date.year));
  put(5, 2, date.month);
  put(8, 2, date.day);
  return text;
}

const char* time_unit_name(TimeUnit unit) noexcept {
  return unit == TimeUnit::day ? "day" : unit == TimeUnit::week ? "week" : "month";
}

Result<TimeUnit> parse_time_unit(std::string_view name) {
  if (name == "day") return TimeUnit::day;
  if (name == "week") return TimeUnit::week;
  if (name == "month") return TimeUnit::month;
  return Status{StatusCode::invalid_argument,
                "`unit` must be day, week or month, got '" + std::string(name) + "'"};
}

}  // namespace kam
