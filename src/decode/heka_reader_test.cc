#include "decode/heka_reader.h"

#include <gtest/gtest.h>

#include "codec/compression.h"
#include "decode/heka_testing.h"
#include "decode/protobuf_internal.h"

namespace tarn::decode {
namespace {

using Offsets = std::vector<uint64_t>;
constexpr size_t kHeaderBytes = 6;  // with both separators, of MakeHekaFrame's

std::string Body(int number) {
  std::string body;
  AppendHekaBody(MakeHekaDraft(number), {}, &body);
  return body;
}

/// Three frames: plain, snappy, plain.
struct ThreeFrames {
  std::vector<std::string> frames = {MakeHekaFrame(0), MakeHekaFrame(1, {.snappy = true}),
                                     MakeHekaFrame(2)};
  std::string all = frames[0] + frames[1] + frames[2];
};

TEST(HekaReader, AnEmptyStreamHasNoMessages) {
  const ReadStream read = ReadHeka("");
  EXPECT_TRUE(read.messages.empty());
  EXPECT_FALSE(read.error);
  EXPECT_EQ(read.counts.bytes, 0u);
}

TEST(HekaReader, DamageCostsOneByteAndTheSearchGoesOn) {
  const std::string good = MakeHekaFrame(7);
  const std::string no_timestamp = MakeHekaFrameOf("\x0a\x01u");
  const struct {
    const char* what;
    std::string bytes;
    Offsets offsets;
    uint64_t skipped;
    uint64_t damaged;
  } cases[] = {
      {"garbage in front", "BOGUS" + good, {5}, 5, 0},
      {"a line end behind", good + "\n", {0}, 1, 0},
      {"a separator alone", good + "\x1e", {0}, 1, 1},
      {"a header that is cut", good + "\x1e\x05\x08", {0}, 3, 1},
      {"an empty header", MakeHekaFrameOf("", "") + good, {3}, 3, 1},
      {"no unit separator", "\x1e\x02\x08\x05\xff" + good, {5}, 5, 1},
      {"message_length of another wire type", MakeHekaFrameOf("\x0a\x01x", "") + good, {6}, 6, 1},
      {"a header's field of number 0",
       MakeHekaFrameOf(std::string_view("\x08\x01\x00\x01", 4), "x") + good,
       {8},
       8,
       1},
      {"an empty message", MakeHekaFrameOf("") + good, {5}, 5, 1},
      {"a message without timestamp", no_timestamp + good, {no_timestamp.size()}, 8, 1},
      {"a length over the limit",
       MakeHekaFrameOf("\x08\xff\xff\xff\xff\x07", "") + good,
       {9},
       9,
       1},
      {"a length past the end", MakeHekaFrameOf("\x08\xff\x7f", "") + good, {6}, 6, 1},
      {"a length that hides a good frame",
       MakeHekaFrameOf(std::string(1, '\x08') + static_cast<char>(20), "") + good,
       {5},
       5,
       1},
      {"separators inside a header that is none", "\x1e\x1e\x1e" + good, {3}, 3, 3},
  };
  for (const auto& c : cases) {
    const ReadStream read = ReadHeka(c.bytes);
    EXPECT_EQ(read.offsets(), c.offsets) << c.what;
    EXPECT_EQ(read.counts.skipped_bytes, c.skipped) << c.what;
    EXPECT_EQ(read.counts.damaged, c.damaged) << c.what;
    EXPECT_EQ(read.counts.bytes, c.bytes.size()) << c.what;
    EXPECT_EQ(read.counts.records, c.offsets.size()) << c.what;
    EXPECT_FALSE(read.error) << c.what;
  }
}

TEST(HekaReader, SeparatorsAndWholeFramesInsideABodySplitNothing) {
  HekaDraft draft = MakeHekaDraft(1);
  draft.payload = MakeHekaFrame(2) + "\x1e\x1f" + MakeHekaFrame(3);
  std::string body;
  AppendHekaBody(draft, {}, &body);
  const ReadStream read = ReadHeka(MakeHekaFrameOf(body) + MakeHekaFrame(4));
  EXPECT_EQ(read.messages.size(), 2u);
  EXPECT_EQ(read.counts.skipped_bytes, 0u);
}

TEST(HekaReader, EveryPrefixKeepsAllWholeFrames) {
  const ThreeFrames three;
  const ReadStream whole = ReadHeka(three.all);
  ASSERT_EQ(whole.messages.size(), 3u);
  EXPECT_TRUE(whole.messages[1].is_snappy);
  for (size_t size = 0; size <= three.all.size(); ++size) {
    const ReadStream read = ReadHeka(three.all.substr(0, size));
    size_t kept = 0;
    size_t kept_bytes = 0;
    while (kept < 3 && kept_bytes + three.frames[kept].size() <= size) {
      kept_bytes += three.frames[kept++].size();
    }
    ASSERT_EQ(read.messages.size(), kept) << "a prefix of " << size;
    for (size_t i = 0; i < kept; ++i) EXPECT_EQ(read.messages[i], whole.messages[i]);
    EXPECT_EQ(read.counts.skipped_bytes, size - kept_bytes);
    EXPECT_EQ(read.counts.bytes, size);
  }
}

TEST(HekaReader, EveryFlippedByteCostsNoMoreThanItsFrameAndNothingBeforeIt) {
  const ThreeFrames three;
  const ReadStream whole = ReadHeka(three.all);
  for (size_t at = 0; at < three.all.size(); ++at) {
    // A header that claims too much may take a later frame for its body's end.
    const bool is_in_header = std::ranges::any_of(whole.messages, [at](const ReadMessage& message) {
      return message.offset <= at && at < message.offset + kHeaderBytes;
    });
    for (const int flip : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff}) {
      std::string bytes = three.all;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const ReadStream read = ReadHeka(bytes);
      ASSERT_FALSE(read.error) << at;
      ASSERT_EQ(read.counts.bytes, bytes.size());
      size_t frame_bytes = 0;
      for (const ReadMessage& message : read.messages) frame_bytes += message.frame.size();
      EXPECT_EQ(read.counts.bytes - read.counts.skipped_bytes, frame_bytes);
      for (const ReadMessage& message : whole.messages) {
        const bool is_hit = message.offset <= at && at < message.offset + message.frame.size();
        if (is_hit || (at < message.offset && is_in_header)) continue;
        EXPECT_NE(std::ranges::find(read.messages, message), read.messages.end())
            << "byte " << at << " flipped by " << flip << ", frame at " << message.offset;
      }
    }
  }
}

TEST(HekaReader, StrictStopsAtTheFirstDamageAndKeepsWhatCameBefore) {
  const std::string good = MakeHekaFrame(7);
  const struct {
    std::string bytes;
    size_t messages;
    std::string error;
  } cases[] = {
      {good + good, 2, ""},
      {"x" + good, 0, "'test' is damaged at byte 0: no record separator"},
      {good + "\n", 1, Format("'test' is damaged at byte {}: no record separator", good.size())},
      {good + good.substr(0, 9), 1,
       Format("'test' is damaged at byte {}: the stream ends inside a frame", good.size())},
      {good + MakeHekaFrameOf("\x0b") + good, 1,
       Format("'test' is damaged at byte {}: a group, or an unknown wire type", good.size())},
  };
  for (const auto& c : cases) {
    const ReadStream read = ReadHeka(c.bytes, {.strict = true});
    EXPECT_EQ(read.messages.size(), c.messages);
    EXPECT_EQ(read.error ? read.error->message() : "", c.error);
    EXPECT_EQ(read.counts.damaged, c.error.empty() ? 0u : 1u);
    EXPECT_EQ(read.counts.skipped_bytes, 0u);
    EXPECT_EQ(read.counts.bytes, c.messages * good.size());
  }
}

TEST(HekaReader, TheMessageLimitIsOfTheBodyAsStored) {
  const std::string body = Body(1);
  const std::string frame = MakeHekaFrameOf(body);
  EXPECT_EQ(ReadHeka(frame, {.message_bytes_max = body.size()}).messages.size(), 1u);
  const ReadStream over = ReadHeka(frame, {.message_bytes_max = body.size() - 1});
  EXPECT_EQ(over.messages.size(), 0u);
  EXPECT_GE(over.counts.damaged, 1u);
  EXPECT_EQ(over.counts.skipped_bytes, frame.size());
}

TEST(HekaReader, AMessageOfManyMebibytesIsRead) {
  HekaDraft draft = MakeHekaDraft(1);
  draft.payload = std::string(9 << 20, 'p');
  std::string body;
  AppendHekaBody(draft, {}, &body);
  std::string bytes = MakeHekaFrame(0);
  ASSERT_TRUE(AppendHekaFrame(body, {}, &bytes));
  ASSERT_TRUE(AppendHekaFrame(body, {.snappy = true}, &bytes));
  bytes += MakeHekaFrame(2);
  const ReadStream read = ReadHeka(bytes);
  ASSERT_EQ(read.messages.size(), 4u);
  EXPECT_EQ(read.messages[1].json, read.messages[2].json);
  EXPECT_EQ(read.counts.skipped_bytes, 0u);
}

TEST(HekaReader, PiecesOfAnySizeGiveTheSame) {
  const ThreeFrames three;
  const std::string bytes = "\x1e\x1e" + three.all + "xx" + three.all + "\x1e\x02\x08";
  const ReadStream whole = ReadHeka(bytes);
  EXPECT_EQ(whole.messages.size(), 6u);
  for (const size_t piece : {1, 2, 3, 7, 64, 1000}) {
    const ReadStream read = ReadHeka(bytes, {}, piece);
    EXPECT_EQ(read.messages, whole.messages) << piece;
    EXPECT_EQ(read.counts.skipped_bytes, whole.counts.skipped_bytes);
    EXPECT_EQ(read.counts.damaged, whole.counts.damaged);
  }
}

TEST(HekaReader, MoreThanTheWindowIsReadFrameByFrame) {
  std::string bytes;
  Offsets offsets;
  for (int i = 0; bytes.size() < (5 << 20); ++i) {
    offsets.push_back(bytes.size());
    bytes += MakeHekaFrame(i, {.snappy = i % 2 == 0});
    if (i % 1000 == 0) bytes += "garbage";
  }
  const ReadStream read = ReadHeka(bytes, {}, 100'000);
  EXPECT_EQ(read.messages.size(), offsets.size());
  EXPECT_EQ(read.counts.bytes, bytes.size());
  EXPECT_EQ(read.counts.bytes - read.counts.skipped_bytes,
            bytes.size() - 7 * ((offsets.size() + 999) / 1000));
}

TEST(HekaReader, BytesThatWereMadeToBeSlowEndTheReading) {
  // Each header claims 16,383 bytes, and stands in a field that nobody knows of the claims before.
  std::string slow;
  while (slow.size() < 200'000) slow += "\x7a\x06\x1e\x03\x08\xff\x7f\x1f";
  const HekaReaderOptions options{.message_bytes_max = 20'000};
  const std::string good = MakeHekaFrame(1);
  const ReadStream read = ReadHeka(good + slow, options);
  EXPECT_EQ(read.messages.size(), 1u);
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->kind(), ErrorKind::kTooLarge);
  EXPECT_TRUE(read.error->message().starts_with("'test': looking for messages behind byte "));
  const ReadStream some = ReadHeka(good + slow.substr(0, 1000) + good, options);
  EXPECT_EQ(some.messages.size(), 2u);
}

TEST(HekaReader, ABrokenInputLosesNothingBeforeItBreaks) {
  const ThreeFrames three;
  const Error broken(ErrorKind::kIo, "the disk is gone");
  // A claim that reaches beyond what can be read hides nothing either.
  const std::string bytes = MakeHekaFrameOf("\x08\xff\x7f", "") + three.all + "\x1e\x02";
  const ReadStream read = ReadHeka(bytes, {}, 50, broken);
  EXPECT_EQ(read.messages.size(), 3u);
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->message(), "the disk is gone");
  const ReadStream strict = ReadHeka(three.all + "\x1e\x02", {.strict = true}, 50, broken);
  EXPECT_EQ(strict.messages.size(), 3u);
  EXPECT_EQ(strict.error->message(), "the disk is gone");
}

TEST(HekaReader, CompressedFilesAreReadAndACutOneLosesNothingBeforeTheCut) {
  std::string plain;
  for (int i = 0; i < 2000; ++i) plain += MakeHekaFrame(i);
  const ReadStream expected = ReadHeka(plain);
  for (const auto compression : {codec::Compression::kGzip, codec::Compression::kZstd}) {
    const std::string half = *codec::Compress(compression, plain.substr(0, plain.size() / 2));
    const std::string rest = *codec::Compress(compression, plain.substr(plain.size() / 2));
    EXPECT_EQ(ReadHeka(half + rest).messages, expected.messages) << "in two members";
    const ReadStream cut = ReadHeka(half + rest.substr(0, rest.size() - 9));
    EXPECT_GE(cut.messages.size(), 1000u);
    ASSERT_TRUE(cut.error);
    EXPECT_EQ(cut.error->kind(), ErrorKind::kInvalid);
  }
}

TEST(HekaReader, FramesSignedWronglyAreLeftOutWhereKeysAreGiven) {
  const HekaKeys keys = *HekaKeys::Parse("test_1=testkey\nops_0=other");
  const HekaFrameOptions md5{.hmac_hash = HekaHash::kMd5,
                             .hmac_signer = "test",
                             .hmac_key_version = 1,
                             .hmac_key = "testkey"};
  HekaFrameOptions sha1 = md5;
  sha1.hmac_hash = HekaHash::kSha1;
  sha1.snappy = true;
  HekaFrameOptions wrong_key = md5;
  wrong_key.hmac_key = "testkex";
  HekaFrameOptions unknown_signer = md5;
  unknown_signer.hmac_signer = "nobody";
  HekaFrameOptions unknown_version = md5;
  unknown_version.hmac_key_version = 2;
  const std::string body = Body(9);
  std::string unknown_hash;
  AppendWireNumber(1, body.size(), &unknown_hash);
  AppendWireNumber(3, 2, &unknown_hash);
  AppendWireBytes(4, "test", &unknown_hash);
  AppendWireNumber(5, 1, &unknown_hash);
  AppendWireBytes(6, HekaHmac(HekaHash::kMd5, "testkey", body), &unknown_hash);
  const std::string bytes = MakeHekaFrame(0) + MakeHekaFrame(1, md5) + MakeHekaFrame(2, sha1) +
                            MakeHekaFrame(3, wrong_key) + MakeHekaFrame(4, unknown_signer) +
                            MakeHekaFrame(5, unknown_version) + MakeHekaFrameOf(unknown_hash, body);
  EXPECT_EQ(ReadHeka(bytes).messages.size(), 7u);
  const ReadStream checked = ReadHeka(bytes, {.strict = true, .keys = &keys});
  EXPECT_EQ(checked.messages.size(), 3u);
  EXPECT_EQ(checked.counts.hmac_failed, 4u);
  EXPECT_EQ(checked.counts.skipped_bytes, 0u);
  EXPECT_EQ(checked.counts.bytes, bytes.size());
}

}  // namespace
}  // namespace tarn::decode
