#include <kam/churn/logistic_posterior.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <Eigen/Dense>

#include <kam/base/random.hpp>

#include "churn/binary_columns.hpp"
#include "simd/math_n.hpp"

namespace kam::churn {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kTwoPi = 6.283185307179586477;
/// How much wider than the curvature at the mode the ellipses are: the posterior has longer tails
/// where losses are few.
constexpr double kSpread = 1.5;
/// Likelihood rows that a call may look at before it thins less: seconds, not minutes.
constexpr double kMostRowVisits = 4e8;

Index index(std::size_t i) {
  return static_cast<Index>(i);
}

/// Usable rows, sorted by their numbers: the answer does not depend on the order of the rows.
struct Rows {
  MatrixXd x;  // n x p, the first column 1
  VectorXd outcome, weight, offset;
  double total = 0, events = 0;
};

Rows usable_rows(const BinaryColumns& c, BatchReport& report) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < c.rows(); ++i) {
    const RowReason reason = row_reason(c, i);
    if (reason != RowReason::none) {
      report.rejected(i, reason);
      continue;
    }
    report.scored();
    if (c.weight.empty() || c.weight[i] > 0) kept.push_back(i);
  }
  std::sort(kept.begin(), kept.end(), [&](std::size_t a, std::size_t b) {
    for (const Covariate& column : c.covariates) {
      if (column.values[a] != column.values[b]) return column.values[a] < column.values[b];
    }
    if (c.outcome[a] != c.outcome[b]) return c.outcome[a] < c.outcome[b];
    if (!c.weight.empty() && c.weight[a] != c.weight[b]) return c.weight[a] < c.weight[b];
    return !c.offset.empty() && c.offset[a] < c.offset[b];
  });
  const Index n = index(kept.size());
  Rows rows{MatrixXd(n, index(c.covariates.size() + 1)), VectorXd(n), VectorXd(n), VectorXd(n)};
  for (std::size_t r = 0; r < kept.size(); ++r) {
    const std::size_t i = kept[r];
    rows.x(index(r), 0) = 1;
    for (std::size_t j = 0; j < c.covariates.size(); ++j) {
      rows.x(index(r), index(j + 1)) = c.covariates[j].values[i];
    }
    rows.outcome[index(r)] = c.outcome[i];
    rows.weight[index(r)] = c.weight.empty() ? 1 : c.weight[i];
    rows.offset[index(r)] = c.offset.empty() ? 0 : c.offset[i];
    rows.total += rows.weight[index(r)];
    rows.events += rows.weight[index(r)] * rows.outcome[index(r)];
  }
  return rows;
}

/// ln posterior, up to a constant; -infinity where a sign forbids.
class Target {
 public:
  Target(const Rows& rows, const PosteriorOptions& options) : rows_(rows), signs_(options.signs) {
    const std::size_t p = options.priors.size() + 1;
    mean_ = VectorXd(index(p));
    precision_ = VectorXd(index(p));
    for (std::size_t j = 0; j < p; ++j) {
      const NormalPrior& prior = j == 0 ? options.intercept_prior : options.priors[j - 1];
      mean_[index(j)] = prior.mean;
      precision_[index(j)] = 1 / (prior.sd * prior.sd);
    }
  }

  [[nodiscard]] const VectorXd& prior_mean() const { return mean_; }
  [[nodiscard]] bool allowed(const VectorXd& theta) const {
    for (std::size_t j = 0; j < signs_.size(); ++j) {
      const double value = theta[index(j + 1)];
      if (signs_[j] == Sign::not_negative && value < 0) return false;
      if (signs_[j] == Sign::not_positive && value > 0) return false;
    }
    return true;
  }

  [[nodiscard]] double operator()(const VectorXd& theta) {
    if (!allowed(theta)) return -HUGE_VAL;
    eta_.noalias() = rows_.x * theta;
    eta_ += rows_.offset;
    // ln P(y) = -ln(1 + e^-s), s = eta for a loss and -eta otherwise.
    double sum = 0;
    constexpr std::size_t kTile = 256;
    double low[kTile];
    const auto n = static_cast<std::size_t>(eta_.size());
    for (std::size_t begin = 0; begin < n; begin += kTile) {
      const std::size_t size = std::min(kTile, n - begin);
      for (std::size_t i = 0; i < size; ++i) low[i] = -std::fabs(eta_[index(begin + i)]);
      simd::exp_n(low, size);
      for (std::size_t i = 0; i < size; ++i) low[i] += 1;
      simd::log_n(low, size);
      for (std::size_t i = 0; i < size; ++i) {
        const double eta = eta_[index(begin + i)];
        const double s = rows_.outcome[index(begin + i)] > 0 ? eta : -eta;
        sum += rows_.weight[index(begin + i)] * ((s < 0 ? s : 0) - low[i]);
      }
    }
    return sum - 0.5 * ((theta - mean_).array().square() * precision_.array()).sum();
  }

  /// -d2 ln posterior.
  [[nodiscard]] MatrixXd information(const VectorXd& theta) const {
    VectorXd bend = rows_.x * theta + rows_.offset;
    for (Index i = 0; i < bend.size(); ++i) {
      bend[i] = rows_.weight[i] * logistic(bend[i]) * logistic(-bend[i]);
    }
    MatrixXd result = rows_.x.transpose() * bend.asDiagonal() * rows_.x;
    result.diagonal() += precision_;
    return result;
  }

 private:
  const Rows& rows_;
  std::span<const Sign> signs_;
  VectorXd mean_, precision_, eta_;
};

/// One chain of generalised elliptical slice sampling: the target is a normal distribution around
/// `centre` times whatever is left, and a step moves along an ellipse of the normal until what is
/// left is high enough.
class Chain {
 public:
  Chain(Target& target, const VectorXd& centre, std::uint64_t seed)
      : target_(target), centre_(centre), at_(centre), random_(seed, 0x6C61) {
    const Eigen::LLT<MatrixXd> factor(target.information(centre));
    root_ = factor.matrixL();
    rest_ = rest(at_);
  }

  const VectorXd& step() {
    const VectorXd partner = centre_ + draw();
    const double threshold = rest_ - random_.exponential();
    double angle = kTwoPi * random_.uniform(), low = angle - kTwoPi, high = angle;
    for (;;) {
      const VectorXd candidate =
          centre_ + (at_ - centre_) * std::cos(angle) + (partner - centre_) * std::sin(angle);
      const double value = rest(candidate);
      if (value > threshold || high - low < 1e-12) {
        if (value > threshold) {
          at_ = candidate;
          rest_ = value;
        }
        return at_;
      }
      (angle < 0 ? low : high) = angle;
      angle = low + (high - low) * random_.uniform();
    }
  }

 private:
  /// N(0, kSpread^2 information^-1).
  VectorXd draw() {
    VectorXd z(centre_.size());
    for (Index i = 0; i < z.size(); ++i) z[i] = kSpread * random_.normal();
    return root_.transpose().triangularView<Eigen::Upper>().solve(z);
  }
  /// ln of the target over the normal around the centre.
  double rest(const VectorXd& theta) {
    const VectorXd z = root_.transpose() * (theta - centre_);
    return target_(theta) + 0.5 * z.squaredNorm() / (kSpread * kSpread);
  }

  Target& target_;
  VectorXd centre_, at_;
  MatrixXd root_;
  Random random_;
  double rest_ = 0;
};

Status check_prior(const std::string& name, const NormalPrior& prior) {
  if (!std::isfinite(prior.mean)) {
    return invalid_argument((name + ".mean").c_str(), "finite", prior.mean);
  }
  if (prior.sd > 0 && std::isfinite(prior.sd)) return {};
  return invalid_argument((name + ".sd").c_str(), "finite and > 0", prior.sd);
}

Status check_options(const BinaryColumns& columns, const PosteriorOptions& options) {
  if (Status s = check_columns(columns); !s.ok()) return s;
  const std::size_t k = columns.covariates.size();
  if (Status s = check_size("priors", options.priors.size(), k); !s.ok()) return s;
  if (!options.signs.empty()) {
    if (Status s = check_size("signs", options.signs.size(), k); !s.ok()) return s;
  }
  if (Status s = check_prior("intercept_prior", options.intercept_prior); !s.ok()) return s;
  for (std::size_t j = 0; j < k; ++j) {
    const std::string name = "prior of `" + std::string(columns.covariates[j].name) + "`";
    if (Status s = check_prior(name, options.priors[j]); !s.ok()) return s;
  }
  if (options.draws < 19 || options.draws > 100'000) {
    return invalid_argument("draws", "from 19 to 100000", static_cast<double>(options.draws));
  }
  return options.thin >= 1 ? Status{} : invalid_argument("thin", ">= 1", 0);
}

/// The mode; without usable rows that of the prior.
Result<VectorXd> mode_of(const BinaryColumns& columns, const PosteriorOptions& options,
                         const Rows& rows, const Target& target, const Executor& executor) {
  VectorXd mode = target.prior_mean();
  for (std::size_t j = 0; j < options.signs.size(); ++j) {
    double& value = mode[index(j + 1)];
    if (options.signs[j] == Sign::not_negative) value = std::max(value, 0.0);
    if (options.signs[j] == Sign::not_positive) value = std::min(value, 0.0);
  }
  if (rows.total == 0) return mode;
  const auto fit = fit_binary(columns,
                              {.intercept_prior = options.intercept_prior,
                               .priors = options.priors,
                               .signs = options.signs},
                              executor);
  if (!fit) return fit.error();
  for (std::size_t j = 0; j < fit->coefficients.size(); ++j) {
    // An aliased column leaves its coefficient to the prior.
    if (std::isfinite(fit->coefficients[j])) mode[index(j)] = fit->coefficients[j];
  }
  return mode;
}

}  // namespace

Result<LogisticPosterior> sample_logistic(const BinaryColumns& columns,
                                          const PosteriorOptions& options,
                                          const Executor& executor) {
  if (Status s = check_options(columns, options); !s.ok()) return s;
  LogisticPosterior result;
  const Rows rows = usable_rows(columns, result.rows);
  result.weight = rows.total;
  result.events = rows.events;
  Target target(rows, options);
  const auto mode = mode_of(columns, options, rows, target, executor);
  if (!mode) return mode.error();
  result.coefficients = static_cast<std::size_t>(mode->size());
  result.mode.assign(mode->data(), mode->data() + mode->size());

  const double visits =
      3.0 * static_cast<double>(options.draws) * static_cast<double>(rows.outcome.size() + 1);
  const double affordable = std::max(1.0, std::floor(kMostRowVisits / visits));
  const std::size_t thin = std::min(options.thin, static_cast<std::size_t>(affordable));
  Chain chain(target, *mode, options.seed);
  for (std::size_t i = 0; i < options.burn_in; ++i) chain.step();
  for (std::size_t d = 0; d < options.draws; ++d) {
    const double done = static_cast<double>(d) / static_cast<double>(options.draws);
    if (executor.keep_going != nullptr && !executor.keep_going(executor.state, done)) {
      return Status{StatusCode::cancelled, "cancelled by the executor"};
    }
    for (std::size_t i = 1; i < thin; ++i) chain.step();
    const VectorXd& theta = chain.step();
    result.draws.insert(result.draws.end(), theta.data(), theta.data() + theta.size());
  }
  return result;
}

Interval interval_of_draws(std::span<double> draws, double level) noexcept {
  if (draws.empty() || !(level > 0) || !(level < 1)) return {kNaN, kNaN, kNaN};
  std::sort(draws.begin(), draws.end());
  double sum = 0;
  for (const double value : draws) sum += value;
  const auto n = static_cast<double>(draws.size());
  const auto at = [&](double rank) {  // 1..n, interpolated
    const double inside = std::min(std::max(rank, 1.0), n);
    const auto below = static_cast<std::size_t>(inside);
    const double share = inside - static_cast<double>(below), low = draws[below - 1];
    return below == draws.size() ? low : low + share * (draws[below] - low);
  };
  const double tail = 0.5 * (1 - level) * (n + 1);
  return {sum / n, at(tail), at(n + 1 - tail)};
}

}  // namespace kam::churn
