#include <kam/scoring/scorer.hpp>

#include <algorithm>
#include <cmath>

#include "numeric/sha256.hpp"
#include "numeric/text.hpp"
#include "scoring/margin.hpp"
#include "scoring/order_blocks.hpp"
#include "scoring/value_block.hpp"

namespace kam::scoring {
namespace {

Status check(const ScoreRequest& r) {
  if (r.as_of == kNoDay) return {StatusCode::invalid_argument, "`as_of` must be a date"};
  if (!(r.churn_horizon_days > 0) || !std::isfinite(r.churn_horizon_days)) {
    return invalid_argument("churn_horizon_days", "finite and > 0", r.churn_horizon_days);
  }
  if (!(r.value_years > 0) || !std::isfinite(r.value_years)) {
    return invalid_argument("value_years", "finite and > 0", r.value_years);
  }
  if (!(r.discount >= 0) || !std::isfinite(r.discount)) {
    return invalid_argument("discount", "finite and >= 0", r.discount);
  }
  return {};
}

std::vector<double> column_or_missing(const portfolio::FeatureTable& features, const char* name) {
  const auto column = features.find(name);
  return column.empty() ? std::vector<double>(features.accounts, kNaN)
                        : std::vector<double>(column.begin(), column.end());
}

FactsBlock facts_of(const portfolio::FeatureTable& features) {
  return {
      column_or_missing(features, "net_revenue"),    column_or_missing(features, "net_revenue_12m"),
      column_or_missing(features, "cm3_12m"),        column_or_missing(features, "cts_12m"),
      column_or_missing(features, "order_count"),    column_or_missing(features, "orders_12m"),
      column_or_missing(features, "days_since_last")};
}

void judge_rows(const Model& model, const portfolio::OrderSummary& summary,
                const std::vector<char>& margin_of_portfolio, ScoreTable& table) {
  table.status.assign(table.accounts, RowStatus::ok);
  table.notes.assign(table.accounts, 0);
  for (std::size_t i = 0; i < table.accounts; ++i) {
    std::uint32_t notes = 0;
    if (std::isnan(summary.frequency[i])) notes |= kNoOrders;
    if (summary.frequency[i] == 0) notes |= kOneOrder;
    if (!model.orders) notes |= kNoOrderModel;
    if (model.spend && !std::isnan(summary.frequency[i]) && std::isnan(table.worth.eav[i]))
      notes |= kSpendUndefined;
    if (std::isnan(table.value.value_index[i])) notes |= kValueNotCovered;
    if (table.facts.net_revenue[i] < 0) notes |= kNegativeRevenue;
    if (margin_of_portfolio[i] != 0) notes |= kMarginOfPortfolio;
    table.notes[i] = notes;
    const bool thin = notes & (kNoOrders | kNoOrderModel | kValueNotCovered | kSpendUndefined);
    if (thin) table.status[i] = RowStatus::insufficient;
  }
}

/// Columns that are NA for every account, and what they need.
std::vector<ColumnNote> column_notes(const Model& model, const portfolio::FeatureTable& features) {
  std::vector<ColumnNote> notes;
  for (std::size_t i = 0; i < features.names.size(); ++i) {
    const auto& values = features.values[i];
    const bool missing =
        std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    if (missing && !features.notes[i].empty())
      notes.push_back({features.names[i], features.notes[i]});
  }
  if (!model.orders) {
    for (const char* column : {"p_churn", "p_alive", "eav", "expected_loss", "expected_loss_open"})
      notes.push_back({column, model.orders_note});
  } else if (!model.spend) {
    for (const char* column : {"eav", "expected_loss", "expected_loss_open"})
      notes.push_back({column, model.orders_note});
  }
  return notes;
}

std::string config_hash_of(const std::string& profile_json, const ScoreRequest& r) {
  return numeric::sha256_hex(profile_json + "|" + numeric::shortest(r.churn_horizon_days) + "|" +
                             numeric::shortest(r.value_years) + "|" + numeric::shortest(r.discount))
      .substr(0, 12);
}

}  // namespace

const char* row_status_name(RowStatus status) noexcept {
  constexpr const char* kNames[] = {"ok", "insufficient", "invalid"};
  return kNames[static_cast<int>(status)];
}

std::vector<const char*> row_note_names(std::uint32_t notes) {
  constexpr const char* kNames[] = {"no_orders",          "one_order",         "no_order_model",
                                    "spend_undefined",    "value_not_covered", "negative_revenue",
                                    "margin_of_portfolio"};
  std::vector<const char*> names;
  for (std::size_t bit = 0; bit < std::size(kNames); ++bit) {
    if ((notes >> bit & 1u) != 0) names.push_back(kNames[bit]);
  }
  return names;
}

Result<Scorer> Scorer::make(Model model) {
  const std::size_t indicators = model.profile.scorecard().indicators().size();
  if (model.references.size() != indicators || model.median_scores.size() != indicators ||
      model.spreads.size() != indicators) {
    return Status{StatusCode::invalid_format,
                  "model: references and medians do not fit its profile"};
  }
  auto reference = value::evaluate(model.profile.scorecard(), model.median_scores);
  if (!reference) return reference.error();
  return Scorer(std::move(model), std::move(*reference));
}

Result<ValueBlock> Scorer::score_features(const portfolio::FeatureTable& features,
                                          const Executor& executor) const {
  return value_of(model_, reference_, features, executor);
}

Result<ScoreTable> Scorer::score(const portfolio::FeatureTable& features,
                                 const portfolio::OrderSummary& summary,
                                 const ScoreRequest& request, const Executor& executor) const {
  if (Status s = check(request); !s.ok()) return s;
  if (Status s = check_size("summary.frequency", summary.frequency.size(), features.accounts);
      !s.ok())
    return s;
  auto value = score_features(features, executor);
  if (!value) return value.error();
  auto orders = orders_of(model_, summary, request, executor);
  if (!orders) return orders.error();

  ScoreTable table;
  table.accounts = features.accounts;
  table.facts = facts_of(features);
  table.value = std::move(*value);
  table.churn = std::move(orders->churn);
  table.worth = std::move(orders->worth);
  judge_rows(model_, summary, apply_margin(model_, features, table.worth), table);
  table.value_in_margin = !std::isnan(model_.margin_rate);
  if (model_.orders) {
    table.basis = model_.orders->kind;
    table.basis_events = model_.orders->events;
  }
  table.model_version = version_;
  table.config_hash = config_hash_of(profile_json_, request);
  table.as_of = request.as_of;
  table.churn_horizon_days = request.churn_horizon_days;
  table.value_years = request.value_years;
  table.discount = request.discount;
  table.interval_level = model_.profile.interval_level;
  table.column_notes = column_notes(model_, features);
  return table;
}

}  // namespace kam::scoring
