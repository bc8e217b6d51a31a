#include "churn/cox_spread.hpp"

#include <cmath>

namespace kam::cox {
namespace {

/// Some of an ascending hazard: all values, or `most` spread evenly over it, the last among them.
std::vector<std::size_t> knots_of(const std::vector<double>& hazard, std::size_t most) {
  std::vector<std::size_t> knots;
  for (std::size_t i = 0; i < hazard.size(); ++i) {
    const double due =
        hazard.back() * static_cast<double>(knots.size() + 1) / static_cast<double>(most);
    const bool room = knots.size() + 1 < most;
    const bool few = hazard.size() <= most;
    if (few || i + 1 == hazard.size() || (room && hazard[i] >= due)) knots.push_back(i);
  }
  return knots;
}

/// One stratum's M, summed from its last event back to its first.
class Stratum {
 public:
  Stratum(const Baseline& baseline, std::size_t first_moment, std::size_t kept)
      : knots_(knots_of(baseline.hazard, BaselineMeans::kKnots)),
        next_(knots_.size()),
        first_(first_moment),
        sum_(kept, 0),
        after_(knots_.size() * kept) {}

  void add(std::size_t moment, const std::vector<double>& mean_hazard) {
    if (next_ > 0 && knots_[next_ - 1] == moment - first_) {
      --next_;
      for (std::size_t j = 0; j < sum_.size(); ++j) after_[next_ * sum_.size() + j] = sum_[j];
    }
    for (std::size_t j = 0; j < sum_.size(); ++j) sum_[j] += mean_hazard[j];
  }

  /// What lies before each knot is the whole less what comes after it.
  void write(const Design& design, double scale, Baseline& baseline) const {
    const std::size_t kept = sum_.size(), all = design.sd.size();
    BaselineMeans& out = baseline.means;
    out.moments.assign(knots_.size() * all, 0);
    for (std::size_t k = 0; k < knots_.size(); ++k) {
      out.hazard.push_back(baseline.hazard[knots_[k]]);
      for (std::size_t j = 0; j < kept; ++j) {
        const std::size_t column = design.kept[j];
        out.moments[k * all + column] =
            (sum_[j] - after_[k * kept + j]) * scale * design.sd[column];
      }
    }
  }

 private:
  std::vector<std::size_t> knots_;
  std::size_t next_, first_;
  std::vector<double> sum_, after_;
};

}  // namespace

void set_spreads(const Design& design, const Risks& risks, Ties ties, Model& model) {
  const std::size_t p = design.columns;
  std::vector<Stratum> strata;
  for (std::size_t s = 0; s < model.baselines.size(); ++s)
    strata.emplace_back(model.baselines[s], design.set.stratum_begin[s], p);
  std::vector<double> mean_hazard(p), variance(design.set.moments.size());
  for_each_risk_sum(design, risks.risk,
                    [&](std::size_t m, double s0, double d0, const auto& s1, const auto& d1) {
                      const RiskMoment& moment = design.set.moments[m];
                      const TieSums t = tie_sums(moment, s0, d0, ties);
                      for (std::size_t j = 0; j < p; ++j)
                        mean_hazard[j] = (t.c0 * (s1[j] / s0) - t.c1 * (d1[j] / s0)) / s0;
                      strata[moment.stratum].add(m, mean_hazard);
                      variance[m] = t.c0 / s0 / s0;
                    });
  const double scale = std::exp(-risks.shift);
  for (std::size_t s = 0; s < strata.size(); ++s) {
    Baseline& baseline = model.baselines[s];
    strata[s].write(design, scale, baseline);
    double sum = 0;
    for (std::size_t m = design.set.stratum_begin[s]; m < design.set.stratum_begin[s + 1]; ++m)
      baseline.variance.push_back(sum += variance[m] * scale * scale);
  }
}

BaselineMeans thin(const BaselineMeans& means, std::size_t knots) {
  if (means.hazard.size() <= knots || knots < 1) return means;
  const std::size_t p = means.moments.size() / means.hazard.size();
  BaselineMeans out;
  for (const std::size_t k : knots_of(means.hazard, knots)) {
    out.hazard.push_back(means.hazard[k]);
    for (std::size_t j = 0; j < p; ++j) out.moments.push_back(means.moments[k * p + j]);
  }
  return out;
}

}  // namespace kam::cox
