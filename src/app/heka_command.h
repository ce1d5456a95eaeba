// `tarn heka`: files of Heka's frames to NDJSON, and NDJSON to frames.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace tarn::app {

/// As the command line has them.
struct HekaCatOptions {
  std::vector<std::string> files;     ///< `-` is stdin
  std::string output = "ndjson";      ///< ndjson, raw: frames as they are
  std::vector<std::string> where;     ///< all of them must hold (app/heka_condition.h)
  bool summary = false;               ///< counts instead of messages
  bool strict = false;                ///< damage ends a file
  std::string message_max = "64MiB";  ///< of a message as stored
  std::string hmac_keys;  ///< a file (decode/heka_keys.h); empty: signatures are not looked at
};

/// Write the files' messages to stdout, in order. A file's damage is skipped and told on stderr.
///
/// errors  of a file that cannot be read whole (kNotFound, kCorrupt where strict, kInvalid for its
///         compression, kIo): the others are read all the same, and the last one's is returned
Status RunHekaCat(const HekaCatOptions& options);

struct HekaMakeOptions {
  std::vector<std::string> files;  ///< NDJSON; `-` is stdin
  std::string out = "-";           ///< `-` is stdout
  std::string body = "plain";      ///< plain, snappy, mixed: every second one
  std::string numbers = "packed";  ///< packed, unpacked, lua: several packed, one unpacked
  bool omit_string_type = false;   ///< no value_type for STRING, as Lua's writers
  std::string hmac_signer;         ///< empty: not signed
  uint32_t hmac_key_version = 0;
  std::string hmac_hash_function = "MD5";  ///< MD5, SHA1
  std::string hmac_keys;                   ///< the file that has the signer's key
  size_t header_length = 0;                ///< at least
  std::string codec = "none";              ///< of the whole file: none, gzip, zstd
};

/// Write a frame for each line. errors  kInvalid (a line that is no message: says at which byte),
///         kTooLarge, kNotFound, kIo; nothing is left of the file then
Status RunHekaMake(const HekaMakeOptions& options);

}  // namespace tarn::app
