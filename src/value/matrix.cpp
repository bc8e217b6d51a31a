#include <kam/value/matrix.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"
#include "numeric/text.hpp"

namespace kam::value {
namespace {

using BandShares = std::array<double, kMostBands>;

Status wrong(const std::string& subject, const std::string& what) {
  return {StatusCode::invalid_argument, "`" + subject + "` " + what};
}

Status check_cuts(const std::string& axis, const std::vector<double>& cuts) {
  if (cuts.size() >= kMostBands) {
    return invalid_argument(axis.c_str(), "fewer than 16 cuts", static_cast<double>(cuts.size()));
  }
  for (std::size_t k = 0; k < cuts.size(); ++k) {
    const std::string name = axis + "[" + std::to_string(k) + "]";
    if (!(cuts[k] > 0.0 && cuts[k] < 100.0)) {
      return invalid_argument(name.c_str(), "above 0 and below 100", cuts[k]);
    }
    if (k > 0 && !(cuts[k] > cuts[k - 1])) {
      const std::string rule = "greater than the cut before it, " + numeric::shortest(cuts[k - 1]);
      return invalid_argument(name.c_str(), rule.c_str(), cuts[k]);
    }
  }
  return {};
}

Status check_labels(const MatrixSpec& spec) {
  const auto count = [](const std::string& name, std::size_t got, std::size_t expected) {
    if (got == expected) return Status{};
    return wrong(
        name, "has " + std::to_string(got) + " entries, the cuts make " + std::to_string(expected));
  };
  if (Status s = count("cells", spec.cells.size(), spec.y_cuts.size() + 1); !s.ok()) return s;
  for (std::size_t r = 0; r < spec.cells.size(); ++r) {
    const std::string row = "cells[" + std::to_string(r) + "]";
    if (Status s = count(row, spec.cells[r].size(), spec.x_cuts.size() + 1); !s.ok()) return s;
    for (std::size_t c = 0; c < spec.cells[r].size(); ++c) {
      const std::string cell = row + "[" + std::to_string(c) + "]";
      if (spec.cells[r][c].empty()) return wrong(cell, "must not be empty");
    }
  }
  return {};
}

Status check(const MatrixSpec& spec) {
  if (spec.id.empty()) return wrong("id", "must not be empty");
  if (spec.x.empty()) return wrong("x", "must not be empty");
  if (spec.y.empty()) return wrong("y", "must not be empty");
  if (spec.x == spec.y) return wrong("y", "is the same index as `x`, `" + spec.x + "`");
  Status s = check_cuts("x_cuts", spec.x_cuts);
  if (s.ok()) s = check_cuts("y_cuts", spec.y_cuts);
  if (s.ok() && !(spec.hysteresis >= 0.0 && std::isfinite(spec.hysteresis))) {
    s = invalid_argument("hysteresis", "finite and >= 0", spec.hysteresis);
  }
  return s.ok() ? check_labels(spec) : s;
}

/// Band on one axis; `previous` is the band it had, or cuts.size() + 1 for none.
std::size_t band_on(std::span<const double> cuts, double hysteresis, double x,
                    std::size_t previous) {
  if (previous <= cuts.size() && band_range(cuts, previous, hysteresis).contains(x)) {
    return previous;
  }
  return band_of(cuts, x);
}

RowReason wrong_point(const PortfolioMatrix& matrix, double x, double y, std::int32_t previous) {
  if (const RowReason r = points_reason(x); r != RowReason::none) return r;
  if (const RowReason r = points_reason(y); r != RowReason::none) return r;
  const bool known = previous >= kNoCell && previous < static_cast<std::int32_t>(matrix.cells());
  return known ? RowReason::none : RowReason::out_of_domain;
}

BandShares band_probabilities(std::span<const double> cuts, const Interval& x, double z) {
  BandShares p{};
  for (std::size_t b = 0; b <= cuts.size(); ++b) {
    const PointRange range = band_range(cuts, b);
    p[b] = probability_between(x, z, range.from, range.to);
  }
  return p;
}

/// Probability of each cell, from those of its two bands.
struct CellProbabilities {
  CellProbabilities(const PortfolioMatrix& matrix, const Interval& x, const Interval& y, double z)
      : columns(matrix.columns()),
        of_x(band_probabilities(matrix.spec().x_cuts, x, z)),
        of_y(band_probabilities(matrix.spec().y_cuts, y, z)) {}
  double operator[](std::size_t cell) const { return of_x[cell % columns] * of_y[cell / columns]; }

  std::size_t columns;
  BandShares of_x, of_y;
};

Status check_ends(const MatrixColumns& in, bool needed, std::size_t rows) {
  const bool some = !(in.x_lo.empty() && in.x_hi.empty() && in.y_lo.empty() && in.y_hi.empty());
  if (!some && !needed) return {};
  Status s = check_size("x_lo", in.x_lo.size(), rows);
  if (s.ok()) s = check_size("x_hi", in.x_hi.size(), rows);
  if (s.ok()) s = check_size("y_lo", in.y_lo.size(), rows);
  if (s.ok()) s = check_size("y_hi", in.y_hi.size(), rows);
  return s;
}

Status check_sizes(const PortfolioMatrix& matrix, const MatrixColumns& in, double z,
                   const MatrixResults& out) {
  const std::size_t rows = in.x.size();
  const bool intervals = !out.probabilities.empty() || !out.stability.empty();
  Status s = check_size("y", in.y.size(), rows);
  if (s.ok()) s = check_size("cell", out.cell.size(), rows);
  if (s.ok()) s = check_ends(in, intervals, rows);
  if (s.ok() && !in.previous.empty()) s = check_size("previous", in.previous.size(), rows);
  if (s.ok() && !out.stability.empty()) s = check_size("stability", out.stability.size(), rows);
  if (s.ok() && !out.probabilities.empty()) {
    s = check_size("probabilities", out.probabilities.size(), matrix.cells());
  }
  for (std::size_t c = 0; c < out.probabilities.size() && s.ok(); ++c) {
    const std::string name = "probabilities[" + std::to_string(c) + "]";
    s = check_size(name.c_str(), out.probabilities[c].size(), rows);
  }
  if (s.ok() && intervals && !(z > 0.0)) s = invalid_argument("z", "above 0", z);
  return s;
}

/// Writes the probabilities of row i, NaN where it has no cell.
void store_probabilities(const PortfolioMatrix& matrix, const MatrixColumns& in, double z,
                         const MatrixResults& out, std::size_t i) {
  if (out.probabilities.empty() && out.stability.empty()) return;
  const std::int32_t cell = out.cell[i];
  const CellProbabilities p(matrix, {in.x[i], in.x_lo[i], in.x_hi[i]},
                            {in.y[i], in.y_lo[i], in.y_hi[i]}, z);
  if (!out.stability.empty()) {
    out.stability[i] = cell == kNoCell ? kNaN : p[static_cast<std::size_t>(cell)];
  }
  for (std::size_t c = 0; c < out.probabilities.size(); ++c) {
    out.probabilities[c][i] = cell == kNoCell ? kNaN : p[c];
  }
}

}  // namespace

Result<PortfolioMatrix> make_matrix(MatrixSpec spec) {
  if (Status s = check(spec); !s.ok()) return s;
  return PortfolioMatrix(std::move(spec));
}

std::int32_t cell_of(const PortfolioMatrix& matrix, double x, double y,
                     std::int32_t previous) noexcept {
  if (wrong_point(matrix, x, y, previous) != RowReason::none) return kNoCell;
  const MatrixSpec& spec = matrix.spec();
  const bool had = previous != kNoCell;
  const auto before = static_cast<std::size_t>(had ? previous : 0);
  const std::size_t column =
      band_on(spec.x_cuts, spec.hysteresis, x, had ? before % matrix.columns() : matrix.columns());
  const std::size_t row =
      band_on(spec.y_cuts, spec.hysteresis, y, had ? before / matrix.columns() : matrix.rows());
  return static_cast<std::int32_t>(row * matrix.columns() + column);
}

Status cell_probabilities(const PortfolioMatrix& matrix, const Interval& x, const Interval& y,
                          double z, std::span<double> out) {
  if (Status s = check_size("out", out.size(), matrix.cells()); !s.ok()) return s;
  if (!(z > 0.0)) return invalid_argument("z", "above 0", z);
  const CellProbabilities p(matrix, x, y, z);
  for (std::size_t c = 0; c < out.size(); ++c) out[c] = p[c];
  return {};
}

BatchReport place(const PortfolioMatrix& matrix, const MatrixColumns& accounts, double z,
                  const MatrixResults& out, const Executor& executor) {
  if (Status s = check_sizes(matrix, accounts, z, out); !s.ok()) return numeric::failed(s);
  const std::size_t rows = accounts.x.size();
  std::vector<BatchReport> blocks((rows + kBlockRows - 1) / kBlockRows);
  const bool done = for_each_block(executor, rows, [&](std::size_t block, auto begin, auto end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double x = accounts.x[i], y = accounts.y[i];
      const std::int32_t previous = accounts.previous.empty() ? kNoCell : accounts.previous[i];
      const RowReason reason = wrong_point(matrix, x, y, previous);
      out.cell[i] = cell_of(matrix, x, y, previous);
      store_probabilities(matrix, accounts, z, out, i);
      reason == RowReason::none ? blocks[block].scored() : blocks[block].rejected(i, reason);
    }
  });
  BatchReport report;
  for (const BatchReport& block : blocks) report.append(block);
  if (!done) report.status = {StatusCode::cancelled, "cancelled by the executor"};
  return report;
}

}  // namespace kam::value
