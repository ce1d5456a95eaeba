// `tarn table`: what the catalog of a data directory holds. Reads beside a running server.
#pragma once

#include <string>

#include "base/error.h"
#include "schema/ids.h"

namespace tarn::app {

struct TableOptions {
  std::string data;
  std::string table;  ///< `database.table`, or a table of `default`
  std::string output = "table";
};

/// in  text: `database.table`, or a table of `default`
schema::TableName TableNameOf(const std::string& text);

Status RunTableList(const TableOptions& options);
/// Columns, partitions, location, rows, files, bytes.
Status RunTableDescribe(const TableOptions& options);
Status RunTableSnapshots(const TableOptions& options);

}  // namespace tarn::app
