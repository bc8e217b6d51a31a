/// The main job in one call: tables in, scored accounts out.
#pragma once

#include <optional>

#include <kam/portfolio/check.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/portfolio/order_summary.hpp>
#include <kam/scoring/classification.hpp>
#include <kam/scoring/portfolio_columns.hpp>
#include <kam/scoring/scorer.hpp>

namespace kam::scoring {

struct PortfolioScore {
  Model model;                      ///< fitted now, or the one that was given
  ScoreTable table;                 ///< one row per account
  ClassificationBlock classes;      ///< tier, class tags, relation type, matrices
  PortfolioColumns portfolio;       ///< shares, ranks, concentration of the profile's measure
  portfolio::OrderSummary summary;  ///< in the unit of the profile
  portfolio::FeatureTable features;
  portfolio::DataReport report;
};

/// check → features → fit → score → portfolio_columns. check_options.as_of and .occasion are taken
/// from the request and the profile. Errors: those of the steps.
[[nodiscard]] Result<PortfolioScore> score_portfolio(const portfolio::Portfolio& tables,
                                                     const Profile& profile,
                                                     const ScoreRequest& request,
                                                     portfolio::CheckOptions check_options = {},
                                                     const Executor& executor = {});

/// The same with yesterday's ruler: nothing is fitted.
[[nodiscard]] Result<PortfolioScore> score_portfolio(const portfolio::Portfolio& tables,
                                                     const Model& model,
                                                     const ScoreRequest& request,
                                                     portfolio::CheckOptions check_options = {},
                                                     const Executor& executor = {});

}  // namespace kam::scoring
