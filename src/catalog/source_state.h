// How far the sources of loads are in a table. It moves in the transaction that swaps the table's
// pointer, so a record is in the table exactly where the state says that it was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tarn::catalog {

/// A source (a file, or what came by stdin under a name) as far as a table has it.
struct SourceState {
  std::string uri;          ///< `file:///…`, `stdin:NAME` or, of an object, `s3://bucket/key`
  uint64_t size_bytes = 0;  ///< as it lay then, compressed or not; 0: not known
  uint64_t position = 0;    ///< after a whole record, counted in bytes inflated
  std::string hash;         ///< SHA-256 of the inflated bytes before it, 64 hex digits; of an
                            ///< object, what became of it
  int64_t first_seen_us = 0;
  uint32_t round = 1;  ///< from 2 on: how often it was begun anew
  std::string load;    ///< what brought it here: an id that no other load has
  friend bool operator==(const SourceState&, const SourceState&) = default;
};

/// A step of a source in a commit: its state must be `from`.
struct SourceProgress {
  std::optional<SourceState> from;  ///< none: the table has nothing of it
  SourceState to;
};

/// What was forgotten of a table (Catalog::ForgetSources).
struct ForgottenSources {
  std::string uri_shape;
  int64_t until_us = 0;  ///< sources of that shape which were first seen before may be unknown now
  friend bool operator==(const ForgottenSources&, const ForgottenSources&) = default;
};

}  // namespace tarn::catalog
