/// The measures by subject. Each appends its columns.
#pragma once

#include <kam/scoring/measures.hpp>

namespace kam::scoring {

struct MeasureInput {
  const portfolio::Portfolio& portfolio;
  const portfolio::PortfolioFacts& facts;
  const MeasurePriors& priors;
  const portfolio::FeatureOptions& options;

  [[nodiscard]] Day as_of() const { return facts.window.as_of; }
};

/// Answers on a scale of 0 to 10 to the rating item "nps" that are young enough.
struct AnswerCounts {
  std::vector<value::Answers> answers;  ///< per account
  std::vector<Day> latest;              ///< kNoDay: none, or undated
  bool given = false;                   ///< whether there is such an item
};
[[nodiscard]] AnswerCounts count_answers(const portfolio::RatingColumns& ratings,
                                         std::size_t accounts, Day as_of, int max_age_days,
                                         portfolio::DataReport* report);

[[nodiscard]] std::vector<LookAlikes> fit_look_alikes(const portfolio::Portfolio& portfolio,
                                                      const portfolio::CategorySpend& spend);
/// Column `breadth`.
void add_breadth(const MeasureInput& in, portfolio::FeatureTable& features);

/// cts_share, clumpiness, nps, nps_answers, share_of_wallet, headroom, headroom_rate.
/// `plain` has cts_12m.
void add_value_measures(const MeasureInput& in, const portfolio::FeatureTable& plain,
                        portfolio::FeatureTable& features);
/// trend_rate, trend_p, volatility, downside_deviation, pipeline_p50, pipeline_rate.
void add_growth_measures(const MeasureInput& in, portfolio::FeatureTable& features);
/// days_late, overdue_share, dso_days, dispute_rate.
void add_payment_measures(const MeasureInput& in, portfolio::FeatureTable& features);
/// limit_use, altman_z2, probability_of_default, expected_credit_loss, renewal_days,
/// contract_value.
void add_risk_measures(const MeasureInput& in, portfolio::FeatureTable& features);

}  // namespace kam::scoring
