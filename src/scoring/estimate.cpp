#include <kam/scoring/estimate.hpp>

#include <algorithm>
#include <cmath>

#include "scoring/estimate_json.hpp"
#include "scoring/model_file.hpp"

namespace kam::scoring {
namespace {

template <class Parameters>
Parameters parameters_of(const Estimate& e) {
  std::array<double, Parameters::kCount> values{};
  std::copy_n(e.values.begin(), std::min(values.size(), e.values.size()), values.begin());
  return Parameters::from_values(values);
}

/// Number of parameters of a kind; 0 if unknown.
std::size_t parameter_count(const std::string& kind) {
  if (kind == "bgnbd" || kind == "mbgnbd") return 4;
  return kind == "gamma_gamma" ? 3 : 0;
}

Status wrong_kind(const Estimate& e, const char* expected) {
  return {StatusCode::invalid_argument,
          "`kind` must be " + std::string(expected) + ", got '" + e.kind + "'"};
}

Status check_values(const Estimate& e) {
  for (std::size_t i = 0; i < e.values.size(); ++i) {
    if (!(e.values[i] > 0) || !std::isfinite(e.values[i])) {
      return invalid_argument(e.names[i].c_str(), "finite and > 0", e.values[i]);
    }
  }
  return {};
}

}  // namespace

Result<OrderEstimate> Estimate::order_estimate() const {
  if (kind != "bgnbd" && kind != "mbgnbd") return wrong_kind(*this, "bgnbd or mbgnbd");
  if (Status s = check_values(*this); !s.ok()) return s;
  const OrderModel model = kind == "bgnbd" ? OrderModel(parameters_of<bgnbd::Parameters>(*this))
                                           : OrderModel(parameters_of<mbgnbd::Parameters>(*this));
  return OrderEstimate{model, log_covariance};
}

Result<SpendEstimate> Estimate::spend_estimate() const {
  if (kind != "gamma_gamma") return wrong_kind(*this, "gamma_gamma");
  if (Status s = check_values(*this); !s.ok()) return s;
  return SpendEstimate{parameters_of<gamma_gamma::Parameters>(*this), log_covariance};
}

Json estimate_to_json(const Estimate& e) {
  Json parameters = Json::object();
  for (std::size_t i = 0; i < e.names.size(); ++i) parameters[e.names[i]] = e.values[i];
  Json json = {{"model", e.kind},
               {"unit", time_unit_name(e.unit)},
               {"parameters", parameters},
               {"standard_errors", numbers_to_json(e.standard_errors)},
               {"log_covariance", numbers_to_json(e.log_covariance)},
               {"stop_reason", e.stop_reason},
               {"iterations", e.iterations},
               {"accounts", e.accounts},
               {"events", e.events},
               {"rows_rejected", e.rows_rejected},
               {"warning", e.warning}};
  json["log_likelihood"] = std::isfinite(e.log_likelihood) ? Json(e.log_likelihood) : Json(nullptr);
  return json;
}

Estimate read_estimate(const JsonNode& node) {
  Estimate e;
  e.kind = node.text("model");
  if (const auto unit = parse_time_unit(node.text("unit"))) {
    e.unit = *unit;
  } else {
    node.fail("unit", unit.error().message());
  }
  const std::size_t n = parameter_count(e.kind);
  if (n == 0) node.fail("model", "unknown model '" + e.kind + "'");
  const auto names = [](const auto& kNames) {
    return std::vector<std::string>(kNames.begin(), kNames.end());
  };
  e.names = n == 3 ? names(gamma_gamma::Parameters::kNames) : names(bgnbd::Parameters::kNames);
  const JsonNode parameters = node.object("parameters");
  for (const std::string& name : e.names) {
    const double value = parameters.number(name.c_str());
    if (!(value > 0) || !std::isfinite(value))
      parameters.fail(name.c_str(), "must be finite and > 0");
    e.values.push_back(value);
  }
  e.standard_errors = node.numbers("standard_errors");
  if (e.standard_errors.size() != e.names.size())
    node.fail("standard_errors", "has the wrong length");
  e.log_covariance = node.numbers("log_covariance");
  if (e.log_covariance.size() != e.names.size() * e.names.size())
    node.fail("log_covariance", "has the wrong length");
  e.log_likelihood = node.number("log_likelihood");
  e.stop_reason = node.text("stop_reason");
  e.iterations = static_cast<int>(std::clamp(node.finite("iterations", 0), 0.0, 1e9));
  e.accounts = node.finite("accounts", 0);
  e.events = node.finite("events", 0);
  e.rows_rejected = node.finite("rows_rejected", 0);
  e.warning = node.text("warning", "");
  return e;
}

std::string to_json(const Estimate& estimate) {
  return seal("estimate", estimate_to_json(estimate));
}

Result<Estimate> parse_estimate(std::string_view json) {
  const auto content = unseal(json, {"estimate"});
  if (!content) return content.error();
  JsonErrors errors;
  Estimate estimate = read_estimate(JsonNode(*content, "", errors));
  if (Status s = errors.status(); !s.ok()) return s;
  return estimate;
}

}  // namespace kam::scoring
