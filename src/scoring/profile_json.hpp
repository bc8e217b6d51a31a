/// Profiles as JSON: TOML is turned into it first, so there is one reader and one writer.
#pragma once

#include <kam/scoring/profile.hpp>

#include "scoring/json_node.hpp"

namespace kam::scoring {

/// Reads and validates; the first error carries its place.
[[nodiscard]] Result<Profile> read_profile(const Json& json, JsonErrors& errors);
[[nodiscard]] Json profile_to_json(const Profile& profile);

/// Parts of it; errors go to the node's JsonErrors.
[[nodiscard]] value::Indicator read_indicator(const JsonNode& node);
[[nodiscard]] Json indicator_to_json(const value::Indicator& indicator);
[[nodiscard]] std::vector<value::Rule> read_rules(const JsonNode& root);
[[nodiscard]] Json rules_to_json(const std::vector<value::Rule>& rules);
[[nodiscard]] std::optional<value::TierRule> read_tiers(const JsonNode& root);
void write_tiers(const std::optional<value::TierRule>& rule, Json& json);
[[nodiscard]] std::vector<value::AccountClass> read_classes(const JsonNode& root);
[[nodiscard]] Json classes_to_json(const std::vector<value::AccountClass>& classes);
[[nodiscard]] std::vector<value::PortfolioMatrix> read_matrices(const JsonNode& root,
                                                                const value::Scorecard& card);
[[nodiscard]] Json matrices_to_json(const std::vector<value::PortfolioMatrix>& matrices);
[[nodiscard]] value::RelationRule read_relation(const JsonNode& node);
[[nodiscard]] Json relation_to_json(const value::RelationRule& rule);
[[nodiscard]] portfolio::FeatureOptions read_features(const JsonNode& root);
void write_features(const portfolio::FeatureOptions& options, Json& json);

}  // namespace kam::scoring
