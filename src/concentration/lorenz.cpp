#include <kam/concentration/lorenz.hpp>

#include <array>
#include <cmath>
#include <new>
#include <string>

#include "concentration/compensated_sum.hpp"
#include "concentration/power_scale.hpp"
#include "numeric/large_array.hpp"
#include "numeric/sort_values.hpp"
#include "numeric/text.hpp"
#include "simd/math_n.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;
using concentration_detail::Scale;
using concentration_detail::WideSum;

double sum_of(const std::vector<double>& values) {
  CompensatedSum sum;
  for (double v : values) sum.add(v);
  return sum.value();
}

/// Σ (n + 1 − 2i) v_[i] over values sorted downwards. Rich and poor are taken in pairs: every term
/// is >= 0, equality is exactly 0, and nothing cancels.
double pairwise_spread(const std::vector<double>& descending) {
  const std::size_t n = descending.size();
  WideSum sum;
  sum.add_all(n / 2, [&](std::size_t i) {
    return static_cast<double>(n - 1 - 2 * i) * (descending[i] - descending[n - 1 - i]);
  });
  return sum.value();
}

/// Finite values, scaled and sorted, the negative ones apart; the rest is counted in the report.
struct Split {
  std::vector<double> kept, negative;
  std::vector<double> scratch;  // of the sort: memory for what comes next
  BatchReport report;
};

Split split(std::span<const double> values, const Scale& scale) {
  Split s;
  numeric::reserve_large(s.kept, values.size() + 1);
  numeric::reserve_large(s.scratch, values.size() + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      s.report.rejected(i, RowReason::not_finite);
    } else if (values[i] < 0.0) {
      s.report.rejected(i, RowReason::out_of_domain);
      s.negative.push_back(scale.down(values[i]));
    } else {
      s.report.scored();
      s.kept.push_back(scale.down(values[i]) + 0.0);  // never −0
    }
  }
  numeric::sort_descending(s.kept, s.scratch);
  std::sort(s.negative.begin(), s.negative.end());
  return s;
}

Status insufficient(std::string message) {
  return {StatusCode::insufficient_data, std::move(message)};
}

/// n + 1 of them, in the memory of `sums`.
std::vector<double> partial_sums(const std::vector<double>& descending, std::vector<double> sums) {
  sums.resize(descending.size() + 1);
  sums[0] = 0.0;
  CompensatedSum sum;
  double last = 0.0;
  for (std::size_t i = 0; i < descending.size(); ++i) {
    sum.add(descending[i]);
    last = std::max(last, sum.value());  // a rounding must not bend the curve
    sums[i + 1] = last;
  }
  return sums;
}

struct ShareSums {
  double excess;  // Σ (q − 1/n)² = hhi − 1/n, which so cannot round below 0
  double theil;   // Σ q ln(n q)
};

/// With x = v/μ = n q, in blocks, since logarithms are cheap by the block.
ShareSums share_sums(const std::vector<double>& values, double total) {
  constexpr std::size_t kBlock = 512;
  const double n = static_cast<double>(values.size()), mean = total / n;
  std::array<double, kBlock> x, log;
  WideSum squares, theil;
  for (std::size_t first = 0; first < values.size(); first += kBlock) {
    const std::size_t rows = std::min(kBlock, values.size() - first);
    for (std::size_t i = 0; i < rows; ++i) {
      x[i] = values[first + i] / mean;
      log[i] = std::max(x[i], std::numeric_limits<double>::min());  // below it x ln x is 0
    }
    simd::log_n(log.data(), rows);
    squares.add_all(rows, [&](std::size_t i) { return (x[i] - 1.0) * (x[i] - 1.0); });
    theil.add_all(rows, [&](std::size_t i) { return x[i] * log[i]; });
  }
  return {squares.value() / n / n, theil.value() / n};
}

/// The indices that are sums over accounts; `sorted` has the sum `total`, in any unit.
void set_indices(Concentration& c, const std::vector<double>& sorted, double total) {
  const double n = static_cast<double>(sorted.size());
  const ShareSums sums = share_sums(sorted, total);
  c.gini = pairwise_spread(sorted) / n / total;
  c.hhi = std::min(1.0, 1.0 / n + sums.excess);
  c.effective_accounts = 1.0 / c.hhi;
  c.theil = std::clamp(sums.theil, 0.0, std::log(n));
  c.entropy_effective_accounts = n * std::exp(-c.theil);
  const bool alone = sorted.size() == 1;
  c.gini_corrected = alone ? kNaN : std::min(1.0, c.gini * (n / (n - 1.0)));
  c.hhi_normalised = alone ? kNaN : std::min(1.0, sums.excess * (n / (n - 1.0)));
}

Status check_share(const char* name, double share) {
  if (share >= 0.0 && share <= 1.0) return {};
  return invalid_argument(name, "between 0 and 1", share);
}

}  // namespace

Result<Concentration> concentration(std::span<const double> values) try {
  const Scale scale(values);
  Split s = split(values, scale);
  if (s.kept.empty() && s.negative.empty()) return insufficient("`values` has no finite value");
  Concentration c;
  c.cumulative_ = partial_sums(s.kept, std::move(s.scratch));
  const double sum = c.cumulative_.back(), negative_sum = sum_of(s.negative);
  if (!(sum + negative_sum > 0.0)) {
    return insufficient("`values`: non_positive_total, " +
                        std::to_string(s.kept.size() + s.negative.size()) + " accounts add up to " +
                        numeric::shortest(scale.up(sum + negative_sum)));
  }
  c.total = scale.up(sum);
  c.negative_total = scale.up(negative_sum);
  c.accounts = s.kept.size();
  c.negative_values = s.negative.size();
  c.report = s.report;
  set_indices(c, s.kept, sum);
  c.sorted_ = std::move(s.kept);
  return c;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

double Concentration::slack() const noexcept {
  return 1.0 - static_cast<double>(accounts) * std::numeric_limits<double>::epsilon();
}

Result<std::size_t> Concentration::accounts_for(double share) const {
  if (Status s = check_share("share", share); !s.ok()) return s;
  const double goal = share * cumulative_.back() * slack();
  const auto reached = std::lower_bound(cumulative_.begin(), cumulative_.end(), goal);
  return static_cast<std::size_t>(reached - cumulative_.begin());
}

Result<AbcClasses> Concentration::abc(double a_share, double b_share) const {
  const auto a = accounts_for(a_share);
  if (!a) return check_share("a_share", a_share);
  const auto b = accounts_for(b_share);
  if (!b) return check_share("b_share", b_share);
  if (b_share < a_share) return invalid_argument("b_share", "at least `a_share`", b_share);
  return AbcClasses{*a, *b - *a, accounts - *b};
}

double Concentration::balance_point() const noexcept {
  const double n = static_cast<double>(accounts), whole = cumulative_.back();
  // C(k/n) + k/n rises with k from 0 to 2; find the account within which it passes 1.
  std::size_t low = 0, high = accounts;
  while (high - low > 1) {
    const std::size_t k = low + (high - low) / 2;
    (cumulative_[k] / whole + static_cast<double>(k) / n < 1.0 ? low : high) = k;
  }
  const double x = static_cast<double>(low);
  const double missing = 1.0 - cumulative_[low] / whole - x / n;
  return (x + missing / (sorted_[low] / whole + 1.0 / n)) / n;
}

std::size_t Concentration::accounts_at_least(double share) const noexcept {
  const double least = share * cumulative_.back() * slack();
  const auto below = std::partition_point(sorted_.begin(), sorted_.end(),
                                          [least](double v) { return v >= least; });
  return static_cast<std::size_t>(below - sorted_.begin());
}

std::vector<LorenzPoint> Concentration::lorenz(std::size_t at_most) const {
  const std::size_t steps = std::min(accounts, std::max<std::size_t>(at_most, 2) - 1);
  std::vector<LorenzPoint> points;
  points.reserve(steps + 1);
  for (std::size_t step = 0; step <= steps; ++step) {
    const std::size_t poorest = steps == accounts ? step : step * accounts / steps;
    const double richer = cumulative_[accounts - poorest] / cumulative_.back();
    points.push_back({static_cast<double>(poorest) / static_cast<double>(accounts), 1.0 - richer});
  }
  return points;
}

Result<double> gini_absolute(std::span<const double> values) try {
  const Scale scale(values);
  std::vector<double> sorted;
  sorted.reserve(values.size());
  for (double v : values) {
    if (std::isfinite(v)) sorted.push_back(scale.down(v) + 0.0);
  }
  if (sorted.empty()) return insufficient("`values` has no finite value");
  numeric::sort_descending(sorted);
  CompensatedSum size;
  for (double v : sorted) size.add(std::fabs(v));
  if (size.value() == 0.0) return insufficient("`values` are all 0");
  return pairwise_spread(sorted) / static_cast<double>(sorted.size()) / size.value();
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

}  // namespace kam
