/// Portfolio matrices: two indices of 0..100, fixed cuts, a name for each cell, and how sure the
/// cell is. Layouts from the literature (Fiocca, Yorke & Droussiotis, Krapfel et al.) are data:
/// docs/models/classification.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/value/cuts.hpp>

namespace kam::value {

/// Bands per axis; probabilities of a row need no memory of their own.
inline constexpr std::size_t kMostBands = 16;

struct MatrixSpec {
  std::string id{};
  std::string label_en{};  ///< empty: the id
  std::string label_zh{};
  std::string x{}, y{};              ///< which index runs along each axis
  std::vector<double> x_cuts{50.0};  ///< [points], increasing, inside 0..100
  std::vector<double> y_cuts{50.0};  ///< likewise
  /// Labels, rows from bottom (low y) to top, each from left (low x) to right.
  std::vector<std::vector<std::string>> cells{};
  double hysteresis = 0.0;  ///< points beyond its cuts within which a band is kept, per axis, >= 0
  std::string source{};     ///< who says that these cuts are right
  friend bool operator==(const MatrixSpec&, const MatrixSpec&) = default;
};

/// Valid by construction and immutable. Cells are counted along the rows from the bottom left:
/// cell = row · columns + column.
class PortfolioMatrix {
 public:
  [[nodiscard]] const MatrixSpec& spec() const noexcept { return spec_; }
  [[nodiscard]] std::size_t columns() const noexcept { return spec_.x_cuts.size() + 1; }
  [[nodiscard]] std::size_t rows() const noexcept { return spec_.y_cuts.size() + 1; }
  [[nodiscard]] std::size_t cells() const noexcept { return rows() * columns(); }
  /// Precondition: cell < cells().
  [[nodiscard]] const std::string& label(std::size_t cell) const noexcept {
    return spec_.cells[cell / columns()][cell % columns()];
  }

 private:
  explicit PortfolioMatrix(MatrixSpec spec) : spec_(std::move(spec)) {}
  friend Result<PortfolioMatrix> make_matrix(MatrixSpec spec);

  MatrixSpec spec_;
};

/// invalid_argument names what is wrong: an empty id or axis, both axes the same, a cut not inside
/// 0..100 or not above the one before it, more than kMostBands bands, a negative hysteresis, a
/// table of labels of another shape or with an empty label.
[[nodiscard]] Result<PortfolioMatrix> make_matrix(MatrixSpec spec);

inline constexpr std::int32_t kNoCell = -1;

/// Cell of a point; one on a cut belongs to the upper cell. With `previous`, the cell the account
/// had, either band of it is kept while its index is within the hysteresis of that band. kNoCell if
/// x or y is not a number of points or `previous` is no cell.
[[nodiscard]] std::int32_t cell_of(const PortfolioMatrix& matrix, double x, double y,
                                   std::int32_t previous = kNoCell) noexcept;

/// Probability of every cell, by the cuts alone: hysteresis says where an account is put, not where
/// it may be. The axes are taken as independent; where they share indicators they are not, and the
/// diagonal cells are likelier than told. `out` has cells() entries, which add up to 1; all NaN if
/// an interval is not one on 0..100. size_mismatch; invalid_argument unless z > 0.
[[nodiscard]] Status cell_probabilities(const PortfolioMatrix& matrix, const Interval& x,
                                        const Interval& y, double z, std::span<double> out);

/// One row per account; ends of the intervals come all four or not at all.
struct MatrixColumns {
  std::span<const double> x, y;
  std::span<const double> x_lo{}, x_hi{}, y_lo{}, y_hi{};
  std::span<const std::int32_t> previous{};  ///< or empty
};

struct MatrixResults {
  std::span<std::int32_t> cell;
  std::span<double> stability{};  ///< probability of the cell told [-]; or empty
  std::span<const std::span<double>> probabilities{};  ///< one column per cell; or none
};

/// Many accounts: for each row what cell_of() and cell_probabilities() give alone. A row without
/// cell is kNoCell, NaN and counted. Probabilities without intervals are refused. size_mismatch;
/// invalid_argument unless z > 0 where there are intervals.
[[nodiscard]] BatchReport place(const PortfolioMatrix& matrix, const MatrixColumns& accounts,
                                double z, const MatrixResults& out, const Executor& executor = {});

}  // namespace kam::value
