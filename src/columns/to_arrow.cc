// Batches as Arrow arrays: the levels of Parquet turned back into validity bitmaps and offsets.
#include <arrow/api.h>

#include <limits>

#include "columns/batch.h"
#include "columns/leaf_reader.h"
#include "schema/arrow_schema.h"

namespace tarn::columns {

namespace {

using arrow::ArrayData;
using arrow::Buffer;
using ArrayDataResult = arrow::Result<std::shared_ptr<ArrayData>>;

/// The lists around a node: an entry of its leaves is a *place* of it where the levels reach in so
/// far, and start no deeper list.
struct Around {
  uint8_t definition = 0;  ///< at which the innermost list has an element
  uint8_t repetition = 0;  ///< of that list
};

class Levels {
 public:
  explicit Levels(const LeafBuffer& leaf)
      : definitions_(leaf.definitions()),
        repetitions_(leaf.repetitions()),
        all_there_(leaf.leaf().definition_max) {}
  uint8_t definition(size_t entry) const {
    return definitions_.empty() ? all_there_ : definitions_[entry];
  }
  uint8_t repetition(size_t entry) const { return repetitions_.empty() ? 0 : repetitions_[entry]; }
  bool IsPlace(size_t entry, Around around) const {
    return definition(entry) >= around.definition && repetition(entry) <= around.repetition;
  }

 private:
  std::span<const uint8_t> definitions_;
  std::span<const uint8_t> repetitions_;
  uint8_t all_there_;
};

/// One byte a place: 1 where there is a value.
struct Validity {
  std::vector<uint8_t> there;
  int64_t null_count = 0;

  void Add(bool is_there) {
    there.push_back(is_there);
    null_count += !is_there;
  }
  int64_t length() const { return static_cast<int64_t>(there.size()); }
  arrow::Result<std::shared_ptr<Buffer>> Bitmap() const {
    if (null_count == 0) return nullptr;
    arrow::TypedBufferBuilder<bool> bits;
    ARROW_RETURN_NOT_OK(bits.Append(there.data(), length()));
    return bits.Finish();
  }
};

Validity ReadValidity(const LeafBuffer& leaf, uint8_t definition, Around around) {
  const Levels levels(leaf);
  Validity validity;
  validity.there.reserve(leaf.entries());
  for (size_t entry = 0; entry < leaf.entries(); ++entry) {
    if (levels.IsPlace(entry, around)) validity.Add(levels.definition(entry) >= definition);
  }
  return validity;
}

/// Values of one width: where there is none, zero.
template <class T, class F>
ArrayDataResult MakeNumbers(const std::shared_ptr<arrow::DataType>& type, const Validity& validity,
                            const LeafBuffer& leaf, F&& number_of) {
  arrow::TypedBufferBuilder<T> values;
  ARROW_RETURN_NOT_OK(values.Reserve(validity.length()));
  LeafReader reader(leaf);
  for (const uint8_t there : validity.there) {
    values.UnsafeAppend(there != 0 ? static_cast<T>(number_of(reader.Next())) : T{});
  }
  ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
  ARROW_ASSIGN_OR_RAISE(auto buffer, values.Finish());
  return ArrayData::Make(type, validity.length(), {bitmap, buffer}, validity.null_count);
}

/// A decimal's unscaled value, from any of its three forms.
arrow::Decimal128 DecimalOf(const LeafBuffer& leaf, const Slot& slot) {
  if (!IsBytes(leaf.leaf().physical)) return arrow::Decimal128(slot.integer);
  return *arrow::Decimal128::FromBigEndian(reinterpret_cast<const uint8_t*>(slot.bytes),
                                           static_cast<int32_t>(slot.length));
}

/// Values of one width that are bytes: uuid, fixed, and decimals in Arrow's 16 bytes.
ArrayDataResult MakeFixed(const std::shared_ptr<arrow::DataType>& type, const Validity& validity,
                          const LeafBuffer& leaf) {
  const bool is_decimal = type->id() == arrow::Type::DECIMAL128;
  const int64_t width = is_decimal ? 16 : leaf.leaf().fixed_length;
  arrow::BufferBuilder bytes;
  ARROW_RETURN_NOT_OK(bytes.Reserve(validity.length() * width));
  LeafReader reader(leaf);
  for (const uint8_t there : validity.there) {
    if (there == 0) {
      bytes.UnsafeAppend(width, 0);
    } else if (is_decimal) {
      const auto decimal = DecimalOf(leaf, reader.Next()).ToBytes();
      bytes.UnsafeAppend(decimal.data(), width);
    } else {
      bytes.UnsafeAppend(reader.Next().bytes, width);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
  ARROW_ASSIGN_OR_RAISE(auto buffer, bytes.Finish());
  return ArrayData::Make(type, validity.length(), {bitmap, buffer}, validity.null_count);
}

ArrayDataResult MakeBytes(const std::shared_ptr<arrow::DataType>& type, const Validity& validity,
                          const LeafBuffer& leaf) {
  arrow::TypedBufferBuilder<int32_t> offsets;
  arrow::BufferBuilder bytes;
  ARROW_RETURN_NOT_OK(offsets.Reserve(validity.length() + 1));
  LeafReader reader(leaf);
  for (const uint8_t there : validity.there) {
    offsets.UnsafeAppend(static_cast<int32_t>(bytes.length()));
    if (there == 0) continue;
    const Slot slot = reader.Next();
    if (bytes.length() + slot.length > std::numeric_limits<int32_t>::max()) {
      return arrow::Status::CapacityError("a column over 2 GiB");
    }
    ARROW_RETURN_NOT_OK(bytes.Append(slot.bytes, slot.length));
  }
  offsets.UnsafeAppend(static_cast<int32_t>(bytes.length()));
  ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
  ARROW_ASSIGN_OR_RAISE(auto starts, offsets.Finish());
  ARROW_ASSIGN_OR_RAISE(auto data, bytes.Finish());
  return ArrayData::Make(type, validity.length(), {bitmap, starts, data}, validity.null_count);
}

ArrayDataResult MakeBooleans(const std::shared_ptr<arrow::DataType>& type, const Validity& validity,
                             const LeafBuffer& leaf) {
  arrow::TypedBufferBuilder<bool> values;
  ARROW_RETURN_NOT_OK(values.Reserve(validity.length()));
  LeafReader reader(leaf);
  for (const uint8_t there : validity.there) {
    values.UnsafeAppend(there != 0 && reader.Next().integer != 0);
  }
  ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
  ARROW_ASSIGN_OR_RAISE(auto buffer, values.Finish());
  return ArrayData::Make(type, validity.length(), {bitmap, buffer}, validity.null_count);
}

ArrayDataResult MakeLeaf(const std::shared_ptr<arrow::DataType>& type, const LeafBuffer& leaf,
                         Around around) {
  const Validity validity = ReadValidity(leaf, leaf.leaf().definition_max, around);
  if (type->id() == arrow::Type::DECIMAL128) return MakeFixed(type, validity, leaf);
  const auto integer = [](const Slot& slot) { return slot.integer; };
  const auto real = [](const Slot& slot) { return slot.real; };
  switch (leaf.leaf().physical) {
    case Physical::kBoolean:
      return MakeBooleans(type, validity, leaf);
    case Physical::kInt32:
      return MakeNumbers<int32_t>(type, validity, leaf, integer);
    case Physical::kInt64:
      return MakeNumbers<int64_t>(type, validity, leaf, integer);
    case Physical::kFloat:
      return MakeNumbers<float>(type, validity, leaf, real);
    case Physical::kDouble:
      return MakeNumbers<double>(type, validity, leaf, real);
    case Physical::kFixed:
      return MakeFixed(type, validity, leaf);
    case Physical::kBytes:
      break;
  }
  return MakeBytes(type, validity, leaf);
}

/// Makes the array of a node and all below it.
class Assembler {
 public:
  explicit Assembler(const Batch& batch) : batch_(batch) {}

  ArrayDataResult Make(const Node& node, const std::shared_ptr<arrow::DataType>& type,
                       Around around) const {
    switch (node.kind) {
      case schema::TypeKind::kStruct: {
        const Validity validity = ReadValidity(FirstLeaf(node), node.definition, around);
        return MakeStruct(node, type, validity, around);
      }
      case schema::TypeKind::kList:
      case schema::TypeKind::kMap:
        return MakeRepeated(node, type, around);
      default:
        return MakeLeaf(type, FirstLeaf(node), around);
    }
  }

 private:
  const LeafBuffer& FirstLeaf(const Node& node) const {
    return batch_.leaf(static_cast<size_t>(node.first_leaf));
  }

  ArrayDataResult MakeStruct(const Node& node, const std::shared_ptr<arrow::DataType>& type,
                             const Validity& validity, Around around) const {
    std::vector<std::shared_ptr<ArrayData>> members;
    for (size_t i = 0; i < node.children.size(); ++i) {
      const auto& member_type = type->field(static_cast<int>(i))->type();
      ARROW_ASSIGN_OR_RAISE(auto member, Make(node.children[i], member_type, around));
      members.push_back(std::move(member));
    }
    ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
    return ArrayData::Make(type, validity.length(), {bitmap}, std::move(members),
                           validity.null_count);
  }

  ArrayDataResult MakeRepeated(const Node& node, const std::shared_ptr<arrow::DataType>& type,
                               Around around) const {
    const LeafBuffer& leaf = FirstLeaf(node);
    const Levels levels(leaf);
    const Around inside{static_cast<uint8_t>(node.definition + 1), node.repetition};
    Validity validity;
    arrow::TypedBufferBuilder<int32_t> offsets;
    int64_t elements = 0;
    for (size_t entry = 0; entry < leaf.entries(); ++entry) {
      if (levels.IsPlace(entry, around)) {
        validity.Add(levels.definition(entry) >= node.definition);
        ARROW_RETURN_NOT_OK(offsets.Append(static_cast<int32_t>(elements)));
      }
      elements += levels.IsPlace(entry, inside);
    }
    if (elements > std::numeric_limits<int32_t>::max()) {
      return arrow::Status::CapacityError("a list column of over 2^31 elements");
    }
    ARROW_RETURN_NOT_OK(offsets.Append(static_cast<int32_t>(elements)));
    std::shared_ptr<ArrayData> child;
    const auto& child_type = type->field(0)->type();
    if (node.kind == schema::TypeKind::kList) {
      ARROW_ASSIGN_OR_RAISE(child, Make(node.children[0], child_type, inside));
    } else {  // a map's entries are structs that are always there
      Validity all;
      all.there.assign(static_cast<size_t>(elements), 1);
      ARROW_ASSIGN_OR_RAISE(child, MakeStruct(node, child_type, all, inside));
    }
    ARROW_ASSIGN_OR_RAISE(auto bitmap, validity.Bitmap());
    ARROW_ASSIGN_OR_RAISE(auto starts, offsets.Finish());
    return ArrayData::Make(type, validity.length(), {bitmap, starts}, {child}, validity.null_count);
  }

  const Batch& batch_;
};

arrow::Result<std::shared_ptr<arrow::RecordBatch>> Assemble(const Batch& batch) {
  const auto schema = schema::ToArrowSchema(batch.layout()->schema());
  const Assembler assembler(batch);
  std::vector<std::shared_ptr<ArrayData>> columns;
  for (int i = 0; i < schema->num_fields(); ++i) {
    const Node& node = batch.layout()->root().children[static_cast<size_t>(i)];
    ARROW_ASSIGN_OR_RAISE(auto column, assembler.Make(node, schema->field(i)->type(), Around()));
    columns.push_back(std::move(column));
  }
  auto made =
      arrow::RecordBatch::Make(schema, static_cast<int64_t>(batch.rows()), std::move(columns));
  ARROW_RETURN_NOT_OK(made->Validate());
  return made;
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> ToArrow(const Batch& batch) {
  auto assembled = TRY(Guard(ErrorKind::kInternal, [&] { return Assemble(batch); }));
  if (assembled.ok()) return *std::move(assembled);
  const arrow::Status& status = assembled.status();
  return Fail(status.IsCapacityError() ? ErrorKind::kTooLarge : ErrorKind::kInternal,
              "rows as Arrow: {}", status.message());
}

}  // namespace tarn::columns
