#include "derive/object_records.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stop_token>

#include "base/units.h"
#include "codec/compression.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/faulty_store.h"
#include "store/local_buckets.h"

namespace tarn::derive {
namespace {

class ObjectRecordsTest : public testing::Test {
 protected:
  ObjectRecordsTest()
      : root_(testing::TempDir() + "/tarn_records_" + os::RandomUuid(os::SystemEntropy())),
        buckets_(*store::LocalBuckets::Open(root_, os::PosixFiles(), os::SystemEntropy())),
        bucket_(*buckets_->Open("raw")) {}
  ~ObjectRecordsTest() override { std::filesystem::remove_all(root_); }

  InputObject Put(const std::string& bytes) {
    EXPECT_TRUE(bucket_->Put("k", bytes));
    return {.key = "k", .size = bytes.size(), .etag = bucket_->Head("k")->etag};
  }
  /// The texts of an object's records, and what was damaged.
  std::vector<std::string> Read(const std::string& bytes, ObjectDamage* damage) {
    const auto records = ObjectRecords::Open(*bucket_, "raw", Put(bytes), nullptr);
    EXPECT_TRUE(records) << records.error().message();
    if (!records) return {};
    std::vector<std::string> texts;
    ObjectRecord record;
    while (true) {
      const auto next = (*records)->Next(&record);
      EXPECT_TRUE(next) << next.error().message();
      if (!next || !*next) break;
      texts.emplace_back(record.bytes);
    }
    *damage = (*records)->damage();
    return texts;
  }

  const std::string root_;
  std::unique_ptr<store::Buckets> buckets_;
  store::ObjectStore* bucket_;
};

TEST_F(ObjectRecordsTest, AnObjectThatHasChangedIsRefused) {
  InputObject object = Put("{}");
  object.etag += "x";
  const auto records = ObjectRecords::Open(*bucket_, "raw", object, nullptr);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().message(), "it has changed since the plan was made: plan anew");
}

TEST_F(ObjectRecordsTest, DamageAtTheBeginningIsCountedAsDamageLaterIs) {
  // The header of a zstd frame with a window of 2^28 bytes; texts in UTF-16; gzip that is none.
  const std::vector<std::pair<std::string, std::string>> damaged = {
      {std::string("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", 9), "not zstd near byte"},
      {std::string("\xff\xfe{\0}\0", 6), "'raw/k' is UTF-16; only UTF-8 is read"},
      {std::string("\xfe\xff\0{\0}", 6), "'raw/k' is UTF-16; only UTF-8 is read"},
      {*codec::Compress(codec::Compression::kGzip, std::string("\xff\xfe{\0}\0", 6)),
       "'raw/k' is UTF-16; only UTF-8 is read"},
      {std::string("\x1f\x8b\x08\xff") + "no header", "not gzip at byte"}};
  for (const auto& [bytes, reason] : damaged) {
    ObjectDamage damage;
    EXPECT_EQ(Read(bytes, &damage), std::vector<std::string>{}) << reason;
    EXPECT_EQ(damage.damaged, 1U) << reason;
    EXPECT_NE(damage.ended_by.find(reason), std::string::npos) << damage.ended_by;
  }
}

TEST_F(ObjectRecordsTest, RecordsBeforeDamageAreKept) {
  const std::vector<std::string> texts = {R"({"a":1})", R"({"a":2})"};
  for (const std::string& between : {std::string("\n"), std::string()}) {  // lines, values
    const std::string text = texts[0] + between + texts[1] + between;
    for (const auto compression : {codec::Compression::kGzip, codec::Compression::kZstd}) {
      const std::string whole = *codec::Compress(compression, text);
      // Another stream follows, which is none.
      const std::string bytes = whole + whole.substr(0, 4) + std::string(50, '\xff');
      ObjectDamage damage;
      EXPECT_EQ(Read(bytes, &damage), texts) << damage.ended_by;
      EXPECT_EQ(damage.damaged, 1U);
      EXPECT_NE(damage.ended_by, "");
    }
  }
}

TEST_F(ObjectRecordsTest, LinesAcrossTheRangesThatAreReadAreWhole) {
  std::string text;
  std::vector<std::string> lines;
  while (text.size() < 5 * kMiB + kMiB / 2) {
    lines.push_back(Format(R"({{"n":{},"text":"{}"}})", lines.size(),
                           std::string(lines.size() * 37 % 5000, 'x')));
    text += lines.back() + "\n";
  }
  ObjectDamage damage;
  EXPECT_EQ(Read(text, &damage), lines);
  EXPECT_EQ(damage.damaged, 0U);
}

TEST_F(ObjectRecordsTest, BlanksWithoutEndAreReadUpToTheBoundAndUntilAStop) {
  const std::string blanks(8 * kMiB, '\n');
  for (const std::string& bytes : {blanks, *codec::Compress(codec::Compression::kZstd, blanks)}) {
    const InputObject object = Put(bytes);
    ObjectRecord record;
    const auto bounded =
        *ObjectRecords::Open(*bucket_, "raw", object, nullptr, {.inflated_max = kMiB});
    EXPECT_EQ(bounded->Next(&record), false);
    EXPECT_EQ(bounded->damage().ended_by, "'raw/k' has over 1048576 bytes inflated");
    std::stop_source stop;
    const auto stopped =
        *ObjectRecords::Open(*bucket_, "raw", object, nullptr, {.stop = stop.get_token()});
    stop.request_stop();
    const auto next = stopped->Next(&record);
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().kind(), ErrorKind::kCancelled);
    EXPECT_EQ(stopped->damage().damaged, 0U);
  }
}

TEST_F(ObjectRecordsTest, ABoundThatIsReachedExactlyIsNone) {
  const auto records =
      *ObjectRecords::Open(*bucket_, "raw", Put("{}\n{}"), nullptr, {.inflated_max = 5});
  ObjectRecord record;
  EXPECT_EQ(records->Next(&record), true);
  EXPECT_EQ(records->Next(&record), true);
  EXPECT_EQ(records->Next(&record), false);
  EXPECT_EQ(records->damage().damaged, 0U);
}

TEST_F(ObjectRecordsTest, ItsBeginningIsReadOnce) {
  const InputObject object = Put(std::string(kMiB, '\n') + "{}");
  store::StoreFaults faults;  // that none befalls, but are counted
  store::FaultyStore counted(*bucket_, faults);
  const auto records = ObjectRecords::Open(counted, "raw", object, nullptr);
  ASSERT_TRUE(records);
  ObjectRecord record;
  while (*(*records)->Next(&record)) {
  }
  EXPECT_EQ(faults.calls(), 2U);  // its head, and its one range
}

}  // namespace
}  // namespace tarn::derive
