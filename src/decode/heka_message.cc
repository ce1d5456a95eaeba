#include "decode/heka_message.h"

#include <array>
#include <bit>
#include <ranges>
#include <utility>

#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

constexpr std::array<std::string_view, 5> kTypeNames = {"STRING", "BYTES", "INTEGER", "DOUBLE",
                                                        "BOOL"};

constexpr uint64_t ListOf(HekaValueType type) {
  return kFirstValueList + static_cast<uint64_t>(type);
}

/// The low 32 bits, as protobuf reads an int32 from a longer varint.
int32_t ToInt32(uint64_t value) { return static_cast<int32_t>(static_cast<uint32_t>(value)); }

/// How many numbers a packed list has. returns  what is wrong with it
Damage CountPacked(std::string_view packed, bool is_double, size_t* count) {
  if (is_double) {
    if (packed.size() % sizeof(double) != 0) return "packed doubles that are cut short";
    *count += packed.size() / sizeof(double);
    return nullptr;
  }
  uint64_t ignored = 0;
  while (!packed.empty()) {
    if (!ReadVarint(&packed, &ignored)) return "packed numbers that are cut short";
    ++*count;
  }
  return nullptr;
}

/// Check one list item of a Field, whether or not its list is the one that counts.
Damage ScanValue(const WireField& item, size_t* count) {
  const bool is_text = item.number <= ListOf(HekaValueType::kBytes);
  const bool is_double = item.number == ListOf(HekaValueType::kDouble);
  const bool is_bytes = item.type == WireType::kBytes;
  if (!is_text && is_bytes) return CountPacked(item.bytes, is_double, count);
  const WireType wanted = is_text     ? WireType::kBytes
                          : is_double ? WireType::kFixed64
                                      : WireType::kVarint;
  if (item.type != wanted) return kWrongWireType;
  ++*count;
  return nullptr;
}

Damage ReadText(const WireField& item, std::string_view* text) {
  if (item.type != WireType::kBytes) return kWrongWireType;
  *text = item.bytes;
  return nullptr;
}

Damage ReadText(const WireField& item, std::optional<std::string_view>* text) {
  return ReadText(item, &text->emplace());
}

Damage ReadNumber(const WireField& item, uint64_t* number) {
  if (item.type != WireType::kVarint) return kWrongWireType;
  *number = item.value;
  return nullptr;
}

/// Read a Field: all but its values, which are checked and counted. What occurs twice counts as it
/// stands last, so the list that counts is known only at the end.
Damage ReadField(std::string_view bytes, HekaField* field) {
  WireReader reader(bytes);
  WireField item;
  bool has_name = false;
  int32_t type = 0;
  std::array<size_t, kTypeNames.size()> counts{};
  while (reader.Next(&item)) {
    Damage damage = nullptr;
    uint64_t number = 0;
    if (item.number == 1) {
      damage = ReadText(item, &field->name);
      has_name = true;
    } else if (item.number == 2) {
      damage = ReadNumber(item, &number);
      type = ToInt32(number);
    } else if (item.number == 3) {
      damage = ReadText(item, &field->representation);
    } else if (item.number >= kFirstValueList && item.number < kFirstValueList + counts.size()) {
      damage = ScanValue(item, &counts[item.number - kFirstValueList]);
    }
    if (damage != nullptr) return damage;
  }
  if (reader.damage() != nullptr) return reader.damage();
  if (!has_name) return "a Field without a name";
  if (type < 0 || type >= static_cast<int32_t>(kTypeNames.size())) return "an unknown value_type";
  field->value_type = static_cast<HekaValueType>(type);
  field->value_count = counts[static_cast<size_t>(type)];
  field->encoded = bytes;
  return nullptr;
}

HekaValue MakeNumber(HekaValueType type, uint64_t value) {
  if (type == HekaValueType::kDouble) return std::bit_cast<double>(value);
  if (type == HekaValueType::kBool) return value != 0;
  return static_cast<int64_t>(value);
}

template <class T>
std::optional<T> FirstAs(const HekaField& field) {
  const std::optional<HekaValue> first = field.First();
  if (!first || !std::holds_alternative<T>(*first)) return std::nullopt;
  return std::get<T>(*first);
}

/// Read one of a message's own fields, but its Fields. returns  what is wrong with it
Damage ReadVariable(const WireField& item, HekaMessage* message) {
  uint64_t number = 0;
  Damage damage = nullptr;
  switch (item.number) {
    case 1:
      return ReadText(item, &message->uuid);
    case 2:
      damage = ReadNumber(item, &number);
      message->timestamp_ns = static_cast<int64_t>(number);
      return damage;
    case 3:
      return ReadText(item, &message->type);
    case 4:
      return ReadText(item, &message->logger);
    case 5:
      damage = ReadNumber(item, &number);
      message->severity = ToInt32(number);
      return damage;
    case 6:
      return ReadText(item, &message->payload);
    case 7:
      return ReadText(item, &message->env_version);
    case 8:
      damage = ReadNumber(item, &number);
      message->pid = ToInt32(number);
      return damage;
    case 9:
      return ReadText(item, &message->hostname);
    default:
      return nullptr;  // unknown: a later version's
  }
}

}  // namespace

std::string_view HekaValueTypeName(HekaValueType type) {
  return kTypeNames[static_cast<size_t>(type)];
}

std::optional<HekaValueType> ParseHekaValueType(std::string_view name) {
  for (size_t i = 0; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i] == name) return static_cast<HekaValueType>(i);
  }
  return std::nullopt;
}

bool HekaValues::NextPacked(HekaValue* value) {
  uint64_t number = 0;
  const bool is_taken =
      type_ == HekaValueType::kDouble ? TakeLe(&packed_, &number) : ReadVarint(&packed_, &number);
  if (!is_taken) return false;
  *value = MakeNumber(type_, number);
  return true;
}

bool HekaValues::Next(HekaValue* value) {
  const bool is_text = type_ == HekaValueType::kString || type_ == HekaValueType::kBytes;
  while (packed_.empty()) {
    WireReader reader(rest_);
    WireField item;
    do {
      if (!reader.Next(&item)) return false;
    } while (item.number != ListOf(type_));
    rest_ = reader.rest();
    if (is_text) {
      *value = item.bytes;
      return true;
    }
    if (item.type != WireType::kBytes) {
      *value = MakeNumber(type_, item.value);
      return true;
    }
    packed_ = item.bytes;
  }
  return NextPacked(value);
}

std::optional<HekaValue> HekaField::First() const {
  HekaValue value;
  HekaValues values(*this);
  if (!values.Next(&value)) return std::nullopt;
  return value;
}

std::optional<std::string_view> HekaField::Text() const { return FirstAs<std::string_view>(*this); }
std::optional<int64_t> HekaField::Integer() const { return FirstAs<int64_t>(*this); }
std::optional<double> HekaField::Double() const { return FirstAs<double>(*this); }
std::optional<bool> HekaField::Bool() const { return FirstAs<bool>(*this); }

const char* HekaMessage::Read(std::string_view body) {
  std::vector<HekaField> kept = std::move(fields);
  kept.clear();
  *this = HekaMessage{.fields = std::move(kept)};
  WireReader reader(body);
  WireField item;
  bool has_uuid = false;
  bool has_timestamp = false;
  while (reader.Next(&item)) {
    has_uuid |= item.number == 1;
    has_timestamp |= item.number == 2;
    Damage damage = nullptr;
    if (item.number != 10) {
      damage = ReadVariable(item, this);
    } else if (item.type != WireType::kBytes) {
      damage = kWrongWireType;
    } else if (fields.size() == kHekaFieldsMax) {
      damage = "more Fields than are read";
    } else {
      damage = ReadField(item.bytes, &fields.emplace_back());
    }
    if (damage != nullptr) return damage;
  }
  if (reader.damage() != nullptr) return reader.damage();
  if (!has_uuid) return "a message without uuid";
  if (!has_timestamp) return "a message without timestamp";
  return nullptr;
}

const HekaField* HekaMessage::FindFirst(std::string_view name) const {
  for (const HekaField& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const HekaField* HekaMessage::FindLast(std::string_view name) const {
  for (const HekaField& field : fields | std::views::reverse) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace tarn::decode
