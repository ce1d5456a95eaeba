#include "shape/without_column.h"

#include <gtest/gtest.h>

#include "base/format.h"

namespace tarn::shape {
namespace {

/// Paths `<prefix>0`, `<prefix>1` …, each counted once more than the one before.
RestCounts CountsOf(const char* prefix, int paths) {
  RestCounts counts;
  for (int i = 0; i < paths; ++i) {
    counts.paths.push_back({Format("{}{}", prefix, i), "unknown", static_cast<uint64_t>(i) + 1});
  }
  return counts;
}

uint64_t CountOf(const WithoutColumn& without, std::string_view path, std::string_view why) {
  for (const RestCounts::Path& counted : without.Paths()) {
    if (counted.path == path && counted.why == why) return counted.count;
  }
  return 0;
}

TEST(WithoutColumn, AddsUpAndGivesTheMostFrequentFirst) {
  WithoutColumn without;
  without.Add({{{"a", "unknown", 1}, {"b", "type_clash", 3}}});
  without.Add({{{"a", "unknown", 1}, {"a", "type_clash", 7}, {"c", "unknown", 3}}});
  std::string text;
  for (const RestCounts::Path& path : without.Paths()) {
    text += Format("{} {} {}; ", path.path, path.why, path.count);
  }
  EXPECT_EQ(text, "a type_clash 7; b type_clash 3; c unknown 3; a unknown 2; ");
}

TEST(WithoutColumn, TellsSoManyPathsApart) {
  const size_t paths_max = RestCounter::kPathsMax;
  WithoutColumn without;
  without.Add(CountsOf("a", 1000));
  EXPECT_EQ(without.Paths().size(), paths_max);
  EXPECT_EQ(CountOf(without, "…", "unknown"), 0u);
  without.Add({{{"b", "unknown", 5}, {"a7", "unknown", 2}}});
  EXPECT_EQ(without.Paths().size(), paths_max + 1);
  EXPECT_EQ(CountOf(without, "…", "unknown"), 5u);
  EXPECT_EQ(CountOf(without, "b", "unknown"), 0u);
  EXPECT_EQ(CountOf(without, "a7", "unknown"), 10u);  // those that are there go on counting
}

TEST(WithoutColumn, OfTwoTellsSoManyPathsApart) {
  WithoutColumn without;
  WithoutColumn other;
  without.Add(CountsOf("a", 600));
  other.Add(CountsOf("a", 100));
  other.Add(CountsOf("b", 500));
  without.Add(other);
  EXPECT_EQ(without.Paths().size(), RestCounter::kPathsMax + 1);
  EXPECT_EQ(CountOf(without, "a3", "unknown"), 8u);
  uint64_t sum = 0;
  for (const RestCounts::Path& path : without.Paths()) sum += path.count;
  EXPECT_EQ(sum, 600u * 601 / 2 + 100 * 101 / 2 + 500 * 501 / 2) << "none is lost";
}

}  // namespace
}  // namespace tarn::shape
