// The frame around a Heka message: separators, header and the body's place, as read and as written.
// docs/formats/heka.md has the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/units.h"
#include "decode/heka_keys.h"

namespace tarn::decode {

inline constexpr char kHekaRecordSeparator = '\x1e';
inline constexpr char kHekaUnitSeparator = '\x1f';
inline constexpr size_t kHekaHeaderBytesMax = 255;

/// What stands in front of a body. Views are valid as long as the bytes that it was read from.
struct HekaHeader {
  uint32_t message_length = 0;
  uint64_t hmac_hash_function = 0;  ///< HekaHash, or a number that is none
  std::string_view hmac_signer;
  uint64_t hmac_key_version = 0;
  std::optional<std::string_view> hmac;  ///< none: not signed

  /// in       bytes: between the length byte and the unit separator
  /// returns  what is wrong with them, nullptr where nothing is
  const char* Read(std::string_view bytes);

  /// Not signed, or signed with a key that is known, rightly. in  body: as stored
  bool IsAuthentic(std::string_view body, const HekaKeys& keys) const;
};

/// How a body is put into a frame.
struct HekaFrameOptions {
  bool snappy = false;                ///< compress the body
  std::optional<HekaHash> hmac_hash;  ///< none: not signed
  std::string hmac_signer;
  uint32_t hmac_key_version = 0;
  std::string hmac_key;
  size_t header_length = 0;  ///< at least: fields that nobody knows fill it up
};

/// Append a frame to `out`. in  body: an encoded message
/// errors   kInvalid (a header over kHekaHeaderBytesMax, or a header_length that cannot be
///          reached), kTooLarge (a body of 4 GiB)
Status AppendHekaFrame(std::string_view body, const HekaFrameOptions& options, std::string* out);

}  // namespace tarn::decode
