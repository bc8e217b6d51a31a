#include <kam/scoring/aft_file.hpp>

#include <algorithm>
#include <cmath>

#include "scoring/model_file.hpp"

namespace kam::scoring {
namespace {

constexpr const char* kKind = "aft";
constexpr std::size_t kMostSchemaBytes = 4u << 20;

Json content_of(const AftRecord& record) {
  const aft::Fit& fit = record.fit;
  const aft::Model& model = fit.model;
  return {{"distribution", aft::distribution_name(model.distribution)},
          {"covariates", model.names},
          {"means", numbers_to_json(model.means)},
          {"spreads", numbers_to_json(model.spreads)},
          {"slopes", numbers_to_json(model.slopes)},
          {"location", number_or_null(model.location)},
          {"log_scale", number_or_null(model.log_scale)},
          {"covariance", numbers_to_json(model.covariance)},
          {"longest", number_or_null(model.longest)},
          {"log_likelihood", number_or_null(fit.log_likelihood)},
          {"null_log_likelihood", number_or_null(fit.null_log_likelihood)},
          {"stop_reason", stop_reason_name(fit.stop_reason)},
          {"iterations", fit.iterations},
          {"newton_decrement", number_or_null(fit.newton_decrement)},
          {"weight", fit.weight},
          {"events", fit.events},
          {"free", fit.free},
          {"rows_used", fit.rows.rows_scored},
          {"rows_rejected", fit.rows.rows_rejected},
          {"warning", fit.warning},
          {"concordance", number_or_null(record.concordance)},
          {"unit", record.unit}};
}

/// The value whose name is `text`, of the first `count` values of an enumeration.
template <class Enum, class Name>
Enum named(const JsonNode& node, const char* key, int count, const Name& name) {
  const std::string text = node.text(key);
  for (int i = 0; i < count; ++i) {
    if (text == name(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  node.fail(key, "unknown: '" + text + "'");
  return Enum{};
}

aft::Model read_model(const JsonNode& node) {
  aft::Model model;
  model.distribution = named<aft::Distribution>(node, "distribution", 4, aft::distribution_name);
  model.names = node.texts("covariates");
  model.means = node.numbers("means");
  model.spreads = node.numbers("spreads");
  model.slopes = node.numbers("slopes");
  model.location = node.number("location");
  model.log_scale = node.number("log_scale");
  model.covariance = node.numbers("covariance");
  model.longest = node.number("longest");
  const std::size_t p = model.names.size();
  if (model.means.size() != p || model.spreads.size() != p || model.slopes.size() != p) {
    node.fail("covariates", "means, spreads and slopes must be as many");
  }
  if (model.covariance.size() != (p + 2) * (p + 2)) {
    node.fail("covariance", "must be square, two rows more than there are covariates");
  }
  for (std::size_t j = 0; j < std::min(p, model.slopes.size()); ++j) {
    const bool known = j < model.spreads.size() && j < model.means.size() && model.spreads[j] > 0 &&
                       std::isfinite(model.means[j]);
    if (!model.dropped(j) && !known) node.fail("spreads", "a covariate in use needs a spread > 0");
  }
  return model;
}

aft::Fit read_fit(const JsonNode& node) {
  aft::Fit fit;
  fit.model = read_model(node);
  fit.log_likelihood = node.number("log_likelihood");
  fit.null_log_likelihood = node.number("null_log_likelihood");
  fit.stop_reason = named<StopReason>(
      node, "stop_reason", static_cast<int>(StopReason::cancelled) + 1, stop_reason_name);
  fit.iterations = static_cast<int>(std::clamp(node.finite("iterations", 0), 0.0, 1e9));
  fit.newton_decrement = node.number("newton_decrement");
  fit.weight = node.finite("weight", 0);
  fit.events = node.finite("events", 0);
  fit.free = node.count("free");
  fit.rows.rows_scored = node.count("rows_used");
  fit.rows.rows_rejected = node.count("rows_rejected");
  fit.warning = node.text("warning", "");
  return fit;
}

}  // namespace

Result<std::string> to_json(const AftRecord& record) {
  Json content = content_of(record);
  if (!record.schema.empty()) {
    auto schema = parse_json(record.schema, kMostSchemaBytes);
    if (!schema) return schema.error();
    content["schema"] = std::move(*schema);
  }
  return seal(kKind, std::move(content));
}

Result<AftRecord> parse_aft(std::string_view text) {
  auto json = unseal(text, {kKind});
  if (!json) return json.error();
  JsonErrors errors;
  const JsonNode root(*json, "", errors);
  AftRecord record;
  record.fit = read_fit(root);
  record.concordance = root.number("concordance");
  record.unit = root.text("unit", "");
  if (json->contains("schema")) record.schema = (*json)["schema"].dump();
  if (Status s = errors.status(); !s.ok()) return s;
  return record;
}

}  // namespace kam::scoring
