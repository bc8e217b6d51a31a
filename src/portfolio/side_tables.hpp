/// Features from the tables beside the transactions.
#pragma once

#include <vector>

#include <kam/portfolio/features.hpp>

#include "portfolio/account_facts.hpp"

namespace kam::portfolio {

/// Costs of the activities of the year per account; NaN where one of them is not known.
/// Precondition: the cost column is given.
[[nodiscard]] std::vector<double> cost_to_serve(const ActivityColumns& activities,
                                                std::size_t accounts, const FeatureWindow& window,
                                                DataReport& report);

/// Values and days since the datum, NaN where there is none (ages also where it is undated).
struct DatedColumn {
  std::vector<double> values, ages;
};

/// The latest rating of `item` per account on 0 … 100; the mean of several on that day.
[[nodiscard]] DatedColumn latest_rating(const RatingColumns& ratings, Code item,
                                        std::size_t accounts, Day as_of, int max_age_days);

/// Counts the ratings that cannot be used: a broken scale, a value off its scale.
void report_ratings(const RatingColumns& ratings, DataReport& report);

}  // namespace kam::portfolio
