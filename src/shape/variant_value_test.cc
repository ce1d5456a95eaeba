// Bytes of VARIANT, against some that were made by hand from the specification's words.
#include "shape/variant_value.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "shape/json_reader.h"
#include "shape/variant_testing.h"

namespace tarn::shape {
namespace {

struct Encoded {
  std::string metadata;
  std::string value;
};

/// The member `v` of `{"v":…}`.
Encoded Encode(std::string_view json) {
  JsonReader reader;
  const std::string record = "{\"v\":" + std::string(json) + "}";
  const JsonDocument* const document = reader.Read(record);
  EXPECT_NE(document, nullptr) << record;
  VariantValue value;
  value.Read(*document, 2);
  Encoded encoded;
  encoded.metadata.resize(value.names().metadata_bytes());
  value.names().WriteMetadata(encoded.metadata.data());
  encoded.value.resize(value.Measure(2));
  value.Write(2, encoded.value.data());
  return encoded;
}

std::string ValueHex(std::string_view json) { return ToHex(Encode(json).value); }

TEST(VariantValue, ScalarsAreWrittenInTheFewestBytes) {
  EXPECT_EQ(ToHex(Encode("1").metadata), "110000") << "version 1, sorted, no names";
  EXPECT_EQ(ValueHex("null"), "00");
  EXPECT_EQ(ValueHex("true"), "04");
  EXPECT_EQ(ValueHex("false"), "08");
  EXPECT_EQ(ValueHex("34"), "0c22");
  EXPECT_EQ(ValueHex("-128"), "0c80");
  EXPECT_EQ(ValueHex("128"), "108000");
  EXPECT_EQ(ValueHex("-32769"), "14ff7fffff");
  EXPECT_EQ(ValueHex("2147483648"), "180000008000000000");
  EXPECT_EQ(ValueHex("-9223372036854775808"), "180000000000000080");
  EXPECT_EQ(ValueHex("1.5"), "1c000000000000f83f");
  EXPECT_EQ(ValueHex("5.0"), "1c0000000000001440") << "a fraction makes a double, also of zeros";
  EXPECT_EQ(ValueHex("\"n/a\""), "0d6e2f61") << "3 << 2 | 1";
  EXPECT_EQ(ValueHex("\"\""), "01");
}

TEST(VariantValue, IntegersBeyond64BitsAreDecimalsUpTo38Digits) {
  EXPECT_EQ(ValueHex("9223372036854775808"),
            "2800"
            "0000000000000080"
            "0000000000000000");
  EXPECT_EQ(ValueHex("-9223372036854775809"),
            "2800"
            "ffffffffffffff7f"
            "ffffffffffffffff");
  const std::string digits(38, '9');
  EXPECT_EQ(Encode(digits).value.size(), 18);
  EXPECT_EQ(Encode(digits + "9").value.size(), 9) << "a double";
}

TEST(VariantValue, ANumberThatNoDoubleHoldsKeepsItsText) {
  EXPECT_EQ(ValueHex("1e400"), "15" + ToHex("1e400"));
  EXPECT_EQ(ValueHex("-1e400"), "19" + ToHex("-1e400"));
  EXPECT_EQ(ValueHex("1e-400"), "1c0000000000000000");
}

TEST(VariantValue, StringsOver63BytesHaveTheirLengthInFrontOfThem) {
  EXPECT_EQ(ValueHex('"' + std::string(63, 'x') + '"').substr(0, 4), "fd78");
  EXPECT_EQ(ValueHex('"' + std::string(64, 'x') + '"').substr(0, 12), "404000000078");
  EXPECT_EQ(ValueHex(R"("\u00e9\n")"),
            "0d"
            "c3a90a")
      << "escapes are undone";
}

TEST(VariantValue, ArraysHaveOffsets) {
  EXPECT_EQ(ValueHex("[]"),
            "03"
            "00"
            "00");
  EXPECT_EQ(ValueHex("[1,null,\"a\"]"),
            "03"
            "03"
            "00020305"
            "0c01"
            "00"
            "0561");
  // 256 elements: the count has four bytes; 512 bytes of values: the offsets have two.
  std::string many = "[1";
  for (int i = 1; i < 256; ++i) many += ",1";
  const std::string hex = ValueHex(many + "]");
  EXPECT_EQ(hex.substr(0, 18),
            "17"
            "00010000"
            "0000"
            "0200");
  EXPECT_EQ(hex.size(), 2 * (1 + 4 + 257 * 2 + 512));
}

TEST(VariantValue, ObjectsHaveTheirMembersInTheOrderOfNames) {
  const Encoded encoded = Encode(R"({"c":3,"b":"2","a":{"b":null}})");
  EXPECT_EQ(ToHex(encoded.metadata),
            "11"
            "03"
            "00010203"
            "616263");
  EXPECT_EQ(ToHex(encoded.value),
            "02"
            "03"
            "000102"
            "0006080a"
            "02010100"
            "0100"
            "0532"
            "0c03");
  EXPECT_EQ(ValueHex("{}"),
            "02"
            "00"
            "00");
}

TEST(VariantValue, TheLastOfMembersWithOneNameCounts) {
  const Encoded encoded = Encode(R"({"a":1,"b":2,"\u0061":3})");
  EXPECT_EQ(VariantText(encoded.metadata, encoded.value), "{a:3,b:2}");
}

TEST(VariantValue, NamesAreOrderedAsBytes) {
  const Encoded encoded = Encode(R"({"z":1,"\u00e9":2,"Z":3,"":4,"zz":5})");
  EXPECT_EQ(ToHex(encoded.metadata),
            "11"
            "05"
            "000001020406"
            "5a"
            "7a"
            "7a7a"
            "c3a9");
  EXPECT_EQ(VariantText(encoded.metadata, encoded.value), "{:4,Z:3,z:1,zz:5,\xc3\xa9:2}");
}

TEST(VariantValue, ManyAndLongNamesTakeWiderNumbers) {
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) {
    many += (i > 0 ? "," : "") + ('"' + std::string(300, 'n') + std::to_string(i)) +
            "\":" + std::to_string(i);
  }
  many += "}";
  const Encoded encoded = Encode(many);
  EXPECT_EQ(static_cast<unsigned char>(encoded.metadata[0]), 0x91) << "offsets of 3 bytes";
  EXPECT_EQ(encoded.value[0], 2 | (1 << 4 | 1 << 2 | 1) << 2) << "large, 2 and 2 bytes";
  EXPECT_EQ(VariantText(encoded.metadata, encoded.value), JsonVariantText("{\"v\":" + many + "}"));
}

TEST(VariantValue, NestingToTheLimitIsWritten) {
  const std::string deep = std::string(49, '[') + R"({"a":)" + std::string(49, '[') +
                           std::string(49, ']') + "}" + std::string(49, ']');
  const Encoded encoded = Encode(deep);
  EXPECT_EQ(VariantText(encoded.metadata, encoded.value), JsonVariantText("{\"v\":" + deep + "}"));
}

TEST(VariantValue, MembersCanBeWrittenWithoutTheOthers) {
  JsonReader reader;
  const JsonDocument* const document = reader.Read(R"({"v":{"c":[7],"b":1,"a":2,"c":3}})");
  ASSERT_NE(document, nullptr);
  VariantValue value;
  value.Read(*document, 2);
  std::vector<uint32_t> members = {99, 3, 8, 10};  // what lies below `from`; c, a, c
  ASSERT_EQ(document->text(8), "a");
  ASSERT_EQ(document->text(10), "c");
  std::string bytes(value.MeasureMembers(&members, 1), '\0');
  ASSERT_EQ(members, (std::vector<uint32_t>{99, 8, 10}));
  value.WriteMembers(std::span(members).subspan(1), bytes.size(), bytes.data());
  EXPECT_EQ(ToHex(bytes),
            "02"
            "02"
            "0002"
            "000204"
            "0c02"
            "0c03");
}

}  // namespace
}  // namespace tarn::shape
