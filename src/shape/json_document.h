// One JSON record, read and checked: its values as a flat list that can be walked any number of
// times, each with its text as received. What simdjson's own forms lack is just that text: `_rest`
// and string columns keep it byte for byte.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tarn::shape {

enum class JsonKind : uint8_t {
  kNull,
  kFalse,
  kTrue,
  kInteger,  ///< a number without fraction and exponent, of any size
  kNumber,   ///< any other number
  kString,
  kArray,
  kObject,
};

/// One value of a document, in document order. An object is followed by its members, each a name (a
/// string) and a value; an array by its elements.
struct JsonValue {
  uint32_t begin = 0;  ///< where its text begins in the record
  uint32_t end = 0;    ///< and ends
  uint32_t next = 0;   ///< index of the value behind this one and all that is in it
  uint32_t text_begin = 0;
  uint32_t text_length = 0;
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;  ///< a string with escapes: its text stands apart
};

/// The values of one record. Index 0 is the record's object. Valid until its reader reads again,
/// and as long as the record's bytes.
struct JsonDocument {
  std::string_view record;
  std::vector<JsonValue> values;
  const char* unescaped = nullptr;  ///< texts of the strings with escapes

  const JsonValue& at(uint32_t index) const { return values[index]; }
  uint32_t after(uint32_t index) const { return values[index].next; }
  JsonKind kind(uint32_t index) const { return values[index].kind; }
  bool is_null(uint32_t index) const { return values[index].kind == JsonKind::kNull; }

  /// The value as received, a string with its quotes.
  std::string_view raw(uint32_t index) const {
    const JsonValue& value = values[index];
    return {record.data() + value.begin, value.end - value.begin};
  }
  /// A string's text, escapes undone. Without escapes it lies in the record itself.
  std::string_view text(uint32_t index) const {
    const JsonValue& value = values[index];
    return {(value.escaped ? unescaped : record.data()) + value.text_begin, value.text_length};
  }
};

}  // namespace tarn::shape
