// Whether two conversions hold the same rows: digests that DuckDB makes of what it reads, so that
// nothing of Tarn vouches for Tarn.
#pragma once

#include <string>

#include "base/json.h"
#include "bench/engines.h"

namespace tarn::bench {

/// The digest of the records themselves, which every output is held against: rows, a sum of hashes
/// of all rows' text, one for each column.
///
/// errors  kUnavailable: DuckDB is not installed for the workplace's Python, or failed
Result<Json> DigestOfInput(const DataSet& set, const std::string& input,
                           const Workplace& workplace);
Result<Json> DigestOfOutput(const DataSet& set, const std::string& output,
                            const Workplace& workplace);

/// returns  `equal`; `equal without a, b` where columns are missing; else what differs
std::string CompareDigests(const Json& expected, const Json& found);

}  // namespace tarn::bench
