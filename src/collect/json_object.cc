#include "collect/json_object.h"

#include <simdjson.h>

#include "collect/header_text.h"
#include "collect/padded_text_internal.h"

namespace tarn::collect {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kDepthMax = 512;  // simdjson itself only promises not to go beyond 1024

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

/// RFC 8259's number, of any size: simdjson itself refuses those beyond 64 bits.
bool IsJsonNumber(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t integer = at;
  at = SkipDigits(text, at);
  if (at == integer || (text[integer] == '0' && at > integer + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = ++at;
    at = SkipDigits(text, at);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent = at;
    at = SkipDigits(text, at);
    if (at == exponent) return false;
  }
  return at == text.size();
}

bool IsValid(ondemand::value value, int depth);

bool IsValidObject(ondemand::object object, int depth) {
  for (auto member : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(member).get(field) || field.unescaped_key().get(key)) return false;
    if (!IsValid(field.value(), depth + 1)) return false;
  }
  return true;
}

bool IsValidArray(ondemand::array array, int depth) {
  for (auto element : array) {
    ondemand::value value;
    if (std::move(element).get(value) || !IsValid(value, depth + 1)) return false;
  }
  return true;
}

/// On-demand checks only what is read, so everything is read.
bool IsValid(ondemand::value value, int depth) {
  if (depth > kDepthMax) return false;
  ondemand::json_type type;
  if (value.type().get(type)) return false;
  switch (type) {
    case ondemand::json_type::object: {
      ondemand::object object;
      return !value.get_object().get(object) && IsValidObject(object, depth);
    }
    case ondemand::json_type::array: {
      ondemand::array array;
      return !value.get_array().get(array) && IsValidArray(array, depth);
    }
    case ondemand::json_type::string: {
      std::string_view text;
      return !value.get_string().get(text);
    }
    case ondemand::json_type::number: {
      std::string_view text;
      return !value.raw_json().get(text) && IsJsonNumber(TrimBlanks(text));
    }
    case ondemand::json_type::boolean: {
      bool boolean = false;
      return !value.get_bool().get(boolean);
    }
    case ondemand::json_type::null: {
      bool is_null = false;
      return !value.is_null().get(is_null) && is_null;
    }
    case ondemand::json_type::unknown:
      return false;
  }
  return false;
}

}  // namespace

bool IsJsonObject(std::string_view text) {
  // Once a thread: parser and copy keep their memory from body to body.
  static thread_local ondemand::parser parser;
  static thread_local PaddedText padded;
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded.Copy(text)).get(document)) return false;
  if (document.get_object().get(object)) return false;
  return IsValidObject(object, 1) && document.at_end();
}

}  // namespace tarn::collect
