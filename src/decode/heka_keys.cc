#include "decode/heka_keys.h"

#include <algorithm>

#include "crypto/digest.h"

namespace tarn::decode {
namespace {

template <size_t N>
std::string ToText(const std::array<uint8_t, N>& digest) {
  return {digest.begin(), digest.end()};
}

}  // namespace

std::string HekaHmac(HekaHash hash, std::string_view key, std::string_view body) {
  return hash == HekaHash::kMd5 ? ToText(crypto::HmacMd5(key, body))
                                : ToText(crypto::HmacSha1(key, body));
}

Result<HekaKeys> HekaKeys::Parse(std::string_view text) {
  if (text.size() > kHekaKeysBytesMax) {
    return Fail(ErrorKind::kTooLarge, "keys of over {} bytes", kHekaKeysBytesMax);
  }
  HekaKeys keys;
  for (size_t line_number = 1; !text.empty(); ++line_number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const size_t equals = line.find('=');
    if (equals == line.npos || equals == 0) {
      return Fail(ErrorKind::kInvalid, "line {} is not SIGNER_VERSION=KEY", line_number);
    }
    const bool is_new = keys.keys_.emplace(line.substr(0, equals), line.substr(equals + 1)).second;
    if (!is_new) {
      return Fail(ErrorKind::kInvalid, "line {} has a second key of the name '{}'", line_number,
                  line.substr(0, equals));
    }
  }
  return keys;
}

const std::string* HekaKeys::Find(std::string_view signer, uint64_t version) const {
  const auto found = keys_.find(Format("{}_{}", signer, version));
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace tarn::decode
