#include "decode/heka_json.h"

#include <array>
#include <cmath>
#include <type_traits>

#include "base/bytes.h"
#include "base/format.h"
#include "codec/text.h"

namespace tarn::decode {
namespace {

constexpr std::array<bool, 256> MakeEscaped() {
  std::array<bool, 256> escaped{};
  for (size_t i = 0; i < 0x20; ++i) escaped[i] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  return escaped;
}
constexpr std::array<bool, 256> kEscaped = MakeEscaped();

void AppendEscaped(char c, std::string* out) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out->push_back('\\');
  if (c == '"' || c == '\\') {
    out->push_back(c);
  } else if (c == '\n' || c == '\r' || c == '\t') {
    out->push_back(c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
  } else {
    out->append("u00");
    out->push_back(kHexDigits[byte >> 4]);
    out->push_back(kHexDigits[byte & 15]);
  }
}

/// in  text: UTF-8
void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t run = 0;  // where what is not yet appended begins
  for (size_t i = 0; i < text.size(); ++i) {
    if (!kEscaped[static_cast<unsigned char>(text[i])]) continue;
    out->append(text, run, i - run);
    AppendEscaped(text[i], out);
    run = i + 1;
  }
  out->append(text, run);
  out->push_back('"');
}

/// A string where the bytes are UTF-8, else an object that keeps them.
void AppendText(std::string_view bytes, std::string* out) {
  if (codec::IsUtf8(bytes)) return AppendQuoted(bytes, out);
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
