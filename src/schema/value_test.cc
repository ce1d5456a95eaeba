#include "schema/value.h"

#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "schema/schema_testing.h"

namespace tarn::schema {
namespace {

struct Serialised {
  Type type;
  Value value;
  const char* hex;
};

std::vector<Serialised> SerialisedValues() {
  const Int128 large = Int128{1'000'000'000'000'000'000} * 1'000'000'000;
  return {
      {Of(TypeKind::kBoolean), true, "01"},
      {Of(TypeKind::kBoolean), false, "00"},
      {Of(TypeKind::kInt), int32_t{34}, "22000000"},
      {Of(TypeKind::kInt), int32_t{-1}, "ffffffff"},
      {Of(TypeKind::kDate), int32_t{17486}, "4e440000"},
      {Of(TypeKind::kLong), int64_t{34}, "2200000000000000"},
      {Of(TypeKind::kTime), int64_t{1}, "0100000000000000"},
      {Of(TypeKind::kTimestamp), int64_t{-2}, "feffffffffffffff"},
      {Of(TypeKind::kTimestampTz), int64_t{1'000'000}, "40420f0000000000"},
      {Of(TypeKind::kFloat), 1.0f, "0000803f"},
      {Of(TypeKind::kDouble), 1.0, "000000000000f03f"},
      {Of(TypeKind::kString), std::string("grün"), "6772c3bc6e"},
      {Of(TypeKind::kString), std::string(), ""},
      {Of(TypeKind::kBinary), std::string("\0\xFF", 2), "00ff"},
      {Type::Fixed(2), std::string("ab"), "6162"},
      {Of(TypeKind::kUuid), std::string("0123456789abcdef"), "30313233343536373839616263646566"},
      {Type::Decimal(4, 2), Int128{1420}, "058c"},
      {Type::Decimal(4, 2), Int128{0}, "00"},
      {Type::Decimal(4, 2), Int128{127}, "7f"},
      {Type::Decimal(4, 2), Int128{128}, "0080"},
      {Type::Decimal(4, 2), Int128{-1}, "ff"},
      {Type::Decimal(4, 2), Int128{-128}, "80"},
      {Type::Decimal(4, 2), Int128{-129}, "ff7f"},
      {Type::Decimal(38, 0), large, "033b2e3c9fd0803ce8000000"},
      {Type::Decimal(38, 0), -large, "fcc4d1c3602f7fc318000000"},
  };
}

TEST(IcebergBytes, AreAsTheSpecSays) {
  for (const auto& [type, value, hex] : SerialisedValues()) {
    EXPECT_EQ(ToHex(ToIcebergBytes(type, value)), hex);
    EXPECT_EQ(Need(FromIcebergBytes(type, ToIcebergBytes(type, value))), value) << hex;
  }
}

TEST(IcebergBytes, OfAnotherLengthAreRefused) {
  for (const auto& [type, value, hex] : SerialisedValues()) {
    const bool any_length = type.kind == TypeKind::kString || type.kind == TypeKind::kBinary;
    if (any_length || type.kind == TypeKind::kDecimal) continue;
    const std::string bytes = ToIcebergBytes(type, value);
    EXPECT_EQ(Failure(FromIcebergBytes(type, bytes + "x")).substr(0, 8), "corrupt:");
    EXPECT_FALSE(FromIcebergBytes(type, bytes.substr(1)));
    EXPECT_FALSE(FromIcebergBytes(type, ""));
  }
  EXPECT_EQ(Failure(FromIcebergBytes(Type::Decimal(4, 2), "")),
            "corrupt: a serialised decimal has 0 bytes, expected 1 to 16");
  EXPECT_FALSE(FromIcebergBytes(Type::Decimal(38, 2), std::string(17, '\0')));
  EXPECT_FALSE(FromIcebergBytes(Type::Struct({}), ""));
}

TEST(IcebergBytes, OfAColumnThatWasWidenedStillRead) {
  const std::string of_int = ToIcebergBytes(Of(TypeKind::kInt), int32_t{-7});
  EXPECT_EQ(Need(FromIcebergBytes(Of(TypeKind::kLong), of_int)), Value(int64_t{-7}));
  const std::string of_float = ToIcebergBytes(Of(TypeKind::kFloat), 0.5f);
  EXPECT_EQ(Need(FromIcebergBytes(Of(TypeKind::kDouble), of_float)), Value(0.5));
}

TEST(IcebergBytes, KeepTheSignOfZero) {
  EXPECT_EQ(ToHex(ToIcebergBytes(Of(TypeKind::kDouble), -0.0)), "0000000000000080");
}

TEST(Compare, OrdersValuesOfOneType) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<Value>> ascending = {
      {Value(), Value(false), Value(true)},
      {Value(), Value(std::numeric_limits<int32_t>::min()), Value(int32_t{-1}), Value(int32_t{0})},
      {Value(), Value(std::numeric_limits<int64_t>::min()), Value(int64_t{7}),
       Value(std::numeric_limits<int64_t>::max())},
      {Value(), Value(-infinity), Value(-1.5), Value(0.0), Value(infinity), Value(nan)},
      {Value(), Value(-1.5f), Value(0.0f), Value(static_cast<float>(nan))},
      {Value(), Value(std::string()), Value(std::string("a")), Value(std::string("ab")),
       Value(std::string("b")), Value(std::string("\xC3\xA4"))},
      {Value(), Value(Int128{-1} << 100), Value(Int128{0}), Value(Int128{1} << 100)},
  };
  for (const std::vector<Value>& values : ascending) {
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t j = 0; j < values.size(); ++j) {
        EXPECT_EQ(Compare(values[i], values[j]), i < j ? -1 : (j < i ? 1 : 0)) << i << " " << j;
      }
    }
  }
}

TEST(Compare, TakesBothZerosAsOne) {
  EXPECT_EQ(Compare(-0.0, 0.0), 0);
  EXPECT_EQ(Compare(0.0f, -0.0f), 0);
  EXPECT_EQ(Compare(std::nan("1"), -std::nan("2")), 0);
}

TEST(CompareDeathTest, OfTwoTypesIsABug) {
  EXPECT_DEATH(Compare(int32_t{1}, int64_t{1}), "values of one type are compared");
}

}  // namespace
}  // namespace tarn::schema
