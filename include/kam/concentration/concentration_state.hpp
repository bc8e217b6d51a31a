/// Concentration of a column that arrives in parts.
#pragma once

#include <cmath>
#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/status.hpp>
#include <kam/concentration/lorenz.hpp>

namespace kam {

/// Partial result that can be merged: one value per account, no account in two parts. `result` has
/// the bits of concentration() over all rows at once, whatever the parts and their order were,
/// because that depends on the multiset of values alone; rows of the report count from the first
/// row of this state, a merged one behind it. Keeps 8 bytes per finite value.
class ConcentrationState {
 public:
  /// Adds rows. out_of_memory leaves the state as it was. Amortised O(n).
  Status add(std::span<const double> values) {
    try {
      values_.reserve(grown(values.size()));
    } catch (const std::bad_alloc&) {
      return {StatusCode::out_of_memory, "no memory to keep `values`"};
    }
    for (double v : values) {
      if (std::isfinite(v)) values_.push_back(v);
      if (!(std::isfinite(v) && v >= 0) && rejected_++ == 0) {
        first_rejected_ = rows_;
        first_reason_ = std::isfinite(v) ? RowReason::out_of_domain : RowReason::not_finite;
      }
      ++rows_;
    }
    return {};
  }
  /// Adds the rows of `next` behind those of this one. out_of_memory leaves both as they were.
  Status merge(const ConcentrationState& next) {
    try {
      values_.reserve(grown(next.values_.size()));
    } catch (const std::bad_alloc&) {
      return {StatusCode::out_of_memory, "no memory to merge `next`"};
    }
    for (std::size_t i = 0, n = next.values_.size(); i < n; ++i) values_.push_back(next.values_[i]);
    if (rejected_ == 0 && next.rejected_ > 0) {
      first_rejected_ = rows_ + next.first_rejected_;
      first_reason_ = next.first_reason_;
    }
    rejected_ += next.rejected_;
    rows_ += next.rows_;
    return {};
  }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  /// As concentration(); the state stays usable. O(n log n).
  [[nodiscard]] Result<Concentration> result() const {
    auto c = concentration(values_);
    if (!c) return c;
    c->report.rows_scored = rows_ - rejected_;
    c->report.rows_rejected = rejected_;
    c->report.first_rejected = first_rejected_;
    c->report.first_reason = first_reason_;
    return c;
  }

 private:
  // Doubling, so that many small parts cost no more than one large.
  [[nodiscard]] std::size_t grown(std::size_t more) const noexcept {
    const std::size_t need = values_.size() + more;
    return need <= values_.capacity() ? values_.capacity() : need + values_.size();
  }

  std::vector<double> values_;
  std::size_t rows_ = 0, rejected_ = 0, first_rejected_ = 0;
  RowReason first_reason_ = RowReason::none;
};

}  // namespace kam
