#include "load/table_plan.h"

#include <algorithm>
#include <utility>

#include "codec/text.h"
#include "columns/row_slots.h"

namespace tarn::load {
namespace {

constexpr std::string_view kMessageColumn = "message";

class JsonRowMaker final : public RowMaker {
 public:
  explicit JsonRowMaker(std::unique_ptr<shape::Shaper> shaper) : shaper_(std::move(shaper)) {}

  void MakeRows(std::span<const schema::RecordView> records, columns::Batch* rows,
                std::vector<schema::Reject>* rejects) override {
    shaper_->Shape(records, rows, rejects);
  }
  shape::RestCounts TakeRestCounts() override { return shaper_->TakeRestCounts(); }

 private:
  const std::unique_ptr<shape::Shaper> shaper_;
};

/// Each line is a row of one string column.
class TextRowMaker final : public RowMaker {
 public:
  explicit TextRowMaker(std::shared_ptr<const columns::Layout> layout)
      : slots_(std::move(layout)) {}

  void MakeRows(std::span<const schema::RecordView> lines, columns::Batch* rows,
                std::vector<schema::Reject>* rejects) override {
    for (const schema::RecordView& line : lines) {
      if (!codec::IsUtf8(line.bytes)) {
        rejects->push_back({.lsn = line.lsn,
                            .source = line.source,
                            .reason = schema::RejectReason::kNotUtf8,
                            .path = {},
                            .message = "the line is not UTF-8",
                            .raw = std::string(line.bytes)});
        continue;
      }
      slots_.BeginRow();
      columns::Slot& slot = slots_.Set(0, 1);
      slot.bytes = line.bytes.data();
      slot.length = static_cast<uint32_t>(line.bytes.size());
      slots_.EndRow();
      if (slots_.full()) Flush(rows);
    }
    Flush(rows);
  }
  shape::RestCounts TakeRestCounts() override { return {}; }

 private:
  void Flush(columns::Batch* rows) {
    if (slots_.rows() > 0) rows->Append(slots_);
    slots_.Clear();
  }

  columns::RowSlots slots_;
};

/// A file's records have no time of receipt and no id, so no column can hold them.
Status CheckSources(const std::vector<schema::ColumnDeclaration>& columns) {
  for (const schema::ColumnDeclaration& column : columns) {
    const bool is_received =
        column.source == schema::ColumnSource::kReceivedAt || column.default_is_received_at;
    if (is_received || column.source == schema::ColumnSource::kRecordId) {
      return Fail(ErrorKind::kInvalid, "column '{}': records of a file have no {}", column.name,
                  is_received ? schema::kReceivedAtColumn : schema::kRecordIdColumn);
    }
  }
  return {};
}

/// Columns from the sample, in front of `_rest`.
Status InferColumns(std::span<const schema::RecordView> sample, TablePlan* plan) {
  const auto shaper = TRY(shape::Shaper::Make(plan->shaping, plan->schema));
  std::vector<schema::Field> found = shaper->MissingColumns(sample);
  plan->shaping.may_evolve = false;
  auto& fields = plan->schema.fields;
  fields.insert(fields.begin(), found.begin(), found.end());
  if (!found.empty()) return {};
  const bool is_array = !sample.empty() && sample[0].bytes.starts_with('[');
  return Fail(ErrorKind::kInvalid, "the first {} records give no column{}", sample.size(),
              is_array ? ": NDJSON is an object a line, not one array (jq -c '.[]' makes it so)"
                       : "; --columns declares them");
}

Result<std::vector<schema::Field>> TextColumns(const ConvertOptions& options) {
  if (options.columns || options.keep_rest) {
    return Fail(ErrorKind::kInvalid, "text lines have the one column '{}'", kMessageColumn);
  }
  return std::vector<schema::Field>{
      {.name = std::string(kMessageColumn), .type = schema::Type::Of(schema::TypeKind::kString)}};
}

}  // namespace

Result<TablePlan> TablePlan::Make(const ConvertOptions& options,
                                  std::span<const schema::RecordView> sample) {
  TablePlan plan;
  plan.format = options.format;
  plan.shaping.inferred = !options.columns.has_value();
  plan.shaping.keep_rest = options.keep_rest;
  plan.shaping.add_received_at = false;
  if (options.format == RecordFormat::kText) {
    plan.schema.fields = TRY(TextColumns(options));
  } else {
    if (options.columns) plan.shaping.declared = TRY(schema::ParseColumns(*options.columns));
    TRY(CheckSources(plan.shaping.declared));
    plan.schema.fields = shape::InitialColumns(plan.shaping);
    if (plan.shaping.inferred) TRY(InferColumns(sample, &plan));
  }
  schema::AssignFieldIds(FieldId(0), &plan.schema.fields);
  TRY(schema::CheckColumns(plan.schema.fields));
  plan.partitions = TRY(schema::ParsePartitionSpec(options.partition_by, plan.schema));
  plan.layout = columns::Layout::Make(plan.schema);
  return plan;
}

std::vector<schema::ColumnDeclaration> TablePlan::Declarations() const {
  if (!shaping.inferred && format == RecordFormat::kNdjson) return shaping.declared;
  std::vector<schema::ColumnDeclaration> declarations;
  for (const schema::Field& field : schema.fields) {
    if (schema::IsReservedColumn(field.name)) continue;
    declarations.push_back({.name = field.name, .type = field.type, .member = field.name});
  }
  return declarations;
}

Result<std::unique_ptr<RowMaker>> RowMaker::Make(const TablePlan& plan) {
  if (plan.format == RecordFormat::kText) return std::make_unique<TextRowMaker>(plan.layout);
  return std::make_unique<JsonRowMaker>(TRY(shape::Shaper::Make(plan.shaping, plan.schema)));
}

}  // namespace tarn::load
