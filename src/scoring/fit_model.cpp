#include <kam/scoring/model.hpp>

#include <cmath>

#include <kam/value/explanation.hpp>

#include "numeric/text.hpp"
#include "scoring/indicator_scores.hpp"
#include "scoring/margin.hpp"
#include "scoring/model_classes.hpp"

namespace kam::scoring {
namespace {

/// Rulers for the rank scales. A feature that no account has leaves its indicator without one:
/// missing.
Status fit_references(Model& model, const portfolio::FeatureTable& features) {
  const auto& indicators = model.profile.scorecard().indicators();
  model.references.resize(indicators.size());
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    if (!value::needs_reference(indicators[i])) continue;
    auto reference = value::make_reference(features.find(indicators[i].feature));
    if (reference) {
      model.references[i] = std::move(*reference);
    } else if (reference.error().code() != StatusCode::insufficient_data) {
      return reference.error();
    }
  }
  return {};
}

/// Mean and variance of the scores that are there; the default where fewer than two are.
value::ScoreSpread spread_of(const std::vector<double>& scores) {
  double n = 0, mean = 0, squares = 0;
  for (const double s : scores) {
    if (std::isnan(s)) continue;
    const double off = s - mean;
    mean += off / ++n;
    squares += off * (s - mean);
  }
  return n < 2 ? value::ScoreSpread{} : value::ScoreSpread{mean, squares / (n - 1)};
}

double repeat_orders(const portfolio::OrderSummary& summary) {
  double orders = 0;
  for (const double x : summary.frequency) orders += std::isfinite(x) ? x : 0;
  return orders;
}

void fit_orders(Model& model, const portfolio::OrderSummary& summary, const Executor& executor) {
  const OrderSettings& settings = model.profile.orders;
  const double repeats = repeat_orders(summary);
  if (repeats < settings.minimum_repeat_orders) {
    model.orders_note = "insufficient: " + numeric::shortest(repeats) +
                        " repeat orders, an order model needs " +
                        numeric::shortest(settings.minimum_repeat_orders);
    return;
  }
  const auto keep = [&](const auto& fit) {
    if (fit) model.orders = Estimate::from(settings.model, settings.unit, *fit);
    if (!fit) model.orders_note = fit.error().message();
  };
  if (settings.model == "bgnbd") {
    keep(bgnbd::fit(summary.orders(), {}, executor));
  } else if (settings.model == "pareto_nbd") {
    keep(pareto_nbd::fit(summary.orders(), {}, executor));
  } else {
    keep(mbgnbd::fit(summary.orders(), {}, executor));
  }
  const auto spend = gamma_gamma::fit(summary.spend(), {}, executor);
  if (spend) model.spend = Estimate::from("gamma_gamma", settings.unit, *spend);
  if (!spend) model.orders_note = spend.error().message();
}

}  // namespace

Result<Model> fit_scorecard(Profile profile, Day fitted_on, const portfolio::FeatureTable& features,
                            const Executor& executor) {
  Model model{.profile = std::move(profile), .fitted_on = fitted_on, .accounts = features.accounts};
  if (Status s = fit_references(model, features); !s.ok()) return s;
  const auto scores = indicator_scores(model, features, executor);
  if (!scores) return scores.error();
  std::vector<std::span<const double>> columns(scores->begin(), scores->end());
  model.median_scores = value::median_scores(columns);
  for (const auto& column : *scores) model.spreads.push_back(spread_of(column));
  model.class_thresholds = fit_class_thresholds(model.profile, features);
  model.orders_note = "a scorecard alone: no orders were given";
  return model;
}

Result<Model> fit_model(Profile profile, Day as_of, const portfolio::FeatureTable& features,
                        const portfolio::FeaturePriors& priors,
                        const portfolio::OrderSummary& summary, const Executor& executor) {
  if (Status s = check_size("summary.frequency", summary.frequency.size(), features.accounts);
      !s.ok())
    return s;
  auto model = fit_scorecard(std::move(profile), as_of, features, executor);
  if (!model) return model;
  model->priors = priors;
  model->margin_rate = fit_margin_rate(features);
  model->orders_note.clear();
  fit_orders(*model, summary, executor);
  return model;
}

}  // namespace kam::scoring
