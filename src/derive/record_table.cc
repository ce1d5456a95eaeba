#include "derive/record_table.h"

#include <algorithm>
#include <utility>

#include "columns/batch.h"
#include "columns/layout.h"
#include "derive/record_table_internal.h"

namespace tarn::derive {
namespace {

schema::Field NumberColumn() {
  return {
      .name = kRecordNumber, .required = true, .type = schema::Type::Of(schema::TypeKind::kLong)};
}

Status CheckDeclared(const std::vector<schema::ColumnDeclaration>& declared) {
  for (const schema::ColumnDeclaration& column : declared) {
    if (column.source == schema::ColumnSource::kMember && !column.default_is_received_at) continue;
    return Fail(ErrorKind::kInvalid,
                "column '{}': raw records have no _received_at and no _record_id", column.name);
  }
  return {};
}

}  // namespace

Result<schema::TableSchema> RecordColumns(const RecordForm& form) {
  TRY(CheckDeclared(form.declared));
  schema::TableSchema columns;
  columns.fields = {NumberColumn()};
  if (form.kind == RecordKind::kHeka) {
    for (schema::Field& field : HekaColumns()) columns.fields.push_back(std::move(field));
  } else {
    columns.fields.push_back({.name = "json", .type = schema::Type::Of(schema::TypeKind::kString)});
    for (schema::Field& field : schema::FieldsOf(form.declared))
      columns.fields.push_back(std::move(field));
  }
  TRY(schema::CheckColumns(columns.fields));
  schema::AssignFieldIds(FieldId(0), &columns.fields);
  return columns;
}

Result<std::unique_ptr<RecordTable>> RecordTable::Make(
    const RecordForm& form, const std::vector<std::string>& columns_read) {
  const schema::TableSchema columns = TRY(RecordColumns(form));
  if (form.kind == RecordKind::kHeka) return MakeHekaTable(columns, columns_read);
  return MakeJsonTable(form, columns, columns_read);
}

Result<WantedColumns> WantedColumns::Make(const schema::TableSchema& columns,
                                          const std::vector<std::string>& columns_read) {
  std::vector<bool> is_wanted;
  for (const schema::Field& column : columns.fields)
    is_wanted.push_back(std::ranges::contains(columns_read, column.name));
  auto batch = std::make_unique<columns::Batch>(columns::Layout::Make(columns));
  auto writer = TRY(RowWriter::Make(schema::PlainColumns(columns.fields), {}, batch.get()));
  return WantedColumns(std::move(is_wanted), std::move(batch), std::move(writer));
}

Result<std::shared_ptr<arrow::RecordBatch>> WantedColumns::Take() {
  writer_->Flush();
  auto taken = columns::ToArrow(*batch_);
  batch_->Clear();
  return taken;
}

}  // namespace tarn::derive
