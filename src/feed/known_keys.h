// Keys that something else has processed before Tarn took over: read from its list, and said to be
// done.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "os/clock.h"

namespace tarn::feed {

inline constexpr size_t kKeysBytesMax = kGiB;  ///< of a list

/// Read a list of keys: one a line, or a JSON array of texts, or a JSON object whose members are
/// the keys. Blank lines are none; `s3://bucket/key` may stand for a key of that bucket.
///
/// in       bucket: of the source
/// returns  keys of the bucket, sorted, each once
/// errors   kInvalid: which one is none, or of another bucket
Result<std::vector<std::string>> ParseKeys(std::string_view text, const std::string& bucket);

struct ImportedKeys {
  uint64_t imported = 0;
  uint64_t known = 0;  ///< before
};

/// Say that objects are done. Once more does nothing.
///
/// in       table: of the stream's rows
/// durable  when it returns
/// errors   as Catalog::CommitAppends; some may be imported then, and the same call goes on
Result<ImportedKeys> ImportKeys(catalog::Catalog& catalog, const catalog::Table& table,
                                const std::string& bucket, const std::vector<std::string>& keys,
                                os::Clock& clock, os::Entropy& entropy);

}  // namespace tarn::feed
