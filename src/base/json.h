// Small JSON documents as values: metadata files, request envelopes, configuration, replies.
// Members keep their order. Records never come through here: shape/ reads those.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace tarn {

/// One JSON value. Integers that fit int64 stay integers; larger ones and fractions are doubles.
/// Threads: as any value.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;  ///< null
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(int64_t{value}) {}
  Json(int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  static Json MakeObject(std::initializer_list<Member> members) { return Json(Object(members)); }
  static Json MakeArray() { return Json(Array()); }
  static Json MakeArray(const std::vector<std::string>& texts) {
    return Json(Array(texts.begin(), texts.end()));
  }

  /// Parse one whole document.
  ///
  /// in       text: JSON, up to depth 512; duplicate members are kept, Find returns the last
  /// errors   kInvalid, with what and where
  static Result<Json> Parse(std::string_view text);

  /// returns  compact JSON text, valid UTF-8 where the strings are; NaN and infinities become null
  std::string Dump() const;
  /// As Dump, two spaces a level, for files that people open.
  std::string DumpPretty() const;

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // The value itself; the kind must have been asked for first.
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const { return std::get<int64_t>(value_); }
  double as_double() const {
    return is_int() ? static_cast<double>(as_int()) : std::get<double>(value_);
  }
  const std::string& as_string() const { return std::get<std::string>(value_); }
  const Array& as_array() const { return std::get<Array>(value_); }
  Array& as_array() { return std::get<Array>(value_); }
  const Object& as_object() const { return std::get<Object>(value_); }
  Object& as_object() { return std::get<Object>(value_); }

  /// returns  the last member of this name; nullptr where there is none or this is no object
  const Json* Find(std::string_view name) const;
  /// Add a member, or replace the one of this name. This must be an object or null.
  Json& Set(std::string_view name, Json value);
  /// Append to an array (or to null, which becomes one).
  void Push(Json value);

  // A required member of an object. errors  kInvalid: missing, or of another kind; names the member
  Result<std::string> GetString(std::string_view name) const;
  Result<int64_t> GetInt(std::string_view name) const;
  Result<bool> GetBool(std::string_view name) const;
  Result<const Json*> GetArray(std::string_view name) const;
  Result<const Json*> GetObject(std::string_view name) const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

/// A string as JSON text with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string QuoteJson(std::string_view text);
void AppendQuotedJson(std::string_view text, std::string* out);

}  // namespace tarn
