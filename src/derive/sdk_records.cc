#include "derive/sdk_records.h"

#include "shape/json_fault.h"

namespace tarn::derive {

namespace {

tarn::HekaMessage::Value ToSdk(const decode::HekaValue& value) {
  return std::visit([](auto held) { return tarn::HekaMessage::Value(held); }, value);
}

}  // namespace

tarn::HekaMessage::Value SdkHekaMessage::field(std::string_view name) const {
  const decode::HekaField* const found = message_->FindLast(name);
  if (found == nullptr) return {};
  const std::optional<decode::HekaValue> first = found->First();
  return first ? ToSdk(*first) : Value();
}

std::vector<tarn::HekaMessage::Value> SdkHekaMessage::fields(std::string_view name) const {
  std::vector<Value> all;
  for (const decode::HekaField& field : message_->fields) {
    if (field.name != name) continue;
    decode::HekaValues values(field);
    decode::HekaValue value;
    while (values.Next(&value)) all.push_back(ToSdk(value));
  }
  return all;
}

std::optional<schema::Reject> SdkJsonRecord::Read(std::string_view bytes) {
  bytes_ = bytes;
  json_ = tree_.Read(bytes);
  if (json_ != nullptr && json_->kind() == JsonValue::Kind::kObject) return std::nullopt;
  json_ = nullptr;
  schema::Reject reject{.source = schema::Source::kFile, .message = "not readable as JSON"};
  if (auto fault = shape::FindJsonFault(bytes)) {
    reject.reason = fault->reason;
    reject.message = std::move(fault->message);
  }
  return reject;
}

}  // namespace tarn::derive
