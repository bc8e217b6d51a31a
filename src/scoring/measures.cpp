#include "scoring/measures.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include <kam/base/columns.hpp>

namespace kam::scoring {
namespace {

Status check_facts(const portfolio::Portfolio& portfolio, const portfolio::PortfolioFacts& facts) {
  return check_size("facts", facts.accounts.size(), portfolio.accounts.rows);
}

Status no_memory() {
  return {StatusCode::out_of_memory, "not enough memory for the measures"};
}

/// All columns or none: room is made first.
void append(portfolio::FeatureTable& features, portfolio::FeatureTable&& added) {
  const std::size_t columns = features.names.size() + added.names.size();
  features.names.reserve(columns);
  features.values.reserve(columns);
  features.notes.reserve(columns);
  features.ages.reserve(columns);
  std::move(added.names.begin(), added.names.end(), std::back_inserter(features.names));
  std::move(added.values.begin(), added.values.end(), std::back_inserter(features.values));
  std::move(added.notes.begin(), added.notes.end(), std::back_inserter(features.notes));
  std::move(added.ages.begin(), added.ages.end(), std::back_inserter(features.ages));
  features.report = std::move(added.report);
}

}  // namespace

Result<MeasurePriors> fit_measure_priors(const portfolio::Portfolio& portfolio,
                                         const portfolio::PortfolioFacts& facts,
                                         const portfolio::FeatureOptions& options) try {
  if (Status s = check_facts(portfolio, facts); !s.ok()) return s;
  MeasurePriors priors;
  const AnswerCounts counts =
      count_answers(portfolio.ratings, portfolio.accounts.rows, facts.window.as_of,
                    options.rating_max_age_days, nullptr);
  for (const value::Answers& a : counts.answers) priors.net_promoter_accounts += a.total() > 0;
  const auto prior = value::fit_net_promoter_prior(counts.answers);
  if (prior) {
    priors.net_promoter = *prior;
  } else if (prior.error().code() != StatusCode::insufficient_data) {
    return prior.error();
  }
  priors.look_alikes = fit_look_alikes(portfolio, facts.categories);
  return priors;
} catch (const std::bad_alloc&) {
  return no_memory();
}

Status add_measures(const portfolio::Portfolio& portfolio, const portfolio::PortfolioFacts& facts,
                    const MeasurePriors& priors, const portfolio::FeatureOptions& options,
                    portfolio::FeatureTable& features) {
  if (Status s = check_facts(portfolio, facts); !s.ok()) return s;
  if (Status s = check_size("features", features.accounts, portfolio.accounts.rows); !s.ok()) {
    return s;
  }
  portfolio::FeatureTable added{.accounts = features.accounts};
  try {
    added.report = features.report;
    const MeasureInput in{portfolio, facts, priors, options};
    add_value_measures(in, features, added);
    add_growth_measures(in, added);
    add_breadth(in, added);
    add_payment_measures(in, added);
    add_risk_measures(in, added);
    append(features, std::move(added));
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
  return {};
}

}  // namespace kam::scoring
