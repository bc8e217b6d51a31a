#include <kam/scoring/profile.hpp>

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace kam::scoring {
namespace {

constexpr const char* kSmall = R"(name = "small"
[[dimension]]
id = "contribution"
[[indicator]]
id = "margin"
dimension = "contribution"
feature = "cm3_rate"
bands = [[0.0, 0], [0.2, 100]]
)";

std::string error_of(const std::string& toml) {
  const auto profile = parse_profile(toml, "my.toml");
  return profile ? "" : profile.error().message();
}

TEST(Profile, TheDefaultOneIsValidAndSaysWhereItsNumbersComeFrom) {
  const auto profile = default_profile();
  ASSERT_TRUE(profile) << profile.error().message();
  ASSERT_EQ(profile->scorecard().dimensions().size(), 4u);
  for (const auto& indicator : profile->scorecard().indicators()) {
    EXPECT_FALSE(indicator.source.empty()) << indicator.id;
    EXPECT_FALSE(indicator.label_en.empty()) << indicator.id;
    EXPECT_FALSE(indicator.label_zh.empty()) << indicator.id;
  }
  // Weights of the four pillars: the 4x4 comparison, rounded (sum 1).
  const auto weights = profile->scorecard().dimension_weights();
  EXPECT_NEAR(weights[0], .42, 1e-12);
  EXPECT_NEAR(weights[3], .23, 1e-12);
}

TEST(Profile, EveryShippedOneIsValidAndGoesThroughJsonUnchanged) {
  const auto names = shipped_profile_names();
  ASSERT_EQ(names.size(), 7u);
  EXPECT_EQ(names[0], "default");
  for (const std::string_view name : names) {
    const auto profile = parse_profile(shipped_profile_text(name), name);
    ASSERT_TRUE(profile) << profile.error().message();
    EXPECT_EQ(profile->name, name);
    const auto again = restore_profile(to_json(*profile));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(to_json(*again), to_json(*profile));
  }
  EXPECT_EQ(to_json(*default_profile()), to_json(*parse_profile(default_profile_text(), "x")));
}

TEST(Profile, ANameThatIsNotShippedHasNoText) {
  EXPECT_EQ(shipped_profile_text("default"), default_profile_text());
  for (const char* name : {"", "Default", "default.toml", "kam-profile.schema"}) {
    EXPECT_TRUE(shipped_profile_text(name).empty()) << name;
  }
  EXPECT_EQ(profile_schema_text().front(), '{');
}

TEST(Profile, MistakesAreNamedWithLineAndKey) {
  ASSERT_EQ(error_of(kSmall), "");
  const std::string small = kSmall;
  EXPECT_EQ(error_of("name = \"x\"\nname = \"y\"\n").rfind("my.toml:2: ", 0), 0u);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = small;
    text.replace(text.find(from), from.size(), to);
    return error_of(text);
  };
  EXPECT_EQ(changed("[[0.0, 0], [0.2, 100]]", "[[0.2, 0], [0.2, 100]]")
                .rfind("my.toml:8: indicator[0].bands: ", 0),
            0u);
  EXPECT_EQ(changed("bands", "bandz"), "my.toml:8: indicator[0].bandz: unknown key");
  EXPECT_NE(changed("\"contribution\"\nfeature", "\"loyalty\"\nfeature").find("loyalty"),
            std::string::npos);
  EXPECT_EQ(changed("feature = \"cm3_rate\"\n", ""), "my.toml:4: indicator[0].feature: is missing");
  EXPECT_EQ(changed("\"cm3_rate\"", "3"), "my.toml:7: indicator[0].feature: must be text");
  EXPECT_EQ(changed("\"cm3_rate\"", "\"cm3_rat\""),
            "my.toml:7: indicator[0].feature: 'cm3_rat' is no feature; docs/profile.md lists them");
  EXPECT_NE(changed("id = \"margin\"", "id = \"margin\"\nweight = -1").find("-1"),
            std::string::npos);
  EXPECT_EQ(changed("name = \"small\"", "name = \"small\"\ninterval_level = 1.5"),
            "my.toml:2: interval_level: must lie between 0 and 1");
  EXPECT_EQ(changed("name = \"small\"", "name = \"small\"\n[orders]\nmodel = \"pareto\""),
            "my.toml:3: orders.model: must be mbgnbd, bgnbd or pareto_nbd, got 'pareto'");
  EXPECT_EQ(
      changed("name = \"small\"",
              "name = \"small\"\n[[value_band]]\nname = \"A\"\nfrom = 50\n"
              "[[value_band]]\nname = \"B\"\nfrom = 60\n"),
      "my.toml:7: value_band[1].from: bands overlap: each must start below the one before it");
  EXPECT_EQ(
      changed("name = \"small\"", "name = \"small\"\n[[value_band]]\nname = \"A\"\nfrom = 50\n"),
      "my.toml:2: value_band: the last band must start at 0: there is a gap");
}

TEST(Profile, EveryScaleIsReadCheckedAndGoesThroughJson) {
  const std::string head = R"(name = "scales"
[[dimension]]
id = "loyalty"
[[indicator]]
id = "x"
dimension = "loyalty"
feature = "days_since_last"
)";
  for (const char* scale :
       {"scale = \"rank\"\n", "scale = \"z\"\ndirection = \"lower\"\n",
        "scale = \"range\"\nlow = 0\nhigh = 365\ndirection = \"lower\"\n",
        "scale = \"range\"\nlow = -5\nhigh = 365\ntransform = \"asinh\"\nasinh_unit = 30\n",
        "scale = \"target\"\ntarget = 30\nwidth = 20\npower = 2\ndirection = \"nominal\"\n"}) {
    const auto profile = parse_profile(head + scale, "s.toml");
    ASSERT_TRUE(profile) << profile.error().message();
    const auto again = restore_profile(to_json(*profile));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(to_json(*again), to_json(*profile));
  }
  const auto message = [&](const std::string& scale) { return error_of(head + scale); };
  EXPECT_NE(message("scale = \"range\"\nlow = 9\nhigh = 3\n")
                .find("`high` must be finite and above `low`, got 3"),
            std::string::npos);
  EXPECT_NE(
      message("scale = \"range\"\nlow = 0\nhigh = 3\nunit = \"money\"\n").find("one giant account"),
      std::string::npos);
  EXPECT_EQ(message("scale = \"range\"\nlow = 0\nhigh = 3\nunit = \"money\"\nforce = true\n"), "");
  EXPECT_NE(message("scale = \"target\"\ntarget = 3\nwidth = 1\n").find("its direction is nominal"),
            std::string::npos);
  EXPECT_EQ(message("scale = \"cubic\"\n"),
            "my.toml:8: indicator[0].scale: must be rank, range, target or z, got 'cubic'");
}

TEST(Profile, HostileTextIsAnErrorNotACrash) {
  for (const char* text :
       {"", "=", "[[", "a = 1979-05-27", "name = 1", "dimension = 3", "indicator = []",
        "[[dimension]]\nid = 3", "\xff\xfe", "name = \"\\u0000\""}) {
    EXPECT_FALSE(error_of(text).empty()) << text;
  }
  EXPECT_FALSE(restore_profile("{}"));
  EXPECT_FALSE(restore_profile("[]"));
  EXPECT_FALSE(restore_profile(std::string(100000, '[')));
}

TEST(Bands, AreReachedFromAbove) {
  const std::vector<Band> bands{{"A", 80}, {"B", 40}, {"C", 0}};
  EXPECT_EQ(band_of(bands, 80), "A");
  EXPECT_EQ(band_of(bands, 79.999), "B");
  EXPECT_EQ(band_of(bands, 0), "C");
  EXPECT_EQ(band_of(bands, std::nan("")), "");
  EXPECT_EQ(band_of({}, 50), "");
}

constexpr const char* kRule = R"(
[[rule]]
id = "late"
feature = "days_since_last"
above = 365
cap = 40
)";

TEST(Profile, RulesAreReadInOrderAndGoThroughJson) {
  const std::string more = R"([[rule]]
id = "dead"
feature = "orders_12m"
below = 1
veto = true
[[rule]]
id = "strong"
feature = "repurchase_rate"
above = 0.9
floor = 60
)";
  const auto profile = parse_profile(std::string(kSmall) + kRule + more, "my.toml");
  ASSERT_TRUE(profile) << profile.error().message();
  ASSERT_EQ(profile->rules().size(), 3u);
  EXPECT_EQ(profile->rules()[0].effect, value::RuleEffect::cap);
  EXPECT_EQ(profile->rules()[0].to, 40);
  EXPECT_EQ(profile->rules()[1].side, value::RuleSide::below);
  EXPECT_EQ(profile->rules()[1].effect, value::RuleEffect::veto);
  EXPECT_EQ(profile->rules()[2].effect, value::RuleEffect::floor);
  const auto again = restore_profile(to_json(*profile));
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(to_json(*again), to_json(*profile));
}

TEST(Profile, WrongRulesAreNamedWithLineAndKey) {
  const auto with = [](std::string from, const std::string& to) {
    std::string text = std::string(kSmall) + kRule;
    text.replace(text.find(from, std::string(kSmall).size()), from.size(), to);
    return error_of(text);
  };
  EXPECT_EQ(with("cap = 40", "cap = 40"), "");
  EXPECT_NE(with("cap = 40", "cap = 140").find("my.toml:14: rule[0].cap"), std::string::npos);
  EXPECT_NE(with("cap = 40", "").find("exactly one of cap, floor and veto"), std::string::npos);
  EXPECT_NE(with("cap = 40", "veto = false").find("rule[0].veto"), std::string::npos);
  EXPECT_NE(with("above = 365", "above = 365\nbelow = 3").find("above and below"),
            std::string::npos);
  EXPECT_NE(with("days_since_last", "days_since").find("is no feature"), std::string::npos);
  EXPECT_NE(with("cap = 40", "capp = 40").find("unknown key"), std::string::npos);
  EXPECT_NE(with("cap = 40",
                 "cap = 40\n[[rule]]\nid = \"late\"\nfeature = \"cm3_rate\"\n"
                 "below = 0\nveto = true")
                .find("repeats the id"),
            std::string::npos);
}

TEST(Profile, MissingRulesAndAgesOfAnIndicator) {
  const auto with = [](const std::string& line) {
    return parse_profile(std::string(kSmall) + line + "\n", "my.toml");
  };
  const auto message = [&](const std::string& line) { return with(line).error().message(); };
  const auto one = with("missing = 20\nmaximum_age_days = 730\nhalf_life_days = 180\npart = \"p\"");
  ASSERT_TRUE(one) << one.error().message();
  const value::Indicator& k = one->scorecard().indicators()[0];
  EXPECT_EQ(k.missing_score, 20);
  EXPECT_EQ(k.maximum_age_days, 730);
  EXPECT_EQ(k.half_life_days, 180);
  EXPECT_EQ(k.part, "p");
  EXPECT_EQ(to_json(*restore_profile(to_json(*one))), to_json(*one));
  EXPECT_TRUE(std::isnan(with("missing = \"exclude\"")->scorecard().indicators()[0].missing_score));
  EXPECT_NE(message("missing = \"worst\"").find("my.toml:9: indicator[0].missing"),
            std::string::npos);
  EXPECT_NE(message("missing = 101").find("my.toml:9: indicator[0].missing"), std::string::npos);
  EXPECT_NE(message("half_life_days = 0").find("indicator[0].half_life_days"), std::string::npos);
  EXPECT_NE(message("maximum_age_days = -1").find("indicator[0].maximum_age"), std::string::npos);
}

TEST(Profile, TiersClassesMatricesAndStagesAreCheckedWithLineAndKey) {
  const auto message = [](const std::string& more) { return error_of(std::string(kSmall) + more); };
  const auto contains = [&](const std::string& more, const char* text) {
    const std::string found = message(more);
    EXPECT_NE(found.find(text), std::string::npos) << found;
    EXPECT_EQ(found.rfind("my.toml:", 0), 0u) << found;
  };
  const std::string tiers = "[[tier]]\nname = \"A\"\nfrom = 80\n[[tier]]\nname = \"B\"\nfrom = 0\n";
  EXPECT_EQ(message(tiers), "");
  contains("[[tier]]\nname = \"A\"\nfrom = 10\n", "tier");
  contains("[tier_rule]\nhysteresis = 3\n", "needs [[tier]]");
  contains(tiers + "[tier_rule]\nhysteresis = -3\n", "hysteresis");
  contains("[[class]]\nid = \"a\"\nall = [{feature = \"no\", at_least = 1}]\n", "is no feature");
  contains("[[class]]\nid = \"a\"\nall = [{feature = \"cm3_rate\"}]\n", "exactly one of quantile");
  contains("[[class]]\nid = \"a\"\nall = [{flag = \"x\"}]\n", "supplier_too");
  contains("[[class]]\nid = \"a\"\nall = [{feature = \"cm3_rate\", quantile = 2}]\n", "between 0");
  contains("[[class]]\nid = \"a\"\n", "class");
  contains(
      "[[matrix]]\nid = \"m\"\nx = \"value_index\"\ny = \"nothing\"\ncells = [[\"a\", \"b\"], "
      "[\"c\", \"d\"]]\n",
      "'nothing' is neither");
  contains("[[matrix]]\nid = \"m\"\nx = \"value_index\"\ny = \"contribution\"\ncells = [[\"a\"]]\n",
           "cells");
  contains("[[stage]]\nname = \"won\"\nprobability = 1.5\n", "between 0 and 1");
  contains("[[stage]]\nname = \"won\"\n", "is missing");
  contains("[features]\ntrend_months = 0.5\n", "whole number");
  contains("[features]\naddressable = 2\n", "between 0 and 1");
  contains("[relation_type]\nstrategic_levels = 9\n", "levels");
}

}  // namespace
}  // namespace kam::scoring
