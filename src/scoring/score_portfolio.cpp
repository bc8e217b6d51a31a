#include <kam/scoring/score_portfolio.hpp>

#include <utility>

namespace kam::scoring {
namespace {

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

  portfolio::FeaturePriors priors;
  if (given != nullptr) {
    priors = given->priors;
  } else {
    const auto fitted = portfolio::fit_feature_priors(usable, verdicts, request.as_of);
    if (!fitted) return fitted.error();
    priors = *fitted;
  }
  auto features = portfolio::features(usable, verdicts, request.as_of, priors);
  if (!features) return features.error();

  auto model = given != nullptr
                   ? Result<Model>(*given)
                   : fit_model(profile, request.as_of, *features, priors, summary, executor);
  if (!model) return model.error();
  auto scorer = Scorer::make(std::move(*model));
  if (!scorer) return scorer.error();
  auto table = scorer->score(*features, summary, request, executor);
  if (!table) return table.error();

  const auto& facts = table->facts;
  const auto& measure =
      profile.concentration_measure == "net_revenue" ? facts.net_revenue : facts.net_revenue_12m;
  auto shares = portfolio_columns(measure);
  checked->report.merge(features->report);
  return PortfolioScore{scorer->model(),    std::move(*table),    std::move(shares),
                        std::move(summary), std::move(*features), std::move(checked->report)};
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
