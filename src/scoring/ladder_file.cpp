#include <kam/scoring/ladder_file.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "scoring/logit_json.hpp"
#include "scoring/model_file.hpp"

namespace kam::scoring {
namespace {

using churn::LadderModel;
using churn::Rung;

Json features_of(const LadderModel& model) {
  Json features = Json::array();
  for (const auto& f : model.features) {
    features.push_back({{"name", f.name},
                        {"centre", f.centre},
                        {"scale", f.scale},
                        {"mean", f.mean},
                        {"sd", f.sd}});
  }
  return features;
}

Rung read_rung(const JsonNode& node) {
  const std::string name = node.text("rung");
  for (const Rung rung : {Rung::prior, Rung::informative, Rung::ridge})
    if (name == churn::rung_name(rung)) return rung;
  node.fail("rung", "must be prior, informative or ridge, got '" + name + "'");
  return Rung::prior;
}

void read_features(const JsonNode& node, LadderModel& model) {
  for (const JsonNode& item : node.items("features")) {
    model.features.push_back({.name = item.text("name"),
                              .centre = item.finite("centre", kNaN),
                              .scale = item.finite("scale", kNaN),
                              .mean = item.finite("mean", kNaN),
                              .sd = item.finite("sd", kNaN)});
    if (!(model.features.back().scale > 0)) item.fail("scale", "must be > 0");
    if (!(model.features.back().sd >= 0)) item.fail("sd", "must be >= 0");
  }
}

void check_numbers(const JsonNode& node, const char* key, const std::vector<double>& values,
                   bool right_size) {
  if (!right_size) node.fail(key, "has the wrong length");
  for (const double value : values)
    if (!std::isfinite(value)) return node.fail(key, "must be finite numbers");
}

LadderModel read_model(const JsonNode& node) {
  LadderModel model;
  model.rung = read_rung(node);
  model.external = node.is_true("external");
  read_features(node, model);
  model.accounts = node.finite("accounts", 0);
  model.events = node.finite("events", 0);
  model.draws = node.numbers("draws");
  model.coefficients = node.numbers("coefficients");
  model.covariance = node.numbers("covariance");
  const std::size_t p = model.features.size() + 1;
  const bool ridge = model.rung == Rung::ridge;
  check_numbers(
      node, "draws", model.draws,
      ridge ? model.draws.empty() : model.draws.size() % p == 0 && model.draws.size() >= 19 * p);
  check_numbers(node, "coefficients", model.coefficients,
                model.coefficients.size() == (ridge ? p : 0));
  check_numbers(node, "covariance", model.covariance,
                model.covariance.size() == (ridge ? p * p : 0));
  model.calibration = read_logit(node.object("calibration"));
  model.auc = node.number("auc");
  model.log_loss = node.number("log_loss");
  model.brier_skill = node.number("brier_skill");
  model.rows.rows_scored = node.count("rows_used");
  model.rows.rows_rejected = node.count("rows_rejected");
  model.unknown_outcomes = node.count("unknown_outcomes");
  // Files of before such rows were used do not have it.
  if (node.has("rows_incomplete")) model.incomplete_rows = node.count("rows_incomplete");
  model.warning = node.text("warning", "");
  return model;
}

}  // namespace

std::string to_json(const LadderFile& file) {
  const LadderModel& m = file.model;
  Json content = {{"rung", churn::rung_name(m.rung)},
                  {"external", m.external},
                  {"horizon_days", file.horizon_days},
                  {"schema", Json::parse(to_json(file.schema))},
                  {"features", features_of(m)},
                  {"accounts", m.accounts},
                  {"events", m.events},
                  {"draws", m.draws},
                  {"coefficients", m.coefficients},
                  {"covariance", m.covariance},
                  {"calibration", content_of(m.calibration)},
                  {"auc", number_or_null(m.auc)},
                  {"log_loss", number_or_null(m.log_loss)},
                  {"brier_skill", number_or_null(m.brier_skill)},
                  {"rows_used", m.rows.rows_scored},
                  {"rows_rejected", m.rows.rows_rejected},
                  {"rows_incomplete", m.incomplete_rows},
                  {"unknown_outcomes", m.unknown_outcomes},
                  {"warning", m.warning}};
  return seal("churn_ladder", std::move(content));
}

Result<LadderFile> parse_ladder(std::string_view json) {
  const auto content = unseal(json, {"churn_ladder"});
  if (!content) return content.error();
  JsonErrors errors;
  const JsonNode node(*content, "", errors);
  LadderFile file{.model = read_model(node)};
  file.horizon_days = node.finite("horizon_days", kNaN);
  if (!(file.horizon_days > 0)) node.fail("horizon_days", "must be > 0");
  if (Status s = errors.status(); !s.ok()) return s;
  auto schema = parse_churn_schema(content->value("schema", Json::object()).dump());
  if (!schema) return schema.error();
  file.schema = std::move(*schema);
  const auto terms = file.schema.terms();
  const bool same =
      std::equal(terms.begin(), terms.end(), file.model.features.begin(), file.model.features.end(),
                 [](const auto& term, const auto& f) { return term == f.name; });
  if (same) return file;
  return Status{StatusCode::invalid_format, "the schema and the features of the model differ"};
}

}  // namespace kam::scoring
