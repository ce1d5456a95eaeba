#include "shape/shaper.h"

#include <utility>

#include "columns/row_slots.h"
#include "shape/column_inference.h"
#include "shape/json_fault.h"
#include "shape/json_reader.h"
#include "shape/plan.h"
#include "shape/rest_counter.h"
#include "shape/row_filler.h"

namespace tarn::shape {

namespace {

using schema::RecordView;
using schema::Reject;

Reject RejectOf(const RecordView& record, schema::RejectReason reason, std::string path,
                std::string message) {
  return {.received_at_us = record.received_at_us,
          .lsn = record.lsn,
          .source = record.source,
          .reason = reason,
          .path = std::move(path),
          .message = std::move(message),
          .raw = std::string(record.bytes)};
}

Reject RejectOf(const RecordView& record, Misfit misfit) {
  return RejectOf(record, misfit.reason, std::move(misfit.path), std::move(misfit.message));
}

/// A record that the reader refused.
Reject RejectUnread(const RecordView& record) {
  std::optional<JsonFault> fault = FindJsonFault(record.bytes);
  // The two hold the same grammar, and tests hold them to it. Should they ever differ, the record
  // is still kept.
  if (!fault) fault = JsonFault{schema::RejectReason::kNotJson, "not readable as JSON"};
  return RejectOf(record, fault->reason, {}, std::move(fault->message));
}

class ReferenceShaper : public Shaper {
 public:
  ReferenceShaper(Shaping shaping, RowPlan plan)
      : shaping_(std::move(shaping)),
        plan_(std::move(plan)),
        filler_(shaping_, &plan_, &counter_) {}

  std::vector<schema::Field> MissingColumns(std::span<const RecordView> records) override {
    if (!shaping_.inferred || !shaping_.may_evolve) return {};
    ColumnInference inference(shaping_, &plan_);
    for (const RecordView& record : records) {
      const JsonDocument* const document = reader_.Read(record.bytes);
      if (document != nullptr) inference.Observe(*document);
    }
    return inference.Missing();
  }

  void Shape(std::span<const RecordView> records, columns::Batch* rows,
             std::vector<Reject>* rejects) override {
    UseLayout(rows->layout());
    for (const RecordView& record : records) {
      const JsonDocument* const document = reader_.Read(record.bytes);
      if (document == nullptr) {
        rejects->push_back(RejectUnread(record));
        continue;
      }
      if (auto misfit = filler_.Fill(*document, record, slots_.get())) {
        rejects->push_back(RejectOf(record, *std::move(misfit)));
      }
      if (slots_->full()) Flush(rows);
    }
    Flush(rows);
  }

  RestCounts TakeRestCounts() override { return counter_.Take(); }

 private:
  void UseLayout(const std::shared_ptr<const columns::Layout>& layout) {
    if (slots_ != nullptr && &slots_->layout() == layout.get()) return;
    INVARIANT(layout->schema() == plan_.layout->schema(), "rows have the schema of their shaper");
    slots_ = std::make_unique<columns::RowSlots>(layout);
  }

  /// The slots point into the records: they must not outlive the call.
  void Flush(columns::Batch* rows) {
    if (slots_->rows() > 0) rows->Append(*slots_);
    slots_->Clear();
  }

  const Shaping shaping_;
  RowPlan plan_;
  RestCounter counter_;
  JsonReader reader_;
  RowFiller filler_;
  std::unique_ptr<columns::RowSlots> slots_;
};

}  // namespace

Result<std::unique_ptr<Shaper>> Shaper::Make(Shaping shaping, const schema::TableSchema& table) {
  RowPlan plan = TRY(RowPlan::Make(shaping, table));
  return std::make_unique<ReferenceShaper>(std::move(shaping), std::move(plan));
}

std::vector<schema::Field> InitialColumns(const Shaping& shaping) {
  std::vector<schema::Field> fields = schema::FieldsOf(shaping.declared);
  if (shaping.add_received_at) {
    fields.push_back({.name = std::string(schema::kReceivedAtColumn),
                      .type = schema::Type::Of(schema::TypeKind::kTimestampTz)});
  }
  if (shaping.keep_rest) {
    fields.push_back({.name = std::string(schema::kRestColumn),
                      .type = schema::Type::Of(schema::TypeKind::kString)});
  }
  return fields;
}

}  // namespace tarn::shape
