#include "lake/bloom_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "codec/checksum.h"
#include "columns/leaf_values.h"
#include "lake/thrift_compact.h"

namespace tarn::lake {

namespace {

constexpr size_t kBlockBytes = 32;
constexpr double kFalsePositives = 0.01;
constexpr uint32_t kSalts[] = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                               0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};

/// One bit in each of the eight words of a block.
void Insert(std::string_view value, char* filter, size_t blocks) {
  const uint64_t hash = codec::Xxh64(value);
  char* const block = filter + (((hash >> 32) * blocks) >> 32) * kBlockBytes;
  for (size_t i = 0; i < std::size(kSalts); ++i) {
    char* const word = block + i * sizeof(uint32_t);
    const uint32_t bit = uint32_t{1} << ((static_cast<uint32_t>(hash) * kSalts[i]) >> 27);
    StoreLe(word, LoadLe<uint32_t>(word) | bit);
  }
}

std::string Header(size_t bytes) {
  std::string header;
  ThriftWriter thrift(&header);
  thrift.Int32(1, static_cast<int32_t>(bytes));
  for (const int field : {2, 3, 4}) {  // split blocks, XXH64, not compressed
    thrift.BeginStruct(field);
    thrift.EmptyStruct(1);
    thrift.EndStruct();
  }
  thrift.End();
  return header;
}

}  // namespace

size_t BloomBytes(size_t distinct) {
  static const double bits_per_value = -8 / std::log(1 - std::pow(kFalsePositives, 1.0 / 8));
  const auto bytes = static_cast<size_t>(static_cast<double>(distinct) * bits_per_value / 8);
  return std::bit_ceil(std::clamp(bytes, kBlockBytes, kBloomBytesMax));
}

void AppendBloomFilter(const columns::LeafBuffer& leaf, columns::ByteBuffer* out) {
  const size_t distinct = leaf.has_dictionary() ? leaf.dictionary().size() : leaf.values();
  const size_t bytes = BloomBytes(distinct);
  out->Append(Header(bytes));
  char* const filter = out->Extend(bytes);
  std::memset(filter, 0, bytes);
  const size_t width = columns::ValueWidth(leaf.leaf());
  std::string_view plain = leaf.has_dictionary() ? leaf.dictionary().plain() : leaf.plain();
  while (!plain.empty()) {
    size_t size = width;
    if (width == 0) {
      const char* const length = plain.data();
      size = LoadLe<uint32_t>(length);
      plain.remove_prefix(sizeof(uint32_t));
    }
    Insert(plain.substr(0, size), filter, bytes / kBlockBytes);
    plain.remove_prefix(size);
  }
}

}  // namespace tarn::lake
