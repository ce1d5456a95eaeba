#include "base/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace tarn {
namespace {

TEST(FormatDate, WritesYearsBeforeTheFirstWithASign) {
  const struct {
    int64_t days;
    const char* text;
  } cases[] = {{0, "1970-01-01"},       {-1, "1969-12-31"},      {19782, "2024-02-29"},
               {-719162, "0001-01-01"}, {-719163, "0000-12-31"}, {-719468, "0000-03-01"},
               {-719469, "0000-02-29"}, {-719528, "0000-01-01"}, {-719529, "-0001-12-31"},
               {2932896, "9999-12-31"}, {2932897, "10000-01-01"}};
  for (const auto& c : cases) {
    EXPECT_EQ(FormatDate(c.days), c.text);
    EXPECT_EQ(DaysFromCivil(CivilFromDays(c.days)), c.days);
  }
}

TEST(FormatTimestamp, WritesEveryMoment) {
  const auto text = [](int64_t micros) { return FormatTimestamp(micros, TimeStyle::kIsoUtc); };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(text(std::numeric_limits<int64_t>::max()), "294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(text(std::numeric_limits<int64_t>::min()), "-290308-12-21T19:59:05.224192Z");
}

}  // namespace
}  // namespace tarn
