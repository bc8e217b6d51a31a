/// One answer for any number of losses: the churn probability of an account, by the method that the
/// losses at hand can carry, with an interval, and saying which method that was.
///
///   prior        nobody was lost yet, or nothing is known of the account: what was believed
///                before, and that so many have stayed
///   informative  some losses: logistic regression with normal priors (and signs), its posterior
///                sampled (logistic_posterior.hpp)
///   ridge        `minimum_events` losses and more: ridge logistic regression, calibrated out of
///                fold, interval by the delta method
///
/// Features are standardised, so that a prior is on the effect of one standard deviation. A
/// probability made elsewhere (`external`) goes through the same steps with its log-odds as the one
/// feature: with few losses it is shrunk towards being right as it stands.
///
/// An account without a feature does not pass for a healthy one: what is not known is averaged over
/// all accounts, which pulls the estimate to the base rate and widens the interval. Nor is it
/// forgotten in the fit: that it was lost or kept counts, for the base rate and for the rung; the
/// feature is taken as average, which says nothing of its effect.
/// docs/models/churn_ladder.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/columns.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/special.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/binary_regression.hpp>
#include <kam/churn/calibration.hpp>

namespace kam::churn {

enum class Rung : std::uint8_t { prior, informative, ridge };

[[nodiscard]] constexpr const char* rung_name(Rung rung) noexcept {
  constexpr const char* kNames[] = {"prior", "informative", "ridge"};
  return kNames[static_cast<int>(rung)];
}

/// Spread of the effect of one standard deviation where no prior is given: within a factor of e on
/// the odds, both ways, at 95 %.
inline constexpr double kUsualEffectSpread = 0.5;

struct LadderColumns {
  std::span<const Covariate> features;  ///< k columns of n numbers; NaN = missing
  std::span<const double> outcome;      ///< 1 lost, 0 kept within the horizon, NaN = not known yet
  std::span<const double> weight{};     ///< how often the row counts [-], >= 0; empty means 1
  /// Account of the row, where one has several (cuts); empty: every row for itself. An account
  /// counts once on the first two rungs, shared among its rows, and as a cluster on the third.
  std::span<const double> account{};

  [[nodiscard]] std::size_t rows() const noexcept { return outcome.size(); }
};

struct LadderOptions {
  double base_rate = 0.1;        ///< probability thought likely for the average account, in (0, 1)
  double base_rate_sigma = 1.0;  ///< standard deviation of its log-odds, > 0
  /// Effect of one standard deviation on the log-odds, one per feature; empty: mean 0 and
  /// kUsualEffectSpread. Not read for an external probability.
  std::span<const NormalPrior> effects{};
  std::span<const Sign> signs{};  ///< one per feature; empty: all free
  bool external = false;          ///< the one feature is a probability made elsewhere
  double minimum_events = 30.0;   ///< accounts lost, and kept, from which the third rung is taken
  double ridge = 1.0;             ///< of the third rung, see binary_regression.hpp
  int folds = 5;                  ///< of its calibration, 2 to 100; external: none
  std::size_t draws = 399;        ///< of the posterior, 19 to 10,000
  std::uint64_t seed = 1;
};

/// How one feature enters: z = (x - centre) / scale, missing: Normal(mean, sd^2) in z.
struct LadderFeature {
  std::string name;
  double centre = 0.0, scale = 1.0;
  double mean = 0.0, sd = 1.0;
};

/// A few kB, whatever the number of accounts.
struct LadderModel {
  Rung rung = Rung::prior;
  bool external = false;
  std::vector<LadderFeature> features;
  /// Accounts with a known outcome that were used, and those lost among them [weight].
  double accounts = 0.0, events = 0.0;
  std::vector<double> draws;         ///< prior, informative: draws x (k + 1), intercept first
  std::vector<double> coefficients;  ///< ridge: k + 1
  std::vector<double> covariance;    ///< ridge: (k + 1)^2, by account
  LogitCalibration calibration{};    ///< ridge; slope 1, intercept 0 where none was made
  double auc = kNaN, log_loss = kNaN, brier_skill = kNaN;  ///< ridge: out of fold
  BatchReport rows{};                                      ///< rows left out of the fit
  /// Rows of the fit in which a feature is missing (taken as average), and the first of them.
  std::size_t incomplete_rows = 0, first_incomplete = 0;
  std::size_t unknown_outcomes = 0;  ///< rows to be scored only; not in `rows`
  std::string warning{};
};

/// A missing feature (NaN) is the mean of the known ones, and its row counts as lost or kept
/// (`incomplete_rows`); a feature that no row has is named in `warning` and has no effect. Rows
/// with an infinite feature (an external probability outside 0..1), an outcome other than 0, 1 and
/// NaN, a negative or missing weight or a missing account are left out of the fit and counted.
/// Errors: size_mismatch; invalid_argument names the option; cancelled. No data at all is no error:
/// the prior answers. Independent of row order and threads. Cost: that of sample_logistic, or of
/// folds + 1 regressions.
[[nodiscard]] Result<LadderModel> fit_ladder(const LadderColumns& columns,
                                             const LadderOptions& options = {},
                                             const Executor& executor = {});

/// What an answer rests on.
enum class RowBasis : std::uint8_t {
  complete,     ///< every feature
  partial,      ///< some features; the others averaged over all accounts
  no_features,  ///< none of several: the base rate, with the spread of accounts in its interval
};

/// Churn probability and its interval at `level`, n rows of the features of the fit in their order.
/// `basis` may be empty. A row with an infinite feature (an external probability outside 0..1) is
/// NaN and counted. Errors: size_mismatch, invalid_argument (level, a damaged model). Cost: draws x
/// k per row, or k^2.
BatchReport churn_probability(const LadderModel& model,
                              std::span<const std::span<const double>> features, double level,
                              const IntervalColumns& out, std::span<RowBasis> basis = {},
                              const Executor& executor = {});

}  // namespace kam::churn
