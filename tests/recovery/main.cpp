/// recovery [portfolios per cell]: default 1,000. Exit code 1 if a cell is not as it must be.
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "recovery.hpp"

namespace {

using kam::recovery::Cell;
using kam::recovery::Verdict;

constexpr std::size_t kAccounts = 2500;

/// Ages from 26 to 78 weeks, the same in every portfolio.
std::vector<double> ages() {
  std::vector<double> age(kAccounts);
  for (std::size_t i = 0; i < kAccounts; ++i) {
    age[i] = 26 + 52 * static_cast<double>(i) / kAccounts;
  }
  return age;
}

template <class Parameters>
auto fit_of(const Parameters&, const kam::OrderColumns& accounts) {
  if constexpr (std::is_same_v<Parameters, kam::bgnbd::Parameters>) {
    return kam::bgnbd::fit(accounts);
  } else {
    return kam::mbgnbd::fit(accounts);
  }
}

template <class Parameters>
void order_cell(const Parameters& truth, std::uint64_t seed, Cell<Parameters::kCount>& cell) {
  static const std::vector<double> kAges = ages();
  std::vector<double> x(kAccounts), t_x(kAccounts);
  if (!kam::simulate(truth, kAges, seed, x, t_x).ok()) std::abort();
  kam::recovery::add(truth, fit_of(truth, {x, t_x, kAges}), cell);
}

/// Mean spend of accounts with one to nine repeat orders.
void spend_cell(const kam::gamma_gamma::Parameters& truth, std::uint64_t seed, Cell<3>& cell) {
  std::vector<double> x(kAccounts), mean(kAccounts);
  for (std::size_t i = 0; i < kAccounts; ++i) {
    kam::Random random(seed, i);
    x[i] = 1 + static_cast<double>(random.below(9));
    const double rate = random.gamma(truth.q) / truth.gamma;
    mean[i] = random.gamma(truth.p * x[i]) / rate / x[i];
  }
  kam::recovery::add(truth, kam::gamma_gamma::fit({x, mean}), cell);
}

/// All portfolios of one cell, two at a time; the sums do not depend on how they are shared out.
template <class Parameters, class Draw>
void run_cell(const char* model, const Parameters& truth, int portfolios, Draw draw,
              Verdict& verdict) {
  constexpr std::size_t kThreads = 2;
  std::array<Cell<Parameters::kCount>, kThreads> parts;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int n = static_cast<int>(t); n < portfolios; n += static_cast<int>(kThreads)) {
        draw(truth, static_cast<std::uint64_t>(n) + 1, parts[t]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Cell<Parameters::kCount> cell = parts[0];
  for (std::size_t k = 0; k < Parameters::kCount; ++k) {
    cell.parameter[k].fits += parts[1].parameter[k].fits;
    cell.parameter[k].held += parts[1].parameter[k].held;
    cell.parameter[k].sum_error += parts[1].parameter[k].sum_error;
  }
  cell.portfolios += parts[1].portfolios;
  cell.warned += parts[1].warned;
  cell.largest_se.insert(cell.largest_se.end(), parts[1].largest_se.begin(),
                         parts[1].largest_se.end());
  kam::recovery::report(model, truth, cell, verdict);
}

template <class Parameters>
void order_grid(const char* model, int portfolios, Verdict& verdict) {
  for (const double r : {.3, 1.0, 3.0}) {
    for (const double a : {.5, 1.5}) {
      for (const double b : {1.0, 3.0}) {
        run_cell(model, Parameters{r, 4.0, a, b}, portfolios, order_cell<Parameters>, verdict);
      }
    }
  }
}

void spend_grid(int portfolios, Verdict& verdict) {
  for (const double p : {1.0, 6.0}) {
    for (const double q : {1.5, 4.0}) {
      run_cell("gamma_gamma", kam::gamma_gamma::Parameters{p, q, 15.0}, portfolios, spend_cell,
               verdict);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int portfolios = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (portfolios < 50) return std::fprintf(stderr, "usage: recovery [portfolios >= 50]\n"), 2;
  std::printf(
      "%d portfolios of %zu accounts per cell; parameters, median of the largest standard "
      "error of a log parameter, fits with a warning, %% of 95 %% intervals that hold\n",
      portfolios, kAccounts);
  Verdict verdict;
  order_grid<kam::bgnbd::Parameters>("bgnbd", portfolios, verdict);
  order_grid<kam::mbgnbd::Parameters>("mbgnbd", portfolios, verdict);
  spend_grid(portfolios, verdict);
  const double mean = verdict.coverage_sum / verdict.coverage_count;
  const bool centred = std::fabs(mean - 95) <= 1;
  std::printf("mean coverage %.2f %% over %d identified cells%s\n", mean, verdict.cells_identified,
              centred ? "" : ": FAILED");
  (centred ? verdict.passed : verdict.failed)++;
  std::printf("%d passed, %d failed\n", verdict.passed, verdict.failed);
  return verdict.failed == 0 ? 0 : 1;
}
