#include <kam/scoring/churn_model.hpp>

#include <cmath>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

namespace {

using namespace kam::scoring;
using kam::kNaN;
using kam::churn::Link;

SchemaColumn number(const char* name) {
  SchemaColumn column;
  column.name = name;
  return column;
}

SchemaColumn text(const char* name, std::vector<std::string> levels) {
  SchemaColumn column = number(name);
  column.kind = SchemaColumn::Kind::text;
  column.levels = std::move(levels);
  return column;
}

/// tenure, contract (three levels), spend (median, with a column for missing).
ChurnModel example(UnseenLevel unseen = UnseenLevel::error) {
  ChurnModel model;
  model.schema.columns = {number("age"), text("contract", {"month", "year", "missing"}),
                          number("spend")};
  model.schema.columns[1].missing = SchemaColumn::Missing::level;
  model.schema.columns[2].missing = SchemaColumn::Missing::median;
  model.schema.columns[2].median = 40;
  model.schema.columns[2].indicator = true;
  model.schema.unseen = unseen;
  model.names = {"Intercept",         "age",   "contract[year]",
                 "contract[missing]", "spend", "spend[missing]"};
  model.coefficients = {-1, -.03, -.7, .2, .01, .4};
  model.standard_errors.assign(6, .1);
  model.covariance.assign(36, 0.0);
  model.reference = {20, .3, .1, 45, .05};
  return model;
}

ChurnModel hazard_example() {
  ChurnModel model = example();
  model.kind = "hazard";
  model.link = Link::cloglog;
  model.age.log = true;
  model.age.steps = {13};
  model.names.insert(model.names.begin() + 1, {"log(period)", "period[13+]"});
  model.coefficients.insert(model.coefficients.begin() + 1, {-.5, .3});
  model.standard_errors.assign(8, .1);
  model.covariance.assign(64, 0.0);
  return model;
}

ChurnScorer scorer_of(const ChurnModel& model) {
  auto made = ChurnScorer::make(model);
  EXPECT_TRUE(made);
  return std::move(made).value();
}

TEST(ChurnScorer, ARowAsItsFormula) {
  const ChurnScorer scorer = scorer_of(example());
  EXPECT_EQ(scorer.inputs(), 3u);
  EXPECT_EQ(scorer.level(1, "month"), 0);
  EXPECT_EQ(scorer.level(1, "year"), 1);
  EXPECT_EQ(scorer.level(1, "decade"), kUnseenLevel);
  const std::vector<double> row{10, 1, 50};
  EXPECT_DOUBLE_EQ(scorer.linear_predictor(row), -1 - .3 - .7 + .5);
  EXPECT_DOUBLE_EQ(scorer.probability(row), kam::logistic(-1.5));
  const std::vector<double> blank{10, kNaN, kNaN};
  EXPECT_DOUBLE_EQ(scorer.linear_predictor(blank), -1 - .3 + .2 + .4 + .4);
}

TEST(ChurnScorer, CellsThatTheSchemaRefusesAreNaN) {
  const ChurnScorer scorer = scorer_of(example());
  for (const std::vector<double>& row : std::vector<std::vector<double>>{{kNaN, 0, 1},
                                                                         {HUGE_VAL, 0, 1},
                                                                         {1, kUnseenLevel, 1},
                                                                         {1, 7, 1},
                                                                         {1, .5, 1},
                                                                         {1, 0, -HUGE_VAL},
                                                                         {1, 0},
                                                                         {}}) {
    EXPECT_TRUE(std::isnan(scorer.linear_predictor(row)));
    EXPECT_TRUE(std::isnan(scorer.probability(row)));
  }
  const std::vector<double> unseen{0, kUnseenLevel, 0};
  EXPECT_DOUBLE_EQ(scorer_of(example(UnseenLevel::reference)).linear_predictor(unseen), -1);
  EXPECT_DOUBLE_EQ(scorer_of(example(UnseenLevel::missing)).linear_predictor(unseen), -.8);
}

// A logistic model has no periods and a hazard no probability without a horizon: a number would be
// taken for an answer.
TEST(ChurnScorer, AnswersOnlyWhatTheModelKnows) {
  const ChurnScorer logistic = scorer_of(example()), hazard = scorer_of(hazard_example());
  const std::vector<double> row{10, 1, 50};
  EXPECT_FALSE(logistic.counts_periods());
  EXPECT_TRUE(std::isnan(logistic.churn(row, 3, 12)));
  EXPECT_FALSE(std::isnan(logistic.probability(row)));
  EXPECT_TRUE(hazard.counts_periods());
  EXPECT_TRUE(std::isnan(hazard.probability(row)));
  EXPECT_FALSE(std::isnan(hazard.churn(row, 3, 12)));
  const std::vector<double> column(4, 1.0);
  const std::vector<std::span<const double>> terms(5, column);
  std::vector<double> out(4, 7.0), lo(4, 7.0), hi(4, 7.0);
  using Verb = ChurnScorer::Verb;
  for (const Verb verb : {Verb::churn, Verb::survival, Verb::restricted_mean}) {
    EXPECT_FALSE(logistic.batch(verb, terms, {}, 12, out).ok());
    EXPECT_FALSE(logistic.batch(verb, terms, {}, 12, .8, {out, lo, hi}).ok());
    EXPECT_TRUE(hazard.batch(verb, terms, {}, 12, lo).ok());
  }
  EXPECT_FALSE(hazard.batch(Verb::probability, terms, {}, 12, out).ok());
  EXPECT_EQ(out, std::vector<double>(4, 7.0));
}

TEST(ChurnScorer, AColumnThatIsNotThereHasNoLevelAndNoName) {
  const ChurnScorer scorer = scorer_of(example());
  for (const std::size_t beyond : {std::size_t{3}, std::size_t{7}, SIZE_MAX}) {
    EXPECT_TRUE(std::isnan(scorer.level(beyond, "month")));
    EXPECT_EQ(scorer.input_name(beyond), "");
    EXPECT_EQ(scorer.input_kind(beyond), SchemaColumn::Kind::number);
  }
  EXPECT_TRUE(std::isnan(scorer.level(0, "month")));  // a number: -1 would be one
  EXPECT_EQ(scorer.input_name(1), "contract");
  EXPECT_EQ(scorer.input_kind(1), SchemaColumn::Kind::text);
}

/// Terms of random rows, and the same rows as inputs.
struct Rows {
  std::vector<std::vector<double>> inputs, terms{5};
  std::vector<double> tenure;

  explicit Rows(std::size_t n) {
    kam::Random random(3);
    for (std::size_t i = 0; i < n; ++i) {
      const double age = 60 * random.uniform(), spend = 100 * random.uniform();
      const double level = std::floor(3 * random.uniform());
      inputs.push_back({age, level, spend});
      const double values[] = {age, level == 1 ? 1.0 : 0.0, level == 2 ? 1.0 : 0.0, spend, 0};
      for (std::size_t j = 0; j < 5; ++j) terms[j].push_back(values[j]);
      tenure.push_back(std::floor(30 * random.uniform()));
    }
  }
  [[nodiscard]] std::vector<std::span<const double>> spans() const {
    return {terms.begin(), terms.end()};
  }
};

TEST(ChurnScorer, RowsAndBatchesAgreeToTheBit) {
  const Rows rows(10'000);
  const auto spans = rows.spans();
  const ChurnScorer logistic = scorer_of(example()), hazard = scorer_of(hazard_example());
  std::vector<double> p(10'000), churn(10'000);
  ASSERT_TRUE(logistic.batch(ChurnScorer::Verb::probability, spans, {}, 0, p).ok());
  ASSERT_TRUE(hazard.batch(ChurnScorer::Verb::churn, spans, rows.tenure, 12, churn).ok());
  for (std::size_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(p[i], logistic.probability(rows.inputs[i]));
    EXPECT_EQ(churn[i], hazard.churn(rows.inputs[i], rows.tenure[i], 12));
  }
}

TEST(ChurnScorer, BadRowsOfABatchAreCounted) {
  Rows rows(6);
  rows.terms[0][1] = kNaN;
  rows.terms[3][2] = HUGE_VAL;
  rows.tenure[4] = 2.5;
  const ChurnScorer scorer = scorer_of(hazard_example());
  std::vector<double> out(6);
  const auto report = scorer.batch(ChurnScorer::Verb::survival, rows.spans(), rows.tenure, 3, out);
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_rejected, 1u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(std::isnan(out[i]), i == 1 || i == 2 || i == 4);
}

TEST(ChurnScorer, WrongCallsLeaveTheOutputAlone) {
  const Rows rows(6);
  const ChurnScorer scorer = scorer_of(hazard_example());
  std::vector<double> out(6, 7.0), few(3, 7.0);
  using Verb = ChurnScorer::Verb;
  for (const double horizon : {-1.0, .5, kNaN, HUGE_VAL})
    EXPECT_FALSE(scorer.batch(Verb::churn, rows.spans(), {}, horizon, out).ok());
  EXPECT_FALSE(scorer.batch(Verb::churn, rows.spans(), few, 1, out).ok());
  EXPECT_FALSE(scorer.batch(Verb::churn, rows.spans(), {}, 1, few).ok());
  EXPECT_FALSE(scorer.batch(Verb::churn, {}, {}, 1, out).ok());
  EXPECT_EQ(out, std::vector<double>(6, 7.0));
}

TEST(ChurnScorer, ReasonsAddUpAtEveryTenure) {
  const Rows rows(500);
  for (const ChurnModel& model : {example(), hazard_example()}) {
    const ChurnScorer scorer = scorer_of(model);
    std::vector<double> linear(2500), points(2500), p(500), base(500);
    ASSERT_TRUE(scorer.reasons(rows.spans(), rows.tenure, 12, {linear, points, p, base}).ok());
    for (std::size_t i = 0; i < 500; ++i) {
      double total = 0, sum = 0;
      for (std::size_t j = 0; j < 5; ++j) {
        total += linear[5 * i + j];
        sum += points[5 * i + j];
        EXPECT_GE(linear[5 * i + j] * points[5 * i + j], 0);
      }
      EXPECT_NEAR(scorer.linear_predictor(rows.inputs[i]) - scorer.reference_predictor(), total,
                  1e-13);
      EXPECT_NEAR(sum, p[i] - base[i], 2e-16);
    }
  }
}

std::vector<ChurnCalibration> calibration_of(const ChurnModel& model) {
  Calibrator platt{.method = "platt"};
  platt.calibration = kam::churn::LogitCalibration{1.5, -1.0 / 3, 0.1, 0.2, 0.01};
  return {{platt, model.kind == "hazard" ? 12 : kNaN}};
}

TEST(ChurnModelFile, ReadsBackToTheSameBits) {
  for (ChurnModel model : {example(UnseenLevel::missing), hazard_example()}) {
    model.coefficients[1] = 1.0 / 3;
    model.coefficients[2] = kNaN;
    model.aliased = {model.names[2]};
    model.log_likelihood = -123.456789012345678;
    model.calibration = calibration_of(model);
    model.robust_standard_errors = model.standard_errors;
    model.robust_covariance = model.covariance;
    const std::string text = to_json(model);
    const auto again = parse_churn_model(text);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(to_json(*again), text);
    EXPECT_EQ(again->coefficients[1], 1.0 / 3);
    EXPECT_TRUE(std::isnan(again->coefficients[2]));
    EXPECT_EQ(again->calibration.size(), 1u);
    EXPECT_LT(text.size(), 5000u);
    const std::vector<double> row{10, 2, kNaN};
    EXPECT_EQ(scorer_of(model).linear_predictor(row), scorer_of(*again).linear_predictor(row));
  }
}

TEST(ChurnModelFile, EveryCutAndEveryFlippedByteIsRefused) {
  const std::string text = to_json(hazard_example());
  for (std::size_t i = 0; i < text.size(); i += 3) {
    EXPECT_FALSE(parse_churn_model(text.substr(0, i))) << i;
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const auto read = parse_churn_model(damaged);
    EXPECT_TRUE(!read || to_json(*read) == text) << i;
  }
}

TEST(ChurnModelFile, AModelThatContradictsItselfIsRefused) {
  ChurnModel model = example();
  model.coefficients.pop_back();
  EXPECT_FALSE(ChurnScorer::make(model));
  EXPECT_FALSE(parse_churn_model(to_json(model)));
  model = example();
  model.names[1] = "other";
  EXPECT_NE(parse_churn_model(to_json(model)).error().message().find("names"), std::string::npos);
  model = example();
  model.coefficients[0] = kNaN;
  EXPECT_FALSE(ChurnScorer::make(model));
  EXPECT_FALSE(parse_churn_model(to_json(model)));
  model = hazard_example();
  model.kind = "logistic";
  EXPECT_FALSE(parse_churn_model(to_json(model)));
  model = hazard_example();
  model.age.steps = {1};
  EXPECT_FALSE(parse_churn_model(to_json(model)));
}

TEST(ChurnModelFile, TheSchemaAlone) {
  const std::string json = to_json(example().schema);
  const auto schema = parse_churn_schema(json);
  ASSERT_TRUE(schema);
  EXPECT_EQ(to_json(*schema), json);
  EXPECT_EQ(schema->terms(), example().schema.terms());
  for (
      const char* bad :
      {"", "{}", "[]", R"({"unseen":"error","columns":[{"name":"x"}]})",
       R"({"unseen":"perhaps","columns":[]})",
       R"({"unseen":"error","columns":[{"name":"x","kind":"text","missing":"error","levels":[]}]})",
       R"({"unseen":"error","columns":[{"name":"x","kind":"number","missing":"level"}]})"}) {
    EXPECT_FALSE(parse_churn_schema(bad)) << bad;
  }
}

}  // namespace
