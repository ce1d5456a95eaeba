// What the fast parser does with values that it has read, whatever it reads them with: slots,
// nulls, counts, what goes to _rest, the columns that no member fills.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "columns/row_slots.h"
#include "schema/record.h"
#include "shape/fast_parser.h"
#include "shape/fast_plan.h"
#include "shape/fast_rest.h"
#include "shape/json_reader.h"
#include "shape/scalar_reader.h"
#include "shape/variant_filler.h"

namespace tarn::shape {

/// One row at a time.
/// Threads: one at a time.
class FastRow {
 public:
  explicit FastRow(const FastParserContext& context);

  /// The plan, its members ready to be found.
  FastPlan& plan() { return *plan_; }
  bool is_inferred() const { return shaping_.inferred; }
  bool has_rest() const { return row_plan_.rest_column.has_value(); }
  FastRest& rest() { return rest_; }
  columns::RowSlots& slots() { return *slots_; }

  void Begin(columns::RowSlots* slots);
  /// As Begin, for a row that will be abandoned whatever it holds: nothing is counted.
  void Look(columns::RowSlots* slots) {
    Begin(slots);
    is_looking_ = true;
  }
  /// The members have been read: fill the other columns, close the row.
  ///
  /// returns  false where it cannot be a row
  bool End(const schema::RecordView& record);
  void Abandon() { slots_->AbandonRow(); }
  void ForgetCounts() { ++counting_round_; }

  /// The slot for a value at a place.
  ///
  /// in  repetition: the level of its entry
  columns::Slot& SlotFor(const FastNode& node, uint8_t repetition) {
    if (node.repeated) return slots_->Push(node.first_leaf, node.definition, repetition);
    definitions_[node.first_leaf] = node.definition;
    return open_slots_[node.first_leaf];
  }
  /// A struct is there: its members outside lists are null until they are read.
  void OpenStruct(const FastNode& node);
  /// Its members have been read. returns  false where a required one is missing
  bool CloseStruct(const FastNode& node, uint8_t repetition);

  /// A place is null. Outside lists it is so already.
  void SetNull(const FastNode& node, uint8_t repetition) {
    if (node.repeated) PushEmpty(node, static_cast<uint8_t>(node.definition - 1), repetition);
  }
  /// A list or map is there, and empty.
  void SetEmpty(const FastNode& node, uint8_t repetition) {
    PushEmpty(node, node.definition, repetition);
  }

  /// Count a member that goes to _rest.
  ///
  /// in       why: one of RestCounts' that is this member's, a literal; which: 0 or 1, the same for
  ///          each of a member's whys
  /// returns  false where nothing was counted yet under this path: only the reference path can tell
  ///          whether it may have a count of its own
  bool Count(const FastObject& object, FastNode* member, std::string_view why, size_t which);

  /// A member that has no place, and was not seen before.
  ///
  /// returns  null where nothing can be said of it
  FastNode* Learn(FastObject* object, std::string_view name, bool is_null);

  /// Convert a scalar of a type that is not common.
  Fit ReadNumber(const FastNode& node, std::string_view text, uint8_t repetition) {
    return Write(node, scalar_.ReadNumber(text, *node.place), repetition);
  }
  Fit ReadText(const FastNode& node, std::string_view text, uint8_t repetition) {
    return Write(node, scalar_.ReadText(text, *node.place), repetition);
  }

  /// Fill a column of variants.
  ///
  /// in       text: a JSON value, possibly null
  /// returns  false where it is none
  bool ReadVariant(const FastNode& column, std::string_view text);

  /// Why a member without a place has none, where that depends on its value.
  std::string_view WhyByValueOf(bool decides_type) const;

 private:
  void PushEmpty(const FastNode& node, uint8_t definition, uint8_t repetition);
  bool FillDefaults(const schema::RecordView& record);
  void WriteText(int leaf, uint8_t definition, std::string_view text);
  Fit Write(const FastNode& node, Fit fit, uint8_t repetition);
  columns::Slot Lasting() const;

  const Shaping& shaping_;
  const RowPlan& row_plan_;
  RestCounter& counter_;
  std::unique_ptr<FastPlan> plan_;
  std::vector<FastObject*> full_;  // of unknown members, which are forgotten with the next row
  FastRest rest_;
  ScalarReader scalar_;
  JsonReader variant_reader_;
  VariantFiller variant_;
  std::vector<Place> variant_places_;  // by column; empty ones of other columns
  columns::RowSlots* slots_ = nullptr;
  columns::Slot* open_slots_ = nullptr;
  uint8_t* definitions_ = nullptr;
  std::vector<uint64_t*> counted_;  // of this row
  uint64_t counting_round_ = 1;
  bool is_looking_ = false;
};

}  // namespace tarn::shape
