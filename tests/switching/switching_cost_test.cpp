#include <kam/switching/switching_cost.hpp>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace kam::switching {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Component money(double lo, double estimate, double hi, CostKind kind = CostKind::financial) {
  Component c;
  c.kind = kind;
  c.money = {estimate, lo, hi};
  return c;
}

/// A move of an ERP-bound customer: a fee the rival pays half of, training, requalification.
std::vector<Component> some_move() {
  Component fee = money(40'000, 40'000, 40'000);
  fee.rival_share = 0.5;
  Component training;
  training.hours = {600, 400, 1000};
  training.rate = {65, 60, 80};
  training.effort = {1.5, 1, 2};
  Component bond;
  bond.kind = CostKind::relational;
  bond.rating = 80;
  return {fee, training, money(20'000, 30'000, 60'000, CostKind::procedural), bond};
}

double triangular_draw(Random& random, const Interval& x) {
  const double u = random.uniform(), width = x.hi - x.lo;
  if (width == 0) return x.estimate;
  const double below = x.estimate - x.lo, above = x.hi - x.estimate;
  return u * width < below ? x.lo + std::sqrt(u * width * below)
                           : x.hi - std::sqrt((1 - u) * width * above);
}

// --- published ---------------------------------------------------------------

// The worked example of the domain specification: 120 000 over three years at 10 %, 1.2 M a year.
TEST(IndifferenceDiscount, ARivalMustBeFourPercentCheaperForThreeYears) {
  EXPECT_NEAR(annuity_factor(.10, 3), 2.486852, 5e-7);
  EXPECT_NEAR(indifference_discount(120'000, 1.2e6, 3, .10), .0402, 5e-5);
  EXPECT_NEAR(offer_gain(.0402, 120'000, 1.2e6, 3, .10), 0, 60);
}

TEST(SwitchingCost, AddsMoneyAndHoursAndLeavesOutWhatTheRivalPays) {
  const SwitchingCost c = *switching_cost(some_move());
  EXPECT_DOUBLE_EQ(c.total.bounds.estimate, 20'000 + 600 * 65 * 1.5 + 30'000);
  EXPECT_DOUBLE_EQ(c.total.bounds.lo, 20'000 + 400 * 60 * 1. + 20'000);
  EXPECT_DOUBLE_EQ(c.total.bounds.hi, 20'000 + 1000 * 80 * 2. + 60'000);
  EXPECT_EQ(c.rival_pays.estimate, 20'000);
  EXPECT_EQ(c.by_kind[static_cast<std::size_t>(CostKind::financial)].estimate, 20'000);
  EXPECT_EQ(c.by_kind[static_cast<std::size_t>(CostKind::procedural)].hi, 160'000 + 60'000);
  EXPECT_EQ(c.by_kind[static_cast<std::size_t>(CostKind::relational)].hi, 0);
  EXPECT_EQ(c.relational_rating, 80);
  EXPECT_EQ(c.unpriced, 1u);
  EXPECT_EQ(c.components, 4u);
}

TEST(ForfeitedDiscount, IsThePresentValueOfWhatIsLost) {
  double sum = 0;
  for (int t = 1; t <= 5; ++t) sum += 1e6 * .03 / std::pow(1.08, t);
  EXPECT_NEAR(forfeited_discount(1e6, .03, 5, .08), sum, 1e-9 * sum);
}

// --- laws --------------------------------------------------------------------

TEST(SwitchingCost, OrderCurrencyAndSplittingChangeNothing) {
  std::vector<Component> move = some_move();
  const SwitchingCost c = *switching_cost(move);
  for (Component& m : move) {
    m.money = {7 * m.money.estimate, 7 * m.money.lo, 7 * m.money.hi};
    m.rate = {7 * m.rate.estimate, 7 * m.rate.lo, 7 * m.rate.hi};
  }
  std::reverse(move.begin(), move.end());
  const SwitchingCost dearer = *switching_cost(move);
  EXPECT_NEAR(dearer.total.bounds.hi, 7 * c.total.bounds.hi, 1e-9);
  EXPECT_NEAR(dearer.total.mean, 7 * c.total.mean, 1e-9);
  EXPECT_NEAR(dearer.total.sd, 7 * c.total.sd, 1e-9);
  EXPECT_NEAR(dearer.total.likely.lo, 7 * c.total.likely.lo, 1e-6);
  EXPECT_EQ(dearer.relational_rating, c.relational_rating);
}

TEST(SwitchingCost, EveryInputRaisesItAndTheRivalsShareLowersIt) {
  const double before = switching_cost(some_move())->total.bounds.estimate;
  for (int what = 0; what < 4; ++what) {
    std::vector<Component> move = some_move();
    Component& training = move[1];
    (what == 0   ? training.money
     : what == 1 ? training.hours
     : what == 2 ? training.rate
                 : training.effort) = exactly(2000);
    EXPECT_GT(switching_cost(move)->total.bounds.estimate, before);
  }
  std::vector<Component> move = some_move();
  move[1].rival_share = .3;
  EXPECT_LT(switching_cost(move)->total.bounds.estimate, before);
}

TEST(SwitchingCost, ARatingIsNeverMoney) {
  std::vector<Component> move = some_move();
  const double before = switching_cost(move)->total.bounds.hi;
  move.back().rating = 100;
  EXPECT_EQ(switching_cost(move)->total.bounds.hi, before);
}

TEST(SwitchingCost, TheSummaryStaysWithinTheBounds) {
  Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Component> move;
    for (std::size_t i = 0; i <= random.below(5); ++i) {
      const double lo = 1e4 * random.uniform(), width = 1e4 * random.uniform();
      move.push_back(money(lo, lo + width * random.uniform(), lo + width));
    }
    const CostSummary t = switching_cost(move)->total;
    EXPECT_LE(t.bounds.lo, t.likely.lo);
    EXPECT_LT(t.likely.lo, t.likely.hi);
    EXPECT_LE(t.likely.hi, t.bounds.hi);
    EXPECT_GT(t.mean, t.bounds.lo);
    EXPECT_LT(t.mean, t.bounds.hi);
    EXPECT_LE(t.sd, t.sd_together);
    const CostSummary wider = switching_cost(move, .95)->total;
    EXPECT_LT(wider.likely.lo, t.likely.lo);
    EXPECT_GT(wider.likely.hi, t.likely.hi);
  }
}

TEST(SwitchingCost, ExactInputsLeaveNoInterval) {
  const CostSummary t = switching_cost(std::vector{money(5, 5, 5), money(7, 7, 7)})->total;
  for (double x : {t.mean, t.likely.lo, t.likely.hi, t.bounds.lo, t.bounds.hi}) EXPECT_EQ(x, 12);
  EXPECT_EQ(t.sd, 0);
}

TEST(IndifferenceDiscount, RisesWithTheCostFallsWithSpendAndYears) {
  const double d = indifference_discount(1e5, 1e6, 3, .1);
  EXPECT_GT(indifference_discount(1.1e5, 1e6, 3, .1), d);
  EXPECT_LT(indifference_discount(1e5, 1.1e6, 3, .1), d);
  EXPECT_LT(indifference_discount(1e5, 1e6, 4, .1), d);
  EXPECT_GT(indifference_discount(1e5, 1e6, 3, .12), d);
  EXPECT_GT(indifference_discount(1e5, 1e6, 3, .1, 1e4), d);
  EXPECT_NEAR(indifference_discount(3e5, 3e6, 3, .1), d, 1e-15);
  EXPECT_NEAR(indifference_discount(1e5, 1e6, 4, 0), 1e5 / 4e6, 1e-16);
  EXPECT_NEAR(indifference_discount(1e5, 1e6, kInf, .1), .01, 1e-15);
  EXPECT_LT(indifference_discount(0, 1e6, 3, .1, -1e4),
            0);  // the rival is better: we must be cheaper
}

TEST(IndifferenceDiscount, TheMovePaysAboveItOnly) {
  const double d = indifference_discount(1e5, 1e6, 3, .1, 5e3);
  EXPECT_GT(offer_gain(d + 1e-9, 1e5, 1e6, 3, .1, 5e3), 0);
  EXPECT_LT(offer_gain(d - 1e-9, 1e5, 1e6, 3, .1, 5e3), 0);
}

TEST(IndifferenceDiscount, IntervalIsTheRangeOverAllPossibleInputs) {
  Random random(5);
  for (double advantage : {0., 2e4, -6e4}) {
    const Interval cost{1e5, 8e4, 2e5}, spend{1e6, 7e5, 2e6};
    const Interval d = indifference_discount(cost, spend, 3, .1, advantage);
    double lo = kInf, hi = -kInf;
    for (int draw = 0; draw < 20'000; ++draw) {
      const double c = cost.lo + (cost.hi - cost.lo) * random.uniform();
      const double s = spend.lo + (spend.hi - spend.lo) * random.uniform();
      const double x = indifference_discount(c, s, 3, .1, advantage);
      lo = std::min(lo, x);
      hi = std::max(hi, x);
    }
    EXPECT_LE(d.lo, lo);
    EXPECT_GE(d.hi, hi);
    EXPECT_NEAR(d.lo, lo, .02 * (d.hi - d.lo));
    EXPECT_NEAR(d.hi, hi, .02 * (d.hi - d.lo));
  }
}

TEST(WhyItStays, FourQuadrantsAndTheDaysOfAHostage) {
  const Day as_of = to_day({2024, 12, 31}), end = to_day({2025, 3, 31});
  const auto at = [&](double discount, double satisfaction) {
    return why_it_stays(exactly(discount), satisfaction, as_of, end);
  };
  EXPECT_EQ(at(.08, 30).quadrant, Quadrant::hostage);
  EXPECT_EQ(at(.08, 90).quadrant, Quadrant::loyalist);
  EXPECT_EQ(at(.01, 90).quadrant, Quadrant::mercenary);
  EXPECT_EQ(at(.01, 30).quadrant, Quadrant::defector);
  EXPECT_EQ(at(.05, 60).quadrant, Quadrant::loyalist);  // the cuts belong to the upper side
  EXPECT_EQ(at(.08, 30).days_to_contract_end, 90);
  EXPECT_TRUE(at(.08, 30).certain);
  EXPECT_FALSE(why_it_stays({.08, .03, .2}, 30, as_of, end).certain);
  EXPECT_TRUE(std::isnan(why_it_stays(exactly(.08), 30, as_of, kNoDay).days_to_contract_end));
  const Retention unknown = why_it_stays(exactly(.08), kNaN, as_of, end);
  EXPECT_EQ(unknown.quadrant, Quadrant::unknown);
  EXPECT_EQ(unknown.days_to_contract_end, 90);
  EXPECT_EQ(why_it_stays(exactly(kNaN), 30, as_of, end).quadrant, Quadrant::unknown);
}

TEST(DefenceScores, BarrierRisesToItsFullHeightDepthWaitsForContacts) {
  const std::vector<double> fit = {80, 60, kNaN, 70};
  const DefenceScores d = defence_scores(1e5, 1e6, fit);
  EXPECT_DOUBLE_EQ(d.barrier, 20);
  EXPECT_DOUBLE_EQ(d.strategic, 70);
  EXPECT_TRUE(std::isnan(d.depth));
  EXPECT_EQ(defence_scores(9e5, 1e6, fit).barrier, 100);
  EXPECT_DOUBLE_EQ(defence_scores(1e5, 1e6, fit, .25).barrier, 40);
  EXPECT_TRUE(std::isnan(defence_scores(kNaN, 1e6, fit).barrier));
  EXPECT_TRUE(std::isnan(defence_scores(1e5, 1e6, {}).strategic));
  EXPECT_TRUE(std::isnan(defence_scores(1e5, 1e6, std::vector{120.}).strategic));
}

// --- another way -------------------------------------------------------------

TEST(SwitchingCost, MomentsAndIntervalAgreeWithASimulationOfEveryInput) {
  const std::vector<Component> move = some_move();
  const CostSummary t = switching_cost(move)->total;
  Random random(11);
  constexpr int kDraws = 400'000;
  std::vector<double> sums(kDraws);
  double mean = 0, square = 0;
  for (double& sum : sums) {
    sum = 0;
    for (const Component& c : move) {
      const double work = triangular_draw(random, c.hours) * triangular_draw(random, c.rate) *
                          triangular_draw(random, c.effort);
      sum += (1 - c.rival_share) * (triangular_draw(random, c.money) + work);
    }
    mean += sum / kDraws;
  }
  for (double sum : sums) square += (sum - mean) * (sum - mean) / kDraws;
  std::sort(sums.begin(), sums.end());
  EXPECT_NEAR(t.mean, mean, 4 * t.sd / std::sqrt(kDraws));
  EXPECT_NEAR(t.sd, std::sqrt(square), .005 * t.sd);
  EXPECT_NEAR(t.likely.lo, sums[kDraws / 10], .05 * t.sd);
  EXPECT_NEAR(t.likely.hi, sums[kDraws * 9 / 10], .05 * t.sd);
}

TEST(SwitchingCost, ColumnsAgreeWithOneAccountAtATime) {
  std::vector<Component> all = some_move();
  all.push_back(money(1, 2, 4));
  const std::vector<std::uint32_t> account = {2, 2, 2, 2, 0};
  std::vector<double> estimate(3), lo(3), hi(3), mean(3), sd(3), rating(3);
  const BatchReport report =
      switching_cost(account, all, CostColumns{estimate, lo, hi, mean, sd, rating});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.rows_scored, 5u);
  const SwitchingCost one = *switching_cost(some_move());
  EXPECT_EQ(estimate[2], one.total.bounds.estimate);
  EXPECT_EQ(lo[2], one.total.bounds.lo);
  EXPECT_EQ(hi[2], one.total.bounds.hi);
  EXPECT_EQ(mean[2], one.total.mean);
  EXPECT_EQ(sd[2], one.total.sd);
  EXPECT_EQ(rating[2], 80);
  EXPECT_EQ(hi[0], 4);
  EXPECT_TRUE(std::isnan(estimate[1]));  // nothing known: not free to leave
  EXPECT_TRUE(std::isnan(rating[0]));
}

TEST(IndifferenceDiscount, ColumnsAgreeWithTheFormula) {
  const std::vector<double> cost = {1e5, kNaN, 2e5, 1e5}, spend = {1e6, 1e6, 0, -1};
  std::vector<double> out(4);
  const BatchReport report = indifference_discount(cost, spend, 3, .1, out);
  EXPECT_EQ(out[0], indifference_discount(1e5, 1e6, 3, .1));
  EXPECT_EQ(report.rows_rejected, 3u);
  EXPECT_EQ(report.first_rejected, 1u);
  EXPECT_EQ(report.first_reason, RowReason::not_finite);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_TRUE(std::isnan(out[i]));
}

// --- hostile input -----------------------------------------------------------

TEST(SwitchingCost, UnusableComponentsAreCountedAndNamed) {
  std::vector<Component> move = some_move();
  const double good = switching_cost(move)->total.bounds.estimate;
  move.push_back(money(-1, 2, 3));
  move.push_back(money(2, 1, 3));
  move.push_back(money(0, kNaN, 3));
  move.push_back(money(0, 1, kInf));
  move.push_back(money(1, 1, 1));
  move.back().rival_share = 1.1;
  move.push_back(money(1, 1, 1));
  move.back().rating = 50;  // only bonds are rated
  move.push_back(money(1, 1, 1));
  move.back().hours = exactly(1e200);
  move.back().rate = exactly(1e200);
  move.push_back(money(1, 1, 1));
  move.back().kind = static_cast<CostKind>(7);
  const SwitchingCost c = *switching_cost(move);
  EXPECT_EQ(c.total.bounds.estimate, good);
  EXPECT_EQ(c.report.rows_rejected, 8u);
  EXPECT_EQ(c.report.first_rejected, 4u);
  EXPECT_EQ(c.report.first_reason, RowReason::out_of_domain);
  EXPECT_TRUE(std::isnan(component_cost(move.back()).lo));
}

TEST(SwitchingCost, NothingKnownIsNoCostOfZero) {
  EXPECT_EQ(switching_cost(std::vector<Component>{}).error().code(), StatusCode::insufficient_data);
  EXPECT_EQ(switching_cost(std::vector{money(-1, -1, -1)}).error().code(),
            StatusCode::insufficient_data);
  for (double level : {0., 1., -1., kNaN}) {
    EXPECT_EQ(switching_cost(some_move(), level).error().code(), StatusCode::invalid_argument);
  }
}

TEST(SwitchingCost, ColumnsOfWrongLengthAreRefusedUntouched) {
  std::vector<double> good(2, -7), bad(1, -7);
  const std::vector<Component> move = some_move();
  const std::vector<std::uint32_t> account = {0, 1, 1, 0}, far = {0, 1, 2, 0}, few = {0};
  EXPECT_EQ(
      switching_cost(account, move, CostColumns{good, good, bad, good, good, good}).status.code(),
      StatusCode::size_mismatch);
  EXPECT_EQ(
      switching_cost(few, move, CostColumns{good, good, good, good, good, good}).status.code(),
      StatusCode::size_mismatch);
  EXPECT_EQ(
      switching_cost(far, move, CostColumns{good, good, good, good, good, good}).status.code(),
      StatusCode::invalid_argument);
  EXPECT_EQ(good[0], -7);
}

TEST(IndifferenceDiscount, OutsideItsDomainIsMissing) {
  for (const auto& [cost, spend, years, discount] : {std::array{-1., 1e6, 3., .1},
                                                     {1e5, 0., 3., .1},
                                                     {1e5, 1e6, 0., .1},
                                                     {1e5, 1e6, -3., .1},
                                                     {1e5, 1e6, 3., -1.},
                                                     {1e5, 1e6, 3., kNaN},
                                                     {kNaN, 1e6, 3., .1},
                                                     {1e5, kInf, 3., .1},
                                                     {1e5, 1e6, kInf, 0.}}) {
    EXPECT_TRUE(std::isnan(indifference_discount(cost, spend, years, discount)));
  }
  EXPECT_TRUE(std::isnan(indifference_discount({5, 6, 7}, exactly(1), 3, .1).estimate));
  EXPECT_TRUE(std::isnan(indifference_discount(exactly(5), {2, 0, 3}, 3, .1).hi));
  std::vector<double> one(1), two(2);
  EXPECT_EQ(indifference_discount(one, two, 3, .1, one).status.code(), StatusCode::size_mismatch);
  EXPECT_EQ(indifference_discount(one, one, 0, .1, one).status.code(),
            StatusCode::invalid_argument);
  EXPECT_EQ(indifference_discount(one, one, 3, -2, one).status.code(),
            StatusCode::invalid_argument);
}

}  // namespace
}  // namespace kam::switching
