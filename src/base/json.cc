#include "base/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.h"

namespace tarn {
namespace {

constexpr size_t kDepthMax = 512;

Result<Json> Convert(const simdjson::dom::element& element) {
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::NULL_VALUE:
      return Json();
    case Type::BOOL:
      return Json(bool(element));
    case Type::INT64:
      return Json(int64_t(element));
    case Type::UINT64:
      return Json(static_cast<double>(uint64_t(element)));
    case Type::DOUBLE:
      return Json(double(element));
    case Type::BIGINT:
      return Fail(ErrorKind::kInvalid, "an integer beyond 64 bits");
    case Type::STRING:
      return Json(std::string_view(element));
    case Type::ARRAY: {
      Json::Array items;
      for (const auto item : simdjson::dom::array(element)) items.push_back(TRY(Convert(item)));
      return Json(std::move(items));
    }
    case Type::OBJECT: {
      Json::Object members;
      for (const auto member : simdjson::dom::object(element)) {
        members.emplace_back(std::string(member.key), TRY(Convert(member.value)));
      }
      return Json(std::move(members));
    }
  }
  return Fail(ErrorKind::kInternal, "an unknown JSON element type");
}

// Length of the UTF-8 sequence at `at`, or 0 where it is none.
size_t SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                        : lead >= 0xe0 && lead <= 0xef ? 3
                        : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                       : 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(at + 1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

// How many bytes of the text stand for themselves; 0 where the one at `at` does not.
size_t PlainLength(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0x80) return SequenceLength(text, at);
  return byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\' ? 0 : 1;
}

void AppendEscaped(char c, std::string* out) {
  if (c == '"' || c == '\\') {
    out->push_back('\\');
    out->push_back(c);
  } else if (c == '\n') {
    *out += "\\n";
  } else if (c == '\r') {
    *out += "\\r";
  } else if (c == '\t') {
    *out += "\\t";
  } else if (static_cast<unsigned char>(c) < 0x80) {
    *out += "\\u00";
    *out += ToHex({&c, 1});
  } else {
    *out += "\xef\xbf\xbd";
  }
}

void NewLine(int level, std::string* out) {
  if (level < 0) return;
  out->push_back('\n');
  out->append(static_cast<size_t>(level) * 2, ' ');
}

// level: how deep to indent; negative for compact text.
void DumpTo(const Json& json, int level, std::string* out) {
  const int inner = level < 0 ? level : level + 1;
  if (json.is_null()) {
    *out += "null";
  } else if (json.is_bool()) {
    *out += json.as_bool() ? "true" : "false";
  } else if (json.is_int()) {
    *out += Format("{}", json.as_int());
  } else if (json.is_number()) {
    *out += std::isfinite(json.as_double()) ? Format("{}", json.as_double()) : "null";
  } else if (json.is_string()) {
    AppendQuotedJson(json.as_string(), out);
  } else if (json.is_array()) {
    out->push_back('[');
    for (size_t i = 0; i < json.as_array().size(); ++i) {
      if (i > 0) out->push_back(',');
      NewLine(inner, out);
      DumpTo(json.as_array()[i], inner, out);
    }
    if (!json.as_array().empty()) NewLine(level, out);
    out->push_back(']');
  } else {
    out->push_back('{');
    for (size_t i = 0; i < json.as_object().size(); ++i) {
      if (i > 0) out->push_back(',');
      NewLine(inner, out);
      AppendQuotedJson(json.as_object()[i].first, out);
      *out += level < 0 ? ":" : ": ";
      DumpTo(json.as_object()[i].second, inner, out);
    }
    if (!json.as_object().empty()) NewLine(level, out);
    out->push_back('}');
  }
}

}  // namespace

Result<Json> Json::Parse(std::string_view text) {
  thread_local simdjson::dom::parser parser;
  if (parser.max_depth() != kDepthMax &&
      parser.allocate(text.size() + 1, kDepthMax) != simdjson::SUCCESS) {
    return Fail(ErrorKind::kTooLarge, "no memory to parse {} bytes of JSON", text.size());
  }
  const auto document = parser.parse(text.data(), text.size());
  if (document.error())
    return Fail(ErrorKind::kInvalid, "not JSON: {}", simdjson::error_message(document.error()));
  return Convert(document.value_unsafe());
}

std::string Json::Dump() const {
  std::string out;
  DumpTo(*this, -1, &out);
  return out;
}

std::string Json::DumpPretty() const {
  std::string out;
  DumpTo(*this, 0, &out);
  return out;
}

const Json* Json::Find(std::string_view name) const {
  if (!is_object()) return nullptr;
  const Object& members = as_object();
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->first == name) return &member->second;
  }
  return nullptr;
}

Json& Json::Set(std::string_view name, Json value) {
  if (is_null()) value_ = Object();
  for (Member& member : as_object()) {
    if (member.first == name) return member.second = std::move(value);
  }
  return as_object().emplace_back(std::string(name), std::move(value)).second;
}

void Json::Push(Json value) {
  if (is_null()) value_ = Array();
  as_array().push_back(std::move(value));
}

namespace {

Result<const Json*> Required(const Json& object, std::string_view name,
                             bool (Json::*is_kind)() const, std::string_view kind) {
  const Json* member = object.Find(name);
  if (member == nullptr) return Fail(ErrorKind::kInvalid, "'{}' is missing", name);
  if (!(member->*is_kind)()) return Fail(ErrorKind::kInvalid, "'{}' is not {}", name, kind);
  return member;
}

}  // namespace

Result<std::string> Json::GetString(std::string_view name) const {
  return TRY(Required(*this, name, &Json::is_string, "a string"))->as_string();
}
Result<int64_t> Json::GetInt(std::string_view name) const {
  return TRY(Required(*this, name, &Json::is_int, "an integer"))->as_int();
}
Result<bool> Json::GetBool(std::string_view name) const {
  return TRY(Required(*this, name, &Json::is_bool, "a boolean"))->as_bool();
}
Result<const Json*> Json::GetArray(std::string_view name) const {
  return Required(*this, name, &Json::is_array, "an array");
}
Result<const Json*> Json::GetObject(std::string_view name) const {
  return Required(*this, name, &Json::is_object, "an object");
}

void AppendQuotedJson(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t run = 0;  // where what is not appended yet begins
  for (size_t i = 0; i < text.size();) {
    const size_t length = PlainLength(text, i);
    if (length == 0) {
      out->append(text, run, i - run);
      AppendEscaped(text[i], out);
      run = i + 1;
    }
    i += std::max<size_t>(length, 1);
  }
  out->append(text, run);
  out->push_back('"');
}

std::string QuoteJson(std::string_view text) {
  std::string out;
  AppendQuotedJson(text, &out);
  return out;
}

}  // namespace tarn
