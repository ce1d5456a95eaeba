// Rows that a class makes, into column buffers: each value is held to its column's type, and a row
// that does not fit is a reject.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "columns/batch.h"
#include "columns/layout.h"
#include "columns/row_slots.h"
#include "derive/plan.h"
#include "schema/avro_schema.h"
#include "schema/record.h"
#include "tarn/derived_stream.h"

namespace tarn::derive {

/// The columns of a dataset's table: the class's own, then an optional string for each dimension.
/// Ids are 0.
///
/// errors  kInvalid: a dimension has the name of another column
Result<std::vector<schema::Field>> DatasetColumns(const schema::AvroColumns& own,
                                                  const std::vector<std::string>& dimensions);

/// A column that has the same text in every row.
struct ConstantColumn {
  std::string name;
  std::string value;
};

/// The values of a partition, for the last columns of its table.
std::vector<ConstantColumn> PartitionConstants(const PlannedPartition& partition,
                                               const columns::Batch& batch);

/// Writes rows to a batch. Columns of the batch that neither the class nor a constant has are null.
/// Threads: one at a time.
class RowWriter {
 public:
  /// in       own: the class's columns; constants: the partition's; batch: lent; its columns are
  ///          those of the table, found by name
  /// errors   kInvalid: a column that the batch lacks, has with another type, or requires though
  ///          nothing fills it
  static Result<std::unique_ptr<RowWriter>> Make(const schema::AvroColumns& own,
                                                 std::vector<ConstantColumn> constants,
                                                 columns::Batch* batch);

  /// A row for the class to fill.
  Record NewRecord() const;

  /// Add a row; its bytes are copied. Rows come to the batch some hundred at a time.
  ///
  /// in       row: of NewRecord
  /// returns  none; or why it does not fit, with reason, path and message, and then nothing of it
  ///          is in the batch
  std::optional<schema::Reject> Add(const Record& row);

  /// Bring the last rows to the batch. Before that, or another call of Add, the batch lacks some.
  void Flush();

 private:
  /// A field of the class's schema, and its place in the batch.
  struct Place {
    const columns::Node* node = nullptr;
    schema::Type type;  ///< without inner fields
    bool required = false;
    bool is_repeated = false;  ///< a leaf in a list or map
    int64_t factor = 1;        ///< of a leaf
    std::vector<Place> children;
  };
  struct Constant {
    int leaf = 0;
    uint8_t definition = 0;
    std::string value;
  };

  RowWriter(const schema::AvroColumns& own, columns::Batch* batch);
  Status PlaceColumns(const schema::AvroColumns& own, std::vector<ConstantColumn> constants);
  Status PlaceField(const schema::Field& field, const columns::Node& node,
                    const std::vector<int64_t>& factors, size_t* leaf, Place* place) const;

  bool Fill(const Place& place, const Value& value, int reached, uint8_t repetition);
  bool FillStruct(const Place& place, const Value& value, uint8_t repetition);
  bool FillList(const Place& place, const Value& value, uint8_t repetition);
  bool FillMap(const Place& place, const Value& value, uint8_t repetition);
  bool FillLeaf(const Place& place, const Value& value, uint8_t repetition);
  bool FillWhole(const Place& place, const Value& value, uint8_t repetition);
  bool FillReal(const Place& place, const Value& value, uint8_t repetition);
  bool FillBytes(const Place& place, const Value& value, uint8_t repetition);
  bool FillDecimal(const Place& place, const Value& value, uint8_t repetition);
  void FillNull(const columns::Node& node, int definition, uint8_t repetition);
  columns::Slot& SlotOf(const Place& place, uint8_t repetition);
  void WriteBytes(const Place& place, std::string_view bytes, uint8_t repetition);

  // What is wrong, noted from the inside out. They return false.
  bool Missing();
  bool WrongType(const Place& place, const Value& value);
  bool OutOfRange(const Place& place, const Value& value);
  bool Refuse(schema::RejectReason reason, std::string message);
  bool At(std::string_view step);

  columns::Batch& batch_;
  columns::RowSlots slots_;
  std::vector<std::string> names_;
  std::vector<Place> places_;  // one a column of the class
  std::vector<Constant> constants_;
  size_t bytes_copied_ = 0;  // into the slots
  std::string scratch_;
  schema::Reject reject_;
};

}  // namespace tarn::derive
