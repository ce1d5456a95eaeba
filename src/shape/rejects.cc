// Rejects as rows of `<table>_rejects`.
#include <string_view>

#include "base/invariant.h"
#include "columns/row_slots.h"
#include "shape/shaper.h"

namespace tarn::shape {

namespace {

using schema::TypeKind;

/// Columns of the rejects table, in order.
enum RejectColumn : int { kReceivedAt, kLsn, kSource, kReason, kPath, kMessage, kRaw, kCount };

schema::Field Column(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = schema::Type::Of(kind)};
}

class RejectRow {
 public:
  explicit RejectRow(columns::RowSlots* slots) : slots_(*slots) {}

  void Write(const schema::Reject& reject) {
    slots_.BeginRow();
    slots_.Set(kReceivedAt, 1).integer = reject.received_at_us;
    slots_.Set(kLsn, 1).integer = static_cast<int64_t>(reject.lsn.number());
    WriteBytes(kSource, schema::SourceName(reject.source));
    WriteBytes(kReason, schema::ReasonName(reject.reason));
    if (!reject.path.empty()) WriteBytes(kPath, reject.path);
    WriteBytes(kMessage, reject.message);
    WriteBytes(kRaw, reject.raw);
    slots_.EndRow();
  }

 private:
  void WriteBytes(RejectColumn column, std::string_view bytes) {
    columns::Slot& slot = slots_.Set(column, 1);
    slot.bytes = bytes.data();
    slot.length = static_cast<uint32_t>(bytes.size());
  }

  columns::RowSlots& slots_;
};

}  // namespace

std::vector<schema::Field> RejectColumns() {
  return {Column(std::string(schema::kReceivedAtColumn), TypeKind::kTimestampTz),
          Column("lsn", TypeKind::kLong),
          Column("source", TypeKind::kString),
          Column("reason", TypeKind::kString),
          Column("path", TypeKind::kString),
          Column("message", TypeKind::kString),
          Column("raw", TypeKind::kBinary)};
}

void AppendRejects(std::span<const schema::Reject> rejects, columns::Batch* batch) {
  INVARIANT(batch->layout()->leaves().size() == kCount, "rejects go to a rejects table");
  columns::RowSlots slots(batch->layout());
  RejectRow row(&slots);
  for (const schema::Reject& reject : rejects) {
    row.Write(reject);
    if (!slots.full()) continue;
    batch->Append(slots);
    slots.Clear();
  }
  if (slots.rows() > 0) batch->Append(slots);
}

}  // namespace tarn::shape
