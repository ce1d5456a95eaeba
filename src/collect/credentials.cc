#include "collect/credentials.h"

#include <algorithm>
#include <array>

#include "collect/header_text.h"
#include "collect/limits.h"

namespace tarn::collect {
namespace {

constexpr std::string_view kScheme = "AWS4-HMAC-SHA256";
constexpr std::string_view kCredential = "Credential=";
constexpr size_t kScopeParts = 5;

/// The value of `Credential=` among the comma separated parts of the header.
std::optional<std::string_view> FindCredential(std::string_view parts) {
  while (!parts.empty()) {
    const size_t end = std::min(parts.find(','), parts.size());
    const std::string_view part = TrimBlanks(parts.substr(0, end));
    if (part.starts_with(kCredential)) return part.substr(kCredential.size());
    parts.remove_prefix(std::min(end + 1, parts.size()));
  }
  return std::nullopt;
}

/// From the right: an access key may hold slashes, what follows it may not.
std::optional<std::array<std::string_view, kScopeParts>> SplitScope(std::string_view credential) {
  std::array<std::string_view, kScopeParts> parts;
  for (size_t i = kScopeParts; i-- > 1;) {
    const size_t slash = credential.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    parts[i] = credential.substr(slash + 1);
    credential = credential.substr(0, slash);
  }
  parts[0] = credential;
  if (std::ranges::any_of(parts, &std::string_view::empty)) return std::nullopt;
  return parts;
}

bool IsName(std::string_view text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

Result<std::optional<CredentialScope>> ParseCredentialScope(std::string_view authorization) {
  if (!authorization.starts_with(kScheme)) return std::nullopt;
  const auto unreadable = [] {
    return Fail(ErrorKind::kInvalid,
                "the Authorization header is incomplete: it needs "
                "Credential=KEY/DATE/REGION/SERVICE/aws4_request");
  };
  if (authorization.size() > kAuthorizationBytesMax) return unreadable();
  const auto credential = FindCredential(authorization.substr(kScheme.size()));
  if (!credential) return unreadable();
  const auto parts = SplitScope(*credential);
  if (!parts || (*parts)[4] != "aws4_request" || !IsName((*parts)[2]) || !IsName((*parts)[3])) {
    return unreadable();
  }
  return CredentialScope{std::string((*parts)[0]), std::string((*parts)[1]),
                         std::string((*parts)[2]), std::string((*parts)[3])};
}

}  // namespace tarn::collect
