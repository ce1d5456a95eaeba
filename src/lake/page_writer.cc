#include "lake/page_writer.h"

#include <limits>
#include <string>
#include <utility>

#include "lake/thrift_compact.h"

namespace tarn::lake {

namespace {

constexpr size_t kBodyBytesMax = std::numeric_limits<int32_t>::max();  ///< the header's own limit

std::string PageHeader(PageType type, int32_t count, Encoding encoding, size_t uncompressed,
                       size_t compressed) {
  std::string header;
  ThriftWriter thrift(&header);
  thrift.Int32(1, static_cast<int32_t>(type));
  thrift.Int32(2, static_cast<int32_t>(uncompressed));
  thrift.Int32(3, static_cast<int32_t>(compressed));
  thrift.BeginStruct(type == PageType::kData ? 5 : 7);
  thrift.Int32(1, count);
  thrift.Int32(2, static_cast<int32_t>(encoding));
  if (type == PageType::kData) {
    thrift.Int32(3, static_cast<int32_t>(Encoding::kRle));  // of definition levels
    thrift.Int32(4, static_cast<int32_t>(Encoding::kRle));  // of repetition levels
  }
  thrift.EndStruct();
  thrift.End();
  return header;
}

}  // namespace

Status PageWriter::WriteDictionary(int32_t value_count, std::string_view body) {
  chunk_.dictionary_offset = offset();
  return Write(PageType::kDictionary, value_count, Encoding::kPlain, body);
}

Status PageWriter::WriteData(Page page, Encoding encoding, std::string_view body) {
  page.offset = offset();
  TRY(Write(PageType::kData, static_cast<int32_t>(page.entry_count), encoding, body));
  page.bytes = static_cast<int32_t>(offset() - page.offset);
  chunk_.pages.push_back(page);
  return {};
}

Status PageWriter::Write(PageType type, int32_t count, Encoding encoding, std::string_view body) {
  if (body.size() > kBodyBytesMax) {
    return Fail(ErrorKind::kTooLarge, "a Parquet page of {} bytes is over the format's {}",
                body.size(), kBodyBytesMax);
  }
  std::string compressed;
  std::string_view stored = body;
  if (compression_ != codec::Compression::kNone) {
    compressed = TRY(codec::Compress(compression_, body, level_));
    if (compressed.size() > kBodyBytesMax) {
      return Fail(ErrorKind::kTooLarge, "a compressed Parquet page of {} bytes", compressed.size());
    }
    stored = compressed;
  }
  const std::string header = PageHeader(type, count, encoding, body.size(), stored.size());
  file_.Append(header);
  file_.Append(stored);
  chunk_.uncompressed_bytes += static_cast<int64_t>(header.size() + body.size());
  chunk_.compressed_bytes += static_cast<int64_t>(header.size() + stored.size());
  return {};
}

}  // namespace tarn::lake
