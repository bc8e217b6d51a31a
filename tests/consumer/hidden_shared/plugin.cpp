#include <kam/base/date.hpp>

extern "C" __attribute__((visibility("default"))) int plugin_days(const char* date) {
  return kam::parse_date(date);
}
