#include "portfolio/side_tables.hpp"

#include <cmath>

#include "portfolio/exact_sum.hpp"
#include "portfolio/rows.hpp"

namespace kam::portfolio {
namespace {

/// 0 … 100, or NaN.
double scaled(const RatingColumns& r, std::size_t row) {
  const double low = r.scale_min.empty() ? 0.0 : r.scale_min[row];
  const double high = r.scale_max.empty() ? 100.0 : r.scale_max[row];
  if (!is_amount(low) || !is_amount(high) || !(low < high)) return kNaN;
  const double value = r.value[row];
  return value >= low && value <= high ? 100.0 * ((value - low) / (high - low)) : kNaN;
}

}  // namespace

std::vector<double> cost_to_serve(const ActivityColumns& activities, std::size_t accounts,
                                  const FeatureWindow& window, DataReport& report) {
  std::vector<ExactSum> sums(accounts);
  std::vector<char> unknown(accounts, 0);
  for (std::size_t i = 0; i < activities.account.size(); ++i) {
    if (!is_calendar_day(activities.date[i])) {
      report.add("activity_unreadable_date", Severity::rejected, i,
                 "The date of the activity is missing or could not be read; its cost is left out.");
      continue;
    }
    if (activities.date[i] > window.as_of || activities.date[i] <= window.year_start) continue;
    const Code account = activities.account[i];
    if (is_amount(activities.cost[i]) && activities.cost[i] >= 0) {
      add(sums[account], activities.cost[i]);
    } else {
      unknown[account] = 1;
      // A note: as a contact it counts.
      report.add("activity_missing_cost", Severity::note, i,
                 "The activity has no cost >= 0, so the account's cost to serve is not known.");
    }
  }
  std::vector<double> costs(accounts);
  for (std::size_t i = 0; i < accounts; ++i) costs[i] = unknown[i] != 0 ? kNaN : value(sums[i]);
  return costs;
}

DatedColumn latest_rating(const RatingColumns& ratings, Code item, std::size_t accounts, Day as_of,
                          int max_age_days) {
  struct Latest {
    Day day = kNoDay;
    double n = 0.0;
    ExactSum sum{};
  };
  std::vector<Latest> latest(accounts);
  const Day oldest = max_age_days < as_of - kFirstDay ? as_of - max_age_days : kFirstDay;
  for (std::size_t i = 0; i < ratings.account.size(); ++i) {
    const Day day = ratings.date.empty() ? as_of : ratings.date[i];
    const double rating = scaled(ratings, i);
    if (ratings.item[i] != item || day < oldest || day > as_of || std::isnan(rating)) continue;
    Latest& at = latest[ratings.account[i]];
    if (day < at.day) continue;
    if (day > at.day) at = {.day = day};
    at.n += 1.0;
    add(at.sum, rating);
  }
  DatedColumn column{std::vector<double>(accounts, kNaN), std::vector<double>(accounts, kNaN)};
  for (std::size_t i = 0; i < accounts; ++i) {
    if (!(latest[i].n > 0.0)) continue;
    column.values[i] = value(latest[i].sum) / latest[i].n;
    if (!ratings.date.empty()) column.ages[i] = as_of - latest[i].day;
  }
  return column;
}

void report_ratings(const RatingColumns& ratings, DataReport& report) {
  for (std::size_t i = 0; i < ratings.account.size(); ++i) {
    if (std::isnan(scaled(ratings, i))) {
      report.add("rating_out_of_scale", Severity::rejected, i,
                 "The rating is missing or lies outside its scale; it is left out.");
    } else if (!ratings.date.empty() && !is_calendar_day(ratings.date[i])) {
      report.add("rating_unreadable_date", Severity::rejected, i,
                 "The date of the rating is missing or could not be read; it is left out.");
    }
  }
}

}  // namespace kam::portfolio
