// Any bytes as a model file, an estimate or a calibrator: an answer or a Status, never a crash.
// What is accepted must go through JSON unchanged.
#include <cstdlib>
#include <string>
#include <string_view>

#include <kam/scoring/calibration_file.hpp>
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
  if (const auto calibrator = kam::scoring::parse_calibrator(text)) {
    const std::string kept = kam::scoring::to_json(*calibrator);
    const auto again = kam::scoring::parse_calibrator(kept);
    if (!again || kam::scoring::to_json(*again) != kept) std::abort();
  }
  return 0;
}
