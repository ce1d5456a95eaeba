#include <algorithm>
#include <cstring>

#include "shape/fast_row_internal.h"
#include "shape/unknown_member.h"

namespace tarn::shape {

using columns::Slot;

FastRow::FastRow(const FastParserContext& context)
    : shaping_(*context.shaping),
      row_plan_(*context.plan),
      counter_(*context.counter),
      plan_(FastPlan::Make(*context.plan)) {
  for (const Column& column : row_plan_.columns) {
    variant_places_.push_back(column.place.is_variant ? column.place : Place());
  }
}

void FastRow::Begin(columns::RowSlots* slots) {
  for (FastObject* const object : full_) object->Reset();
  full_.clear();
  counted_.clear();
  is_looking_ = false;
  rest_.Start();
  slots_ = slots;
  slots_->BeginRow();
  open_slots_ = slots_->open_slots();
  definitions_ = slots_->open_definitions();
}

bool FastRow::End(const schema::RecordView& record) {
  if (!FillDefaults(record)) return false;
  for (const Column* const column : plan_->received_at) {
    const columns::Node& node = *column->place.node;
    slots_->Set(node.first_leaf, node.definition).integer = record.received_at_us;
  }
  for (const Column* const column : plan_->record_id) {
    const columns::Node& node = *column->place.node;
    WriteText(node.first_leaf, node.definition, schema::RecordIdText(shaping_.node_id, record.lsn));
  }
  if (rest_.any() && has_rest()) {
    const columns::Node& node = *row_plan_.columns[*row_plan_.rest_column].place.node;
    WriteText(node.first_leaf, node.definition, rest_.Finish());
  }
  slots_->EndRow();
  for (uint64_t* const count : counted_) ++*count;
  return true;
}

/// Columns that no member has filled.
bool FastRow::FillDefaults(const schema::RecordView& record) {
  for (const auto& [column, member] : plan_->defaults) {
    const columns::Node& node = *column->place.node;
    // A required column has no level for null: there a member that is null was not taken.
    const bool is_filled = column->place.required ? member->mark == plan_->record.mark
                                                  : definitions_[node.first_leaf] != 0;
    if (is_filled) continue;
    if (column->default_is_received_at) {
      slots_->Set(node.first_leaf, node.definition).integer = record.received_at_us;
    } else if (column->default_value && column->place.leaf != nullptr) {
      scalar_.Take(*column->default_value, *column->place.leaf);
      slots_->Set(node.first_leaf, node.definition) = Lasting();
    } else if (column->place.required) {
      return false;
    }
  }
  return true;
}

void FastRow::OpenStruct(const FastNode& node) {
  if (node.repeated) return;
  std::memset(definitions_ + node.first_leaf, node.definition,
              static_cast<size_t>(node.leaf_count));
}

bool FastRow::CloseStruct(const FastNode& node, uint8_t repetition) {
  const FastObject& object = *node.object;
  if (node.repeated || object.has_required) {
    for (const FastNode& member : object.members) {
      if (member.mark == object.mark) continue;
      if (member.required) return false;
      if (node.repeated) PushEmpty(member, node.definition, repetition);
    }
  }
  if (node.repeated) return true;
  for (const int leaf : object.repeated_leaves) {
    if (slots_->IsUntouched(leaf)) slots_->Push(leaf, node.definition, 0);
  }
  return true;
}

void FastRow::PushEmpty(const FastNode& node, uint8_t definition, uint8_t repetition) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    slots_->Push(leaf, definition, repetition);
  }
}

bool FastRow::Count(const FastObject& object, FastNode* member, std::string_view why,
                    size_t which) {
  if (is_looking_) return true;
  if (member->counts_of != counting_round_) {
    member->counts = {};
    member->counts_of = counting_round_;
  }
  uint64_t*& count = member->counts[which];
  if (count == nullptr) {
    std::string path = object.path;
    if (!path.empty()) path += '.';
    path += member->name;
    count = counter_.Find(path, why);
    if (count == nullptr) return false;
  }
  counted_.push_back(count);
  return true;
}

FastNode* FastRow::Learn(FastObject* object, std::string_view name, bool is_null) {
  if (object->is_full || name.size() > schema::kColumnNameBytesMax) return nullptr;
  if (object->unknown.size() == FastObject::kUnknownMax) {
    object->is_full = true;
    full_.push_back(object);
    return nullptr;
  }
  const std::string_view why = WhyByName(name, *object->names, shaping_, row_plan_);
  if (!is_null || !shaping_.inferred) {
    // Names that were never counted are not worth remembering: there may be any number of them.
    std::string path = object->path;
    if (!path.empty()) path += '.';
    path += name;
    const bool is_counted = why.empty() ? counter_.Find(path, WhyByValueOf(true)) != nullptr ||
                                              counter_.Find(path, WhyByValueOf(false)) != nullptr
                                        : counter_.Find(path, why) != nullptr;
    if (!is_counted) return nullptr;
  }
  return object->AddUnknown(name, why);
}

std::string_view FastRow::WhyByValueOf(bool decides_type) const {
  return WhyByValue(decides_type, row_plan_);
}

/// The names of a variant must be known before its values, which one pass cannot: the value is read
/// by reference, as the one member of a record.
bool FastRow::ReadVariant(const FastNode& column, std::string_view text) {
  constexpr std::string_view kBefore = R"({"":)";
  constexpr uint32_t kValueIndex = 2;  // behind the record and the name
  char* const record = slots_->Allocate(kBefore.size() + text.size() + 1);
  char* const end = std::ranges::copy(text, std::ranges::copy(kBefore, record).out).out;
  *end = '}';
  const JsonDocument* const document = variant_reader_.Read({record, end + 1});
  if (document == nullptr) return false;
  variant_.Fill(*document, kValueIndex, &variant_places_[static_cast<size_t>(column.order)],
                slots_);
  return true;
}

Fit FastRow::Write(const FastNode& node, Fit fit, uint8_t repetition) {
  if (fit == Fit::kFits) SlotFor(node, repetition) = Lasting();
  return fit;
}

/// What the scalar reader holds, as lasting as the slots.
Slot FastRow::Lasting() const {
  Slot slot = scalar_.slot();
  if (scalar_.is_lasting()) return slot;
  char* const copy = slots_->Allocate(slot.length);
  std::memcpy(copy, slot.bytes, slot.length);
  slot.bytes = copy;
  return slot;
}

void FastRow::WriteText(int leaf, uint8_t definition, std::string_view text) {
  char* const copy = slots_->Allocate(text.size());
  std::memcpy(copy, text.data(), text.size());
  Slot& slot = slots_->Set(leaf, definition);
  slot.bytes = copy;
  slot.length = static_cast<uint32_t>(text.size());
}

}  // namespace tarn::shape
