#include <kam/portfolio/facts.hpp>

#include <algorithm>

#include "portfolio/account_facts.hpp"
#include "portfolio/guard.hpp"

namespace kam::portfolio {
namespace {

Status check_range(const char* name, const char* rule, double value, double low, double high) {
  return value >= low && value <= high ? Status{} : invalid_argument(name, rule, value);
}

Status check_options(const FeatureOptions& o) {
  const struct {
    const char *name, *rule;
    double value, low, high;
  } kRanges[] = {
      {"repurchase_months", "1 to 1200", static_cast<double>(o.repurchase_months), 1, 1200},
      {"prepayment_months", "1 to 1200", static_cast<double>(o.prepayment_months), 1, 1200},
      {"rating_max_age_days", ">= 0", static_cast<double>(o.rating_max_age_days), 0, kLastDay},
      {"trend_months", "1 to 240", static_cast<double>(o.trend_months), 1, 240},
      {"trend_season", "1 to 120", static_cast<double>(o.trend_season), 1, 120},
      {"loss_given_default", "between 0 and 1", o.loss_given_default, 0, 1},
      {"addressable", "between 0 and 1", o.addressable, 0, 1},
  };
  for (const auto& r : kRanges) {
    if (Status s = check_range(r.name, r.rule, r.value, r.low, r.high); !s.ok()) return s;
  }
  for (std::size_t i = 0; i < o.stages.size(); ++i) {
    const std::string name = "stages[" + std::to_string(i) + "].probability";
    Status s = check_range(name.c_str(), "between 0 and 1", o.stages[i].probability, 0, 1);
    if (!s.ok()) return s;
  }
  return {};
}

Status check_side_tables(const Portfolio& p) {
  const std::size_t accounts = p.accounts.rows;
  if (Status s = check_columns(p.activities, accounts); !s.ok()) return s;
  if (Status s = check_columns(p.contracts, accounts); !s.ok()) return s;
  if (Status s = check_columns(p.ratings, accounts); !s.ok()) return s;
  if (Status s = check_columns(p.opportunities, accounts); !s.ok()) return s;
  if (Status s = check_columns(p.stakeholders, accounts); !s.ok()) return s;
  return check_columns(p.financials, accounts);
}

/// The earliest day of a usable row, as_of if there is none.
Day first_day(const TransactionColumns& t, std::span<const RowVerdict> usable, Day as_of) {
  Day first = as_of;
  for (std::size_t i = 0; i < usable.size(); ++i) {
    if (usable[i] == RowVerdict::used) first = std::min(first, t.date[i]);
  }
  return first;
}

void gather_transactions(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                         PortfolioFacts& facts) {
  const TransactionColumns& t = portfolio.transactions;
  const std::size_t accounts = portfolio.accounts.rows;
  const std::vector<RowVerdict> usable = usable_rows(t, verdicts, facts.window.as_of);
  GroupedRows rows(t, usable, accounts);
  MonthlyGatherer monthly(facts.window, first_day(t, usable, facts.window.as_of), accounts,
                          facts.monthly);
  CategoryGatherer categories(facts.window, facts.categories);
  const bool dated = !t.due_date.empty() && !t.paid_date.empty();
  InvoiceGatherer invoices(facts.window, dated ? accounts : 0, facts.invoices, facts.report);
  facts.accounts.resize(accounts);
  for (std::size_t account = 0; account < accounts; ++account) {
    const std::span<const DatedAmount> own = rows.of(account);
    facts.accounts[account] = account_facts(own, t, facts.window, facts.order_weeks);
    monthly.add(own, t, account);
    if (!t.category.empty()) categories.add(own, t);
    if (dated) invoices.add(own, t, account);
  }
  if (t.category.empty()) facts.categories = {};
  if (!dated) facts.invoices = {};
}

}  // namespace

Status check_feature_call(const Portfolio& portfolio, std::span<const RowVerdict> verdicts,
                          Day as_of, const FeatureOptions& options) {
  if (Status s = check_columns(portfolio.accounts); !s.ok()) return s;
  Status s = check_call(portfolio.transactions, verdicts, portfolio.accounts.rows);
  if (!s.ok()) return s;
  if (s = check_side_tables(portfolio); !s.ok()) return s;
  if (s = check_as_of(as_of, to_day({1900, 1, 2})); !s.ok()) return s;
  return check_options(options);
}

Result<PortfolioFacts> gather_facts(const Portfolio& portfolio,
                                    std::span<const RowVerdict> verdicts, Day as_of,
                                    const FeatureOptions& options) {
  return guarded<Result<PortfolioFacts>>([&]() -> Result<PortfolioFacts> {
    if (Status s = check_feature_call(portfolio, verdicts, as_of, options); !s.ok()) return s;
    PortfolioFacts facts{.window = feature_window(as_of, options)};
    gather_transactions(portfolio, verdicts, facts);
    const std::size_t accounts = portfolio.accounts.rows;
    if (!portfolio.stakeholders.account.empty()) {
      facts.people = people_facts(portfolio.stakeholders, accounts, as_of, facts.report);
    }
    facts.contacts = contact_facts(portfolio, facts.people, facts.window);
    return facts;
  });
}

}  // namespace kam::portfolio
