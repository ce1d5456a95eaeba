// The keys that Heka's frames are signed with, by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/units.h"

namespace tarn::decode {

inline constexpr size_t kHekaKeysBytesMax = kMiB;  ///< of the text that holds them

/// The numbers are the format's.
enum class HekaHash : uint8_t { kMd5 = 0, kSha1 = 1 };

/// The HMAC of a frame's body as it is stored, compressed or not.
std::string HekaHmac(HekaHash hash, std::string_view key, std::string_view body);

/// Threads: any, once made.
class HekaKeys {
 public:
  /// in       text: a key a line, `<signer>_<version>=<key>`; all after the first `=` is the key,
  ///          byte for byte. Blank lines, and lines that begin with `#`, are none
  /// errors   kInvalid (says which line), kTooLarge (over kHekaKeysBytesMax)
  static Result<HekaKeys> Parse(std::string_view text);

  /// returns  nullptr where there is none of this name; valid as long as this
  const std::string* Find(std::string_view signer, uint64_t version) const;

 private:
  std::map<std::string, std::string, std::less<>> keys_;  // by `<signer>_<version>`
};

}  // namespace tarn::decode
