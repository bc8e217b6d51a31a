#include <kam/value/tiers.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <kam/base/random.hpp>
#include <kam/value/value_interval.hpp>

namespace kam::value {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kZ = 1.2815515655446004;  // 80 % interval

/// 80, 60, 40, 0 with the potential of the two lowest.
TierSpec four_tiers() {
  return {.tiers = {{"key", "Key", "重点", 80},
                    {"strategic", "Strategic", "战略", 60},
                    {"standard", "", "", 40},
                    {"basic", "Basic", "", 0}},
          .hysteresis = 3,
          .potential_from = 70,
          .potential_label_zh = "潜力"};
}

TierRule rule() {
  return *make_tier_rule(four_tiers());
}

TierInput input(double value, double growth = kNaN, std::int32_t previous = kNoTier) {
  return {.value = {value, value, value}, .z = kZ, .growth = growth, .previous = previous};
}

std::int32_t tier(double value, double growth = kNaN, std::int32_t previous = kNoTier) {
  return assign(rule(), input(value, growth, previous)).tier;
}

constexpr std::int32_t kKey = 0, kStrategic = 1, kStandard = 2, kBasic = 3, kPotential = 4;

// --- the words of the field --------------------------------------------------

/// Key, strategic and potential customers are the three kinds that sales texts tell apart by value
/// and by growth; cuts are nobody's published numbers, so the layout is tested and not a figure.
TEST(Tiers, KeyStrategicAndPotential) {
  EXPECT_EQ(tier(83.2), kKey);
  EXPECT_EQ(tier(80), kKey);  // enter at the cut
  EXPECT_EQ(tier(79.999), kStrategic);
  EXPECT_EQ(tier(0), kBasic);
  EXPECT_EQ(tier(100), kKey);
  EXPECT_EQ(tier(45, 75), kPotential);
  EXPECT_EQ(tier(10, 70), kPotential);
  EXPECT_EQ(tier(45, 69), kStandard);
  EXPECT_EQ(tier(65, 99), kStrategic);  // not a low tier
}

TEST(Tiers, TheTextIsTheRuleThatFired) {
  const TierRule r = rule();
  const auto text = [&](const TierInput& in, Language language) {
    return tier_text(r, in, assign(r, in), language);
  };
  EXPECT_EQ(text(input(83.2), Language::en), "value index 83.2 >= 80");
  EXPECT_EQ(text(input(83.2), Language::zh), "价值指数 83.2 >= 80");
  EXPECT_EQ(text(input(79.9999), Language::en), "value index 79.9999 >= 60 and < 80");
  EXPECT_EQ(text(input(12, 0), Language::en), "value index 12 < 40");
  EXPECT_EQ(text(input(12), Language::en), "value index 12 < 40 (growth score missing)");
  EXPECT_EQ(text(input(78.5, 0, kKey), Language::en),
            "value index 78.5 < 80, within the hysteresis of 3: previous tier kept");
  EXPECT_EQ(text(input(81, 0, kStrategic), Language::zh),
            "价值指数 81 >= 80，未超出滞后 3 分：保留原层级");
  EXPECT_EQ(text(input(45, 75.25), Language::en),
            "value index 45 < 60 and growth score 75.25 >= 70");
  EXPECT_EQ(text(input(45, 68, kPotential), Language::en),
            "value index 45 < 60 and growth score 68 < 70, within the hysteresis of 3: kept");
  EXPECT_EQ(text(input(kNaN), Language::zh), "没有价值指数");
  EXPECT_EQ(r.label(kKey, Language::zh), "重点");
  EXPECT_EQ(r.label(kBasic, Language::zh), "Basic");
  EXPECT_EQ(r.label(kStandard, Language::zh), "standard");
  EXPECT_EQ(r.label(kPotential, Language::zh), "潜力");
  EXPECT_EQ(r.label(17, Language::zh), "");
}

TEST(Tiers, TextsNeverRoundAcrossTheCut) {
  const TierRule r = rule();
  const double below = std::nextafter(80, 0);
  const TierInput in = input(below, 0);
  EXPECT_EQ(tier_text(r, in, assign(r, in), Language::en),
            "value index 79.99999999999999 >= 60 and < 80");
}

// --- laws --------------------------------------------------------------------

TEST(Tiers, RiseWithValueWhateverTheHistory) {
  const TierRule r = rule();
  for (std::int32_t previous = kNoTier; previous <= kPotential; ++previous) {
    for (const double growth : {kNaN, 0.0, 68.0, 70.0, 100.0}) {
      std::int32_t last = kPotential + 1;
      for (int v = 0; v <= 1000; ++v) {
        const std::int32_t now = assign(r, input(v / 10.0, growth, previous)).tier;
        ASSERT_LE(now, last) << v << " " << growth << " " << previous;
        last = now;
      }
      EXPECT_EQ(last, kKey);
    }
  }
}

TEST(Tiers, EnterAtTheCutLeaveBeyondTheHysteresis) {
  EXPECT_EQ(tier(77, kNaN, kKey), kKey);
  EXPECT_EQ(tier(76.999, kNaN, kKey), kStrategic);
  EXPECT_EQ(tier(82.999, kNaN, kStrategic), kStrategic);
  EXPECT_EQ(tier(83, kNaN, kStrategic), kKey);
  EXPECT_EQ(tier(57, kNaN, kStrategic), kStrategic);
  EXPECT_EQ(tier(57, kNaN, kKey), kStandard);  // hysteresis helps one tier only
  EXPECT_EQ(tier(62.9, 70, kPotential), kPotential);
  EXPECT_EQ(tier(63, 70, kPotential), kStrategic);
  EXPECT_EQ(tier(45, 67, kPotential), kPotential);
  EXPECT_EQ(tier(45, 66.9, kPotential), kStandard);
  EXPECT_EQ(tier(58, 90, kStrategic), kStrategic);  // still strategic, so not potential
  EXPECT_EQ(tier(56.9, 90, kStrategic), kPotential);
}

TEST(Tiers, AReassignedTierStays) {
  const TierRule r = rule();
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const double value = 100 * random.uniform(), growth = 100 * random.uniform();
    const auto previous = static_cast<std::int32_t>(random.below(6)) - 1;
    const std::int32_t once = assign(r, input(value, growth, previous)).tier;
    ASSERT_EQ(assign(r, input(value, growth, once)).tier, once) << value << " " << growth;
  }
}

TEST(Tiers, NoHysteresisForgetsHistory) {
  TierSpec spec = four_tiers();
  spec.hysteresis = 0;
  const TierRule r = *make_tier_rule(spec);
  for (int v = 0; v <= 200; ++v) {
    for (const double growth : {0.0, 70.0}) {
      for (std::int32_t previous = 0; previous <= kPotential; ++previous) {
        EXPECT_EQ(assign(r, input(v / 2.0, growth, previous)).tier,
                  assign(r, input(v / 2.0, growth)).tier);
      }
    }
  }
}

TEST(Tiers, OfTwoTiersOnlyTheLowerHasPotential) {
  const TierRule r =
      *make_tier_rule({.tiers = {{"a", "", "", 50}, {"b", "", "", 0}}, .potential_from = 60});
  EXPECT_EQ(r.potential_below(), 50);
  EXPECT_EQ(assign(r, input(70, 99)).tier, 0);
  EXPECT_EQ(assign(r, input(30, 99)).tier, r.potential());
}

// --- stability by an independent path ----------------------------------------

Interval around(double estimate, double se, double z) {
  const double share = std::fmin(std::fmax(estimate / 100, .005), .995);
  const Interval i = logit_interval(share, se / (100 * share * (1 - share)), z);
  return {estimate, std::fmin(100 * i.lo, estimate), std::fmax(100 * i.hi, estimate)};
}

/// Share of the logit-normal draws on an even grid of probabilities that get the same tier.
double share_of_same(const TierRule& r, TierInput in, double estimate, double se) {
  const std::int32_t own = assign(r, in).tier;
  const double share = estimate / 100, sd = se / (100 * share * (1 - share));
  const int n = 4000;
  int same = 0;
  for (int k = 0; k < n; ++k) {
    const double u = *interval_z(std::fabs(2 * (k + .5) / n - 1)) * (2 * k + 1 < n ? -1 : 1);
    in.value.estimate = 100 * logistic(std::log(share / (1 - share)) + sd * u);
    same += assign(r, in).tier == own;
  }
  return static_cast<double>(same) / n;
}

TEST(TierStability, IsTheShareOfDrawsWithTheSameTier) {
  Random random(2);
  for (int i = 0; i < 400; ++i) {
    TierSpec spec = four_tiers();
    spec.hysteresis = random.uniform() < .3 ? 0 : 30 * random.uniform();
    const TierRule r = *make_tier_rule(spec);
    const double value = 1 + 98 * random.uniform(), se = 1 + 15 * random.uniform();
    TierInput in =
        input(value, 50 + 50 * random.uniform(), static_cast<std::int32_t>(random.below(6)) - 1);
    in.value = around(value, se, kZ);
    ASSERT_NEAR(assign(r, in).stability, share_of_same(r, in, value, se), 1e-3)
        << value << " " << se << " " << in.previous << " " << spec.hysteresis;
  }
}

struct Account {
  std::vector<double> scores, weights;
  double value = 0;

  Account(std::vector<double> s, std::vector<double> w)
      : scores(std::move(s)), weights(std::move(w)) {
    for (std::size_t k = 0; k < scores.size(); ++k) value += weights[k] * scores[k];
  }
  [[nodiscard]] Interval interval(double concentration) const {
    const std::vector<ScoreSpread> spreads(scores.size());
    const std::vector<double> observed(scores.size(), 1);
    const IntervalInput in{.scores = scores,
                           .observed = observed,
                           .effective_weights = weights,
                           .global_weights = weights,
                           .spreads = spreads,
                           .value_index = value,
                           .coverage = 1};
    return value_index_interval(in, concentration, kZ);
  }
  /// Share of `draws` Dirichlet weights under which the tier is the same.
  [[nodiscard]] double simulated(const TierRule& r, double c, Random& random, int draws) const {
    const std::int32_t own = assign(r, input(value)).tier;
    int same = 0;
    for (int i = 0; i < draws; ++i) {
      double total = 0, sum = 0;
      for (std::size_t k = 0; k < scores.size(); ++k) {
        const double g = random.gamma(c * weights[k]);
        total += g;
        sum += g * scores[k];
      }
      same += assign(r, input(std::clamp(sum / total, 0.0, 100.0))).tier == own;
    }
    return static_cast<double>(same) / draws;
  }
};

Account random_account(std::size_t indicators, Random& random) {
  std::vector<double> scores(indicators), weights(indicators);
  double total = 0;
  for (double& s : scores) s = 100 * random.uniform();
  for (double& w : weights) total += w = .2 + random.uniform();
  for (double& w : weights) w /= total;
  return {scores, weights};
}

/// The bound on the docs page: the normal in the log-odds stands in for a weighted Dirichlet sum.
TEST(TierStability, AgreesWithDirichletWeights) {
  const TierRule r = rule();
  Random random(3);
  const int draws = 4000;
  double largest = 0;
  for (int i = 0; i < 150; ++i) {
    const Account account = random_account(4 + random.below(9), random);
    TierInput in = input(account.value);
    in.value = account.interval(50);
    const double error = assign(r, in).stability - account.simulated(r, 50, random, draws);
    largest = std::max(largest, std::fabs(error));
  }
  EXPECT_LT(largest, .05);  // .026 measured with many draws + 3 sd of these, .024
  EXPECT_GT(largest, .001);
}

/// P(X < x) of Beta(a, b), a, b >= 1/2, by the midpoint rule in the arcsine scale.
double beta_cdf(double a, double b, double x) {
  const double scale = std::exp(log_beta(a, b));
  const double to = std::asin(std::sqrt(x));
  const int steps = 20'000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double t = to * (i + .5) / steps;
    sum += std::pow(std::sin(t), 2 * a - 1) * std::pow(std::cos(t), 2 * b - 1);
  }
  return 2 * sum * to / steps / scale;
}

/// Two indicators: V = s2 + (s1 - s2) w with w from Beta(c w1, c w2), so the tail is exact.
TEST(TierStability, AgreesWithTheBetaTailOfTwoIndicators) {
  const TierRule r = *make_tier_rule({.tiers = {{"a", "", "", 60}, {"b", "", "", 0}}});
  const double c = 50;
  const double cases[][3] = {{90, 50, .3}, {90, 50, .4}, {70, 20, .7}, {95, 40, .25}, {62, 55, .5}};
  for (const auto& [high, low, w] : cases) {
    const Account account({high, low}, {w, 1 - w});
    TierInput in = input(account.value);
    in.value = account.interval(c);
    const TierResult result = assign(r, in);
    const double below = beta_cdf(c * w, c * (1 - w), (60 - low) / (high - low));
    const double exact = result.tier == 0 ? 1 - below : below;
    EXPECT_NEAR(result.stability, exact, .025) << high << " " << low << " " << w;
  }
}

TEST(Tiers, BatchIsItsRows) {
  const TierRule r = rule();
  Random random(4);
  const std::size_t rows = 9000;
  std::vector<double> value(rows), lo(rows), hi(rows), growth(rows), stability(rows);
  std::vector<std::int32_t> previous(rows), out(rows);
  std::vector<TierCause> cause(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const double u = random.uniform();
    const Interval x = around(100 * random.uniform(), 10 * random.uniform(), kZ);
    value[i] = u < .02 ? kNaN : u < .04 ? 120 : x.estimate;
    lo[i] = x.lo;
    hi[i] = x.hi;
    growth[i] = u > .9 ? kNaN : 100 * random.uniform();
    previous[i] = static_cast<std::int32_t>(random.below(6)) - 1;
  }
  const BatchReport report =
      assign(r, {value, lo, hi, growth, previous}, kZ, {out, stability, cause});
  std::size_t rejected = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const TierResult one = assign(r, {{value[i], lo[i], hi[i]}, kZ, growth[i], previous[i]});
    ASSERT_EQ(out[i], one.tier);
    ASSERT_TRUE(stability[i] == one.stability ||
                (std::isnan(stability[i]) && std::isnan(one.stability)));
    ASSERT_EQ(cause[i], one.cause);
    rejected += one.tier == kNoTier;
  }
  EXPECT_GT(rejected, 100u);
  EXPECT_EQ(report.rows_rejected, rejected);
  EXPECT_EQ(report.rows_scored, rows - rejected);
}

// --- hostile -----------------------------------------------------------------

TEST(TierRule, RefusalsNameWhatIsWrong) {
  const auto refusal = [](auto change) {
    TierSpec spec = four_tiers();
    change(spec);
    const auto made = make_tier_rule(spec);
    return made ? std::string("accepted") : made.error().message();
  };
  EXPECT_EQ(refusal([](TierSpec&) {}), "accepted");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers.clear(); }), "`tiers` must not be empty");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[2].name = ""; }), "`tiers[2]` needs a name");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[2].name = "key"; }),
            "`tiers[2]` repeats the name `key`");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[1].from = 80; }),
            "`strategic.from` overlaps `key`, which starts at 80, got 80");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[1].from = 90; }),
            "`strategic.from` is out of order after `key`, which starts at 80, got 90");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[3].from = 10; }),
            "`basic.from` must be 0, for the last tier must leave no gap, got 10");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[0].from = 101; }),
            "`key.from` must be between 0 and 100, got 101");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers[0].from = kNaN; }),
            "`key.from` must be between 0 and 100, got nan");
  EXPECT_EQ(refusal([](TierSpec& s) { s.hysteresis = -1; }),
            "`hysteresis` must be finite and >= 0, got -1");
  EXPECT_EQ(refusal([](TierSpec& s) { s.hysteresis = kInf; }),
            "`hysteresis` must be finite and >= 0, got inf");
  EXPECT_EQ(refusal([](TierSpec& s) { s.potential_from = 170; }),
            "`potential_from` must be between 0 and 100, got 170");
  EXPECT_EQ(refusal([](TierSpec& s) { s.potential_name = ""; }),
            "`potential_name` must not be empty");
  EXPECT_EQ(refusal([](TierSpec& s) { s.potential_name = "key"; }),
            "`potential_name` repeats the name of the tier `key`");
  EXPECT_EQ(refusal([](TierSpec& s) { s.tiers.erase(s.tiers.begin(), s.tiers.begin() + 3); }),
            "`potential_from` needs at least two tiers");
}

TEST(Tiers, ABadRowHasNoTierAndAReason) {
  const auto reason = [](double value, double growth, std::int32_t previous) {
    const TierResult result = assign(rule(), input(value, growth, previous));
    EXPECT_EQ(result.tier == kNoTier, result.reason != RowReason::none);
    return result.reason;
  };
  EXPECT_EQ(reason(kNaN, 5, kNoTier), RowReason::not_finite);
  EXPECT_EQ(reason(kInf, 5, kNoTier), RowReason::not_finite);
  EXPECT_EQ(reason(-.1, 5, kNoTier), RowReason::out_of_domain);
  EXPECT_EQ(reason(100.1, 5, kNoTier), RowReason::out_of_domain);
  EXPECT_EQ(reason(50, kNaN, kNoTier), RowReason::none);
  EXPECT_EQ(reason(50, kInf, kNoTier), RowReason::not_finite);
  EXPECT_EQ(reason(50, -5, kNoTier), RowReason::out_of_domain);
  EXPECT_EQ(reason(50, 5, 5), RowReason::out_of_domain);
  EXPECT_EQ(reason(50, 5, -2), RowReason::out_of_domain);
  const TierRule one = *make_tier_rule({.tiers = {{"all", "", "", 0}}});
  EXPECT_EQ(assign(one, input(50, kInf)).tier, 0);  // growth is not read
  EXPECT_EQ(assign(one, input(50, 5, 1)).reason, RowReason::out_of_domain);
  EXPECT_EQ(assign(one, input(50)).stability, 1);
  TierInput no_ends = input(50);
  no_ends.value = {50, kNaN, kNaN};
  EXPECT_TRUE(std::isnan(assign(rule(), no_ends).stability));
  EXPECT_EQ(assign(rule(), no_ends).tier, kStandard);
}

TEST(Tiers, ABadCallTouchesNothing) {
  const std::vector<double> two = {1, 2}, three = {1, 2, 3};
  std::vector<std::int32_t> out = {7, 7};
  std::vector<double> stability = {7};
  const auto message = [&](const TierColumns& in, double z, const TierResults& to) {
    return assign(rule(), in, z, to).status.message();
  };
  EXPECT_EQ(message({three}, kZ, {out}), "`tier` has 2 rows, expected 3");
  EXPECT_EQ(message({two, two}, kZ, {out}), "`hi` has 0 rows, expected 2");
  EXPECT_EQ(message({two, two, two}, 0, {out}), "`z` must be above 0, got 0");
  EXPECT_EQ(message({two, {}, {}, three}, kZ, {out}), "`growth` has 3 rows, expected 2");
  EXPECT_EQ(message({two}, kZ, {out, stability}), "`stability` has 1 rows, expected 2");
  EXPECT_EQ(out, (std::vector<std::int32_t>{7, 7}));
  EXPECT_EQ(assign(rule(), {two}, kNaN, {out}).rows_scored, 2u);  // no intervals, no z
  EXPECT_EQ(assign(rule(), TierColumns{}, kZ, TierResults{}).rows_scored, 0u);
}

}  // namespace
}  // namespace kam::value
