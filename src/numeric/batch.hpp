/// The one loop behind every batch call: blocks, bad rows to NaN, reports appended in block order.
#pragma once

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

[[nodiscard]] inline BatchReport failed(Status status) {
  BatchReport report;
  report.status = std::move(status);
  return report;
}

}  // namespace kam::numeric
