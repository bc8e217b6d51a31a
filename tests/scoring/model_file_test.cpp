/// Model files: the same bits back, and an answer to whatever bytes come in.
#include <kam/scoring/estimate.hpp>

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include <kam/base/random.hpp>

#include "cdnow.hpp"
#include "numeric/sha256.hpp"

namespace kam::scoring {
namespace {

Estimate cdnow_estimate() {
  const auto fit = bgnbd::fit(test::cdnow_sample().orders());
  return Estimate::from("bgnbd", TimeUnit::week, *fit);
}

TEST(Sha256, KnownDigests) {  // FIPS 180-4 examples
  EXPECT_EQ(numeric::sha256_hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(numeric::sha256_hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(numeric::sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(EstimateFile, ReadsBackToTheSameBits) {
  const Estimate e = cdnow_estimate();
  const std::string json = to_json(e);
  EXPECT_LT(json.size(), 2000u);
  const auto again = parse_estimate(json);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->values, e.values);
  EXPECT_EQ(again->log_covariance, e.log_covariance);
  EXPECT_EQ(again->log_likelihood, e.log_likelihood);
  EXPECT_EQ(again->stop_reason, "converged");
  EXPECT_EQ(to_json(*again), json);
}

TEST(EstimateFile, GivenParametersHaveNoUncertainty) {
  const Estimate e = Estimate::given("mbgnbd", TimeUnit::day, mbgnbd::Parameters{.5, 40, .9, 1.6});
  const auto again = parse_estimate(to_json(e));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(std::isnan(again->log_covariance[0]));
  EXPECT_EQ(again->unit, TimeUnit::day);
  EXPECT_FALSE(again->spend_estimate());
  EXPECT_TRUE(again->order_estimate());
}

TEST(EstimateFile, ModelsInPeriodsReadBack) {
  const auto read_back = [](const char* kind, const auto& parameters) {
    const auto again = parse_estimate(to_json(Estimate::given(kind, TimeUnit::week, parameters)));
    EXPECT_TRUE(again) << again.error().message();
    EXPECT_STREQ(again->unit_name(), "period");
    EXPECT_FALSE(again->order_estimate());
    return *again;
  };
  const bgbb::Parameters donors{1.2, .75, .66, 2.8};
  EXPECT_EQ(*read_back("bgbb", donors).bgbb_parameters(), donors);
  const sbg::Parameters regular{.704, 1.182};
  EXPECT_EQ(*read_back("sbg", regular).sbg_parameters(), regular);
  EXPECT_FALSE(read_back("sbg", regular).bgbb_parameters());
  const bdw::Parameters high{.21, 1.43, 1.72};
  EXPECT_EQ(*read_back("bdw", high).bdw_parameters(), high);
}

TEST(EstimateFile, KeepsTheLongestPeriodOfARenewalModelAlone) {
  const std::vector<double> active{1000, 869, 743, 653};
  const auto fit = kam::sbg::fit_cohort(active);
  ASSERT_TRUE(fit);
  const auto e = kam::scoring::Estimate::from("sbg", kam::TimeUnit::week, *fit);
  EXPECT_EQ(e.longest, 3);
  const auto again = kam::scoring::parse_estimate(to_json(e));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->longest, 3);
  const auto given = kam::scoring::Estimate::given("sbg", kam::TimeUnit::week, fit->parameters);
  EXPECT_EQ(to_json(given).find("longest"), std::string::npos);
  EXPECT_TRUE(std::isnan(kam::scoring::parse_estimate(to_json(given))->longest));
}

TEST(EstimateFile, DamageIsNoticed) {
  const std::string json = to_json(cdnow_estimate());
  for (std::size_t i = 0; i < json.size(); ++i) {
    std::string damaged = json;
    damaged[i] = damaged[i] == '7' ? '8' : '7';
    const auto read = parse_estimate(damaged);
    // The 17th digit of a number may be another one and the number the same.
    EXPECT_TRUE(!read || to_json(*read) == json) << i;
  }
  for (std::size_t n = 0; n < json.size(); n += 7) EXPECT_FALSE(parse_estimate(json.substr(0, n)));
}

TEST(EstimateFile, RandomBytesAreAnError) {
  Random random(5);
  for (int k = 0; k < 2000; ++k) {
    std::string bytes(random.below(200), '\0');
    for (char& c : bytes) c = static_cast<char>(random.below(256));
    EXPECT_FALSE(parse_estimate(bytes));
  }
}

TEST(EstimateFile, ForeignAndNewerFilesSaySo) {
  const auto code = [](const std::string& text) { return parse_estimate(text).error().code(); };
  EXPECT_EQ(code("{}"), StatusCode::invalid_format);
  EXPECT_EQ(code(R"({"format":"other"})"), StatusCode::invalid_format);
  EXPECT_EQ(code(R"({"format":"kam-model","format_version":2,"kind":"estimate","checksum":""})"),
            StatusCode::version_mismatch);
  EXPECT_EQ(code(R"({"format":"kam-model","format_version":1,"kind":"forest","checksum":""})"),
            StatusCode::version_mismatch);
}

TEST(EstimateFile, KeepsTheRegularityAndItsProfile) {
  const std::size_t n = 600;
  const std::vector<double> age(n, 60.0);
  std::vector<double> x(n), t_x(n), gaps(n);
  ASSERT_TRUE(simulate(bgcnbd::Parameters{4, 8, .8, 3, 3}, age, 5, x, t_x, {}, gaps).ok());
  const auto fit = bgcnbd::fit_k({x, t_x, age, {}, gaps}, 5);
  ASSERT_TRUE(fit);
  const Estimate e = Estimate::from("bgcnbd", TimeUnit::week, *fit);
  const auto again = parse_estimate(to_json(e));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->phases, fit->best.parameters.k);
  EXPECT_EQ(again->k_profile, fit->log_likelihood);
  EXPECT_EQ(to_json(*again), to_json(e));
  const auto orders = again->order_estimate();
  ASSERT_TRUE(orders);
  EXPECT_EQ(std::get<bgcnbd::Parameters>(orders->model), fit->best.parameters);
  // Without gaps the likelihood is missing, and stays so.
  const auto without = mbgcnbd::fit({x, t_x, age}, 2);
  ASSERT_TRUE(without);
  const auto read = parse_estimate(to_json(Estimate::from("mbgcnbd", TimeUnit::day, *without)));
  ASSERT_TRUE(read);
  EXPECT_TRUE(std::isnan(read->log_likelihood));
  EXPECT_EQ(std::get<mbgcnbd::Parameters>(read->order_estimate()->model).k, 2);
  Estimate wrong = e;
  wrong.phases = 21;
  EXPECT_FALSE(wrong.order_estimate());
  EXPECT_FALSE(parse_estimate(to_json(wrong)));
}

}  // namespace
}  // namespace kam::scoring
