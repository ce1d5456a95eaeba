#include "lake/spilled_rows.h"

#include <cstring>
#include <utility>

#include "base/units.h"
#include "codec/checksum.h"
#include "columns/leaf_buffer.h"
#include "columns/scatter.h"

namespace tarn::lake {

namespace {
constexpr size_t kWriteBytes = kMiB;

template <class T>
std::string_view BytesOf(const std::vector<T>& values, size_t first, size_t count) {
  return {reinterpret_cast<const char*>(values.data() + first), count * sizeof(T)};
}
}  // namespace

Result<std::unique_ptr<SpilledRows>> SpilledRows::Make(
    os::Files& files, std::string path, std::shared_ptr<const columns::Layout> layout) {
  auto file = TRY(While(files.Open(path, os::OpenMode::kCreateNew), "making {}", path));
  return std::unique_ptr<SpilledRows>(
      new SpilledRows(files, std::move(path), std::move(layout), std::move(file)));
}

SpilledRows::~SpilledRows() {
  file_.reset();
  Ignore(files_.Remove(path_), "it lies in a directory that goes away, or is cleared, as a whole");
}

Status SpilledRows::Add(const columns::Batch& rows, std::span<const uint32_t> partition_of_row) {
  std::vector<uint32_t> portion_of_row(partition_of_row.size());
  std::vector<std::vector<uint32_t>> partitions(kPortions);
  for (size_t row = 0; row < portion_of_row.size(); ++row) {
    const uint32_t partition = partition_of_row[row];
    portion_of_row[row] = static_cast<uint32_t>(PortionOf(partition));
    partitions[portion_of_row[row]].push_back(partition);
  }
  std::vector<Part> index(kPortions * parts());
  columns::LeafSlices slices(rows, portion_of_row, kPortions);
  for (size_t leaf = 0; leaf < layout_->leaves().size(); ++leaf) {
    slices.Sort(leaf);
    for (size_t portion = 0; portion < kPortions; ++portion) {
      const size_t begin = pending_.size();
      slices.Cut(portion).Store(&pending_);
      index[portion * parts() + leaf] = EndPart(begin);
      if (pending_.size() >= kWriteBytes) TRY(Flush());
    }
  }
  Round round;
  for (size_t portion = 0; portion < kPortions; ++portion) {
    const size_t begin = pending_.size();
    pending_.Append(partitions[portion].data(), partitions[portion].size() * sizeof(uint32_t));
    index[(portion + 1) * parts() - 1] = EndPart(begin);
    round.rows.push_back(static_cast<uint32_t>(partitions[portion].size()));
    round.index_checksums.push_back(codec::Xxh3(BytesOf(index, portion * parts(), parts())));
  }
  round.index_offset = end_ + pending_.size();
  pending_.Append(BytesOf(index, 0, index.size()));
  TRY(Flush());
  rounds_.push_back(std::move(round));
  return {};
}

/// in  begin: where the part begins in what is to be written
SpilledRows::Part SpilledRows::EndPart(size_t begin) {
  const std::string_view bytes = pending_.view().substr(begin);
  return {.offset = end_ + begin, .size = bytes.size(), .checksum = codec::Xxh3(bytes)};
}

Status SpilledRows::Flush() {
  TRY(While(file_->WriteAt(end_, pending_.view()), "writing {}", path_));
  end_ += pending_.size();
  pending_.Clear();
  return {};
}

Result<SpilledRows::Rows> SpilledRows::Read(size_t portion, size_t round) {
  const Round& from = rounds_[round];
  Rows rows{.batch = columns::Batch(layout_), .partition_of_row = {}};
  if (from.rows[portion] == 0) return rows;
  const size_t index_bytes = parts() * sizeof(Part);
  const std::string index_read = TRY(ReadPart({.offset = from.index_offset + portion * index_bytes,
                                               .size = index_bytes,
                                               .checksum = from.index_checksums[portion]}));
  std::vector<Part> index(parts());
  std::memcpy(index.data(), index_read.data(), index_bytes);
  std::vector<std::string> leaves;
  for (const Part& part : index) leaves.push_back(TRY(ReadPart(part)));
  const std::string partitions = std::move(leaves.back());
  leaves.pop_back();
  rows.partition_of_row.resize(from.rows[portion]);
  INVARIANT(partitions.size() == rows.partition_of_row.size() * sizeof(uint32_t),
            "a row has a partition");
  std::memcpy(rows.partition_of_row.data(), partitions.data(), partitions.size());
  rows.batch.Restore(from.rows[portion],
                     std::vector<std::string_view>(leaves.begin(), leaves.end()));
  return rows;
}

Result<std::string> SpilledRows::ReadPart(const Part& part) {
  std::string bytes = TRY(While(file_->ReadAt(part.offset, part.size), "reading {}", path_));
  if (bytes.size() != part.size || codec::Xxh3(bytes) != part.checksum) {
    return Fail(ErrorKind::kCorrupt, "{} is not what was written", path_);
  }
  return bytes;
}

}  // namespace tarn::lake
