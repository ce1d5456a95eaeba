#include "decode/heka_draft.h"

#include <bit>

#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

void AppendText(uint64_t number, const std::optional<std::string>& text, std::string* out) {
  if (text) AppendWireBytes(number, *text, out);
}

/// A negative int32 takes ten bytes, as an int64 does.
void AppendInt32(uint64_t number, const std::optional<int32_t>& value, std::string* out) {
  if (value) AppendWireNumber(number, static_cast<uint64_t>(int64_t{*value}), out);
}

void AppendNumber(const HekaDraftValue& value, std::string* out) {
  if (const double* number = std::get_if<double>(&value)) {
    AppendLe(out, std::bit_cast<uint64_t>(*number));
  } else if (const bool* flag = std::get_if<bool>(&value)) {
    AppendVarint(out, *flag ? 1 : 0);
  } else {
    AppendVarint(out, static_cast<uint64_t>(std::get<int64_t>(value)));
  }
}

void AppendNumbers(const HekaDraftField& field, uint64_t list, HekaNumbers numbers,
                   std::string* out) {
  const bool is_packed =
      numbers == HekaNumbers::kPacked || (numbers == HekaNumbers::kLua && field.values.size() > 1);
  if (is_packed && !field.values.empty()) {
    std::string packed;
    for (const HekaDraftValue& value : field.values) AppendNumber(value, &packed);
    AppendWireBytes(list, packed, out);
    return;
  }
  const bool is_double = field.value_type == HekaValueType::kDouble;
  for (const HekaDraftValue& value : field.values) {
    AppendWireKey(list, is_double ? WireType::kFixed64 : WireType::kVarint, out);
    AppendNumber(value, out);
  }
}

std::string EncodeField(const HekaDraftField& field, const HekaEncoding& encoding) {
  std::string out;
  const auto type = static_cast<uint64_t>(field.value_type);
  AppendWireBytes(1, field.name, &out);
  const bool is_type_omitted =
      encoding.omit_string_type && field.value_type == HekaValueType::kString;
  if (!is_type_omitted) AppendWireNumber(2, type, &out);
  AppendText(3, field.representation, &out);
  if (field.value_type == HekaValueType::kString || field.value_type == HekaValueType::kBytes) {
    for (const HekaDraftValue& value : field.values) {
      AppendWireBytes(kFirstValueList + type, std::get<std::string>(value), &out);
    }
  } else {
    AppendNumbers(field, kFirstValueList + type, encoding.numbers, &out);
  }
  return out;
}

}  // namespace

void AppendHekaBody(const HekaDraft& message, const HekaEncoding& encoding, std::string* out) {
  AppendWireBytes(1, message.uuid, out);
  AppendWireNumber(2, static_cast<uint64_t>(message.timestamp_ns), out);
  AppendText(3, message.type, out);
  AppendText(4, message.logger, out);
  AppendInt32(5, message.severity, out);
  AppendText(6, message.payload, out);
  AppendText(7, message.env_version, out);
  AppendInt32(8, message.pid, out);
  AppendText(9, message.hostname, out);
  for (const HekaDraftField& field : message.fields) {
    AppendWireBytes(10, EncodeField(field, encoding), out);
  }
}

}  // namespace tarn::decode
