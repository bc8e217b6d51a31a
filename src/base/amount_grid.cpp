#include <kam/base/bernoulli_sum.hpp>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>

namespace kam {
namespace {

constexpr double kLargestWhole = 0x1p53;
constexpr double kLargestDecimal = 1e12;  // beyond, any double is near a whole number
constexpr double kSame = 2e-15;  // of an amount: decimals are off by half a bit, and so is a unit

bool is_close(double value, double wanted) {
  return std::fabs(value - wanted) <= kSame * std::fabs(wanted);
}

/// Greatest common divisor of amounts·scale, 0 if one of them is no whole number.
double whole_divisor(std::span<const double> amounts, double scale) {
  std::int64_t divisor = 0;
  for (double v : amounts) {
    const double scaled = v * scale, whole = std::nearbyint(scaled);
    if (!(whole < kLargestWhole)) return 0.0;
    const bool decimal = whole <= kLargestDecimal && is_close(scaled, whole);
    if (scaled != whole && !decimal) return 0.0;
    divisor = std::gcd(divisor, static_cast<std::int64_t>(whole));
  }
  return static_cast<double>(divisor);
}

/// Euclid's algorithm where remainders up to `noise` count as none.
double divisor_of(double a, double b, double noise) {
  while (b > noise) {
    double rest = std::fmod(a, b);
    if (b - rest <= noise) rest = 0.0;
    a = b;
    b = rest;
  }
  return a;
}

/// Cells of the largest amount if some unit divides them all, else 0.
double euclid_cells(std::span<const double> amounts, double largest, double least_unit) {
  double cells = 1.0;
  for (double v : amounts) {
    if (!(v > 0.0)) continue;
    const double unit =
        divisor_of(largest / cells, std::fmod(v, largest / cells), 1e-2 * least_unit);
    if (unit < 0.5 * least_unit) return 0.0;
    cells = std::nearbyint(largest / unit);
  }
  return cells;
}

double decimal_cells(std::span<const double> amounts, double largest) {
  for (double scale = 1.0; scale <= 1e8; scale *= 10.0) {
    const double divisor = whole_divisor(amounts, scale);
    if (divisor > 0.0) return std::nearbyint(largest * scale) / divisor;
  }
  return 0.0;
}

/// Every amount on the grid on which the largest has so many cells; `exact` if all lie on it.
AmountGrid rounded(std::span<const double> amounts, double largest, double cells) {
  AmountGrid grid;
  grid.largest = largest;
  grid.largest_cells = cells;
  grid.exact = true;
  grid.cells.reserve(amounts.size());
  for (double v : amounts) {
    const double k = std::nearbyint(v / largest * cells);
    grid.exact = grid.exact && is_close(v, grid.amount(k));
    grid.cells.push_back(static_cast<std::uint32_t>(k));
    grid.total += grid.cells.back();
  }
  return grid;
}

Status check_cells(const char* name, std::size_t cells) {
  if (cells >= 1 && cells <= (std::size_t{1} << 30)) return {};
  return invalid_argument(name, "between 1 and 2^30", static_cast<double>(cells));
}

}  // namespace

Result<AmountGrid> amount_grid(std::span<const double> amounts, std::size_t most_exact,
                               std::size_t otherwise) try {
  if (Status s = check_cells("most_exact", most_exact); !s.ok()) return s;
  if (Status s = check_cells("otherwise", otherwise); !s.ok()) return s;
  double total = 0.0, largest = 0.0;
  for (double v : amounts) {
    if (!(v >= 0.0 && v <= 1e300)) return invalid_argument("amounts", "finite and >= 0", v);
    total += v;
    largest = std::max(largest, v);
  }
  if (largest == 0.0) return rounded(amounts, 1.0, 1.0);
  const double most = static_cast<double>(most_exact) * (1.0 + 1e-12);
  double cells = decimal_cells(amounts, largest);
  if (cells == 0.0) {
    cells = euclid_cells(amounts, largest, total / static_cast<double>(most_exact));
  }
  if (cells > 0.0 && total / largest * cells <= most) {
    AmountGrid grid = rounded(amounts, largest, cells);
    if (grid.exact) return grid;
  }
  AmountGrid grid = rounded(amounts, largest, static_cast<double>(otherwise) * (largest / total));
  grid.exact = false;
  return grid;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory for the cells of `amounts`"};
}

}  // namespace kam
