/// What a fit remembers: yesterday's ruler, complete. Scoring needs nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/portfolio/order_summary.hpp>
#include <kam/scoring/estimate.hpp>
#include <kam/scoring/measures.hpp>
#include <kam/scoring/profile.hpp>
#include <kam/value/frozen_reference.hpp>
#include <kam/value/value_interval.hpp>

namespace kam::scoring {

/// The class rules whose thresholds are all known.
struct FrozenClasses {
  value::ClassRules rules;
  std::vector<std::size_t> place;  ///< of each rule in the profile's list
};

struct Model {
  Profile profile;
  Day fitted_on = kNoDay;    ///< as_of of the fit
  std::size_t accounts = 0;  ///< it was fitted on
  portfolio::FeaturePriors priors{};
  MeasurePriors measures{};
  /// Per indicator: the ruler of a rank or robust z scale; empty for the other scales, and where no
  /// account of the fit had the feature.
  std::vector<std::optional<value::FrozenReference>> references{};
  std::vector<double>
      median_scores{};  ///< per indicator, over the accounts of the fit; NaN if none
  std::vector<value::ScoreSpread> spreads{};  ///< per indicator: mean and variance of its scores
  std::optional<Estimate> orders{};           ///< empty: see orders_note
  std::optional<Estimate> spend{};
  std::string orders_note{};  ///< why an estimate is missing, in words
  /// Margin of the portfolio over its revenue at the fit: of accounts without costs of their own;
  /// NaN: no costs were known, and value is counted in revenue.
  double margin_rate = kNaN;
  /// Per class of the profile, per condition with a quantile (of `all`, then of `any`): the
  /// threshold it was at the fit; NaN where no account had the feature.
  std::vector<std::vector<double>> class_thresholds{};

  /// insufficient_data if no class can be decided; a class without its thresholds is left out.
  [[nodiscard]] Result<FrozenClasses> class_rules() const;
};

/// References, medians and spreads of the scorecard alone: no orders, so no churn and no worth.
[[nodiscard]] Result<Model> fit_scorecard(Profile profile, Day fitted_on,
                                          const portfolio::FeatureTable& features,
                                          const Executor& executor = {});

/// References, medians, order and spend model from one portfolio. Too few repeat orders or repeat
/// buyers are no error: the model says so and its columns stay NA. The priors are those that
/// `features` were computed with. O(accounts log accounts).
[[nodiscard]] Result<Model> fit_model(Profile profile, Day as_of,
                                      const portfolio::FeatureTable& features,
                                      const portfolio::FeaturePriors& priors,
                                      const portfolio::OrderSummary& summary,
                                      const Executor& executor = {});

/// Sealed JSON (format kam-model, kind score_model): some ten kB, of them the references most.
[[nodiscard]] std::string to_json(const Model& model);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so, never a crash.
[[nodiscard]] Result<Model> parse_model(std::string_view json);

/// Twelve hex digits that name the content of a model.
[[nodiscard]] std::string model_version(const Model& model);

}  // namespace kam::scoring
