#include "codec/stream_inflater.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tarn::codec {
namespace {

std::string Text() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += Format("line {} of some text\n", i * 7919 % 1000);
  return text;
}

/// Inflates a stream that comes in pieces of this size, into a buffer of that size.
Result<std::string> InflateInPieces(Compression compression, std::string_view bytes, size_t piece,
                                    size_t room) {
  const auto inflater = TRY(StreamInflater::Make(compression));
  std::string out;
  std::string buffer(room, '\0');
  for (size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view next = bytes.substr(at, piece);
    while (true) {
      const size_t got = TRY(inflater->Inflate(&next, buffer.data(), room));
      out.append(buffer, 0, got);
      if (got == 0 && next.empty()) break;
    }
  }
  TRY(inflater->Finish());
  return out;
}

class StreamInflaterTest : public ::testing::TestWithParam<Compression> {};

TEST_P(StreamInflaterTest, EveryCutStreamIsRefused) {
  const std::string whole = *Compress(GetParam(), "some text, some text, some text");
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto inflated = InflateInPieces(GetParam(), whole.substr(0, size), 7, 100);
    ASSERT_FALSE(inflated) << size;
    EXPECT_EQ(inflated.error().kind(), ErrorKind::kInvalid);
    EXPECT_NE(inflated.error().message().find("is cut short after byte"), std::string::npos);
  }
}

TEST_P(StreamInflaterTest, WhatFollowsTheStreamMustBeOneToo) {
  const std::string whole = *Compress(GetParam(), "text") + "no stream";
  EXPECT_FALSE(InflateInPieces(GetParam(), whole, 5, 100));
}

TEST_P(StreamInflaterTest, WhatIsBeforeDamageIsGivenFirst) {
  // As much as zstd needs several blocks for, hardly compressible, so that damage is found late.
  std::string text(1'000'000, '\0');
  std::minstd_rand random(1);
  for (char& letter : text) letter = static_cast<char>('a' + random() % 16);
  std::string bytes = *Compress(GetParam(), text);
  bytes.resize(bytes.size() * 3 / 4);
  bytes += std::string(100, '\xff');
  const auto inflater = *StreamInflater::Make(GetParam());
  std::string_view rest = bytes;
  std::string out;
  std::string buffer(2 * text.size(), '\0');
  auto got = inflater->Inflate(&rest, buffer.data(), buffer.size());
  for (; got && (*got > 0 || !rest.empty());
       got = inflater->Inflate(&rest, buffer.data(), buffer.size())) {
    out.append(buffer, 0, *got);
  }
  EXPECT_FALSE(got && inflater->Finish());
  EXPECT_GT(out.size(), text.size() / 2);
  EXPECT_EQ(out.substr(0, text.size() / 2), text.substr(0, text.size() / 2));
}

TEST_P(StreamInflaterTest, PiecesOfAnySizeGiveTheWhole) {
  const std::string text = Text();
  const std::string bytes = *Compress(GetParam(), text);
  for (const size_t piece : {1, 2, 100, 1 << 20}) {
    for (const size_t room : {1, 3, 1000, 1 << 20}) {
      EXPECT_EQ(*InflateInPieces(GetParam(), bytes, piece, room), text) << piece << " " << room;
    }
  }
}

TEST_P(StreamInflaterTest, StreamsInARowAreOne) {
  const std::string bytes =
      *Compress(GetParam(), "one") + *Compress(GetParam(), "") + *Compress(GetParam(), "two");
  for (size_t piece = 1; piece < bytes.size(); ++piece) {
    EXPECT_EQ(*InflateInPieces(GetParam(), bytes, piece, 100), "onetwo");
  }
}

TEST_P(StreamInflaterTest, IsRecognizedByItsFirstBytes) {
  EXPECT_EQ(RecognizeStream(Compress(GetParam(), "text")->substr(0, 4)), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Codecs, StreamInflaterTest,
                         ::testing::Values(Compression::kGzip, Compression::kZstd),
                         [](const auto& codec) {
                           return std::string(CompressionName(codec.param));
                         });

TEST(RecognizeStream, TextIsNone) {
  for (const std::string_view bytes : {"", "{", "{\"a\":1}", "\x1f", "\x28\xb5\x2f"}) {
    EXPECT_EQ(RecognizeStream(bytes), std::nullopt) << bytes;
  }
  EXPECT_EQ(RecognizeStream("\x5a\x2a\x4d\x18"), Compression::kZstd);
}

TEST(StreamInflater, OtherCompressionsAreRefused) {
  EXPECT_EQ(StreamInflater::Make(Compression::kSnappy).error().kind(), ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace tarn::codec
