#include <algorithm>
#include <cmath>
#include <new>
#include <optional>

#include "churn/binary_core.hpp"

namespace kam::churn {
namespace {

/// Beyond so many rows a start is sought on about so many of them.
constexpr std::size_t kManyRows = 200'000, kSomeRows = 60'000;

Status cancelled() {
  return {StatusCode::cancelled, "cancelled by the executor"};
}

double link_of(Link link, double share) {
  return link == Link::logit ? std::log(share / (1 - share)) : std::log(-std::log1p(-share));
}

class Fit {
 public:
  Fit(const RowSource& source, const RegressionOptions& options, const Executor& executor)
      : source_(source),
        options_(options),
        rows_{source, executor},
        part_{source, executor, stride_of(source)},
        precision_(source.covariates(), 0.0),
        centre_(source.covariates(), 0.0) {
    fit_.separating.assign(source.covariates(), false);
  }

  Result<RegressionFit> run() {
    if (!measure(rows_, scaling_)) return cancelled();
    return run_measured();
  }
  /// None if the rows should have been checked.
  std::optional<Result<RegressionFit>> run_unchecked() {
    if (!measure(rows_, scaling_)) return cancelled();
    if (!scaling_.clean) return std::nullopt;
    return run_measured();
  }

 private:
  Result<RegressionFit> run_measured() {
    if (Status s = check_outcomes(); !s.ok()) return s;
    gather_priors();
    if (!alias()) return cancelled();
    Optimum optimum = optimise();
    if (optimum.stop_reason == StopReason::cancelled) return cancelled();
    const auto null = null_log_likelihood();
    if (!null) return cancelled();
    fit_.null_log_likelihood = *null;
    describe(optimum);
    if (options_.robust && !robust(optimum)) return cancelled();
    return std::move(fit_);
  }

  static std::size_t stride_of(const RowSource& source) {
    if (source.rows() < kManyRows) return 1;
    const std::size_t wanted = std::max(kSomeRows, 50 * source.covariates());
    return std::max<std::size_t>(1, source.rows() / wanted);
  }

  [[nodiscard]] Status check_outcomes() const {
    if (!(scaling_.weight > 0)) return {StatusCode::insufficient_data, "no row that can be used"};
    if (options_.intercept_prior.given()) return {};
    if (!(scaling_.events > 0)) {
      return {StatusCode::insufficient_data,
              "no event among the rows: give the intercept a prior, or use a base rate"};
    }
    if (!(scaling_.events < scaling_.weight)) {
      return {StatusCode::insufficient_data,
              "nothing but events among the rows: give the intercept a prior, or use a base rate"};
    }
    return {};
  }

  [[nodiscard]] int sign(std::size_t j) const {
    return options_.signs.empty() || options_.signs[j] != Sign::not_positive ? 1 : -1;
  }
  [[nodiscard]] bool bounded(std::size_t j) const {
    return !options_.signs.empty() && options_.signs[j] != Sign::free;
  }

  /// Priors and signs in standardised coordinates.
  void gather_priors() {
    for (std::size_t j = 0; j < precision_.size(); ++j) {
      if (source_.ridged(j)) precision_[j] = options_.ridge;
      if (sign(j) < 0) scaling_.slope[j] = -scaling_.slope[j], scaling_.shift[j] *= -1;
      if (options_.priors.empty() || !options_.priors[j].given()) continue;
      const double unit = scaling_.sd[j], sd = options_.priors[j].sd * unit;
      precision_[j] = 1 / (sd * sd);
      centre_[j] = sign(j) * options_.priors[j].mean * unit;
    }
  }

  bool alias() {
    std::vector<bool> penalised;
    for (const double precision : precision_) penalised.push_back(precision > 0);
    if (!find_aliased(part_, penalised, scaling_)) return false;
    // Columns independent in a part of the rows are independent in all of them, not conversely.
    return scaling_.notes.empty() || part_.stride == 1 || find_aliased(rows_, penalised, scaling_);
  }

  [[nodiscard]] Penalty penalty() const {
    const auto p = static_cast<Index>(scaling_.kept.size()) + 1;
    Penalty made{VectorXd::Zero(p), VectorXd::Zero(p), VectorXd::Zero(p)};
    if (options_.intercept_prior.given()) {
      made.precision[0] = 1 / (options_.intercept_prior.sd * options_.intercept_prior.sd);
      made.centre[0] = options_.intercept_prior.mean;
    }
    for (Index i = 1; i < p; ++i) {
      const std::size_t j = scaling_.kept[static_cast<std::size_t>(i) - 1];
      made.precision[i] = precision_[j];
      made.centre[i] = centre_[j];
      made.c[i] = scaling_.shift[j];
    }
    return made;
  }

  [[nodiscard]] std::vector<char> bounds() const {
    std::vector<char> made{0};
    for (const std::size_t j : scaling_.kept) made.push_back(bounded(j) ? 1 : 0);
    return made;
  }

  [[nodiscard]] VectorXd start() const {
    VectorXd gamma = VectorXd::Zero(static_cast<Index>(scaling_.kept.size()) + 1);
    gamma[0] = link_of(options_.link, (scaling_.events + 0.5) / (scaling_.weight + 1));
    return gamma;
  }

  /// The optimum of a part of the rows if it has a proper one.
  VectorXd good_start() {
    const VectorXd plain = start();
    if (part_.stride == 1) return plain;
    RegressionOptions rough = options_;
    rough.tolerance = 1e-9;
    rough.max_iterations = 12;
    const Optimum found = search(part_, scaling_, rough, penalty(), bounds(), plain);
    const bool proper = found.stop_reason == StopReason::converged && found.at.largest_eta < 30;
    return proper ? found.gamma : plain;
  }

  /// Columns that separate get a weak prior, a direction at a time.
  Optimum optimise() {
    VectorXd from = good_start();
    int iterations = 0;
    for (;;) {
      Optimum found = search(rows_, scaling_, options_, penalty(), bounds(), from);
      found.iterations += iterations;
      if (found.direction.size() == 0) return found;
      iterations = found.iterations;
      for (std::size_t i = 0; i < scaling_.kept.size(); ++i) {
        const std::size_t j = scaling_.kept[i];
        if (found.direction[static_cast<Index>(i) + 1] == 0 || precision_[j] > 0) continue;
        precision_[j] = 1 / (kSeparationSpread * kSeparationSpread);
        fit_.separating[j] = true;
      }
      from = start();
    }
  }

  /// Of the intercept and the offset alone; empty if the host asked to stop.
  std::optional<double> null_log_likelihood() {
    const double n = scaling_.weight, events = scaling_.events;
    if (!source_.has_offset()) {
      const auto term = [n](double count) { return count > 0 ? count * std::log(count / n) : 0.0; };
      return term(events) + term(n - events);
    }
    Scaling constant = scaling_;
    constant.kept.clear();
    Penalty none{VectorXd::Zero(1), VectorXd::Zero(1), VectorXd::Zero(1)};
    if (options_.intercept_prior.given()) none = penalty_of_intercept();
    const Optimum found = search(rows_, constant, options_, none, {0}, start().head(1));
    if (found.stop_reason == StopReason::cancelled) return std::nullopt;
    return -found.at.value;
  }
  [[nodiscard]] Penalty penalty_of_intercept() const {
    const Penalty whole = penalty();
    return {whole.precision.head(1), whole.centre.head(1), VectorXd::Zero(1)};
  }

  // ---- What is told -----------------------------------------------------------------------------

  /// theta = to_raw * gamma, rows in the order of the answer (the constant, then all columns).
  [[nodiscard]] MatrixXd to_raw() const {
    const auto k = static_cast<Index>(scaling_.mean.size());
    MatrixXd map = MatrixXd::Zero(k + 1, static_cast<Index>(scaling_.kept.size()) + 1);
    map(0, 0) = 1;
    for (std::size_t i = 0; i < scaling_.kept.size(); ++i) {
      const std::size_t j = scaling_.kept[i];
      const auto column = static_cast<Index>(i) + 1;
      map(static_cast<Index>(j) + 1, column) = scaling_.slope[j];
      map(0, column) = -scaling_.shift[j];
    }
    return map;
  }

  [[nodiscard]] std::vector<Index> free_of(const Optimum& optimum) const {
    std::vector<Index> free;
    for (Index i = 0; i < optimum.gamma.size(); ++i)
      if (!(optimum.at_bound[static_cast<std::size_t>(i)] != 0 && optimum.gamma[i] == 0))
        free.push_back(i);
    return free;
  }

  /// Row-major over all coefficients, NaN where `unknown`.
  void store(const MatrixXd& of_gamma, const std::vector<Index>& free,
             std::vector<double>& covariance, std::vector<double>& errors) const {
    const MatrixXd map = to_raw()(Eigen::all, free);
    const MatrixXd raw = map * of_gamma * map.transpose();
    const auto p = static_cast<std::size_t>(raw.rows());
    const auto unknown = [&](std::size_t i) {
      return i > 0 && (fit_.aliased[i - 1] || fit_.at_bound[i - 1]);
    };
    covariance.assign(p * p, kNaN);
    errors.assign(p, kNaN);
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        const auto r = static_cast<Index>(i), c = static_cast<Index>(j);
        if (!unknown(i) && !unknown(j)) covariance[i * p + j] = 0.5 * (raw(r, c) + raw(c, r));
      }
      errors[i] = std::sqrt(covariance[i * p + i]);
    }
  }

  [[nodiscard]] MatrixXd inverse_information(const Optimum& optimum,
                                             const std::vector<Index>& free) const {
    const MatrixXd whole = optimum.at.hessian + penalty().hessian();
    const Eigen::LLT<MatrixXd> factor(MatrixXd(whole(free, free)));
    const auto n = static_cast<Index>(free.size());
    if (factor.info() != Eigen::Success) return MatrixXd::Constant(n, n, kNaN);
    return factor.solve(MatrixXd::Identity(n, n));
  }

  void describe(const Optimum& optimum) {
    const std::size_t k = scaling_.mean.size();
    const VectorXd raw = to_raw() * optimum.gamma;
    fit_.coefficients.assign(raw.data(), raw.data() + raw.size());
    fit_.aliased.assign(k, true);
    fit_.at_bound.assign(k, false);
    const std::vector<Index> free = free_of(optimum);
    for (std::size_t i = 0; i < scaling_.kept.size(); ++i) {
      const std::size_t j = scaling_.kept[i];
      fit_.aliased[j] = false;
      fit_.at_bound[j] =
          std::find(free.begin(), free.end(), static_cast<Index>(i) + 1) == free.end();
    }
    for (std::size_t j = 0; j < k; ++j) {
      if (fit_.aliased[j]) fit_.coefficients[j + 1] = kNaN;
    }
    const MatrixXd inverse = inverse_information(optimum, free);
    store(inverse, free, fit_.covariance, fit_.standard_errors);
    fit_.effective_parameters = (inverse * optimum.at.hessian(free, free)).trace();
    const VectorXd slope = optimum.at.gradient + penalty().gradient(optimum.gamma);
    fit_.gradient_norm = slope(free).cwiseAbs().maxCoeff();
    describe_numbers(optimum);
    fit_.warning = warning();
  }

  void describe_numbers(const Optimum& optimum) {
    fit_.means = scaling_.mean;
    fit_.sds = scaling_.sd;
    fit_.log_likelihood = -optimum.at.value;
    fit_.penalty = penalty().value(optimum.gamma);
    fit_.aic = 2 * fit_.effective_parameters - 2 * fit_.log_likelihood;
    fit_.newton_decrement = optimum.newton_decrement;
    fit_.stop_reason = optimum.stop_reason;
    fit_.iterations = optimum.iterations;
    fit_.weight = scaling_.weight;
    fit_.events = scaling_.events;
  }

  [[nodiscard]] std::string warning() const {
    std::string text;
    const auto add = [&text](const std::string& note) {
      text += (text.empty() ? "" : "; ") + note;
    };
    for (const std::string& note : scaling_.notes) add(note);
    std::string names;
    for (std::size_t j = 0; j < fit_.separating.size(); ++j)
      if (fit_.separating[j]) names += (names.empty() ? "`" : ", `") + source_.name(j) + "`";
    if (!names.empty()) {
      add(names +
          " separate the events from the others: a prior of spread 5 on the standardised "
          "coefficients, not the outcomes, keeps them finite");
    }
    return text;
  }

  bool robust(const Optimum& optimum) {
    const std::vector<Index> free = free_of(optimum);
    MatrixXd products;
    if (!score_products(rows_, scaling_, options_.link, optimum.gamma, products, fit_.clusters))
      return false;
    const MatrixXd bread = inverse_information(optimum, free);
    const auto g = static_cast<double>(fit_.clusters);
    const MatrixXd sandwich = bread * products(free, free) * bread * (g > 1 ? g / (g - 1) : kNaN);
    store(sandwich, free, fit_.robust_covariance, fit_.robust_standard_errors);
    return true;
  }

  const RowSource& source_;
  const RegressionOptions& options_;
  Rows rows_, part_;
  std::vector<double> precision_, centre_;
  Scaling scaling_;
  RegressionFit fit_;
};

Status check_prior(const NormalPrior& prior) {
  if (!std::isfinite(prior.mean)) return invalid_argument("priors", "of finite mean", prior.mean);
  return prior.sd > 0 ? Status{} : invalid_argument("priors", "of sd > 0", prior.sd);
}

}  // namespace

Status check_options(const RegressionOptions& options, std::size_t covariates) {
  if (!(options.ridge >= 0) || !std::isfinite(options.ridge))
    return invalid_argument("ridge", "finite and >= 0", options.ridge);
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations < 1)
    return invalid_argument("max_iterations", ">= 1", options.max_iterations);
  if (covariates > kMostCovariates)
    return invalid_argument("covariates", "at most 1000", static_cast<double>(covariates));
  if (!options.priors.empty() && options.priors.size() != covariates)
    return size_mismatch("priors", covariates, options.priors.size());
  if (!options.signs.empty() && options.signs.size() != covariates)
    return size_mismatch("signs", covariates, options.signs.size());
  for (const NormalPrior& prior : options.priors)
    if (Status s = check_prior(prior); !s.ok()) return s;
  return check_prior(options.intercept_prior);
}

Result<RegressionFit> fit_rows(const RowSource& source, const RegressionOptions& options,
                               const Executor& executor) {
  try {
    return Fit(source, options, executor).run();
  } catch (const std::bad_alloc&) {
    return Status{StatusCode::out_of_memory, "out of memory in a regression"};
  }
}

std::optional<Result<RegressionFit>> fit_unchecked_rows(const RowSource& source,
                                                        const RegressionOptions& options,
                                                        const Executor& executor) {
  try {
    return Fit(source, options, executor).run_unchecked();
  } catch (const std::bad_alloc&) {
    return Status{StatusCode::out_of_memory, "out of memory in a regression"};
  }
}

}  // namespace kam::churn
