/// The tail of sorted distinct values, and the scan for its cut-off.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace kam::concentration_detail {

/// Distinct values > 0, upwards, and how often each occurs (0 is allowed: a draw left it out).
struct DistinctValues {
  std::vector<double> value;
  std::vector<double> log_step;  // ln(value[j + 1] / value[j])
  std::vector<std::size_t> count;
};

struct TailFit {
  std::size_t index = 0;  // of xmin among the distinct values
  double alpha = 0, ks = std::numeric_limits<double>::infinity();
};

/// Suffix sums over the distinct values, from which alpha of any cut-off follows.
class TailScan {
 public:
  TailScan(const DistinctValues& data, bool discrete);

  /// The best of all cut-offs; infinite `ks` if there is none. `full` measures every candidate to
  /// its end, in order: the same result, slowly.
  [[nodiscard]] TailFit best(bool full = false) const;
  [[nodiscard]] double alpha(std::size_t j) const;
  [[nodiscard]] std::size_t tail_count(std::size_t j) const { return above_[j]; }
  /// Σ ln(x / value[j]) over the tail that begins at j.
  [[nodiscard]] double log_sum(std::size_t j) const { return log_sum_[j]; }
  [[nodiscard]] std::size_t size() const { return value_.size(); }
  [[nodiscard]] double value(std::size_t j) const { return value_[j]; }

 private:
  struct Candidate;
  void consider(std::size_t k, TailFit& best, std::size_t& witness) const;

  bool discrete_;
  std::vector<double> value_;  // those that occur
  std::vector<double> log_;    // ln(value_[j] / value_[0])
  std::vector<std::size_t> above_;
  std::vector<double> log_sum_;
};

}  // namespace kam::concentration_detail
