// Models in discrete time: order opportunities (BG/BB) and contracts that come up for renewal.
#include "recovery.hpp"

namespace kam::recovery {
namespace {

void bgbb_cell(const bgbb::Parameters& truth, std::size_t accounts, double periods, Run& run) {
  const std::vector<double> n(accounts, periods);
  run_cell("bgbb", truth, run, [&](std::uint64_t seed) {
    std::vector<double> x(accounts), t_x(accounts);
    if (!bgbb::simulate(truth, n, seed, x, t_x).ok()) std::abort();
    return bgbb::fit({.frequency = x, .recency = t_x, .periods = n});
  });
}

void bgbb_grid(Run& run) {
  if (!run.wants("bgbb")) return;
  for (const double alpha : {.6, 2.0}) {
    for (const double gamma : {.6, 1.5}) {
      bgbb_cell({alpha, 1.0, gamma, 3.0}, 4000, 20, run);
    }
  }
  bgbb_cell({1.2, .75, .66, 2.8}, 300, 6, run);
}

auto fit_of(const sbg::Parameters&, const RenewalColumns& customers) {
  return sbg::fit(customers);
}
auto fit_of(const bdw::Parameters&, const RenewalColumns& customers) {
  return bdw::fit(customers);
}

template <class Parameters>
void renewal_cell(const char* model, const Parameters& truth, std::size_t customers, double periods,
                  Run& run) {
  const std::vector<double> observed(customers, periods);
  run_cell(model, truth, run, [&](std::uint64_t seed) {
    std::vector<double> duration(customers), event(customers);
    if (!simulate(truth, observed, seed, duration, event).ok()) std::abort();
    return fit_of(truth, {.duration = duration, .event = event});
  });
}

void sbg_grid(Run& run) {
  if (!run.wants("sbg")) return;
  for (const double alpha : {.7, 2.0}) {
    for (const double beta : {1.2, 4.0}) {
      renewal_cell("sbg", sbg::Parameters{alpha, beta}, 4000, 10, run);
    }
  }
  renewal_cell("sbg", sbg::Parameters{.67, 3.8}, 150, 4, run);
}

void bdw_grid(Run& run) {
  if (!run.wants("bdw")) return;
  for (const double alpha : {.5, 1.0}) {
    for (const double c : {.7, 1.5}) {
      renewal_cell("bdw", bdw::Parameters{alpha, 1.0, c}, 20000, 15, run);
    }
  }
  renewal_cell("bdw", bdw::Parameters{.46, .78, 1.28}, 300, 7, run);
}

}  // namespace

void discrete_grids(Run& run) {
  bgbb_grid(run);
  sbg_grid(run);
  bdw_grid(run);
}

}  // namespace kam::recovery
