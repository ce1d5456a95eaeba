// Decoded records as the SDK shows them to a class's build_record.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "decode/heka_message.h"
#include "derive/json_tree.h"
#include "schema/record.h"
#include "tarn/derived_stream.h"

namespace tarn::derive {

/// decode's message, to be set anew for each frame. Threads: one at a time.
class SdkHekaMessage final : public tarn::HekaMessage {
 public:
  /// in  message, body: lent until the next call; body: the bytes of the message
  void Set(const decode::HekaMessage& message, std::string_view body) {
    message_ = &message;
    body_ = body;
  }

  std::string_view bytes() const override { return body_; }
  std::unique_ptr<const JsonValue> parse(std::string_view text) const override {
    return parser_.Parse(text);
  }
  std::string_view uuid() const override { return message_->uuid; }
  int64_t timestamp() const override { return message_->timestamp_ns; }
  std::string_view type() const override { return message_->type.value_or(""); }
  std::string_view logger() const override { return message_->logger.value_or(""); }
  int32_t severity() const override { return message_->severity; }
  std::string_view payload() const override { return message_->payload.value_or(""); }
  std::string_view env_version() const override { return message_->env_version.value_or(""); }
  int32_t pid() const override { return message_->pid.value_or(0); }
  std::string_view hostname() const override { return message_->hostname.value_or(""); }
  Value field(std::string_view name) const override;
  std::vector<Value> fields(std::string_view name) const override;

 private:
  const decode::HekaMessage* message_ = nullptr;
  std::string_view body_;
  JsonParser parser_;
};

/// A record of JSON. Threads: one at a time.
class SdkJsonRecord final : public tarn::JsonRecord {
 public:
  /// Read a record.
  ///
  /// in       bytes: lent until the next call
  /// returns  none; or why it is not one JSON object, without its raw bytes: then there is no
  ///          record to show
  std::optional<schema::Reject> Read(std::string_view bytes);

  std::string_view bytes() const override { return bytes_; }
  std::unique_ptr<const JsonValue> parse(std::string_view text) const override {
    return parser_.Parse(text);
  }
  const JsonValue& json() const override { return *json_; }

 private:
  std::string_view bytes_;
  const JsonValue* json_ = nullptr;
  JsonTree tree_;
  JsonParser parser_;
};

}  // namespace tarn::derive
