// One program for every way of consuming kam: something inline, something compiled.
#include <cstdio>

#include <kam/base/date.hpp>
#include <kam/version.hpp>

int main() {
  const kam::Day day = kam::parse_date("1998-06-30");
  if (day == kam::kNoDay || kam::format_date(kam::add_months(day, -1)) != "1998-05-30") {
    return 1;
  }
  std::puts(KAM_VERSION);
  return 0;
}
