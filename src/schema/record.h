// Records as received, and what becomes of those that do not fit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/ids.h"

namespace tarn::schema {

/// The records of one request: one buffer, and where in it each record lies. Immutable once
/// admitted.
struct RecordBlock {
  struct Slice {
    uint32_t offset = 0;
    uint32_t length = 0;
  };
  std::string buffer;
  std::vector<Slice> records;

  std::string_view record(size_t index) const {
    return std::string_view(buffer).substr(records[index].offset, records[index].length);
  }
  void Add(std::string_view bytes) {
    records.push_back({static_cast<uint32_t>(buffer.size()), static_cast<uint32_t>(bytes.size())});
    buffer.append(bytes);
  }
};

/// By which door a record came. The numbers are on disk (docs/formats/wal.md).
enum class Source : uint16_t { kFirehose = 1, kHttp = 2, kIngest = 3, kOtlp = 4, kFile = 5 };
std::string_view SourceName(Source source);

/// A record on its way to a row. `bytes` is valid as long as its block.
struct RecordView {
  std::string_view bytes;
  int64_t received_at_us = 0;
  Lsn lsn;
  Source source = Source::kHttp;
};

/// Why a record is no row. The names are in the rejects table and never change.
enum class RejectReason : uint8_t {
  kNotJson,          ///< not_json: no JSON value at all, or cut short
  kNotOneObject,     ///< not_one_object: another value, or several
  kNotUtf8,          ///< not_utf8
  kTooDeep,          ///< too_deep: nested over 100
  kWrongType,        ///< wrong_type: a value of a declared column does not fit
  kOutOfRange,       ///< out_of_range: a number or time beyond the column's
  kMissingRequired,  ///< missing_required
  kSelectFailed      ///< select_failed: the SELECT of a recipe fails on it
};
std::string_view ReasonName(RejectReason reason);

/// A record that did not fit: kept with its raw bytes, exactly once, in `<table>_rejects`.
struct Reject {
  int64_t received_at_us = 0;
  Lsn lsn;
  Source source = Source::kHttp;
  RejectReason reason = RejectReason::kNotJson;
  std::string path;     ///< of the value, `user.id`; empty for the record as a whole
  std::string message;  ///< for a person
  std::string raw;
};

/// The id that a client gets for a record: the node id's first 16 hex digits, and 16 of the LSN.
///
/// in  node_id: as the log has it, 32 hex digits
std::string RecordIdText(std::string_view node_id, Lsn lsn);

}  // namespace tarn::schema
