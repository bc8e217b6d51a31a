/// The [[rule]] tables of a profile: caps, floors and vetoes.
#include <set>
#include <string>

#include <kam/portfolio/features.hpp>

#include "scoring/profile_json.hpp"

namespace kam::scoring {
namespace {

/// Exactly one of the keys must be there; its place in the list, or the first one.
std::size_t only_one(const JsonNode& node, std::initializer_list<const char*> keys,
                     const char* message) {
  std::size_t found = 0, at = 0, count = 0;
  for (const char* key : keys) {
    if (node.has(key)) {
      found = at;
      ++count;
    }
    ++at;
  }
  if (count != 1) node.fail("id", message);
  return found;
}

void read_effect(const JsonNode& node, value::Rule& rule) {
  constexpr const char* kKeys[] = {"cap", "floor", "veto"};
  const std::size_t effect =
      only_one(node, {kKeys[0], kKeys[1], kKeys[2]}, "give exactly one of cap, floor and veto");
  rule.effect = static_cast<value::RuleEffect>(effect);
  if (rule.effect == value::RuleEffect::veto) {
    if (!node.is_true("veto")) node.fail("veto", "must be true");
    rule.to = 0;
  } else {
    rule.to = node.finite(kKeys[effect], 0);
  }
}

value::Rule read_rule(const JsonNode& node) {
  node.allow_only({"id", "label_en", "label_zh", "source", "feature", "above", "below", "cap",
                   "floor", "veto"});
  value::Rule rule;
  rule.id = node.text("id");
  rule.label_en = node.text("label_en", "");
  rule.label_zh = node.text("label_zh", "");
  rule.source = node.text("source", "");
  rule.feature = node.text("feature");
  if (!rule.feature.empty() && !portfolio::is_feature(rule.feature)) {
    node.fail("feature", "'" + rule.feature + "' is no feature; docs/profile.md lists them");
  }
  rule.side = static_cast<value::RuleSide>(
      only_one(node, {"above", "below"}, "give exactly one of above and below"));
  rule.threshold = node.finite(rule.side == value::RuleSide::above ? "above" : "below", 0);
  read_effect(node, rule);
  if (Status s = value::check(rule); !s.ok()) {
    const bool about_to = s.message().find(".to`") != std::string::npos;
    node.fail(about_to ? (rule.effect == value::RuleEffect::floor ? "floor" : "cap") : "id",
              s.message());
  }
  return rule;
}

}  // namespace

std::vector<value::Rule> read_rules(const JsonNode& root) {
  std::vector<value::Rule> rules;
  if (!root.has("rule")) return rules;
  std::set<std::string> ids;
  for (const JsonNode& node : root.items("rule")) {
    rules.push_back(read_rule(node));
    if (!ids.insert(rules.back().id).second) {
      node.fail("id", "repeats the id `" + rules.back().id + "`");
    }
  }
  return rules;
}

Json rules_to_json(const std::vector<value::Rule>& rules) {
  Json list = Json::array();
  for (const value::Rule& rule : rules) {
    Json json = {{"id", rule.id},
                 {"label_en", rule.label_en},
                 {"label_zh", rule.label_zh},
                 {"source", rule.source},
                 {"feature", rule.feature}};
    json[rule.side == value::RuleSide::above ? "above" : "below"] = rule.threshold;
    if (rule.effect == value::RuleEffect::veto) {
      json["veto"] = true;
    } else {
      json[rule.effect == value::RuleEffect::cap ? "cap" : "floor"] = rule.to;
    }
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace kam::scoring
