#include <kam/churn/hazard.hpp>

#include <algorithm>
#include <new>

#include "churn/binary_columns.hpp"
#include "churn/binary_rows.hpp"
#include "churn/fit_arguments.hpp"

namespace kam::churn {
namespace {

/// One row per customer and period, made when it is read.
class PeriodSource final : public RowSource {
 public:
  PeriodSource(const HazardColumns& columns, const AgeTerms& age, std::vector<std::size_t> first,
               double last_period, Clusters clusters)
      : columns_(columns),
        names_(age.names()),
        first_(std::move(first)),
        clusters_(std::move(clusters)) {
    const auto last = static_cast<std::size_t>(last_period);
    for (std::size_t j = 0; j < names_.size(); ++j) {
      std::vector<double> only(names_.size(), 0.0);
      only[j] = 1.0;
      std::vector<double> values{0.0};
      for (std::size_t t = 1; t <= last; ++t)
        values.push_back(age.value(only, static_cast<double>(t)));
      age_.push_back(std::move(values));
    }
  }

  [[nodiscard]] std::size_t rows() const override { return first_.back(); }
  [[nodiscard]] std::size_t covariates() const override {
    return age_.size() + columns_.covariates.size();
  }
  [[nodiscard]] std::string name(std::size_t j) const override {
    return j < age_.size() ? names_[j] : std::string(columns_.covariates[j - age_.size()].name);
  }
  [[nodiscard]] bool ridged(std::size_t j) const override { return j >= age_.size(); }
  [[nodiscard]] bool has_offset() const override { return !columns_.offset.empty(); }
  [[nodiscard]] std::size_t cluster(std::size_t row) const override {
    const std::size_t customer = customer_of(row);
    return clusters_.code.empty() ? customer : clusters_.code[customer];
  }
  [[nodiscard]] std::size_t clusters() const override {
    return clusters_.code.empty() ? columns_.rows() : clusters_.count;
  }

  void fill(std::size_t begin, std::size_t n, Tile& tile) const override {
    for (std::size_t j = 0; j < covariates(); ++j)
      std::fill(tile.own(j) + n, tile.own(j) + kTile, 0.0);
    for (std::size_t t = 0, i = customer_of(begin); t < n; ++i) {
      const std::size_t from = begin + t - first_[i], to = std::min(n, first_[i + 1] - begin);
      if (to > t) fill_customer(i, from, t, to, tile);
      t = std::max(t, to);
    }
  }

 private:
  /// The customer whose periods contain `row`: the last one that begins at or before it.
  [[nodiscard]] std::size_t customer_of(std::size_t row) const {
    const auto after = std::upper_bound(first_.begin(), first_.end(), row);
    return static_cast<std::size_t>(after - first_.begin()) - 1;
  }

  /// Rows [t, to) of the tile are customer i's periods from number `from` after its entry.
  void fill_customer(std::size_t i, std::size_t from, std::size_t t, std::size_t to,
                     Tile& tile) const {
    const SurvivalColumns& time = columns_.time;
    const auto entry = time.entry.empty() ? 0 : static_cast<std::size_t>(time.entry[i]);
    for (std::size_t j = 0; j < age_.size(); ++j) {
      const double* age = age_[j].data() + entry + from + 1;
      std::copy_n(age, to - t, tile.own(j) + t);
    }
    for (std::size_t j = 0; j < columns_.covariates.size(); ++j)
      std::fill_n(tile.own(age_.size() + j) + t, to - t, columns_.covariates[j].values[i]);
    std::fill_n(tile.weight.data() + t, to - t, time.weight.empty() ? 1.0 : time.weight[i]);
    std::fill_n(tile.offset.data() + t, to - t, has_offset() ? columns_.offset[i] : 0.0);
    std::fill_n(tile.outcome.data() + t, to - t, 0.0);
    const std::size_t last = first_[i + 1] - first_[i] - from - 1 + t;
    if (last < to) tile.outcome[last] = time.event[i];
  }

  const HazardColumns& columns_;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> age_;  // by term, then period
  std::vector<std::size_t> first_;        // first row of each customer, and their number
  Clusters clusters_;
};

Status check_columns(const HazardColumns& columns) {
  const std::size_t n = columns.rows();
  const auto optional = [n](const char* name, std::span<const double> column) {
    return column.empty() ? Status{} : check_size(name, column.size(), n);
  };
  if (Status s = check_size("event", columns.time.event.size(), n); !s.ok()) return s;
  if (Status s = optional("entry", columns.time.entry); !s.ok()) return s;
  if (Status s = optional("weight", columns.time.weight); !s.ok()) return s;
  if (Status s = optional("offset", columns.offset); !s.ok()) return s;
  if (Status s = optional("cluster", columns.cluster); !s.ok()) return s;
  return check_lengths(columns.covariates, n);
}

Status check_age(const AgeTerms& age) {
  for (std::size_t i = 0; i < age.steps.size(); ++i) {
    const double step = age.steps[i];
    if (!is_count(step) || step < 2 || step > kMostPeriods)
      return invalid_argument("age.steps", "whole numbers >= 2", step);
    if (i > 0 && step <= age.steps[i - 1]) return invalid_argument("age.steps", "increasing", step);
  }
  return {};
}

RowReason reason_of(const HazardColumns& columns, std::size_t i) {
  const SurvivalColumns& time = columns.time;
  for (const Covariate& covariate : columns.covariates)
    if (!std::isfinite(covariate.values[i])) return RowReason::not_finite;
  if (!columns.offset.empty() && !std::isfinite(columns.offset[i])) return RowReason::not_finite;
  if (!columns.cluster.empty() && !std::isfinite(columns.cluster[i])) return RowReason::not_finite;
  const double entry = time.entry.empty() ? 0.0 : time.entry[i];
  const RowReason why = hazard_row_reason(time.duration[i], time.event[i], entry);
  return why != RowReason::none ? why : weight_reason(time.weight, i);
}

/// Periods that customer i was seen in.
std::size_t periods_of(const SurvivalColumns& time, std::size_t i) {
  if (time.duration[i] == 0) return time.event[i] != 0 ? 1 : 0;
  const double entry = time.entry.empty() ? 0.0 : time.entry[i];
  return static_cast<std::size_t>(time.duration[i] - entry);
}

struct Layout {
  std::vector<std::size_t> first{0};
  BatchReport report;
  HazardFit fit;  // customer_means, periods, last_period
};

Layout lay_out(const HazardColumns& columns) {
  Layout made;
  const std::size_t k = columns.covariates.size();
  made.fit.customer_means.assign(k, 0.0);
  double weight = 0;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const RowReason why = reason_of(columns, i);
    why == RowReason::none ? made.report.scored() : made.report.rejected(i, why);
    const std::size_t seen = why == RowReason::none ? periods_of(columns.time, i) : 0;
    made.first.push_back(made.first.back() + seen);
    const double w = columns.time.weight.empty() ? 1.0 : columns.time.weight[i];
    if (seen == 0 || !(w > 0)) continue;
    weight += w;
    made.fit.periods += w * static_cast<double>(seen);
    made.fit.last_period = std::max({made.fit.last_period, columns.time.duration[i], 1.0});
    for (std::size_t j = 0; j < k; ++j) {
      double& mean = made.fit.customer_means[j];
      mean += (columns.covariates[j].values[i] - mean) * (w / weight);
    }
  }
  return made;
}

/// As last_period, but of rows of weight 0 as well: the table of ages must reach them.
double longest(const HazardColumns& columns, const Layout& layout) {
  double last = 1;
  for (std::size_t i = 0; i < columns.rows(); ++i)
    if (layout.first[i + 1] > layout.first[i]) last = std::max(last, columns.time.duration[i]);
  return last;
}

/// Options of the covariates as options of age terms and covariates.
struct Extended {
  RegressionOptions options;
  std::vector<NormalPrior> priors;
  std::vector<Sign> signs;

  Extended(const RegressionOptions& given, std::size_t ages, std::size_t covariates)
      : options(given), priors(ages), signs(ages, Sign::free) {
    priors.insert(priors.end(), given.priors.begin(), given.priors.end());
    signs.insert(signs.end(), given.signs.begin(), given.signs.end());
    priors.resize(ages + covariates);
    signs.resize(ages + covariates, Sign::free);
    options.priors = priors;
    options.signs = signs;
  }
};

}  // namespace

RowReason hazard_row_reason(double duration, double event, double entry) noexcept {
  if (!((duration - duration) + (event - event) + (entry - entry) == 0))
    return RowReason::not_finite;
  const bool whole = is_count(duration) && is_count(entry) && (event == 0 || event == 1);
  const bool ordered = duration == 0 ? entry == 0 : entry < duration;
  return whole && ordered && duration <= kMostPeriods ? RowReason::none : RowReason::out_of_domain;
}

Result<HazardFit> fit_hazard(const HazardColumns& columns, const AgeTerms& age,
                             const RegressionOptions& options, const Executor& executor) {
  if (Status s = check_columns(columns); !s.ok()) return s;
  if (Status s = check_age(age); !s.ok()) return s;
  if (Status s = check_options(options, columns.covariates.size()); !s.ok()) return s;
  try {
    Layout layout = lay_out(columns);
    Clusters clusters;
    if (options.robust && !columns.cluster.empty()) clusters = make_clusters(columns.cluster);
    const double last = longest(columns, layout);
    const PeriodSource source(columns, age, std::move(layout.first), last, std::move(clusters));
    const Extended extended(options, age.count(), columns.covariates.size());
    if (Status s = check_options(extended.options, source.covariates()); !s.ok()) return s;
    auto fit = fit_rows(source, extended.options, executor);
    if (!fit) return fit.error();
    layout.fit.regression = std::move(fit).value();
    layout.fit.regression.rows = layout.report;
    layout.fit.age = age;
    return std::move(layout.fit);
  } catch (const std::bad_alloc&) {
    return Status{StatusCode::out_of_memory, "out of memory in a hazard regression"};
  }
}

}  // namespace kam::churn
