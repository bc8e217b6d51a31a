#include <kam/value/bands.hpp>

#include <string>

#include "numeric/text.hpp"

namespace kam::value {
namespace {

Status check_anchor(const std::vector<Anchor>& anchors, std::size_t i) {
  const std::string name = "anchors[" + std::to_string(i) + "]";
  const auto [x, score] = anchors[i];
  if (!std::isfinite(x)) return invalid_argument((name + ".x").c_str(), "finite", x);
  if (!(score >= 0.0 && score <= 100.0)) {
    return invalid_argument((name + ".score").c_str(), "between 0 and 100", score);
  }
  if (i > 0 && !(x > anchors[i - 1].x)) {
    const std::string rule = "greater than the x before it, " + numeric::shortest(anchors[i - 1].x);
    return invalid_argument((name + ".x").c_str(), rule.c_str(), x);
  }
  return {};
}

}  // namespace

Result<Bands> make_bands(std::vector<Anchor> anchors) {
  if (anchors.size() < 2) {
    return invalid_argument("anchors", "at least two", static_cast<double>(anchors.size()));
  }
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    if (Status s = check_anchor(anchors, i); !s.ok()) return s;
  }
  return Bands(std::move(anchors));
}

}  // namespace kam::value
