/// Concentration of a column that arrives in parts.
#pragma once

#include <cstddef>
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
  Status add(std::span<const double> values);
  /// Adds the rows of `next` behind those of this one. out_of_memory leaves both as they were.
  Status merge(const ConcentrationState& next);
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
