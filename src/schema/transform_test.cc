#include <limits>

#include "schema/declaration.h"
#include "schema/partition.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

constexpr int64_t kHour = 3'600'000'000;
constexpr int64_t kDay = 24 * kHour;

TEST(Transform, TextGoesBothWays) {
  const struct {
    Transform transform;
    const char* text;
  } cases[] = {{{TransformKind::kIdentity, 0}, "identity"},
               {{TransformKind::kYear, 0}, "year"},
               {{TransformKind::kMonth, 0}, "month"},
               {{TransformKind::kDay, 0}, "day"},
               {{TransformKind::kHour, 0}, "hour"},
               {{TransformKind::kBucket, 16}, "bucket[16]"},
               {{TransformKind::kTruncate, 2'147'483'647}, "truncate[2147483647]"},
               {{TransformKind::kVoid, 0}, "void"}};
  for (const auto& [transform, text] : cases) {
    EXPECT_EQ(TransformText(transform), text);
    EXPECT_EQ(Need(ParseTransform(text)), transform);
  }
}

TEST(Transform, OfAnotherTextIsRefusedByName) {
  EXPECT_EQ(Failure(ParseTransform("zorder")),
            "unsupported: partition transform 'zorder'; known: identity, year, month, day, hour, "
            "bucket[N], truncate[N], void");
  for (const char* text :
       {"", "Day", "day[1]", "bucket", "bucket[", "bucket[]", "bucket[0]", "bucket[-1]", "bucket[1",
        "bucket[1]x", "bucket[ 1]", "truncate[1,2]", "bucket[2147483648]"}) {
    EXPECT_FALSE(ParseTransform(text)) << text;
  }
}

struct Applied {
  Transform transform;
  Type type;
  Value value;
  Value result;
};

void ExpectApplied(const std::vector<Applied>& cases) {
  for (const auto& [transform, type, value, result] : cases) {
    EXPECT_EQ(Apply(transform, type, value), result)
        << TransformText(transform) << " of " << ToText(type, value);
  }
}

TEST(Transform, CalendarUnitsCountFrom1970AndFloor) {
  const Transform year{TransformKind::kYear, 0}, month{TransformKind::kMonth, 0};
  const Transform day{TransformKind::kDay, 0}, hour{TransformKind::kHour, 0};
  const Type date = Of(TypeKind::kDate), timestamp = Of(TypeKind::kTimestamp);
  const Type timestamptz = Of(TypeKind::kTimestampTz);
  ExpectApplied({
      {year, date, int32_t{0}, int32_t{0}},
      {year, date, int32_t{-1}, int32_t{-1}},
      {year, date, int32_t{17501}, int32_t{47}},  // 2017-12-01, of the spec
      {month, date, int32_t{17501}, int32_t{575}},
      {month, date, int32_t{-1}, int32_t{-1}},
      {month, date, int32_t{-32}, int32_t{-2}},
      {day, date, int32_t{17501}, int32_t{17501}},
      {year, timestamp, int64_t{-1}, int32_t{-1}},
      {month, timestamp, int64_t{-1}, int32_t{-1}},
      {day, timestamp, int64_t{-1}, int32_t{-1}},
      {hour, timestamp, int64_t{-1}, int32_t{-1}},
      {day, timestamp, -kDay, int32_t{-1}},
      {day, timestamp, -kDay - 1, int32_t{-2}},
      {day, timestamptz, kDay - 1, int32_t{0}},
      {hour, timestamptz, 5 * kHour, int32_t{5}},
      {hour, timestamptz, -5 * kHour, int32_t{-5}},
      {hour, timestamptz, 17501 * kDay + 10 * kHour + 1, int32_t{420034}},
  });
}

TEST(Transform, BucketsHashAsTheSpecSays) {
  const auto hash = [](const Type& type, const Value& value) {
    const auto raw = static_cast<uint32_t>(
        std::get<int32_t>(Apply({TransformKind::kBucket, 1 << 30}, type, value)));
    return raw;  // the low 30 bits of the hash
  };
  const struct {
    Type type;
    Value value;
    int32_t hash;
  } cases[] = {
      {Of(TypeKind::kInt), int32_t{34}, 2017239379},
      {Of(TypeKind::kLong), int64_t{34}, 2017239379},
      {Type::Decimal(4, 2), Int128{1420}, -500754589},
      {Of(TypeKind::kDate), int32_t{17486}, -653330422},
      {Of(TypeKind::kTime), int64_t{81'068'000'000}, -662762989},
      {Of(TypeKind::kTimestamp), int64_t{1'510'871'468'000'000}, -2047944441},
      {Of(TypeKind::kTimestampTz), int64_t{1'510'871'468'000'000}, -2047944441},
      {Of(TypeKind::kString), std::string("iceberg"), 1210000089},
      {Of(TypeKind::kUuid),
       std::string("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"), 1488055340},
      {Type::Fixed(4), std::string("\0\1\2\3", 4), -188683207},
      {Of(TypeKind::kBinary), std::string("\0\1\2\3", 4), -188683207},
  };
  for (const auto& [type, value, expected] : cases) {
    const uint32_t bits = static_cast<uint32_t>(expected) & 0x7FFFFFFF;
    EXPECT_EQ(hash(type, value), bits % (1u << 30)) << HiveTypeText(type);
    EXPECT_EQ(Apply({TransformKind::kBucket, 16}, type, value),
              Value(static_cast<int32_t>(bits % 16)));
  }
}

TEST(Transform, TruncateCutsTextsAndFloorsNumbers) {
  const Transform by_10{TransformKind::kTruncate, 10}, by_3{TransformKind::kTruncate, 3};
  const auto text = [](const char* value) { return Value(std::string(value)); };
  const Type string = Of(TypeKind::kString);
  ExpectApplied({
      {by_10, Of(TypeKind::kInt), int32_t{1}, int32_t{0}},
      {by_10, Of(TypeKind::kInt), int32_t{-1}, int32_t{-10}},
      {by_10, Of(TypeKind::kInt), int32_t{-10}, int32_t{-10}},
      {by_10, Of(TypeKind::kLong), int64_t{-11}, int64_t{-20}},
      {by_10, Of(TypeKind::kLong), std::numeric_limits<int64_t>::max(),
       int64_t{9'223'372'036'854'775'800}},
      {by_10, Of(TypeKind::kInt), std::numeric_limits<int32_t>::min(), int32_t{2147483646}},
      {{TransformKind::kTruncate, 50}, Type::Decimal(4, 2), Int128{1065}, Int128{1050}},
      {{TransformKind::kTruncate, 50}, Type::Decimal(4, 2), Int128{-1}, Int128{-50}},
      {by_3, string, text("iceberg"), text("ice")},
      {by_3, string, text("ic"), text("ic")},
      {by_3, string, text(""), text("")},
      {by_3, string, text("größe"), text("grö")},
      {by_3, string, text("日本語です"), text("日本語")},
      {by_3, Of(TypeKind::kBinary), text("größe"), text("gr\xC3")},
  });
}

TEST(Transform, KeepsNullsAndIdentityKeepsAll) {
  for (const TransformKind kind : {TransformKind::kIdentity, TransformKind::kDay,
                                   TransformKind::kBucket, TransformKind::kVoid}) {
    EXPECT_TRUE(IsNull(Apply({kind, 4}, Of(TypeKind::kTimestamp), Value())));
  }
  EXPECT_EQ(Apply({}, Of(TypeKind::kDouble), 1.5), Value(1.5));
  EXPECT_TRUE(IsNull(Apply({TransformKind::kVoid, 0}, Of(TypeKind::kDouble), 1.5)));
}

TEST(Transform, GivesTypes) {
  const Type timestamp = Of(TypeKind::kTimestamp), decimal = Type::Decimal(9, 2);
  EXPECT_EQ(Need(TransformedType({TransformKind::kIdentity, 0}, decimal)), decimal);
  EXPECT_EQ(Need(TransformedType({TransformKind::kTruncate, 3}, decimal)), decimal);
  EXPECT_EQ(Need(TransformedType({TransformKind::kDay, 0}, timestamp)), Of(TypeKind::kDate));
  for (const TransformKind kind : {TransformKind::kYear, TransformKind::kMonth,
                                   TransformKind::kHour, TransformKind::kBucket}) {
    EXPECT_EQ(Need(TransformedType({kind, 4}, timestamp)), Of(TypeKind::kInt));
  }
}

TEST(Transform, RefusesTypesItDoesNotTake) {
  EXPECT_EQ(Failure(TransformedType({TransformKind::kDay, 0}, Of(TypeKind::kString))),
            "invalid: day takes date, timestamp and timestamptz, not string");
  EXPECT_EQ(Failure(TransformedType({TransformKind::kHour, 0}, Of(TypeKind::kDate))),
            "invalid: hour takes timestamp and timestamptz, not date");
  EXPECT_EQ(Failure(TransformedType({TransformKind::kIdentity, 0},
                                    Type::List(MakeField("", Of(TypeKind::kInt))))),
            "invalid: identity takes every type but struct, array and map, not array<int>");
  for (const TypeKind kind : {TypeKind::kBoolean, TypeKind::kFloat, TypeKind::kDouble}) {
    EXPECT_FALSE(TransformedType({TransformKind::kBucket, 4}, Of(kind)));
    EXPECT_FALSE(TransformedType({TransformKind::kTruncate, 4}, Of(kind)));
    EXPECT_TRUE(TransformedType({TransformKind::kIdentity, 0}, Of(kind)));
  }
  for (const TypeKind kind : {TypeKind::kDate, TypeKind::kTime, TypeKind::kUuid}) {
    EXPECT_TRUE(TransformedType({TransformKind::kBucket, 4}, Of(kind)));
    EXPECT_FALSE(TransformedType({TransformKind::kTruncate, 4}, Of(kind)));
  }
}

}  // namespace
}  // namespace tarn::schema
