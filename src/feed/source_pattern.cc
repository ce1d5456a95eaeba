#include "feed/source_pattern.h"

#include <algorithm>

#include "base/time.h"
#include "codec/text.h"
#include "store/local_buckets.h"

namespace tarn::feed {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr size_t kKeyBytesMax = 1000;
constexpr char kAnyDigit = '#';

}  // namespace

Result<ObjectPlace> ParsePlace(std::string_view text) {
  if (!text.starts_with(kScheme)) {
    return Fail(ErrorKind::kInvalid, "'{}' is no place of objects: write s3://bucket/prefix/",
                text);
  }
  const std::string_view rest = text.substr(kScheme.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  ObjectPlace place{.bucket = std::string(rest.substr(0, slash)),
                    .prefix = std::string(rest.substr(std::min(slash + 1, rest.size())))};
  TRY(store::CheckBucketName(place.bucket));
  if (place.prefix.starts_with('/') || place.prefix.find("//") != std::string::npos ||
      place.prefix.size() > kKeyBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "'{}': no key begins with '{}': at most {} bytes, and no two slashes in a row",
                text, place.prefix.substr(0, 64), kKeyBytesMax);
  }
  return place;
}

std::optional<SourcePattern::Unit> SourcePattern::UnitOf(char letter) {
  switch (letter) {
    case 'Y':
      return Unit::kYear;
    case 'm':
      return Unit::kMonth;
    case 'd':
      return Unit::kDay;
    case 'H':
      return Unit::kHour;
    case '%':
      return Unit::kNone;
    default:
      return std::nullopt;
  }
}

Result<SourcePattern> SourcePattern::Parse(std::string_view text) {
  ObjectPlace place = TRY(ParsePlace(text));
  SourcePattern pattern;
  pattern.bucket_ = std::move(place.bucket);
  pattern.key_ = std::move(place.prefix);
  TRY(pattern.CheckKey(text));
  return pattern;
}

/// Find the finest unit, and see that all coarser ones are there: else one prefix would stand for
/// several hours that lie apart.
Status SourcePattern::CheckKey(std::string_view text) {
  bool has[5] = {};
  for (size_t at = key_.find('%'); at != key_.npos; at = key_.find('%', at + 2)) {
    const auto unit = at + 1 < key_.size() ? UnitOf(key_[at + 1]) : std::nullopt;
    if (!unit) {
      return Fail(ErrorKind::kInvalid,
                  "'{}': '{}' is none of %Y, %m, %d, %H and %% (a percent sign)", text,
                  key_.substr(at, 2));
    }
    has[static_cast<size_t>(*unit)] = true;
    unit_ = std::max(unit_, *unit);
  }
  for (size_t unit = 1; unit < static_cast<size_t>(unit_); ++unit) {
    if (has[unit]) continue;
    return Fail(ErrorKind::kInvalid,
                "'{}' names a month without its year, or a day or hour without "
                "its month: write as much of %Y/%m/%d/%H as there is",
                text);
  }
  return {};
}

std::string SourcePattern::FixedPart() const {
  std::string part;
  for (size_t at = 0; at < key_.size(); ++at) {
    if (key_[at] != '%') {
      part += key_[at];
    } else if (key_[++at] == '%') {
      part += '%';
    } else {
      return part;
    }
  }
  return part;
}

std::string SourcePattern::UriShape() const {
  std::string shape = ObjectUri(bucket_, "");
  for (size_t at = 0; at < key_.size(); ++at) {
    const bool has_sign = key_[at] == '%';
    if (has_sign) ++at;
    if (!has_sign || key_[at] == '%') {
      shape += codec::EncodePercentPath(key_.substr(at, 1));
    } else {
      shape.append(key_[at] == 'Y' ? 4 : 2, kAnyDigit);
    }
  }
  return shape;
}

std::string SourcePattern::KeyOf(int64_t begin_us) const {
  const int64_t day = FloorDivide(begin_us, kMicrosPerDay);
  const CivilDate date = CivilFromDays(day);
  std::string key;
  for (size_t at = 0; at < key_.size(); ++at) {
    if (key_[at] != '%') {
      key += key_[at];
      continue;
    }
    switch (key_[++at]) {
      case 'Y':
        key += Format("{:04}", date.year);
        break;
      case 'm':
        key += Format("{:02}", date.month);
        break;
      case 'd':
        key += Format("{:02}", date.day);
        break;
      case 'H':
        key += Format("{:02}", (begin_us - day * kMicrosPerDay) / kMicrosPerHour);
        break;
      default:
        key += '%';
    }
  }
  return key;
}

int64_t SourcePattern::BeginOf(int64_t at_us) const {
  const int64_t day = FloorDivide(at_us, kMicrosPerDay);
  CivilDate date = CivilFromDays(day);
  switch (unit_) {
    case Unit::kNone:
      return 0;
    case Unit::kHour:
      return FloorDivide(at_us, kMicrosPerHour) * kMicrosPerHour;
    case Unit::kDay:
      break;
    case Unit::kYear:
      date.month = 1;
      [[fallthrough]];
    case Unit::kMonth:
      date.day = 1;
  }
  return DaysFromCivil(date) * kMicrosPerDay;
}

int64_t SourcePattern::NextBegin(int64_t begin_us) const {
  switch (unit_) {
    case Unit::kHour:
      return begin_us + kMicrosPerHour;
    case Unit::kMonth:
      return BeginOf(begin_us + 31 * kMicrosPerDay);
    case Unit::kYear:
      return BeginOf(begin_us + 366 * kMicrosPerDay);
    case Unit::kNone:
    case Unit::kDay:
      break;
  }
  return begin_us + kMicrosPerDay;
}

Result<std::vector<SourcePrefix>> SourcePattern::Prefixes(int64_t now_us,
                                                          int64_t lookback_us) const {
  std::vector<SourcePrefix> prefixes;
  if (!has_hours()) {
    prefixes.push_back({FixedPart(), 0});
    return prefixes;
  }
  for (int64_t begin = BeginOf(now_us - lookback_us); begin <= now_us; begin = NextBegin(begin)) {
    if (prefixes.size() == kPrefixesMax) {
      return Fail(ErrorKind::kInvalid, "the lookback has over {} prefixes to list: make it shorter",
                  kPrefixesMax);
    }
    prefixes.push_back({KeyOf(begin), begin});
  }
  return prefixes;
}

bool ShapesMeet(std::string_view one, std::string_view other) {
  const auto fits = [](char any, char c) {
    return any == c || (any == kAnyDigit && c >= '0' && c <= '9');
  };
  for (size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    if (!fits(one[i], other[i]) && !fits(other[i], one[i])) return false;
  }
  return true;
}

std::string ObjectUri(std::string_view bucket, std::string_view key) {
  return Format("{}{}/{}", kScheme, bucket, codec::EncodePercentPath(key));
}

}  // namespace tarn::feed
