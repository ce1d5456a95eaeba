#include "wal/raw_copies.h"

#include <algorithm>

#include "base/units.h"
#include "wal/segment_directory.h"

namespace tarn::wal {
namespace {

constexpr size_t kPieceBytes = kMiB;

/// Reads a part piece by piece. returns  zeros for what cannot be read
std::string ReadPiece(os::File& from, uint64_t offset, size_t size) {
  Result<std::string> piece = from.ReadAt(offset, size);
  std::string bytes = piece ? *std::move(piece) : std::string();
  bytes.resize(size, '\0');
  return bytes;
}

uint64_t WithoutZerosAtEnd(os::File& from, const ByteRange& range) {
  uint64_t end = range.to;
  while (end > range.from) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, end - range.from));
    const std::string piece = ReadPiece(from, end - size, size);
    const size_t last = piece.find_last_not_of('\0');
    if (last != std::string::npos) return end - size + last + 1;
    end -= size;
  }
  return range.from;
}

Status CopyRange(os::File& from, os::File& to, const ByteRange& range) {
  for (uint64_t at = range.from; at < range.to; at += kPieceBytes) {
    const auto size = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, range.to - at));
    TRY(to.WriteAt(at - range.from, ReadPiece(from, at, size)));
  }
  return to.Sync();
}

}  // namespace

Result<uint64_t> KeepRawCopy(os::Files& files, const RawPart& part, const std::string& directory) {
  const std::unique_ptr<os::File> from = TRY(files.Open(part.path, os::OpenMode::kRead));
  const ByteRange range{part.range.from, WithoutZerosAtEnd(*from, part.range)};
  if (range.empty()) return 0;
  const uint64_t bytes = range.to - range.from;
  const std::string path =
      Format("{}/seg-{:016x}-at-{:08x}.raw", directory, part.segno, range.from);
  TRY(files.MakeDirectories(directory));
  const Result<os::FileInfo> there = files.Stat(path);
  if (there && there->size == bytes) return bytes;
  const std::string temporary = path + ".new";
  TRY(RemoveIfPresent(files, temporary));
  {
    const std::unique_ptr<os::File> to = TRY(files.Open(temporary, os::OpenMode::kCreateNew));
    TRY(CopyRange(*from, *to, range));
  }
  TRY(files.Rename(temporary, path));
  TRY(files.SyncDirectory(directory));
  TRY(files.SyncDirectory(os::ParentDirectory(directory)));
  return bytes;
}

Status PruneRawCopies(os::Files& files, const std::string& directory, size_t copies_max) {
  const std::vector<std::string> names = TRY(files.List(directory));
  for (size_t i = 0; i + copies_max < names.size(); ++i) {
    TRY(files.Remove(directory + "/" + names[i]));
  }
  return {};
}

}  // namespace tarn::wal
