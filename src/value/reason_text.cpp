#include <kam/value/explanation.hpp>

#include <charconv>
#include <cmath>

#include "numeric/text.hpp"

namespace kam::value {
namespace {

/// One row per Language, in its order.
struct Phrases {
  const char* coverage;
  const char* colon;
  const char* against_median;
  const char* points;
  const char* effects[3];  // by RuleEffect
};
constexpr Phrases kPhrases[] = {
    {"Data coverage",
     ": ",
     " points against the portfolio median",
     " points, ",
     {"at most ", "at least ", "veto"}},
    {"数据覆盖", "：", " 分（相对于组合中位数）", " 分，", {"最高 ", "最低 ", "一票否决"}},
};

const Phrases& phrases(Language language) {
  return kPhrases[static_cast<std::size_t>(language)];
}

/// One decimal, always signed, with a real minus sign; what rounds to nothing has no direction.
std::string signed_points(double points) {
  if (std::isnan(points)) return "NA";
  const double size = std::fabs(points);
  char buffer[320];  // 1e308 in fixed notation has 309 digits
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, size, std::chars_format::fixed, 1).ptr;
  const std::string digits(buffer, end);
  if (digits == "0.0") return "±0.0";
  return (points < 0.0 ? "−" : "+") + digits;
}

const std::string& label(const Indicator& indicator, Language language) {
  if (language == Language::zh && !indicator.label_zh.empty()) return indicator.label_zh;
  return indicator.label_en.empty() ? indicator.id : indicator.label_en;
}

std::string sentence(const std::string& subject, double points, Language language) {
  const Phrases& p = phrases(language);
  return subject + p.colon + signed_points(points) + p.against_median;
}

}  // namespace

std::string reason_text(const Indicator& indicator, double points, Language language) {
  return sentence(label(indicator, language), points, language);
}

std::string rule_text(const Rule& rule, double points, Language language) {
  const bool chinese = language == Language::zh && !rule.label_zh.empty();
  const std::string& own = chinese ? rule.label_zh : rule.label_en;
  const Phrases& p = phrases(language);
  std::string text = (own.empty() ? rule.id : own) + p.colon + signed_points(points) + p.points +
                     p.effects[static_cast<std::size_t>(rule.effect)];
  if (rule.effect != RuleEffect::veto) text += numeric::shortest(rule.to);
  return text;
}

std::string coverage_text(double points, Language language) {
  return sentence(phrases(language).coverage, points, language);
}

}  // namespace kam::value
