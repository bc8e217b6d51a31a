#include <kam/portfolio/account_index.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <unordered_map>

namespace kam::portfolio {
namespace {

TEST(AccountIndex, CodesAreGivenInOrderOfFirstAppearance) {
  AccountIndex index;
  EXPECT_EQ(index.find("A"), kNoAccount);
  EXPECT_EQ(index.insert("B-7"), 0u);
  EXPECT_EQ(index.insert("A"), 1u);
  EXPECT_EQ(index.insert("B-7"), 0u);
  EXPECT_EQ(index.find("A"), 1u);
  EXPECT_EQ(index.find("a"), kNoAccount);
  EXPECT_EQ(index.id(0), "B-7");
  EXPECT_EQ(index.id(1), "A");
  EXPECT_EQ(index.size(), 2u);
}

TEST(AccountIndex, AnyBytesAreAnId) {
  AccountIndex index;
  const std::string nul("a\0b", 3);
  EXPECT_EQ(index.insert(""), 0u);
  EXPECT_EQ(index.insert(nul), 1u);
  EXPECT_EQ(index.insert("a"), 2u);
  EXPECT_EQ(index.insert("客户-17"), 3u);
  EXPECT_EQ(index.insert(" a"), 4u);
  EXPECT_EQ(index.id(0), "");
  EXPECT_EQ(index.id(1), nul);
  EXPECT_EQ(index.find("客户-17"), 3u);
}

TEST(AccountIndex, AgreesWithAStandardMap) {
  std::mt19937 random(3);
  AccountIndex index;
  index.reserve(100);
  std::unordered_map<std::string, Code> map;
  for (int i = 0; i < 200000; ++i) {
    std::string id = std::to_string(random() % 50000);  // "K" + … trips g++ 12's -Wrestrict
    id += 'K';
    const Code expected = map.try_emplace(id, static_cast<Code>(map.size())).first->second;
    ASSERT_EQ(index.insert(id), expected);
  }
  ASSERT_EQ(index.size(), map.size());
  for (const auto& [id, code] : map) {
    ASSERT_EQ(index.find(id), code);
    ASSERT_EQ(index.id(code), id);
  }
}

}  // namespace
}  // namespace kam::portfolio
