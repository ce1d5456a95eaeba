// `tarn send`: a file's lines to a stream, by Firehose's PutRecordBatch.
#pragma once

#include <cstdint>
#include <string>

#include "app/server_address.h"
#include "base/error.h"

namespace tarn::app {

struct SendOptions {
  ServerAddress server;
  std::string stream;
  std::string file = "-";  ///< NDJSON; `-` is stdin
  int in_flight = 4;       ///< requests at a time
  int batch_records_max = 500;
  int attempts_max = 12;  ///< of one batch, with growing pauses
  bool json = false;      ///< the summary as JSON
};

/// Send, retry what the replies say failed, print a summary on stdout.
/// errors  kUnavailable: records were not taken after all attempts; says how many. kNotFound: the
///         stream or the file. kInternal: a reply that does not say which records failed
Status RunSend(const SendOptions& options);

}  // namespace tarn::app
