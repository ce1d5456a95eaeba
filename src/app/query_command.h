// `tarn query`: SQL in this process, over what has landed and, where a server runs on the
// directory, its live rows.
#pragma once

#include <string>

#include "base/error.h"

namespace tarn::app {

struct QueryOptions {
  std::string sql;
  std::string data;
  std::string output = "table";
  std::string database = "default";
  std::string bucket = "lake";
};

/// Print the result on stdout; where the log holds acknowledged rows that have not landed and no
/// server shows them, say so on stderr.
Status RunQuery(const QueryOptions& options);

}  // namespace tarn::app
