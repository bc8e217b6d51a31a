#pragma once

#include <kam/scoring/estimate.hpp>

#include "scoring/json_node.hpp"

namespace kam::scoring {

[[nodiscard]] Json estimate_to_json(const Estimate& estimate);
/// Errors go to the node's JsonErrors.
[[nodiscard]] Estimate read_estimate(const JsonNode& node);

}  // namespace kam::scoring
