#include "codec/checksum.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "codec/checksum_internal.h"

namespace tarn::codec {
namespace {

TEST(Checksum, Crc32cMatchesRfc3720) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Checksum, Crc32cByTableAgreesAtEveryLengthAndOffset) {
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes.push_back(static_cast<char>(i * 37));
  for (size_t from = 0; from < 9; ++from) {
    for (size_t size = 0; size + from <= bytes.size(); ++size) {
      const std::string_view part = std::string_view(bytes).substr(from, size);
      EXPECT_EQ(Crc32c(part, 17), Crc32cByTable(part, 17));
    }
  }
}

TEST(Checksum, Crc32cGoesOnFromItsSeed) { EXPECT_EQ(Crc32c("6789", Crc32c("12345")), 0xE3069283u); }

TEST(Checksum, Xxh3MatchesItsReference) {
  EXPECT_EQ(Xxh3(""), 0x2D06800538D394C2u);
  EXPECT_EQ(Xxh3("a"), 0xE6C632B61E964E1Fu);
  EXPECT_NE(Xxh3("abc", 1), Xxh3("abc", 2));
}

TEST(Checksum, Xxh64MatchesItsReference) {
  EXPECT_EQ(Xxh64(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(Xxh64("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(Xxh64("abc"), 0x44BC2CF5AD770999u);
}

std::string LongBytes(int64_t value) {
  std::string bytes;
  AppendLe(&bytes, value);
  return bytes;
}

TEST(Checksum, Murmur3MatchesIcebergsTable) {
  EXPECT_EQ(Murmur3(LongBytes(34)), 2017239379u);
  EXPECT_EQ(Murmur3("iceberg"), 1210000089u);
  EXPECT_EQ(static_cast<int32_t>(Murmur3(LongBytes(17486))), -653330422);  // 2017-11-16
  EXPECT_EQ(static_cast<int32_t>(Murmur3("\x05\x8c")), -500754589);        // 14.20
  EXPECT_EQ(Murmur3("\xf7\x9c\x3e\x09\x67\x7c\x4b\xbd\xa4\x79\x3f\x34\x9c\xb7\x85\xe7"),
            1488055340u);
  EXPECT_EQ(Murmur3(""), 0u);
}

}  // namespace
}  // namespace tarn::codec
