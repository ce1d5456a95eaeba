#include "shape/json_reader.h"

#include <simdjson.h>

#include <cstring>

#include "base/units.h"
#include "schema/type.h"
#include "shape/json_number.h"
#include "shape/json_space.h"

namespace tarn::shape {

namespace {

namespace ondemand = simdjson::ondemand;

/// Memory for records up to this size is kept; that for larger ones is given back.
constexpr size_t kRecordBytesKept = kMiB;

/// simdjson's tokens reach to the next token.
std::string_view WithoutSpaceBehind(std::string_view token) {
  while (!token.empty() && IsJsonSpace(token.back())) token.remove_suffix(1);
  return token;
}

}  // namespace

struct JsonReader::Memory {
  ondemand::parser parser;
  std::unique_ptr<char[]> padded;  // a copy of the record, with room behind it
  std::unique_ptr<char[]> unescaped;
  size_t size = 0;

  void Reserve(size_t record_bytes) {
    const size_t needed = record_bytes + simdjson::SIMDJSON_PADDING;
    if (size >= needed) return;
    size = needed + needed / 2;
    padded = std::make_unique_for_overwrite<char[]>(size);
    unescaped = std::make_unique_for_overwrite<char[]>(size);
  }
};

/// One pass over one record. Every function returns false where the record is not what it must be.
class JsonReader::Walk {
 public:
  Walk(Memory* memory, JsonDocument* out)
      : memory_(*memory),
        base_(memory->padded.get()),
        text_end_(reinterpret_cast<uint8_t*>(memory->unescaped.get())),
        out_(*out) {}

  bool Run(size_t length, int levels_above) {
    if (memory_.parser.iterate(simdjson::padded_string_view(base_, length, memory_.size))
            .get(document_)) {
      return false;
    }
    ondemand::object object;
    if (document_.get_object().get(object)) return false;
    const uint32_t root = Add(JsonKind::kObject, static_cast<uint32_t>(out_.record.find('{')));
    if (!Members(object, levels_above + 1) || !document_.at_end()) return false;
    out_.values[root].end = static_cast<uint32_t>(out_.record.rfind('}') + 1);
    out_.values[root].next = static_cast<uint32_t>(out_.values.size());
    return true;
  }

 private:
  bool Members(ondemand::object& object, int level) {
    for (auto member : object) {
      if (member.error()) return false;
      ondemand::field& field = member.value_unsafe();
      if (!String(field.key(), WithoutSpaceBehind(field.key_raw_json_token()))) return false;
      if (!Value(field.value(), level)) return false;
    }
    return true;
  }

  /// in  level: of the object or array that holds the value
  bool Value(ondemand::value& value, int level) {
    const std::string_view token = WithoutSpaceBehind(value.raw_json_token());
    switch (token.front()) {
      case '"': {
        ondemand::raw_json_string string;
        return !value.get_raw_json_string().get(string) && String(string, token);
      }
      case '{': {
        ondemand::object object;
        if (level == schema::kNestingMax || value.get_object().get(object)) return false;
        const uint32_t at = Add(JsonKind::kObject, OffsetOf(token));
        return Members(object, level + 1) && Close(at);
      }
      case '[': {
        if (level == schema::kNestingMax) return false;
        const uint32_t at = Add(JsonKind::kArray, OffsetOf(token));
        return Elements(value, level + 1) && Close(at);
      }
      default:
        return Scalar(token);  // simdjson steps over what is not taken from it
    }
  }

  bool Elements(ondemand::value& value, int level) {
    ondemand::array array;
    if (value.get_array().get(array)) return false;
    for (auto element : array) {
      if (element.error() || !Value(element.value_unsafe(), level)) return false;
    }
    return true;
  }

  /// in  token: with its quotes
  bool String(ondemand::raw_json_string string, std::string_view token) {
    const uint32_t begin = OffsetOf(token);
    JsonValue& value = out_.values[Add(JsonKind::kString, begin)];
    value.end = begin + static_cast<uint32_t>(token.size());
    value.text_begin = begin + 1;
    value.text_length = static_cast<uint32_t>(token.size() - 2);
    if (std::memchr(token.data(), '\\', token.size()) == nullptr) return true;
    value.escaped = true;
    value.text_begin =
        static_cast<uint32_t>(reinterpret_cast<char*>(text_end_) - memory_.unescaped.get());
    std::string_view text;
    if (memory_.parser.unescape(string, text_end_).get(text)) return false;
    value.text_length = static_cast<uint32_t>(text.size());
    return true;
  }

  bool Scalar(std::string_view token) {
    JsonKind kind = JsonKind::kNull;
    if (token == "true") {
      kind = JsonKind::kTrue;
    } else if (token == "false") {
      kind = JsonKind::kFalse;
    } else if (token != "null") {
      const NumberForm form = FormOfNumber(token);
      if (form == NumberForm::kNone) return false;
      kind = form == NumberForm::kInteger ? JsonKind::kInteger : JsonKind::kNumber;
    }
    const uint32_t begin = OffsetOf(token);
    out_.values[Add(kind, begin)].end = begin + static_cast<uint32_t>(token.size());
    return true;
  }

  uint32_t Add(JsonKind kind, uint32_t begin) {
    const auto at = static_cast<uint32_t>(out_.values.size());
    out_.values.push_back({.begin = begin, .next = at + 1, .kind = kind});
    return at;
  }

  /// The object or array at this index has been read: what follows is the next token.
  bool Close(uint32_t at) {
    const char* end = nullptr;
    if (document_.current_location().get(end)) return false;
    while (IsJsonSpace(end[-1])) --end;
    out_.values[at].end = static_cast<uint32_t>(end - base_);
    out_.values[at].next = static_cast<uint32_t>(out_.values.size());
    return true;
  }

  uint32_t OffsetOf(std::string_view token) const {
    return static_cast<uint32_t>(token.data() - base_);
  }

  Memory& memory_;
  const char* const base_;
  uint8_t* text_end_;  // of the unescaped texts
  JsonDocument& out_;
  ondemand::document document_;
};

JsonReader::JsonReader() : memory_(std::make_unique<Memory>()) {}
JsonReader::~JsonReader() = default;

const JsonDocument* JsonReader::Read(std::string_view record, int levels_above) {
  if (memory_->size > 2 * kRecordBytesKept && record.size() <= kRecordBytesKept) {
    memory_ = std::make_unique<Memory>();
    document_.values = std::vector<JsonValue>();  // `= {}` would keep the capacity
  }
  memory_->Reserve(record.size());
  if (!record.empty()) std::memcpy(memory_->padded.get(), record.data(), record.size());
  // simdjson looks one token beyond a record that is cut short: let it see no old one.
  std::memset(memory_->padded.get() + record.size(), 0, simdjson::SIMDJSON_PADDING);
  document_.record = record;
  document_.unescaped = memory_->unescaped.get();
  document_.values.clear();
  Walk walk(memory_.get(), &document_);
  return walk.Run(record.size(), levels_above) ? &document_ : nullptr;
}

}  // namespace tarn::shape
