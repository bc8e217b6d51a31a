/// A sum of doubles without rounding, so that the order of rows cannot show in a result.
#pragma once

namespace kam::portfolio {

/// high + middle + low is the sum, exactly, while its bits span fewer than 159 places: amounts of
/// one account may differ by a factor of 10^27 (beyond, the smallest part is dropped). Plain data,
/// so that a state may be stored; the arithmetic is compiled in the library, out of reach of a
/// host's -ffast-math.  J. R. Shewchuk (1997), Discrete & Computational Geometry 18, 305-363.
struct ExactSum {
  double high = 0.0;
  double middle = 0.0;
  double low = 0.0;
};

}  // namespace kam::portfolio
