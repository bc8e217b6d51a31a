#include "churn/cox_spread.hpp"

#include <algorithm>
#include <cmath>

namespace kam::cox {
namespace {

/// Steps of a baseline that become knots: all, or some spread evenly over the hazard and the last.
std::vector<std::size_t> knots_of(const Baseline& baseline) {
  const std::size_t size = baseline.time.size();
  std::vector<std::size_t> knots;
  for (std::size_t i = 0; i < size; ++i) {
    const double due = baseline.hazard.back() * static_cast<double>(knots.size() + 1) /
                       static_cast<double>(BaselineSpread::kKnots);
    const bool room = knots.size() + 1 < BaselineSpread::kKnots;
    const bool few = size <= BaselineSpread::kKnots;
    if (few || i + 1 == size || (room && baseline.hazard[i] >= due)) knots.push_back(i);
  }
  return knots;
}

/// One stratum's sums, from its last event back to its first.
class Stratum {
 public:
  Stratum(const Baseline& baseline, std::size_t first_moment, std::size_t kept)
      : knots_(knots_of(baseline)), next_(knots_.size()), first_(first_moment), moments_(kept, 0) {
    after_variance_.resize(knots_.size());
    after_moments_.resize(knots_.size() * kept);
  }

  void add(std::size_t moment, double variance, const std::vector<double>& mean_hazard) {
    if (next_ > 0 && knots_[next_ - 1] == moment - first_) {
      --next_;
      after_variance_[next_] = variance_;
      std::copy(moments_.begin(), moments_.end(), &after_moments_[next_ * moments_.size()]);
    }
    variance_ += variance;
    for (std::size_t j = 0; j < moments_.size(); ++j) moments_[j] += mean_hazard[j];
  }

  /// What lies before each knot is the whole less what comes after it.
  void write(const Design& design, double scale, Baseline& baseline) const {
    BaselineSpread& out = baseline.spread;
    const std::size_t kept = moments_.size(), all = design.sd.size();
    out.moments.assign(knots_.size() * all, 0);
    for (std::size_t k = 0; k < knots_.size(); ++k) {
      out.hazard.push_back(baseline.hazard[knots_[k]]);
      out.variance.push_back((variance_ - after_variance_[k]) * scale * scale);
      for (std::size_t j = 0; j < kept; ++j) {
        const std::size_t column = design.kept[j];
        out.moments[k * all + column] =
            (moments_[j] - after_moments_[k * kept + j]) * scale * design.sd[column];
      }
    }
  }

 private:
  std::vector<std::size_t> knots_;
  std::size_t next_, first_;
  double variance_ = 0;
  std::vector<double> moments_, after_variance_, after_moments_;
};

}  // namespace

void set_spreads(const Design& design, const Risks& risks, Ties ties, Model& model) {
  const std::size_t p = design.columns;
  std::vector<Stratum> strata;
  for (std::size_t s = 0; s < model.baselines.size(); ++s)
    strata.emplace_back(model.baselines[s], design.set.stratum_begin[s], p);
  std::vector<double> mean_hazard(p);
  for_each_risk_sum(design, risks.risk,
                    [&](std::size_t m, double s0, double d0, const auto& s1, const auto& d1) {
                      const RiskMoment& moment = design.set.moments[m];
                      const TieSums t = tie_sums(moment, s0, d0, ties);
                      for (std::size_t j = 0; j < p; ++j)
                        mean_hazard[j] = (t.c0 * (s1[j] / s0) - t.c1 * (d1[j] / s0)) / s0;
                      strata[moment.stratum].add(m, t.c0 / s0 / s0, mean_hazard);
                    });
  const double scale = std::exp(-risks.shift);
  for (std::size_t s = 0; s < strata.size(); ++s)
    strata[s].write(design, scale, model.baselines[s]);
}

}  // namespace kam::cox
