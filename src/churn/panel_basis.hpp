/// Chebyshev interpolation on panels of doubles that share their leading bits.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

#include "simd/order_n.hpp"

namespace kam::detail {

/// Chebyshev points of a panel and the way from values at them to powers of y.
class PanelBasis {
 public:
  static constexpr std::size_t kTerms = simd::kPanelTerms;
  using Values = std::array<double, kTerms>;

  static const PanelBasis& get() {
    static const PanelBasis kBasis;
    return kBasis;
  }
  /// Fills `coefficients` from value(point) over panel number `panel` = bits >> kPanelShift.
  template <class Value>
  [[nodiscard]] bool fit_panel(std::uint64_t panel, Value&& value, double* coefficients) const {
    const double low = std::bit_cast<double>(panel << simd::kPanelShift);
    const double high = std::bit_cast<double>((panel + 1) << simd::kPanelShift);
    Values values;
    for (std::size_t k = 0; k < kTerms; ++k) {
      values[k] = value(low + 0.5 * (cosine_[1][k] + 1) * (high - low));
    }
    return fit(values, coefficients);
  }

  /// False if the values are not those of a polynomial to 1e-13: what the terms left out add is
  /// below the last ones kept, which have fallen by a factor of 9.9 each.
  [[nodiscard]] bool fit(const Values& values, double* coefficients) const {
    Values chebyshev{};
    for (std::size_t j = 0; j < kTerms; ++j) {
      for (std::size_t k = 0; k < kTerms; ++k) chebyshev[j] += cosine_[j][k] * values[k];
      chebyshev[j] *= (j == 0 ? 1.0 : 2.0) / static_cast<double>(kTerms);
    }
    const double most = 1e-13 * std::fabs(chebyshev[0]);
    const double last = std::fabs(chebyshev[kTerms - 1]);
    const double before = std::fabs(chebyshev[kTerms - 2]) / 10;
    if (!(last <= most && before <= most)) return false;
    for (std::size_t power = 0; power < kTerms; ++power) {
      coefficients[power] = 0;
      for (std::size_t j = kTerms; j-- > power;) {
        coefficients[power] += power_[j][power] * chebyshev[j];
      }
    }
    return true;
  }

 private:
  PanelBasis() {
    for (std::size_t j = 0; j < kTerms; ++j) {
      for (std::size_t k = 0; k < kTerms; ++k) {
        cosine_[j][k] = std::cos(static_cast<double>(j) * (static_cast<double>(k) + 0.5) *
                                 std::numbers::pi / static_cast<double>(kTerms));
      }
    }
    power_[0][0] = power_[1][1] = 1;
    for (std::size_t j = 2; j < kTerms; ++j) {  // T_j = 2 y T_(j-1) - T_(j-2)
      for (std::size_t power = 0; power < kTerms; ++power) {
        power_[j][power] = (power > 0 ? 2 * power_[j - 1][power - 1] : 0) - power_[j - 2][power];
      }
    }
  }
  std::array<Values, kTerms> cosine_{}, power_{};
};

/// One positive function of u > 0 over 32 octaves around 1; panels made when first asked for.
template <class Value>
class Interpolated {
 public:
  explicit Interpolated(const Value& value) : value_(value) { state_.fill(State::unknown); }
  Interpolated(const Interpolated&) = delete;  // its value may live beside it
  Interpolated& operator=(const Interpolated&) = delete;

  /// value(u), by its panel where the panel is good.
  double operator()(double u) {
    const auto bits = std::bit_cast<std::uint64_t>(u);
    const std::uint64_t panel = (bits >> simd::kPanelShift) - kFirst;
    if (panel >= kPanels) return value_(u);
    const auto at = static_cast<std::size_t>(panel);
    double* c = coefficients_.data() + at * simd::kPanelTerms;
    if (state_[at] == State::unknown) {
      state_[at] =
          PanelBasis::get().fit_panel(panel + kFirst, value_, c) ? State::good : State::bad;
    }
    if (state_[at] == State::bad) return value_(u);
    const double y = simd::place_in_panel(bits);
    double sum = 0;
    for (std::size_t k = simd::kPanelTerms; k-- > 0;) sum = sum * y + c[k];
    return sum;
  }

 private:
  enum class State : std::uint8_t { unknown, good, bad };
  static constexpr std::size_t kPanels = 32 * simd::kPanelsPerOctave;
  static constexpr std::uint64_t kFirst =
      std::bit_cast<std::uint64_t>(0x1p-20) >> simd::kPanelShift;  // to 2^12
  const Value& value_;
  std::array<State, kPanels> state_;
  std::array<double, kPanels * simd::kPanelTerms> coefficients_;
};

}  // namespace kam::detail
