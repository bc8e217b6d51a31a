#include <kam/scoring/model.hpp>

#include <cmath>

#include "numeric/sha256.hpp"
#include "scoring/estimate_json.hpp"
#include "scoring/model_classes.hpp"
#include "scoring/model_file.hpp"
#include "scoring/profile_json.hpp"

namespace kam::scoring {
namespace {

using value::FrozenReference;

Json reference_to_json(const FrozenReference& reference) {
  Json values = Json::array(), below = Json::array(), through = Json::array();
  for (const FrozenReference::Knot& knot : reference.knots()) {
    values.push_back(knot.value);
    below.push_back(knot.below);
    through.push_back(knot.through);
  }
  return {{"values", values}, {"below", below}, {"through", through}};
}

std::optional<FrozenReference> read_reference(const JsonNode& node) {
  const auto values = node.numbers("values"), below = node.numbers("below"),
             through = node.numbers("through");
  if (below.size() != values.size() || through.size() != values.size()) {
    node.fail("values", "lists of different length");
    return {};
  }
  std::vector<FrozenReference::Knot> knots;
  for (std::size_t i = 0; i < values.size(); ++i)
    knots.push_back({values[i], below[i], through[i]});
  auto reference = value::restore_reference(std::move(knots));
  if (!reference) {
    node.fail("values", reference.error().message());
    return {};
  }
  return std::move(*reference);
}

Json priors_to_json(const portfolio::FeaturePriors& p) {
  const auto number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
  return {{"repurchase_a", number(p.repurchase_a)},
          {"repurchase_b", number(p.repurchase_b)},
          {"gap_mean", number(p.gap_mean)},
          {"gap_strength", number(p.gap_strength)},
          {"gap_shape", number(p.gap_shape)},
          {"gap_scale", number(p.gap_scale)},
          {"repurchase_accounts", p.repurchase_accounts},
          {"gap_accounts", p.gap_accounts}};
}

portfolio::FeaturePriors read_priors(const JsonNode& node) {
  portfolio::FeaturePriors p;
  p.repurchase_a = node.number("repurchase_a");
  p.repurchase_b = node.number("repurchase_b");
  p.gap_mean = node.number("gap_mean");
  p.gap_strength = node.number("gap_strength");
  p.gap_shape = node.number("gap_shape");
  p.gap_scale = node.number("gap_scale");
  p.repurchase_accounts = node.count("repurchase_accounts");
  p.gap_accounts = node.count("gap_accounts");
  return p;
}

Json measures_to_json(const MeasurePriors& p) {
  Json groups = Json::array();
  for (const LookAlikes& g : p.look_alikes) {
    groups.push_back({{"sector", g.sector},
                      {"accounts", g.accounts},
                      {"categories", g.categories},
                      {"shares", numbers_to_json(g.shares)}});
  }
  Json json = {{"net_promoter_accounts", p.net_promoter_accounts}, {"look_alikes", groups}};
  const value::Answers& n = p.net_promoter;
  if (n.valid()) json["net_promoter"] = {n.promoters, n.passives, n.detractors};
  return json;
}

LookAlikes read_look_alikes(const JsonNode& node) {
  LookAlikes group{.sector = node.text("sector"),
                   .accounts = node.count("accounts"),
                   .categories = node.texts("categories"),
                   .shares = node.numbers("shares")};
  if (group.shares.size() != group.categories.size()) {
    node.fail("shares", "has the wrong length");
  }
  for (const double share : group.shares) {
    if (!(share >= 0 && share <= 1)) node.fail("shares", "must lie between 0 and 1");
  }
  return group;
}

MeasurePriors read_measures(const JsonNode& node) {
  MeasurePriors p;
  p.net_promoter_accounts = node.count("net_promoter_accounts");
  if (node.has("net_promoter")) {
    const auto n = node.numbers("net_promoter");
    if (n.size() != 3 || !value::Answers{n[0], n[1], n[2]}.valid()) {
      node.fail("net_promoter", "must be three counts of answers, each >= 0");
    } else {
      p.net_promoter = {n[0], n[1], n[2]};
    }
  }
  for (const JsonNode& group : node.items("look_alikes")) {
    p.look_alikes.push_back(read_look_alikes(group));
  }
  if (!p.look_alikes.empty() && !p.look_alikes.front().sector.empty()) {
    node.fail("look_alikes", "must begin with all accounts (sector \"\")");
  }
  return p;
}

Json spreads_to_json(const std::vector<value::ScoreSpread>& spreads) {
  Json json = Json::array();
  for (const auto& spread : spreads) json.push_back({spread.mean, spread.variance});
  return json;
}

std::vector<value::ScoreSpread> read_spreads(const JsonNode& root) {
  std::vector<value::ScoreSpread> spreads;
  for (const JsonNode& pair : root.items("score_spreads")) {
    const double mean = pair.at(0).as_number(), variance = pair.at(1).as_number();
    if (!(mean >= 0 && mean <= 100) || !(variance >= 0 && variance <= 1e4)) {
      root.fail("score_spreads", "each entry is [mean 0..100, variance >= 0]");
    }
    spreads.push_back({mean, variance});
  }
  return spreads;
}

Json thresholds_to_json(const std::vector<std::vector<double>>& thresholds) {
  Json json = Json::array();
  for (const auto& own : thresholds) json.push_back(numbers_to_json(own));
  return json;
}

std::vector<std::vector<double>> read_thresholds(const JsonNode& root, const Profile& profile) {
  std::vector<std::vector<double>> thresholds;
  for (const JsonNode& own : root.items("class_thresholds")) {
    auto& numbers = thresholds.emplace_back();
    for (std::size_t i = 0; own.is_list() && i < own.size(); ++i) {
      numbers.push_back(own.at(i).as_number());
    }
  }
  if (!thresholds_fit(profile, thresholds)) root.fail("class_thresholds", "do not fit the profile");
  return thresholds;
}

Json content_of(const Model& model) {
  Json references = Json::object();
  const auto& indicators = model.profile.scorecard().indicators();
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    if (model.references[i]) references[indicators[i].id] = reference_to_json(*model.references[i]);
  }
  Json json = {{"profile", profile_to_json(model.profile)},
               {"fitted_on", format_date(model.fitted_on)},
               {"accounts", model.accounts},
               {"priors", priors_to_json(model.priors)},
               {"measures", measures_to_json(model.measures)},
               {"references", references},
               {"median_scores", numbers_to_json(model.median_scores)},
               {"score_spreads", spreads_to_json(model.spreads)},
               {"class_thresholds", thresholds_to_json(model.class_thresholds)},
               {"orders_note", model.orders_note}};
  if (!std::isnan(model.margin_rate)) json["margin_rate"] = model.margin_rate;
  if (model.orders) json["orders"] = estimate_to_json(*model.orders);
  if (model.spend) json["spend"] = estimate_to_json(*model.spend);
  return json;
}

void read_rest(const JsonNode& root, Model& model) {
  model.fitted_on = parse_date(root.text("fitted_on"));
  if (model.fitted_on == kNoDay) root.fail("fitted_on", "must be a date YYYY-MM-DD");
  model.accounts = root.count("accounts");
  model.priors = read_priors(root.object("priors"));
  if (root.has("measures")) model.measures = read_measures(root.object("measures"));
  const auto& indicators = model.profile.scorecard().indicators();
  model.references.resize(indicators.size());
  const JsonNode references = root.object("references");
  for (std::size_t i = 0; i < indicators.size(); ++i) {
    const char* id = indicators[i].id.c_str();
    if (references.has(id)) model.references[i] = read_reference(references.object(id));
  }
  model.median_scores = root.numbers("median_scores");
  if (model.median_scores.size() != indicators.size())
    root.fail("median_scores", "has the wrong length");
  model.spreads = read_spreads(root);
  if (model.spreads.size() != indicators.size()) root.fail("score_spreads", "has the wrong length");
  model.class_thresholds = read_thresholds(root, model.profile);
  model.orders_note = root.text("orders_note", "");
  if (root.has("margin_rate")) model.margin_rate = root.finite("margin_rate", kNaN);
  if (root.has("orders")) model.orders = read_estimate(root.object("orders"));
  if (root.has("spend")) model.spend = read_estimate(root.object("spend"));
}

}  // namespace

std::string to_json(const Model& model) {
  return seal("score_model", content_of(model));
}

std::string model_version(const Model& model) {
  return numeric::sha256_hex(content_of(model).dump()).substr(0, 12);
}

Result<Model> parse_model(std::string_view json) {
  const auto content = unseal(json, {"score_model"});
  if (!content) return content.error();
  JsonErrors errors;
  const JsonNode root(*content, "", errors);
  const JsonNode profile_node = root.object("profile");
  if (Status s = errors.status(); !s.ok()) return s;
  auto profile = read_profile((*content)["profile"], errors);
  if (!profile) return profile.error();
  Model model{.profile = std::move(*profile)};
  read_rest(root, model);
  if (Status s = errors.status(); !s.ok()) return s;
  return model;
}

}  // namespace kam::scoring
