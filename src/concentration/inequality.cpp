#include <kam/concentration/inequality.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include <kam/base/special.hpp>
#include "concentration/compensated_sum.hpp"
#include "concentration/power_scale.hpp"
#include "numeric/large_array.hpp"
#include "numeric/sort_values.hpp"

namespace kam {
namespace {

using concentration_detail::CompensatedSum;
using concentration_detail::Scale;

struct Rows {
  std::vector<double> values, weights;  // no weights: each counts once
};

/// Rows that count, sorted by value and then by weight, so that sums do not know the row order.
Rows usable_rows(std::span<const double> values, std::span<const double> weights,
                 BatchReport& report) {
  Rows rows;
  std::vector<std::pair<double, double>> weighted;
  (weights.empty() ? numeric::reserve_large(rows.values, values.size())
                   : numeric::reserve_large(weighted, values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weights.empty() ? 1.0 : weights[i];
    if (!std::isfinite(values[i]) || !std::isfinite(w)) {
      report.rejected(i, RowReason::not_finite);
    } else if (values[i] < 0 || w < 0) {
      report.rejected(i, RowReason::out_of_domain);
    } else {
      report.scored();
      if (weights.empty()) {
        rows.values.push_back(values[i] + 0.0);
      } else if (w > 0) {
        weighted.emplace_back(values[i] + 0.0, w);
      }
    }
  }
  numeric::sort_ascending(rows.values);
  std::sort(weighted.begin(), weighted.end());
  for (const auto& [v, w] : weighted) {
    rows.values.push_back(v);
    rows.weights.push_back(w);
  }
  return rows;
}

Status insufficient(std::string message) {
  return {StatusCode::insufficient_data, std::move(message)};
}

}  // namespace

struct InequalityBuilder {
  Inequality r{};
  double whole = 0, total = 0;  // W; T in units of a power of two

  Result<Inequality> run(std::span<const double> values, std::span<const double> weights) {
    const Scale scale(values);
    set_levels(usable_rows(values, weights, r.report), scale);
    set_sums_from_the_top();
    if (!(whole > 0) || !std::isfinite(whole * whole)) {
      return insufficient("`weights`: the rows with a value >= 0 have no usable weight");
    }
    if (!(total > 0) || !std::isfinite(total * whole)) {
      return insufficient("`values`: non_positive_total, nothing above 0");
    }
    r.accounts = whole;
    r.total = scale.up(total);
    set_gini();
    set_indices();
    set_asymmetry();
    return std::move(r);
  }

 private:
  /// Distinct values upwards, with the weight of each.
  void set_levels(const Rows& rows, const Scale& scale) {
    CompensatedSum group;
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
      const double v = scale.down(rows.values[i]);
      if (r.value_.empty() || v > r.value_.back()) {
        r.value_.push_back(v);
        r.weight_.push_back(0);
        group = {};
      }
      group.add(rows.weights.empty() ? 1.0 : rows.weights[i]);
      r.weight_.back() = group.value();
    }
  }

  void set_sums_from_the_top() {
    r.top_weight_.assign(1, 0.0);
    r.top_value_.assign(1, 0.0);
    CompensatedSum weight, value;
    for (std::size_t i = r.value_.size(); i-- > 0;) {
      weight.add(r.weight_[i]);
      value.add(r.weight_[i] * r.value_[i]);
      r.top_weight_.push_back(weight.value());
      r.top_value_.push_back(value.value());
    }
    whole = r.top_weight_.back();
    total = r.top_value_.back();
  }

  /// By the gaps between neighbours: nothing cancels, equality is exactly 0.
  void set_gini() {
    CompensatedSum spread;
    for (std::size_t i = 0, n = r.value_.size(); i + 1 < n; ++i) {
      const double upper = r.top_weight_[n - 1 - i];
      spread.add((r.value_[i + 1] - r.value_[i]) / total * upper * ((whole - upper) / whole));
    }
    r.gini = spread.value();
    r.gini_corrected = whole > 1 ? std::min(1.0, r.gini * (whole / (whole - 1))) : kNaN;
    r.rosenbluth = 1 / (whole * (1 - r.gini));
  }

  /// The means over accounts of a function of v/μ.
  void set_indices() {
    const double mean = total / whole;
    CompensatedSum squares, theil, theil_l, above;
    for (std::size_t i = 0; i < r.value_.size(); ++i) {
      const double x = r.value_[i] / mean, part = r.weight_[i] / whole;
      squares.add(part * (x - 1) * (x - 1));
      if (x > 1) above.add(part * (x - 1));
      if (!(x > 0)) continue;
      const double log = part * std::log(x);
      theil.add(x * log);
      theil_l.add(-log);
    }
    constexpr double kInf = std::numeric_limits<double>::infinity();
    r.hhi = (1 + squares.value()) / whole;
    r.theil = std::max(0.0, theil.value());
    r.theil_l = r.value_.front() > 0 ? std::max(0.0, theil_l.value()) : kInf;
    r.hoover = above.value();
    r.coefficient_of_variation = std::sqrt(squares.value());
  }

  /// F and L at the mean, between the last value below it and the first above.
  void set_asymmetry() {
    const std::size_t n = r.value_.size();
    const double mean = total / whole;
    const double tolerance = 4 * std::numeric_limits<double>::epsilon() * mean;
    std::size_t lower = 0, upper = 0;  // values below the mean, and below or at it
    while (lower < n && r.value_[lower] < mean - tolerance) ++lower;
    upper = lower;
    while (upper < n && r.value_[upper] <= mean + tolerance) ++upper;
    const auto both = [&](std::size_t below) {
      return 2 - r.top_weight_[n - below] / whole - r.top_value_[n - below] / total;
    };
    r.asymmetry_lo = both(lower);
    r.asymmetry_hi = both(upper);
    if (lower == upper) {
      const double step = (mean - r.value_[lower - 1]) / (r.value_[lower] - r.value_[lower - 1]);
      r.asymmetry_lo += step / whole + step * r.value_[lower] / total;
      r.asymmetry_hi = r.asymmetry_lo;
    }
  }
};

Result<Inequality> inequality(std::span<const double> values, std::span<const double> weights) try {
  if (!weights.empty() && weights.size() != values.size()) {
    return size_mismatch("weights", values.size(), weights.size());
  }
  return InequalityBuilder{}.run(values, weights);
} catch (const std::bad_alloc&) {
  return Status{StatusCode::out_of_memory, "no memory to sort `values`"};
}

double Inequality::atkinson(double epsilon) const noexcept {
  if (!(epsilon >= 0)) return kNaN;
  if (epsilon >= 1 && value_.front() == 0) return 1;
  // In logs: powers of a large ε leave double.
  const double log_mean = std::log(top_value_.back() / top_weight_.back());
  const double power = 1 - epsilon;
  if (std::fabs(power) < 1e-8) return -std::expm1(-theil_l);
  double largest = -std::numeric_limits<double>::infinity();
  for (double v : value_) {
    if (v > 0) largest = std::max(largest, power * (std::log(v) - log_mean));
  }
  CompensatedSum sum;
  for (std::size_t i = 0; i < value_.size(); ++i) {
    if (value_[i] > 0) {
      const double log = power * (std::log(value_[i]) - log_mean);
      sum.add(weight_[i] / top_weight_.back() * std::exp(log - largest));
    }
  }
  if (!std::isfinite(power)) return 1 - value_.front() * std::exp(-log_mean);
  return std::clamp(-std::expm1((std::log(sum.value()) + largest) / power), 0.0, 1.0);
}

double Inequality::top_share(double p) const noexcept {
  if (!(p >= 0 && p <= 1)) return kNaN;
  const double goal = p * top_weight_.back();
  const auto reached = std::upper_bound(top_weight_.begin(), top_weight_.end(), goal);
  if (reached == top_weight_.end()) return 1;
  const auto k = static_cast<std::size_t>(reached - top_weight_.begin());  // >= 1: entry 0 is 0
  const double part = (goal - top_weight_[k - 1]) * value_[value_.size() - k];
  return std::min(1.0, (top_value_[k - 1] + part) / top_value_.back());
}

}  // namespace kam
