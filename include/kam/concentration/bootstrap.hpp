/// How sure the measures of concentration are: bootstrap intervals over accounts.
///
/// The accounts are taken as a sample of accounts that could have been there. Percentile intervals;
/// measures of few very large accounts (HHI, top 1 %) are biased towards equality in a draw, since
/// a draw may miss the largest one: read the interval as spread, not as a guarantee.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/concentration/lorenz.hpp>

namespace kam {

struct ConcentrationBootstrap {
  std::size_t draws = 500;               ///< 2..1,000,000
  double level = kDefaultIntervalLevel;  /// in (0, 1)
  std::uint64_t seed = 1;
};

/// Each `estimate` is that of the data; `lo` and `hi` are percentiles of the draws.
struct ConcentrationInterval {
  Interval gini, hhi, effective_accounts;
  Interval top_1, top_5, top_10, top_20;  ///< top_share(.01), … [share]
  Interval accounts_for_80;               ///< [accounts]
  std::size_t draws = 0;                  ///< those with a total above 0
};

/// Each draw takes n of the n accounts with replacement, as counts on the sorted values: O(n), no
/// sort. Draws have streams of their own, so the bits do not depend on threads.
/// invalid_argument for options out of range; insufficient_data if fewer than 2 draws have a total
/// above 0; cancelled. Memory 4 bytes per account and thread.
[[nodiscard]] Result<ConcentrationInterval> concentration_interval(
    const Concentration& data, const ConcentrationBootstrap& options = {},
    const Executor& executor = {});

}  // namespace kam
