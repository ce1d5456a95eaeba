#include "lake/row_groups.h"

#include <algorithm>

#include "lake/bounds.h"
#include "lake/page_index.h"

namespace tarn::lake {

namespace {

using columns::Leaf;

void WriteStatistics(const Leaf& leaf, const ColumnChunk& chunk, ThriftWriter* thrift) {
  const auto [min, max] = ParquetStatistics(leaf, chunk.range);
  thrift->BeginStruct(12);
  thrift->Int64(3, chunk.null_count);
  if (max) thrift->String(5, max->bytes);
  if (min) thrift->String(6, min->bytes);
  if (max) thrift->Bool(7, max->exact);
  if (min) thrift->Bool(8, min->exact);
  thrift->EndStruct();
}

void WriteEncodings(const ColumnChunk& chunk, ThriftWriter* thrift) {
  const bool has_dictionary = chunk.dictionary_offset >= 0;
  thrift->BeginList(2, ThriftWriter::kI32, has_dictionary ? 3 : 2);
  thrift->Int32Element(static_cast<int32_t>(chunk.encoding));
  thrift->Int32Element(static_cast<int32_t>(Encoding::kRle));  // of the levels
  if (has_dictionary) thrift->Int32Element(static_cast<int32_t>(Encoding::kPlain));
}

/// How many pages of which encoding: from it readers learn that a chunk is all dictionary.
void WriteEncodingStatistics(const ColumnChunk& chunk, ThriftWriter* thrift) {
  const auto write = [&](PageType type, Encoding encoding, int32_t count) {
    thrift->BeginElement();
    thrift->Int32(1, static_cast<int32_t>(type));
    thrift->Int32(2, static_cast<int32_t>(encoding));
    thrift->Int32(3, count);
    thrift->EndStruct();
  };
  const bool has_dictionary = chunk.dictionary_offset >= 0;
  thrift->BeginList(13, ThriftWriter::kStruct, has_dictionary ? 2 : 1);
  if (has_dictionary) write(PageType::kDictionary, Encoding::kPlain, 1);
  write(PageType::kData, chunk.encoding, static_cast<int32_t>(chunk.pages.size()));
}

/// Fields 2 and 3 of a ColumnChunk; those that follow tell where its indexes lie.
void AppendChunkMetadata(const Leaf& leaf, const ColumnChunk& chunk, codec::Compression compression,
                         std::string* out) {
  ThriftWriter thrift(out);
  thrift.Int64(2, 0);  // once the place of a second copy of what follows; there is none
  thrift.BeginStruct(3);
  thrift.Int32(1, PhysicalNumber(leaf.physical));
  WriteEncodings(chunk, &thrift);
  thrift.BeginList(3, ThriftWriter::kBinary, leaf.path.size());
  for (const std::string& name : leaf.path) thrift.StringElement(name);
  thrift.Int32(4, CodecNumber(compression));
  thrift.Int64(5, chunk.entry_count);
  thrift.Int64(6, chunk.uncompressed_bytes);
  thrift.Int64(7, chunk.compressed_bytes);
  thrift.Int64(9, chunk.data_offset());
  if (chunk.dictionary_offset >= 0) thrift.Int64(11, chunk.dictionary_offset);
  WriteStatistics(leaf, chunk, &thrift);
  WriteEncodingStatistics(chunk, &thrift);
  if (chunk.bloom_offset >= 0) {
    thrift.Int64(14, chunk.bloom_offset);
    thrift.Int32(15, chunk.bloom_bytes);
  }
  thrift.EndStruct();
}

void WriteSortColumns(std::span<const SortColumn> sorted_by, ThriftWriter* thrift) {
  if (sorted_by.empty()) return;
  thrift->BeginList(4, ThriftWriter::kStruct, sorted_by.size());
  for (const SortColumn& column : sorted_by) {
    thrift->BeginElement();
    thrift->Int32(1, column.leaf);
    thrift->Bool(2, column.descending);
    thrift->Bool(3, column.nulls_first);
    thrift->EndStruct();
  }
}

}  // namespace

void RowGroups::AddChunk(const Leaf& leaf, const ColumnChunk& chunk) {
  const size_t metadata = metadata_.size();
  const size_t column_index = column_indexes_.size();
  const size_t offset_index = offset_indexes_.size();
  AppendChunkMetadata(leaf, chunk, compression_, &metadata_);
  AppendColumnIndex(leaf, chunk.pages, &column_indexes_);
  AppendOffsetIndex(chunk.pages, &offset_indexes_);
  chunks_.push_back(
      {.metadata_bytes = static_cast<uint32_t>(metadata_.size() - metadata),
       .column_index_bytes = static_cast<uint32_t>(column_indexes_.size() - column_index),
       .offset_index_bytes = static_cast<uint32_t>(offset_indexes_.size() - offset_index)});
  if (open_.chunks++ == 0) open_.start = chunk.start();
  open_.uncompressed_bytes += chunk.uncompressed_bytes;
  open_.compressed_bytes += chunk.compressed_bytes;
}

void RowGroups::EndRowGroup(int64_t rows, std::span<const SortColumn> sorted_by) {
  open_.rows = rows;
  open_.sorted_by.assign(sorted_by.begin(), sorted_by.end());
  rows_ += rows;
  row_groups_.push_back(std::move(open_));
  open_ = RowGroup();
}

std::vector<int64_t> RowGroups::Starts() const {
  std::vector<int64_t> starts;
  for (const RowGroup& group : row_groups_) {
    if (group.chunks != 0) starts.push_back(group.start);
  }
  return starts;
}

/// Writes the chunks of row group after row group, and where their indexes lie.
class RowGroups::IndexPlaces {
 public:
  IndexPlaces(const RowGroups& from, int64_t index_offset)
      : from_(from),
        column_index_at_(index_offset),
        offset_index_at_(index_offset + static_cast<int64_t>(from.column_indexes_.size())) {}

  void WriteChunk(ThriftWriter* thrift) {
    const Chunk& chunk = from_.chunks_[chunk_++];
    thrift->BeginElement();
    thrift->Fields(std::string_view(from_.metadata_).substr(metadata_at_, chunk.metadata_bytes), 3);
    thrift->Int64(4, offset_index_at_);
    thrift->Int32(5, static_cast<int32_t>(chunk.offset_index_bytes));
    if (chunk.column_index_bytes != 0) {
      thrift->Int64(6, column_index_at_);
      thrift->Int32(7, static_cast<int32_t>(chunk.column_index_bytes));
    }
    thrift->EndStruct();
    metadata_at_ += chunk.metadata_bytes;
    column_index_at_ += chunk.column_index_bytes;
    offset_index_at_ += chunk.offset_index_bytes;
  }

 private:
  const RowGroups& from_;
  size_t chunk_ = 0;
  size_t metadata_at_ = 0;
  int64_t column_index_at_;
  int64_t offset_index_at_;
};

void RowGroups::Write(int64_t index_offset, ThriftWriter* thrift) const {
  IndexPlaces places(*this, index_offset);
  thrift->BeginList(4, ThriftWriter::kStruct, row_groups_.size());
  for (size_t i = 0; i < row_groups_.size(); ++i) {
    const RowGroup& group = row_groups_[i];
    thrift->BeginElement();
    thrift->BeginList(1, ThriftWriter::kStruct, group.chunks);
    for (size_t j = 0; j < group.chunks; ++j) places.WriteChunk(thrift);
    thrift->Int64(2, group.uncompressed_bytes);
    thrift->Int64(3, group.rows);
    WriteSortColumns(group.sorted_by, thrift);
    if (group.chunks != 0) thrift->Int64(5, group.start);
    thrift->Int64(6, group.compressed_bytes);
    if (i <= INT16_MAX) thrift->Int16(7, static_cast<int16_t>(i));
    thrift->EndStruct();
  }
}

size_t RowGroups::memory_bytes() const {
  return row_groups_.capacity() * sizeof(RowGroup) + chunks_.capacity() * sizeof(Chunk) +
         metadata_.capacity() + column_indexes_.capacity() + offset_indexes_.capacity();
}

}  // namespace tarn::lake
