#include "all.hpp"

const char* version_of_other_unit() {
  return KAM_VERSION;
}
