#include "scoring/profile_json.hpp"

#include <set>
#include <string>
#include <utility>

#include "numeric/text.hpp"

namespace kam::scoring {

/// The one door into Profile: everything in it has been checked.
class ProfileBuilder {
 public:
  static Profile make(value::Scorecard scorecard, std::vector<value::Rule> rules) {
    Profile profile(std::move(scorecard));
    profile.rules_ = std::move(rules);
    return profile;
  }
};

namespace {

value::Dimension read_dimension(const JsonNode& node) {
  node.allow_only({"id", "weight", "minimum_coverage", "label_en", "label_zh"});
  value::Dimension dimension;
  dimension.id = node.text("id");
  dimension.weight = node.finite("weight", 1);
  dimension.minimum_coverage = node.finite("minimum_coverage", 0.5);
  dimension.label_en = node.text("label_en", "");
  dimension.label_zh = node.text("label_zh", "");
  return dimension;
}

std::vector<Band> read_named_bands(const JsonNode& root, const char* key) {
  std::vector<Band> bands;
  if (!root.has(key)) return bands;
  for (const JsonNode& node : root.items(key)) {
    node.allow_only({"name", "from"});
    bands.push_back({node.text("name"), node.finite("from", kNaN)});
    if (bands.size() > 1 && !(bands.back().from < bands[bands.size() - 2].from)) {
      node.fail("from", "bands overlap: each must start below the one before it");
    }
  }
  if (!bands.empty() && bands.back().from != 0)
    root.fail(key, "the last band must start at 0: there is a gap");
  return bands;
}

TimeUnit read_unit(const JsonNode& node, const char* key, const char* fallback) {
  const auto unit = parse_time_unit(node.text(key, fallback));
  if (unit) return *unit;
  node.fail(key, "must be day, week or month");
  return TimeUnit::day;
}

OrderSettings read_orders(const JsonNode& node) {
  node.allow_only({"occasion", "unit", "model", "minimum_repeat_orders"});
  OrderSettings orders;
  orders.occasion = read_unit(node, "occasion", "day");
  orders.unit = read_unit(node, "unit", "week");
  orders.model = node.text("model", "mbgnbd");
  if (orders.model != "mbgnbd" && orders.model != "bgnbd" && orders.model != "pareto_nbd") {
    node.fail("model", "must be mbgnbd, bgnbd or pareto_nbd, got '" + orders.model + "'");
  }
  orders.minimum_repeat_orders = node.finite("minimum_repeat_orders", 100);
  if (orders.minimum_repeat_orders < 1) node.fail("minimum_repeat_orders", "must be at least 1");
  return orders;
}

/// Ids that repeat, dimensions that do not exist, weights and coverages out of range:
/// make_scorecard would refuse them too, but only here the place in the file is known.
void check_structure(const std::vector<JsonNode>& dimensions,
                     const std::vector<JsonNode>& indicators) {
  std::set<std::string> names, ids;
  double total = 0;
  for (const JsonNode& node : dimensions) {
    if (!names.insert(node.text("id")).second)
      node.fail("id", "repeats the id `" + node.text("id") + "`");
    const double weight = node.finite("weight", 1), coverage = node.finite("minimum_coverage", 0.5);
    if (weight < 0)
      node.fail("weight", "must be finite and >= 0, got " + numeric::shortest(weight));
    if (!(coverage >= 0 && coverage <= 1)) {
      node.fail("minimum_coverage", "must be between 0 and 1, got " + numeric::shortest(coverage));
    }
    total += weight;
  }
  if (total == 0 && !dimensions.empty()) {
    dimensions.front().fail(
        "weight", "at least one above 0, got " + std::to_string(dimensions.size()) + " zeros");
  }
  for (const JsonNode& node : indicators) {
    if (!ids.insert(node.text("id")).second)
      node.fail("id", "repeats the id `" + node.text("id") + "`");
    if (!names.contains(node.text("dimension"))) {
      node.fail("dimension", "names the unknown dimension `" + node.text("dimension") + "`");
    }
  }
}

/// Which table a message about the whole scorecard means: the one whose id it quotes, or the list
/// it names with an index ("dimensions: weights[2] …").
std::string place_of(const JsonNode& root, const std::string& message) {
  for (const char* list : {"indicator", "dimension"}) {
    for (const JsonNode& node : root.items(list)) {
      if (message.find("`" + node.text("id", "") + "`") != std::string::npos) return node.path();
    }
    if (message.rfind(list, 0) != 0) continue;
    const auto open = message.find('['), close = message.find(']');
    if (open == std::string::npos || close == std::string::npos) return list;
    return list + message.substr(open, close - open + 1);
  }
  return "indicator";
}

Json bands_to_json(const std::vector<Band>& bands) {
  Json json = Json::array();
  for (const Band& band : bands) json.push_back({{"name", band.name}, {"from", band.from}});
  return json;
}

}  // namespace

Result<Profile> read_profile(const Json& json, JsonErrors& errors) {
  const JsonNode root(json, "", errors);
  root.allow_only({"name", "description", "interval_level", "weight_concentration", "orders",
                   "concentration", "value_band", "churn_band", "dimension", "indicator", "rule",
                   "tier", "tier_rule", "class", "matrix", "relation_type", "features", "stage"});
  std::vector<value::Dimension> dimensions;
  for (const JsonNode& node : root.items("dimension")) dimensions.push_back(read_dimension(node));
  std::vector<value::Indicator> indicators;
  for (const JsonNode& node : root.items("indicator")) indicators.push_back(read_indicator(node));
  check_structure(root.items("dimension"), root.items("indicator"));
  if (Status s = errors.status(); !s.ok()) return s;
  auto scorecard = value::make_scorecard(std::move(dimensions), std::move(indicators));
  if (!scorecard) {
    errors.add(place_of(root, scorecard.error().message()), scorecard.error().message());
    return errors.status();
  }

  Profile profile = ProfileBuilder::make(std::move(*scorecard), read_rules(root));
  profile.name = root.text("name");
  profile.description = root.text("description", "");
  profile.interval_level = root.finite("interval_level", kDefaultIntervalLevel);
  if (!(profile.interval_level > 0 && profile.interval_level < 1)) {
    root.fail("interval_level", "must lie between 0 and 1");
  }
  profile.weight_concentration = root.finite("weight_concentration", 50);
  if (!(profile.weight_concentration > 0)) root.fail("weight_concentration", "must be > 0");
  if (root.has("orders")) profile.orders = read_orders(root.object("orders"));
  if (root.has("concentration")) {
    const JsonNode node = root.object("concentration");
    node.allow_only({"measure"});
    profile.concentration_measure = node.text("measure", "net_revenue");
    if (profile.concentration_measure != "net_revenue" &&
        profile.concentration_measure != "net_revenue_12m") {
      node.fail("measure", "must be net_revenue or net_revenue_12m");
    }
  }
  profile.value_bands = read_named_bands(root, "value_band");
  profile.churn_bands = read_named_bands(root, "churn_band");
  profile.features = read_features(root);
  profile.tiers = read_tiers(root);
  profile.classes = read_classes(root);
  profile.matrices = read_matrices(root, profile.scorecard());
  if (root.has("relation_type")) profile.relation = read_relation(root.object("relation_type"));
  if (Status s = errors.status(); !s.ok()) return s;
  return profile;
}

Json profile_to_json(const Profile& profile) {
  Json dimensions = Json::array(), indicators = Json::array();
  for (const auto& d : profile.scorecard().dimensions()) {
    dimensions.push_back({{"id", d.id},
                          {"weight", d.weight},
                          {"minimum_coverage", d.minimum_coverage},
                          {"label_en", d.label_en},
                          {"label_zh", d.label_zh}});
  }
  for (const auto& i : profile.scorecard().indicators()) indicators.push_back(indicator_to_json(i));
  Json json = {{"name", profile.name},
               {"description", profile.description},
               {"interval_level", profile.interval_level},
               {"weight_concentration", profile.weight_concentration},
               {"orders",
                {{"occasion", time_unit_name(profile.orders.occasion)},
                 {"unit", time_unit_name(profile.orders.unit)},
                 {"model", profile.orders.model},
                 {"minimum_repeat_orders", profile.orders.minimum_repeat_orders}}},
               {"concentration", {{"measure", profile.concentration_measure}}},
               {"value_band", bands_to_json(profile.value_bands)},
               {"churn_band", bands_to_json(profile.churn_bands)},
               {"dimension", dimensions},
               {"indicator", indicators},
               {"rule", rules_to_json(profile.rules())},
               {"class", classes_to_json(profile.classes)},
               {"matrix", matrices_to_json(profile.matrices)},
               {"relation_type", relation_to_json(profile.relation)}};
  write_tiers(profile.tiers, json);
  write_features(profile.features, json);
  return json;
}

}  // namespace kam::scoring
