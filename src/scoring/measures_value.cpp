/// Contribution and loyalty: cost to serve, clumpiness, recommendation, share of wallet.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <kam/value/growth.hpp>

#include "scoring/measures.hpp"

namespace kam::scoring {
namespace {

using portfolio::AccountFacts;
using portfolio::FeatureTable;
using portfolio::Severity;

std::vector<double> missing(std::size_t n) {
  return std::vector<double>(n, kNaN);
}

void add_cost_share(const MeasureInput& in, std::span<const double> cts, FeatureTable& features) {
  const bool cogs = !in.portfolio.transactions.cogs.empty();
  const bool costs = !in.portfolio.activities.cost.empty();
  if (!cogs || !costs || cts.empty()) {
    features.add("cts_share", {}, cogs ? "needs costs of activities" : "needs cogs");
    return;
  }
  auto share = missing(features.accounts);
  for (std::size_t i = 0; i < share.size(); ++i) {
    const AccountFacts& f = in.facts.accounts[i];
    const double margin = f.net_revenue - f.cogs;  // before cost to serve
    if (f.has_rows && margin > 0) share[i] = cts[i] / margin;
  }
  features.add("cts_share", std::move(share));
}

/// Two weeks with an order or more: one order is no clump.
void add_clumpiness(const MeasureInput& in, FeatureTable& features) {
  const portfolio::OrderWeeks& weeks = in.facts.order_weeks;
  auto clumpiness = missing(features.accounts);
  std::vector<double> events;
  for (std::size_t i = 0; i < clumpiness.size(); ++i) {
    if (weeks.begin[i + 1] - weeks.begin[i] < 2) continue;
    const auto own =
        std::span(weeks.week).subspan(weeks.begin[i], weeks.begin[i + 1] - weeks.begin[i]);
    events.assign(own.begin(), own.end());
    clumpiness[i] = value::clumpiness(events, weeks.weeks[i]);
  }
  features.add("clumpiness", std::move(clumpiness));
}

void add_nps(const MeasureInput& in, FeatureTable& features) {
  const AnswerCounts counts = count_answers(in.portfolio.ratings, features.accounts, in.as_of(),
                                            in.options.rating_max_age_days, &features.report);
  if (!counts.given) {
    features.add("nps", {}, "needs ratings of nps");
    features.add("nps_answers", {}, "needs ratings of nps");
    return;
  }
  auto nps = missing(features.accounts), age = nps, answers = nps;
  for (std::size_t i = 0; i < nps.size(); ++i) {
    if (!(counts.answers[i].total() > 0)) continue;
    answers[i] = counts.answers[i].total();
    nps[i] = value::shrunk_net_promoter_score(counts.answers[i], in.priors.net_promoter).estimate;
    if (counts.latest[i] != kNoDay) age[i] = in.as_of() - counts.latest[i];
  }
  const bool fitted = in.priors.net_promoter.valid();
  features.add("nps", std::move(nps),
               fitted ? "" : "needs answers of two accounts, one of them two, that differ",
               std::move(age));
  features.add("nps_answers", std::move(answers));
}

/// From the wallet where it is known and not below our own sales, else by the Wallet Allocation
/// Rule.
struct Wallets {
  std::vector<double> share, headroom, headroom_rate;

  explicit Wallets(std::size_t n) : share(missing(n)), headroom(share), headroom_rate(share) {}

  void set(std::size_t i, const MeasureInput& in, FeatureTable& features) {
    const auto& a = in.portfolio.accounts;
    const AccountFacts& f = in.facts.accounts[i];
    const double wallet = a.wallet.empty() ? kNaN : a.wallet[i];
    const double sales = f.has_rows ? f.net_revenue : kNaN;
    share[i] = value::share_of_wallet(sales, wallet);
    headroom[i] = value::headroom(wallet, share[i], in.options.addressable);
    if (sales > 0) headroom_rate[i] = headroom[i] / sales;
    if (sales > wallet) {
      features.report.add("account_wallet_below_sales", Severity::note, i,
                          "The account buys more from us than its wallet holds: the wallet is "
                          "wrong and not used.",
                          portfolio::Subject::account);
    }
    if (std::isnan(share[i]) && !a.supplier_rank.empty() && !a.suppliers.empty()) {
      share[i] = value::wallet_allocation(a.supplier_rank[i], a.suppliers[i]);
    }
  }
};

void add_wallet(const MeasureInput& in, FeatureTable& features) {
  const auto& a = in.portfolio.accounts;
  const bool wallet = !a.wallet.empty(), ranks = !a.supplier_rank.empty() && !a.suppliers.empty();
  Wallets columns(features.accounts);
  for (std::size_t i = 0; (wallet || ranks) && i < features.accounts; ++i) {
    columns.set(i, in, features);
  }
  features.add("share_of_wallet", std::move(columns.share),
               wallet || ranks ? "" : "needs wallet, or supplier_rank and suppliers, of accounts");
  const char* note = wallet ? "" : "needs wallet of accounts";
  features.add("headroom", std::move(columns.headroom), note);
  features.add("headroom_rate", std::move(columns.headroom_rate), note);
}

}  // namespace

AnswerCounts count_answers(const portfolio::RatingColumns& r, std::size_t accounts, Day as_of,
                           int max_age_days, portfolio::DataReport* report) {
  AnswerCounts counts{std::vector<value::Answers>(accounts, {0, 0, 0}),
                      std::vector<Day>(accounts, kNoDay)};
  for (std::size_t i = 0; i < r.account.size(); ++i) {
    if (r.item_names[r.item[i]] != "nps") continue;
    counts.given = true;
    const double low = r.scale_min.empty() ? 0 : r.scale_min[i];
    const double high = r.scale_max.empty() ? 100 : r.scale_max[i];
    const double answer = r.value[i];
    if (!(answer >= low && answer <= high)) continue;  // told of by the ratings
    if (low != 0 || high != 10) {
      if (report != nullptr) {
        report->add("rating_nps_scale", Severity::note, i,
                    "An answer to nps on another scale than 0 to 10: it counts as rating:nps, not "
                    "in the net promoter score.");
      }
      continue;
    }
    const Day day = r.date.empty() ? as_of : r.date[i];
    if (day == kNoDay || day > as_of || static_cast<long long>(as_of) - day > max_age_days)
      continue;
    value::Answers& own = counts.answers[r.account[i]];
    (answer >= 9 ? own.promoters : answer >= 7 ? own.passives : own.detractors) += 1;
    if (!r.date.empty()) counts.latest[r.account[i]] = std::max(counts.latest[r.account[i]], day);
  }
  return counts;
}

void add_value_measures(const MeasureInput& in, const FeatureTable& plain, FeatureTable& features) {
  add_cost_share(in, plain.find("cts_12m"), features);
  add_clumpiness(in, features);
  add_nps(in, features);
  add_wallet(in, features);
}

}  // namespace kam::scoring
