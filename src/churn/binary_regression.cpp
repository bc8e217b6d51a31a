#include <kam/churn/binary_regression.hpp>

#include <algorithm>
#include <cstring>
#include <new>

#include "churn/binary_columns.hpp"
#include "churn/binary_rows.hpp"
#include "churn/fit_arguments.hpp"

namespace kam::churn {
namespace {

/// Rows of columns as they are given; unusable ones count as rows of zeros with weight 0.
class ColumnSource final : public RowSource {
 public:
  ColumnSource(const BinaryColumns& columns, std::vector<char> unusable, Clusters clusters)
      : columns_(columns), unusable_(std::move(unusable)), clusters_(std::move(clusters)) {}

  [[nodiscard]] std::size_t rows() const override { return columns_.rows(); }
  [[nodiscard]] std::size_t covariates() const override { return columns_.covariates.size(); }
  [[nodiscard]] std::string name(std::size_t j) const override {
    return std::string(columns_.covariates[j].name);
  }
  [[nodiscard]] bool ridged(std::size_t) const override { return true; }
  [[nodiscard]] bool has_offset() const override { return !columns_.offset.empty(); }
  [[nodiscard]] std::size_t cluster(std::size_t row) const override {
    return clusters_.code.empty() ? row : clusters_.code[row];
  }
  [[nodiscard]] std::size_t clusters() const override {
    return clusters_.code.empty() ? rows() : clusters_.count;
  }

  void fill(std::size_t begin, std::size_t n, Tile& tile) const override {
    const bool as_it_is = n == kTile && unusable_.empty();
    for (std::size_t j = 0; j < covariates(); ++j) {
      const std::span<const double> values = columns_.covariates[j].values;
      if (as_it_is) {
        tile.x[j] = values.data() + begin;
      } else {
        copy(values, begin, n, tile.own(j));
        std::fill(tile.own(j) + n, tile.own(j) + kTile, 0.0);
      }
    }
    copy(columns_.outcome, begin, n, tile.outcome.data());
    std::fill_n(tile.weight.begin(), n, 1.0);
    std::fill_n(tile.offset.begin(), n, 0.0);
    if (!columns_.weight.empty()) copy(columns_.weight, begin, n, tile.weight.data());
    if (has_offset()) copy(columns_.offset, begin, n, tile.offset.data());
    for (std::size_t t = 0; t < n && !unusable_.empty(); ++t)
      if (unusable_[begin + t] != 0) blank(tile, t);
  }

 private:
  static void copy(std::span<const double> from, std::size_t begin, std::size_t n, double* to) {
    std::memcpy(to, from.data() + begin, n * sizeof(double));
  }
  void blank(Tile& tile, std::size_t t) const {
    for (std::size_t j = 0; j < covariates(); ++j) tile.own(j)[t] = 0.0;
    tile.outcome[t] = tile.weight[t] = tile.offset[t] = 0.0;
  }

  const BinaryColumns& columns_;
  std::vector<char> unusable_;
  Clusters clusters_;
};

bool plainly_fine(const BinaryColumns& columns, std::size_t begin, std::size_t end) {
  if (!columns.weight.empty() || !columns.offset.empty() || !columns.cluster.empty()) return false;
  bool fine = all_finite(columns.covariates, begin, end);
  for (const double y : columns.outcome.subspan(begin, end - begin)) fine &= (y == 0) | (y == 1);
  return fine;
}

/// Marks the rows that cannot be used; empty if all can.
std::vector<char> judge(const BinaryColumns& columns, BatchReport& report) {
  std::vector<char> unusable;
  for (std::size_t begin = 0; begin < columns.rows(); begin += kBlockRows) {
    const std::size_t end = std::min(begin + kBlockRows, columns.rows());
    if (plainly_fine(columns, begin, end)) {
      report.rows_scored += end - begin;
      continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const RowReason why = row_reason(columns, i);
      if (why == RowReason::none) {
        report.scored();
        continue;
      }
      report.rejected(i, why);
      if (unusable.empty()) unusable.assign(columns.rows(), 0);
      unusable[i] = 1;
    }
  }
  return unusable;
}

}  // namespace

double linear_predictor(std::span<const double> coefficients, std::span<const double> x) noexcept {
  if (coefficients.size() != x.size() + 1) return kNaN;
  double eta = coefficients[0];
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double by = coefficients[j + 1];
    if (by == by) eta += by * x[j];
  }
  return eta;
}

Result<RegressionFit> fit_binary(const BinaryColumns& columns, const RegressionOptions& options,
                                 const Executor& executor) {
  if (Status s = check_columns(columns); !s.ok()) return s;
  if (Status s = check_options(options, columns.covariates.size()); !s.ok()) return s;
  try {
    BatchReport report;
    if (columns.weight.empty() && columns.offset.empty() && columns.cluster.empty()) {
      const ColumnSource source(columns, {}, {});
      if (auto fit = fit_unchecked_rows(source, options, executor)) {
        if (*fit) (*fit)->rows.rows_scored = columns.rows();
        return std::move(*fit);
      }
    }
    std::vector<char> unusable = judge(columns, report);
    Clusters clusters;
    if (options.robust && !columns.cluster.empty()) clusters = make_clusters(columns.cluster);
    const ColumnSource source(columns, std::move(unusable), std::move(clusters));
    auto fit = fit_rows(source, options, executor);
    if (fit) fit->rows = report;
    return fit;
  } catch (const std::bad_alloc&) {
    return Status{StatusCode::out_of_memory, "out of memory in a regression"};
  }
}

}  // namespace kam::churn
