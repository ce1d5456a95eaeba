#include <algorithm>
#include <filesystem>
#include <ranges>

#include "store/local_buckets.h"
#include "store/local_names_internal.h"

namespace tarn::store {
namespace {

constexpr size_t kBucketNameMin = 3;
constexpr size_t kBucketNameMax = 63;

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// returns  what is wrong with a segment; empty where nothing is
std::string_view FaultOfSegment(std::string_view segment) {
  if (segment.empty()) return "an empty segment";
  if (segment == "." || segment == "..") return "a segment of dots";
  if (segment.size() > kSegmentBytesMax) return "a segment over 255 bytes";
  return "";
}

}  // namespace

Status CheckKey(std::string_view key) {
  if (key.empty() || key.size() > kKeyBytesMax) {
    return Fail(ErrorKind::kInvalid, "a key of {} bytes: it must have 1 to {}", key.size(),
                kKeyBytesMax);
  }
  if (key.contains('\0')) return Fail(ErrorKind::kInvalid, "a key with a NUL byte in it");
  for (const auto part : std::views::split(key, '/')) {
    const std::string_view fault = FaultOfSegment(std::string_view(part));
    if (!fault.empty()) return Fail(ErrorKind::kInvalid, "key '{}' has {}", key, fault);
  }
  if (key.substr(0, key.find('/')) == kTemporaryDirectory) {
    return Fail(ErrorKind::kInvalid, "key '{}' begins with the reserved name '{}'", key,
                kTemporaryDirectory);
  }
  return {};
}

Status CheckBucketName(std::string_view name) {
  const bool length_fits = name.size() >= kBucketNameMin && name.size() <= kBucketNameMax;
  const bool characters_fit =
      std::ranges::all_of(name, [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '-'; });
  if (!length_fits || !characters_fit || !IsLetterOrDigit(name.front()) ||
      !IsLetterOrDigit(name.back()) || name.contains("..")) {
    return Fail(ErrorKind::kInvalid,
                "bucket name '{}': it must have 3 to 63 of a-z, 0-9, '.' and '-', with a letter or "
                "digit at both ends and no two dots in a row",
                name);
  }
  return {};
}

std::string AbsolutePath(const std::string& path) {
  std::string out = std::filesystem::absolute(path).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

}  // namespace tarn::store
