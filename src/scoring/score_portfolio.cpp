#include <kam/scoring/score_portfolio.hpp>

#include <utility>

namespace kam::scoring {
namespace {

struct Priors {
  portfolio::FeaturePriors features;
  MeasurePriors measures;
};

/// Those of the model, or fitted where there is none.
Result<Priors> priors_of(const portfolio::Portfolio& usable, const portfolio::PortfolioFacts& facts,
                         const Model* given, const portfolio::FeatureOptions& options) {
  if (given != nullptr) return Priors{given->priors, given->measures};
  auto features = portfolio::fit_feature_priors(facts);
  if (!features) return features.error();
  auto measures = fit_measure_priors(usable, facts, options);
  if (!measures) return measures.error();
  return Priors{*features, std::move(*measures)};
}

/// The one path through the house. Without a given model the rulers are fitted on the way.
Result<PortfolioScore> run(const portfolio::Portfolio& tables, const Profile& profile,
                           const Model* given, const ScoreRequest& request,
                           portfolio::CheckOptions check_options, const Executor& executor) {
  check_options.as_of = request.as_of;
  check_options.occasion = profile.orders.occasion;
  auto checked = portfolio::check(tables.transactions, tables.accounts, check_options);
  if (!checked) return checked.error();
  portfolio::Portfolio usable = tables;
  usable.transactions = checked->apply(tables.transactions);
  const std::span<const portfolio::RowVerdict> verdicts = checked->verdict;

  portfolio::OrderSummary summary(tables.accounts.rows);
  const auto summarized = portfolio::summarize(
      usable.transactions, verdicts, tables.accounts.rows,
      {.as_of = request.as_of, .unit = profile.orders.unit, .occasion = profile.orders.occasion},
      summary.columns());
  if (!summarized.ok()) return summarized.status;

  const portfolio::FeatureOptions& options = profile.features;
  const auto facts = portfolio::gather_facts(usable, verdicts, request.as_of, options);
  if (!facts) return facts.error();
  auto priors = priors_of(usable, *facts, given, options);
  if (!priors) return priors.error();
  auto features = portfolio::features(usable, *facts, priors->features, options);
  if (!features) return features.error();
  if (Status s = add_measures(usable, *facts, priors->measures, options, *features); !s.ok()) {
    return s;
  }

  auto model = given != nullptr ? Result<Model>(*given)
                                : fit_model(profile, request.as_of, *features, priors->features,
                                            summary, executor);
  if (!model) return model.error();
  model->measures = std::move(priors->measures);
  auto scorer = Scorer::make(std::move(*model));
  if (!scorer) return scorer.error();
  auto table = scorer->score(*features, summary, request, executor);
  if (!table) return table.error();

  auto kinds = classify(scorer->model(), *table, *features, usable.accounts, {}, executor);
  if (!kinds) return kinds.error();

  const auto& rows = table->facts;
  const auto& measure =
      profile.concentration_measure == "net_revenue" ? rows.net_revenue : rows.net_revenue_12m;
  auto shares = portfolio_columns(measure);
  checked->report.merge(features->report);
  return PortfolioScore{scorer->model(),           std::move(*table),  std::move(*kinds),
                        std::move(shares),         std::move(summary), std::move(*features),
                        std::move(checked->report)};
}

}  // namespace

Result<PortfolioScore> score_portfolio(const portfolio::Portfolio& tables, const Profile& profile,
                                       const ScoreRequest& request,
                                       portfolio::CheckOptions check_options,
                                       const Executor& executor) {
  return run(tables, profile, nullptr, request, check_options, executor);
}

Result<PortfolioScore> score_portfolio(const portfolio::Portfolio& tables, const Model& model,
                                       const ScoreRequest& request,
                                       portfolio::CheckOptions check_options,
                                       const Executor& executor) {
  return run(tables, model.profile, &model, request, check_options, executor);
}

}  // namespace kam::scoring
