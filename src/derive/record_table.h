// Raw records as the table that a recipe's SELECT reads: docs/derive.md, "Columns of `records`".
#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "derive/object_records.h"
#include "schema/declaration.h"
#include "schema/record.h"
#include "schema/type.h"

namespace tarn::derive {

/// The table, and the column that numbers its rows.
inline constexpr const char* kRecordsTable = "records";
inline constexpr const char* kRecordNumber = "_record";

enum class RecordKind : uint8_t { kHeka, kJson };

/// What a recipe says of its records.
struct RecordForm {
  RecordKind kind = RecordKind::kHeka;
  std::vector<schema::ColumnDeclaration> declared;  ///< kJson: columns of members
};

/// The table's columns, with ids.
/// errors  kInvalid: a declared column has the name of one that is always there, or is not of a
///         member
Result<schema::TableSchema> RecordColumns(const RecordForm& form);

/// Gathers records. Threads: one at a time.
class RecordTable {
 public:
  /// in  columns_read: the others are left null, and nothing in them can be wrong
  static Result<std::unique_ptr<RecordTable>> Make(const RecordForm& form,
                                                   const std::vector<std::string>& columns_read);
  virtual ~RecordTable() = default;

  /// Add a record; its bytes are copied.
  ///
  /// in       number: what kRecordNumber says of it
  /// returns  none; or why it is none for this table, and then it is not added
  virtual std::optional<schema::Reject> Add(const ObjectRecord& record, int64_t number) = 0;

  /// The records that were added since the last call.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Take() = 0;
};

}  // namespace tarn::derive
