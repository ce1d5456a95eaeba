#include "query/result_text.h"

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "query/query_testing.h"
#include "query/table_text_internal.h"
#include "query/text_width.h"

namespace tarn::query {
namespace {

std::shared_ptr<arrow::RecordBatch> OneColumn(const std::shared_ptr<arrow::Array>& values) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("c", values->type())}),
                                  values->length(), {values});
}

std::string Write(ResultFormat format, const arrow::RecordBatch& batch) {
  auto writer = ResultWriter::Make(format, batch.schema());
  Result<std::string> text = writer->Write(batch);
  EXPECT_TRUE(text) << text.error().message();
  return text ? *text + writer->Finish() : text.error().message();
}

/// The values of one column, as NDJSON has them, with spaces between.
std::string AsJson(const std::shared_ptr<arrow::Array>& values) {
  std::string text;
  const std::string lines = Write(ResultFormat::kNdjson, *OneColumn(values));
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    constexpr size_t kBefore = std::string_view(R"({"c":)").size();
    text += (text.empty() ? "" : " ") + lines.substr(at + kBefore, end - at - kBefore - 1);
    at = end + 1;
  }
  return text;
}

TEST(ResultText, WritesEachTypeAsJson) {
  const auto utc = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  const auto plain = arrow::timestamp(arrow::TimeUnit::MICRO);
  struct Case {
    std::shared_ptr<arrow::DataType> type;
    std::string values;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {arrow::boolean(), "[true, false, null]", "true false null"},
      {arrow::int8(), "[-128, 127]", "-128 127"},
      {arrow::int64(), "[-9223372036854775808, 9223372036854775807]",
       "-9223372036854775808 9223372036854775807"},
      {arrow::uint64(), "[18446744073709551615]", "18446744073709551615"},
      {arrow::float64(), "[0.1, 3, -2.5e-300, 1e22, NaN, Inf, -Inf, null]",
       "0.1 3.0 -2.5e-300 1e+22 null null null null"},
      {arrow::float32(), "[0.1, 16777216]", "0.1 16777216.0"},
      {arrow::decimal128(9, 2), R"(["1.50", "-0.05", "1234567.89", null])",
       R"("1.50" "-0.05" "1234567.89" null)"},
      {arrow::decimal128(38, 0), R"(["6", "-9223372036854775808", "9223372036854775808"])",
       R"(6 -9223372036854775808 "9223372036854775808")"},
      {arrow::utf8(), R"(["", "a\"b\\c", "x\ny", "Grüße", null])",
       R"("" "a\"b\\c" "x\ny" "Grüße" null)"},
      {arrow::binary(), R"(["", "abc"])", R"("" "YWJj")"},
      {arrow::date32(), "[0, 19526, -1]", R"("1970-01-01" "2023-06-18" "1969-12-31")"},
      {arrow::time64(arrow::TimeUnit::MICRO), "[0, 52072500000]", R"("00:00:00" "14:27:52.5")"},
      {utc, "[1687098472000000, 1687098472000100, -1]",
       R"("2023-06-18T14:27:52Z" "2023-06-18T14:27:52.0001Z" "1969-12-31T23:59:59.999999Z")"},
      {plain, "[1687098472120000]", R"("2023-06-18T14:27:52.12")"},
      {arrow::timestamp(arrow::TimeUnit::NANO), "[1687098472000000001]",
       R"("2023-06-18T14:27:52.000000001")"},
      {arrow::timestamp(arrow::TimeUnit::SECOND), "[1687098472]", R"("2023-06-18T14:27:52")"},
      {arrow::list(arrow::int32()), "[[1, null, 3], [], null]", "[1,null,3] [] null"},
      {arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())}),
       R"([{"a": 1, "b": "x"}, {"a": null, "b": null}, null])",
       R"({"a":1,"b":"x"} {"a":null,"b":null} null)"},
      {arrow::map(arrow::int64(), arrow::list(arrow::utf8())), R"([[[7, ["x"]], [8, null]], []])",
       R"({"7":["x"],"8":null} {})"},
      {arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["red", null, "blue"])",
       R"("red" null "blue")"},
      {arrow::null(), "[null]", "null"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(AsJson(Values(c.type, c.values)), c.expected) << c.type->ToString();
  }
}

TEST(ResultText, WritesIntervals) {
  using Interval = arrow::MonthDayNanoIntervalType::MonthDayNanos;
  const std::vector<std::pair<Interval, std::string>> cases = {
      {{0, 0, 0}, R"("00:00:00")"},
      {{14, 3, 0}, R"("1 year 2 months 3 days")"},
      {{0, 1, 14'706'500'000'000}, R"("1 day 04:05:06.5")"},
      {{-1, 0, -1'000'000'000}, R"("-1 month -00:00:01")"},
      {{0, 0, std::numeric_limits<int64_t>::min()}, R"("-2562047:47:16.854775808")"},
  };
  for (const auto& [interval, expected] : cases) {
    arrow::MonthDayNanoIntervalBuilder builder;
    ASSERT_TRUE(builder.Append(interval).ok());
    EXPECT_EQ(AsJson(*builder.Finish()), expected);
  }
}

TEST(ResultText, WritesSlicesFromTheirStart) {
  const auto lists = Values(arrow::list(arrow::int32()), "[[1], [2, 3], [4]]")->Slice(1, 1);
  EXPECT_EQ(AsJson(lists), "[2,3]");
  const auto maps =
      Values(arrow::map(arrow::utf8(), arrow::int32()), R"([[["a", 1]], [["b", 2]], [["c", 3]]])")
          ->Slice(2, 1);
  EXPECT_EQ(AsJson(maps), R"({"c":3})");
}

std::shared_ptr<arrow::RecordBatch> People() {
  const auto type =
      arrow::struct_({arrow::field("name", arrow::utf8()), arrow::field("age", arrow::int64()),
                      arrow::field("note", arrow::utf8())});
  const auto rows = Values(type, R"([{"name": "Ann", "age": 7, "note": "a,b"},
                                     {"name": "", "age": null, "note": null},
                                     {"name": "Bo \"B\"", "age": 12345, "note": "two\nlines"}])");
  return *arrow::RecordBatch::FromStructArray(rows);
}

TEST(ResultText, WritesAnArrayWithOneObjectALine) {
  EXPECT_EQ(Write(ResultFormat::kJson, *People()),
            "[\n"
            R"({"name":"Ann","age":7,"note":"a,b"},)"
            "\n"
            R"({"name":"","age":null,"note":null},)"
            "\n"
            R"({"name":"Bo \"B\"","age":12345,"note":"two\nlines"})"
            "\n]\n");
  EXPECT_EQ(Write(ResultFormat::kJson, *People()->Slice(0, 0)), "[]\n");
}

TEST(ResultText, WritesOneArrayOverSeveralBatches) {
  const auto people = People();
  auto writer = ResultWriter::Make(ResultFormat::kJson, people->schema());
  std::string text = *writer->Write(*people->Slice(0, 1));
  text += *writer->Write(*people->Slice(0, 0));
  text += *writer->Write(*people->Slice(1, 2));
  EXPECT_EQ(text + writer->Finish(), Write(ResultFormat::kJson, *people));
}

TEST(ResultText, WritesLinesOfJson) {
  EXPECT_EQ(Write(ResultFormat::kNdjson, *People()->Slice(1, 1)),
            R"({"name":"","age":null,"note":null})"
            "\n");
  EXPECT_EQ(Write(ResultFormat::kNdjson, *People()->Slice(0, 0)), "");
}

TEST(ResultText, NamesMembersOfJsonOnce) {
  const auto one = Values(arrow::int32(), "[1]");
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("a", one->type()), arrow::field("a", one->type()),
                     arrow::field("a_1", one->type())}),
      1, {one, one, one});
  EXPECT_EQ(Write(ResultFormat::kNdjson, *batch), "{\"a\":1,\"a_1\":1,\"a_1_1\":1}\n");
}

TEST(ResultText, WritesCsvWithQuotesWhereNeeded) {
  EXPECT_EQ(Write(ResultFormat::kCsv, *People()),
            "name,age,note\n"
            "Ann,7,\"a,b\"\n"
            "\"\",,\n"
            "\"Bo \"\"B\"\"\",12345,\"two\nlines\"\n");
  EXPECT_EQ(Write(ResultFormat::kCsv, *People()->Slice(0, 0)), "name,age,note\n");
  const auto numbers = Values(arrow::float64(), "[NaN, Inf, -Inf, 1.5, null]");
  EXPECT_EQ(Write(ResultFormat::kCsv, *OneColumn(numbers)), "c\nnan\ninf\n-inf\n1.5\n\n");
}

TEST(ResultText, DrawsATable) {
  EXPECT_EQ(Write(ResultFormat::kTable, *People()),
            "┌────────┬───────┬────────────┐\n"
            "│ name   │   age │ note       │\n"
            "├────────┼───────┼────────────┤\n"
            "│ Ann    │     7 │ a,b        │\n"
            "│        │  NULL │ NULL       │\n"
            "│ Bo \"B\" │ 12345 │ two\\nlines │\n"
            "└────────┴───────┴────────────┘\n");
  EXPECT_EQ(Write(ResultFormat::kTable, *OneColumn(Values(arrow::int32(), "[]"))),
            "┌───┐\n"
            "│ c │\n"
            "├───┤\n"
            "└───┘\n");
}

TEST(ResultText, KeepsTableColumnsAlignedForWideCharacters) {
  EXPECT_EQ(Write(ResultFormat::kTable, *OneColumn(Values(arrow::utf8(), R"(["水", "é", "abc"])"))),
            "┌─────┐\n"
            "│ c   │\n"
            "├─────┤\n"
            "│ 水  │\n"
            "│ é   │\n"
            "│ abc │\n"
            "└─────┘\n");
}

// A table of three columns as it fits a terminal of this width.
std::string Fitted(size_t width_max, size_t* left_out) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const char* name : {"first", "second", "third"}) {
    fields.push_back(arrow::field(name, arrow::utf8()));
    columns.push_back(Values(arrow::utf8(), R"(["a text of some length"])"));
  }
  const auto batch = arrow::RecordBatch::Make(arrow::schema(fields), 1, columns);
  auto writer = ResultWriter::Make(ResultFormat::kTable, batch->schema(), width_max);
  EXPECT_TRUE(writer->Write(*batch));
  std::string text = writer->Finish();
  *left_out = writer->columns_left_out();
  return text;
}

TEST(ResultText, CutsCellsOfATableThatIsWiderThanTheTerminal) {
  size_t left_out = 0;
  EXPECT_EQ(Fitted(50, &left_out),
            "┌───────────────┬───────────────┬───────────────┐\n"
            "│ first         │ second        │ third         │\n"
            "├───────────────┼───────────────┼───────────────┤\n"
            "│ a text of so… │ a text of so… │ a text of so… │\n"
            "└───────────────┴───────────────┴───────────────┘\n");
  EXPECT_EQ(left_out, 0U);
}

TEST(ResultText, LeavesOutColumnsInTheMiddleWhereCuttingIsNotEnough) {
  size_t left_out = 0;
  EXPECT_EQ(Fitted(40, &left_out),
            "┌──────────────┬───┬──────────────┐\n"
            "│ first        │ … │ third        │\n"
            "├──────────────┼───┼──────────────┤\n"
            "│ a text of s… │ … │ a text of s… │\n"
            "└──────────────┴───┴──────────────┘\n");
  EXPECT_EQ(left_out, 1U);
}

TEST(TableLayout, NeverLeavesOutTheFirstAndTheLastColumn) {
  for (const size_t columns : {1U, 2U, 3U, 40U}) {
    const TableLayout layout = FitTable(std::vector<size_t>(columns, 50), 10);
    EXPECT_EQ(layout.left_out, columns > 2 ? columns - 2 : 0) << columns;
    EXPECT_EQ(layout.left_out_from, columns / 2 == 0 ? 0U : 1U) << columns;
  }
  EXPECT_EQ(FitTable({5, 5}, 17).left_out, 0U);
  EXPECT_EQ(FitTable({5, 5}, 17).widths, (std::vector<size_t>{5, 5}));
}

TEST(TextWidth, CutsToTerminalColumns) {
  EXPECT_EQ(CutToWidth("abc", 3), "abc");
  EXPECT_EQ(CutToWidth("abcd", 3), "ab…");
  EXPECT_EQ(CutToWidth("水水水", 4), "水…");
  EXPECT_EQ(CutToWidth("abc", 1), "…");
}

TEST(ResultText, RefusesTypesWithoutText) {
  const auto batch = OneColumn(Values(arrow::float16(), "[1]"));
  auto writer = ResultWriter::Make(ResultFormat::kJson, batch->schema());
  const auto text = writer->Write(*batch);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message(),
            "column 'c' of type halffloat cannot be shown as text: CAST it to VARCHAR");
}

TEST(ResultText, ParsesFormatNames) {
  EXPECT_EQ(*ParseResultFormat("ndjson"), ResultFormat::kNdjson);
  const auto unknown = ParseResultFormat("xml");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message(),
            "unknown output format 'xml': known are table, json, ndjson, csv");
}

TEST(TextWidth, CountsTerminalColumns) {
  EXPECT_EQ(TextWidth(""), 0U);
  EXPECT_EQ(TextWidth("abc"), 3U);
  EXPECT_EQ(TextWidth("Grüße"), 5U);
  EXPECT_EQ(TextWidth("水"), 2U);
  EXPECT_EQ(TextWidth("e\u0301"), 1U);
  EXPECT_EQ(TextWidth("\U0001F600"), 2U);
}

TEST(TextWidth, ShowsOneSafeLine) {
  EXPECT_EQ(ShownText("a\tb\r\n", 200), "a\\tb\\r\\n");
  EXPECT_EQ(ShownText("\x1b[31mred", 200), "\\x1b[31mred");
  EXPECT_EQ(ShownText("a\xff\xc3", 200), "a\uFFFD\uFFFD");
  EXPECT_EQ(ShownText("\xe6\xb0", 200), "\uFFFD");
  EXPECT_EQ(ShownText("\u0085", 200), "\\x85");
  EXPECT_EQ(ShownText("12345", 5), "12345");
  EXPECT_EQ(ShownText("123456", 5), "1234…");
  EXPECT_EQ(ShownText("水水水", 2), "水…");
}

}  // namespace
}  // namespace tarn::query
