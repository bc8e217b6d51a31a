#include "all.hpp"

const char* version_of_other_unit();

int main() {
  return version_of_other_unit()[0] == KAM_VERSION[0] ? 0 : 1;
}
