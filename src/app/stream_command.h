// `tarn stream`: create, list, describe, delete, put, over a server's REST API.
#pragma once

#include <optional>
#include <string>

#include "app/server_address.h"
#include "base/error.h"

namespace tarn::app {

struct StreamCreateOptions {
  ServerAddress server;
  std::string name;
  std::string columns;    ///< declared schema; empty: inferred
  bool inferred = false;  ///< with columns: they are what an inferred schema begins with
  std::optional<std::string> partition_by;  ///< empty: none
  std::string table;                        ///< database.table
  int buffer_seconds = -1;                  ///< -1: the server's default
  std::string buffer_size;
  std::string compression;
};
Status RunStreamCreate(const StreamCreateOptions& options);

Status RunStreamList(const ServerAddress& server, const std::string& output);
Status RunStreamDescribe(const ServerAddress& server, const std::string& name);
/// in  force: also where its table is held back, and its records in the log are lost
Status RunStreamDelete(const ServerAddress& server, const std::string& name, bool force);
/// Send one body (a JSON value, NDJSON or an array; `-` is stdin) to the stream.
Status RunStreamPut(const ServerAddress& server, const std::string& name, const std::string& body);

}  // namespace tarn::app
