/// Gamma-Gamma at thousands of random hard points, against 50-digit values.
#include <kam/lifetime/gamma_gamma.hpp>

#include "random_points.hpp"

namespace kam {
namespace {

TEST(GammaGammaReference, RandomHardPoints) {
  const std::vector<std::string> quantities{"log_likelihood", "expected_spend"};
  test::compare_random_points(
      "gamma_gamma", quantities, [](const test::ReferenceTable& t, std::size_t i) {
        const gamma_gamma::Parameters p{t.number(i, "p"), t.number(i, "q"), t.number(i, "gamma")};
        const double x = t.number(i, "x"), m = t.number(i, "m");
        return std::vector{log_likelihood(p, x, m), expected_spend(p, x, m)};
      });
}

}  // namespace
}  // namespace kam
