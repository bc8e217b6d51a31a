// Scalar formulas are inline: this program is compiled and linked without the library.
#include <kam/base/date.hpp>
#if __has_include(<kam/churn/bgnbd.hpp>)
#include <kam/churn/bgnbd.hpp>
#endif

int main() {
  static_assert(kam::to_day({1970, 2, 1}) == 31);
#if __has_include(<kam/churn/bgnbd.hpp>)
  const kam::bgnbd::Parameters cdnow{.r = 0.243, .alpha = 4.414, .a = 0.793, .b = 2.426};
  const double alive = kam::bgnbd::probability_alive(cdnow, 2.0, 30.43, 38.86);
  if (!(alive > 0.0 && alive < 1.0)) return 1;
#endif
  return 0;
}
