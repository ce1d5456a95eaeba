#include "serve/firehose/members.h"

#include <algorithm>
#include <utility>

#include "base/format.h"

namespace tarn::serve {
namespace {

using collect::AwsError;
using collect::AwsResult;

std::unexpected<AwsError> WrongType(std::string_view path, std::string_view wanted) {
  return std::unexpected(AwsError{"SerializationException",
                                  Format("Unexpected field type: '{}' must be {}.", path, wanted)});
}

}  // namespace

const Json* Members::Find(std::string_view name) const {
  const Json* member = object_.Find(name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

std::string Members::PathOf(std::string_view name) const {
  std::string camel(name);
  if (camel[0] >= 'A' && camel[0] <= 'Z') camel[0] = static_cast<char>(camel[0] - 'A' + 'a');
  return path_.empty() ? camel : path_ + "." + camel;
}

void Members::Require(std::string_view name) const {
  if (Find(name) == nullptr) violations_->MustNotBeNull(PathOf(name));
}

AwsResult<std::optional<std::string>> Members::String(std::string_view name, Length length) const {
  const Json* member = Find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) return WrongType(PathOf(name), "a string");
  const std::string& text = member->as_string();
  if (text.size() < length.min) violations_->TooShort(PathOf(name), text, length.min);
  if (text.size() > length.max) violations_->TooLong(PathOf(name), text, length.max);
  return text;
}

AwsResult<std::optional<std::string>> Members::String(std::string_view name, Length length,
                                                      const Pattern& pattern) const {
  auto text = TRY(String(name, length));
  if (text && !pattern.matches(*text)) violations_->MustMatch(PathOf(name), *text, pattern.text);
  return text;
}

AwsResult<std::optional<std::string>> Members::OneOf(
    std::string_view name, std::initializer_list<std::string_view> allowed) const {
  const Json* member = Find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) return WrongType(PathOf(name), "a string");
  if (std::ranges::find(allowed, member->as_string()) == allowed.end()) {
    std::string all;
    for (const std::string_view value : allowed) {
      if (!all.empty()) all += ", ";
      all += value;
    }
    violations_->MustBeIn(PathOf(name), member->as_string(), "[" + all + "]");
    return std::nullopt;
  }
  return member->as_string();
}

AwsResult<std::optional<int64_t>> Members::Integer(std::string_view name, Range range) const {
  const Json* member = Find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_int()) return WrongType(PathOf(name), "an integer");
  if (member->as_int() < range.min) {
    violations_->TooSmall(PathOf(name), member->as_int(), range.min);
  }
  if (member->as_int() > range.max) violations_->TooBig(PathOf(name), member->as_int(), range.max);
  return member->as_int();
}

AwsResult<std::optional<bool>> Members::Boolean(std::string_view name) const {
  const Json* member = Find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_bool()) return WrongType(PathOf(name), "a boolean");
  return member->as_bool();
}

AwsResult<const Json*> Members::Structure(std::string_view name) const {
  const Json* member = Find(name);
  if (member != nullptr && !member->is_object()) return WrongType(PathOf(name), "a structure");
  return member;
}

AwsResult<const Json*> Members::List(std::string_view name, Length length) const {
  const Json* member = Find(name);
  if (member == nullptr) return member;
  if (!member->is_array()) return WrongType(PathOf(name), "a list");
  const size_t size = member->as_array().size();
  const std::string shown = Format("[{} elements]", size);
  if (size < length.min) violations_->TooShort(PathOf(name), shown, length.min);
  if (size > length.max) violations_->TooLong(PathOf(name), shown, length.max);
  return member;
}

AwsResult<const Json*> Members::Structures(std::string_view name, Length length) const {
  const Json* list = TRY(List(name, length));
  if (list != nullptr && !std::ranges::all_of(list->as_array(), &Json::is_object)) {
    return WrongType(PathOf(name), "a list of structures");
  }
  return list;
}

AwsResult<Json> ParseAwsInput(std::string_view body) {
  if (body.empty()) return Json::MakeObject({});
  auto input = Json::Parse(body);
  if (!input) {
    return std::unexpected(
        AwsError{"SerializationException",
                 "The request body is not valid JSON: " + input.error().message()});
  }
  if (!input->is_object()) {
    return std::unexpected(AwsError{"SerializationException",
                                    "Unexpected field type: the request must be a structure."});
  }
  return *std::move(input);
}

}  // namespace tarn::serve
