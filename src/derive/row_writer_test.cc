#include "derive/row_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <type_traits>

#include "base/format.h"
#include "columns/random_rows_testing.h"
#include "columns/row_text_testing.h"

namespace tarn::derive {
namespace {

using columns::testing::ArrowRowText;
using columns::testing::Tree;
using schema::TypeKind;

schema::AvroColumns Parse(std::string_view fields) {
  auto parsed =
      schema::ParseAvroRecord(Format(R"({{"type":"record","name":"R","fields":[{}]}})", fields));
  if (parsed) return *std::move(parsed);
  ADD_FAILURE() << parsed.error().message();
  return {};
}

/// A batch of columns as they are, and its writer.
struct Written {
  columns::Batch batch;
  std::unique_ptr<RowWriter> writer;

  Written(const schema::AvroColumns& own, std::vector<schema::Field> fields,
          std::vector<ConstantColumn> constants = {})
      : batch(LayoutOf(std::move(fields))) {
    auto made = RowWriter::Make(own, std::move(constants), &batch);
    if (made) {
      writer = *std::move(made);
    } else {
      error = made.error().message();
    }
  }

  static std::shared_ptr<const columns::Layout> LayoutOf(std::vector<schema::Field> fields) {
    schema::AssignFieldIds(FieldId(0), &fields);
    return columns::Layout::Make({.fields = std::move(fields)});
  }

  std::string Row(int64_t at) {
    writer->Flush();
    const auto arrow = columns::ToArrow(batch);
    return arrow ? ArrowRowText(**arrow, at) : arrow.error().message();
  }

  std::string error;
};

/// What becomes of one value of one column `c`: the row as text, or `reason path: message`.
std::string Write(std::string_view type, Value value) {
  const schema::AvroColumns own = Parse(Format(R"({{"name":"c","type":{}}})", type));
  Written written(own, own.fields);
  Record row = written.writer->NewRecord();
  row.set("c", std::move(value));
  if (const auto reject = written.writer->Add(row)) {
    return Format("{} {}: {}", schema::ReasonName(reject->reason), reject->path, reject->message);
  }
  return written.Row(0);
}

constexpr std::string_view kLongText = "a text that is longer than what a std::string holds itself";

// A pointer that is no text is no value: it must not become a boolean on its way.
static_assert(!std::is_constructible_v<Value, int*>);
static_assert(!std::is_constructible_v<Value, const void*>);
static_assert(!std::is_constructible_v<Value, std::string*>);
static_assert(!std::is_constructible_v<Value, void (*)()>);
static_assert(std::is_constructible_v<Value, const char*>);
static_assert(std::is_constructible_v<Value, char*>);
static_assert(std::is_constructible_v<Value, decltype("text")>);
static_assert(std::is_constructible_v<Value, std::nullptr_t>);
static_assert(std::is_constructible_v<Value, bool>);

TEST(RowWriter, RejectsWhatDoesNotFit) {
  const struct {
    const char* type;
    Value value;
    const char* reject;
  } cases[] = {
      {R"("int")", nullptr, "missing_required c: a value is required, but it is missing or null"},
      {R"("int")", 1.0, "wrong_type c: expected int, found the number 1"},
      {R"("int")", true, "wrong_type c: expected int, found true"},
      {R"("int")", "1", R"(wrong_type c: expected int, found the text "1")"},
      {R"("int")", Value::List{}, "wrong_type c: expected int, found an array"},
      {R"("int")", int64_t{1} << 31,
       "out_of_range c: the number 2147483648 is beyond what int can hold"},
      {R"("long")", uint64_t{1} << 63,
       "wrong_type c: expected bigint, found the number 9.223372036854776e+18"},
      {R"("float")", 1e39, "out_of_range c: the number 1e+39 is beyond what float can hold"},
      {R"("double")", "1", R"(wrong_type c: expected double, found the text "1")"},
      {R"("boolean")", 1, "wrong_type c: expected boolean, found the number 1"},
      {R"("string")", 1, "wrong_type c: expected string, found the number 1"},
      {R"("string")", "a\xff", "not_utf8 c: expected text in UTF-8, found other bytes"},
      {R"({"type":"fixed","name":"f","size":4})", "abc", "wrong_type c: expected 4 bytes, found 3"},
      {R"({"type":"string","logicalType":"uuid"})", "abc",
       R"(wrong_type c: expected uuid, found the text "abc")"},
      {R"({"type":"int","logicalType":"date"})", int64_t{1} << 40,
       "out_of_range c: the number 1099511627776 is beyond what date can hold"},
      {R"({"type":"int","logicalType":"time-millis"})", 86'400'000,
       "out_of_range c: the number 86400000 is beyond what time can hold"},
      {R"({"type":"long","logicalType":"timestamp-millis"})", int64_t{1} << 60,
       "out_of_range c: the number 1152921504606846976 is beyond what timestamptz can hold"},
      {R"({"type":"bytes","logicalType":"decimal","precision":3,"scale":1})", 100,
       "out_of_range c: the number 100 is beyond what decimal(3,1) can hold"},
      {R"({"type":"bytes","logicalType":"decimal","precision":3,"scale":1})", "1.25",
       R"(out_of_range c: the text "1.25" is beyond what decimal(3,1) can hold)"},
      {R"({"type":"bytes","logicalType":"decimal","precision":3,"scale":1})", 1.5,
       "wrong_type c: expected decimal(3,1), found the number 1.5"},
      {R"({"type":"array","items":"int"})", Value::List{1, nullptr},
       "missing_required c[1]: a value is required, but it is missing or null"},
      {R"({"type":"array","items":"int"})", Value::Map{},
       "wrong_type c: expected an array, found a map"},
      {R"({"type":"map","values":"int"})", Value::List{},
       "wrong_type c: expected a map, found an array"},
      {R"({"type":"map","values":{"type":"array","items":"int"}})",
       Value::Map{{"k", Value::List{"x"}}},
       R"(wrong_type c.k[0]: expected int, found the text "x")"},
      {R"({"type":"map","values":"int"})", Value::Map{{"\xff", 1}},
       "not_utf8 c: a key is not UTF-8"},
      {R"({"type":"record","name":"I","fields":[{"name":"x","type":"int"}]})", Value::List{},
       "wrong_type c: expected a record of 1 fields, found 0"},
      {R"({"type":"record","name":"I","fields":[{"name":"x","type":"int"}]})",
       Value::List{Value::List{}}, "wrong_type c.x: expected int, found an array"},
  };
  for (const auto& [type, value, reject] : cases) EXPECT_EQ(Write(type, value), reject) << type;
}

TEST(RowWriter, WritesWhatFits) {
  const auto number = [](std::string_view type, Value value) { return Write(type, value); };
  EXPECT_EQ(number(R"(["null","int"])", nullptr), "{null}");
  EXPECT_EQ(number(R"("int")", size_t{7}), "{7}");
  EXPECT_EQ(number(R"("long")", std::numeric_limits<int64_t>::min()), "{-9223372036854775808}");
  EXPECT_EQ(number(R"("double")", 2), number(R"("double")", 2.0));
  EXPECT_EQ(number(R"("float")", 0.1), number(R"("double")", double{0.1F}));
  EXPECT_EQ(number(R"("boolean")", true), "{1}");
  EXPECT_EQ(number(R"({"type":"long","logicalType":"timestamp-millis"})", 5), "{5000}");
  EXPECT_EQ(number(R"({"type":"long","logicalType":"timestamp-micros"})", 5), "{5}");
  EXPECT_EQ(number(R"({"type":"int","logicalType":"time-millis"})", 5), "{5000}");
  EXPECT_EQ(number(R"({"type":"int","logicalType":"date"})", -1), "{-1}");
  EXPECT_EQ(number(R"("string")", kLongText), "{'" + ToHex(kLongText) + "'}");
  EXPECT_EQ(number(R"("string")", std::optional<std::string_view>("")), "{''}");
  EXPECT_EQ(number(R"("bytes")", "\xff"), "{'ff'}");
  constexpr std::string_view kUuid = R"({"type":"string","logicalType":"uuid"})";
  EXPECT_EQ(number(kUuid, "f79c3e09-677c-4bbd-a479-3f349cb785e7"),
            "{'f79c3e09677c4bbda4793f349cb785e7'}");
  EXPECT_EQ(number(kUuid, "0123456789abcdef"), "{'" + ToHex("0123456789abcdef") + "'}");
  for (const int precision : {4, 18, 38}) {
    const std::string type =
        Format(R"({{"type":"bytes","logicalType":"decimal","precision":{},"scale":2}})", precision);
    EXPECT_EQ(number(type, "-12.5"), "{" + columns::testing::DecimalText(-1250) + "}");
    EXPECT_EQ(number(type, 99), "{" + columns::testing::DecimalText(9900) + "}");
  }
}

TEST(RowWriter, TakesTheLastOfAKeyThatIsThereTwice) {
  EXPECT_EQ(Write(R"({"type":"map","values":"int"})", Value::Map{{"b", 1}, {"a", 2}, {"b", 3}}),
            "{<'61': 2, '62': 3, >}");
}

TEST(RowWriter, LeavesNoTraceOfARowThatDoesNotFit) {
  const schema::AvroColumns own =
      Parse(R"({"name":"l","type":{"type":"array","items":"int"}},{"name":"s","type":"string"})");
  Written written(own, own.fields);
  Record row = written.writer->NewRecord();
  for (int i = 0; i < 600; ++i) {  // more than the slots hold
    row.clear();
    row.set("l", Value::List{i, i + 1});
    if (i % 3 != 1) row.set("s", Format("{}", i));
    EXPECT_EQ(written.writer->Add(row).has_value(), i % 3 == 1) << i;
  }
  EXPECT_EQ(written.Row(399), "{[599, 600, ], '353939'}");
  EXPECT_EQ(written.Row(1), "{[2, 3, ], '32'}");
  EXPECT_EQ(written.batch.rows(), 400u);
}

TEST(RowWriter, FillsDimensionsWithTheirConstants) {
  const schema::AvroColumns own = Parse(R"({"name":"a","type":"int"})");
  const auto fields = DatasetColumns(own, {"submissionDateS3", "channelS3"});
  ASSERT_TRUE(fields) << fields.error().message();
  Written written(own, *fields, {{"submissionDateS3", "20151028"}});
  Record row = written.writer->NewRecord();
  row.set(0, 1);
  EXPECT_FALSE(written.writer->Add(row));
  EXPECT_FALSE(written.writer->Add(row));
  EXPECT_EQ(written.Row(1), "{1, '3230313531303238', null}");
  EXPECT_EQ(DatasetColumns(own, {"A"}).error().message(),
            "column 'A' is there twice; names must differ in more than case");
}

TEST(RowWriter, FindsColumnsByTheirNames) {
  const schema::AvroColumns own =
      Parse(R"({"name":"a","type":"int"},{"name":"b","type":["null","string"]})");
  std::vector<schema::Field> table = {own.fields[1], own.fields[0]};
  table.insert(table.begin(), {.name = "older", .type = schema::Type::Of(TypeKind::kLong)});
  Written written(own, table);
  Record row = written.writer->NewRecord();
  row.set("a", 5);
  EXPECT_FALSE(written.writer->Add(row));
  EXPECT_EQ(written.Row(0), "{null, null, 5}");
  EXPECT_THROW(row.set("c", 1), std::out_of_range);
}

TEST(RowWriter, RefusesATableThatDiffers) {
  const schema::AvroColumns own = Parse(R"({"name":"a","type":"int"})");
  EXPECT_EQ(Written(own, {{.name = "b", .type = schema::Type::Of(TypeKind::kInt)}}).error,
            "the table has no column 'a'");
  EXPECT_EQ(Written(own, {{.name = "a", .type = schema::Type::Of(TypeKind::kLong)}}).error,
            "column 'a': the class has it as int, the table does not");
  std::vector<schema::Field> more = own.fields;
  more.push_back({.name = "b", .required = true, .type = schema::Type::Of(TypeKind::kInt)});
  EXPECT_EQ(Written(own, more).error, "the table requires 'b', which nothing fills");
  EXPECT_EQ(Written(own, own.fields, {{"d", "x"}}).error, "the table has no column 'd' of texts");
}

// Random schemas and rows: what comes out of the batch is what went in.

/// Avro's maps have texts as keys.
void MakeKeysTexts(std::vector<schema::Field>* fields) {
  for (schema::Field& field : *fields) {
    MakeKeysTexts(&field.type.fields);
    if (field.type.kind == TypeKind::kMap) {
      field.type.fields[0].type = schema::Type::Of(TypeKind::kString);
    }
  }
}

/// A map's entries in the order of their keys, the last of each.
void SortMaps(const schema::Type& type, Tree* tree) {
  for (size_t i = 0; i < tree->children.size(); ++i) {
    Tree& child = tree->children[i];
    if (type.kind == TypeKind::kStruct) SortMaps(type.fields[i].type, &child);
    if (type.kind == TypeKind::kList) SortMaps(type.fields[0].type, &child);
    if (type.kind == TypeKind::kMap) SortMaps(type.fields[1].type, &child.children[1]);
  }
  if (type.kind != TypeKind::kMap) return;
  const auto key = [](const Tree& entry) { return std::string_view(entry.children[0].bytes); };
  std::ranges::stable_sort(tree->children, {}, key);
  for (size_t i = tree->children.size(); i > 1; --i) {
    if (key(tree->children[i - 2]) == key(tree->children[i - 1])) {
      tree->children.erase(tree->children.begin() + static_cast<ptrdiff_t>(i) - 2);
    }
  }
}

Value ToValue(const schema::Type& type, const Tree& tree) {
  if (tree.null) return nullptr;
  Value::List list;
  Value::Map map;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return tree.integer != 0;
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return tree.real;
    case TypeKind::kDecimal:
      return schema::ToText(type, schema::Value(tree.decimal));
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kFixed:
    case TypeKind::kUuid:
      return tree.bytes;
    case TypeKind::kStruct:
      for (size_t i = 0; i < tree.children.size(); ++i) {
        list.push_back(ToValue(type.fields[i].type, tree.children[i]));
      }
      return list;
    case TypeKind::kList:
      for (const Tree& child : tree.children) {
        list.push_back(ToValue(type.fields[0].type, child));
      }
      return list;
    case TypeKind::kMap:
      for (const Tree& entry : tree.children) {
        map.emplace_back(entry.children[0].bytes, ToValue(type.fields[1].type, entry.children[1]));
      }
      return map;
    default:
      return tree.integer;
  }
}

void CheckRandomRows(uint64_t seed) {
  columns::testing::Random random(seed);
  const columns::testing::RandomLimits limits;
  schema::TableSchema schema = columns::testing::RandomSchema(random, limits);
  MakeKeysTexts(&schema.fields);
  Written written(schema::PlainColumns(schema.fields), schema.fields);
  ASSERT_EQ(written.error, "");
  std::vector<std::string> expected;
  Record row = written.writer->NewRecord();
  for (int i = 0; i < 300; ++i) {
    Tree tree = columns::testing::RandomRow(random, schema, limits);
    row.clear();
    for (size_t column = 0; column < schema.fields.size(); ++column) {
      row.set(column, ToValue(schema.fields[column].type, tree.children[column]));
      SortMaps(schema.fields[column].type, &tree.children[column]);
    }
    const auto reject = written.writer->Add(row);
    ASSERT_FALSE(reject) << reject->path << ": " << reject->message;
    expected.push_back(columns::testing::RowText(schema, tree));
  }
  written.writer->Flush();
  const auto arrow = columns::ToArrow(written.batch);
  ASSERT_TRUE(arrow) << arrow.error().message();
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(ArrowRowText(**arrow, static_cast<int64_t>(i)), expected[i]) << "row " << i;
  }
}

TEST(RowWriter, WritesRandomRowsOfRandomSchemas) {
  const uint64_t base = std::random_device()();
  for (uint64_t seed = base; seed < base + 40; ++seed) {
    CheckRandomRows(seed);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace tarn::derive
