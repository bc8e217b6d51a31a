/// One [[indicator]] of a profile, read and written.
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include <kam/portfolio/features.hpp>

#include "numeric/text.hpp"
#include "scoring/profile_json.hpp"

namespace kam::scoring {
namespace {

value::Direction read_direction(const JsonNode& node) {
  const std::string text = node.text("direction", "higher");
  if (text == "higher") return value::Direction::higher_is_better;
  if (text == "lower") return value::Direction::lower_is_better;
  if (text == "nominal") return value::Direction::nominal_is_best;
  node.fail("direction", "must be higher, lower or nominal, got '" + text + "'");
  return {};
}

const char* direction_text(value::Direction direction) {
  switch (direction) {
    case value::Direction::higher_is_better:
      return "higher";
    case value::Direction::lower_is_better:
      return "lower";
    case value::Direction::nominal_is_best:
      return "nominal";
  }
  return "higher";
}

void read_bands(const JsonNode& node, value::Indicator& indicator) {
  std::vector<value::Anchor> anchors;
  for (const JsonNode& pair : node.items("bands")) {
    if (!pair.is_list() || pair.size() != 2) {
      node.fail("bands", "each anchor is [value, score]");
      return;
    }
    anchors.push_back({pair.at(0).as_number(), pair.at(1).as_number()});
  }
  auto bands = value::make_bands(std::move(anchors));
  if (!bands) {
    node.fail("bands", bands.error().message());
    return;
  }
  indicator.scale = std::move(*bands);
}

value::RangeScale read_range(const JsonNode& node) {
  value::RangeScale range{.low = node.finite("low", kNaN), .high = node.finite("high", kNaN)};
  const std::string transform = node.text("transform", "none");
  range.transform = transform == "log"     ? value::Transform::log
                    : transform == "asinh" ? value::Transform::asinh
                                           : value::Transform::none;
  if (transform != "none" && transform != "log" && transform != "asinh") {
    node.fail("transform", "must be none, log or asinh, got '" + transform + "'");
  }
  range.unit = node.finite("asinh_unit", 1);
  // One giant account would flatten all others: money on a plain range must be asked for twice.
  const bool plain_money =
      range.transform == value::Transform::none && node.text("unit", "") == "money";
  if (plain_money && !node.has("force")) {
    node.fail("scale",
              "a plain range of money is flattened by one giant account; use rank, bands, "
              "transform = \"asinh\", or force = true");
  }
  return range;
}

value::TargetScale read_target(const JsonNode& node) {
  return {node.finite("target", kNaN), node.finite("width", kNaN), node.finite("power", 1)};
}

void read_scale(const JsonNode& node, value::Indicator& indicator) {
  if (node.has("bands") == node.has("scale")) {
    node.fail("scale",
              "give either bands = [[value, score], …] or scale = \"rank\" (or range, target, z)");
    return;
  }
  if (node.has("bands")) return read_bands(node, indicator);
  const std::string scale = node.text("scale");
  if (scale == "rank") {
    indicator.scale = value::RankScale{};
  } else if (scale == "z") {
    indicator.scale = value::RobustZScale{};
  } else if (scale == "range") {
    indicator.scale = read_range(node);
  } else if (scale == "target") {
    indicator.scale = read_target(node);
  } else {
    node.fail("scale", "must be rank, range, target or z, got '" + scale + "'");
  }
}

/// "exclude", or the score that stands in for a missing one.
void read_missing_rules(const JsonNode& node, value::Indicator& indicator) {
  if (node.has("missing") && !node.is_text("missing")) {
    indicator.missing_score = node.finite("missing", kNaN);
  } else if (node.text("missing", "exclude") != "exclude") {
    node.fail("missing",
              "must be \"exclude\" or a score from 0 to 100, got '" + node.text("missing") + "'");
  }
  if (node.has("maximum_age_days")) {
    indicator.maximum_age_days = node.finite("maximum_age_days", 0);
  }
  if (node.has("half_life_days")) indicator.half_life_days = node.finite("half_life_days", 0);
}

/// The key that a message of value::check is about.
const char* key_of(const std::string& message, const char* fallback) {
  for (const char* key : {"missing", "maximum_age_days", "half_life_days"}) {
    if (message.find(std::string(".") + key + "`") != std::string::npos) return key;
  }
  return fallback;
}

}  // namespace

value::Indicator read_indicator(const JsonNode& node) {
  node.allow_only({"id",
                   "dimension",
                   "feature",
                   "weight",
                   "scale",
                   "bands",
                   "direction",
                   "unit",
                   "label_en",
                   "label_zh",
                   "source",
                   "low",
                   "high",
                   "transform",
                   "asinh_unit",
                   "force",
                   "target",
                   "width",
                   "power",
                   "part",
                   "missing",
                   "maximum_age_days",
                   "half_life_days"});
  value::Indicator indicator;
  indicator.id = node.text("id");
  indicator.dimension = node.text("dimension");
  indicator.feature = node.text("feature");
  if (!indicator.feature.empty() && !portfolio::is_feature(indicator.feature)) {
    node.fail("feature", "'" + indicator.feature + "' is no feature; docs/profile.md lists them");
  }
  indicator.label_en = node.text("label_en", "");
  indicator.label_zh = node.text("label_zh", "");
  indicator.unit = node.text("unit", "");
  indicator.source = node.text("source", "");
  indicator.weight = node.finite("weight", 1);
  if (indicator.weight < 0) {
    node.fail("weight", "must be finite and >= 0, got " + numeric::shortest(indicator.weight));
  }
  indicator.part = node.text("part", "");
  read_missing_rules(node, indicator);
  indicator.direction = read_direction(node);
  read_scale(node, indicator);
  if (Status s = value::check(indicator); !s.ok()) {
    node.fail(key_of(s.message(), node.has("bands") ? "bands" : "scale"), s.message());
  }
  return indicator;
}

Json indicator_to_json(const value::Indicator& indicator) {
  Json json = {{"id", indicator.id},
               {"dimension", indicator.dimension},
               {"feature", indicator.feature},
               {"weight", indicator.weight},
               {"direction", direction_text(indicator.direction)},
               {"unit", indicator.unit},
               {"label_en", indicator.label_en},
               {"label_zh", indicator.label_zh},
               {"source", indicator.source}};
  if (!indicator.part.empty()) json["part"] = indicator.part;
  const auto set = [&json](const char* key, double value) {
    if (!std::isnan(value)) json[key] = value;
  };
  set("missing", indicator.missing_score);
  set("maximum_age_days", indicator.maximum_age_days);
  set("half_life_days", indicator.half_life_days);
  if (const auto* bands = std::get_if<value::Bands>(&indicator.scale)) {
    Json anchors = Json::array();
    for (const value::Anchor& anchor : bands->anchors())
      anchors.push_back({anchor.x, anchor.score});
    json["bands"] = anchors;
  } else if (const auto* range = std::get_if<value::RangeScale>(&indicator.scale)) {
    constexpr const char* kTransforms[] = {"none", "log", "asinh"};
    json.update({{"scale", "range"},
                 {"low", range->low},
                 {"high", range->high},
                 {"transform", kTransforms[static_cast<int>(range->transform)]},
                 {"asinh_unit", range->unit},
                 {"force", true}});
  } else if (const auto* target = std::get_if<value::TargetScale>(&indicator.scale)) {
    json.update({{"scale", "target"},
                 {"target", target->target},
                 {"width", target->width},
                 {"power", target->power}});
  } else {
    json["scale"] = std::holds_alternative<value::RankScale>(indicator.scale) ? "rank" : "z";
  }
  return json;
}

}  // namespace kam::scoring
