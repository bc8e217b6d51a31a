#include <kam/base/special.hpp>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace kam {
namespace {

using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

double normal_quantile(double p) noexcept {
  if (!(p > 0) || !(p < 1)) return kNaN;
  constexpr double kSqrt2 = 1.41421356237309505;
  return -kSqrt2 * boost::math::erfc_inv(2 * p, Policy{});
}

double chi_squared_tail(double x, double df) noexcept {
  if (!(x >= 0) || !(df > 0) || df > 1e6) return kNaN;
  if (x > 1e12) return 0;
  return boost::math::gamma_q(df / 2, x / 2, Policy{});
}

}  // namespace kam
