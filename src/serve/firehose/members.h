// Reading members of a Firehose request: of the right type, within AWS's bounds, with AWS's words
// where they are not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "collect/aws_error.h"
#include "serve/firehose/patterns.h"

namespace tarn::serve {

/// One structure of a request and where it stands. A member that is null counts as absent.
/// Threads: one at a time.
class Members {
 public:
  /// in  object: an object, lent; path: camel case, empty for the request itself; violations: lent
  Members(const Json& object, std::string path, collect::Violations* violations)
      : object_(object), path_(std::move(path)), violations_(violations) {}

  struct Length {
    size_t min = 0;
    size_t max = 0;
  };
  struct Range {
    int64_t min = 0;
    int64_t max = 0;
  };

  // An absent member has no value, nor has one outside its enum (a violation). errors
  // SerializationException: of another type
  collect::AwsResult<std::optional<std::string>> String(std::string_view name, Length length) const;
  collect::AwsResult<std::optional<std::string>> String(std::string_view name, Length length,
                                                        const Pattern& pattern) const;
  collect::AwsResult<std::optional<std::string>> OneOf(
      std::string_view name, std::initializer_list<std::string_view> allowed) const;
  collect::AwsResult<std::optional<int64_t>> Integer(std::string_view name, Range range) const;
  collect::AwsResult<std::optional<bool>> Boolean(std::string_view name) const;
  /// returns  an object; nullptr where absent
  collect::AwsResult<const Json*> Structure(std::string_view name) const;
  /// returns  an array; nullptr where absent
  collect::AwsResult<const Json*> List(std::string_view name, Length length) const;

  /// As List, of objects.
  collect::AwsResult<const Json*> Structures(std::string_view name, Length length) const;

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  void Require(std::string_view name) const;
  std::string PathOf(std::string_view name) const;

 private:
  const Json* Find(std::string_view name) const;

  const Json& object_;
  const std::string path_;
  collect::Violations* const violations_;
};

/// The request's JSON; an empty body is {}. errors  SerializationException
collect::AwsResult<Json> ParseAwsInput(std::string_view body);

}  // namespace tarn::serve
