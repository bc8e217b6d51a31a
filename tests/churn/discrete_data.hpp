/// Published data of the discrete-time models.
#pragma once

#include <array>
#include <vector>

#include <kam/churn/bgbb.hpp>

namespace kam::test {

/// Donations to a public-radio station, 1996-2001: Fader, Hardie & Shang (2010), table 1: 11,104
/// donors of the 1995 cohort by donations, year of the last and count. Published facts; the table
/// as shipped with CamDavidsonPilon/lifetimes (MIT) has the same numbers.
struct Donations {
  std::vector<double> x{0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6};
  std::vector<double> t_x{0, 1, 2, 3, 4, 5, 6, 2, 3, 4, 5, 6, 3, 4, 5, 6, 4, 5, 6, 5, 6, 6};
  std::vector<double> n = std::vector<double>(22, 6);
  std::vector<double> donors{3464, 1091, 277, 129, 78,  119, 129, 613, 255, 155, 173,
                             234,  322,  181, 225, 357, 240, 284, 512, 335, 728, 1203};

  [[nodiscard]] PeriodColumns columns() const { return {x, t_x, n, donors}; }
};

/// The converged optimum (40-digit Newton from the paper's formulas).
inline constexpr bgbb::Parameters kDonors{1.203522352, .7497163582, .6567182084, 2.783442233};

/// Customers of 1,000 still there after 0..12 yearly renewals: Fader & Hardie (2007), table 1.
inline constexpr std::array<double, 13> kRegular{1000, 631, 468, 382, 326, 289, 262,
                                                 241,  223, 207, 194, 183, 173};
inline constexpr std::array<double, 13> kHighEnd{1000, 869, 743, 653, 593, 551, 517,
                                                 491,  468, 445, 427, 409, 394};

}  // namespace kam::test
