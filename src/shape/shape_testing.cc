#include "shape/shape_testing.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/format.h"
#include "base/json.h"
#include "base/time.h"
#include "codec/text.h"

namespace tarn::shape {

namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;

template <class Array>
const Array& As(const arrow::Array& array) {
  return dynamic_cast<const Array&>(array);
}

std::string UuidText(std::string_view bytes) {
  std::string hex = ToHex(bytes);
  for (const size_t at : {20UZ, 16UZ, 12UZ, 8UZ}) hex.insert(at, "-");
  return hex;
}

std::string PlainText(const arrow::Array& array, int64_t row, const Type& type) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return As<arrow::BooleanArray>(array).Value(row) ? "true" : "false";
    case TypeKind::kInt:
      return Format("{}", As<arrow::Int32Array>(array).Value(row));
    case TypeKind::kLong:
      return Format("{}", As<arrow::Int64Array>(array).Value(row));
    case TypeKind::kFloat:
      return Format("{}", As<arrow::FloatArray>(array).Value(row));
    case TypeKind::kDouble:
      return Format("{}", As<arrow::DoubleArray>(array).Value(row));
    case TypeKind::kDecimal:
      return As<arrow::Decimal128Array>(array).FormatValue(row);
    case TypeKind::kDate:
      return FormatDate(As<arrow::Date32Array>(array).Value(row));
    case TypeKind::kTime:
      return FormatTimeOfDay(As<arrow::Time64Array>(array).Value(row));
    case TypeKind::kTimestamp:
      return FormatTimestamp(As<arrow::TimestampArray>(array).Value(row), TimeStyle::kIsoPlain);
    case TypeKind::kTimestampTz:
      return FormatTimestamp(As<arrow::TimestampArray>(array).Value(row), TimeStyle::kIsoUtc);
    case TypeKind::kUuid:
      return UuidText(As<arrow::FixedSizeBinaryArray>(array).GetView(row));
    case TypeKind::kFixed:
      return ToHex(As<arrow::FixedSizeBinaryArray>(array).GetView(row));
    case TypeKind::kBinary:
      return codec::EncodeBase64(As<arrow::BinaryArray>(array).GetView(row));
    default:
      return std::string(As<arrow::StringArray>(array).GetView(row));
  }
}

std::string JsonText(const arrow::Array& array, int64_t row, const Type& type);

std::string StructText(const arrow::StructArray& array, int64_t row, const Type& type) {
  std::string text;
  for (size_t i = 0; i < type.fields.size(); ++i) {
    text += text.empty() ? "" : ",";
    text += QuoteJson(type.fields[i].name) + ":" +
            JsonText(*array.field(static_cast<int>(i)), row, type.fields[i].type);
  }
  return "{" + text + "}";
}

std::string ListText(const arrow::ListArray& array, int64_t row, const Type& type) {
  std::string text;
  for (int64_t at = array.value_offset(row); at < array.value_offset(row + 1); ++at) {
    text += text.empty() ? "" : ",";
    text += JsonText(*array.values(), at, type.fields[0].type);
  }
  return "[" + text + "]";
}

std::string MapText(const arrow::MapArray& array, int64_t row, const Type& type) {
  std::string text;
  for (int64_t at = array.value_offset(row); at < array.value_offset(row + 1); ++at) {
    text += text.empty() ? "" : ",";
    text += JsonText(*array.keys(), at, type.fields[0].type) + ":" +
            JsonText(*array.items(), at, type.fields[1].type);
  }
  return "{" + text + "}";
}

std::string JsonText(const arrow::Array& array, int64_t row, const Type& type) {
  if (array.IsNull(row)) return "null";
  switch (type.kind) {
    case TypeKind::kStruct:
      return StructText(As<arrow::StructArray>(array), row, type);
    case TypeKind::kList:
      return ListText(As<arrow::ListArray>(array), row, type);
    case TypeKind::kMap:
      return MapText(As<arrow::MapArray>(array), row, type);
    case TypeKind::kBoolean:
    case TypeKind::kInt:
    case TypeKind::kLong:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return PlainText(array, row, type);
    default:
      return QuoteJson(PlainText(array, row, type));
  }
}

bool IsFilledByTarn(std::string_view column) {
  return column == schema::kReceivedAtColumn || column == schema::kRecordIdColumn;
}

/// returns  `name: value`; empty where it is NULL or not shown
std::string CellText(const arrow::Array& array, int64_t row, const Field& field) {
  if (array.IsNull(row) || IsFilledByTarn(field.name)) return "";
  const std::string value =
      field.type.is_nested() ? JsonText(array, row, field.type) : PlainText(array, row, field.type);
  return field.name + ": " + (value.empty() ? "(empty)" : value);
}

/// The columns in order, _rest last.
std::string RowText(const arrow::RecordBatch& batch, int64_t row,
                    const schema::TableSchema& table) {
  std::vector<std::string> cells;
  std::string rest;
  for (size_t i = 0; i < table.fields.size(); ++i) {
    const Field& field = table.fields[i];
    std::string cell = CellText(*batch.column(static_cast<int>(i)), row, field);
    if (field.name == schema::kRestColumn) {
      rest = std::move(cell);
    } else if (!cell.empty()) {
      cells.push_back(std::move(cell));
    }
  }
  if (!rest.empty()) cells.push_back(std::move(rest));
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : "; ") + cell;
  return text.empty() ? "(all NULL)" : text;
}

std::shared_ptr<arrow::RecordBatch> ArrowOf(const columns::Batch& batch) {
  const auto rows = columns::ToArrow(batch);
  EXPECT_TRUE(rows) << rows.error().message();
  if (!rows) return nullptr;
  EXPECT_TRUE((*rows)->ValidateFull().ok()) << (*rows)->ValidateFull().ToString();
  return *rows;
}

std::string RejectText(const schema::Reject& reject) {
  std::string text = Format("reject {}", schema::ReasonName(reject.reason));
  if (!reject.path.empty()) text += " at " + reject.path;
  return text + ": " + reject.message;
}

std::string CountsText(const RestCounts& counts) {
  std::string text;
  for (const RestCounts::Path& path : counts.paths) {
    text += text.empty() ? "" : "; ";
    text += Format("{} {} {}", path.path, path.why, path.count);
  }
  return text;
}

schema::TableSchema TableOf(const Shaping& shaping) {
  schema::TableSchema table;
  table.fields = InitialColumns(shaping);
  schema::AssignFieldIds(FieldId(0), &table.fields);
  return table;
}

Shaping ShapingOf(std::string_view columns, bool inferred) {
  Shaping shaping;
  shaping.inferred = inferred;
  shaping.node_id = TestStream::kNodeId;
  if (columns.empty()) return shaping;
  auto declared = schema::ParseColumns(columns);
  EXPECT_TRUE(declared) << columns << ": " << declared.error().message();
  if (declared) shaping.declared = *std::move(declared);
  return shaping;
}

}  // namespace

std::vector<std::string> RowTexts(const columns::Batch& batch) {
  std::vector<std::string> texts;
  const auto rows = ArrowOf(batch);
  for (int64_t row = 0; rows && row < rows->num_rows(); ++row) {
    texts.push_back(RowText(*rows, row, batch.layout()->schema()));
  }
  return texts;
}

std::vector<std::string> RowObjects(const columns::Batch& batch) {
  std::vector<std::string> texts;
  const auto rows = ArrowOf(batch);
  if (!rows) return texts;
  const auto all = rows->ToStructArray();
  EXPECT_TRUE(all.ok()) << all.status().ToString();
  for (int64_t row = 0; row < rows->num_rows(); ++row) {
    texts.push_back(StructText(**all, row, Type::Struct(batch.layout()->schema().fields)));
  }
  return texts;
}

std::string ColumnTexts(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    if (schema::IsReservedColumn(field.name)) continue;
    text += text.empty() ? "" : ", ";
    text += field.name + " " + schema::HiveTypeText(field.type);
  }
  return text;
}

TestStream::TestStream(std::string_view columns, bool inferred)
    : TestStream(ShapingOf(columns, inferred)) {}

TestStream::TestStream(Shaping shaping) : TestStream(shaping, TableOf(shaping)) {}

TestStream::TestStream(Shaping shaping, schema::TableSchema table)
    : shaping_(std::move(shaping)), table_(std::move(table)) {
  MakeShaper();
}

void TestStream::MakeShaper() {
  auto shaper = Shaper::Make(shaping_, table_);
  ASSERT_TRUE(shaper) << shaper.error().message();
  shaper_ = *std::move(shaper);
}

std::string TestStream::columns() const { return ColumnTexts(table_.fields); }

std::string TestStream::Evolve(const std::vector<std::string>& records) {
  const std::vector<Field> missing = shaper_->MissingColumns(ViewsOf(records));
  if (missing.empty()) return "";
  for (const Field& field : missing) {
    const auto known = std::ranges::find(table_.fields, field.name, &Field::name);
    if (known == table_.fields.end()) {
      table_.fields.push_back(field);
    } else {
      *known = field;
    }
  }
  schema::AssignFieldIds(table_.LastFieldId(), &table_.fields);
  const Status checked = schema::CheckColumns(table_.fields);
  EXPECT_TRUE(checked) << checked.error().message();
  MakeShaper();
  return ColumnTexts(missing);
}

Shaped TestStream::Land(const std::vector<std::string>& records) {
  Evolve(records);
  return Shape(records);
}

std::vector<std::string> TestStream::LandAsObjects(const std::vector<std::string>& records) {
  Evolve(records);
  columns::Batch batch(columns::Layout::Make(table_));
  std::vector<schema::Reject> rejects;
  shaper_->Shape(ViewsOf(records), &batch, &rejects);
  EXPECT_TRUE(rejects.empty()) << RejectText(rejects[0]);
  return RowObjects(batch);
}

Shaped TestStream::Shape(const std::vector<std::string>& records) {
  Shaped shaped;
  columns::Batch batch(columns::Layout::Make(table_));
  shaper_->Shape(ViewsOf(records), &batch, &shaped.rejects);
  shaped.rows = batch.rows();
  shaped.counts = CountsText(shaper_->TakeRestCounts());
  const std::vector<std::string> rows = RowTexts(batch);
  EXPECT_EQ(shaped.rows, rows.size());
  EXPECT_EQ(shaped.rows + shaped.rejects.size(), records.size()) << "each record becomes one thing";
  auto row = rows.begin();
  auto reject = shaped.rejects.begin();
  for (size_t i = 0; i < records.size(); ++i) {
    if (reject != shaped.rejects.end() && reject->lsn == Lsn(i + 1)) {
      EXPECT_EQ(reject->raw, records[i]);
      shaped.outcomes.push_back(RejectText(*reject++));
    } else if (row != rows.end()) {
      shaped.outcomes.push_back(*row++);
    }
  }
  EXPECT_EQ(shaped.outcomes.size(), records.size());
  return shaped;
}

std::vector<schema::RecordView> ViewsOf(const std::vector<std::string>& records) {
  std::vector<schema::RecordView> views;
  for (const std::string& record : records) {
    views.push_back({.bytes = record,
                     .received_at_us = TestStream::kReceivedAtUs,
                     .lsn = Lsn(views.size() + 1),
                     .source = schema::Source::kFirehose});
  }
  return views;
}

}  // namespace tarn::shape
