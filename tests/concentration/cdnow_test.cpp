/// CDNOW (Fader & Hardie, brucehardie.com): revenue per customer through 1998-06-30.
#include <kam/concentration/lorenz.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace kam {
namespace {

std::vector<double> revenue_per_customer() {
  std::ifstream file(KAM_EXAMPLES "/cdnow/CDNOW_master.txt");
  std::string header;
  std::getline(file, header);
  std::map<std::string, long> cents;
  std::string customer, date;
  int cds = 0;
  double dollars = 0;
  while (file >> customer >> date >> cds >> dollars) cents[customer] += std::lround(100 * dollars);
  std::vector<double> revenue;
  for (const auto& [id, sum] : cents) revenue.push_back(static_cast<double>(sum) / 100);
  return revenue;
}

TEST(ConcentrationCdnow, MasterRevenueRecomputedInR) {
  const std::vector<double> revenue = revenue_per_customer();
  ASSERT_EQ(revenue.size(), 23'570u) << "examples/cdnow/CDNOW_master.txt";
  const Concentration c = *concentration(revenue);
  EXPECT_EQ(c.accounts, 23'570u);
  EXPECT_EQ(c.total, 2'500'315.63);
  EXPECT_NEAR(c.top_count_share(4714), .677774, 5e-7);
  EXPECT_NEAR(c.top_share(.2), .677774, 5e-7);
  EXPECT_EQ(*c.accounts_for(.8), 7695u);
  const AbcClasses classes = *c.abc();
  EXPECT_EQ(classes.a, 7695u);
  EXPECT_EQ(classes.b, 8044u);
  EXPECT_EQ(classes.c, 7831u);
  EXPECT_NEAR(c.gini, .634571, 5e-7);
  EXPECT_EQ(c.accounts_at_least(), 0u);
  EXPECT_EQ(c.lorenz()[68].value_share, 0);  // 68 customers without revenue
  EXPECT_GT(c.lorenz()[69].value_share, 0);
}

}  // namespace
}  // namespace kam
