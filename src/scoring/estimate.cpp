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

bool has_phases(const std::string& kind) {
  return kind == "bgcnbd" || kind == "mbgcnbd";
}

template <class Parameters>
OrderModel phased(const Estimate& e) {
  auto parameters = parameters_of<Parameters>(e);
  parameters.k = e.phases;
  return parameters;
}

template <class Parameters>
std::vector<std::string> names_of() {
  return {Parameters::kNames.begin(), Parameters::kNames.end()};
}

/// Names of the parameters of a kind; empty if unknown.
std::vector<std::string> parameter_names(const std::string& kind) {
  if (kind == "bgnbd" || kind == "mbgnbd") return names_of<bgnbd::Parameters>();
  if (has_phases(kind)) return names_of<bgcnbd::Parameters>();
  if (kind == "pareto_nbd") return names_of<pareto_nbd::Parameters>();
  if (kind == "nbd") return names_of<nbd::Parameters>();
  if (kind == "gamma_gamma") return names_of<gamma_gamma::Parameters>();
  if (kind == "bgbb") return names_of<bgbb::Parameters>();
  if (kind == "sbg") return names_of<sbg::Parameters>();
  if (kind == "bdw") return names_of<bdw::Parameters>();
  return {};
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

/// The parameters of a record that must be of `kind`.
template <class Parameters>
Result<Parameters> parameters_if(const Estimate& e, const char* kind) {
  if (e.kind != kind) return wrong_kind(e, kind);
  if (Status s = check_values(e); !s.ok()) return s;
  return parameters_of<Parameters>(e);
}

}  // namespace

bool Estimate::counts_periods() const noexcept {
  return kind == "bgbb" || kind == "sbg" || kind == "bdw";
}

const char* Estimate::unit_name() const noexcept {
  return counts_periods() ? "period" : time_unit_name(unit);
}

Result<bgbb::Parameters> Estimate::bgbb_parameters() const {
  return parameters_if<bgbb::Parameters>(*this, "bgbb");
}

Result<sbg::Parameters> Estimate::sbg_parameters() const {
  return parameters_if<sbg::Parameters>(*this, "sbg");
}

Result<bdw::Parameters> Estimate::bdw_parameters() const {
  return parameters_if<bdw::Parameters>(*this, "bdw");
}

Result<OrderEstimate> Estimate::order_estimate() const {
  const auto as = [&](const OrderModel& model) -> Result<OrderEstimate> {
    if (Status s = check_values(*this); !s.ok()) return s;
    if (Status s = check(model); !s.ok()) return s;
    return OrderEstimate{model, log_covariance};
  };
  if (kind == "bgnbd") return as(parameters_of<bgnbd::Parameters>(*this));
  if (kind == "mbgnbd") return as(parameters_of<mbgnbd::Parameters>(*this));
  if (kind == "pareto_nbd") return as(parameters_of<pareto_nbd::Parameters>(*this));
  if (kind == "nbd") return as(parameters_of<nbd::Parameters>(*this));
  if (kind == "bgcnbd") return as(phased<bgcnbd::Parameters>(*this));
  if (kind == "mbgcnbd") return as(phased<mbgcnbd::Parameters>(*this));
  return wrong_kind(*this, "an order model (bgnbd, mbgnbd, pareto_nbd, nbd, bgcnbd, mbgcnbd)");
}

Result<SpendEstimate> Estimate::spend_estimate() const {
  if (kind != "gamma_gamma") return wrong_kind(*this, "gamma_gamma");
  if (Status s = check_values(*this); !s.ok()) return s;
  return SpendEstimate{parameters_of<gamma_gamma::Parameters>(*this), log_covariance};
}

Json estimate_to_json(const Estimate& e) {
  Json parameters = Json::object();
  for (std::size_t i = 0; i < e.names.size(); ++i) parameters[e.names[i]] = e.values[i];
  if (has_phases(e.kind)) parameters["k"] = e.phases;
  Json json = {{"model", e.kind},
               {"unit", e.unit_name()},
               {"parameters", parameters},
               {"standard_errors", numbers_to_json(e.standard_errors)},
               {"log_covariance", numbers_to_json(e.log_covariance)},
               {"stop_reason", e.stop_reason},
               {"iterations", e.iterations},
               {"accounts", e.accounts},
               {"events", e.events},
               {"rows_rejected", e.rows_rejected},
               {"warning", e.warning}};
  if (e.log_prior < 0 || e.prior_weight > 0) {  // files of fits without a prior stay as they were
    json["log_prior"] = e.log_prior;
    json["prior_weight"] = e.prior_weight;
  }
  json["log_likelihood"] = number_or_null(e.log_likelihood);
  if (!std::isnan(e.longest)) json["longest"] = e.longest;
  if (!e.k_profile.empty()) json["k_profile"] = numbers_to_json(e.k_profile);
  return json;
}

namespace {

void read_phases(const JsonNode& node, const JsonNode& parameters, Estimate& e) {
  const double k = parameters.finite("k", 1);
  if (k >= 1 && k <= kMostPhases && k == std::floor(k)) {
    e.phases = static_cast<int>(k);
  } else {
    parameters.fail("k", "must be a whole number from 1 to 20");
  }
  if (!node.has("k_profile")) return;
  e.k_profile = node.numbers("k_profile");
  if (e.k_profile.size() > kMostPhases) node.fail("k_profile", "has the wrong length");
}

}  // namespace

Estimate read_estimate(const JsonNode& node) {
  Estimate e;
  e.kind = node.text("model");
  const std::string unit_name = node.text("unit");
  if (e.counts_periods()) {
    if (unit_name != "period") node.fail("unit", "must be period, got '" + unit_name + "'");
  } else if (const auto unit = parse_time_unit(unit_name)) {
    e.unit = *unit;
  } else {
    node.fail("unit", unit.error().message());
  }
  e.names = parameter_names(e.kind);
  if (e.names.empty()) node.fail("model", "unknown model '" + e.kind + "'");
  const JsonNode parameters = node.object("parameters");
  for (const std::string& name : e.names) {
    const double value = parameters.number(name.c_str());
    if (!(value > 0) || !std::isfinite(value))
      parameters.fail(name.c_str(), "must be finite and > 0");
    e.values.push_back(value);
  }
  if (has_phases(e.kind)) read_phases(node, parameters, e);
  e.standard_errors = node.numbers("standard_errors");
  if (e.standard_errors.size() != e.names.size())
    node.fail("standard_errors", "has the wrong length");
  e.log_covariance = node.numbers("log_covariance");
  if (e.log_covariance.size() != e.names.size() * e.names.size())
    node.fail("log_covariance", "has the wrong length");
  e.log_likelihood = node.number("log_likelihood");
  e.log_prior = node.finite("log_prior", 0);
  e.prior_weight = node.finite("prior_weight", 0);
  e.stop_reason = node.text("stop_reason");
  e.iterations = static_cast<int>(std::clamp(node.finite("iterations", 0), 0.0, 1e9));
  e.accounts = node.finite("accounts", 0);
  e.events = node.finite("events", 0);
  e.rows_rejected = node.finite("rows_rejected", 0);
  e.warning = node.text("warning", "");
  if (node.has("longest")) e.longest = node.finite("longest", 0);
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
