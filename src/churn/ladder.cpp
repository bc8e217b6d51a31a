#include <kam/churn/ladder.hpp>

#include <cmath>
#include <string>
#include <utility>

#include <kam/churn/evaluation.hpp>
#include <kam/churn/logistic_posterior.hpp>

#include "churn/binary_columns.hpp"
#include "churn/ladder_rows.hpp"

namespace kam::churn {
namespace {

using detail::LadderRows;

/// Of an external probability: right as it stands, but for a factor of e on the odds (68 %) and a
/// slope between a half and one and a half.
constexpr NormalPrior kExternalShift{0, 1}, kExternalSlope{1, 0.5};

Status check_options(const LadderColumns& columns, const LadderOptions& o) {
  const std::size_t n = columns.rows(), k = columns.features.size();
  if (Status s = check_lengths(columns.features, n); !s.ok()) return s;
  if (!columns.weight.empty()) {
    if (Status s = check_size("weight", columns.weight.size(), n); !s.ok()) return s;
  }
  if (!columns.account.empty()) {
    if (Status s = check_size("account", columns.account.size(), n); !s.ok()) return s;
  }
  if (o.external) {
    if (Status s = check_size("features", k, 1); !s.ok()) return s;
  }
  if (!(o.base_rate > 0) || !(o.base_rate < 1)) {
    return invalid_argument("base_rate", "above 0 and below 1", o.base_rate);
  }
  if (!(o.base_rate_sigma > 0) || !std::isfinite(o.base_rate_sigma)) {
    return invalid_argument("base_rate_sigma", "finite and > 0", o.base_rate_sigma);
  }
  if (!o.effects.empty()) {
    if (Status s = check_size("effects", o.effects.size(), k); !s.ok()) return s;
  }
  for (const NormalPrior& effect : o.effects) {
    if (!(effect.sd > 0) || !std::isfinite(effect.sd) || !std::isfinite(effect.mean)) {
      return invalid_argument("effects", "of finite mean and finite sd > 0", effect.sd);
    }
  }
  if (!o.signs.empty()) {
    if (Status s = check_size("signs", o.signs.size(), k); !s.ok()) return s;
  }
  if (!(o.minimum_events >= 1)) {
    return invalid_argument("minimum_events", ">= 1", o.minimum_events);
  }
  if (!(o.ridge >= 0) || !std::isfinite(o.ridge)) {
    return invalid_argument("ridge", "finite and >= 0", o.ridge);
  }
  if (o.folds < 2 || o.folds > 100) return invalid_argument("folds", "from 2 to 100", o.folds);
  if (o.draws >= 19 && o.draws <= 10'000) return {};
  return invalid_argument("draws", "from 19 to 10000", static_cast<double>(o.draws));
}

std::vector<Sign> signs_of(const LadderOptions& o, std::size_t k) {
  if (o.external) return {Sign::not_negative};
  return o.signs.empty() ? std::vector<Sign>(k, Sign::free)
                         : std::vector<Sign>(o.signs.begin(), o.signs.end());
}

void add_warning(LadderModel& model, const std::string& text) {
  model.warning += (model.warning.empty() ? "" : "; ") + text;
}

/// A feature that nobody had in the fit has no spread to be measured by, so its prior, which is on
/// one standard deviation, says nothing of a number that comes later: no effect, exactly.
void drop_never_known(const LadderRows& rows, LadderModel& model) {
  const std::size_t p = rows.features.size() + 1;
  for (const std::size_t j : rows.never_known) {
    for (std::size_t at = j + 1; at < model.draws.size(); at += p) model.draws[at] = 0;
    if (!model.coefficients.empty()) model.coefficients[j + 1] = 0;
    for (std::size_t i = 0; i < p && !model.covariance.empty(); ++i)
      model.covariance[i * p + j + 1] = model.covariance[(j + 1) * p + i] = 0;
    add_warning(model, "'" + rows.features[j].name + "' is known of no row of the fit: not used");
  }
}

/// The first two rungs.
Status fit_posterior(const LadderRows& rows, const LadderOptions& o, const Executor& executor,
                     LadderModel& model) {
  const std::size_t k = rows.features.size();
  std::vector<NormalPrior> effects(o.effects.begin(), o.effects.end());
  if (o.external) {
    effects = {kExternalSlope};
  } else if (effects.empty()) {
    effects.assign(k, {0, kUsualEffectSpread});
  }
  const auto covariates = rows.covariates();
  const auto weight = detail::shared_weights(rows);
  const auto signs = signs_of(o, k);
  const NormalPrior base{std::log(o.base_rate) - std::log1p(-o.base_rate), o.base_rate_sigma};
  auto posterior = sample_logistic({covariates, rows.outcome, weight},
                                   {.intercept_prior = o.external ? kExternalShift : base,
                                    .priors = effects,
                                    .signs = signs,
                                    .draws = o.draws,
                                    .seed = o.seed},
                                   executor);
  if (!posterior) return posterior.error();
  // Six decimals of a log-odds say all there is, and keep the file small.
  for (const double draw : posterior->draws) model.draws.push_back(std::round(draw * 1e6) / 1e6);
  model.rung = rows.events > 0 ? Rung::informative : Rung::prior;
  return {};
}

Result<RegressionFit> fit_part(const LadderRows& rows, const LadderOptions& o,
                               std::span<const double> weight, bool robust,
                               const Executor& executor) {
  const auto covariates = rows.covariates();
  const auto signs = signs_of(o, rows.features.size());
  return fit_binary({covariates, rows.outcome, weight, {}, rows.account},
                    {.ridge = o.external ? 0 : o.ridge, .signs = signs, .robust = robust},
                    executor);
}

/// Predictions of every row by a fit that has not seen its account.
std::vector<double> out_of_fold(const LadderRows& rows, const LadderOptions& o,
                                const Executor& executor) {
  std::vector<double> p(rows.outcome.size(), kNaN);
  const auto fold_of = [&](std::size_t r) {
    return (rows.fold_key[r] ^ (o.seed * 0x9E3779B97F4A7C15u)) %
           static_cast<std::uint64_t>(o.folds);
  };
  for (std::uint64_t fold = 0; fold < static_cast<std::uint64_t>(o.folds); ++fold) {
    std::vector<double> weight = rows.weight;
    for (std::size_t r = 0; r < weight.size(); ++r)
      if (fold_of(r) == fold) weight[r] = 0;
    const auto fit = fit_part(rows, o, weight, false, executor);
    if (!fit) continue;  // a fold without losses: its rows are not judged
    std::vector<double> z(rows.features.size());
    for (std::size_t r = 0; r < p.size(); ++r) {
      if (fold_of(r) != fold) continue;
      for (std::size_t j = 0; j < z.size(); ++j) z[j] = rows.z[j][r];
      p[r] = logistic(linear_predictor(fit->coefficients, z));
    }
  }
  return p;
}

/// Platt's line through the out-of-fold predictions, if it rises.
void calibrate_out_of_fold(const LadderRows& rows, const LadderOptions& o, const Executor& executor,
                           LadderModel& model) {
  const std::vector<double> p = out_of_fold(rows, o, executor);
  std::vector<double> outcome = rows.outcome;
  for (std::size_t r = 0; r < p.size(); ++r)
    if (std::isnan(p[r])) outcome[r] = kNaN;
  const Predictions predictions{outcome, p, rows.weight};
  if (const auto quality = evaluate(predictions)) {
    model.auc = quality->auc.auc;
    model.log_loss = quality->by_account.log_loss;
    model.brier_skill = quality->by_account.brier_skill;
  }
  const auto line = fit_platt(predictions, {.smoothed_targets = false});
  if (line && line->report.converged() && line->calibration.slope > 0) {
    model.calibration = line->calibration;
    return;
  }
  add_warning(model, "no calibration: out of fold the features do not tell lost from kept");
}

Status fit_ridge(const LadderRows& rows, const LadderOptions& o, const Executor& executor,
                 LadderModel& model) {
  const bool clustered = !rows.account.empty();
  const auto fit = fit_part(rows, o, rows.weight, clustered, executor);
  if (!fit) return fit.error();
  model.rung = Rung::ridge;
  model.warning = fit->warning;
  model.coefficients = fit->coefficients;
  model.covariance = clustered ? fit->robust_covariance : fit->covariance;
  for (double& value : model.coefficients) value = std::isfinite(value) ? value : 0;
  for (double& value : model.covariance) value = std::isfinite(value) ? value : 0;
  if (!o.external) calibrate_out_of_fold(rows, o, executor, model);
  return {};
}

}  // namespace

Result<LadderModel> fit_ladder(const LadderColumns& columns, const LadderOptions& options,
                               const Executor& executor) {
  if (Status s = check_options(columns, options); !s.ok()) return s;
  LadderModel model;
  model.external = options.external;
  const LadderRows rows = detail::ladder_rows(columns, options.external, model);
  model.features = rows.features;
  model.accounts = rows.accounts;
  model.events = rows.events;
  const double least = std::fmin(rows.events, rows.accounts - rows.events);
  const Status s = least >= options.minimum_events ? fit_ridge(rows, options, executor, model)
                                                   : fit_posterior(rows, options, executor, model);
  if (!s.ok()) return s;
  drop_never_known(rows, model);
  return model;
}

}  // namespace kam::churn
