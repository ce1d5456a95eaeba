#include "lake/page_compression.h"

#include <gtest/gtest.h>

namespace tarn::lake {
namespace {

using codec::Compression;

TEST(PageCompression, RefusesOtherCodecsAndLevels) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "Parquet files are compressed with zstd, snappy, gzip or none"},
      {"lz4", "Parquet files are compressed with zstd, snappy, gzip or none"},
      {"brotli:3", "Parquet files are compressed with zstd, snappy, gzip or none"},
      {"zstd:", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"zstd:0", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"zstd:23", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"zstd:-1", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"zstd:3x", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"zstd:99999999999", "zstd takes a level from 1 to 22, as in zstd:1"},
      {"gzip:10", "gzip takes a level from 1 to 9, as in gzip:6"},
      {"snappy:1", "snappy has no levels"},
      {"none:1", "none has no levels"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = ParsePageCompression(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalid);
    EXPECT_EQ(parsed.error().message(), message) << text;
  }
}

TEST(PageCompression, TakesACodecAndItsLevel) {
  const struct {
    const char* text;
    PageCompression expected;
  } cases[] = {{"zstd", {Compression::kZstd, 1}},     {"zstd:19", {Compression::kZstd, 19}},
               {"gzip", {Compression::kGzip, 6}},     {"gzip:1", {Compression::kGzip, 1}},
               {"snappy", {Compression::kSnappy, 0}}, {"none", {Compression::kNone, 0}}};
  for (const auto& [text, expected] : cases) {
    const auto parsed = ParsePageCompression(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
}

}  // namespace
}  // namespace tarn::lake
