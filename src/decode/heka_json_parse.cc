#include <cmath>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "codec/text.h"
#include "decode/heka_json.h"

namespace tarn::decode {
namespace {

/// A string, or `{"base64":…}` for bytes that are no text. errors  kInvalid
Result<std::string> ReadText(const Json& json) {
  if (json.is_string()) return json.as_string();
  const bool is_wrapped = json.is_object() && json.as_object().size() == 1 &&
                          json.as_object().front().first == "base64" &&
                          json.as_object().front().second.is_string();
  if (is_wrapped) return codec::DecodeBase64(json.as_object().front().second.as_string());
  return Fail(ErrorKind::kInvalid, "neither a string nor {{\"base64\": …}}");
}

Result<int64_t> ReadInteger(const Json& json) {
  if (json.is_int()) return json.as_int();
  return Fail(ErrorKind::kInvalid, "not an integer of 64 bits");
}

Result<int32_t> ReadInt32(const Json& json) {
  const int64_t number = TRY(ReadInteger(json));
  if (std::in_range<int32_t>(number)) return static_cast<int32_t>(number);
  return Fail(ErrorKind::kInvalid, "not an integer of 32 bits");
}

Result<double> ReadDouble(const Json& json) {
  if (json.is_number()) return json.as_double();
  if (json == Json("NaN")) return std::numeric_limits<double>::quiet_NaN();
  if (json == Json("Infinity")) return std::numeric_limits<double>::infinity();
  if (json == Json("-Infinity")) return -std::numeric_limits<double>::infinity();
  return Fail(ErrorKind::kInvalid, "neither a number nor NaN, Infinity, -Infinity");
}

/// Hexadecimal, with dashes or without.
Result<std::string> ReadUuid(const Json& json) {
  if (json.is_string()) {
    std::string digits = json.as_string();
    std::erase(digits, '-');
    if (auto uuid = FromHex(digits)) return *std::move(uuid);
  }
  return Fail(ErrorKind::kInvalid, "not hexadecimal");
}

Result<HekaDraftValue> ReadValue(const Json& json, HekaValueType type) {
  switch (type) {
    case HekaValueType::kString:
    case HekaValueType::kBytes:
      return TRY(ReadText(json));
    case HekaValueType::kInteger:
      return TRY(ReadInteger(json));
    case HekaValueType::kDouble:
      return TRY(ReadDouble(json));
    case HekaValueType::kBool:
      if (json.is_bool()) return json.as_bool();
      return Fail(ErrorKind::kInvalid, "neither true nor false");
  }
  return Fail(ErrorKind::kInternal, "a value_type without values");
}

/// What values are where nothing says it; numbers are integers unless one of them has a fraction.
HekaValueType InferType(const Json::Array& values) {
  if (values.empty()) return HekaValueType::kString;
  if (values.front().is_bool()) return HekaValueType::kBool;
  if (values.front().is_object()) return HekaValueType::kBytes;
  if (!values.front().is_number()) return HekaValueType::kString;
  for (const Json& value : values) {
    if (value.is_number() && !value.is_int()) return HekaValueType::kDouble;
  }
  return HekaValueType::kInteger;
}

Status ReadValues(const Json::Array& values, HekaDraftField* field) {
  for (const Json& value : values) {
    auto read = ReadValue(value, field->value_type);
    if (!read) {
      return std::unexpected(
          std::move(read).error().While("a value of {}", HekaValueTypeName(field->value_type)));
    }
    field->values.push_back(*std::move(read));
  }
  return {};
}

Status ReadFieldMember(const Json::Member& member, HekaDraftField* field,
                       std::optional<HekaValueType>* type, const Json::Array** values) {
  const auto& [name, json] = member;
  if (name == "name") {
    field->name = TRY(ReadText(json));
  } else if (name == "representation") {
    field->representation = TRY(ReadText(json));
  } else if (name == "value_type") {
    *type = ParseHekaValueType(json.is_string() ? json.as_string() : "");
    if (!*type) {
      return Fail(ErrorKind::kInvalid, "not one of STRING, BYTES, INTEGER, DOUBLE, BOOL");
    }
  } else if (name == "values") {
    if (!json.is_array()) return Fail(ErrorKind::kInvalid, "not an array");
    *values = &json.as_array();
  } else {
    return Fail(ErrorKind::kInvalid, "a Field has name, value_type, representation, values");
  }
  return {};
}

/// A Field with all that the format knows of it.
Result<HekaDraftField> ReadField(const Json& json) {
  if (!json.is_object()) return Fail(ErrorKind::kInvalid, "not an object");
  if (json.Find("name") == nullptr) return Fail(ErrorKind::kInvalid, "it has no name");
  const Json::Array none;
  HekaDraftField field;
  std::optional<HekaValueType> type;
  const Json::Array* values = &none;
  for (const Json::Member& member : json.as_object()) {
    TRY(While(ReadFieldMember(member, &field, &type, &values), "{}", member.first));
  }
  field.value_type = type ? *type : InferType(*values);
  TRY(ReadValues(*values, &field));
  return field;
}

/// `"docType": "main"`, `"sizes": [1, 2]`: a Field for those who write them by hand.
Result<HekaDraftField> ReadPlainField(const Json::Member& member) {
  HekaDraftField field{.name = member.first};
  const Json::Array values =
      member.second.is_array() ? member.second.as_array() : Json::Array{member.second};
  field.value_type = InferType(values);
  TRY(ReadValues(values, &field));
  return field;
}

Status ReadFields(const Json& json, std::vector<HekaDraftField>* fields) {
  fields->clear();
  if (json.is_object()) {
    for (const Json::Member& member : json.as_object()) {
      fields->push_back(TRY(While(ReadPlainField(member), "Field '{}'", member.first)));
    }
    return {};
  }
  if (!json.is_array()) return Fail(ErrorKind::kInvalid, "neither an array nor an object");
  for (size_t i = 0; i < json.as_array().size(); ++i) {
    fields->push_back(TRY(While(ReadField(json.as_array()[i]), "Field {}", i + 1)));
  }
  return {};
}

Status ReadMember(const Json::Member& member, HekaDraft* message) {
  const auto& [name, json] = member;
  if (name == "Uuid") {
    message->uuid = TRY(ReadUuid(json));
  } else if (name == "Timestamp") {
    message->timestamp_ns = TRY(ReadInteger(json));
  } else if (name == "Type") {
    message->type = TRY(ReadText(json));
  } else if (name == "Logger") {
    message->logger = TRY(ReadText(json));
  } else if (name == "Severity") {
    message->severity = TRY(ReadInt32(json));
  } else if (name == "Payload") {
    message->payload = TRY(ReadText(json));
  } else if (name == "EnvVersion") {
    message->env_version = TRY(ReadText(json));
  } else if (name == "Pid") {
    message->pid = TRY(ReadInt32(json));
  } else if (name == "Hostname") {
    message->hostname = TRY(ReadText(json));
  } else if (name == "Fields") {
    TRY(ReadFields(json, &message->fields));
  } else {
    return Fail(ErrorKind::kInvalid,
                "not one of Uuid, Timestamp, Type, Logger, Severity, Payload, EnvVersion, Pid, "
                "Hostname, Fields");
  }
  return {};
}

}  // namespace

Result<HekaDraft> ParseHekaJson(std::string_view json, const std::function<HekaDraft()>& absent) {
  const Json parsed = TRY(Json::Parse(json));
  if (!parsed.is_object()) return Fail(ErrorKind::kInvalid, "a message is an object");
  const bool is_whole = parsed.Find("Uuid") != nullptr && parsed.Find("Timestamp") != nullptr;
  HekaDraft message = is_whole || !absent ? HekaDraft{} : absent();
  for (const Json::Member& member : parsed.as_object()) {
    TRY(While(ReadMember(member, &message), "{}", member.first));
  }
  return message;
}

}  // namespace tarn::decode
