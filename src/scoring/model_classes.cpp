/// Thresholds of classes that are quantiles: frozen at the fit, kept in the model.
#include "scoring/model_classes.hpp"

#include <cmath>

namespace kam::scoring {
namespace {

/// Calls visit(condition) for every condition with a quantile, `all` first.
template <class Class, class Visit>
void for_each_quantile(Class& c, Visit&& visit) {
  for (auto* list : {&c.all, &c.any}) {
    for (auto& condition : *list) {
      auto* number = std::get_if<value::NumberCondition>(&condition);
      if (number != nullptr && !std::isnan(number->quantile)) visit(*number);
    }
  }
}

}  // namespace

std::vector<std::vector<double>> fit_class_thresholds(const Profile& profile,
                                                      const portfolio::FeatureTable& features) {
  std::vector<std::vector<double>> thresholds;
  for (const value::AccountClass& c : profile.classes) {
    auto& own = thresholds.emplace_back();
    for_each_quantile(c, [&](const value::NumberCondition& condition) {
      const auto found = value::fit_quantile(features.find(condition.feature), condition.quantile);
      own.push_back(found ? *found : kNaN);
    });
  }
  return thresholds;
}

bool thresholds_fit(const Profile& profile, const std::vector<std::vector<double>>& thresholds) {
  if (thresholds.size() != profile.classes.size()) return false;
  for (std::size_t c = 0; c < thresholds.size(); ++c) {
    std::size_t wanted = 0;
    for_each_quantile(profile.classes[c], [&](const value::NumberCondition&) { ++wanted; });
    if (thresholds[c].size() != wanted) return false;
  }
  return true;
}

Result<FrozenClasses> Model::class_rules() const {
  if (!thresholds_fit(profile, class_thresholds)) {
    return Status{StatusCode::invalid_format, "model: class thresholds do not fit its profile"};
  }
  std::vector<value::AccountClass> decided;
  std::vector<std::size_t> place;
  for (std::size_t c = 0; c < profile.classes.size(); ++c) {
    value::AccountClass own = profile.classes[c];
    auto next = class_thresholds[c].begin();
    bool known = true;
    for_each_quantile(own, [&](value::NumberCondition& condition) {
      condition.threshold = *next++;
      known = known && std::isfinite(condition.threshold);
    });
    if (!known) continue;
    decided.push_back(std::move(own));
    place.push_back(c);
  }
  if (decided.empty()) {
    return Status{StatusCode::insufficient_data, "no class of the profile can be decided"};
  }
  auto rules = value::make_class_rules(std::move(decided));
  if (!rules) return rules.error();
  return FrozenClasses{std::move(*rules), std::move(place)};
}

}  // namespace kam::scoring
