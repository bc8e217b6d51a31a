/// What a profile says of tiers, classes, relation types and matrices.
#include <string>
#include <utility>

#include <kam/portfolio/features.hpp>

#include "scoring/profile_json.hpp"

namespace kam::scoring {
namespace {

// ---- tiers --------------------------------------------------------------------------------------

value::Tier read_tier(const JsonNode& node) {
  node.allow_only({"name", "label_en", "label_zh", "from"});
  return {.name = node.text("name"),
          .label_en = node.text("label_en", ""),
          .label_zh = node.text("label_zh", ""),
          .from = node.finite("from", kNaN)};
}

void read_tier_rule(const JsonNode& node, value::TierSpec& spec) {
  node.allow_only({"hysteresis", "potential_from", "potential_name", "potential_label_en",
                   "potential_label_zh", "source"});
  spec.hysteresis = node.finite("hysteresis", 0);
  if (node.has("potential_from")) spec.potential_from = node.finite("potential_from", kNaN);
  spec.potential_name = node.text("potential_name", "potential");
  spec.potential_label_en = node.text("potential_label_en", "");
  spec.potential_label_zh = node.text("potential_label_zh", "");
  spec.source = node.text("source", "");
}

// ---- classes ------------------------------------------------------------------------------------

void read_number(const JsonNode& node, value::NumberCondition& condition) {
  condition.feature = node.text("feature");
  if (!portfolio::is_feature(condition.feature)) {
    node.fail("feature", "'" + condition.feature + "' is no feature; docs/profile.md lists them");
  }
  const int given = node.has("quantile") + node.has("at_least") + node.has("at_most");
  if (given != 1) node.fail("feature", "give exactly one of quantile, at_least and at_most");
  if (node.has("quantile")) {
    condition.quantile = node.finite("quantile", kNaN);
    if (!(condition.quantile >= 0 && condition.quantile <= 1)) {
      node.fail("quantile", "must be between 0 and 1");
    }
  } else if (node.has("at_most")) {
    condition.side = value::NumberCondition::Side::at_most;
    condition.threshold = node.finite("at_most", kNaN);
  } else {
    condition.threshold = node.finite("at_least", kNaN);
  }
}

value::Condition read_condition(const JsonNode& node) {
  node.allow_only({"feature", "quantile", "at_least", "at_most", "sector", "flag"});
  const int kinds = node.has("feature") + node.has("sector") + node.has("flag");
  if (kinds != 1) node.fail("feature", "a condition has exactly one of feature, sector and flag");
  if (node.has("sector")) return value::SectorCondition{node.texts("sector")};
  if (node.has("flag")) {
    const std::string flag = node.text("flag");
    if (flag != "supplier_too" && flag != "group_purchase" && flag != "group_member") {
      node.fail("flag", "must be supplier_too, group_purchase or group_member, got '" + flag + "'");
    }
    return value::FlagCondition{flag};
  }
  value::NumberCondition condition;
  read_number(node, condition);
  return condition;
}

std::vector<value::Condition> read_conditions(const JsonNode& node, const char* key) {
  std::vector<value::Condition> conditions;
  if (!node.has(key)) return conditions;
  for (const JsonNode& item : node.items(key)) conditions.push_back(read_condition(item));
  return conditions;
}

Json conditions_to_json(const std::vector<value::Condition>& conditions) {
  Json list = Json::array();
  for (const value::Condition& condition : conditions) {
    if (const auto* sector = std::get_if<value::SectorCondition>(&condition)) {
      list.push_back({{"sector", sector->sectors}});
    } else if (const auto* flag = std::get_if<value::FlagCondition>(&condition)) {
      list.push_back({{"flag", flag->flag}});
    } else {
      const auto& number = std::get<value::NumberCondition>(condition);
      const bool least = number.side == value::NumberCondition::Side::at_least;
      const bool stated = std::isnan(number.quantile);
      Json json = {{"feature", number.feature}};
      json[stated ? (least ? "at_least" : "at_most") : "quantile"] =
          stated ? number.threshold : number.quantile;
      list.push_back(std::move(json));
    }
  }
  return list;
}

// ---- matrices -----------------------------------------------------------------------------------

std::vector<std::vector<std::string>> read_cells(const JsonNode& node) {
  std::vector<std::vector<std::string>> rows;
  for (const JsonNode& row : node.items("cells")) rows.push_back(row.as_texts());
  return rows;
}

value::MatrixSpec read_matrix(const JsonNode& node) {
  node.allow_only({"id", "label_en", "label_zh", "x", "y", "x_cuts", "y_cuts", "cells",
                   "hysteresis", "source"});
  value::MatrixSpec spec;
  spec.id = node.text("id");
  spec.label_en = node.text("label_en", "");
  spec.label_zh = node.text("label_zh", "");
  spec.x = node.text("x");
  spec.y = node.text("y");
  if (node.has("x_cuts")) spec.x_cuts = node.numbers("x_cuts");
  if (node.has("y_cuts")) spec.y_cuts = node.numbers("y_cuts");
  spec.cells = read_cells(node);
  spec.hysteresis = node.finite("hysteresis", 0);
  spec.source = node.text("source", "");
  return spec;
}

/// An axis is an index of the score row or an indicator of the scorecard.
bool is_axis(const std::string& axis, const value::Scorecard& card) {
  if (axis == "value_index" || axis == "safety") return true;
  for (const auto& d : card.dimensions()) {
    if (axis == d.id) return true;
  }
  for (const auto& k : card.indicators()) {
    if (axis == k.id) return true;
  }
  return false;
}

}  // namespace

std::optional<value::TierRule> read_tiers(const JsonNode& root) {
  if (!root.has("tier")) {
    if (root.has("tier_rule")) root.fail("tier_rule", "needs [[tier]] tables");
    return {};
  }
  value::TierSpec spec;
  for (const JsonNode& node : root.items("tier")) spec.tiers.push_back(read_tier(node));
  if (root.has("tier_rule")) read_tier_rule(root.object("tier_rule"), spec);
  auto rule = value::make_tier_rule(std::move(spec));
  if (rule) return std::move(*rule);
  root.fail("tier", rule.error().message());
  return {};
}

void write_tiers(const std::optional<value::TierRule>& rule, Json& json) {
  if (!rule) return;
  Json tiers = Json::array();
  for (const value::Tier& tier : rule->tiers()) {
    tiers.push_back({{"name", tier.name},
                     {"label_en", tier.label_en},
                     {"label_zh", tier.label_zh},
                     {"from", tier.from}});
  }
  json["tier"] = tiers;
  const value::TierSpec& spec = rule->spec();
  json["tier_rule"] = {{"hysteresis", spec.hysteresis},
                       {"potential_name", spec.potential_name},
                       {"potential_label_en", spec.potential_label_en},
                       {"potential_label_zh", spec.potential_label_zh},
                       {"source", spec.source}};
  if (rule->has_potential()) json["tier_rule"]["potential_from"] = spec.potential_from;
}

std::vector<value::AccountClass> read_classes(const JsonNode& root) {
  std::vector<value::AccountClass> classes;
  if (!root.has("class")) return classes;
  for (const JsonNode& node : root.items("class")) {
    node.allow_only({"id", "label_en", "label_zh", "source", "all", "any"});
    classes.push_back({.id = node.text("id"),
                       .label_en = node.text("label_en", ""),
                       .label_zh = node.text("label_zh", ""),
                       .all = read_conditions(node, "all"),
                       .any = read_conditions(node, "any"),
                       .source = node.text("source", "")});
  }
  if (classes.empty()) return classes;
  // What else can be wrong does not depend on thresholds: any number stands for one not frozen yet.
  auto trial = classes;
  for (auto& c : trial) {
    for (auto* list : {&c.all, &c.any}) {
      for (auto& condition : *list) {
        auto* number = std::get_if<value::NumberCondition>(&condition);
        if (number != nullptr && std::isnan(number->threshold)) number->threshold = 0;
      }
    }
  }
  const auto rules = value::make_class_rules(std::move(trial));
  if (!rules) root.fail("class", rules.error().message());
  return classes;
}

Json classes_to_json(const std::vector<value::AccountClass>& classes) {
  Json list = Json::array();
  for (const auto& c : classes) {
    list.push_back({{"id", c.id},
                    {"label_en", c.label_en},
                    {"label_zh", c.label_zh},
                    {"source", c.source},
                    {"all", conditions_to_json(c.all)},
                    {"any", conditions_to_json(c.any)}});
  }
  return list;
}

std::vector<value::PortfolioMatrix> read_matrices(const JsonNode& root,
                                                  const value::Scorecard& card) {
  std::vector<value::PortfolioMatrix> matrices;
  if (!root.has("matrix")) return matrices;
  for (const JsonNode& node : root.items("matrix")) {
    value::MatrixSpec spec = read_matrix(node);
    for (const auto& [key, axis] : {std::pair{"x", spec.x}, std::pair{"y", spec.y}}) {
      if (!is_axis(axis, card)) {
        node.fail(key, "'" + axis +
                           "' is neither value_index, safety, a dimension nor an "
                           "indicator");
      }
    }
    for (const auto& other : matrices) {
      if (other.spec().id == spec.id) node.fail("id", "repeats the id `" + spec.id + "`");
    }
    auto matrix = value::make_matrix(std::move(spec));
    if (matrix) {
      matrices.push_back(std::move(*matrix));
    } else {
      node.fail("cells", matrix.error().message());
    }
  }
  return matrices;
}

Json matrices_to_json(const std::vector<value::PortfolioMatrix>& matrices) {
  Json list = Json::array();
  for (const auto& matrix : matrices) {
    const value::MatrixSpec& spec = matrix.spec();
    list.push_back({{"id", spec.id},
                    {"label_en", spec.label_en},
                    {"label_zh", spec.label_zh},
                    {"x", spec.x},
                    {"y", spec.y},
                    {"x_cuts", spec.x_cuts},
                    {"y_cuts", spec.y_cuts},
                    {"cells", spec.cells},
                    {"hysteresis", spec.hysteresis},
                    {"source", spec.source}});
  }
  return list;
}

value::RelationRule read_relation(const JsonNode& node) {
  node.allow_only(
      {"ordinary_departments", "ordinary_pairs", "strategic_departments", "strategic_levels"});
  value::RelationRule rule;
  rule.ordinary_departments = node.finite("ordinary_departments", rule.ordinary_departments);
  rule.ordinary_pairs = node.finite("ordinary_pairs", rule.ordinary_pairs);
  rule.strategic_departments = node.finite("strategic_departments", rule.strategic_departments);
  rule.strategic_levels = node.finite("strategic_levels", rule.strategic_levels);
  if (Status s = value::check(rule); !s.ok()) node.fail("ordinary_departments", s.message());
  return rule;
}

Json relation_to_json(const value::RelationRule& rule) {
  return {{"ordinary_departments", rule.ordinary_departments},
          {"ordinary_pairs", rule.ordinary_pairs},
          {"strategic_departments", rule.strategic_departments},
          {"strategic_levels", rule.strategic_levels}};
}

}  // namespace kam::scoring
