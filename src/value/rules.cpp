#include <kam/value/rules.hpp>

namespace kam::value {

Status check(const Rule& rule) {
  const auto error = [&](const char* what) {
    return Status{StatusCode::invalid_argument, "rule `" + rule.id + "` " + what};
  };
  if (rule.id.empty()) return error("needs an id");
  if (rule.feature.empty()) return error("needs a feature");
  if (!std::isfinite(rule.threshold)) {
    return invalid_argument((rule.id + ".threshold").c_str(), "finite", rule.threshold);
  }
  if (!(rule.to >= 0 && rule.to <= 100)) {
    return invalid_argument((rule.id + ".to").c_str(), "between 0 and 100", rule.to);
  }
  if (rule.effect == RuleEffect::veto && rule.to != 0) return error("is a veto: it leads to 0");
  return {};
}

}  // namespace kam::value
