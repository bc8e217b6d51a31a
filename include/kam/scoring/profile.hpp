/// The scorecard in force and the rules around it: everything that is judgement and not
/// mathematics.
///
/// Profiles are TOML files (docs/profile.md; profiles/default.toml is the one used when none is
/// given). A mistake in one is found here, when it is read, with line and key; never at scoring
/// time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <kam/base/date.hpp>
#include <kam/base/interval.hpp>
#include <kam/base/status.hpp>
#include <kam/portfolio/feature_options.hpp>
#include <kam/value/classes.hpp>
#include <kam/value/matrix.hpp>
#include <kam/value/relation_type.hpp>
#include <kam/value/rules.hpp>
#include <kam/value/scorecard.hpp>
#include <kam/value/tiers.hpp>

namespace kam::scoring {

/// A name for a range of a column: the first band, from the top, whose `from` the value reaches.
struct Band {
  std::string name;
  double from;
  friend bool operator==(const Band&, const Band&) = default;
};

struct OrderSettings {
  TimeUnit occasion = TimeUnit::day;   ///< orders within one are one
  TimeUnit unit = TimeUnit::week;      ///< of frequency's companions and of the order model
  std::string model = "mbgnbd";        ///< mbgnbd, bgnbd or pareto_nbd
  double minimum_repeat_orders = 100;  ///< below it the order-model columns are NA, insufficient
};

/// Valid by construction: from parse_profile or restore_profile.
class Profile {
 public:
  std::string name;
  std::string description;
  double interval_level = kDefaultIntervalLevel;
  double weight_concentration = 50;  ///< trust in the weights: Dirichlet concentration, > 0
  OrderSettings orders;
  std::string concentration_measure = "net_revenue";
  std::vector<Band> value_bands;  ///< highest first, last one from 0; empty: no bands
  std::vector<Band> churn_bands;
  std::optional<value::TierRule> tiers;      ///< empty: no tiers
  std::vector<value::AccountClass> classes;  ///< quantiles not frozen yet: the model does that
  std::vector<value::PortfolioMatrix> matrices;
  value::RelationRule relation;
  portfolio::FeatureOptions features;  ///< windows and outside numbers of the features

  [[nodiscard]] const value::Scorecard& scorecard() const noexcept { return scorecard_; }
  /// In the order in which they are applied.
  [[nodiscard]] const std::vector<value::Rule>& rules() const noexcept { return rules_; }

 private:
  explicit Profile(value::Scorecard scorecard) : scorecard_(std::move(scorecard)) {}
  friend class ProfileBuilder;
  value::Scorecard scorecard_;
  std::vector<value::Rule> rules_;
};

/// `source` names the text in messages ("my.toml:17: indicator.bands: …"). Unknown keys are errors:
/// a misspelt key must not silently keep a default. invalid_format otherwise.
[[nodiscard]] Result<Profile> parse_profile(std::string_view toml, std::string_view source);

/// The profiles the library carries, by file name without ".toml": "default" first, the others in
/// alphabetical order. docs/profile.md has a line for each. O(number of profiles).
[[nodiscard]] std::vector<std::string_view> shipped_profile_names();
/// The TOML text of one of them, comments and all, valid for the whole run; empty if there is no
/// such name. `parse_profile(shipped_profile_text(name), name)` is the profile.
[[nodiscard]] std::string_view shipped_profile_text(std::string_view name) noexcept;

/// JSON Schema (draft 2020-12) of the TOML above, for editors. What a schema cannot say (ids that
/// repeat, bands against their direction, names of features) only parse_profile checks.
[[nodiscard]] std::string_view profile_schema_text() noexcept;

/// The text of the shipped default profile, and the profile itself.
[[nodiscard]] std::string_view default_profile_text() noexcept;
[[nodiscard]] Result<Profile> default_profile();

/// The profile as canonical JSON: what a model file embeds and what config_hash is taken of.
[[nodiscard]] std::string to_json(const Profile& profile);
[[nodiscard]] Result<Profile> restore_profile(std::string_view json);

/// "A", "B", …; empty if there are no bands or the value is NaN.
[[nodiscard]] std::string_view band_of(const std::vector<Band>& bands, double value) noexcept;

}  // namespace kam::scoring
