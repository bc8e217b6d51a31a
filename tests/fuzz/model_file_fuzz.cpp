// Any bytes as a model file or an estimate: an answer or a Status, never a crash. What is accepted
// must go through JSON unchanged.
#include <cstdlib>
#include <string_view>

#include <kam/scoring/estimate.hpp>
#include <kam/scoring/model.hpp>
#include <kam/scoring/scorer.hpp>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto estimate = kam::scoring::parse_estimate(text)) {
    const auto again = kam::scoring::parse_estimate(kam::scoring::to_json(*estimate));
    if (!again || again->values != estimate->values) std::abort();
  }
  if (auto model = kam::scoring::parse_model(text)) {
    if (!kam::scoring::parse_model(kam::scoring::to_json(*model))) std::abort();
    (void)kam::scoring::Scorer::make(std::move(*model));
  }
  return 0;
}
