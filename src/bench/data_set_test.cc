#include "bench/data_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "codec/checksum.h"

namespace tarn::bench {
namespace {

std::string Text(const DataSet& set, uint64_t records) {
  std::string text;
  const Status made = set.generate(records, [&](std::string_view piece) -> Status {
    text += piece;
    return {};
  });
  EXPECT_TRUE(made) << made.error().message();
  return text;
}

std::vector<Json> Records(const std::string& text) {
  std::vector<Json> records;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    const Result<Json> record = Json::Parse(text.substr(begin, end - begin));
    EXPECT_TRUE(record) << record.error().message();
    if (record) records.push_back(*record);
    begin = end + 1;
  }
  return records;
}

/// Columns of a value, with objects' members in their place.
size_t Leaves(const Json& value) {
  if (value.is_array()) return value.as_array().empty() ? 1 : Leaves(value.as_array().front());
  if (!value.is_object()) return 1;
  size_t leaves = 0;
  for (const auto& [name, member] : value.as_object())
    leaves += name == "props" ? 1 : Leaves(member);
  return leaves;
}

TEST(DataSet, ARefusingWriterEndsTheGenerator) {
  const Status made = WideTelemetry().generate(
      10'000, [](std::string_view) -> Status { return Fail(ErrorKind::kIo, "full"); });
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message(), "full");
}

TEST(DataSet, TheSameSeedMakesTheSameBytesOnEveryMachine) {
  std::vector<std::pair<std::string, uint64_t>> digests;
  for (const DataSet& set : {WideTelemetry(), LogLines()})
    digests.emplace_back(set.name, codec::Xxh64(Text(set, 1000)));
  for (const DataSet& set : ShapeSets())
    digests.emplace_back(set.name, codec::Xxh64(Text(set, 20)));
  UserEvents events(1, 0, 86'400'000'000);
  digests.emplace_back("user event", codec::Xxh64(events.Next()));
  const std::vector<std::pair<std::string, uint64_t>> pinned = {
      {"telemetry", 13386384538539376541u},    {"log", 15619474909032918727u},
      {"sorted", 13868414566537604546u},       {"shuffled", 7289450491872427074u},
      {"partitions-10", 4881467685122892374u}, {"partitions-10000", 17314376159601954258u},
      {"columns-10", 17926139750175403342u},   {"columns-2000", 10323286833966217403u},
      {"record-100", 11387034112551579656u},   {"record-1mb", 4345598566831652103u},
      {"user event", 5221540339481847809u}};
  EXPECT_EQ(digests, pinned);
}

TEST(DataSet, EverySetHasTheRecordsThatWereAskedForEachOneObject) {
  std::vector<DataSet> sets = ShapeSets();
  sets.push_back(WideTelemetry());
  sets.push_back(LogLines());
  for (const DataSet& set : sets) {
    const std::vector<Json> records = Records(Text(set, 3));
    ASSERT_EQ(records.size(), 3u) << set.name;
    EXPECT_TRUE(std::ranges::all_of(records, &Json::is_object)) << set.name;
  }
}

TEST(DataSet, TelemetryHas48LeavesAndLogLines26Members) {
  size_t leaves = 0;
  for (const Json& record : Records(Text(WideTelemetry(), 500)))
    leaves = std::max(leaves, Leaves(record));
  // A record whose http and error are objects and whose lists hold something has all of them; few
  // records have an error and http.
  EXPECT_EQ(leaves, 48u);
  std::set<std::string> members;
  for (const Json& record : Records(Text(LogLines(), 100))) {
    for (const auto& [name, value] : record.as_object()) members.insert(name);
  }
  EXPECT_EQ(members.size(), 26u);
}

TEST(DataSet, PairsDifferInOneThing) {
  const std::vector<DataSet> sets = ShapeSets();
  const auto keys = [&](const std::string& name) {
    std::vector<std::string> found;
    const auto set = std::ranges::find(sets, name, &DataSet::name);
    for (const Json& record : Records(Text(*set, 1000))) found.push_back(*record.GetString("key"));
    return found;
  };
  EXPECT_TRUE(std::ranges::is_sorted(keys("sorted")));
  EXPECT_FALSE(std::ranges::is_sorted(keys("shuffled")));
  const std::vector<std::string> ten = keys("partitions-10");
  EXPECT_EQ(std::set<std::string>(ten.begin(), ten.end()).size(), 10u);
  const std::vector<std::string> many = keys("partitions-10000");
  EXPECT_GT(std::set<std::string>(many.begin(), many.end()).size(), 900u);
}

}  // namespace
}  // namespace tarn::bench
