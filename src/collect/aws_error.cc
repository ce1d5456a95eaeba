#include "collect/aws_error.h"

#include <algorithm>

#include "base/format.h"
#include "base/invariant.h"
#include "collect/limits.h"

namespace tarn::collect {
namespace {

constexpr size_t kViolationsShownMax = 10;
constexpr size_t kValueBytesShownMax = 128;
constexpr std::string_view kStreamNamePattern = "[a-zA-Z0-9_.-]+";

bool IsStreamNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

bool IsStreamName(std::string_view name) {
  return !name.empty() && name.size() <= kStreamNameBytesMax &&
         std::ranges::all_of(name, IsStreamNameByte);
}

void Violations::Add(std::string_view path, std::string_view value, std::string_view constraint) {
  if (++count_ > kViolationsShownMax) return;
  texts_.push_back(Format("Value {} at '{}' failed to satisfy constraint: Member must {}", value,
                          path, constraint));
}

namespace {
std::string Quoted(std::string_view value) {
  return Format("'{}'", value.substr(0, kValueBytesShownMax));
}
}  // namespace

void Violations::MustNotBeNull(std::string_view path) { Add(path, "null", "not be null"); }

void Violations::TooLong(std::string_view path, std::string_view value, size_t length_max) {
  Add(path, Quoted(value), Format("have length less than or equal to {}", length_max));
}

void Violations::TooShort(std::string_view path, std::string_view value, size_t length_min) {
  Add(path, Quoted(value), Format("have length greater than or equal to {}", length_min));
}

void Violations::TooBig(std::string_view path, int64_t value, int64_t value_max) {
  Add(path, Format("'{}'", value), Format("have value less than or equal to {}", value_max));
}

void Violations::TooSmall(std::string_view path, int64_t value, int64_t value_min) {
  Add(path, Format("'{}'", value), Format("have value greater than or equal to {}", value_min));
}

void Violations::MustMatch(std::string_view path, std::string_view value,
                           std::string_view pattern) {
  Add(path, Quoted(value), Format("satisfy regular expression pattern: {}", pattern));
}

void Violations::MustBeIn(std::string_view path, std::string_view value, std::string_view allowed) {
  Add(path, Quoted(value), Format("satisfy enum value set: {}", allowed));
}

void Violations::CheckStreamName(std::string_view path, const std::optional<std::string>& name) {
  if (!name) return MustNotBeNull(path);
  if (name->empty()) return TooShort(path, *name, 1);
  if (name->size() > kStreamNameBytesMax) TooLong(path, *name, kStreamNameBytesMax);
  if (!std::ranges::all_of(*name, IsStreamNameByte)) MustMatch(path, *name, kStreamNamePattern);
}

AwsError Violations::ToError() const {
  INVARIANT(!texts_.empty(), "a ValidationException needs a violation");
  std::string message = Format("{} validation error{} detected: ", count_, count_ == 1 ? "" : "s");
  for (size_t i = 0; i < texts_.size(); ++i) {
    if (i > 0) message += "; ";
    message += texts_[i];
  }
  return AwsError{"ValidationException", std::move(message)};
}

}  // namespace tarn::collect
