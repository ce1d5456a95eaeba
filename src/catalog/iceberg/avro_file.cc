#include "catalog/iceberg/avro_file.h"

#include "base/bytes.h"
#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/raw_deflate.h"

namespace tarn::catalog::iceberg {
namespace {

constexpr std::string_view kMagic("Obj\x01", 4);
constexpr std::string_view kChecksumKey = "tarn.xxh3";
constexpr std::string_view kChecksumEmpty = "0000000000000000";  // what is hashed in its place
constexpr size_t kSyncBytes = 16;
constexpr size_t kBlockBytes = 64 * 1024;  // before compression, as Iceberg Java

std::string ChecksumText(std::string_view file) { return Format("{:016x}", codec::Xxh3(file)); }

/// Tarn's own files: compare the checksum in the metadata with one over the bytes.
/// in  value: where the checksum's text stands in `bytes`
Status CheckChecksum(std::string_view bytes, std::string_view value) {
  if (value.size() != kChecksumEmpty.size()) {
    return Fail(ErrorKind::kCorrupt, "Avro file: its checksum is no checksum");
  }
  std::string zeroed(bytes);
  zeroed.replace(static_cast<size_t>(value.data() - bytes.data()), value.size(), kChecksumEmpty);
  if (ChecksumText(zeroed) == value) return {};
  return Fail(ErrorKind::kCorrupt, "Avro file: the checksum does not fit the bytes");
}

/// Read the header's map. errors  kCorrupt
Status ReadHeader(std::string_view file, AvroReader* reader,
                  std::map<std::string, std::string>* metadata) {
  std::optional<std::string_view> checksum;
  while (int64_t count = reader->ReadLong()) {
    if (count < 0) {
      reader->ReadLong();
      count = count == INT64_MIN ? INT64_MAX : -count;
    }
    for (int64_t i = 0; i < count && reader->ok(); ++i) {
      const std::string_view key = reader->ReadBytes();
      const std::string_view value = reader->ReadBytes();
      if (key == kChecksumKey) checksum = value;
      (*metadata)[std::string(key)] = value;
    }
    if (!reader->ok()) break;
  }
  TRY(reader->status());
  if (checksum) TRY(CheckChecksum(file, *checksum));
  return {};
}

Result<std::string> InflateBlock(std::string_view codec, std::string_view bytes, size_t bytes_max) {
  if (codec == "null" || codec.empty()) {
    if (bytes.size() > bytes_max) return Fail(ErrorKind::kTooLarge, "Avro file is too large");
    return std::string(bytes);
  }
  auto inflated = [&]() -> Result<std::string> {
    if (codec == "deflate") return codec::InflateRaw(bytes, bytes_max);
    if (codec == "zstandard") {
      return codec::Decompress(codec::Compression::kZstd, bytes,
                               {.bytes_max = bytes_max, .ratio_max = bytes_max});
    }
    return Fail(ErrorKind::kUnsupported, "Avro codec '{}' (null, deflate and zstandard are read)",
                codec);
  }();
  if (!inflated && inflated.error().kind() == ErrorKind::kInvalid) {
    return Fail(ErrorKind::kCorrupt, "Avro block: {}", inflated.error().message());
  }
  return inflated;
}

}  // namespace

Result<AvroFile> AvroFile::Parse(std::string_view bytes) {
  AvroReader reader(bytes);
  if (reader.ReadFixed(kMagic.size()) != kMagic) {
    return Fail(ErrorKind::kCorrupt, "not an Avro file");
  }
  AvroFile file;
  TRY(ReadHeader(bytes, &reader, &file.metadata));
  const std::string_view sync = reader.ReadFixed(kSyncBytes);
  TRY(reader.status());
  file.schema = TRY(AvroSchema::Parse(file.metadata["avro.schema"]));
  size_t room = kInflatedBytesMax;
  while (reader.remaining() != 0) {
    const int64_t rows = reader.ReadLong();
    const std::string_view packed = reader.ReadBytes();
    if (reader.ReadFixed(kSyncBytes) != sync) reader.SetFailed("a block's end mark is wrong");
    TRY(reader.status());
    Block block{rows, TRY(InflateBlock(file.metadata["avro.codec"], packed, room))};
    if (rows < 0 || static_cast<uint64_t>(rows) > block.bytes.size()) {
      return Fail(ErrorKind::kCorrupt, "Avro block claims {} rows in {} bytes", rows,
                  block.bytes.size());
    }
    room -= block.bytes.size();
    file.blocks.push_back(std::move(block));
  }
  return file;
}

void AppendAvroBytes(std::string* out, std::string_view bytes) {
  AppendZigZag(out, static_cast<int64_t>(bytes.size()));
  out->append(bytes);
}

AvroFileWriter::AvroFileWriter(std::string schema, Metadata metadata, SyncMarker sync)
    : sync_(sync), file_(kMagic) {
  metadata.emplace_back("avro.codec", "deflate");
  metadata.emplace_back("avro.schema", std::move(schema));
  metadata.emplace_back(kChecksumKey, kChecksumEmpty);
  AppendZigZag(&file_, static_cast<int64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    AppendAvroBytes(&file_, key);
    AppendAvroBytes(&file_, value);
  }
  checksum_at_ = file_.size() - kChecksumEmpty.size();
  AppendZigZag(&file_, 0);
  file_.append(sync_.data(), sync_.size());
}

Status AvroFileWriter::EndRow() {
  ++block_rows_;
  return block_.size() < kBlockBytes ? Status() : FlushBlock();
}

Status AvroFileWriter::FlushBlock() {
  if (block_rows_ == 0) return {};
  const std::string packed = TRY(codec::DeflateRaw(block_));
  AppendZigZag(&file_, block_rows_);
  AppendAvroBytes(&file_, packed);
  file_.append(sync_.data(), sync_.size());
  block_.clear();
  block_rows_ = 0;
  return {};
}

Result<std::string> AvroFileWriter::Finish() && {
  TRY(FlushBlock());
  const std::string checksum = ChecksumText(file_);
  file_.replace(checksum_at_, checksum.size(), checksum);
  return std::move(file_);
}

}  // namespace tarn::catalog::iceberg
