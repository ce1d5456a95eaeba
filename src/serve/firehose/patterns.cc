#include "serve/firehose/patterns.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace tarn::serve {
namespace {

constexpr std::string_view kArnStart = "arn:";
constexpr size_t kAccountDigits = 12;
constexpr size_t kBucketNameMax = 255;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsLetterOrDigit(char c) { return IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z'); }

/// Letters, digits and these.
bool IsMadeOf(std::string_view value, std::string_view others) {
  return std::ranges::all_of(value,
                             [&](char c) { return IsLetterOrDigit(c) || others.contains(c); });
}

/// What follows the last `service` of an ARN; none where there is no such.
std::optional<std::string_view> Behind(std::string_view arn, std::string_view service) {
  const size_t at = arn.rfind(service);
  const bool found = arn.starts_with(kArnStart) && at != arn.npos && at >= kArnStart.size();
  return found ? std::optional(arn.substr(at + service.size())) : std::nullopt;
}

bool IsAccount(std::string_view text) {
  return text.size() == kAccountDigits && std::ranges::all_of(text, IsDigit);
}

bool IsRoleArn(std::string_view arn) {
  constexpr std::string_view kRole = ":role/";
  std::string_view rest = Behind(arn, ":iam::").value_or("");
  if (!IsAccount(rest.substr(0, kAccountDigits))) return false;
  rest.remove_prefix(kAccountDigits);
  return rest.size() > kRole.size() && rest.starts_with(kRole) &&
         IsMadeOf(rest.substr(kRole.size()), "_+=,.@-/");
}

/// `/s3tablescatalog/bucket`: none, one or two names.
bool IsCatalogPath(std::string_view path) {
  for (int names = 0; !path.empty(); ++names) {
    if (names == 2 || path[0] != '/') return false;
    const size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view name = path.substr(1, end - 1);
    if (name.empty() || !std::ranges::all_of(name, [](char c) {
          return IsLower(c) || IsDigit(c) || c == '_' || c == '-';
        })) {
      return false;
    }
    path.remove_prefix(end);
  }
  return true;
}

bool IsCatalogArn(std::string_view arn) {
  constexpr std::string_view kCatalog = ":catalog";
  const size_t at = arn.rfind(kCatalog);
  if (at == arn.npos || !IsCatalogPath(arn.substr(at + kCatalog.size()))) return false;
  const std::string_view head = arn.substr(0, at);
  if (head.size() <= kAccountDigits) return false;
  const std::string_view service = head.substr(0, head.size() - kAccountDigits);
  return IsAccount(head.substr(service.size())) && service.ends_with(':') &&
         Behind(service.substr(0, service.size() - 1), ":glue:").has_value();
}

bool IsBucketArn(std::string_view arn) {
  const std::string_view bucket = Behind(arn, ":s3:::").value_or("");
  return !bucket.empty() && bucket.size() <= kBucketNameMax && IsMadeOf(bucket, "_.-");
}

bool HasNoSpace(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\n\v\f\r") == text.npos;
}

bool IsTagText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    return !is_ascii || IsLetterOrDigit(c) || std::string_view(" _.:/=+-@%").contains(c);
  });
}

}  // namespace

const Pattern kRoleArnPattern{R"(arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+)", IsRoleArn};
const Pattern kCatalogArnPattern{R"(arn:.*:glue:.*:\d{12}:catalog(?:(/[a-z0-9_-]+){1,2})?)",
                                 IsCatalogArn};
const Pattern kBucketArnPattern{R"(arn:.*:s3:::[\w\.\-]{1,255})", IsBucketArn};
const Pattern kWarehousePattern{R"(s3:\/\/.*)",
                                [](std::string_view value) { return value.starts_with("s3://"); }};
const Pattern kTableNamePattern{R"([a-zA-Z0-9\.\_]+)", [](std::string_view value) {
                                  return !value.empty() && IsMadeOf(value, "._");
                                }};
const Pattern kNoSpacePattern{R"(^\S+$)", HasNoSpace};
const Pattern kLogGroupPattern{R"([\.\-_/#A-Za-z0-9]*)",
                               [](std::string_view value) { return IsMadeOf(value, ".-_/#"); }};
const Pattern kLogStreamPattern{
    "[^:*]*", [](std::string_view value) { return value.find_first_of(":*") == value.npos; }};
const Pattern kDestinationIdPattern{
    "[a-zA-Z0-9-]+", [](std::string_view value) { return !value.empty() && IsMadeOf(value, "-"); }};
const Pattern kTagKeyPattern{
    R"(^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$)",
    [](std::string_view value) { return !value.starts_with("aws:") && IsTagText(value); }};
const Pattern kTagValuePattern{R"(^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$)", IsTagText};

}  // namespace tarn::serve
