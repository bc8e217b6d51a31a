/// The table of features and the one list of their names.
#include <kam/portfolio/features.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace kam::portfolio {
namespace {

constexpr std::string_view kNames[] = {
    // contribution
    "net_revenue_12m", "cts_12m", "cts_share", "cm3_12m", "cm3_rate", "net_revenue", "return_rate",
    "quantity_12m",
    // loyalty
    "order_count", "orders_12m", "days_since_last", "repurchase_rate", "overdue_ratio",
    "clumpiness", "nps", "nps_answers", "share_of_wallet", "report_on_time",
    // growth
    "trend_rate", "trend_p", "headroom", "headroom_rate", "breadth", "pipeline_p50",
    "pipeline_rate", "volatility", "downside_deviation",
    // risk
    "days_late", "overdue_share", "dso_days", "limit_use", "altman_z2", "probability_of_default",
    "expected_credit_loss", "dispute_rate", "renewal_days", "contract_value", "champion_left",
    // people
    "support", "support_lo", "support_hi", "people_known", "dependency_person", "departments",
    "levels", "contact_pairs", "executive_pair", "joint_team", "contacts_12m", "days_since_contact",
    "their_people"};

std::size_t index_of(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace

void FeatureTable::add(std::string name, std::vector<double> column, std::string note,
                       std::vector<double> age) {
  column.resize(accounts, kNaN);
  names.push_back(std::move(name));
  values.push_back(std::move(column));
  notes.push_back(std::move(note));
  ages.push_back(std::move(age));
}

std::span<const double> FeatureTable::find(std::string_view name) const& noexcept {
  const std::size_t i = index_of(names, name);
  return i < names.size() ? std::span<const double>(values[i]) : std::span<const double>();
}

std::span<const double> FeatureTable::age(std::string_view name) const& noexcept {
  const std::size_t i = index_of(names, name);
  return i < ages.size() ? std::span<const double>(ages[i]) : std::span<const double>();
}

bool is_feature(std::string_view name) noexcept {
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         name.starts_with("rating:") || name.starts_with("column:");
}

std::span<const std::string_view> feature_names() noexcept {
  return kNames;
}

}  // namespace kam::portfolio
