// The fast path says what the reference says, whatever the record.
#include <gtest/gtest.h>

#include "base/format.h"
#include "shape/differential_testing.h"
#include "shape/record_maker_testing.h"

namespace tarn::shape {
namespace {

std::string Joined(const std::vector<std::string>& records) {
  std::string text;
  for (const std::string& record : records) text += record + "\n";
  return text;
}

std::vector<std::string_view> Views(const std::vector<std::string>& records) {
  return {records.begin(), records.end()};
}

/// Expect no difference; where there is one, show the first record that shows it by itself.
void ExpectSame(const DifferentialStream& stream, Differential* differential,
                const std::vector<std::string>& records) {
  std::string difference = differential->FindMissing(Views(records));
  if (difference.empty()) difference = differential->Shape(Views(records));
  if (difference.empty()) return;
  for (const std::string& record : records) {
    Differential by_itself(stream);
    std::string alone = by_itself.FindMissing({record});
    if (alone.empty()) alone = by_itself.Shape({record});
    if (!alone.empty()) {
      ADD_FAILURE() << stream.name << ": " << alone << "\n" << record;
      return;
    }
  }
  ADD_FAILURE() << stream.name << ": " << difference << "\n" << Joined(records);
}

/// in  oddity, changes: as RecordMaker's; changes of each other record
void CompareRandom(uint64_t seed, uint32_t oddity, uint32_t changes) {
  for (const DifferentialStream& stream : DifferentialStreams()) {
    RecordMaker maker(stream.shaping, stream.table, seed);
    Differential differential(stream);
    for (int round = 0; round < 4 && !testing::Test::HasFailure(); ++round) {
      std::vector<std::string> records;
      for (int i = 0; i < 40; ++i) {
        std::string record = maker.Record(oddity);
        records.push_back(i % 2 == 0 ? record : maker.Damage(record, changes));
      }
      ExpectSame(stream, &differential, records);
      if (round % 2 == 1) {
        ASSERT_EQ(differential.TakeCounts(), "") << stream.name << "\n" << Joined(records);
      }
    }
  }
}

TEST(FastPath, AgreesOnOrdinaryRecords) { CompareRandom(1, 0, 0); }
TEST(FastPath, AgreesOnOddRecords) { CompareRandom(2, 60, 0); }
TEST(FastPath, AgreesOnVeryOddRecords) { CompareRandom(3, 400, 0); }
TEST(FastPath, AgreesOnDamagedRecords) { CompareRandom(4, 10, 1); }
TEST(FastPath, AgreesOnBadlyDamagedRecords) { CompareRandom(5, 100, 4); }

/// New columns are decided by 1,000 records together: those that are only passed count too.
TEST(FastPath, FindsTheColumnsThatTheReferenceFinds) {
  const DifferentialStream stream = DifferentialStreams()[1];
  ASSERT_EQ(stream.name, "flat, inferred");
  std::vector<std::string> records;
  for (int i = 0; i < 2500; ++i) {
    std::string record = Format(R"({{"n":{},"name":"x")", i);
    if (i == 990 || i == 2100) record += R"(,"new":1)";
    if (i == 1010) record += R"(,"new":1.5,"other":null)";
    if (i == 2200) record += R"(,"other":[true])";
    records.push_back(record + "}");
  }
  Differential differential(stream);
  EXPECT_EQ(differential.FindMissing(Views(records)), "");
  EXPECT_EQ(differential.path_counts().known, 2496u);  // all but the four above
}

/// What goes to _rest is no new column: such records are passed over, also once the counts that
/// Shape knows their paths by are gone.
TEST(FastPath, PassesOverWhatOnlyGoesToRest) {
  const DifferentialStream stream = DifferentialStreams()[1];
  ASSERT_EQ(stream.name, "flat, inferred");
  std::vector<std::string> records;
  for (int i = 0; i < 40; ++i) {
    records.push_back(Format(R"({{"n":"no number","i":{},"a":null,"b":{{}},"c":[ ]}})", i));
  }
  Differential differential(stream);
  EXPECT_EQ(differential.FindMissing(Views(records)), "");
  EXPECT_EQ(differential.path_counts().known, 0u);  // nothing was seen of b and c yet
  for (uint64_t round = 1; round <= 3; ++round) {
    EXPECT_EQ(differential.Shape(Views(records)), "");
    EXPECT_EQ(differential.TakeCounts(), "");
    EXPECT_EQ(differential.FindMissing(Views(records)), "");
    EXPECT_EQ(differential.path_counts().known, round * records.size());
  }
}

TEST(FastPath, TakesOrdinaryRecords) {
  for (const DifferentialStream& stream : DifferentialStreams()) {
    // Where something is required, nulls and missing members are declined; in an inferred stream
    // that goes on evolving, whatever might become a column.
    if (stream.name.contains("required") || stream.name.ends_with("inferred")) continue;
    RecordMaker maker(stream.shaping, stream.table, 9);
    Differential differential(stream);
    std::vector<std::string> records;
    for (int i = 0; i < 400; ++i) records.push_back(maker.Record(0));
    ExpectSame(stream, &differential, records);
    const PathCounts counts = differential.path_counts();
    EXPECT_EQ(counts.fast + counts.reference, records.size());
    EXPECT_GT(counts.fast, records.size() * 3 / 4) << stream.name;
  }
}

}  // namespace
}  // namespace tarn::shape
