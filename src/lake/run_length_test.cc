#include "lake/run_length.h"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"
#include "base/format.h"

namespace tarn::lake {
namespace {

/// A plain reading of the format's definition.
std::vector<uint32_t> Decode(std::string_view bytes, size_t count, int bit_width) {
  std::vector<uint32_t> values;
  while (values.size() < count) {
    uint64_t header = 0;
    if (!ReadVarint(&bytes, &header)) return {};
    if ((header & 1) == 0) {
      uint32_t value = 0;
      const auto width = static_cast<size_t>(bit_width + 7) / 8;
      std::memcpy(&value, bytes.data(), width);
      bytes.remove_prefix(width);
      values.insert(values.end(), header >> 1, value);
      continue;
    }
    for (size_t i = 0; i < (header >> 1) * 8; ++i) {
      uint32_t value = 0;
      for (size_t bit = 0; bit < static_cast<size_t>(bit_width); ++bit) {
        const size_t at = i * static_cast<size_t>(bit_width) + bit;
        value |= static_cast<uint32_t>(bytes[at / 8] >> (at % 8) & 1) << bit;
      }
      if (values.size() < count) values.push_back(value);
    }
    bytes.remove_prefix((header >> 1) * static_cast<size_t>(bit_width));
  }
  EXPECT_TRUE(bytes.empty());
  return values;
}

TEST(RunLength, EveryWidthAndMixOfRunsIsDecoded) {
  std::mt19937_64 random(11);
  for (int bit_width = 1; bit_width <= 32; ++bit_width) {
    for (int round = 0; round < 8; ++round) {
      SCOPED_TRACE(Format("width {}, round {}", bit_width, round));
      std::vector<uint32_t> values;
      const size_t count = random() % 300;
      const auto mask = static_cast<uint32_t>((uint64_t{1} << bit_width) - 1);
      while (values.size() < count) {
        const size_t run = random() % 3 == 0 ? 1 + random() % 40 : 1;
        values.insert(values.end(), run, static_cast<uint32_t>(random()) & mask);
      }
      columns::ByteBuffer out;
      AppendHybrid(values, bit_width, &out);
      EXPECT_EQ(Decode(out.view(), values.size(), bit_width), values);
    }
  }
}

TEST(RunLength, LevelsAreAsSmallAsTheirRuns) {
  columns::ByteBuffer out;
  AppendHybrid(std::vector<uint8_t>(100'000, 1), 1, &out);
  EXPECT_EQ(out.size(), 4u);  // a varint of three bytes, and the value
}

TEST(RunLength, WidthZeroIsARunWithoutBytes) {
  columns::ByteBuffer out;
  AppendHybrid(std::vector<uint32_t>(5, 0), 0, &out);
  EXPECT_EQ(out.view(), "\x0a");
}

TEST(RunLength, NothingIsNothing) {
  columns::ByteBuffer out;
  AppendHybrid(std::vector<uint32_t>(), 3, &out);
  EXPECT_EQ(out.size(), 0u);
}

}  // namespace
}  // namespace tarn::lake
