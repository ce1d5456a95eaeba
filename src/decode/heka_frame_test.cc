#include "decode/heka_frame.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace tarn::decode {
namespace {

std::string Frame(const HekaFrameOptions& options) {
  std::string frame;
  const Status made = AppendHekaFrame("body", options, &frame);
  return made ? ToHex(frame) : made.error().message();
}

TEST(HekaFrame, HasTheBytesOfTheFormat) {
  EXPECT_EQ(Frame({}), "1e0208041f626f6479");
  EXPECT_EQ(Frame({.snappy = true}), "1e0208061f040c626f6479");
  const HekaFrameOptions md5{
      .hmac_hash = HekaHash::kMd5, .hmac_signer = "ops", .hmac_key_version = 1, .hmac_key = "k"};
  EXPECT_EQ(Frame(md5),
            "1e1b08042203"
            "6f7073"
            "2801"
            "3210" +
                ToHex(HekaHmac(HekaHash::kMd5, "k", "body")) + "1f626f6479");
  HekaFrameOptions sha1 = md5;
  sha1.hmac_hash = HekaHash::kSha1;
  EXPECT_EQ(Frame(sha1),
            "1e210804"
            "1801"
            "22036f7073"
            "2801"
            "3214" +
                ToHex(HekaHmac(HekaHash::kSha1, "k", "body")) + "1f626f6479");
}

TEST(HekaFrame, HeadersAreFilledUpWithWhatNobodyKnows) {
  EXPECT_EQ(Frame({.header_length = 2}), "1e0208041f626f6479");
  EXPECT_EQ(Frame({.header_length = 3}), "a header of 2 bytes cannot be made 3 bytes long");
  EXPECT_EQ(Frame({.header_length = 4}), "1e04080478001f626f6479");
  EXPECT_EQ(Frame({.header_length = 5}), "1e0508047880001f626f6479");
  for (size_t length = 6; length <= kHekaHeaderBytesMax; ++length) {
    std::string frame;
    ASSERT_TRUE(AppendHekaFrame("body", {.header_length = length}, &frame));
    HekaHeader header;
    EXPECT_EQ(frame.size(), 3 + length + 4);
    EXPECT_EQ(header.Read(std::string_view(frame).substr(2, length)), nullptr);
    EXPECT_EQ(header.message_length, 4u);
  }
  EXPECT_EQ(Frame({.header_length = 256}), "a header of 256 bytes; a frame's has at most 255");
  EXPECT_EQ(Frame({.hmac_hash = HekaHash::kMd5, .hmac_signer = std::string(300, 's')}),
            "a header of 325 bytes; a frame's has at most 255");
}

TEST(HekaFrame, AnEmptyHmacIsASignature) {
  HekaHeader header;
  const HekaKeys keys = *HekaKeys::Parse("_0=k");
  ASSERT_EQ(header.Read("\x08\x04"), nullptr);
  EXPECT_TRUE(header.IsAuthentic("body", keys));
  ASSERT_EQ(header.Read(std::string_view("\x08\x04\x32\x00", 4)), nullptr);
  EXPECT_FALSE(header.IsAuthentic("body", keys));
}

TEST(HekaKeys, AreReadALineEach) {
  const HekaKeys keys = *HekaKeys::Parse("# comment\n\nops_0=a=b \r\ntest_1=\n");
  ASSERT_NE(keys.Find("ops", 0), nullptr);
  EXPECT_EQ(*keys.Find("ops", 0), "a=b ");
  EXPECT_EQ(*keys.Find("test", 1), "");
  EXPECT_EQ(keys.Find("ops", 1), nullptr);
  EXPECT_EQ(HekaKeys::Parse("a_1=x\nkey\n").error().message(), "line 2 is not SIGNER_VERSION=KEY");
  EXPECT_EQ(HekaKeys::Parse("=x").error().message(), "line 1 is not SIGNER_VERSION=KEY");
  EXPECT_EQ(HekaKeys::Parse("a_1=x\na_1=y").error().message(),
            "line 2 has a second key of the name 'a_1'");
  EXPECT_EQ(HekaKeys::Parse(std::string(kHekaKeysBytesMax + 1, '#')).error().kind(),
            ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace tarn::decode
