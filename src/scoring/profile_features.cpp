/// The [features] table and the [[stage]] tables of a profile.
#include <cmath>

#include "scoring/profile_json.hpp"

namespace kam::scoring {
namespace {

int whole(const JsonNode& node, const char* key, int fallback, int least, int most) {
  const double value = node.finite(key, fallback);
  if (value >= least && value <= most && value == std::floor(value)) return static_cast<int>(value);
  node.fail(key,
            "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

double share(const JsonNode& node, const char* key, double fallback) {
  const double value = node.finite(key, fallback);
  if (!(value >= 0 && value <= 1)) node.fail(key, "must be between 0 and 1");
  return value;
}

}  // namespace

portfolio::FeatureOptions read_features(const JsonNode& root) {
  portfolio::FeatureOptions options;
  if (root.has("features")) {
    const JsonNode node = root.object("features");
    node.allow_only({"repurchase_months", "prepayment_months", "rating_max_age_days",
                     "trend_months", "trend_season", "loss_given_default", "addressable"});
    options.repurchase_months =
        whole(node, "repurchase_months", options.repurchase_months, 1, 1200);
    options.prepayment_months =
        whole(node, "prepayment_months", options.prepayment_months, 1, 1200);
    options.rating_max_age_days =
        whole(node, "rating_max_age_days", options.rating_max_age_days, 0, 1'000'000);
    options.trend_months = whole(node, "trend_months", options.trend_months, 1, 240);
    options.trend_season = whole(node, "trend_season", options.trend_season, 1, 120);
    options.loss_given_default = share(node, "loss_given_default", options.loss_given_default);
    options.addressable = share(node, "addressable", options.addressable);
  }
  if (!root.has("stage")) return options;
  for (const JsonNode& node : root.items("stage")) {
    node.allow_only({"name", "probability", "source"});
    options.stages.push_back(
        {node.text("name"), share(node, "probability", 0), node.text("source", "")});
    if (!node.has("probability")) node.fail("probability", "is missing");
  }
  return options;
}

void write_features(const portfolio::FeatureOptions& options, Json& json) {
  json["features"] = {{"repurchase_months", options.repurchase_months},
                      {"prepayment_months", options.prepayment_months},
                      {"rating_max_age_days", options.rating_max_age_days},
                      {"trend_months", options.trend_months},
                      {"trend_season", options.trend_season},
                      {"loss_given_default", options.loss_given_default},
                      {"addressable", options.addressable}};
  if (options.stages.empty()) return;
  json["stage"] = Json::array();
  for (const auto& stage : options.stages) {
    json["stage"].push_back(
        {{"name", stage.name}, {"probability", stage.probability}, {"source", stage.source}});
  }
}

}  // namespace kam::scoring
