#include "churn/covariate_fit.hpp"

#include <cmath>

#include "numeric/fit_report.hpp"
#include "numeric/trust_region.hpp"

namespace kam::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using numeric::Evaluation;

/// With more than this share of what is known about a coefficient from the ridge, say so.
constexpr double kRidgeDecides = 0.5;

Index index(std::size_t i) {
  return static_cast<Index>(i);
}

/// The penalised log-likelihood in (ln base, coefficients of standardised covariates).
class Objective {
 public:
  Objective(const CovariateDesign& design, const Loadings& loadings, const AddRows& add_rows,
            double ridge, const Executor& executor)
      : d_(design), loadings_(loadings), add_rows_(add_rows), ridge_(ridge), executor_(executor) {}

  [[nodiscard]] bool cancelled() const { return cancelled_; }
  [[nodiscard]] double penalty(const VectorXd& at) const {
    return 0.5 * ridge_ * at.tail(index(d_.columns())).squaredNorm();
  }

  Evaluation operator()(const VectorXd& at) {
    const Index n = at.size();
    const Evaluation zero{0, VectorXd::Zero(n), MatrixXd::Zero(n, n)};
    std::vector<Evaluation> blocks((d_.patterns.size() + kBlockRows - 1) / kBlockRows, zero);
    Evaluation total = zero;
    if (!for_each_block(executor_, d_.patterns.size(),
                        [&](std::size_t block, std::size_t begin, std::size_t end) {
                          for (std::size_t p = begin; p < end; ++p) add(p, at, blocks[block]);
                        })) {
      cancelled_ = true;
      total.value = kNaN;  // half a sum must not pass for a likelihood
    }
    for (const Evaluation& block : blocks) {
      total.value += block.value;
      total.gradient += block.gradient;
      total.hessian += block.hessian;
    }
    total.value -= penalty(at);
    for (Index j = 4; j < n; ++j) {
      total.gradient[j] -= ridge_ * at[j];
      total.hessian(j, j) -= ridge_;
    }
    return total;
  }

 private:
  /// d ln(parameter k of the account) / d coordinate j: constant, so the chain rule has no second
  /// term.
  [[nodiscard]] MatrixXd jacobian(std::size_t pattern) const {
    MatrixXd j = MatrixXd::Zero(4, index(4 + d_.columns()));
    j.leftCols(4).setIdentity();
    for (std::size_t c = 0; c < d_.columns(); ++c) {
      const double value = d_.values[pattern * d_.columns() + c];
      const auto& loading = c < d_.order ? loadings_.order : loadings_.dropout;
      for (std::size_t k = 0; k < 4; ++k) j(index(k), index(4 + c)) = loading[k] * value;
    }
    return j;
  }

  void add(std::size_t pattern, const VectorXd& at, Evaluation& total) const {
    const MatrixXd jacobian = this->jacobian(pattern);
    const Eigen::Vector4d values = (jacobian * at).array().exp();
    RowDerivatives s;
    add_rows_({values[0], values[1], values[2], values[3]}, d_, d_.patterns[pattern].begin,
              d_.patterns[pattern].end, s);
    Evaluation of_pattern{s.value, VectorXd(4), MatrixXd(4, 4)};
    for (int i = 0; i < 4; ++i) {
      of_pattern.gradient[i] = s.g[i];
      for (int k = i; k < 4; ++k) of_pattern.hessian(i, k) = of_pattern.hessian(k, i) = s.h[i][k];
    }
    numeric::to_log_parameters(values, of_pattern);
    total.value += s.value;
    total.gradient.noalias() += jacobian.transpose() * of_pattern.gradient;
    total.hessian.noalias() += jacobian.transpose() * of_pattern.hessian * jacobian;
  }

  const CovariateDesign& d_;
  Loadings loadings_;
  const AddRows& add_rows_;
  double ridge_;
  Executor executor_;
  bool cancelled_ = false;
};

/// From the coordinates of the search to (ln base, coefficients) of the covariates as given.
MatrixXd to_given_scale(const CovariateDesign& d, const Loadings& loadings) {
  const Index n = index(4 + d.columns());
  MatrixXd map = MatrixXd::Identity(n, n);
  for (std::size_t c = 0; c < d.columns(); ++c) {
    const auto& loading = c < d.order ? loadings.order : loadings.dropout;
    map(index(4 + c), index(4 + c)) = 1 / d.sd[c];
    for (std::size_t k = 0; k < 4; ++k) {
      map(index(k), index(4 + c)) = -loading[k] * d.mean[c] / d.sd[c];
    }
  }
  return map;
}

class Warning {
 public:
  void add(const std::string& names, const char* what) {
    if (names.empty()) return;
    text_.append(text_.empty() ? "" : "; ").append(names).append(what);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class Chosen>
std::string chosen_names(const std::vector<std::string>& names, const Chosen& chosen) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (chosen(i)) text.append(text.empty() ? "`" : ", `").append(names[i]).append("`");
  }
  return text;
}

/// `covariance` in the coordinates of the search: base parameters of the average account.
std::string describe(const numeric::TrustRegionResult& optimum, const MatrixXd& covariance,
                     const std::vector<std::string>& names, double ridge) {
  Warning warning;
  const auto base = [](std::size_t i) { return i < 4; };
  const auto away = [&](std::size_t i) { return numeric::ran_away(optimum, i); };
  const auto up = [&](std::size_t i) { return optimum.point[index(i)] > optimum.start[index(i)]; };
  warning.add(chosen_names(names, [&](auto i) { return base(i) && away(i) && up(i); }),
              " run to infinity: a limiting model fits best, and they are not identified");
  warning.add(chosen_names(names, [&](auto i) { return base(i) && away(i) && !up(i); }),
              " run to 0: a limiting model fits best, and they are not identified");
  warning.add(chosen_names(names, [&](auto i) { return !base(i) && away(i); }),
              " have no finite estimate: the covariate separates accounts; use a ridge > 0");
  if (optimum.running_away < 0 && std::isnan(covariance(0, 0))) {
    warning.add("the likelihood is flat in some direction", ": standard errors are unknown");
  }
  const auto se = [&](std::size_t i) { return std::sqrt(covariance(index(i), index(i))); };
  const auto weak = [&](std::size_t i) { return !away(i) && se(i) > numeric::kWeaklyIdentified; };
  warning.add(chosen_names(names, [&](auto i) { return base(i) && weak(i); }),
              " weakly identified, known only within a factor of 2 or worse");
  warning.add(
      chosen_names(names, [&](auto i) { return !base(i) && weak(i); }),
      " weakly identified: an effect of one standard deviation is open within a factor of 2");
  warning.add(chosen_names(names,
                           [&](auto i) {
                             return !base(i) && !away(i) && ridge * se(i) * se(i) > kRidgeDecides;
                           }),
              " rest on the ridge more than on the data");
  const double spread = std::exp(optimum.point[2]) + std::exp(optimum.point[3]);
  if (names[2] == "a" && spread > 1000 && !away(2) && !away(3)) {
    warning.add("`a` + `b` above 1000",
                ": accounts hardly differ in drop-out, and covariates of it act on nothing");
  }
  return warning.text();
}

void fill_given_scale(const CovariateDesign& d, const Loadings& loadings,
                      const numeric::TrustRegionResult& optimum, const MatrixXd& covariance,
                      CovariateOptimum& result) {
  const MatrixXd map = to_given_scale(d, loadings);
  const VectorXd point = map * optimum.point;
  const MatrixXd given = map * covariance * map.transpose();
  const auto n = static_cast<std::size_t>(point.size());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) result.covariance.push_back(given(index(i), index(k)));
    const double se = std::sqrt(given(index(i), index(i)));
    const double value = i < 4 ? std::exp(point[index(i)]) : point[index(i)];
    i < 4 ? void(result.base[i] = value) : result.coefficients.push_back(value);
    result.standard_errors.push_back(numeric::ran_away(optimum, i) ? kNaN
                                     : i < 4                       ? value * se
                                                                   : se);
  }
}

/// The base parameters are those at covariates 0, which may be far outside the data.
Status check_base(const CovariateDesign& d, const CovariateOptimum& result) {
  for (const double value : result.base) {
    if (value > 0 && std::isfinite(value)) continue;
    std::size_t worst = 0;
    const auto shift = [&](std::size_t c) { return std::fabs(result.coefficients[c] * d.mean[c]); };
    for (std::size_t c = 1; c < d.columns(); ++c) worst = shift(c) > shift(worst) ? c : worst;
    return {StatusCode::invalid_argument,
            "covariate `" + d.names[worst] + "` lies so far from 0 (mean " +
                std::to_string(d.mean[worst]) +
                ") that the base parameters overflow: subtract a typical value from it"};
  }
  return {};
}

}  // namespace

Status check_options(const CovariateFitOptions& options) {
  if (!(options.ridge >= 0) || !std::isfinite(options.ridge)) {
    return invalid_argument("ridge", "finite and >= 0", options.ridge);
  }
  if (!(options.tolerance > 0)) return invalid_argument("tolerance", "> 0", options.tolerance);
  if (options.max_iterations >= 1) return {};
  return invalid_argument("max_iterations", ">= 1", options.max_iterations);
}

Result<CovariateOptimum> maximise_with_covariates(const CovariateDesign& design,
                                                  const Loadings& loadings, const AddRows& add_rows,
                                                  const std::array<double, 4>& start,
                                                  const std::array<const char*, 4>& base_names,
                                                  const CovariateFitOptions& options,
                                                  const Executor& executor) {
  Objective objective(design, loadings, add_rows, options.ridge, executor);
  VectorXd from = VectorXd::Zero(index(4 + design.columns()));
  for (std::size_t k = 0; k < 4; ++k) from[index(k)] = std::log(start[k]);
  const auto optimum = numeric::maximise(
      from, [&](const VectorXd& at) { return objective(at); },
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations},
      [&] { return !objective.cancelled(); });
  if (objective.cancelled()) return Status{StatusCode::cancelled, "cancelled by the executor"};

  CovariateOptimum result;
  result.penalty = objective.penalty(optimum.point);
  result.log_likelihood = optimum.at.value + result.penalty;
  result.stop_reason = optimum.stop_reason;
  result.iterations = optimum.iterations;
  result.gradient_norm = optimum.at.gradient.cwiseAbs().maxCoeff();
  result.newton_decrement = optimum.newton_decrement;
  const MatrixXd covariance = numeric::covariance_of(optimum);
  fill_given_scale(design, loadings, optimum, covariance, result);
  if (Status s = check_base(design, result); !s.ok()) return s;
  std::vector<std::string> names(base_names.begin(), base_names.end());
  names.insert(names.end(), design.names.begin(), design.names.end());
  result.warning = describe(optimum, covariance, names, options.ridge);
  return result;
}

}  // namespace kam::detail
