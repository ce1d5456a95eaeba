#include "wal/segment.h"

#include <gtest/gtest.h>

#include "wal/node_file.h"

namespace tarn::wal {
namespace {

SegmentHeader SomeHeader() {
  return {.shard = 3,
          .epoch = 7,
          .node = {'n', 'o', 'd', 'e'},
          .use = {.segno = 0x2a, .salt = 99},
          .first = Lsn((uint64_t{7} << kLsnCounterBits) + 1),
          .prev_last = Lsn((uint64_t{6} << kLsnCounterBits) + 5),
          .prev_chain = 1234};
}

TEST(Segment, HeaderComesBackAsItWas) {
  const SegmentHeader want = SomeHeader();
  const std::string block = EncodeSegmentHeader(want);
  EXPECT_EQ(block.size(), kBlockBytes);
  const auto header = DecodeSegmentHeader(block);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->shard, want.shard);
  EXPECT_EQ(header->epoch, want.epoch);
  EXPECT_EQ(header->node, want.node);
  EXPECT_EQ(header->use.segno, want.use.segno);
  EXPECT_EQ(header->use.salt, want.use.salt);
  EXPECT_EQ(header->first, want.first);
  EXPECT_EQ(header->prev_last, want.prev_last);
  EXPECT_EQ(header->prev_chain, want.prev_chain);
  EXPECT_EQ(header->durable_before(), want.prev_last);
}

TEST(Segment, EveryFlippedOrMissingByteOfAHeaderIsNoticed) {
  const std::string block = EncodeSegmentHeader(SomeHeader());
  for (size_t at = 0; at < 76; ++at) {
    std::string flipped = block;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    EXPECT_FALSE(DecodeSegmentHeader(flipped)) << at;
    EXPECT_FALSE(DecodeSegmentHeader(block.substr(0, at))) << at;
  }
}

TEST(Segment, FileNamesAreTheirNumbersAndNothingElse) {
  EXPECT_EQ(SegmentFileName(0x2a), "seg-000000000000002a.wal");
  EXPECT_EQ(ParseSegmentFileName("seg-000000000000002a.wal"), 0x2au);
  EXPECT_EQ(ParseSegmentFileName(SegmentFileName(~uint64_t{0})), ~uint64_t{0});
  for (const char* name : {"", "seg-.wal", "seg-000000000000002A.wal", "seg-00000000000002a.wal",
                           "seg-000000000000002a.wal.new", "seg-00000000000000-1.wal",
                           "spare-1.wal", "seg-000000000000002g.wal"}) {
    EXPECT_FALSE(ParseSegmentFileName(name)) << name;
  }
}

TEST(NodeFile, ComesBackAsItWas) {
  const NodeFile want{.node = {'\x6f', '\x1c', '\x0e'}, .epoch = 7};
  const std::string text = EncodeNodeFile(want);
  EXPECT_TRUE(
      text.starts_with("tarn-wal-node 1\nnode_id 6f1c0e00000000000000000000000000\n"
                       "epoch 7\ncrc32c "));
  EXPECT_EQ(*DecodeNodeFile(text), want);
}

TEST(NodeFile, EveryFlippedOrMissingByteIsNoticed) {
  const std::string text = EncodeNodeFile({.node = {'x'}, .epoch = 1'000'000});
  for (size_t at = 0; at < text.size(); ++at) {
    std::string flipped = text;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    EXPECT_FALSE(DecodeNodeFile(flipped)) << at;
    EXPECT_FALSE(DecodeNodeFile(text.substr(0, at))) << at;
  }
}

}  // namespace
}  // namespace tarn::wal
