// Order models in continuous time: frequency and recency at given ages.
#include "recovery.hpp"

namespace kam::recovery {
namespace {

/// Accounts whose ages are spread evenly, the same in every portfolio of a cell.
struct Book {
  std::size_t accounts = 2500;
  double youngest = 26, oldest = 78;  // weeks
};

std::vector<double> ages(const Book& book) {
  std::vector<double> age(book.accounts);
  for (std::size_t i = 0; i < age.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(age.size());
    age[i] = book.youngest + (book.oldest - book.youngest) * share;
  }
  return age;
}

auto fit_of(const bgnbd::Parameters&, const OrderColumns& accounts) {
  return bgnbd::fit(accounts);
}
auto fit_of(const mbgnbd::Parameters&, const OrderColumns& accounts) {
  return mbgnbd::fit(accounts);
}
auto fit_of(const pareto_nbd::Parameters&, const OrderColumns& accounts) {
  return pareto_nbd::fit(accounts);
}
auto fit_of(const nbd::Parameters&, const OrderColumns& accounts) {
  return nbd::fit(accounts);
}
auto fit_of(const bgcnbd::Parameters& truth, const OrderColumns& accounts) {
  return bgcnbd::fit(accounts, truth.k);
}
auto fit_of(const mbgcnbd::Parameters& truth, const OrderColumns& accounts) {
  return mbgcnbd::fit(accounts, truth.k);
}

template <class Parameters>
void cell(const std::string& model, const Parameters& truth, const Book& book, Run& run) {
  const std::vector<double> age = ages(book);
  run_cell(model, truth, run, [&](std::uint64_t seed) {
    std::vector<double> x(age.size()), t_x(age.size()), log_gaps(age.size());
    if (!simulate(truth, age, seed, x, t_x, {}, log_gaps).ok()) std::abort();
    return fit_of(truth, {.frequency = x, .recency = t_x, .age = age, .log_gaps = log_gaps});
  });
}

/// The last cell of a model is too small, or too short, for its parameters.
template <class Parameters>
void beta_geometric_grid(const std::string& model, Run& run) {
  if (!run.wants(model)) return;
  for (const double r : {.3, 1.0, 3.0}) {
    for (const double a : {.5, 1.5}) {
      for (const double b : {1.0, 3.0}) cell(model, Parameters{r, 4.0, a, b}, {}, run);
    }
  }
  cell(model, Parameters{.5, 8.0, .8, 2.5}, {.accounts = 100, .oldest = 39}, run);
}

template <class Parameters>
void phase_grid(const std::string& model, Run& run) {
  if (!run.wants(model)) return;
  for (const int k : {2, 4}) {
    const std::string name = model + "-" + std::to_string(k);
    const double alpha = 4.0 / k;  // the same mean gap whatever k
    for (const double r : {.6, 2.0}) {
      cell(name, Parameters{r, alpha, .8, 2.5, k}, {.accounts = 2000}, run);
    }
  }
  cell(model + "-2", Parameters{.5, 4.0, .8, 2.5, 2}, {.accounts = 100, .oldest = 39}, run);
}

void pareto_grid(Run& run) {
  if (!run.wants("pareto_nbd")) return;
  for (const double r : {2.0, .6}) {
    const Book book{.accounts = r < 1 ? 1500u : 500u, .youngest = 78, .oldest = 182};
    for (const double s : {.6, 1.5}) {
      cell("pareto_nbd", pareto_nbd::Parameters{r, 4.0, s, 15.0 * s}, book, run);
    }
  }
  cell("pareto_nbd", pareto_nbd::Parameters{.55, 10.6, .6, 11.7}, {.accounts = 200}, run);
}

/// Cheap: four times the portfolios, for a check four times as sharp.
void nbd_grid(Run& all) {
  if (!all.wants("nbd")) return;
  Run run = all;
  run.portfolios *= 4;
  for (const double r : {.3, 1.0, 3.0}) {
    for (const double alpha : {4.0, 12.0}) {
      cell("nbd", nbd::Parameters{r, alpha}, {.accounts = 1000}, run);
    }
  }
  cell("nbd", nbd::Parameters{1.0, 40.0}, {.accounts = 60}, run);
  all.verdict = run.verdict;
}

}  // namespace

void order_grids(Run& run) {
  beta_geometric_grid<bgnbd::Parameters>("bgnbd", run);
  beta_geometric_grid<mbgnbd::Parameters>("mbgnbd", run);
  phase_grid<bgcnbd::Parameters>("bgcnbd", run);
  phase_grid<mbgcnbd::Parameters>("mbgcnbd", run);
  pareto_grid(run);
  nbd_grid(run);
}

}  // namespace kam::recovery
