#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <utility>

#include <boost/math/special_functions/beta.hpp>

#include <kam/base/columns.hpp>
#include <kam/base/random.hpp>
#include <kam/churn/profit.hpp>

#include "churn/knapsack.hpp"

namespace kam::churn {
namespace {

constexpr std::size_t kSearchSteps = 1'000'000;
constexpr std::size_t kDrawnAccounts = 1000;
constexpr std::size_t kDraws = 20'000;
constexpr std::size_t kAcceptanceGrid = 512;

double mean_of(const std::variant<double, BetaAcceptance>& acceptance) {
  if (const double* fixed = std::get_if<double>(&acceptance)) return *fixed;
  const auto& beta = std::get<BetaAcceptance>(acceptance);
  return beta.alpha / (beta.alpha + beta.beta);
}

Status check(const CampaignColumns& c, const CampaignOptions& o) {
  const std::size_t n = c.rows();
  if (Status s = check_size("value", c.value.size(), n); !s.ok()) return s;
  if (c.offer.size() != 1) {
    if (Status s = check_size("offer", c.offer.size(), n); !s.ok()) return s;
  }
  if (c.contact.size() != 1) {
    if (Status s = check_size("contact", c.contact.size(), n); !s.ok()) return s;
  }
  for (const auto& [name, column] : {std::pair{"offer", c.offer}, {"contact", c.contact}}) {
    const bool for_all = column.size() == 1;
    if (for_all && !(column[0] >= 0.0 && column[0] <= kMostMoney)) {
      return invalid_argument(name, "finite and >= 0", column[0]);
    }
  }
  if (const double* fixed = std::get_if<double>(&o.acceptance)) {
    if (!(*fixed >= 0.0 && *fixed <= 1.0)) {
      return invalid_argument("acceptance", "between 0 and 1", *fixed);
    }
  } else {
    const auto& beta = std::get<BetaAcceptance>(o.acceptance);
    const auto good = [](double x) { return x > 0.0 && x <= 1e6; };
    if (!good(beta.alpha)) return invalid_argument("alpha", "> 0 and at most 1e6", beta.alpha);
    if (!good(beta.beta)) return invalid_argument("beta", "> 0 and at most 1e6", beta.beta);
  }
  if (!(o.budget >= 0.0)) return invalid_argument("budget", ">= 0", o.budget);
  const auto z = interval_z(o.interval_level);
  return z ? Status{} : invalid_argument("interval_level", "between 0 and 1", o.interval_level);
}

/// One account with its terms.
struct Account {
  double p, value, offer, contact;
  double profit, spend, per_money;
  std::size_t row;

  [[nodiscard]] double most_spend() const { return contact + offer; }
};

/// By profit per money spent, then by what the account is, last by its place.
bool better(const Account& a, const Account& b) {
  if (a.per_money != b.per_money) return a.per_money > b.per_money;
  if (a.profit != b.profit) return a.profit > b.profit;
  if (a.value != b.value) return a.value > b.value;
  if (a.p != b.p) return a.p > b.p;
  if (a.offer != b.offer) return a.offer < b.offer;
  if (a.contact != b.contact) return a.contact < b.contact;
  return a.row < b.row;
}

RowReason reason_of(const Account& a) {
  const double all =
      (a.p - a.p) + (a.value - a.value) + (a.offer - a.offer) + (a.contact - a.contact);
  if (!(all == 0.0)) return RowReason::not_finite;
  const bool money = a.offer >= 0.0 && a.offer <= kMostMoney && a.contact >= 0.0 &&
                     a.contact <= kMostMoney && std::fabs(a.value) <= kMostMoney;
  return money && a.p >= 0.0 && a.p <= 1.0 ? RowReason::none : RowReason::out_of_domain;
}

/// Fills profit and spend of every row; returns the accounts worth contacting, best first.
std::vector<Account> worth_contacting(const CampaignColumns& c, double gamma, Campaign& result) {
  const auto cell = [](std::span<const double> column, std::size_t i) {
    return column.size() == 1 ? column[0] : column[i];
  };
  std::vector<Account> accounts;
  for (std::size_t i = 0; i < c.rows(); ++i) {
    Account a{c.probability[i], c.value[i], cell(c.offer, i), cell(c.contact, i), 0.0, 0.0, 0.0, i};
    const RowReason why = reason_of(a);
    if (why != RowReason::none) {
      result.profit[i] = result.spend[i] = kNaN;
      result.rows.rejected(i, why);
      continue;
    }
    result.rows.scored();
    a.profit = result.profit[i] = account_profit(a.p, a.value, gamma, a.offer, a.contact);
    a.spend = result.spend[i] = a.contact + a.offer * (a.p * gamma + 1.0 - a.p);
    a.per_money = a.spend > 0.0 ? a.profit / a.spend : HUGE_VAL;
    if (a.profit > 0.0) accounts.push_back(a);
  }
  std::sort(accounts.begin(), accounts.end(), better);
  return accounts;
}

/// The accounts taken, still best first.
std::vector<Account> take(const std::vector<Account>& accounts, double budget, Campaign& result) {
  double needed = 0.0;
  for (const Account& a : accounts) needed += a.spend;
  if (needed <= budget) return accounts;
  std::vector<Account> chosen;
  std::vector<churn_detail::KnapsackItem> items;
  std::vector<std::size_t> index;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (accounts[i].spend > 0.0) {  // free ones are taken anyway
      items.push_back({accounts[i].profit, accounts[i].spend});
      index.push_back(i);
    }
  }
  const auto choice = churn_detail::choose(items, budget, kSearchSteps);
  std::vector<std::uint8_t> keep(accounts.size(), 1);
  for (std::size_t k = 0; k < items.size(); ++k) keep[index[k]] = choice.taken[k];
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    if (keep[i] != 0) chosen.push_back(accounts[i]);
  }
  result.method = choice.exact ? ChoiceMethod::exact : ChoiceMethod::greedy;
  result.gap = std::max(0.0, choice.bound - choice.profit);
  return chosen;
}

/// Total of the chosen in one draw: each is about to leave or not, accepts or not.
double draw_total(const std::vector<Account>& chosen, double gamma, Random& random) {
  double total = 0.0;
  for (const Account& a : chosen) {
    const double u = random.uniform();
    const double gain = u < a.p * gamma ? a.value - a.offer : u < a.p ? 0.0 : -a.offer;
    total += gain - a.contact;
  }
  return total;
}

double quantile(std::vector<double>& values, double share) {
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(low);
  std::nth_element(values.begin(), middle, values.end());
  const double below = *middle;
  if (low + 1 == values.size()) return below;
  const double above = *std::min_element(middle + 1, values.end());
  return below + (at - static_cast<double>(low)) * (above - below);
}

void range_by_draws(const std::vector<Account>& chosen, const CampaignOptions& o,
                    Campaign& result) {
  std::vector<double> totals(kDraws);
  for (std::size_t d = 0; d < kDraws; ++d) {
    Random random(o.seed, d);
    const auto* beta = std::get_if<BetaAcceptance>(&o.acceptance);
    const double gamma =
        beta != nullptr ? random.beta(beta->alpha, beta->beta) : mean_of(o.acceptance);
    totals[d] = draw_total(chosen, gamma, random);
  }
  result.total_pred_lo = quantile(totals, 0.5 * (1.0 - o.interval_level));
  result.total_pred_hi = quantile(totals, 0.5 * (1.0 + o.interval_level));
}

/// Given γ the total is a sum of many: mean linear and variance quadratic in γ.
class NormalGivenAcceptance {
 public:
  NormalGivenAcceptance(const std::vector<Account>& chosen, const CampaignOptions& o) {
    for (const Account& a : chosen) {
      const double saved = a.p * (a.value - a.offer), lost = (1.0 - a.p) * a.offer;
      constant_ -= lost + a.contact;
      slope_ += saved;
      // Var = pγ(v−d)² + (1−p)d² − (pγ(v−d) − (1−p)d)²
      v0_ += lost * a.offer - lost * lost;
      v1_ += saved * (a.value - a.offer) + 2.0 * saved * lost;
      v2_ -= saved * saved;
    }
    const auto* beta = std::get_if<BetaAcceptance>(&o.acceptance);
    if (beta == nullptr) {
      gammas_ = {mean_of(o.acceptance)};
      return;
    }
    for (std::size_t i = 0; i < kAcceptanceGrid; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(kAcceptanceGrid);
      gammas_.push_back(boost::math::ibeta_inv(beta->alpha, beta->beta, share));
    }
  }

  /// The total below which it stays with probability `share`, by bisection.
  [[nodiscard]] double quantile(double share) const {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const double g : gammas_) {
      low = std::min(low, mean(g) - 10.0 * sd(g));
      high = std::max(high, mean(g) + 10.0 * sd(g));
    }
    for (int i = 0; i < 200 && low < high; ++i) {
      const double middle = 0.5 * (low + high);
      if (middle == low || middle == high) break;
      (below(middle) < share ? low : high) = middle;
    }
    return 0.5 * (low + high);
  }

 private:
  [[nodiscard]] double mean(double g) const { return constant_ + slope_ * g; }
  [[nodiscard]] double sd(double g) const {
    return std::sqrt(std::max(0.0, v0_ + g * (v1_ + g * v2_)));
  }
  [[nodiscard]] double below(double total) const {
    double sum = 0.0;
    for (const double g : gammas_) {
      const double s = sd(g);
      sum += s > 0.0            ? normal_between(-HUGE_VAL, (total - mean(g)) / s)
             : total >= mean(g) ? 1.0
                                : 0.0;
    }
    return sum / static_cast<double>(gammas_.size());
  }

  double constant_ = 0.0, slope_ = 0.0, v0_ = 0.0, v1_ = 0.0, v2_ = 0.0;
  std::vector<double> gammas_;
};

void add_totals(const std::vector<Account>& chosen, const CampaignOptions& o, Campaign& result) {
  for (const Account& a : chosen) {
    result.chosen[a.row] = 1;
    result.total_profit += a.profit;
    result.total_spend += a.spend;
    result.most_spend += a.most_spend();
  }
  result.accounts = chosen.size();
  if (chosen.empty()) return;
  if (chosen.size() <= kDrawnAccounts) return range_by_draws(chosen, o, result);
  const NormalGivenAcceptance total(chosen, o);
  result.total_pred_lo = total.quantile(0.5 * (1.0 - o.interval_level));
  result.total_pred_hi = total.quantile(0.5 * (1.0 + o.interval_level));
}

}  // namespace

Result<Campaign> expected_profit(const CampaignColumns& columns,
                                 const CampaignOptions& options) try {
  if (Status s = check(columns, options); !s.ok()) return s;
  const std::size_t n = columns.rows();
  Campaign result{.profit = std::vector<double>(n),
                  .spend = std::vector<double>(n),
                  .chosen = std::vector<std::uint8_t>(n, 0),
                  .rank = std::vector<std::uint32_t>(n, 0)};
  const auto accounts = worth_contacting(columns, mean_of(options.acceptance), result);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    result.rank[accounts[i].row] = static_cast<std::uint32_t>(i + 1);
  }
  add_totals(take(accounts, options.budget, result), options, result);
  return result;
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort the accounts"};
}

}  // namespace kam::churn
