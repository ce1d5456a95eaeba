#include "schema/record.h"

#include "base/format.h"
#include "base/invariant.h"

namespace tarn::schema {

std::string_view SourceName(Source source) {
  switch (source) {
    case Source::kFirehose:
      return "firehose";
    case Source::kHttp:
      return "http";
    case Source::kIngest:
      return "ingest";
    case Source::kOtlp:
      return "otlp";
    case Source::kFile:
      return "file";
  }
  return "unknown";
}

std::string_view ReasonName(RejectReason reason) {
  switch (reason) {
    case RejectReason::kNotJson:
      return "not_json";
    case RejectReason::kNotOneObject:
      return "not_one_object";
    case RejectReason::kNotUtf8:
      return "not_utf8";
    case RejectReason::kTooDeep:
      return "too_deep";
    case RejectReason::kWrongType:
      return "wrong_type";
    case RejectReason::kOutOfRange:
      return "out_of_range";
    case RejectReason::kMissingRequired:
      return "missing_required";
    case RejectReason::kSelectFailed:
      return "select_failed";
  }
  return "unknown";
}

std::string RecordIdText(std::string_view node_id, Lsn lsn) {
  INVARIANT(node_id.size() >= 16, "a node id has at least 16 hex digits");
  return Format("{}{:016x}", node_id.substr(0, 16), lsn.number());
}

}  // namespace tarn::schema
