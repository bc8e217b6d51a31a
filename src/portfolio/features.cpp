#include <kam/portfolio/features.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <utility>

#include <kam/base/columns.hpp>

#include "portfolio/account_facts.hpp"
#include "portfolio/guard.hpp"
#include "portfolio/people_features.hpp"
#include "portfolio/side_tables.hpp"

namespace kam::portfolio {
namespace {

/// value(facts) per account.
template <class Value>
std::vector<double> column_of(std::span<const AccountFacts> facts, Value&& value) {
  std::vector<double> column(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) column[i] = value(facts[i]);
  return column;
}

void add_margin(std::span<const AccountFacts> facts, bool has_cogs,
                const std::vector<double>& costs, FeatureTable& table) {
  const char* note = costs.empty() ? "without cost to serve, which needs costs of activities" : "";
  if (!has_cogs) {
    table.add("cm3_12m", {}, "needs cogs");
    table.add("cm3_rate", {}, "needs cogs");
    return;
  }
  std::vector<double> margin(facts.size(), kNaN), rate(facts.size(), kNaN);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (!facts[i].has_rows) continue;
    const double net = facts[i].net_revenue;
    margin[i] = net - facts[i].cogs - (costs.empty() ? 0.0 : costs[i]);
    if (net > 0.0) rate[i] = margin[i] / net;
  }
  table.add("cm3_12m", std::move(margin), note);
  table.add("cm3_rate", std::move(rate), note);
}

void add_money(const Portfolio& portfolio, const PortfolioFacts& facts, FeatureTable& table) {
  table.add("net_revenue_12m", column_of(facts.accounts, [](const AccountFacts& f) {
              return f.has_rows ? f.net_revenue : kNaN;
            }));
  std::vector<double> costs;
  if (!portfolio.activities.cost.empty()) {
    costs = cost_to_serve(portfolio.activities, table.accounts, facts.window, table.report);
  }
  table.add("cts_12m", costs, costs.empty() ? "needs costs of activities" : "");
  add_margin(facts.accounts, !portfolio.transactions.cogs.empty(), costs, table);
}

void add_history(std::span<const AccountFacts> facts, Day as_of, FeatureTable& table) {
  const auto add = [&](const char* name, auto&& value) {
    table.add(name, column_of(facts, value));
  };
  add("net_revenue", [](const auto& f) { return f.has_rows ? f.net_revenue_ever : kNaN; });
  add("order_count", [](const auto& f) { return f.orders; });
  add("orders_12m", [](const auto& f) { return f.orders > 0 ? f.orders_12m : kNaN; });
  add("days_since_last", [as_of](const auto& f) {
    return f.orders > 0 ? static_cast<double>(as_of - f.last_order) : kNaN;
  });
}

/// What came back and how much was bought.
void add_goods(const TransactionColumns& t, std::span<const AccountFacts> facts,
               FeatureTable& table) {
  if (t.kind.empty()) {
    table.add("return_rate", {}, "needs kinds of transactions");
  } else {
    // Goods of earlier years may come back too: no more than everything.
    table.add("return_rate", column_of(facts, [](const AccountFacts& f) {
                return f.invoiced > 0 ? std::fmin(1.0, f.returned / f.invoiced) : kNaN;
              }));
  }
  const bool units = !t.quantity.empty();
  table.add("quantity_12m",
            column_of(facts, [](const AccountFacts& f) { return f.has_rows ? f.quantity : kNaN; }),
            units ? "" : "needs quantity");
}

void add_repurchase(std::span<const AccountFacts> facts, const FeaturePriors& priors,
                    FeatureTable& table) {
  const double a = priors.repurchase_a, b = priors.repurchase_b;
  const bool fitted = a > 0 && b > 0;
  std::vector<double> rate(facts.size(), kNaN);
  for (std::size_t i = 0; fitted && i < facts.size(); ++i) {
    if (facts[i].orders == 0) continue;
    rate[i] = (a + facts[i].active_months) / (a + b + facts[i].eligible_months);
  }
  table.add("repurchase_rate", std::move(rate),
            fitted ? "" : "needs accounts older than a calendar month");
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
  std::vector<double> ratio(facts.size(), kNaN);
  TQuantiles quantiles(priors.gap_shape);
  for (std::size_t i = 0; fitted && i < facts.size(); ++i) {
    if (facts[i].orders == 0) continue;
    ratio[i] = (as_of - facts[i].last_order) / usual_gap(facts[i], priors, quantiles);
  }
  table.add("overdue_ratio", std::move(ratio),
            fitted ? "" : "needs two accounts that ordered again, one twice");
}

void add_ratings(const RatingColumns& ratings, Day as_of, int max_age_days, FeatureTable& table) {
  report_ratings(ratings, table.report);
  for (Code item = 0; item < ratings.item_names.size(); ++item) {
    DatedColumn latest = latest_rating(ratings, item, table.accounts, as_of, max_age_days);
    table.add("rating:" + ratings.item_names[item], std::move(latest.values), "",
              std::move(latest.ages));
  }
}

}  // namespace

Result<FeatureTable> features(const Portfolio& portfolio, const PortfolioFacts& facts,
                              const FeaturePriors& priors, const FeatureOptions& options) {
  return guarded<Result<FeatureTable>>([&]() -> Result<FeatureTable> {
    const std::size_t accounts = portfolio.accounts.rows;
    if (Status s = check_size("facts", facts.accounts.size(), accounts); !s.ok()) return s;
    const Day as_of = facts.window.as_of;
    FeatureTable table{.accounts = accounts, .report = facts.report};
    add_money(portfolio, facts, table);
    add_history(facts.accounts, as_of, table);
    add_repurchase(facts.accounts, priors, table);
    add_overdue(facts.accounts, priors, as_of, table);
    add_ratings(portfolio.ratings, as_of, options.rating_max_age_days, table);
    add_goods(portfolio.transactions, facts.accounts, table);
    add_contacts(portfolio, facts, table);
    add_people(portfolio.stakeholders, facts, table);
    return table;
  });
}

Result<FeatureTable> features(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                              Day as_of, const FeaturePriors& priors,
                              const FeatureOptions& options) {
  const auto facts = gather_facts(portfolio, verdicts, as_of, options);
  return facts ? features(portfolio, *facts, priors, options) : Result<FeatureTable>(facts.error());
}

}  // namespace kam::portfolio
