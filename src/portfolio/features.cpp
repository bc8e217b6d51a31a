#include <kam/portfolio/features.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <cmath>

#include "portfolio/account_facts.hpp"
#include "portfolio/guard.hpp"
#include "portfolio/side_tables.hpp"

namespace kam::portfolio {
namespace {

constexpr std::size_t kFixedColumns = 10;

/// Adds a column and returns its values, all missing so far. Stays valid: values are reserved.
std::vector<double>& add_column(FeatureTable& table, std::string name, std::string note = {}) {
  table.names.push_back(std::move(name));
  table.notes.push_back(std::move(note));
  return table.values.emplace_back(table.accounts, kNaN);
}

void add_money(const Portfolio& portfolio, std::span<const AccountFacts> facts,
               const FeatureWindow& window, FeatureTable& table) {
  const bool has_cogs = !portfolio.transactions.cogs.empty();
  const bool has_costs = !portfolio.activities.cost.empty();
  std::vector<double>& revenue = add_column(table, "net_revenue_12m");
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].has_rows) revenue[i] = facts[i].net_revenue;
  }
  std::vector<double>& costs =
      add_column(table, "cts_12m", has_costs ? "" : "needs costs of activities");
  if (has_costs) {
    costs = cost_to_serve(portfolio.activities, table.accounts, window, table.report);
  }
  const char* note = has_costs ? "" : "without cost to serve, which needs costs of activities";
  add_column(table, "cm3_12m", has_cogs ? note : "needs cogs");
  add_column(table, "cm3_rate", has_cogs ? note : "needs cogs");
  if (!has_cogs) return;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].has_rows) continue;
    const double net = facts[i].net_revenue;
    const double cm3 = net - facts[i].cogs - (has_costs ? table.values[1][i] : 0.0);
    table.values[2][i] = cm3;
    if (net > 0.0) table.values[3][i] = cm3 / net;
  }
}

void add_history(std::span<const AccountFacts> facts, Day as_of, FeatureTable& table) {
  std::vector<double>& revenue = add_column(table, "net_revenue");
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].has_rows) revenue[i] = facts[i].net_revenue_ever;
  }
  std::vector<double>& ever = add_column(table, "order_count");
  for (std::size_t i = 0; i < facts.size(); ++i) ever[i] = facts[i].orders;
  std::vector<double>& year = add_column(table, "orders_12m");
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].orders > 0) year[i] = facts[i].orders_12m;
  }
  std::vector<double>& silence = add_column(table, "days_since_last");
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].orders > 0) silence[i] = as_of - facts[i].last_order;
  }
}

void add_repurchase(std::span<const AccountFacts> facts, const FeaturePriors& priors,
                    FeatureTable& table) {
  const double a = priors.repurchase_a, b = priors.repurchase_b;
  const bool fitted = a > 0 && b > 0;
  std::vector<double>& rate = add_column(
      table, "repurchase_rate", fitted ? "" : "needs accounts older than a calendar month");
  for (std::size_t i = 0; fitted && i < facts.size(); ++i) {
    if (facts[i].orders == 0) continue;
    rate[i] = (a + facts[i].active_months) / (a + b + facts[i].eligible_months);
  }
}

/// Upper 10 % point of Student's t, by the number of gaps: accounts share it.
class TQuantiles {
 public:
  explicit TQuantiles(double shape) : shape_(shape) {}
  double at(double gaps) {
    const auto n = static_cast<std::size_t>(gaps);
    if (n >= known_.size()) known_.resize(n + 1, kNaN);
    if (std::isnan(known_[n])) {
      using namespace boost::math;
      using NoThrow = policies::policy<policies::promote_double<false>,
                                       policies::domain_error<policies::errno_on_error>,
                                       policies::overflow_error<policies::errno_on_error>,
                                       policies::evaluation_error<policies::errno_on_error>>;
      known_[n] = quantile(students_t_distribution<double, NoThrow>(2 * shape_ + gaps), 0.9);
    }
    return known_[n];
  }

 private:
  double shape_;
  std::vector<double> known_;
};

/// The 90 % point of the next gap [days]: its predictive distribution is a log Student t under the
/// normal-inverse-gamma posterior (Gelman et al., Bayesian Data Analysis, section 3.3).
double usual_gap(const AccountFacts& f, const FeaturePriors& p, TQuantiles& t) {
  const double n = f.gaps;
  const double strength = p.gap_strength + n;
  const double off = f.gap_mean - p.gap_mean;
  const double mean = p.gap_mean + (n / strength) * off;
  const double shape = p.gap_shape + 0.5 * n;
  const double scale =
      p.gap_scale + 0.5 * f.gap_squares + 0.5 * (p.gap_strength * n / strength) * off * off;
  return std::exp(mean + t.at(n) * std::sqrt(scale * (1 + 1 / strength) / shape));
}

void add_overdue(std::span<const AccountFacts> facts, const FeaturePriors& priors, Day as_of,
                 FeatureTable& table) {
  const bool fitted = priors.gap_strength > 0 && priors.gap_shape > 0 && priors.gap_scale > 0 &&
                      std::isfinite(priors.gap_mean);
  std::vector<double>& ratio = add_column(
      table, "overdue_ratio", fitted ? "" : "needs two accounts that ordered again, one twice");
  TQuantiles quantiles(priors.gap_shape);
  for (std::size_t i = 0; fitted && i < facts.size(); ++i) {
    if (facts[i].orders == 0) continue;
    ratio[i] = (as_of - facts[i].last_order) / usual_gap(facts[i], priors, quantiles);
  }
}

void add_ratings(const RatingColumns& ratings, Day as_of, int max_age_days, FeatureTable& table) {
  report_ratings(ratings, table.report);
  for (Code item = 0; item < ratings.item_names.size(); ++item) {
    add_column(table, "rating:" + ratings.item_names[item]) =
        latest_rating(ratings, item, table.accounts, as_of, max_age_days);
  }
}

}  // namespace

std::span<const double> FeatureTable::find(std::string_view name) const& noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return values[i];
  }
  return {};
}

std::span<const double> FeatureTable::ages_of(std::string_view name) const& noexcept {
  for (std::size_t i = 0; i < ages.size() && i < names.size(); ++i) {
    if (names[i] == name) return ages[i];
  }
  return {};
}

bool is_feature(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {
      "net_revenue_12m", "cts_12m",    "cm3_12m",         "cm3_rate",        "net_revenue",
      "order_count",     "orders_12m", "days_since_last", "repurchase_rate", "overdue_ratio"};
  static_assert(std::size(kNames) == kFixedColumns);
  for (const std::string_view known : kNames) {
    if (name == known) return true;
  }
  return name.starts_with("rating:") || name.starts_with("column:");
}

Result<FeatureTable> features(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                              Day as_of, const FeaturePriors& priors,
                              const FeatureOptions& options) {
  return guarded<Result<FeatureTable>>([&]() -> Result<FeatureTable> {
    if (Status s = check_feature_call(portfolio, verdicts, as_of, options); !s.ok()) return s;
    const std::vector<AccountFacts> facts = all_facts(portfolio, verdicts, as_of, options);
    FeatureTable table{.accounts = portfolio.accounts.rows};
    table.values.reserve(kFixedColumns + portfolio.ratings.item_names.size());
    add_money(portfolio, facts, feature_window(as_of, options), table);
    add_history(facts, as_of, table);
    add_repurchase(facts, priors, table);
    add_overdue(facts, priors, as_of, table);
    add_ratings(portfolio.ratings, as_of, options.rating_max_age_days, table);
    return table;
  });
}

}  // namespace kam::portfolio
