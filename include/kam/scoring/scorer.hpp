/// Scores accounts with a model. Pure and per row: one account or a million give the same numbers,
/// and scoring changes nothing.
#pragma once

#include <kam/base/executor.hpp>
#include <kam/scoring/model.hpp>
#include <kam/scoring/score_row.hpp>
#include <kam/value/scorecard.hpp>

namespace kam::scoring {

struct ScoreRequest {
  Day as_of = kNoDay;               ///< needed; the features' and the summary's observation end
  double churn_horizon_days = 365;  ///< > 0
  double value_years = 5;           ///< > 0
  double discount = 0.1;            ///< effective annual rate, >= 0
};

/// Immutable; any number of threads may share one.
class Scorer {
 public:
  /// invalid_format if the model's parts do not fit together.
  [[nodiscard]] static Result<Scorer> make(Model model);

  [[nodiscard]] const Model& model() const noexcept { return model_; }

  /// `features` computed with model().priors, `summary` in the unit and occasion of its profile,
  /// both as of request.as_of, one row per account in the same order. Errors: invalid_argument,
  /// size_mismatch. Cost per account: about a microsecond plus the order model's intervals.
  [[nodiscard]] Result<ScoreTable> score(const portfolio::FeatureTable& features,
                                         const portfolio::OrderSummary& summary,
                                         const ScoreRequest& request,
                                         const Executor& executor = {}) const;

  /// The scorecard part alone, of features from anywhere: indices, intervals, reasons, rules.
  [[nodiscard]] Result<ValueBlock> score_features(const portfolio::FeatureTable& features,
                                                  const Executor& executor = {}) const;

 private:
  Scorer(Model model, value::ScorecardRow reference)
      : model_(std::move(model)),
        reference_(std::move(reference)),
        version_(model_version(model_)),
        profile_json_(to_json(model_.profile)) {}

  Model model_;
  value::ScorecardRow reference_;  // the median account: what reasons compare with
  std::string version_, profile_json_;
};

}  // namespace kam::scoring
