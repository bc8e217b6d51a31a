// Gamma-Gamma: mean spend of accounts with one to nine repeat orders.
#include "recovery.hpp"

namespace kam::recovery {
namespace {

auto fit_of(const gamma_gamma::Parameters& truth, std::size_t accounts, std::uint64_t seed) {
  std::vector<double> x(accounts), mean(accounts);
  for (std::size_t i = 0; i < accounts; ++i) {
    Random random(seed, i);
    x[i] = 1 + static_cast<double>(random.below(9));
    const double rate = random.gamma(truth.q) / truth.gamma;
    mean[i] = random.gamma(truth.p * x[i]) / rate / x[i];
  }
  return gamma_gamma::fit({x, mean});
}

void spend_cell(const gamma_gamma::Parameters& truth, std::size_t accounts, Run& run) {
  run_cell("gamma_gamma", truth, run,
           [&](std::uint64_t seed) { return fit_of(truth, accounts, seed); });
}

}  // namespace

void spend_grid(Run& run) {
  if (!run.wants("gamma_gamma")) return;
  for (const double p : {1.0, 6.0}) {
    for (const double q : {1.5, 4.0}) spend_cell({p, q, 15.0}, 2500, run);
  }
  spend_cell({6.0, 4.0, 15.0}, 25, run);  // too few accounts
}

}  // namespace kam::recovery
