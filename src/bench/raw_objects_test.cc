#include "bench/raw_objects.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "decode/heka_reader.h"
#include "os/clock.h"

namespace tarn::bench {
namespace {

TEST(RawObjects, AreFramesThatAreCountedAsTheyAreRead) {
  const std::string data =
      testing::TempDir() + "/tarn_raw_objects_" + os::RandomUuid(os::SystemEntropy());
  const auto made = WriteRawObjects(data, 800);
  ASSERT_TRUE(made) << made.error().message();
  uint64_t records = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(RawDirectory(data))) {
    if (!file.is_regular_file()) continue;
    bytes += file.file_size();
    const auto reader = decode::HekaReader::Open(file.path().string(), {.strict = true}, {});
    ASSERT_TRUE(reader);
    decode::HekaRecord record;
    while (*(*reader)->Next(&record)) {
      ++records;
      EXPECT_TRUE(record.is_snappy);
      if (record.plain.contains("default")) ++rows;
    }
  }
  EXPECT_EQ(records, 800U);
  EXPECT_EQ(made->records, records);
  EXPECT_EQ(made->rows, rows);
  EXPECT_LT(made->rows, records);
  EXPECT_EQ(made->bytes, bytes);
  std::filesystem::remove_all(data);
}

}  // namespace
}  // namespace tarn::bench
