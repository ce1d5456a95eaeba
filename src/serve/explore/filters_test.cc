// A filter is SQL where rows are asked for, and is applied to batches where rows are followed: both
// must take the same rows.
#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "base/json.h"
#include "query/engine.h"
#include "query/row_filter.h"
#include "schema/arrow_schema.h"
#include "schema/declaration.h"
#include "serve/explore/table_question.h"

namespace tarn::serve {
namespace {

using query::ColumnFilter;
using query::ColumnPath;
using schema::TypeKind;
using schema::Value;

constexpr const char* kColumns =
    "row bigint, ok boolean, small int, n bigint, ratio float, price double, amount decimal(20,4), "
    "day date, at_time time, plain timestamp, ts timestamptz, name string, id uuid, "
    "user struct<plan:string,age:int,home:struct<city:string>>";

schema::TableSchema SchemaOf(std::string_view columns) {
  schema::TableSchema table;
  table.fields = schema::FieldsOf(*schema::ParseColumns(columns));
  schema::AssignFieldIds(FieldId(0), &table.fields);
  return table;
}

template <class T>
std::vector<Value> FloatEdges() {
  using Limits = std::numeric_limits<T>;
  return {T{0},
          -T{0},
          T{1} / 10,
          -T{1} / 10,
          Limits::max(),
          Limits::lowest(),
          Limits::denorm_min(),
          Limits::infinity(),
          -Limits::infinity(),
          Limits::quiet_NaN()};
}

/// Values at which comparisons can go wrong; few, so that rows and filters meet.
std::vector<Value> EdgesOf(const schema::Type& type) {
  constexpr int64_t kLong = std::numeric_limits<int64_t>::max();
  constexpr int32_t kInt = std::numeric_limits<int32_t>::max();
  constexpr int64_t kDay = 86'400'000'000;
  constexpr int32_t kYearOne = -719'162;
  constexpr int32_t kYear9999 = 2'932'896;
  constexpr int32_t kYear18000 = 5'855'000;
  constexpr int32_t kYearZero = -719'528;
  constexpr int32_t kBeforeChrist = -1'500'000;
  constexpr int64_t kLeastSqlMoment = -9'223'372'022'400'000'000;
  const schema::Int128 most = schema::Int128{9'999'999'999} * 10'000'000'000 + 9'999'999'999;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return {true, false};
    case TypeKind::kInt:
      return {-kInt - 1, kInt, int32_t{0}, int32_t{1}, int32_t{-1}, int32_t{7}};
    case TypeKind::kLong:
      return {-kLong - 1, kLong, int64_t{0}, int64_t{-1}, int64_t{1} << 53, (int64_t{1} << 53) + 1};
    case TypeKind::kFloat:
      return FloatEdges<float>();
    case TypeKind::kDouble:
      return FloatEdges<double>();
    case TypeKind::kDecimal:
      return {most, -most, schema::Int128{0}, schema::Int128{1}, schema::Int128{-15'000}};
    case TypeKind::kDate:
      return {-kInt - 1,  -kInt,       -kInt + 1,      kInt - 1,  kInt,
              kYearOne,   kYear9999,   kYear18000,     kYearZero, kBeforeChrist,
              int32_t{0}, int32_t{-1}, int32_t{20'778}};
    case TypeKind::kTime:
      return {int64_t{0}, int64_t{1}, kDay - 1, kDay / 2};
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return {-kLong - 1,
              kLeastSqlMoment - 1,
              kLeastSqlMoment,
              -kLong,
              kLong - 1,
              kLong,
              kYearOne * kDay,
              kYear9999 * kDay + kDay - 1,
              kYear18000 * kDay,
              kYearZero * kDay,
              kBeforeChrist * kDay + 1,
              int64_t{0},
              int64_t{-1},
              int64_t{1},
              20'778 * kDay + 1,
              int64_t{1'763'714'921'954'871}};
    case TypeKind::kString:
      return {std::string(),          std::string("a"),     std::string("A"),
              std::string("ab"),      std::string("null"),  std::string("ü"),
              std::string("u\u0308"), std::string("😀"),    std::string("a\0b", 3),
              std::string("%"),       std::string("'\"\\"), std::string("\u202E\n"),
              std::string(300, 'x')};
    default:
      return {std::string(16, '\0'), std::string(16, '\xFF'),
              std::string("\x7F") + std::string(15, 'z'),
              std::string("\x80") + std::string(15, '\0'), std::string("0123456789abcdef")};
  }
}

/// The test's random choices: same seed, same rows and filters.
class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  size_t Below(size_t limit) { return engine_() % limit; }
  template <class T>
  const T& Pick(const std::vector<T>& values) {
    return values[Below(values.size())];
  }
  Value ValueOf(const schema::Type& type) {
    Value value = Pick(EdgesOf(type));
    if (auto* text = std::get_if<std::string>(&value);
        type.kind == TypeKind::kString && Below(3) == 0) {
      *text += std::get<std::string>(Pick(EdgesOf(type)));
    }
    return value;
  }

 private:
  std::mt19937 engine_;
};

void Append(const Value& value, arrow::ArrayBuilder* builder) {
  using arrow::Type;
  const auto append = [&]<class Builder, class T>(const T& held) {
    return static_cast<Builder*>(builder)->Append(held);
  };
  const arrow::Status done = [&] {
    switch (builder->type()->id()) {
      case Type::BOOL:
        return append.operator()<arrow::BooleanBuilder>(std::get<bool>(value));
      case Type::INT32:
        return append.operator()<arrow::Int32Builder>(std::get<int32_t>(value));
      case Type::INT64:
        return append.operator()<arrow::Int64Builder>(std::get<int64_t>(value));
      case Type::FLOAT:
        return append.operator()<arrow::FloatBuilder>(std::get<float>(value));
      case Type::DOUBLE:
        return append.operator()<arrow::DoubleBuilder>(std::get<double>(value));
      case Type::DATE32:
        return append.operator()<arrow::Date32Builder>(std::get<int32_t>(value));
      case Type::TIME64:
        return append.operator()<arrow::Time64Builder>(std::get<int64_t>(value));
      case Type::TIMESTAMP:
        return append.operator()<arrow::TimestampBuilder>(std::get<int64_t>(value));
      case Type::STRING:
        return append.operator()<arrow::StringBuilder>(std::get<std::string>(value));
      case Type::FIXED_SIZE_BINARY:
        return append.operator()<arrow::FixedSizeBinaryBuilder>(std::get<std::string>(value));
      case Type::DECIMAL128: {
        const schema::Int128 unscaled = std::get<schema::Int128>(value);
        return append.operator()<arrow::Decimal128Builder>(arrow::Decimal128(
            static_cast<int64_t>(unscaled >> 64), static_cast<uint64_t>(unscaled)));
      }
      default:
        return arrow::Status::NotImplemented(builder->type()->ToString());
    }
  }();
  ASSERT_TRUE(done.ok()) << done.ToString();
}

void AppendRandom(const schema::Type& type, Dice* dice, arrow::ArrayBuilder* builder) {
  const bool is_null = dice->Below(5) == 0;
  if (type.kind == TypeKind::kStruct) {
    auto* structs = static_cast<arrow::StructBuilder*>(builder);
    ASSERT_TRUE(structs->Append(!is_null).ok());  // its members may have values all the same
    for (size_t i = 0; i < type.fields.size(); ++i) {
      AppendRandom(type.fields[i].type, dice, structs->field_builder(static_cast<int>(i)));
    }
  } else if (is_null) {
    ASSERT_TRUE(builder->AppendNull().ok());
  } else {
    Append(dice->ValueOf(type), builder);
  }
}

/// Random rows. in  schema: its first column has the rows' numbers, from first_row on
std::shared_ptr<arrow::RecordBatch> RandomRows(const schema::TableSchema& schema, int64_t first_row,
                                               int64_t count, Dice* dice) {
  const auto arrow_schema = schema::ToArrowSchema(schema);
  arrow::ArrayVector columns;
  for (int c = 0; c < arrow_schema->num_fields(); ++c) {
    auto builder = *arrow::MakeBuilder(arrow_schema->field(c)->type());
    for (int64_t row = 0; row < count; ++row) {
      if (c == 0) {
        Append(first_row + row, builder.get());
      } else {
        AppendRandom(schema.fields[static_cast<size_t>(c)].type, dice, builder.get());
      }
    }
    columns.push_back(*builder->Finish());
  }
  return arrow::RecordBatch::Make(arrow_schema, count, columns);
}

/// A filter's value as a client writes it.
std::string AsJson(const schema::Type& type, const Value& value) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return std::get<bool>(value) ? "true" : "false";
    case TypeKind::kInt:
      return Format("{}", std::get<int32_t>(value));
    case TypeKind::kLong:
      return Format("\"{}\"", std::get<int64_t>(value));
    case TypeKind::kFloat:
      return Format("{}", std::get<float>(value));
    case TypeKind::kDouble:
      return Format("{}", std::get<double>(value));
    default:
      return QuoteJson(schema::ToText(type, value));
  }
}

std::string RandomFilter(const std::string& column, const schema::Type& type, Dice* dice) {
  static const std::vector<std::string> kAny = {"null", "notnull"};
  static const std::vector<std::string> kOrdered = {"eq", "ne", "lt", "le",   "gt",
                                                    "ge", "in", "in", "null", "notnull"};
  static const std::vector<std::string> kOfText = {"contains", "starts"};
  std::string op = dice->Pick(type.is_nested() ? kAny : kOrdered);
  if (type.kind == TypeKind::kString && dice->Below(3) == 0) op = dice->Pick(kOfText);
  const std::string start = Format(R"([{},"{}")", QuoteJson(column), op);
  if (std::ranges::contains(kAny, op)) return start + "]";
  if (op != "in") return Format("{},{}]", start, AsJson(type, dice->ValueOf(type)));
  std::string values;
  for (size_t left = dice->Below(4); left > 0; --left) {
    values += (values.empty() ? "" : ",") + AsJson(type, dice->ValueOf(type));
  }
  return Format("{},[{}]]", start, values);
}

/// A lake of one table, whose rows are not in files.
class OneTable : public query::TableSource {
 public:
  explicit OneTable(query::TableRows rows) : rows_(std::move(rows)) {}
  Result<std::vector<std::string>> Databases() override { return {{"default"}}; }
  Result<std::vector<schema::TableName>> Tables(const std::string& /*database*/) override {
    return {{rows_.snapshot.name}};
  }
  Result<query::TableRows> Open(const schema::TableName& /*name*/,
                                const std::optional<query::At>& /*at*/) override {
    return rows_;
  }

 private:
  const query::TableRows rows_;
};

void AppendNumbers(const arrow::RecordBatch& batch, const std::vector<int64_t>* places,
                   std::vector<int64_t>* numbers) {
  const auto& column = static_cast<const arrow::Int64Array&>(*batch.column(0));
  for (int64_t i = 0; i < (places ? std::ssize(*places) : batch.num_rows()); ++i) {
    numbers->push_back(column.Value(places ? (*places)[static_cast<size_t>(i)] : i));
  }
}

/// The numbers of the rows that SQL finds, in order.
std::vector<int64_t> FoundBySql(query::Engine& engine, const RowChoice& choice,
                                const schema::TableSchema& schema) {
  const Statement statement = SqlOf(
      RowsQuestion{.choice = choice, .columns = {*FindColumn("row", schema)}, .limit = 10'000});
  std::vector<int64_t> numbers;
  auto rows = engine.Run(statement.sql, statement.parameters, {});
  EXPECT_TRUE(rows) << rows.error().message();
  while (rows) {
    const auto batch = (*rows)->Next();
    EXPECT_TRUE(batch) << batch.error().message();
    if (!batch || !*batch) break;
    AppendNumbers(**batch, nullptr, &numbers);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::vector<int64_t> FoundInBatches(const query::TableRows& rows,
                                    const std::vector<ColumnFilter>& filters) {
  std::vector<int64_t> numbers;
  for (const auto& batch : rows.live) {
    const auto places = query::MatchingRows(*batch, filters);
    EXPECT_TRUE(places) << places.error().message();
    if (places) AppendNumbers(*batch, &*places, &numbers);
  }
  return numbers;
}

TEST(Filters, TakeTheSameRowsOfATailAndInSql) {
  Dice dice(20261122);
  const schema::TableSchema schema = SchemaOf(kColumns);
  schema::TableSchema older = schema;  // from before `name`, `id` and `user`
  older.fields.resize(older.fields.size() - 3);
  query::TableRows table;
  table.snapshot.name = {"default", "events"};
  table.snapshot.schema = schema;
  table.snapshot.specs = {schema::PartitionSpec{}};
  table.snapshot.id = SnapshotId(1);
  table.live = {RandomRows(older, 0, 30, &dice), RandomRows(schema, 30, 150, &dice)};
  OneTable lake(table);
  auto engine = query::Engine::Open({.memory_bytes_max = size_t{512} << 20, .threads = 1}, lake);
  ASSERT_TRUE(engine) << engine.error().message();
  std::vector<std::string> columns = {"user.plan", "user.age", "user.home", "user.home.city"};
  for (const schema::Field& field : schema.fields) columns.push_back(field.name);
  int refused = 0;
  int some_match = 0;
  constexpr int kRounds = 600;
  for (int round = 0; round < kRounds; ++round) {
    RowChoice choice{.table = table.snapshot.name};
    std::string shown;
    for (size_t left = 1 + dice.Below(3); left > 0; --left) {
      const std::string& column = dice.Pick(columns);
      const std::string text = RandomFilter(column, FindColumn(column, schema)->type, &dice);
      auto filter = ParseFilter(text, schema);
      refused += !filter;  // NaN, infinities, dates and moments at the ends of their numbers
      if (!filter) continue;
      choice.filters.push_back(*std::move(filter));
      shown += text + "\n";
    }
    const auto by_sql = FoundBySql(**engine, choice, schema);
    ASSERT_EQ(FoundInBatches(table, choice.filters), by_sql) << shown;
    some_match += !by_sql.empty() && std::ssize(by_sql) < 180;
  }
  EXPECT_GT(some_match, kRounds / 3);
  EXPECT_LT(refused, kRounds / 4);
}

}  // namespace
}  // namespace tarn::serve
