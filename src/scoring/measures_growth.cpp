/// Trend and volatility of monthly revenue, and what the open deals may bring.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <kam/value/growth.hpp>

#include "scoring/measures.hpp"
#include "scoring/pipeline_median.hpp"

namespace kam::scoring {
namespace {

using portfolio::FeatureTable;
using portfolio::Severity;

constexpr double kTrendRisk = 0.1;  // of calling noise a trend
constexpr std::size_t kVolatilityMonths = 12;
constexpr std::size_t kLeastVolatilityMonths = 8;  // before, a spread is still warming up

/// The fewest months with which the test can reject "flat" at all: if they rise without exception.
std::size_t least_trend_months(std::size_t season, std::size_t most) {
  std::vector<double> rising;
  while (rising.size() < most) {
    rising.push_back(static_cast<double>(rising.size()));
    const auto test = mann_kendall(rising, season);
    if (test && test->p < kTrendRisk) return rising.size();
  }
  return most + 1;
}

void add_trend(const MeasureInput& in, FeatureTable& features) {
  const auto season = static_cast<std::size_t>(in.options.trend_season);
  const auto most = static_cast<std::size_t>(in.options.trend_months);
  const std::size_t least = least_trend_months(season, most);
  const value::GrowthOptions options{.season = season, .alpha = kTrendRisk};
  std::vector<double> rate(features.accounts, kNaN), p(features.accounts, kNaN);
  bool any = false;
  for (std::size_t i = 0; i < rate.size(); ++i) {
    if (in.facts.monthly.known[i] < least) continue;
    const auto series = in.facts.monthly.of(i);
    if (std::none_of(series.begin(), series.end(), [](double r) { return r > 0; })) continue;
    const auto trend = value::growth_trend(series, options);
    if (!trend) continue;
    any = true;
    p[i] = trend->p;
    rate[i] = trend->direction == TrendDirection::flat ? 0 : trend->percent_per_year / 100;
  }
  const std::string note =
      any ? "" : "needs " + std::to_string(least) + " complete months after an account's first";
  features.add("trend_rate", std::move(rate), note);
  features.add("trend_p", std::move(p), note);
}

void add_volatility(const MeasureInput& in, FeatureTable& features) {
  std::vector<double> cv(features.accounts, kNaN), downside(features.accounts, kNaN);
  bool any = false;
  for (std::size_t i = 0; i < cv.size(); ++i) {
    auto series = in.facts.monthly.of(i);
    if (series.size() < kLeastVolatilityMonths) continue;
    series = series.last(std::min(series.size(), kVolatilityMonths));
    const value::Volatility v = value::volatility(series);
    any = true;
    cv[i] = v.cv;
    downside[i] = v.downside_cv;
  }
  const char* note = any ? "" : "needs 8 complete months after an account's first";
  features.add("volatility", std::move(cv), note);
  features.add("downside_deviation", std::move(downside), note);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Probability per stage of this run; NaN where no table knows the name.
std::vector<double> stage_probabilities(std::span<const std::string> names,
                                        const portfolio::FeatureOptions& options) {
  std::unordered_map<std::string, double> known;
  for (const auto& stage : options.stages.empty() ? portfolio::default_stages() : options.stages) {
    known.emplace(lower(stage.name), stage.probability);
  }
  std::vector<double> probabilities;
  for (const std::string& name : names) {
    const auto found = known.find(lower(name));
    probabilities.push_back(found == known.end() ? kNaN : found->second);
  }
  return probabilities;
}

/// Open deals known on as_of, account by account.
struct OpenDeals {
  std::vector<std::vector<Deal>> by_account;
  std::vector<char> known;  ///< whether the account has a deal, open or not, that can be used

  OpenDeals(const MeasureInput& in, portfolio::DataReport& report)
      : by_account(in.portfolio.accounts.rows), known(in.portfolio.accounts.rows, 0) {
    const auto& o = in.portfolio.opportunities;
    const std::vector<double> probability = stage_probabilities(o.stage_names, in.options);
    for (std::size_t i = 0; i < o.account.size(); ++i) {
      if (later(o.created, i, in.as_of()) || later(o.stage_entered, i, in.as_of())) continue;
      const Deal deal{o.value[i], probability[o.stage[i]]};
      const bool open = is_open(o, i);
      if (open && !usable(deal, i, report)) continue;
      known[o.account[i]] = 1;
      if (open && deal.value > 0 && deal.probability > 0) {
        by_account[o.account[i]].push_back(deal);
      }
    }
  }

 private:
  static bool later(std::span<const Day> day, std::size_t i, Day as_of) {
    return !day.empty() && day[i] > as_of;
  }
  static bool is_open(const portfolio::OpportunityColumns& o, std::size_t i) {
    return o.outcome.empty() || o.outcome[i] == static_cast<int>(portfolio::DealOutcome::open);
  }

  static bool usable(const Deal& deal, std::size_t row, portfolio::DataReport& report) {
    if (!(deal.value >= 0 && deal.value <= portfolio::kMaxAmount)) {
      report.add("opportunity_bad_value", Severity::rejected, row,
                 "The value of the open deal is missing or below 0; the deal is left out.");
      return false;
    }
    if (std::isnan(deal.probability)) {
      report.add("opportunity_unknown_stage", Severity::rejected, row,
                 "No probability is known for the stage of the open deal; it is left out. Stages "
                 "and their probabilities belong to the profile.");
      return false;
    }
    return true;
  }
};

void add_pipeline(const MeasureInput& in, FeatureTable& features) {
  if (in.portfolio.opportunities.account.empty()) {
    features.add("pipeline_p50", {}, "needs table opportunities");
    features.add("pipeline_rate", {}, "needs table opportunities");
    return;
  }
  OpenDeals deals(in, features.report);
  std::vector<double> median(features.accounts), rate(features.accounts, kNaN);
  for (std::size_t i = 0; i < median.size(); ++i) {
    std::vector<Deal>& own = deals.by_account[i];
    median[i] = deals.known[i] == 0 ? kNaN : pipeline_median(std::move(own));
    const auto& facts = in.facts.accounts[i];
    if (facts.has_rows) rate[i] = value::pipeline_over_revenue(median[i], facts.net_revenue);
  }
  features.add("pipeline_p50", std::move(median));
  features.add("pipeline_rate", std::move(rate));
}

}  // namespace

void add_growth_measures(const MeasureInput& in, FeatureTable& features) {
  add_trend(in, features);
  add_volatility(in, features);
  add_pipeline(in, features);
}

}  // namespace kam::scoring
