/// What happened to the rows of one batch call.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kam/base/status.hpp>

namespace kam {

/// Why a row became NaN. The first reason that applies is the one counted.
enum class RowReason : std::uint8_t {
  none = 0,
  not_finite,       ///< a needed value is NaN or infinite
  out_of_domain,    ///< e.g. a negative frequency, a recency after the age, a fractional count
  undefined_value,  ///< inputs are fine but the quantity does not exist there (e.g. infinite mean)
  beyond_observed,  ///< nobody was observed that long: the data have no answer
};

[[nodiscard]] constexpr const char* row_reason_name(RowReason reason) noexcept {
  constexpr const char* kNames[] = {"none", "not_finite", "out_of_domain", "undefined_value",
                                    "beyond_observed"};
  return kNames[static_cast<int>(reason)];
}

/// A batch always writes every row: rows_scored + rows_rejected == rows given, unless !status.ok().
struct [[nodiscard]] BatchReport {
  Status status{};
  std::size_t rows_scored = 0;
  std::size_t rows_rejected = 0;   ///< rows whose output is NaN
  std::size_t first_rejected = 0;  ///< index of the first such row; meaningful if rows_rejected > 0
  RowReason first_reason = RowReason::none;

  [[nodiscard]] bool ok() const noexcept { return status.ok(); }

  void scored() noexcept { ++rows_scored; }
  void rejected(std::size_t row, RowReason reason) noexcept {
    if (rows_rejected++ == 0) {
      first_rejected = row;
      first_reason = reason;
    }
  }
  /// Adds the report of the block that follows this one.
  void append(const BatchReport& next) noexcept {
    if (rows_rejected == 0 && next.rows_rejected > 0) {
      first_rejected = next.first_rejected;
      first_reason = next.first_reason;
    }
    rows_scored += next.rows_scored;
    rows_rejected += next.rows_rejected;
  }
};

}  // namespace kam
