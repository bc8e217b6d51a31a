/// A fitted churn regression as a record: what a model file stores, with the schema of the columns
/// it was fitted on, and the scorer that reads it. A few kB, whatever the number of rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/batch_report.hpp>
#include <kam/base/executor.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/churn/binary_regression.hpp>
#include <kam/churn/hazard.hpp>
#include <kam/scoring/calibration_file.hpp>

namespace kam::scoring {

/// What became of one column of the table in the fit. A number or a boolean is one term; a text is
/// one term per level but the first, 1 where the cell is that level (treatment coding).
struct SchemaColumn {
  enum class Kind : std::uint8_t { number, boolean, text };
  /// A missing cell: the row is NaN, or a level of its own (`missing`, the last one, if the fit had
  /// such cells), or the median of the fit.
  enum class Missing : std::uint8_t { error, level, median };

  std::string name;
  Kind kind = Kind::number;
  Missing missing = Missing::error;
  std::vector<std::string> levels{};  ///< of a text, the reference first
  double median = kNaN;               ///< of a number with Missing::median
  bool indicator = false;  ///< a second term, 1 where the number was missing: the fit had such rows

  /// Names of its terms: `tenure`; `Contract[One year]`, `Contract[Two year]`.
  [[nodiscard]] std::vector<std::string> terms() const;
};

/// A level that the fit did not have: the row is NaN, or counts as the reference, or as missing.
enum class UnseenLevel : std::uint8_t { error, reference, missing };

struct ChurnSchema {
  std::vector<SchemaColumn> columns;
  UnseenLevel unseen = UnseenLevel::error;

  [[nodiscard]] std::vector<std::string> terms() const;
  /// Columns of numbers, none of which may be missing.
  [[nodiscard]] static ChurnSchema of_numbers(std::span<const std::string> names);
};

/// {"unseen": …, "columns": [{"name", "kind", "missing", "levels" | "median", "indicator"}, …]}.
[[nodiscard]] Result<ChurnSchema> parse_churn_schema(std::string_view json);
[[nodiscard]] std::string to_json(const ChurnSchema& schema);

/// A calibrator kept with a model, which the scorer applies to the model's probabilities.
struct ChurnCalibration {
  Calibrator calibrator;
  /// Of a hazard: the horizon of the probabilities it was fitted on [periods]. It is applied to
  /// probabilities of that horizon and to no others. NaN: of a logistic model.
  double horizon = kNaN;
};

struct ChurnModel {
  std::string kind = "logistic";  ///< logistic, hazard
  churn::Link link = churn::Link::logit;
  churn::AgeTerms age{};  ///< of a hazard
  ChurnSchema schema;
  /// Intercept, the age terms, the terms of the schema: p of them.
  std::vector<std::string> names;
  std::vector<double> coefficients;              ///< p; NaN where aliased
  std::vector<double> standard_errors;           ///< p; NaN where aliased or at a bound
  std::vector<double> covariance;                ///< p x p
  std::vector<double> robust_standard_errors{};  ///< p, or empty
  std::vector<double> robust_covariance{};       ///< p x p, or empty
  std::vector<double> reference;  ///< means of the terms of the schema over customers
  std::vector<std::string> aliased{}, separating{}, at_bound{};  ///< names
  double ridge = 0;
  double log_likelihood = kNaN, null_log_likelihood = kNaN, penalty = 0;
  double effective_parameters = kNaN;
  double weight = 0, events = 0;  ///< rows used (customer-periods of a hazard), and lost ones
  double last_period = 0;         ///< of a hazard: the last one in which somebody was seen
  double rows_rejected = 0;
  std::string stop_reason = "given";
  int iterations = 0;
  std::string warning{};
  /// At most one of a logistic model, at most one per horizon of a hazard.
  std::vector<ChurnCalibration> calibration{};

  [[nodiscard]] static ChurnModel from(const churn::RegressionFit& fit, ChurnSchema schema);
  [[nodiscard]] static ChurnModel from(const churn::HazardFit& fit, churn::Link link,
                                       ChurnSchema schema);
  [[nodiscard]] double aic() const noexcept { return 2 * (effective_parameters - log_likelihood); }
};

/// ok, or invalid_argument: a logistic model has at most one calibrator, without a horizon; a
/// hazard at most one per horizon, whole periods >= 1.
[[nodiscard]] Status check_calibration(const ChurnModel& model);

/// Versioned, checksummed JSON; doubles read back to the same bits.
[[nodiscard]] std::string to_json(const ChurnModel& model);
/// Bounds-checked: damaged, foreign or newer files are a Status that says so.
[[nodiscard]] Result<ChurnModel> parse_churn_model(std::string_view json);

/// How a row's text is given to the scorer if the fit did not have it.
inline constexpr double kUnseenLevel = -1.0;

/// Scores rows of a model; immutable, so any number of threads may share it. Rows and batches agree
/// to the bit. A row costs 10 to 100 ns and no allocation, and a few ns per period of the horizon.
class ChurnScorer {
 public:
  /// invalid_argument if the model contradicts itself.
  [[nodiscard]] static Result<ChurnScorer> make(const ChurnModel& model);

  /// Columns of the table that a row needs, in the order in which it is given.
  [[nodiscard]] std::size_t inputs() const noexcept { return columns_.size(); }
  /// Empty from inputs() on.
  [[nodiscard]] std::string_view input_name(std::size_t column) const noexcept {
    return column < inputs() ? std::string_view(columns_[column].schema.name) : std::string_view();
  }
  /// Number, boolean or text; a column from inputs() on is a number.
  [[nodiscard]] SchemaColumn::Kind input_kind(std::size_t column) const noexcept {
    return column < inputs() ? columns_[column].schema.kind : SchemaColumn::Kind::number;
  }
  /// The number that stands for a text in a row; kUnseenLevel if the fit did not have it. NaN if
  /// there is no such column, or it holds no text. Look it up once per text, not per row, where
  /// speed matters.
  [[nodiscard]] double level(std::size_t column, std::string_view text) const noexcept;

  /// Linear predictor (without age) of a row of inputs(): numbers, booleans as 0 and 1, texts as
  /// level(), NaN for missing. NaN where the schema refuses a cell.
  [[nodiscard]] double linear_predictor(std::span<const double> row) const noexcept;
  /// P(lost): of a logistic model, calibrated if the model has a calibrator. NaN of a hazard, which
  /// has no probability without a horizon.
  [[nodiscard]] double probability(std::span<const double> row) const noexcept;
  /// P(lost within `horizon` periods | there after `tenure`): of a hazard model, calibrated if the
  /// model has a calibrator of this horizon. NaN of a logistic model, whose horizon is that of its
  /// labels: ask counts_periods().
  [[nodiscard]] double churn(std::span<const double> row, double tenure,
                             double horizon) const noexcept;

  /// What maps probabilities of this horizon (of a logistic model: any) to calibrated ones; null if
  /// they stay as they are.
  [[nodiscard]] const Calibrator* calibrator(double horizon) const noexcept;

  /// Whether it is a hazard: churn(), not probability().
  [[nodiscard]] bool counts_periods() const noexcept { return hazard_; }
  [[nodiscard]] const churn::HazardCurve& curve() const noexcept { return curve_; }
  [[nodiscard]] churn::Link link() const noexcept { return link_; }
  /// Coefficients of the terms, 0 where aliased, and their reference.
  [[nodiscard]] std::span<const double> term_coefficients() const noexcept { return terms_; }
  [[nodiscard]] std::span<const double> reference() const noexcept { return reference_; }
  /// The linear predictor of the reference.
  [[nodiscard]] double reference_predictor() const noexcept;

  /// Batches over columns of the terms (one per term, n rows each), as a schema makes them. Rows
  /// with a number that is not finite are NaN and counted.
  using Terms = std::span<const std::span<const double>>;
  enum class Verb : std::uint8_t {
    linear_predictor,
    probability,
    churn,
    survival,
    restricted_mean
  };
  /// `tenure` may be empty (0) for the verbs of a hazard and is not read by the others. A tenure
  /// that is not a whole number >= 0 is a bad row; a horizon that is not, invalid_argument. So is a
  /// verb that the model cannot answer: probability of a hazard, the last three of a logistic
  /// model.
  BatchReport batch(Verb verb, Terms terms, std::span<const double> tenure, double horizon,
                    std::span<double> out, const Executor& executor = {}) const;
  /// With interval by the delta method, from the covariance of the coefficients (the robust one if
  /// the model has it; what is not known of it counts as known exactly):
  ///
  ///   linear_predictor                       symmetric
  ///   probability, churn, survival           symmetric in the log-odds (cloglog: in ln(-ln S)),
  ///                                          then calibrated
  ///   restricted_mean                        symmetric in the log-odds of its way from 1 to
  ///   horizon
  ///
  /// Certain answers are points. Errors as without interval, and invalid_argument for a level
  /// outside (0, 1). Cost per row: O(p^2), and O(age terms) per period of the horizon.
  BatchReport batch(Verb verb, Terms terms, std::span<const double> tenure, double horizon,
                    double level, const IntervalColumns& out, const Executor& executor = {}) const;
  /// Shares of the terms in log-odds (log hazard for cloglog) and in probability points, n x terms
  /// row-major, and what they explain: p - p_reference, at the row's own tenure, both calibrated
  /// if probabilities are.
  struct Reasons {
    std::span<double> linear, points, p, p_reference;
  };
  BatchReport reasons(Terms terms, std::span<const double> tenure, double horizon,
                      const Reasons& out, const Executor& executor = {}) const;

 private:
  struct Input {
    SchemaColumn schema;
    std::size_t first = 0;  // of its terms
    bool own_missing_level = false;
  };

  friend class ChurnLimits;

  ChurnScorer(const ChurnModel& model, churn::HazardCurve curve);
  [[nodiscard]] double add_number(const Input& input, double x, double eta) const noexcept;
  [[nodiscard]] double add_level(const Input& input, double code, double eta) const noexcept;
  [[nodiscard]] double answer(Verb verb, double eta, double tenure, double horizon) const noexcept;
  [[nodiscard]] double uncalibrated(Verb verb, double eta, double tenure,
                                    double horizon) const noexcept;
  [[nodiscard]] bool answers(Verb verb) const noexcept;
  [[nodiscard]] Status check(Verb verb, Terms terms, std::span<const double> tenure, double horizon,
                             std::size_t rows) const;

  bool hazard_;
  churn::Link link_;
  UnseenLevel unseen_;
  double intercept_;
  std::vector<double> terms_, reference_;
  std::vector<Input> columns_;
  churn::HazardCurve curve_;
  churn::AgeTerms age_;
  std::vector<double> covariance_;  // of all coefficients, 0 where not known
  std::vector<ChurnCalibration> calibration_;
};

}  // namespace kam::scoring
