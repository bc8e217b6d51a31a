/// The rows of an accelerated-failure-time fit: read once, standardised tile by tile.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <Eigen/Dense>

#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/churn/aft.hpp>

#include "simd/gram_n.hpp"

namespace kam::aft {

enum class Outcome : std::uint8_t { unused, censored, event, before };

/// Rows handled together; a tile of 20 columns stays in the first-level cache or close to it.
inline constexpr std::size_t kFitTile = simd::kGramRows;

/// Largest |x| of a covariate: sums and squares after scaling stay finite.
inline constexpr double kLargestCovariate = 1e300;

struct Rows {
  std::vector<double> log_time;   // ln duration; ln zero_event_within for Outcome::before
  std::vector<double> log_entry;  // empty without truncation; NaN where there is none
  std::vector<double> weight;     // 0 for rows left out
  std::vector<Outcome> outcome;
  std::span<const Covariate> columns;
  std::vector<double> means, spreads;  // per column; spread 0: constant
  std::vector<double> reaches;         // largest |x - mean| / spread
  std::vector<std::size_t> kept;       // columns of the fit
  double total = 0, events = 0, exposure = 0, longest = 0;
  bool all_used = true;
  BatchReport report;

  [[nodiscard]] std::size_t size() const { return weight.size(); }
};

/// Reads and judges the rows, computes the moments of the columns and which of them are free. What
/// `covariates` points to must outlive the result.
Rows read_rows(const SurvivalColumns& customers, std::span<const Covariate> covariates,
               const Options& options, const Executor& executor);

/// Writes rows [begin, begin + tile.rows()) of the kept columns, centred and scaled; 0 for rows
/// left out. The first column is the constant 1.
using Tile = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;
void standardise(const Rows& rows, std::size_t begin, Eigen::Ref<Tile> tile);

/// Calls body(block, tile_begin, tile_end) for the tiles of all blocks.
template <class Body>
bool for_each_tile_of(const Rows& rows, const Executor& executor, const Body& body) {
  return for_each_block(executor, rows.size(),
                        [&](std::size_t block, std::size_t begin, std::size_t end) {
                          for (; begin < end; begin += kFitTile) {
                            body(block, begin, begin + kFitTile < end ? begin + kFitTile : end);
                          }
                        });
}

}  // namespace kam::aft
