#include <kam/concentration/concentration_state.hpp>

#include <cmath>
#include <new>

namespace kam {

Status ConcentrationState::add(std::span<const double> values) {
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

Status ConcentrationState::merge(const ConcentrationState& next) {
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

}  // namespace kam
