// Where a continuous source's objects lie: `s3://bucket/prefix`, fixed or with the hour in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tarn::feed {

/// Of one look at a source whose prefixes have hours.
inline constexpr size_t kPrefixesMax = 10'000;

/// A prefix to list, of the objects of one year, month, day or hour, or of all.
struct SourcePrefix {
  std::string key;       ///< begins the objects' keys
  int64_t begin_us = 0;  ///< of its time; 0 where the source has one prefix
};

/// `s3://raw/events/`, `s3://raw/%Y/%m/%d/%H/`: `%Y %m %d %H` are the hour (UTC), `%%` is a percent
/// sign. Finer ones need the coarser ones: `%d` is nothing without `%m` and `%Y`.
///
/// Threads: any, once made.
class SourcePattern {
 public:
  /// errors   kInvalid: no such URI, another letter after `%`, a finer one without a coarser one
  static Result<SourcePattern> Parse(std::string_view text);

  const std::string& bucket() const { return bucket_; }
  /// The keys' beginning, up to where the hour comes in.
  std::string FixedPart() const;
  /// How the URIs of its objects begin: ObjectUri of the prefixes, `#` for each digit of the hour.
  std::string UriShape() const;
  bool has_hours() const { return unit_ != Unit::kNone; }

  /// The prefixes of the time from `now - lookback` to `now`, oldest first.
  /// errors   kInvalid: over kPrefixesMax
  Result<std::vector<SourcePrefix>> Prefixes(int64_t now_us, int64_t lookback_us) const;
  /// When the prefix's time begins that has this moment.
  int64_t BeginOf(int64_t at_us) const;

 private:
  enum class Unit : uint8_t { kNone, kYear, kMonth, kDay, kHour };

  SourcePattern() = default;
  static std::optional<Unit> UnitOf(char letter);
  Status CheckKey(std::string_view text);
  std::string KeyOf(int64_t begin_us) const;
  int64_t NextBegin(int64_t begin_us) const;

  std::string bucket_;
  std::string key_;  // as written
  Unit unit_ = Unit::kNone;
};

/// The URI by which an object is known, wherever its bucket lies: `s3://bucket/key`, bytes of the
/// key outside `A-Z a-z 0-9 - _ . ~ /` percent-encoded. A prefix of keys gives a prefix of URIs.
std::string ObjectUri(std::string_view bucket, std::string_view key);

/// Whether one URI may have both shapes (SourcePattern::UriShape).
bool ShapesMeet(std::string_view one, std::string_view other);

/// A place for objects, without hours.
struct ObjectPlace {
  std::string bucket;
  std::string prefix;  ///< of keys; may be empty
};

/// `s3://bucket` or `s3://bucket/prefix`. errors  kInvalid
Result<ObjectPlace> ParsePlace(std::string_view text);

}  // namespace tarn::feed
