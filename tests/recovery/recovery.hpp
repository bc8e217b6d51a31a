/// Recovery of known parameters: many simulated portfolios per cell of a grid, and how often the
/// 95 % interval on the log scale holds the truth.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <kam/kam.hpp>

namespace kam::recovery {

/// Of one parameter in one cell.
struct Coverage {
  int fits = 0, held = 0;
  double sum_error = 0;  ///< of ln estimate - ln truth
};

/// Of one cell: a parameter vector of the grid.
template <std::size_t K>
struct Cell {
  std::array<Coverage, K> parameter{};
  int portfolios = 0, warned = 0;
  std::vector<double> largest_se{};  ///< per fit, the largest se of ln

  [[nodiscard]] double median_se() {
    if (largest_se.empty()) return HUGE_VAL;
    const auto middle = largest_se.begin() + static_cast<std::ptrdiff_t>(largest_se.size() / 2);
    std::nth_element(largest_se.begin(), middle, largest_se.end());
    return *middle;
  }
};

/// Adds one fit. One that ended in a limiting model has no parameters to compare.
template <class Parameters>
void add(const Parameters& truth, const Result<FitResult<Parameters>>& fit,
         Cell<Parameters::kCount>& cell) {
  constexpr std::size_t K = Parameters::kCount;
  ++cell.portfolios;
  if (!fit || !fit->warning.empty()) ++cell.warned;
  if (!fit || !fit->converged()) return;
  double largest = 0;
  for (std::size_t k = 0; k < K; ++k) {
    const double se = std::sqrt(fit->log_covariance[k * K + k]);
    const double error = std::log(fit->parameters.values()[k]) - std::log(truth.values()[k]);
    largest = std::fmax(largest, se);
    ++cell.parameter[k].fits;
    cell.parameter[k].held += std::fabs(error) <= 1.959963984540054 * se;
    cell.parameter[k].sum_error += error;
  }
  cell.largest_se.push_back(largest);
}

/// Whether the rate of held intervals lies where 95 % must: 92.6 to 97.1 % at 1,000 portfolios (3.5
/// standard errors below, 3 above), as wide as that in standard errors at other numbers.
[[nodiscard]] inline bool plausible(const Coverage& c) {
  const double rate = static_cast<double>(c.held) / c.fits;
  const double widen = std::sqrt(1000.0 / c.fits);
  return rate >= .95 - .024 * widen && rate <= .95 + .021 * widen;
}

inline constexpr double kIdentified = .35;  ///< largest standard error of a log parameter

struct Verdict {
  int passed = 0, failed = 0, cells_identified = 0;
  double coverage_sum = 0;
  int coverage_count = 0;
};

/// What a run does: how many portfolios per cell, which models, and what came out.
struct Run {
  int portfolios = 1000;
  std::vector<std::string> models{};  ///< empty: all
  Verdict verdict{};

  [[nodiscard]] bool wants(const std::string& model) const {
    return models.empty() || std::find(models.begin(), models.end(), model) != models.end();
  }
};

/// The grids of this folder's sources.
void order_grids(Run& run);
void discrete_grids(Run& run);
void spend_grid(Run& run);

/// Prints a line per cell and judges it. Where the cell is identified nearly every fit must have
/// found an optimum: coverage of the others alone would be a choice among samples.
template <class Parameters>
void report(const std::string& model, const Parameters& truth, Cell<Parameters::kCount>& cell,
            Verdict& verdict) {
  const double se = cell.median_se();
  const bool identified = se < kIdentified;
  std::printf("%-14s", model.c_str());
  for (const double v : truth.values()) std::printf(" %7.3f", v);
  std::printf("  se %6.3f  warned %4d ", se, cell.warned);
  bool fine = 20 * cell.parameter[0].fits >= 19 * cell.portfolios;
  for (const Coverage& c : cell.parameter) {
    if (c.fits == 0) continue;
    const double rate = 100.0 * c.held / c.fits;
    std::printf(" %5.1f", rate);
    if (!identified) continue;
    verdict.coverage_sum += rate;
    ++verdict.coverage_count;
    fine = fine && plausible(c);
  }
  if (!identified) fine = 2 * cell.warned >= cell.portfolios;  // most fits must have said so
  const char* said = identified ? "ok" : "not identified, and said so";
  std::printf("  %s\n", fine ? said : "FAILED");
  verdict.cells_identified += identified;
  std::fflush(stdout);
  (fine ? verdict.passed : verdict.failed)++;
}

template <std::size_t K>
void merge(const Cell<K>& from, Cell<K>& into) {
  for (std::size_t k = 0; k < K; ++k) {
    into.parameter[k].fits += from.parameter[k].fits;
    into.parameter[k].held += from.parameter[k].held;
    into.parameter[k].sum_error += from.parameter[k].sum_error;
  }
  into.portfolios += from.portfolios;
  into.warned += from.warned;
  into.largest_se.insert(into.largest_se.end(), from.largest_se.begin(), from.largest_se.end());
}

/// All portfolios of one cell, two at a time; the sums do not depend on how they are shared out.
/// fit_of(seed) simulates a portfolio from `truth` and fits it.
template <class Parameters, class FitOf>
void run_cell(const std::string& model, const Parameters& truth, Run& run, const FitOf& fit_of) {
  constexpr std::size_t kThreads = 2;
  std::array<Cell<Parameters::kCount>, kThreads> parts;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int n = static_cast<int>(t); n < run.portfolios; n += static_cast<int>(kThreads)) {
        add(truth, fit_of(static_cast<std::uint64_t>(n) + 1), parts[t]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  merge(parts[1], parts[0]);
  report(model, truth, parts[0], run.verdict);
}

}  // namespace kam::recovery
