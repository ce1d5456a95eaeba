#include "codec/raw_deflate.h"

#include <gtest/gtest.h>

namespace tarn::codec {
namespace {

TEST(RawDeflate, BytesComeBack) {
  for (const std::string& bytes : {std::string(), std::string("a"), std::string(300'000, 'x')}) {
    EXPECT_EQ(*InflateRaw(*DeflateRaw(bytes), 1 << 20), bytes);
  }
}

TEST(RawDeflate, TheCapStopsABomb) {
  const std::string bomb = *DeflateRaw(std::string(1 << 20, '\0'));
  EXPECT_EQ(InflateRaw(bomb, 1000).error().kind(), ErrorKind::kTooLarge);
  EXPECT_TRUE(InflateRaw(bomb, 1 << 20));
}

TEST(RawDeflate, EveryTruncationIsInvalid) {
  const std::string deflated = *DeflateRaw("hello hello hello, and goodbye");
  for (size_t size = 0; size < deflated.size(); ++size) {
    EXPECT_EQ(InflateRaw(deflated.substr(0, size), 1000).error().kind(), ErrorKind::kInvalid);
  }
}

TEST(RawDeflate, BytesAfterTheEndAreNotLookedAt) {
  EXPECT_EQ(*InflateRaw(*DeflateRaw("hello") + "abc", 1000), "hello");
}

}  // namespace
}  // namespace tarn::codec
