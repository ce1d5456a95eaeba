#include "columns/value_range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/format.h"
#include "columns/value_hash.h"

namespace tarn::columns {
namespace {

std::vector<std::string> RandomStrings(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> strings;
  const size_t shared = random() % 70;
  for (size_t i = 0; i < 1 + random() % 20; ++i) {
    std::string text(random() % 2 != 0 ? shared : random() % 10, 'a');
    for (size_t j = random() % 8; j > 0; --j) text.push_back(static_cast<char>(random() % 3 * 127));
    strings.push_back(text);
  }
  return strings;
}

void ExpectRange(const BytesRange& range, const std::vector<std::string>& strings) {
  const std::string min = *std::ranges::min_element(strings);
  const std::string max = *std::ranges::max_element(strings);
  EXPECT_EQ(range.min(), min.substr(0, BytesRange::kKept));
  EXPECT_EQ(range.min_exact(), min.size() <= BytesRange::kKept);
  EXPECT_EQ(range.max(), max.substr(0, BytesRange::kKept));
  EXPECT_EQ(range.max_exact(), max.size() <= BytesRange::kKept);
}

TEST(ValueRange, BytesAreTheirSmallestAndLargest) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    const auto strings = RandomStrings(seed);
    BytesRange range;
    for (const auto& text : strings) range.Add(text.data(), static_cast<uint32_t>(text.size()));
    ExpectRange(range, strings);
  }
}

TEST(ValueRange, MergedRangesAreThoseOfAllValues) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    ValueRange merged;
    std::vector<std::string> all;
    merged.Merge(ValueRange());
    for (uint64_t part = 0; part < 3; ++part) {
      ValueRange range;
      for (const auto& text : RandomStrings(seed * 3 + part)) {
        range.bytes.Add(text.data(), static_cast<uint32_t>(text.size()));
        range.integer.Add(static_cast<int64_t>(text.size()));
        all.push_back(text);
      }
      merged.Merge(range);
      merged.Merge(ValueRange());
    }
    ExpectRange(merged.bytes, all);
    const auto by_size = [](const std::string& text) { return text.size(); };
    EXPECT_EQ(merged.integer.min, static_cast<int64_t>(std::ranges::min(all, {}, by_size).size()));
    EXPECT_EQ(merged.integer.max, static_cast<int64_t>(std::ranges::max(all, {}, by_size).size()));
    EXPECT_FALSE(merged.real.any());
  }
}

TEST(ValueRange, NumbersKeepTheEdgesOfTheirType) {
  ValueRange range;
  EXPECT_FALSE(range.integer.any());
  range.integer.Add(std::numeric_limits<int64_t>::max());
  EXPECT_TRUE(range.integer.any());
  range.integer.Add(std::numeric_limits<int64_t>::min());
  EXPECT_EQ(range.integer.min, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(range.integer.max, std::numeric_limits<int64_t>::max());
  range.real.Add(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(range.real.any());
  range.real.Add(-std::numeric_limits<double>::infinity());
  EXPECT_TRUE(range.real.any());
}

TEST(ValueHash, LooksAtEveryByteAndNoFurther) {
  const HashKeys& keys = ProcessHashKeys();
  for (uint32_t size = 0; size <= 70; ++size) {
    const std::vector<char> plain(size, 'x');  // its end is what the sanitizer guards
    std::set<uint64_t> hashes = {HashBytes(plain.data(), size, keys)};
    for (uint32_t i = 0; i < size; ++i) {
      std::vector<char> changed = plain;
      changed[i] = 'y';
      hashes.insert(HashBytes(changed.data(), size, keys));
      EXPECT_FALSE(EqualBytes(plain.data(), changed.data(), size));
    }
    EXPECT_EQ(hashes.size(), size + 1) << size;
    std::vector<char> copied(size);
    CopyBytes(copied.data(), plain.data(), size);
    EXPECT_TRUE(EqualBytes(copied.data(), plain.data(), size));
  }
}

TEST(ValueHash, DependsOnTheKeys) {
  HashKeys other = ProcessHashKeys();
  other.word[0] ^= 1;
  EXPECT_NE(HashBytes("abc", 3, ProcessHashKeys()), HashBytes("abc", 3, other));
  EXPECT_NE(HashInteger(7, ProcessHashKeys()), HashInteger(7, other));
}

}  // namespace
}  // namespace tarn::columns
