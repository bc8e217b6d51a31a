/// recovery [portfolios per cell [model...]]: default 1,000 of every model. Exit code 1 if a cell
/// is not as it must be.
#include <cstdlib>

#include "recovery.hpp"

int main(int argc, char** argv) {
  kam::recovery::Run run;
  if (argc > 1) run.portfolios = std::atoi(argv[1]);
  if (run.portfolios < 50) {
    std::fprintf(stderr, "usage: recovery [portfolios >= 50 [model...]]\n");
    return 2;
  }
  run.models.assign(argv + std::min(argc, 2), argv + argc);
  std::printf(
      "%d portfolios per cell; parameters, median of the largest standard error of a log "
      "parameter, fits with a warning, %% of 95 %% intervals that hold\n",
      run.portfolios);
  kam::recovery::order_grids(run);
  kam::recovery::discrete_grids(run);
  kam::recovery::spend_grid(run);
  kam::recovery::Verdict& verdict = run.verdict;
  if (verdict.coverage_count == 0) return std::fprintf(stderr, "no such model\n"), 2;
  const double mean = verdict.coverage_sum / verdict.coverage_count;
  const bool centred = std::fabs(mean - 95) <= 1;
  std::printf("mean coverage %.2f %% over %d identified cells%s\n", mean, verdict.cells_identified,
              centred ? "" : ": FAILED");
  (centred ? verdict.passed : verdict.failed)++;
  std::printf("%d passed, %d failed\n", verdict.passed, verdict.failed);
  return verdict.failed == 0 ? 0 : 1;
}
