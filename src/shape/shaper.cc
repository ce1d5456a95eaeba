#include "shape/shaper.h"

#include <utility>

#include "columns/row_slots.h"
#include "shape/column_inference.h"
#include "shape/fast_parser.h"
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

std::unique_ptr<FastParser> MakeFastParser(ShapingPath path, const FastParserContext& context) {
  if (path == ShapingPath::kReference) return nullptr;
  auto parser = path == ShapingPath::kFastest ? MakeAvx2Parser(context) : nullptr;
  return parser != nullptr ? std::move(parser) : MakePlainParser(context);
}

/// When the fast path is worth trying: it costs a little, and some streams have nothing for it.
class Trial {
 public:
  bool IsDue() {
    if (declined_in_a_row_ < kPatience) return true;
    return ++skipped_ % kSkipped == 0;
  }
  void Note(bool taken) { declined_in_a_row_ = taken ? 0 : declined_in_a_row_ + 1; }

 private:
  static constexpr uint64_t kPatience = 64;
  static constexpr uint64_t kSkipped = 16;
  uint64_t declined_in_a_row_ = 0;
  uint64_t skipped_ = 0;
};

class TwoPathShaper : public Shaper {
 public:
  TwoPathShaper(Shaping shaping, RowPlan plan)
      : shaping_(std::move(shaping)),
        plan_(std::move(plan)),
        filler_(shaping_, &plan_, &counter_),
        fast_(MakeFastParser(shaping_.path,
                             {.shaping = &shaping_, .plan = &plan_, .counter = &counter_})) {}

  std::vector<schema::Field> MissingColumns(std::span<const RecordView> records) override {
    if (!shaping_.inferred || !shaping_.may_evolve) return {};
    ColumnInference inference(&plan_);
    for (const RecordView& record : records) {
      if (KnowsAll(record)) {
        inference.Pass();
      } else if (const JsonDocument* const document = reader_.Read(record.bytes)) {
        inference.Observe(*document);
      }
    }
    return inference.Missing();
  }

  void Shape(std::span<const RecordView> records, columns::Batch* rows,
             std::vector<Reject>* rejects) override {
    UseLayout(rows->layout());
    for (const RecordView& record : records) {
      if (!ShapeFast(record)) ShapeByReference(record, rejects);
      if (slots_->full()) Flush(rows);
    }
    Flush(rows);
  }

  void SetNode(std::string node_id) override { shaping_.node_id = std::move(node_id); }

  RestCounts TakeRestCounts() override {
    if (fast_ != nullptr) fast_->ForgetCounts();
    return counter_.Take();
  }

  PathCounts path_counts() const override { return counts_; }

 private:
  bool KnowsAll(const RecordView& record) {
    if (fast_ == nullptr || !inference_trial_.IsDue()) return false;
    if (slots_ == nullptr) UseLayout(plan_.layout);
    const bool knows_all = fast_->KnowsAll(record, slots_.get());
    inference_trial_.Note(knows_all);
    if (knows_all) ++counts_.known;
    return knows_all;
  }

  bool ShapeFast(const RecordView& record) {
    if (fast_ == nullptr || !trial_.IsDue()) return false;
    const bool taken = fast_->Fill(record, slots_.get());
    trial_.Note(taken);
    if (taken) ++counts_.fast;
    return taken;
  }

  void ShapeByReference(const RecordView& record, std::vector<Reject>* rejects) {
    ++counts_.reference;
    const JsonDocument* const document = reader_.Read(record.bytes);
    if (document == nullptr) {
      rejects->push_back(RejectUnread(record));
    } else if (auto misfit = filler_.Fill(*document, record, slots_.get())) {
      rejects->push_back(RejectOf(record, *std::move(misfit)));
    }
  }

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

  Shaping shaping_;
  RowPlan plan_;
  RestCounter counter_;
  JsonReader reader_;
  RowFiller filler_;
  std::unique_ptr<FastParser> fast_;
  Trial trial_;
  Trial inference_trial_;
  PathCounts counts_;
  std::unique_ptr<columns::RowSlots> slots_;  // empty but while Shape runs
};

}  // namespace

Result<std::unique_ptr<Shaper>> Shaper::Make(Shaping shaping, const schema::TableSchema& table) {
  RowPlan plan = TRY(RowPlan::Make(shaping, table));
  return std::make_unique<TwoPathShaper>(std::move(shaping), std::move(plan));
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
