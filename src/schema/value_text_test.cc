#include <limits>

#include "schema/schema_testing.h"
#include "schema/value.h"

namespace tarn::schema {
namespace {

constexpr int64_t kMoment = 1'795'250'921'954'871;  // 2026-11-21T08:48:41.954871Z

struct Written {
  Type type;
  Value value;
  const char* text;
};

TEST(ValueText, GoesBothWays) {
  const Int128 nines =
      Int128{9'999'999'999'999'999'999u} * 10'000'000'000'000'000'000u + 9'999'999'999'999'999'999u;
  const Written cases[] = {
      {Of(TypeKind::kBoolean), true, "true"},
      {Of(TypeKind::kBoolean), false, "false"},
      {Of(TypeKind::kInt), std::numeric_limits<int32_t>::min(), "-2147483648"},
      {Of(TypeKind::kLong), std::numeric_limits<int64_t>::max(), "9223372036854775807"},
      {Of(TypeKind::kLong), std::numeric_limits<int64_t>::min(), "-9223372036854775808"},
      {Of(TypeKind::kFloat), 0.1f, "0.1"},
      {Of(TypeKind::kDouble), 1.0, "1.0"},
      {Of(TypeKind::kDouble), -0.0, "-0.0"},
      {Of(TypeKind::kDouble), 0.1, "0.1"},
      {Of(TypeKind::kDouble), 1e300, "1e+300"},
      {Of(TypeKind::kDouble), 5e-324, "5e-324"},
      {Of(TypeKind::kDouble), std::numeric_limits<double>::infinity(), "Infinity"},
      {Of(TypeKind::kDouble), -std::numeric_limits<double>::infinity(), "-Infinity"},
      {Type::Decimal(3, 2), Int128{150}, "1.50"},
      {Type::Decimal(3, 2), Int128{-5}, "-0.05"},
      {Type::Decimal(3, 3), Int128{7}, "0.007"},
      {Type::Decimal(3, 0), Int128{0}, "0"},
      {Type::Decimal(38, 0), nines, "99999999999999999999999999999999999999"},
      {Type::Decimal(38, 38), -nines, "-0.99999999999999999999999999999999999999"},
      {Of(TypeKind::kDate), int32_t{20778}, "2026-11-21"},
      {Of(TypeKind::kDate), int32_t{-1}, "1969-12-31"},
      {Of(TypeKind::kDate), int32_t{-719528}, "0000-01-01"},
      {Of(TypeKind::kDate), int32_t{2932897}, "10000-01-01"},
      {Of(TypeKind::kTime), int64_t{0}, "00:00:00.000000"},
      {Of(TypeKind::kTime), int64_t{86'399'999'999}, "23:59:59.999999"},
      {Of(TypeKind::kTimestamp), kMoment, "2026-11-21T08:48:41.954871"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kTimestampTz), int64_t{-1}, "1969-12-31T23:59:59.999999Z"},
      {Of(TypeKind::kString), std::string("it's\n"), "it's\n"},
      {Of(TypeKind::kString), std::string(), ""},
      {Of(TypeKind::kUuid),
       std::string("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"),
       "f79c3e09-677c-4bbd-a479-3f349cb785e7"},
      {Of(TypeKind::kBinary), std::string("\0\xFF\x10", 3), "AP8Q"},
      {Type::Fixed(3), std::string("\0\xFF\x10", 3), "AP8Q"},
  };
  for (const auto& [type, value, text] : cases) {
    EXPECT_EQ(ToText(type, value), text);
    EXPECT_EQ(Need(FromText(type, text)), value) << text;
  }
  EXPECT_EQ(ToText(Of(TypeKind::kFloat), std::numeric_limits<float>::quiet_NaN()), "NaN");
  EXPECT_EQ(Compare(Need(FromText(Of(TypeKind::kDouble), "NaN")),
                    Value(std::numeric_limits<double>::quiet_NaN())),
            0);
}

TEST(ValueText, EveryDateOfItsRangeGoesBothWays) {
  const Type date = Of(TypeKind::kDate);
  for (const int32_t days : {std::numeric_limits<int32_t>::min(), -800'000, -719'529, -719'528, 0,
                             11'016, 3'000'000, std::numeric_limits<int32_t>::max()}) {
    EXPECT_EQ(Need(FromText(date, ToText(date, days))), Value(days)) << ToText(date, days);
  }
  const Type timestamp = Of(TypeKind::kTimestampTz);
  for (const int64_t micros :
       {std::numeric_limits<int64_t>::max(), int64_t{-62'167'219'200'000'001},
        std::numeric_limits<int64_t>::min() + 86'400'000'000}) {
    EXPECT_EQ(Need(FromText(timestamp, ToText(timestamp, micros))), Value(micros));
  }
}

TEST(ValueText, ReadsOtherSpellings) {
  const Written cases[] = {
      {Of(TypeKind::kBoolean), true, "TRUE"},
      {Of(TypeKind::kInt), int32_t{7}, "+7"},
      {Of(TypeKind::kInt), int32_t{7}, "007"},
      {Of(TypeKind::kDouble), 1500.0, "1.5E3"},
      {Of(TypeKind::kDouble), -std::numeric_limits<double>::infinity(), "-inf"},
      {Type::Decimal(3, 2), Int128{150}, "1.5"},
      {Type::Decimal(3, 2), Int128{150}, "+01.5000"},
      {Type::Decimal(3, 2), Int128{50}, ".5"},
      {Type::Decimal(3, 2), Int128{500}, "5."},
      {Of(TypeKind::kTime), int64_t{31'680'000'000}, "08:48"},
      {Of(TypeKind::kTime), int64_t{31'721'500'000}, "08:48:41.5"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-21 08:48:41.954871"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-21T08:48:41.954871999z"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-21T09:48:41.954871+01:00"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-21T03:18:41.954871-0530"},
      {Of(TypeKind::kTimestampTz), kMoment, "2026-11-20t22:48:41.954871 -10"},
      {Of(TypeKind::kTimestamp), kMoment, "2026-11-21T09:48:41.954871+01:00"},
      {Of(TypeKind::kTimestamp), kMoment - 954'871, "2026-11-21 08:48:41"},
      {Of(TypeKind::kTimestamp), kMoment - 41'954'871, "2026-11-21 08:48"},
      {Of(TypeKind::kTimestamp), int64_t{20778} * 86'400'000'000, "2026-11-21"},
      {Of(TypeKind::kUuid), std::string("\xAB\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16),
       "AB000000-0000-0000-0000-000000000001"},
  };
  for (const auto& [type, value, text] : cases) {
    EXPECT_EQ(Need(FromText(type, text)), value) << text;
  }
}

TEST(ValueText, FractionsBelowAMicrosecondAreCutTowardsThePast) {
  const Type type = Of(TypeKind::kTimestamp);
  EXPECT_EQ(Need(FromText(type, "1969-12-31T23:59:59.999999999")), Value(int64_t{-1}));
  EXPECT_EQ(Need(FromText(type, "1970-01-01T00:00:00.0000019")), Value(int64_t{1}));
}

TEST(ValueText, RefusesWhatDoesNotFit) {
  const struct {
    Type type;
    const char* text;
    const char* expected;
  } cases[] = {
      {Of(TypeKind::kBoolean), "1", "true or false"},
      {Of(TypeKind::kBoolean), "", "true or false"},
      {Of(TypeKind::kInt), "2147483648", "an integer of 32 bits"},
      {Of(TypeKind::kInt), "1.0", "an integer of 32 bits"},
      {Of(TypeKind::kInt), "+-1", "an integer of 32 bits"},
      {Of(TypeKind::kInt), " 1", "an integer of 32 bits"},
      {Of(TypeKind::kInt), "", "an integer of 32 bits"},
      {Of(TypeKind::kLong), "9223372036854775808", "an integer of 64 bits"},
      {Of(TypeKind::kFloat), "1e39", "a number of float's range"},
      {Of(TypeKind::kDouble), "1e999", "a number of double's range"},
      {Of(TypeKind::kDouble), "nan(1)", "a number of double's range"},
      {Of(TypeKind::kDouble), "+-1", "a number of double's range"},
      {Of(TypeKind::kDouble), "1,5", "a number of double's range"},
      {Type::Decimal(3, 2), "10", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), "1.505", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), "1e1", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), "1.2.3", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), ".", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), "-", "a number that fits decimal(3,2)"},
      {Type::Decimal(3, 2), "", "a number that fits decimal(3,2)"},
      {Type::Decimal(38, 0), "100000000000000000000000000000000000000",
       "a number that fits decimal(38,0)"},
      {Of(TypeKind::kDate), "2026-02-29", "a date like 2026-11-21"},
      {Of(TypeKind::kDate), "2026-13-01", "a date like 2026-11-21"},
      {Of(TypeKind::kDate), "26-11-21", "a date like 2026-11-21"},
      {Of(TypeKind::kDate), "2026-11-21T", "a date like 2026-11-21"},
      {Of(TypeKind::kDate), "9999999-01-01", "a date like 2026-11-21"},
      {Of(TypeKind::kTime), "24:00", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTime), "08:60", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTime), "08:48:60", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTime), "08:48:41.", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTime), "08:48:41.1234567890", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTime), "08:48Z", "a time like 08:48:41.954871"},
      {Of(TypeKind::kTimestamp), "2026-11-21T", "a timestamp like 2026-11-21T08:48:41.954871"},
      {Of(TypeKind::kTimestamp), "2026-11-21T08", "a timestamp like 2026-11-21T08:48:41.954871"},
      {Of(TypeKind::kTimestamp), "1795250921", "a timestamp like 2026-11-21T08:48:41.954871"},
      {Of(TypeKind::kTimestampTz), "2026-11-21T08:48+24:00",
       "a timestamp like 2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kTimestampTz), "2026-11-21T08:48+1",
       "a timestamp like 2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kTimestampTz),
       "2026-11-21T08:48+01:", "a timestamp like 2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kTimestampTz), "2026-11-21T08:48Z ",
       "a timestamp like 2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kTimestampTz), "300000-01-01T00:00Z",
       "a timestamp like 2026-11-21T08:48:41.954871Z"},
      {Of(TypeKind::kUuid), "f79c3e09677c4bbda4793f349cb785e7",
       "a uuid like f79c3e09-677c-4bbd-a479-3f349cb785e7"},
      {Of(TypeKind::kUuid), "f79c3e09-677c-4bbd-a479-3f349cb785eg",
       "a uuid like f79c3e09-677c-4bbd-a479-3f349cb785e7"},
      {Type::Fixed(4), "AP8Q", "4 bytes as base64"},
  };
  for (const auto& [type, text, expected] : cases) {
    EXPECT_EQ(Failure(FromText(type, text)),
              Format("invalid: expected {}, found '{}'", expected, text));
  }
  EXPECT_FALSE(FromText(Of(TypeKind::kString), "\xFF"));
  EXPECT_FALSE(FromText(Of(TypeKind::kBinary), "?"));
  EXPECT_EQ(Failure(FromText(Type::Struct({MakeField("a", Of(TypeKind::kInt))}), "1")),
            "invalid: expected a primitive type; struct<a:int> has no single values");
}

TEST(ValueText, NoPrefixOfATimestampIsReadAsAnotherMoment) {
  const std::string text = "2026-11-21T08:48:41.954871+01:00";
  for (size_t length = 0; length < text.size(); ++length) {
    const auto value = FromText(Of(TypeKind::kTimestampTz), text.substr(0, length));
    const bool whole_piece = length == 10 || length == 16 || length == 19 ||
                             (length >= 21 && length <= 26) || length == 29;
    EXPECT_EQ(value.has_value(), whole_piece) << text.substr(0, length);
  }
}

TEST(ValueText, CutsLongTextsInMessages) {
  EXPECT_EQ(Failure(FromText(Of(TypeKind::kInt), std::string(1000, 'x'))),
            "invalid: expected an integer of 32 bits, found '" + std::string(60, 'x') + "…'");
}

}  // namespace
}  // namespace tarn::schema
