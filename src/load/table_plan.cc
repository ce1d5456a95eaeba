#include "load/table_plan.h"

#include <algorithm>
#include <utility>

#include "codec/text.h"
#include "columns/row_slots.h"
#include "load/variant_choice.h"

namespace tarn::load {
namespace {

class JsonRowMaker final : public RowMaker {
 public:
  explicit JsonRowMaker(std::unique_ptr<shape::Shaper> shaper) : shaper_(std::move(shaper)) {}

  void MakeRows(std::span<const schema::RecordView> records, columns::Batch* rows,
                std::vector<schema::Reject>* rejects) override {
    shaper_->Shape(records, rows, rejects);
  }
  shape::RestCounts TakeRestCounts() override { return shaper_->TakeRestCounts(); }
  std::vector<schema::Field> MissingColumns(std::span<const schema::RecordView> records) override {
    return shaper_->MissingColumns(records);
  }
  void SetNode(std::string node_id) override { shaper_->SetNode(std::move(node_id)); }

 private:
  const std::unique_ptr<shape::Shaper> shaper_;
};

/// The leaf of a column of this name that holds one value a row; -1 where there is none.
int LeafOf(const columns::Layout& layout, std::string_view name) {
  for (const columns::Node& column : layout.root().children) {
    if (column.name == name && column.leaf_count == 1 && column.children.empty())
      return column.first_leaf;
  }
  return -1;
}

/// Each line is a row: the line in one string column, and what Tarn itself knows where the table
/// has columns for that.
class TextRowMaker final : public RowMaker {
 public:
  static Result<std::unique_ptr<RowMaker>> Make(const TablePlan& plan) {
    for (const schema::Field& field : plan.schema.fields) {
      const bool is_time = field.name == schema::kReceivedAtColumn;
      const bool is_text = field.name == kMessageColumn || field.name == schema::kRecordIdColumn;
      const auto wanted =
          schema::Type::Of(is_time ? schema::TypeKind::kTimestampTz : schema::TypeKind::kString);
      // Values go into columns without a look at their types: a table that is there may have any.
      if ((is_time || is_text) && field.type.kind != wanted.kind) {
        return Fail(ErrorKind::kInvalid, "column '{}' is {}, and lines of text fill it with {}",
                    field.name, schema::HiveTypeText(field.type), schema::HiveTypeText(wanted));
      }
      if (!field.required || is_time || is_text) continue;
      return Fail(ErrorKind::kInvalid, "column '{}' is required, and lines of text do not fill it",
                  field.name);
    }
    return std::make_unique<TextRowMaker>(plan.layout);
  }

  explicit TextRowMaker(const std::shared_ptr<const columns::Layout>& layout)
      : slots_(layout),
        message_(LeafOf(*layout, kMessageColumn)),
        received_at_(LeafOf(*layout, schema::kReceivedAtColumn)),
        record_id_(LeafOf(*layout, schema::kRecordIdColumn)) {}

  void MakeRows(std::span<const schema::RecordView> lines, columns::Batch* rows,
                std::vector<schema::Reject>* rejects) override {
    for (const schema::RecordView& line : lines) {
      if (!codec::IsUtf8(line.bytes)) {
        rejects->push_back({.received_at_us = line.received_at_us,
                            .lsn = line.lsn,
                            .source = line.source,
                            .reason = schema::RejectReason::kNotUtf8,
                            .path = {},
                            .message = "the line is not UTF-8",
                            .raw = std::string(line.bytes)});
        continue;
      }
      slots_.BeginRow();
      SetText(message_, line.bytes);
      if (received_at_ >= 0) Set(received_at_).integer = line.received_at_us;
      if (record_id_ >= 0) SetText(record_id_, KeepText(schema::RecordIdText(node_id_, line.lsn)));
      slots_.EndRow();
      if (slots_.full()) Flush(rows);
    }
    Flush(rows);
  }
  shape::RestCounts TakeRestCounts() override { return {}; }
  std::vector<schema::Field> MissingColumns(std::span<const schema::RecordView>) override {
    return {};
  }
  void SetNode(std::string node_id) override { node_id_ = std::move(node_id); }

 private:
  columns::Slot& Set(int leaf) {
    return slots_.Set(leaf, slots_.layout().leaves()[static_cast<size_t>(leaf)].definition_max);
  }
  void SetText(int leaf, std::string_view text) {
    columns::Slot& slot = Set(leaf);
    slot.bytes = text.data();
    slot.length = static_cast<uint32_t>(text.size());
  }
  std::string_view KeepText(std::string_view text) {
    char* const at = slots_.Allocate(text.size());
    text.copy(at, text.size());
    return {at, text.size()};
  }
  void Flush(columns::Batch* rows) {
    if (slots_.rows() > 0) rows->Append(slots_);
    slots_.Clear();
  }

  columns::RowSlots slots_;
  const int message_;
  const int received_at_;
  const int record_id_;
  std::string node_id_;
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

Result<std::vector<schema::Field>> TextColumns(const ConvertOptions& options) {
  if (options.variants || !options.variant_columns.empty()) {
    return Fail(ErrorKind::kInvalid, "text lines hold no JSON that a variant could hold");
  }
  if (options.columns || options.keep_rest) {
    return Fail(ErrorKind::kInvalid, "text lines have the one column '{}'", kMessageColumn);
  }
  return std::vector<schema::Field>{
      {.name = std::string(kMessageColumn), .type = schema::Type::Of(schema::TypeKind::kString)}};
}

/// Add the columns that the sample's records need, variants first known.
Status AddInferred(std::span<const schema::RecordView> sample, const VariantChoice& variants,
                   TablePlan* plan) {
  std::vector<schema::Field>& fields = plan->schema.fields;
  std::vector<schema::Field> found = variants.Fields();
  fields.insert(fields.begin(), found.begin(), found.end());
  if (variants.is_empty()) {
    found = TRY(InferColumns(sample, plan->shaping, plan->schema));
  } else {
    found = TRY(shape::Shaper::Make(plan->shaping, plan->schema))->MissingColumns(sample);
  }
  fields.insert(fields.begin(), found.begin(), found.end());
  if (!variants.is_empty()) variants.Order(&fields);
  plan->shaping.may_evolve = false;
  return {};
}

}  // namespace

Result<std::vector<schema::Field>> InferColumns(std::span<const schema::RecordView> sample,
                                                const shape::Shaping& shaping,
                                                const schema::TableSchema& schema) {
  const auto shaper = TRY(shape::Shaper::Make(shaping, schema));
  std::vector<schema::Field> found = shaper->MissingColumns(sample);
  if (!found.empty()) return found;
  const bool is_array = !sample.empty() && sample[0].bytes.starts_with('[');
  return Fail(ErrorKind::kInvalid, "the first {} records give no column{}", sample.size(),
              is_array ? ": NDJSON is an object a line, not one array (jq -c '.[]' makes it so)"
                       : "; --columns declares them");
}

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
    const auto variants = TRY(VariantChoice::Make(options, sample, &plan.shaping.declared));
    plan.schema.fields = shape::InitialColumns(plan.shaping);
    if (plan.shaping.inferred) TRY(AddInferred(sample, variants, &plan));
    if (!variants.is_empty()) variants.Shred(&plan.schema.fields, &plan.shaping.declared);
  }
  schema::AssignFieldIds(FieldId(0), &plan.schema.fields);
  TRY(schema::CheckColumns(plan.schema.fields));
  plan.partitions = TRY(schema::ParsePartitionSpec(options.partition_by, plan.schema));
  plan.sort_by = TRY(While(schema::ParseSortBy(options.sort_by, plan.schema), "--sort-by"));
  plan.bloom_columns =
      TRY(While(schema::ParseBloomColumns(options.bloom_columns, plan.schema), "--bloom-filter"));
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
  if (plan.format == RecordFormat::kText) return TextRowMaker::Make(plan);
  return std::make_unique<JsonRowMaker>(TRY(shape::Shaper::Make(plan.shaping, plan.schema)));
}

}  // namespace tarn::load
