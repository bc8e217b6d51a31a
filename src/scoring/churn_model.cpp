#include <kam/scoring/churn_model.hpp>

#include <algorithm>
#include <cmath>

#include "scoring/model_file.hpp"

namespace kam::scoring {
namespace {

constexpr const char* kKinds[] = {"number", "boolean", "text"};
constexpr const char* kPolicies[] = {"error", "level", "median"};
constexpr const char* kUnseen[] = {"error", "reference", "missing"};
/// More terms than any churn model has; a file with more is damaged or hostile.
constexpr std::size_t kMostTerms = 2 * churn::kMostCovariates;

template <class Enum, std::size_t N>
Enum one_of(const JsonNode& node, const char* key, const char* const (&names)[N]) {
  const std::string text = node.text(key);
  for (std::size_t i = 0; i < N; ++i)
    if (text == names[i]) return static_cast<Enum>(i);
  node.fail(key, "unknown: '" + text + "'");
  return static_cast<Enum>(0);
}

Json schema_to_json(const ChurnSchema& schema) {
  Json columns = Json::array();
  for (const SchemaColumn& column : schema.columns) {
    Json json{{"name", column.name},
              {"kind", kKinds[static_cast<int>(column.kind)]},
              {"missing", kPolicies[static_cast<int>(column.missing)]}};
    if (column.kind == SchemaColumn::Kind::text) json["levels"] = column.levels;
    if (column.missing == SchemaColumn::Missing::median) {
      json["median"] = column.median;
      json["indicator"] = column.indicator;
    }
    columns.push_back(std::move(json));
  }
  return Json{{"unseen", kUnseen[static_cast<int>(schema.unseen)]}, {"columns", columns}};
}

SchemaColumn read_column(const JsonNode& node) {
  SchemaColumn column;
  column.name = node.text("name");
  column.kind = one_of<SchemaColumn::Kind>(node, "kind", kKinds);
  column.missing = one_of<SchemaColumn::Missing>(node, "missing", kPolicies);
  const bool text = column.kind == SchemaColumn::Kind::text;
  if (text) {
    column.levels = node.texts("levels");
    if (column.levels.empty()) node.fail("levels", "must not be empty");
  }
  if (column.missing == SchemaColumn::Missing::median) {
    if (text) node.fail("missing", "a text has no median");
    column.median = node.finite("median", kNaN);
    column.indicator = node.is_true("indicator");
  }
  if (!text && column.missing == SchemaColumn::Missing::level)
    node.fail("missing", "only a text has levels");
  return column;
}

ChurnSchema read_schema(const JsonNode& node) {
  ChurnSchema schema;
  schema.unseen = one_of<UnseenLevel>(node, "unseen", kUnseen);
  for (const JsonNode& item : node.items("columns")) schema.columns.push_back(read_column(item));
  if (schema.terms().size() > kMostTerms) node.fail("columns", "has too many terms");
  return schema;
}

std::vector<std::string> names_where(const std::vector<bool>& chosen,
                                     const std::vector<std::string>& names) {
  std::vector<std::string> found;
  for (std::size_t j = 0; j < chosen.size(); ++j)
    if (chosen[j]) found.push_back(names[j + 1]);  // 0 is the intercept
  return found;
}

void take(const churn::RegressionFit& fit, ChurnModel& model) {
  model.names = {"Intercept"};
  for (auto& name : model.age.names()) model.names.push_back(name);
  for (auto& name : model.schema.terms()) model.names.push_back(name);
  model.coefficients = fit.coefficients;
  model.standard_errors = fit.standard_errors;
  model.covariance = fit.covariance;
  model.robust_standard_errors = fit.robust_standard_errors;
  model.robust_covariance = fit.robust_covariance;
  model.aliased = names_where(fit.aliased, model.names);
  model.separating = names_where(fit.separating, model.names);
  model.at_bound = names_where(fit.at_bound, model.names);
  model.log_likelihood = fit.log_likelihood;
  model.null_log_likelihood = fit.null_log_likelihood;
  model.penalty = fit.penalty;
  model.effective_parameters = fit.effective_parameters;
  model.weight = fit.weight;
  model.events = fit.events;
  model.rows_rejected = static_cast<double>(fit.rows.rows_rejected);
  model.stop_reason = stop_reason_name(fit.stop_reason);
  model.iterations = fit.iterations;
  model.warning = fit.warning;
}

churn::AgeTerms read_age(const JsonNode& node) {
  churn::AgeTerms age;
  age.log = node.is_true("log");
  age.linear = node.is_true("linear");
  age.steps = node.numbers("steps");
  for (std::size_t i = 0; i < age.steps.size(); ++i) {
    const double least = i == 0 ? 2 : age.steps[i - 1] + 1;
    if (!is_count(age.steps[i]) || age.steps[i] < least || age.steps[i] > churn::kMostPeriods)
      node.fail("steps", "must be increasing whole numbers from 2 on");
  }
  if (age.count() > kMostTerms) node.fail("steps", "has too many elements");
  return age;
}

/// Numbers of an exact count, or none if `may_lack`.
std::vector<double> sized(const JsonNode& node, const char* key, std::size_t n,
                          bool may_lack = false) {
  if (may_lack && !node.has(key)) return {};
  std::vector<double> values = node.numbers(key);
  if (values.size() != n) node.fail(key, "has the wrong length");
  return values;
}

void read_fit(const JsonNode& node, ChurnModel& model) {
  model.ridge = node.finite("ridge", 0);
  model.log_likelihood = node.number("log_likelihood");
  model.null_log_likelihood = node.number("null_log_likelihood");
  model.penalty = node.finite("penalty", 0);
  model.effective_parameters = node.number("effective_parameters");
  model.weight = node.finite("weight", 0);
  model.events = node.finite("events", 0);
  model.last_period = node.finite("last_period", 0);
  model.rows_rejected = node.finite("rows_rejected", 0);
  model.stop_reason = node.text("stop_reason");
  model.iterations = static_cast<int>(std::clamp(node.finite("iterations", 0), 0.0, 1e9));
  model.warning = node.text("warning", "");
  model.aliased = node.texts("aliased");
  model.separating = node.texts("separating");
  model.at_bound = node.texts("at_bound");
}

void read_calibration(const JsonNode& node, const Json& content, ChurnModel& model) {
  for (std::size_t i = 0; i < node.items("calibration").size(); ++i) {
    const Json& one = content["calibration"][i];
    if (!one.is_object() || !one.contains("calibrator")) {
      node.fail("calibration", "must be a list of calibrators with their horizon");
      return;
    }
    auto calibrator = parse_calibrator(one["calibrator"].dump());
    if (!calibrator) {
      node.fail("calibration", calibrator.error().message());
      return;
    }
    const bool known = one.contains("horizon") && one["horizon"].is_number();
    model.calibration.push_back(
        {std::move(calibrator).value(), known ? one["horizon"].get<double>() : kNaN});
  }
  if (Status s = check_calibration(model); !s.ok()) node.fail("calibration", s.message());
}

ChurnModel read_model(const JsonNode& node, const Json& content) {
  constexpr const char* kModels[] = {"logistic", "hazard"};
  constexpr const char* kLinks[] = {"logit", "cloglog"};
  ChurnModel model;
  model.kind = kModels[one_of<int>(node, "model", kModels)];
  model.link = one_of<churn::Link>(node, "link", kLinks);
  model.age = read_age(node.object("age"));
  if (model.kind == "logistic" && model.age.count() > 0) node.fail("age", "is of a hazard only");
  model.schema = read_schema(node.object("schema"));
  model.names = node.texts("names");
  std::vector<std::string> expected{"Intercept"};
  for (auto& name : model.age.names()) expected.push_back(name);
  for (auto& name : model.schema.terms()) expected.push_back(name);
  if (model.names != expected) node.fail("names", "are not those of the age and the schema");
  const std::size_t p = expected.size(), k = p - 1 - model.age.count();
  model.coefficients = sized(node, "coefficients", p);
  model.standard_errors = sized(node, "standard_errors", p);
  model.covariance = sized(node, "covariance", p * p);
  model.robust_standard_errors = sized(node, "robust_standard_errors", p, true);
  model.robust_covariance = sized(node, "robust_covariance", p * p, true);
  model.reference = sized(node, "reference", k);
  for (const double mean : model.reference)
    if (!std::isfinite(mean)) node.fail("reference", "must be finite numbers");
  if (model.coefficients.empty() || !std::isfinite(model.coefficients[0]))
    node.fail("coefficients", "must begin with a finite intercept");
  read_fit(node, model);
  read_calibration(node, content, model);
  return model;
}

}  // namespace

std::vector<std::string> SchemaColumn::terms() const {
  if (kind != Kind::text)
    return indicator ? std::vector<std::string>{name, name + "[missing]"} : std::vector{name};
  std::vector<std::string> made;
  for (std::size_t i = 1; i < levels.size(); ++i) made.push_back(name + "[" + levels[i] + "]");
  return made;
}

std::vector<std::string> ChurnSchema::terms() const {
  std::vector<std::string> made;
  for (const SchemaColumn& column : columns)
    for (auto& term : column.terms()) made.push_back(term);
  return made;
}

ChurnSchema ChurnSchema::of_numbers(std::span<const std::string> names) {
  ChurnSchema schema;
  for (const std::string& name : names) {
    SchemaColumn column;
    column.name = name;
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

Result<ChurnSchema> parse_churn_schema(std::string_view json) {
  const auto parsed = parse_json(json, 4u << 20);
  if (!parsed) return parsed.error();
  JsonErrors errors;
  ChurnSchema schema = read_schema(JsonNode(*parsed, "", errors));
  if (Status s = errors.status(); !s.ok()) return s;
  return schema;
}

std::string to_json(const ChurnSchema& schema) {
  return schema_to_json(schema).dump();
}

ChurnModel ChurnModel::from(const churn::RegressionFit& fit, ChurnSchema schema) {
  ChurnModel model;
  model.schema = std::move(schema);
  take(fit, model);
  model.reference = fit.means;
  return model;
}

ChurnModel ChurnModel::from(const churn::HazardFit& fit, churn::Link link, ChurnSchema schema) {
  ChurnModel model;
  model.kind = "hazard";
  model.link = link;
  model.age = fit.age;
  model.schema = std::move(schema);
  take(fit.regression, model);
  model.reference = fit.customer_means;
  model.last_period = fit.last_period;
  return model;
}

std::string to_json(const ChurnModel& m) {
  Json json{{"model", m.kind},
            {"link", churn::link_name(m.link)},
            {"age", {{"log", m.age.log}, {"linear", m.age.linear}, {"steps", m.age.steps}}},
            {"schema", schema_to_json(m.schema)},
            {"names", m.names},
            {"coefficients", numbers_to_json(m.coefficients)},
            {"standard_errors", numbers_to_json(m.standard_errors)},
            {"covariance", numbers_to_json(m.covariance)},
            {"reference", numbers_to_json(m.reference)},
            {"aliased", m.aliased},
            {"separating", m.separating},
            {"at_bound", m.at_bound},
            {"ridge", m.ridge},
            {"log_likelihood", number_or_null(m.log_likelihood)},
            {"null_log_likelihood", number_or_null(m.null_log_likelihood)},
            {"penalty", m.penalty},
            {"effective_parameters", number_or_null(m.effective_parameters)},
            {"weight", m.weight},
            {"events", m.events},
            {"last_period", m.last_period},
            {"rows_rejected", m.rows_rejected},
            {"stop_reason", m.stop_reason},
            {"iterations", m.iterations},
            {"warning", m.warning}};
  if (!m.robust_covariance.empty()) {
    json["robust_standard_errors"] = numbers_to_json(m.robust_standard_errors);
    json["robust_covariance"] = numbers_to_json(m.robust_covariance);
  }
  json["calibration"] = Json::array();
  for (const ChurnCalibration& one : m.calibration)
    json["calibration"].push_back(
        {{"horizon", number_or_null(one.horizon)},
         {"calibrator", Json::parse(to_json(one.calibrator), nullptr, false)}});
  return seal("churn", std::move(json));
}

Result<ChurnModel> parse_churn_model(std::string_view text) {
  const auto content = unseal(text, {"churn"});
  if (!content) return content.error();
  JsonErrors errors;
  ChurnModel model = read_model(JsonNode(*content, "", errors), *content);
  if (Status s = errors.status(); !s.ok()) return s;
  return model;
}

}  // namespace kam::scoring
