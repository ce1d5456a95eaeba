// What the doors count of requests that bring records.
#pragma once

#include <cstddef>

#include "schema/record.h"

namespace tarn::serve {

/// Count one request in tarn_ingest_requests_total and tarn_ingest_request_bytes_total.
///
/// in  status: of its reply; body_bytes: as received
void CountIngestRequest(schema::Source source, int status, size_t body_bytes);

}  // namespace tarn::serve
