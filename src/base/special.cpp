#include <kam/base/special.hpp>

#include <boost/math/special_functions/erf.hpp>

namespace kam {

double normal_quantile(double p) noexcept {
  if (!(p > 0) || !(p < 1)) return kNaN;
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  constexpr double kSqrt2 = 1.41421356237309505;
  return -kSqrt2 * boost::math::erfc_inv(2 * p, Policy{});
}

}  // namespace kam
