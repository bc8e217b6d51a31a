#include <kam/base/date.hpp>

#include <gtest/gtest.h>

namespace kam {
namespace {

TEST(Date, EpochAndKnownDays) {
  EXPECT_EQ(to_day({1970, 1, 1}), 0);
  EXPECT_EQ(to_day({2000, 3, 1}), 11017);
  EXPECT_EQ(to_day({1997, 9, 30}), 10134);
  EXPECT_EQ(weekday(0), 3);  // a Thursday
}

TEST(Date, EveryDayOfTheCalendarGoesThereAndBack) {
  const Day last = to_day({9999, 12, 31});
  CivilDate previous = to_civil(to_day({1, 1, 1}));
  EXPECT_EQ(previous, (CivilDate{1, 1, 1}));
  for (Day day = to_day({1, 1, 1}) + 1; day <= last; ++day) {
    const CivilDate date = to_civil(day);
    ASSERT_EQ(to_day(date), day);
    const bool same_month = date.year == previous.year && date.month == previous.month;
    ASSERT_TRUE(same_month ? date.day == previous.day + 1 : date.day == 1);
    previous = date;
  }
}

TEST(Date, MonthsAreCalendarMonths) {
  EXPECT_EQ(add_months(to_day({2023, 1, 31}), 1), to_day({2023, 2, 28}));
  EXPECT_EQ(add_months(to_day({2024, 1, 31}), 1), to_day({2024, 2, 29}));
  EXPECT_EQ(add_months(to_day({2024, 2, 29}), -12), to_day({2023, 2, 28}));
  EXPECT_EQ(add_months(to_day({2024, 1, 15}), -1), to_day({2023, 12, 15}));
}

TEST(Date, IsoIsReadStrictly) {
  EXPECT_EQ(parse_date("1997-09-30"), 10134);
  EXPECT_EQ(parse_date(" 1997-09-30 "), 10134);
  EXPECT_EQ(parse_date("1997-09-30T23:59:59Z"), 10134);
  EXPECT_EQ(parse_date("1997-09-30 00:00:00.000"), 10134);
  for (const char* wrong :
       {"", "1997-9-30", "1997-13-01", "1997-02-29", "0000-00-00", "30/09/1997", "19970930",
        "1997-09-30x", "1997-09-30T25:00", "1997-09-30T10:00+02:00", "NaT"}) {
    EXPECT_EQ(parse_date(wrong), kNoDay) << wrong;
  }
}

TEST(Date, FormatsAreReadStrictly) {
  EXPECT_EQ(parse_date("19970930", "%Y%m%d"), 10134);
  EXPECT_EQ(parse_date("30.9.1997", "%d.%m.%Y"), 10134);
  EXPECT_EQ(parse_date("09/30/1997 10:05", "%m/%d/%Y %H:%M"), 10134);
  EXPECT_EQ(parse_date("1997930", "%Y%m%d"), kNoDay);
  EXPECT_EQ(parse_date("30/09/1997", "%m/%d/%Y"), kNoDay);
  EXPECT_EQ(parse_date("1997-09-30", "%Y%m%d"), kNoDay);
  EXPECT_EQ(parse_date("19970930", "%Y%m%"), kNoDay);
  EXPECT_EQ(parse_date("19970930", "%Q"), kNoDay);
}

TEST(Date, PrintsWhatItReads) {
  EXPECT_EQ(format_date(10134), "1997-09-30");
  EXPECT_EQ(format_date(to_day({1, 1, 1})), "0001-01-01");
  EXPECT_EQ(format_date(kNoDay), "invalid");
}

TEST(Date, UnitsHaveOneLength) {
  EXPECT_EQ(days_per_unit(TimeUnit::week), 7.0);
  EXPECT_DOUBLE_EQ(12 * days_per_unit(TimeUnit::month), kDaysPerYear);
  EXPECT_EQ(parse_time_unit("month").value(), TimeUnit::month);
  EXPECT_EQ(parse_time_unit("year").error().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace kam
