/// Block kernels of the order and spend models: whole formulas over columns, one pass each.
///
/// Compiled once per instruction set, chosen as in math_n.hpp. On one level a row's result depends
/// neither on its place nor on its neighbours; against the standard library (Level::scalar) the
/// tests allow what two ulp of a logarithm cost (tests/simd/order_n_test.cpp).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "simd/math_n.hpp"

namespace kam::simd {

/// Columns of `n` rows: order counts, ages at the last order, ages.
struct OrderRows {
  const double *x, *t_x, *T;
  std::size_t n;
};

/// BG/NBD or MBG/NBD: P(alive) = c e / (c e + a), c = b + (x + shift),
/// e = ((alpha + T)/(alpha + t_x))^-(r + x); shift -1 or 0. With shift -1 it is 1 at x = 0.
struct BetaGeometricTerms {
  double r, alpha, a, b, shift;
};
/// Beyond these a row is left to the formula in logarithms: its e would lose digits.
inline constexpr double kMostRatio = 1e300, kMostExponent = 600;

/// p (gamma + x m) / (p x + q - 1).
struct SpendTerms {
  double p, q, gamma;
};

/// Polynomials of (alpha + T) on panels: powers of two cut into kPanelsPerOctave equal parts,
/// counted from the panel of alpha. Coefficients of y in [-1, 1), lowest first, kPanelTerms each.
inline constexpr std::size_t kPanelsPerOctave = 2, kPanelTerms = 16;
inline constexpr int kPanelShift = 51;  ///< bits of a double below its panel
/// A cell without polynomial.
inline constexpr std::uint32_t kNoPanel = ~std::uint32_t{0};

struct PanelTable {
  double alpha = 0;
  std::uint64_t first_panel = 0;         ///< of alpha: its bits >> kPanelShift
  std::size_t counts = 0;                ///< rows of `cells`: x < counts
  std::size_t panels = 0;                ///< columns
  const std::uint32_t* cells = nullptr;  ///< [counts][panels]: which polynomial
  const double* coefficients = nullptr;
};

/// The cell of a row and its place in the panel.
struct PanelPlace {
  bool known;  ///< within the table
  std::size_t cell;
  double y;
};
/// y in [-1, 1) of a number with these bits, within its panel.
[[nodiscard]] inline double place_in_panel(std::uint64_t bits) {
  constexpr std::uint64_t kBelow = (std::uint64_t{1} << kPanelShift) - 1;
  constexpr std::uint64_t kOne = std::uint64_t{0x3FF} << 52;
  return 2 * std::bit_cast<double>(((bits & kBelow) << (52 - kPanelShift)) | kOne) - 3;
}
[[nodiscard]] inline PanelPlace panel_place(const PanelTable& table, double x, double T) {
  const auto bits = std::bit_cast<std::uint64_t>(table.alpha + T);
  const std::uint64_t panel = (bits >> kPanelShift) - table.first_panel;
  // A NaN, a negative or a huge age lies beyond the last panel.
  const bool known = x >= 0 && x < static_cast<double>(table.counts) && panel < table.panels;
  const std::size_t row = known ? static_cast<std::size_t>(x) : 0;
  return {known, row * table.panels + static_cast<std::size_t>(panel), place_in_panel(bits)};
}

/// Cells of rows, kNoCell for a row outside the table, and their y.
struct PanelPlaces {
  static constexpr std::size_t kRows = 64;
  static constexpr std::uint64_t kNoCell = ~std::uint64_t{0};
  alignas(64) std::uint64_t cell[kRows];
  alignas(64) double y[kRows];
};

/// Sums over rows of one order count x, weights w; v = share of having left, R = ln((alpha+T) /
/// (alpha+t)), D = 1/(alpha+T) - 1/(alpha+t), e = w v (1 - v).
struct FitSums {
  double log_T, at_T, at_T2;  // sum of w ln(alpha+T), w / (alpha+T), w / (alpha+T)^2
  double log_sum;             // w ln(1 + odds)
  double v, vR, vD, vD2;      // w v, w v R, w v D, w v (1/(alpha+t)^2 - 1/(alpha+T)^2)
  double e, eR, eD, eRR, eRD, eDD;
};

struct OrderKernels {
  /// False if a row is unreadable or beyond the range of the kernel; its value is NaN then.
  bool (*alive)(const BetaGeometricTerms&, const OrderRows&, double* out);
  bool (*spend)(const SpendTerms&, const double* x, const double* m, std::size_t n, double* out);
  /// Of at most kRows rows.
  void (*place)(const PanelTable&, const OrderRows&, PanelPlaces&);
  /// out[i] *= the polynomial of row i; false if a row has none, its value stays then.
  bool (*times_panel)(const PanelTable&, const OrderRows&, double* out);
  /// log_odds = ln a/(beta-1), rate = r + x; t null: rows that are alive for certain.
  void (*fit)(double alpha, double log_odds, double rate, const double* t, const double* T,
              const double* w, std::size_t n, FitSums& sums);
};

[[nodiscard]] const OrderKernels& order_kernels() noexcept;
/// At a level of levels(), for tests.
[[nodiscard]] const OrderKernels& order_kernels(Level level) noexcept;

}  // namespace kam::simd
