#include <kam/churn/log_rank.hpp>

#include <cmath>

#include <kam/base/special.hpp>
#include <kam/churn/kaplan_meier.hpp>

#include "numeric/ldlt.hpp"

namespace kam::log_rank {
namespace {

Status check(const SurvivalColumns& columns, const Groups& groups, const Options& options) {
  if (groups.groups < 2) {
    return invalid_argument("groups", ">= 2", static_cast<double>(groups.groups));
  }
  if (Status s = check_size("group", groups.group.size(), columns.rows()); !s.ok()) return s;
  for (const std::uint32_t code : groups.group)
    if (code >= groups.groups) return invalid_argument("group", "below the number of groups", code);
  if (!(options.rho >= 0) || !std::isfinite(options.rho))
    return invalid_argument("rho", "finite and >= 0", options.rho);
  return {};
}

/// S(t-)^rho at every moment, per stratum.
std::vector<double> weights_of(const RiskSet& set, double rho) {
  std::vector<double> weights(set.moments.size(), 1);
  if (rho == 0) return weights;
  const std::vector<SurvivalCurve> curves = kaplan_meier::fit(set);
  for (std::size_t m = 0; m < weights.size(); ++m) {
    const std::size_t s = set.moments[m].stratum, step = m - set.stratum_begin[s];
    weights[m] = step == 0 ? 1 : std::pow(curves[s].survival[step - 1], rho);
  }
  return weights;
}

/// Weight of the events per group at moment m.
class Deaths {
 public:
  Deaths(const RiskSet& set, const Groups& groups) : begin_(set.moments.size() + 1, 0) {
    for (const RiskRow& row : set.rows) begin_[row.event ? row.last : 0] += row.event ? 1 : 0;
    for (std::size_t m = 1; m < begin_.size(); ++m) begin_[m] += begin_[m - 1];
    std::vector<std::size_t> at(begin_.begin(), begin_.end() - 1);
    entries_.resize(begin_.back());
    for (const RiskRow& row : set.rows)
      if (row.event) entries_[at[row.last - 1]++] = {groups.group[row.row], row.weight};
  }
  struct Entry {
    std::uint32_t group;
    double weight;
  };
  [[nodiscard]] std::span<const Entry> at(std::size_t m) const {
    return std::span(entries_).subspan(begin_[m], begin_[m + 1] - begin_[m]);
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<Entry> entries_;
};

struct Sums {
  std::vector<double> observed, expected, score;
  numeric::Square covariance;

  explicit Sums(std::size_t k)
      : observed(k, 0), expected(k, 0), score(k, 0), covariance(k * k, 0) {}

  void add(const RiskMoment& moment, double weight, std::span<const double> at_risk,
           std::span<const Deaths::Entry> deaths) {
    const double n = moment.at_risk, d = moment.deaths;
    for (const auto& death : deaths) {
      observed[death.group] += death.weight;
      score[death.group] += weight * death.weight;
    }
    const std::size_t k = observed.size();
    const double scale = n > 1 && n > d ? weight * weight * d * (n - d) / (n - 1) : 0;
    for (std::size_t g = 0; g < k; ++g) {
      const double share = at_risk[g] / n;
      expected[g] += d * share;
      score[g] -= weight * d * share;
      covariance[g * k + g] += scale * share;
      for (std::size_t h = 0; h < k; ++h) covariance[g * k + h] -= scale * share * at_risk[h] / n;
    }
  }
};

}  // namespace

Result<Outcome> test(const SurvivalColumns& columns, const Groups& groups, const Options& options) {
  if (Status s = check(columns, groups, options); !s.ok()) return s;
  const auto set = make_risk_set(columns, groups.stratum, groups.strata);
  if (!set) return set.error();
  const std::vector<double> weights = weights_of(*set, options.rho);
  const Deaths deaths(*set, groups);
  std::vector<double> at_risk(groups.groups, 0);
  Sums sums(groups.groups);
  const auto group_of = [&](std::size_t i) { return groups.group[set->rows[i].row]; };
  for_each_moment_backwards(
      *set, [&] { at_risk.assign(groups.groups, 0); },
      [&](std::size_t i) { at_risk[group_of(i)] += set->rows[i].weight; },
      [&](std::size_t i) { at_risk[group_of(i)] -= set->rows[i].weight; },
      [&](std::size_t m) { sums.add(set->moments[m], weights[m], at_risk, deaths.at(m)); });
  // The scores add up to 0, so the last group that counts is always explained by the others.
  const numeric::Ldlt factor(sums.covariance, groups.groups, 1e-10);
  if (factor.rank() == 0) {
    return Status{StatusCode::insufficient_data,
                  "no event while rows of two groups were at risk: nothing to compare"};
  }
  Outcome out;
  out.chi_squared = factor.quadratic_form(sums.score);
  out.degrees_of_freedom = static_cast<double>(factor.rank());
  out.p_value = chi_squared_tail(out.chi_squared, out.degrees_of_freedom);
  out.observed = std::move(sums.observed);
  out.expected = std::move(sums.expected);
  out.rows = set->report;
  return out;
}

}  // namespace kam::log_rank
