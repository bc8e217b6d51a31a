/// What kind of account is it: tier, class tags and relation type as three separate answers, and
/// its place in the portfolio matrices. A step after scoring; pure per account, given the tier and
/// cells it had before.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <kam/base/executor.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/features.hpp>
#include <kam/portfolio/records.hpp>
#include <kam/scoring/model.hpp>
#include <kam/scoring/score_row.hpp>

namespace kam::scoring {

/// One matrix of the profile.
struct MatrixBlock {
  std::vector<std::int32_t> cell;                  ///< row-major from bottom left; kNoCell
  std::vector<double> stability;                   ///< probability of that cell
  std::vector<std::vector<double>> probabilities;  ///< [cell][row], add up to 1
};

struct ClassificationBlock {
  std::vector<std::int32_t> tier;      ///< index in the profile's tier rule; kNoTier
  std::vector<double> tier_stability;  ///< probability that plausible weights give the same tier
  std::vector<value::TierCause> tier_cause;
  std::vector<std::vector<value::Answer>> classes;  ///< [class of the profile][row]
  std::vector<value::RelationType> relation;
  std::vector<MatrixBlock> matrices;  ///< one per matrix of the profile
};

/// The tier each account had, for hysteresis: index, potential() or kNoTier; or no column at all.
using PreviousTiers = std::span<const std::int32_t>;

/// `table` and `features` as scored with `model`; `accounts` brings sectors and flags. The tier of
/// a row that a cap, floor or veto moved is as stable as the index before the rule makes it.
/// Errors: size_mismatch.
[[nodiscard]] Result<ClassificationBlock> classify(const Model& model, const ScoreTable& table,
                                                   const portfolio::FeatureTable& features,
                                                   const portfolio::AccountColumns& accounts,
                                                   PreviousTiers previous = {},
                                                   const Executor& executor = {});

/// The rule that fired, with its numbers.
struct ClassificationText {
  std::string tier{};                  ///< empty without a tier
  std::vector<std::string> classes{};  ///< one per class of the profile, also for no and unknown
  std::string relation{};
};

/// Texts on demand; borrows everything it is made of.
class ClassificationTexts {
 public:
  ClassificationTexts(const Model& model, const ScoreTable& table,
                      const portfolio::FeatureTable& features,
                      const portfolio::AccountColumns& accounts, const ClassificationBlock& block,
                      PreviousTiers previous = {});
  ~ClassificationTexts();
  ClassificationTexts(const ClassificationTexts&) = delete;
  ClassificationTexts& operator=(const ClassificationTexts&) = delete;

  /// Precondition: row < accounts.
  [[nodiscard]] ClassificationText row(std::size_t row, value::Language language) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kam::scoring
