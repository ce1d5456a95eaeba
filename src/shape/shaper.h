// JSON records to typed rows by a schema: docs/formats/shaping.md says every case. The reference
// path (simdjson over the whole document) is what Tarn means; the fast path takes what it can, and
// agrees.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "schema/declaration.h"
#include "schema/record.h"
#include "schema/type.h"

namespace tarn::shape {

/// How records are read. All give the same rows, rejects and counts.
enum class ShapingPath : uint8_t {
  kFastest,   ///< in one pass, with the widest vectors that this CPU has; then as kReference
  kPlain,     ///< in one pass, in plain C++; then as kReference
  kReference  ///< simdjson alone
};

/// How a stream's records become rows.
struct Shaping {
  bool inferred =
      true;  ///< new members add columns; else a value that does not fit rejects the row
  bool may_evolve = true;  ///< inferred only: false keeps the columns as they are
  std::vector<schema::ColumnDeclaration>
      declared;         ///< of an inferred stream: the columns it begins with
  std::string node_id;  ///< for _record_id
  /// Of the table's partitions, also where no column has such a name: no inferred column gets one,
  /// in whichever case.
  std::vector<std::string> partition_names;
  /// false: the table may lack _rest; what would go there is then left out, but counted.
  bool keep_rest = true;
  bool add_received_at = true;  ///< of InitialColumns: whether _received_at is among them
  ShapingPath path = ShapingPath::kFastest;  ///< the others are for tests and measurements
};

/// Counts of what was kept, but not in a column of its own. In a path an element is `[]`, a map's
/// value `*`. Paths are bounded (1,000, then `…`).
struct RestCounts {
  struct Path {
    std::string path;
    /// unknown, type_clash, out_of_range, case_clash, too_many_columns, reserved, partition_name,
    /// bad_name, no_type; duplicate_key, which is counted but not kept
    std::string why;
    uint64_t count = 0;
  };
  std::vector<Path> paths;
};

/// Which path records went.
struct PathCounts {
  uint64_t fast = 0;
  uint64_t reference = 0;  ///< the fast path declined them, or was not tried
  uint64_t known = 0;      ///< by MissingColumns: the fast path saw that they add nothing
};

/// Shapes the records of one stream for one table.
/// Threads: one at a time.
class Shaper {
 public:
  /// in       table: the table's current schema. Declared columns must be in it, structs possibly
  ///          with further members; so must _rest, and _received_at where the stream lands it
  /// errors   kInvalid: a declared column that the table lacks or has with another type; no _rest,
  ///          though the shaping keeps it
  static Result<std::unique_ptr<Shaper>> Make(Shaping shaping, const schema::TableSchema& table);
  virtual ~Shaper() = default;

  /// The columns that these records need and the table lacks (inferred streams), ids 0: new
  /// top-level columns, and new members of structs as their whole top-level field. Empty where
  /// nothing is missing. The caller commits them, then makes a new Shaper.
  ///
  /// in       records: taken together, as the first batch is; more than 1,000 as several times
  /// 1,000.
  ///          Those that will be rejects say nothing
  virtual std::vector<schema::Field> MissingColumns(
      std::span<const schema::RecordView> records) = 0;

  /// Shape records, in order: each becomes one row of `rows` or one of `rejects`, never both, never
  /// neither.
  ///
  /// in       rows: of a layout made from this shaper's table schema
  virtual void Shape(std::span<const schema::RecordView> records, columns::Batch* rows,
                     std::vector<schema::Reject>* rejects) = 0;

  /// Whose records come next, for _record_id; the shaping's node_id until then.
  virtual void SetNode(std::string node_id) = 0;

  /// What went to _rest since the last call, or would have where the table has none.
  virtual RestCounts TakeRestCounts() = 0;

  /// Of the records shaped since the Shaper was made.
  virtual PathCounts path_counts() const = 0;
};

/// The columns that a new table of this stream begins with: declared ones, then _received_at and
/// _rest, unless the shaping does without them.
std::vector<schema::Field> InitialColumns(const Shaping& shaping);

/// Columns of every rejects table: _received_at timestamptz, lsn bigint, source string, reason
/// string, path string, message string, raw binary.
std::vector<schema::Field> RejectColumns();
/// Add rejects to a batch of RejectColumns' layout.
void AppendRejects(std::span<const schema::Reject> rejects, columns::Batch* batch);

}  // namespace tarn::shape
