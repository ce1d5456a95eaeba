#include "query/cell_text.h"

#include <arrow/array.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/builder_binary.h>
#include <arrow/extension/uuid.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/json.h"
#include "query/query_testing.h"

namespace tarn::query {
namespace {

template <class Append>
std::string Joined(const arrow::Array& values, const Append& append) {
  std::string text;
  for (int64_t row = 0; row < values.length(); ++row) {
    if (row > 0) text += ' ';
    append(values, row, &text);
  }
  return text;
}

std::string AsPage(const arrow::Array& values) {
  return Joined(values, [](const arrow::Array& array, int64_t row, std::string* out) {
    AppendJson(array, row, out, JsonForm::kPage);
  });
}

std::string AsPlain(const arrow::Array& values) { return Joined(values, AppendPlain); }

std::string PageCell(const std::shared_ptr<arrow::DataType>& type, const std::string& bytes) {
  arrow::StringBuilder strings;
  arrow::BinaryBuilder binaries;
  auto& builder = type->id() == arrow::Type::STRING ? strings : binaries;
  EXPECT_TRUE(builder.Append(bytes).ok());
  std::string text;
  AppendPageCell(**builder.Finish(), 0, &text);
  return text;
}

TEST(PageForm, HasOnlyIntegersThatADoubleHolds) {
  EXPECT_EQ(AsPage(*Values(arrow::int64(),
                           "[9007199254740991, 9007199254740992, "
                           "-9007199254740991, -9007199254740992, null]")),
            R"(9007199254740991 "9007199254740992" -9007199254740991 "-9007199254740992" null)");
  EXPECT_EQ(AsPage(*Values(arrow::uint64(), "[1, 18446744073709551615]")),
            R"(1 "18446744073709551615")");
  EXPECT_EQ(AsPage(*Values(arrow::decimal128(38, 0), R"(["6", "9007199254740992"])")),
            R"(6 "9007199254740992")");
  EXPECT_EQ(AsPage(*Values(arrow::decimal128(9, 2), R"(["6.00"])")), R"("6.00")");
  EXPECT_EQ(AsPage(*Values(arrow::list(arrow::int64()), "[[1, 9007199254740993]]")),
            R"([1,"9007199254740993"])");
}

TEST(PageForm, HasTimesWithSixDigits) {
  const auto utc = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  EXPECT_EQ(AsPage(*Values(utc, "[0, -1, null]")),
            R"("1970-01-01T00:00:00.000000Z" "1969-12-31T23:59:59.999999Z" null)");
  EXPECT_EQ(AsPage(*Values(arrow::timestamp(arrow::TimeUnit::MICRO), "[1500000]")),
            R"("1970-01-01T00:00:01.500000")");
  EXPECT_EQ(AsPage(*Values(utc, "[9223372036854775807, -9223372036854775807]")),
            R"("infinity" "-infinity")");
  EXPECT_EQ(AsPage(*Values(utc, "[-9223372036854775808]")), R"("-290308-12-21T19:59:05.224192Z")");
}

TEST(PageForm, SaysThatBytesAreBase64) {
  EXPECT_EQ(AsPage(*Values(arrow::binary(), R"(["hi", "", null])")),
            R"({"base64":"aGk="} {"base64":""} null)");
  EXPECT_EQ(AsPage(*Values(arrow::fixed_size_binary(2), R"(["hi"])")), R"({"base64":"aGk="})");
  EXPECT_EQ(
      AsPage(*Values(arrow::struct_({arrow::field("b", arrow::binary())}), R"([{"b": "hi"}])")),
      R"({"b":{"base64":"aGk="}})");
}

TEST(PageForm, KnowsNoNaN) {
  EXPECT_EQ(AsPage(*Values(arrow::float64(), "[NaN, Inf, -0.0]")), "null null -0.0");
}

TEST(CellText, FindsValuesBehindUnionsAndDictionaries) {
  const auto either =
      arrow::dense_union({arrow::field("n", arrow::int64()), arrow::field("s", arrow::utf8())});
  const auto values = Values(either, R"([[0, 7], [1, "a"], [0, null]])");
  EXPECT_EQ(AsPage(*values), R"(7 "a" null)");
  EXPECT_EQ(AsPlain(*values), "7 a NULL");
  const auto coded = arrow::json::DictArrayFromJSONString(
      arrow::dictionary(arrow::int8(), arrow::utf8()), "[1, null, 0]", R"(["a", null])");
  ASSERT_TRUE(coded.ok()) << coded.status().ToString();
  EXPECT_EQ(AsPage(**coded), R"(null null "a")");
}

TEST(CellText, WritesUuidsInGroups) {
  const auto bytes = Values(arrow::fixed_size_binary(16), R"(["0123456789abcdef"])");
  const auto uuids = arrow::ExtensionType::WrapArray(arrow::extension::uuid(), bytes);
  EXPECT_EQ(AsPage(*uuids), R"("30313233-3435-3637-3839-616263646566")");
  EXPECT_EQ(AsPlain(*uuids), "30313233-3435-3637-3839-616263646566");
}

TEST(PlainText, IsForPeople) {
  EXPECT_EQ(AsPlain(*Values(arrow::float64(), "[NaN, Inf, -Inf, 3, null]")),
            "nan inf -inf 3.0 NULL");
  EXPECT_EQ(AsPlain(*Values(arrow::utf8(), R"(["a \"b\"", ""])")), "a \"b\" ");
  EXPECT_EQ(AsPlain(*Values(arrow::binary(), R"(["hi"])")), "aGk=");
  EXPECT_EQ(AsPlain(*Values(arrow::list(arrow::utf8()), R"([["a", null]])")), R"(["a",null])");
  EXPECT_EQ(AsPlain(*Values(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[1500000]")),
            "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(AsPlain(*Values(arrow::timestamp(arrow::TimeUnit::NANO), "[-9223372036854775808]")),
            "1677-09-21T00:12:43.145224192");
}

TEST(PageCell, IsWholeUpToItsLimit) {
  const std::string most(kPageCellBytesMax, 'x');
  EXPECT_EQ(PageCell(arrow::utf8(), most), "\"" + most + "\"");
  EXPECT_EQ(PageCell(arrow::utf8(), most + "y"),
            Format(R"({{"cut":"{}","bytes":{}}})", most, kPageCellBytesMax + 1));
  EXPECT_FALSE(Json::Parse(PageCell(arrow::binary(), most))->Find("bytes"));
  const Json cut = *Json::Parse(PageCell(arrow::binary(), most + "y"));
  EXPECT_EQ(cut.Find("base64")->as_string(),
            Json::Parse(PageCell(arrow::binary(), most))->Find("base64")->as_string());
  EXPECT_EQ(*cut.GetInt("bytes"), static_cast<int64_t>(kPageCellBytesMax) + 1);
}

TEST(PageCell, IsNotCutInsideACharacter) {
  for (const std::string character : {"ä", "€", "😀"}) {
    for (size_t before = 1; before <= character.size(); ++before) {
      const std::string start(kPageCellBytesMax - before, 'x');
      const Json cell = *Json::Parse(PageCell(arrow::utf8(), start + character + "end"));
      EXPECT_EQ(cell.Find("cut")->as_string(),
                before == character.size() ? start + character : start)
          << character << " with " << before << " bytes inside";
    }
  }
}

TEST(PageCell, OfANestedValueIsTheStartOfItsJson) {
  std::string items;
  for (int i = 0; i < 20'000; ++i) items += items.empty() ? "1000" : ", 1000";
  const auto lists = Values(arrow::list(arrow::int32()), "[[" + items + "], [1]]");
  std::string text;
  AppendPageCell(*lists, 0, &text);
  const Json cell = *Json::Parse(text);
  EXPECT_EQ(*cell.GetInt("bytes"), 100'001);
  EXPECT_EQ(cell.Find("cut")->as_string().size(), kPageCellBytesMax);
  EXPECT_TRUE(cell.Find("cut")->as_string().starts_with("[1000,1000,"));
  text = "before ";
  AppendPageCell(*lists, 1, &text);
  EXPECT_EQ(text, "before [1]");
}

TEST(CellText, NamesAColumnThatHasNoText) {
  EXPECT_TRUE(CheckHasText(*arrow::field("c", arrow::list(arrow::utf8()))));
  const auto refused =
      CheckHasText(*arrow::field("c", arrow::struct_({arrow::field("d", arrow::float16())})));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(),
            "column 'c' of type struct<d: halffloat> cannot be shown as text: CAST it to VARCHAR");
}

TEST(CellText, PutsNumbersOnTheRight) {
  for (const auto& type : {arrow::int8(), arrow::uint64(), arrow::float32(),
                           std::shared_ptr<arrow::DataType>(arrow::decimal128(9, 2))}) {
    EXPECT_TRUE(IsNumber(*type)) << type->ToString();
  }
  for (const auto& type : {arrow::boolean(), arrow::utf8(), arrow::date32(), arrow::float16()}) {
    EXPECT_FALSE(IsNumber(*type)) << type->ToString();
  }
}

}  // namespace
}  // namespace tarn::query
