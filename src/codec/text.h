// Base64, percent encoding, UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tarn::codec {

/// Standard alphabet with padding, as AWS blobs; white space is refused. errors  kInvalid
Result<std::string> DecodeBase64(std::string_view text);
/// As DecodeBase64, onto the end of `out` (untouched on error). returns  bytes added
Result<size_t> AppendDecodedBase64(std::string_view text, std::string* out);
std::string EncodeBase64(std::string_view bytes);

/// %XX → byte; `+` stays. errors  kInvalid
Result<std::string> DecodePercent(std::string_view text);
/// All but A-Z a-z 0-9 - _ . ~ become %XX.
std::string EncodePercent(std::string_view text);
/// As EncodePercent, but slashes stay.
std::string EncodePercentPath(std::string_view path);

bool IsUtf8(std::string_view bytes);

}  // namespace tarn::codec
