#include "derive/row_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "base/format.h"
#include "base/invariant.h"
#include "base/units.h"
#include "codec/text.h"
#include "schema/declaration.h"
#include "schema/value.h"
#include "shape/convert_bytes.h"
#include "shape/convert_number.h"

namespace tarn::derive {

namespace {

using schema::RejectReason;
using schema::TypeKind;

constexpr size_t kSlotBytesMax = 4 * kMiB;  ///< copied for rows before they go to the batch
constexpr int64_t kDayMicros = int64_t{86'400} * 1'000'000;

std::string Describe(const Value& value) {
  if (std::holds_alternative<std::monostate>(value.held)) return "null";
  if (const bool* const held = std::get_if<bool>(&value.held)) return *held ? "true" : "false";
  if (const int64_t* const held = std::get_if<int64_t>(&value.held)) {
    return Format("the number {}", *held);
  }
  if (const double* const held = std::get_if<double>(&value.held)) {
    return Format("the number {}", *held);
  }
  if (std::holds_alternative<Value::List>(value.held)) return "an array";
  if (std::holds_alternative<Value::Map>(value.held)) return "a map";
  constexpr size_t kShownBytesMax = 60;
  const std::string text = QuoteJson(std::get<std::string>(value.held).substr(0, kShownBytesMax));
  return "the text " + text;
}

std::string WrittenType(const columns::Node& node, const schema::Type& type) {
  if (node.kind == TypeKind::kStruct) return Format("a record of {} fields", node.children.size());
  if (node.kind == TypeKind::kList) return "an array";
  if (node.kind == TypeKind::kMap) return "a map";
  return schema::HiveTypeText(type);
}

const columns::Node* FindNode(const columns::Layout& layout, std::string_view name) {
  for (const columns::Node& node : layout.root().children) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

/// 10 to a power up to schema::kDecimalPrecisionMax.
schema::Int128 PowerOfTen(int power) {
  schema::Int128 value = 1;
  for (int i = 0; i < power; ++i) value *= 10;
  return value;
}

}  // namespace

Result<std::vector<schema::Field>> DatasetColumns(const schema::AvroColumns& own,
                                                  const std::vector<std::string>& dimensions) {
  std::vector<schema::Field> fields = own.fields;
  for (const std::string& name : dimensions) {
    fields.push_back({.name = name, .type = schema::Type::Of(TypeKind::kString)});
  }
  TRY(schema::CheckColumns(fields));
  return fields;
}

std::vector<ConstantColumn> PartitionConstants(const PlannedPartition& partition,
                                               const columns::Batch& batch) {
  const auto& fields = batch.layout()->schema().fields;
  const size_t first = fields.size() - std::min(fields.size(), partition.values.size());
  std::vector<ConstantColumn> constants;
  for (size_t i = first; i < fields.size(); ++i)
    constants.push_back({fields[i].name, partition.values[i - first]});
  return constants;
}

RowWriter::RowWriter(const schema::AvroColumns& own, columns::Batch* batch)
    : batch_(*batch), slots_(batch->layout()) {
  for (const schema::Field& field : own.fields) names_.push_back(field.name);
}

Result<std::unique_ptr<RowWriter>> RowWriter::Make(const schema::AvroColumns& own,
                                                   std::vector<ConstantColumn> constants,
                                                   columns::Batch* batch) {
  std::unique_ptr<RowWriter> writer(new RowWriter(own, batch));
  TRY(writer->PlaceColumns(own, std::move(constants)));
  return writer;
}

Status RowWriter::PlaceColumns(const schema::AvroColumns& own,
                               std::vector<ConstantColumn> constants) {
  const columns::Layout& layout = slots_.layout();
  std::vector<const columns::Node*> filled;
  size_t leaf = 0;
  for (const schema::Field& field : own.fields) {
    const columns::Node* const node = FindNode(layout, field.name);
    if (node == nullptr) {
      return Fail(ErrorKind::kInvalid, "the table has no column '{}'", field.name);
    }
    filled.push_back(node);
    TRY(While(PlaceField(field, *node, own.leaf_factors, &leaf, &places_.emplace_back()),
              "column '{}'", field.name));
  }
  for (ConstantColumn& constant : constants) {
    const columns::Node* const node = FindNode(layout, constant.name);
    if (node == nullptr || node->kind != TypeKind::kString) {
      return Fail(ErrorKind::kInvalid, "the table has no column '{}' of texts", constant.name);
    }
    filled.push_back(node);
    constants_.push_back({node->first_leaf, node->definition, std::move(constant.value)});
  }
  for (const columns::Node& node : layout.root().children) {
    if (node.required && std::ranges::find(filled, &node) == filled.end()) {
      return Fail(ErrorKind::kInvalid, "the table requires '{}', which nothing fills", node.name);
    }
  }
  return {};
}

Status RowWriter::PlaceField(const schema::Field& field, const columns::Node& node,
                             const std::vector<int64_t>& factors, size_t* leaf,
                             Place* place) const {
  place->node = &node;
  place->required = field.required || node.required;
  const auto differs = [&] {
    return Fail(ErrorKind::kInvalid, "the class has it as {}, the table does not",
                schema::HiveTypeText(field.type));
  };
  if (node.kind != field.type.kind) return differs();
  if (!field.type.is_nested()) {
    const columns::Leaf& stored = slots_.layout().leaves()[static_cast<size_t>(node.first_leaf)];
    if (stored.type != field.type) return differs();
    place->type = field.type;
    place->is_repeated = stored.repetition_max > 0;
    place->factor = factors.at((*leaf)++);
    return {};
  }
  if (node.children.size() != field.type.fields.size()) return differs();
  for (size_t i = 0; i < node.children.size(); ++i) {
    const schema::Field& inner = field.type.fields[i];
    if (node.children[i].name != inner.name) return differs();
    TRY(PlaceField(inner, node.children[i], factors, leaf, &place->children.emplace_back()));
  }
  return {};
}

Record RowWriter::NewRecord() const { return Record(names_); }

std::optional<schema::Reject> RowWriter::Add(const Record& row) {
  INVARIANT(row.values().size() == places_.size(), "a row is of its writer");
  if (slots_.full() || bytes_copied_ > kSlotBytesMax) Flush();
  slots_.BeginRow();
  for (size_t i = 0; i < places_.size(); ++i) {
    if (Fill(places_[i], row.values()[i], 0, 0)) continue;
    At(names_[i]);
    slots_.AbandonRow();
    return std::exchange(reject_, {});
  }
  for (const Constant& constant : constants_) {
    columns::Slot& slot = slots_.Set(constant.leaf, constant.definition);
    slot.bytes = constant.value.data();
    slot.length = static_cast<uint32_t>(constant.value.size());
  }
  slots_.EndRow();
  return std::nullopt;
}

void RowWriter::Flush() {
  if (slots_.rows() > 0) batch_.Append(slots_);
  slots_.Clear();
  bytes_copied_ = 0;
}

/// in  reached: the level of what is present above; repetition: of the first entry that is pushed
bool RowWriter::Fill(const Place& place, const Value& value, int reached, uint8_t repetition) {
  if (std::holds_alternative<std::monostate>(value.held)) {
    if (place.required) return Missing();
    FillNull(*place.node, reached, repetition);
    return true;
  }
  switch (place.node->kind) {
    case TypeKind::kStruct:
      return FillStruct(place, value, repetition);
    case TypeKind::kList:
      return FillList(place, value, repetition);
    case TypeKind::kMap:
      return FillMap(place, value, repetition);
    default:
      return FillLeaf(place, value, repetition);
  }
}

bool RowWriter::FillStruct(const Place& place, const Value& value, uint8_t repetition) {
  const auto* const members = std::get_if<Value::List>(&value.held);
  if (members == nullptr) return WrongType(place, value);
  if (members->size() != place.children.size()) {
    return Refuse(RejectReason::kWrongType, Format("expected a record of {} fields, found {}",
                                                   place.children.size(), members->size()));
  }
  for (size_t i = 0; i < members->size(); ++i) {
    const Place& child = place.children[i];
    if (!Fill(child, (*members)[i], place.node->definition, repetition)) {
      return At(child.node->name);
    }
  }
  return true;
}

bool RowWriter::FillList(const Place& place, const Value& value, uint8_t repetition) {
  const auto* const elements = std::get_if<Value::List>(&value.held);
  if (elements == nullptr) return WrongType(place, value);
  const columns::Node& node = *place.node;
  if (elements->empty()) FillNull(node, node.definition, repetition);
  for (size_t i = 0; i < elements->size(); ++i) {
    const uint8_t here = i == 0 ? repetition : node.repetition;
    if (!Fill(place.children[0], (*elements)[i], node.definition + 1, here)) {
      return At(Format("[{}]", i));
    }
  }
  return true;
}

bool RowWriter::FillMap(const Place& place, const Value& value, uint8_t repetition) {
  const auto* const entries = std::get_if<Value::Map>(&value.held);
  if (entries == nullptr) return WrongType(place, value);
  const columns::Node& node = *place.node;
  if (entries->empty()) FillNull(node, node.definition, repetition);
  // Of a key that is there twice the last counts, as of a member in JSON.
  std::vector<const Value::Map::value_type*> in_order;
  in_order.reserve(entries->size());
  for (const auto& entry : *entries) in_order.push_back(&entry);
  std::ranges::stable_sort(in_order, {},
                           [](const auto* entry) { return std::string_view(entry->first); });
  uint8_t here = repetition;
  for (size_t i = 0; i < in_order.size(); ++i) {
    const auto& [key, held] = *in_order[i];
    if (i + 1 < in_order.size() && in_order[i + 1]->first == key) continue;
    if (!codec::IsUtf8(key)) return Refuse(RejectReason::kNotUtf8, "a key is not UTF-8");
    WriteBytes(place.children[0], key, here);
    if (!Fill(place.children[1], held, node.definition + 1, here)) return At(key);
    here = node.repetition;
  }
  return true;
}

bool RowWriter::FillLeaf(const Place& place, const Value& value, uint8_t repetition) {
  switch (place.node->kind) {
    case TypeKind::kBoolean: {
      const bool* const held = std::get_if<bool>(&value.held);
      if (held == nullptr) return WrongType(place, value);
      SlotOf(place, repetition).integer = static_cast<int64_t>(*held);
      return true;
    }
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return FillReal(place, value, repetition);
    case TypeKind::kDecimal:
      return FillDecimal(place, value, repetition);
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kFixed:
    case TypeKind::kUuid:
      return FillBytes(place, value, repetition);
    default:
      return FillWhole(place, value, repetition);
  }
}

bool RowWriter::FillWhole(const Place& place, const Value& value, uint8_t repetition) {
  const int64_t* const held = std::get_if<int64_t>(&value.held);
  if (held == nullptr) return WrongType(place, value);
  const TypeKind kind = place.node->kind;
  int64_t number = 0;
  bool fits = !__builtin_mul_overflow(*held, place.factor, &number);
  if (kind == TypeKind::kInt || kind == TypeKind::kDate) fits = std::in_range<int32_t>(number);
  if (kind == TypeKind::kTime) fits = fits && number >= 0 && number < kDayMicros;
  if (!fits) return OutOfRange(place, value);
  SlotOf(place, repetition).integer = number;
  return true;
}

bool RowWriter::FillReal(const Place& place, const Value& value, uint8_t repetition) {
  double number = 0;
  if (const double* const held = std::get_if<double>(&value.held)) {
    number = *held;
  } else if (const int64_t* const whole = std::get_if<int64_t>(&value.held)) {
    number = static_cast<double>(*whole);
  } else {
    return WrongType(place, value);
  }
  const bool is_too_large = place.node->kind == TypeKind::kFloat && std::isfinite(number) &&
                            std::abs(number) > double{std::numeric_limits<float>::max()};
  if (is_too_large) return OutOfRange(place, value);
  SlotOf(place, repetition).real = number;
  return true;
}

bool RowWriter::FillBytes(const Place& place, const Value& value, uint8_t repetition) {
  const auto* const held = std::get_if<std::string>(&value.held);
  if (held == nullptr) return WrongType(place, value);
  std::string_view bytes = *held;
  if (bytes.size() > std::numeric_limits<uint32_t>::max()) {
    return Refuse(RejectReason::kOutOfRange, Format("a value of {} bytes", bytes.size()));
  }
  const TypeKind kind = place.node->kind;
  if (kind == TypeKind::kString && !codec::IsUtf8(bytes)) {
    return Refuse(RejectReason::kNotUtf8, "expected text in UTF-8, found other bytes");
  }
  if (kind == TypeKind::kFixed && bytes.size() != static_cast<size_t>(place.type.length)) {
    return Refuse(RejectReason::kWrongType,
                  Format("expected {} bytes, found {}", place.type.length, bytes.size()));
  }
  if (kind == TypeKind::kUuid && bytes.size() != schema::kUuidBytes) {
    if (shape::ToUuid(bytes, &scratch_) != shape::Fit::kFits) return WrongType(place, value);
    bytes = scratch_;
  }
  WriteBytes(place, bytes, repetition);
  return true;
}

bool RowWriter::FillDecimal(const Place& place, const Value& value, uint8_t repetition) {
  const auto [precision, scale] = std::pair(place.type.precision, place.type.scale);
  schema::Int128 unscaled = 0;
  if (const auto* const text = std::get_if<std::string>(&value.held)) {
    const shape::Fit fit = shape::ToDecimal(*text, precision, scale, &unscaled);
    if (fit == shape::Fit::kOutOfRange) return OutOfRange(place, value);
    if (fit != shape::Fit::kFits) return WrongType(place, value);
  } else if (const int64_t* const whole = std::get_if<int64_t>(&value.held)) {
    const schema::Int128 limit = PowerOfTen(precision - scale);
    if (*whole >= limit || *whole <= -limit) return OutOfRange(place, value);
    unscaled = *whole * PowerOfTen(scale);
  } else {
    return WrongType(place, value);
  }
  const auto leaf = static_cast<size_t>(place.node->first_leaf);
  const columns::Leaf& stored = slots_.layout().leaves()[leaf];
  if (stored.physical == columns::Physical::kFixed) {
    shape::ToBigEndian(unscaled, stored.fixed_length, &scratch_);
    WriteBytes(place, scratch_, repetition);
  } else {
    SlotOf(place, repetition).integer = static_cast<int64_t>(unscaled);
  }
  return true;
}

void RowWriter::FillNull(const columns::Node& node, int definition, uint8_t repetition) {
  for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
    const auto level = static_cast<uint8_t>(definition);
    if (slots_.layout().leaves()[static_cast<size_t>(leaf)].repetition_max > 0) {
      slots_.Push(leaf, level, repetition);
    } else {
      slots_.Set(leaf, level);
    }
  }
}

columns::Slot& RowWriter::SlotOf(const Place& place, uint8_t repetition) {
  const columns::Node& node = *place.node;
  return place.is_repeated ? slots_.Push(node.first_leaf, node.definition, repetition)
                           : slots_.Set(node.first_leaf, node.definition);
}

void RowWriter::WriteBytes(const Place& place, std::string_view bytes, uint8_t repetition) {
  char* const copy = slots_.Allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  bytes_copied_ += bytes.size();
  columns::Slot& slot = SlotOf(place, repetition);
  slot.bytes = copy;
  slot.length = static_cast<uint32_t>(bytes.size());
}

bool RowWriter::Missing() {
  return Refuse(RejectReason::kMissingRequired, "a value is required, but it is missing or null");
}

bool RowWriter::WrongType(const Place& place, const Value& value) {
  return Refuse(
      RejectReason::kWrongType,
      Format("expected {}, found {}", WrittenType(*place.node, place.type), Describe(value)));
}

bool RowWriter::OutOfRange(const Place& place, const Value& value) {
  return Refuse(RejectReason::kOutOfRange, Format("{} is beyond what {} can hold", Describe(value),
                                                  WrittenType(*place.node, place.type)));
}

bool RowWriter::Refuse(RejectReason reason, std::string message) {
  reject_ = {.source = schema::Source::kFile, .reason = reason, .message = std::move(message)};
  return false;
}

bool RowWriter::At(std::string_view step) {
  if (!reject_.path.empty() && reject_.path.front() != '[') reject_.path.insert(0, ".");
  reject_.path.insert(0, step);
  return false;
}

}  // namespace tarn::derive
