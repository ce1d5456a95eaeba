#include "wal/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"
#include "base/metrics.h"
#include "base/units.h"
#include "codec/checksum.h"
#include "wal/log_testing.h"
#include "wal/segment_reader.h"

namespace tarn::wal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Lsn At(uint64_t epoch, uint64_t counter) {
  return Lsn((epoch << kLsnCounterBits) + counter);
}

std::string SegmentPath(uint64_t segno) {
  return Format("{}/{}", kShardDirectory, SegmentFileName(segno));
}

/// A log that was cut off after these records, a frame each: the n-th one is in block n of
/// segment 1.
Image CutOffAfter(const std::vector<std::string>& records) {
  LogRig rig;
  const auto log = rig.Open();
  for (const std::string& record : records) MustAppend(*log, record);
  return rig.TakeImage();
}

/// The same, each record in a segment of its own.
Image CutOffInManySegments(const std::vector<std::string>& records) {
  LogRig rig;
  rig.options.segment_bytes = SegmentBytesMin(rig.options.frame_bytes_max);
  const auto log = rig.Open();
  for (const std::string& record : records) MustAppend(*log, record + std::string(9000, '.'));
  return rig.TakeImage();
}

void Flip(std::string* bytes, size_t at) { (*bytes)[at] = static_cast<char>((*bytes)[at] ^ 0x40); }

/// What a start finds in an image.
struct Found {
  explicit Found(const Image& image) {
    rig.PutImage(image);
    log = rig.Open();
    for (const std::string& record : ReplayRecords(*log)) {
      records.push_back(record.substr(0, record.find('.')));
    }
  }
  Recovery report() const { return log->recovery(); }

  LogRig rig;
  std::unique_ptr<Log> log;
  std::vector<std::string> records;  ///< up to the first dot
};

TEST(Recovery, AnEmptyDirectoryIsAnEmptyLog) {
  const Found found({});
  EXPECT_THAT(found.records, IsEmpty());
  EXPECT_EQ(found.report().segments, 0u);
  EXPECT_TRUE(found.report().clean_shutdown);
  EXPECT_EQ(found.log->durable(), Lsn(0));
}

TEST(Recovery, R0_AClosedLogIsClean) {
  LogRig rig;
  MustAppend(*rig.Open(), "a");
  const Found found(rig.TakeImage());
  EXPECT_TRUE(found.report().clean_shutdown);
  EXPECT_EQ(found.report().frames, 2u);
  EXPECT_FALSE(Found(CutOffAfter({"a"})).report().clean_shutdown);
}

TEST(Recovery, R1_ATornTailIsKeptAsideAndNoError) {
  Image image = CutOffAfter({"a", "b", std::string(6000, 'c')});
  std::string& segment = image[SegmentPath(1)];
  const std::string torn = segment.substr(3 * kBlockBytes, kBlockBytes);
  std::fill(segment.begin() + 4 * kBlockBytes, segment.end(), '\0');  // its second block is lost
  Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "b"));
  EXPECT_EQ(found.report().torn_bytes, kBlockBytes);
  EXPECT_THAT(found.report().gaps, IsEmpty());
  EXPECT_EQ(found.rig.Read("/data/wal/torn/seg-0000000000000001-at-00003000.raw"), torn);
  EXPECT_EQ(MustAppend(*found.log, "d").first, At(2, 1));
  found.log.reset();
  // From the next epoch on, nobody misses it.
  const Found later(found.rig.TakeImage());
  EXPECT_THAT(later.records, ElementsAre("a", "b", "d"));
  EXPECT_EQ(later.report().torn_bytes, 0u);
  EXPECT_THAT(later.report().gaps, IsEmpty());
}

TEST(Recovery, R1_OnlySoManyTornTailsAreKept) {
  LogRig rig;
  EXPECT_TRUE(rig.files.MakeDirectories("/data/wal/torn"));
  for (int i = 0; i < 40; ++i) {
    rig.Overwrite(Format("/data/wal/torn/seg-{:016x}-at-00001000.raw", i), "x");
  }
  Image image = CutOffAfter({"a", "b"});
  Flip(&image[SegmentPath(1)], 2 * kBlockBytes + 20);
  rig.PutImage(image);
  EXPECT_EQ(rig.Open()->recovery().torn_bytes, kFrameHeaderBytes + kRecordHeaderBytes + 1);
  EXPECT_THAT(rig.List("/data/wal/torn"), SizeIs(16));
}

TEST(Recovery, R2_DamageIsReportedExactlyAndReadingGoesOn) {
  Image image = CutOffAfter({"a", "b", "c", "d", "e"});
  std::string& segment = image[SegmentPath(1)];
  Flip(&segment, 2 * kBlockBytes + kFrameHeaderBytes + 3);  // b: its body
  Flip(&segment, 4 * kBlockBytes + 9);                      // d: its header
  Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "c", "e"));
  EXPECT_THAT(found.report().gaps,
              ElementsAre(std::pair(At(1, 2), At(1, 2)), std::pair(At(1, 4), At(1, 4))));
  EXPECT_EQ(found.report().damaged_records, 2u);
  EXPECT_EQ(found.report().torn_bytes, 0u);
  EXPECT_THAT(
      found.rig.List("/data/wal/damaged"),
      ElementsAre("seg-0000000000000001-at-00002000.raw", "seg-0000000000000001-at-00004000.raw"));
  const std::string raw = found.rig.Read("/data/wal/damaged/seg-0000000000000001-at-00004000.raw");
  EXPECT_EQ(raw, segment.substr(4 * kBlockBytes, raw.size()));
  EXPECT_EQ(found.log->durable(), At(1, 5));
}

TEST(Recovery, R2_LostFramesInARowAreOneGap) {
  Image image = CutOffAfter({"a", "b", "c", "d", "e"});
  image[SegmentPath(1)].replace(2 * kBlockBytes, 3 * kBlockBytes, 3 * kBlockBytes, '\0');
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "e"));
  EXPECT_THAT(found.report().gaps, ElementsAre(std::pair(At(1, 2), At(1, 4))));
  EXPECT_TRUE(Metrics().Render().contains("\ntarn_wal_lost_records 3\n"));
}

TEST(Recovery, NewRecordsHaveHigherLsnsAlsoWhereNoSegmentIsLeft) {
  Image image = CutOffAfter({"a", "b"});
  std::erase_if(image, [](const auto& file) { return file.first.starts_with(kShardDirectory); });
  const Found found(image);
  EXPECT_EQ(found.log->durable(), Lsn(0));
  EXPECT_GT(found.log->next(), At(1, 2));
  const Lsn next = found.log->next();
  EXPECT_EQ(MustAppend(*found.log, "c").first, next);
  EXPECT_EQ(found.log->next(), Lsn(next.number() + 1));
}

TEST(Recovery, R2_TheNextSegmentTellsOfDamageAtTheEndOfOne) {
  Image image = CutOffInManySegments({"a", "b", "c"});
  ASSERT_EQ(image.size(), 4u);
  Flip(&image[SegmentPath(2)], kBlockBytes + 100);
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "c"));
  EXPECT_THAT(found.report().gaps, ElementsAre(std::pair(At(1, 2), At(1, 2))));
}

TEST(Recovery, R2_TheNextEpochTellsOfDamageAtTheEndOfOne) {
  LogRig rig;
  for (const char* record : {"a", "b"}) MustAppend(*rig.Open(), record);
  Image image = rig.TakeImage();
  Flip(&image[SegmentPath(1)], kBlockBytes + kFrameHeaderBytes + 1);
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("b"));
  EXPECT_THAT(found.report().gaps, ElementsAre(std::pair(At(1, 1), At(1, 1))));
}

TEST(Recovery, R3_ASegmentWithADamagedHeaderIsSearched) {
  Image image = CutOffInManySegments({"a", "b", "c"});
  Flip(&image[SegmentPath(2)], 20);
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "b", "c"));
  EXPECT_THAT(found.report().gaps, IsEmpty());
}

TEST(Recovery, R3_ADamagedHeaderAndFrameAreOneLoss) {
  for (const bool last : {false, true}) {
    Image image = CutOffInManySegments({"a", "b", "c"});
    std::string& segment = image[SegmentPath(last ? 3 : 2)];
    Flip(&segment, 20);
    Flip(&segment, kBlockBytes + 100);
    const Found found(image);
    if (last) {  // Nothing shows that it was durable.
      EXPECT_THAT(found.records, ElementsAre("a", "b"));
      EXPECT_THAT(found.report().gaps, IsEmpty());
    } else {
      EXPECT_THAT(found.records, ElementsAre("a", "c"));
      EXPECT_THAT(found.report().gaps, ElementsAre(std::pair(At(1, 2), At(1, 2))));
    }
  }
}

TEST(Recovery, R3_ASegmentUnderAnotherNumberIsNoSegment) {
  Image image = CutOffInManySegments({"a", "b"});
  image[SegmentPath(7)] = image[SegmentPath(1)];
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "b"));
}

TEST(Recovery, R4_AMissingSegmentIsReported) {
  Image image = CutOffInManySegments({"a", "b", "c", "d"});
  image.erase(SegmentPath(2));
  image.erase(SegmentPath(3));
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "d"));
  EXPECT_THAT(found.report().gaps, ElementsAre(std::pair(At(1, 2), At(1, 3))));
}

TEST(Recovery, R4_AnUnreadableSegmentIsSetAsideAndNotUsedAgain) {
  LogRig rig;
  rig.PutImage(CutOffInManySegments({"a", "b", "c"}));
  // Opens: NODE, three headers, two syncs, and then the segments themselves.
  rig.files.Fail({.call = 8, .of = os::FileCall::kOpen});
  const auto log = rig.Open();
  EXPECT_THAT(log->recovery().gaps, ElementsAre(std::pair(At(1, 2), At(1, 2))));
  MustAppend(*log, "d");
  log->Release({});
  ASSERT_TRUE(Eventually([&] { return rig.Segments().size() == 1; }));
  EXPECT_THAT(rig.List("/data/wal/damaged"), ElementsAre(SegmentFileName(2)));
}

TEST(Recovery, R4_ADirectoryInPlaceOfASegmentIsAMissingSegment) {
  Image image = CutOffInManySegments({"a", "b", "c"});
  image.erase(SegmentPath(2));
  LogRig rig;
  rig.PutImage(image);
  ASSERT_TRUE(rig.files.MakeDirectories(SegmentPath(2)));
  const auto log = rig.Open();
  EXPECT_THAT(log->recovery().gaps, ElementsAre(std::pair(At(1, 2), At(1, 2))));
  MustAppend(*log, "d");
}

TEST(Recovery, UnreadableBlocksAreDamage) {
  const Image image = CutOffInManySegments({"a", "b", "c"});
  for (uint64_t call = 1; call <= 24; ++call) {
    LogRig rig;
    rig.PutImage(image);
    rig.files.Fail({.call = call, .of = os::FileCall::kRead});
    const auto log = rig.TryOpen();
    if (!log) {  // NODE: to go on with a new one could give a second life to old LSNs.
      EXPECT_EQ(log.error().kind(), ErrorKind::kIo);
      continue;
    }
    // One failed read of many blocks is repeated block by block.
    EXPECT_THAT((*log)->recovery().gaps, IsEmpty());
    EXPECT_THAT(ReplayAll(**log), SizeIs(3));
  }
}

TEST(Recovery, DamageBetweenOpenAndReplayIsAddedToTheReport) {
  LogRig rig;
  rig.PutImage(CutOffAfter({"a", "b", "c"}));
  const auto log = rig.Open();
  EXPECT_THAT(log->recovery().gaps, IsEmpty());
  std::string segment = rig.Read(SegmentPath(1));
  Flip(&segment, 2 * kBlockBytes + 70);
  rig.Overwrite(SegmentPath(1), segment);
  EXPECT_THAT(ReplayRecords(*log), ElementsAre("a", "c"));
  EXPECT_THAT(log->recovery().gaps, ElementsAre(std::pair(At(1, 2), At(1, 2))));
}

TEST(Recovery, ReplayEndsWithTheCallersError) {
  LogRig rig;
  rig.PutImage(CutOffAfter({"a", "b", "c"}));
  const auto log = rig.Open();
  int calls = 0;
  const Status replayed = log->Replay([&](const DurableEntry&) -> Status {
    return ++calls < 2 ? Status() : Fail(ErrorKind::kCancelled, "enough");
  });
  EXPECT_EQ(replayed.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(calls, 2);
}

TEST(Recovery, ASegmentOfANewerTarnIsRefused) {
  Image image = CutOffAfter({"a"});
  std::string& segment = image[SegmentPath(1)];
  segment[8] = 2;
  StoreLe(&segment[72], codec::Crc32c(std::string_view(segment).substr(0, 72)));
  LogRig rig;
  rig.PutImage(image);
  EXPECT_EQ(rig.TryOpen().error().kind(), ErrorKind::kUnsupported);
}

/// The truth about every flipped byte of a segment with the records a to d, a frame each.
void CheckFlip(const Image& image, size_t at) {
  Image damaged = image;
  Flip(&damaged[SegmentPath(1)], at);
  LogRig rig;
  rig.PutImage(damaged);
  const LogPlace place{.directory = kWalDirectory, .shard = 0};
  const auto segments = ListSegments(rig.files, place);
  ASSERT_TRUE(segments);
  std::string records;
  const auto found = RecoverLog(rig.files, place, *segments, {}, [&](const DurableEntry& entry) {
    for (const std::string& record : RecordsOf(entry.entry)) records += record;
    return Status();
  });
  ASSERT_TRUE(found);
  const size_t block = at / kBlockBytes;
  const bool matters = at % kBlockBytes < kFrameHeaderBytes + kRecordHeaderBytes + 1;
  std::string want = "abcd";
  if (block > 0 && matters) want.erase(block - 1, 1);
  EXPECT_EQ(records, want);
  const bool lost = block > 0 && block < 4 && matters;
  EXPECT_EQ(found->report.damaged_records, lost ? 1u : 0u);
  EXPECT_EQ(found->report.torn_bytes > 0, block == 4 && matters);
}

TEST(Recovery, EveryFlippedByteCostsAtMostItsOwnFrame) {
  Image image = CutOffAfter({"a", "b", "c", "d"});
  image[SegmentPath(1)].resize(6 * kBlockBytes);
  for (size_t block = 0; block < 5; ++block) {
    for (size_t at = 0; at < kBlockBytes; at += at < 120 ? 1 : 211) {
      SCOPED_TRACE(Format("byte {} of block {}", at, block));
      CheckFlip(image, block * kBlockBytes + at);
      if (::testing::Test::HasFatalFailure() || ::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Recovery, EveryPrefixGivesTheFramesThatAreWhole) {
  const Image image = CutOffAfter({"a", "b", "c", "d"});
  const std::string& whole = image.at(SegmentPath(1));
  for (size_t length = 0; length <= 6 * kBlockBytes; length += 61) {
    SCOPED_TRACE(Format("{} bytes", length));
    LogRig rig;
    rig.PutImage({{SegmentPath(1), whole.substr(0, length)}});
    const LogPlace place{.directory = kWalDirectory, .shard = 0};
    const auto segments = ListSegments(rig.files, place);
    ASSERT_TRUE(segments);
    const auto found = RecoverLog(rig.files, place, *segments, {}, {});
    ASSERT_TRUE(found);
    const size_t frames = length < kBlockBytes ? 0 : std::min<size_t>(length / kBlockBytes - 1, 4);
    EXPECT_EQ(found->report.records, frames);
    EXPECT_THAT(found->report.gaps, IsEmpty());
  }
}

TEST(Recovery, ADirectoryOfGarbageStartsTheLogAllTheSame) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    os::SeededEntropy dice(seed);
    Image image = CutOffInManySegments({"a", "b", "c", "d"});
    for (auto& [path, bytes] : image) {
      if (path.ends_with("NODE")) continue;
      for (uint64_t left = dice.Random64() % 200; left > 0; --left) {
        bytes[dice.Random64() % bytes.size()] = static_cast<char>(dice.Random64());
      }
      if (dice.Random64() % 4 == 0) bytes.resize(dice.Random64() % bytes.size());
    }
    image[SegmentPath(9)] = std::string(dice.Random64() % 20'000, 'T');
    image[Format("{}/spare-1.wal", kShardDirectory)] = "short";
    image[Format("{}/what is this", kShardDirectory)] = "";
    Found found(image);
    EXPECT_LE(found.records.size(), 4u);
    EXPECT_EQ(MustAppend(*found.log, "e").first, At(2, 1));
  }
}

/// A file with frames of one use, in which a second use has begun.
struct UsedTwice {
  UsedTwice(SegmentUse first, SegmentUse second) {
    EXPECT_TRUE(rig.files.MakeDirectories(kShardDirectory));
    SegmentDirectory directory(rig.files, kShardDirectory);
    rig.Overwrite(spare, std::string(64 * kKiB, '\0'));
    for (const SegmentUse& use : {first, second}) {
      const SegmentHeader header{.epoch = 1, .use = use, .first = At(1, 1)};
      auto writer = SegmentWriter::Activate(rig.files, directory, spare, 64 * kKiB, header);
      EXPECT_TRUE(writer);
      FrameBuilder frame;
      frame.Add(MakeEntry(1, {"old"}));
      if (use.salt == first.salt) {
        EXPECT_TRUE((*writer)->Append(&frame, FrameKind::kRecords, At(1, 1), Lsn(0)));
        EXPECT_TRUE(directory.Rename(SegmentPath(use.segno), spare));
      }
    }
  }
  const std::string spare = Format("{}/spare-1.wal", kShardDirectory);
  LogRig rig;
};

TEST(Recovery, FramesOfAnEarlierUseNeverComeBack) {
  // Even under the same number, as after segments were lost: the salt tells.
  for (const uint64_t segno : {1u, 2u}) {
    UsedTwice used({.segno = 1, .salt = 10}, {.segno = segno, .salt = 11});
    const auto log = used.rig.Open();
    EXPECT_THAT(ReplayRecords(*log), IsEmpty());
    EXPECT_EQ(log->recovery().torn_bytes, 0u);
  }
}

TEST(Recovery, AFrameThatIsFoundOnceMoreCountsOnce) {
  // A disk that wrote a block to two places.
  Image image = CutOffAfter({"a", "b"});
  std::string& segment = image[SegmentPath(1)];
  segment.replace(3 * kBlockBytes, kBlockBytes, segment, kBlockBytes, kBlockBytes);
  const Found found(image);
  EXPECT_THAT(found.records, ElementsAre("a", "b"));
  EXPECT_EQ(found.report().records, 2u);
  EXPECT_EQ(found.log->durable(), At(1, 2));
}

TEST(Recovery, SaltsDifferBetweenUses) {
  const Image image = CutOffInManySegments({"a", "b", "c"});
  std::set<uint64_t> salts;
  for (uint64_t segno = 1; segno <= 3; ++segno) {
    salts.insert(DecodeSegmentHeader(image.at(SegmentPath(segno)))->use.salt);
  }
  EXPECT_THAT(salts, SizeIs(3));
}

}  // namespace
}  // namespace tarn::wal
