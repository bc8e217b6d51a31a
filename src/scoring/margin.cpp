#include "scoring/margin.hpp"

#include <cmath>
#include <utility>

namespace kam::scoring {

double fit_margin_rate(const portfolio::FeatureTable& features) {
  const auto margin = features.find("cm3_12m"), revenue = features.find("net_revenue_12m");
  double margins = 0, revenues = 0;
  for (std::size_t i = 0; i < margin.size() && i < revenue.size(); ++i) {
    if (!std::isfinite(margin[i]) || !std::isfinite(revenue[i])) continue;
    margins += margin[i];
    revenues += revenue[i];
  }
  return revenues > 0 ? margins / revenues : kNaN;
}

std::vector<char> apply_margin(const Model& model, const portfolio::FeatureTable& features,
                               WorthBlock& worth) {
  std::vector<char> of_model(worth.eav.size(), 0);
  if (std::isnan(model.margin_rate)) return of_model;
  const auto own = features.find("cm3_rate"), credit = features.find("expected_credit_loss");
  for (std::size_t i = 0; i < worth.eav.size(); ++i) {
    const bool known = i < own.size() && std::isfinite(own[i]);
    const double rate = known ? own[i] : model.margin_rate;
    of_model[i] = known ? 0 : 1;
    const double loss = i < credit.size() && std::isfinite(credit[i]) ? credit[i] : 0;
    worth.eav[i] = rate * worth.eav[i] - loss;
    worth.eav_lo[i] = rate * worth.eav_lo[i] - loss;
    worth.eav_hi[i] = rate * worth.eav_hi[i] - loss;
    if (rate < 0) std::swap(worth.eav_lo[i], worth.eav_hi[i]);  // a loss-maker: more is less
    worth.expected_loss[i] *= rate;
    worth.expected_loss_open[i] *= rate;
  }
  return of_model;
}

}  // namespace kam::scoring
