#include <kam/value/indicator.hpp>

#include <kam/base/columns.hpp>

#include "numeric/batch.hpp"

namespace kam::value {
namespace {

Status error(const Indicator& indicator, const char* what) {
  return {StatusCode::invalid_argument, "indicator `" + indicator.id + "`: " + what};
}

/// True if no step between two anchors leads the wrong way.
bool runs_in_direction(const Bands& bands, Direction direction) {
  const auto& anchors = bands.anchors();
  const auto wrong = [direction](const Anchor& a, const Anchor& b) {
    return direction == Direction::higher_is_better ? b.score < a.score : b.score > a.score;
  };
  return direction == Direction::nominal_is_best ||
         std::adjacent_find(anchors.begin(), anchors.end(), wrong) == anchors.end();
}

/// NaN means "not set" for all three.
Status check_missing_rules(const Indicator& indicator) {
  const auto wrong = [&](const char* key, const char* domain, double value) {
    return invalid_argument((indicator.id + key).c_str(), domain, value);
  };
  const double score = indicator.missing_score;
  if (!std::isnan(score) && !(score >= 0 && score <= 100)) {
    return wrong(".missing", "between 0 and 100", score);
  }
  if (indicator.maximum_age_days < 0) {
    return wrong(".maximum_age_days", ">= 0", indicator.maximum_age_days);
  }
  if (indicator.half_life_days <= 0) {
    return wrong(".half_life_days", "> 0", indicator.half_life_days);
  }
  return {};
}

}  // namespace

Status check(const Indicator& indicator) {
  if (indicator.id.empty()) return error(indicator, "needs an id");
  if (!std::isfinite(indicator.weight) || indicator.weight < 0.0) {
    return invalid_argument((indicator.id + ".weight").c_str(), "finite and >= 0",
                            indicator.weight);
  }
  if (Status s = check_missing_rules(indicator); !s.ok()) return s;
  if (const Bands* bands = std::get_if<Bands>(&indicator.scale)) {
    if (runs_in_direction(*bands, indicator.direction)) return {};
    return error(indicator, "its bands reward the opposite of its direction");
  }
  if (const auto* target = std::get_if<TargetScale>(&indicator.scale)) {
    if (indicator.direction != Direction::nominal_is_best) {
      return error(indicator, "a target is best in between: its direction is nominal");
    }
    return check(*target);
  }
  if (indicator.direction == Direction::nominal_is_best) {
    return error(indicator, "only bands and targets have a best value in between");
  }
  const auto* range = std::get_if<RangeScale>(&indicator.scale);
  return range != nullptr ? check(*range) : Status{};
}

BatchReport score(const Indicator& indicator, const FrozenReference* reference,
                  std::span<const double> x, std::span<double> out, const Executor& executor) {
  if (Status s = check_size("out", out.size(), x.size()); !s.ok()) return numeric::failed(s);
  if (reference == nullptr && needs_reference(indicator)) {
    return numeric::failed(error(indicator, "a rank or z needs its frozen reference"));
  }
  return numeric::for_each_row(
      out, executor,
      [&](std::size_t i) { return std::isfinite(x[i]) ? RowReason::none : RowReason::not_finite; },
      [&](std::size_t i) { return score(indicator, reference, x[i]); });
}

}  // namespace kam::value
