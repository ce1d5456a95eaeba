#include "serve/ingest_metrics.h"

#include <string>

#include "base/format.h"
#include "base/metrics.h"

namespace tarn::serve {

void CountIngestRequest(schema::Source source, int status, size_t body_bytes) {
  const std::string door(schema::SourceName(source));
  Metrics()
      .GetCounter("tarn_ingest_requests_total", "Requests that bring records, by door and reply.",
                  {{"source", door}, {"code", Format("{}", status)}})
      .Add(1);
  Metrics()
      .GetCounter("tarn_ingest_request_bytes_total",
                  "Bytes of bodies that bring records, as received.", {{"source", door}})
      .Add(body_bytes);
}

}  // namespace tarn::serve
