/// The one loop behind every batch call: blocks, bad rows to NaN, reports appended in block order.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/special.hpp>

namespace kam::numeric {

/// out[i] = value(i) where reason(i) is none; NaN and counted otherwise. A NaN value on a good row
/// is counted as undefined_value.
template <class Reason, class Value>
BatchReport for_each_row(std::span<double> out, const Executor& executor, const Reason& reason,
                         const Value& value) {
  std::vector<BatchReport> blocks((out.size() + kBlockRows - 1) / kBlockRows);
  const bool finished = for_each_block(
      executor, out.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
        BatchReport& report = blocks[block];
        for (std::size_t i = begin; i < end; ++i) {
          RowReason why = reason(i);
          out[i] = why == RowReason::none ? value(i) : kNaN;
          if (why == RowReason::none && out[i] != out[i]) why = RowReason::undefined_value;
          why == RowReason::none ? report.scored() : report.rejected(i, why);
        }
      });
  BatchReport total;
  for (const BatchReport& block : blocks) total.append(block);
  if (!finished) total.status = {StatusCode::cancelled, "cancelled by the executor"};
  return total;
}

/// Rows handled together by the block kernels; small enough for the first-level cache.
inline constexpr std::size_t kTileRows = 512;

/// Bad rows of a tile become NaN and are counted; a NaN on a usable row is undefined_value.
template <class Usable, class Reason>
void judge_tile(std::size_t begin, std::span<double> tile, const Usable& usable,
                const Reason& reason, BatchReport& report) {
  bool all_fine = true;
  for (std::size_t i = 0; i < tile.size(); ++i) {
    all_fine &= usable(begin + i);
    all_fine &= tile[i] == tile[i];
  }
  if (all_fine) {
    report.rows_scored += tile.size();
    return;
  }
  for (std::size_t i = 0; i < tile.size(); ++i) {
    RowReason why = usable(begin + i) ? RowReason::none : reason(begin + i);
    if (why != RowReason::none) tile[i] = kNaN;
    if (why == RowReason::none && tile[i] != tile[i]) why = RowReason::undefined_value;
    why == RowReason::none ? report.scored() : report.rejected(begin + i, why);
  }
}

/// fill(begin, tile) writes the values of consecutive rows, whatever it likes for unusable ones.
/// usable(i), cheap and without branches, says the same as reason(i) == none.
template <class Usable, class Reason, class Fill>
BatchReport for_each_tile(std::span<double> out, const Executor& executor, const Usable& usable,
                          const Reason& reason, const Fill& fill) {
  std::vector<BatchReport> blocks((out.size() + kBlockRows - 1) / kBlockRows);
  const bool finished = for_each_block(
      executor, out.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
        for (; begin < end; begin += kTileRows) {
          const std::span<double> tile = out.subspan(begin, std::min(kTileRows, end - begin));
          fill(begin, tile);
          judge_tile(begin, tile, usable, reason, blocks[block]);
        }
      });
  BatchReport total;
  for (const BatchReport& block : blocks) total.append(block);
  if (!finished) total.status = {StatusCode::cancelled, "cancelled by the executor"};
  return total;
}

/// Counts the rows of a tile by their values: NaN has the reason of its row, or is undefined.
template <class Reason>
void judge_values(std::size_t begin, std::span<const double> tile, const Reason& reason,
                  BatchReport& report) {
  for (std::size_t i = 0; i < tile.size(); ++i) {
    RowReason why = RowReason::none;
    if (tile[i] != tile[i]) why = reason(begin + i);
    if (tile[i] != tile[i] && why == RowReason::none) why = RowReason::undefined_value;
    why == RowReason::none ? report.scored() : report.rejected(begin + i, why);
  }
}

/// As for_each_tile, for kernels that judge their rows themselves: make_fill() once per block;
/// fill(begin, tile) leaves NaN in bad rows and answers whether there cannot be any.
template <class MakeFill, class Reason>
BatchReport for_each_filled(std::span<double> out, const Executor& executor,
                            const MakeFill& make_fill, const Reason& reason) {
  std::vector<BatchReport> blocks((out.size() + kBlockRows - 1) / kBlockRows);
  const bool finished = for_each_block(
      executor, out.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
        auto fill = make_fill();
        for (; begin < end; begin += kTileRows) {
          const std::span<double> tile = out.subspan(begin, std::min(kTileRows, end - begin));
          if (fill(begin, tile)) {
            blocks[block].rows_scored += tile.size();
          } else {
            judge_values(begin, tile, reason, blocks[block]);
          }
        }
      });
  BatchReport total;
  for (const BatchReport& block : blocks) total.append(block);
  if (!finished) total.status = {StatusCode::cancelled, "cancelled by the executor"};
  return total;
}

[[nodiscard]] inline BatchReport failed(Status status) {
  BatchReport report;
  report.status = std::move(status);
  return report;
}

}  // namespace kam::numeric
