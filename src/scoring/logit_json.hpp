/// A line on the log-odds as it stands in files: of a calibrator, and within a ladder.
#pragma once

#include <kam/churn/calibration.hpp>

#include "scoring/json_node.hpp"

namespace kam::scoring {

inline Json content_of(const churn::LogitCalibration& c) {
  return {{"slope", c.slope},
          {"intercept", c.intercept},
          {"slope_standard_error", number_or_null(c.slope_standard_error)},
          {"intercept_standard_error", number_or_null(c.intercept_standard_error)},
          {"covariance", number_or_null(c.covariance)}};
}

inline churn::LogitCalibration read_logit(const JsonNode& node) {
  return {.slope = node.finite("slope", kNaN),
          .intercept = node.finite("intercept", kNaN),
          .slope_standard_error = node.number("slope_standard_error"),
          .intercept_standard_error = node.number("intercept_standard_error"),
          .covariance = node.number("covariance")};
}

}  // namespace kam::scoring
