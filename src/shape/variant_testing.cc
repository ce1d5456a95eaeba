#include "shape/variant_testing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/format.h"
#include "schema/value.h"
#include "shape/object_members.h"

namespace tarn::shape {

namespace {

using columns::Node;
using schema::TypeKind;

/// A value whose parts have been read, so that members can be joined.
struct Decoded {
  std::string text;  // of all but objects
  std::optional<std::map<std::string, std::string>> members;

  std::string Text() const {
    if (!members) return text;
    std::string all = "{";
    for (const auto& [name, value] : *members) {
      all += (all.size() > 1 ? "," : "") + name + ":" + value;
    }
    return all + "}";
  }
};

std::string RealText(double real) {
  const double exact_max = 9007199254740992.0;
  if (real == std::trunc(real) && std::abs(real) <= exact_max) {
    return Format("{}", static_cast<int64_t>(real));
  }
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), real).ptr;
  return {digits, end};
}

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

/// Reads bytes in order; reading beyond their end makes it fail for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view Take(size_t count) {
    if (count > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  uint64_t Number(size_t bytes) {
    uint64_t number = 0;
    const std::string_view taken = Take(bytes);
    for (size_t i = 0; i < taken.size(); ++i) {
      number |= uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    }
    return number;
  }
  std::vector<uint64_t> Numbers(size_t count, size_t bytes) {
    std::vector<uint64_t> numbers;
    for (size_t i = 0; i < count && !failed_; ++i) numbers.push_back(Number(bytes));
    return numbers;
  }
  std::string_view rest() const { return bytes_; }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

class Decoder {
 public:
  explicit Decoder(std::string_view metadata) {
    ByteReader in(metadata);
    const uint64_t header = in.Number(1);
    const size_t width = (header >> 6) + 1;
    is_valid_ = (header & 0x0f) == 1 && (header & 0x20) == 0;
    const auto offsets = in.Numbers(in.Number(width) + 1, width);
    if (in.failed() || offsets.empty() || offsets[0] != 0 || offsets.back() != in.rest().size()) {
      is_valid_ = false;
      return;
    }
    for (size_t i = 0; i + 1 < offsets.size(); ++i) {
      names_.emplace_back(in.rest().substr(offsets[i], offsets[i + 1] - offsets[i]));
    }
    const bool is_sorted = (header & 0x10) != 0;
    if (is_sorted && std::ranges::adjacent_find(names_, std::greater_equal()) != names_.end()) {
      is_valid_ = false;
    }
  }

  bool is_valid() const { return is_valid_; }

  std::optional<Decoded> Decode(std::string_view value) const {
    if (value.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(value[0]);
    const unsigned header = first >> 2;
    const std::string_view data = value.substr(1);
    switch (first & 3) {
      case 0:
        return Primitive(header, data);
      case 1:
        if (data.size() != header) return std::nullopt;
        return Decoded{Quoted(data), {}};
      case 2:
        return Object(header, data);
      default:
        return Array(header, data);
    }
  }

 private:
  static std::optional<Decoded> Primitive(unsigned type, std::string_view data) {
    ByteReader in(data);
    std::string text;
    const auto integer = [&]<class T>(T) {
      return Format("{}", int64_t{static_cast<T>(in.Number(sizeof(T)))});
    };
    switch (type) {
      case 0:
        text = "null";
        break;
      case 1:
        text = "true";
        break;
      case 2:
        text = "false";
        break;
      case 3:
        text = integer(int8_t{});
        break;
      case 4:
        text = integer(int16_t{});
        break;
      case 5:
        text = integer(int32_t{});
        break;
      case 6:
        text = integer(int64_t{});
        break;
      case 7:
        text = RealText(std::bit_cast<double>(in.Number(8)));
        break;
      case 10: {
        if (in.Number(1) != 0) return std::nullopt;
        const uint64_t low = in.Number(8);
        const auto wide = static_cast<schema::Int128>(in.Number(8)) << 64 | low;
        text = schema::ToText(schema::Type::Decimal(38, 0), wide);
        break;
      }
      case 16:
        text = Quoted(in.Take(in.Number(4)));
        break;
      default:
        return std::nullopt;
    }
    if (in.failed() || !in.rest().empty()) return std::nullopt;
    return Decoded{std::move(text), {}};
  }

  std::optional<Decoded> Object(unsigned header, std::string_view data) const {
    ByteReader in(data);
    const size_t count = in.Number((header & 0x10) != 0 ? 4 : 1);
    const auto numbers = in.Numbers(count, (header >> 2 & 3) + 1);
    const auto parts = Parts(in.Numbers(count + 1, (header & 3) + 1), in);
    if (!parts) return std::nullopt;
    Decoded object;
    object.members.emplace();
    for (size_t i = 0; i < count; ++i) {
      if (numbers[i] >= names_.size()) return std::nullopt;
      if (i > 0 && names_[numbers[i]] <= names_[numbers[i - 1]]) return std::nullopt;
      object.members->emplace(names_[numbers[i]], (*parts)[i].Text());
    }
    return object;
  }

  std::optional<Decoded> Array(unsigned header, std::string_view data) const {
    ByteReader in(data);
    const size_t count = in.Number((header & 4) != 0 ? 4 : 1);
    const auto parts = Parts(in.Numbers(count + 1, (header & 3) + 1), in);
    if (!parts) return std::nullopt;
    std::string text = "[";
    for (const Decoded& part : *parts) text += (text.size() > 1 ? "," : "") + part.Text();
    return Decoded{text + "]", {}};
  }

  std::optional<std::vector<Decoded>> Parts(const std::vector<uint64_t>& offsets,
                                            const ByteReader& in) const {
    if (in.failed() || offsets.empty() || offsets.back() != in.rest().size()) return std::nullopt;
    std::vector<Decoded> parts;
    for (size_t i = 0; i + 1 < offsets.size(); ++i) {
      if (offsets[i] > offsets[i + 1]) return std::nullopt;
      auto part = Decode(in.rest().substr(offsets[i], offsets[i + 1] - offsets[i]));
      if (!part) return std::nullopt;
      parts.push_back(*std::move(part));
    }
    return parts;
  }

  bool is_valid_ = true;
  std::vector<std::string> names_;
};

std::string NumberText(std::string_view text, bool is_integer) {
  const size_t digits = text.size() - (text.starts_with('-') ? 1 : 0);
  if (is_integer && digits <= schema::kDecimalPrecisionMax) {
    return text == "-0" ? "0" : std::string(text);
  }
  const double real = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(real) ? RealText(real) : Quoted(text);
}

std::string JsonText(const JsonDocument& document, uint32_t value) {
  const uint32_t end = document.after(value);
  switch (document.kind(value)) {
    case JsonKind::kString:
      return Quoted(document.text(value));
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return NumberText(document.raw(value), document.kind(value) == JsonKind::kInteger);
    case JsonKind::kArray: {
      std::string text = "[";
      for (uint32_t element = value + 1; element < end; element = document.after(element)) {
        text += (text.size() > 1 ? "," : "") + JsonText(document, element);
      }
      return text + "]";
    }
    case JsonKind::kObject: {
      Decoded object;
      object.members.emplace();
      for (uint32_t name = value + 1; name < end; name = document.after(name + 1)) {
        (*object.members)[std::string(document.text(name))] = JsonText(document, name + 1);
      }
      return object.Text();
    }
    default:
      return std::string(document.raw(value));
  }
}

/// The index of the value of the member `v`.
uint32_t ValueOfV(const JsonDocument& document) {
  uint32_t value = 0;
  for (uint32_t name = 1; name < document.after(0); name = document.after(name + 1)) {
    if (document.text(name) == "v") value = name + 1;
  }
  return value;
}

/// Reads the one row of slots by levels, as a reader of Parquet does.
class Assembler {
 public:
  Assembler(const columns::RowSlots& slots, std::string_view metadata)
      : slots_(slots), decoder_(metadata), at_(slots.layout().leaves().size()) {}

  /// in  group: a node with `value` and perhaps `typed_value` behind its first `skipped` children
  /// returns  none: missing
  std::optional<Decoded> Group(const Node& group, size_t skipped) {
    const Node& binary = group.children[skipped];
    std::optional<Decoded> value;
    if (const auto bytes = TakeLeaf(binary)) {
      value = decoder_.Decode(*bytes);
      if (!value) return Decoded{"malformed", {}};
    }
    if (group.children.size() == skipped + 1) return value;
    std::optional<Decoded> typed = Typed(group.children[skipped + 1]);
    if (!typed) return value;
    if (!value) return typed;
    if (!typed->members || !value->members) return Decoded{"both values", {}};
    for (auto& [name, member] : *value->members) {
      if (!typed->members->emplace(name, member).second) return Decoded{"a member twice", {}};
    }
    return typed;
  }

  bool is_valid() const { return decoder_.is_valid(); }

 private:
  std::optional<Decoded> Typed(const Node& typed) {
    if (typed.children.empty()) return Scalar(typed);
    if (Definition(typed.first_leaf) < typed.definition) {
      Skip(typed);
      return std::nullopt;
    }
    if (typed.kind == TypeKind::kList) return List(typed);
    Decoded object;
    object.members.emplace();
    for (const Node& member : typed.children) {
      if (auto value = Group(member, 0)) object.members->emplace(member.name, value->Text());
    }
    return object;
  }

  std::optional<Decoded> List(const Node& list) {
    if (Definition(list.first_leaf) == list.definition) {
      Skip(list);
      return Decoded{"[]", {}};
    }
    std::string text = "[";
    do {
      const auto element = Group(list.children[0], 0);
      text += (text.size() > 1 ? "," : "") + (element ? element->Text() : "missing");
    } while (NextRepetition(list.first_leaf) == list.repetition);
    return Decoded{text + "]", {}};
  }

  std::optional<Decoded> Scalar(const Node& leaf) {
    const columns::Slot* const slot = Take(leaf);
    if (slot == nullptr) return std::nullopt;
    switch (leaf.kind) {
      case TypeKind::kBoolean:
        return Decoded{slot->integer != 0 ? "true" : "false", {}};
      case TypeKind::kLong:
        return Decoded{Format("{}", slot->integer), {}};
      case TypeKind::kDouble:
        return Decoded{RealText(slot->real), {}};
      default:
        return Decoded{Quoted({slot->bytes, slot->length}), {}};
    }
  }

  std::optional<std::string_view> TakeLeaf(const Node& leaf) {
    const columns::Slot* const slot = Take(leaf);
    if (slot == nullptr) return std::nullopt;
    return std::string_view(slot->bytes, slot->length);
  }

  bool IsRepeated(int leaf) const {
    return slots_.layout().leaves()[static_cast<size_t>(leaf)].repetition_max > 0;
  }
  int Definition(int leaf) const {
    if (!IsRepeated(leaf)) return slots_.definitions(leaf)[0];
    return slots_.entries(leaf).definitions()[at_[static_cast<size_t>(leaf)]];
  }
  /// Of the entry that was not read yet; -1: there is none.
  int NextRepetition(int leaf) const {
    const auto repetitions = slots_.entries(leaf).repetitions();
    const size_t at = at_[static_cast<size_t>(leaf)];
    return at < repetitions.size() ? repetitions[at] : -1;
  }
  const columns::Slot* Take(const Node& node) {
    const int leaf = node.first_leaf;
    const bool is_present = Definition(leaf) == node.definition;
    const size_t at = at_[static_cast<size_t>(leaf)]++;
    if (!is_present) return nullptr;
    return IsRepeated(leaf) ? &slots_.entries(leaf).slots()[at] : slots_.slots(leaf);
  }
  void Skip(const Node& node) {
    for (int leaf = node.first_leaf; leaf < node.first_leaf + node.leaf_count; ++leaf) {
      ++at_[static_cast<size_t>(leaf)];
    }
  }

  const columns::RowSlots& slots_;
  Decoder decoder_;
  std::vector<size_t> at_;  // by leaf: the next entry
};

RowPlan PlanFor(const schema::Type& type) {
  schema::TableSchema table;
  table.fields.push_back({.name = "v", .type = type});
  schema::AssignFieldIds(FieldId(0), &table.fields);
  Shaping shaping;
  shaping.keep_rest = shaping.add_received_at = false;
  auto plan = RowPlan::Make(shaping, table);
  EXPECT_TRUE(plan) << plan.error().message();
  return *std::move(plan);
}

}  // namespace

std::string VariantText(std::string_view metadata, std::string_view value) {
  const Decoder decoder(metadata);
  const auto decoded = decoder.is_valid() ? decoder.Decode(value) : std::nullopt;
  return decoded ? decoded->Text() : "malformed";
}

std::string JsonVariantText(std::string_view record) {
  JsonReader reader;
  const JsonDocument* const document = reader.Read(record);
  EXPECT_NE(document, nullptr) << record;
  return JsonText(*document, ValueOfV(*document));
}

VariantColumn::VariantColumn(const schema::Type& type)
    : plan_(PlanFor(type)), slots_(plan_.layout) {}

std::string VariantColumn::WriteAndRead(std::string_view record) {
  const JsonDocument* const document = reader_.Read(record);
  EXPECT_NE(document, nullptr) << record;
  slots_.Clear();
  slots_.BeginRow();
  filler_.Fill(*document, ValueOfV(*document), &plan_.columns[0].place, &slots_);
  slots_.EndRow();
  return Read();
}

std::string VariantColumn::Read() const {
  const Node& column = plan_.layout->root().children[0];
  Assembler assembler(slots_, metadata());
  if (!assembler.is_valid()) return "malformed metadata";
  const auto value = assembler.Group(column, 1);
  return value ? value->Text() : "missing";
}

std::string VariantColumn::metadata() const {
  return {slots_.slots(0)->bytes, slots_.slots(0)->length};
}

std::string VariantColumn::Leaves() const {
  std::string text;
  for (size_t i = 1; i < plan_.layout->leaves().size(); ++i) {
    const columns::Leaf& leaf = plan_.layout->leaves()[i];
    const auto number = static_cast<int>(i);
    if (leaf.repetition_max > 0 || slots_.definitions(number)[0] != leaf.definition_max) continue;
    const columns::Slot& slot = *slots_.slots(number);
    text += text.empty() ? "" : " ";
    for (size_t part = 1; part < leaf.path.size(); ++part) {
      text += (part > 1 ? "." : "") + leaf.path[part];
    }
    switch (leaf.type.kind) {
      case TypeKind::kBinary:
        text += "=" + VariantText(metadata(), {slot.bytes, slot.length});
        break;
      case TypeKind::kString:
        text += "=" + Quoted({slot.bytes, slot.length});
        break;
      case TypeKind::kDouble:
        text += "=" + RealText(slot.real);
        break;
      default:
        text += Format("={}", slot.integer);
    }
  }
  return text;
}

}  // namespace tarn::shape
