// The bodies of Firehose's PutRecord and PutRecordBatch, taken apart: JSON around base64 in, one
// block of records out. source  AWS Firehose API 2015-08-04
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "collect/aws_error.h"
#include "schema/record.h"

namespace tarn::collect {

struct FirehosePut {
  std::string stream;
  std::shared_ptr<const schema::RecordBlock>
      block;  ///< the records' bytes, in order; some may be empty
};

/// in       body: the request's JSON, valid during the call
/// errors   SerializationException (no JSON object, a member of a wrong type, bad base64),
///          ValidationException (members missing or outside their bounds)
/// threads  any
AwsResult<FirehosePut> ParsePutRecord(std::string_view body);

/// As ParsePutRecord, and InvalidArgumentException where all records together exceed 4 MiB.
AwsResult<FirehosePut> ParsePutRecordBatch(std::string_view body);

}  // namespace tarn::collect
