// One document to one row: members to columns, misfits to the caller or to _rest.
// docs/formats/shaping.md, sections 3 to 7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columns/row_slots.h"
#include "schema/record.h"
#include "shape/fit_check.h"
#include "shape/json_document.h"
#include "shape/json_reader.h"
#include "shape/misfit_note.h"
#include "shape/plan.h"
#include "shape/rest_counter.h"
#include "shape/rest_text.h"
#include "shape/scalar_reader.h"
#include "shape/shaper.h"
#include "shape/variant_filler.h"

namespace tarn::shape {

/// Why a record could not become a row.
struct Misfit {
  schema::RejectReason reason = schema::RejectReason::kWrongType;
  std::string path;
  std::string message;
};

/// Fills rows by a plan.
/// Threads: one at a time.
class RowFiller {
 public:
  /// in  shaping, plan, counter: lent for the filler's lifetime
  RowFiller(const Shaping& shaping, RowPlan* plan, RestCounter* counter)
      : shaping_(shaping),
        plan_(*plan),
        counter_(*counter),
        note_(shaping.inferred),
        fit_check_(&note_) {}
  RowFiller(const RowFiller&) = delete;
  RowFiller& operator=(const RowFiller&) = delete;

  /// Fill the next row of `slots`. The slots point into the document's record.
  ///
  /// in       slots: not full, of a layout equal to the plan's
  /// returns  none; or why there is no row, the slots then being as before
  std::optional<Misfit> Fill(const JsonDocument& document, const schema::RecordView& record,
                             columns::RowSlots* slots);

 private:
  // Columns.
  Fit FillColumns(const schema::RecordView& record);
  Fit FillFromMember(Column* column, const schema::RecordView& record);
  Fit FillFromText(Place* place, uint32_t name);
  Fit FillAbsent(const Column& column, const schema::RecordView& record);
  Fit RefuseRequired(const Column& column, uint32_t name, Fit fit);

  // Values. `repetition` is the level of the first entry that they push.
  Fit FillIfFits(Place* place, uint32_t name, uint8_t repetition);
  Fit FillValue(Place* place, uint32_t value, uint8_t repetition);
  Fit FillScalar(const Place& place, uint32_t value, uint8_t repetition);
  Fit FillStruct(Place* place, uint32_t object, uint8_t repetition);
  Fit FillMember(Place* place, uint32_t name, uint8_t repetition);
  Fit FillList(Place* place, uint32_t array, uint8_t repetition);
  Fit FillElement(Place* place, uint32_t value, uint32_t index, uint8_t repetition);
  Fit FillMap(Place* place, uint32_t object, uint8_t repetition);
  Fit FillEntry(Place* place, uint32_t name, uint8_t repetition);
  void FillNull(const Place& place, int definition, uint8_t repetition);

  // Members without a column.
  void KeepOthers(size_t from, const MemberNames& names);
  std::string_view WhyUnknown(uint32_t name, const MemberNames& names) const;
  void Keep(uint32_t name, std::string_view why);
  void CountDropped();

  // Slots.
  columns::Slot& SlotFor(const Place& place, uint8_t repetition);
  void Write(const Place& place, uint8_t repetition);
  void WriteText(const Place& place, std::string_view text);
  const char* CopyOf(std::string_view bytes);

  const Shaping& shaping_;
  RowPlan& plan_;
  RestCounter& counter_;
  MisfitNote note_;
  FitCheck fit_check_;
  RestText rest_;
  ScalarReader scalar_;
  VariantFiller variant_;
  JsonReader text_reader_;                  // of objects inside texts
  const JsonDocument* document_ = nullptr;  // the record's, or that of a text in it
  columns::RowSlots* slots_ = nullptr;
  std::vector<uint32_t> names_;  // a stack: of members without a place, of maps' keys
  std::vector<uint32_t> dropped_;
};

}  // namespace tarn::shape
