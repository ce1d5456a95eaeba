#include "app/heka_condition.h"

#include <algorithm>
#include <charconv>
#include <variant>

#include "base/bytes.h"

namespace tarn::app {
namespace {

constexpr std::string_view kTexts[] = {"Type", "Logger", "Payload", "EnvVersion", "Hostname"};
constexpr std::string_view kNumbers[] = {"Timestamp", "Severity", "Pid"};
constexpr std::string_view kFieldBegin = "Fields[";

template <class Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> TextOf(const decode::HekaMessage& message,
                                       std::string_view variable) {
  if (variable == "Type") return message.type;
  if (variable == "Logger") return message.logger;
  if (variable == "Payload") return message.payload;
  if (variable == "EnvVersion") return message.env_version;
  return message.hostname;
}

std::optional<int64_t> NumberOf(const decode::HekaMessage& message, std::string_view variable) {
  if (variable == "Timestamp") return message.timestamp_ns;
  if (variable == "Severity") return message.severity;
  return message.pid;
}

}  // namespace

Result<HekaCondition> HekaCondition::Parse(std::string_view text) {
  HekaCondition condition;
  const bool is_field = text.starts_with(kFieldBegin);
  const size_t end = is_field ? text.find("]=") : text.find('=');
  if (end == text.npos) {
    return Fail(ErrorKind::kInvalid, "'{}' is not NAME=TEXT or Fields[NAME]=TEXT", text);
  }
  condition.variable_ = is_field ? "Fields" : text.substr(0, end);
  if (is_field) condition.field_ = text.substr(kFieldBegin.size(), end - kFieldBegin.size());
  condition.text_ = text.substr(end + (is_field ? 2 : 1));
  condition.integer_ = ParseNumber<int64_t>(condition.text_);
  condition.number_ = ParseNumber<double>(condition.text_);
  const bool is_number = std::ranges::contains(kNumbers, condition.variable_);
  if (is_number && !condition.integer_) {
    return Fail(ErrorKind::kInvalid, "{} is an integer, not '{}'", condition.variable_,
                condition.text_);
  }
  if (condition.variable_ == "Uuid") {
    std::erase(condition.text_, '-');
    std::ranges::transform(condition.text_, condition.text_.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
    return condition;
  }
  if (is_field || is_number || std::ranges::contains(kTexts, condition.variable_)) return condition;
  return Fail(ErrorKind::kInvalid,
              "'{}' is not one of Uuid, Timestamp, Type, Logger, Severity, Payload, EnvVersion, "
              "Pid, Hostname, Fields[NAME]",
              condition.variable_);
}

bool HekaCondition::Matches(const decode::HekaMessage& message) const {
  if (variable_ == "Uuid") return ToHex(message.uuid) == text_;
  if (std::ranges::contains(kNumbers, variable_)) return NumberOf(message, variable_) == integer_;
  if (variable_ != "Fields") return TextOf(message, variable_) == text_;
  const decode::HekaField* field = message.FindFirst(field_);
  const std::optional<decode::HekaValue> value = field == nullptr ? std::nullopt : field->First();
  if (!value) return false;
  if (const auto* held = std::get_if<std::string_view>(&*value)) return *held == text_;
  if (const auto* held = std::get_if<int64_t>(&*value)) return integer_ == *held;
  if (const auto* held = std::get_if<double>(&*value)) return number_ == *held;
  return text_ == (std::get<bool>(*value) ? "true" : "false");
}

}  // namespace tarn::app
