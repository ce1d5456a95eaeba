// Errors as AWS's JSON protocols name them, and the wording of their validation messages. Tools
// match these texts, so they are AWS's own (docs/formats/http_api.md, "Firehose").
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tarn::collect {

struct AwsError {
  std::string type;     ///< `ValidationException`: what SDKs raise
  std::string message;  ///< for a person
  int status = 400;
};

template <class T>
using AwsResult = std::expected<T, AwsError>;

/// What is wrong with a request's members, all of it, as one ValidationException.
/// Threads: one at a time.
class Violations {
 public:
  /// in  path: `records.3.member.data`, in AWS's camel case
  void MustNotBeNull(std::string_view path);
  void TooLong(std::string_view path, std::string_view value, size_t length_max);
  void TooShort(std::string_view path, std::string_view value, size_t length_min);
  void TooBig(std::string_view path, int64_t value, int64_t value_max);
  void TooSmall(std::string_view path, int64_t value, int64_t value_min);
  void MustMatch(std::string_view path, std::string_view value, std::string_view pattern);
  /// in  allowed: `[A, B]`
  void MustBeIn(std::string_view path, std::string_view value, std::string_view allowed);

  /// 1..64 of letters, digits, _ . -
  void CheckStreamName(std::string_view path, const std::optional<std::string>& name);

  bool empty() const { return texts_.empty(); }
  /// `2 validation errors detected: …; …`. in  at least one violation
  AwsError ToError() const;

 private:
  void Add(std::string_view path, std::string_view value, std::string_view constraint);

  std::vector<std::string> texts_;
  size_t count_ = 0;
};

/// Letters, digits, _ . - and 1..64 bytes.
bool IsStreamName(std::string_view name);

}  // namespace tarn::collect
