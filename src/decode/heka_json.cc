#include "decode/heka_json.h"

#include <cmath>
#include <type_traits>

#include "base/bytes.h"
#include "base/format.h"
#include "base/json.h"
#include "codec/text.h"

namespace tarn::decode {
namespace {

/// A string where the bytes are UTF-8, else an object that keeps them.
void AppendText(std::string_view bytes, std::string* out) {
  if (codec::IsUtf8(bytes)) return AppendQuotedJson(bytes, out);
  out->append(R"({"base64":")").append(codec::EncodeBase64(bytes)).append("\"}");
}

/// The shortest text that is read as this number, and not as an integer.
void AppendDouble(double number, std::string* out) {
  if (std::isnan(number)) {
    out->append("\"NaN\"");
  } else if (std::isinf(number)) {
    out->append(number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  } else {
    const std::string text = Format("{}", number);
    out->append(text);
    if (text.find_first_of(".e") == text.npos) out->append(".0");
  }
}

void AppendValue(const HekaValue& value, std::string* out) {
  const auto append = [out](const auto& held) {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, bool>) out->append(held ? "true" : "false");
    if constexpr (std::is_same_v<Held, int64_t>) out->append(Format("{}", held));
    if constexpr (std::is_same_v<Held, double>) AppendDouble(held, out);
    if constexpr (std::is_same_v<Held, std::string_view>) AppendText(held, out);
  };
  std::visit(append, value);
}

void AppendField(const HekaField& field, std::string* out) {
  out->append(R"({"name":)");
  AppendText(field.name, out);
  out->append(R"(,"value_type":")").append(HekaValueTypeName(field.value_type)).push_back('"');
  if (field.representation) {
    out->append(R"(,"representation":)");
    AppendText(*field.representation, out);
  }
  out->append(R"(,"values":[)");
  HekaValues values(field);
  HekaValue value;
  for (bool is_first = true; values.Next(&value); is_first = false) {
    if (!is_first) out->push_back(',');
    AppendValue(value, out);
  }
  out->append("]}");
}

void AppendMember(std::string_view name, const std::optional<std::string_view>& text,
                  std::string* out) {
  if (!text) return;
  out->append(",\"").append(name).append("\":");
  AppendText(*text, out);
}

/// Sixteen bytes as uuids are written; any other number of bytes as their digits alone, so that a
/// uuid that was sent as text is told from one that was not.
void AppendUuid(std::string_view uuid, std::string* out) {
  std::string digits = ToHex(uuid);
  if (uuid.size() == 16) {
    for (const size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
  }
  out->append(digits);
}

}  // namespace

void AppendHekaJson(const HekaMessage& message, std::string* out) {
  out->append(R"({"Uuid":")");
  AppendUuid(message.uuid, out);
  out->append(Format(R"(","Timestamp":{})", message.timestamp_ns));
  AppendMember("Type", message.type, out);
  AppendMember("Logger", message.logger, out);
  out->append(Format(R"(,"Severity":{})", message.severity));
  AppendMember("Payload", message.payload, out);
  AppendMember("EnvVersion", message.env_version, out);
  if (message.pid) out->append(Format(R"(,"Pid":{})", *message.pid));
  AppendMember("Hostname", message.hostname, out);
  out->append(R"(,"Fields":[)");
  for (size_t i = 0; i < message.fields.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendField(message.fields[i], out);
  }
  out->append("]}");
}

}  // namespace tarn::decode
