#include "wal/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "codec/checksum.h"
#include "wal/log_testing.h"

namespace tarn::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr SegmentUse kUse{.segno = 42, .salt = 0x0123456789abcdef};

/// A frame's bytes and its header as it was written.
struct Made {
  explicit Made(const std::vector<Entry>& entries) {
    FrameBuilder frame;
    for (const Entry& entry : entries) frame.Add(entry);
    header.first = Lsn((uint64_t{1} << kLsnCounterBits) + 1);
    bytes = frame.Finish(kUse, &header);
    body = bytes.substr(kFrameHeaderBytes, header.body_bytes);
  }
  FrameHeader header;
  std::string bytes;
  std::string body;
};

TEST(Frame, IsTheWorkedExampleOfTheFormatPage) {
  Entry entry = MakeEntry(7, {R"({"a":1})"});
  entry.stream_version = 1;
  entry.request = {.high = 0x1112131415161718, .low = 0x2122232425262728};
  const Made made({entry});
  EXPECT_EQ(ToHex(std::string_view(made.bytes).substr(0, 32)),
            "5446524dbec69f1b2d0000002d000000"
            "0100000000010000efcdab8967452301");
  EXPECT_EQ(ToHex(std::string_view(made.bytes).substr(32, 32)),
            "01000000001000000000000000000000"
            "00000000000000004f0213741d884944");
  EXPECT_EQ(ToHex(made.body),
            "070000000700000001000101010000402046484706001817161514131211282726252423222"
            "17b2261223a317d");
  EXPECT_THAT(made.bytes, SizeIs(kBlockBytes));
}

TEST(Frame, GivesBackItsEntries) {
  const Made made({MakeEntry(1, {"a", "", "ccc"}), MakeEntry(1, {"d"}), MakeEntry(9, {"e"})});
  const auto header = DecodeFrameHeader(made.bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->records, 5u);
  EXPECT_EQ(header->chain, made.header.chain);
  EXPECT_TRUE(BodyMatches(*header, made.body, kUse));
  const auto entries = DecodeEntries(*header, made.body);
  ASSERT_TRUE(entries);
  ASSERT_THAT(*entries, SizeIs(3));
  EXPECT_THAT(RecordsOf((*entries)[0].entry), ElementsAre("a", "", "ccc"));
  EXPECT_THAT(RecordsOf((*entries)[1].entry), ElementsAre("d"));
  EXPECT_EQ((*entries)[1].first.number(), header->first.number() + 3);
  EXPECT_EQ((*entries)[2].last, header->last());
  EXPECT_EQ((*entries)[2].entry.stream, StreamId(9));
}

TEST(Frame, EveryFlippedByteIsNoticed) {
  const Made made({MakeEntry(1, {"some record", "and another"})});
  for (size_t at = 0; at < kFrameHeaderBytes + made.body.size(); ++at) {
    std::string bytes = made.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const auto header = DecodeFrameHeader(bytes);
    const bool good = header && header->body_bytes == made.body.size() &&
                      BodyMatches(*header, bytes.substr(kFrameHeaderBytes, made.body.size()), kUse);
    EXPECT_FALSE(good) << "byte " << at;
  }
}

TEST(Frame, BelongsToOneUseOfOneSegment) {
  const Made made({MakeEntry(1, {"a"})});
  EXPECT_FALSE(BodyMatches(made.header, made.body, {.segno = 42, .salt = kUse.salt + 1}));
  EXPECT_FALSE(BodyMatches(made.header, made.body, {.segno = 43, .salt = kUse.salt}));
}

TEST(Frame, ABodyCutShortIsNoPanic) {
  const Made made({MakeEntry(1, {"some record", "and another"})});
  for (size_t length = 0; length < made.body.size(); ++length) {
    const auto entries = DecodeEntries(made.header, made.body.substr(0, length));
    ASSERT_FALSE(entries) << length;
    EXPECT_EQ(entries.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(Frame, HeadersThatContradictThemselvesAreRefused) {
  struct Case {
    const char* what;
    size_t offset;
    uint8_t value;
  };
  for (const Case& wrong : {Case{"compressed", 20, 1}, Case{"records without any", 16, 0},
                            Case{"a VOID with records", 21, 2}}) {
    Made made({MakeEntry(1, {"a"})});
    StoreLe(&made.bytes[wrong.offset], wrong.value);
    StoreLe(&made.bytes[4], codec::Crc32c(std::string_view(made.bytes).substr(8, 56)));
    const auto header = DecodeFrameHeader(made.bytes);
    ASSERT_FALSE(header) << wrong.what;
    EXPECT_EQ(header.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(Frame, AVoidNamesItsRange) {
  FrameBuilder frame;
  frame.AddVoid({Lsn(5), Lsn(9)});
  FrameHeader header{.kind = FrameKind::kVoid, .first = Lsn(10)};
  const std::string bytes(frame.Finish(kUse, &header));
  EXPECT_EQ(header.last(), Lsn(9));
  const std::string body = bytes.substr(kFrameHeaderBytes, header.body_bytes);
  EXPECT_EQ(*DecodeVoid(body), (LsnRange{Lsn(5), Lsn(9)}));
  EXPECT_FALSE(DecodeVoid(body.substr(1)));
}

}  // namespace
}  // namespace tarn::wal
